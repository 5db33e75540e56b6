//! One side of a meeting: what to show, what was read, whom to accept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lapel::attestation::Attestation;
use lapel::event::Event;
use lapel::exchange::{self as core, Exchange, Options, Reveal, Shows, Step};
use lapel::receipt::Comparison;
use lapel::{Carrier, Flaw};

use crate::badge::Badge;
use crate::clock::Clock;
use crate::encounter::{Confirmation, Encounter, Recorded};
use crate::error::LapelError;
use crate::listen::{Listeners, ScreenListener, Subscription};

/// Who shows a badge first.
#[uniffi::remote(Enum)]
pub enum Reveal {
    /// Whoever is scanned gets this badge, sealed, before this person has accepted anyone.
    First,
    /// Nobody gets this badge before this person accepted them. Two such phones can't meet.
    AfterAccept,
}

/// What a frame on the screen is.
#[uniffi::remote(Enum)]
pub enum Shows {
    /// A fresh key that names nobody.
    Hello,
    /// This badge, sealed to someone who isn't accepted yet.
    Offer,
    /// This side's confirmation. Keep showing it until the other phone is done too.
    Confirm,
}

/// What is wrong with a code.
#[uniffi::remote(Enum)]
pub enum Flaw {
    /// What follows the prefix isn't decimal digits that stand for whole bytes.
    Digits,
    /// The message is of no known kind, or its length isn't its kind's.
    Shape,
    /// The ephemeral key is unusable.
    EphemeralKey,
    /// It opened, and what it holds is not in the one encoding.
    Contents,
    /// It opened, and the badge in it breaks the badge's rules.
    Badge,
    /// It opened, and its signature doesn't hold.
    Signature,
}

/// What one session is about; fixed when it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct SessionOptions {
    /// The event both are at, as this side claims it: at most 23 bytes.
    #[uniffi(default = "")]
    pub event: String,
    /// Who shows a badge first.
    pub reveal: Reveal,
    /// Compare check codes before accepting: one scan more.
    #[uniffi(default = false)]
    pub compare: bool,
    /// The app's own `https://host/b#` in front of the digits; else `LAPEL:/`.
    #[uniffi(default = None)]
    pub carrier: Option<String>,
    /// An organiser's word about this person, 101 bytes, carried and not checked.
    #[uniffi(default = None)]
    pub attestation: Option<Vec<u8>>,
}

/// What to draw now.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Frame {
    /// What it is.
    pub shows: Shows,
    /// The text of the QR code, for a `Symbol`.
    pub text: String,
    /// Ask again after so many milliseconds; nothing if only a scan or an acknowledgement changes it.
    pub for_millis: Option<u64>,
}

/// Somebody who proved their key on this session's own fresh key.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Verified {
    /// Names what is on the screen; what `accept` takes.
    pub transcript: String,
    /// Who they are.
    pub person: String,
    /// The same, short, to read out.
    pub fingerprint: String,
    /// The badge they show.
    pub badge: Badge,
    /// The event they claim; empty if none.
    pub event: String,
    /// When their session began, as their clock claims: seconds since 1970.
    pub claimed_at: i64,
    /// Whether they have accepted this phone's owner already.
    pub confirmed: bool,
    /// Accept this one without asking: it is somebody who was accepted a moment ago.
    pub accepted_before: bool,
    /// Six digits that both phones show, where they can't have been ground.
    pub check_code: Option<String>,
}

/// What a scan says.
#[derive(Clone, uniffi::Record)]
pub struct Scan {
    /// What it is.
    pub result: Scanned,
    /// The same, as a sentence in English that says what to do.
    pub says: String,
}

/// What was scanned.
#[derive(Clone, uniffi::Enum)]
pub enum Scanned {
    /// Some other QR code.
    NotOurs,
    /// A Lapel code of a version this library doesn't speak.
    OtherVersion {
        /// The version it names.
        version: u8,
    },
    /// A sealed code that this phone can't open.
    NotForUs,
    /// This phone's own code, or one of its owner's other phones.
    OwnCode,
    /// It came too late.
    Expired,
    /// A Lapel code that is not well formed, or opened and didn't hold.
    Damaged {
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// One of several small codes; go on scanning.
    PartReceived {
        /// Parts here now.
        have: u8,
        /// Parts in all.
        total: u8,
    },
    /// Seen before; nothing changes.
    NothingNew,
    /// A code was noted, and will be answered if no better one comes.
    Noticed,
    /// A code was answered: the screen now shows this badge, sealed to whoever showed it.
    Answered,
    /// The accepted peer's confirmation came before the record was acknowledged: record, acknowledge,
    /// and scan it again. `waiting` says whose record.
    ConfirmedEarly,
    /// Somebody proved their key. Show them, and ask.
    Verified {
        /// Who.
        who: Verified,
    },
    /// This session accepted someone else: the next person gets a new one.
    SessionTaken,
    /// This code has answered four others already: start again.
    StartAgain,
    /// Somebody proved their key, but to compare codes both sides have to start again.
    StartAgainToCompare {
        /// Who.
        who: Verified,
    },
    /// This phone doesn't answer first, and the other hasn't either.
    NobodyAnswersFirst,
    /// The accepted peer confirmed. Give it to the book.
    Confirmed {
        /// What the book takes.
        confirmation: Arc<Confirmation>,
    },
    /// The session has ended: begin another.
    Ended,
}

/// One person's side of a meeting. It ends when it is told to or its book is suspended.
#[derive(uniffi::Object)]
pub struct Session {
    exchange: Mutex<Exchange>,
    clock: Clock,
    listeners: Arc<Listeners<dyn ScreenListener>>,
}

#[uniffi::export]
impl Session {
    /// What to draw now; nothing once the session has ended. It fails by nothing but a defect, as the
    /// others do that give or take something and have no error of their own: in Swift, only a call that
    /// throws can report one.
    pub fn frame(&self) -> Result<Option<Frame>, LapelError> {
        let now = self.clock.now();
        let Some(frame) = self.exchange().frame(now) else { return Ok(None) };
        let for_millis = frame.until.map(|until| {
            // Up, so that it has passed by then.
            let left = until.saturating_sub(now).as_nanos().div_ceil(1_000_000);
            u64::try_from(left).unwrap_or(u64::MAX)
        });
        Ok(Some(Frame { shows: frame.shows, text: frame.text, for_millis }))
    }

    /// Takes in the text of a QR code. Any text at all gets a name, and none does harm.
    pub fn scan(&self, text: String) -> Result<Scan, LapelError> {
        let scanned = self.exchange().scan(&text, self.clock.now());
        self.tell();
        Ok(Scan { says: scanned.to_string(), result: scanned.into() })
    }

    /// Everyone verified and not accepted yet; after an acceptance, that person under each hello whose
    /// record isn't acknowledged (accepting again gives the same encounter).
    pub fn waiting(&self) -> Result<Vec<Verified>, LapelError> {
        Ok(self.exchange().waiting().into_iter().map(Verified::from).collect())
    }

    /// Notes whether the two people saw the same check code, before they accept; refused as taken
    /// afterwards, and the encounter stands.
    pub fn compared(&self, transcript: String, codes: Comparison) -> Result<(), LapelError> {
        Ok(self.exchange().compared(&transcript.parse()?, codes)?)
    }

    /// The person accepted whoever this names on the screen. The screen doesn't change before
    /// `acknowledge`.
    pub fn accept(&self, transcript: String) -> Result<Arc<Encounter>, LapelError> {
        let accepted = self.exchange().accept(&transcript.parse()?)?;
        self.tell();
        Ok(Arc::new(Encounter(accepted)))
    }

    /// The book has the encounter on disk: from now on the screen shows the confirmation.
    pub fn acknowledge(&self, recorded: &Recorded) -> Result<(), LapelError> {
        self.exchange().acknowledge(&recorded.0)?;
        self.tell();
        Ok(())
    }

    /// Replaces everything by a fresh code, for the next person.
    pub fn start_again(&self) -> Result<(), LapelError> {
        self.exchange().start_again(self.clock.now());
        self.tell();
        Ok(())
    }

    /// Ends the session and wipes its keys (the identity's stays as long as book or session do).
    pub fn end(&self) {
        self.exchange().end();
        self.tell();
    }

    /// Asks for smaller symbols, two or three in turn, when scans don't come; or for one again.
    pub fn use_small_symbols(&self, small: bool) -> Result<(), LapelError> {
        self.exchange().use_small_symbols(small);
        self.tell();
        Ok(())
    }

    /// How many codes were answered with this badge and never answered back.
    pub fn unanswered_offers(&self) -> u32 {
        self.exchange().unanswered_offers().len() as u32
    }

    /// A 32-byte key for evidence of another kind, bound to this exchange and `purpose`; nothing if
    /// nobody is verified under this transcript.
    pub fn export_key(
        &self,
        transcript: String,
        purpose: String,
    ) -> Result<Option<Vec<u8>>, LapelError> {
        let key = self.exchange().export_key(&transcript.parse()?, &purpose);
        Ok(key.map(|key| key.to_vec()))
    }

    /// Tells `listener` when to ask for the frame again, on the thread that changed it, before that
    /// call returns.
    pub fn listen(&self, listener: Arc<dyn ScreenListener>) -> Arc<Subscription> {
        self.listeners.add(listener)
    }
}

impl Session {
    pub(crate) fn of(exchange: Exchange, clock: Clock) -> Arc<Self> {
        Arc::new(Self { exchange: Mutex::new(exchange), clock, listeners: Listeners::new() })
    }

    #[cfg(feature = "rehearsal")]
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    fn exchange(&self) -> MutexGuard<'_, Exchange> {
        self.exchange.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a listener throws is its own affair: nothing here depends on it.
    fn tell(&self) {
        self.listeners.all().iter().for_each(|listener| drop(listener.changed()));
    }
}

impl Scan {
    /// Who was verified by it, if anyone.
    pub fn who(self) -> Option<Verified> {
        match self.result {
            Scanned::Verified { who } | Scanned::StartAgainToCompare { who } => Some(who),
            _ => None,
        }
    }
}

impl SessionOptions {
    pub(crate) fn checked(self) -> Result<Options, LapelError> {
        let carrier = self.carrier.map_or(Ok(Carrier::lapel()), |url| Carrier::web(&url))?;
        let attestation = self.attestation.map(|bytes| Attestation::from_bytes(&bytes));
        let (event, compare) = (Event::new(&self.event)?, self.compare);
        let attestation = attestation.transpose()?;
        Ok(Options { event, attestation, reveal: self.reveal, compare, carrier })
    }
}

impl From<core::Scanned> for Scanned {
    fn from(scanned: core::Scanned) -> Self {
        match scanned {
            core::Scanned::NotOurs => Self::NotOurs,
            core::Scanned::OtherVersion { version } => Self::OtherVersion { version },
            core::Scanned::NotForUs => Self::NotForUs,
            core::Scanned::OwnCode => Self::OwnCode,
            core::Scanned::Expired => Self::Expired,
            core::Scanned::Damaged(flaw) => Self::Damaged { flaw },
            core::Scanned::PartReceived { have, total } => Self::PartReceived { have, total },
            core::Scanned::NothingNew => Self::NothingNew,
            core::Scanned::Progressed(Step::Noticed) => Self::Noticed,
            core::Scanned::Progressed(Step::Answered) => Self::Answered,
            core::Scanned::Progressed(Step::ConfirmedEarly) => Self::ConfirmedEarly,
            core::Scanned::Verified(who) => Self::Verified { who: who.into() },
            core::Scanned::SessionTaken => Self::SessionTaken,
            core::Scanned::StartAgain => Self::StartAgain,
            core::Scanned::StartAgainToCompare(who) => {
                Self::StartAgainToCompare { who: who.into() }
            }
            core::Scanned::NobodyAnswersFirst => Self::NobodyAnswersFirst,
            core::Scanned::Confirmed(word) => {
                Self::Confirmed { confirmation: Arc::new(Confirmation(word)) }
            }
            core::Scanned::Ended => Self::Ended,
        }
    }
}

impl From<core::Verified> for Verified {
    fn from(who: core::Verified) -> Self {
        Self {
            transcript: who.transcript.to_string(),
            person: who.person.to_string(),
            fingerprint: who.person.fingerprint().to_string(),
            badge: who.badge.fields().clone(),
            event: who.event.as_str().to_owned(),
            claimed_at: who.claimed_time.seconds().into(),
            confirmed: who.confirmed,
            accepted_before: who.accepted_before,
            check_code: who.check_code.map(|code| code.to_string()),
        }
    }
}
