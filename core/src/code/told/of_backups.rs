//! What errors of backups tell.

use super::{Code, Coded, Values, bare, with};
use crate::backup::{BackupError, LockError};

coded! {
    LockError: e => match e {
        LockError::NoPassphrase => bare(Code::NoPassphrase),
        LockError::NotARecipient { index } => with(Code::NotALock, "index", index),
        LockError::NoRecipient | LockError::NotAnIdentity => bare(Code::NotALock),
    };
    BackupError: e => match e {
        BackupError::NotAnAgeFile | BackupError::NotABackup => bare(Code::NotABackup),
        BackupError::Newer => bare(Code::NewerBackup),
        BackupError::WrongKey => bare(Code::WrongPassphrase),
        BackupError::OtherLock { .. } => bare(Code::OtherLock),
        BackupError::TooMuchWork { log_n, max } => (Code::TooMuchWork, vec![
            ("log_n", log_n.to_string()),
            ("max", max.to_string()),
        ]),
        BackupError::Altered { .. }
        | BackupError::Entry { .. }
        | BackupError::Signature
        | BackupError::Changed
        | BackupError::TooManyRefused { .. }
        | BackupError::TooManyForgotten { .. } => bare(Code::BackupAltered),
        BackupError::AnotherOwner => bare(Code::AnotherOwner),
        BackupError::NotEmpty { path } => with(Code::BookNotEmpty, "path", path.display()),
        BackupError::Cancelled => bare(Code::Cancelled),
        BackupError::Full { path } => with(Code::DiskFull, "path", path.display()),
        BackupError::File { path, source } => (Code::SystemFailed, vec![
            ("path", path.display().to_string()),
            ("detail", source.to_string()),
        ]),
        BackupError::Io(source) => with(Code::SystemFailed, "detail", source),
        BackupError::Book(error) => (error.code(), error.values()),
        BackupError::Open(error) => (error.code(), error.values()),
    };
}
