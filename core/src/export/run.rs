//! Exporting: who is found, each card in turn, how far it is, and whether to go on.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;

use super::card::{Card, Cards};
use super::pen::Pen;
use super::{ExportError, Request, Selection};
use crate::book::{Book, Order};
use crate::disk::Counting;
use crate::identity::PersonId;

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many people are written.
    pub done: usize,
    /// How many there are to be.
    pub total: usize,
}

/// Is told how far an export is, before each person and once behind the last, and says whether to go
/// on. It is called on the thread that exports.
pub type Watch<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// What left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// People.
    pub contacts: usize,
    /// Of them, those who confirmed, as far as encounters left.
    pub confirmed: usize,
    /// Encounters.
    pub encounters: usize,
    /// The owner's notes on people.
    pub notes: usize,
    /// The owner's tags.
    pub tags: usize,
    /// Outcomes, each as often as somebody had a part in it.
    pub outcomes: usize,
    /// Bytes that were written.
    pub bytes: u64,
}

impl Exported {
    fn count(&mut self, card: &Card) {
        self.contacts += 1;
        self.confirmed += usize::from(card.state() == Some(crate::receipt::State::Confirmed));
        self.encounters += card.encounters.len();
        self.notes += card.written.as_ref().map_or(0, |written| written.notes.len());
        self.tags += card.tags().len();
        self.outcomes += card.outcomes.as_ref().map_or(0, Vec::len);
    }
}

/// Writes whoever is asked for to `out`, which is best buffered by nobody else. Into
/// [`io::sink()`](std::io::sink) it is a dry run: everything is done and counted, and nothing written.
///
/// # Errors
/// [`ExportError`]; `out` has some of the bytes then. [`export_to`](super::export_to) writes a file
/// whole or not at all.
pub fn export(
    book: &Book,
    request: &Request,
    out: &mut dyn Write,
    watch: &mut Watch<'_>,
) -> Result<Exported, ExportError> {
    write(book, request, usize::MAX, out, watch)
}

/// What the first `most` people would look like in a file: text to show before anything is written.
///
/// # Errors
/// [`ExportError`], as for [`export`].
pub fn preview(book: &Book, request: &Request, most: usize) -> Result<String, ExportError> {
    let mut bytes = Vec::new();
    write(book, request, most, &mut bytes, &mut |_| ControlFlow::Continue(()))?;
    String::from_utf8(bytes).map_err(|error| ExportError::Card(error.to_string()))
}

fn write(
    book: &Book,
    request: &Request,
    most: usize,
    out: &mut dyn Write,
    watch: &mut Watch<'_>,
) -> Result<Exported, ExportError> {
    let cards = Cards::of(book, &request.include)?;
    let mut people = selected(book, &request.selection, &cards)?;
    let found = people.len();
    people.truncate(most);
    let total = people.len();
    let (mut exported, mut bytes) = (Exported::default(), 0);
    let counting = Counting { out: BufWriter::new(out), bytes: &mut bytes };
    let mut pen = Pen::begin(request.format, &request.include, counting)?;
    // Whoever wants to see the first few doesn't want to wait for all to be read.
    let are_everybody = total == found && is_everybody(&request.selection);
    let (mut done, mut ended) = (0, Ok(()));
    book.each_of(&people, are_everybody, &mut |contact| {
        ended = go_on(watch, done, total).and_then(|()| {
            let card = cards.card(&contact)?;
            exported.count(&card);
            pen.put(&card)
        });
        done += 1;
        if ended.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if let Err(error) = ended.and_then(|()| go_on(watch, total, total)) {
        // What waits in the buffer is not for a reader who was told that nothing comes.
        let _ = pen.abandon().out.into_parts();
        return Err(error);
    }
    pen.end()?;
    Ok(Exported { bytes, ..exported })
}

pub(super) fn go_on(watch: &mut Watch<'_>, done: usize, total: usize) -> Result<(), ExportError> {
    match watch(Progress { done, total }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ExportError::Cancelled),
    }
}

/// Whether a selection is the whole book in the order in which it is read from end to end.
pub(super) fn is_everybody(selection: &Selection) -> bool {
    match selection {
        Selection::Found(query) => query.order == Order::Latest && query.is_for_everybody(),
        Selection::People(_) => false,
    }
}

/// Everybody who is meant, each once.
pub(super) fn selected(
    book: &Book,
    selection: &Selection,
    cards: &Cards<'_>,
) -> Result<Vec<PersonId>, ExportError> {
    let people = match selection {
        Selection::Found(query) => book.find(query)?,
        Selection::People(named) => {
            let (mut people, mut seen) = (Vec::new(), BTreeSet::new());
            for person in named {
                let first = cards.first(person);
                if seen.insert(first) {
                    book.contact(&first)?.ok_or(ExportError::NotMet)?;
                    people.push(first);
                }
            }
            people
        }
    };
    if people.is_empty() { Err(ExportError::Nobody) } else { Ok(people) }
}
