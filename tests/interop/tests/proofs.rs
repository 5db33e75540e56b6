//! Proofs, read by a second implementation, in Python: the same findings of one that holds, and the same name
//! for whatever was done to one that doesn't.
//!
//! `cargo test -p lapel-interop-tests --test proofs -- --nocapture` prints what was done, and its name.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

use std::ffi::OsStr;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use lapel::identity::Identity;
use lapel::proof::{self, ProofError, ProofTerms, ProofWriter};
use lapel::receipt::Receipt;
use lapel::time::UnixTime;
use lapel_interop_tests::python;
use lapel_protocol_tests::receipt::{Side, receipt};
use lapel_protocol_tests::schedule::{labelled, sha256};
use lapel_protocol_tests::{Party, cbor, vectors};
use serde_json::{Value, json};

const TO: &str = "Zürich grants";
const MADE_AT: u64 = 1_795_458_360;

/// The receipt that `holder` keeps of `peer`, with the peer's badge.
fn kept(holder: &Party, peer: &Party, confirmed: bool) -> Vec<u8> {
    let ours = holder.confirm_signature(&peer.hello(), &peer.person());
    let (kind, theirs) = match confirmed {
        true => (2, peer.confirm_signature(&holder.hello(), &holder.person())),
        false => (1, peer.offer_signature(&holder.hello())),
    };
    let ours = Side::of(holder.public(), &holder.contents, 2, &ours);
    let theirs = Side::of(peer.public(), &peer.contents, kind, &theirs);
    receipt(1, &ours, &theirs.with_badge(&peer.contents))
}

/// In a proof's order.
fn receipts(holder: &Party) -> Vec<Vec<u8>> {
    let with = |name: &str, salt, confirmed| {
        let mut peer = Party::named(name).again(salt);
        peer.contents.event = "Rust Week".into();
        kept(&holder.again(salt), &peer, confirmed)
    };
    let mut all = vec![
        with("Grace", 1, true),
        with("Grace", 2, false),
        with("山田 太郎", 3, false),
        with("Mary", 4, true),
    ];
    all.sort_by_key(|bytes| {
        let shown = Receipt::verify(bytes).unwrap();
        (shown.peer.person, shown.transcript)
    });
    all
}

fn header(holder: &Party, version: u64, count: usize) -> Vec<u8> {
    cbor::array(&[
        cbor::text("lapel proof"),
        cbor::uint(version),
        cbor::bytes(holder.person()),
        cbor::text(TO),
        cbor::text(""),
        cbor::uint(MADE_AT),
        cbor::uint(count as u64),
    ])
}

/// The proof of these strings as the text says, signed by whoever.
fn signed(by: &Party, header: &[u8], receipts: &[&Vec<u8>]) -> Vec<u8> {
    use ed25519_dalek::Signer as _;
    let strings = [header].into_iter().chain(receipts.iter().map(|bytes| bytes.as_slice()));
    let body: Vec<u8> = strings.flat_map(cbor::bytes).collect();
    let said = labelled("lapel/1 proof", &[&sha256(&body)]);
    [body, cbor::bytes(by.key.sign(&said).to_bytes())].concat()
}

/// The proof that `lapel` writes of them.
fn written(holder: &Party, receipts: &[Vec<u8>]) -> Vec<u8> {
    let me = Identity::from_secret(&holder.key.to_bytes());
    let terms = ProofTerms::new(TO, "", UnixTime::clamped(MADE_AT as i64)).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ProofWriter::begin(&me, &terms, receipts.len(), &mut bytes).unwrap();
    receipts.iter().for_each(|r| writer.put(&Receipt::from_bytes(r).unwrap()).unwrap());
    writer.end().unwrap();
    bytes
}

/// What `lapel` finds in it, in the words of the text.
fn findings(bytes: &[u8]) -> Value {
    let mut all = Vec::new();
    let verified = proof::verify(&mut &*bytes, &mut |_, shown| {
        all.push(serde_json::to_value(shown).unwrap());
        ControlFlow::Continue(())
    });
    match verified {
        Ok(verified) => json!({
            "holder": verified.header.holder.to_string(),
            "to": Some(verified.header.terms.to()).filter(|to| !to.is_empty()),
            "purpose": Some(verified.header.terms.purpose()).filter(|text| !text.is_empty()),
            "made_at": verified.header.terms.made_at().seconds(),
            "contacts": verified.contacts,
            "confirmed": verified.confirmed,
            "bytes": verified.bytes,
            "sha256": verified.digest.to_string(),
            "receipts": all,
        }),
        Err(error) => json!({ "refused": name(&error) }),
    }
}

fn name(error: &ProofError) -> String {
    match error {
        ProofError::NotAProof => "not_a_proof".into(),
        ProofError::NewerVersion(_) => "newer_version".into(),
        ProofError::Header => "header".into(),
        ProofError::Truncated(_) => "truncated".into(),
        ProofError::Receipt { number, source } => {
            format!("receipt {number}: {}", vectors::receipt_error(source))
        }
        ProofError::AnotherHolder { number } => format!("another_holder {number}"),
        ProofError::Repeated { number } => format!("repeated {number}"),
        ProofError::Order { number } => format!("order {number}"),
        ProofError::Signature => "signature".into(),
        ProofError::Trailing => "trailing".into(),
        _ => panic!("no name for {error}"),
    }
}

/// What Python finds in each of these files.
fn pythons(cases: &[(String, Vec<u8>)]) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> =
        (0..cases.len()).map(|number| dir.path().join(number.to_string())).collect();
    for (path, (_, bytes)) in paths.iter().zip(cases) {
        fs::write(path, bytes).unwrap();
    }
    let mut arguments: Vec<&OsStr> = vec!["-m".as_ref(), "lapel_peer.proof".as_ref()];
    arguments.extend(paths.iter().map(|path| path.as_os_str()));
    let printed = python(&arguments);
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_proof_that_lapel_writes_is_the_texts_and_shows_the_same_in_python() {
    let ada = Party::named("Ada");
    let receipts = receipts(&ada);
    let bytes = written(&ada, &receipts);
    let all: Vec<&Vec<u8>> = receipts.iter().collect();
    assert_eq!(bytes, signed(&ada, &header(&ada, 1, 4), &all), "not as the text has it");
    let ours = findings(&bytes);
    assert_eq!((&ours["contacts"], &ours["confirmed"]), (&3.into(), &2.into()), "{ours}");
    assert_eq!(pythons(&[("whole".into(), bytes)]), [ours]);
}

#[test]
fn whatever_is_done_to_a_proof_has_one_name_in_both() {
    let (ada, eve) = (Party::named("Ada"), Party::named("Eve"));
    let receipts = receipts(&ada);
    let whole = written(&ada, &receipts);
    let [a, b, c, d] = [0, 1, 2, 3].map(|number| &receipts[number]);
    let by =
        |who: &Party, receipts: &[&Vec<u8>], count| signed(who, &header(&ada, 1, count), receipts);
    let flipped = |at: usize| {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        altered
    };
    let end = whole.len();
    let first = cbor::bytes(header(&ada, 1, 4)).len();
    let rebound = {
        let at = whole.windows(6).position(|six| six == b"grants").unwrap();
        let mut altered = whole.clone();
        altered[at..at + 6].copy_from_slice(b"police");
        altered
    };
    let unsigned = &whole[..end - 66];
    let without_c = [&whole[..first], &[a, b, d].map(cbor::bytes).concat(), &whole[end - 66..]];
    let eves = kept(&eve, &Party::named("Mary"), true);
    let mut forged = d.clone();
    let at = forged.len() - 200;
    forged.truncate(forged.len() - 9);
    forged[at] ^= 1;
    let forged = lapel_protocol_tests::receipt::checked(forged);
    let mut cases: Vec<(String, Vec<u8>, Option<&str>)> = [
        ("a byte of the header flipped", flipped(20), None),
        ("a byte of the recipient flipped", flipped(first - 12), None),
        ("a byte of a receipt flipped", flipped(first + 100), Some("receipt 1: bytes")),
        ("a byte of the trailer flipped", flipped(end - 10), Some("signature")),
        ("a receipt altered and signed anew", by(&ada, &[a, b, c, &forged], 4), None),
        ("two receipts swapped", by(&ada, &[b, a, c, d], 4), Some("order 2")),
        ("a receipt dropped", without_c.concat(), Some("receipt 4: bytes")),
        ("a receipt dropped, signed anew", by(&ada, &[a, b, d], 4), Some("receipt 4: bytes")),
        (
            "a receipt dropped, counted anew",
            {
                let mut all = signed(&ada, &header(&ada, 1, 3), &[a, b, d]);
                all.splice(all.len() - 66.., whole[end - 66..].iter().copied());
                all
            },
            Some("signature"),
        ),
        ("a receipt twice", by(&ada, &[a, b, b, d], 4), Some("repeated 3")),
        ("a receipt more than counted", by(&ada, &[a, b, c, d], 3), Some("signature")),
        ("somebody else's receipt", by(&ada, &[&eves], 1), Some("another_holder 1")),
        ("another holder's signature", by(&eve, &[a, b, c, d], 4), Some("signature")),
        (
            "another holder in the header",
            signed(&eve, &header(&eve, 1, 4), &[a, b, c, d]),
            Some("another_holder 1"),
        ),
        ("another recipient", rebound, Some("signature")),
        ("no signature", unsigned.to_vec(), Some("truncated")),
        ("cut in a receipt", whole[..first + 50].to_vec(), Some("truncated")),
        ("cut in the header", whole[..first - 5].to_vec(), Some("truncated")),
        ("cut in the tag", whole[..8].to_vec(), Some("not_a_proof")),
        ("nothing", Vec::new(), Some("not_a_proof")),
        ("a byte appended", [&whole[..], b"\n"].concat(), Some("trailing")),
        ("itself appended", [&whole[..], &whole].concat(), Some("trailing")),
        (
            "a newer version",
            signed(&ada, &header(&ada, 2, 4), &[a, b, c, d]),
            Some("newer_version"),
        ),
        ("version 0", signed(&ada, &header(&ada, 0, 4), &[a, b, c, d]), Some("header")),
        ("no receipts", by(&ada, &[], 0), Some("header")),
        ("more receipts than there can be", by(&ada, &[a], 1_000_001), Some("header")),
        (
            "a million receipts and none there",
            cbor::bytes(header(&ada, 1, 1_000_000)),
            Some("truncated"),
        ),
        (
            "a length beyond all receipts",
            [&whole[..first], b"\x59\xff\xff", &whole[first..]].concat(),
            Some("receipt 1: bytes"),
        ),
        ("a receipt alone", a.clone(), Some("not_a_proof")),
    ]
    .into_iter()
    .map(|(what, bytes, name)| (what.to_owned(), bytes, name))
    .collect();
    for at in (0..end).step_by(31) {
        cases.push((format!("byte {at} flipped"), flipped(at), None));
    }
    let files: Vec<(String, Vec<u8>)> =
        cases.iter().map(|(what, bytes, _)| (what.clone(), bytes.clone())).collect();
    let theirs = pythons(&files);
    assert_eq!(theirs.len(), cases.len());
    for ((what, bytes, expected), theirs) in cases.iter().zip(theirs) {
        let ours = findings(bytes);
        let name = ours["refused"].as_str().unwrap_or_else(|| panic!("{what}: {ours}"));
        assert!(expected.is_none_or(|expected| expected == name), "{what}: {name}");
        assert_eq!(ours, theirs, "{what}");
        println!("{what}: {name}");
    }
}
