//! A screen made of text, for codes that are scanned off the terminal or pasted.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};

use lapel::qr::{Background, Symbol};

use crate::failure::Outcome;
use crate::say::{self, Say};

/// Prints each code once: drawn where standard output is a terminal, and as a line of text, which
/// another `lapel shake` takes on its standard input.
pub(crate) struct Paste {
    printed: BTreeSet<String>,
    drawn: bool,
    say: Say,
}

impl Paste {
    pub(crate) fn new(say: &Say) -> Self {
        Self { printed: BTreeSet::new(), drawn: io::stdout().is_terminal() && !say.json, say: *say }
    }

    /// Prints a code, unless it was printed before.
    pub(crate) fn show(&mut self, text: &str) -> Outcome {
        if !self.printed.insert(text.to_owned()) {
            return Ok(());
        }
        if self.say.json {
            // Standard output is for the one document.
            self.say.insist(text);
            return Ok(());
        }
        if self.drawn {
            let symbol = Symbol::new(text)?;
            say::print(&if self.say.has_colour() {
                symbol.terminal()
            } else {
                symbol.terminal_monochrome(Background::Dark)
            })?;
        }
        say::print(&format!("{text}\n"))
    }
}
