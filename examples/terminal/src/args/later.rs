//! What can be typed about people after they were met, and about what came of it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lapel::book::Amount;
use lapel::date::Date;

use super::Who;

/// `lapel note`.
#[derive(Debug, Args)]
pub(crate) struct NoteArgs {
    #[command(flatten)]
    pub(crate) who: Who,
    /// The note: at most 2,000 bytes, several lines if need be
    #[arg(required_unless_present = "remove", conflicts_with = "remove")]
    pub(crate) text: Option<String>,
    /// Take a note away, by its number in `lapel contact`
    #[arg(long, value_name = "N", conflicts_with = "replace")]
    pub(crate) remove: Option<usize>,
    /// Write the text in place of a note, by its number in `lapel contact`
    #[arg(long, value_name = "N")]
    pub(crate) replace: Option<usize>,
}

/// `lapel followup`.
#[derive(Debug, Args)]
pub(crate) struct FollowUpArgs {
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) what: FollowUpWhat,
}

/// What is to be written about it.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct FollowUpWhat {
    /// By which day, such as 2026-11-26
    #[arg(long, value_name = "DATE")]
    pub(crate) on: Option<Date>,
    /// It is done
    #[arg(long)]
    pub(crate) done: bool,
    /// There is nothing to follow up
    #[arg(long)]
    pub(crate) never: bool,
}

/// `lapel person …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PersonCommand {
    /// Say that two contacts are one person: a new phone, a lost key
    ///
    /// Lists show the one that was met last. Each contact keeps its own encounters and receipts.
    Merge {
        /// One: id, beginning of an id, fingerprint or exact name
        #[arg(value_name = "ID")]
        one: String,
        /// The other
        #[arg(value_name = "OTHER")]
        other: String,
    },
    /// Say that a contact isn't the same person as the others after all
    Split {
        #[command(flatten)]
        who: Who,
    },
}

/// `lapel outcome …`.
#[derive(Debug, Subcommand)]
pub(crate) enum OutcomeCommand {
    /// Write down something that happened, and who or what led to it
    Add(OutcomeArgs),
    /// List what happened, oldest first
    List,
    /// Say what else led to an outcome, or take that back
    Link {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        links: LinkArgs,
        /// Take the links away
        #[arg(long)]
        remove: bool,
    },
    /// Take an outcome away
    Remove {
        #[command(flatten)]
        which: Which,
    },
}

/// Names one outcome.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Beginning of its id (4 digits or more) or exact title
    pub(crate) outcome: String,
}

/// `lapel outcome add`.
#[derive(Debug, Args)]
pub(crate) struct OutcomeArgs {
    /// job, deal, talk, project, friendship, or a word of your own, at most 48 bytes
    #[arg(long)]
    pub(crate) kind: String,
    /// What it is called, at most 200 bytes
    #[arg(long)]
    pub(crate) title: String,
    /// The day it happened [default: today, in UTC]
    #[arg(long)]
    pub(crate) date: Option<Date>,
    /// What it was worth, such as "1200.50 EUR"
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) amount: Option<Amount>,
    #[command(flatten)]
    pub(crate) links: LinkArgs,
    /// A note on it, at most 2,000 bytes
    #[arg(long)]
    pub(crate) note: Option<String>,
}

/// What led to an outcome.
#[derive(Debug, Args)]
pub(crate) struct LinkArgs {
    /// Someone who led to it; can be given again
    #[arg(long, value_name = "ID")]
    pub(crate) contact: Vec<String>,
    /// An encounter that led to it, by the beginning of its id; can be given again
    #[arg(long, value_name = "ENCOUNTER")]
    pub(crate) encounter: Vec<String>,
    /// An earlier outcome that led to it; can be given again
    #[arg(long, value_name = "OUTCOME")]
    pub(crate) after: Vec<String>,
}

impl LinkArgs {
    pub(crate) fn is_empty(&self) -> bool {
        self.contact.is_empty() && self.encounter.is_empty() && self.after.is_empty()
    }
}

/// `lapel lookback`.
#[derive(Debug, Args)]
pub(crate) struct LookbackArgs {
    /// Only what goes back to a first handshake at this event
    #[arg(long)]
    pub(crate) event: Option<String>,
    /// Only that in which this person had a part
    #[arg(long, value_name = "ID")]
    pub(crate) contact: Option<String>,
    /// Only what happened on this day or later
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<Date>,
    /// Write it as a page to look at, too: one file that loads nothing (`-` is standard output)
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}
