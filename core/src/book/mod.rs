//! The contact book: who was met, kept sealed on this device.
//!
//! Only people met in person get in: [`Book::record`] takes an [`Encounter`], which only an
//! [`Exchange`](crate::exchange::Exchange) makes; there is no other way to add a contact. Every
//! change is one entry in a sealed, append-only ledger, and is durable when the call returns; an
//! index answers questions and can be lost (see `STORAGE.md`). Nothing personal stands in clear on
//! disk.

mod annotation;
mod care;
mod contact;
mod entry;
mod people;
mod summary;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rand_core::CryptoRng;

use self::entry::{Happening, Listed, about, of};
use self::people::Roster;
use crate::badge::Badge;
use crate::encounter::{Confirmation, Encounter, Recorded};
use crate::identity::{Identity, PersonId};
use crate::ledger::{Entry, Subject};
use crate::receipt::{ReceiptError, State};
use crate::store::Store;
use crate::sweep::sweep;
use crate::text::TextFlaw;
use crate::transcript::Transcript;
use crate::vault::KeyVault;

pub use self::annotation::{MAX_NOTE_BYTES, MAX_TAG_BYTES};
pub use self::contact::{Contact, Meeting};
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

/// Why something could not be kept or changed. The book is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// The ledger took no entry.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The ledger could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The book could not be written anew, which forgetting takes.
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    /// The person is blocked; unblock them first, if you mean it.
    #[error("this person is blocked: unblock them first")]
    Blocked,
    /// The encounter that is confirmed was never recorded; record it, then try again.
    #[error("the encounter that this confirms is not in the book: record it first")]
    NotRecorded,
    /// The confirmation does not fit the recorded encounter.
    #[error("the confirmation doesn't fit the recorded encounter: {0}")]
    Confirmation(ReceiptError),
    /// An encounter by another identity than the book's owner's.
    #[error("this encounter is of another identity than this book's owner")]
    AnotherOwner,
    /// Notes and tags are about people who were met.
    #[error("this person was never met")]
    NotMet,
    /// The note breaks the character rule or its bound.
    #[error("the note {0}")]
    Note(TextFlaw),
    /// The tag breaks the character rule or its bound.
    #[error("the tag {0}")]
    Tag(TextFlaw),
    /// No such badge; see [`Book::badges`].
    #[error("there is no badge called \"{0}\" in this book")]
    NoSuchBadge(String),
    /// A badge's label is 1 to 32 bytes of text without control characters.
    #[error("a badge's label takes 1 to 32 bytes, without control characters")]
    Label,
    /// The badge is on show; choose another to show, then remove it.
    #[error("the badge \"{0}\" is the one on show: choose another first")]
    OnShow(String),
}

/// One person's contacts, badges and identity, in one directory, in one process at a time.
pub struct Book {
    settings: Settings,
    identity: Identity,
    /// `None` while the book is suspended.
    store: Option<Store>,
    roster: Mutex<Roster>,
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
        let identity = Identity::from_secret(&*store.secret()?);
        sweep();
        let begun = AtomicU64::new(store.last() << 20);
        let (store, roster) = (Some(store), Mutex::default());
        Ok((Self { settings, identity, store, roster, begun }, report))
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
        let (contact, blocked) = self.fold(person)?;
        Ok(match contact {
            _ if blocked => Standing::Blocked,
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
        let (contact, blocked) = self.fold(&person)?;
        if blocked {
            return Err(BookError::Blocked);
        }
        let meetings = contact.as_ref().map(Contact::meetings).unwrap_or_default();
        if let Some(at) = meetings.iter().position(|m| m.run(&transcript).is_some()) {
            self.store()?.lasts()?;
            return Ok(Recorded { transcript, person, encounters: at + 1 });
        }
        self.append(&Happening::met(encounter), rng)?;
        let same = encounter.continues.and_then(|th| contact.as_ref()?.meeting(&th));
        let encounters = meetings.len() + usize::from(same.is_none());
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
        if self.fold(person)?.1 == blocked {
            return Ok(());
        }
        self.append(&Happening::Blocked { person: *person, blocked }, rng)
    }

    /// Everyone who is blocked.
    pub fn blocked(&self) -> Result<Vec<PersonId>, ReadError> {
        let mut blocked = Vec::new();
        for (_, happening) in self.happenings(Listed::Blocked.subject())? {
            let Happening::Blocked { person, blocked: now } = happening else { continue };
            blocked.retain(|p| *p != person);
            if now {
                blocked.push(person);
            }
        }
        Ok(blocked)
    }

    /// The owner's badges by label, in the order they were first set.
    pub fn badges(&self) -> Result<Vec<(String, Badge)>, ReadError> {
        Ok(self.wardrobe()?.0)
    }

    /// The badge to show, with its label; `None` before one was set.
    pub fn badge_on_show(&self) -> Result<Option<(String, Badge)>, ReadError> {
        let (badges, shown) = self.wardrobe()?;
        Ok(badges.into_iter().find(|(label, _)| Some(label) == shown.as_ref()))
    }

    /// Sets a badge under a label such as `work`. The first one set is on show.
    pub fn set_badge(
        &mut self,
        label: &str,
        badge: &Badge,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        if !(1..=32).contains(&label.len()) || label.contains(char::is_control) {
            return Err(BookError::Label);
        }
        let (badges, _) = self.wardrobe()?;
        if badges.iter().any(|(l, b)| l == label && b == badge) {
            return Ok(());
        }
        let badge = Some(badge.clone());
        self.append(&Happening::Badge { label: label.to_owned(), badge }, rng)
    }

    /// Chooses the badge to show.
    pub fn show_badge(&mut self, label: &str, rng: &mut dyn CryptoRng) -> Result<(), BookError> {
        let (badges, shown) = self.wardrobe()?;
        if !badges.iter().any(|(l, _)| l == label) {
            return Err(BookError::NoSuchBadge(label.to_owned()));
        }
        if shown.as_deref() == Some(label) {
            return Ok(());
        }
        self.append(&Happening::Shown { label: label.to_owned() }, rng)
    }

    /// Removes a badge that isn't on show.
    pub fn remove_badge(&mut self, label: &str, rng: &mut dyn CryptoRng) -> Result<(), BookError> {
        let (badges, shown) = self.wardrobe()?;
        if !badges.iter().any(|(l, _)| l == label) {
            return Err(BookError::NoSuchBadge(label.to_owned()));
        }
        if shown.as_deref() == Some(label) {
            return Err(BookError::OnShow(label.to_owned()));
        }
        self.append(&Happening::Badge { label: label.to_owned(), badge: None }, rng)
    }

    /// The badges, and the label of the one on show.
    #[allow(clippy::type_complexity, reason = "a list and a label, read once and taken apart")]
    fn wardrobe(&self) -> Result<(Vec<(String, Badge)>, Option<String>), ReadError> {
        let (mut badges, mut shown) = (Vec::<(String, Badge)>::new(), None);
        for (_, happening) in self.happenings(Listed::Badges.subject())? {
            match happening {
                Happening::Badge { label, badge: Some(badge) } => {
                    match badges.iter_mut().find(|(l, _)| *l == label) {
                        Some((_, old)) => *old = badge,
                        None => badges.push((label.clone(), badge)),
                    }
                    shown.get_or_insert(label);
                }
                Happening::Badge { label, badge: None } => badges.retain(|(l, _)| *l != label),
                Happening::Shown { label } => shown = Some(label),
                _ => {}
            }
        }
        Ok((badges, shown))
    }

    /// The contact of `person`, if they were met, and whether they are blocked.
    fn fold(&self, person: &PersonId) -> Result<(Option<Contact>, bool), ReadError> {
        let happenings = self.happenings(about(person))?;
        let blocked = happenings.iter().rev().find_map(|(_, h)| match h {
            Happening::Blocked { blocked, .. } => Some(*blocked),
            _ => None,
        });
        Ok((Contact::fold(*person, happenings), blocked.unwrap_or_default()))
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

    fn append(&mut self, happening: &Happening, rng: &mut dyn CryptoRng) -> Result<(), BookError> {
        let subjects = happening.subjects();
        let (kind, payload) = (happening.kind(), happening.payload());
        self.store_mut()?.append(kind, &subjects, &payload, rng)?;
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
