//! How far a book has counted: its logical clock (Lamport, *Time, clocks, and the ordering of events in a
//! distributed system*, 1978), by which writes of merged books are put in order without anyone's wall
//! clock.

use super::entry::{Happening, Listed};
use super::register::Stamp;
use super::written::Written;
use super::{Book, ReadError};

impl Book {
    /// A stamp behind all of `written`, and behind every other in the book.
    pub(super) fn stamp(&self, written: &Written) -> Result<Stamp, ReadError> {
        let clock = written.clock().max(self.clock()?).saturating_add(1);
        Ok(Stamp { clock, replica: self.store()?.replica() })
    }

    /// How far the book has counted: by one with every entry, also across what writes it anew, so that
    /// no stamp in it is higher and none comes again.
    pub(super) fn clock(&self) -> Result<u64, ReadError> {
        let counted = match self.counted.get() {
            Some(counted) => *counted,
            None => {
                let before = self.happenings(Listed::Counted.subject())?.into_iter();
                let before = before.filter_map(|(_, h)| match h {
                    Happening::Counted(clock) => Some(clock),
                    _ => None,
                });
                *self.counted.get_or_init(|| before.max().unwrap_or(0))
            }
        };
        Ok(counted.saturating_add(self.store()?.last()))
    }
}
