//! The whole book in one file, and back.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::{env, fs};

use lapel::backup::{Backup, BackupError, Key, Lock, Merged};
use lapel::book::Book;
use serde_json::{Value, json};

use crate::args::{BackupArgs, RestoreArgs};
use crate::failure::{Code, Failure, Outcome};
use crate::home::{Home, rng, until, wall};
use crate::say::Say;
use crate::stdin::Interrupt;
use crate::{files, papers};

/// A passphrase or an identity takes less.
const MOST: u64 = 4_096;

/// `lapel backup`.
pub(crate) fn backup(home: &Home, args: &BackupArgs, say: &Say) -> Outcome {
    papers::one_thing_on_stdout(&args.out, say)?;
    papers::bytes_not_on_a_terminal("backup", &args.out)?;
    let book = home.open_watched(Interrupt::watch(), say)?;
    let lock = match args.recipient.as_slice() {
        [] => Lock::passphrase(&passphrase(args.passphrase_file.as_deref(), true)?)?,
        recipients => Lock::recipients(recipients)?,
    };
    if files::is_standard(&args.out) {
        book.back_up(&mut io::stdout().lock(), &lock, wall())?;
        return Ok(());
    }
    let done = book.back_up_to(&args.out, &lock, wall()).map_err(|error| match error {
        BackupError::File { path, source } => Failure::writing(&path, &source),
        error => error.into(),
    })?;
    let text = format!(
        "The whole book and your key are in {}, encrypted, {} bytes.{} Whoever opens it is you; \
         without its passphrase or key nobody opens it.",
        args.out.display(),
        done.bytes,
        missing(done.lost),
    );
    say.done(
        &text,
        &json!({
            "file": args.out, "entries": done.entries, "lost": done.lost, "bytes": done.bytes,
        }),
    )
}

/// `lapel restore`.
pub(crate) fn restore(home: &Home, args: &RestoreArgs, say: &Say) -> Outcome {
    if files::is_standard(&args.file) {
        let message = "A backup is read twice, once to judge it: name a file.";
        return Err(Failure::new(Code::Usage, message));
    }
    let interrupt = Interrupt::watch();
    let key = match &args.identity_file {
        Some(file) => Key::identity(&identity(file)?)?,
        None => Key::passphrase(&passphrase(args.passphrase_file.as_deref(), false)?)?,
    };
    let backup = Backup::file(&args.file, &key);
    let about = backup.about()?;
    let merged = match (args.merge, args.dry_run) {
        (true, true) => home.open_watched(interrupt, say)?.would_merge(&backup)?,
        (true, false) => home.open_watched(interrupt, say)?.merge(&backup, &mut rng())?,
        (false, true) => Book::would_restore(&backup)?,
        (false, false) => {
            let settings = home.settings().watched(until(interrupt));
            let (book, _, merged) = Book::restore(settings, &backup, &mut rng())?;
            book.close()?;
            merged
        }
    };
    let (person, made_at) = (about.person, about.made_at);
    let whose = format!("A backup of {}, made at {made_at}.", person.fingerprint());
    let text = [whose].into_iter().chain(sentences(&merged, args)).collect::<Vec<_>>().join("\n");
    let refused = merged.refused.iter();
    let refused: Vec<Value> = refused
        .map(|refused| json!({ "entry": refused.entry, "why": refused.why.to_string() }))
        .collect();
    let document = json!({
        "person": person, "made_at": made_at.to_string(), "dry_run": args.dry_run,
        "people": merged.people, "encounters": merged.encounters,
        "confirmations": merged.confirmations, "others": merged.others, "known": merged.known,
        "left_out": merged.left_out, "forgotten": merged.forgotten, "refused": refused,
        "lost": merged.lost, "old_key_remains": merged.old_key_remains,
        "older": merged.older, "moved": merged.moved, "both_went_on": merged.both_went_on,
    });
    say.answer(&(text + "\n"), &document)
}

/// That entries are missing, if any are.
fn missing(lost: u64) -> String {
    match lost {
        0 => String::new(),
        1 => " One entry had been lost to damage before and is missing.".into(),
        lost => format!(" {lost} entries had been lost to damage before and are missing."),
    }
}

/// What it brought, and what somebody has to know.
fn sentences(merged: &Merged, args: &RestoreArgs) -> Vec<String> {
    let would = if args.dry_run { "It would bring" } else { "It brought" };
    let mut said = vec![format!(
        "{would}: people {}, encounters {}, confirmations {}, other entries {}. Here before: {}.",
        merged.people, merged.encounters, merged.confirmations, merged.others, merged.known
    )];
    if merged.left_out > 0 {
        said.push(format!("Left out, since somebody was forgotten: {}.", merged.left_out));
    }
    if merged.forgotten > 0 {
        let of = "Encounters of this book that are forgotten, as they were elsewhere";
        said.push(format!("{of}: {}.", merged.forgotten));
    }
    for refused in &merged.refused {
        said.push(format!("Entry {} was refused: {}.", refused.entry, refused.why));
    }
    said.extend(Some(missing(merged.lost).trim().to_owned()).filter(|text| !text.is_empty()));
    if merged.old_key_remains {
        let text = "A former key could not be destroyed yet; the next open tries again.";
        said.push(text.into());
    }
    if merged.older {
        said.push("This backup is older than the book that is here.".into());
    }
    if merged.moved {
        said.push(
            "This book was restored on another phone: stop using the identity on this one.".into(),
        );
    }
    if merged.both_went_on {
        said.push(
            "Two phones have gone on with one identity, and nobody can tell them apart: stop using \
             one of them."
                .into(),
        );
    }
    if !args.merge && !args.dry_run {
        said.push("The identity lives here now: stop using it where it was.".into());
    }
    said
}

/// The passphrase, from a file, the environment, or whoever sits there.
fn passphrase(file: Option<&Path>, is_new: bool) -> Outcome<String> {
    if let Some(file) = file {
        return first_line(file);
    }
    // On the command line it would stand in every list of processes.
    if let Ok(passphrase) = env::var("LAPEL_PASSPHRASE") {
        return Ok(passphrase);
    }
    if !io::stdin().is_terminal() {
        let message = "There is no terminal to ask for the passphrase: give --passphrase-file F or \
                       LAPEL_PASSPHRASE.";
        return Err(Failure::new(Code::Usage, message));
    }
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt).map_err(|error| {
            if error.kind() == io::ErrorKind::Interrupted {
                return Failure::new(Code::Interrupted, "Interrupted. Nothing was changed.");
            }
            Failure::new(Code::Io, format!("The passphrase can't be read: {error}."))
        })
    };
    let passphrase = ask("Passphrase: ")?;
    if is_new && ask("The same again: ")? != passphrase {
        return Err(Failure::new(Code::Usage, "The two passphrases differ. Nothing was written."));
    }
    Ok(passphrase)
}

/// The identity in a file such as age's own program writes, with comments around it.
fn identity(file: &Path) -> Outcome<String> {
    let text = text_of(file)?;
    let line = text.lines().map(str::trim).find(|line| line.starts_with("AGE-SECRET-KEY-1"));
    Ok(line.unwrap_or_default().to_owned())
}

fn first_line(file: &Path) -> Outcome<String> {
    Ok(text_of(file)?.lines().next().unwrap_or_default().to_owned())
}

fn text_of(file: &Path) -> Outcome<String> {
    let refused = |why: String| {
        Failure::new(Code::FileRefused, format!("{} can't be read: {why}.", file.display()))
    };
    match fs::metadata(file) {
        Ok(found) if found.len() > MOST => Err(refused(format!("it has more than {MOST} bytes"))),
        _ => fs::read_to_string(file).map_err(|error| refused(error.to_string())),
    }
}
