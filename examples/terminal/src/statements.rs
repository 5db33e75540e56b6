//! What people sign outside of a meeting and pass on as a file or a code: a new badge, and that two
//! keys are one person's.

use std::path::Path;

use lapel::Carrier;
use lapel::book::{Contact, Mode};
use lapel::qr::{Background, Symbol};
use lapel::statement::{BadgeUpdate, IdentityLink, MAX_FILE_BYTES};
use serde_json::{Value, json};

use crate::args::{IdentityCommand, StatementTo};
use crate::failure::{Code, Failure, Outcome};
use crate::files::{self, Lasting};
use crate::home::{Home, Open, rng, wall};
use crate::say::{self, Say};
use crate::{badges, view};

/// `lapel badge sign`.
pub(crate) fn sign_badge(
    home: &Home,
    label: Option<String>,
    to: &StatementTo,
    say: &Say,
) -> Outcome {
    one_thing_on_stdout(to, say)?;
    let book = home.open(say)?;
    let (label, badge) = badges::find(&book, label)?;
    let update = BadgeUpdate::sign(book.identity(), badge, wall());
    let text = update.to_text(&Carrier::lapel());
    let sentence = format!(
        "Your badge \"{label}\" is signed{}. Whoever met you takes it with `lapel badge apply`.",
        place(to)
    );
    let document = json!({
        "label": label,
        "made_at": update.made_at().to_string(),
        "badge": update.badge().fields(),
    });
    hand_over(&text, to, &sentence, document, say)
}

/// `lapel badge apply`.
pub(crate) fn apply_badge(home: &Home, file: &Path, say: &Say) -> Outcome {
    let update = BadgeUpdate::from_text(&read(file)?)?;
    let mut book = home.open(say)?;
    book.apply_badge(&update, &mut rng())?;
    let made_at = update.made_at();
    answer(&book, book.contact(&update.person())?, say, |contact| {
        format!("The badge of {} is the one they signed at {made_at}.", view::named(contact))
    })
}

/// `lapel identity …`.
pub(crate) fn identity(home: &Home, command: IdentityCommand, say: &Say) -> Outcome {
    match command {
        IdentityCommand::Link { old, to } => {
            one_thing_on_stdout(&to, say)?;
            let (old, _) = Home::find(Some(old))?.open_as(Mode::Look)?;
            let before = old.identity().clone();
            drop(old);
            let book = home.open(say)?;
            let link = IdentityLink::sign(&before, book.identity(), wall())?;
            let text = link.to_text(&Carrier::lapel());
            let [was, is] = [link.old_key(), link.new_key()].map(|key| key.fingerprint());
            let sentence = format!(
                "Both keys signed that {was} and {is} are yours{}. Whoever met you takes it with \
                 `lapel identity apply`.",
                place(&to)
            );
            let document = json!({
                "old": view::person(&link.old_key(), None::<&str>),
                "new": view::person(&link.new_key(), None::<&str>),
                "made_at": link.made_at().to_string(),
            });
            hand_over(&text, &to, &sentence, document, say)
        }
        IdentityCommand::Apply { file } => {
            let link = IdentityLink::from_text(&read(&file)?)?;
            let mut book = home.open(say)?;
            book.apply_link(&link, &mut rng())?;
            let new = book.contact(&link.new_key())?;
            let was_met = new.is_some();
            let known = match new {
                Some(new) => Some(new),
                None => book.contact(&link.old_key())?,
            };
            let is = link.new_key().fingerprint();
            answer(&book, known, say, |contact| {
                if was_met {
                    format!("{} stands for both keys from now on.", view::named(contact))
                } else {
                    let name = view::named(contact);
                    format!("{name} has a new key, {is}: you will be told when you meet it.")
                }
            })
        }
    }
}

/// The text of a file, which may be anything at all.
fn read(file: &Path) -> Outcome<String> {
    // What isn't UTF-8 isn't Lapel's, and is refused as that.
    let mut from = files::open(file)?;
    let bytes = files::read_from(file, &mut from, MAX_FILE_BYTES)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Says what was done, with the contact as it is now.
fn answer(
    book: &Open,
    contact: Option<Contact>,
    say: &Say,
    sentence: impl FnOnce(&Contact) -> String,
) -> Outcome {
    let text = contact.as_ref().map_or_else(|| "It is in the book.".into(), sentence);
    let document = contact.map(|contact| view::contact(book, &contact)).transpose()?;
    say.done(&text, &document.unwrap_or(Value::Null))
}

/// Writes a statement where it was wanted, and says so.
fn hand_over(
    text: &str,
    to: &StatementTo,
    sentence: &str,
    mut document: Value,
    say: &Say,
) -> Outcome {
    if to.qr {
        let symbol = Symbol::new(text)?;
        say::print(&if say.has_colour() {
            symbol.terminal()
        } else {
            symbol.terminal_monochrome(Background::Dark)
        })?;
    }
    if let Some(out) = &to.out {
        files::write(out, format!("{text}\n").as_bytes(), Lasting::Durable)?;
        if files::is_standard(out) {
            return Ok(());
        }
    }
    if let Some(document) = document.as_object_mut() {
        document.insert("out".into(), to.out.as_ref().map(|out| out.display().to_string()).into());
        document.insert("text".into(), text.into());
    }
    say.done(sentence, &document)
}

fn place(to: &StatementTo) -> String {
    to.out.as_ref().map(|out| format!(", in {}", out.display())).unwrap_or_default()
}

fn one_thing_on_stdout(to: &StatementTo, say: &Say) -> Outcome {
    let on_stdout = to.out.as_deref().is_some_and(files::is_standard);
    if usize::from(on_stdout) + usize::from(to.qr) + usize::from(say.json) > 1 {
        let message = "Standard output can hold the text, the code or the JSON, and only one of \
                       them: name a file for the text.";
        return Err(Failure::new(Code::Usage, message));
    }
    Ok(())
}
