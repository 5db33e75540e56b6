//! Who the owner is, and what they show: init, badge, whoami.

use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, Mode};
use serde_json::json;

use crate::args::{BadgeArgs, BadgeCommand, InitArgs};
use crate::failure::{Code, Failure, Outcome};
use crate::home::{Home, rng};
use crate::say::Say;
use crate::{statements, view};

/// Makes a book with a first badge. The badge is checked before anything is made, and a book
/// without any badge, as a full disk may leave it, gets its first.
pub(crate) fn init(home: &Home, args: InitArgs, say: &Say) -> Outcome {
    let (label, badge) = (args.label, badge_of(args.badge)?);
    let (mut book, report) = home.open_as(Mode::Create)?;
    if !report.created && !book.badges()?.is_empty() {
        let message = format!(
            "There is a book in {} already, and nothing was changed. To change your badge: \
             `lapel badge set LABEL --name …`.",
            home.dir().display()
        );
        return Err(Failure::new(Code::BookExists, message));
    }
    book.set_badge(&label, &badge, &mut rng())?;
    let person = book.identity().person();
    let text = format!(
        "{} is ready to meet people, fingerprint {}.\nThe book is in {}; its key is in `keys` \
         beside it, and without that nobody can open the book, you included.\nNow `lapel shake`.",
        say.bold(badge.name()),
        person.fingerprint(),
        home.dir().display(),
    );
    let document = json!({
        "id": person.to_string(),
        "fingerprint": person.fingerprint().to_string(),
        "home": home.dir().display().to_string(),
        "badge": view::badge(&label, &badge, true),
    });
    say.done(&text, &document)
}

/// Says who the owner is.
pub(crate) fn whoami(home: &Home, say: &Say) -> Outcome {
    let book = home.open(say)?;
    let person = book.identity().person();
    let shown = book.badge_on_show()?;
    let mut text = match &shown {
        Some((label, badge)) => format!("{}  (badge \"{label}\")", say.bold(badge.name())),
        None => "No badge is on show. Set one with `lapel badge set LABEL --name …`.".into(),
    };
    text += &format!("\n  fingerprint   {}", person.fingerprint());
    text += &format!("\n  id            {}", say.dim(&person.to_string()));
    let document = json!({
        "id": person.to_string(),
        "fingerprint": person.fingerprint().to_string(),
        "badge": shown.as_ref().map(|(label, badge)| view::badge(label, badge, true)),
    });
    say.answer(&text, &document)
}

/// `lapel badge …`.
pub(crate) fn badge(home: &Home, command: BadgeCommand, say: &Say) -> Outcome {
    match command {
        BadgeCommand::List => list(&*home.open(say)?, say),
        BadgeCommand::Show { label } => show(&*home.open(say)?, label, say),
        BadgeCommand::Set { label, badge } => {
            let badge = badge_of(*badge)?;
            let mut book = home.open(say)?;
            book.set_badge(&label, &badge, &mut rng())?;
            let on_show = is_on_show(&book, &label)?;
            let hint = if on_show {
                "and is the one on show".to_owned()
            } else {
                format!("and is not on show; `lapel badge use {label}` shows it")
            };
            let text = format!("Badge \"{label}\" is set, {hint}.");
            say.done(&text, &view::badge(&label, &badge, on_show))
        }
        BadgeCommand::Use { label } => {
            let mut book = home.open(say)?;
            book.show_badge(&label, &mut rng())?;
            let text = format!("Badge \"{label}\" is on show from now on.");
            say.done(&text, &json!({ "label": label, "on_show": true }))
        }
        BadgeCommand::Remove { label } => {
            let mut book = home.open(say)?;
            book.remove_badge(&label, &mut rng())?;
            say.done(
                &format!("Badge \"{label}\" is removed."),
                &json!({ "label": label, "removed": true }),
            )
        }
        BadgeCommand::Sign { label, to } => statements::sign_badge(home, label, &to, say),
        BadgeCommand::Apply { file } => statements::apply_badge(home, &file, say),
    }
}

fn list(book: &Book, say: &Say) -> Outcome {
    let shown = book.badge_on_show()?.map(|(label, _)| label);
    let (mut lines, mut documents) = (Vec::new(), Vec::new());
    for (label, badge) in book.badges()? {
        let on_show = shown.as_ref() == Some(&label);
        let mark = if on_show { "  (on show)" } else { "" };
        let size = say.dim(&format!("{} bytes", badge.as_bytes().len()));
        lines.push(format!("{}: {}, {size}{mark}", say.bold(&label), badge.name()));
        documents.push(view::badge(&label, &badge, on_show));
    }
    if lines.is_empty() {
        lines.push("No badges yet. Set one with `lapel badge set LABEL --name …`.".into());
    }
    say.answer(&lines.join("\n"), &json!({ "badges": documents }))
}

fn show(book: &Book, label: Option<String>, say: &Say) -> Outcome {
    let (label, badge) = find(book, label)?;
    let on_show = is_on_show(book, &label)?;
    let text = format!("{}{}", say.bold(badge.name()), view::fields(badge.fields(), "  "));
    say.answer(&text, &view::badge(&label, &badge, on_show))
}

fn is_on_show(book: &Book, label: &str) -> Outcome<bool> {
    Ok(book.badge_on_show()?.is_some_and(|(shown, _)| shown == label))
}

/// The badge of this label, or the one on show.
pub(crate) fn find(book: &Book, label: Option<String>) -> Outcome<(String, Badge)> {
    let found = match &label {
        Some(label) => book.badges()?.into_iter().find(|(there, _)| there == label),
        None => book.badge_on_show()?,
    };
    found.ok_or_else(|| no_badge(label.as_deref()))
}

/// There is no such badge, or none on show.
pub(crate) fn no_badge(label: Option<&str>) -> Failure {
    let message = match label {
        Some(label) => {
            format!("There is no badge called \"{label}\"; `lapel badge list` lists them.")
        }
        None => "No badge is on show. Set one with `lapel badge set LABEL --name …`.".into(),
    };
    Failure::new(Code::NoSuchBadge, message)
}

fn badge_of(args: BadgeArgs) -> Outcome<Badge> {
    let BadgeArgs { name, title, org, email, phone, url, handle, pronouns, line } = args;
    Ok(Badge::new(BadgeFields {
        name,
        title,
        organisation: org,
        emails: email,
        phones: phone,
        urls: url,
        handles: handle,
        pronouns,
        line,
    })?)
}
