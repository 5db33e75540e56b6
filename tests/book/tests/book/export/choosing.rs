//! Who leaves, in which order, and what of them.

use std::io;
use std::ops::ControlFlow;

use lapel::book::{Link, OutcomeFields, OutcomeKind, Query, Rating};
use lapel::export::{
    ExportError, Exported, Format, Include, Progress, Request, Selection, export, preview,
};
use lapel::identity::PersonId;
use lapel::receipt::Comparison;
use lapel_book_tests::{Talk, stranger};
use serde_json::Value;

use super::*;

fn add(phone: &mut Phone, name: &str, event: &str) -> PersonId {
    phone.event = Event::new(event).unwrap();
    let someone = stranger(name, &mut phone.rng);
    let met = encounter(phone, &someone);
    phone.now += Duration::from_secs(60);
    let _ = phone.record(&met).unwrap();
    someone.0.person()
}

/// Ada met Bob and Cyd at one event, Dee at another, and Grace, who confirmed.
fn ada() -> (Phone, [PersonId; 4]) {
    let mut ada = Phone::of("Ada");
    let bob = add(&mut ada, "Bob", "rustconf");
    let cyd = add(&mut ada, "Cyd", "rustconf");
    let dee = add(&mut ada, "Dee", "fosdem");
    let mut grace = Phone::showing(BadgeFields {
        emails: vec!["grace@example.org".into()],
        phones: vec!["+1 555 0100".into()],
        ..BadgeFields::named("Grace")
    });
    grace.now = ada.now;
    meet(&mut ada, &mut grace);
    (ada, [bob, cyd, dee, grace.person()])
}

fn request(selection: Selection, include: Include) -> Request {
    Request { format: Format::Jsonl, selection, include }
}

fn records(phone: &Phone, selection: Selection, include: Include) -> Vec<Value> {
    let mut bytes = Vec::new();
    let mut watch = |_: Progress| ControlFlow::Continue(());
    match export(phone, &request(selection, include), &mut bytes, &mut watch) {
        Ok(exported) => assert_eq!(exported.bytes, bytes.len() as u64),
        Err(ExportError::Nobody) => assert!(bytes.is_empty(), "nothing is begun for nobody"),
        Err(error) => panic!("{error}"),
    }
    String::from_utf8(bytes).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn names(phone: &Phone, query: Query) -> Vec<String> {
    let records = records(phone, Selection::Found(query), Include::default());
    records.iter().map(|record| record["badge"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn whoever_the_query_finds_leaves_the_one_met_last_first() {
    let (mut ada, [bob, ..]) = ada();
    let (book, rng) = ada.both();
    book.tag(&bob, "Cobol", rng).unwrap();
    let since = book.contacts().unwrap()[2].meetings()[0].met_at();
    let all = Query::default;
    for (query, expected) in [
        (all(), vec!["Grace", "Dee", "Cyd", "Bob"]),
        (Query { event: Some("RUSTCONF".into()), ..all() }, vec!["Cyd", "Bob"]),
        (Query { tag: Some("cobol".into()), ..all() }, vec!["Bob"]),
        (Query { text: "de".into(), ..all() }, vec!["Dee"]),
        (Query { confirmed: true, ..all() }, vec!["Grace"]),
        (Query { since: Some(since), ..all() }, vec!["Grace", "Dee"]),
        (Query { order: lapel::book::Order::Name, ..all() }, vec!["Bob", "Cyd", "Dee", "Grace"]),
        (Query { event: Some("nowhere".into()), ..all() }, vec![]),
    ] {
        assert_eq!(names(&ada, query.clone()), expected, "{query:?}");
        let listed = ada.list(&query, None, usize::MAX).unwrap().people;
        let found: Vec<PersonId> = listed.iter().map(|line| line.person).collect();
        assert_eq!(ada.find(&query).unwrap(), found, "as the list has it");
    }
}

#[test]
fn people_who_are_named_leave_in_that_order_and_a_stranger_is_an_error() {
    let (mut ada, [bob, _, dee, _]) = ada();
    let told = records(&ada, Selection::People(vec![dee, bob, dee]), Include::default());
    assert_eq!(told.iter().map(|r| &r["badge"]["name"]).collect::<Vec<_>>(), ["Dee", "Bob"]);
    let nobody = stranger("Nobody", &mut ada.rng).0.person();
    for (people, expected) in [(vec![bob, nobody], "never met"), (vec![], "nobody")] {
        let request = request(Selection::People(people), Include::default());
        let error = preview(&ada, &request, 1).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn contacts_that_are_one_person_leave_once_with_the_encounters_of_all() {
    let (mut ada, [bob, cyd, dee, grace]) = ada();
    let (book, rng) = ada.both();
    book.note(&bob, "by his old phone", rng).unwrap();
    book.merge_people(&bob, &grace, rng).unwrap();
    book.merge_people(&cyd, &dee, rng).unwrap();
    assert_eq!(names(&ada, Query::default()), ["Grace", "Dee"]);
    // Found by what is known of either, and named by either.
    assert_eq!(names(&ada, Query::of("bob")), ["Grace"]);
    for person in [bob, grace] {
        let told = records(&ada, Selection::People(vec![person, grace]), Include::everything());
        let [grace] = &told[..] else { panic!("{told:?}") };
        let events = grace["encounters"].as_array().unwrap().iter().map(|met| &met["event"]);
        assert_eq!(events.collect::<Vec<_>>(), ["rustconf", "fosdem"]);
        assert_eq!(grace["notes"][0], "by his old phone");
        assert_eq!(grace["state"], "confirmed");
    }
}

#[test]
fn the_owners_words_and_outcomes_leave_only_when_they_are_asked_for() {
    let (mut ada, [bob, cyd, _, grace]) = ada();
    let today = "2030-01-01".parse().unwrap();
    let (book, rng) = ada.both();
    book.note(&grace, "secret-note", rng).unwrap();
    book.tag(&grace, "secret-tag", rng).unwrap();
    book.set_place(&grace, "secret-place", rng).unwrap();
    book.rate(&grace, Some(Rating::new(5).unwrap()), rng).unwrap();
    book.follow_up(&grace, Some("2027-12-31".parse().unwrap()), rng).unwrap();
    book.set_introducer(&grace, Some(bob), rng).unwrap();
    let title = "secret-outcome".to_owned();
    let fields = OutcomeFields { kind: OutcomeKind::Job, title, date: today, amount: None };
    let links = [Link::Contact(grace), Link::Contact(cyd)];
    let id = book.add_outcome(&fields, &links, today, rng).unwrap();
    book.note_on_outcome(id, "secret-because", rng).unwrap();
    let told = |format, notes, outcomes| {
        let include = Include { notes, outcomes, ..Include::default() };
        let selection = Selection::People(vec![grace]);
        preview(&ada, &Request { format, selection, include }, 1).unwrap()
    };
    let words = ["secret-note", "secret-tag", "secret-place", "2027-12-31", "Bob"];
    for format in Format::ALL {
        let unfolded = |text: String| text.replace("\r\n ", "");
        let none = unfolded(told(format, false, false));
        assert!(words.iter().all(|word| !none.contains(word)), "{format}: {none}");
        assert!(!none.contains("secret"), "{format}: {none}");
        let notes = unfolded(told(format, true, false));
        assert!(words.iter().all(|word| notes.contains(word)), "{format}: {notes}");
        assert!(!notes.contains("secret-outcome") && !notes.contains("secret-because"));
        let outcomes = unfolded(told(format, false, true));
        assert!(outcomes.contains("secret-outcome"), "{format}: {outcomes}");
        assert!(!outcomes.contains("secret-because") && !outcomes.contains("secret-note"));
        assert!(unfolded(told(format, true, true)).contains("secret-because"), "{format}");
        // An outcome names nobody else who had a part in it.
        assert!(!outcomes.contains("Cyd") && !outcomes.contains(&cyd.to_string()), "{format}");
    }
}

#[test]
fn a_field_that_is_left_out_is_left_out_of_every_format() {
    let (ada, [.., grace]) = ada();
    for format in Format::ALL {
        let told = |list: &str| {
            let include = Include::only(list).unwrap();
            let selection = Selection::People(vec![grace]);
            let text = preview(&ada, &Request { format, selection, include }, 1).unwrap();
            text.replace("\r\n ", "")
        };
        let email = told("email");
        assert!(email.contains("grace@example.org") && email.contains("Grace"), "{email}");
        assert!(!email.contains("555") && !email.contains("fosdem"), "{format}: {email}");
        // Neither when, nor how they stand; a revision would say when.
        for word in ["2026", "onfirmed", "Met", "REV", "\"updated\""] {
            let value = email.replace("first_met", "").replace("Event 1 - Label", "");
            assert!(!value.contains(word), "{format} tells {word}: {email}");
        }
        let met = told("encounters");
        assert!(met.contains("fosdem") && !met.contains("grace@"), "{format}: {met}");
    }
}

#[test]
fn a_dry_run_counts_what_would_leave_and_a_preview_shows_its_beginning() {
    let (mut ada, [bob, _, _, grace]) = ada();
    let (book, rng) = ada.both();
    book.note(&bob, "one", rng).unwrap();
    book.note(&bob, "two", rng).unwrap();
    book.tag(&grace, "three", rng).unwrap();
    for format in Format::ALL {
        let request = Request { include: Include::everything(), ..Request::everybody(format) };
        let mut seen = Vec::new();
        let mut watch = |progress: Progress| {
            seen.push(progress);
            ControlFlow::Continue(())
        };
        let dry = export(&ada, &request, &mut io::sink(), &mut watch).unwrap();
        let Exported { contacts, confirmed, encounters, notes, tags, outcomes, bytes, .. } = dry;
        assert_eq!((contacts, confirmed, encounters), (4, 1, 4), "{format}");
        assert_eq!((notes, tags, outcomes), (2, 1, 0), "{format}");
        assert_eq!(seen, (0..=4).map(|done| Progress { done, total: 4 }).collect::<Vec<_>>());
        let mut file = Vec::new();
        let wet = export(&ada, &request, &mut file, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!((dry, bytes), (wet, file.len() as u64), "{format}");
        assert_eq!(preview(&ada, &request, 9).unwrap().as_bytes(), file, "{format}");
        let first = preview(&ada, &request, 1).unwrap();
        assert!(first.contains("Grace") && !first.contains("Dee"), "{format}: {first}");
    }
}

#[test]
fn a_revision_grows_with_what_is_known_and_with_nothing_else() {
    let (mut ada, [bob, cyd, ..]) = ada();
    let revision = |ada: &Phone| {
        let told = records(ada, Selection::People(vec![bob]), Include::everything());
        told[0]["revision"].as_str().unwrap().to_owned()
    };
    let first = revision(&ada);
    assert_eq!(revision(&ada), first, "the same card again");
    let (book, rng) = ada.both();
    book.tag(&cyd, "of somebody else", rng).unwrap();
    assert_eq!(revision(&ada), first);
    let (book, rng) = ada.both();
    let note = book.note(&bob, "a word", rng).unwrap();
    let second = revision(&ada);
    let (book, rng) = ada.both();
    book.remove_note(&bob, note, rng).unwrap();
    let third = revision(&ada);
    assert!(first < second && second < third, "{first} {second} {third}");
    // A book that is written anew has other sequences and the same words.
    ada.forget(&[cyd]).unwrap();
    assert_eq!(revision(&ada), third);
    // What the owner wrote doesn't show in the revision where it doesn't leave.
    let plain = records(&ada, Selection::People(vec![bob]), Include::default());
    assert_eq!(plain[0]["revision"], first);
    // One encounter more is more, though the clock was set back before it.
    ada.now = Duration::ZERO;
    let again = add(&mut ada, "Bob", "another");
    let (book, rng) = ada.both();
    book.merge_people(&again, &bob, rng).unwrap();
    let plain = records(&ada, Selection::People(vec![bob]), Include::default());
    assert_eq!(plain[0]["encounters"].as_array().unwrap().len(), 2);
    assert!(
        plain[0]["revision"].as_str().unwrap() > first.as_str(),
        "{} {first}",
        plain[0]["revision"]
    );
}

#[test]
fn what_the_owner_wrote_leaves_in_every_format_though_no_encounter_does() {
    let (mut ada, [.., grace]) = ada();
    let (book, rng) = ada.both();
    book.note(&grace, "secret-note", rng).unwrap();
    let told = |format, notes| {
        let include = Include { notes, ..Include::only("email").unwrap() };
        let selection = Selection::People(vec![grace]);
        preview(&ada, &Request { format, selection, include }, 1).unwrap().replace("\r\n ", "")
    };
    for format in Format::ALL {
        assert!(told(format, true).contains("secret-note"), "{format}");
    }
    // HubSpot wants a date with each note, and of a fingerprint alone there is none.
    assert!(!told(Format::CsvHubspot, false).contains("fingerprint"));
}

#[test]
fn a_label_of_google_is_one_whatever_it_is_called() {
    let mut ada = Phone::of("Ada");
    let bob = add(&mut ada, "Bob", "a :::: b");
    let (book, rng) = ada.both();
    book.tag(&bob, "* starred", rng).unwrap();
    let include = Include::everything();
    let request =
        Request { format: Format::CsvGoogle, include, selection: Selection::People(vec![bob]) };
    let table = preview(&ada, &request, 1).unwrap();
    assert!(table.contains("a :: b ::: starred ::: * myContacts"), "{table}");
}

#[test]
fn a_table_says_the_worst_that_was_said_of_check_codes() {
    let (mut ada, [.., grace]) = ada();
    let cell = |ada: &Phone| {
        let request = Request {
            selection: Selection::People(vec![grace]),
            ..Request::everybody(Format::Csv)
        };
        let table = preview(ada, &request, 1).unwrap();
        let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
        let at =
            reader.headers().unwrap().iter().position(|header| header == "check_code").unwrap();
        reader.records().next().unwrap().unwrap()[at].to_owned()
    };
    assert_eq!(cell(&ada), "");
    let mut again = Phone::showing(BadgeFields::named("Grace"));
    for (comparison, told) in [
        (Comparison::Agrees, "agrees"),
        (Comparison::Differs, "differs"),
        (Comparison::Agrees, "differs"),
    ] {
        again.now = ada.now;
        let mut talk = Talk::between(&mut ada, &mut again);
        let seen = talk.first_sees();
        talk.first.compared(&seen.transcript, comparison).unwrap();
        let encounter = talk.first.accept(&seen.transcript).unwrap();
        let _ = ada.record(&encounter).unwrap();
        ada.now += Duration::from_secs(60);
        if ada.same_person(&grace).unwrap().is_empty() {
            let (book, rng) = ada.both();
            book.merge_people(&again.person(), &grace, rng).unwrap();
        }
        assert_eq!(cell(&ada), told);
    }
}
