//! Exit codes for everything that isn't there, isn't free, or isn't whole.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

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
        &["followups"],
        &["outcome", "list"],
        &["lookback"],
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
    code(&on_a_full_disk(person, args))
}

fn on_a_full_disk(person: &Person, args: &str) -> Output {
    let lapel = env!("CARGO_BIN_EXE_lapel");
    let home = person.home();
    let script =
        format!("trap '' XFSZ; ulimit -f 0; exec {lapel} --home {} {args}", home.display());
    Command::new("bash").args(["-c", &script]).output().unwrap()
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

/// The ledger of the one generation there is.
fn ledger(person: &Person) -> PathBuf {
    files(&person.home()).into_iter().find(|path| path.ends_with("ledger")).unwrap()
}

#[test]
fn the_doctor_puts_a_damaged_ledger_right_from_the_index() {
    let (_dir, ada, _grace) = two_who_met();
    let path = ledger(&ada);
    let sound = fs::read(&path).unwrap();
    let mut spoilt = sound.clone();
    spoilt[..1400].fill(0x5A);
    fs::write(&path, spoilt).unwrap();
    let report = ada.json(&["doctor"]);
    assert_eq!((&report["header_damaged"], &report["lost"]), (&true.into(), &0.into()));
    let said = ada.ok(&["doctor", "--repair"]);
    assert!(said.contains("was mended") && said.contains("entries put back"), "{said}");
    assert!(ada.ok(&["doctor"]).ends_with("The book is well.\n"));
    assert_eq!(fs::read(&path).unwrap(), sound);
}

#[test]
fn the_doctor_counts_what_is_lost_from_ledger_and_index_and_gives_9() {
    let (_dir, ada, _grace) = two_who_met();
    ada.ok(&["note", "Grace Hopper", "one"]);
    ada.ok(&["note", "Grace Hopper", "two"]);
    let path = ledger(&ada);
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    // Two notes are the last two entries, of 353 bytes each.
    bytes[end - 600..end - 500].fill(0x5A);
    fs::write(&path, bytes).unwrap();
    fs::remove_dir_all(path.with_file_name("index")).unwrap();
    let said = ada.fails(9, &["doctor", "--repair"]);
    assert!(said.contains("Some entries are lost"), "{said}");
    let report = ada.command(&["doctor", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!((&report["lost"], &report["healthy"]), (&1.into(), &false.into()));
    assert_eq!(ada.contacts()[0]["notes"], serde_json::json!(["two"]));
}

#[test]
fn the_doctor_says_that_a_disk_is_full_and_that_everything_is_there() {
    let (_dir, ada, _grace) = two_who_met();
    let contents = || -> Vec<_> {
        files(&ada.home()).into_iter().map(|p| (fs::read(&p).unwrap(), p)).collect()
    };
    let before = contents();
    let output = on_a_full_disk(&ada, "doctor");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("Contacts: 1.") && said.contains("The disk is full."), "{said}");
    assert!(said.contains("only the ledger was read"), "{said}");
    assert!(before == contents(), "a look changed something");
    assert!(ada.ok(&["doctor"]).contains("The book is well."));
}

#[test]
fn the_doctor_reads_the_ledger_where_no_copy_can_be_made() {
    let (dir, ada, _grace) = two_who_met();
    let nowhere = dir.path().join("nowhere");
    let output = ada.command(&["doctor"]).env("TMPDIR", nowhere).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("Contacts: 1.") && said.contains("No copy could be made"), "{said}");
}

#[test]
fn an_older_copy_of_the_book_is_told() {
    let (dir, ada, _grace) = two_who_met();
    let older = dir.path().join("older");
    let copied = Command::new("cp").arg("-r").arg(ada.home().join("book")).arg(&older).status();
    assert!(copied.unwrap().success());
    ada.ok(&["note", "Grace Hopper", "later"]);
    fs::remove_dir_all(ada.home().join("book")).unwrap();
    fs::rename(older, ada.home().join("book")).unwrap();
    assert_eq!(ada.json(&["doctor"])["rolled_back"], true);
    let output = ada.command(&["contacts"]).output().unwrap();
    assert!(stderr(&output).contains("older copy of the book"), "{}", stderr(&output));
    assert_eq!(ada.json(&["doctor"])["rolled_back"], false);
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
