//! What stays of someone forgotten, searched for by a second reading of `STORAGE.md`: its sealing is
//! written anew here, from the text.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use lapel::identity::PersonId;
use lapel::receipt::Disclosure;
use lapel_book_tests::{copy_tree, encounter_of, files, ledger, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::Sha256;

use crate::{scratch, share};

/// How much of a frame has to stay for it to be found.
const PIECE: usize = 64;

/// What opens the frames of one epoch.
struct Key {
    cipher: XChaCha20Poly1305,
    /// Format version, store id, epoch.
    bound: Vec<u8>,
    bytes: Vec<u8>,
}

impl Key {
    /// The one key in a file vault.
    fn only(keys: &Path) -> Self {
        let mut files = files(keys);
        // How far the book is, which opens nothing.
        files.retain(|name, _| name.extension().is_none_or(|kind| kind != "head"));
        assert_eq!(files.len(), 1, "one key: {:?}", files.keys());
        let (name, bytes) = files.into_iter().next().unwrap();
        let name = name.to_str().unwrap().strip_suffix(".key").unwrap().replace('-', "");
        let id: Vec<u8> = (0..name.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&name[at..at + 2], 16).unwrap())
            .collect();
        let mut subkey = [0; 32];
        let root = Hkdf::<Sha256>::new(Some(&id), &bytes);
        root.expand(b"lapel/1 ledger", &mut subkey).unwrap();
        let cipher = XChaCha20Poly1305::new((&subkey).into());
        Self { cipher, bound: [&[0, 1], id.as_slice()].concat(), bytes }
    }

    /// The frame that `bytes` start with, and its plaintext.
    fn open<'a>(&self, bytes: &'a [u8]) -> Option<(&'a [u8], Vec<u8>)> {
        let length = u32::from_be_bytes(bytes.get(4..8)?.try_into().unwrap()) as usize;
        if !(272..=4112).contains(&length) {
            return None;
        }
        let frame = bytes.get(..56 + 24 + length)?;
        let (head, rest) = frame.split_at(56);
        let (nonce, sealed) = rest.split_at(24);
        let bound = [self.bound.as_slice(), head].concat();
        let nonce = XNonce::from(<[u8; 24]>::try_from(nonce).unwrap());
        let plain = self.cipher.decrypt(&nonce, Payload { msg: sealed, aad: &bound }).ok()?;
        Some((frame, plain))
    }

    /// All frames that open anywhere in `bytes`, at whatever offset.
    fn open_everywhere<'a>(&self, bytes: &'a [u8]) -> Vec<(&'a [u8], Vec<u8>)> {
        let offsets = 0..bytes.len().saturating_sub(352);
        offsets.filter_map(|at| self.open(&bytes[at..])).collect()
    }
}

/// Whether an entry is about this person, by its subjects.
fn is_about(plain: &[u8], person: &PersonId) -> bool {
    let (mut rest, wanted) = (&plain[4..], [b"p", person.as_bytes().as_slice()].concat());
    (0..plain[3]).any(|_| {
        let (subject, after) = rest[1..].split_at(rest[0].into());
        rest = after;
        subject == wanted
    })
}

/// Which files hold any of the pieces, and how often.
fn search(dir: &Path, wanted: &[Vec<u8>]) -> Vec<(PathBuf, usize)> {
    let mut pieces: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
    for piece in wanted.iter().flat_map(|bytes| bytes.chunks_exact(PIECE)) {
        pieces.entry(&piece[..8]).or_default().push(piece);
    }
    assert!(!pieces.is_empty());
    let mut found = Vec::new();
    for (path, bytes) in files(dir) {
        let starts = |piece: &&[u8], at: usize| bytes[at..].starts_with(piece);
        let hits = bytes.windows(8).enumerate().filter(|(at, eight)| {
            pieces.get(eight).is_some_and(|pieces| pieces.iter().any(|piece| starts(piece, *at)))
        });
        found.push((path, hits.count()));
    }
    found.retain(|(_, hits)| *hits > 0);
    found
}

/// How many frames about `person` open anywhere under `dir`, and how many open at all.
fn opens(dir: &Path, key: &Key, person: &PersonId) -> (usize, usize) {
    let files = files(dir);
    let frames = files.values().flat_map(|bytes| key.open_everywhere(bytes));
    frames.fold((0, 0), |(about, all), (_, plain)| {
        (about + usize::from(is_about(&plain, person)), all + 1)
    })
}

#[test]
fn of_someone_forgotten_no_sealed_byte_stays_and_no_key_that_opened_any() {
    let (mut pieces, mut opened) = (0, 0);
    let rounds = share(12, 2);
    for round in 0..rounds {
        let mut rng = ChaCha20Rng::seed_from_u64(70 + round as u64);
        let (dir, copy) = (scratch(), scratch());
        let (mut book, _) = phone::open(dir.path(), &mut rng).unwrap();
        let mut people = Vec::new();
        for i in 0..9 {
            let someone = stranger(&format!("Someone {i}"), &mut rng);
            let encounter = encounter_of(&mut book, &someone, &mut rng);
            let _ = book.record(&encounter, &mut rng).unwrap();
            let person = someone.0.person();
            book.note(&person, &format!("note {i} {}", "word ".repeat(60)), &mut rng).unwrap();
            people.push(person);
            // So that frames stand in an index on disk, and in one that was moved aside.
            if i == 4 {
                book.reindex().unwrap();
            }
        }
        let forgotten = people[round % people.len()];
        let contact = book.contact(&forgotten).unwrap().unwrap();
        let disclose = Disclosure { holder: true, peer: true };
        let receipt = contact.meetings()[0].receipt(disclose).to_bytes();
        // Lists have been asked for, so that there is a roster too.
        assert_eq!(book.latest(usize::MAX).unwrap().len(), people.len());
        book.close().unwrap();
        let roster = ledger(&dir.path().join("book")).with_file_name("roster");
        let roster = fs::read(roster).unwrap();
        assert_eq!(search(dir.path(), std::slice::from_ref(&roster)).len(), 1);

        // Before: the search finds every piece in ledger and index, and the key opens them.
        let old = Key::only(&dir.path().join("keys"));
        let bytes = fs::read(ledger(&dir.path().join("book"))).unwrap();
        let frames: Vec<Vec<u8>> = old
            .open_everywhere(&bytes)
            .into_iter()
            .filter(|(_, plain)| is_about(plain, &forgotten))
            .map(|(frame, _)| frame.to_vec())
            .collect();
        assert_eq!(frames.len(), 2);
        let count: usize = frames.iter().map(|frame| frame.len() / PIECE).sum();
        let found = search(dir.path(), &frames);
        let all_in = |part: &str| {
            let there = found.iter().filter(|(path, _)| path.iter().any(|name| name == part));
            there.map(|(_, hits)| hits).sum::<usize>() >= count
        };
        assert!(all_in("ledger") && all_in("index"), "{found:?}");
        assert!(opens(dir.path(), &old, &forgotten).0 >= 4, "in ledger and index");
        copy_tree(dir.path(), copy.path());

        let (mut book, _) = phone::open(dir.path(), &mut rng).unwrap();
        assert_eq!(book.forget(&[forgotten], &mut rng).unwrap().people, 1);
        assert_eq!(book.latest(usize::MAX).unwrap().len(), people.len() - 1);
        for closed in [false, true] {
            let found = search(dir.path(), &frames);
            assert!(found.is_empty(), "closed {closed}: {found:?}");
            let found = search(dir.path(), std::slice::from_ref(&roster));
            assert!(found.is_empty(), "closed {closed}, the old roster: {found:?}");
            let found =
                search(dir.path(), &[old.bytes.repeat(2)[..PIECE].to_vec(), receipt.clone()]);
            assert!(found.is_empty(), "closed {closed}: {found:?}");
            let held = |bytes: &Vec<u8>| bytes.windows(32).any(|window| window == old.bytes);
            assert!(!files(dir.path()).values().any(held), "the old key");
            if !closed {
                book.maintain(1_000, &mut rng).unwrap();
            }
        }
        book.close().unwrap();
        let new = Key::only(&dir.path().join("keys"));
        let (about, all) = opens(dir.path(), &new, &forgotten);
        assert!(about == 0 && all >= 16, "{about} of {all}: the rest opens");
        assert_eq!(opens(copy.path(), &new, &forgotten), (0, 0), "a copy from before");
        let stays = people.iter().find(|person| **person != forgotten).unwrap();
        assert!(opens(dir.path(), &new, stays).0 >= 2);
        // The same search finds a receipt that was handed out.
        fs::write(dir.path().join("receipt"), &receipt).unwrap();
        let found = search(dir.path(), std::slice::from_ref(&receipt));
        assert_eq!(found, [(PathBuf::from("receipt"), receipt.len() / PIECE)]);
        (pieces, opened) = (pieces + count, opened + all);
        // And where only the copy's key came along, it opens as it was: it is the key that counts.
        assert!(opens(copy.path(), &old, &forgotten).0 >= 4);
    }
    println!(
        "{rounds} people forgotten: {pieces} pieces of {PIECE} bytes gone, none of {opened} frames that \
         open are theirs"
    );
}
