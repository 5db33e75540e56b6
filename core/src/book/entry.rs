//! What the book writes into its ledger: kinds of entries, their payloads, and what each can be
//! looked up by. An entry of a kind that this version doesn't know is kept and passed over.

use minicbor::Decoder;

use crate::badge::Badge;
use crate::cbor::{self, NotCanonical};
use crate::encounter::{Confirmation, Encounter};
use crate::identity::PersonId;
use crate::ledger::Subject;
use crate::receipt::Receipt;
use crate::transcript::Transcript;

/// One thing that happened to the book.
pub(super) enum Happening {
    /// Someone was met and accepted.
    Met { receipt: Box<Receipt>, confirm_message: Vec<u8>, continues: Option<Transcript> },
    /// They confirmed one of the encounters.
    Confirmed { transcript: Transcript, person: PersonId, signature: [u8; 64] },
    /// They were blocked, or no longer.
    Blocked { person: PersonId, blocked: bool },
    /// One of the owner's badges was set, or taken away.
    Badge { label: String, badge: Option<Badge> },
    /// The owner chose the badge to show.
    Shown { label: String },
    /// The owner wrote something down about someone.
    Noted { person: PersonId, note: String },
    /// The owner put a tag on someone, or took it off.
    Tagged { person: PersonId, tag: String, on: bool },
}

impl Happening {
    pub(super) fn met(encounter: &Encounter) -> Self {
        Self::Met {
            receipt: Box::new(encounter.receipt.clone()),
            confirm_message: encounter.confirm_message.clone(),
            continues: encounter.continues,
        }
    }

    pub(super) fn confirmed(confirmation: &Confirmation) -> Self {
        let Confirmation { transcript, person, signature } = *confirmation;
        Self::Confirmed { transcript, person, signature }
    }

    /// Kinds are never used again for something else.
    pub(super) const fn kind(&self) -> u8 {
        match self {
            Self::Met { .. } => 1,
            Self::Confirmed { .. } => 2,
            Self::Blocked { .. } => 3,
            Self::Badge { .. } => 4,
            Self::Shown { .. } => 5,
            Self::Noted { .. } => 6,
            Self::Tagged { .. } => 7,
        }
    }

    /// What it can be looked up by.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        let subjects = match self {
            Self::Met { receipt, .. } => [
                Some(about(&receipt.peer.opening.person)),
                Some(of(&receipt.transcript())),
                Some(Listed::Encounters.subject()),
            ],
            Self::Confirmed { person, .. }
            | Self::Noted { person, .. }
            | Self::Tagged { person, .. } => [Some(about(person)), None, None],
            Self::Blocked { person, .. } => {
                [Some(about(person)), Some(Listed::Blocked.subject()), None]
            }
            Self::Badge { .. } | Self::Shown { .. } => [Some(Listed::Badges.subject()), None, None],
        };
        subjects.into_iter().flatten().flatten().collect()
    }

    pub(super) fn payload(&self) -> Vec<u8> {
        cbor::write(|w| {
            match self {
                Self::Met { receipt, confirm_message, continues } => {
                    w.array(3)?.bytes(&receipt.to_bytes())?.bytes(confirm_message)?.bytes(
                        continues.as_ref().map(|th| th.as_bytes().as_slice()).unwrap_or_default(),
                    )?
                }
                Self::Confirmed { transcript, person, signature } => w
                    .array(3)?
                    .bytes(transcript.as_bytes())?
                    .bytes(person.as_bytes())?
                    .bytes(signature)?,
                Self::Blocked { person, blocked } => {
                    w.array(2)?.bytes(person.as_bytes())?.bool(*blocked)?
                }
                Self::Badge { label, badge } => {
                    let bytes = badge.as_ref().map(Badge::as_bytes).unwrap_or_default();
                    w.array(2)?.str(label)?.bytes(bytes)?
                }
                Self::Shown { label } => w.array(1)?.str(label)?,
                Self::Noted { person, note } => w.array(2)?.bytes(person.as_bytes())?.str(note)?,
                Self::Tagged { person, tag, on } => {
                    w.array(3)?.bytes(person.as_bytes())?.str(tag)?.bool(*on)?
                }
            };
            Ok(())
        })
    }

    /// Reads a payload; `None` for a kind of a later version. The entry was sealed by this book,
    /// so signatures in it are not verified again.
    pub(super) fn read(kind: u8, payload: &[u8]) -> Option<Result<Self, NotCanonical>> {
        let read: fn(&mut Decoder<'_>) -> Result<Self, NotCanonical> = match kind {
            1 => |d| {
                cbor::array(d, 3)?;
                let receipt = Receipt::from_sealed(d.bytes()?).map_err(|_| NotCanonical)?;
                let receipt = Box::new(receipt);
                let confirm_message = d.bytes()?.to_vec();
                let continues = match d.bytes()? {
                    [] => None,
                    th => Some(Transcript::from_bytes(th.try_into().map_err(|_| NotCanonical)?)),
                };
                Ok(Self::Met { receipt, confirm_message, continues })
            },
            2 => |d| {
                cbor::array(d, 3)?;
                let transcript = Transcript::from_bytes(cbor::fixed(d)?);
                Ok(Self::Confirmed { transcript, person: person(d)?, signature: cbor::fixed(d)? })
            },
            3 => |d| {
                cbor::array(d, 2)?;
                Ok(Self::Blocked { person: person(d)?, blocked: d.bool()? })
            },
            4 => |d| {
                cbor::array(d, 2)?;
                let label = d.str()?.to_owned();
                let badge = match d.bytes()? {
                    [] => None,
                    bytes => Some(Badge::from_bytes(bytes).map_err(|_| NotCanonical)?),
                };
                Ok(Self::Badge { label, badge })
            },
            5 => |d| {
                cbor::array(d, 1)?;
                Ok(Self::Shown { label: d.str()?.to_owned() })
            },
            6 => |d| {
                cbor::array(d, 2)?;
                Ok(Self::Noted { person: person(d)?, note: d.str()?.to_owned() })
            },
            7 => |d| {
                cbor::array(d, 3)?;
                let (person, tag) = (person(d)?, d.str()?.to_owned());
                Ok(Self::Tagged { person, tag, on: d.bool()? })
            },
            _ => return None,
        };
        Some(cbor::exactly(payload, read, Self::payload))
    }
}

fn person(d: &mut Decoder<'_>) -> Result<PersonId, NotCanonical> {
    Ok(PersonId::unchecked(cbor::fixed(d)?))
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
    /// Blocked and unblocked people.
    Blocked,
    /// The owner's badges, and which is shown.
    Badges,
}

impl Listed {
    pub(super) fn subject(self) -> Option<Subject> {
        let name: &[u8] = match self {
            Self::Encounters => b"encounters",
            Self::Blocked => b"blocked",
            Self::Badges => b"badges",
        };
        Subject::new(name)
    }
}
