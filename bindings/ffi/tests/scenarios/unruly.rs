use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak, mpsc};
use std::thread;
use std::time::Duration;

use lapel::book::Mode;
use lapel::code::Code;
use lapel_ffi::book::{Book, BookConfig};
use lapel_ffi::contact::ContactQuery;
use lapel_ffi::error::LapelError;
use lapel_ffi::listen::{
    BookChange, ChangeListener, ListenerError, ProgressListener, WorkProgress,
};
use lapel_ffi::rehearsal::{rehearse_meetings, rehearse_panic, rehearse_panic_in};
use lapel_ffi::session::Scanned;
use lapel_ffi::vault::{KeyVault, VaultError};

use crate::phones::{Log, Phone, at, code, scan, shake, turn, verified};

/// Keys in memory, out of which it can be put.
#[derive(Default)]
struct Vault {
    keys: Mutex<BTreeMap<String, Vec<u8>>>,
    fails: Mutex<Option<VaultError>>,
    /// Whether it says that it keeps and destroys, and doesn't.
    idles: AtomicBool,
    /// A book that is used from within.
    uses: OnceLock<Weak<Book>>,
    was_told: Mutex<Vec<Option<Code>>>,
}

impl Vault {
    fn failing(&self) -> Result<(), VaultError> {
        if let Some(book) = self.uses.get().and_then(Weak::upgrade) {
            self.was_told.lock().unwrap().push(code(book.count(ContactQuery::default())));
        }
        self.fails.lock().unwrap().clone().map_or(Ok(()), Err)
    }

    fn set(&self, fails: Option<VaultError>) {
        *self.fails.lock().unwrap() = fails;
    }
}

impl KeyVault for Vault {
    fn store(&self, id: String, key: Vec<u8>) -> Result<(), VaultError> {
        self.failing()?;
        if !self.idles.load(Ordering::SeqCst) {
            self.keys.lock().unwrap().insert(id, key);
        }
        Ok(())
    }

    fn load(&self, id: String) -> Result<Vec<u8>, VaultError> {
        self.failing()?;
        self.keys.lock().unwrap().get(&id).cloned().ok_or(VaultError::Missing)
    }

    fn destroy(&self, id: String) -> Result<(), VaultError> {
        self.failing()?;
        if !self.idles.load(Ordering::SeqCst) {
            self.keys.lock().unwrap().remove(&id);
        }
        Ok(())
    }

    fn keep_head(&self, _store: String, _head: Option<Vec<u8>>) -> Result<(), VaultError> {
        self.failing()
    }

    fn head(&self, _store: String) -> Result<Option<Vec<u8>>, VaultError> {
        self.failing().map(|()| None)
    }
}

/// A book with its keys in `vault`, made and suspended.
fn kept_in(vault: &Arc<Vault>) -> (tempfile::TempDir, BookConfig) {
    let dir = tempfile::tempdir().unwrap();
    let config = Phone::config_with(dir.path().join("book").display().to_string(), vault.clone());
    Book::open(config.clone()).unwrap().suspend().unwrap();
    (dir, config)
}

#[test]
fn locks_the_vault() {
    let _turn = turn();
    let vault = Arc::new(Vault::default());
    let (_dir, config) = kept_in(&vault);
    vault.set(Some(VaultError::Locked));
    assert_eq!(code(Book::open(config.clone())), Some(Code::KeyLocked));
    vault.set(None);
    assert!(!Book::open(config).unwrap().opened().created);
}

#[test]
fn loses_the_key() {
    let _turn = turn();
    let vault = Arc::new(Vault::default());
    let (dir, config) = kept_in(&vault);
    let kept = std::mem::take(&mut *vault.keys.lock().unwrap());
    let files = || {
        let all = walk(dir.path());
        all.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect::<Vec<_>>()
    };
    let before = files();
    assert_eq!(code(Book::open(config.clone())), Some(Code::KeyLost));
    assert_eq!(files(), before);
    *vault.keys.lock().unwrap() = kept;
    assert!(Book::open(config).is_ok());
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> =
        entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect();
    all.sort();
    all
}

#[test]
fn breaks_the_vault() {
    let _turn = turn();
    let vault = Arc::new(Vault::default());
    let (_dir, config) = kept_in(&vault);
    vault.set(Some(VaultError::Failed { reason: "out of order".to_owned() }));
    let LapelError::Failed { code, values, .. } = Book::open(config.clone()).err().unwrap();
    assert_eq!((code, values["detail"].as_str()), (Code::VaultFailed, "out of order"));
    vault.set(None);
    // Nor is what it gives taken for a key unless it has a key's length.
    let kept = vault.keys.lock().unwrap().clone();
    for length in [0, 31, 33, 1 << 20] {
        vault.keys.lock().unwrap().values_mut().for_each(|key| *key = vec![7; length]);
        let LapelError::Failed { code, values, .. } = Book::open(config.clone()).err().unwrap();
        let told = (code, values["detail"].as_str());
        assert_eq!(told, (Code::VaultFailed, "that isn't a key of 32 bytes"), "{length} bytes");
    }
    *vault.keys.lock().unwrap() = kept;
    let book = Book::open(config.clone()).unwrap();
    // Nor is its word taken that a key was kept or destroyed.
    vault.idles.store(true, Ordering::SeqCst);
    assert_eq!(crate::phones::code(book.rotate()), Some(Code::VaultFailed));
    book.suspend().unwrap();
    drop(book);
    let book = Book::open(config.clone()).unwrap();
    assert_eq!(crate::phones::code(book.wipe()), Some(Code::VaultFailed));
    drop(book);
    vault.idles.store(false, Ordering::SeqCst);
    assert_eq!(Book::open(config).unwrap().wipe().unwrap().generations, 1);
    assert!(vault.keys.lock().unwrap().is_empty());
}

#[test]
fn calls_back_from_the_vault() {
    let _turn = turn();
    let vault = Arc::new(Vault::default());
    let (_dir, config) = kept_in(&vault);
    let book = Book::open(config).unwrap();
    vault.uses.set(Arc::downgrade(&book)).unwrap();
    book.rotate().unwrap();
    let told = vault.was_told.lock().unwrap().clone();
    assert!(!told.is_empty() && told.iter().all(|told| *told == Some(Code::Busy)), "{told:?}");
    assert_eq!(book.count(ContactQuery::default()), Ok(0));
}

/// Passes on what it is told, and does what it is told to.
struct Ear<F>(F);

impl<F: Fn(BookChange) -> Result<(), ListenerError> + Send + Sync> ChangeListener for Ear<F> {
    fn changed(&self, change: BookChange) -> Result<(), ListenerError> {
        (self.0)(change)
    }
}

fn ear() -> (Arc<Mutex<Vec<BookChange>>>, Arc<dyn ChangeListener>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = heard.clone();
    let listener = Ear(move |change| {
        to.lock().unwrap().push(change);
        Ok(())
    });
    (heard, Arc::new(listener))
}

#[test]
fn listens() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let (heard, listener) = ear();
    let subscription = ada.book.listen(listener);
    shake(&ada, &grace, at(""));
    let graces = BookChange::Person { id: grace.book.person() };
    assert_eq!(std::mem::take(&mut *heard.lock().unwrap()), [graces.clone(), graces.clone()]);
    ada.book.note(grace.book.person(), "a note".to_owned()).unwrap();
    assert_eq!(std::mem::take(&mut *heard.lock().unwrap()), [graces]);
    subscription.cancel();
    ada.book.note(grace.book.person(), "another".to_owned()).unwrap();
    assert_eq!(*heard.lock().unwrap(), []);
}

#[test]
fn listens_badly() {
    let _turn = turn();
    let log = Arc::new(Log::default());
    let dir = tempfile::tempdir().unwrap();
    let config = BookConfig { log: Some(log.clone()), ..Phone::config(&dir) };
    let book = Book::open(config).unwrap();
    let thrown = || Err(ListenerError::Failed { reason: "no".to_owned() });
    let _bad = book.listen(Arc::new(Ear(move |_| thrown())));
    let (heard, listener) = ear();
    let _good = book.listen(listener);
    book.set_badge("work".to_owned(), Phone::of("Ada").badge).unwrap();
    assert_eq!(*heard.lock().unwrap(), [BookChange::Badges]);
    assert!(log.0.lock().unwrap().contains(&"a change listener failed".to_owned()));
}

#[test]
fn calls_back_from_a_listener() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let book = ada.book.clone();
    let listed = Arc::new(AtomicUsize::new(0));
    let counted = listed.clone();
    let _subscription = ada.book.listen(Arc::new(Ear(move |change| {
        if let BookChange::Person { id } = change {
            counted
                .fetch_max(book.count(ContactQuery::default()).unwrap() as usize, Ordering::SeqCst);
            book.tag(id, "seen".to_owned()).unwrap();
        }
        Ok(())
    })));
    shake(&ada, &grace, at(""));
    assert_eq!(listed.load(Ordering::SeqCst), 1);
    assert_eq!(ada.contact(&grace).unwrap().tags, ["seen"]);
}

/// Goes on as long as it may.
#[derive(Default)]
pub(crate) struct Patience {
    pub(crate) ends: AtomicBool,
    pub(crate) seen: Mutex<Vec<WorkProgress>>,
}

impl ProgressListener for Patience {
    fn goes_on(&self, progress: WorkProgress) -> Result<bool, ListenerError> {
        self.seen.lock().unwrap().push(progress);
        Ok(!self.ends.load(Ordering::SeqCst))
    }
}

/// A book of 200 people that is watched.
pub(crate) fn watched() -> (tempfile::TempDir, Arc<Patience>, Arc<Book>) {
    let (dir, patience) = (tempfile::tempdir().unwrap(), Arc::new(Patience::default()));
    let config = BookConfig { progress: Some(patience.clone()), ..Phone::config(&dir) };
    let book = Book::open(config).unwrap();
    rehearse_meetings(&book, 200, String::new()).unwrap();
    patience.seen.lock().unwrap().clear();
    (dir, patience, book)
}

#[test]
fn watches_long_work() {
    let _turn = turn();
    let (_dir, patience, book) = watched();
    assert_eq!(book.check().unwrap().entries, 200);
    let seen = std::mem::take(&mut *patience.seen.lock().unwrap());
    assert!(seen.iter().all(|so_far| so_far.work == "checking" && so_far.done <= so_far.total));
    assert!(seen.len() > 1 && seen.last().is_some_and(|last| last.done == last.total));
    patience.ends.store(true, Ordering::SeqCst);
    assert_eq!(code(book.check()), Some(Code::Cancelled));
    patience.ends.store(false, Ordering::SeqCst);
    assert_eq!(book.check().unwrap().entries, 200);
}

#[test]
fn cancels_a_task() {
    let _turn = turn();
    let (_dir, patience, book) = watched();
    // A thread is told to stop by what it looks at; the progress listener is where it looks.
    patience.ends.store(true, Ordering::SeqCst);
    let works = book.clone();
    let done = thread::spawn(move || code(works.check()));
    assert_eq!(done.join().unwrap(), Some(Code::Cancelled));
    patience.ends.store(false, Ordering::SeqCst);
    assert_eq!(book.count(ContactQuery::default()), Ok(200));
}

#[test]
fn outlives_its_handle() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let ours = ada.begin(at(""));
    let Phone { dir, book, .. } = ada;
    drop(book);
    let theirs = grace.begin(at(""));
    assert!(matches!(scan(&theirs, &ours), Scanned::Answered));
    assert_eq!(verified(scan(&ours, &theirs)).badge.name, "Grace");
    let config = BookConfig { mode: Mode::Existing, ..Phone::config(&dir) };
    assert!(Book::open(config).is_ok());
}

#[test]
fn serves_ten_threads() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    shake(&ada, &grace, at(""));
    thread::scope(|threads| {
        for thread in 0..10 {
            let (book, person) = (&ada.book, grace.book.person());
            threads.spawn(move || {
                for note in 0..20 {
                    book.note(person.clone(), format!("note {note} of {thread}")).unwrap();
                    assert_eq!(
                        book.list(ContactQuery::default(), None, 5).unwrap().people.len(),
                        1
                    );
                }
            });
        }
    });
    assert_eq!(ada.contact(&grace).unwrap().notes.len(), 200);
}

#[test]
fn logs_nothing_personal() {
    let _turn = turn();
    let (log, dir, grace) =
        (Arc::new(Log::default()), tempfile::tempdir().unwrap(), Phone::of("Grace"));
    let book = Book::open(BookConfig { log: Some(log.clone()), ..Phone::config(&dir) }).unwrap();
    let ada = Phone { dir, book, badge: crate::phones::named("Ada Lovelace") };
    shake(&ada, &grace, at("Rust Week"));
    let note = ada.book.note(grace.book.person(), "Ask about the moth".to_owned()).unwrap();
    let query = ContactQuery { text: "moth".to_owned(), ..ContactQuery::default() };
    assert_eq!(ada.book.count(query), Ok(1));
    assert_eq!(code(ada.book.rate(ada.book.person(), Some(3))), Some(Code::NotMet));
    let again = BookConfig { log: Some(log.clone()), ..Phone::config(&ada.dir) };
    assert_eq!(code(Book::open(again)), Some(Code::InUse));
    ada.book.suspend().unwrap();
    let lines = log.0.lock().unwrap().join("\n");
    assert!(lines.contains("opened: created true") && lines.contains("failed: NotMet"), "{lines}");
    assert!(lines.contains("failed: InUse"), "{lines}");
    let secrets =
        ["Ada", "Grace", "Rust Week", "moth", &note, &ada.book.person(), &grace.book.person()];
    let path = ada.dir.path().display().to_string();
    for secret in secrets.into_iter().chain([path.as_str()]) {
        assert!(!lines.contains(secret), "{lines}");
    }
}

#[test]
fn survives_a_panic() {
    let _turn = turn();
    // Where a language is behind it, the layer makes an exception of it; here it is a panic still.
    assert!(std::panic::catch_unwind(rehearse_panic).is_err());
    assert_eq!(lapel_ffi::version(), "0.1.0");
    // In the middle of a call the book is put back all the same.
    let ada = Phone::of("Ada");
    let book = std::panic::AssertUnwindSafe(ada.book.clone());
    assert!(std::panic::catch_unwind(|| rehearse_panic_in(book.clone())).is_err());
    let (book, (done, waits)) = (ada.book.clone(), mpsc::channel());
    // Where it isn't, whoever wants it waits for ever.
    thread::spawn(move || done.send(book.count(ContactQuery::default())));
    assert_eq!(waits.recv_timeout(Duration::from_secs(60)), Ok(Ok(0)));
}
