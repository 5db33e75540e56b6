//! What can be typed of one's own badges.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::StatementTo;

/// The fields of a badge.
#[derive(Debug, Args)]
pub(crate) struct BadgeArgs {
    /// Display name, at most 64 bytes
    #[arg(long)]
    pub(crate) name: String,
    /// Job title, at most 64 bytes
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Organisation, at most 64 bytes
    #[arg(long)]
    pub(crate) org: Option<String>,
    /// E-mail address; up to four
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Vec<String>,
    /// Phone number; up to four
    #[arg(long, value_name = "NUMBER")]
    pub(crate) phone: Vec<String>,
    /// Web address with http:// or https://; up to four
    #[arg(long)]
    pub(crate) url: Vec<String>,
    /// Social handle, such as @ada@example.social; up to four
    #[arg(long)]
    pub(crate) handle: Vec<String>,
    /// Pronouns, at most 24 bytes
    #[arg(long)]
    pub(crate) pronouns: Option<String>,
    /// A short free line, at most 96 bytes
    #[arg(long)]
    pub(crate) line: Option<String>,
}

/// `lapel init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) badge: BadgeArgs,
    /// What you call this badge
    #[arg(long, default_value = "main")]
    pub(crate) label: String,
}

/// `lapel badge …`.
#[derive(Debug, Subcommand)]
pub(crate) enum BadgeCommand {
    /// List your badges
    List,
    /// Show a badge, by default the one on show
    Show {
        /// Its label
        label: Option<String>,
    },
    /// Set a badge under a label; it replaces the whole badge that was there
    Set {
        /// Its label, such as work
        label: String,
        #[command(flatten)]
        badge: Box<BadgeArgs>,
    },
    /// Choose the badge to show
    Use {
        /// Its label
        label: String,
    },
    /// Remove a badge that isn't on show
    Remove {
        /// Its label
        label: String,
    },
    /// Sign a badge, for everyone who met you: as a file or a code
    Sign {
        /// Its label [default: the one on show]
        #[arg(long)]
        label: Option<String>,
        #[command(flatten)]
        to: StatementTo,
    },
    /// Take a badge that somebody you met signed with `lapel badge sign`
    ///
    /// It makes nobody a contact, and an older badge takes no newer one's place.
    Apply {
        /// The file, or - for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}
