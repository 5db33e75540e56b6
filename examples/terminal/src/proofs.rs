//! Checking a proof of anyone's.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use lapel::proof::{self, Header, Verified};
use lapel::receipt::{Quoted, Shown};
use serde_json::{Value, json};

use crate::failure::Outcome;
use crate::files::{self, Lasting};
use crate::papers;
use crate::say::Say;
use crate::stdin::Interrupt;

/// `lapel verify` of a proof. What it shows is kept until all of it has held, and said only then.
pub(crate) fn verify(from: &mut dyn Read, report: Option<&Path>, say: &Say) -> Outcome {
    if let Some(page) = report {
        papers::one_thing_on_stdout(page, say)?;
    }
    let interrupt = Interrupt::watch();
    let mut all = Vec::new();
    let mut visit = |_: &Header, shown: Shown| {
        all.push(shown);
        if interrupt.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let verified = match report {
        None => proof::verify(from, &mut visit)?,
        Some(path) => {
            let mut page = Vec::new();
            let verified = proof::report(from, &mut page, &mut visit)?;
            files::write(path, &page, Lasting::Durable)?;
            verified
        }
    };
    if report.is_some_and(files::is_standard) {
        return Ok(());
    }
    say.answer(&text(&verified, &all), &document(&verified, &all)?)
}

fn text(verified: &Verified, all: &[Shown]) -> String {
    let Verified { header, contacts, confirmed, digest, .. } = verified;
    let terms = &header.terms;
    let said = |words: &str, text: &str| match text {
        "" => String::new(),
        text => format!(", {words} {}", Quoted(text)),
    };
    let mut parts = vec![format!(
        "A proof by [{}] of {} receipts, by their own words made at {}{}{}.\n\
         {contacts} keys stand in it beside theirs, of which {confirmed} confirmed. They chose what is in it. \
         Anyone can make keys and confirm themselves: a key counts for who is known to hold it.\n\
         SHA-256 {digest}",
        header.holder.fingerprint(),
        header.receipts,
        terms.made_at(),
        said("for", terms.to()),
        said("to be used for", terms.purpose()),
    )];
    parts.extend(all.iter().map(Shown::to_string));
    parts.join("\n\n")
}

fn document(verified: &Verified, all: &[Shown]) -> Outcome<Value> {
    let Verified { header, contacts, confirmed, bytes, digest, .. } = verified;
    let terms = &header.terms;
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(json!({
        "holder": header.holder.to_string(),
        "to": said(terms.to()),
        "purpose": said(terms.purpose()),
        "made_at": terms.made_at().to_string(),
        "contacts": contacts,
        "confirmed": confirmed,
        "bytes": bytes,
        "sha256": digest.to_string(),
        "receipts": all.iter().map(papers::document).collect::<Outcome<Vec<_>>>()?,
    }))
}
