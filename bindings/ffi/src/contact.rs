//! People in the book, what the owner wrote about them, and lists.

use std::sync::Arc;

use lapel::book::{self as core, Cursor as Place, Order as ListOrder};
use lapel::receipt::{Comparison, State as MeetingState};
use lapel::statement;
use lapel::time::UnixTime;

use crate::badge::Badge;
use crate::error::LapelError;

/// What the book knows of a person, before anyone is accepted.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Standing {
    /// Never met.
    New,
    /// Met before.
    Met {
        /// How often.
        encounters: u32,
        /// The furthest that they went.
        state: MeetingState,
    },
    /// Blocked by the owner, met or not. Nothing on the screen may tell the peer.
    Blocked,
}

/// A person met at least once, with everything that happened.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Contact {
    /// Who they are: 64 hexadecimal digits.
    pub person: String,
    /// The same, short, to read out.
    pub fingerprint: String,
    /// The badge they showed last, or signed since.
    pub badge: Badge,
    /// The furthest that they went in any encounter.
    pub state: MeetingState,
    /// Every encounter, first to last.
    pub meetings: Vec<Meeting>,
    /// The badges that they signed outside of a meeting, in the order of their clock.
    pub badge_updates: Vec<BadgeUpdate>,
    /// What the owner wrote down about them, oldest first.
    pub notes: Vec<Note>,
    /// The owner's tags on them.
    pub tags: Vec<String>,
    /// 1 to 5 points.
    pub rating: Option<u8>,
    /// When the owner means to get in touch, or did.
    pub follow_up: Option<FollowUp>,
    /// Where they were met, in the owner's words.
    pub place: Option<String>,
    /// Who introduced them.
    pub introduction: Option<Introduction>,
    /// Whether the owner blocked them.
    pub is_blocked: bool,
}

/// A badge that somebody signed outside of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct BadgeUpdate {
    /// The badge.
    pub badge: Badge,
    /// When it was signed, as their clock claimed: seconds since 1970.
    pub claimed_at: i64,
}

/// One recorded encounter.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Meeting {
    /// Names the exchange.
    pub transcript: String,
    /// The badge they showed then.
    pub badge: Option<Badge>,
    /// How far they went.
    pub state: MeetingState,
    /// When it was, by the owner's clock: seconds since 1970.
    pub met_at: i64,
    /// When it was, as the peer's clock claimed.
    pub claimed_at: i64,
    /// The event the owner claimed; empty if none.
    pub event: String,
    /// The event the peer claimed; empty if none.
    pub claimed_event: String,
    /// Whether check codes were compared.
    pub comparison: Comparison,
}

/// Something the owner wrote down.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Note {
    /// Names it.
    pub id: String,
    /// One text, or several after a conflict between two books.
    pub texts: Vec<String>,
}

/// Getting in touch with someone again.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct FollowUp {
    /// By which day.
    pub on: String,
    /// Whether it is done.
    pub done: bool,
}

/// By whom someone was introduced.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Introduction {
    /// So many people in between, whom the owner chose to forget.
    pub forgotten: u32,
    /// Who is behind them, or who introduced them where there is nobody in between.
    pub by: Option<String>,
}

/// A contact as one line of a list.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Summary {
    /// Who they are.
    pub person: String,
    /// The name on the badge they showed last.
    pub name: String,
    /// The title on it.
    pub title: Option<String>,
    /// The organisation on it.
    pub organisation: Option<String>,
    /// When they were met last, by the owner's clock: seconds since 1970.
    pub met_at: i64,
    /// When they were met for the first time.
    pub first_met_at: i64,
    /// How often they were met.
    pub encounters: u32,
    /// The furthest that they went.
    pub state: MeetingState,
    /// Whether the owner blocked them.
    pub is_blocked: bool,
    /// Where they were met, each event once, the latest last.
    pub events: Vec<String>,
    /// The owner's tags on them.
    pub tags: Vec<String>,
    /// 1 to 5 points.
    pub rating: Option<u8>,
    /// When the owner means to get in touch, or did.
    pub follow_up: Option<FollowUp>,
}

/// The order of a list.
#[uniffi::remote(Enum)]
pub enum ListOrder {
    /// Whoever was met last comes first.
    Latest,
    /// By name, as the root collation of Unicode sorts.
    Name,
    /// Whoever is to be followed up first comes first; those who aren't, last.
    Due,
}

/// Whom one is looking for. Everything that is set has to be so.
#[derive(Debug, Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct ContactQuery {
    /// Words, each of which begins one that the contact can be found by, whatever case or accents.
    #[uniffi(default = "")]
    pub text: String,
    /// Met at an event of this name, whatever its case.
    #[uniffi(default = None)]
    pub event: Option<String>,
    /// With this tag, whatever its case.
    #[uniffi(default = None)]
    pub tag: Option<String>,
    /// Introduced by this person.
    #[uniffi(default = None)]
    pub introduced_by: Option<String>,
    /// To be followed up by this day, and not done yet.
    #[uniffi(default = None)]
    pub due_by: Option<String>,
    /// Met last at this time or later: seconds since 1970.
    #[uniffi(default = None)]
    pub since: Option<i64>,
    /// With at least so many points.
    #[uniffi(default = None)]
    pub rating: Option<u8>,
    /// Only those who confirmed.
    #[uniffi(default = false)]
    pub confirmed: bool,
    /// In which order.
    pub order: ListOrder,
}

/// A place in a list, after which the next page begins. It stays right while people come and go.
#[derive(uniffi::Object)]
pub struct Cursor(pub(crate) Place);

/// Part of a list.
#[derive(Clone, uniffi::Record)]
pub struct ContactPage {
    /// The people on it.
    pub people: Vec<Summary>,
    /// Where the next one begins; nothing on the last.
    pub next: Option<Arc<Cursor>>,
}

impl ContactQuery {
    pub(crate) fn checked(self) -> Result<core::Query, LapelError> {
        let mut query = core::Query::of(self.text);
        query.event = self.event;
        query.tag = self.tag;
        query.introduced_by = self.introduced_by.map(|id| id.parse()).transpose()?;
        query.due_by = self.due_by.map(|day| day.parse()).transpose()?;
        query.since = self.since.map(UnixTime::clamped);
        query.rating = self.rating.map(core::Rating::new).transpose()?;
        query.confirmed = self.confirmed;
        query.order = self.order;
        Ok(query)
    }
}

impl From<core::Standing> for Standing {
    fn from(standing: core::Standing) -> Self {
        match standing {
            core::Standing::New => Self::New,
            core::Standing::Met { encounters, state } => {
                Self::Met { encounters: encounters as u32, state }
            }
            core::Standing::Blocked => Self::Blocked,
        }
    }
}

impl From<core::Contact> for Contact {
    fn from(contact: core::Contact) -> Self {
        Self {
            person: contact.person().to_string(),
            fingerprint: contact.person().fingerprint().to_string(),
            badge: contact.badge().fields().clone(),
            state: contact.state(),
            meetings: contact.meetings().iter().map(Meeting::from).collect(),
            badge_updates: contact.updates().iter().map(BadgeUpdate::from).collect(),
            notes: contact.notes().iter().map(Note::from).collect(),
            tags: contact.tags().to_vec(),
            rating: contact.rating().map(core::Rating::points),
            follow_up: contact.follow_up().map(FollowUp::from),
            place: contact.place().map(str::to_owned),
            introduction: contact.introduction().map(Introduction::from),
            is_blocked: contact.is_blocked(),
        }
    }
}

impl From<&statement::BadgeUpdate> for BadgeUpdate {
    fn from(update: &statement::BadgeUpdate) -> Self {
        Self {
            badge: update.badge().fields().clone(),
            claimed_at: update.made_at().seconds().into(),
        }
    }
}

impl From<&core::Meeting> for Meeting {
    fn from(meeting: &core::Meeting) -> Self {
        Self {
            transcript: meeting.transcript().to_string(),
            badge: meeting.badge().map(|badge| badge.fields().clone()),
            state: meeting.state(),
            met_at: meeting.met_at().seconds().into(),
            claimed_at: meeting.claimed_time().seconds().into(),
            event: meeting.event().as_str().to_owned(),
            claimed_event: meeting.claimed_event().as_str().to_owned(),
            comparison: meeting.comparison(),
        }
    }
}

impl From<&core::Note> for Note {
    fn from(note: &core::Note) -> Self {
        Self { id: note.id().to_string(), texts: note.texts().to_vec() }
    }
}

impl From<core::FollowUp> for FollowUp {
    fn from(follow_up: core::FollowUp) -> Self {
        Self { on: follow_up.on.to_string(), done: follow_up.done }
    }
}

impl From<core::Introduction> for Introduction {
    fn from(introduction: core::Introduction) -> Self {
        let by = introduction.by.map(|by| by.to_string());
        Self { forgotten: introduction.forgotten, by }
    }
}

impl From<core::Summary> for Summary {
    fn from(line: core::Summary) -> Self {
        Self {
            person: line.person.to_string(),
            met_at: line.met_at.seconds().into(),
            first_met_at: line.first_met_at.seconds().into(),
            encounters: line.encounters,
            state: line.state,
            is_blocked: line.is_blocked,
            events: line.events.iter().map(|event| event.as_str().to_owned()).collect(),
            rating: line.rating.map(core::Rating::points),
            follow_up: line.follow_up.map(FollowUp::from),
            name: line.name,
            title: line.title,
            organisation: line.organisation,
            tags: line.tags,
        }
    }
}

impl From<core::Page> for ContactPage {
    fn from(page: core::Page) -> Self {
        Self {
            people: page.people.into_iter().map(Summary::from).collect(),
            next: page.next.map(|place| Arc::new(Cursor(place))),
        }
    }
}
