//! Contacts on their way out.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{
    Person, code, interrupt, lapel, one_who_met_three, stderr, stdout, two_people, two_who_met,
    until,
};

const FORMATS: [&str; 11] = [
    "vcard4",
    "vcard3",
    "jcard",
    "jscontact",
    "csv",
    "csv-google",
    "csv-outlook",
    "csv-hubspot",
    "csv-salesforce",
    "json",
    "jsonl",
];

fn names(ada: &Person, options: &[&str]) -> Vec<String> {
    let text = ada.ok(&[&["export", "--format", "jsonl", "--out", "-"], options].concat());
    let contacts = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    contacts.map(|c| c["badge"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_export_replaces_a_file_whole_or_leaves_it() {
    let (dir, ada, _grace) = two_who_met();
    let path = ada.path("cards.vcf");
    let out = path.to_str().unwrap();
    assert_eq!(ada.json(&["export", "--format", "vcard4", "--out", out])["contacts"], 1);
    let card = fs::read_to_string(&path).unwrap();
    assert!(card.contains("FN:Grace Hopper\r\n"), "{card}");

    fs::write(&path, "old").unwrap();
    let small = format!(
        "trap '' XFSZ; ulimit -f 0; exec {} --home {} export --format vcard4 --out {out}",
        env!("CARGO_BIN_EXE_lapel"),
        ada.home().display()
    );
    let full = Command::new("bash").args(["-c", &small]).output().unwrap();
    assert_eq!(code(&full), 9, "{}", stderr(&full));
    assert!(stderr(&full).contains("no room left to write"), "{}", stderr(&full));
    ada.fails(9, &["export", "--format", "vcard4", "--out", ada.home().to_str().unwrap()]);
    let said = ada.fails(9, &["export", "--format", "csv", "--out", "no/such/directory/cards"]);
    assert!(said.contains("no/such/directory/cards can't be written"), "{said}");
    ada.fails(5, &["export", "--format", "vcard4", "--out", out, "nobody"]);
    let said = ada.fails(5, &["export", "--format", "vcard4", "--out", out, "--event", "Mars"]);
    assert_eq!(said, "Nobody was met at \"Mars\". Events in the book: Rust Week.\n");
    let said = ada.fails(5, &["export", "--format", "vcard4", "--out", out, "--tag", "none"]);
    assert!(said.starts_with("Nobody in the book fits, so nothing was written."), "{said}");
    let said = ada.fails(2, &["export", "--format", "csv", "--out", out, "--fields", "name,shoes"]);
    assert!(said.contains("\"shoes\" is no field of a contact; there are name, title"), "{said}");
    ada.fails(2, &["export", "--format", "xml", "--out", out]);
    ada.fails(2, &["export", "--format", "csv", "--out", out, "--tag", "x", "Grace Hopper"]);
    ada.fails(2, &["export", "--format", "csv"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    let names = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_str().unwrap().starts_with(".lapel")));
}

#[test]
fn every_format_goes_to_a_file_and_to_standard_output_alike() {
    let (_dir, ada, _others) = one_who_met_three();
    for format in FORMATS {
        let path = ada.path(format);
        let said = ada.ok(&["export", "--format", format, "--out", path.to_str().unwrap()]);
        assert_eq!(said, format!("3 people are in {}, in clear.\n", path.display()));
        let output = ada.run(&["export", "--format", format, "--out", "-"]);
        assert_eq!((code(&output), stderr(&output).as_str()), (0, ""));
        assert_eq!(output.stdout, fs::read(&path).unwrap(), "{format}");
        let preview = ada.ok(&["export", "--format", format, "--preview=1"]);
        assert!(preview.contains("Alan") && !preview.contains("Grace"), "{format}: {preview}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut closed = ada.command(&["export", "--format", format, "--out", "-"]);
        let closed = closed.stdout(Stdio::from(writer)).output().unwrap();
        assert_eq!((code(&closed), stderr(&closed).as_str()), (0, ""), "{format}");
    }
    ada.fails(2, &["export", "--format", "json", "--out", "-", "--json"]);
}

#[test]
fn whoever_is_chosen_leaves_with_what_was_asked_for() {
    let (_dir, ada, _others) = one_who_met_three();
    ada.ok(&["tag", "Mary Somerville", "maths"]);
    ada.ok(&["note", "Mary Somerville", "a secret"]);
    ada.ok(&[
        "outcome",
        "add",
        "--kind",
        "talk",
        "--title",
        "Tides",
        "--contact",
        "Mary Somerville",
    ]);
    for (options, expected) in [
        (&[][..], &["Alan Turing", "Mary Somerville", "Grace Hopper"][..]),
        (&["--event", "rust week"], &["Grace Hopper"]),
        (&["--tag", "Maths"], &["Mary Somerville"]),
        (&["--search", "tur"], &["Alan Turing"]),
        (&["--since", "2020-01-01", "--confirmed", "--search", "gra"], &["Grace Hopper"]),
        (&["Grace Hopper", "Alan Turing"], &["Grace Hopper", "Alan Turing"]),
    ] {
        assert_eq!(names(&ada, options), expected, "{options:?}");
    }
    ada.fails(5, &["export", "--format", "csv", "--out", "-", "--since", "2106-01-01"]);

    let told = |options: &[&str]| {
        let mary = &["export", "--format", "jsonl", "--out", "-", "Mary Somerville"];
        ada.ok(&[mary, options].concat())
    };
    assert!(!told(&[]).contains("secret") && !told(&[]).contains("maths"));
    let notes = told(&["--with-notes"]);
    assert!(notes.contains("secret") && notes.contains("maths") && !notes.contains("Tides"));
    assert!(told(&["--with-outcomes"]).contains("Tides"));
    let bare = told(&["--fields", "email"]);
    assert!(bare.contains("Mary") && !bare.contains("met_at") && !bare.contains("state"), "{bare}");
}

#[test]
fn a_dry_run_writes_nothing_and_says_how_much_would_leave() {
    let (dir, ada, _others) = one_who_met_three();
    ada.ok(&["note", "Grace Hopper", "one"]);
    // Beside the homes, in which the book's own lists come and go.
    let there = || fs::read_dir(dir.path()).unwrap().count();
    let before = there();
    let bytes = ada.run(&["export", "--format", "csv", "--with-notes", "--out", "-"]).stdout.len();
    let said = ada.ok(&["export", "--format", "csv", "--with-notes", "--dry-run"]);
    assert_eq!(
        said,
        format!(
            "3 people would leave as csv, of whom 3 confirmed, with 3 encounters, 1 note: {bytes} \
             bytes. Nothing was written.\n"
        )
    );
    let told = ada.json(&["export", "--format", "csv", "--with-notes", "--dry-run"]);
    assert_eq!((&told["out"], &told["notes"]), (&Value::Null, &1.into()));
    assert_eq!((&told["contacts"], &told["bytes"]), (&3.into(), &bytes.into()));
    assert_eq!(there(), before);
    ada.fails(2, &["export", "--format", "csv", "--dry-run", "--out", "x"]);
}

#[test]
fn nobody_in_the_book_is_a_sentence_and_the_schema_needs_no_book() {
    let (_dir, ada, _grace) = two_people();
    let said = ada.fails(5, &["export", "--format", "json", "--out", "nobody.json"]);
    assert!(said.starts_with("Nobody in the book fits"), "{said}");
    assert!(!ada.path("nobody.json").exists());
    let output = lapel().args(["--home", "/no/such/home", "export", "--schema"]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let schema: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(schema["$id"], "urn:lapel:contacts:1");
}

#[cfg(target_os = "linux")]
#[test]
fn control_c_gives_130_and_nothing_of_the_export() {
    let (_dir, ada, _grace) = two_who_met();
    let pipe = ada.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let out = pipe.to_str().unwrap();
    // It waits for a reader of the pipe, and hears of Ctrl-C before it writes a line.
    let child = ada.command(&["export", "--format", "csv", "--out", out]).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    until(|| {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = u64::from_str_radix(caught.unwrap_or("0").trim(), 16).unwrap();
        caught & 0b10 != 0 // SIGINT is the second
    });
    interrupt(&child);
    // Noted by a thread of its own, which needs a moment.
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(fs::read_to_string(&pipe).unwrap(), "");
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130, "{}", stderr(&output));
    // Of a pipe nobody can say that it is as it was.
    assert_eq!(stderr(&output), "Interrupted.\n");
}
