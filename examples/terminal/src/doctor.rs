//! How the book is: the whole of it read, and mended where that was asked for.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use lapel::book::{Book, CheckReport, IndexState, Mode, OpenError, OpenReport, Settings};
use lapel::vault::{DataKey, FileVault, Head, KeyId, KeyVault, VaultError};
use serde_json::json;

use crate::failure::{Code, Failure, Outcome};
use crate::home::{Home, behind, rng};
use crate::say::Say;

/// What was looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// The book itself, to mend it.
    Book,
    /// A copy, so that nothing of the book is touched.
    Copy,
    /// The book's ledger alone, because a copy failed for this.
    Ledger(io::ErrorKind),
}

/// `lapel doctor`. What is lost for good makes it fail; what can be mended doesn't.
pub(crate) fn doctor(home: &Home, repair: bool, say: &Say) -> Outcome {
    if repair {
        let (book, report) = home.open_as(Mode::Existing)?;
        return examine(home, book, &report, Subject::Book, say);
    }
    if !home.book_dir().exists() {
        return Err(home.not_opened(OpenError::Missing { path: home.book_dir() }));
    }
    let held = hold(&home.book_dir().join("lock"), home)?;
    let copy = tempfile::tempdir();
    let copied = copy.as_ref().map_err(io::Error::kind).and_then(|copy| {
        let to = copy.path().join("book");
        copy_tree(&home.book_dir(), &to).map(|()| to).map_err(|error| error.kind())
    });
    match copied {
        Ok(book_dir) => {
            let settings = Settings::new(book_dir, Arc::new(LookOnly(home.vault())));
            let opened = Book::open_with(settings.mode(Mode::Existing), &mut rng());
            let (book, report) = opened.map_err(|error| home.not_opened(error))?;
            examine(home, book, &report, Subject::Copy, say)
        }
        Err(kind) => {
            drop(held);
            let (book, report) = home.open_as(Mode::Look)?;
            examine(home, book, &report, Subject::Ledger(kind), say)
        }
    }
}

fn examine(home: &Home, mut book: Book, open: &OpenReport, subject: Subject, say: &Say) -> Outcome {
    let repair = subject == Subject::Book;
    let check = book.check()?;
    let lost: u64 = check.damage.iter().map(|damage| damage.lost).sum();
    let room = room(home);
    let mut findings = findings(open, &check, lost, subject);
    findings.extend(room.as_ref().err().cloned());
    let (contacts, size) = (book.contacts()?.len(), book.size()?);
    let healthy = findings.is_empty();
    let (index, cause) = match (&open.index, &check.rebuilt) {
        _ if matches!(subject, Subject::Ledger(_)) => ("not_looked_at", None),
        (IndexState::InMemory { cause }, _) => ("in_memory", Some(cause)),
        (IndexState::Rebuilt { cause }, _) | (_, Some(cause)) => ("rebuilt", Some(cause)),
        _ => ("current", None),
    };
    let document = json!({
        "healthy": healthy,
        "repaired": repair,
        "entries": check.entries,
        "contacts": contacts,
        "bytes": size,
        "lost": lost,
        "healed": open.healed + check.healed,
        "torn_bytes": open.torn,
        "header_damaged": open.header_damaged,
        "rolled_back": open.rolled_back.is_some(),
        "index": index,
        "index_cause": cause,
        "old_key_remains": open.old_key_remains,
        "room": room.is_ok(),
        "findings": findings,
    });
    let mut text =
        format!("Entries: {}. Contacts: {contacts}. Bytes on disk: {size}.", check.entries);
    for finding in &findings {
        text.push('\n');
        text.push_str(finding);
    }
    match (healthy, repair) {
        (true, _) => text.push_str("\nThe book is well."),
        (false, false) => text
            .push_str("\nNothing was changed. `lapel doctor --repair` mends what can be mended."),
        (false, true) => {}
    }
    say.answer(&text, &document)?;
    if lost > 0 {
        let message = "Some entries are lost. Everything else can be read; a backup may have them.";
        return Err(Failure::new(Code::Damaged, message));
    }
    Ok(())
}

/// Whether the book could grow; if not, a sentence. The file that tries it has no name, so nothing
/// of it is left even by a crash.
fn room(home: &Home) -> Result<(), String> {
    let mut probe = tempfile::tempfile_in(home.book_dir());
    let written = probe.as_mut().map_err(|e| e.kind()).and_then(|file| {
        let bytes = [0xA5; 256 * 1024];
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(|e| e.kind())
    });
    written.map_err(|kind| {
        if is_full(kind) {
            "The disk is full. Everything that was recorded is there and can be read; nothing new \
             can be recorded until some space is free."
                .into()
        } else {
            format!("The book's directory can't be written: {}.", io::Error::from(kind))
        }
    })
}

fn is_full(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(kind, StorageFull | QuotaExceeded | FileTooLarge)
}

/// What is wrong, a sentence each.
fn findings(open: &OpenReport, check: &CheckReport, lost: u64, subject: Subject) -> Vec<String> {
    let mut said = Vec::new();
    let did = |done: &'static str, would: &'static str| match subject {
        Subject::Book => done,
        Subject::Copy | Subject::Ledger(_) => would,
    };
    if open.torn > 0 {
        let cut = did("was cut", "would be cut");
        said.push(format!(
            "An unfinished write of {} bytes {cut}; nothing acknowledged is in it.",
            open.torn
        ));
    }
    let healed = open.healed + check.healed;
    if healed > 0 {
        let put = did("put back", "that would be put back");
        said.push(format!("Damaged entries {put} from the index: {healed}."));
    }
    if !check.damage.is_empty() {
        said.push(format!(
            "Damaged places in the ledger: {}. Entries lost there: {lost}.",
            check.damage.len()
        ));
    }
    if open.header_damaged {
        let mended = did("was mended", "would be mended");
        said.push(format!("A copy of the header is damaged and {mended} from another one."));
    }
    if let IndexState::Rebuilt { cause } = &open.index {
        said.push(format!("The index {} anew: {cause}.", did("was built", "would be built")));
    }
    if let Subject::Ledger(kind) = subject {
        let why = if is_full(kind) {
            "There was no room to look at a copy".to_owned()
        } else {
            format!("No copy could be made to look at ({})", io::Error::from(kind))
        };
        said.push(format!("{why}, so only the ledger was read."));
    } else if let IndexState::InMemory { cause } = &open.index {
        said.push(format!("The index can't be kept on disk: {cause}."));
    }
    if let Some(cause) = &check.rebuilt {
        said.push(format!("The index {} anew: {cause}.", did("was built", "would be built")));
    }
    if let Some(back) = &open.rolled_back {
        said.push(behind(back));
    }
    if open.cleaned {
        let removed = did("was removed", "would be removed");
        said.push(format!("What interrupted work left {removed}."));
    }
    if open.old_key_remains {
        said.push(
            did(
                "A former key could not be destroyed yet; the next open tries again.",
                "A former key is still there and would be destroyed.",
            )
            .into(),
        );
    }
    said
}

/// Keeps other processes out of the book while it is copied. Nothing is written.
fn hold(lock: &Path, home: &Home) -> Outcome<Option<File>> {
    let file = match File::open(lock) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(copying(&error)),
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let message = format!(
                "The book at {} is in use. Wait until the other lapel has ended, then try again.",
                home.book_dir().display()
            );
            Err(Failure::new(Code::InUse, message))
        }
        // Where files can't be locked, the check reads what is there.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(Some(file)),
    }
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_tree(&from, &to)?;
        } else if entry.file_type()?.is_file() {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

fn copying(error: &io::Error) -> Failure {
    Failure::new(Code::Io, format!("The book can't be copied to look at it: {error}."))
}

/// The keys, to look with and not to touch.
struct LookOnly(FileVault);

impl KeyVault for LookOnly {
    fn store(&self, _: &KeyId, _: &DataKey) -> Result<(), VaultError> {
        Err(VaultError::Failed("a look changes no keys".into()))
    }

    fn load(&self, id: &KeyId) -> Result<DataKey, VaultError> {
        self.0.load(id)
    }

    fn head(&self, store: &[u8; 16]) -> Result<Option<Head>, VaultError> {
        self.0.head(store)
    }

    fn destroy(&self, _: &KeyId) -> Result<(), VaultError> {
        Err(VaultError::Failed("a look changes no keys".into()))
    }
}
