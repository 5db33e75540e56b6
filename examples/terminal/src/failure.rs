//! Every way a command can fail: a sentence for people, a stable name and an exit code for programs.

mod told;

use std::io;
use std::path::Path;

/// What every command gives.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// What went wrong, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What kind it is.
    pub(crate) code: Code,
    /// One or more sentences.
    pub(crate) message: String,
}

/// The kinds of failure. Names and numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it, and the README lists them")]
pub(crate) enum Code {
    ClosedPipe,
    Usage,
    Unconfirmed,
    NothingRecorded,
    NoSuchContact,
    Ambiguous,
    NoSuchBadge,
    NoSuchEncounter,
    NoSuchEvent,
    NoSuchNote,
    NoSuchOutcome,
    NoSuchLink,
    NoFollowUp,
    NoBook,
    InUse,
    BookExists,
    BadgeRefused,
    NoteRefused,
    TagRefused,
    PlaceRefused,
    MergeRefused,
    OutcomeRefused,
    Circle,
    EventRefused,
    ReceiptRefused,
    StatementRefused,
    ProofRefused,
    BackupRefused,
    FileRefused,
    PersonBlocked,
    Full,
    ReadOnly,
    Damaged,
    Key,
    NewerVersion,
    NotABook,
    Io,
    Internal,
    Interrupted,
}

impl Code {
    /// The name in JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ClosedPipe => "closed_pipe",
            Self::Usage => "usage",
            Self::Unconfirmed => "unconfirmed",
            Self::NothingRecorded => "nothing_recorded",
            Self::NoSuchContact => "no_such_contact",
            Self::Ambiguous => "ambiguous",
            Self::NoSuchBadge => "no_such_badge",
            Self::NoSuchEncounter => "no_such_encounter",
            Self::NoSuchEvent => "no_such_event",
            Self::NoSuchNote => "no_such_note",
            Self::NoSuchOutcome => "no_such_outcome",
            Self::NoSuchLink => "no_such_link",
            Self::NoFollowUp => "no_follow_up",
            Self::NoBook => "no_book",
            Self::InUse => "in_use",
            Self::BookExists => "book_exists",
            Self::BadgeRefused => "badge_refused",
            Self::NoteRefused => "note_refused",
            Self::TagRefused => "tag_refused",
            Self::PlaceRefused => "place_refused",
            Self::MergeRefused => "merge_refused",
            Self::OutcomeRefused => "outcome_refused",
            Self::Circle => "circle",
            Self::EventRefused => "event_refused",
            Self::ReceiptRefused => "receipt_refused",
            Self::StatementRefused => "statement_refused",
            Self::ProofRefused => "proof_refused",
            Self::BackupRefused => "backup_refused",
            Self::FileRefused => "file_refused",
            Self::PersonBlocked => "person_blocked",
            Self::Full => "disk_full",
            Self::ReadOnly => "read_only",
            Self::Damaged => "damaged",
            Self::Key => "key",
            Self::NewerVersion => "newer_version",
            Self::NotABook => "not_a_book",
            Self::Io => "io",
            Self::Internal => "internal",
            Self::Interrupted => "interrupted",
        }
    }

    /// The process's exit code.
    pub(crate) const fn exit(self) -> u8 {
        match self {
            Self::ClosedPipe => 0,
            Self::Usage => 2,
            Self::Unconfirmed => 3,
            Self::NothingRecorded => 4,
            Self::NoSuchContact
            | Self::Ambiguous
            | Self::NoSuchBadge
            | Self::NoSuchEncounter
            | Self::NoSuchEvent
            | Self::NoSuchNote
            | Self::NoSuchOutcome
            | Self::NoSuchLink
            | Self::NoFollowUp => 5,
            Self::NoBook => 6,
            Self::InUse => 7,
            Self::BookExists
            | Self::BadgeRefused
            | Self::NoteRefused
            | Self::TagRefused
            | Self::PlaceRefused
            | Self::MergeRefused
            | Self::OutcomeRefused
            | Self::Circle
            | Self::EventRefused
            | Self::ReceiptRefused
            | Self::StatementRefused
            | Self::ProofRefused
            | Self::BackupRefused
            | Self::FileRefused
            | Self::PersonBlocked => 8,
            Self::Full
            | Self::ReadOnly
            | Self::Damaged
            | Self::Key
            | Self::NewerVersion
            | Self::NotABook
            | Self::Io
            | Self::Internal => 9,
            Self::Interrupted => 130,
        }
    }
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A file of the owner's that couldn't be written.
    pub(crate) fn writing(path: &Path, error: &io::Error) -> Self {
        let message = format!(
            "{} can't be written: {error}. Whatever was there before is untouched.",
            path.display()
        );
        Self::new(code_of(error), message)
    }

    /// Standard output failed; a reader that went away is no failure.
    pub(crate) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Code::ClosedPipe, ""),
            _ => Self::new(code_of(error), format!("Standard output can't be written: {error}.")),
        }
    }
}

fn code_of(error: &io::Error) -> Code {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Code::Full
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Code::ReadOnly,
        _ => Code::Io,
    }
}
