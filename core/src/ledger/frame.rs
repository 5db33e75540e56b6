//! One entry as it stands in the ledger: a head in clear, the sealed entry, an end mark.

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

use crate::ledger::entry::{self, Entry, MAX_PLAINTEXT, Subject};
use crate::ledger::{Mark, header, take};
use crate::seal::{Keys, NONCE, TAG};

/// The first bytes of every frame. No single flipped bit turns one of them into zero.
pub(super) const MAGIC: [u8; 4] = [0xD7, b'L', b'P', b'E'];
/// The last byte of every frame: as long as it is zero, the frame wasn't written to its end.
const END: u8 = 0xE5;
/// Bytes of the head: magic, length, sequence, hash of the frame before, checksum.
pub(super) const HEAD: usize = 56;
/// The bytes of a head before its checksum.
const CHECKED: usize = 48;
/// Bytes of the smallest frame.
pub(super) const MIN_FRAME: usize = HEAD + NONCE + entry::STEP + TAG + 1;
/// Bytes of the largest frame.
pub(crate) const MAX_FRAME: usize = HEAD + NONCE + MAX_PLAINTEXT + TAG + 1;

/// A frame that opened: the entry, and the bytes it came from.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Where in the ledger it starts.
    pub(crate) offset: u64,
    /// The frame verbatim.
    pub(crate) bytes: Vec<u8>,
    pub(crate) entry: Entry,
    /// The hash of the frame before, as this one names it.
    pub(super) prev: [u8; 32],
}

impl Frame {
    /// The place right after this frame.
    pub(crate) fn after(&self) -> Mark {
        Mark {
            offset: self.offset + self.bytes.len() as u64,
            next: self.entry.seq + 1,
            prev: Sha256::digest(&self.bytes).into(),
        }
    }

    /// Seals an entry for the place `mark`. The error is the size that its plaintext would take.
    pub(super) fn seal(
        keys: &Keys,
        mark: &Mark,
        (kind, subjects, payload): (u8, &[Subject], &[u8]),
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, usize> {
        let plaintext = entry::encode(kind, subjects, payload)?;
        let sealed_length = plaintext.len() + TAG;
        let head = Head {
            sealed: u32::try_from(sealed_length).map_err(|_| sealed_length)?,
            seq: mark.next,
            prev: mark.prev,
        };
        let head = head.encode(keys);
        let (nonce, sealed) = keys
            .ledger
            .seal(&binding(keys, &head), &plaintext, rng)
            .map_err(|_| plaintext.len())?;
        let entry =
            Entry { seq: mark.next, kind, subjects: subjects.to_vec(), payload: payload.to_vec() };
        let bytes = [&head[..], &nonce, &sealed, &[END]].concat();
        Ok(Self { offset: mark.offset, bytes, entry, prev: mark.prev })
    }

    /// Opens the frame that `bytes` start with; they stand at `offset`.
    pub(crate) fn open_first(keys: &Keys, offset: u64, bytes: &[u8]) -> Option<Self> {
        let head = Head::parse(keys, bytes)?;
        Self::open(keys, offset, bytes.get(..head.frame_length())?)
    }

    /// Opens a frame out of exactly its `bytes`, which stand at `offset`.
    pub(crate) fn open(keys: &Keys, offset: u64, bytes: &[u8]) -> Option<Self> {
        let head = Head::parse(keys, bytes)?;
        let (head_bytes, mut rest) = bytes.split_at_checked(HEAD)?;
        let nonce: [u8; NONCE] = take(&mut rest)?;
        let (end, sealed) = rest.split_last()?;
        // Nearly any end mark will do, since the entry vouches for itself: not one that was never written,
        // and not the next frame's first byte in place of one that was lost.
        if *end == 0 || *end == MAGIC[0] || bytes.len() != head.frame_length() {
            return None;
        }
        let plaintext = keys.ledger.open(&binding(keys, head_bytes), &nonce, sealed).ok()?;
        let entry = entry::decode(head.seq, &plaintext)?;
        Some(Self { offset, bytes: bytes.to_vec(), entry, prev: head.prev })
    }
}

/// What stands in clear before a sealed entry.
pub(super) struct Head {
    /// Bytes of the sealed entry, its tag included.
    pub(super) sealed: u32,
    pub(super) seq: u64,
    pub(super) prev: [u8; 32],
}

impl Head {
    /// The head at the start of `bytes`, if one with the right checksum is there.
    pub(super) fn parse(keys: &Keys, bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(&MAGIC) {
            return None;
        }
        let (mut checked, check) = bytes.get(..HEAD)?.split_at_checked(CHECKED)?;
        if checksum(keys, checked) != check {
            return None;
        }
        let _: [u8; 4] = take(&mut checked)?;
        let sealed = u32::from_be_bytes(take(&mut checked)?);
        let seq = u64::from_be_bytes(take(&mut checked)?);
        let head = Self { sealed, seq, prev: take(&mut checked)? };
        let is_possible = (MIN_FRAME..=MAX_FRAME).contains(&head.frame_length());
        (is_possible && seq < u64::MAX).then_some(head)
    }

    /// Whether so many entries can come before `offset`. A head isn't sealed, and a sequence that
    /// nothing vouches for must not make everything after it look old.
    pub(super) fn fits(&self, offset: u64) -> bool {
        self.seq <= offset / MIN_FRAME as u64 + 1
    }

    pub(super) fn encode(&self, keys: &Keys) -> Vec<u8> {
        let mut out =
            [&MAGIC[..], &self.sealed.to_be_bytes(), &self.seq.to_be_bytes(), &self.prev].concat();
        let check = checksum(keys, &out);
        out.extend_from_slice(&check);
        out
    }

    /// Bytes of the whole frame.
    pub(super) fn frame_length(&self) -> usize {
        (HEAD + NONCE + 1).saturating_add(usize::try_from(self.sealed).unwrap_or(usize::MAX))
    }
}

/// Tells a head of this very ledger from bytes that only look like one. It keeps no secret; that
/// an entry is authentic is for its seal to say.
fn checksum(keys: &Keys, checked: &[u8]) -> [u8; HEAD - CHECKED] {
    let digest = Sha256::new()
        .chain_update(keys.id.store)
        .chain_update(keys.id.epoch.to_be_bytes())
        .chain_update(checked)
        .finalize();
    take(&mut digest.as_slice()).unwrap_or_default()
}

/// What a sealed entry is bound to: format version, store, epoch, and the whole head.
fn binding(keys: &Keys, head: &[u8]) -> Vec<u8> {
    let id = keys.id;
    [&header::VERSION.to_be_bytes()[..], &id.store, &id.epoch.to_be_bytes(), head].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::{DataKey, KeyId};
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    fn keys(epoch: u32) -> Keys {
        let id = KeyId { store: [3; 16], epoch };
        Keys::derive(id, &DataKey::from_bytes([1; 32])).unwrap()
    }

    fn sample(payload: &[u8]) -> Frame {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mark = Mark { offset: 1024, next: 5, prev: [8; 32] };
        let subjects = [Subject::new(*b"ada").unwrap()];
        Frame::seal(&keys(1), &mark, (2, &subjects, payload), &mut rng).unwrap()
    }

    #[test]
    fn a_frame_opens_to_what_was_sealed() {
        let sealed = sample(b"met at the table");
        assert_eq!(sealed.bytes.len(), HEAD + NONCE + 256 + TAG + 1);
        let opened = Frame::open(&keys(1), 1024, &sealed.bytes).unwrap();
        assert_eq!(opened.entry, sealed.entry);
        assert_eq!(opened.prev, [8; 32]);
        assert_eq!(opened.after(), sealed.after());
        assert_eq!(opened.after().offset, 1024 + sealed.bytes.len() as u64);
        assert_eq!(sample(&[0; 4080]).bytes.len(), MAX_FRAME);
    }

    #[test]
    fn no_flipped_bit_gives_another_entry() {
        let frame = sample(b"met at the table");
        for bit in 0..frame.bytes.len() * 8 {
            let mut bytes = frame.bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let opened = Frame::open(&keys(1), 1024, &bytes);
            // The end mark says nothing of the entry.
            let expected = (bit / 8 == bytes.len() - 1).then_some(&frame.entry);
            assert_eq!(opened.as_ref().map(|f| &f.entry), expected, "bit {bit}");
        }
    }

    #[test]
    fn a_frame_of_another_epoch_isn_t_even_a_head() {
        let frame = sample(b"met at the table");
        assert!(Head::parse(&keys(1), &frame.bytes).is_some());
        assert!(Head::parse(&keys(2), &frame.bytes).is_none());
    }

    #[test]
    fn every_cut_is_refused() {
        let frame = sample(b"met at the table");
        for length in 0..frame.bytes.len() {
            assert!(Frame::open(&keys(1), 1024, &frame.bytes[..length]).is_none());
        }
    }
}
