//! What can be typed about statements that are signed outside of a meeting.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `lapel identity …`.
#[derive(Debug, Subcommand)]
pub(crate) enum IdentityCommand {
    /// Sign that an old key and yours are one person's, for everyone who met the old one
    ///
    /// The key of this home is the new one. The old home's book is only looked at.
    Link {
        /// The home that has the old key
        #[arg(long, value_name = "HOME")]
        old: PathBuf,
        #[command(flatten)]
        to: StatementTo,
    },
    /// Take what somebody you met signed with `lapel identity link`
    ///
    /// Their two keys are one person from now on, or once you meet the new one. It makes nobody a
    /// contact. It doesn't show that nobody stole the old key: compare fingerprints where it matters.
    Apply {
        /// The file, or - for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Where a statement goes.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct StatementTo {
    /// Where to, or - for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Draw it as a code in this terminal
    #[arg(long)]
    pub(crate) qr: bool,
}
