//! What errors of exports tell.

use std::io;

use super::{Code, Coded, Values, bare, with};
use crate::export::{ExportError, NotAFormat, NotAPart};

coded! {
    NotAFormat: e => with(Code::NotAFormat, "text", e.text());
    NotAPart: e => with(Code::NotAPart, "text", e.text());
    ExportError: e => match e {
        ExportError::Read(error) => (error.code(), error.values()),
        ExportError::Nobody => bare(Code::NobodyFound),
        ExportError::NotMet => bare(Code::NotMet),
        ExportError::Cancelled => bare(Code::Cancelled),
        ExportError::Full { path } => with(Code::DiskFull, "path", path.display()),
        ExportError::File { path, source } => match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                with(Code::NotWritable, "path", path.display())
            }
            _ => (Code::SystemFailed, vec![
                ("path", path.display().to_string()),
                ("detail", source.to_string()),
            ]),
        },
        ExportError::Write(source) => with(Code::SystemFailed, "detail", source),
        ExportError::Card(detail) => with(Code::Defect, "detail", detail),
        ExportError::Proof(error) => (error.code(), error.values()),
    };
}
