//! Any bytes as a backup, and any contents locked for its reader: signed by the owner or not, with true entries,
//! changed ones and others. Nothing but what the owner's book could hold comes in, and twice is as once.
#![no_main]

use std::io::{Read as _, Write as _};
use std::sync::LazyLock;

use lapel::backup::{Backup, BackupError, Key, Lock};
use lapel::book::{Book, Settings};
use lapel::time::UnixTime;
use lapel_fuzz::book::{Empty, Home};
use lapel_fuzz::plan::Plan;
use lapel_fuzz::seeds;
use lapel_protocol_tests::phone::{Setup, Stuck};
use lapel_protocol_tests::schedule::sha256;
use lapel_protocol_tests::{Party, Phone, cbor};
use libfuzzer_sys::fuzz_target;

const RECIPIENT: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
const IDENTITY: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
const CLOCK: u64 = 100;

static KEY: LazyLock<Key> = LazyLock::new(|| Key::identity(IDENTITY).expect("a key"));
static PASSPHRASE: LazyLock<Key> = LazyLock::new(|| Key::passphrase("words").expect("a key"));
static ADA: LazyLock<Party> = LazyLock::new(|| Party::named("Ada"));
static EMPTY: LazyLock<Empty> = LazyLock::new(|| Empty::of(Setup::named("Ada").secret));
thread_local! {
    /// A book of the same owner, in which nothing is.
    static BOOK: (Home, Book) = EMPTY.open();
}

/// The entries of a small book, as its backup has them.
static ENTRIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let (mut ada, mut rng) = (Phone::named("Ada"), Stuck([2; 32]));
    let [grace, mary] = ["Grace", "Mary"].map(Party::named);
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.keeps(&seen);
    let _ = ada.is_confirmed_by(grace.confirm(&hello, &ada.person()));
    let book = ada.book();
    book.note(&seen.person, "compilers", &mut rng).expect("a note");
    book.tag(&seen.person, "navy", &mut rng).expect("a tag");
    let mary = lapel::identity::PersonId::from_bytes(mary.person()).expect("a person");
    book.block(&mary, &mut rng).expect("a block");
    let (mut file, lock) = (Vec::new(), Lock::recipients(&[RECIPIENT]).expect("a lock"));
    book.back_up(&mut file, &lock, UnixTime::MIN).expect("a backup");
    let inside = opened(&file);
    let mut rest = &inside[14..];
    let mut items = std::iter::from_fn(|| {
        let (length, behind) = rest.split_at(4);
        let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
        let (item, behind) = behind.split_at(length);
        rest = behind;
        (length > 0).then(|| item.to_vec())
    });
    let _head = items.next();
    items.collect()
});

fn opened(file: &[u8]) -> Vec<u8> {
    let identity: age::x25519::Identity = IDENTITY.parse().expect("an identity");
    let identity: &dyn age::Identity = &identity;
    let decryptor = age::Decryptor::new(file).expect("an age file");
    let mut inside = Vec::new();
    let mut reader = decryptor.decrypt(std::iter::once(identity)).expect("for this key");
    reader.read_to_end(&mut inside).expect("whole");
    inside
}

fn locked(inside: &[u8]) -> Vec<u8> {
    let recipient: age::x25519::Recipient = RECIPIENT.parse().expect("a recipient");
    let recipient: &dyn age::Recipient = &recipient;
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient)).expect("one");
    let mut file = Vec::new();
    let mut writer = encryptor.wrap_output(&mut file).expect("in memory");
    writer.write_all(inside).and_then(|()| writer.finish().map(drop)).expect("in memory");
    file
}

fn seeds() -> Vec<Vec<u8>> {
    let true_entry = |i: u8| [i, 0];
    let all: Vec<u8> = (0..ENTRIES.len() as u8).flat_map(true_entry).collect();
    let head = |count: usize| [2, 0, 0, 0, 0, 1, CLOCK as u8, count as u8];
    let whole = [&head(ENTRIES.len())[..], &all].concat();
    let single = (0..ENTRIES.len() as u8).map(|i| [&head(1)[..], &true_entry(i)].concat());
    let changed = (0..ENTRIES.len() as u8).map(|i| [&head(1)[..], &[i, 2, 1, 0, 9, 3]].concat());
    let others = (1..24).map(|kind| {
        let subjects_and_payload = [0xFF, 6, 0x83, kind, 0x80, 0x42, 1, 2];
        [&head(1)[..], &subjects_and_payload].concat()
    });
    let raw = [&[1][..], b"lapel backup\0\x01\0\0\0\0"].concat();
    let outside =
        [&[0, 0][..], b"age-encryption.org/v1\n-> scrypt c2FsdHNhbHRzYWx0c2FsdA 17\n"].concat();
    [whole, raw, outside].into_iter().chain(single).chain(changed).chain(others).collect()
}

/// The contents of a backup that `plan` makes up, and whether they are as some book of Ada's could have them.
fn made_up(plan: &mut Plan<'_>) -> (Vec<u8>, bool) {
    let item = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
    let how = plan.byte();
    let (store, made_at) = (plan.byte(), 65_536 + plan.short() as u64);
    let clock = plan.short() as u64;
    let head = cbor::array(&[
        cbor::bytes(Setup::named("Ada").secret),
        cbor::bytes([store; 16]),
        cbor::uint(made_at),
        cbor::uint(clock),
    ]);
    let mut inside = [&b"lapel backup\0\x01"[..], &item(&head)].concat();
    let mut is_true = clock >= CLOCK;
    for _ in 0..plan.below(12) {
        let which = plan.byte();
        let entry = match ENTRIES.get(usize::from(which)) {
            Some(entry) => {
                let mut entry = entry.clone();
                plan.edit(&mut entry);
                is_true &= entry == ENTRIES[usize::from(which)];
                entry
            }
            None => {
                is_true = false;
                plan.string().to_vec()
            }
        };
        inside.extend(item(&entry));
    }
    inside.extend([0; 4]);
    let signer = if how & 1 == 0 { ADA.clone() } else { Party::named("Eve") };
    let signature = signer.sign("lapel/1 backup", &[&sha256(&inside)]);
    inside.extend(signature);
    if how & 2 != 0 {
        is_true = false;
        plan.edit(&mut inside);
    }
    (inside, is_true && how & 1 == 0)
}

/// What the passphrase of a file would cost, as its header says; `None` if it says nothing of the kind.
fn work(file: &[u8]) -> Option<u32> {
    let text = String::from_utf8_lossy(file);
    let stanza = text.lines().find_map(|line| line.strip_prefix("-> scrypt "))?;
    stanza.split(' ').nth(1)?.parse().ok()
}

fuzz_target!(init: seeds::write_if_asked(seeds), |data: &[u8]| {
    let mut plan = Plan::of(data);
    let (file, is_true) = match plan.below(3) {
        0 => {
            // A file of somebody's. Trying a passphrase is dear and tells nothing new: only refusals are tried.
            let by_words = plan.below(2) == 0;
            let file = plan.rest();
            if by_words && work(file).is_some_and(|work| (5..=16).contains(&work)) {
                return;
            }
            let key = if by_words { &*PASSPHRASE } else { &*KEY };
            let backup = Backup::bytes(file, key);
            match Book::would_restore(&backup) {
                Ok(_) => panic!("nobody signed it"),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
            assert!(backup.about().is_err() || !by_words);
            return;
        }
        1 => (locked(plan.rest()), false),
        _ => {
            let (inside, is_true) = made_up(&mut plan);
            (locked(&inside), is_true)
        }
    };
    let backup = Backup::bytes(&file, &KEY);
    let merged = match Book::would_restore(&backup) {
        Ok(merged) => merged,
        Err(error) => {
            assert!(!error.to_string().is_empty() && !is_true, "{error}");
            let of_the_lock = matches!(
                error,
                BackupError::NotAnAgeFile | BackupError::WrongKey | BackupError::TooMuchWork { .. }
            );
            assert!(!of_the_lock, "{error}");
            return;
        }
    };
    assert!(merged.refused.is_empty() || !is_true, "{:?}", merged.refused);
    assert!(merged.people <= 1, "a stranger came in: {merged:?}");
    let about = backup.about().expect("it would be restored");
    assert_eq!(*about.person.as_bytes(), ADA.person());
    BOOK.with(|(_, book)| {
        let into = book.would_merge(&backup).expect("as it would be restored");
        let counts = |m: &lapel::backup::Merged| (m.people, m.encounters, m.confirmations, m.others);
        assert_eq!((counts(&into), &into.refused), (counts(&merged), &merged.refused));
    });
    if plan.byte() % 16 == 1 {
        let home = Home::new();
        let settings = Settings::new(home.path(), home.vault.clone());
        let restored = Book::restore(settings, &backup, &mut Stuck([3; 32]));
        let (book, _, brought) = restored.expect("it said so");
        assert_eq!(brought, merged);
        let again = book.would_merge(&backup).expect("the same again");
        assert!(!again.changes(), "{again:?}");
        let contacts = book.contacts().expect("a book");
        assert_eq!(contacts.len() as u64, merged.people);
        // However often a backup has an encounter, it was one.
        assert!(contacts.iter().all(|contact| contact.meetings().len() == 1));
    }
});
