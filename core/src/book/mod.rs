//! The contact book: who was met, kept sealed on this device.
//!
//! Only people met in person get in: [`Book::record`] takes an [`Encounter`], which only an
//! [`Exchange`](crate::exchange::Exchange) makes; there is no other way to add a contact. Every
//! change is one entry in a sealed, append-only ledger, and is durable when the call returns; an
//! index answers questions and can be lost (see `STORAGE.md`). Nothing personal stands in clear on
//! disk.

mod amount;
mod annotation;
#[cfg(feature = "backup")]
mod backing_up;
mod badges;
mod care;
mod change;
mod contact;
mod counting;
mod entry;
mod error;
mod forget;
mod gone;
#[cfg(test)]
mod histories;
#[cfg(feature = "backup")]
mod intake;
mod linked;
mod lookback;
#[cfg(feature = "backup")]
mod merging;
mod note;
mod outcome;
mod people;
mod person;
mod query;
mod register;
mod summary;
mod ties;
mod tombstone;
mod updated;
mod waste;
mod write;
mod written;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use rand_core::CryptoRng;

use self::change::Listeners;
use self::entry::{Happening, Listed, Target, about, of};
use self::people::Roster;
use self::waste::Waste;
use self::write::Write;
use self::written::Written;
use crate::encounter::{Confirmation, Encounter, Recorded};
use crate::identity::{Identity, PersonId};
use crate::ledger::{Entry, Subject};
use crate::receipt::State;
use crate::store::Store;
use crate::sweep::sweep;
use crate::transcript::Transcript;
use crate::vault::KeyVault;

pub use self::amount::{Amount, NotAnAmount};
pub use self::annotation::{
    FollowUp, Introduction, MAX_NOTE_BYTES, MAX_PLACE_BYTES, MAX_TAG_BYTES, MAX_TAGS, NotARating,
    Rating,
};
pub use self::change::{Change, Listener, ListenerId};
pub use self::contact::{Contact, Meeting};
pub use self::error::BookError;
#[cfg(all(test, feature = "export"))]
pub(crate) use self::lookback::made::MadeUp;
pub use self::lookback::{
    Focus, Grown, Handshake, Lookback, MAX_STEPS, Paid, Step, Stop, Traced, Year,
};
pub use self::note::{NotANote, Note, NoteId};
pub use self::outcome::{
    Link, MAX_KIND_BYTES, MAX_LINKS, MAX_TITLE_BYTES, NotAnOutcome, Outcome, OutcomeFields,
    OutcomeId, OutcomeKind,
};
pub use self::query::{Cursor, Order, Page, Query};
pub use self::summary::Summary;
pub use crate::index::Engine;
pub use crate::ledger::{Damage, WriteError};
pub use crate::store::{
    CheckReport, IndexState, Mode, OpenError, OpenReport, Progress, ReadError, RewriteError,
    RolledBack, Settings, Watch, Wiped, Work,
};

/// What the book knows of a person, before anyone is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Never met.
    New,
    /// Met before.
    Met {
        /// How often.
        encounters: usize,
        /// The furthest that they went.
        state: State,
    },
    /// Blocked by the owner, met or not. Nothing on the screen may tell the peer.
    Blocked,
}

/// What writing the book anew did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// How many people were forgotten.
    pub people: usize,
    /// How many entries had been lost to damage before. The new book has no trace of them.
    pub lost: u64,
    /// The vault would not destroy the old key, so remnants of the old files could still be
    /// opened. It is tried again each time the book opens.
    pub old_key_remains: bool,
}

/// One person's contacts, badges and identity, in one directory, in one process at a time.
pub struct Book {
    settings: Settings,
    identity: Identity,
    /// `None` while the book is suspended.
    store: Option<Store>,
    roster: Mutex<Roster>,
    waste: Waste,
    /// How far the book had counted when it was last written anew, once that was asked.
    counted: OnceLock<u64>,
    listeners: Listeners,
    begun: AtomicU64,
}

impl Book {
    /// Opens the book in `home`, or creates one, with a new identity, where the directory is
    /// missing or empty. Keys come from `vault`.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is overwritten, and nothing that is there is lost.
    pub fn open(
        home: &Path,
        vault: Arc<dyn KeyVault>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, OpenReport), OpenError> {
        Self::open_with(Settings::new(home, vault), rng)
    }

    /// Opens the book as `settings` say.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is overwritten, and nothing that is there is lost.
    pub fn open_with(
        settings: Settings,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, OpenReport), OpenError> {
        let (store, report) = Store::open(&settings, rng)?;
        Ok((Self::of(settings, store)?, report))
    }

    /// The book in `store`.
    fn of(settings: Settings, store: Store) -> Result<Self, OpenError> {
        let identity = Identity::from_secret(&*store.secret()?);
        sweep();
        let begun = AtomicU64::new(store.last() << 20);
        Ok(Self {
            settings,
            identity,
            store: Some(store),
            roster: Mutex::default(),
            waste: Waste::default(),
            counted: OnceLock::new(),
            listeners: Listeners::default(),
            begun,
        })
    }

    /// The owner, also while the book is suspended.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// A number for [`Exchange::begin`](crate::exchange::Exchange::begin): it differs each time
    /// within a process, and grows with the ledger.
    pub fn counter(&self) -> u64 {
        let least = self.store.as_ref().map_or(0, Store::last) << 20;
        self.begun.fetch_max(least, Ordering::Relaxed);
        self.begun.fetch_add(1, Ordering::Relaxed)
    }

    /// What the book knows of `person`. Ask before showing them for acceptance.
    pub fn standing(&self, person: &PersonId) -> Result<Standing, ReadError> {
        let (contact, written) = self.fold(person)?;
        Ok(match contact {
            _ if written.is_blocked() => Standing::Blocked,
            None => Standing::New,
            Some(met) => Standing::Met { encounters: met.meetings().len(), state: met.state() },
        })
    }

    /// Keeps an encounter. Durable when it returns; recording the same again changes nothing and
    /// gives the same answer, so it can be retried.
    pub fn record(
        &mut self,
        encounter: &Encounter,
        rng: &mut dyn CryptoRng,
    ) -> Result<Recorded, BookError> {
        let (transcript, person) = (encounter.transcript(), encounter.person());
        if encounter.receipt.holder.opening.person != self.identity.person() {
            return Err(BookError::AnotherOwner);
        }
        let (contact, written) = self.fold(&person)?;
        if written.is_blocked() {
            return Err(BookError::Blocked);
        }
        let meetings = contact.as_ref().map(Contact::meetings).unwrap_or_default();
        if let Some(at) = meetings.iter().position(|m| m.run(&transcript).is_some()) {
            self.store()?.lasts()?;
            return Ok(Recorded { transcript, person, encounters: at + 1 });
        }
        let stamp = self.stamp(&written)?;
        self.append(&Happening::met(encounter, stamp), rng)?;
        let goes_on = meetings.iter().any(|meeting| meeting.is_of(encounter));
        let encounters = meetings.len() + usize::from(!goes_on);
        Ok(Recorded { transcript, person, encounters })
    }

    /// Keeps the peer's confirmation of a recorded encounter. Durable when it returns; the same
    /// again changes nothing.
    pub fn confirm(
        &mut self,
        confirmation: &Confirmation,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let contact = self.contact(&confirmation.person)?.ok_or(BookError::NotRecorded)?;
        let meeting = contact.meeting(&confirmation.transcript);
        let run = meeting.and_then(|m| m.run(&confirmation.transcript));
        let run = run.ok_or(BookError::NotRecorded)?;
        if run.state() == State::Confirmed {
            return Ok(self.store()?.lasts()?);
        }
        let mut receipt = run.receipt.clone();
        receipt.set_confirmed(confirmation.signature);
        receipt.check().map_err(BookError::Confirmation)?;
        self.append(&Happening::confirmed(confirmation), rng)
    }

    /// Everyone in the book, in the order they were first met.
    pub fn contacts(&self) -> Result<Vec<Contact>, ReadError> {
        let mut contacts = Vec::new();
        self.each_contact(&mut |contact| {
            contacts.push(contact);
            ControlFlow::Continue(())
        })?;
        Ok(contacts)
    }

    /// One person, if they were met.
    pub fn contact(&self, person: &PersonId) -> Result<Option<Contact>, ReadError> {
        Ok(self.fold(person)?.0)
    }

    /// The encounter of one exchange, and with whom.
    pub fn meeting(
        &self,
        transcript: &Transcript,
    ) -> Result<Option<(PersonId, Meeting)>, ReadError> {
        let met = self.happenings(of(transcript))?.into_iter().find_map(|(_, h)| match h {
            Happening::Met { receipt, .. } => Some(receipt.peer.opening.person),
            _ => None,
        });
        let Some(person) = met else { return Ok(None) };
        let contact = self.contact(&person)?;
        Ok(contact.and_then(|c| c.meeting(transcript).cloned()).map(|meeting| (person, meeting)))
    }

    /// Blocks a person, met or not: their codes are told apart before acceptance, and no
    /// encounter with them is recorded.
    pub fn block(&mut self, person: &PersonId, rng: &mut dyn CryptoRng) -> Result<(), BookError> {
        self.set_blocked(person, true, rng)
    }

    /// Takes a block away.
    pub fn unblock(&mut self, person: &PersonId, rng: &mut dyn CryptoRng) -> Result<(), BookError> {
        self.set_blocked(person, false, rng)
    }

    fn set_blocked(
        &mut self,
        person: &PersonId,
        blocked: bool,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let written = self.fold(person)?.1;
        if written.is_blocked() == blocked {
            return Ok(());
        }
        self.set(Target::Person(*person), &written, vec![Write::Blocked(blocked)], rng)
    }

    /// Everyone who is blocked, in the order of their ids.
    pub fn blocked(&self) -> Result<Vec<PersonId>, ReadError> {
        let all = self.written_in(Listed::Blocked)?;
        let blocked = all.into_iter().filter(|(_, written)| written.is_blocked());
        Ok(blocked.filter_map(|(target, _)| target.person()).collect())
    }

    /// The contact of `person`, if they were met, and what the owner wrote about them.
    fn fold(&self, person: &PersonId) -> Result<(Option<Contact>, Written), ReadError> {
        Ok(Contact::fold(*person, self.happenings(about(person))?))
    }

    /// What the owner wrote about `target`.
    fn written(&self, target: Target) -> Result<Written, ReadError> {
        let mut written = Written::default();
        let happenings = self.happenings(target.subject())?;
        happenings.into_iter().for_each(|(_, happening)| written.take(happening));
        Ok(written)
    }

    /// What the owner wrote in a list, by target.
    fn written_in(&self, list: Listed) -> Result<BTreeMap<Target, Written>, ReadError> {
        let mut all = BTreeMap::<Target, Written>::new();
        for (_, happening) in self.happenings(list.subject())? {
            if let Happening::Set { target, .. } | Happening::Noted { target, .. } = &happening {
                all.entry(*target).or_default().take(happening);
            }
        }
        Ok(all)
    }

    /// What happened to `subject`, in order, with the sequence of each entry, as far as this version
    /// knows the kinds.
    fn happenings(&self, subject: Option<Subject>) -> Result<Vec<(u64, Happening)>, ReadError> {
        let Some(subject) = subject else { return Ok(Vec::new()) };
        let mut happenings = Vec::new();
        for entry in self.store()?.entries_of(&subject)? {
            let Some(entry) = unless_lost(entry)? else { continue };
            happenings.extend(happening(&entry)?);
        }
        Ok(happenings)
    }

    /// Writes to slots of `target`, of which `written` is all there is.
    fn set(
        &mut self,
        target: Target,
        written: &Written,
        writes: Vec<Write>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let stamp = self.stamp(written)?;
        self.append(&Happening::Set { target, stamp, writes }, rng)
    }

    fn append(&mut self, happening: &Happening, rng: &mut dyn CryptoRng) -> Result<(), BookError> {
        let subjects = happening.subjects();
        let (kind, payload) = (happening.kind(), happening.payload());
        self.store_mut()?.append(kind, &subjects, &payload, rng)?;
        self.listeners.tell(Change::of(happening));
        Ok(())
    }

    fn store(&self) -> Result<&Store, ReadError> {
        self.store.as_ref().ok_or(ReadError::Suspended)
    }

    fn store_mut(&mut self) -> Result<&mut Store, ReadError> {
        self.store.as_mut().ok_or(ReadError::Suspended)
    }
}

/// What an entry says, behind its sequence; nothing if this version doesn't know its kind.
fn happening(entry: &Entry) -> Result<Option<(u64, Happening)>, ReadError> {
    let happening = Happening::read(entry.kind, &entry.payload).transpose();
    let happening = happening.map_err(|_| ReadError::Lost(entry.seq))?;
    Ok(happening.map(|happening| (entry.seq, happening)))
}

/// An entry to be shown among others. One that is lost was counted when the book was opened, and is
/// by every check; the rest is shown.
fn unless_lost(entry: Result<Entry, ReadError>) -> Result<Option<Entry>, ReadError> {
    match entry {
        Err(ReadError::Lost(_)) => Ok(None),
        entry => entry.map(Some),
    }
}
