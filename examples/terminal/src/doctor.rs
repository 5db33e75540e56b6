//! How the book is: the whole of it read, and mended where that was asked for.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use lapel::book::{Book, CheckReport, IndexState, OpenReport};
use lapel::vault::{DataKey, FileVault, KeyId, KeyVault, VaultError};
use serde_json::json;

use crate::failure::{Code, Failure, Outcome};
use crate::home::{Home, rng};
use crate::say::Say;

/// `lapel doctor`. What is lost for good makes it fail; what can be mended doesn't.
pub(crate) fn doctor(home: &Home, repair: bool, say: &Say) -> Outcome {
    home.must_have_book()?;
    if repair {
        let (book, report) = home.open_or_make()?;
        return examine(book, &report, repair, say);
    }
    let _held = hold(&home.book_dir().join("lock"), home)?;
    let copy = tempfile::tempdir().map_err(|error| copying(&error))?;
    let book_dir = copy.path().join("book");
    copy_tree(&home.book_dir(), &book_dir).map_err(|error| copying(&error))?;
    let vault = Arc::new(LookOnly(home.vault()));
    let (book, report) = Book::open(&book_dir, vault, &mut rng())?;
    examine(book, &report, repair, say)
}

fn examine(mut book: Book, open: &OpenReport, repair: bool, say: &Say) -> Outcome {
    let check = book.check()?;
    let lost: u64 = check.damage.iter().map(|damage| damage.lost).sum();
    let findings = findings(open, &check, lost, repair);
    let (contacts, size) = (book.contacts()?.len(), book.size()?);
    let healthy = findings.is_empty();
    let (index, cause) = match (&open.index, &check.rebuilt) {
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
        "index": index,
        "index_cause": cause,
        "old_key_remains": open.old_key_remains,
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

/// What is wrong, a sentence each.
fn findings(open: &OpenReport, check: &CheckReport, lost: u64, repair: bool) -> Vec<String> {
    let mut said = Vec::new();
    let did = |done: &'static str, would: &'static str| if repair { done } else { would };
    if open.torn > 0 {
        let cut = did("was cut", "would be cut");
        said.push(format!(
            "An unfinished write of {} bytes {cut}; nothing acknowledged is in it.",
            open.torn
        ));
    }
    let healed = open.healed + check.healed;
    if healed > 0 {
        let put = did("was put back", "would be put back");
        said.push(format!("Damaged entries that {put} from the index: {healed}."));
    }
    if !check.damage.is_empty() {
        said.push(format!(
            "Damaged places in the ledger: {}. Entries lost there: {lost}.",
            check.damage.len()
        ));
    }
    if open.header_damaged {
        said.push(
            "One of the two copies of the header is damaged; forgetting someone writes both anew."
                .into(),
        );
    }
    if let IndexState::Rebuilt { cause } = &open.index {
        said.push(format!("The index {} anew: {cause}.", did("was built", "would be built")));
    }
    if let IndexState::InMemory { cause } = &open.index {
        said.push(format!("The index can't be kept on disk: {cause}."));
    }
    if let Some(cause) = &check.rebuilt {
        said.push(format!("The index {} anew: {cause}.", did("was built", "would be built")));
    }
    if open.cleaned {
        let removed = did("was removed", "would be removed");
        said.push(format!("What an interrupted rewrite left {removed}."));
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

    fn destroy(&self, _: &KeyId) -> Result<(), VaultError> {
        Err(VaultError::Failed("a look changes no keys".into()))
    }
}
