//! A proof as one page for any browser or printer: it runs no script, asks for nothing over a network, and
//! says so in a policy that browsers enforce.

use core::fmt::Display;
use core::ops::ControlFlow;
use std::io::{self, Read, Write};

use super::{Header, ProofError, Verified, Visit, verify};
use crate::html::{Text, bdi};
use crate::qr::{QrError, Symbol};
use crate::receipt::{Comparison, Shown, ShownSide, State};

const STYLE: &str = include_str!("report.css");

/// Checks a proof as [`verify()`] does, and writes to `out` a page of what it shows: who, what exactly, both
/// sides' claims, what it doesn't prove, and the proof's SHA-256 as digits and as a QR code. The page is
/// written as the receipts come, and its end only when the whole proof holds. The same proof gives the same
/// bytes.
///
/// The page itself proves nothing: it says what the file with this digest proves. It holds names and times
/// in clear.
///
/// # Errors
/// [`ReportError`]; what `out` has then is to be thrown away.
pub fn report(
    proof: &mut dyn Read,
    out: &mut dyn Write,
    visit: &mut Visit<'_>,
) -> Result<Verified, ReportError> {
    let (mut is_begun, mut written) = (false, Ok(()));
    let verified = verify(proof, &mut |header, shown| {
        written = (|| {
            if !is_begun {
                out.write_all(beginning(header).as_bytes())?;
                is_begun = true;
            }
            out.write_all(row(&shown).as_bytes())
        })();
        if written.is_err() { ControlFlow::Break(()) } else { visit(header, shown) }
    });
    written?;
    let verified = verified?;
    out.write_all(end(&verified)?.as_bytes())?;
    out.flush()?;
    Ok(verified)
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The proof doesn't hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The digest couldn't be drawn. A defect in Lapel; report it.
    #[error(transparent)]
    Symbol(#[from] QrError),
    /// The page couldn't be written.
    #[error("writing the report failed: {0}")]
    Write(#[from] io::Error),
}

fn beginning(header: &Header) -> String {
    let terms = &header.terms;
    let said = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { bdi(text) };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>What a proof of meetings shows</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>What a proof of meetings shows</h1>\n<dl>\n{}{}{}{}{}</dl>\n</header>\n<main>\n\
         <table>\n<caption>Receipt by receipt</caption>\n<thead><tr><th scope=\"col\">Who</th>\
         <th scope=\"col\">What was shown</th><th scope=\"col\">What they claim</th>\
         <th scope=\"col\">What the holder claims</th><th scope=\"col\">Level of assurance</th></tr></thead>\n\
         <tbody>\n",
        term("Holder, by their key", &holder(header)),
        term("Made for, as the holder says", &said(terms.to(), "nobody in particular")),
        term("What for, as the holder says", &said(terms.purpose(), "not said")),
        term("Made at, as the holder's clock said", &time(terms.made_at())),
        term("Receipts", &header.receipts.to_string()),
    )
}

fn term(name: &str, value: &str) -> String {
    format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n")
}

fn holder(header: &Header) -> String {
    format!("{}<br><code>{}</code>", header.holder.fingerprint(), header.holder)
}

fn row(shown: &Shown) -> String {
    let (peer, own) = (&shown.peer, &shown.holder);
    let (what, level) = match peer.state {
        State::Confirmed => (
            "confirmed having accepted the holder",
            "Confirmed: this key signed, in that exchange, that it accepted the holder's key",
        ),
        State::Offered => (
            "offered a badge to the holder, and did not confirm",
            "Offered: this key took part; this alone is not a meeting",
        ),
    };
    let codes = match shown.comparison {
        Comparison::NotCompared => "",
        Comparison::Agrees => "<br>check codes agreed",
        Comparison::Differs => "<br>check codes differed: someone may have stood between them",
    };
    let event = match &shown.event {
        Some(event) => format!("; both named the event {}", bdi(event.as_str())),
        None => "; the two did not name one event".to_owned(),
    };
    format!(
        "<tr><th scope=\"row\">{}</th><td>{what}{event}</td><td>{}</td><td>{}{codes}</td>\
         <td>{level}</td></tr>\n",
        who(peer),
        claims(peer),
        claims(own),
    )
}

fn who(side: &ShownSide) -> String {
    let name = side.badge.as_ref().map_or_else(|| "no badge disclosed".into(), |b| bdi(b.name()));
    let organisation = side.badge.as_ref().and_then(|badge| badge.fields().organisation.as_deref());
    let organisation = organisation.map(|text| format!("<br>{}", bdi(text))).unwrap_or_default();
    format!("{name}{organisation}<br><code>{}</code>", side.person.fingerprint())
}

fn claims(side: &ShownSide) -> String {
    let event = match side.claimed_event.as_str() {
        "" => "no event".to_owned(),
        event => bdi(event),
    };
    format!("{}<br>{event}", time(side.claimed_time))
}

fn time(time: impl Display) -> String {
    let time = time.to_string();
    format!("<time datetime=\"{0}\">{0}</time>", Text(&time))
}

fn end(verified: &Verified) -> Result<String, QrError> {
    let Verified { contacts, confirmed, bytes, digest, .. } = verified;
    let symbol = Symbol::new(&digest.to_string())?.svg();
    Ok(format!(
        "</tbody>\n</table>\n\
         <section>\n<h2>What it does not prove</h2>\n<ul>\n\
         <li>Neither presence nor place nor date. Times and events are each side's own claims.</li>\n\
         <li>No meeting where somebody only offered a badge and did not confirm.</li>\n\
         <li>Nothing from the holder's half of a receipt, which they could sign at any time: only the other \
         side's signature is evidence. The comparison of check codes is the holder's word alone.</li>\n\
         <li>That these are all: the holder chose the receipts.</li>\n\
         <li>Names: a badge says what its owner wrote. The same person may have several keys.</li>\n\
         <li>That the keys are other people's: anyone can make keys, and confirm themselves. A key counts for who \
         is known to hold it.</li>\n\
         <li>That whoever hands this over is the holder, or that it is made for you, unless it says so \
         above.</li>\n</ul>\n</section>\n\
         <section class=\"seal\">\n<div>\n<h2>What was checked</h2>\n\
         <p>Every signature in a file of {bytes} bytes, one at a time, and the holder's over all of it: \
         {contacts} keys beside the holder's, of which {confirmed} confirmed.</p>\n\
         <p>SHA-256 of that file, which is the proof; this page is not:</p>\n<p><code>{digest}</code></p>\n\
         <p>The code holds the same digits. <code>sha256sum</code> prints them, and anyone can check the file \
         offline with <code>lapel verify</code>.</p>\n</div>\n{symbol}\n</section>\n\
         </main>\n</body>\n</html>\n"
    ))
}
