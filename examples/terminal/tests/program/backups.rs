//! The whole book in one file, and back.

use std::fs;

use crate::support::{code, meet, one_who_met_three, stderr, two_who_met};

#[test]
fn a_phone_is_lost_and_the_book_is_restored_and_meets_the_same_person_again() {
    let (_dir, ada, grace) = two_who_met();
    ada.ok(&["note", "Grace Hopper", "compilers"]);
    let words = ada.path("words");
    fs::write(&words, "correct horse\nand a second line\n").unwrap();
    let words = ["--passphrase-file", words.to_str().unwrap()];
    let file = ada.path("book.age");
    let file = file.to_str().unwrap();
    let said = ada.ok(&[&["backup", "--out", file][..], &words].concat());
    assert!(said.contains("Whoever opens it is you"), "{said}");
    let me = ada.json(&["whoami"])["id"].clone();
    fs::remove_dir_all(ada.home()).unwrap();

    let restore = [&["restore", file][..], &words].concat();
    let dry = ada.json(&[&restore[..], &["--dry-run"]].concat());
    assert_eq!((&dry["people"], &dry["dry_run"]), (&1.into(), &true.into()));
    assert!(!ada.home().exists(), "a dry run makes nothing");
    let said = ada.ok(&restore);
    assert!(said.contains("stop using it where it was"), "{said}");
    assert_eq!(ada.json(&["whoami"])["id"], me);
    let contact = ada.json(&["contact", "Grace Hopper"]);
    assert_eq!(contact["notes"][0], "compilers");

    let again = ada.run(&restore);
    assert_eq!(code(&again), 8, "{}", stderr(&again));
    assert!(stderr(&again).contains("is a book with something in it"), "{}", stderr(&again));
    assert_eq!(meet(&ada, &grace, &["--yes"]), (0, 0));
    let contact = grace.json(&["contact", "Ada Lovelace"]);
    assert_eq!(contact["encounters"].as_array().unwrap().len(), 2, "to Grace, Ada is who she was");
}

#[test]
fn a_backup_is_merged_into_the_book_that_is_here() {
    let (_dir, ada, _) = one_who_met_three();
    let file = ada.path("book.age");
    let file = file.to_str().unwrap();
    let words = ada.path("words");
    fs::write(&words, "correct horse").unwrap();
    let words = ["--passphrase-file", words.to_str().unwrap()];
    ada.ok(&[&["backup", "--out", file][..], &words].concat());
    let merge = [&["restore", file, "--merge"][..], &words].concat();
    let merged = ada.json(&merge);
    assert_eq!((&merged["encounters"], &merged["older"]), (&0.into(), &false.into()));
    ada.ok(&["forget", "Alan Turing", "--yes"]);
    let merged = ada.json(&merge);
    assert_eq!((&merged["left_out"], &merged["older"]), (&1.into(), &true.into()));
    let names = ada.ok(&["contacts"]);
    assert!(!names.contains("Alan Turing"), "{names}");
}

#[test]
fn what_opens_no_backup_is_said_in_a_sentence_and_changes_nothing() {
    let (_dir, ada, _grace) = two_who_met();
    let file = ada.path("book.age");
    let file = file.to_str().unwrap();
    let [right, wrong] = ["right", "wrong"].map(|words| {
        let path = ada.path(words);
        fs::write(&path, words).unwrap();
        path.to_str().unwrap().to_owned()
    });
    fs::write(file, "old").unwrap();
    let out = ada.run(&["backup", "--out", file]);
    assert_eq!((code(&out), fs::read_to_string(file).unwrap().as_str()), (2, "old"));
    assert!(stderr(&out).contains("no terminal to ask"), "{}", stderr(&out));
    ada.ok(&["backup", "--out", file, "--passphrase-file", &right]);
    let refused = |arguments: &[&str], exit: i32, sentence: &str| {
        let out = ada.run(arguments);
        assert_eq!(code(&out), exit, "{}", stderr(&out));
        assert!(stderr(&out).contains(sentence), "{}", stderr(&out));
    };
    let merge = ["restore", file, "--merge", "--passphrase-file"];
    refused(&[&merge[..], &[&wrong]].concat(), 8, "doesn't open the backup");
    let mut bytes = fs::read(file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(file, &bytes).unwrap();
    refused(&[&merge[..], &[&right]].concat(), 8, "is cut or altered");
    fs::write(file, "BEGIN:VCARD").unwrap();
    refused(&[&merge[..], &[&right]].concat(), 8, "is not a backup: it isn't an age file");
    refused(&["restore", "nowhere.age", "--passphrase-file", &right], 8, "nowhere.age");
    refused(&["backup", "--out", file, "--recipient", "age1nobody"], 8, "ecipient 1 is none");
    refused(&["restore", "-", "--passphrase-file", &right], 2, "name a file");
    refused(&["backup", "--out", file, "--passphrase", "right"], 2, "unexpected argument");
    let nowhere = ada.path("nowhere/book.age");
    let nowhere = nowhere.to_str().unwrap();
    refused(&["backup", "--out", nowhere, "--passphrase-file", &right], 9, "nowhere/book.age");
}

#[test]
fn the_environment_gives_a_passphrase_and_standard_output_takes_a_backup() {
    let (_dir, ada, _grace) = two_who_met();
    let asked = |args: &[&str]| {
        let out = ada.command(args).env("LAPEL_PASSPHRASE", "correct horse").output().unwrap();
        assert_eq!(code(&out), 0, "{}", stderr(&out));
        out.stdout
    };
    let file = ada.path("book.age");
    fs::write(&file, asked(&["backup", "--out", "-"])).unwrap();
    assert!(!ada.path("-").exists());
    let said = asked(&["restore", file.to_str().unwrap(), "--merge", "--dry-run", "--json"]);
    let said: serde_json::Value = serde_json::from_slice(&said).unwrap();
    assert_eq!((&said["encounters"], &said["known"]), (&0.into(), &2.into()));
    // A recipient is enough, whatever the environment has.
    let recipient = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    let sealed = asked(&["backup", "--out", "-", "--recipient", recipient]);
    assert!(sealed.starts_with(b"age-encryption.org/v1\n-> X25519 "));
    let said = ada.fails(2, &["backup", "--out", "-", "--json"]);
    assert!(said.contains("not both"), "{said}");
}
