//! A name for everything a camera can bring.

use core::fmt;

use super::keys::CheckCode;
use crate::badge::Badge;
use crate::encounter::Confirmation;
use crate::event::Event;
use crate::identity::PersonId;
use crate::time::UnixTime;
use crate::transcript::Transcript;
use crate::wire::Flaw;

/// What a scan came to. None of these ends a session or takes anything from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// Some other QR code.
    NotOurs,
    /// A Lapel code of a version this program doesn't speak.
    OtherVersion {
        /// The version it names.
        version: u8,
    },
    /// A sealed code that this phone can't open: it is for someone else, or for a code this phone
    /// no longer shows, or forged.
    NotForUs,
    /// This phone's own code, or one of its owner's other phones.
    OwnCode,
    /// It came too late: no first frame counts 120 s after this phone made its code (300 s from a
    /// peer that was answered in time).
    Expired,
    /// A Lapel code that is not well formed, or opened and didn't hold.
    Damaged(Flaw),
    /// One of several small codes; go on scanning.
    PartReceived {
        /// Parts here now.
        have: u8,
        /// Parts in all.
        total: u8,
    },
    /// Seen before; nothing changes.
    NothingNew,
    /// The exchange moved on; go on showing and scanning.
    Progressed(Step),
    /// A person proved their key on this session's own fresh key. Show them, and ask.
    Verified(Verified),
    /// This session accepted someone else. The next person gets a new session.
    SessionTaken,
    /// This code has answered four others already; [`start_again`](super::Exchange::start_again).
    StartAgain,
    /// The person is verified, but the check code could have been ground by someone who was
    /// answered before; to compare, both sides start again.
    StartAgainToCompare(Verified),
    /// This phone doesn't answer first, and the other hasn't either.
    NobodyAnswersFirst,
    /// The accepted peer confirmed. Give it to the book.
    Confirmed(Confirmation),
    /// The session has ended; begin another.
    Ended,
}

/// How the exchange moved on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A code was noted, and will be answered if no better one comes.
    Noticed,
    /// A code was answered: the screen now shows this badge, sealed to whoever showed it.
    Answered,
    /// The accepted peer's confirmation came before this side's record was acknowledged. Record,
    /// acknowledge and scan it again; [`waiting`](super::Exchange::waiting) says whose record.
    ConfirmedEarly,
}

/// A person who proved their key in this session, waiting to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Names what is on the screen; what [`accept`](super::Exchange::accept) takes.
    pub transcript: Transcript,
    /// Who they are.
    pub person: PersonId,
    /// The badge they show.
    pub badge: Badge,
    /// The event they claim; compare it with your own.
    pub event: Event,
    /// When their session began, as their clock claims.
    pub claimed_time: UnixTime,
    /// Whether they have accepted this phone's owner already.
    pub confirmed: bool,
    /// Whether this exchange accepted this person already, with this very badge. Under another
    /// transcript: one of the two codes was renewed in the middle. Accept this one too, without
    /// asking again, so that both phones come to hold one transcript that both confirmed; the book
    /// counts the two as one meeting. Under this one: its record isn't acknowledged yet.
    pub accepted_before: bool,
    /// The check code, where it can't have been ground.
    pub check_code: Option<CheckCode>,
}

impl Scanned {
    /// A stable name, the same in every implementation and in the test vectors.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotOurs => "not_ours",
            Self::OtherVersion { .. } => "other_version",
            Self::NotForUs => "not_for_us",
            Self::OwnCode => "own_code",
            Self::Expired => "expired",
            Self::Damaged(_) => "damaged",
            Self::PartReceived { .. } => "part_received",
            Self::NothingNew => "nothing_new",
            Self::Progressed(_) => "progressed",
            Self::Verified(_) => "verified",
            Self::SessionTaken => "session_taken",
            Self::StartAgain => "start_again",
            Self::StartAgainToCompare(_) => "start_again_to_compare",
            Self::NobodyAnswersFirst => "nobody_answers_first",
            Self::Confirmed(_) => "confirmed",
            Self::Ended => "ended",
        }
    }
}

/// A sentence that says what to do.
impl fmt::Display for Scanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOurs => f.write_str("That isn't a Lapel code."),
            Self::OtherVersion { version } => {
                write!(
                    f,
                    "That code speaks version {version} of Lapel; one of you needs an update."
                )
            }
            Self::NotForUs => f.write_str(
                "That code is for someone else. Ask them to scan yours, then scan theirs again.",
            ),
            Self::OwnCode => f.write_str("That is your own code."),
            Self::Expired => f.write_str("That came too late. Start again with a fresh code."),
            Self::Damaged(flaw) => write!(f, "That code is damaged: {flaw}. Scan it again."),
            Self::PartReceived { have, total } => {
                write!(f, "{have} of {total} parts are here; keep scanning.")
            }
            Self::NothingNew => f.write_str("Nothing new; keep showing and scanning."),
            Self::Progressed(Step::Noticed) => f.write_str("A code was noticed; keep it in view."),
            Self::Progressed(Step::Answered) => {
                f.write_str("Answered. Let them scan your code now.")
            }
            Self::Progressed(Step::ConfirmedEarly) => {
                f.write_str("They confirmed already; scan again once they are in your book.")
            }
            Self::Verified(v) if v.confirmed => {
                write!(f, "{} is here and has accepted you. Accept?", v.badge.name())
            }
            Self::Verified(v) => write!(f, "{} is here. Accept?", v.badge.name()),
            Self::SessionTaken => {
                f.write_str("You have accepted someone already. Start again for the next person.")
            }
            Self::StartAgain => f.write_str("Your code has answered too many others. Start again."),
            Self::StartAgainToCompare(v) => write!(
                f,
                "{} is here, but to compare check codes both of you must start again.",
                v.badge.name()
            ),
            Self::NobodyAnswersFirst => {
                f.write_str("Neither of you answers first. One of you has to show a badge first.")
            }
            Self::Confirmed(_) => f.write_str("They confirmed."),
            Self::Ended => f.write_str("This exchange has ended. Begin another."),
        }
    }
}
