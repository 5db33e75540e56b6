//! The rows of the index, byte for byte.
//!
//! | key | value |
//! |---|---|
//! | `h` | one copy of the ledger's header |
//! | `m` | [`Meta`]: how far the index is |
//! | `e` ‖ sequence | offset in the ledger ‖ the frame verbatim (no frame in a memory engine) |
//! | `l` ‖ lookup hash ‖ sequence | nothing: the entry is about that subject |
//! | `g` ‖ first sequence | how many entries are missing in the ledger from there |
//!
//! Numbers are big-endian u64, so that keys sort by them.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

use crate::ledger::{Mark, take};
use crate::vault::KeyId;

/// Rows on their way into an engine, or held in memory.
pub(crate) type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Looks at one row, key and value, and says whether to go on.
pub(crate) type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// The layout of rows that this version writes and reads.
const SCHEMA: u32 = 2;

pub(super) const HEADER: &[u8] = b"h";
pub(super) const META: &[u8] = b"m";
/// Entries and gaps sort before look-ups.
pub(super) const LOOKUP: &[u8] = b"l";
pub(super) const GAP: &[u8] = b"g";

pub(super) fn entry_key(seq: u64) -> Vec<u8> {
    [b"e", &seq.to_be_bytes()[..]].concat()
}

pub(super) fn lookup_prefix(hash: &[u8; 16]) -> Vec<u8> {
    [LOOKUP, &hash[..]].concat()
}

pub(super) fn lookup_key(hash: &[u8; 16], seq: u64) -> Vec<u8> {
    [LOOKUP, &hash[..], &seq.to_be_bytes()].concat()
}

pub(super) fn gap_key(first: u64) -> Vec<u8> {
    [GAP, &first.to_be_bytes()].concat()
}

/// The sequence at the end of a lookup key.
pub(super) fn lookup_seq(key: &[u8]) -> Option<u64> {
    key.get(1 + 16..)?.try_into().ok().map(u64::from_be_bytes)
}

/// The hash in a lookup key.
pub(super) fn lookup_hash(key: &[u8]) -> Option<[u8; 16]> {
    key.strip_prefix(LOOKUP)?.first_chunk().copied()
}

/// The value of an entry's row.
pub(super) fn entry_value(offset: u64, frame: &[u8]) -> Vec<u8> {
    [&offset.to_be_bytes()[..], frame].concat()
}

/// The offset and the frame out of an entry's row.
pub(super) fn entry_parts(mut value: &[u8]) -> Option<(u64, &[u8])> {
    let offset = u64::from_be_bytes(take(&mut value)?);
    Some((offset, value))
}

/// How far the index is, and how many rows of each sort there have to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Meta {
    pub(super) id: KeyId,
    /// After the last entry that is in the index.
    pub(super) mark: Mark,
    pub(super) entries: u64,
    pub(super) lookups: u64,
}

impl Meta {
    pub(super) fn encode(&self) -> Vec<u8> {
        [
            &SCHEMA.to_be_bytes()[..],
            &self.id.store,
            &self.id.epoch.to_be_bytes(),
            &self.mark.offset.to_be_bytes(),
            &self.mark.next.to_be_bytes(),
            &self.mark.prev,
            &self.entries.to_be_bytes(),
            &self.lookups.to_be_bytes(),
        ]
        .concat()
    }

    /// `None` for another schema and for anything that [`Meta::encode`] doesn't write.
    pub(super) fn decode(mut bytes: &[u8]) -> Option<Self> {
        let rest = &mut bytes;
        if u32::from_be_bytes(take(rest)?) != SCHEMA {
            return None;
        }
        let id = KeyId { store: take(rest)?, epoch: u32::from_be_bytes(take(rest)?) };
        let mut number = || Some(u64::from_be_bytes(take(rest)?));
        let (offset, next) = (number()?, number()?);
        let mark = Mark { offset, next, prev: take(rest)? };
        let mut number = || Some(u64::from_be_bytes(take(rest)?));
        let (entries, lookups) = (number()?, number()?);
        rest.is_empty().then_some(Self { id, mark, entries, lookups })
    }
}

/// Where the keys that start with `prefix` begin and end.
pub(super) fn bounds(prefix: &[u8]) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    let mut end = prefix.to_vec();
    while end.pop_if(|last| *last == u8::MAX).is_some() {}
    let end = match end.last_mut() {
        None => Bound::Unbounded,
        Some(last) => {
            *last += 1;
            Bound::Excluded(end)
        }
    };
    (Bound::Included(prefix.to_vec()), end)
}

/// Visits the rows of `rows` whose key starts with `prefix`, in the order of keys.
pub(super) fn visit_prefix(rows: &Rows, prefix: &[u8], visit: &mut Visit<'_>) -> ControlFlow<()> {
    rows.range(bounds(prefix)).try_for_each(|(key, value)| visit(key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_and_sort_by_sequence() {
        let hash = [7; 16];
        assert_eq!(lookup_seq(&lookup_key(&hash, 300)), Some(300));
        assert_eq!(lookup_hash(&lookup_key(&hash, 300)), Some(hash));
        assert_eq!(entry_parts(&entry_value(9, b"frame")), Some((9, &b"frame"[..])));
        assert!(entry_key(255) < entry_key(256));
        assert!(lookup_key(&hash, 255) < lookup_key(&hash, 256));
        assert_eq!((lookup_seq(b"l"), lookup_hash(b"l"), entry_parts(b"1")), (None, None, None));
    }

    #[test]
    fn meta_reads_back_and_other_schemas_are_refused() {
        let id = KeyId { store: [1; 16], epoch: 2 };
        let mark = Mark { offset: 3, next: 4, prev: [5; 32] };
        let meta = Meta { id, mark, entries: 6, lookups: 7 };
        let mut bytes = meta.encode();
        assert_eq!(Meta::decode(&bytes), Some(meta));
        assert_eq!(Meta::decode(&bytes[..bytes.len() - 1]), None);
        bytes[3] = 1;
        assert_eq!(Meta::decode(&bytes), None);
    }
}
