//! What can be written to a slot, byte for byte; see `STORAGE.md`.

use minicbor::Decoder;

use super::amount::Amount;
use super::annotation::{FollowUp, Introduction, Rating};
use super::outcome::{Link, OutcomeId};
use crate::badge::Badge;
use crate::cbor::{self, NotCanonical, Writer, Written};
use crate::date::Date;
use crate::identity::PersonId;
use crate::transcript::Transcript;

/// A value for a slot. What takes something away is a write like any other, and stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Write {
    /// A person is blocked.
    Blocked(bool),
    /// A person has this tag.
    Tag(String, bool),
    /// The owner's badge with this label, and the clock at which there came to be one.
    Badge(String, Option<Box<Badge>>, u64),
    /// The label of the badge on show.
    Shown(String),
    /// How much the owner thinks of a person.
    Rating(Option<Rating>),
    /// When the owner means to get in touch with a person.
    FollowUp(Option<FollowUp>),
    /// Where a person was met, in the owner's words; empty for nowhere.
    Place(String),
    /// Who introduced a person.
    Introduced(Option<Introduction>),
    /// Another contact who is the same person.
    SameAs(Option<PersonId>),
    /// What an outcome is.
    Kind(String),
    /// What an outcome is called.
    Title(String),
    /// When it happened.
    Happened(Date),
    /// What it was worth.
    Amount(Option<Amount>),
    /// What led to an outcome.
    Link(Link, bool),
    /// The outcome was taken away.
    Removed(bool),
    /// The encoding of what a later version writes.
    Unknown(Vec<u8>),
}

/// What a write is to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    Blocked,
    Tag(String),
    Badge(String),
    Shown,
    Rating,
    FollowUp,
    Place,
    Introduced,
    SameAs,
    Kind,
    Title,
    Happened,
    Amount,
    Link(Link),
    Removed,
    Unknown(Vec<u8>),
}

impl Write {
    pub(super) fn slot(&self) -> Slot {
        match self {
            Self::Blocked(_) => Slot::Blocked,
            Self::Tag(tag, _) => Slot::Tag(tag.clone()),
            Self::Badge(label, ..) => Slot::Badge(label.clone()),
            Self::Shown(_) => Slot::Shown,
            Self::Rating(_) => Slot::Rating,
            Self::FollowUp(_) => Slot::FollowUp,
            Self::Place(_) => Slot::Place,
            Self::Introduced(_) => Slot::Introduced,
            Self::SameAs(_) => Slot::SameAs,
            Self::Kind(_) => Slot::Kind,
            Self::Title(_) => Slot::Title,
            Self::Happened(_) => Slot::Happened,
            Self::Amount(_) => Slot::Amount,
            Self::Link(link, _) => Slot::Link(*link),
            Self::Removed(_) => Slot::Removed,
            Self::Unknown(bytes) => Slot::Unknown(bytes.clone()),
        }
    }

    /// An array that begins with a number. Numbers are never used again for something else.
    pub(super) fn encode(&self, w: &mut Writer<'_>) -> Written {
        match self {
            Self::Blocked(blocked) => w.array(2)?.u8(0)?.bool(*blocked)?,
            Self::Tag(tag, on) => w.array(3)?.u8(1)?.str(tag)?.bool(*on)?,
            Self::Badge(label, badge, since) => {
                let bytes = badge.as_ref().map(|badge| badge.as_bytes()).unwrap_or_default();
                w.array(4)?.u8(2)?.str(label)?.bytes(bytes)?.u64(*since)?
            }
            Self::Shown(label) => w.array(2)?.u8(3)?.str(label)?,
            Self::Rating(rating) => w.array(2)?.u8(4)?.u8(rating.map_or(0, Rating::points))?,
            Self::FollowUp(None) => w.array(2)?.u8(5)?.null()?,
            Self::FollowUp(Some(FollowUp { on, done })) => {
                w.array(3)?.u8(5)?.i32(on.days())?.bool(*done)?
            }
            Self::Place(place) => w.array(2)?.u8(6)?.str(place)?,
            Self::Introduced(None) => w.array(2)?.u8(7)?.null()?,
            Self::Introduced(Some(introduction)) => {
                w.array(3)?.u8(7)?;
                return introduction.encode(w);
            }
            Self::SameAs(other) => w.array(2)?.u8(8)?.bytes(bytes_of(other))?,
            Self::Kind(kind) => w.array(2)?.u8(9)?.str(kind)?,
            Self::Title(title) => w.array(2)?.u8(10)?.str(title)?,
            Self::Happened(date) => w.array(2)?.u8(11)?.i32(date.days())?,
            Self::Amount(None) => w.array(2)?.u8(12)?.null()?,
            Self::Amount(Some(amount)) => {
                w.array(3)?.u8(12)?.i64(amount.hundredths())?.str(amount.currency())?
            }
            Self::Link(link, on) => {
                w.array(if matches!(link, Link::Forgotten(_)) { 5 } else { 4 })?.u8(13)?;
                match link {
                    Link::Contact(person) => w.u8(0)?.bytes(person.as_bytes())?,
                    Link::Encounter(transcript) => w.u8(1)?.bytes(transcript.as_bytes())?,
                    Link::Outcome(outcome) => w.u8(2)?.bytes(outcome.as_bytes())?,
                    Link::Forgotten(introduction) => {
                        w.u8(3)?;
                        introduction.encode(w)?;
                        w
                    }
                }
                .bool(*on)?
            }
            Self::Removed(removed) => w.array(2)?.u8(14)?.bool(*removed)?,
            Self::Unknown(bytes) => {
                w.writer_mut().extend_from_slice(bytes);
                w
            }
        };
        Ok(())
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        let start = d.position();
        let items = d.array()?.ok_or(NotCanonical)?;
        Ok(match (items, d.u64()?) {
            (2, 0) => Self::Blocked(d.bool()?),
            (3, 1) => Self::Tag(d.str()?.to_owned(), d.bool()?),
            (4, 2) => {
                let label = d.str()?.to_owned();
                let badge = match d.bytes()? {
                    [] => None,
                    bytes => Some(Badge::from_bytes(bytes).map_err(|_| NotCanonical)?.into()),
                };
                Self::Badge(label, badge, d.u64()?)
            }
            (2, 3) => Self::Shown(d.str()?.to_owned()),
            (2, 4) => Self::Rating(match d.u8()? {
                0 => None,
                points => Some(Rating::new(points).map_err(|_| NotCanonical)?),
            }),
            (2, 5) => Self::FollowUp(d.null().map(|()| None)?),
            (3, 5) => Self::FollowUp(Some(FollowUp { on: date(d)?, done: d.bool()? })),
            (2, 6) => Self::Place(d.str()?.to_owned()),
            (2, 7) => Self::Introduced(d.null().map(|()| None)?),
            (3, 7) => Self::Introduced(Some(Introduction::decode(d)?)),
            (2, 8) => Self::SameAs(person(d)?),
            (2, 9) => Self::Kind(d.str()?.to_owned()),
            (2, 10) => Self::Title(d.str()?.to_owned()),
            (2, 11) => Self::Happened(date(d)?),
            (2, 12) => Self::Amount(d.null().map(|()| None)?),
            (3, 12) => {
                let (hundredths, currency) = (d.i64()?, d.str()?);
                Self::Amount(Some(Amount::new(hundredths, currency).map_err(|_| NotCanonical)?))
            }
            (4 | 5, 13) => {
                let link = match (items, d.u8()?) {
                    (4, 0) => Link::Contact(PersonId::unchecked(cbor::fixed(d)?)),
                    (4, 1) => Link::Encounter(Transcript::from_bytes(cbor::fixed(d)?)),
                    (4, 2) => Link::Outcome(OutcomeId::from_bytes(cbor::fixed(d)?)),
                    (5, 3) => Link::Forgotten(Introduction::decode(d)?),
                    _ => return Err(NotCanonical),
                };
                Self::Link(link, d.bool()?)
            }
            (2, 14) => Self::Removed(d.bool()?),
            (_, 0..=14) => return Err(NotCanonical),
            _ => {
                d.set_position(start);
                d.skip()?;
                let bytes = d.input().get(start..d.position()).ok_or(NotCanonical)?;
                Self::Unknown(bytes.to_vec())
            }
        })
    }
}

impl Introduction {
    /// Two items.
    pub(super) fn encode(&self, w: &mut Writer<'_>) -> Written {
        w.u32(self.forgotten)?.bytes(bytes_of(&self.by))?;
        Ok(())
    }

    pub(super) fn decode(d: &mut Decoder<'_>) -> Result<Self, NotCanonical> {
        Ok(Self { forgotten: d.u32()?, by: person(d)? })
    }
}

fn bytes_of(person: &Option<PersonId>) -> &[u8] {
    person.as_ref().map(|person| person.as_bytes().as_slice()).unwrap_or_default()
}

/// A person, or nobody.
fn person(d: &mut Decoder<'_>) -> Result<Option<PersonId>, NotCanonical> {
    Ok(match d.bytes()? {
        [] => None,
        bytes => Some(PersonId::unchecked(bytes.try_into().map_err(|_| NotCanonical)?)),
    })
}

fn date(d: &mut Decoder<'_>) -> Result<Date, NotCanonical> {
    Date::from_days(d.i32()?).ok_or(NotCanonical)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::badge::BadgeFields;

    fn one_of_each() -> Vec<Write> {
        let person = PersonId::unchecked([7; 32]);
        let introduction = Introduction { forgotten: 1, by: Some(person) };
        let alone = Introduction { forgotten: 300, by: None };
        let badge = Badge::new(BadgeFields::named("Ada")).unwrap();
        let on = "2026-11-26".parse().unwrap();
        let links = [
            Link::Contact(person),
            Link::Encounter(Transcript::from_bytes([8; 32])),
            Link::Outcome(OutcomeId::from_bytes([9; 16])),
            Link::Forgotten(introduction),
            Link::Forgotten(alone),
        ];
        let mut all = vec![
            Write::Blocked(true),
            Write::Tag("see again".into(), false),
            Write::Badge("work".into(), Some(badge.into()), 70),
            Write::Badge("work".into(), None, 0),
            Write::Shown("work".into()),
            Write::Rating(None),
            Write::Rating(Some(Rating::new(5).unwrap())),
            Write::FollowUp(None),
            Write::FollowUp(Some(FollowUp { on, done: true })),
            Write::Place(String::new()),
            Write::Introduced(None),
            Write::Introduced(Some(introduction)),
            Write::Introduced(Some(alone)),
            Write::SameAs(None),
            Write::SameAs(Some(person)),
            Write::Kind("job".into()),
            Write::Title("A job".into()),
            Write::Happened("1969-02-28".parse().unwrap()),
            Write::Amount(None),
            Write::Amount(Some("-12.50 EUR".parse().unwrap())),
            Write::Removed(true),
            Write::Unknown(vec![0x82, 0x18, 0x63, 0x81, 0x01]),
        ];
        all.extend(links.map(|link| Write::Link(link, true)));
        all
    }

    #[test]
    fn every_write_reads_back_and_nothing_shorter_does() {
        for write in one_of_each() {
            let bytes = cbor::write(|w| write.encode(w));
            let read = cbor::exactly(&bytes, Write::decode, |w| cbor::write(|out| w.encode(out)));
            assert_eq!(read, Ok(write));
            for end in 0..bytes.len() {
                assert!(Write::decode(&mut Decoder::new(&bytes[..end])).is_err());
            }
        }
    }

    #[test]
    fn what_no_version_writes_is_refused() {
        for bytes in [
            &[0x82, 0x04, 0x06][..],               // six points
            &[0x83, 0x00, 0xF5, 0xF5],             // an item too many
            &[0x82, 0x08, 0x41, 0x07],             // a person of one byte
            &[0x82, 0x0B, 0x1A, 0, 1, 0xFF, 0],    // in the year 2328
            &[0x84, 0x0D, 0x04, 0x40, 0xF5],       // a link to nothing known
            &[0x83, 0x0C, 0x01, 0x62, b'E', b'U'], // no currency
            &[0x9F, 0x00, 0xF5, 0xFF],             // without a length
        ] {
            assert!(Write::decode(&mut Decoder::new(bytes)).is_err(), "{bytes:x?}");
        }
    }
}
