//! What a list shows of a person, and finds them by.

use icu_collator::CollatorBorrowed;
use icu_collator::options::{CollatorOptions, Strength};
use minicbor::Decoder;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::annotation::{FollowUp, Introduction, Rating};
use super::register::Stamp;
use super::write::Write;
use super::{Contact, Meeting, Note};
use crate::badge::{Badge, Field};
use crate::cbor::{self, NotCanonical};
use crate::event::Event;
use crate::identity::PersonId;
use crate::receipt::State;
use crate::statement::BadgeUpdate;
use crate::time::UnixTime;

/// A contact as one line of a list. Everything else is in the [`Contact`], which
/// [`Book::contact`](super::Book::contact) has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Who they are.
    pub person: PersonId,
    /// The name on the badge they showed last, or signed since.
    pub name: String,
    /// The title on it.
    pub title: Option<String>,
    /// The organisation on it.
    pub organisation: Option<String>,
    /// When they were met last, by the owner's clock.
    pub met_at: UnixTime,
    /// How often they were met.
    pub encounters: u32,
    /// The furthest that they went in any encounter.
    pub state: State,
    /// Whether the owner blocked them.
    pub is_blocked: bool,
    /// Where they were met, as the owner claimed, each event once, the latest last.
    pub events: Vec<Event>,
    /// The owner's tags on them, in the order they were put on.
    pub tags: Vec<String>,
    /// When they were met for the first time, by the owner's clock.
    pub first_met_at: UnixTime,
    /// Where that was, as the owner claimed.
    pub first_event: Event,
    /// How much the owner thinks of them.
    pub rating: Option<Rating>,
    /// When the owner means to get in touch with them, or did.
    pub follow_up: Option<FollowUp>,
    /// Who introduced them, and when that was written.
    pub(super) introduced: Option<(Introduction, Stamp)>,
    /// What the name is sorted by: a key of the root collation (Unicode TR10, CLDR).
    pub(super) key: Vec<u8>,
    /// Sequence of the latest encounter's entry: what lists are ordered by.
    pub(super) latest: u64,
    /// Every word they can be found by, folded, once, each behind a newline.
    words: String,
}

impl Summary {
    pub(super) fn of(contact: &Contact) -> Self {
        let fields = contact.badge().fields();
        let (mut events, mut met_at) = (Vec::new(), UnixTime::MIN);
        for meeting in contact.meetings() {
            met_at = meeting.met_at();
            if !meeting.event().is_none() {
                events.retain(|event| event != meeting.event());
                events.push(meeting.event().clone());
            }
        }
        Self {
            person: contact.person(),
            name: contact.name().to_owned(),
            title: fields.title.clone(),
            organisation: fields.organisation.clone(),
            met_at,
            encounters: u32::try_from(contact.meetings().len()).unwrap_or(u32::MAX),
            state: contact.state(),
            is_blocked: contact.is_blocked(),
            events,
            tags: contact.tags().to_vec(),
            first_met_at: contact.meetings().first().map_or(met_at, Meeting::met_at),
            first_event: contact.meetings().first().map(|m| m.event().clone()).unwrap_or_default(),
            rating: contact.rating(),
            follow_up: contact.follow_up(),
            introduced: contact.introduced(),
            key: sort_key(contact.name()),
            latest: contact.latest(),
            words: words_of(contact),
        }
    }

    /// Whether each of these begins one of the words that the contact can be found by.
    pub(super) fn has(&self, wanted: &[String]) -> bool {
        wanted.iter().all(|word| self.words.contains(word.as_str()))
    }

    /// The line of the roster. Another form of it takes another magic there.
    pub(super) fn encode(&self) -> Vec<u8> {
        let events: Vec<&str> = self.events.iter().map(Event::as_str).collect();
        cbor::write(|w| {
            w.array(18)?.bytes(self.person.as_bytes())?.str(&self.name)?;
            w.encode(&self.title)?.encode(&self.organisation)?;
            w.u32(self.met_at.seconds())?.u32(self.encounters)?;
            w.bool(self.state == State::Confirmed)?.bool(self.is_blocked)?;
            w.encode(&events)?.encode(&self.tags)?.u64(self.latest)?.str(&self.words)?;
            w.u32(self.first_met_at.seconds())?.str(self.first_event.as_str())?.bytes(&self.key)?;
            Write::Rating(self.rating).encode(w)?;
            Write::FollowUp(self.follow_up).encode(w)?;
            let by = self.introduced;
            Write::Introduced(by.map(|(by, _)| by)).encode(w)?;
            by.map_or(Ok(()), |(_, stamp)| stamp.encode(w))
        })
    }

    /// Reads a line that this book wrote and sealed.
    pub(super) fn decode(line: &[u8]) -> Result<Self, NotCanonical> {
        let d = &mut Decoder::new(line);
        cbor::array(d, 18)?;
        let mut line = Self {
            person: PersonId::unchecked(cbor::fixed(d)?),
            name: d.decode()?,
            title: d.decode()?,
            organisation: d.decode()?,
            met_at: UnixTime::received(d.u32()?).ok_or(NotCanonical)?,
            encounters: d.u32()?,
            state: if d.bool()? { State::Confirmed } else { State::Offered },
            is_blocked: d.bool()?,
            events: d
                .array_iter::<&str>()?
                .map(|event| Event::received(event?).map_err(|_| NotCanonical))
                .collect::<Result<_, _>>()?,
            tags: d.decode()?,
            latest: d.u64()?,
            words: d.decode()?,
            first_met_at: UnixTime::received(d.u32()?).ok_or(NotCanonical)?,
            first_event: Event::received(d.str()?).map_err(|_| NotCanonical)?,
            key: d.bytes()?.to_vec(),
            rating: None,
            follow_up: None,
            introduced: None,
        };
        let mut by = None;
        for _ in 0..3 {
            match Write::decode(d)? {
                Write::Rating(rating) => line.rating = rating,
                Write::FollowUp(follow_up) => line.follow_up = follow_up,
                Write::Introduced(introduction) => by = introduction,
                _ => return Err(NotCanonical),
            }
        }
        line.introduced = by.map(|by| Stamp::decode(d).map(|stamp| (by, stamp))).transpose()?;
        Ok(line)
    }

    /// Who introduced them.
    pub fn introduction(&self) -> Option<Introduction> {
        self.introduced.map(|(introduction, _)| introduction)
    }
}

/// What a name is sorted by.
pub(super) fn sort_key(name: &str) -> Vec<u8> {
    const ROOT: CollatorBorrowed<'static> = CollatorBorrowed::new_root(options());
    let mut key = Vec::new();
    let Ok(()) = ROOT.write_sort_key_to(name, &mut key);
    key
}

/// Case and accents decide only between names that are alike without them.
const fn options() -> CollatorOptions {
    let mut options = CollatorOptions::default();
    options.strength = Some(Strength::Tertiary);
    options
}

/// The words of a text as [`Summary::has`] wants them.
pub(super) fn wanted(text: &str) -> Vec<String> {
    folded(text).map(|word| format!("\n{word}")).collect()
}

fn words_of(contact: &Contact) -> String {
    let shown = contact.meetings().iter().filter_map(|meeting| meeting.badge());
    let badges = shown.chain(contact.updates().iter().map(BadgeUpdate::badge)).map(Badge::fields);
    let shown = badges.flat_map(|fields| Field::ALL.into_iter().flat_map(|f| fields.values(f)));
    let events = contact.meetings().iter().map(|meeting| meeting.event().as_str());
    let written = contact.notes().iter().flat_map(Note::texts).chain(contact.tags());
    let all = shown.chain(written).map(String::as_str).chain(events);
    let mut words: Vec<String> = all.flat_map(folded).collect();
    words.sort_unstable();
    words.dedup();
    words.iter().flat_map(|word| ["\n", word]).collect()
}

/// The words of a text, folded: compatibility decomposition without combining marks, lower case.
fn folded(text: &str) -> impl Iterator<Item = String> {
    let folded: String =
        text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let split: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    split.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(clock: u64) -> Stamp {
        Stamp { clock, replica: [1; 8] }
    }

    fn someone() -> Summary {
        Summary {
            person: PersonId::unchecked([7; 32]),
            name: "Ada".into(),
            title: None,
            organisation: Some("Engines".into()),
            met_at: UnixTime::clamped(1_800_000_000),
            encounters: 2,
            state: State::Confirmed,
            is_blocked: true,
            events: vec![Event::new("rustconf").unwrap(), Event::new("日本").unwrap()],
            tags: vec!["cobol".into(), "see again".into()],
            latest: 1 << 40,
            words: "\nada\nengines".into(),
            first_met_at: UnixTime::clamped(1_700_000_000),
            first_event: Event::new("rustconf").unwrap(),
            rating: Some(Rating::new(4).unwrap()),
            follow_up: Some(FollowUp { on: "2026-11-26".parse().unwrap(), done: false }),
            introduced: Some((Introduction { forgotten: 1, by: None }, stamp(3))),
            key: sort_key("Ada"),
        }
    }

    #[test]
    fn words_are_folded() {
        let of = |text| folded(text).collect::<Vec<_>>();
        assert_eq!(of("José  ŁÓDŹ-Straße"), ["jose", "łodz", "straße"]);
        assert_eq!(of("ﬁne Ａｄａ 山田"), ["fine", "ada", "山田"]);
        assert!(of(" -- ").is_empty());
    }

    #[test]
    fn names_are_sorted_as_people_expect() {
        let mut names =
            ["zoë", "Åsa", "Zoe", "éa", "Ea", "asa", "山田", "Eb", "ÅSB", "Émile", "emil"];
        names.sort_by_key(|name| sort_key(name));
        let expected =
            ["asa", "Åsa", "ÅSB", "Ea", "éa", "Eb", "emil", "Émile", "Zoe", "zoë", "山田"];
        assert_eq!(names, expected);
    }

    #[test]
    fn every_word_has_to_begin_one() {
        let someone = someone();
        for (text, has) in [("", true), ("Eng AD", true), ("ngines", false), ("ada x", false)] {
            assert_eq!(someone.has(&wanted(text)), has, "{text}");
        }
    }

    #[test]
    fn a_line_reads_back() {
        let bare = Summary { organisation: None, events: vec![], tags: vec![], ..someone() };
        let bare = Summary { introduced: None, follow_up: None, ..bare };
        for summary in [someone(), bare] {
            let line = summary.encode();
            assert_eq!(Summary::decode(&line), Ok(summary));
            for end in 0..line.len() {
                assert!(Summary::decode(&line[..end]).is_err());
            }
        }
    }
}
