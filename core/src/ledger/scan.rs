//! Reading a ledger front to back: every entry that opens, every damage with its exact count.
//!
//! What follows the last frame is judged by what a torn write can leave. A frame ends in a byte
//! that isn't zero and is written over zeros, a sector at once, so a frame that wasn't wholly
//! written has a sector (or its last byte) still zero. Anything else that doesn't open was
//! complete once and is damage.

use std::io;
use std::sync::Arc;

use crate::ledger::Mark;
use crate::ledger::frame::{Frame, HEAD, Head, MAGIC, MAX_FRAME, MIN_FRAME};
use crate::ledger::window::Window;
use crate::seal::Keys;

/// A stretch of the ledger that was complete once and doesn't open any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Damage {
    /// The sequence of the first entry that is missing.
    pub first: u64,
    /// How many entries are missing: exact, because sequences have no gaps. 0 when every entry is
    /// there although bytes around them were changed. For a damaged end of the ledger where not
    /// even a head can be read, the fewest that the bytes can have held.
    pub lost: u64,
    /// Where in the ledger the damage starts, in bytes.
    pub offset: u64,
    /// How many bytes it covers.
    pub bytes: u64,
}

/// What a scan comes upon.
#[derive(Debug)]
pub(crate) enum Found {
    Frame(Frame),
    Damage(Damage),
}

/// Where the ledger ends, known after a scan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tail {
    /// Where the next entry goes.
    pub(crate) mark: Mark,
    /// Bytes of a torn write that stand there and have to be cut.
    pub(crate) torn: u64,
}

/// A streaming read from one mark on; at most 64 KiB of the file are in memory.
pub(crate) struct Scan {
    window: Window,
    keys: Arc<Keys>,
    /// After the last entry that was handed out.
    mark: Mark,
    /// Where to look next.
    at: u64,
    damage: Option<Bad>,
    queued: Option<Frame>,
    tail: Option<Tail>,
}

/// Damage that no entry has followed yet.
struct Bad {
    offset: u64,
    /// The sequence that follows, should no entry come that says it.
    next: u64,
}

impl Scan {
    pub(super) fn new(window: Window, keys: Arc<Keys>, mark: Mark) -> Self {
        Self { window, keys, mark, at: mark.offset, damage: None, queued: None, tail: None }
    }

    /// The end, once [`Scan::step`] has given `None`.
    pub(crate) fn tail(&self) -> Option<Tail> {
        self.tail
    }

    /// Bytes that were read.
    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        self.window.taken
    }

    /// The system's error for what was passed over, because it couldn't be read.
    pub(crate) fn unread(&self) -> Option<io::Error> {
        self.window.unread()
    }

    /// The next entry or damage; `None` at the end of the ledger.
    pub(crate) fn step(&mut self) -> io::Result<Option<Found>> {
        if let Some(frame) = self.queued.take() {
            return Ok(Some(self.hand_out(frame)));
        }
        while self.tail.is_none() {
            let at = self.at;
            let bytes = self.window.read(at, MAX_FRAME)?;
            let head = Head::parse(&self.keys, bytes).filter(|head| head.fits(at));
            let frame = Frame::open_first(&self.keys, at, bytes);
            match (frame, head) {
                (Some(frame), _) if frame.entry.seq >= self.mark.next => {
                    self.at += frame.bytes.len() as u64;
                    return Ok(Some(match self.damage_before(&frame) {
                        Some(damage) => {
                            self.damage = None;
                            self.queued = Some(frame);
                            Found::Damage(damage)
                        }
                        None => self.hand_out(frame),
                    }));
                }
                (_, Some(head)) => self.skip_body(&head)?,
                (_, None) => self.skip_to_head()?,
            }
        }
        Ok(self.damage.take().and_then(|bad| {
            let tail = self.tail.as_mut()?;
            let first = self.mark.next;
            tail.mark.next = bad.next;
            Some(Found::Damage(Damage {
                first,
                lost: bad.next - first,
                offset: bad.offset,
                bytes: tail.mark.offset - bad.offset,
            }))
        }))
    }

    fn has_head(&mut self, at: u64) -> io::Result<bool> {
        match Head::parse(&self.keys, self.window.read(at, HEAD)?) {
            None => Ok(false),
            Some(head) if head.fits(at) => Ok(true),
            // One that doesn't fit is believed if its entry vouches for it.
            Some(_) => {
                let bytes = self.window.read(at, MAX_FRAME)?;
                Ok(Frame::open_first(&self.keys, at, bytes).is_some())
            }
        }
    }

    /// The first sound head at or after `from` and before `to`.
    fn find_head(&mut self, mut from: u64, to: u64) -> io::Result<Option<u64>> {
        while let Some(found) = self.window.find(from, &MAGIC)?.filter(|found| *found < to) {
            if self.has_head(found)? {
                return Ok(Some(found));
            }
            from = found + 1;
        }
        Ok(None)
    }

    fn hand_out(&mut self, frame: Frame) -> Found {
        self.mark = frame.after();
        Found::Frame(frame)
    }

    /// The sequence that follows, as far as damaged heads tell.
    fn next(&self) -> u64 {
        self.damage.as_ref().map_or(self.mark.next, |bad| bad.next)
    }

    fn damage_before(&self, frame: &Frame) -> Option<Damage> {
        let first = self.mark.next;
        let lost = frame.entry.seq - first;
        let unlinked = frame.prev != self.mark.prev;
        let offset = match &self.damage {
            Some(bad) => bad.offset,
            None if lost > 0 || unlinked => self.mark.offset,
            None => return None,
        };
        Some(Damage { first, lost, offset, bytes: frame.offset - offset })
    }

    /// Notes damage at the place being looked at; the sequence after it is at least `next`.
    fn spoil(&mut self, next: u64) {
        let (offset, least) = (self.at, next.max(self.next()));
        self.damage.get_or_insert(Bad { offset, next: least }).next = least;
    }

    /// A sound head whose body doesn't open: torn if it is the last and incomplete, else damage
    /// of exactly this entry.
    fn skip_body(&mut self, head: &Head) -> io::Result<()> {
        let end = self.at + head.frame_length() as u64;
        // The bytes behind it need not be its own: a head can have come to stand in a wrong place.
        if let Some(within) = self.find_head(self.at + 1, end)? {
            self.spoil(head.seq + 1);
            self.at = within;
            return Ok(());
        }
        let followed = self.has_head(end)?;
        let data_end = if followed { u64::MAX } else { self.window.data_end(self.at)? };
        if data_end < end || data_end == end && self.window.has_blank_sector(self.at, end)? {
            // Never finished, but its head still says how many entries came before it.
            if head.seq > self.next() {
                self.spoil(head.seq);
            }
            self.end(self.at, data_end - self.at);
            return Ok(());
        }
        self.spoil(head.seq + 1);
        self.at = end;
        Ok(())
    }

    /// Not a head: the end, a torn write, or damage up to the next sound head.
    fn skip_to_head(&mut self) -> io::Result<()> {
        if let Some(found) = self.find_head(self.at + 1, u64::MAX)? {
            self.spoil(self.next());
            self.at = found;
            return Ok(());
        }
        let end = self.window.data_end(self.at)?;
        let size = end - self.at;
        let blank_head = self.window.read(self.at, HEAD)?.iter().all(|b| *b == 0);
        let torn = size < MIN_FRAME as u64
            || blank_head
            || size <= MAX_FRAME as u64 && self.window.has_blank_sector(self.at, end)?;
        if torn {
            self.end(self.at, size);
        } else {
            self.spoil(self.next() + size.div_ceil(MAX_FRAME as u64));
            self.end(end, 0);
        }
        Ok(())
    }

    /// The end. What is torn directly behind damage stays with it: were it cut, the damage would
    /// stand at the end and could be judged anew, as torn itself or as other than it was counted.
    /// A zero stays behind it too, because the next entry must not serve as the end it lacks.
    fn end(&mut self, offset: u64, torn: u64) {
        let keep = self.damage.is_some() && torn > 0;
        let (kept, torn) = if keep { (torn + 1, 0) } else { (0, torn) };
        self.tail = Some(Tail { mark: Mark { offset: offset + kept, ..self.mark }, torn });
    }
}
