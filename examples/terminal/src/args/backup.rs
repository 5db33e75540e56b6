//! What can be typed of backups.

use std::path::PathBuf;

use clap::Args;

/// `lapel backup`.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// Where to, or - for standard output; a file takes the place of an old one only when it is whole
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Lock it for this recipient of age's (age1…) instead of with a passphrase; several can be named
    #[arg(long, value_name = "RECIPIENT", conflicts_with = "passphrase_file")]
    pub(crate) recipient: Vec<String>,
    /// A file whose first line is the passphrase [default: LAPEL_PASSPHRASE, or it is asked for]
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `lapel restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Take it into the book that is here, which must be of the same identity
    #[arg(long)]
    pub(crate) merge: bool,
    /// Read and judge all of it, say what it would bring, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// A file with the age identity (AGE-SECRET-KEY-1…) of a recipient
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    pub(crate) identity_file: Option<PathBuf>,
    /// A file whose first line is the passphrase [default: LAPEL_PASSPHRASE, or it is asked for]
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}
