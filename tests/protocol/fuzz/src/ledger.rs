//! A small book's ledger, drawn a second time from STORAGE.md, spoilt as a plan says, and what must
//! hold of every book that opens on what is left.

use std::sync::LazyLock;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, Damage, OpenError, OpenReport};
use lapel::exchange::Scanned;
use lapel::identity::PersonId;
use lapel::vault::{DataKey, KeyId};
use lapel_protocol_tests::phone::{Setup, Stuck};
use lapel_protocol_tests::schedule::sha256;
use lapel_protocol_tests::{Party, Phone};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::Sha256;

use crate::book::Home;
use crate::plan::Plan;

const HEADER: usize = 1024;
const HEAD: usize = 56;
const ENTRIES: usize = 10;

/// The book that every plan spoils.
struct Base {
    /// Its ledger, without the zeros behind the last frame.
    bytes: Vec<u8>,
    /// Where each frame begins, and where the last one ends.
    edges: Vec<usize>,
    id: KeyId,
    key: DataKey,
}

fn stranger(i: usize) -> PersonId {
    PersonId::from_bytes(Party::named(&format!("stranger {i}")).person()).expect("a person")
}

fn badge(name: &str) -> Badge {
    Badge::new(BadgeFields::named(name)).expect("a badge")
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let home = Home::new();
    let (mut book, _) = home.open(&mut Stuck(Setup::named("Ada").secret)).expect("a book");
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let encounter = ada.accepts(&seen);
    let (me, graces) = (ada.person(), encounter.person());

    book.set_badge("work", &badge("Ada"), rng).expect("entry 1");
    book.block(&stranger(2), rng).expect("entry 2");
    let recorded = book.record(&encounter, rng).expect("entry 3");
    ada.exchange.acknowledge(&recorded).expect("the record");
    let Scanned::Confirmed(word) = ada.scan_bytes(grace.confirm(&hello, &me)) else { panic!() };
    book.confirm(&word, rng).expect("entry 4");
    book.block(&stranger(5), rng).expect("entry 5");
    book.note(&graces, &"met at the table. ".repeat(60), rng).expect("entry 6");
    book.tag(&graces, "engines", rng).expect("entry 7");
    book.block(&stranger(8), rng).expect("entry 8");
    book.set_badge("home", &badge("Ada at home"), rng).expect("entry 9");
    book.block(&stranger(10), rng).expect("entry 10");
    book.close().expect("a closed book");

    let mut bytes = std::fs::read(home.ledger()).expect("a ledger");
    let mut edges = vec![HEADER];
    for _ in 0..ENTRIES {
        let at = *edges.last().expect("the start");
        let sealed = u32::from_be_bytes(bytes[at + 4..at + 8].try_into().expect("four bytes"));
        edges.push(at + HEAD + 24 + sealed as usize + 1);
    }
    bytes.truncate(*edges.last().expect("the end"));
    let (id, key) = home.vault.only();
    Base { bytes, edges, id, key }
});

/// Which of the entries that can be told apart from outside are in the book.
fn present(book: &Book) -> Vec<usize> {
    let blocked = book.blocked().expect("a list");
    let badges = book.badges().expect("a list");
    let mut present: Vec<usize> =
        [2, 5, 8, 10].into_iter().filter(|i| blocked.contains(&stranger(*i))).collect();
    present.extend(badges.iter().map(|(label, _)| if label == "work" { 1 } else { 9 }));
    let contacts = book.contacts().expect("a list");
    if let Some(grace) = contacts.first() {
        present.push(3);
        present.extend((!grace.notes().is_empty()).then_some(6));
        present.extend((!grace.tags().is_empty()).then_some(7));
    }
    present.sort_unstable();
    present
}

/// The eight bytes that end a head.
fn head_checksum(head: &[u8]) -> [u8; 8] {
    let id = BASE.id;
    let all = [&id.store[..], &id.epoch.to_be_bytes(), head].concat();
    sha256(&all)[..8].try_into().expect("eight bytes")
}

/// A frame that the book's own key sealed, whatever stands in it.
fn authentic(seq: u64, prev: [u8; 32], plaintext: &[u8]) -> Vec<u8> {
    let Base { id, key, .. } = &*BASE;
    let salt = [&id.store[..], &id.epoch.to_be_bytes()].concat();
    let mut subkey = [0; 32];
    let root = Hkdf::<Sha256>::new(Some(&salt), key.as_bytes());
    root.expand(b"lapel/1 ledger", &mut subkey).expect("32 bytes");
    let length = plaintext.len() as u32 + 16;
    let mut head = vec![0xD7, 0x4C, 0x50, 0x45];
    head.extend(length.to_be_bytes());
    head.extend(seq.to_be_bytes());
    head.extend(prev);
    head.extend(head_checksum(&head));
    let binding = [&[0, 1], &id.store[..], &id.epoch.to_be_bytes(), &head].concat();
    let nonce = [seq as u8; 24];
    let sealed = XChaCha20Poly1305::new(&subkey.into())
        .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: &binding })
        .expect("a few kilobytes");
    [head, nonce.to_vec(), sealed, vec![0xE5]].concat()
}

/// A sealed entry's plaintext with these parts, padded.
fn entry(kind: u8, subjects: &[&[u8]], payload: &[u8]) -> Vec<u8> {
    let mut content = vec![subjects.len() as u8];
    for subject in subjects {
        content.push(subject.len() as u8);
        content.extend_from_slice(subject);
    }
    content.extend_from_slice(payload);
    let mut plaintext =
        [&[kind], (content.len() as u16).to_be_bytes().as_slice(), &content].concat();
    plaintext.resize(plaintext.len().next_multiple_of(256), 0);
    plaintext
}

/// What a plan did to the ledger, beyond changing bytes.
#[derive(Default)]
struct Done {
    /// Frames stand elsewhere, or a head says what it never said.
    moved: bool,
    /// The book's own key sealed something new.
    authored: bool,
}

fn spoil(plan: &mut Plan<'_>) -> (Vec<u8>, Done) {
    let base = &*BASE;
    let (mut bytes, mut done) = (base.bytes.clone(), Done::default());
    let frame = |i: usize| base.bytes[base.edges[i]..base.edges[i + 1]].to_vec();
    for _ in 0..6 {
        if plan.is_over() {
            break;
        }
        let (i, j) = (plan.below(ENTRIES), plan.below(ENTRIES + 1));
        let (at, edge) = (base.edges[i].min(bytes.len()), base.edges[j].min(bytes.len()));
        match plan.below(11) {
            0 => plan.edit(&mut bytes),
            1 => {
                let end = (at + plan.below(80) * 16).min(bytes.len());
                bytes[at..end].fill(0);
            }
            2 => bytes.truncate(at + plan.short() % 600),
            3 => {
                let end = (at + plan.short() % 2_000).min(bytes.len());
                let with = plan.byte();
                bytes[at..end].iter_mut().for_each(|b| *b = b.wrapping_mul(5) ^ with);
            }
            4 => {
                done.moved = true;
                drop(bytes.splice(edge..edge, frame(i)));
            }
            5 => {
                done.moved = true;
                let end = base.edges[i + 1].min(bytes.len());
                drop(bytes.drain(at..end));
            }
            6 => {
                done.moved = true;
                let put = plan.string().to_vec();
                drop(bytes.splice(edge..edge, put));
            }
            7 if at + HEAD <= bytes.len() => {
                // Anyone can give a head a right checksum.
                done.moved = true;
                match plan.below(3) {
                    0 => {
                        bytes[at + 4..at + 8].copy_from_slice(&(plan.short() as u32).to_be_bytes())
                    }
                    1 => bytes[at + 8 + plan.below(8)] = plan.byte(),
                    _ => bytes[at + 16 + plan.below(32)] = plan.byte(),
                }
                let check = head_checksum(&bytes[at..at + 48]);
                bytes[at + 48..at + HEAD].copy_from_slice(&check);
            }
            8 => {
                done.authored = true;
                let end = bytes.len();
                let prev = match end == base.bytes.len() {
                    true => sha256(&frame(ENTRIES - 1)),
                    false => [plan.byte(); 32],
                };
                let seq = ENTRIES as u64 + 1 + plan.below(3) as u64;
                let plaintext = match plan.below(4) {
                    0 => plan.string().to_vec(),
                    _ => {
                        let person = [b"p".as_slice(), stranger(2).as_bytes()].concat();
                        let grace = [b"p".as_slice(), &Party::named("Grace").person()].concat();
                        let lists: [&[u8]; 5] =
                            [&person, &grace, b"blocked", b"badges", b"encounters"];
                        let subjects = [lists[plan.below(5)], lists[plan.below(5)]];
                        entry(plan.below(9) as u8, &subjects[..plan.below(3)], plan.string())
                    }
                };
                bytes.extend(authentic(seq, prev, &plaintext));
            }
            9 => {
                let at = plan.short() % HEADER;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= plan.byte();
                }
            }
            _ => bytes.extend(plan.string()),
        }
    }
    (bytes, done)
}

/// Spoils the ledger as the plan says, opens it, and opens it again.
pub fn run(data: &[u8]) {
    let base = &*BASE;
    let (spoilt, done) = spoil(&mut Plan::of(data));
    let home = Home::new();
    home.vault_holds(base.id, base.key.clone());
    home.put(&spoilt);
    let rng = &mut ChaCha20Rng::seed_from_u64(2);
    let same = |range: core::ops::Range<usize>| spoilt.get(range.clone()) == base.bytes.get(range);
    let header = same(0..134) || same(512..646);
    let (mut book, damage) = match home.open(rng) {
        Ok((book, report)) => {
            assert!(!report.created && report.header_damaged != (same(0..134) && same(512..646)));
            if !done.authored {
                judge(&book, &report, &spoilt, &done);
            }
            (book, report.damage)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(!header, "a sound header, and {error}");
            assert!(!matches!(error, OpenError::Io { .. } | OpenError::InUse { .. }), "{error}");
            // And left alone.
            assert!(std::fs::read(home.ledger()).expect("a ledger") == spoilt);
            return;
        }
    };
    if done.authored {
        // Whatever it is, each question gets an answer or a typed error.
        let _ = (book.blocked(), book.badges(), book.contacts(), book.search("a"));
    }
    let lost = |damage: &[Damage]| damage.iter().map(|damage| damage.lost).sum::<u64>();
    let last = book.counter() >> 20;
    let first = book.check().expect("a check");
    // What opening cut can have been the only thing that told how much was lost before it.
    assert_eq!(first.entries + lost(&damage), last, "{damage:?}, {first:?}");
    assert_eq!(first.entries + lost(&first.damage), book.counter() >> 20, "{first:?}");
    let kept = (!done.authored).then(|| present(&book));
    drop(book);

    // Opening cut what was torn and nothing else; a second open finds the same, and goes on behind it.
    let (mut book, report) = home.open(rng).expect("it opened before");
    assert_eq!(report.torn, 0);
    let again = book.check().expect("a check");
    assert_eq!((again.entries, &again.damage), (first.entries, &first.damage));
    let friend = stranger(0);
    book.block(&friend, rng).expect("room");
    drop(book);
    let (mut book, _) = home.open(rng).expect("it opened before");
    assert_eq!(book.check().expect("a check").entries, first.entries + 1);
    if let Some(kept) = kept {
        assert_eq!(present(&book), kept);
        assert!(book.blocked().expect("a list").contains(&friend));
    }
}

/// Nothing readable is lost, and nothing is lost in silence.
fn judge(book: &Book, report: &OpenReport, spoilt: &[u8], done: &Done) {
    let base = &*BASE;
    let (present, last) = (present(book), book.counter() >> 20);
    let told = |i: usize| {
        let seq = i as u64;
        let named = |d: &Damage| (d.first..d.first + d.lost).contains(&seq);
        seq > last || report.damage.iter().any(named)
    };
    let whole = |i: usize| {
        let place = base.edges[i - 1]..base.edges[i];
        spoilt.get(place.clone()) == Some(&base.bytes[place])
    };
    let untouched = (1..=ENTRIES).take_while(|i| whole(*i)).count();
    assert!(last >= untouched as u64, "{last} of {untouched} at least");
    // A confirmation alone can't be seen from here; without the meeting, nor can what is said of it.
    let met = present.contains(&3);
    for i in (1..=ENTRIES).filter(|i| *i != 4 && (met || ![6, 7].contains(i))) {
        let there = present.contains(&i);
        assert!(there || told(i), "entry {i} is missing in silence: {report:?}");
        assert!(there || i > untouched, "entry {i}, before anything was touched");
        assert!(there || done.moved || !whole(i), "entry {i} stands where it stood");
    }
}
