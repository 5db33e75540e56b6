//! What is signed outside of a meeting and passed on as a file or a code: a badge, and that two keys are
//! one person's. Each is one line of text.

use std::sync::Arc;

use lapel::Carrier;
use lapel::book::BookError;
use lapel::identity::PersonId;
use lapel::statement::{BadgeUpdate, IdentityLink};

use super::{Book, desk};
use crate::clock;
use crate::error::LapelError;

#[uniffi::export]
impl Book {
    /// Signs the badge of this label, or the one on show, for those who met the owner.
    pub fn sign_badge(&self, label: Option<String>) -> Result<String, LapelError> {
        let update = self.desk.with(|book| {
            let found = match &label {
                Some(label) => book.badges()?.into_iter().find(|(there, _)| there == label),
                None => book.badge_on_show()?,
            };
            let missing = || BookError::NoSuchBadge(label.clone().unwrap_or_default());
            let (_, badge) = found.ok_or_else(missing)?;
            Ok(BadgeUpdate::sign(book.identity(), badge, clock::wall()))
        })?;
        Ok(update.to_text(&Carrier::lapel()))
    }

    /// Takes a badge that somebody who was met signed since, and gives their id. An older badge takes
    /// no newer one's place.
    pub fn apply_badge(&self, text: String) -> Result<String, LapelError> {
        let update = BadgeUpdate::from_text(&text)?;
        self.desk.with(|book| Ok(book.apply_badge(&update, &mut desk::rng()?)?))?;
        Ok(update.person().to_string())
    }

    /// Signs that the owner of `old` and this book's are one person, for those who met the old one.
    pub fn sign_link(&self, old: Arc<Book>) -> Result<String, LapelError> {
        let old = old.desk.with_open(|book| Ok(book.identity().clone()))?;
        let new = self.desk.with_open(|book| Ok(book.identity().clone()))?;
        let link = IdentityLink::sign(&old, &new, clock::wall())?;
        Ok(link.to_text(&Carrier::lapel()))
    }

    /// Takes the word of somebody who was met that an old key and a new one are theirs: they are one
    /// person from now on, or once the new one is met. Gives the new key's id.
    pub fn apply_link(&self, text: String) -> Result<String, LapelError> {
        let link = IdentityLink::from_text(&text)?;
        self.desk.with(|book| Ok(book.apply_link(&link, &mut desk::rng()?)?))?;
        Ok(link.new_key().to_string())
    }

    /// Whom the owner knows under another key, if links lead from it to this person: "same person, new
    /// key". Ask before showing them for acceptance.
    pub fn known_as(&self, person: String) -> Result<Option<String>, LapelError> {
        let person: PersonId = person.parse()?;
        let known = self.desk.with(|book| Ok(book.known_as(&person)?))?;
        Ok(known.map(|person| person.to_string()))
    }
}
