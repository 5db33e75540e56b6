//! The page, from books that were made up and looked back at as any other.

use super::lookback_page;
use crate::book::{
    Handshake, Introduction, Link, Lookback, MadeUp, Note, Outcome, OutcomeFields, OutcomeId,
    OutcomeKind,
};
use crate::date::Date;
use crate::event::Event;
use crate::identity::PersonId;
use crate::time::UnixTime;
use crate::transcript::Transcript;

fn who(n: u8) -> PersonId {
    PersonId::unchecked([n; 32])
}

fn id(n: u8) -> OutcomeId {
    OutcomeId::from_bytes([n; 16])
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn met(n: u8, name: &str, day: &str, event: &str) -> Handshake {
    let met_at = UnixTime::clamped(i64::from(date(day).days()) * 86_400 + 40_000);
    Handshake { person: who(n), name: name.into(), met_at, event: Event::new(event).unwrap() }
}

fn happened(n: u8, kind: &str, title: &str, day: &str, worth: &str, links: &[Link]) -> Outcome {
    let fields = OutcomeFields {
        kind: OutcomeKind::new(kind).unwrap(),
        title: title.into(),
        date: date(day),
        amount: (!worth.is_empty()).then(|| worth.parse().unwrap()),
    };
    Outcome { id: id(n), fields, links: links.to_vec(), notes: Vec::new(), revision: 0 }
}

fn introduced(n: u8, forgotten: u32, by: Option<u8>) -> (PersonId, Introduction) {
    (who(n), Introduction { forgotten, by: by.map(who) })
}

/// Ten years of a career.
fn career() -> MadeUp {
    let first = vec![
        met(1, "Grace Hopper", "2018-03-12", "RustConf"),
        met(2, "Ada Lovelace", "2018-03-12", "RustConf"),
        met(3, "محمد الخوارزمي", "2018-03-13", "RustConf"),
        met(4, "Barbara Liskov", "2019-10-02", "Strange Loop"),
        met(5, "山田太郎", "2020-02-01", "FOSDEM"),
        met(6, "👩‍💻 Margaret Hamilton", "2021-09-14", ""),
        met(7, "Edsger Dijkstra", "2022-05-20", "Strange Loop"),
        met(8, "נועה כהן", "2016-06-11", "!!Con"),
        met(9, "Katherine Johnson", "2023-02-04", "FOSDEM"),
        met(10, "Frances Allen", "2024-02-03", "FOSDEM"),
        met(11, "Alan Perlis", "2024-02-03", "FOSDEM"),
        met(12, "Annie Easley", "2017-08-19", "Meetup Köln"),
        met(13, "John Backus", "2025-04-01", "Lunch"),
    ];
    let people = [
        introduced(4, 0, Some(1)),
        introduced(6, 0, Some(4)),
        introduced(7, 1, Some(1)),
        introduced(9, 3, None),
    ];
    let with = |n| Link::Contact(who(n));
    let after = |n| Link::Outcome(id(n));
    let met_again = Transcript::from_bytes([1; 32]);
    let mut outcomes = vec![
        happened(
            1,
            "job",
            "First job as an engineer, at a company that makes compilers",
            "2018-09-03",
            "54000 EUR",
            &[with(1)],
        ),
        happened(
            2,
            "talk",
            "How we stopped worrying about lifetimes",
            "2019-04-06",
            "",
            &[with(1), with(2)],
        ),
        happened(3, "talk", "مقدمة في الخوارزميات", "2019-11-23", "", &[with(3)]),
        happened(
            4,
            "project",
            "A parser that three teams use",
            "2020-01-15",
            "",
            &[with(1), with(3), after(2)],
        ),
        happened(5, "friendship", "Sundays on the river", "2020-06-01", "", &[with(2)]),
        happened(6, "deal", "Licence for the parser", "2021-02-11", "18250.50 USD", &[after(4)]),
        happened(7, "job", "Head of tools", "2022-01-10", "96000 EUR", &[with(6), after(6)]),
        happened(8, "mentoring", "Eight evenings on type theory", "2022-07-01", "", &[with(7)]),
        happened(
            9,
            "talk",
            "Keynote: what we owe each other",
            "2022-09-30",
            "2500 EUR",
            &[Link::Encounter(met_again), after(3)],
        ),
        happened(10, "project", "東京の読書会", "2023-05-05", "", &[with(5)]),
        happened(
            11,
            "deal",
            "A year of consulting",
            "2023-09-12",
            "60000 EUR",
            &[with(4), with(9), after(7)],
        ),
        happened(12, "friendship", "Bell ringing", "2015-03-01", "", &[with(8)]),
        happened(13, "project", "The garden", "2024-05-01", "", &[]),
        happened(
            14,
            "job",
            "Two hires out of one evening",
            "2024-06-15",
            "",
            &[with(10), with(11)],
        ),
        happened(15, "talk", "Guest lecture", "2024-06-20", "300 EUR", &[with(12)]),
        happened(
            16,
            "deal",
            "Audit",
            "2024-07-02",
            "-450 EUR",
            &[Link::Outcome(id(99)), after(11)],
        ),
        happened(
            17,
            "project",
            "Contact books for everyone",
            "2025-11-26",
            "",
            &[
                after(16),
                after(14),
                with(13),
                Link::Forgotten(Introduction { forgotten: 1, by: None }),
            ],
        ),
    ];
    outcomes[3].notes.push(Note::made_up("Grace said: write it down.\n\tSo we did."));
    let at = UnixTime::clamped(i64::from(date("2022-08-01").days()) * 86_400);
    let encounters = vec![(met_again, who(1), at, Event::new("RustConf").unwrap())];
    MadeUp { first, introduced: people.to_vec(), encounters, outcomes, circles: vec![who(12)] }
}

fn page(made_up: MadeUp) -> String {
    lookback_page(&Lookback::made_up(made_up))
}

/// A page with one outcome, of one person's.
fn small() -> MadeUp {
    MadeUp {
        first: vec![met(1, "Grace", "2018-03-12", "RustConf")],
        outcomes: vec![happened(1, "job", "Tools", "2021-05-20", "", &[Link::Contact(who(1))])],
        ..MadeUp::default()
    }
}

/// The text without marks, white space as a browser shows it.
fn read(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let mut text = String::new();
    for part in body.split('<') {
        text += part.split_once('>').map_or(part, |(_, text)| text);
    }
    let text: String = text.chars().filter(|c| !matches!(c, '\u{2068}' | '\u{2069}')).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_headline_tells_who_most_goes_back_to() {
    let text = read(&page(career()));
    let story = "10 of 17 outcomes go back to one handshake: Grace Hopper, RustConf, 12 March 2018";
    assert!(text.contains(story), "{text}");
    let text = read(&page(small()));
    assert!(text.contains("It goes back to one handshake: Grace, RustConf, 12 March 2018"));
    assert!(text.contains("3 years and 2 months after the first handshake"));
}

#[test]
fn an_outcome_that_no_handshake_led_to_says_so() {
    let mut made_up = small();
    made_up.outcomes[0].links.clear();
    let text = read(&page(made_up));
    assert!(text.contains("No handshake led to this, as far as the book says."), "{text}");
    assert!(text.contains("One outcome so far, and no handshake led to it"));
    assert!(
        text.contains("0 of 1 outcomes go back") || text.contains("go back to a handshake0 of 1")
    );
}

#[test]
fn an_outcome_dated_before_the_handshake_says_so() {
    let mut made_up = small();
    made_up.outcomes[0].fields.date = date("2018-03-02");
    let page = page(made_up);
    assert!(read(&page).contains("Dated before you met: 10 days before the first handshake"));
    assert!(page.contains("<path class=\"before\""));
}

#[test]
fn the_way_back_tells_of_introductions_of_the_forgotten_and_of_what_is_gone() {
    let text = read(&page(career()));
    for told in [
        "Barbara Liskov, introduced by Grace Hopper: first handshake, RustConf, 12 March 2018",
        "Edsger Dijkstra, introduced by someone you chose to forget Grace Hopper: first handshake",
        "Katherine Johnson, introduced by 3 people you chose to forget",
        "something no longer in the book",
        "followed from A parser that three teams use, 15 January 2020",
        "the encounter with Grace Hopper, RustConf, 1 August 2022",
        "(told above)",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn the_tables_tell_people_events_years_and_circles() {
    let text = read(&page(career()));
    for told in [
        "RustConf3126 months3 years and 5 months",
        "OutcomesShortestMedian",
        "After a merge of two books these introductions went round in a circle",
        "until it is set anew: Annie Easley.",
        "212,350 EUR",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(!read(&page(small())).contains("circle"));
}

#[test]
fn markup_in_any_field_comes_out_as_text() {
    for hostile in [
        "<script>x</script>",
        "\"><img onerror=x>",
        "' onload='x",
        "]]></svg>",
        "</style><b>",
        "<!--",
        "&lt;b&amp;",
    ] {
        let mut made_up = small();
        made_up.first[0].name = hostile.into();
        made_up.first[0].event = Event::new(hostile).unwrap();
        made_up.circles.push(who(1));
        let links = [Link::Outcome(id(1)), Link::Encounter(Transcript::from_bytes([1; 32]))];
        made_up.outcomes.push(happened(2, hostile, hostile, "2022-01-01", "", &links));
        made_up.outcomes[0].fields.title = hostile.into();
        made_up.outcomes[0].notes.push(Note::made_up(hostile));
        let at = made_up.first[0].met_at;
        let event = made_up.first[0].event.clone();
        made_up.encounters.push((Transcript::from_bytes([1; 32]), who(1), at, event));
        let tame = page(made_up).replace(&super::html::Text(hostile).to_string(), "");
        assert!(!tame.contains(hostile), "{hostile}");
        for mark in ["<script", "<img", "onerror", "onload", "]]>", "<b>", "<!--", "&lt;", "&amp;"]
        {
            assert!(!tame.contains(mark), "{mark} of {hostile}");
        }
        assert_eq!(tame.matches("</svg>").count(), 1);
        assert_eq!(tame.matches("</style>").count(), 1);
    }
}

#[test]
fn a_page_asks_for_nothing_and_runs_nothing() {
    let page = page(career());
    for asks in ["://", "src=", "url(", "@import", "<script", "<link", "<iframe", "javascript"] {
        assert!(!page.contains(asks), "{asks}");
    }
    assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    for link in page.split("href=\"").skip(1) {
        let to = link.strip_prefix('#').unwrap().split('"').next().unwrap();
        assert!(page.contains(&format!(" id=\"{to}\"")), "{to}");
    }
}

#[test]
fn the_same_lookback_gives_the_same_bytes() {
    assert_eq!(page(career()), page(career()));
}

#[test]
fn an_empty_lookback_gives_a_friendly_page() {
    let empty = lookback_page(&Lookback::default());
    assert!(read(&empty).contains("Nothing to look back at yet Shake hands with someone"));
    let made_up = MadeUp { outcomes: Vec::new(), ..small() };
    let text = read(&page(made_up));
    assert!(text.contains("1 person met in person, and nothing written down that came of it"));
}

#[test]
fn a_long_chain_of_introductions_is_folded_and_no_list_is_nested_without_end() {
    let mut made_up = small();
    for n in 2..=200 {
        made_up.first.push(met(n, "Someone", "2019-01-01", ""));
        made_up.introduced.push(introduced(n, 0, Some(n - 1)));
    }
    made_up.outcomes[0].links = vec![Link::Contact(who(200))];
    let page = page(made_up);
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in page.split('<') {
        depth += usize::from(tag.starts_with("ul"));
        depth -= usize::from(tag.starts_with("/ul"));
        deepest = depth.max(deepest);
    }
    assert_eq!((depth, deepest), (0, 24));
    assert!(page.contains("<summary>200\u{a0}steps</summary>"));
}
