//! Proofs: receipts for a third party who has only the file.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use lapel::proof;
use serde_json::Value;

use crate::support::{code, lapel, meet, one_who_met_three, stderr, stdout, two_who_met};

#[test]
fn a_proof_verifies_without_a_home_and_says_what_each_receipt_says() {
    let (_dir, ada, [_, _, grace]) = one_who_met_three();
    assert_eq!(meet(&ada, &grace, &["--yes"]), (0, 0));
    ada.ok(&["note", "Grace Hopper", "a secret"]);
    let path = ada.path("met.proof");
    let out = path.to_str().unwrap();
    let proof = ["export", "--format", "proof", "--out", out];
    let words = ["--to", "The grant office", "--for", "Travel"];
    let written = ada.json(&[&proof[..], &words].concat());
    assert_eq!((&written["format"], &written["out"]), (&"proof".into(), &out.into()));
    assert_eq!((&written["contacts"], &written["encounters"]), (&3.into(), &4.into()));
    let bytes = fs::read(&path).unwrap();
    assert_eq!(written["bytes"], bytes.len());

    let verified = lapel().args(["verify", "--json", out]).output().unwrap();
    assert_eq!(code(&verified), 0, "{}", stderr(&verified));
    let told: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((&told["to"], &told["purpose"]), (&"The grant office".into(), &"Travel".into()));
    assert_eq!((&told["contacts"], &told["confirmed"]), (&3.into(), &3.into()));
    assert_eq!(told["bytes"], bytes.len());
    let receipts = told["receipts"].as_array().unwrap();
    let names: Vec<&str> =
        receipts.iter().map(|r| r["peer"]["badge"]["name"].as_str().unwrap()).collect();
    for (name, times) in [("Alan Turing", 1), ("Mary Somerville", 1), ("Grace Hopper", 2)] {
        assert_eq!(names.iter().filter(|n| **n == name).count(), times, "{names:?}");
    }
    let time = receipts[0]["peer"]["claimed_time"].as_str().unwrap();
    assert!(time.starts_with("20") && time.ends_with('Z'), "{time} is RFC 3339");
    assert!(receipts.iter().all(|r| r["holder"]["badge"].is_null()));
    assert!(!bytes.windows(8).any(|eight| eight == b"a secret"));

    let said = stdout(&lapel().args(["verify", out]).output().unwrap());
    assert!(said.contains("for \"The grant office\", to be used for \"Travel\""), "{said}");
    assert_eq!(said.matches("confirmed having accepted").count(), 4, "{said}");
    assert_eq!(said.matches("neither presence nor place nor date").count(), 4, "{said}");
    assert!(said.contains(told["sha256"].as_str().unwrap()), "{said}");

    let mut piped = lapel().args(["verify", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    piped.stdin.take().unwrap().write_all(&bytes).unwrap();
    assert_eq!(stdout(&piped.wait_with_output().unwrap()), said);
}

#[test]
fn an_altered_proof_is_refused_with_its_part_and_nothing_of_it_is_said() {
    let (_dir, ada, _grace) = two_who_met();
    let path = ada.path("met.proof");
    let out = path.to_str().unwrap();
    assert_eq!(
        ada.ok(&["export", "--format", "proof", "--to", "Bob", "--out", out]),
        format!("1 person is in {out}, with 1 receipt. Anyone can check it with `lapel verify`.\n")
    );
    let bytes = fs::read(&path).unwrap();
    let page = ada.path("page.html");
    fs::write(&page, "old").unwrap();
    let middle = bytes.len() / 2;
    let at = bytes.windows(3).position(|three| three == b"Bob").unwrap();
    let flipped = |at: usize| {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        altered
    };
    for (altered, part) in [
        (flipped(middle), "receipt 1 of the proof doesn't hold"),
        (flipped(at), "the holder's signature doesn't hold over this proof: it was altered"),
        (flipped(bytes.len() - 1), "the holder's signature doesn't hold"),
        (bytes[..middle].to_vec(), "the proof ends within receipt 1: the rest is missing"),
        ([&bytes[..], b"\n"].concat(), "there are bytes behind the proof's end"),
        (b"BEGIN:VCARD".to_vec(), "this is not a proof"),
    ] {
        fs::write(&path, &altered).unwrap();
        let verify = ["verify", "--json", out, "--report", page.to_str().unwrap()];
        let refused = lapel().args(verify).output().unwrap();
        assert_eq!((code(&refused), stdout(&refused).as_str()), (8, ""), "{part}");
        let error: Value = serde_json::from_slice(&refused.stderr).unwrap();
        assert_eq!(error["error"]["code"], "proof_refused");
        let message = error["error"]["message"].as_str().unwrap().to_lowercase();
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(fs::read_to_string(&page).unwrap(), "old");
}

#[test]
fn a_page_to_print_comes_from_a_proof_that_holds_and_from_nothing_else() {
    let (_dir, ada, _grace) = two_who_met();
    let [proof, page, receipt] = ["met.proof", "page.html", "receipt"].map(|name| ada.path(name));
    let [proof, page, receipt] = [&proof, &page, &receipt].map(|path| path.to_str().unwrap());
    ada.ok(&["export", "--format", "proof", "--with-badge", "--out", proof]);
    let told = ada.json(&["verify", proof, "--report", page]);
    assert_eq!(told["receipts"][0]["holder"]["badge"]["name"], "Ada Lovelace");
    assert_eq!((&told["to"], &told["purpose"]), (&Value::Null, &Value::Null));
    let html = fs::read_to_string(page).unwrap();
    assert!(html.contains("Grace Hopper") && html.contains(told["sha256"].as_str().unwrap()));
    assert!(html.contains("<svg") && html.ends_with("</html>\n"));
    let printed = ada.ok(&["verify", proof, "--report", "-"]);
    assert_eq!(printed, html);
    ada.ok(&["receipt", "Grace Hopper", "--out", receipt]);
    let said = ada.fails(2, &["verify", receipt, "--report", page]);
    assert_eq!(said, "--report is for a proof, and this is none.\n");
}

#[test]
fn a_proof_takes_who_is_chosen_and_refuses_what_no_proof_can_be() {
    let (_dir, ada, _others) = one_who_met_three();
    let proof = ["export", "--format", "proof", "--out", "-"];
    let with = |options: &[&str]| ada.run(&[&proof[..], options].concat());
    for (options, people) in [
        (&["--event", "rust week"][..], 1),
        (&["--confirmed"], 3),
        (&["Mary Somerville", "Alan Turing"], 2),
    ] {
        let output = with(options);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let verified =
            proof::verify(&mut &*output.stdout, &mut |_, _| std::ops::ControlFlow::Continue(()));
        assert_eq!(verified.unwrap().contacts, people, "{options:?}");
    }
    for (options, exit, words) in [
        (&["--with-notes"][..], 2, "none of your notes"),
        (&["--fields", "name"], 2, "holds receipts whole"),
        (&["--to", &"x".repeat(97)], 8, "the recipient takes 97 bytes"),
        (&["--event", "Mars"], 5, "Nobody was met at"),
    ] {
        let output = with(options);
        assert_eq!(code(&output), exit, "{options:?}");
        assert!(stderr(&output).to_lowercase().contains(&words.to_lowercase()), "{output:?}");
        assert!(output.stdout.is_empty());
    }
    let said = ada.fails(2, &["export", "--format", "proof", "--preview"]);
    assert!(said.contains("--dry-run says what would be in it"), "{said}");
    let said = ada.fails(2, &["export", "--format", "csv", "--to", "x", "--out", "-"]);
    assert_eq!(said, "--to, --for and --with-badge are for --format proof.\n");
    let told = ada.json(&["export", "--format", "proof", "--dry-run"]);
    assert_eq!((&told["contacts"], &told["out"]), (&3.into(), &Value::Null));
    assert_eq!(told["bytes"], with(&[]).stdout.len());

    ada.ok(&["person", "merge", "Grace Hopper", "Alan Turing"]);
    for who in ["Alan Turing", "Grace Hopper"] {
        let told = ada.json(&["export", "--format", "proof", "--dry-run", who]);
        assert_eq!((&told["contacts"], &told["encounters"]), (&1.into(), &2.into()), "{who}");
    }
}
