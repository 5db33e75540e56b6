//! What errors of the libraries mean here: which kind, and what to do about it.

use lapel::backup::{BackupError, LockError};
use lapel::badge::BadgeError;
use lapel::book::{BookError, OpenError, ReadError, RewriteError, WriteError};
use lapel::event::EventError;
use lapel::exchange::{AcceptError, AcknowledgeError, BeginError};
use lapel::export::ExportError;
use lapel::proof::{ProofError, ProofTermsError, ReportError};
use lapel::qr::QrError;
use lapel::receipt::ReceiptError;
use lapel::statement::StatementError;

use super::{Code, Failure, code_of};

/// A sentence of a library's words, with what to do behind it.
fn sentence(error: &dyn std::fmt::Display, remedy: &str) -> String {
    let words = error.to_string();
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let stop = if words.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}{}{remedy}", letters.as_str(), if remedy.is_empty() { "" } else { " " })
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let (code, remedy) = match &error {
            OpenError::ReadOnly { .. } => (
                Code::ReadOnly,
                "Give yourself the right to write there, or choose another --home.",
            ),
            OpenError::Full { .. } => {
                (Code::Full, "Free some space and try again; nothing is lost.")
            }
            OpenError::InUse { .. } => {
                (Code::InUse, "Wait until the other lapel has ended, then try again.")
            }
            OpenError::NotOurs { .. } => {
                (Code::NotABook, "It was left alone. Choose another --home.")
            }
            OpenError::NewerVersion { .. } => (Code::NewerVersion, "Update lapel."),
            OpenError::KeyLocked => (Code::Key, "Unlock it and try again; nothing is lost."),
            OpenError::KeyLost | OpenError::WrongKey => (
                Code::Key,
                "Put the right `keys` directory back beside `book`, from a backup; the book can't \
                 be opened without it.",
            ),
            OpenError::Vault(_) => (Code::Key, "Look at the `keys` directory in the home."),
            OpenError::Missing { .. } => (Code::NoBook, "Make one with `lapel init`."),
            OpenError::DamagedHeader { .. } => (Code::Damaged, "Restore a backup."),
            OpenError::Cancelled => (Code::Interrupted, "Nothing was changed."),
            OpenError::Io { source, .. } => (code_of(source), ""),
            _ => (Code::Io, ""),
        };
        Self::new(code, sentence(&error, remedy))
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let (code, remedy) = match &error {
            ReadError::Lost(_) => (Code::Damaged, "Run `lapel doctor`."),
            ReadError::Index(_) => (Code::Damaged, "Run `lapel doctor --repair`; nothing is lost."),
            ReadError::Cancelled => (Code::Interrupted, "Nothing was changed."),
            ReadError::Io { source, .. } => (code_of(source), ""),
            _ => (Code::Io, ""),
        };
        Self::new(code, sentence(&error, remedy))
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        let (code, remedy) = match &error {
            WriteError::TooLarge { .. } => (Code::NoteRefused, "Say less, or in several entries."),
            WriteError::Full { .. } => (
                Code::Full,
                "Free some space and do it again; what was in the book is still there.",
            ),
            WriteError::Io { source, .. } => (
                code_of(source),
                "Do it again when that is mended; what was in the book is still there.",
            ),
            WriteError::ReadOnly => (Code::ReadOnly, ""),
            _ => (Code::Io, "Run the command again."),
        };
        Self::new(code, sentence(&error, remedy))
    }
}

impl From<BookError> for Failure {
    fn from(error: BookError) -> Self {
        let code = match error {
            BookError::Write(error) => return error.into(),
            BookError::Read(error) => return error.into(),
            BookError::Rewrite(RewriteError::Write(error)) => return error.into(),
            BookError::Rewrite(RewriteError::Read(error)) => return error.into(),
            BookError::Rewrite(RewriteError::Vault(_)) => Code::Key,
            BookError::Rewrite(RewriteError::Io { ref source, .. }) => code_of(source),
            BookError::Rewrite(_) => Code::Io,
            BookError::Blocked => Code::PersonBlocked,
            BookError::NotMet => Code::NoSuchContact,
            BookError::Note(_) => Code::NoteRefused,
            BookError::NoSuchNote => Code::NoSuchNote,
            BookError::Tag(_) | BookError::TooManyTags => Code::TagRefused,
            BookError::Place(_) => Code::PlaceRefused,
            BookError::NoFollowUp => Code::NoFollowUp,
            BookError::Circle => Code::Circle,
            BookError::OnePerson | BookError::NotMerged => Code::MergeRefused,
            BookError::NoSuchOutcome => Code::NoSuchOutcome,
            BookError::NoSuchEncounter => Code::NoSuchEncounter,
            BookError::NoSuchLink => Code::NoSuchLink,
            BookError::TooManyLinks
            | BookError::Title(_)
            | BookError::OutcomeKind(_)
            | BookError::StillToCome(_) => Code::OutcomeRefused,
            BookError::NoSuchBadge(_) => Code::NoSuchBadge,
            BookError::Label | BookError::OnShow(_) => Code::BadgeRefused,
            BookError::OwnKey | BookError::LinkConflict(_) | BookError::OlderBadge { .. } => {
                Code::StatementRefused
            }
            _ => Code::Internal,
        };
        let remedy = match error {
            BookError::NoSuchBadge(_) => "`lapel badge list` lists them.",
            BookError::NoSuchOutcome | BookError::NoSuchLink => "`lapel outcome list` lists them.",
            BookError::NoFollowUp => "`lapel followup ID --on DATE` says by which day.",
            BookError::Circle | BookError::OwnKey | BookError::OlderBadge { .. } => {
                "Nothing was changed."
            }
            BookError::LinkConflict(_) => {
                "Ask the person which key is theirs, and compare fingerprints."
            }
            _ => "",
        };
        Self::new(code, sentence(&error, remedy))
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let code = match error {
            ExportError::Read(error) => return error.into(),
            ExportError::Write(error) => return Self::output(&error),
            ExportError::File { path, source } => return Self::writing(&path, &source),
            ExportError::Full { .. } => Code::Full,
            ExportError::Nobody | ExportError::NotMet => Code::NoSuchContact,
            ExportError::Cancelled => Code::Interrupted,
            ExportError::Proof(_) => Code::ProofRefused,
            _ => Code::Internal,
        };
        let remedy = match error {
            ExportError::Full { .. } => {
                "Free some space and try again. Whatever was there before is untouched."
            }
            _ => "",
        };
        Self::new(code, sentence(&error, remedy))
    }
}

impl From<BadgeError> for Failure {
    fn from(error: BadgeError) -> Self {
        Self::new(Code::BadgeRefused, sentence(&error, "Nothing was changed."))
    }
}

impl From<EventError> for Failure {
    fn from(error: EventError) -> Self {
        Self::new(Code::EventRefused, sentence(&error, ""))
    }
}

impl From<ReceiptError> for Failure {
    fn from(error: ReceiptError) -> Self {
        Self::new(Code::ReceiptRefused, sentence(&error, "It proves nothing; ask for it again."))
    }
}

impl From<StatementError> for Failure {
    fn from(error: StatementError) -> Self {
        Self::new(Code::StatementRefused, sentence(&error, "Nothing was changed."))
    }
}

impl From<ProofTermsError> for Failure {
    fn from(error: ProofTermsError) -> Self {
        Self::new(Code::ProofRefused, sentence(&error, ""))
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let (code, remedy) = match error {
            BackupError::Book(error) => return error.into(),
            BackupError::Open(error) => return error.into(),
            BackupError::Cancelled => (Code::Interrupted, "Nothing was changed."),
            BackupError::Full { .. } => (Code::Full, "Nothing was changed."),
            BackupError::File { .. } => (Code::FileRefused, ""),
            BackupError::Io(_) => (Code::Io, ""),
            BackupError::NotEmpty { .. } => {
                (Code::BookExists, "Use --merge if it is the same person's.")
            }
            BackupError::Newer => (Code::NewerVersion, ""),
            _ => (Code::BackupRefused, "Nothing was changed."),
        };
        Self::new(code, sentence(&error, remedy))
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        Self::new(Code::BackupRefused, sentence(&error, ""))
    }
}

impl From<ProofError> for Failure {
    fn from(error: ProofError) -> Self {
        let (code, remedy) = match error {
            ProofError::Cancelled => (Code::Interrupted, ""),
            ProofError::Read(_) => (Code::FileRefused, ""),
            _ => (Code::ProofRefused, "Nothing in it counts as shown; ask for it again."),
        };
        Self::new(code, sentence(&error, remedy))
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Proof(error) => error.into(),
            ReportError::Symbol(error) => error.into(),
            ReportError::Write(error) => Self::output(&error),
            error => Self::new(Code::Internal, sentence(&error, "")),
        }
    }
}

impl From<BeginError> for Failure {
    fn from(error: BeginError) -> Self {
        let code = match error {
            BeginError::CompareNeedsReveal => Code::Usage,
            _ => Code::BadgeRefused,
        };
        Self::new(code, sentence(&error, ""))
    }
}

impl From<AcceptError> for Failure {
    fn from(error: AcceptError) -> Self {
        Self::new(Code::Internal, sentence(&error, ""))
    }
}

impl From<AcknowledgeError> for Failure {
    fn from(error: AcknowledgeError) -> Self {
        Self::new(Code::Internal, sentence(&error, ""))
    }
}

impl From<QrError> for Failure {
    fn from(error: QrError) -> Self {
        Self::new(Code::Internal, sentence(&error, ""))
    }
}
