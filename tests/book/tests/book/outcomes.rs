//! What handshakes led to, and the way back to them.

use std::collections::BTreeSet;

use lapel::book::{
    BookError, Focus, Link, MAX_LINKS, Outcome, OutcomeFields, OutcomeId, OutcomeKind, Step, Stop,
};
use lapel::date::Date;
use lapel::identity::PersonId;
use lapel::transcript::Transcript;
use lapel_book_tests::{Phone, encounter, stranger};

fn add<const N: usize>(phone: &mut Phone, names: [&str; N]) -> [PersonId; N] {
    names.map(|name| {
        let someone = stranger(name, &mut phone.rng);
        let met = encounter(phone, &someone);
        let _ = phone.record(&met).unwrap();
        someone.0.person()
    })
}

fn today() -> Date {
    "2030-01-01".parse().unwrap()
}

fn fields(kind: OutcomeKind, title: &str, date: &str) -> OutcomeFields {
    OutcomeFields { kind, title: title.into(), date: date.parse().unwrap(), amount: None }
}

fn outcome(phone: &mut Phone, title: &str, date: &str, links: &[Link]) -> OutcomeId {
    let (book, rng) = phone.both();
    book.add_outcome(&fields(OutcomeKind::Job, title, date), links, today(), rng).unwrap()
}

fn introduce(phone: &mut Phone, person: PersonId, by: PersonId) {
    let (book, rng) = phone.both();
    book.set_introducer(&person, Some(by), rng).unwrap();
}

fn title(outcome: &Outcome) -> &str {
    &outcome.fields.title
}

/// The way back of an outcome, a line a step.
fn way(phone: &Phone, id: OutcomeId) -> Vec<String> {
    let lookback = phone.lookback(&Focus::default()).unwrap();
    let name = |person: &PersonId| lookback.handshake(person).unwrap().name.clone();
    let traced = lookback.outcome(id).unwrap();
    let line = |Step { depth, to, is_repeated, .. }: &Step| {
        let to = match to {
            Stop::Outcome(_, title) => title.clone(),
            Stop::Encounter(person, _, event) => format!("{} at {}", name(person), event.as_str()),
            Stop::Person(person) => format!("{}, introduced", name(person)),
            Stop::Root(person) => format!("{}!", name(person)),
            Stop::Forgotten(count) => format!("{count} forgotten"),
            other => format!("{other:?}"),
        };
        format!("{}{to}{}", " ".repeat(depth - 1), if *is_repeated { " (above)" } else { "" })
    };
    traced.steps.iter().map(line).collect()
}

#[test]
fn an_outcome_is_kept_changed_noted_and_taken_away() {
    let mut ada = Phone::of("Ada");
    let [grace] = add(&mut ada, ["Grace"]);
    let met = ada.contact(&grace).unwrap().unwrap().meetings()[0].transcript();
    let links = [Link::Contact(grace), Link::Encounter(met)];
    let first = outcome(&mut ada, " A job\u{301} ", "2027-03-04", &links);
    let second = outcome(&mut ada, "A talk 🎤 مرحبا <b>", "2026-01-01", &[Link::Outcome(first)]);
    let (book, rng) = ada.both();
    let changed = OutcomeFields {
        kind: OutcomeKind::Other("Doctorate".into()),
        amount: Some("1200.50 EUR".parse().unwrap()),
        ..fields(OutcomeKind::Job, "Of philosophy", "2027-03-05")
    };
    book.change_outcome(first, &changed, today(), rng).unwrap();
    book.note_on_outcome(first, "She said yes.", rng).unwrap();
    for _ in 0..2 {
        let all = ada.outcomes().unwrap();
        assert_eq!(
            all.iter().map(title).collect::<Vec<_>>(),
            ["A talk 🎤 مرحبا <b>", "Of philosophy"]
        );
        let there = ada.outcome(first).unwrap().unwrap();
        assert_eq!(there.fields, changed);
        assert_eq!(
            (there.links.len(), there.notes[0].texts()),
            (2, &["She said yes.".to_owned()][..])
        );
        let (book, rng) = ada.both();
        book.rotate(rng).unwrap();
        ada.reopen();
    }
    let (book, rng) = ada.both();
    book.unlink_outcome(first, Link::Encounter(met), rng).unwrap();
    assert!(matches!(
        book.unlink_outcome(first, Link::Encounter(met), rng),
        Err(BookError::NoSuchLink)
    ));
    book.remove_outcome(first, rng).unwrap();
    assert!(matches!(book.remove_outcome(first, rng), Err(BookError::NoSuchOutcome)));
    ada.reopen();
    assert_eq!(ada.outcome(first).unwrap(), None);
    assert_eq!(way(&ada, second), ["Gone"]);
}

#[test]
fn an_outcome_that_can_t_be_is_refused_by_name_and_nothing_is_written() {
    let mut ada = Phone::of("Ada");
    let _ = add(&mut ada, ["Grace"]);
    let first = outcome(&mut ada, "First", "2027-01-01", &[]);
    let second = outcome(&mut ada, "Second", "2028-01-01", &[Link::Outcome(first)]);
    let third = outcome(&mut ada, "Third", "2029-01-01", &[Link::Outcome(second)]);
    let nobody = stranger("Nobody", &mut ada.rng).0.person();
    let before = std::fs::read(lapel_book_tests::ledger(&ada.home())).unwrap();
    let (book, rng) = ada.both();
    let mut add = |fields: OutcomeFields, links: &[Link]| {
        book.add_outcome(&fields, links, today(), rng).unwrap_err()
    };
    let good = || fields(OutcomeKind::Deal, "A deal", "2027-01-01");
    let titled = |title: &str| OutcomeFields { title: title.into(), ..good() };
    assert!(matches!(add(titled(" "), &[]), BookError::Title(_)));
    assert!(matches!(add(titled("a\nb"), &[]), BookError::Title(_)));
    assert!(matches!(add(titled(&"x".repeat(201)), &[]), BookError::Title(_)));
    let other = OutcomeFields { kind: OutcomeKind::Other(String::new()), ..good() };
    assert!(matches!(add(other, &[]), BookError::OutcomeKind(_)));
    let error = add(fields(OutcomeKind::Deal, "Not yet", "2030-01-02"), &[]);
    assert!(matches!(error, BookError::StillToCome(_)));
    assert_eq!(error.to_string(), "2030-01-02 is still to come");
    assert!(matches!(add(good(), &[Link::Contact(nobody)]), BookError::NotMet));
    let th = Transcript::from_bytes([1; 32]);
    assert!(matches!(add(good(), &[Link::Encounter(th)]), BookError::NoSuchEncounter));
    let unknown = OutcomeId::from_bytes([1; 16]);
    assert!(matches!(add(good(), &[Link::Outcome(unknown)]), BookError::NoSuchOutcome));
    let many = (0..=MAX_LINKS).map(|n| Link::Encounter(Transcript::from_bytes([n as u8; 32])));
    assert!(matches!(add(good(), &many.collect::<Vec<_>>()), BookError::TooManyLinks));
    for earlier in [first, second, third] {
        let error = book.link_outcome(first, Link::Outcome(earlier), rng).unwrap_err();
        assert!(matches!(error, BookError::Circle), "{error}");
    }
    book.link_outcome(third, Link::Outcome(second), rng).unwrap();
    assert!(matches!(book.note_on_outcome(unknown, "x", rng), Err(BookError::NoSuchOutcome)));
    assert_eq!(std::fs::read(lapel_book_tests::ledger(&ada.home())).unwrap(), before);
}

#[test]
fn every_outcome_goes_back_to_the_first_handshakes_behind_it() {
    let mut ada = Phone::of("Ada");
    let [grace, alan, kay, don] = add(&mut ada, ["Grace", "Alan", "Kay", "Don"]);
    introduce(&mut ada, alan, grace);
    introduce(&mut ada, kay, alan);
    let met = ada.contact(&don).unwrap().unwrap().meetings()[0].transcript();
    let talk = outcome(&mut ada, "Talk", "2026-12-01", &[Link::Contact(kay)]);
    let links = [Link::Contact(alan), Link::Outcome(talk), Link::Encounter(met)];
    let job = outcome(&mut ada, "Job", "2027-11-24", &links);
    let luck = outcome(&mut ada, "Luck", "2027-01-01", &[]);
    let early = outcome(&mut ada, "Early", "2020-01-01", &[Link::Contact(grace)]);
    assert_eq!(way(&ada, talk), ["Kay, introduced", " Alan, introduced", "  Grace!"]);
    assert_eq!(
        way(&ada, job),
        [
            "Alan, introduced",
            " Grace!",
            "Don at rustconf",
            " Don!",
            "Talk",
            " Kay, introduced",
            "  Alan, introduced (above)",
        ]
    );
    assert!(way(&ada, luck).is_empty());
    let all = ada.lookback(&Focus::default()).unwrap();
    let titles: Vec<_> = all.outcomes.iter().map(|traced| title(&traced.outcome)).collect();
    assert_eq!(titles, ["Early", "Talk", "Luck", "Job"]);
    let traced = all.outcome(job).unwrap();
    // Met within one second.
    let roots: BTreeSet<_> = traced.roots.iter().copied().collect();
    assert_eq!((roots, traced.days, traced.people.len()), ([grace, don].into(), Some(366), 4));
    assert_eq!(all.outcome(luck).unwrap().days, None);
    assert!(all.outcome(early).unwrap().days.unwrap() < -2_000, "dated before they met");
    let best = &all.people[0];
    assert_eq!((best.person, best.outcomes.len(), best.roots), (grace, 3, 3));
    let paid = &all.events[0];
    assert_eq!((paid.event.as_str(), paid.handshakes, paid.outcomes.len()), ("rustconf", 4, 3));
    let years = all.years.iter();
    let years: Vec<_> =
        years.map(|y| (y.year, y.handshakes, y.happened.len(), y.began.len())).collect();
    assert_eq!(years, [(2020, 0, 1, 0), (2026, 4, 1, 3), (2027, 0, 2, 0)]);
    let some = |focus: Focus| {
        let found = ada.lookback(&focus).unwrap();
        found.outcomes.iter().map(|traced| title(&traced.outcome).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(some(Focus { person: Some(don), ..Focus::default() }), ["Job"]);
    assert_eq!(some(Focus { event: Some("RUSTCONF".into()), ..Focus::default() }).len(), 3);
    assert!(some(Focus { event: Some("elsewhere".into()), ..Focus::default() }).is_empty());
    let since = Some("2027-01-01".parse().unwrap());
    assert_eq!(some(Focus { since, ..Focus::default() }), ["Luck", "Job"]);
}

#[test]
fn whoever_is_forgotten_stays_in_the_way_as_someone_who_was_forgotten() {
    let mut ada = Phone::of("Ada");
    let [grace, alan, kay, don] = add(&mut ada, ["Grace", "Alan", "Kay", "Don"]);
    introduce(&mut ada, alan, grace);
    introduce(&mut ada, kay, alan);
    introduce(&mut ada, don, kay);
    let met = ada.contact(&kay).unwrap().unwrap().meetings()[0].transcript();
    let links = [Link::Contact(don), Link::Contact(kay), Link::Encounter(met)];
    let job = outcome(&mut ada, "Job", "2027-11-24", &links);
    assert_eq!(ada.forget(&[alan]).unwrap().people, 1);
    let before = ["Don, introduced", " Kay, introduced", "  1 forgotten", "   Grace!"];
    let after = ["Kay, introduced (above)", "Kay at rustconf", " Kay, introduced (above)"];
    assert_eq!(way(&ada, job), [&before[..], &after].concat());
    assert_eq!(ada.forget(&[kay]).unwrap().people, 1);
    let expected =
        ["Don, introduced", " 2 forgotten", "  Grace!", "2 forgotten", " Grace! (above)"];
    assert_eq!(way(&ada, job), expected);
    assert_eq!(ada.forget(&[grace, don]).unwrap().people, 2);
    assert_eq!(way(&ada, job), ["3 forgotten", "4 forgotten"]);
    ada.reopen();
    assert_eq!(way(&ada, job), ["3 forgotten", "4 forgotten"]);
    let all = ada.lookback(&Focus::default()).unwrap();
    assert!(all.people.is_empty() && all.events.is_empty() && all.outcomes[0].roots.is_empty());
}

#[test]
fn one_person_under_two_keys_has_one_first_handshake() {
    let mut ada = Phone::of("Ada");
    let [old, grace, new] = add(&mut ada, ["Kay Old", "Grace", "Kay New"]);
    introduce(&mut ada, grace, new);
    let job = outcome(&mut ada, "Job", "2027-11-24", &[Link::Contact(grace), Link::Contact(old)]);
    assert_eq!(way(&ada, job), ["Grace, introduced", " Kay New!", "Kay Old!"]);
    let (book, rng) = ada.both();
    book.merge_people(&old, &new, rng).unwrap();
    assert_eq!(way(&ada, job), ["Grace, introduced", " Kay New!", "Kay New! (above)"]);
    let all = ada.lookback(&Focus { person: Some(old), ..Focus::default() }).unwrap();
    let first = ada.contact(&old).unwrap().unwrap().meetings()[0].met_at();
    assert_eq!(all.handshake(&new).unwrap().met_at, first);
}

#[test]
fn a_link_that_was_taken_away_does_not_come_back_with_whom_it_led_to_forgotten() {
    let mut ada = Phone::of("Ada");
    let [grace, alan] = add(&mut ada, ["Grace", "Alan"]);
    let met = ada.contact(&grace).unwrap().unwrap().meetings()[0].transcript();
    let all = [Link::Contact(grace), Link::Encounter(met), Link::Contact(alan)];
    let [one, other] = ["one", "other"].map(|name| outcome(&mut ada, name, "2027-03-04", &all));
    let (book, rng) = ada.both();
    for link in [Link::Contact(grace), Link::Encounter(met)] {
        book.unlink_outcome(one, link, rng).unwrap();
    }
    ada.forget(&[grace]).unwrap();
    let links = |id| ada.outcome(id).unwrap().unwrap().links;
    assert_eq!(links(one), [Link::Contact(alan)]);
    assert_eq!(links(other).len(), 2, "there somebody stays who was forgotten");
    assert_eq!(way(&ada, one).len(), way(&ada, other).len() - 1);
}
