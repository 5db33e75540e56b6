//! Looking after the people in the book.

use serde_json::json;

use crate::support::{meet, two_who_met};

#[test]
fn a_person_is_found_by_name_id_prefix_and_fingerprint_and_nobody_else_is() {
    let (_dir, ada, _grace) = two_who_met();
    let contact = ada.contacts().remove(0);
    let (id, print) = (contact["id"].as_str().unwrap(), contact["fingerprint"].as_str().unwrap());
    let plain = print.replace('-', "").to_lowercase();
    for meant in [id, &id[..4], &id.to_uppercase(), print, &plain, "GRACE hopper"] {
        assert_eq!(ada.json(&["contact", meant]), contact, "{meant}");
    }
    for meant in ["Grace", &id[..3], "ffff0000ffff", ""] {
        assert!(ada.fails(5, &["contact", meant]).contains("contacts"), "{meant}");
    }
    assert!(ada.fails(5, &["contact", "grace"]).contains("Perhaps you mean Grace Hopper"));
}

#[test]
fn two_of_one_name_are_told_apart_by_a_sentence() {
    let (dir, ada, grace) = two_who_met();
    std::fs::rename(grace.home(), dir.path().join("first")).unwrap();
    grace.ok(&["init", "--name", "Grace Hopper"]);
    assert_eq!(meet(&ada, &grace, &["--yes"]), (0, 0));
    let said = ada.fails(5, &["contact", "grace hopper"]);
    for contact in ada.contacts() {
        assert!(said.contains(contact["fingerprint"].as_str().unwrap()), "{said}");
    }
}

#[test]
fn notes_tags_search_and_events_find_people() {
    let (_dir, ada, _grace) = two_who_met();
    ada.ok(&["note", "Grace Hopper", "wrote the compiler"]);
    let contact = ada.json(&["tag", "Grace Hopper", "navy"]);
    assert_eq!(
        (&contact["notes"], &contact["tags"]),
        (&json!(["wrote the compiler"]), &json!(["navy"]))
    );
    let found = |args: &[&str]| ada.json(args)["contacts"].as_array().unwrap().len();
    assert_eq!(found(&["contacts", "--search", "comp NAVY"]), 1);
    assert_eq!(found(&["contacts", "--search", "cobol"]), 0);
    assert_eq!(found(&["contacts", "--event", "rust week"]), 1);
    assert!(ada.fails(5, &["contacts", "--event", "FOSDEM"]).contains("Rust Week"));
    assert_eq!(ada.json(&["tag", "--remove", "Grace Hopper", "navy"])["tags"], json!([]));
    ada.fails(8, &["note", "Grace Hopper", ""]);
    ada.fails(8, &["tag", "Grace Hopper", &"long".repeat(20)]);
}

#[test]
fn forgetting_asks_first_and_then_is_for_good() {
    let (_dir, ada, _grace) = two_who_met();
    ada.fails(4, &["forget", "Grace Hopper"]);
    assert_eq!(ada.contacts().len(), 1);
    ada.fails(5, &["forget", "--yes", "Grace Hopper", "nobody"]);
    assert_eq!(ada.contacts().len(), 1);
    let forgotten = ada.json(&["forget", "--yes", "Grace Hopper"]);
    assert_eq!(forgotten["old_key_remains"], false);
    assert!(ada.contacts().is_empty());
    ada.fails(5, &["contact", "Grace Hopper"]);
}

#[test]
fn badges_are_set_shown_chosen_and_removed() {
    let (_dir, ada, _grace) = two_who_met();
    ada.ok(&["badge", "set", "work", "--name", "A. Lovelace", "--handle", "@ada@example.social"]);
    assert_eq!(ada.json(&["whoami"])["badge"]["label"], "main");
    ada.ok(&["badge", "use", "work"]);
    let badges = ada.json(&["badge", "list"]);
    assert_eq!(badges["badges"][1]["on_show"], true);
    assert_eq!(ada.json(&["badge", "show"])["badge"]["handles"], json!(["@ada@example.social"]));
    assert!(ada.fails(8, &["badge", "remove", "work"]).contains("choose another"));
    ada.ok(&["badge", "remove", "main"]);
    ada.fails(5, &["badge", "use", "main"]);
    ada.fails(5, &["badge", "show", "main"]);
    assert!(
        ada.fails(8, &["badge", "set", "x", "--name", "A", "--url", "ftp://a"]).contains("url")
    );
    assert!(ada.fails(8, &["badge", "set", "x", "--name", " "]).contains("name"));
}
