//! Sums over ten years: people, events, years, and looking at part of it.

use lapel::book::Focus;

use crate::support::{back, day, life, person, short};

#[test]
fn the_people_with_most_outcomes_come_first() {
    let life = life();
    let back = back(&life);
    let top: Vec<_> = back.people.iter().take(5).collect();
    let counts: Vec<_> = top
        .iter()
        .map(|g| (&*back.handshake(&g.person).unwrap().name, g.outcomes.len(), g.roots))
        .collect();
    let expected = [
        ("Déborah Lévy", 5, 5),
        ("林美玲", 5, 0),
        ("Νίκος Παπαδόπουλος", 4, 4),
        ("Dr Samuel Okonkwo", 4, 0),
        ("Ada Byron", 3, 3),
    ];
    assert_eq!(counts, expected);
    assert_eq!(short(&life, &top[0].outcomes), ["sponsor", "porto", "flat", "seed", "exit"]);
    assert_eq!(short(&life, &top[4].outcomes), ["meridian", "keynote", "exit"]);
}

/// Event, first handshakes, outcomes, the shortest way in days.
const EVENTS: [(&str, usize, usize, Option<i32>); 12] = [
    ("rustfest-berlin", 22, 5, Some(330)),
    ("strange-loop-2017", 21, 5, Some(349)),
    ("oxidize-2018", 28, 4, Some(1296)),
    ("fosdem-2017", 25, 4, Some(854)),
    ("fosdem-2020", 32, 2, Some(1345)),
    ("rustconf-nairobi", 25, 2, Some(265)),
    ("открытый-код", 17, 2, Some(-894)),
    ("東京-systems-2019", 19, 1, Some(1835)),
    ("fosdem-2019", 28, 0, None),
    ("oxidize-2022", 26, 0, None),
    ("devconf-pune", 23, 0, None),
    ("winter-school-2026", 16, 0, None),
];

#[test]
fn every_event_is_worth_what_has_a_root_there() {
    let back = back(&life());
    let events = back.events.iter().map(|paid| {
        let shortest = paid.days.iter().min().copied();
        (paid.event.as_str(), paid.handshakes, paid.outcomes.len(), shortest)
    });
    assert_eq!(events.collect::<Vec<_>>(), EVENTS);
    assert_eq!(back.events[1].days, [349, 1248, 2324, 2463, 3104]);
    assert_eq!(back.events[5].days, [265, 906]);
}

/// Year, first handshakes, what happened, how much began.
const YEARS: [(i16, usize, &[&str], usize); 11] = [
    (2016, 23, &[], 5),
    (2017, 47, &["lifetimes"], 9),
    (2018, 30, &["kiln", "sponsor"], 5),
    (2019, 47, &["paper", "meridian", "rack", "keynote"], 1),
    (2020, 34, &["sundays", "halden"], 3),
    (2021, 18, &["porto", "halden2", "swimming", "lectures", "fjords"], 2),
    (2022, 27, &["hiking", "hire"], 0),
    (2023, 25, &["garden", "nairobi"], 2),
    (2024, 24, &["flat", "parsers", "seed", "wedding", "panel"], 0),
    (2025, 1, &["adviser"], 0),
    (2026, 16, &["exit"], 0),
];

#[test]
fn every_year_has_its_handshakes_and_what_happened_and_began_in_it() {
    let life = life();
    let back = back(&life);
    assert_eq!(back.years.len(), YEARS.len());
    for (year, (which, handshakes, happened, began)) in back.years.iter().zip(YEARS) {
        assert_eq!((year.year, year.handshakes, year.began.len()), (which, handshakes, began));
        assert_eq!(short(&life, &year.happened), happened, "{which}");
    }
    assert_eq!(back.years.iter().map(|year| year.handshakes).sum::<usize>(), 292);
    assert_eq!(short(&life, &back.years[1].began[..3]), ["sponsor", "rack", "halden"]);
    assert!(back.circles.is_empty());
}

#[test]
fn one_looks_at_an_event_a_person_or_the_last_years_alone() {
    let life = life();
    let looks = |focus: Focus| {
        let back = life.book.lookback(&focus).unwrap();
        let ids: Vec<_> = back.outcomes.iter().map(|traced| traced.outcome.id).collect();
        short(&life, &ids)
    };
    let at = |event: &str| Focus { event: Some(event.into()), ..Focus::default() };
    let with = |who: &str| Focus { person: Some(person(&life, who)), ..Focus::default() };
    let since = |text: &str| Focus { since: Some(day(text)), ..Focus::default() };
    let berlin = ["lifetimes", "meridian", "keynote", "parsers", "exit"];
    assert_eq!(looks(at(" Rustfest-BERLIN ")), berlin);
    assert_eq!(looks(at("ОТКРЫТЫЙ-КОД")), ["paper", "lectures"]);
    assert!(looks(at("fosdem-2019")).is_empty(), "people met there, and no root");
    assert_eq!(looks(with("grace")), ["meridian", "keynote", "exit"]);
    assert_eq!(looks(with("zofia")), ["rack", "halden", "halden2"]);
    assert!(looks(with("wim")).is_empty(), "whoever is forgotten had no part in anything");
    assert_eq!(looks(since("2024-09-07")), ["wedding", "panel", "adviser", "exit"]);
    let both = Focus { since: Some(day("2024-06-28")), ..with("deb") };
    assert_eq!(looks(both), ["seed", "exit"]);
    assert!(looks(since("2026-04-01")).is_empty());
}
