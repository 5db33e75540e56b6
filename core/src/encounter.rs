//! What only a completed exchange can make, and what passes between exchange and book.
//!
//! The order that matters can't be got wrong, because each step needs the one before in hand:
//!
//! ```text
//!   Exchange::accept      → Encounter      the peer proved their key in this session
//!   Book::record          → Recorded       the encounter is on disk
//!   Exchange::acknowledge                  only now the screen shows the confirm frame
//!   Exchange::scan        → Confirmation   the peer accepted us, and says so
//!   Book::confirm                          that is on disk too
//! ```

use crate::badge::Badge;
use crate::event::Event;
use crate::identity::PersonId;
use crate::receipt::{Comparison, Receipt, Shown, State};
use crate::time::UnixTime;
use crate::transcript::Transcript;

/// A person met in a live exchange and accepted by this phone's owner.
///
/// There is no public constructor: the peer's signature over this phone's own fresh key was
/// checked by [`Exchange`](crate::exchange::Exchange).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an encounter that isn't recorded is lost when the app ends"]
pub struct Encounter {
    pub(crate) receipt: Receipt,
    pub(crate) badge: Badge,
    pub(crate) confirm_message: Vec<u8>,
    pub(crate) transcript: Transcript,
    /// The transcript this person was accepted under before, in the same exchange: one meeting, of
    /// which one side renewed its code in the middle.
    pub(crate) continues: Option<Transcript>,
}

impl Encounter {
    /// Names the exchange.
    pub fn transcript(&self) -> Transcript {
        self.transcript
    }

    /// Who was met.
    pub fn person(&self) -> PersonId {
        self.receipt.peer.opening.person
    }

    /// The badge they showed.
    pub fn badge(&self) -> &Badge {
        &self.badge
    }

    /// How far the peer had gone: offered or confirmed.
    pub fn state(&self) -> State {
        self.receipt.shown().peer.state
    }

    /// This phone's own wall clock when the session began: a claim.
    pub fn met_at(&self) -> UnixTime {
        self.receipt.holder.opening.met_at
    }

    /// The event this phone claimed.
    pub fn event(&self) -> &Event {
        &self.receipt.holder.opening.event
    }

    /// Whether check codes were compared.
    pub fn comparison(&self) -> Comparison {
        self.receipt.comparison
    }

    /// What its receipt would show.
    pub fn shown(&self) -> Shown {
        self.receipt.shown()
    }
}

/// The book's word that an encounter is on disk. Only the book makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "acknowledge it, or the peer never learns that they were accepted"]
pub struct Recorded {
    pub(crate) transcript: Transcript,
    pub(crate) person: PersonId,
    pub(crate) encounters: usize,
}

impl Recorded {
    /// The exchange that was recorded.
    pub fn transcript(&self) -> Transcript {
        self.transcript
    }

    /// Who was met.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// Encounters with this person now in the book, this one included.
    pub fn encounters(&self) -> usize {
        self.encounters
    }

    /// Whether they had been met before.
    pub fn met_again(&self) -> bool {
        self.encounters > 1
    }
}

/// The peer's signed word that they accepted us and have it on disk. Only a scan makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "give it to the book before telling anyone that the peer confirmed"]
pub struct Confirmation {
    pub(crate) transcript: Transcript,
    pub(crate) person: PersonId,
    pub(crate) signature: [u8; 64],
}

impl Confirmation {
    /// The exchange it confirms.
    pub fn transcript(&self) -> Transcript {
        self.transcript
    }

    /// Who confirmed.
    pub fn person(&self) -> PersonId {
        self.person
    }
}
