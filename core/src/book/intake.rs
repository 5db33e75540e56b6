//! Judging what is in a backup: what is new, known, forgotten or refused.

use std::collections::BTreeSet;

use super::entry::{Happening, Listed, person_of};
use super::gone::Gone;
use super::tombstone::Hidden;
use super::{Book, ReadError, Settings};
use crate::backup::{Backup, BackupError, Head, Merged, Reading, Refusal, Refused};
use crate::cbor::NotCanonical;
use crate::identity::{Identity, PersonId};
use crate::ledger::{Entry, MAX_PLAINTEXT};
use crate::receipt::{Receipt, Signed, State};
use crate::statement::{BadgeUpdate, IdentityLink};
use crate::store::Work;

/// So many refused entries are told.
const MOST_REFUSED: usize = 4_096;
/// So many hashes of the forgotten are held in memory.
const MOST_FORGOTTEN: usize = 1 << 18;
/// No book counts further: a thousand entries a second take nine thousand years.
const MOST_CLOCK: u64 = 1 << 48;

/// What the first reading found.
pub(super) struct Judged {
    pub(super) head: Head,
    /// SHA-256 of what was read.
    pub(super) digest: [u8; 32],
    pub(super) intake: Intake,
    pub(super) merged: Merged,
    /// How many entries there were.
    pub(super) entries: u64,
}

/// What becomes of an entry that isn't refused.
pub(super) enum Verdict {
    /// It was known of somebody when they were forgotten.
    LeftOut,
    /// It is in the book already, or nothing of it is left without those who are forgotten.
    Known,
    /// As the book takes it in.
    New(Entry),
}

/// What entries are compared with.
pub(super) struct Intake {
    pub(super) gone: Gone,
    owner: PersonId,
    /// How far the book counted that was backed up.
    clock: u64,
    /// What is in the book already, sorted.
    known: Vec<Hidden>,
}

impl Judged {
    /// Reads a backup once and judges everything in it, for `book` or for an empty one.
    pub(super) fn of(
        backup: &Backup<'_>,
        book: Option<&Book>,
        settings: Option<&Settings>,
    ) -> Result<Self, BackupError> {
        let mut reading = backup.read()?;
        let head = reading.head.clone();
        let identity = Identity::from_secret(&head.secret);
        if book.is_some_and(|book| book.identity().person() != identity.person()) {
            return Err(BackupError::AnotherOwner);
        }
        if head.clock > MOST_CLOCK {
            return Err(BackupError::NotABackup);
        }
        let mut merged = Merged::default();
        let mut gone = book.map_or_else(|| Ok(Gone::new(&identity)), Book::gone)?;
        let mut first = Vec::new();
        let after = stones(&mut reading, &mut gone, &mut first, head.clock, &mut merged)?;
        let (owner, clock) = (identity.person(), head.clock);
        let mut intake = Intake { gone, owner, clock, known: Vec::new() };
        let mut phones = Phones::default();
        if let Some(book) = book {
            phones = intake.look_through(book, &mut merged)?;
        }
        let mut people = BTreeSet::new();
        for entry in first {
            let says = Happening::of(&entry);
            intake.count(intake.verdict(entry, says), &mut people, &mut merged);
        }
        let mut next = after;
        while let Some(entry) = next {
            if let Some(settings) = settings {
                let (read, most) = (reading.entries(), head.clock.max(reading.entries()));
                settings.tell(Work::TakingIn, read, most)?;
            }
            let (entry, says) = read(entry);
            if let Some(Ok(Happening::Restored(restored))) = &says {
                phones.theirs.push((restored.store, restored.clock));
            }
            match intake.refuses(&entry, says.as_ref()) {
                Some(why) => refuse(&mut merged, reading.entries(), why)?,
                None => {
                    let verdict = intake.verdict(entry, says.and_then(Result::ok));
                    intake.count(verdict, &mut people, &mut merged);
                }
            }
            next = reading.next()?;
        }
        merged.people = people.len() as u64;
        phones.compare(&head, &mut merged);
        let (digest, entries) = (reading.digest(), reading.entries());
        Ok(Self { head, digest, intake, merged, entries })
    }

    /// Whether the entry with this number was refused.
    pub(super) fn is_refused(&self, entry: u64) -> bool {
        self.merged.refused.binary_search_by_key(&entry, |refused| refused.entry).is_ok()
    }
}

/// Reads the tombstones, which come first, and gives what comes behind them.
fn stones(
    reading: &mut Reading<'_>,
    gone: &mut Gone,
    first: &mut Vec<Entry>,
    clock: u64,
    merged: &mut Merged,
) -> Result<Option<Entry>, BackupError> {
    let mut held = 0;
    loop {
        let next = reading.next()?;
        let Some(entry) = next else { return Ok(None) };
        let (entry, says) = read(entry);
        let Some(Ok(Happening::Forgotten(stone))) = says else { return Ok(Some(entry)) };
        if stone.clock > clock {
            refuse(merged, reading.entries(), Refusal::Clock)?;
            continue;
        }
        gone.add(&stone);
        // The same once more is held once more.
        held += 1 + stone.known.len();
        if held.max(gone.len()) > MOST_FORGOTTEN {
            return Err(BackupError::TooManyForgotten { max: MOST_FORGOTTEN });
        }
        first.push(entry);
    }
}

/// What an entry of a file says. The file isn't believed about what it can be looked up by.
pub(super) fn read(mut entry: Entry) -> (Entry, Option<Result<Happening, NotCanonical>>) {
    let says = Happening::read(entry.kind, &entry.payload);
    if let Some(Ok(says)) = &says {
        entry.subjects = says.subjects();
    }
    (entry, says)
}

fn refuse(merged: &mut Merged, entry: u64, why: Refusal) -> Result<(), BackupError> {
    if merged.refused.len() == MOST_REFUSED {
        return Err(BackupError::TooManyRefused { max: MOST_REFUSED });
    }
    merged.refused.push(Refused { entry, why });
    Ok(())
}

impl Intake {
    /// Notes what is in the book, as it is once those are gone who are forgotten in the backup.
    fn look_through(&mut self, book: &Book, merged: &mut Merged) -> Result<Phones, BackupError> {
        let store = book.store()?;
        let clock = book.clock()?;
        let mut phones = Phones { ours: vec![store.id()], clock, ..Phones::default() };
        for entry in store.entries()? {
            let entry = match entry {
                Ok(entry) => entry,
                Err(ReadError::Lost(_)) => continue,
                Err(error) => return Err(error.into()),
            };
            let says = Happening::of(&entry);
            if self.gone.covers(&entry, says.as_ref()) {
                merged.forgotten += u64::from(matches!(says, Some(Happening::Met { .. })));
                continue;
            }
            let stamp = says.as_ref().and_then(Happening::stamp);
            if let Some(stamp) = stamp.filter(|stamp| stamp.replica == store.replica()) {
                phones.wrote = phones.wrote.max(stamp.clock);
            }
            if let Some(Happening::Restored(restored)) = &says {
                phones.ours.push(restored.store);
                phones.taken_over.push((restored.store, restored.clock));
            }
            let hider = self.gone.hider();
            match &says {
                Some(Happening::Met { receipt, .. }) => {
                    let transcript = receipt.transcript();
                    self.known.push(hider.encounter(&transcript));
                    self.known.push(hider.person(&receipt.peer.opening.person));
                    if receipt.shown().peer.state == State::Confirmed {
                        self.known.push(hider.confirmation(&transcript));
                    }
                }
                Some(Happening::Confirmed { transcript, .. }) => {
                    self.known.push(hider.confirmation(transcript));
                }
                _ => {
                    if let Some(entry) = self.gone.without(entry, says) {
                        self.known.push(self.gone.hider().entry(&entry));
                    }
                }
            }
        }
        self.known.sort_unstable();
        self.known.dedup();
        Ok(phones)
    }

    /// Why an entry can't be taken in, whatever is in the book.
    fn refuses(
        &self,
        entry: &Entry,
        says: Option<&Result<Happening, NotCanonical>>,
    ) -> Option<Refusal> {
        if let Some(says) = says {
            let Ok(says) = says else { return Some(Refusal::Unreadable) };
            let refusal = match says {
                Happening::Confirmed { .. } | Happening::Counted(_) => Some(Refusal::Unreadable),
                Happening::Forgotten(_) => Some(Refusal::Order),
                Happening::Met { receipt, .. } => self.refuses_receipt(receipt),
                Happening::Linked { link, .. } => {
                    IdentityLink::from_bytes(&link.to_bytes()).err().map(Refusal::Statement)
                }
                Happening::Updated(update) => {
                    BadgeUpdate::from_bytes(&update.to_bytes()).err().map(Refusal::Statement)
                }
                Happening::Set { .. } | Happening::Noted { .. } | Happening::Restored(_) => None,
            };
            if refusal.is_some() {
                return refusal;
            }
            if says.stamp().is_some_and(|stamp| stamp.clock > self.clock) {
                return Some(Refusal::Clock);
            }
        }
        (entry.size() > MAX_PLAINTEXT as u64).then_some(Refusal::TooLarge)
    }

    fn refuses_receipt(&self, receipt: &Receipt) -> Option<Refusal> {
        if receipt.holder.opening.person != self.owner {
            return Some(Refusal::AnotherHolder);
        }
        if !matches!(receipt.holder.signed, Signed::Confirm(_)) {
            return Some(Refusal::NotAccepted);
        }
        if receipt.peer.badge().is_none() {
            return Some(Refusal::Unreadable);
        }
        receipt.check().err().map(Refusal::Receipt)
    }

    fn count(&self, verdict: Verdict, people: &mut BTreeSet<Hidden>, merged: &mut Merged) {
        let entry = match verdict {
            Verdict::LeftOut => return merged.left_out += 1,
            Verdict::Known => return merged.known += 1,
            Verdict::New(entry) => entry,
        };
        match entry.kind {
            Happening::MET => {
                merged.encounters += 1;
                let person = entry.subjects.iter().find_map(person_of);
                let person = person.map(|person| self.gone.hider().person(&person));
                people.extend(person.filter(|person| !self.knows(person)));
            }
            Happening::CONFIRMED => merged.confirmations += 1,
            _ => merged.others += 1,
        }
    }

    /// What becomes of an entry that isn't refused.
    pub(super) fn verdict(&self, entry: Entry, says: Option<Happening>) -> Verdict {
        if self.gone.covers(&entry, says.as_ref()) {
            return Verdict::LeftOut;
        }
        let hider = self.gone.hider();
        let new = match says {
            Some(Happening::Met { receipt, .. }) => {
                let transcript = receipt.transcript();
                if !self.knows(&hider.encounter(&transcript)) {
                    Some(entry)
                } else if let Signed::Confirm(signature) = receipt.peer.signed
                    && !self.knows(&hider.confirmation(&transcript))
                {
                    let person = receipt.peer.opening.person;
                    let confirmed = Happening::Confirmed { transcript, person, signature };
                    Some(Entry::saying(&confirmed))
                } else {
                    None
                }
            }
            says => {
                let left = self.gone.without(entry, says);
                left.filter(|entry| !self.knows(&hider.entry(entry)))
            }
        };
        new.map_or(Verdict::Known, Verdict::New)
    }

    fn knows(&self, hidden: &Hidden) -> bool {
        self.known.binary_search(hidden).is_ok()
    }
}

/// Which books the one here and the one that was backed up were made of.
#[derive(Default)]
struct Phones {
    ours: Vec<[u8; 16]>,
    /// How far those had counted of which the one here was made.
    taken_over: Vec<([u8; 16], u64)>,
    /// And how far those had counted.
    theirs: Vec<([u8; 16], u64)>,
    clock: u64,
    /// The highest clock of what was written here.
    wrote: u64,
}

impl Phones {
    fn compare(&self, head: &Head, merged: &mut Merged) {
        let Some((here, _)) = self.ours.split_first() else { return };
        if head.store == *here {
            merged.older = head.clock < self.clock;
            return;
        }
        let latest = |books: &[([u8; 16], u64)], store: &[u8; 16]| {
            books.iter().filter(|(other, _)| other == store).map(|(_, clock)| *clock).max()
        };
        let left_at = latest(&self.theirs, here);
        merged.moved = left_at.is_some();
        merged.both_went_on = match left_at {
            Some(clock) => self.wrote > clock,
            // What this book was made of may bring back what it left out since.
            None => {
                let brings = merged.encounters + merged.confirmations + merged.others > 0;
                let before = latest(&self.taken_over, &head.store);
                brings && before.is_none_or(|clock| head.clock > clock)
            }
        };
    }
}

impl Book {
    /// Everyone who is forgotten.
    fn gone(&self) -> Result<Gone, ReadError> {
        let mut gone = Gone::new(self.identity());
        for (_, happening) in self.happenings(Listed::Forgotten.subject())? {
            if let Happening::Forgotten(stone) = happening {
                gone.add(&stone);
            }
        }
        Ok(gone)
    }
}
