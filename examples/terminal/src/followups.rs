//! Getting in touch again.

use lapel::book::{Book, Contact, FollowUp, Query};
use lapel::date::Date;
use serde_json::json;

use crate::args::{FollowUpArgs, FollowUpWhat};
use crate::failure::Outcome;
use crate::home::{Home, rng, today};
use crate::people::change;
use crate::say::Say;
use crate::view;

/// `lapel followup`.
pub(crate) fn followup(home: &Home, args: &FollowUpArgs, say: &Say) -> Outcome {
    change(home, &args.who.id, say, |book, contact| {
        let (person, name) = (contact.person(), contact.name());
        match args.what {
            FollowUpWhat { on: Some(on), .. } => {
                book.follow_up(&person, Some(on), &mut rng())?;
                Ok(format!("Get in touch with {name} by {on}."))
            }
            FollowUpWhat { done: true, .. } => {
                book.followed_up(&person, &mut rng())?;
                Ok(format!("You got in touch with {name}."))
            }
            _ => {
                book.follow_up(&person, None, &mut rng())?;
                Ok(format!("There is nothing to follow up with {name}."))
            }
        }
    })
}

/// `lapel followups`.
pub(crate) fn followups(home: &Home, due: bool, say: &Say) -> Outcome {
    let book = home.open(say)?;
    let today = today();
    // The last day there is stands for any.
    let by = Some(if due { today } else { Date::MAX });
    let mut found = open(&book, by)?;
    found.retain(|(on, _)| !due || *on <= today);
    let (mut lines, mut documents) = (Vec::new(), Vec::new());
    for (on, contact) in &found {
        let late = if *on < today { ", overdue" } else { "" };
        let print = contact.person().fingerprint().to_string();
        lines.push(format!("{on}  {}{late}  {}", say.bold(contact.name()), say.dim(&print)));
        documents.push(json!({
            "on": on,
            "due": *on <= today,
            "person": view::person(&contact.person(), contact.name()),
        }));
    }
    let text = match (lines.is_empty(), due) {
        (false, _) => lines.join("\n"),
        (true, true) => "Nobody is to be followed up by today.".into(),
        (true, false) => "Nobody is to be followed up.".into(),
    };
    say.answer(&text, &json!({ "follow_ups": documents }))
}

/// The follow-ups that aren't done of whoever has one by this day, soonest first. Lists show one of
/// several contacts that are one person, and it may be about another of them.
fn open(book: &Book, by: Option<Date>) -> Outcome<Vec<(Date, Contact)>> {
    let query = Query { due_by: by, ..Query::default() };
    let mut found = Vec::new();
    for line in book.list(&query, None, usize::MAX)?.people {
        for person in book.same_person(&line.person)? {
            if let Some(contact) = book.contact(&person)?
                && let Some(FollowUp { on, done: false }) = contact.follow_up()
            {
                found.push((on, contact));
            }
        }
    }
    found.sort_by_key(|(on, _)| *on);
    Ok(found)
}
