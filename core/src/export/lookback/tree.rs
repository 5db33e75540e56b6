//! What happened, each with its way back as nested lists.

use super::html::Text;
use super::html::{amount, bdi, counted, day, long, where_and_when, whom};
use crate::book::{Lookback, OutcomeKind, Step, Stop, Traced};
use crate::date::Date;

/// Lists are nested this deep: browsers give up on more than 512 open elements.
const MAX_DEPTH: usize = 24;
/// A way back of more steps than this is folded.
const FOLDED_FROM: usize = 16;

pub(super) fn card(lookback: &Lookback, traced: &Traced) -> String {
    let (id, fields) = (traced.outcome.id, &traced.outcome.fields);
    let worth =
        fields.amount.as_ref().map(|worth| format!("<p class=\"worth\">{}</p>", amount(worth)));
    format!(
        "<article class=\"card\" id=\"o-{id}\" aria-labelledby=\"t-{id}\">\n\
         <div class=\"meta\"><p>{}</p><p>{}</p>{}</div>\n\
         <div class=\"what\"><h3 id=\"t-{id}\">{}</h3>\n{}{}{}</div>\n</article>\n",
        day(fields.date),
        kind(&fields.kind),
        worth.unwrap_or_default(),
        bdi(&fields.title),
        origin(lookback, traced),
        way_back(lookback, traced),
        notes(traced),
    )
}

/// A known kind is a word of the page, another one the owner's.
fn kind(kind: &OutcomeKind) -> String {
    match kind {
        OutcomeKind::Other(name) => bdi(name),
        known => known.as_str().to_owned(),
    }
}

/// How long it took, and since which handshakes.
fn origin(lookback: &Lookback, traced: &Traced) -> String {
    let Some(days) = traced.days else {
        return "<p class=\"took\">No handshake led to this, as far as the book says.</p>\n".into();
    };
    let which = if traced.roots.len() > 1 { "earliest" } else { "first" };
    let took = match (days, long(days.unsigned_abs())) {
        (0, _) => format!("On the day of the {which} handshake"),
        (..0, long) => format!("Dated before you met: {long} before the {which} handshake"),
        (_, long) => format!("<strong>{long}</strong> after the {which} handshake"),
    };
    let roots = traced.roots.iter().filter_map(|root| lookback.handshake(root));
    let roots: String = roots.map(|first| format!("<li>{}</li>\n", whom(first))).collect();
    format!("<p class=\"took\">{took}</p>\n<ul class=\"roots\" role=\"list\">\n{roots}</ul>\n")
}

fn way_back(lookback: &Lookback, traced: &Traced) -> String {
    // The handshakes above are all there is to it.
    if traced.steps.iter().all(|step| step.depth == 1 && matches!(step.to, Stop::Root(_))) {
        return String::new();
    }
    let tree = tree(lookback, &traced.steps);
    let cut = if traced.is_cut {
        "<p class=\"more\">The way goes on. All the first handshakes it leads to are above.</p>\n"
    } else {
        ""
    };
    if traced.steps.len() < FOLDED_FROM {
        return format!("<h4>The way back</h4>\n{tree}{cut}");
    }
    let steps = counted(traced.steps.len() as u64, "step", "steps");
    format!("<h4>The way back</h4>\n<details><summary>{steps}</summary>\n{tree}{cut}</details>\n")
}

fn tree(lookback: &Lookback, steps: &[Step]) -> String {
    let (mut html, mut open) = (String::new(), 0);
    for step in steps {
        let depth = step.depth.clamp(1, MAX_DEPTH).min(open + 1);
        if depth > open {
            let class = if open == 0 { " class=\"tree\"" } else { "" };
            html += &format!("<ul{class} role=\"list\">\n");
        } else {
            html += &"</li></ul>\n".repeat(open - depth);
            html += "</li>\n";
        }
        open = depth;
        let deeper = if step.depth > MAX_DEPTH { "further back: " } else { "" };
        let repeated =
            if step.is_repeated { " <span class=\"aside\">(told above)</span>" } else { "" };
        let class = if matches!(step.to, Stop::Root(_)) { " class=\"root\"" } else { "" };
        html += &format!("<li{class}>{deeper}{}{repeated}", told(lookback, step));
    }
    html + &"</li></ul>\n".repeat(open)
}

fn told(lookback: &Lookback, step: &Step) -> String {
    let name = |person| match lookback.handshake(person) {
        Some(first) => format!("<strong>{}</strong>", bdi(&first.name)),
        None => "someone no longer in the book".into(),
    };
    match &step.to {
        Stop::Outcome(id, title) => match lookback.outcome(*id) {
            Some(earlier) => {
                let day = day(earlier.outcome.fields.date);
                format!("followed from <a href=\"#o-{id}\">{}</a>, {day}", bdi(title))
            }
            // Outside of what is looked at.
            None => format!("followed from {}", bdi(title)),
        },
        Stop::Encounter(person, at, event) => {
            let day = day(Date::of(*at));
            let at =
                if event.is_none() { String::new() } else { format!(", {}", bdi(event.as_str())) };
            format!("the encounter with {}{at}, {day}", name(person))
        }
        Stop::Person(person) if step.is_repeated => name(person),
        Stop::Person(person) => format!("{}, introduced by", name(person)),
        Stop::Root(person) => {
            let first = lookback.handshake(person).map(where_and_when).unwrap_or_default();
            format!("{}: first handshake, {first}", name(person))
        }
        Stop::Forgotten(..=1) => "someone you chose to forget".into(),
        Stop::Forgotten(n) => counted((*n).into(), "person", "people") + " you chose to forget",
        Stop::Gone => "something no longer in the book".into(),
    }
}

fn notes(traced: &Traced) -> String {
    let texts = traced.outcome.notes.iter().flat_map(|note| note.texts());
    texts.map(|text| format!("<p class=\"note\" dir=\"auto\">{}</p>\n", Text(text))).collect()
}
