//! A person in the book, with everything that happened.

use crate::badge::Badge;
use crate::encounter::Encounter;
use crate::event::Event;
use crate::identity::PersonId;
use crate::receipt::{Comparison, Disclosure, Receipt, Shown, State};
use crate::statement::BadgeUpdate;
use crate::time::UnixTime;
use crate::transcript::Transcript;
use crate::wire::Carrier;

use super::annotation::{FollowUp, Introduction, Rating};
use super::entry::Happening;
use super::note::Note;
use super::register::Stamp;
use super::updated;
use super::written::Written;

/// A person met at least once.
#[derive(Debug, Clone)]
pub struct Contact {
    person: PersonId,
    badge: Badge,
    meetings: Vec<Meeting>,
    pub(super) updates: Vec<BadgeUpdate>,
    notes: Vec<Note>,
    tags: Vec<String>,
    rating: Option<Rating>,
    follow_up: Option<FollowUp>,
    place: Option<String>,
    introduced: Option<(Introduction, Stamp)>,
    blocked: bool,
    latest: u64,
    revision: u64,
}

/// One recorded encounter. A code that was renewed in the middle gives it two runs of the protocol,
/// which both phones hold; it speaks by the first that the peer confirmed, if there is one.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// The transcript that its person was first accepted under, whether or not that run is here.
    first: Transcript,
    run: Run,
    others: Vec<Run>,
}

/// One run of the protocol.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) receipt: Receipt,
    shown: Shown,
    confirm_message: Vec<u8>,
}

impl Contact {
    /// Who they are.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The badge they showed last, or signed since.
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
        self.meetings.iter().find(|meeting| meeting.run(transcript).is_some())
    }

    /// Whether the owner blocked them.
    pub fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// What the owner wrote down about them, oldest first.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The owner's tags on them, in the order they were put on.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// How much the owner thinks of them.
    pub fn rating(&self) -> Option<Rating> {
        self.rating
    }

    /// When the owner means to get in touch with them, or did.
    pub fn follow_up(&self) -> Option<FollowUp> {
        self.follow_up
    }

    /// Where they were met, in the owner's words.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Who introduced them.
    pub fn introduction(&self) -> Option<Introduction> {
        self.introduced.map(|(introduction, _)| introduction)
    }

    /// Who introduced them, and when that was written.
    pub(super) fn introduced(&self) -> Option<(Introduction, Stamp)> {
        self.introduced
    }

    /// The furthest that they went in any encounter.
    pub fn state(&self) -> State {
        self.meetings.iter().map(Meeting::state).max().unwrap_or(State::Offered)
    }

    /// A number that grows with everything that the owner writes about them and with links that are
    /// kept, and with nothing else. It stays when the book is written anew.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The sequence of the entry of the latest encounter.
    pub(super) fn latest(&self) -> u64 {
        self.latest
    }

    /// Folds what happened, in whatever order, each behind its sequence: to the contact, if they were
    /// ever met, and what the owner wrote about them, met or not. Encounters come in the order of their
    /// stamps; those of before there were any come first, in that of the ledger.
    pub(super) fn fold(
        person: PersonId,
        happenings: impl IntoIterator<Item = (u64, Happening)>,
    ) -> (Option<Self>, Written) {
        let (mut met, mut confirmed, mut latest) = (Vec::new(), Vec::new(), 0);
        let (mut written, mut updates) = (Written::default(), Vec::new());
        for (seq, happening) in happenings {
            match happening {
                Happening::Met { receipt, confirm_message, continues, stamp } => {
                    latest = seq.max(latest);
                    let shown = receipt.shown();
                    met.push((stamp, Run { receipt: *receipt, shown, confirm_message }, continues));
                }
                Happening::Confirmed { transcript, signature, .. } => {
                    confirmed.push((transcript, signature));
                }
                Happening::Updated(update) => updates.push(update),
                written_down => written.take(written_down),
            }
        }
        // Equal stamps are from a book that went on in two places.
        met.sort_by_key(|(stamp, run, _)| stamp.map(|stamp| (stamp, run.shown.transcript)));
        let mut meetings = Vec::<Meeting>::with_capacity(met.len());
        for (_, run, continues) in met {
            if meetings.iter().any(|m| m.run(&run.shown.transcript).is_some()) {
                continue;
            }
            let first = continues.unwrap_or(run.shown.transcript);
            match meetings.iter_mut().find(|meeting| meeting.first == first) {
                Some(meeting) => meeting.others.push(run),
                None => meetings.push(Meeting { first, run, others: Vec::new() }),
            }
        }
        for (transcript, signature) in confirmed {
            meetings.iter_mut().for_each(|m| m.set_confirmed(&transcript, signature));
        }
        meetings.iter_mut().for_each(Meeting::speak_by_a_confirmed_run);
        updated::in_order(&mut updates);
        let badge = meetings.last().and_then(|last| updated::current(last, &updates)).cloned();
        let contact = badge.map(|badge| Self {
            person,
            badge,
            meetings,
            updates,
            notes: written.notes(),
            tags: written.tags(),
            rating: written.rating(),
            follow_up: written.follow_up(),
            place: written.place().map(str::to_owned),
            introduced: written.introduced(),
            blocked: written.is_blocked(),
            latest,
            revision: written.clock(),
        });
        (contact, written)
    }
}

impl Meeting {
    /// The run of this transcript, if it is of this encounter.
    pub(super) fn run(&self, transcript: &Transcript) -> Option<&Run> {
        self.runs().find(|run| run.shown.transcript == *transcript)
    }

    /// Whether an encounter is of this meeting.
    pub(super) fn is_of(&self, encounter: &Encounter) -> bool {
        self.first == encounter.continues.unwrap_or(encounter.transcript)
    }

    /// The one that it speaks by first.
    fn runs(&self) -> impl Iterator<Item = &Run> {
        core::iter::once(&self.run).chain(&self.others)
    }

    /// Of all its runs.
    #[cfg(feature = "export")]
    pub(crate) fn transcripts(&self) -> impl Iterator<Item = Transcript> {
        self.runs().map(|run| run.shown.transcript)
    }

    /// When it was, as the peer's clock claimed in each of its runs.
    pub(super) fn claimed_times(&self) -> impl Iterator<Item = UnixTime> {
        self.runs().map(|run| run.shown.peer.claimed_time)
    }

    fn set_confirmed(&mut self, transcript: &Transcript, signature: [u8; 64]) {
        let mut runs = core::iter::once(&mut self.run).chain(&mut self.others);
        if let Some(run) = runs.find(|run| run.shown.transcript == *transcript) {
            run.receipt.set_confirmed(signature);
            run.shown = run.receipt.shown();
        }
    }

    /// By the first in the order of stamps, so that it doesn't matter in which they were confirmed.
    fn speak_by_a_confirmed_run(&mut self) {
        let confirmed = self.others.iter_mut().find(|run| run.state() == State::Confirmed);
        if let Some(other) = confirmed.filter(|_| self.run.state() < State::Confirmed) {
            core::mem::swap(&mut self.run, other);
        }
    }

    /// Names the exchange.
    pub fn transcript(&self) -> Transcript {
        self.run.shown.transcript
    }

    /// The badge they showed then.
    pub fn badge(&self) -> Option<&Badge> {
        self.run.shown.peer.badge.as_ref()
    }

    /// How far they went: offered or confirmed.
    pub fn state(&self) -> State {
        self.run.shown.peer.state
    }

    /// When it was, by the owner's clock.
    pub fn met_at(&self) -> UnixTime {
        self.run.shown.holder.claimed_time
    }

    /// When it was, as the peer's clock claimed.
    pub fn claimed_time(&self) -> UnixTime {
        self.run.shown.peer.claimed_time
    }

    /// The event the owner claimed.
    pub fn event(&self) -> &Event {
        &self.run.shown.holder.claimed_event
    }

    /// The event the peer claimed.
    pub fn claimed_event(&self) -> &Event {
        &self.run.shown.peer.claimed_event
    }

    /// Whether check codes were compared: that they differed, if that was said of any of its runs.
    pub fn comparison(&self) -> Comparison {
        let said = |what| self.runs().any(|run| run.shown.comparison == what);
        let known = [Comparison::Differs, Comparison::Agrees];
        known.into_iter().find(|what| said(*what)).unwrap_or_default()
    }

    /// The receipt, with the badges that the owner chooses to disclose in it.
    pub fn receipt(&self, disclose: Disclosure) -> Receipt {
        self.run.receipt.disclosing(disclose)
    }

    /// The texts of its confirm codes, one for each run, to show them again to a peer who lost them:
    /// in turn, since it isn't known which of them the peer's phone still opens.
    pub fn confirm_texts(&self, carrier: &Carrier) -> Vec<String> {
        self.runs().map(|run| carrier.wrap(&run.confirm_message)).collect()
    }
}

impl Run {
    pub(super) fn state(&self) -> State {
        self.shown.peer.state
    }
}
