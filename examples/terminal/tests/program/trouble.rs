//! Exit codes for everything that isn't there, isn't free, or isn't whole.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{
    Person, code, files, interrupt, lapel, stderr, two_people, two_who_met, until,
};

#[test]
fn without_a_book_every_command_says_how_to_make_one_and_makes_none() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    for args in [
        &["contacts"][..],
        &["whoami"],
        &["doctor"],
        &["doctor", "--repair"],
        &["shake"],
        &["contact", "x"],
        &["forget", "x"],
        &["badge", "list"],
        &["export", "--format", "vcard4", "--out", "-"],
    ] {
        let output = lapel().arg("--home").arg(&home).args(args).output().unwrap();
        assert_eq!(code(&output), 6, "{args:?}");
        assert!(stderr(&output).contains("lapel init"));
        assert!(!home.exists());
    }
}

#[test]
fn init_refuses_a_bad_badge_before_it_makes_anything_and_a_second_book() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let init =
        |name: &str| lapel().arg("--home").arg(&home).args(["init", "--name", name]).output();
    assert_eq!(code(&init(&"long".repeat(20)).unwrap()), 8);
    assert!(!home.exists());
    assert_eq!(code(&init("Ada").unwrap()), 0);
    let again = init("Eve").unwrap();
    assert_eq!(code(&again), 8);
    assert!(stderr(&again).contains("nothing was changed"));
    let whoami = lapel().arg("--home").arg(&home).arg("whoami").output().unwrap();
    assert!(String::from_utf8(whoami.stdout).unwrap().contains("Ada"));
}

#[test]
fn a_book_in_use_gives_7_and_the_other_process_goes_on() {
    let (_dir, ada, grace) = two_people();
    let child = ada.shakes(&grace, &["--yes"]).spawn().unwrap();
    until(|| ada.picture().exists());
    ada.fails(7, &["contacts"]);
    ada.fails(7, &["doctor"]);
    ada.fails(7, &["init", "--name", "Eve"]);
    interrupt(&child);
    assert_eq!(code(&child.wait_with_output().unwrap()), 130);
}

#[test]
fn wrong_command_lines_give_2_and_json_says_so_too() {
    let (_dir, ada, _grace) = two_people();
    ada.fails(2, &[]);
    ada.fails(2, &["dance"]);
    ada.fails(2, &["shake", "--show", "a.png"]);
    ada.fails(2, &["shake", "--show", "a.png", "--watch", "a.png"]);
    ada.fails(2, &["man", "dance"]);
    let said = ada.fails(2, &["contact", "--json"]);
    let error: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(error["error"]["code"], "usage");
}

fn with_a_full_disk(person: &Person, args: &str) -> i32 {
    let lapel = env!("CARGO_BIN_EXE_lapel");
    let home = person.home();
    let script =
        format!("trap '' XFSZ; ulimit -f 0; exec {lapel} --home {} {args}", home.display());
    code(&Command::new("bash").args(["-c", &script]).output().unwrap())
}

#[test]
fn a_full_disk_gives_9_and_nothing_is_lost() {
    let (_dir, ada, _grace) = two_who_met();
    ada.ok(&["note", "Grace Hopper", "before"]);
    for args in
        ["note 'Grace Hopper' after", "tag 'Grace Hopper' after", "forget --yes 'Grace Hopper'"]
    {
        assert_eq!(with_a_full_disk(&ada, args), 9, "{args}");
    }
    let contact = ada.contacts().remove(0);
    assert_eq!(contact["notes"], serde_json::json!(["before"]));
    assert_eq!(contact["encounters"][0]["state"], "confirmed");
    ada.ok(&["note", "Grace Hopper", "after"]);
}

#[test]
fn a_lost_key_gives_9_and_says_what_to_put_back() {
    let (_dir, ada, _grace) = two_people();
    fs::rename(ada.home().join("keys"), ada.home().join("elsewhere")).unwrap();
    assert!(ada.fails(9, &["contacts"]).contains("keys"));
    fs::rename(ada.home().join("elsewhere"), ada.home().join("keys")).unwrap();
    ada.ok(&["contacts"]);
}

#[test]
fn the_doctor_changes_nothing_unless_asked_and_then_mends() {
    let (_dir, ada, _grace) = two_who_met();
    let index = files(&ada.home()).into_iter().find(|path| path.ends_with("index/db")).unwrap();
    fs::write(&index, b"spoilt").unwrap();
    let contents = || -> Vec<_> {
        files(&ada.home()).into_iter().map(|p| (fs::read(&p).unwrap(), p)).collect()
    };
    let before = contents();
    let report = ada.json(&["doctor"]);
    assert_eq!((&report["healthy"], &report["lost"]), (&false.into(), &0.into()));
    assert!(before == contents(), "a look changed something");
    assert!(ada.ok(&["doctor"]).contains("doctor --repair"));
    assert_eq!(ada.json(&["doctor", "--repair"])["index"], "rebuilt");
    assert_eq!(ada.json(&["doctor"])["healthy"], true);
    assert_eq!(ada.contacts().len(), 1);
}

#[test]
fn a_closed_pipe_ends_quietly_with_0() {
    let (_dir, ada, _grace) = two_who_met();
    for args in [&["contacts"][..], &["whoami", "--json"], &["completions", "bash"], &["man"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = ada.command(args).stdout(Stdio::from(writer)).output().unwrap();
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""), "{args:?}");
    }
}
