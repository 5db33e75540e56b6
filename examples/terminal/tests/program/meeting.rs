//! Two processes meet.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::thread;

use crate::support::{code, interrupt, meet, stderr, stdout, two_people, two_who_met, until};
use lapel::qr::Symbol;

/// Accepts whoever comes and shows nothing before, so that it is always the other side that shows
/// a badge first, and this one that records first.
const ANSWERED: [&str; 3] = ["--yes", "--reveal", "after-accept"];

#[test]
fn two_meet_and_meet_again_and_hold_one_contact_with_two_encounters_each() {
    let (_dir, ada, grace) = two_who_met();
    assert_eq!(meet(&ada, &grace, &["--yes"]), (0, 0));
    for (person, name) in [(&ada, "Grace Hopper"), (&grace, "Ada Lovelace")] {
        let contacts = person.contacts();
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0]["name"], name);
        assert_eq!(contacts[0]["state"], "confirmed");
        let encounters = contacts[0]["encounters"].as_array().unwrap();
        assert_eq!(encounters.len(), 2);
        assert!(encounters.iter().all(|e| e["state"] == "confirmed"));
        assert_eq!(encounters[0]["event"], "Rust Week");
        assert!(encounters[1]["event"].is_null());
    }
}

#[test]
fn small_codes_and_a_badge_shown_after_accepting_meet_too() {
    let (_dir, ada, grace) = two_people();
    assert_eq!(meet(&ada, &grace, &["--yes", "--small"]), (0, 0));
    let one = ada.shakes(&grace, &["--yes", "--reveal", "after-accept"]).spawn().unwrap();
    let other = grace.shakes(&ada, &["--yes", "--json"]).output().unwrap();
    assert_eq!((code(&one.wait_with_output().unwrap()), code(&other)), (0, 0));
    let document: serde_json::Value = serde_json::from_str(&stdout(&other)).unwrap();
    assert_eq!((&document["confirmed"], &document["met_again"]), (&true.into(), &true.into()));
    let refused = ada.fails(2, &["shake", "--compare", "--reveal", "after-accept"]);
    assert!(refused.contains("reveal it first"), "{refused}");
}

#[test]
fn check_codes_are_compared_and_a_difference_is_kept() {
    let (_dir, ada, grace) = two_people();
    let compare = |person: &crate::support::Person, with, answers: &str| {
        let mut shake = person.shakes(with, &["--compare"]);
        let mut child = shake.stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        child
    };
    let one = compare(&ada, &grace, "y\ny\n");
    let other = compare(&grace, &ada, "n\ny\n").wait_with_output().unwrap();
    let one = one.wait_with_output().unwrap();
    assert_eq!((code(&one), code(&other)), (0, 0), "{}", stderr(&one));
    assert!(stderr(&other).contains("check code"), "{}", stderr(&other));
    assert_eq!(ada.contacts()[0]["encounters"][0]["check_code"], "agrees");
    assert_eq!(grace.contacts()[0]["encounters"][0]["check_code"], "differs");
}

/// Carries every line from one to the other.
fn carry(from: ChildStdout, mut to: ChildStdin) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if writeln!(to, "{line}").is_err() {
                return;
            }
        }
    });
}

#[test]
fn two_meet_by_text_alone_when_each_reads_what_the_other_prints() {
    let (_dir, ada, grace) = two_people();
    let begin = |person: &crate::support::Person| {
        let mut shake = person.command(&["shake", "--yes", "--timeout", "20"]);
        shake.stdin(Stdio::piped()).spawn().unwrap()
    };
    let (mut one, mut other) = (begin(&ada), begin(&grace));
    carry(one.stdout.take().unwrap(), other.stdin.take().unwrap());
    carry(other.stdout.take().unwrap(), one.stdin.take().unwrap());
    let (one, other) = (one.wait_with_output().unwrap(), other.wait_with_output().unwrap());
    assert_eq!((code(&one), code(&other)), (0, 0), "{}{}", stderr(&one), stderr(&other));
    assert_eq!(ada.contacts()[0]["state"], "confirmed");
}

#[test]
fn an_exchange_is_not_begun_anew_and_no_code_answers_while_somebody_is_asked_about() {
    let (_dir, ada, grace) = two_people();
    let begin = |person: &crate::support::Person, timeout| {
        let mut shake = person.command(&["shake", "--timeout", timeout]);
        shake.stdin(Stdio::piped()).spawn().unwrap()
    };
    let mut asked = begin(&ada, "8");
    let mut shown = BufReader::new(asked.stdout.take().unwrap()).lines().map_while(Result::ok);
    let hello = shown.next().unwrap();
    // Grace answers the same code three times, under three hellos, and is one too many.
    let offers: Vec<String> = (0..3)
        .map(|_| {
            let mut answering = begin(&grace, "20");
            writeln!(answering.stdin.as_ref().unwrap(), "{hello}").unwrap();
            let shown = BufReader::new(answering.stdout.take().unwrap()).lines();
            let offer = shown.map_while(Result::ok).find(|line| line.len() > 2 * hello.len());
            answering.kill().unwrap();
            answering.wait().unwrap();
            offer.unwrap()
        })
        .collect();
    let mut answers = asked.stdin.take().unwrap();
    let mut told = BufReader::new(asked.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = Vec::new();
    let mut until = |what: &str| {
        said.clear();
        while !said.last().is_some_and(|line: &String| line.contains(what)) {
            said.push(told.next().unwrap_or_else(|| panic!("no {what} in {said:?}")));
        }
        said.clone()
    };
    let number = |said: &[String]| said.last().unwrap().split("[y").nth(1).unwrap()[..4].to_owned();
    // A scanner that types has typed an answer, too, as whoever shows a code may want.
    writeln!(answers, "{}\ny", offers.join("\n")).unwrap();
    let first = number(&until("[y"));
    assert!(until("[y").iter().any(|line| line.contains("Start again")));
    // Nor is the end of a line that is too long an answer; and whoever tries digits gets a no.
    writeln!(answers, "{}y{first}\ny1\ny12345\nn0", "x".repeat(16 * 1024)).unwrap();
    let _ = until("Not accepted");
    let second = number(&until("[y"));
    writeln!(answers, "y{second}").unwrap();
    let asked = asked.wait_with_output().unwrap();
    assert_eq!(code(&asked), 3);
    assert_eq!(ada.contacts()[0]["name"], "Grace Hopper");
}

#[test]
fn nobody_there_gives_4_and_an_unanswered_question_records_nothing() {
    let (_dir, ada, grace) = two_people();
    let alone = ada.shakes(&grace, &["--yes", "--timeout", "1", "--json"]);
    let alone = { alone }.output().unwrap();
    assert_eq!(code(&alone), 4);
    let document: serde_json::Value = serde_json::from_str(&stdout(&alone)).unwrap();
    assert_eq!((&document["recorded"], document["person"].is_null()), (&false.into(), true));
    let last = stderr(&alone).lines().last().unwrap().to_owned();
    let error: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!(error["error"]["code"], "nothing_recorded");

    let mut unanswered = grace.shakes(&ada, &["--timeout", "3"]);
    let unanswered = unanswered.stdin(Stdio::piped()).spawn().unwrap();
    let accepted = ada.shakes(&grace, &[&ANSWERED[..], &["--timeout", "2"]].concat());
    let accepted = { accepted }.output().unwrap();
    assert_eq!(code(&accepted), 3, "{}", stderr(&accepted));
    assert_eq!(code(&unanswered.wait_with_output().unwrap()), 4);
    assert_eq!(ada.contacts()[0]["state"], "offered");
    assert!(grace.contacts().is_empty());
}

#[test]
fn a_peer_killed_midway_leaves_a_book_that_opens_and_they_meet_later() {
    let (_dir, ada, grace) = two_people();
    let mut asked = grace.shakes(&ada, &[]).stdin(Stdio::piped()).spawn().unwrap();
    let waiting = ada.shakes(&grace, &[&ANSWERED[..], &["--timeout", "2"]].concat());
    let waiting = { waiting }.spawn().unwrap();
    let said = BufReader::new(asked.stderr.take().unwrap());
    let question = said.lines().map_while(Result::ok).find(|line| line.contains("[y/n]"));
    assert!(question.is_some());
    asked.kill().unwrap();
    asked.wait().unwrap();
    assert_eq!(code(&waiting.wait_with_output().unwrap()), 3);
    assert!(grace.contacts().is_empty());
    assert_eq!(meet(&ada, &grace, &["--yes"]), (0, 0));
    assert_eq!(ada.contacts()[0]["state"], "confirmed");
}

#[test]
fn pictures_that_are_missing_half_written_foreign_or_garbage_are_passed_over() {
    let (_dir, ada, grace) = two_people();
    let waiting = ada.shakes(&grace, &["--yes"]).spawn().unwrap();
    until(|| ada.picture().exists());
    let foreign = Symbol::new("https://example.org").unwrap().png(4.try_into().unwrap()).unwrap();
    for picture in [&b"garbage"[..], &foreign, &foreign[..foreign.len() / 2], b""] {
        std::fs::write(grace.picture(), picture).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(60));
    }
    let other = grace.shakes(&ada, &["--yes"]).output().unwrap();
    let one = waiting.wait_with_output().unwrap();
    assert_eq!((code(&one), code(&other)), (0, 0));
    assert!(stderr(&one).contains("isn't a Lapel code"), "{}", stderr(&one));
}

#[test]
fn someone_blocked_is_not_accepted_and_nothing_is_said_of_them() {
    let (_dir, ada, grace) = two_who_met();
    ada.ok(&["block", "Grace Hopper"]);
    let one = ada.shakes(&grace, &["--yes", "--timeout", "2"]).spawn().unwrap();
    let other = grace.shakes(&ada, &[&ANSWERED[..], &["--timeout", "2"]].concat());
    let other = { other }.output().unwrap();
    let one = one.wait_with_output().unwrap();
    assert_eq!((code(&one), code(&other)), (4, 3));
    assert!(!format!("{}{}", stdout(&one), stderr(&one)).contains("Grace"), "{}", stderr(&one));
    assert_eq!(ada.contacts()[0]["encounters"].as_array().unwrap().len(), 1);
    ada.ok(&["unblock", "Grace Hopper"]);
    assert_eq!(meet(&ada, &grace, &["--yes"]), (0, 0));
}

#[test]
fn control_c_gives_130_and_leaves_no_temporary_file_and_a_book_that_opens() {
    let (dir, ada, grace) = two_people();
    let child = ada.shakes(&grace, &["--yes"]).spawn().unwrap();
    until(|| ada.picture().exists());
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130);
    assert!(stderr(&output).contains("Nothing was recorded"));
    let mut names: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["ada", "ada.png", "grace"]);
    lapel_optics::picture::Picture::from_file(&std::fs::read(ada.picture()).unwrap()).unwrap();
    assert_eq!(ada.json(&["doctor"])["healthy"], true);
}

#[test]
fn control_c_after_recording_keeps_what_was_recorded() {
    let (_dir, ada, grace) = two_people();
    let mut unanswered = grace.shakes(&ada, &[]);
    let mut unanswered = unanswered.stdin(Stdio::piped()).spawn().unwrap();
    let mut child = ada.shakes(&grace, &ANSWERED).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.any(|line| line.contains("is in your book")));
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(said.any(|line| line.contains("not confirmed by them")));
    assert_eq!(ada.contacts()[0]["state"], "offered");

    // What stayed on display is all that the other side needs.
    unanswered.stdin.take().unwrap().write_all(b"y\n").unwrap();
    assert_eq!(code(&unanswered.wait_with_output().unwrap()), 0);
    assert_eq!(grace.contacts()[0]["state"], "confirmed");
}
