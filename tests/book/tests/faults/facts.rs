//! A whole book as a set of lines, read through nothing but its public interface.

use std::collections::BTreeSet;

use lapel::book::{Book, Meeting, Note, ReadError};
use lapel::encounter::{Confirmation, Encounter};
use lapel::identity::PersonId;
use lapel::receipt::{Disclosure, Receipt, State};
use sha2::{Digest, Sha256};

/// Everything that a book says, a line per thing that was kept.
pub(crate) type Facts = BTreeSet<String>;

/// All that can be read of `book`. Receipts are verified on the way.
pub(crate) fn of(book: &Book) -> Result<Facts, ReadError> {
    let mut facts = Facts::from([owner(book)]);
    for contact in book.contacts()? {
        let person = contact.person();
        for meeting in contact.meetings() {
            let (th, name) = (meeting.transcript(), meeting.badge().unwrap().name());
            let bytes = meeting.receipt(Disclosure { holder: true, peer: true }).to_bytes();
            let shown = Receipt::verify(&bytes).expect("a receipt verifies");
            assert_eq!((shown.transcript, shown.peer.person), (th, person));
            assert_eq!(shown.holder.person, book.identity().person());
            facts.insert(format!("{person} met {th} {name}"));
            if shown.peer.state == State::Confirmed {
                facts.insert(format!("{person} confirmed {th}"));
            }
        }
        facts.extend(contact.notes().iter().flat_map(Note::texts).map(|text| note(&person, text)));
        facts.extend(contact.tags().iter().map(|text| tag(&person, text)));
    }
    facts.extend(book.blocked()?.iter().map(blocked));
    facts.extend(book.badges()?.iter().map(|(label, shown)| badge(label, shown.name())));
    Ok(facts)
}

/// A list has exactly the contacts, as they are, whoever was met last first.
pub(crate) fn assert_listed(book: &Book) -> Result<(), ReadError> {
    let listed = book.latest(usize::MAX)?;
    assert_eq!(book.search("")?, listed);
    let mut contacts = book.contacts()?;
    assert_eq!(contacts.len(), listed.len());
    for line in &listed {
        let at = contacts.iter().position(|contact| contact.person() == line.person);
        let contact = contacts.swap_remove(at.expect("whoever is listed is in the book"));
        let met_at = contact.meetings().last().map(Meeting::met_at);
        assert_eq!((line.name.as_str(), Some(line.met_at)), (contact.name(), met_at));
        assert_eq!((line.state, &line.tags[..]), (contact.state(), contact.tags()));
        assert_eq!(line.encounters as usize, contact.meetings().len());
        assert_eq!(line.is_blocked, contact.is_blocked());
    }
    Ok(())
}

pub(crate) fn owner(book: &Book) -> String {
    format!("- owner {}", book.identity().person())
}

pub(crate) fn met(encounter: &Encounter) -> String {
    let (person, th) = (encounter.person(), encounter.transcript());
    format!("{person} met {th} {}", encounter.badge().name())
}

pub(crate) fn confirmed(confirmation: &Confirmation) -> String {
    format!("{} confirmed {}", confirmation.person(), confirmation.transcript())
}

/// Notes are long, and only have to be told apart.
pub(crate) fn note(person: &PersonId, text: &str) -> String {
    let hash: String = Sha256::digest(text).iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("{person} note {hash}")
}

pub(crate) fn tag(person: &PersonId, text: &str) -> String {
    format!("{person} tag {text}")
}

pub(crate) fn blocked(person: &PersonId) -> String {
    format!("{person} blocked")
}

pub(crate) fn badge(label: &str, name: &str) -> String {
    format!("- badge {label} {name}")
}
