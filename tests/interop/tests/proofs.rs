//! Proofs, read by a second implementation, in Python: the same findings of one that holds, and the same name
//! whatever byte of it is flipped. What else is done to proofs stands in the vectors, which both read.
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
use lapel::proof::{self, ProofTerms, ProofWriter};
use lapel::receipt::Receipt;
use lapel::time::UnixTime;
use lapel_interop_tests::python;
use lapel_protocol_tests::Party;
use lapel_protocol_tests::vectors::{
    self, Kept, PROOF_MADE_AT, kept_by, proof_header, signed_proof,
};
use serde_json::{Value, json};

const TO: &str = "Zürich grants";

/// The proof that `lapel` writes of them.
fn written(holder: &Party, receipts: &[Kept]) -> Vec<u8> {
    let me = Identity::from_secret(&holder.key.to_bytes());
    let terms = ProofTerms::new(TO, "", UnixTime::clamped(PROOF_MADE_AT as i64)).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ProofWriter::begin(&me, &terms, receipts.len(), &mut bytes).unwrap();
    receipts.iter().for_each(|r| writer.put(&Receipt::from_bytes(&r.bytes).unwrap()).unwrap());
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
        Err(error) => json!({ "refused": vectors::proof_error(&error) }),
    }
}

/// What Python finds in each of these files.
fn pythons(files: &[Vec<u8>]) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> =
        (0..files.len()).map(|number| dir.path().join(number.to_string())).collect();
    for (path, bytes) in paths.iter().zip(files) {
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
    let receipts = kept_by(&ada);
    let bytes = written(&ada, &receipts);
    let all: Vec<&[u8]> = receipts.iter().map(|kept| kept.bytes.as_slice()).collect();
    let header = proof_header(&ada, 1, TO, all.len());
    assert_eq!(bytes, signed_proof(&ada, &header, &all), "not as the text has it");
    let ours = findings(&bytes);
    assert_eq!((&ours["contacts"], &ours["confirmed"]), (&3.into(), &2.into()), "{ours}");
    assert_eq!(pythons(&[bytes]), [ours]);
}

#[test]
fn whatever_byte_of_a_proof_is_flipped_has_one_name_in_both() {
    let ada = Party::named("Ada");
    let whole = written(&ada, &kept_by(&ada));
    let flipped = |at: usize| {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        altered
    };
    // Every byte of the header and of the signature, and some between.
    let places =
        (0..150).chain((150..whole.len() - 66).step_by(31)).chain(whole.len() - 66..whole.len());
    let files: Vec<Vec<u8>> = places.clone().map(flipped).collect();
    let theirs = pythons(&files);
    assert_eq!(theirs.len(), files.len());
    for ((at, file), theirs) in places.zip(&files).zip(theirs) {
        let ours = findings(file);
        assert!(ours["refused"].is_string(), "byte {at}: {ours}");
        assert_eq!(ours, theirs, "byte {at}");
    }
    println!("{} flipped bytes have one name each", files.len());
}
