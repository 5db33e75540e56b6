//! Lists and counts, and that whoever is forgotten is in none of them.

use lapel::book::{Order, Query, Rating, Standing};
use lapel_life::Life;

use crate::support::{back, day, life, person, told};

/// Those who were forgotten, with a word that only they had.
const FORGOTTEN: [(&str, &str); 6] = [
    ("wim", "Wim"),
    ("beat", "Zürcher"),
    ("karl", "Öztürk"),
    ("ulf", "Sørensen"),
    ("vera", "Blažek"),
    ("greg", "Grégoire"),
];

fn names(life: &Life, query: &Query) -> Vec<String> {
    let page = life.book.list(query, None, 400).unwrap();
    assert_eq!(page.people.len(), life.book.count(query).unwrap());
    page.people.into_iter().map(|line| line.name).collect()
}

fn by_name(query: Query) -> Query {
    Query { order: Order::Name, ..query }
}

#[test]
fn three_hundred_contacts_are_292_people_after_six_were_forgotten_and_two_had_two_keys() {
    let life = life();
    assert_eq!(life.people.len(), 300);
    assert_eq!(life.book.contacts().unwrap().len(), 294);
    assert_eq!(names(&life, &Query::default()).len(), 292);
    let confirmed = Query { confirmed: true, ..Query::default() };
    assert_eq!(life.book.count(&confirmed).unwrap(), 276, "sixteen walked off");
    assert_eq!(life.book.outcomes().unwrap().len(), 25);
}

#[test]
fn lists_by_event_count_those_who_were_met_there_again() {
    let life = life();
    let at = |event: &str| Query { event: Some(event.into()), ..Query::default() };
    // First handshakes, the story's again, the crowd's again; a new phone is a first one, too.
    for (event, count) in [
        ("rustfest-berlin", 22),
        ("fosdem-2017", 25 + 1),
        ("strange-loop-2017", 21 + 2),
        ("oxidize-2018", 28 + 1 + 2),
        ("fosdem-2019", 28 + 3 + 2),
        ("東京-systems-2019", 19 + 2 + 2),
        ("fosdem-2020", 32 + 2),
        ("открытый-код", 17 + 2 + 2),
        ("oxidize-2022", 26 + 1 + 2 + 2),
        ("rustconf-nairobi", 25 + 1 + 2 + 2),
        ("devconf-pune", 23 + 2 + 2),
        ("winter-school-2026", 16 + 1 + 2),
        ("fosdem-2018", 0),
    ] {
        assert_eq!(life.book.count(&at(event)).unwrap(), count, "{event}");
    }
}

#[test]
fn lists_by_tag_and_rating_are_the_owners() {
    let life = life();
    let tagged = |tag: &str| by_name(Query { tag: Some(tag.into()), ..Query::default() });
    let kiln = names(&life, &tagged("KILN"));
    let expected =
        ["Déborah Lévy", "Dr Samuel Okonkwo", "Otieno Odhiambo", "Wanjikũ Mwangi", "林美玲"];
    assert_eq!(kiln, expected);
    assert_eq!(names(&life, &tagged("mountains")), ["Tove Nygård", "佐藤花"]);
    let mentors = ["Ada Byron", "Grace Hopper", "Νίκος Παπαδόπουλος"];
    assert_eq!(names(&life, &tagged("mentor")), mentors);
    assert_eq!(names(&life, &tagged("to write to")).len(), 26);
    let rated = |points| Query { rating: Rating::new(points).ok(), ..Query::default() };
    let best = ["Ada Byron", "Dr Samuel Okonkwo", "Grace Hopper", "Maud Lindqvist", "林美玲"];
    assert_eq!(names(&life, &by_name(rated(5))), best);
    assert_eq!(life.book.count(&rated(4)).unwrap(), 7);
    assert_eq!(life.book.count(&rated(1)).unwrap(), 7 + 37);
}

#[test]
fn lists_by_introducer_see_through_whoever_was_forgotten() {
    let life = life();
    let by = |who| Query { introduced_by: Some(person(&life, who)), ..Query::default() };
    for (who, introduced) in [
        ("ada", &["Grace Hopper"][..]),
        ("nikos", &["Иван Петров", "أمل حداد"]),
        ("zofia", &["Björn Ásgeirsson"]),
        ("rahul", &["Tove Nygård", "प्रिया नायर"]),
        ("lin", &["Dr Samuel Okonkwo", "佐藤花"]),
        ("wim", &[]),
        ("beat", &[]),
    ] {
        assert_eq!(names(&life, &by_name(by(who))), introduced, "{who}");
    }
}

#[test]
fn whoever_was_introduced_through_either_key_was_introduced_by_the_one_person() {
    let life = life();
    for key in ["min", "min2"] {
        let by = Query { introduced_by: Some(person(&life, key)), ..Query::default() };
        assert_eq!(names(&life, &by_name(by)), ["Lars Ødegård", "Léonie Müller"], "{key}");
    }
}

#[test]
fn what_is_due_comes_by_day_and_what_is_done_does_not() {
    let life = life();
    let due = |text| Query { due_by: Some(day(text)), order: Order::Due, ..Query::default() };
    assert!(names(&life, &due("2026-02-28")).is_empty());
    assert_eq!(names(&life, &due("2026-03-31")), ["נועה לוי", "Otieno Odhiambo"]);
    let all = ["נועה לוי", "Otieno Odhiambo", "Déborah Lévy", "Lars Ødegård"];
    assert_eq!(names(&life, &due("2026-06-01")), all);
    let everyone = Query { order: Order::Due, ..Query::default() };
    assert_eq!(names(&life, &everyone)[..4], all);
}

#[test]
fn one_is_found_by_any_badge_name_note_or_tag_of_either_key() {
    let life = life();
    let found = |text: &str| names(&life, &by_name(Query::of(text)));
    assert_eq!(found("difference"), ["Ada Byron"]);
    assert_eq!(found("analytical eng"), ["Ada Byron"], "the badge she showed ten years ago");
    assert_eq!(found("napkin"), ["Ada Byron"]);
    assert_eq!(found("nunez"), ["José Ángel Núñez"]);
    assert_eq!(found("김민"), ["Minjun Kim"], "by the old phone's badge");
    assert_eq!(found("schedulers"), ["Minjun Kim"], "by a note on the old phone's contact");
    assert_eq!(found("wojcik"), ["Zofia Wójcik-Lind"]);
    let eli = life.book.contact(&person(&life, "eli")).unwrap().unwrap();
    assert_eq!(eli.place(), Some("on the night train to Vienna"));
}

#[test]
fn whoever_is_forgotten_is_in_no_list_no_search_and_no_way_back() {
    let life = life();
    let told = told(&back(&life));
    let contacts = life.book.contacts().unwrap();
    for (who, word) in FORGOTTEN {
        let id = person(&life, who);
        assert!(life.book.contact(&id).unwrap().is_none(), "{who}");
        assert_eq!(life.book.standing(&id).unwrap(), Standing::New);
        assert!(back(&life).handshake(&id).is_none());
        assert!(life.book.search(word).unwrap().is_empty(), "{word}");
        assert!(!told.contains(word), "{word}");
        let said = format!("{contacts:?}{:?}{:?}", back(&life), life.book.outcomes().unwrap());
        assert!(!said.contains(word) && !said.contains(&id.to_string()), "{who}");
        assert_eq!(life.book.same_person(&id).unwrap(), [id]);
    }
}
