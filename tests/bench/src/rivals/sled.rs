use std::path::Path;

use super::Rival;
use crate::work::Entry;

/// sled alone, one tree, one batch and one flush per transaction.
pub struct Sled(sled::Db);

fn lookup_key(key: &[u8; 16], number: u64) -> Vec<u8> {
    [b"l", &key[..], &number.to_be_bytes()].concat()
}

impl Rival for Sled {
    const NAME: &'static str = "sled";

    fn open(home: &Path) -> Self {
        let config = sled::Config::new().path(home.join("rival.sled"));
        Self(config.cache_capacity(4 << 20).flush_every_ms(None).open().unwrap())
    }

    fn put(&mut self, entries: &[Entry]) {
        let mut all = sled::Batch::default();
        for Entry { number, sealed, keys } in entries {
            all.insert([b"e", &number.to_be_bytes()[..]].concat(), sealed.as_slice());
            for key in keys {
                all.insert(lookup_key(key, *number), &[]);
            }
        }
        self.0.apply_batch(all).unwrap();
        self.0.flush().unwrap();
    }

    fn knows(&self, key: &[u8; 16]) -> bool {
        self.0.range(lookup_key(key, 0)..=lookup_key(key, u64::MAX)).next().is_some()
    }

    fn visit(&self, latest: Option<usize>, visit: &mut dyn FnMut(&[u8])) {
        let entries = self.0.scan_prefix(b"e");
        match latest {
            None => entries.for_each(|entry| visit(&entry.unwrap().1)),
            Some(limit) => entries.rev().take(limit).for_each(|entry| visit(&entry.unwrap().1)),
        }
    }
}
