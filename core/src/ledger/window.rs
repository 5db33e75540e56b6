//! Random reads of a file through one buffer: sequential reads cost one system call per 64 KiB.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;
/// The unit in which a device writes all or nothing.
const SECTOR: u64 = 512;
/// The unit in which a system reads a file that it can't read all of.
const PAGE: u64 = 4096;
/// What stands for a byte that can't be read: no zero, or it would pass for one that was never written.
const UNREAD: u8 = 0xFF;

/// A file up to `limit`, as if it ended there.
pub(super) struct Window {
    file: File,
    limit: u64,
    start: u64,
    buffer: Vec<u8>,
    /// Whether pages that the system can't read are passed over.
    around: bool,
    /// What it said about the last of them, as its number.
    unread: Option<i32>,
    /// Where data ends, once that was looked for, from where on.
    data_end: Option<(u64, u64)>,
    /// Bytes that the system was asked for.
    #[cfg(test)]
    pub(super) taken: u64,
}

impl Window {
    pub(super) fn new(file: File, limit: u64, around: bool) -> Self {
        Self {
            file,
            limit,
            start: 0,
            buffer: Vec::new(),
            around,
            unread: None,
            data_end: None,
            #[cfg(test)]
            taken: 0,
        }
    }

    /// The system's error for the last page that was passed over.
    pub(super) fn unread(&self) -> Option<io::Error> {
        self.unread.map(io::Error::from_raw_os_error)
    }

    /// Up to `length` bytes (at most 64 KiB) at `offset`; fewer only where the file ends.
    pub(super) fn read(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let held = self.hold(offset, length)?;
        Ok(held.get(..length).unwrap_or(held))
    }

    /// What is held of the file from `offset` on: `least` bytes (at most 64 KiB), or more; fewer only
    /// where the file ends.
    fn hold(&mut self, offset: u64, least: usize) -> io::Result<&[u8]> {
        let left = usize::try_from(self.limit.saturating_sub(offset)).unwrap_or(usize::MAX);
        let least = least.min(left).min(CHUNK) as u64;
        let is_held =
            offset >= self.start && offset + least <= self.start + self.buffer.len() as u64;
        if !is_held {
            self.buffer.clear();
            self.start = offset;
            self.fill(offset + CHUNK.min(left) as u64)?;
        }
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        Ok(self.buffer.get(from..).unwrap_or_default())
    }

    /// Reads up to `end`, or to the file's.
    fn fill(&mut self, end: u64) -> io::Result<()> {
        while let Err(error) = self.read_on(end) {
            let Some(code) = error.raw_os_error().filter(|_| self.around) else {
                return Err(error);
            };
            // What came before is there; what comes next is a page that can't be read, or may be behind one.
            let next = self.start + self.buffer.len() as u64;
            let page_end = end.min((next / PAGE + 1) * PAGE);
            if self.read_on(page_end).is_err() {
                let length = usize::try_from(page_end - self.start).unwrap_or(usize::MAX);
                self.buffer.resize(length, UNREAD);
                self.unread = Some(code);
            }
        }
        Ok(())
    }

    fn read_on(&mut self, end: u64) -> io::Result<usize> {
        let next = self.start + self.buffer.len() as u64;
        self.file.seek(SeekFrom::Start(next))?;
        let read = (&self.file).take(end.saturating_sub(next)).read_to_end(&mut self.buffer);
        #[cfg(test)]
        {
            self.taken += self.start + self.buffer.len() as u64 - next;
        }
        read
    }

    /// The end of the last byte at or after `offset` that isn't zero; `offset` if there is none.
    pub(super) fn data_end(&mut self, offset: u64) -> io::Result<u64> {
        if let Some((from, end)) = self.data_end
            && from <= offset
        {
            return Ok(end.max(offset));
        }
        let (mut at, mut end) = (offset, offset);
        loop {
            let chunk = self.hold(at, 1)?;
            if let Some(last) = chunk.iter().rposition(|b| *b != 0) {
                end = at + last as u64 + 1;
            }
            if chunk.is_empty() {
                self.data_end = Some((offset, end));
                return Ok(end);
            }
            at += chunk.len() as u64;
        }
    }

    /// Whether `from..to` holds a sector (or the part of one) that is all zeros or beyond the end
    /// of the file: one that was never written.
    pub(super) fn has_blank_sector(&mut self, from: u64, to: u64) -> io::Result<bool> {
        let mut at = from;
        while at < to {
            let end = to.min((at / SECTOR + 1) * SECTOR);
            let length = usize::try_from(end - at).unwrap_or(usize::MAX);
            if self.read(at, length)?.iter().all(|b| *b == 0) {
                return Ok(true);
            }
            at = end;
        }
        Ok(false)
    }

    /// The first place at or after `offset` where `pattern` stands.
    pub(super) fn find(&mut self, offset: u64, pattern: &[u8]) -> io::Result<Option<u64>> {
        let mut at = offset;
        loop {
            let chunk = self.hold(at, pattern.len())?;
            if let Some(found) = chunk.windows(pattern.len()).position(|w| w == pattern) {
                return Ok(Some(at + found as u64));
            }
            if chunk.len() < pattern.len() {
                return Ok(None);
            }
            at += (chunk.len() - pattern.len() + 1) as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn window(bytes: &[u8]) -> Window {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Window::new(file, bytes.len() as u64, false)
    }

    #[test]
    fn reads_anywhere_and_stops_at_the_end() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
        let mut w = window(&bytes);
        for at in [0, 65_530, 10, 199_990, 131_072, 200_000, 300_000] {
            let expected = bytes.get(at..).unwrap_or_default();
            assert_eq!(w.read(at as u64, 20).unwrap(), &expected[..expected.len().min(20)]);
        }
    }

    #[test]
    fn finds_patterns_across_chunks_and_the_end_of_data() {
        let mut bytes = vec![0; 200_000];
        bytes[65_534..65_538].copy_from_slice(b"mark");
        let mut w = window(&bytes);
        assert_eq!(w.find(0, b"mark").unwrap(), Some(65_534));
        assert_eq!(w.find(65_535, b"mark").unwrap(), None);
        assert_eq!(w.data_end(70_000).unwrap(), 70_000);
        assert_eq!(w.data_end(0).unwrap(), 65_538);
        assert_eq!(w.data_end(65_530).unwrap(), 65_538);
        assert_eq!(w.data_end(80_000).unwrap(), 80_000);
    }

    #[test]
    fn blank_sectors_count_where_the_range_touches_them() {
        let mut bytes = vec![1; 2048];
        bytes[512..1024].fill(0);
        let mut w = window(&bytes);
        assert!(w.has_blank_sector(0, 600).unwrap());
        assert!(w.has_blank_sector(600, 700).unwrap());
        assert!(!w.has_blank_sector(1024, 2048).unwrap());
        assert!(w.has_blank_sector(1024, 2049).unwrap(), "beyond the end");
    }
}
