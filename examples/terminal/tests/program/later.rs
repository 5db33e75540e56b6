//! What is written about people after they were met.

use serde_json::{Value, json};

use crate::support::{code, meet, one_who_met_three, stdout, two_who_met};

const GRACE: &str = "Grace Hopper";

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|contact| contact["name"].as_str().unwrap()).collect()
}

#[test]
fn lists_are_chosen_from_ordered_and_cut_short() {
    let (_dir, ada, _others) = one_who_met_three();
    ada.ok(&["tag", "Alan Turing", "maths"]);
    ada.ok(&["introduced", "Alan Turing", "--by", GRACE]);
    let list = |args: &[&str]| ada.json(&[&["contacts"], args].concat());
    let all = list(&[]);
    assert_eq!(names(&all["contacts"]), ["Alan Turing", "Mary Somerville", GRACE]);
    assert_eq!(all["more"], 0);
    let by_name = list(&["--order", "name", "--limit", "2"]);
    assert_eq!(names(&by_name["contacts"]), ["Alan Turing", GRACE]);
    assert_eq!(by_name["more"], 1);
    assert!(ada.ok(&["contacts", "--limit", "2"]).contains("And 1 more."));
    assert_eq!(names(&list(&["--tag", "MATHS"])["contacts"]), ["Alan Turing"]);
    assert_eq!(names(&list(&["--introduced-by", "grace hopper"])["contacts"]), ["Alan Turing"]);
    assert_eq!(names(&list(&["--confirmed", "--event", "rust week"])["contacts"]), [GRACE]);
    assert!(ada.ok(&["contacts", "--tag", "cobol"]).contains("Nobody in the book fits."));
    ada.fails(5, &["contacts", "--introduced-by", "Nobody"]);
    ada.fails(2, &["contacts", "--order", "age"]);
    ada.fails(2, &["contacts", "--limit", "0"]);
}

#[test]
fn notes_are_written_anew_and_taken_away_by_their_numbers() {
    let (_dir, ada, _grace) = two_who_met();
    ada.ok(&["note", GRACE, "knows Cobol"]);
    ada.ok(&["note", GRACE, "likes clocks"]);
    assert!(ada.ok(&["contact", GRACE]).contains("note 2        likes clocks"));
    let contact = ada.json(&["note", GRACE, "--replace", "1", "made Cobol"]);
    assert_eq!(contact["notes"], json!(["made Cobol", "likes clocks"]));
    assert_eq!(ada.json(&["note", GRACE, "--remove", "1"])["notes"], json!(["likes clocks"]));
    for number in ["0", "2"] {
        assert!(ada.fails(5, &["note", GRACE, "--remove", number]).contains("no note"));
    }
    ada.fails(8, &["note", GRACE, "--replace", "1", ""]);
    ada.fails(2, &["note", GRACE]);
    ada.fails(2, &["note", GRACE, "--remove", "1", "text"]);
}

#[test]
fn points_and_places_are_given_and_taken_back() {
    let (_dir, ada, _grace) = two_who_met();
    assert_eq!(ada.json(&["rate", GRACE, "5"])["rating"], 5);
    assert_eq!(ada.json(&["place", GRACE, "the queue"])["place"], "the queue");
    let said = ada.ok(&["contact", GRACE]);
    assert!(said.contains("5 of 5") && said.contains("the queue"), "{said}");
    assert_eq!(ada.json(&["rate", GRACE, "0"])["rating"], Value::Null);
    assert_eq!(ada.json(&["place", GRACE, ""])["place"], Value::Null);
    ada.fails(2, &["rate", GRACE, "6"]);
    assert!(ada.fails(8, &["place", GRACE, &"far ".repeat(30)]).contains("place"));
}

#[test]
fn follow_ups_are_listed_soonest_first_until_they_are_done() {
    let (_dir, ada, _others) = one_who_met_three();
    assert!(ada.fails(5, &["followup", GRACE, "--done"]).contains("--on"));
    ada.ok(&["followup", GRACE, "--on", "2199-12-31"]);
    ada.ok(&["followup", "Alan Turing", "--on", "2001-02-03"]);
    ada.ok(&["followup", "Mary Somerville", "--on", "2002-02-03"]);
    let listed = |args: &[&str]| {
        let list = ada.json(&[&["followups"], args].concat());
        let list = list["follow_ups"].as_array().unwrap().iter();
        list.map(|f| f["person"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&[]), ["Alan Turing", "Mary Somerville", GRACE]);
    assert_eq!(listed(&["--due"]), ["Alan Turing", "Mary Somerville"]);
    assert!(ada.ok(&["followups"]).contains("2001-02-03  Alan Turing, overdue"));
    let done = ada.json(&["followup", "Alan Turing", "--done"]);
    assert_eq!(done["follow_up"], json!({ "on": "2001-02-03", "done": true }));
    let never = ada.json(&["followup", "Mary Somerville", "--never"]);
    assert_eq!(never["follow_up"], Value::Null);
    assert_eq!(listed(&[]), [GRACE]);
    assert!(ada.ok(&["followups", "--due"]).contains("Nobody"));
    for wrong in [&["--on", "tomorrow"][..], &[], &["--done", "--never"]] {
        ada.fails(2, &[&["followup", GRACE], wrong].concat());
    }
}

#[test]
fn nobody_is_introduced_by_themselves_however_far_round() {
    let (_dir, ada, _others) = one_who_met_three();
    let contact = ada.json(&["introduced", "Alan Turing", "--by", "Mary Somerville"]);
    assert_eq!(contact["introduced"]["by"]["name"], "Mary Somerville");
    ada.ok(&["introduced", "Mary Somerville", "--by", GRACE]);
    assert!(ada.ok(&["contact", "Alan Turing"]).contains("introduced by Mary Somerville"));
    let said = ada.fails(8, &["introduced", GRACE, "--by", "Alan Turing"]);
    assert!(said.contains("circle"), "{said}");
    ada.ok(&["forget", "--yes", "Mary Somerville"]);
    let said = ada.ok(&["contact", "Alan Turing"]);
    assert!(said.contains("someone you chose to forget, and Grace Hopper before"), "{said}");
    let contact = ada.json(&["introduced", "Alan Turing", "--by", "nobody"]);
    assert_eq!(contact["introduced"], Value::Null);
}

#[test]
fn two_keys_of_one_person_are_shown_as_one_and_taken_apart_again() {
    let (dir, ada, grace) = two_who_met();
    std::fs::rename(grace.home(), dir.path().join("first")).unwrap();
    grace.ok(&["init", "--name", GRACE]);
    assert_eq!(meet(&ada, &grace, &["--yes"]), (0, 0));
    let prints = ada.contacts();
    let prints: Vec<_> = prints.iter().map(|c| c["fingerprint"].as_str().unwrap()).collect();
    let (new, old) = (prints[0], prints[1]);
    ada.fails(5, &["contact", GRACE]);
    ada.fails(8, &["person", "split", old]);
    ada.ok(&["person", "merge", old, new]);
    assert_eq!(ada.contacts().len(), 1);
    let contact = ada.json(&["contact", GRACE]);
    assert_eq!(contact["fingerprint"], new);
    assert_eq!(contact["same_person"][0]["fingerprint"], old);
    assert_eq!(contact["same_person"][0]["encounters"][0]["event"], "Rust Week");
    let said = ada.ok(&["contact", old]);
    assert!(said.contains(&format!("{GRACE} [{new}], the one in lists")), "{said}");
    assert!(said.matches("confirmed by them").count() == 2, "{said}");
    ada.ok(&["followup", old, "--on", "2001-01-01"]);
    let due = ada.json(&["followups", "--due"]);
    assert_eq!(due["follow_ups"][0]["person"]["fingerprint"], old);
    assert!(ada.fails(8, &["person", "merge", new, old]).contains("one person already"));
    assert_eq!(ada.json(&["person", "split", old])["same_person"], json!([]));
    assert_eq!(ada.contacts().len(), 2);
}

#[test]
fn what_changed_on_a_badge_is_said_when_they_are_met_again_and_kept() {
    let (_dir, ada, grace) = two_who_met();
    // Words of theirs can't end the quotation that they stand in.
    let (title, sentence) = (r#"Rear "admiral""#, r#"title was "Admiral", is "Rear \"admiral\"""#);
    grace.ok(&["badge", "set", "main", "--name", GRACE, "--title", title, "--line", "Hi"]);
    let one = ada.shakes(&grace, &["--yes"]).spawn().unwrap();
    let other = grace.shakes(&ada, &["--yes"]).spawn().unwrap();
    let (one, other) = (one.wait_with_output().unwrap(), other.wait_with_output().unwrap());
    assert_eq!((code(&one), code(&other)), (0, 0));
    assert!(stdout(&one).contains(sentence), "{}", stdout(&one));
    assert!(!stdout(&other).contains(" was \""), "{}", stdout(&other));
    let said = ada.ok(&["contact", GRACE]);
    assert!(said.contains(sentence) && said.contains("line is new: \"Hi\""), "{said}");
    let contact = ada.json(&["contact", GRACE]);
    let change = &contact["badge_changes"][0];
    assert_eq!(change["encounter"], contact["encounters"][1]["id"]);
    assert_eq!(
        (&change["field"], &change["before"], &change["after"]),
        (&json!("title"), &json!(["Admiral"]), &json!([title]))
    );
}
