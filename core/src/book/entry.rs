//! What the book writes into its ledger: kinds of entries, their payloads, and what each can be
//! looked up by. An entry of a kind that this version doesn't know is kept and passed over.

use minicbor::Decoder;

use super::note::{NoteId, Version};
use super::outcome::OutcomeId;
use super::register::Stamp;
use super::tombstone::Tombstone;
use super::write::Write;
use crate::cbor::{self, NotCanonical};
use crate::encounter::{Confirmation, Encounter};
use crate::identity::PersonId;
use crate::ledger::{Entry, Subject};
use crate::receipt::Receipt;
use crate::statement::{BadgeUpdate, IdentityLink};
use crate::time::UnixTime;
use crate::transcript::Transcript;

/// One thing that happened to the book.
pub(super) enum Happening {
    /// Someone was met and accepted. Until entries said when in a book's counting, they had no stamp.
    Met {
        receipt: Box<Receipt>,
        confirm_message: Vec<u8>,
        continues: Option<Transcript>,
        stamp: Option<Stamp>,
    },
    /// They confirmed one of the encounters.
    Confirmed { transcript: Transcript, person: PersonId, signature: [u8; 64] },
    /// The owner set something.
    Set { target: Target, stamp: Stamp, writes: Vec<Write> },
    /// The owner wrote something down, or wrote it anew.
    Noted { target: Target, note: NoteId, version: Version },
    /// Somebody was forgotten.
    Forgotten(Tombstone),
    /// The book was made out of a backup.
    Restored(Restored),
    /// The book was written anew, and had counted so far by then.
    Counted(u64),
    /// Somebody said that an old key and a new one are theirs.
    Linked { stamp: Stamp, link: IdentityLink },
    /// Somebody signed a badge outside of a meeting.
    Updated(BadgeUpdate),
}

/// Which backup a book was made out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Restored {
    /// The id of the book that was backed up.
    pub(super) store: [u8; 16],
    /// When that was, as its phone's clock claimed.
    pub(super) made_at: UnixTime,
    /// How far that book had counted.
    pub(super) clock: u64,
}

/// Equal stamps are from a book that went on in two places.
#[cfg(feature = "backup")]
pub(super) type Place = (Stamp, Transcript);

/// What the owner sets something of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A person, met or not.
    Person(PersonId),
    /// Something that handshakes led to.
    Outcome(OutcomeId),
    /// The owner, who has badges.
    Owner,
}

impl Target {
    pub(super) fn outcome(self) -> Option<OutcomeId> {
        match self {
            Self::Outcome(outcome) => Some(outcome),
            Self::Person(_) | Self::Owner => None,
        }
    }

    pub(super) fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Outcome(_) | Self::Owner => None,
        }
    }

    pub(super) fn subject(&self) -> Option<Subject> {
        match self {
            Self::Person(person) => about(person),
            Self::Outcome(outcome) => Subject::new([b"o".as_slice(), outcome.as_bytes()].concat()),
            Self::Owner => Listed::Badges.subject(),
        }
    }

    /// The list that has everything about targets of this sort.
    fn list(&self) -> Option<Subject> {
        match self {
            Self::Outcome(_) => Listed::Outcomes.subject(),
            Self::Person(_) | Self::Owner => None,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Person(person) => person.as_bytes(),
            Self::Outcome(outcome) => outcome.as_bytes(),
            Self::Owner => &[],
        }
    }

    fn decode(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        Ok(match d.bytes()? {
            [] => Self::Owner,
            bytes if bytes.len() == 16 => {
                Self::Outcome(OutcomeId::from_bytes(bytes.try_into().map_err(|_| NotCanonical)?))
            }
            person => {
                Self::Person(PersonId::unchecked(person.try_into().map_err(|_| NotCanonical)?))
            }
        })
    }
}

impl Happening {
    pub(super) fn met(encounter: &Encounter, stamp: Stamp) -> Self {
        Self::Met {
            receipt: Box::new(encounter.receipt.clone()),
            confirm_message: encounter.confirm_message.clone(),
            continues: encounter.continues,
            stamp: Some(stamp),
        }
    }

    pub(super) fn confirmed(confirmation: &Confirmation) -> Self {
        let Confirmation { transcript, person, signature } = *confirmation;
        Self::Confirmed { transcript, person, signature }
    }

    /// When it was written, as its book counts.
    #[cfg(feature = "backup")]
    pub(super) fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::Met { stamp, .. } => *stamp,
            Self::Set { stamp, .. } => Some(*stamp),
            Self::Noted { version, .. } => Some(version.stamp),
            Self::Linked { stamp, .. } => Some(*stamp),
            _ => None,
        }
    }

    /// Where an encounter stands among others, in whatever book.
    #[cfg(feature = "backup")]
    pub(super) fn place(&self) -> Option<Place> {
        match self {
            Self::Met { receipt, stamp, .. } => stamp.map(|stamp| (stamp, receipt.transcript())),
            _ => None,
        }
    }

    /// The kind of encounters.
    pub(super) const MET: u8 = 1;
    /// The kind of confirmations.
    pub(super) const CONFIRMED: u8 = 2;
    /// The kind of how far a book had counted.
    pub(super) const COUNTED: u8 = 9;

    /// Kinds are never used again for something else.
    pub(super) const fn kind(&self) -> u8 {
        match self {
            Self::Met { .. } => Self::MET,
            Self::Confirmed { .. } => Self::CONFIRMED,
            Self::Set { .. } => 3,
            Self::Noted { .. } => 4,
            Self::Forgotten(_) => 5,
            Self::Restored(_) => 6,
            Self::Counted(_) => Self::COUNTED,
            Self::Linked { .. } => 7,
            Self::Updated(_) => 8,
        }
    }

    /// What it can be looked up by.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        let subjects = match self {
            Self::Met { receipt, .. } => vec![
                about(&receipt.peer.opening.person),
                of(&receipt.transcript()),
                Listed::Encounters.subject(),
            ],
            Self::Confirmed { person, .. } => vec![about(person)],
            Self::Set { target, writes, .. } => {
                let has = |is: fn(&Write) -> bool, list: Listed| {
                    writes.iter().any(is).then(|| list.subject()).flatten()
                };
                let blocked = has(|write| matches!(write, Write::Blocked(_)), Listed::Blocked);
                let same = has(|write| matches!(write, Write::SameAs(_)), Listed::Same);
                vec![target.subject(), target.list(), blocked, same]
            }
            Self::Noted { target, .. } => vec![target.subject(), target.list()],
            Self::Forgotten(_) => vec![Listed::Forgotten.subject()],
            Self::Restored(_) => vec![Listed::Restored.subject()],
            Self::Counted(_) => vec![Listed::Counted.subject()],
            Self::Linked { link, .. } => {
                vec![about(&link.old_key()), about(&link.new_key()), Listed::Same.subject()]
            }
            Self::Updated(update) => vec![about(&update.person())],
        };
        subjects.into_iter().flatten().collect()
    }

    pub(super) fn payload(&self) -> Vec<u8> {
        cbor::write(|w| {
            match self {
                Self::Met { receipt, confirm_message, continues, stamp } => {
                    w.array(3 + u64::from(stamp.is_some()))?.bytes(&receipt.to_bytes())?;
                    w.bytes(confirm_message)?.bytes(
                        continues.as_ref().map(|th| th.as_bytes().as_slice()).unwrap_or_default(),
                    )?;
                    stamp.iter().try_for_each(|stamp| stamp.encode(w))?;
                    w
                }
                Self::Confirmed { transcript, person, signature } => w
                    .array(3)?
                    .bytes(transcript.as_bytes())?
                    .bytes(person.as_bytes())?
                    .bytes(signature)?,
                Self::Set { target, stamp, writes } => {
                    w.array(3)?.bytes(target.bytes())?;
                    stamp.encode(w)?;
                    w.array(writes.len() as u64)?;
                    writes.iter().try_for_each(|write| write.encode(w))?;
                    w
                }
                Self::Noted { target, note, version } => {
                    w.array(5)?.bytes(target.bytes())?;
                    note.0.encode(w)?;
                    version.stamp.encode(w)?;
                    w.array(version.seen.len() as u64)?;
                    version.seen.iter().try_for_each(|stamp| stamp.encode(w))?;
                    w.str(&version.text)?
                }
                Self::Forgotten(stone) => return stone.encode(w),
                Self::Restored(Restored { store, made_at, clock }) => {
                    w.array(3)?.bytes(store)?.u32(made_at.seconds())?.u64(*clock)?
                }
                Self::Counted(clock) => w.array(1)?.u64(*clock)?,
                Self::Linked { stamp, link } => {
                    w.array(2)?;
                    stamp.encode(w)?;
                    return link.write(w);
                }
                Self::Updated(update) => return update.write(w),
            };
            Ok(())
        })
    }

    /// What an entry says; `None` if this version doesn't know its kind, or can't read it.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        Self::read(entry.kind, &entry.payload)?.ok()
    }

    /// Reads a payload; `None` for a kind of a later version. The entry was sealed by this book,
    /// so signatures in it are not verified again.
    pub(super) fn read(kind: u8, payload: &[u8]) -> Option<Result<Self, NotCanonical>> {
        let read: fn(&mut Decoder<'_>) -> Result<Self, NotCanonical> = match kind {
            1 => |d| {
                let items = d.array()?;
                let receipt = Receipt::from_sealed(d.bytes()?).map_err(|_| NotCanonical)?;
                let receipt = Box::new(receipt);
                let confirm_message = d.bytes()?.to_vec();
                let continues = match d.bytes()? {
                    [] => None,
                    th => Some(Transcript::from_bytes(th.try_into().map_err(|_| NotCanonical)?)),
                };
                let stamp = match items {
                    Some(3) => None,
                    Some(4) => Some(Stamp::decode(d)?),
                    _ => return Err(NotCanonical),
                };
                Ok(Self::Met { receipt, confirm_message, continues, stamp })
            },
            2 => |d| {
                cbor::array(d, 3)?;
                let transcript = Transcript::from_bytes(cbor::fixed(d)?);
                Ok(Self::Confirmed { transcript, person: person(d)?, signature: cbor::fixed(d)? })
            },
            3 => |d| {
                cbor::array(d, 3)?;
                let (target, stamp) = (Target::decode(d)?, Stamp::decode(d)?);
                Ok(Self::Set { target, stamp, writes: several(d, Write::decode)? })
            },
            4 => |d| {
                cbor::array(d, 5)?;
                let (target, note) = (Target::decode(d)?, NoteId(Stamp::decode(d)?));
                let (stamp, seen) = (Stamp::decode(d)?, several(d, Stamp::decode)?);
                let text = d.str()?.to_owned();
                Ok(Self::Noted { target, note, version: Version { stamp, seen, text } })
            },
            5 => |d| Tombstone::decode(d).map(Self::Forgotten),
            6 => |d| {
                cbor::array(d, 3)?;
                let (store, made_at) = (cbor::fixed(d)?, UnixTime::received(d.u32()?));
                let made_at = made_at.ok_or(NotCanonical)?;
                Ok(Self::Restored(Restored { store, made_at, clock: d.u64()? }))
            },
            9 => |d| {
                cbor::array(d, 1)?;
                Ok(Self::Counted(d.u64()?))
            },
            7 => |d| {
                cbor::array(d, 2)?;
                Ok(Self::Linked { stamp: Stamp::decode(d)?, link: IdentityLink::read(d)? })
            },
            8 => |d| BadgeUpdate::read(d).map(Self::Updated).map_err(|_| NotCanonical),
            _ => return None,
        };
        Some(cbor::exactly(payload, read, Self::payload))
    }
}

fn several<T>(
    d: &mut Decoder<'_>,
    read: fn(&mut Decoder<'_>) -> Result<T, NotCanonical>,
) -> Result<Vec<T>, NotCanonical> {
    let count = d.array()?.ok_or(NotCanonical)?;
    (0..count).map(|_| read(d)).collect()
}

fn person(d: &mut Decoder<'_>) -> Result<PersonId, NotCanonical> {
    Ok(PersonId::unchecked(cbor::fixed(d)?))
}

impl Entry {
    /// An entry that is to be written, without a place yet.
    pub(super) fn saying(happening: &Happening) -> Self {
        let (subjects, payload) = (happening.subjects(), happening.payload());
        Self { seq: 0, kind: happening.kind(), subjects, payload }
    }
}

/// Everything about one person.
pub(super) fn about(person: &PersonId) -> Option<Subject> {
    Subject::new([b"p".as_slice(), person.as_bytes()].concat())
}

/// Whom an entry with this subject is about, if it is a person.
pub(super) fn person_of(subject: &Subject) -> Option<PersonId> {
    let person = subject.as_bytes().strip_prefix(b"p")?.try_into().ok()?;
    Some(PersonId::unchecked(person))
}

/// The encounter of one exchange.
pub(super) fn of(transcript: &Transcript) -> Option<Subject> {
    Subject::new([b"t".as_slice(), transcript.as_bytes()].concat())
}

/// A list that the book keeps.
#[derive(Clone, Copy)]
pub(super) enum Listed {
    /// All encounters.
    Encounters,
    /// People who are blocked, or were.
    Blocked,
    /// The owner's badges, and which is shown.
    Badges,
    /// What handshakes led to.
    Outcomes,
    /// Contacts that are the same person as another, or were said to be.
    Same,
    /// What stays of the forgotten.
    Forgotten,
    /// Backups that the book was made out of.
    Restored,
    /// How far the book had counted when it was written anew.
    Counted,
}

impl Listed {
    pub(super) fn subject(self) -> Option<Subject> {
        let name: &[u8] = match self {
            Self::Encounters => b"encounters",
            Self::Blocked => b"blocked",
            Self::Badges => b"badges",
            Self::Outcomes => b"outcomes",
            Self::Same => b"same",
            Self::Forgotten => b"forgotten",
            Self::Restored => b"restored",
            Self::Counted => b"counted",
        };
        Subject::new(name)
    }
}
