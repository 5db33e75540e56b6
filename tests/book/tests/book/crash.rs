//! Kills at every write of the calls that keep something: what a disk can hold afterwards is laid
//! out state by state, and each state is opened.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use lapel::book::Book;
use lapel::encounter::{Confirmation, Encounter};
use lapel::receipt::{Disclosure, Receipt, State};
use lapel_book_tests::{Phone, Talk, copy_tree, encounter, ledger, meet, phone, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

const SECTOR: usize = 512;

/// A phone's directory as it was at one moment.
fn copy_of(dir: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_tree(&dir.join("book"), &copy.path().join("book"));
    copy_tree(&dir.join("keys"), &copy.path().join("keys"));
    copy
}

/// What the ledger can be when the machine stops between `before` and `after`: the new bytes up to
/// any one of them, or any of their sectors without the others.
struct Cuts {
    before: Vec<u8>,
    after: Vec<u8>,
    from: usize,
    to: usize,
}

impl Cuts {
    fn between(before: &[u8], after: &[u8]) -> Self {
        let from = before.iter().zip(after).take_while(|(b, a)| b == a).count();
        let to = after.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        Self { before: before.to_vec(), after: after.to_vec(), from, to }
    }

    fn old(&self, at: usize) -> u8 {
        self.before.get(at).copied().unwrap_or(0)
    }

    /// The ledger with only those new bytes that `new` says are written.
    fn with(&self, new: impl Fn(usize) -> bool) -> Vec<u8> {
        let mut bytes = self.after.clone();
        for at in (self.from..self.to).filter(|at| !new(*at)) {
            bytes[at] = self.old(at);
        }
        bytes
    }

    fn up_to(&self, cut: usize) -> Vec<u8> {
        self.with(|at| at < cut)
    }

    /// The ends of the frame, of its head and of the sectors, and one byte in `step` of the others;
    /// all of them with `LAPEL_EVERY_BYTE` set, which takes minutes.
    fn prefixes(&self, step: usize) -> Vec<usize> {
        let every = std::env::var_os("LAPEL_EVERY_BYTE").is_some();
        let near = |at: usize| {
            let (from_start, to_end) = (at - self.from, self.to - at);
            let edge = [0, 1, 4, 47, 48, 55, 56, 57].contains(&from_start) || to_end <= 2;
            every || edge || (at + 1) % SECTOR < 3 || at.is_multiple_of(step)
        };
        (self.from..=self.to).filter(|at| near(*at)).collect()
    }

    /// Every set of the sectors that the new bytes touch.
    fn sector_sets(&self) -> Vec<Vec<u8>> {
        let first = self.from / SECTOR;
        let count = (self.to - 1) / SECTOR - first + 1;
        assert!(count <= 6, "one entry: {count} sectors");
        let written = |set: usize, at: usize| set >> (at / SECTOR - first) & 1 == 1;
        let set = |set: usize| self.with(|at| written(set, at));
        (0..1 << count).map(set).collect()
    }

    /// Lengths that a file which was growing can have, with nothing in the new part but zeros.
    fn lengths(&self) -> Vec<Vec<u8>> {
        let (old, new) = (self.before.len(), self.after.len());
        let lengths = BTreeSet::from([old, old + 1, old + 511, old + 4096, (old + new) / 2, new]);
        let grown = |length: &usize| {
            let mut bytes = self.before.clone();
            bytes.resize(*length, 0);
            bytes
        };
        lengths.iter().filter(|length| **length <= new).map(grown).collect()
    }
}

/// One state to open: the directory it is in but for the ledger, and that.
fn opened(around: &Path, ledger_bytes: &[u8], rng: &mut ChaCha20Rng) -> (TempDir, Book) {
    let dir = copy_of(around);
    fs::write(ledger(&dir.path().join("book")), ledger_bytes).unwrap();
    let (book, report) = phone::open(dir.path(), rng).unwrap();
    assert!(report.damage.is_empty(), "torn is not damaged: {report:?}");
    (dir, book)
}

fn whole(book: &Book, encounter: &Encounter) -> Option<State> {
    let (person, meeting) = book.meeting(&encounter.transcript()).unwrap()?;
    assert_eq!(person, encounter.person());
    assert_eq!(meeting.badge(), Some(encounter.badge()));
    let bytes = meeting.receipt(Disclosure { holder: true, peer: true }).to_bytes();
    assert_eq!(Receipt::verify(&bytes).unwrap().peer.state, meeting.state());
    Some(meeting.state())
}

fn names(book: &Book) -> Vec<String> {
    book.contacts().unwrap().iter().map(|contact| contact.name().to_owned()).collect()
}

/// The book before and after one call, with the index as it was and as it is after a close.
struct Call {
    before: TempDir,
    after: TempDir,
    closed: TempDir,
    cuts: Cuts,
}

impl Call {
    fn of(phone: &mut Phone, call: impl FnOnce(&mut Phone)) -> Self {
        let bytes = |dir: &TempDir| fs::read(ledger(&dir.path().join("book"))).unwrap();
        let before = copy_of(phone.dir());
        call(phone);
        let after = copy_of(phone.dir());
        phone.take().close().unwrap();
        let closed = copy_of(phone.dir());
        phone.reopen();
        let cuts = Cuts::between(&bytes(&before), &bytes(&after));
        Self { before, after, closed, cuts }
    }

    /// Visits every state; the second value says that the call had returned by then.
    fn states(&self, step: usize, visit: &mut dyn FnMut(&Path, &[u8], bool)) -> usize {
        let (cuts, mut visited) = (&self.cuts, 0);
        let mut go = |around: &TempDir, bytes: &[u8], done| {
            visited += 1;
            visit(around.path(), bytes, done);
        };
        for cut in cuts.prefixes(step) {
            go(&self.before, &cuts.up_to(cut), cut == cuts.to);
        }
        for bytes in cuts.sector_sets().iter().chain(&cuts.lengths()) {
            go(&self.before, bytes, false);
        }
        // The file as long as what was written, without the room it is given in advance.
        for cut in cuts.prefixes(usize::MAX) {
            go(&self.before, &cuts.after[..cut.max(cuts.before.len().min(cuts.from))], false);
        }
        // An index that is ahead of its ledger, which only a disk that lies can leave.
        for cut in cuts.prefixes(SECTOR) {
            go(&self.closed, &cuts.up_to(cut), cut == cuts.to);
        }
        go(&self.after, &cuts.after, true);
        go(&self.closed, &cuts.after, true);
        visited
    }
}

fn every_state_of_record(phone: &mut Phone, encounter: &Encounter, step: usize) -> usize {
    let mut rng = ChaCha20Rng::seed_from_u64(99);
    let met = phone.names();
    let all = [met.as_slice(), &[encounter.badge().name().to_owned()]].concat();
    let call = Call::of(phone, |phone| drop(phone.record(encounter).unwrap()));
    call.states(step, &mut |around, bytes, done| {
        let (dir, mut book) = opened(around, bytes, &mut rng);
        match whole(&book, encounter) {
            Some(state) => assert_eq!((state, names(&book)), (State::Offered, all.clone())),
            None => assert!(!done && names(&book) == met, "acknowledged and lost"),
        }
        let _ = book.record(encounter, &mut rng).unwrap();
        drop(book);
        let (book, report) = phone::open(dir.path(), &mut rng).unwrap();
        assert!(report.damage.is_empty() && report.torn == 0);
        assert_eq!(whole(&book, encounter), Some(State::Offered));
        assert_eq!(names(&book), all);
    })
}

#[test]
fn a_record_killed_at_any_byte_is_there_or_can_be_retried() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    // The very first entry, which also makes the ledger grow.
    let first = Talk::between(&mut ada, &mut grace).first_accepts();
    let mut states = every_state_of_record(&mut ada, &first, 211);
    // One among others, both sides' kinds: an offer here, a confirmed one below.
    meet(&mut ada, &mut Phone::of("Alan"));
    let later = Talk::between(&mut ada, &mut Phone::of("Barbara")).first_accepts();
    states += every_state_of_record(&mut ada, &later, 31);
    println!("{states} states of a disk after a record");
    assert!(states > 150);
}

#[test]
fn a_record_killed_while_the_ledger_grows_is_there_or_can_be_retried() {
    let mut ada = Phone::of("Ada");
    let used = |phone: &Phone| {
        let bytes = fs::read(ledger(&phone.home())).unwrap();
        (bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1, bytes.len())
    };
    meet(&mut ada, &mut Phone::of("Alan"));
    let before = used(&ada).0;
    let (unwelcome, _) = stranger("Unwelcome", &mut ada.rng);
    ada.block(&unwelcome.person());
    let entry = used(&ada).0 - before;
    // An encounter takes at most eight times as much as a block.
    for _ in 0..(used(&ada).1 - used(&ada).0) / entry - 2 {
        let (unwelcome, _) = stranger("Unwelcome", &mut ada.rng);
        ada.block(&unwelcome.person());
    }
    let room = used(&ada).1;
    let new = stranger("New", &mut ada.rng);
    let met = encounter(&mut ada, &new);
    let states = every_state_of_record(&mut ada, &met, 499);
    assert!(used(&ada).1 > room, "it grew");
    println!("{states} states of a disk after a record that made the ledger grow");
}

#[test]
fn a_confirm_killed_at_any_byte_is_there_or_can_be_retried() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut Phone::of("Alan"));
    let mut talk = Talk::between(&mut ada, &mut grace);
    let encounter = talk.first_accepts();
    let recorded = ada.record(&encounter).unwrap();
    let graces = talk.second_accepts(&recorded);
    // The other side's record, of someone who has confirmed already.
    let mut rng = ChaCha20Rng::seed_from_u64(98);
    let call = Call::of(&mut grace, |grace| drop(grace.record(&graces).unwrap()));
    let mut states = call.states(211, &mut |around, bytes, done| {
        let (_dir, mut book) = opened(around, bytes, &mut rng);
        let kept = whole(&book, &graces);
        assert!(kept == Some(State::Confirmed) || kept.is_none() && !done);
        let _ = book.record(&graces, &mut rng).unwrap();
        assert_eq!(whole(&book, &graces), Some(State::Confirmed));
    });
    let recorded = grace.record(&graces).unwrap();

    let confirmation: Confirmation = talk.first_hears(&recorded);
    let call = Call::of(&mut ada, |ada| ada.confirm(&confirmation).unwrap());
    states += call.states(31, &mut |around, bytes, done| {
        let (dir, mut book) = opened(around, bytes, &mut rng);
        let state = whole(&book, &encounter).expect("recorded before");
        assert!(state == State::Confirmed || !done, "acknowledged and lost");
        assert_eq!(names(&book), ["Alan", "Grace"]);
        book.confirm(&confirmation, &mut rng).unwrap();
        drop(book);
        let (book, _) = phone::open(dir.path(), &mut rng).unwrap();
        assert_eq!(whole(&book, &encounter), Some(State::Confirmed));
    });
    println!("{states} states of a disk after a confirmation");
    assert!(states > 100);
}

/// A kill loses what the screen showed. What is in the book is enough for the other side.
#[test]
fn a_kill_before_and_after_each_step_of_a_meeting_loses_no_more_than_that_step() {
    for killed_after in 0..5 {
        let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
        let mut talk = Talk::between(&mut ada, &mut grace);
        talk.now += Duration::from_secs(1);
        let kill = |at: usize, ada: &mut Phone, grace: &mut Phone| {
            if at == killed_after {
                ada.reopen();
                grace.reopen();
            }
        };
        let encounter = talk.first_accepts();
        kill(0, &mut ada, &mut grace);
        assert!(ada.contacts().unwrap().is_empty());
        let recorded = ada.record(&encounter).unwrap();
        kill(1, &mut ada, &mut grace);
        assert_eq!(whole(&ada, &encounter), Some(State::Offered));
        let graces = talk.second_accepts(&recorded);
        kill(2, &mut ada, &mut grace);
        assert!(grace.contacts().unwrap().is_empty());
        let recorded = grace.record(&graces).unwrap();
        kill(3, &mut ada, &mut grace);
        assert_eq!(whole(&grace, &graces), Some(State::Confirmed));
        let confirmation = talk.first_hears(&recorded);
        ada.confirm(&confirmation).unwrap();
        kill(4, &mut ada, &mut grace);
        assert_eq!(whole(&ada, &encounter), Some(State::Confirmed));
        assert_eq!((ada.names(), grace.names()), (vec!["Grace".into()], vec!["Ada".into()]));
    }
}
