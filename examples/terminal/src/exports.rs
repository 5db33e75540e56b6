//! Contacts on their way out, in clear, in the formats that others read.

use std::io::{self, IsTerminal as _, Write};
use std::ops::ControlFlow;
use std::path::Path;

use lapel::book::{Book, Query};
use lapel::date::Date;
use lapel::export::{
    self, ExportError, Exported, Include, JSON_SCHEMA, Progress, ProofRequest, Request, Selection,
    Watch,
};
use lapel::proof::ProofTerms;
use lapel::time::UnixTime;
use serde_json::{Value, json};

use crate::args::{As, ExportArgs};
use crate::failure::{Code, Failure, Outcome};
use crate::home::{Home, wall};
use crate::say::{self, Say};
use crate::stdin::Interrupt;
use crate::{files, papers, people, pick};

/// Fewer people than this leave before anyone could read how far it is.
const LONG: usize = 2_000;
/// After so many people it is said again.
const EVERY: usize = 500;

/// `lapel export`.
pub(crate) fn export(home: &Home, args: ExportArgs, say: &Say) -> Outcome {
    let Some(format) = args.format else { return say::print(JSON_SCHEMA) };
    fits(&args, format)?;
    if let Some(out) = &args.out {
        papers::one_thing_on_stdout(out, say)?;
        if format == As::Proof {
            papers::bytes_not_on_a_terminal("proof", out)?;
        }
    }
    let book = home.open(say)?;
    let request = Asked::of(&book, &args, format)?;
    if let (Some(most), Asked::Cards(request)) = (args.preview, &request) {
        let text =
            export::preview(&book, request, most).map_err(|error| told(error, &book, &args))?;
        return say.answer(&text, &json!({ "format": format.as_str(), "preview": text }));
    }
    // A preview can't be told to stop; until here Ctrl-C just ends the program.
    let interrupt = Interrupt::watch();
    let mut bar = Bar::new(say);
    let mut watch = |progress: Progress| {
        bar.show(progress);
        if interrupt.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let exported = match &args.out {
        None => request.write(&book, &mut io::sink(), &mut watch),
        Some(out) if files::is_standard(out) => {
            request.write(&book, &mut io::stdout().lock(), &mut watch)
        }
        Some(out) => request.write_to(&book, out, &mut watch),
    };
    bar.clear();
    let exported = exported.map_err(|error| told(error, &book, &args))?;
    match &args.out {
        Some(out) if files::is_standard(out) => Ok(()),
        Some(out) => {
            let people = people_are(exported.contacts);
            let text = match (format, own(&exported)) {
                (As::Proof, _) => format!(
                    "{people} in {}, with {}. Anyone can check it with `lapel verify`.",
                    out.display(),
                    counted(exported.encounters, "receipt")
                ),
                (_, none) if none.is_empty() => format!("{people} in {}, in clear.", out.display()),
                (_, own) => {
                    format!("{people} in {}, in clear, with {}.", out.display(), own.join(", "))
                }
            };
            say.done(&text, &document(Some(out), format, &exported))
        }
        None => say.answer(&dry(&exported, format), &document(None, format, &exported)),
    }
}

/// What is asked for.
enum Asked {
    Cards(Request),
    Proof(ProofRequest),
}

impl Asked {
    fn of(book: &Book, args: &ExportArgs, format: As) -> Outcome<Self> {
        let selection = selection(book, args)?;
        Ok(match format {
            As::Cards(format) => {
                let include = args.fields.clone().unwrap_or_default();
                let (notes, outcomes) = (args.with_notes, args.with_outcomes);
                let include = Include { notes, outcomes, ..include };
                Self::Cards(Request { format, selection, include })
            }
            As::Proof => {
                let words = |text: &Option<String>| text.clone().unwrap_or_default();
                let terms = ProofTerms::new(&words(&args.to), &words(&args.purpose), wall())?;
                let mut request = ProofRequest::new(selection, terms);
                request.disclose.holder = args.with_badge;
                Self::Proof(request)
            }
        })
    }

    fn write(
        &self,
        book: &Book,
        out: &mut dyn Write,
        watch: &mut Watch<'_>,
    ) -> Result<Exported, ExportError> {
        match self {
            Self::Cards(request) => export::export(book, request, out, watch),
            Self::Proof(request) => export::prove(book, request, out, watch),
        }
    }

    fn write_to(
        &self,
        book: &Book,
        out: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<Exported, ExportError> {
        match self {
            Self::Cards(request) => export::export_to(book, request, out, watch),
            Self::Proof(request) => export::prove_to(book, request, out, watch),
        }
    }
}

/// Whether what is said beside the format is about it.
fn fits(args: &ExportArgs, format: As) -> Outcome {
    let about_cards = args.fields.is_some() || args.with_notes || args.with_outcomes;
    let about_a_proof = args.to.is_some() || args.purpose.is_some() || args.with_badge;
    let message = match format {
        As::Proof if about_cards => {
            "A proof holds receipts whole and none of your notes: leave out --fields, --with-notes and \
             --with-outcomes."
        }
        As::Proof if args.preview.is_some() => {
            "A proof is bytes, not text: --dry-run says what would be in it."
        }
        As::Cards(_) if about_a_proof => "--to, --for and --with-badge are for --format proof.",
        _ => return Ok(()),
    };
    Err(Failure::new(Code::Usage, message))
}

fn selection(book: &Book, args: &ExportArgs) -> Outcome<Selection> {
    if args.ids.is_empty() {
        return Ok(Selection::Found(Query {
            text: args.search.clone().unwrap_or_default(),
            event: args.event.clone(),
            tag: args.tag.clone(),
            since: args.since.map(begin),
            confirmed: args.confirmed,
            ..Query::default()
        }));
    }
    let people = args.ids.iter().map(|id| Ok(pick::contact(book, id)?.person()));
    Ok(Selection::People(people.collect::<Outcome<_>>()?))
}

/// When a day begins in UTC.
fn begin(day: Date) -> UnixTime {
    UnixTime::clamped(i64::from(day.days()) * 86_400)
}

/// A failure in the words of who asked.
fn told(error: ExportError, book: &Book, args: &ExportArgs) -> Failure {
    match error {
        ExportError::Nobody => {
            match args.event.as_ref().map(|e| people::must_know_event(book, e)) {
                Some(Err(failure)) => failure,
                _ => Failure::new(
                    Code::NoSuchContact,
                    "Nobody in the book fits, so nothing was written. `lapel contacts` lists everybody.",
                ),
            }
        }
        ExportError::Cancelled => {
            let message = match &args.out {
                Some(out) if files::is_stream(out) => "Interrupted.".to_owned(),
                Some(out) => format!("Interrupted. {} is as it was.", out.display()),
                None => "Interrupted. Nothing was written.".to_owned(),
            };
            Failure::new(Code::Interrupted, message)
        }
        error => error.into(),
    }
}

fn people_are(people: usize) -> String {
    match people {
        1 => "1 person is".into(),
        people => format!("{people} people are"),
    }
}

/// What of the owner's own leaves with them: such as `2 notes`, and nothing that there is none of.
fn own(exported: &Exported) -> Vec<String> {
    let Exported { notes, tags, outcomes, .. } = exported;
    let all = [(notes, "note"), (tags, "tag"), (outcomes, "outcome")];
    all.into_iter().filter(|(n, _)| **n > 0).map(|(n, one)| counted(*n, one)).collect()
}

fn dry(exported: &Exported, format: As) -> String {
    let Exported { contacts, confirmed, encounters, bytes, .. } = exported;
    let with = [vec![counted(*encounters, "encounter")], own(exported)].concat().join(", ");
    format!(
        "{} would leave as {}, of whom {confirmed} confirmed, with {with}: {bytes} bytes. \
         Nothing was written.",
        if *contacts == 1 { "1 person".into() } else { format!("{contacts} people") },
        format.as_str(),
    )
}

fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// Its document; `out` is `null` where nothing was written.
fn document(out: Option<&Path>, format: As, exported: &Exported) -> Value {
    json!({
        "out": out.map(|out| out.display().to_string()),
        "format": format.as_str(),
        "contacts": exported.contacts,
        "confirmed": exported.confirmed,
        "encounters": exported.encounters,
        "notes": exported.notes,
        "tags": exported.tags,
        "outcomes": exported.outcomes,
        "bytes": exported.bytes,
    })
}

/// How far it is, on a terminal, where it takes long.
struct Bar {
    is_wanted: bool,
    is_shown: bool,
}

impl Bar {
    fn new(say: &Say) -> Self {
        let is_wanted = !say.quiet && !say.json && io::stderr().is_terminal();
        Self { is_wanted, is_shown: false }
    }

    fn show(&mut self, Progress { done, total }: Progress) {
        if self.is_wanted && total >= LONG && done.is_multiple_of(EVERY) {
            eprint!("\r{done} of {total} people");
            self.is_shown = true;
        }
    }

    fn clear(&self) {
        if self.is_shown {
            eprint!("\r\x1b[K");
        }
    }
}
