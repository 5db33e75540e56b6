//! Lapel in a terminal: two people meet through pictures or pasted codes, and look after their books.
//!
//! `args` is what can be typed, `failure` every way to fail with its exit code, `say` what is said
//! and where. Each family of commands has a file; none has a rule of its own about people, badges
//! or receipts, which are the core's.

mod args;
mod backups;
mod badges;
mod doctor;
mod exports;
mod failure;
mod files;
mod followups;
mod history;
mod home;
mod lookback;
mod outcomes;
mod papers;
mod people;
mod pick;
mod proofs;
mod say;
mod shake;
mod statements;
mod stdin;
mod view;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::args::{Cli, Command};
use crate::failure::{Code, Failure, Outcome};
use crate::home::Home;
use crate::say::Say;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(not_parsed(&error)),
    };
    let say = Say::new(cli.json, cli.quiet);
    match run(cli, &say) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(say.failure(&failure)),
    }
}

fn run(cli: Cli, say: &Say) -> Outcome {
    let named = cli.home;
    let home = || Home::find(named);
    match cli.command {
        Command::Init(args) => badges::init(&home()?, args, say),
        Command::Badge(command) => badges::badge(&home()?, command, say),
        Command::Whoami => badges::whoami(&home()?, say),
        Command::Identity(command) => statements::identity(&home()?, command, say),
        Command::Shake(args) => shake::shake(&home()?, args, say),
        Command::Contacts(args) => people::contacts(&home()?, args, say),
        Command::Contact { who } => people::contact(&home()?, &who.id, say),
        Command::Note(args) => people::note(&home()?, args, say),
        Command::Tag { who, tag, remove } => people::tag(&home()?, &who.id, &tag, remove, say),
        Command::Rate { who, points } => people::rate(&home()?, &who.id, points, say),
        Command::Place { who, place } => people::place(&home()?, &who.id, &place, say),
        Command::FollowUp(args) => followups::followup(&home()?, &args, say),
        Command::FollowUps { due } => followups::followups(&home()?, due, say),
        Command::Introduced { who, by } => people::introduced(&home()?, &who.id, &by, say),
        Command::Person(command) => people::person(&home()?, &command, say),
        Command::Outcome(command) => outcomes::outcome(&home()?, command, say),
        Command::Lookback(args) => lookback::lookback(&home()?, &args, say),
        Command::Forget { ids, yes } => people::forget(&home()?, &ids, yes, say),
        Command::Block { who } => people::set_blocked(&home()?, &who.id, true, say),
        Command::Unblock { who } => people::set_blocked(&home()?, &who.id, false, say),
        Command::Receipt(args) => papers::receipt(&home()?, &args, say),
        Command::Verify { file, report } => papers::verify(&file, report.as_deref(), say),
        Command::Export(args) => exports::export(&home()?, *args, say),
        Command::Backup(args) => backups::backup(&home()?, &args, say),
        Command::Restore(args) => backups::restore(&home()?, &args, say),
        Command::Doctor { repair } => doctor::doctor(&home()?, repair, say),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "lapel", &mut script);
            say::print_bytes(&script)
        }
        Command::Man { command } => man(command.as_deref()),
    }
}

fn man(name: Option<&str>) -> Outcome {
    let mut all = Cli::command();
    all.build();
    let command = match name {
        None => all,
        Some(name) => all.find_subcommand(name).cloned().ok_or_else(|| {
            Failure::new(
                Code::Usage,
                format!("There is no command \"{name}\"; `lapel --help` lists them."),
            )
        })?,
    };
    let mut page = Vec::new();
    // Writing to memory has no way to fail.
    let _ = clap_mangen::Man::new(command).render(&mut page);
    say::print_bytes(&page)
}

/// Help and version are answers; anything else is a usage error, which `--json` wants as JSON
/// although nothing could be parsed.
fn not_parsed(error: &clap::Error) -> u8 {
    if !error.use_stderr() {
        let _ = error.print();
        return 0;
    }
    if std::env::args_os().any(|arg| arg == "--json") {
        let message = error.render().to_string();
        return Say::new(true, false).failure(&Failure::new(Code::Usage, message.trim_end()));
    }
    let _ = error.print();
    Code::Usage.exit()
}
