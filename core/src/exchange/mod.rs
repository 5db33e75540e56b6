//! Two phones, two cameras, no roles.
//!
//! # Who knows what, and when
//!
//! A *hello* is shown to everybody: a fresh ephemeral key, and a commitment that names nobody.
//! Whoever scans it can seal a badge to it. What such a sealed message holds is worth nothing
//! until four things were checked: it opens with a key bound to this phone's whole hello, its
//! contents give the sender's hello again, its person is not this phone's owner, and its signature
//! covers both hellos. From then on the peer is *verified*: the key they name was used, now, for
//! this exchange. Whether the face across the table is theirs, only the person can say; so a
//! person accepts, and nothing is a contact before that.
//!
//! An *offer* is sealed before its sender accepted anyone: scanning a code gives its owner one's
//! badge. A *confirm* message is shown only after the sender's book has the receiver on disk.
//!
//! # How an app drives it
//!
//! Nothing here does IO. The app shows [`Exchange::frame`], feeds what its camera reads to
//! [`Exchange::scan`], asks its person, and passes time as a [`Duration`] since any fixed origin,
//! from a clock that goes on while the device sleeps.

mod display;
mod keys;
mod scanned;
#[cfg(test)]
mod search;
mod session;
mod terms;
#[cfg(test)]
mod tests;

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use self::display::Display;
pub use self::keys::CheckCode;
pub use self::scanned::{Scanned, Step, Verified};
use self::session::{HELLO_LIFE, HELLO_SHOWN, Session};
pub use self::terms::{AcceptError, AcknowledgeError, BeginError, Frame, Options, Reveal, Shows};
use self::terms::{Terms, class_for};
use crate::badge::Badge;
use crate::digest::Hash;
use crate::encounter::{Encounter, Recorded};
use crate::identity::Identity;
use crate::receipt::Comparison;
use crate::sweep::sweep;
use crate::time::UnixTime;
use crate::transcript::Transcript;
use crate::wire::{
    self, Assembler, Assembly, Carrier, Envelope, Flaw, HELLO_BYTES, Hello, Message, Sealed,
};

/// One person's side of a meeting, from the first code shown to the peer's confirmation.
///
/// It draws a fresh session when its hello grows stale and nobody has answered; the old session
/// goes on opening what was sealed to it. [`Exchange::end`] wipes its sessions' keys; dropping it lets
/// go of the identity too, which is wiped with its last clone.
#[cfg_attr(test, derive(Clone))]
pub struct Exchange {
    terms: Arc<Terms>,
    carrier: Carrier,
    small: bool,
    /// The session on the screen.
    current: Session,
    /// The sessions it replaced, newest first: the last one, and those that somebody may still
    /// complete an exchange with.
    previous: Vec<Session>,
    /// Ephemeral keys this exchange has shown, to know its own codes again.
    own: VecDeque<[u8; 32]>,
    parts: Assembler,
    /// What was scanned and wasn't for us, so that a code in view costs its work once.
    refused: VecDeque<(Hash, Scanned)>,
    display: Display,
    /// Whether the display shows the hello in turn with offers.
    greets_beside_offers: bool,
    unanswered: Vec<Duration>,
    counter: u64,
    now: Duration,
    ended: bool,
}

impl Exchange {
    /// Codes remembered as own, and as refused.
    const REMEMBERED: usize = 32;
    /// Replaced sessions kept because somebody is engaged with them.
    const KEPT: usize = 3;

    /// Begins an exchange that shows `badge`.
    ///
    /// `now` is the monotonic clock, `wall` the wall clock, and `counter` a number that the app
    /// never repeats for this identity as long as it can help it (the book's
    /// [`counter`](crate::book::Book::counter) will do). Thirty-two bytes are taken from `rng`.
    ///
    /// # Errors
    /// [`BeginError::TooLarge`] names the budget and the fields that take it.
    pub fn begin(
        identity: &Identity,
        badge: &Badge,
        options: Options,
        now: Duration,
        wall: UnixTime,
        counter: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, BeginError> {
        let Options { event, attestation, reveal, compare, carrier } = options;
        if compare && reveal == Reveal::AfterAccept {
            return Err(BeginError::CompareNeedsReveal);
        }
        let class = class_for(badge, &event, attestation.as_ref())?;
        let terms = Arc::new(Terms {
            person: identity.person(),
            identity: identity.clone(),
            badge: badge.clone(),
            event,
            attestation,
            reveal,
            compare,
            class,
        });
        let mut random = Zeroizing::new([0; 32]);
        rng.fill_bytes(random.as_mut());
        let current = Session::new(Arc::clone(&terms), &random, wall, now, counter);
        let display = hello_alone(&carrier, &current);
        Ok(Self {
            own: VecDeque::from([current.hello.ephemeral]),
            terms,
            carrier,
            small: false,
            current,
            previous: Vec::new(),
            parts: Assembler::default(),
            refused: VecDeque::new(),
            display,
            greets_beside_offers: false,
            unanswered: Vec::new(),
            counter,
            now,
            ended: false,
        })
    }

    /// What to draw now, or `None` once the exchange has ended.
    pub fn frame(&mut self, now: Duration) -> Option<Frame> {
        self.advance(now);
        if self.ended {
            return None;
        }
        let mut frame = self.display.frame(self.now)?;
        let changes = [frame.until, self.renew_at(), self.hide_at(), self.lapse_at()];
        frame.until = changes.into_iter().flatten().min();
        Some(frame)
    }

    /// Takes in the text of a QR code. Any text at all gets a name, and none does harm.
    pub fn scan(&mut self, text: &str, now: Duration) -> Scanned {
        self.advance(now);
        if self.ended {
            return Scanned::Ended;
        }
        let bytes = match wire::unwrap(text) {
            Envelope::Foreign => return Scanned::NotOurs,
            Envelope::Garbled => return Scanned::Damaged(Flaw::Digits),
            Envelope::Bytes(bytes) => bytes,
        };
        match bytes.first() {
            Some(&wire::VERSION) => {}
            Some(&version) => return Scanned::OtherVersion { version },
            None => return Scanned::Damaged(Flaw::Shape),
        }
        let scanned = match Message::parse(&bytes) {
            Err(flaw) => return Scanned::Damaged(flaw),
            Ok(Message::Hello(hello)) if self.own.contains(&hello.ephemeral) => Scanned::OwnCode,
            Ok(Message::Hello(hello)) => self.greet(hello),
            Ok(Message::Sealed(sealed)) => self.open(&bytes, &sealed),
            Ok(Message::Part(part)) => match self.parts.add(part) {
                Assembly::Known => Scanned::NothingNew,
                Assembly::Partial { have, total } => Scanned::PartReceived { have, total },
                Assembly::Complete(whole) => match Message::parse(&whole) {
                    Ok(Message::Sealed(sealed)) => self.open(&whole, &sealed),
                    Ok(_) => Scanned::Damaged(Flaw::Shape),
                    Err(flaw) => Scanned::Damaged(flaw),
                },
            },
        };
        let answered = match &scanned {
            Scanned::Progressed(step) => *step == Step::Answered,
            Scanned::Verified(_) | Scanned::StartAgainToCompare(_) => self.terms.compare,
            _ => false,
        };
        if answered {
            self.redraw();
        }
        scanned
    }

    /// Everyone verified and not accepted yet, as a screen that was away shows them again; after an
    /// acceptance, that person under each hello whose record isn't acknowledged, so that an app that
    /// lost the encounter gets it by accepting again.
    pub fn waiting(&self) -> Vec<Verified> {
        self.sessions().flat_map(Session::waiting).collect()
    }

    /// Notes whether the two people saw the same check code, before they accept. A difference marks
    /// contact and receipt, under whichever hello of theirs that person is then accepted, unless
    /// something else was said about that one.
    ///
    /// # Errors
    /// As [`accept`](Self::accept), but [`AcceptError::Taken`] also for whoever was accepted under this
    /// very transcript: it is too late, and their encounter stands; [`AcceptError::NoCheckCode`] if codes
    /// are said to agree where none was offered.
    pub fn compared(&mut self, th: &Transcript, codes: Comparison) -> Result<(), AcceptError> {
        if self.ended {
            return Err(AcceptError::Ended);
        }
        let noted = self.sessions_mut().find_map(|s| s.compared(th, codes));
        noted.unwrap_or(Err(AcceptError::NotVerified))
    }

    /// The person accepted whoever `th` names on the screen. That closes the exchange to everyone
    /// else. Accepting the same again gives the same encounter; the screen doesn't change before
    /// [`acknowledge`](Self::acknowledge).
    ///
    /// # Errors
    /// [`AcceptError`], if nobody is verified under `th`, or someone else was accepted before.
    pub fn accept(&mut self, th: &Transcript) -> Result<Encounter, AcceptError> {
        if self.ended {
            return Err(AcceptError::Ended);
        }
        let person = self.sessions().find_map(|session| session.person(th));
        let differ = person.is_some_and(|person| self.sessions().any(|s| s.codes_differ(&person)));
        let accepted = self.sessions_mut().find_map(|session| session.accept(th, differ));
        let encounter = accepted.unwrap_or(Err(AcceptError::NotVerified))?;
        let taken_by = self.sessions().find_map(|session| session.taken_by.clone());
        self.sessions_mut().for_each(|session| session.taken_by = taken_by.clone());
        Ok(encounter)
    }

    /// The book has the encounter on disk: from now on the screen shows the confirm frame.
    ///
    /// # Errors
    /// [`AcknowledgeError::AnotherExchange`] for any other record.
    pub fn acknowledge(&mut self, recorded: &Recorded) -> Result<(), AcknowledgeError> {
        if self.ended {
            return Err(AcknowledgeError::Ended);
        }
        if !self.sessions_mut().any(|session| session.acknowledge(recorded)) {
            return Err(AcknowledgeError::AnotherExchange);
        }
        self.redraw();
        Ok(())
    }

    /// Replaces everything by a fresh session, for the next person or because too much has
    /// happened to this one. An encounter that was not recorded yet must be recorded from the
    /// value the app holds.
    pub fn start_again(&mut self, now: Duration) {
        self.advance(now);
        self.drop_sessions();
        self.parts = Assembler::default();
        self.redraw();
    }

    /// Ends the exchange: the app goes to the background, or the person closes the screen. Every
    /// later scan is [`Scanned::Ended`].
    pub fn end(&mut self) {
        self.ended = true;
        self.drop_sessions();
    }

    /// Asks for smaller symbols, two or three in turn, when scans don't come; or for one again.
    pub fn use_small_symbols(&mut self, small: bool) {
        self.small = small;
        self.redraw();
    }

    /// When, by the monotonic clock, this badge was shown to codes that never answered.
    pub fn unanswered_offers(&self) -> Vec<Duration> {
        let open = self.sessions().flat_map(Session::unanswered);
        self.unanswered.iter().copied().chain(open).collect()
    }

    /// A 32-byte key for evidence of another kind, such as Bluetooth ranging or a venue's
    /// check-in: bound to this exchange and `purpose`, and known to its two sides only. `None` if
    /// nobody is verified under `th`.
    pub fn export_key(&self, th: &Transcript, purpose: &str) -> Option<[u8; 32]> {
        let key = self.sessions().find_map(|session| session.export(th, purpose));
        sweep();
        key
    }

    /// A hello is known to the exchange and not only to one session: answering it again from a
    /// renewed session would give the two phones two transcripts. For the same reason nothing is
    /// answered at once while a session before may still be answered itself.
    fn greet(&mut self, hello: Hello) -> Scanned {
        if self.current.taken_by.is_some() {
            let theirs = self.sessions().any(|session| session.is_of_the_accepted(&hello));
            return if theirs { Scanned::NothingNew } else { Scanned::SessionTaken };
        }
        let at_once = self.previous.is_empty();
        match self.previous.iter_mut().find(|previous| previous.knows(&hello)) {
            Some(previous) => previous.greet(hello, false, self.now),
            None => self.current.greet(hello, at_once, self.now),
        }
    }

    /// A sealed message goes to the first session that opens it, the one on display before the
    /// other.
    fn open(&mut self, bytes: &[u8], sealed: &Sealed) -> Scanned {
        if self.own.contains(&sealed.ephemeral) {
            return Scanned::OwnCode;
        }
        let digest: Hash = Sha256::digest(bytes).into();
        if let Some((_, scanned)) = self.refused.iter().find(|(refused, _)| *refused == digest) {
            return scanned.clone();
        }
        let now = self.now;
        let scanned = self.sessions_mut().find_map(|session| session.open(sealed, digest, now));
        let scanned = scanned.unwrap_or(Scanned::NotForUs);
        if let Scanned::NotForUs | Scanned::Damaged(_) | Scanned::OwnCode = scanned {
            remember(&mut self.refused, (digest, scanned.clone()));
        }
        scanned
    }

    /// Time passes, never backwards; a stale hello is replaced, and a session that nobody can
    /// complete any more is dropped with its keys.
    fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        if self.ended {
            return;
        }
        if self.renew_at().is_some_and(|at| self.now >= at) {
            let replaced = self.replace_current();
            self.previous.insert(0, replaced);
            self.drop_dead();
            self.redraw();
        } else if self.drop_dead() || self.hide_at().is_some_and(|at| self.now >= at) {
            self.redraw();
        }
    }

    /// Of the sessions before, keeps the last one and the engaged; whether any went.
    fn drop_dead(&mut self) -> bool {
        let (now, before, mut is_last) = (self.now, self.previous.len(), true);
        self.previous.retain(|session| {
            let stays = core::mem::take(&mut is_last) || session.engaged_until() > now;
            if !stays {
                self.unanswered.extend(session.unanswered());
            }
            stays
        });
        self.previous.len() < before
    }

    fn sessions(&self) -> impl Iterator<Item = &Session> {
        core::iter::once(&self.current).chain(&self.previous)
    }

    fn sessions_mut(&mut self) -> impl Iterator<Item = &mut Session> {
        core::iter::once(&mut self.current).chain(&mut self.previous)
    }

    /// Drops all there is and wipes its keys, for a fresh session that was shown to nobody.
    /// Unanswered offers stay listed.
    fn drop_sessions(&mut self) {
        let gone: Vec<Duration> = self.sessions().flat_map(Session::unanswered).collect();
        self.unanswered.extend(gone);
        self.previous.clear();
        self.replace_current();
    }

    /// When the hello is replaced: when it grows stale, or, if somebody may still complete an
    /// exchange with it, when nobody new could answer it any more; never after acceptance, or
    /// while as many sessions as are kept have somebody waiting in them.
    fn renew_at(&self) -> Option<Duration> {
        let engaged = |session: &Session| session.engaged_until() > self.now;
        let full = self.previous.iter().filter(|session| engaged(session)).count();
        if self.current.taken_by.is_some() || full >= Self::KEPT {
            return None;
        }
        let life = if self.current.is_engaged() { HELLO_SHOWN } else { HELLO_LIFE };
        Some(self.current.made_at().saturating_add(life))
    }

    /// When a hello that can't be replaced must no longer be shown, beside offers that can.
    fn hide_at(&self) -> Option<Duration> {
        self.greets_beside_offers.then(|| self.current.made_at().saturating_add(HELLO_SHOWN))
    }

    /// When the next of the sessions before is of no use to anybody any more: its offers go, and there
    /// may be room to renew.
    fn lapse_at(&self) -> Option<Duration> {
        let ends = self.previous.iter().map(Session::engaged_until);
        ends.filter(|end| *end > self.now && *end < Duration::MAX).min()
    }

    /// Puts a fresh session in place of the current one, and returns that. Its wall time is the
    /// first session's plus what the monotonic clock counted since: a wall clock that changes in
    /// the middle changes nothing. Its randomness is an output of the first one's.
    fn replace_current(&mut self) -> Session {
        let elapsed = self.now.saturating_sub(self.current.made_at()).as_secs();
        let met_at = self.current.met_at().plus(elapsed);
        let random = &self.current.secrets.next;
        let terms = Arc::clone(&self.terms);
        let fresh = Session::new(terms, random, met_at, self.now, self.counter);
        remember(&mut self.own, fresh.hello.ephemeral);
        core::mem::replace(&mut self.current, fresh)
    }

    fn redraw(&mut self) {
        let confirms =
            self.sessions().flat_map(Session::confirms).map(|sealed| (Shows::Confirm, sealed));
        let mut sealed: Vec<(Shows, &Sealed)> = confirms.collect();
        let mut hello = None;
        if sealed.is_empty() {
            let offers = self.sessions().flat_map(Session::offered);
            sealed.extend(offers.map(|sealed| (Shows::Offer, sealed)));
            let fresh = self.now < self.current.made_at().saturating_add(HELLO_SHOWN);
            hello = (fresh || sealed.is_empty()).then(|| self.current.hello.to_bytes());
        }
        let greets_beside_offers = hello.is_some() && !sealed.is_empty();
        let (jitter, draws) = (self.current.secrets.jitter, self.display.draws);
        let hello = hello.as_ref().map(<[u8; HELLO_BYTES]>::as_slice);
        let display = Display::new(&self.carrier, self.small, jitter, draws, &sealed, hello);
        self.display = display;
        self.greets_beside_offers = greets_beside_offers;
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("person", &self.terms.person)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

fn hello_alone(carrier: &Carrier, session: &Session) -> Display {
    Display::new(carrier, false, session.secrets.jitter, 0, &[], Some(&session.hello.to_bytes()))
}

fn remember<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == Exchange::REMEMBERED {
        list.pop_front();
    }
    list.push_back(item);
}
