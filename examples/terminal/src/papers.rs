//! Receipts, and checking one of anyone's.

use std::io::{self, BufRead as _, BufReader, IsTerminal as _};
use std::path::Path;

use lapel::receipt::{Disclosure, Receipt, Shown};
use serde_json::{Value, json};

use crate::args::{ReceiptArgs, WhoseBadge};
use crate::failure::{Code, Failure, Outcome};
use crate::files::{self, Lasting};
use crate::home::Home;
use crate::say::Say;
use crate::stdin::Interrupt;
use crate::{pick, proofs, view};

/// `lapel receipt`.
pub(crate) fn receipt(home: &Home, args: &ReceiptArgs, say: &Say) -> Outcome {
    one_thing_on_stdout(&args.out, say)?;
    bytes_not_on_a_terminal("receipt", &args.out)?;
    let interrupt = Interrupt::watch();
    let book = home.open(say)?;
    let contact = pick::contact(&book, &args.who.id)?;
    let meeting = pick::encounter(&contact, args.encounter.as_deref())?;
    let whose = args.with_badge;
    let receipt = meeting.receipt(Disclosure {
        holder: matches!(whose, Some(WhoseBadge::Own | WhoseBadge::Both)),
        peer: matches!(whose, Some(WhoseBadge::Peer | WhoseBadge::Both)),
    });
    let bytes = receipt.to_bytes();
    interrupt.check("Interrupted. Nothing was written.")?;
    files::write(&args.out, &bytes, Lasting::Durable)?;
    if files::is_standard(&args.out) {
        return Ok(());
    }
    let badges = match whose {
        None => "It names keys only, no badges.",
        Some(WhoseBadge::Own) => "It shows your badge.",
        Some(WhoseBadge::Peer) => "It shows their badge.",
        Some(WhoseBadge::Both) => "It shows both badges.",
    };
    let text = format!(
        "The receipt of {} with {} is in {}. {badges} Anyone can check it with `lapel verify`.",
        meeting.met_at(),
        contact.name(),
        args.out.display(),
    );
    let document = json!({
        "out": args.out.display().to_string(),
        "bytes": bytes.len(),
        "person": view::person(&contact.person(), contact.name()),
        "encounter": meeting.transcript().to_string(),
        "state": meeting.state(),
    });
    say.done(&text, &document)
}

/// `lapel verify`, of a receipt or of a proof.
pub(crate) fn verify(file: &Path, report: Option<&Path>, say: &Say) -> Outcome {
    let mut from = BufReader::new(files::open(file)?);
    let first = from.fill_buf().map_err(|error| files::unreadable(file, &error))?;
    // A proof begins with a byte string and a receipt with an array.
    if first.first().is_some_and(|byte| byte >> 5 == 2) {
        return proofs::verify(&mut from, report, say);
    }
    if report.is_some() {
        let message = "--report is for a proof, and this is none.";
        return Err(Failure::new(Code::Usage, message));
    }
    let shown = Receipt::verify(&files::read_from(file, &mut from, Receipt::MAX_BYTES)?)?;
    say.answer(&shown.to_string(), &document(&shown)?)
}

/// What a receipt shows, with times as everywhere in this program's JSON.
pub(crate) fn document(shown: &Shown) -> Outcome<Value> {
    let mut document = serde_json::to_value(shown)
        .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
    for (side, shown) in [("holder", &shown.holder), ("peer", &shown.peer)] {
        if let Some(time) = document.pointer_mut(&format!("/{side}/claimed_time")) {
            *time = shown.claimed_time.to_string().into();
        }
    }
    Ok(document)
}

/// A document beside the paper itself would spoil both.
pub(crate) fn one_thing_on_stdout(out: &Path, say: &Say) -> Outcome {
    if say.json && files::is_standard(out) {
        let message =
            "Standard output can hold the paper or the JSON, not both: name a file for the paper.";
        return Err(Failure::new(Code::Usage, message));
    }
    Ok(())
}

/// Bytes would spoil a terminal.
pub(crate) fn bytes_not_on_a_terminal(paper: &str, out: &Path) -> Outcome {
    if files::is_standard(out) && io::stdout().is_terminal() {
        let message =
            format!("A {paper} is bytes, not text: name a file with --out, or pipe it on.");
        return Err(Failure::new(Code::Usage, message));
    }
    Ok(())
}
