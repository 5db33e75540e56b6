use std::path::Path;

use redb::{Database, ReadableDatabase as _, TableDefinition};

use super::Rival;
use crate::work::Entry;

const ENTRY: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("entry");
const LOOKUP: TableDefinition<'_, (&[u8], u64), ()> = TableDefinition::new("lookup");

/// redb as it comes.
pub struct Redb(Database);

impl Rival for Redb {
    const NAME: &'static str = "redb";

    fn open(home: &Path) -> Self {
        let file = home.join("rival.redb");
        let is_new = !file.exists();
        let database = Database::create(file).unwrap();
        if is_new {
            let first = database.begin_write().unwrap();
            first.open_table(ENTRY).unwrap();
            first.open_table(LOOKUP).unwrap();
            first.commit().unwrap();
        }
        Self(database)
    }

    fn put(&mut self, entries: &[Entry]) {
        let all = self.0.begin_write().unwrap();
        {
            let mut entry = all.open_table(ENTRY).unwrap();
            let mut lookup = all.open_table(LOOKUP).unwrap();
            for Entry { number, sealed, keys } in entries {
                entry.insert(number, sealed.as_slice()).unwrap();
                for key in keys {
                    lookup.insert((&key[..], *number), ()).unwrap();
                }
            }
        }
        all.commit().unwrap();
    }

    fn knows(&self, key: &[u8; 16]) -> bool {
        let lookup = self.0.begin_read().unwrap().open_table(LOOKUP).unwrap();
        lookup.range((&key[..], 0)..=(&key[..], u64::MAX)).unwrap().next().is_some()
    }

    fn visit(&self, latest: Option<usize>, visit: &mut dyn FnMut(&[u8])) {
        let entries = self.0.begin_read().unwrap().open_table(ENTRY).unwrap();
        let entries = entries.range(0..).unwrap();
        match latest {
            None => entries.for_each(|entry| visit(entry.unwrap().1.value())),
            Some(limit) => {
                entries.rev().take(limit).for_each(|entry| visit(entry.unwrap().1.value()));
            }
        }
    }
}
