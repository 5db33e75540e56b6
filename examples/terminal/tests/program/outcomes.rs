//! What came of meeting people, and looking back.

use serde_json::{Value, json};

use crate::support::{Person, one_who_met_three, two_who_met};

const GRACE: &str = "Grace Hopper";

fn add(person: &Person, title: &str, more: &[&str]) -> Value {
    person.json(&[&["outcome", "add", "--kind", "Talk", "--title", title], more].concat())
}

#[test]
fn an_outcome_is_kept_with_all_that_led_to_it_and_listed_by_day() {
    let (_dir, ada, _grace) = two_who_met();
    assert!(ada.ok(&["outcome", "list"]).contains("Nothing is in the book yet"));
    let encounter = ada.contacts()[0]["encounters"][0]["id"].as_str().unwrap().to_owned();
    let first = add(&ada, "Nanoseconds", &["--date", "2024-05-06", "--encounter", &encounter[..8]]);
    let job = ada.json(&[
        "outcome",
        "add",
        "--kind",
        "job",
        "--title",
        "Chief engineer",
        "--amount",
        "1200.5 eur",
        "--contact",
        GRACE,
        "--after",
        "nanoseconds",
        "--note",
        "from May on",
    ]);
    assert_eq!((&first["kind"], &job["kind"]), (&json!("talk"), &json!("job")));
    assert_eq!(job["amount"], json!({ "hundredths": 120_050, "currency": "EUR" }));
    assert_eq!(job["notes"], json!(["from May on"]));
    let to: Vec<_> = job["links"].as_array().unwrap().iter().map(|link| &link["to"]).collect();
    assert_eq!(to, ["contact", "outcome"]);
    assert_eq!(job["links"][1]["outcome"]["title"], "Nanoseconds");
    assert_eq!(first["links"][0]["encounter"], encounter.as_str());
    let listed = ada.json(&["outcome", "list"]);
    assert_eq!(listed["outcomes"], json!([first, job]));
    let said = ada.ok(&["outcome", "list"]);
    assert!(said.starts_with("2024-05-06  talk: Nanoseconds\n"), "{said}");
    assert!(said.contains("job: Chief engineer, 1200.50 EUR"), "{said}");
    assert!(said.contains("through Grace Hopper\n    through \"Nanoseconds\""), "{said}");
}

#[test]
fn an_outcome_is_named_by_title_or_digits_and_two_of_one_title_are_told_apart() {
    let (_dir, ada, _grace) = two_who_met();
    let one = add(&ada, "Keynote", &["--date", "2024-01-01"]);
    let two = add(&ada, "keynote", &["--date", "2025-01-01"]);
    let said = ada.fails(5, &["outcome", "remove", "Keynote"]);
    for outcome in [&one, &two] {
        assert!(said.contains(outcome["id"].as_str().unwrap()), "{said}");
    }
    let id = one["id"].as_str().unwrap();
    assert_eq!(ada.json(&["outcome", "remove", &id[..12]])["removed"], true);
    assert_eq!(ada.json(&["outcome", "list"])["outcomes"], json!([two]));
    ada.fails(5, &["outcome", "remove", id]);
    assert!(ada.fails(5, &["outcome", "remove", "Key"]).contains("outcome list"));
}

#[test]
fn links_are_added_and_taken_away_and_never_go_round() {
    let (_dir, ada, _grace) = two_who_met();
    let first = add(&ada, "First", &[]);
    add(&ada, "Second", &["--after", "First"]);
    let linked = ada.json(&["outcome", "link", "Second", "--contact", GRACE]);
    assert_eq!(linked["links"].as_array().unwrap().len(), 2);
    let said = ada.fails(8, &["outcome", "link", "First", "--after", "Second"]);
    assert!(said.contains("circle"), "{said}");
    ada.fails(5, &["outcome", "link", "First", "--remove", "--contact", GRACE]);
    ada.fails(5, &["outcome", "link", "First", "--contact", "Nobody"]);
    ada.fails(5, &["outcome", "link", "First", "--encounter", "ffff0000"]);
    ada.fails(2, &["outcome", "link", "First"]);
    let linked = ada.json(&["outcome", "link", "Second", "--remove", "--contact", GRACE]);
    assert_eq!(linked["links"].as_array().unwrap().len(), 1);
    // A link to what was taken away is taken away by its digits.
    ada.ok(&["outcome", "remove", "First"]);
    assert!(ada.ok(&["outcome", "list"]).contains("isn't in the book any more"));
    let id = first["id"].as_str().unwrap();
    let linked = ada.json(&["outcome", "link", "Second", "--remove", "--after", id]);
    assert_eq!(linked["links"], json!([]));
}

#[test]
fn what_is_no_outcome_is_refused_and_nothing_is_kept() {
    let (_dir, ada, _grace) = two_who_met();
    let add = |more: &[&str]| {
        let all = [&["outcome", "add", "--json"], more].concat();
        ada.run(&all).status.code().unwrap()
    };
    assert_eq!(add(&["--kind", "job", "--title", " "]), 8);
    assert_eq!(add(&["--kind", "", "--title", "x"]), 8);
    assert_eq!(add(&["--kind", "job", "--title", "x", "--date", "2199-01-01"]), 8);
    assert_eq!(add(&["--kind", "job", "--title", "x", "--date", "1 May"]), 2);
    assert_eq!(add(&["--kind", "job", "--title", "x", "--amount", "much"]), 2);
    assert_eq!(add(&["--kind", "job", "--title", "x", "--contact", "Nobody"]), 5);
    assert_eq!(ada.json(&["outcome", "list"])["outcomes"], json!([]));
}

#[test]
fn looking_back_tells_the_way_to_the_first_handshakes() {
    let (_dir, ada, _others) = one_who_met_three();
    ada.ok(&["introduced", "Alan Turing", "--by", "Mary Somerville"]);
    ada.ok(&["introduced", "Mary Somerville", "--by", GRACE]);
    add(&ada, "Early", &["--date", "2001-01-01", "--contact", GRACE]);
    add(&ada, "Alone", &["--date", "2001-01-02"]);
    add(&ada, "Machine", &["--contact", "Alan Turing", "--after", "Early"]);
    ada.ok(&["forget", "--yes", "Mary Somerville"]);
    let said = ada.ok(&["lookback"]);
    let parts: Vec<&str> = said.trim_end().split("\n\n").collect();
    assert!(parts[0].ends_with("\n  dated before you met"), "{said}");
    assert!(parts[1].ends_with("no handshake led to this, as far as the book says"), "{said}");
    let way = "\n  Alan Turing, introduced by\n    someone you chose to forget\n      \
               Grace Hopper\n  \"Early\"\n    Grace Hopper (see above)\n  \
               first handshake with Grace Hopper on ";
    assert!(parts[2].contains(way), "{said}");
    assert!(parts[2].ends_with(" at Rust Week\n  on the same day"), "{said}");
    assert!(
        parts[3].starts_with("Who it goes back to\n  Grace Hopper: 2 outcomes, of 2"),
        "{said}"
    );
    assert!(
        parts[4].starts_with("Events\n  Rust Week: 2 outcomes, 1 first handshake, typically"),
        "{said}"
    );
    assert!(parts[5].starts_with("Years\n  2001: 0 first handshakes, 2 outcomes\n"), "{said}");

    let back = ada.json(&["lookback"]);
    let machine = &back["outcomes"][2];
    let steps: Vec<_> = machine["steps"].as_array().unwrap().iter().collect();
    let to: Vec<_> = steps.iter().map(|step| (&step["to"], &step["depth"])).collect();
    assert_eq!(
        json!(to),
        json!([["person", 1], ["forgotten", 2], ["root", 3], ["outcome", 1], ["root", 2]])
    );
    assert_eq!(machine["roots"][0]["event"], "Rust Week");
    assert_eq!((&machine["days"], &machine["cut"]), (&json!(0), &json!(false)));
    assert_eq!(back["people"][0]["person"]["name"], GRACE);
    assert_eq!(back["years"][0]["year"], 2001);
}

#[test]
fn looking_back_at_an_event_a_person_or_since_a_day_leaves_out_the_rest() {
    let (_dir, ada, _others) = one_who_met_three();
    assert!(ada.ok(&["lookback"]).contains("outcome add"));
    add(&ada, "Hers", &["--date", "2001-01-01", "--contact", GRACE]);
    add(&ada, "His", &["--date", "2002-01-01", "--contact", "Alan Turing"]);
    let titles = |args: &[&str]| {
        let back = ada.json(&[&["lookback"], args].concat());
        let all = back["outcomes"].as_array().unwrap().iter();
        all.map(|o| o["outcome"]["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(&[]), ["Hers", "His"]);
    assert_eq!(titles(&["--event", "RUST week"]), ["Hers"]);
    assert_eq!(titles(&["--contact", "alan turing"]), ["His"]);
    assert_eq!(titles(&["--since", "2001-06-01"]), ["His"]);
    assert!(ada.ok(&["lookback", "--contact", "Mary Somerville"]).contains("Nothing"));
    assert!(ada.fails(5, &["lookback", "--event", "FOSDEM"]).contains("Rust Week"));
    ada.fails(2, &["lookback", "--since", "May"]);
}

#[test]
fn looking_back_makes_a_page_that_loads_nothing() {
    let (dir, ada, _others) = one_who_met_three();
    add(&ada, "<b>Machine</b>", &["--date", "2001-01-01", "--contact", GRACE]);
    let page = dir.path().join("back.html");
    let said = ada.ok(&["lookback", "--html", page.to_str().unwrap()]);
    assert!(said.contains("<b>Machine</b>"), "{said}");
    let written = std::fs::read_to_string(&page).unwrap();
    assert!(written.contains(GRACE) && written.contains("&lt;b&gt;Machine"));
    assert!(!written.contains("<b>Machine") && !written.contains("://"));
    assert_eq!(ada.ok(&["lookback", "--html", "-"]), written);
    ada.fails(2, &["lookback", "--html", "-", "--json"]);
    let nowhere = dir.path().join("nowhere/back.html");
    ada.fails(9, &["lookback", "--html", nowhere.to_str().unwrap()]);
}
