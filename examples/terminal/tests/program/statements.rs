//! Badges and links that are signed outside of a meeting.

use serde_json::{Value, json};

use crate::support::{code, meet, stderr, two_who_met, until};

const GRACE: &str = "Grace Hopper";

#[test]
fn a_signed_badge_is_a_line_of_text_that_those_who_met_its_owner_take() {
    let (_dir, ada, grace) = two_who_met();
    let [older, newer] = ["older", "newer"].map(|name| ada.path(name).display().to_string());
    grace.ok(&["badge", "sign", "--out", &older]);
    grace.ok(&["badge", "set", "main", "--name", GRACE, "--title", "Rear admiral"]);
    // What was signed in the very second they met isn't newer than the meeting.
    until(|| {
        grace.ok(&["badge", "sign", "--label", "main", "--out", &newer]);
        code(&ada.run(&["badge", "apply", &newer])) == 0
    });
    let contact = ada.json(&["badge", "apply", &newer]);
    assert_eq!(contact["badge"]["title"], "Rear admiral");
    assert_eq!(contact["badge_updates"][0]["badge"], contact["badge"]);
    assert_eq!(ada.json(&["contact", GRACE]), contact, "the same again changed nothing");
    assert!(ada.ok(&["contact", GRACE]).contains("signed badge"));
    let text = std::fs::read_to_string(&newer).unwrap();
    assert!(text.starts_with("LAPEL:/") && text.lines().count() == 1, "{text}");
    let said = ada.fails(8, &["badge", "apply", &older]);
    assert!(said.contains("known already") && said.contains("Nothing was changed."), "{said}");
    let said = ada.fails(8, &["identity", "apply", &newer]);
    assert!(said.contains("a signed badge, not a link"), "{said}");
    assert!(grace.fails(8, &["badge", "apply", &newer]).contains("own owner"));
    let mut altered = text.into_bytes();
    altered[40] = if altered[40] == b'1' { b'2' } else { b'1' };
    std::fs::write(&older, altered).unwrap();
    ada.fails(8, &["badge", "apply", &older]);
    std::fs::write(&older, [0xFF; 9_000]).unwrap();
    assert!(ada.fails(8, &["badge", "apply", &older]).contains("not a text of Lapel's"));
    // Somebody who never met her learns the name, and keeps nothing.
    let mary = ada.beside("mary");
    mary.ok(&["init", "--name", "Mary Somerville"]);
    mary.fails(5, &["badge", "apply", &newer]);
    assert!(mary.contacts().is_empty());
}

#[test]
fn a_statement_goes_to_standard_output_or_is_drawn_and_nothing_else_goes_there() {
    let (_dir, _ada, grace) = two_who_met();
    let text = grace.ok(&["badge", "sign", "--out", "-"]);
    assert!(text.starts_with("LAPEL:/") && text.ends_with('\n') && text.lines().count() == 1);
    assert!(grace.ok(&["badge", "sign", "--qr"]).lines().count() > 10);
    let document = grace.json(&["badge", "sign", "--out", &grace.path("b").display().to_string()]);
    assert_eq!(document["text"], std::fs::read_to_string(grace.path("b")).unwrap().trim());
    for both in [&["--out", "-", "--qr"][..], &["--out", "-", "--json"], &["--qr", "--json"], &[]] {
        grace.fails(2, &[&["badge", "sign"][..], both].concat());
    }
    grace.fails(5, &["badge", "sign", "--label", "none", "--qr"]);
}

#[test]
fn a_new_key_is_said_to_be_the_same_person_before_they_are_accepted() {
    let (_dir, ada, grace) = two_who_met();
    let old = ada.contacts().remove(0);
    let [new, thief] = ["new", "thief"].map(|me| ada.beside(me));
    let link = ada.path("link").display().to_string();
    let home = grace.home().display().to_string();
    new.ok(&["init", "--name", GRACE]);
    let document = new.json(&["identity", "link", "--old", &home, "--out", &link]);
    assert_eq!(document["old"]["fingerprint"], old["fingerprint"]);
    assert_eq!(document["new"]["id"], new.json(&["whoami"])["id"]);
    let contact = ada.json(&["identity", "apply", &link]);
    assert_eq!((&contact["id"], &contact["same_person"]), (&old["id"], &json!([])));
    assert_eq!(ada.contacts().len(), 1);
    let one = ada.shakes(&new, &["--yes"]).spawn().unwrap();
    let other = new.shakes(&ada, &["--yes"]).spawn().unwrap();
    let (one, other) = (one.wait_with_output().unwrap(), other.wait_with_output().unwrap());
    assert_eq!((code(&one), code(&other)), (0, 0), "{}", stderr(&one));
    let print = old["fingerprint"].as_str().unwrap();
    let sentence = format!("same person, new key: you met them as {GRACE} [{print}]");
    assert!(stderr(&one).contains(&sentence), "{}", stderr(&one));
    let contact = ada.json(&["contact", GRACE]);
    assert_eq!(contact["id"], document["new"]["id"]);
    assert_eq!(contact["same_person"][0]["id"], old["id"]);
    assert_eq!(ada.contacts().len(), 1);
    // Whoever has the old home can sign for another key, too.
    thief.ok(&["init", "--name", GRACE]);
    thief.ok(&["identity", "link", "--old", &home, "--out", &link]);
    let said = ada.fails(8, &["identity", "apply", &link]);
    assert!(said.contains(contact["fingerprint"].as_str().unwrap()), "{said}");
    assert!(said.contains("compare fingerprints"), "{said}");
    let own = thief.home().display().to_string();
    let said = thief.fails(8, &["identity", "link", "--old", &own, "--out", &link]);
    assert!(said.contains("one key with itself"), "{said}");
    let nowhere = thief.path("nowhere").display().to_string();
    thief.fails(6, &["identity", "link", "--old", &nowhere, "--out", &link]);
    assert_eq!(meet(&ada, &grace, &["--yes"]), (0, 0));
    assert_eq!(ada.contacts()[0]["id"], contact["id"], "the new key stands for both still");
    assert_eq!(
        ada.json(&["contact", GRACE])["same_person"][0]["stands_for_all"],
        Value::Bool(false)
    );
}
