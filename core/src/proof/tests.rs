//! Proofs of receipts from real exchanges, and everything that can be done to them.

use core::ops::ControlFlow;
use std::io::{self, Read as _};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::badge::{Badge, BadgeFields};
use crate::cbor;
use crate::code::{Code, Coded as _};
use crate::encounter::Recorded;
use crate::event::Event;
use crate::exchange::{Exchange, Options, Scanned};
use crate::identity::Identity;
use crate::receipt::{Disclosure, Receipt, State};
use crate::signing::Context;
use crate::time::UnixTime;

const WALL: i64 = 1_795_458_300;

fn person(name: &str) -> Identity {
    let mut rng = ChaCha20Rng::seed_from_u64(name.bytes().map(u64::from).sum());
    Identity::generate(&mut rng)
}

/// The receipt that `holder` keeps of an exchange with `name`, who confirmed or only offered.
fn receipt(holder: &Identity, name: &str, state: State) -> Receipt {
    of_meeting(1, holder, name, state)
}

/// The same of their first, second, … meeting.
fn of_meeting(number: u64, holder: &Identity, name: &str, state: State) -> Receipt {
    let seed = name.bytes().map(u64::from).sum::<u64>() + number;
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let now = Duration::from_secs(1);
    let peer = person(name);
    let mut begin = |me: &Identity, name: &str| {
        let badge = Badge::new(BadgeFields::named(name)).unwrap();
        let options = Options { event: Event::new("Rust Week").unwrap(), ..Options::default() };
        let wall = UnixTime::clamped(WALL);
        Exchange::begin(me, &badge, options, now, wall, 0, &mut rng).unwrap()
    };
    let (mut own, mut theirs) = (begin(holder, "Ada"), begin(&peer, name));
    let take = |exchange: &mut Exchange, text: &str| {
        let Scanned::Verified(who) = exchange.scan(text, now) else { panic!("not verified") };
        let encounter = exchange.accept(&who.transcript).unwrap();
        let (transcript, person) = (encounter.transcript(), encounter.person());
        exchange.acknowledge(&Recorded { transcript, person, encounters: 1 }).unwrap();
        encounter.receipt
    };
    theirs.scan(&own.frame(now).unwrap().text, now);
    let mut receipt = take(&mut own, &theirs.frame(now).unwrap().text);
    if state == State::Confirmed {
        take(&mut theirs, &own.frame(now).unwrap().text);
        let confirm = theirs.frame(now).unwrap().text;
        let Scanned::Confirmed(word) = own.scan(&confirm, now) else { panic!("not confirmed") };
        receipt.set_confirmed(word.signature);
    }
    receipt.disclosing(Disclosure { holder: false, peer: true })
}

fn sorted(mut receipts: Vec<Receipt>) -> Vec<Receipt> {
    receipts.sort_by_key(|receipt| place(&receipt.shown()));
    receipts
}

fn some(holder: &Identity) -> Vec<Receipt> {
    sorted(vec![
        receipt(holder, "Grace", State::Confirmed),
        receipt(holder, "Mary", State::Offered),
        receipt(holder, "Alan", State::Confirmed),
    ])
}

fn terms() -> ProofTerms {
    ProofTerms::new("The grant office", "Visa of 2027", UnixTime::clamped(WALL + 60)).unwrap()
}

fn proof(holder: &Identity, receipts: &[Receipt]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ProofWriter::begin(holder, &terms(), receipts.len(), &mut bytes).unwrap();
    receipts.iter().for_each(|receipt| writer.put(receipt).unwrap());
    writer.end().unwrap();
    bytes
}

/// The same signed over whatever strings these are, whole receipts or not.
fn signed(holder: &Identity, strings: &[Vec<u8>]) -> Vec<u8> {
    let string = |bytes: &[u8]| cbor::write(|w| w.bytes(bytes).map(drop));
    let body: Vec<u8> = strings.iter().flat_map(|bytes| string(bytes)).collect();
    let signature = holder.sign(Context::Proof, &[&Sha256::digest(&body)]);
    [body, string(&signature)].concat()
}

fn header(holder: &Identity, receipts: u32) -> Vec<u8> {
    Header { holder: holder.person(), terms: terms(), receipts }.to_bytes()
}

fn checked(bytes: &[u8]) -> Result<(Verified, Vec<Shown>), ProofError> {
    let mut all = Vec::new();
    let verified = verify(&mut &*bytes, &mut |_, shown| {
        all.push(shown);
        ControlFlow::Continue(())
    })?;
    Ok((verified, all))
}

fn refused(bytes: &[u8]) -> ProofError {
    checked(bytes).expect_err("it holds")
}

#[test]
fn a_proof_shows_what_its_receipts_show_and_whom_it_is_made_for() {
    let ada = person("Ada");
    let receipts = some(&ada);
    let bytes = proof(&ada, &receipts);
    let (verified, all) = checked(&bytes).unwrap();
    assert_eq!(all, receipts.iter().map(Receipt::shown).collect::<Vec<_>>());
    assert_eq!((verified.contacts, verified.confirmed), (3, 2));
    assert_eq!((verified.header.holder, verified.header.receipts), (ada.person(), 3));
    assert_eq!(verified.header.terms, terms());
    assert_eq!(verified.bytes, bytes.len() as u64);
    assert_eq!(verified.digest.as_bytes()[..], Sha256::digest(&bytes)[..]);
    assert_eq!(bytes, proof(&ada, &receipts), "the same again gives the same bytes");
    let names = |side: fn(&Shown) -> &crate::receipt::ShownSide| {
        all.iter().filter(|shown| side(shown).badge.is_some()).count()
    };
    assert_eq!((names(|s| &s.peer), names(|s| &s.holder)), (3, 0));
}

#[test]
fn whoever_was_met_several_times_is_one_contact_who_confirmed_if_any_meeting_was_confirmed() {
    let ada = person("Ada");
    let meetings = |states: &[State]| {
        let met = (1..).zip(states);
        let mut receipts: Vec<_> =
            met.map(|(number, state)| of_meeting(number, &ada, "Grace", *state)).collect();
        receipts.push(receipt(&ada, "Mary", State::Offered));
        let (verified, all) = checked(&proof(&ada, &sorted(receipts))).unwrap();
        assert_eq!(all.len(), states.len() + 1);
        (verified.contacts, verified.confirmed)
    };
    use State::{Confirmed, Offered};
    assert_eq!(meetings(&[Confirmed, Offered, Confirmed]), (2, 1));
    assert_eq!(meetings(&[Offered, Confirmed]), (2, 1));
    assert_eq!(meetings(&[Offered, Offered]), (2, 0));
}

#[test]
fn any_altered_bit_is_found_and_named_by_the_receipt_it_is_in() {
    let ada = person("Ada");
    let receipts = some(&ada);
    let bytes = proof(&ada, &receipts);
    let mut ends = vec![cbor::string_size(header(&ada, 3).len())];
    for receipt in &receipts {
        ends.push(ends.last().unwrap() + cbor::string_size(receipt.to_bytes().len()));
    }
    assert_eq!(ends.last().unwrap() + cbor::string_size(64), bytes.len());
    for at in 0..bytes.len() {
        for bit in [0x01, 0x80] {
            let mut altered = bytes.clone();
            altered[at] ^= bit;
            let error = refused(&altered);
            let part = ends.iter().filter(|end| **end <= at).count();
            match (part, &error) {
                // What the header says may be well said and wrong: then what follows doesn't fit it.
                (0, _) => {}
                (1..=3, ProofError::Receipt { number, .. }) => assert_eq!(*number as usize, part),
                (4, ProofError::Signature) => {}
                // A longer length reaches into what follows or beyond the end.
                (_, ProofError::Truncated(Part::Receipt(number))) => {
                    assert_eq!(*number as usize, part);
                }
                (_, ProofError::Truncated(Part::Signature)) => assert_eq!(part, 4),
                (part, error) => panic!("byte {at} of part {part}: {error}"),
            }
        }
    }
}

#[test]
fn a_proof_cut_anywhere_or_with_anything_behind_it_is_refused() {
    let ada = person("Ada");
    let bytes = proof(&ada, &some(&ada));
    for length in 0..bytes.len() {
        let error = refused(&bytes[..length]);
        assert!(
            matches!(error, ProofError::Truncated(_) | ProofError::NotAProof),
            "cut to {length}: {error}"
        );
    }
    for more in [&b"\0"[..], b"\x40", b"\x58", &bytes] {
        assert!(matches!(refused(&[&bytes, more].concat()), ProofError::Trailing));
    }
}

#[test]
fn whoever_signs_anew_still_cannot_swap_repeat_drop_or_borrow_receipts() {
    let (ada, eve) = (person("Ada"), person("Eve"));
    let all: Vec<Vec<u8>> = some(&ada).iter().map(Receipt::to_bytes).collect();
    let with = |receipts: &[&Vec<u8>], count| {
        let strings: Vec<_> =
            [header(&ada, count)].into_iter().chain(receipts.iter().copied().cloned()).collect();
        signed(&ada, &strings)
    };
    assert!(checked(&with(&[&all[0], &all[1], &all[2]], 3)).is_ok());
    let swapped = refused(&with(&[&all[1], &all[0], &all[2]], 3));
    assert!(matches!(swapped, ProofError::Order { number: 2 }), "{swapped}");
    let repeated = refused(&with(&[&all[0], &all[0], &all[2]], 3));
    assert!(matches!(repeated, ProofError::Repeated { number: 2 }), "{repeated}");
    let dropped = refused(&with(&[&all[0], &all[1]], 3));
    assert!(matches!(dropped, ProofError::Receipt { number: 3, .. }), "{dropped}");
    let eves = receipt(&eve, "Zoe", State::Confirmed).to_bytes();
    let borrowed = refused(&with(&[&eves], 1));
    assert!(matches!(borrowed, ProofError::AnotherHolder { number: 1 }), "{borrowed}");

    let another = signed(&eve, &[header(&ada, 1), all[0].clone()]);
    assert!(matches!(refused(&another), ProofError::Signature));
}

#[test]
fn a_proof_made_for_one_cannot_be_passed_off_as_made_for_another() {
    let ada = person("Ada");
    let bytes = proof(&ada, &some(&ada));
    let at = bytes.windows(5).position(|five| five == b"grant").unwrap();
    let mut another = bytes.clone();
    another[at..at + 5].copy_from_slice(b"press");
    assert!(matches!(refused(&another), ProofError::Signature));
}

#[test]
fn headers_that_no_holder_writes_are_refused_by_their_name() {
    let ada = person("Ada");
    let one = receipt(&ada, "Grace", State::Confirmed).to_bytes();
    let with = |holder: &[u8], version: u64, to: &str, purpose: &str, made_at: u32, count: u64| {
        let header = cbor::write(|w| {
            w.array(7)?.str("lapel proof")?.u64(version)?.bytes(holder)?;
            w.str(to)?.str(purpose)?.u32(made_at)?.u64(count)?;
            Ok(())
        });
        refused(&signed(&ada, &[header, one.clone()]))
    };
    let me = ada.person();
    let me = me.as_bytes();
    let header = |error: ProofError| assert!(matches!(error, ProofError::Header), "{error}");
    assert!(matches!(with(me, 2, "", "", 70_000, 1), ProofError::NewerVersion(2)));
    header(with(me, 0, "", "", 70_000, 1));
    header(with(&[0; 32], 1, "", "", 70_000, 1));
    header(with(&me[1..], 1, "", "", 70_000, 1));
    header(with(me, 1, " Bob", "", 70_000, 1));
    header(with(me, 1, "", "one\ntwo", 70_000, 1));
    header(with(me, 1, &"a".repeat(97), "", 70_000, 1));
    header(with(me, 1, "", &"a".repeat(257), 70_000, 1));
    header(with(me, 1, "", "", 65_535, 1));
    header(with(me, 1, "", "", 70_000, 0));
    header(with(me, 1, "", "", 70_000, 1_000_001));
    header(with(me, 1, "", "", 70_000, u64::MAX));
    for other in
        [&b""[..], b"BEGIN:VCARD", &one, &[0xFF; 3_000], b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff"]
    {
        assert!(matches!(refused(other), ProofError::NotAProof));
    }
}

#[test]
fn a_million_announced_and_a_length_beyond_all_receipts_cost_nothing() {
    let ada = person("Ada");
    let header = cbor::write(|w| w.bytes(&header(&ada, MAX_RECEIPTS)).map(drop));
    assert!(matches!(refused(&header), ProofError::Truncated(Part::Receipt(1))));
    for head in
        [&b"\x59\xff\xff"[..], b"\x59\x0a\x01", b"\x5a\xff\xff\xff\xff", b"\x5f", b"\x58\x17"]
    {
        let mut endless = header.chain(head).chain(io::repeat(0));
        let error = verify(&mut endless, &mut |_, _| ControlFlow::Continue(())).unwrap_err();
        assert!(matches!(error, ProofError::Receipt { number: 1, .. }), "{error}");
    }
}

#[test]
fn nobody_is_told_a_proof_holds_who_breaks_off_or_whose_reader_fails() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    let ada = person("Ada");
    let bytes = proof(&ada, &some(&ada));
    let mut told = 0;
    let broken_off = verify(&mut &*bytes, &mut |_, _| {
        told += 1;
        ControlFlow::Break(())
    });
    assert!(matches!(broken_off, Err(ProofError::Cancelled)) && told == 1);
    let mut half = bytes[..bytes.len() / 2].chain(Broken);
    let failed = verify(&mut half, &mut |_, _| ControlFlow::Continue(())).unwrap_err();
    assert_eq!(failed.to_string(), "reading the proof failed: unplugged");
}

#[test]
fn a_writer_takes_only_what_makes_a_proof() {
    let (ada, eve) = (person("Ada"), person("Eve"));
    let (receipts, mut out) = (some(&ada), Vec::new());
    fn begin<'a>(
        ada: &'a Identity,
        count: usize,
        out: &'a mut Vec<u8>,
    ) -> Result<ProofWriter<'a>, ProofWriteError> {
        ProofWriter::begin(ada, &terms(), count, out)
    }
    assert!(matches!(begin(&ada, 0, &mut out), Err(ProofWriteError::Count(0))));
    assert!(matches!(begin(&ada, 1_000_001, &mut out), Err(ProofWriteError::Count(1_000_001))));
    assert!(out.is_empty());
    let mut writer = begin(&ada, 2, &mut out).unwrap();
    let eves = receipt(&eve, "Zoe", State::Confirmed);
    assert!(matches!(writer.put(&eves), Err(ProofWriteError::AnotherHolder)));
    writer.put(&receipts[1]).unwrap();
    for early in [&receipts[0], &receipts[1]] {
        assert!(matches!(writer.put(early), Err(ProofWriteError::Order)));
    }
    writer.put(&receipts[2]).unwrap();
    let mut full = begin(&ada, 1, &mut out).unwrap();
    full.put(&receipts[0]).unwrap();
    assert!(matches!(full.put(&receipts[1]), Err(ProofWriteError::NotAsAnnounced)));
    let early = begin(&ada, 2, &mut out).unwrap();
    assert!(matches!(early.end(), Err(ProofWriteError::NotAsAnnounced)));
}

#[test]
fn words_are_brought_into_form_and_refused_by_name_and_code() {
    let at = UnixTime::clamped(WALL);
    assert_eq!(ProofTerms::new(" Jose\u{301} ", "", at).unwrap().to(), "José");
    let long = ProofTerms::new("", &"a".repeat(257), at).unwrap_err();
    assert_eq!(long.to_string(), "the purpose takes 257 bytes of UTF-8 and may take 256");
    assert_eq!((long.code(), &long.values()[0]), (Code::TextTooLong, &("field", "purpose".into())));
    let hidden = ProofTerms::new("A\u{202E}B", "", at).unwrap_err();
    assert_eq!(
        (hidden.code(), &hidden.values()[0]),
        (Code::TextForbidden, &("field", "to".into()))
    );
}

#[cfg(feature = "qr")]
mod pages {
    use super::*;

    fn page(bytes: &[u8]) -> (Result<Verified, ReportError>, String) {
        let mut page = Vec::new();
        let verified = report(&mut &*bytes, &mut page, &mut |_, _| ControlFlow::Continue(()));
        (verified, String::from_utf8(page).unwrap())
    }

    #[test]
    fn the_page_says_who_what_and_what_not_with_the_digest_as_digits_and_code() {
        let ada = person("Ada");
        let bytes = proof(&ada, &some(&ada));
        let (verified, page) = page(&bytes);
        let verified = verified.unwrap();
        for part in [
            "<bdi>The grant office</bdi>",
            "<bdi>Visa of 2027</bdi>",
            "<bdi>Grace</bdi>",
            "offered a badge to the holder, and did not confirm",
            "both named the event <bdi>Rust Week</bdi>",
            "Neither presence nor place nor date.",
            &verified.digest.to_string(),
            &ada.person().fingerprint().to_string(),
            "3 keys beside the holder's, of which 2 confirmed",
        ] {
            assert!(page.contains(part), "{part} isn't in {page}");
        }
        let symbol = crate::qr::Symbol::new(&verified.digest.to_string()).unwrap();
        assert!(page.contains(&symbol.svg()) && page.ends_with("</html>\n"));
        // Nothing of it is fetched from anywhere.
        let names = page.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !names.contains("http://") && !names.contains("https://") && !names.contains("src=")
        );
        assert!(!names.contains("url(") && !names.contains("<script"));
    }

    #[test]
    fn a_proof_that_does_not_hold_gives_no_whole_page() {
        let ada = person("Ada");
        let mut bytes = proof(&ada, &some(&ada));
        *bytes.last_mut().unwrap() ^= 1;
        let (refused, page) = page(&bytes);
        assert!(matches!(refused, Err(ReportError::Proof(ProofError::Signature))));
        assert!(!page.contains("</html>") && !page.contains("<svg"));
    }

    #[test]
    fn words_and_names_stay_words_in_the_page() {
        let ada = person("Ada");
        let hostile = "<script>alert('&\"')</script>";
        let receipts = [receipt(&ada, hostile, State::Confirmed)];
        let terms = ProofTerms::new(hostile, hostile, UnixTime::clamped(WALL)).unwrap();
        let mut bytes = Vec::new();
        let mut writer = ProofWriter::begin(&ada, &terms, 1, &mut bytes).unwrap();
        writer.put(&receipts[0]).unwrap();
        writer.end().unwrap();
        let (verified, page) = page(&bytes);
        verified.unwrap();
        let tame = "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;";
        assert!(!page.contains("<script") && page.matches(tame).count() == 3);
    }
}
