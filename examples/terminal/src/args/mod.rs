//! What can be typed: commands, options, and the words of `--help`, completions and man page.

mod backup;
mod badge;
mod export;
mod later;
mod statement;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(crate) use self::backup::{BackupArgs, RestoreArgs};
pub(crate) use self::badge::{BadgeArgs, BadgeCommand, InitArgs};
pub(crate) use self::export::{As, ExportArgs};
pub(crate) use self::later::{
    FollowUpArgs, FollowUpWhat, LinkArgs, LookbackArgs, NoteArgs, OutcomeArgs, OutcomeCommand,
    PersonCommand,
};
pub(crate) use self::statement::{IdentityCommand, StatementTo};

/// The exit codes, as `--help` and the man page tell them.
const EXIT_CODES: &str = "\
Exit codes:
  0    done
  2    the command line is wrong
  3    recorded, but not confirmed by the other side in time
  4    nothing was recorded
  5    no such contact, badge, encounter, event, note, follow-up or outcome, or more than one
  6    no book here yet: run `lapel init`
  7    the book is in use by another process
  8    refused: a badge field, note, tag, place, event or outcome, a receipt, proof, link, signed
       badge or backup that doesn't verify or fit, a passphrase that doesn't open it, a merge or a
       circle that can't be, a book that exists
  9    the disk or the keys: full, read-only, damaged, key lost, newer version
  130  interrupted; nothing that was recorded is lost";

/// Meet in person, keep each other's signed badge, offline.
///
/// Two people run `lapel shake`, each reads the other's codes, and each keeps the other's badge,
/// signed, in an encrypted book. No network, no server.
#[derive(Debug, Parser)]
#[command(name = "lapel", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    /// Where book and keys are [default: the platform's data directory]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "LAPEL_HOME",
        hide_env_values = true,
        help_heading = "Everywhere"
    )]
    pub(crate) home: Option<PathBuf>,
    /// Print one JSON document on standard output, and errors as JSON on standard error
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
    /// Say only what was asked for, and errors
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub(crate) quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a book, a key and a first badge
    Init(InitArgs),
    /// Look at your badges, change them, choose the one to show
    #[command(subcommand)]
    Badge(BadgeCommand),
    /// Say who you are: id, fingerprint, badge on show
    Whoami,
    /// Say that an old key and a new one are one person's
    #[command(subcommand)]
    Identity(IdentityCommand),
    /// Meet someone: show codes, read theirs, keep each other's badge
    ///
    /// With --show and --watch, your codes are drawn into one picture file and theirs are read from
    /// another, which the other program or a camera writes. The last picture stays there, so that
    /// whoever ends first leaves the other what they still need.
    ///
    /// Without them, your codes are drawn in this terminal, each followed by its text on a line of
    /// its own, and theirs are read from standard input, one code a line (a scanner that types, or
    /// paste).
    ///
    /// Codes and the result go to standard output; questions, and what each scan came to, to
    /// standard error. Ends with 0 once they are in your book and have confirmed.
    Shake(ShakeArgs),
    /// List the people you met
    Contacts(ContactsArgs),
    /// Show one person, with every encounter
    Contact {
        #[command(flatten)]
        who: Who,
    },
    /// Write a note about a person, write it anew or take it away
    Note(NoteArgs),
    /// Put a tag on a person, or take it off
    Tag {
        #[command(flatten)]
        who: Who,
        /// The tag: one line of at most 48 bytes
        tag: String,
        /// Take the tag off
        #[arg(long)]
        remove: bool,
    },
    /// Say how much you think of a person
    Rate {
        #[command(flatten)]
        who: Who,
        /// 1 to 5 points; 0 takes them back
        #[arg(value_name = "N", value_parser = clap::value_parser!(u8).range(0..=5))]
        points: u8,
    },
    /// Say where you met a person, in your own words
    Place {
        #[command(flatten)]
        who: Who,
        /// One line of at most 96 bytes; empty takes it back
        #[arg(value_name = "TEXT")]
        place: String,
    },
    /// Say by which day you mean to get in touch with a person, or that you did
    #[command(name = "followup")]
    FollowUp(FollowUpArgs),
    /// List whom you mean to get in touch with, soonest first
    #[command(name = "followups")]
    FollowUps {
        /// Only those of today (in UTC) and before
        #[arg(long)]
        due: bool,
    },
    /// Say who introduced a person to you
    Introduced {
        #[command(flatten)]
        who: Who,
        /// By whom, named as everywhere; `nobody` takes it back
        #[arg(long, value_name = "ID")]
        by: String,
    },
    /// Say which contacts are one person
    #[command(subcommand)]
    Person(PersonCommand),
    /// Keep what came of meeting people: a job, a talk, a friendship
    #[command(subcommand)]
    Outcome(OutcomeCommand),
    /// Look back from what came of it to the first handshakes behind it
    Lookback(LookbackArgs),
    /// Forget people for good: encounters, receipts, notes and all
    Forget {
        /// Who: id, beginning of an id, fingerprint or exact name
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Don't ask
        #[arg(long, short)]
        yes: bool,
    },
    /// Block a person: no encounter with them is recorded, and nothing tells them
    Block {
        #[command(flatten)]
        who: Who,
    },
    /// Take a block away
    Unblock {
        #[command(flatten)]
        who: Who,
    },
    /// Write the receipt of an encounter, which verifies anywhere, offline
    Receipt(ReceiptArgs),
    /// Check a receipt or a proof and say exactly what it shows; needs no book
    ///
    /// Of a proof nothing is said before all of it was checked. It says for whom it was made: see that
    /// this is you.
    Verify {
        /// The file, or - for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Of a proof, write a page to print, too
        #[arg(long, value_name = "FILE.html")]
        report: Option<PathBuf>,
    },
    /// Write contacts for an address book, a CRM, a spreadsheet or a program, or a proof of meetings
    ///
    /// Whoever was met last comes first; contacts that are one person leave once. What you wrote
    /// about people stays here unless you ask for it. The file is in clear, private to you, and takes
    /// the place of an old one only when it is whole. A proof holds the receipts of all meetings with
    /// them (with --confirmed only of those they confirmed), with their badges and under your signature.
    Export(Box<ExportArgs>),
    /// Write the whole book and your key into one encrypted file
    ///
    /// It is locked with a passphrase, which is asked for, read from --passphrase-file or taken from
    /// LAPEL_PASSPHRASE, or for recipients of age's. Whoever opens it is you: keep the passphrase apart
    /// from the file. Without it nobody opens the file, you neither.
    Backup(BackupArgs),
    /// Make a book out of a backup, or merge one into the book that is here
    ///
    /// Without --merge there must be no book here yet, or an empty one. The identity moves: stop using
    /// it where it was. Every receipt is verified again; what is refused is listed, and the rest is
    /// taken in.
    Restore(RestoreArgs),
    /// Look the whole book over and say how it is
    ///
    /// Without --repair nothing in the home is changed: the sealed files are copied to a private
    /// temporary directory, the copy is opened and checked, and the report says what a repair
    /// would do. With --repair the book itself is opened and checked: an unfinished write is cut,
    /// what the ledger or its index has lost is put back from the other, a broken index is built
    /// anew, and keys of former epochs are destroyed. No entry that can be read is ever removed.
    /// (Every other command that opens the book does the first of these by itself, too.)
    Doctor {
        /// Mend what can be mended
        #[arg(long)]
        repair: bool,
    },
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page (roff), of one command if it is named
    Man {
        /// The command
        command: Option<String>,
    },
}

/// Names one person.
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// Id, beginning of an id (4 digits or more), fingerprint or exact name
    pub(crate) id: String,
}

/// `lapel shake`.
#[derive(Debug, Args)]
pub(crate) struct ShakeArgs {
    /// Draw your codes into this picture file (PNG)
    #[arg(long, value_name = "OUT.png", requires = "watch")]
    pub(crate) show: Option<PathBuf>,
    /// Read their codes from this picture file (PNG or JPEG)
    #[arg(long, value_name = "IN.png", requires = "show")]
    pub(crate) watch: Option<PathBuf>,
    /// The event you are both at, at most 23 bytes
    #[arg(long)]
    pub(crate) event: Option<String>,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,
    /// Accept whoever comes, without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Compare check codes before accepting
    #[arg(long)]
    pub(crate) compare: bool,
    /// When your badge is shown: to whoever scans you, or only after you accepted them
    #[arg(long, value_enum, default_value_t = RevealArg::First)]
    pub(crate) reveal: RevealArg,
    /// Smaller codes, two or three in turn
    #[arg(long)]
    pub(crate) small: bool,
}

/// When the own badge is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RevealArg {
    /// Whoever is scanned gets your badge
    First,
    /// Nobody gets it before you accepted them
    AfterAccept,
}

/// `lapel contacts`.
#[derive(Debug, Args)]
pub(crate) struct ContactsArgs {
    /// Only those in which every one of these words begins some word
    #[arg(long, value_name = "WORDS")]
    pub(crate) search: Option<String>,
    /// Only those met at this event
    #[arg(long)]
    pub(crate) event: Option<String>,
    /// Only those with this tag
    #[arg(long)]
    pub(crate) tag: Option<String>,
    /// Only those whom this person introduced
    #[arg(long, value_name = "ID")]
    pub(crate) introduced_by: Option<String>,
    /// Only those who confirmed
    #[arg(long)]
    pub(crate) confirmed: bool,
    /// Whoever was met last first, or by name
    #[arg(long, value_enum, default_value_t = OrderArg::Latest)]
    pub(crate) order: OrderArg,
    /// At most so many [default: all]
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZeroUsize>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderArg {
    /// Whoever was met last comes first
    Latest,
    /// By name
    Name,
}

/// `lapel receipt`.
#[derive(Debug, Args)]
pub(crate) struct ReceiptArgs {
    #[command(flatten)]
    pub(crate) who: Who,
    /// The encounter's id or its beginning [default: the latest]
    #[arg(long, value_name = "ENCOUNTER")]
    pub(crate) encounter: Option<String>,
    /// Where to, or - for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Badges to disclose in it [default: none, only keys are named]
    #[arg(long, value_enum, value_name = "WHOSE")]
    pub(crate) with_badge: Option<WhoseBadge>,
}

/// Which badges a receipt discloses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhoseBadge {
    /// Theirs. Think of them before you do
    Peer,
    /// Yours
    Own,
    /// Both
    Both,
}
