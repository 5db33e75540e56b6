//! Looking back from what came of it to the first handshakes behind it.

use std::fmt::Write as _;

use lapel::book::{Book, Focus, Lookback, OutcomeId, Paid, Step, Stop, Traced};
use lapel::date::Date;
use lapel::event::Event;
use lapel::export::lookback_page;
use lapel::identity::PersonId;
use serde_json::{Value, json};

use crate::args::LookbackArgs;
use crate::failure::Outcome;
use crate::files::{self, Lasting};
use crate::home::Home;
use crate::outcomes::{self, headline};
use crate::say::Say;
use crate::{papers, people, pick, view};

/// `lapel lookback`.
pub(crate) fn lookback(home: &Home, args: &LookbackArgs, say: &Say) -> Outcome {
    let book = home.open(say)?;
    let person = match &args.contact {
        Some(id) => Some(pick::contact(&book, id)?.person()),
        None => None,
    };
    let focus = Focus { event: args.event.clone(), person, since: args.since };
    let back = book.lookback(&focus)?;
    if let (true, Some(event)) = (back.outcomes.is_empty(), &args.event) {
        people::must_know_event(&book, event)?;
    }
    if let Some(file) = &args.html {
        papers::one_thing_on_stdout(file, say)?;
        files::write(file, lookback_page(&back).as_bytes(), Lasting::Durable)?;
        if files::is_standard(file) {
            return Ok(());
        }
    }
    say.answer(&told(&back, focus == Focus::default(), say), &document(&book, &back)?)
}

fn told(back: &Lookback, is_everything: bool, say: &Say) -> String {
    if back.outcomes.is_empty() {
        return match is_everything {
            true => "Nothing is in the book yet. Write it down with `lapel outcome add`.".into(),
            false => "Nothing in the book fits.".into(),
        };
    }
    let mut parts: Vec<String> = back.outcomes.iter().map(|t| story(back, t, say)).collect();
    if !back.circles.is_empty() {
        let names: Vec<String> = back.circles.iter().map(|person| name(back, person)).collect();
        parts.push(format!(
            "Introductions that go round in a circle were passed over: of {}.",
            names.join(", ")
        ));
    }
    parts.extend(people_lines(back, say));
    parts.extend(event_lines(back, say));
    parts.push(year_lines(back, say));
    parts.join("\n\n")
}

/// An outcome and its way back.
fn story(back: &Lookback, traced: &Traced, say: &Say) -> String {
    let mut text = headline(&traced.outcome.fields, say);
    for step in &traced.steps {
        let above = if step.is_repeated { " (see above)" } else { "" };
        let indent = "  ".repeat(step.depth);
        let _ = write!(text, "\n{indent}{}{above}", stop(back, &step.to));
    }
    if traced.is_cut {
        text.push_str("\n  and more steps than are told");
    }
    let Some(days) = traced.days else {
        text.push_str("\n  no handshake led to this, as far as the book says");
        return text;
    };
    for root in &traced.roots {
        let Some(first) = back.handshake(root) else { continue };
        let (day, at) = (Date::of(first.met_at), at(&first.event));
        let _ = write!(text, "\n  first handshake with {} on {day}{at}", first.name);
    }
    let _ = write!(text, "\n  {}", how_long(days));
    text
}

fn stop(back: &Lookback, stop: &Stop) -> String {
    match stop {
        Stop::Outcome(_, title) => format!("\"{title}\""),
        Stop::Encounter(person, met_at, event) => {
            let (name, day) = (name(back, person), Date::of(*met_at));
            format!("the encounter with {name} on {day}{}", at(event))
        }
        Stop::Person(person) => format!("{}, introduced by", name(back, person)),
        Stop::Root(person) => name(back, person),
        Stop::Forgotten(people) => view::forgotten(*people),
        _ => "something that isn't in the book any more".into(),
    }
}

fn name(back: &Lookback, person: &PersonId) -> String {
    back.handshake(person)
        .map_or_else(|| format!("[{}]", person.fingerprint()), |first| first.name.clone())
}

fn at(event: &Event) -> String {
    view::event(event).map(|event| format!(" at {event}")).unwrap_or_default()
}

/// Days between a handshake and what came of it, in words.
fn how_long(days: i32) -> String {
    match days {
        ..0 => "dated before you met".into(),
        0 => "on the same day".into(),
        days => format!("{} later", span(days)),
    }
}

/// A span of days as people say it: by months of the average length from two of them on.
fn span(days: i32) -> String {
    let days = i64::from(days);
    let count = |n: i64, one: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    };
    if days < 61 {
        return count(days, "day");
    }
    // 400 years are 146,097 days and 4,800 months.
    let months = (days * 4_800 + 146_097 / 2) / 146_097;
    match (months / 12, months % 12) {
        (0, months) => count(months, "month"),
        (years, 0) => count(years, "year"),
        (years, months) => format!("{} and {}", count(years, "year"), count(months, "month")),
    }
}

fn people_lines(back: &Lookback, say: &Say) -> Option<String> {
    let mut text = say.bold("Who it goes back to");
    for grown in &back.people {
        let (outcomes, first) = (outcomes_of(grown.outcomes.len()), grown.roots);
        let _ = write!(text, "\n  {}: {outcomes}", name(back, &grown.person));
        if first > 0 {
            let _ = write!(text, ", of {first} the first handshake");
        }
    }
    (!back.people.is_empty()).then_some(text)
}

fn event_lines(back: &Lookback, say: &Say) -> Option<String> {
    let mut text = say.bold("Events");
    for paid in &back.events {
        let (name, outcomes) = (paid.event.as_str(), outcomes_of(paid.outcomes.len()));
        let _ = write!(text, "\n  {name}: {outcomes}, {}", handshakes(paid.handshakes));
        if let Some(days) = typical(paid) {
            let _ = write!(text, ", typically {}", how_long(days));
        }
    }
    (!back.events.is_empty()).then_some(text)
}

fn year_lines(back: &Lookback, say: &Say) -> String {
    let mut text = say.bold("Years");
    for year in &back.years {
        let (met, happened) = (handshakes(year.handshakes), outcomes_of(year.happened.len()));
        let _ = write!(text, "\n  {}: {met}, {happened}", year.year);
        if !year.began.is_empty() {
            let _ = write!(text, "; {} began", outcomes_of(year.began.len()));
        }
    }
    text
}

fn outcomes_of(n: usize) -> String {
    if n == 1 { "1 outcome".into() } else { format!("{n} outcomes") }
}

fn handshakes(n: usize) -> String {
    if n == 1 { "1 first handshake".into() } else { format!("{n} first handshakes") }
}

/// The median, of two the lower.
fn typical(paid: &Paid) -> Option<i32> {
    let mut days = paid.days.clone();
    days.sort_unstable();
    days.get(days.len().saturating_sub(1) / 2).copied()
}

/// The document of it all; the README lists its keys.
fn document(book: &Book, back: &Lookback) -> Outcome<Value> {
    let mut told = Vec::new();
    for traced in &back.outcomes {
        told.push(json!({
            "outcome": outcomes::document(book, &traced.outcome)?,
            "steps": traced.steps.iter().map(|step| step_document(back, step)).collect::<Vec<_>>(),
            "cut": traced.is_cut,
            "people": people_documents(back, &traced.people),
            "roots": traced.roots.iter().map(|root| handshake(back, root)).collect::<Vec<_>>(),
            "days": traced.days,
        }));
    }
    let people = back.people.iter().map(|grown| {
        json!({
            "person": person(back, &grown.person),
            "outcomes": ids(&grown.outcomes),
            "roots": grown.roots,
        })
    });
    let events = back.events.iter().map(|paid| {
        json!({
            "event": paid.event.as_str(),
            "handshakes": paid.handshakes,
            "outcomes": ids(&paid.outcomes),
            "days": paid.days,
            "typical_days": typical(paid),
        })
    });
    let years = back.years.iter().map(|year| {
        json!({
            "year": year.year,
            "handshakes": year.handshakes,
            "happened": ids(&year.happened),
            "began": ids(&year.began),
        })
    });
    Ok(json!({
        "outcomes": told,
        "people": people.collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
        "years": years.collect::<Vec<_>>(),
        "circles": people_documents(back, &back.circles),
    }))
}

fn step_document(back: &Lookback, step: &Step) -> Value {
    let (mut who, mut met_at, mut event, mut outcome, mut forgotten) =
        (None, None, None, None, None);
    let to = match &step.to {
        Stop::Outcome(id, title) => {
            outcome = Some(json!({ "id": id.to_string(), "title": title }));
            "outcome"
        }
        Stop::Encounter(person, at, there) => {
            (who, met_at) = (Some(person), Some(at.to_string()));
            event = view::event(there);
            "encounter"
        }
        Stop::Person(person) => {
            who = Some(person);
            "person"
        }
        Stop::Root(person) => {
            who = Some(person);
            "root"
        }
        Stop::Forgotten(people) => {
            forgotten = Some(people);
            "forgotten"
        }
        _ => "gone",
    };
    json!({
        "depth": step.depth,
        "to": to,
        "repeated": step.is_repeated,
        "person": who.map(|who| person(back, who)),
        "met_at": met_at,
        "event": event,
        "outcome": outcome,
        "forgotten": forgotten,
    })
}

fn person(back: &Lookback, id: &PersonId) -> Value {
    view::person(id, back.handshake(id).map(|first| first.name.as_str()))
}

fn people_documents(back: &Lookback, people: &[PersonId]) -> Vec<Value> {
    people.iter().map(|id| person(back, id)).collect()
}

fn handshake(back: &Lookback, id: &PersonId) -> Value {
    let first = back.handshake(id);
    json!({
        "person": person(back, id),
        "met_at": first.map(|first| first.met_at.to_string()),
        "event": first.and_then(|first| view::event(&first.event)),
    })
}

fn ids(outcomes: &[OutcomeId]) -> Vec<String> {
    outcomes.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_as_people_tell_them() {
        for (days, words) in [
            (-1, "dated before you met"),
            (0, "on the same day"),
            (1, "1 day later"),
            (60, "60 days later"),
            (61, "2 months later"),
            (355, "1 year later"),
            (365, "1 year later"),
            (396, "1 year and 1 month later"),
            (822, "2 years and 3 months later"),
            (84_005, "230 years later"),
        ] {
            assert_eq!(how_long(days), words, "{days}");
        }
    }
}
