//! The picture: first handshakes on top, what came of them below, time to the right.

use core::cmp::Reverse;
use std::collections::BTreeMap;

use super::html::{counted, day_in_words, isolated, long};
use super::layout::{Axis, Beside, Rows, WIDTH, width_of};
use crate::book::{Handshake, Lookback, OutcomeKind, Traced};
use crate::date::Date;
use crate::identity::PersonId;

/// Kinds with a lane of their own; the rarer ones share one.
const MAX_LANES: usize = 6;
/// With more lines than this, each outcome has one: to its earliest handshake.
const MAX_LINES: usize = 2_000;
/// Handshakes at one event this many days apart were on two occasions.
const ONE_OCCASION: i32 = 60;
const LABEL_ROWS: usize = 4;
const LABEL_HEIGHT: f64 = 17.0;
const OUTCOME_HEIGHT: f64 = 24.0;
const CAPTION_HEIGHT: f64 = 24.0;

/// A first handshake in the picture.
struct Dot<'a> {
    first: &'a Handshake,
    x: f64,
    y: f64,
    r: f64,
}

pub(super) fn timeline(lookback: &Lookback) -> String {
    let axis = Axis::over(days(lookback));
    let mut y = 18.0;
    let (dots, handshakes) = handshakes(lookback, &axis, &mut y);
    y += 58.0;
    let lines: usize = lookback.outcomes.iter().map(|traced| traced.roots.len()).sum();
    let per_outcome = if lines > MAX_LINES { 1 } else { usize::MAX };
    // Many lines are fainter, so that together they are no darker than a few.
    let ink = (40.0 / lines.max(1) as f64).clamp(0.08, 0.36);
    // Names come after the lines of every lane, so that no line runs through one.
    let (mut outcomes, mut names) = (String::new(), String::new());
    for (name, lane) in lanes(lookback) {
        names += &caption(&name, y);
        y += CAPTION_HEIGHT;
        outcomes += &marks(&lane, &dots, per_outcome, &axis, &mut y, &mut names);
        y += 6.0;
    }
    let height = y + 26.0;
    let (from, to) = axis.years();
    let (firsts, happened) = (dots.len() as u64, lookback.outcomes.len() as u64);
    let one =
        if per_outcome == 1 { " Only the line to the earliest handshake is drawn." } else { "" };
    format!(
        "<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"timeline-h\">\n\
         <svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" style=\"--ink-of-ways:{ink:.2}\" aria-labelledby=\"picture picture-more\">\n\
         <title id=\"picture\">Timeline from {from} to {to}</title>\n\
         <desc id=\"picture-more\">{} on top, {} below, by kind; lines connect each outcome with the \
         handshakes it goes back to. The same is told in words further down.</desc>\n\
         {}{outcomes}{names}{handshakes}</svg>\n</div>\n\
         <figcaption><span><i class=\"key dot\"></i>first handshake, larger the more came of it</span> \
         <span><i class=\"key box\"></i>outcome</span> \
         <span><i class=\"key hollow\"></i>no handshake led to it</span> \
         <span><i class=\"key dashed\"></i>dated before you met</span>{one}</figcaption>\n</figure>\n",
        counted(firsts, "first handshake", "first handshakes"),
        counted(happened, "outcome", "outcomes"),
        axis.drawn(height),
    )
}

fn days(lookback: &Lookback) -> impl Iterator<Item = Date> {
    lookback.outcomes.iter().flat_map(|traced| {
        let roots = traced.roots.iter().filter_map(|root| lookback.handshake(root));
        roots.map(|first| Date::of(first.met_at)).chain([traced.outcome.fields.date])
    })
}

fn caption(name: &str, y: f64) -> String {
    let line = y - 4.0;
    format!(
        "<path class=\"lane\" d=\"M0 {line:.1}H{WIDTH}\"/>\
         <text class=\"caption\" x=\"0\" y=\"{:.1}\">{name}</text>\n",
        y + 12.0
    )
}

/// The dots, those of one occasion under its name.
fn handshakes<'a>(
    lookback: &'a Lookback,
    axis: &Axis,
    y: &mut f64,
) -> (BTreeMap<PersonId, Dot<'a>>, String) {
    let mut came_of = BTreeMap::<PersonId, usize>::new();
    for root in lookback.outcomes.iter().flat_map(|traced| &traced.roots) {
        *came_of.entry(*root).or_default() += 1;
    }
    let known = came_of.iter().filter_map(|(person, n)| Some((lookback.handshake(person)?, *n)));
    let mut firsts: Vec<(&Handshake, usize)> = known.collect();
    firsts.sort_by_key(|(first, _)| (first.met_at, first.person));

    let labels = labels(&firsts, axis);
    let used = labels.iter().map(|label| label.row + 1).max().unwrap_or(0);
    let above = *y + 8.0 + used as f64 * LABEL_HEIGHT;
    let mut svg = "<text class=\"caption\" x=\"0\" y=\"14\">First handshakes</text>\n".to_owned();
    for Label { row, at, x, text } in labels {
        // The first row is the lowest. All stems come before the names, which cover them.
        let y = above - 4.0 - row as f64 * LABEL_HEIGHT;
        svg.insert_str(0, &format!("<path class=\"stem\" d=\"M{at:.1} {y:.1}V{above:.1}\"/>\n"));
        svg += &format!("<text class=\"event\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>\n");
    }

    let mut rows = Rows::new();
    let radius = |n: usize| (3.2 + (n as f64).sqrt() * 1.8).min(10.0);
    let largest = firsts.iter().map(|(_, n)| radius(*n)).fold(0.0, f64::max);
    let step = largest * 2.0 + 3.0;
    let mut dots = BTreeMap::new();
    for (first, n) in firsts {
        let (x, r) = (axis.x(Date::of(first.met_at)), radius(n));
        let y = above + 4.0 + largest + rows.put(x - r - 1.5, x + r + 1.5) as f64 * step;
        svg += &format!(
            "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\"><title>{}\n{}</title></circle>\n",
            told(first),
            counted(n as u64, "outcome goes back to it", "outcomes go back to it")
        );
        dots.insert(first.person, Dot { first, x, y, r });
    }
    *y = above + 4.0 + rows.used() as f64 * step;
    (dots, svg)
}

fn told(first: &Handshake) -> String {
    let day = day_in_words(Date::of(first.met_at));
    let name = isolated(&first.name);
    match first.event.as_str() {
        "" => format!("{name}, {day}"),
        event => format!("{name}, {}, {day}", isolated(event)),
    }
}

/// What stands over an occasion.
struct Label {
    row: usize,
    /// Where the occasion is.
    at: f64,
    x: f64,
    text: String,
}

/// A label for each occasion for which there is room. One person's also has their name, if it fits.
fn labels(firsts: &[(&Handshake, usize)], axis: &Axis) -> Vec<Label> {
    let mut occasions: Vec<(&str, Vec<(&Handshake, usize)>)> = Vec::new();
    for (first, n) in firsts {
        let (event, day) = (first.event.as_str(), Date::of(first.met_at).days());
        let is_here = |(name, people): &&mut (&str, Vec<(&Handshake, usize)>)| {
            let last = people.last().map(|(last, _)| Date::of(last.met_at).days());
            !event.is_empty()
                && *name == event
                && last.is_some_and(|last| day - last <= ONE_OCCASION)
        };
        match occasions.iter_mut().rev().find(is_here) {
            Some((_, people)) => people.push((first, *n)),
            None => occasions.push((event, vec![(first, *n)])),
        }
    }
    let mut wanted = Vec::new();
    for (event, people) in occasions {
        let xs = people.iter().map(|(first, _)| axis.x(Date::of(first.met_at)));
        let at = xs.sum::<f64>() / people.len() as f64;
        let came_of: usize = people.iter().map(|(_, n)| n).sum();
        let texts = match (people.as_slice(), event) {
            ([(one, _)], "") => vec![isolated(&one.name)],
            ([(one, _)], _) => {
                vec![format!("{}, {}", isolated(&one.name), isolated(event)), isolated(event)]
            }
            (several, _) => {
                vec![format!("{} ({})", isolated(event), several.len()), isolated(event)]
            }
        };
        wanted.push((came_of, at, texts));
    }
    // What most came of is labelled first.
    wanted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)));
    let mut taken: Vec<(usize, f64, f64)> = Vec::new();
    let mut labels = Vec::new();
    for (_, at, texts) in wanted {
        let fits = texts.iter().find_map(|text| {
            let half = width_of(text) / 2.0 + 6.0;
            let x = at.clamp(half.min(WIDTH / 2.0), (WIDTH - half).max(WIDTH / 2.0));
            let row = (0..LABEL_ROWS).find(|row| {
                taken.iter().all(|(r, from, to)| r != row || x + half < *from || x - half > *to)
            })?;
            Some((row, x, half, text))
        });
        if let Some((row, x, half, text)) = fits {
            taken.push((row, x - half, x + half));
            labels.push(Label { row, at, x, text: text.clone() });
        }
    }
    labels
}

/// The kinds by how much happened, with what is in each by day.
fn lanes(lookback: &Lookback) -> Vec<(String, Vec<&Traced>)> {
    let mut kinds = BTreeMap::<&OutcomeKind, Vec<&Traced>>::new();
    for traced in &lookback.outcomes {
        kinds.entry(&traced.outcome.fields.kind).or_default().push(traced);
    }
    let mut kinds: Vec<(&OutcomeKind, Vec<&Traced>)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, lane)| Reverse(lane.len()));
    let own = if kinds.len() > MAX_LANES { MAX_LANES - 1 } else { MAX_LANES };
    let mut rest: Vec<&Traced> =
        kinds.iter().skip(own).flat_map(|(_, lane)| lane).copied().collect();
    rest.sort_by_key(|traced| (traced.outcome.fields.date, traced.outcome.id));
    kinds.truncate(own);
    let own = kinds.into_iter().map(|(kind, lane)| (isolated(kind.as_str()), lane));
    let rest = (!rest.is_empty()).then(|| ("other kinds".to_owned(), rest));
    own.chain(rest).collect()
}

/// A lane's outcomes, each with its lines, which light up together.
fn marks(
    lane: &[&Traced],
    dots: &BTreeMap<PersonId, Dot<'_>>,
    roots: usize,
    axis: &Axis,
    y: &mut f64,
    names: &mut String,
) -> String {
    let (mut svg, mut rows) = (String::new(), Rows::new());
    for traced in lane {
        let fields = &traced.outcome.fields;
        let x = axis.x(fields.date);
        let beside = rows.beside(&fields.title, x);
        let row = beside.as_ref().map(|beside| beside.row);
        let row = row.unwrap_or_else(|| rows.put(x - 9.0, x + 9.0));
        let y = *y + 10.0 + row as f64 * OUTCOME_HEIGHT;
        let ways: Vec<&Dot<'_>> =
            traced.roots.iter().take(roots).filter_map(|r| dots.get(r)).collect();
        let is_before = |dot: &Dot<'_>| fields.date < Date::of(dot.first.met_at);
        svg += "<g class=\"way\">";
        for dot in &ways {
            let (from, middle) = (dot.y + dot.r, (dot.y + y) / 2.0);
            let class = if is_before(dot) { " class=\"before\"" } else { "" };
            svg += &format!(
                "<path{class} d=\"M{:.1} {from:.1}C{:.1} {middle:.1} {x:.1} {middle:.1} {x:.1} {:.1}\"/>",
                dot.x,
                dot.x,
                y - 5.0
            );
        }
        let class = if traced.roots.is_empty() { "box none" } else { "box" };
        let since = ways.first().map(|dot| told(dot.first)).unwrap_or_default();
        let took = match traced.days {
            None => "no handshake led to this".into(),
            Some(..0) => format!("dated before you met {since}"),
            Some(0) => format!("on the day of {since}"),
            Some(days) => format!("{} after {since}", long(days.unsigned_abs())),
        };
        svg += &format!(
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"10\" height=\"10\" rx=\"2\">\
             <title>{}\n{}, {}\n{took}</title></rect>",
            x - 5.0,
            y - 5.0,
            isolated(&fields.title),
            isolated(fields.kind.as_str()),
            day_in_words(fields.date)
        );
        if let Some(Beside { x, is_left, text, .. }) = beside {
            let class = if is_left { "name left" } else { "name" };
            let y = y + 4.0;
            *names += &format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>\n");
        }
        svg += "</g>\n";
    }
    *y += rows.used() as f64 * OUTCOME_HEIGHT;
    svg
}
