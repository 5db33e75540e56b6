//! Receipts on their way out: a proof of chosen meetings.

use core::ops::ControlFlow;
use std::io::{BufWriter, Write};

use super::card::Cards;
use super::run::{go_on, is_everybody, selected};
use super::{ExportError, Exported, Include, Selection, Watch};
use crate::book::{Book, Contact, Meeting};
use crate::disk::Counting;
use crate::identity::PersonId;
use crate::proof::{ProofTerms, ProofWriter};
use crate::receipt::{Disclosure, Receipt, State};

/// Whose receipts a proof is to hold, and what the owner says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofRequest {
    /// Who. The receipts of all meetings with them leave, under each key they have; where the query asks
    /// for those who confirmed, only of the meetings that they confirmed.
    pub selection: Selection,
    /// For whom it is made, what for and when.
    pub terms: ProofTerms,
    /// Whose badges are in it. One can't be cut: it is there whole or not at all.
    pub disclose: Disclosure,
}

impl ProofRequest {
    /// A proof of meetings with these people, with the badges that they showed and without the owner's.
    pub fn new(selection: Selection, terms: ProofTerms) -> Self {
        Self { selection, terms, disclose: Disclosure { holder: false, peer: true } }
    }
}

/// Writes a [proof](crate::proof) to `out`, which is best buffered by nobody else. Into
/// [`io::sink()`](std::io::sink) it is a dry run. Of the owner's words only the terms leaves.
///
/// Everybody is read once to count and once to write, since a proof begins with its number of receipts and
/// holds them in the order of ids; 32 bytes for each person are in memory, and one receipt. `watch` is told
/// of the writing.
///
/// # Errors
/// [`ExportError`]; `out` has some of the bytes then. [`prove_to`](super::prove_to) writes a file whole or
/// not at all.
pub fn prove(
    book: &Book,
    request: &ProofRequest,
    out: &mut dyn Write,
    watch: &mut Watch<'_>,
) -> Result<Exported, ExportError> {
    let (keys, mut exported) = counted(book, request)?;
    let mut bytes = 0;
    let mut counting = Counting { out: BufWriter::new(out), bytes: &mut bytes };
    let written = write(book, request, &keys, exported.encounters, &mut counting, watch);
    exported.bytes = *counting.bytes;
    // What waits in the buffer is not for a reader who was told that nothing comes.
    let _ = counting.out.into_parts();
    written.map(|()| exported)
}

fn write(
    book: &Book,
    request: &ProofRequest,
    keys: &[PersonId],
    count: usize,
    out: &mut dyn Write,
    watch: &mut Watch<'_>,
) -> Result<(), ExportError> {
    let mut writer = ProofWriter::begin(book.identity(), &request.terms, count, out)?;
    for (done, key) in keys.iter().enumerate() {
        go_on(watch, done, keys.len())?;
        let contact = book.contact(key)?.ok_or(ExportError::NotMet)?;
        for receipt in receipts(&contact, request) {
            writer.put(&receipt)?;
        }
    }
    go_on(watch, keys.len(), keys.len())?;
    Ok(writer.end()?)
}

/// The keys that are to leave, in the order of a proof, and what leaves with them.
fn counted(book: &Book, request: &ProofRequest) -> Result<(Vec<PersonId>, Exported), ExportError> {
    let include = Include::default();
    let cards = Cards::of(book, &include)?;
    let people = selected(book, &request.selection, &cards)?;
    let (mut keys, mut exported) = (Vec::new(), Exported::default());
    let mut ended: Result<(), ExportError> = Ok(());
    book.each_of(&people, is_everybody(&request.selection), &mut |first| {
        ended = (|| {
            let (mut receipts, mut confirmed) = (0, false);
            let behind = cards.behind(first.person());
            for contact in [Ok(first)].into_iter().chain(behind) {
                let contact = contact?;
                let meetings = chosen(&contact, request).count();
                if meetings > 0 {
                    keys.push(contact.person());
                }
                receipts += meetings;
                confirmed |= contact.state() == State::Confirmed;
            }
            exported.encounters += receipts;
            exported.contacts += usize::from(receipts > 0);
            exported.confirmed += usize::from(receipts > 0 && confirmed);
            Ok(())
        })();
        if ended.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    ended?;
    keys.sort_unstable();
    if keys.is_empty() { Err(ExportError::Nobody) } else { Ok((keys, exported)) }
}

/// The meetings with one key of which the receipts leave.
fn chosen<'a>(
    contact: &'a Contact,
    request: &ProofRequest,
) -> impl Iterator<Item = &'a Meeting> + use<'a> {
    let only_confirmed = matches!(&request.selection, Selection::Found(query) if query.confirmed);
    let fits = move |meeting: &&Meeting| !only_confirmed || meeting.state() == State::Confirmed;
    contact.meetings().iter().filter(fits)
}

/// Their receipts, in the order of a proof.
fn receipts(contact: &Contact, request: &ProofRequest) -> Vec<Receipt> {
    let mut meetings: Vec<&Meeting> = chosen(contact, request).collect();
    meetings.sort_by_key(|meeting| meeting.transcript());
    meetings.into_iter().map(|meeting| meeting.receipt(request.disclose)).collect()
}
