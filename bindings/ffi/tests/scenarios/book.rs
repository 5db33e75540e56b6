use std::collections::BTreeSet;

use lapel::book::{Mode, Order};
use lapel::code::Code;
use lapel::receipt::State;
use lapel_ffi::badge::Badge;
use lapel_ffi::book::{Book, BookConfig};
use lapel_ffi::contact::{ContactQuery, FollowUp, Introduction};
use lapel_ffi::encounter::Recorded;
use lapel_ffi::error::LapelError;
use lapel_ffi::lookback::{LookbackFocus, LookbackStop};
use lapel_ffi::outcome::{OutcomeFields, OutcomeLink};
use lapel_ffi::receipt::verify_receipt;
use lapel_ffi::rehearsal::{rehearse_meetings, rehearse_time_passes};
use lapel_ffi::session::{Scanned, SessionOptions};

use crate::phones::{Phone, at, code, confirmed, named, scan, shake, turn, verified};

#[test]
fn refuses_bad_input() {
    let _turn = turn();
    let (ada, nobody) = (Phone::of("Ada"), "0".repeat(64));
    let long = Badge { name: "x".repeat(65), ..Badge::default() };
    let LapelError::Failed { code: why, reason, values } =
        ada.book.set_badge("work".to_owned(), long).unwrap_err();
    assert_eq!(why, Code::TextTooLong);
    assert_eq!(reason, "the badge's name takes 65 bytes of UTF-8 and may take 64");
    let value = |name: &str| values.get(name).map(String::as_str);
    assert_eq!(["field", "bytes", "max"].map(value), ["name", "65", "64"].map(Some));
    let grace = Phone::of("Grace");
    shake(&ada, &grace, at(""));
    let person = grace.book.person();
    let fields = |date: &str, amount: &str| OutcomeFields {
        kind: "job".to_owned(),
        title: "A job".to_owned(),
        date: date.to_owned(),
        amount: Some(amount.to_owned()),
    };
    let carrier = Some("http://example.org".to_owned());
    let carried = SessionOptions { carrier, ..SessionOptions::default() };
    let refused = [
        (code(ada.book.contact("grace".to_owned())), Code::NotAPerson),
        (code(ada.book.contact(nobody.clone())), Code::NotAPerson),
        (code(ada.book.receipt("th".to_owned(), false, false)), Code::NotATranscript),
        (code(ada.book.outcome("one".to_owned())), Code::NotAnOutcome),
        (code(ada.book.remove_note(person.clone(), "1".to_owned())), Code::NotANote),
        (code(ada.book.follow_up(person.clone(), Some("soon".to_owned()))), Code::NotADate),
        (code(ada.book.rate(person.clone(), Some(6))), Code::NotARating),
        (code(ada.book.add_outcome(fields("2026-01-01", "much"), vec![])), Code::NotAnAmount),
        (code(ada.book.add_outcome(fields("2199-01-01", "1 EUR"), vec![])), Code::StillToCome),
        (code(ada.book.begin(named("Ada"), carried)), Code::CarrierForm),
        (code(ada.book.note(ada.book.person(), "me".to_owned())), Code::NotMet),
    ];
    for (found, expected) in refused {
        assert_eq!(found, Some(expected));
    }
    assert_eq!(ada.book.badges(), Ok(vec![]));
    assert_eq!(ada.book.outcomes(), Ok(vec![]));
    let contact = ada.contact(&grace).unwrap();
    assert_eq!((contact.rating, contact.follow_up), (None, None));
}

#[test]
fn keeps_badges() {
    let _turn = turn();
    let book = Phone::of("Ada").book;
    let on_show = || book.badge_on_show().unwrap().map(|there| there.label);
    assert_eq!(on_show(), None);
    book.set_badge("work".to_owned(), named("Ada Lovelace")).unwrap();
    book.set_badge("home".to_owned(), named("Ada")).unwrap();
    assert_eq!(on_show().as_deref(), Some("work"));
    book.show_badge("home".to_owned()).unwrap();
    assert_eq!(on_show().as_deref(), Some("home"));
    assert_eq!(code(book.remove_badge("home".to_owned())), Some(Code::BadgeOnShow));
    book.remove_badge("work".to_owned()).unwrap();
    let left = book.badges().unwrap();
    assert_eq!(left.iter().map(|there| there.badge.name.as_str()).collect::<Vec<_>>(), ["Ada"]);
}

#[test]
fn writes_down() {
    let _turn = turn();
    let (ada, grace, bob) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Bob"));
    shake(&ada, &grace, at(""));
    shake(&ada, &bob, at(""));
    let (book, graces, bobs) = (&ada.book, grace.book.person(), bob.book.person());
    let note = book.note(graces.clone(), "Ask about the moth".to_owned()).unwrap();
    book.rewrite_note(graces.clone(), note, "Ask about the compiler".to_owned()).unwrap();
    let gone = book.note(graces.clone(), "Nothing".to_owned()).unwrap();
    book.remove_note(graces.clone(), gone).unwrap();
    book.tag(graces.clone(), "navy".to_owned()).unwrap();
    book.tag(graces.clone(), "spare".to_owned()).unwrap();
    book.untag(graces.clone(), "spare".to_owned()).unwrap();
    book.rate(graces.clone(), Some(5)).unwrap();
    book.follow_up(graces.clone(), Some("2026-12-01".to_owned())).unwrap();
    book.set_place(graces.clone(), "The coffee queue".to_owned()).unwrap();
    book.set_introducer(graces.clone(), Some(bobs.clone())).unwrap();
    let circle = book.set_introducer(bobs.clone(), Some(graces.clone()));
    assert_eq!(code(circle), Some(Code::Circle));
    let contact = ada.contact(&grace).unwrap();
    assert_eq!(
        contact.notes.iter().flat_map(|n| &n.texts).collect::<Vec<_>>(),
        ["Ask about the compiler"]
    );
    assert_eq!((contact.tags, contact.rating), (vec!["navy".to_owned()], Some(5)));
    let due = FollowUp { on: "2026-12-01".to_owned(), done: false };
    assert_eq!(contact.follow_up, Some(due.clone()));
    assert_eq!(contact.place.as_deref(), Some("The coffee queue"));
    assert_eq!(contact.introduction, Some(Introduction { forgotten: 0, by: Some(bobs) }));
    let found = |query| {
        let page = book.list(query, None, 10).unwrap();
        page.people.into_iter().map(|line| line.name).collect::<Vec<_>>()
    };
    let by_day = ContactQuery { due_by: Some("2026-12-01".to_owned()), ..ContactQuery::default() };
    assert_eq!(
        found(ContactQuery { text: "COMPIL".to_owned(), ..ContactQuery::default() }),
        ["Grace"]
    );
    assert_eq!(
        found(ContactQuery { tag: Some("Navy".to_owned()), ..ContactQuery::default() }),
        ["Grace"]
    );
    assert_eq!(found(by_day.clone()), ["Grace"]);
    book.followed_up(graces).unwrap();
    assert_eq!(found(by_day), [""; 0]);
    assert_eq!(ada.contact(&grace).unwrap().follow_up, Some(FollowUp { done: true, ..due }));
}

#[test]
fn looks_back() {
    let _turn = turn();
    let (ada, grace, bob) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Bob"));
    shake(&ada, &bob, at("Rust Week"));
    shake(&ada, &grace, at("elsewhere"));
    let (graces, bobs) = (grace.book.person(), bob.book.person());
    ada.book.set_introducer(graces.clone(), Some(bobs.clone())).unwrap();
    let fields = OutcomeFields {
        kind: "Job".to_owned(),
        title: "A compiler to write".to_owned(),
        date: "2026-11-01".to_owned(),
        amount: Some("1200.50 EUR".to_owned()),
    };
    let link = OutcomeLink::Contact { person: graces.clone() };
    let id = ada.book.add_outcome(fields.clone(), vec![link]).unwrap();
    let outcome = ada.book.outcome(id.clone()).unwrap().unwrap();
    assert_eq!(outcome.fields, OutcomeFields { kind: "job".to_owned(), ..fields });
    let look = |event: Option<&str>| {
        let event = event.map(str::to_owned);
        ada.book.lookback(LookbackFocus { event, ..LookbackFocus::default() }).unwrap()
    };
    let back = look(None);
    let [traced] = back.outcomes.as_slice() else { panic!("one outcome") };
    assert_eq!((&traced.outcome.id, &traced.roots), (&id, &vec![bobs.clone()]));
    let steps: Vec<_> = traced.steps.iter().map(|step| (step.depth, step.to.clone())).collect();
    let way =
        [(1, LookbackStop::Person { person: graces }), (2, LookbackStop::Root { person: bobs })];
    assert_eq!(steps, way);
    let page = ada.book.lookback_page(LookbackFocus::default()).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("A compiler to write"));
    assert_eq!(look(Some("rust week")).outcomes.len(), 1);
    assert_eq!(look(Some("elsewhere")).outcomes.len(), 0);
}

#[test]
fn merges_people() {
    let _turn = turn();
    let (ada, old, new) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Grace"));
    shake(&ada, &old, at(""));
    shake(&ada, &new, at(""));
    let both = [old.book.person(), new.book.person()];
    ada.book.merge_people(both[0].clone(), both[1].clone()).unwrap();
    assert_eq!(ada.book.count(ContactQuery::default()), Ok(1));
    let same: BTreeSet<_> = ada.book.same_person(both[0].clone()).unwrap().into_iter().collect();
    assert_eq!(same, both.iter().cloned().collect());
    assert_eq!(ada.book.list(ContactQuery::default(), None, 9).unwrap().people[0].person, both[1]);
    ada.book.split_person(both[0].clone()).unwrap();
    assert_eq!(ada.book.count(ContactQuery::default()), Ok(2));
}

#[test]
fn takes_a_signed_badge() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    shake(&ada, &grace, at(""));
    let signed = |name: &str| {
        rehearse_time_passes(2);
        grace.book.set_badge("work".to_owned(), named(name)).unwrap();
        grace.book.sign_badge(None).unwrap()
    };
    let (older, newer) = (signed("Grace Hopper"), signed("Rear Admiral Hopper"));
    assert_eq!(ada.book.apply_badge(newer.clone()), Ok(grace.book.person()));
    assert_eq!(code(ada.book.apply_badge(older)), Some(Code::OlderBadge));
    assert_eq!(code(grace.book.apply_badge(newer)), Some(Code::OwnKey));
    let contact = ada.contact(&grace).unwrap();
    assert_eq!(contact.badge, named("Rear Admiral Hopper"));
    assert_eq!(contact.meetings[0].badge, Some(named("Grace")));
    assert_eq!(contact.badge_updates.len(), 1);
}

#[test]
fn links_two_keys() {
    let _turn = turn();
    let [ada, old, new, thief] = ["Ada", "Grace", "Grace", "Thief"].map(Phone::of);
    shake(&ada, &old, at(""));
    let link = new.book.sign_link(old.book.clone()).unwrap();
    assert_eq!(ada.book.apply_link(link.clone()), Ok(new.book.person()));
    assert_eq!(ada.book.known_as(new.book.person()), Ok(Some(old.book.person())));
    assert_eq!(ada.book.count(ContactQuery::default()), Ok(1));
    shake(&ada, &new, at(""));
    let both = vec![new.book.person(), old.book.person()];
    assert_eq!(ada.book.same_person(old.book.person()), Ok(both.clone()));
    let list = ada.book.list(ContactQuery::default(), None, 9).unwrap().people;
    assert_eq!(list.iter().map(|line| &line.person).collect::<Vec<_>>(), [&both[0]]);
    let stolen = thief.book.sign_link(old.book.clone()).unwrap();
    assert_eq!(code(ada.book.apply_link(stolen)), Some(Code::LinkConflict));
    assert_eq!(code(ada.book.apply_badge(link)), Some(Code::OtherStatement));
}

#[test]
fn forgets_and_wipes() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    shake(&ada, &grace, at(""));
    assert_eq!(ada.book.forget(vec![grace.book.person()]).unwrap().people, 1);
    assert_eq!((ada.contact(&grace), ada.book.count(ContactQuery::default())), (None, Ok(0)));
    assert_eq!(ada.book.wipe().unwrap().generations, 1);
    assert_eq!(code(grace.book.sign_link(ada.book.clone())), Some(Code::Suspended));
    let config = BookConfig { mode: Mode::Existing, ..Phone::config(&ada.dir) };
    assert_eq!(code(Book::open(config)), Some(Code::NoBook));
    assert_eq!(std::fs::read_dir(ada.dir.path().join("keys")).unwrap().count(), 0);
}

#[test]
fn proves_a_meeting() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let [recorded, _] = shake(&ada, &grace, at("Rust Week"));
    let receipt = |own, theirs| ada.book.receipt(recorded.transcript(), own, theirs).unwrap();
    let shown = verify_receipt(receipt(false, true)).unwrap();
    assert_eq!((shown.holder.person, shown.peer.person), (ada.book.person(), grace.book.person()));
    assert_eq!((shown.peer.state, shown.event.as_deref()), (State::Confirmed, Some("Rust Week")));
    let name = |badge: Option<Badge>| badge.map(|badge| badge.name);
    assert_eq!(
        (name(shown.holder.badge), name(shown.peer.badge)),
        (None, Some("Grace".to_owned()))
    );
    let bare = receipt(false, false);
    assert_eq!(verify_receipt(bare.clone()).unwrap().peer.badge, None);
    for place in (0..10).map(|tenth| tenth * bare.len() / 10) {
        let mut altered = bare.clone();
        altered[place] ^= 1;
        assert!(verify_receipt(altered).is_err(), "byte {place}");
    }
    // Grace lost the confirmation and is shown the one in the book, as often as she likes.
    let again = ada.book.confirm_codes(recorded.transcript(), None).unwrap();
    assert!(again.len() == 1 && again[0].starts_with("LAPEL:/"));
    assert_eq!(ada.book.confirm_codes(recorded.transcript(), None), Ok(again));
    // Alan started again in between, so there are two, whichever of the two runs is asked for.
    let alan = Phone::of("Alan");
    let (ours, runs) = (ada.begin(at("")), [alan.begin(at("")), alan.begin(at(""))]);
    assert!(runs.iter().all(|theirs| matches!(scan(theirs, &ours), Scanned::Answered)));
    let kept = runs.map(|theirs| ada.accept(&ours, verified(scan(&ours, &theirs))));
    let codes = |of: &Recorded| ada.book.confirm_codes(of.transcript(), None).unwrap();
    let [first, other] = [codes(&kept[0]), codes(&kept[1])];
    assert!(first.len() == 2 && first[0] != first[1] && first == other);
}

#[test]
fn lists_ten_thousand() {
    let _turn = turn();
    let ada = Phone::of("Ada");
    rehearse_meetings(&ada.book, 10_000, "Rust Week".to_owned()).unwrap();
    assert_eq!(ada.book.count(ContactQuery::default()), Ok(10_000));
    let by_name = ContactQuery { order: Order::Name, ..ContactQuery::default() };
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = ada.book.list(by_name.clone(), after, 500).unwrap();
        names.extend(page.people.into_iter().map(|line| line.name));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut expected: Vec<_> = (0..10_000).map(|number| format!("Person {number}")).collect();
    expected.sort();
    assert_eq!(names, expected);
    let wanted = ContactQuery { text: "person 7777".to_owned(), ..ContactQuery::default() };
    assert_eq!(ada.book.list(wanted, None, 9).unwrap().people[0].name, "Person 7777");
}

#[test]
fn suspends_in_the_middle() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let (ours, theirs) = (ada.begin(at("")), grace.begin(at("")));
    scan(&theirs, &ours);
    ada.book.suspend().unwrap();
    assert_eq!(ours.frame().unwrap(), None);
    assert!(matches!(scan(&ours, &theirs), Scanned::Ended));
    assert_eq!(code(ada.book.count(ContactQuery::default())), Some(Code::Suspended));
    assert_eq!(code(ada.book.begin(named("Ada"), at(""))), Some(Code::Suspended));
    assert!(!ada.book.resume().unwrap().created);
    let (ours, theirs) = (ada.begin(at("")), grace.begin(at("")));
    scan(&theirs, &ours);
    ada.accept(&ours, verified(scan(&ours, &theirs)));
    grace.accept(&theirs, verified(scan(&theirs, &ours)));
    ada.book.confirm(&confirmed(scan(&ours, &theirs))).unwrap();
    assert_eq!(ada.contact(&grace).unwrap().state, State::Confirmed);
}

#[test]
fn opens_once() {
    let _turn = turn();
    let ada = Phone::of("Ada");
    assert_eq!(code(Book::open(Phone::config(&ada.dir))), Some(Code::InUse));
    ada.book.suspend().unwrap();
    let again = Book::open(Phone::config(&ada.dir)).unwrap();
    assert_eq!(again.person(), ada.book.person());
}
