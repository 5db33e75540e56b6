//! The rows of the index, byte for byte.
//!
//! | key | value |
//! |---|---|
//! | `h` | one copy of the ledger's header |
//! | `m` | [`Meta`]: how far the index is |
//! | `e` ‖ sequence | offset in the ledger ‖ the frame verbatim (no frame in a memory engine) |
//! | `l` ‖ lookup hash ‖ sequence | up to 63 sequences that follow: these entries are about that subject |
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
const SCHEMA: u32 = 3;

pub(super) const HEADER: &[u8] = b"h";
pub(super) const META: &[u8] = b"m";
pub(super) const ENTRY: &[u8] = b"e";
/// Entries and gaps sort before look-ups.
pub(super) const LOOKUP: &[u8] = b"l";
pub(super) const GAP: &[u8] = b"g";

pub(super) fn entry_key(seq: u64) -> Vec<u8> {
    [ENTRY, &seq.to_be_bytes()[..]].concat()
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

/// The most bytes of a lookup's value. An engine pays for rows, and lists are long.
const LOOKUP_VALUE: usize = 63 * 8;

/// Puts the look-up of the entry `seq`, which follows all that are there: into the row that the last one
/// with this hash is in, or into one of its own.
pub(super) fn put_lookup(rows: &mut Rows, hash: &[u8; 16], seq: u64) {
    match rows.range_mut(bounds(&lookup_prefix(hash))).next_back() {
        Some((_, value)) if value.len() < LOOKUP_VALUE => value.extend(seq.to_be_bytes()),
        _ => drop(rows.insert(lookup_key(hash, seq), vec![])),
    }
}

/// The sequences of a lookup's row, the one at the end of its key first.
pub(super) fn lookup_seqs(key: &[u8], value: &[u8]) -> Option<impl Iterator<Item = u64>> {
    let first: &[u8; 8] = key.get(1 + 16..)?.try_into().ok()?;
    let (more, rest) = value.as_chunks::<8>();
    let seqs = [*first].into_iter().chain(more.iter().copied());
    rest.is_empty().then(|| seqs.map(u64::from_be_bytes))
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

/// How far the index is, and how many entries and look-ups there have to be.
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
        assert_eq!(lookup_hash(&lookup_key(&hash, 300)), Some(hash));
        assert_eq!(entry_parts(&entry_value(9, b"frame")), Some((9, &b"frame"[..])));
        assert!(entry_key(255) < entry_key(256));
        assert!(lookup_key(&hash, 255) < lookup_key(&hash, 256));
        assert!(lookup_seqs(b"l", b"").is_none() && lookup_hash(b"l").is_none());
        assert!(lookup_seqs(&lookup_key(&hash, 1), b"short").is_none());
        assert_eq!(entry_parts(b"1"), None);
    }

    #[test]
    fn look_ups_of_one_subject_share_rows_and_read_back_in_order() {
        let (mut rows, hash) = (Rows::new(), [u8::MAX; 16]);
        for seq in 1..=200 {
            put_lookup(&mut rows, &hash, seq);
            put_lookup(&mut rows, &[7; 16], 1_000 + seq);
        }
        assert_eq!(rows.len(), 2 * 4, "64 to a row");
        let mut read = Vec::new();
        let _ = visit_prefix(&rows, &lookup_prefix(&hash), &mut |key, value| {
            read.extend(lookup_seqs(key, value).unwrap());
            ControlFlow::Continue(())
        });
        assert_eq!(read, (1..=200).collect::<Vec<_>>());
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
