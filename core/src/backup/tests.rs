//! Backups that no book wrote: each is refused, entry by entry or whole, and never by a panic.

use core::time::Duration;
use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::badge::{Badge, BadgeFields};
use crate::book::{Book, Settings};
use crate::encounter::Encounter;
use crate::exchange::{Exchange, Options, Scanned};
use crate::ledger::{Entry, Subject};
use crate::vault::memory::MemoryVault;

/// A pair of age's own tests.
const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
const IDENTITY: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
const SECRET: [u8; 32] = [7; 32];
const CLOCK: u64 = 100;

fn head() -> Head {
    let secret = zeroize::Zeroizing::new(SECRET);
    Head { secret, store: [1; 16], made_at: UnixTime::MIN, clock: CLOCK }
}

/// A backup with these entries, signed by whoever has this secret.
fn signed(head: &Head, entries: &[Entry], secret: &[u8; 32]) -> Vec<u8> {
    let lock = Lock::recipients(&[RECIPIENT]).unwrap();
    let mut writing = Writing::begin(Vec::new(), &lock, head).unwrap();
    entries.iter().for_each(|entry| writing.entry(entry).unwrap());
    writing.finish(&Identity::from_secret(secret)).unwrap()
}

#[test]
fn a_backup_that_is_finished_has_left_every_buffer() {
    let lock = Lock::recipients(&[RECIPIENT]).unwrap();
    let out = io::BufWriter::with_capacity(1 << 20, Vec::new());
    let writing = Writing::begin(out, &lock, &head()).unwrap();
    let out = writing.finish(&Identity::from_secret(&SECRET)).unwrap();
    assert!(out.buffer().is_empty() && judged(out.get_ref()).is_ok());
}

/// Any bytes in an age file.
fn locked(bytes: &[u8]) -> Vec<u8> {
    let lock = Lock::recipients(&[RECIPIENT]).unwrap();
    let mut out = lock.seal(Vec::new()).unwrap();
    io::Write::write_all(&mut out, bytes).unwrap();
    out.finish().unwrap()
}

fn key() -> Key {
    Key::identity(IDENTITY).unwrap()
}

fn judged(bytes: &[u8]) -> Result<Merged, BackupError> {
    Book::would_restore(&Backup::bytes(bytes, &key()))
}

/// What is said of the one entry of a backup.
fn of_one(entry: Entry) -> Result<Merged, Refusal> {
    let mut merged = judged(&signed(&head(), &[entry], &SECRET)).unwrap();
    match merged.refused.pop() {
        Some(refused) => {
            assert_eq!((refused.entry, merged.encounters, merged.others), (1, 0, 0));
            Err(refused.why)
        }
        None => Ok(merged),
    }
}

/// An encounter of the owner of `mine` with somebody, accepted.
fn encounter(mine: &Identity, rng: &mut ChaCha20Rng) -> Encounter {
    let theirs = Identity::generate(rng);
    let badge = Badge::new(BadgeFields::named("Somebody")).unwrap();
    let (now, options) = (Duration::ZERO, Options::default());
    let mut begin = |who: &Identity| {
        Exchange::begin(who, &badge, options.clone(), now, UnixTime::MIN, 1, rng).unwrap()
    };
    let (mut one, mut other) = (begin(mine), begin(&theirs));
    other.scan(&one.frame(now).unwrap().text, now);
    match one.scan(&other.frame(now).unwrap().text, now) {
        Scanned::Verified(seen) => one.accept(&seen.transcript).unwrap(),
        other => panic!("nobody was verified: {other}"),
    }
}

/// The entry of an encounter, as the book writes it.
fn met(receipt: &[u8], clock: u64) -> Entry {
    let payload = crate::cbor::write(|w| {
        w.array(4)?.bytes(receipt)?.bytes(b"confirm")?.bytes(b"")?;
        w.array(2)?.u64(clock)?.bytes(&[1; 8])?;
        Ok(())
    });
    Entry { seq: 0, kind: 1, subjects: Vec::new(), payload }
}

#[test]
fn a_receipt_alone_opens_no_door() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (me, other) = (Identity::from_secret(&SECRET), Identity::generate(&mut rng));
    let mine = encounter(&me, &mut rng).receipt;
    let merged = of_one(met(&mine.to_bytes(), CLOCK)).unwrap();
    assert_eq!((merged.people, merged.encounters), (1, 1));

    // What somebody else kept, who met the owner or anybody.
    let theirs = encounter(&other, &mut rng).receipt;
    assert_eq!(of_one(met(&theirs.to_bytes(), 1)), Err(Refusal::AnotherHolder));
    // The owner offered, and never accepted the peer: what somebody declined still holds.
    let mut declined = mine.clone();
    std::mem::swap(&mut declined.holder, &mut declined.peer);
    assert_eq!(of_one(met(&declined.to_bytes(), 1)), Err(Refusal::AnotherHolder));
    let mut declined = mine.clone();
    let th = mine.transcript();
    let items: [&[u8]; 2] = [th.as_bytes(), &mine.holder.ephemeral];
    declined.holder.signed =
        crate::receipt::Signed::Offer(me.sign(crate::signing::Context::Offer, &items));
    assert!(declined.check().is_ok(), "a good receipt");
    assert_eq!(of_one(met(&declined.to_bytes(), 1)), Err(Refusal::NotAccepted));
    // Signed by nobody who was there.
    let mut forged = mine.clone();
    forged.peer.opening.met_at = UnixTime::clamped(1_795_458_300);
    let refused = of_one(met(&forged.to_bytes(), 1)).unwrap_err();
    assert!(matches!(refused, Refusal::Receipt(_)), "{refused}");
}

#[test]
fn entries_that_no_book_holds_are_refused_one_by_one() {
    let entry = |kind, payload: &[u8]| Entry {
        seq: 0,
        kind,
        subjects: Vec::new(),
        payload: payload.to_vec(),
    };
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let mine = encounter(&Identity::from_secret(&SECRET), &mut rng).receipt.to_bytes();
    assert_eq!(of_one(met(&mine, CLOCK + 1)), Err(Refusal::Clock));
    for kind in [1, 2, 3, 4, 5, 6, 7, 8, 9] {
        assert_eq!(of_one(entry(kind, b"\xA0")), Err(Refusal::Unreadable), "{kind}");
    }
    // A confirmation stands in its receipt, and how far a book counted in the head.
    assert_eq!(of_one(entry(9, &[0x81, 5])), Err(Refusal::Unreadable));
    // Of a later version, and larger than any ledger takes.
    assert_eq!(of_one(entry(200, &[0; 4_000])).unwrap().others, 1);
    assert_eq!(of_one(entry(200, &[0; 4_096])), Err(Refusal::TooLarge));
    // Who is forgotten comes first, and was forgotten by then.
    let stone = |clock: u8| {
        let mut payload = vec![0x85, 0x50];
        payload.extend([9; 16]);
        payload.extend([0x18, clock, 0x01, 0x40, 0x40]);
        entry(5, &payload)
    };
    assert_eq!(of_one(stone(100)).unwrap().others, 1);
    assert_eq!(of_one(stone(101)), Err(Refusal::Clock));
    let merged = judged(&signed(&head(), &[entry(200, b"x"), stone(50)], &SECRET)).unwrap();
    assert_eq!((merged.others, merged.refused[0].why.clone()), (1, Refusal::Order));
}

#[test]
fn what_is_refused_is_left_out_and_the_rest_is_restored() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let (me, other) = (Identity::from_secret(&SECRET), Identity::generate(&mut rng));
    let [good, bad, again] =
        [&me, &other, &me].map(|who| met(&encounter(who, &mut rng).receipt.to_bytes(), 5));
    let bytes = signed(&head(), &[good, bad, again], &SECRET);
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings::new(dir.path().join("book"), Arc::new(MemoryVault::default()));
    let (book, _, merged) =
        Book::restore(settings, &Backup::bytes(&bytes, &key()), &mut rng).unwrap();
    assert_eq!((merged.encounters, merged.refused.len(), merged.refused[0].entry), (2, 1, 2));
    assert_eq!(book.contacts().unwrap().len(), 2);
    assert_eq!(book.identity().person(), me.person());
}

#[test]
fn only_the_owner_s_signature_over_all_of_it_counts() {
    let entries = [Entry { seq: 0, kind: 200, subjects: Vec::new(), payload: vec![1] }];
    assert!(judged(&signed(&head(), &entries, &SECRET)).is_ok());
    let error = judged(&signed(&head(), &entries, &[8; 32])).unwrap_err();
    assert!(matches!(error, BackupError::Signature), "{error}");
}

/// What is inside, so that it can be bent behind age's back.
fn inside(entries: &[Entry]) -> Vec<u8> {
    let bytes = signed(&head(), entries, &SECRET);
    let mut inside = Vec::new();
    lock::open(Box::new(bytes.as_slice()), &key()).unwrap().read_to_end(&mut inside).unwrap();
    inside
}

#[test]
fn whatever_is_bent_inside_is_found_and_named() {
    let subjects = vec![Subject::new(*b"somebody").unwrap()];
    let entries = [Entry { seq: 0, kind: 200, subjects, payload: vec![1, 2, 3] }];
    let whole = inside(&entries);
    assert!(judged(&locked(&whole)).is_ok());
    for end in 0..whole.len() {
        let error = judged(&locked(&whole[..end])).unwrap_err();
        assert!(matches!(error, BackupError::NotABackup | BackupError::Altered { .. }), "{error}");
    }
    for at in 0..whole.len() {
        for bit in [1, 0x80] {
            let mut bent = whole.clone();
            bent[at] ^= bit;
            judged(&locked(&bent)).unwrap_err();
        }
    }
    let longer = [whole.as_slice(), b"x"].concat();
    assert!(matches!(judged(&locked(&longer)), Err(BackupError::Altered { entries: 1 })));
    let mut newer = whole.clone();
    newer[13] = 2;
    assert!(matches!(judged(&locked(&newer)), Err(BackupError::Newer)));
    assert!(matches!(judged(&locked(b"{\"contacts\":[]}")), Err(BackupError::NotABackup)));
}

#[test]
fn a_header_of_this_version_that_was_altered_is_never_taken_for_a_newer_one() {
    let whole = locked(&inside(&[]));
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let header = whole.windows(4).position(|four| four == b"--- ").unwrap() + 4 + 43;
    for at in first..=header {
        for bit in 0..8 {
            let mut bent = whole.clone();
            bent[at] ^= 1 << bit;
            let error = judged(&bent).unwrap_err();
            assert!(!matches!(error, BackupError::Newer), "byte {at}, bit {bit}: {error}");
        }
    }
}

#[test]
fn lengths_and_counts_are_bounded_before_they_are_believed() {
    let whole = inside(&[]);
    let head_at = 14;
    // Four thousand million bytes of a head, or of an entry.
    for at in [head_at, whole.len() - 68] {
        let mut bent = whole[..at + 4].to_vec();
        bent[at..].copy_from_slice(&u32::MAX.to_be_bytes());
        let error = judged(&locked(&bent)).unwrap_err();
        assert!(matches!(error, BackupError::Entry { entry: 1 }), "{error}");
    }
    // An array of as many subjects in an entry of a few bytes.
    let bomb = [0x83, 0x18, 200, 0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    let mut bent = whole[..whole.len() - 68].to_vec();
    bent.extend((bomb.len() as u32).to_be_bytes());
    bent.extend(bomb);
    assert!(matches!(judged(&locked(&bent)), Err(BackupError::Entry { entry: 1 })));
    // More that is refused than any version would write.
    let bad = Entry { seq: 0, kind: 1, subjects: Vec::new(), payload: vec![0] };
    let error = judged(&signed(&head(), &vec![bad; 5_000], &SECRET)).unwrap_err();
    assert!(matches!(error, BackupError::TooManyRefused { .. }), "{error}");
    // As many who are forgotten as memory has room for, though it is always the same one.
    let payload = crate::cbor::write(|w| {
        w.array(5)?.bytes(&[1; 16])?.u64(CLOCK)?.u32(1)?.bytes(b"")?.bytes(&[2; 200 * 16])?;
        Ok(())
    });
    let stone = Entry { seq: 0, kind: 5, subjects: Vec::new(), payload };
    let of = |times| judged(&signed(&head(), &vec![stone.clone(); times], &SECRET));
    assert_eq!(of(1_000).unwrap().refused.len(), 0);
    let error = of(1_400).unwrap_err();
    assert!(matches!(error, BackupError::TooManyForgotten { max: 262_144 }), "{error}");
    // A clock beyond any book's would stop all stamps.
    let far = Head { clock: u64::MAX, ..head() };
    assert!(matches!(judged(&signed(&far, &[], &SECRET)), Err(BackupError::NotABackup)));
}
