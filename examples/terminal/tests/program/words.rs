//! What is printed: keys that programs rely on, help, completions, manual.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{lapel, stdout, two_who_met};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn documents_carry_exactly_the_documented_keys() {
    let (_dir, ada, _grace) = two_who_met();
    let contact = ada.json(&["contact", "grace hopper"]);
    let documented = [
        "id",
        "fingerprint",
        "name",
        "badge",
        "state",
        "blocked",
        "tags",
        "notes",
        "rating",
        "follow_up",
        "place",
        "introduced",
        "encounters",
        "badge_updates",
        "badge_changes",
        "same_person",
    ];
    assert_eq!(keys(&contact), documented.into());
    let documented =
        ["id", "met_at", "event", "claimed_time", "claimed_event", "state", "check_code"];
    assert_eq!(keys(&contact["encounters"][0]), documented.into());
    assert_eq!(keys(&ada.json(&["whoami"])), ["id", "fingerprint", "badge"].into());
    let documented = ["label", "on_show", "bytes", "badge"];
    assert_eq!(keys(&ada.json(&["badge", "show"])), documented.into());
    let documented = [
        "healthy",
        "repaired",
        "entries",
        "contacts",
        "bytes",
        "lost",
        "healed",
        "torn_bytes",
        "header_damaged",
        "rolled_back",
        "index",
        "index_cause",
        "old_key_remains",
        "room",
        "findings",
    ];
    assert_eq!(keys(&ada.json(&["doctor"])), documented.into());
    let documented = ["id", "fingerprint", "name", "blocked"];
    assert_eq!(keys(&ada.json(&["block", "grace hopper"])), documented.into());

    let readme = include_str!("../../README.md");
    for key in keys(&contact).into_iter().chain(documented) {
        assert!(readme.contains(&format!("`{key}`")), "{key} isn't in the README");
    }
}

#[test]
fn documents_of_what_came_of_it_carry_exactly_the_documented_keys() {
    let (_dir, ada, _grace) = two_who_met();
    ada.ok(&["followup", "grace hopper", "--on", "2026-01-01"]);
    let add = ["outcome", "add", "--kind", "job", "--title", "x", "--contact", "grace hopper"];
    let (outcome, back) = (ada.json(&add), ada.json(&["lookback"]));
    let follow_ups = ada.json(&["followups"]);
    let readme = include_str!("../../README.md");
    for (document, documented) in [
        (&follow_ups["follow_ups"][0], &["on", "due", "person"][..]),
        (&outcome, &["id", "kind", "title", "date", "amount", "links", "notes"]),
        (&outcome["links"][0], &["to", "person", "encounter", "outcome", "forgotten"]),
        (&back, &["outcomes", "people", "events", "years", "circles"]),
        (&back["outcomes"][0], &["outcome", "steps", "cut", "people", "roots", "days"]),
        (
            &back["outcomes"][0]["steps"][0],
            &["depth", "to", "repeated", "person", "met_at", "event", "outcome", "forgotten"],
        ),
        (&back["outcomes"][0]["roots"][0], &["person", "met_at", "event"]),
        (&back["people"][0], &["person", "outcomes", "roots"]),
        (&back["events"][0], &["event", "handshakes", "outcomes", "days", "typical_days"]),
        (&back["years"][0], &["year", "handshakes", "happened", "began"]),
    ] {
        assert_eq!(keys(document), documented.iter().copied().collect(), "{document}");
        for key in documented {
            assert!(readme.contains(&format!("`{key}`")), "{key} isn't in the README");
        }
    }
}

#[test]
fn quiet_commands_say_nothing_and_answers_are_given_all_the_same() {
    let (_dir, ada, _grace) = two_who_met();
    assert_eq!(ada.ok(&["--quiet", "note", "grace hopper", "x"]), "");
    assert!(ada.ok(&["--quiet", "contacts"]).contains("Grace Hopper"));
    assert!(!ada.ok(&["contacts"]).contains('\x1b'));
}

#[test]
fn help_completions_and_manual_come_from_one_source() {
    let run = |args: &[&str]| {
        let output = lapel().args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}");
        stdout(&output)
    };
    assert!(run(&["--help"]).contains("130"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run(&["completions", shell]).contains("shake"), "{shell}");
    }
    assert!(run(&["man"]).starts_with(".ie"));
    assert!(run(&["man", "doctor"]).contains("repair"));
}
