//! Standard input, read a line at a time beside everything else, and Ctrl-C.

use std::io::{self, BufRead as _, Read as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::failure::{Code, Failure, Outcome};

/// A longer line is no code and no answer.
const LONGEST_LINE: u64 = 16 * 1024;
/// How long a wait lasts before Ctrl-C is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// Lines as they come.
pub(crate) struct Stdin {
    lines: Receiver<String>,
}

/// What a wait for a line brought.
pub(crate) enum Heard {
    /// A line, without its end.
    Line(String),
    /// Nothing yet.
    Nothing,
    /// Nothing will come any more.
    End,
}

impl Stdin {
    /// Starts reading. The thread waits in a read that nothing can wake, and ends with the process.
    pub(crate) fn start() -> Self {
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut input = io::stdin().lock();
            loop {
                let mut line = Vec::new();
                match input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) | Ok(0) => return,
                    Ok(length) if length as u64 == LONGEST_LINE && !line.ends_with(b"\n") => {
                        // What comes behind it is no line of its own.
                        line.clear();
                        if input.skip_until(b'\n').is_err() {
                            return;
                        }
                    }
                    Ok(_) => {}
                }
                let line = String::from_utf8_lossy(&line).trim().to_owned();
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self { lines }
    }

    /// Waits this long for a line.
    pub(crate) fn hear(&self, wait: Duration) -> Heard {
        match self.lines.recv_timeout(wait) {
            Ok(line) => Heard::Line(line),
            Err(RecvTimeoutError::Timeout) => Heard::Nothing,
            Err(RecvTimeoutError::Disconnected) => Heard::End,
        }
    }

    /// Waits for a yes or a no; the end of the input is a no.
    pub(crate) fn answer(&self, interrupt: &Interrupt) -> Outcome<bool> {
        loop {
            interrupt.check("Interrupted. Nothing was changed.")?;
            match self.hear(GLANCE) {
                Heard::Line(line) => {
                    if let Some(answer) = yes_or_no(&line) {
                        return Ok(answer);
                    }
                }
                Heard::Nothing => {}
                Heard::End => return Ok(false),
            }
        }
    }
}

/// What a line says, if it is an answer.
pub(crate) fn yes_or_no(line: &str) -> Option<bool> {
    match line.to_ascii_lowercase().as_str() {
        "y" | "yes" => Some(true),
        "n" | "no" => Some(false),
        _ => None,
    }
}

/// Whether somebody pressed Ctrl-C, or asked the process to end in another way. What is being done
/// is finished first.
pub(crate) struct Interrupt {
    asked: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on Ctrl-C is noted, and ends nothing by itself but where it is pressed twice.
    pub(crate) fn watch() -> Self {
        let asked = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&asked);
        // If no handler can be set, Ctrl-C simply ends the process, as it does everywhere else.
        let _ = ctrlc::set_handler(move || {
            if noted.swap(true, Ordering::SeqCst) {
                std::process::exit(i32::from(Code::Interrupted.exit()));
            }
        });
        Self { asked }
    }

    /// Whether it was pressed.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Fails with these words once it was pressed.
    pub(crate) fn check(&self, words: &str) -> Outcome {
        if self.is_asked() {
            return Err(Failure::new(Code::Interrupted, words));
        }
        Ok(())
    }
}
