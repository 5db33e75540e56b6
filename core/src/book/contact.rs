//! A person in the book, with everything that happened.

use crate::badge::Badge;
use crate::event::Event;
use crate::identity::PersonId;
use crate::receipt::{Comparison, Disclosure, Receipt, Shown, State};
use crate::time::UnixTime;
use crate::transcript::Transcript;
use crate::wire::Carrier;

use super::entry::Happening;

/// A person met at least once.
#[derive(Debug, Clone)]
pub struct Contact {
    person: PersonId,
    badge: Badge,
    meetings: Vec<Meeting>,
    notes: Vec<String>,
    tags: Vec<String>,
    blocked: bool,
}

/// One recorded encounter.
#[derive(Debug, Clone)]
pub struct Meeting {
    receipt: Receipt,
    shown: Shown,
    confirm_message: Vec<u8>,
}

impl Contact {
    /// Who they are.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The badge they showed last.
    pub fn badge(&self) -> &Badge {
        &self.badge
    }

    /// The name on that badge.
    pub fn name(&self) -> &str {
        self.badge.name()
    }

    /// Every encounter, first to last.
    pub fn meetings(&self) -> &[Meeting] {
        &self.meetings
    }

    /// The encounter of one exchange.
    pub fn meeting(&self, transcript: &Transcript) -> Option<&Meeting> {
        self.meetings.iter().find(|meeting| meeting.transcript() == *transcript)
    }

    /// Whether the owner blocked them.
    pub fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// What the owner wrote down about them, in that order.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The owner's tags on them, in the order they were put on.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// The furthest that they went in any encounter.
    pub fn state(&self) -> State {
        self.meetings.iter().map(Meeting::state).max().unwrap_or(State::Offered)
    }

    /// Folds what happened, in the ledger's order; `None` if they were never met.
    pub(super) fn fold(
        person: PersonId,
        happenings: impl IntoIterator<Item = Happening>,
    ) -> Option<Self> {
        let (mut meetings, mut blocked) = (Vec::<Meeting>::new(), false);
        let (mut notes, mut tags) = (Vec::new(), Vec::<String>::new());
        for happening in happenings {
            match happening {
                Happening::Met { receipt, confirm_message } => {
                    let shown = receipt.shown();
                    if meetings.iter().all(|m| m.shown.transcript != shown.transcript) {
                        meetings.push(Meeting { receipt: *receipt, shown, confirm_message });
                    }
                }
                Happening::Confirmed { transcript, signature, .. } => {
                    if let Some(meeting) =
                        meetings.iter_mut().find(|m| m.transcript() == transcript)
                    {
                        meeting.receipt.set_confirmed(signature);
                        meeting.shown = meeting.receipt.shown();
                    }
                }
                Happening::Blocked { blocked: now, .. } => blocked = now,
                Happening::Noted { note, .. } => notes.push(note),
                Happening::Tagged { tag, on, .. } => {
                    tags.retain(|there| *there != tag);
                    if on {
                        tags.push(tag);
                    }
                }
                Happening::Badge { .. } | Happening::Shown { .. } => {}
            }
        }
        let badge = meetings.last()?.badge()?.clone();
        Some(Self { person, badge, meetings, notes, tags, blocked })
    }
}

impl Meeting {
    /// Names the exchange.
    pub fn transcript(&self) -> Transcript {
        self.shown.transcript
    }

    /// The badge they showed then.
    pub fn badge(&self) -> Option<&Badge> {
        self.shown.peer.badge.as_ref()
    }

    /// How far they went: offered or confirmed.
    pub fn state(&self) -> State {
        self.shown.peer.state
    }

    /// When it was, by the owner's clock.
    pub fn met_at(&self) -> UnixTime {
        self.shown.holder.claimed_time
    }

    /// When it was, as the peer's clock claimed.
    pub fn claimed_time(&self) -> UnixTime {
        self.shown.peer.claimed_time
    }

    /// The event the owner claimed.
    pub fn event(&self) -> &Event {
        &self.shown.holder.claimed_event
    }

    /// The event the peer claimed.
    pub fn claimed_event(&self) -> &Event {
        &self.shown.peer.claimed_event
    }

    /// Whether check codes were compared.
    pub fn comparison(&self) -> Comparison {
        self.shown.comparison
    }

    /// The receipt, with the badges that the owner chooses to disclose in it.
    pub fn receipt(&self, disclose: Disclosure) -> Receipt {
        self.receipt.disclosing(disclose)
    }

    pub(super) fn full_receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The text of the confirm code, to show it again to a peer who lost it.
    pub fn confirm_text(&self, carrier: &Carrier) -> String {
        carrier.wrap(&self.confirm_message)
    }
}
