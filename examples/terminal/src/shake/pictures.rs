//! A screen and a camera made of two picture files.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::num::NonZeroU32;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lapel::qr::Symbol;
use lapel_optics::decode;
use lapel_optics::picture::Picture;

use crate::failure::{Code, Failure, Outcome};
use crate::files::{self, Lasting};

/// Pixels a module: at this size any decoder reads the picture.
const MODULE: NonZeroU32 = NonZeroU32::MIN.saturating_add(7);
/// A code that stays in view is scanned again this often, as a camera does: some of what it says
/// only counts after a while.
const AGAIN: Duration = Duration::from_millis(200);
/// A file is read again after this long even if its time and length are the same, since not every
/// file system tells times finely.
const REREAD: Duration = Duration::from_millis(500);
/// Nobody's camera makes a larger file.
const LARGEST: u64 = 64 << 20;

/// The picture this side draws, and the one it reads.
pub(crate) struct Pictures {
    show: PathBuf,
    watch: PathBuf,
    shown: Option<String>,
    stamp: Option<(Option<SystemTime>, u64)>,
    /// Of the contents that were read last.
    digest: Option<u64>,
    text: Option<String>,
    read_at: Duration,
    scanned_at: Option<Duration>,
    trouble: String,
}

impl Pictures {
    pub(crate) fn new(show: &Path, watch: &Path) -> Outcome<Self> {
        if show == watch
            || fs::canonicalize(show).is_ok_and(|s| fs::canonicalize(watch).is_ok_and(|w| s == w))
        {
            let message =
                "--show and --watch must be two files: yours, and the one of the other side.";
            return Err(Failure::new(Code::Usage, message));
        }
        Ok(Self {
            show: show.to_owned(),
            watch: watch.to_owned(),
            shown: None,
            stamp: None,
            digest: None,
            text: None,
            read_at: Duration::ZERO,
            scanned_at: None,
            trouble: String::new(),
        })
    }

    /// Draws a code, unless it is the one there is.
    pub(crate) fn show(&mut self, text: &str) -> Outcome {
        if self.shown.as_deref() == Some(text) {
            return Ok(());
        }
        let png = Symbol::new(text)?.png(MODULE)?;
        files::replace(&self.show, &png, Lasting::Fleeting)
            .map_err(|error| Failure::writing(&self.show, &error))?;
        self.shown = Some(text.to_owned());
        Ok(())
    }

    /// The text of the code in view, when it is new or worth another scan. A file that is missing,
    /// half-written or no picture is looked at again.
    pub(crate) fn look(&mut self, now: Duration) -> Option<String> {
        match self.changed(now) {
            Ok(Some(file)) => {
                let mut hasher = DefaultHasher::new();
                file.hash(&mut hasher);
                let digest = Some(hasher.finish());
                if digest != self.digest {
                    self.digest = digest;
                    self.scanned_at = None;
                    self.text = self.read(&file);
                }
            }
            Ok(None) => {}
            Err(trouble) => {
                self.trouble = trouble;
                (self.stamp, self.digest, self.text) = (None, None, None);
            }
        }
        let due = self.scanned_at.is_none_or(|at| now.saturating_sub(at) >= AGAIN);
        let text = self.text.clone().filter(|_| due)?;
        self.scanned_at = Some(now);
        Some(text)
    }

    /// Why nothing is in view, in a sentence; empty if something is.
    pub(crate) fn trouble(&self) -> &str {
        if self.text.is_some() { "" } else { &self.trouble }
    }

    /// The file's contents, if they may have changed since they were last read.
    fn changed(&mut self, now: Duration) -> Result<Option<Vec<u8>>, String> {
        let name = self.watch.display();
        let there =
            fs::metadata(&self.watch).map_err(|_| format!("There is no picture at {name}."))?;
        if !there.is_file() || there.len() > LARGEST {
            return Err(format!("{name} is no picture."));
        }
        let stamp = Some((there.modified().ok(), there.len()));
        if stamp == self.stamp && now.saturating_sub(self.read_at) < REREAD {
            return Ok(None);
        }
        let file =
            fs::read(&self.watch).map_err(|error| format!("{name} can't be read: {error}."))?;
        (self.stamp, self.read_at) = (stamp, now);
        Ok(Some(file))
    }

    fn read(&mut self, file: &[u8]) -> Option<String> {
        let name = self.watch.display();
        let picture = match Picture::from_file(file) {
            Ok(picture) => picture,
            Err(error) => {
                self.trouble = format!("{name} is {error}.");
                return None;
            }
        };
        self.trouble = format!("No code could be read in {name}.");
        // A decoder of others' gets any picture at all; should it give up loudly, it read nothing.
        panic::catch_unwind(AssertUnwindSafe(|| decode::text(&picture))).ok().flatten()
    }
}
