//! Writes ten years of a life into a directory, as `lapel --home DIR` opens it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use lapel::vault::FileVault;
use lapel_life::LifeError;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let home = arguments.next().map(PathBuf::from);
    let home = home.filter(|home| !home.as_os_str().to_string_lossy().starts_with('-'));
    let (Some(home), None) = (home, arguments.next()) else {
        eprintln!("usage: lapel-life DIRECTORY");
        return ExitCode::from(2);
    };
    match live(&home) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Nobody lived in {}: {error}", home.display());
            ExitCode::FAILURE
        }
    }
}

fn live(home: &Path) -> Result<String, LifeError> {
    let vault = Arc::new(FileVault::new(home.join("keys")));
    let life = lapel_life::write(&home.join("book"), vault)?;
    let (book, met) = (life.book, life.people.len());
    let people = book.count(&Default::default()).map_err(lapel::book::BookError::from)?;
    let came = life.outcomes.len();
    book.close().map_err(lapel::book::BookError::from)?;
    Ok(format!(
        "{} holds ten years of a life: {met} contacts were met, of whom {people} people are left, \
         and {came} things came of it. Look with `lapel --home {} contacts`.",
        home.display(),
        home.display()
    ))
}
