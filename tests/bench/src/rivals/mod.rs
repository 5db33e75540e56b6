//! Stores that others wrote, doing the same work: entries by number, and who is in them by key.

mod redb;
mod sled;
mod sqlite;

use std::path::Path;

use crate::work::Entry;

pub use redb::Redb;
pub use sled::Sled;
pub use sqlite::Sqlite;

/// A store that keeps sealed entries under their numbers, with three look-up keys each.
pub trait Rival {
    /// What it is called in a report.
    const NAME: &'static str;

    /// Opens the store in `home`, or creates it.
    fn open(home: &Path) -> Self;

    /// Keeps `entries` in one durable transaction.
    fn put(&mut self, entries: &[Entry]);

    /// Whether there is an entry with this key.
    fn knows(&self, key: &[u8; 16]) -> bool;

    /// Visits the sealed entries, all in order or the latest `limit` backwards.
    fn visit(&self, latest: Option<usize>, visit: &mut dyn FnMut(&[u8]));
}
