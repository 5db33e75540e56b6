//! What the owner writes down about people, and finds them again by.

use rand_core::CryptoRng;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::entry::Happening;
use super::{Book, BookError, Contact, ReadError};
use crate::badge::Field;
use crate::identity::PersonId;
use crate::text;

/// The most bytes of a note.
pub const MAX_NOTE_BYTES: usize = 2_000;
/// The most bytes of a tag.
pub const MAX_TAG_BYTES: usize = 48;

impl Book {
    /// Writes a note about a contact, beside those there are: several lines if need be, at most
    /// [`MAX_NOTE_BYTES`].
    pub fn note(
        &mut self,
        person: &PersonId,
        note: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.contact(person)?.ok_or(BookError::NotMet)?;
        let note = text::tidy(&note.replace("\r\n", "\n"));
        text::check_lines(&note, MAX_NOTE_BYTES).map_err(BookError::Note)?;
        self.append(&Happening::Noted { person: *person, note }, rng)
    }

    /// Puts a tag on a contact, one line of at most [`MAX_TAG_BYTES`].
    pub fn tag(
        &mut self,
        person: &PersonId,
        tag: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.set_tag(person, tag, true, rng)
    }

    /// Takes a tag off a contact.
    pub fn untag(
        &mut self,
        person: &PersonId,
        tag: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        self.set_tag(person, tag, false, rng)
    }

    fn set_tag(
        &mut self,
        person: &PersonId,
        tag: &str,
        on: bool,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        let contact = self.contact(person)?.ok_or(BookError::NotMet)?;
        let tag = text::tidy(tag);
        text::check(&tag, MAX_TAG_BYTES).map_err(BookError::Tag)?;
        if contact.tags().contains(&tag) == on {
            return Ok(());
        }
        self.append(&Happening::Tagged { person: *person, tag, on }, rng)
    }

    /// Contacts in which every word of `text` begins some word, whatever its case and accents: in
    /// any field of any badge they showed, in events, notes and tags. No words find everybody.
    pub fn search(&self, text: &str) -> Result<Vec<Contact>, ReadError> {
        let words: Vec<String> = words(text).collect();
        let mut contacts = self.contacts()?;
        contacts.retain(|contact| matches(contact, &words));
        Ok(contacts)
    }
}

fn matches(contact: &Contact, wanted: &[String]) -> bool {
    let badges = contact.meetings().iter().filter_map(|m| m.badge()).map(|badge| badge.fields());
    let shown = badges.flat_map(|fields| Field::ALL.into_iter().flat_map(|f| fields.values(f)));
    let events = contact.meetings().iter().map(|meeting| meeting.event().as_str());
    let written = contact.notes().iter().chain(contact.tags());
    let all = shown.chain(written).map(String::as_str).chain(events);
    let there: Vec<String> = all.flat_map(words).collect();
    wanted.iter().all(|word| there.iter().any(|other| other.starts_with(word.as_str())))
}

/// The words of a text, folded: compatibility decomposition without combining marks, lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
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

    #[test]
    fn words_are_folded() {
        let of = |text| words(text).collect::<Vec<_>>();
        assert_eq!(of("José  ŁÓDŹ-Straße"), ["jose", "łodz", "straße"]);
        assert_eq!(of("ﬁne Ａｄａ 山田"), ["fine", "ada", "山田"]);
        assert!(of(" -- ").is_empty());
    }
}
