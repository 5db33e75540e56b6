//! What is said, and where: answers on standard output, everything else on standard error.

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::{Value, json};

use crate::failure::{Code, Failure, Outcome};

/// How to speak.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Say {
    /// One JSON document on standard output.
    pub(crate) json: bool,
    /// Only what was asked for.
    pub(crate) quiet: bool,
    /// Letters may be bold and dim.
    colour: bool,
}

impl Say {
    /// Colours only on a terminal, and not where the environment doesn't want them
    /// (<https://no-color.org>).
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { json, quiet, colour: !json && !unwanted && io::stdout().is_terminal() }
    }

    /// Answers a question: text that `--quiet` leaves alone, or its document.
    pub(crate) fn answer(&self, text: &str, document: &Value) -> Outcome {
        if self.json { self.document(document) } else { print(&with_newline(text)) }
    }

    /// Says that something was done: text that `--quiet` leaves out, or its document.
    pub(crate) fn done(&self, text: &str, document: &Value) -> Outcome {
        match (self.json, self.quiet) {
            (true, _) => self.document(document),
            (false, true) => Ok(()),
            (false, false) => print(&with_newline(text)),
        }
    }

    /// A line of what is happening, on standard error. Nobody has to hear it.
    pub(crate) fn aside(&self, text: &str) {
        if !self.quiet {
            self.insist(text);
        }
    }

    /// The same, even with `--quiet`: a question.
    pub(crate) fn insist(&self, text: &str) {
        let _ = io::stderr().lock().write_all(with_newline(text).as_bytes());
    }

    /// Says what went wrong, and gives the exit code.
    pub(crate) fn failure(&self, failure: &Failure) -> u8 {
        if failure.code != Code::ClosedPipe {
            if self.json {
                let error = json!({ "code": failure.code.name(), "message": failure.message });
                self.insist(&json!({ "error": error }).to_string());
            } else {
                self.insist(&failure.message);
            }
        }
        failure.code.exit()
    }

    fn document(&self, document: &Value) -> Outcome {
        print(&format!("{document:#}\n"))
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        self.painted("1", text)
    }

    pub(crate) fn dim(&self, text: &str) -> String {
        self.painted("2", text)
    }

    fn painted(&self, attribute: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{attribute}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Whether codes may be drawn in colour on standard output.
    pub(crate) fn has_colour(&self) -> bool {
        self.colour
    }
}

/// Writes text to standard output, all of it.
pub(crate) fn print(text: &str) -> Outcome {
    print_bytes(text.as_bytes())
}

/// Writes bytes to standard output, all of them.
pub(crate) fn print_bytes(bytes: &[u8]) -> Outcome {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Failure::output(&error))
}

fn with_newline(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}
