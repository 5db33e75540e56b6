//! The page around it all: the story in a sentence, figures, tables.

use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::html::{bdi, counted, grouped, long, median, money, took, where_and_when, whom};
use super::timeline::timeline;
use super::tree::card;
use crate::book::{Grown, Handshake, Lookback, Paid};

const STYLE: &str = include_str!("style.css");

pub(super) fn page(lookback: &Lookback) -> String {
    let main = if lookback.outcomes.is_empty() {
        String::new()
    } else {
        let cards: String = lookback.outcomes.iter().map(|traced| card(lookback, traced)).collect();
        [
            section("timeline", "From handshakes to outcomes", &timeline(lookback)),
            section("outcomes", "What happened, and its way back", &cards),
            section("people", "Who it goes back to", &people(lookback)),
            section("events", "Which event paid off", &events(&lookback.events)),
            section("years", "Year by year", &years(lookback)),
            circles(lookback),
        ]
        .concat()
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Looking back: what handshakes led to</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<p class=\"kicker\">Looking back</p>\n<h1>{}</h1>\n{}</header>\n\
         <main>\n{main}</main>\n\
         <footer>\n<p>Made on this device, from what its owner wrote down and from the handshakes \
         kept in the book; nothing was sent anywhere. Days and times are the owner's claims, and so \
         is what led to what. Days are those of UTC, and how long something took is rounded.</p>\n\
         </footer>\n</body>\n</html>\n",
        story(lookback),
        figures(lookback),
    )
}

fn section(id: &str, heading: &str, inside: &str) -> String {
    if inside.is_empty() {
        return String::new();
    }
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{heading}</h2>\n{inside}</section>\n"
    )
}

fn story(lookback: &Lookback) -> String {
    let all = lookback.outcomes.len();
    let roots = lookback.people.iter().filter(|grown| grown.roots > 0);
    let firsts = roots.filter_map(|grown| Some((grown, lookback.handshake(&grown.person)?)));
    let most =
        firsts.min_by_key(|(grown, first)| (Reverse(grown.roots), first.met_at, grown.person));
    match (most, all) {
        (None, 0) => "Nothing to look back at yet".into(),
        (None, 1) => {
            "One outcome so far, and no handshake led to it, as far as the book says".into()
        }
        (None, _) => {
            format!("{all} outcomes so far, and no handshake led to any, as far as the book says")
        }
        (Some((grown, first)), _) => {
            let part = match grown.roots {
                1 if all == 1 => "It goes back to one handshake".into(),
                1 => format!("One of {all} outcomes goes back to one handshake"),
                roots if roots == all => format!("All {all} outcomes go back to one handshake"),
                roots => format!("{roots} of {all} outcomes go back to one handshake"),
            };
            format!("{part}: <span class=\"whom\">{}</span>", whom(first))
        }
    }
}

fn figures(lookback: &Lookback) -> String {
    let met: usize = lookback.years.iter().map(|year| year.handshakes).sum();
    let all = lookback.outcomes.len();
    if all == 0 {
        let met = match met {
            0 => {
                "Shake hands with someone: people met in person are where this page begins.".into()
            }
            _ => format!(
                "{} met in person, and nothing written down that came of it, or nothing of what was \
                 asked for.",
                counted(met as u64, "person", "people")
            ),
        };
        return format!(
            "<p class=\"lead\">{met} A job found, a talk given, a friendship: write it down as an \
             outcome, link it to whoever led to it, and its way back to a first handshake is told \
             here.</p>\n"
        );
    }
    let days: Vec<i32> = lookback.outcomes.iter().filter_map(|traced| traced.days).collect();
    let roots: BTreeSet<_> = lookback.outcomes.iter().flat_map(|traced| &traced.roots).collect();
    let mut figures = vec![
        (of(days.len(), all), "outcomes go back to a handshake"),
        (of(roots.len(), met), "people met in person are where something began"),
    ];
    let with_any = |paid: &&Paid| !paid.outcomes.is_empty();
    let paid = lookback.events.iter().filter(with_any).count();
    if paid > 0 {
        figures.push((of(paid, lookback.events.len()), "events led to something"));
    }
    figures.extend(median(&days).map(|days| (took(days), "from handshake to outcome, the median")));
    let longest = days.iter().filter_map(|days| u32::try_from(*days).ok()).max();
    figures.extend(longest.map(|days| (long(days), "from handshake to outcome, the longest")));
    let sums = sums(lookback);
    figures.extend((!sums.is_empty()).then_some((sums, "all amounts written down")));
    let figures: String = figures
        .into_iter()
        .map(|(figure, of_what)| format!("<div><dt>{of_what}</dt><dd>{figure}</dd></div>\n"))
        .collect();
    format!("<dl class=\"figures\">\n{figures}</dl>\n")
}

fn of(part: usize, all: usize) -> String {
    format!("{} <small>of {}</small>", grouped(part as u128), grouped(all as u128))
}

/// Each currency by itself: no rate is known.
fn sums(lookback: &Lookback) -> String {
    let mut sums = BTreeMap::<&str, i128>::new();
    for worth in lookback.outcomes.iter().filter_map(|t| t.outcome.fields.amount.as_ref()) {
        *sums.entry(worth.currency()).or_default() += i128::from(worth.hundredths());
    }
    let sums: Vec<String> = sums
        .into_iter()
        .map(|(currency, sum)| money(sum, currency).replace('\u{a0}', " "))
        .collect();
    sums.join("<br>")
}

/// A table whose first column names its rows.
fn table(labelled_by: &str, columns: &[&str], rows: &[Vec<String>]) -> String {
    let head: String =
        columns.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
    let mut body = String::new();
    for row in rows {
        let cells = row.iter().enumerate().map(|(i, cell)| match i {
            0 => format!("<th scope=\"row\">{cell}</th>"),
            _ => format!("<td>{cell}</td>"),
        });
        body += &format!("<tr>{}</tr>\n", cells.collect::<String>());
    }
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"{labelled_by}-h\">\n\
         <table aria-labelledby=\"{labelled_by}-h\">\n<thead><tr>{head}</tr></thead>\n\
         <tbody>\n{body}</tbody>\n</table>\n</div>\n"
    )
}

/// A number and its bar, which says nothing that the number doesn't.
fn bar(n: usize, most: usize) -> String {
    let percent = (n * 100).checked_div(most).unwrap_or(0);
    let bar =
        format!("<span class=\"bar\" style=\"--part:{percent}%\" aria-hidden=\"true\"></span>");
    format!("<span class=\"n\">{n}</span>{bar}")
}

fn people(lookback: &Lookback) -> String {
    let mut people: Vec<(&Grown, &Handshake)> = lookback
        .people
        .iter()
        .filter_map(|grown| Some((grown, lookback.handshake(&grown.person)?)))
        .collect();
    if people.is_empty() {
        return "<p>Nobody in the book had a part in what happened.</p>\n".into();
    }
    people.sort_by_key(|(grown, _)| Reverse(grown.roots));
    let most = people.iter().map(|(grown, _)| grown.roots).max().unwrap_or(0);
    let row = |(grown, first): &(&Grown, &Handshake)| {
        let part = grouped(grown.outcomes.len() as u128);
        vec![bdi(&first.name), where_and_when(first), bar(grown.roots, most), part]
    };
    let rows: Vec<Vec<String>> = people.iter().map(row).collect();
    let columns = ["Person", "First handshake", "Go back to it", "Had a part in"];
    table("people", &columns, &rows)
}

fn events(events: &[Paid]) -> String {
    let most = events.iter().map(|paid| paid.outcomes.len()).max().unwrap_or(0);
    let (paid, idle): (Vec<&Paid>, Vec<&Paid>) =
        events.iter().partition(|paid| !paid.outcomes.is_empty());
    let row = |paid: &&Paid| {
        vec![
            bdi(paid.event.as_str()),
            grouped(paid.handshakes as u128),
            bar(paid.outcomes.len(), most),
            paid.days.iter().min().map(|days| took(*days)).unwrap_or_default(),
            median(&paid.days).map(took).unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = paid.iter().map(row).collect();
    let columns = ["Event", "First handshakes", "Outcomes", "Shortest", "Median"];
    let table = match rows.is_empty() {
        true => "<p>No outcome goes back to an event.</p>\n".into(),
        false => table("events", &columns, &rows),
    };
    let met: usize = idle.iter().map(|paid| paid.handshakes).sum();
    let idle = match idle.len() {
        0 => String::new(),
        n => format!(
            "<p class=\"more\">{} with {} led to nothing that is told here.</p>\n",
            counted(n as u64, "other event", "other events"),
            counted(met as u64, "first handshake", "first handshakes")
        ),
    };
    table + &idle
}

fn years(lookback: &Lookback) -> String {
    let most = lookback.years.iter().map(|year| year.began.len()).max().unwrap_or(0);
    let rows: Vec<Vec<String>> = lookback
        .years
        .iter()
        .map(|year| {
            let happened = grouped(year.happened.len() as u128);
            let met = grouped(year.handshakes as u128);
            vec![year.year.to_string(), met, happened, bar(year.began.len(), most)]
        })
        .collect();
    table("years", &["Year", "People met", "Happened in it", "Began in it"], &rows)
}

fn circles(lookback: &Lookback) -> String {
    let names: Vec<String> = lookback
        .circles
        .iter()
        .map(|person| match lookback.handshake(person) {
            Some(first) => bdi(&first.name),
            None => "someone no longer in the book".into(),
        })
        .collect();
    if names.is_empty() {
        return String::new();
    }
    let names = names.join(", ");
    section(
        "circles",
        "Passed over",
        &format!(
            "<p>After a merge of two books these introductions went round in a circle. Who had \
             introduced them is passed over, until it is set anew: {names}.</p>\n"
        ),
    )
}
