//! What the owner writes: badges, notes and the like, outcomes; and looking back.

use lapel::book::{OutcomeId, Rating};
use lapel::export::lookback_page;
use lapel::identity::PersonId;

use super::{Book, desk};
use crate::badge::{Badge, LabelledBadge};
use crate::clock;
use crate::error::LapelError;
use crate::lookback::{Lookback, LookbackFocus};
use crate::outcome::{Outcome, OutcomeFields, OutcomeLink};

#[uniffi::export]
impl Book {
    /// The owner's badges, in the order they were first set.
    pub fn badges(&self) -> Result<Vec<LabelledBadge>, LapelError> {
        let badges = self.desk.with(|book| Ok(book.badges()?))?;
        Ok(badges.into_iter().map(LabelledBadge::from).collect())
    }

    /// The badge to show; nothing before one was set.
    pub fn badge_on_show(&self) -> Result<Option<LabelledBadge>, LapelError> {
        Ok(self.desk.with(|book| Ok(book.badge_on_show()?))?.map(LabelledBadge::from))
    }

    /// Sets a badge under a label of at most 32 bytes, such as `work`. The first one set is on show.
    pub fn set_badge(&self, label: String, badge: Badge) -> Result<(), LapelError> {
        let badge = lapel::badge::Badge::new(badge)?;
        self.desk.with(|book| Ok(book.set_badge(&label, &badge, &mut desk::rng()?)?))
    }

    /// Chooses the badge to show.
    pub fn show_badge(&self, label: String) -> Result<(), LapelError> {
        self.desk.with(|book| Ok(book.show_badge(&label, &mut desk::rng()?)?))
    }

    /// Removes a badge that isn't on show.
    pub fn remove_badge(&self, label: String) -> Result<(), LapelError> {
        self.desk.with(|book| Ok(book.remove_badge(&label, &mut desk::rng()?)?))
    }

    /// Writes a note about a contact, of at most 2,000 bytes. Gives its id.
    pub fn note(&self, person: String, text: String) -> Result<String, LapelError> {
        let person: PersonId = person.parse()?;
        let note = self.desk.with(|book| Ok(book.note(&person, &text, &mut desk::rng()?)?))?;
        Ok(note.to_string())
    }

    /// Writes a note anew, with all its texts where it has several.
    pub fn rewrite_note(
        &self,
        person: String,
        note: String,
        text: String,
    ) -> Result<(), LapelError> {
        let (person, note) = (person.parse()?, note.parse()?);
        self.desk.with(|book| Ok(book.rewrite_note(&person, note, &text, &mut desk::rng()?)?))
    }

    /// Takes a note away.
    pub fn remove_note(&self, person: String, note: String) -> Result<(), LapelError> {
        let (person, note) = (person.parse()?, note.parse()?);
        self.desk.with(|book| Ok(book.remove_note(&person, note, &mut desk::rng()?)?))
    }

    /// Puts a tag of at most 48 bytes on a contact.
    pub fn tag(&self, person: String, tag: String) -> Result<(), LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(book.tag(&person, &tag, &mut desk::rng()?)?))
    }

    /// Takes a tag off a contact.
    pub fn untag(&self, person: String, tag: String) -> Result<(), LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(book.untag(&person, &tag, &mut desk::rng()?)?))
    }

    /// Says how much the owner thinks of a contact, 1 to 5 points, or takes that back.
    pub fn rate(&self, person: String, rating: Option<u8>) -> Result<(), LapelError> {
        let (person, rating) = (person.parse()?, rating.map(Rating::new).transpose()?);
        self.desk.with(|book| Ok(book.rate(&person, rating, &mut desk::rng()?)?))
    }

    /// Says by which day the owner means to get in touch with a contact, or takes that back.
    pub fn follow_up(&self, person: String, on: Option<String>) -> Result<(), LapelError> {
        let (person, on) = (person.parse()?, on.map(|day| day.parse()).transpose()?);
        self.desk.with(|book| Ok(book.follow_up(&person, on, &mut desk::rng()?)?))
    }

    /// Says that the owner got in touch with a contact.
    pub fn followed_up(&self, person: String) -> Result<(), LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(book.followed_up(&person, &mut desk::rng()?)?))
    }

    /// Says where a contact was met, in at most 96 bytes; empty for nowhere.
    pub fn set_place(&self, person: String, place: String) -> Result<(), LapelError> {
        let person = person.parse()?;
        self.desk.with(|book| Ok(book.set_place(&person, &place, &mut desk::rng()?)?))
    }

    /// Says who introduced a contact: another contact, or nobody.
    pub fn set_introducer(&self, person: String, by: Option<String>) -> Result<(), LapelError> {
        let (person, by) = (person.parse()?, by.map(|id| id.parse()).transpose()?);
        self.desk.with(|book| Ok(book.set_introducer(&person, by, &mut desk::rng()?)?))
    }

    /// Writes down something that happened, and what led to it. Gives its id.
    pub fn add_outcome(
        &self,
        fields: OutcomeFields,
        links: Vec<OutcomeLink>,
    ) -> Result<String, LapelError> {
        let fields = fields.checked()?;
        let links: Vec<_> =
            links.into_iter().map(OutcomeLink::checked).collect::<Result<_, _>>()?;
        let today = clock::today();
        let add = |book: &mut lapel::book::Book| {
            Ok(book.add_outcome(&fields, &links, today, &mut desk::rng()?)?)
        };
        Ok(self.desk.with(add)?.to_string())
    }

    /// Changes what an outcome is, when and how much.
    pub fn change_outcome(&self, id: String, fields: OutcomeFields) -> Result<(), LapelError> {
        let (id, fields, today) = (id.parse()?, fields.checked()?, clock::today());
        self.desk.with(|book| Ok(book.change_outcome(id, &fields, today, &mut desk::rng()?)?))
    }

    /// Says that something led to an outcome.
    pub fn link_outcome(&self, id: String, link: OutcomeLink) -> Result<(), LapelError> {
        let (id, link) = (id.parse()?, link.checked()?);
        self.desk.with(|book| Ok(book.link_outcome(id, link, &mut desk::rng()?)?))
    }

    /// Takes a link away from an outcome.
    pub fn unlink_outcome(&self, id: String, link: OutcomeLink) -> Result<(), LapelError> {
        let (id, link) = (id.parse()?, link.checked()?);
        self.desk.with(|book| Ok(book.unlink_outcome(id, link, &mut desk::rng()?)?))
    }

    /// Writes a note on an outcome. Gives its id.
    pub fn note_on_outcome(&self, id: String, text: String) -> Result<String, LapelError> {
        let id: OutcomeId = id.parse()?;
        let note =
            self.desk.with(|book| Ok(book.note_on_outcome(id, &text, &mut desk::rng()?)?))?;
        Ok(note.to_string())
    }

    /// Takes an outcome away.
    pub fn remove_outcome(&self, id: String) -> Result<(), LapelError> {
        let id = id.parse()?;
        self.desk.with(|book| Ok(book.remove_outcome(id, &mut desk::rng()?)?))
    }

    /// One outcome, if it is there.
    pub fn outcome(&self, id: String) -> Result<Option<Outcome>, LapelError> {
        let id = id.parse()?;
        self.desk.with(|book| Ok(book.outcome(id)?.as_ref().map(Outcome::from)))
    }

    /// Every outcome, by the day it happened, oldest first.
    pub fn outcomes(&self) -> Result<Vec<Outcome>, LapelError> {
        self.desk.with(|book| Ok(book.outcomes()?.iter().map(Outcome::from).collect()))
    }

    /// Looks back from what happened to the handshakes behind it.
    pub fn lookback(&self, focus: LookbackFocus) -> Result<Lookback, LapelError> {
        Ok(self.look_back(focus)?.into())
    }

    /// The same as one self-contained HTML page, for a web view or a printer. It holds names and notes
    /// in clear.
    pub fn lookback_page(&self, focus: LookbackFocus) -> Result<String, LapelError> {
        Ok(lookback_page(&self.look_back(focus)?))
    }
}

impl Book {
    fn look_back(&self, focus: LookbackFocus) -> Result<lapel::book::Lookback, LapelError> {
        let focus = focus.checked()?;
        self.desk.with(|book| Ok(book.lookback(&focus)?))
    }
}

impl From<(String, lapel::badge::Badge)> for LabelledBadge {
    fn from((label, badge): (String, lapel::badge::Badge)) -> Self {
        Self { label, badge: badge.fields().clone() }
    }
}
