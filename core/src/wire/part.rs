//! A sealed message in several small symbols, for cameras that can't read a large one.
//!
//! The ciphertext is cut as it is, never padded anew. Parts authenticate nothing: anyone can show
//! one. So conflicting parts are kept side by side, everything is bounded, and a set that never
//! adds up costs only itself.

use super::{Flaw, SizeClass, VERSION};
use crate::digest::short;

/// One part: `version ‖ 3 ‖ index ‖ total ‖ first 8 bytes of the message's SHA-256 ‖ chunk`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    index: u8,
    total: u8,
    digest: [u8; 8],
    chunk: Vec<u8>,
}

/// Bytes of a part in front of the chunk.
const HEAD: usize = 4 + 8;
/// The most bytes of a chunk: with the head, what QR version 8-L carries behind `LAPEL:/`.
const MAX_CHUNK: usize = 183 - HEAD;

impl Part {
    pub(super) const KIND: u8 = 3;

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Flaw> {
        let (&[_, _, index, total], rest) = bytes.split_first_chunk().ok_or(Flaw::Shape)?;
        let (digest, chunk) = rest.split_first_chunk().ok_or(Flaw::Shape)?;
        let fits =
            (2..=3).contains(&total) && index < total && (1..=MAX_CHUNK).contains(&chunk.len());
        if !fits {
            return Err(Flaw::Shape);
        }
        Ok(Self { index, total, digest: *digest, chunk: chunk.to_vec() })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let head = [VERSION, Self::KIND, self.index, self.total];
        head.into_iter().chain(self.digest).chain(self.chunk.iter().copied()).collect()
    }
}

/// Cuts a sealed message into two or three parts of nearly equal length.
pub(crate) fn split(message: &[u8]) -> Vec<Part> {
    let digest = short(message);
    let total = message.len().div_ceil(MAX_CHUNK);
    let chunks = message.chunks(message.len().div_ceil(total.max(1)).max(1));
    let total = total as u8;
    (0..total)
        .zip(chunks)
        .map(|(index, c)| Part { index, total, digest, chunk: c.to_vec() })
        .collect()
}

/// What became of a part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Assembly {
    /// So many of the message's parts are here now.
    Partial { have: u8, total: u8 },
    /// The part was here already.
    Known,
    /// All parts are here and are this message, which still has to open.
    Complete(Vec<u8>),
}

/// Parts on their way to messages: at most [`Assembler::SETS`] messages, the oldest dropped first,
/// and [`Assembler::RIVALS`] conflicting chunks for each place.
#[derive(Debug, Default, Clone)]
pub(crate) struct Assembler {
    sets: Vec<Set>,
}

#[derive(Debug, Clone)]
struct Set {
    digest: [u8; 8],
    /// For each index, the chunks that claimed it, in the order they came.
    places: Vec<Vec<Vec<u8>>>,
}

impl Assembler {
    const SETS: usize = 8;
    const RIVALS: usize = 4;

    pub(crate) fn add(&mut self, part: Part) -> Assembly {
        let (digest, total) = (part.digest, usize::from(part.total));
        let found = self.sets.iter().position(|s| s.digest == digest && s.places.len() == total);
        let at = found.unwrap_or_else(|| {
            if self.sets.len() == Self::SETS {
                self.sets.remove(0);
            }
            self.sets.push(Set { digest, places: vec![Vec::new(); total] });
            self.sets.len() - 1
        });
        let Some(set) = self.sets.get_mut(at) else { return Assembly::Known };
        if let Some(rivals) = set.places.get_mut(usize::from(part.index)) {
            if rivals.contains(&part.chunk) {
                return Assembly::Known;
            }
            if rivals.len() == Self::RIVALS {
                rivals.remove(0);
            }
            rivals.push(part.chunk);
        }
        match set.whole() {
            Some(message) => {
                self.sets.remove(at);
                Assembly::Complete(message)
            }
            None => {
                let have = set.places.iter().filter(|rivals| !rivals.is_empty()).count() as u8;
                Assembly::Partial { have, total: part.total }
            }
        }
    }
}

impl Set {
    /// The one choice of chunks, of at most 4³, that has a message's length and the digest.
    fn whole(&self) -> Option<Vec<u8>> {
        let mut choices = vec![Vec::new()];
        for rivals in &self.places {
            choices = choices
                .iter()
                .flat_map(|head| rivals.iter().map(move |chunk| [head.as_slice(), chunk].concat()))
                .collect();
        }
        choices
            .into_iter()
            .find(|m| SizeClass::of_message(m.len()).is_some() && short(m) == self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(len: usize, salt: u8) -> Vec<u8> {
        (0..len).map(|i| i as u8 ^ salt).collect()
    }

    #[test]
    fn parts_in_any_order_give_the_message() {
        for len in [311, 357, 414] {
            let whole = message(len, 1);
            let mut parts = split(&whole);
            parts.reverse();
            let mut assembler = Assembler::default();
            let last = parts.pop().unwrap();
            for part in parts {
                let read = Part::parse(&part.to_bytes()).unwrap();
                assert_eq!(read, part);
                assert!(matches!(assembler.add(part.clone()), Assembly::Partial { .. }));
                assert_eq!(assembler.add(part), Assembly::Known);
            }
            assert_eq!(assembler.add(last), Assembly::Complete(whole));
        }
    }

    #[test]
    fn a_forged_part_beside_a_true_one_costs_nothing() {
        let whole = message(311, 1);
        let parts = split(&whole);
        let mut assembler = Assembler::default();
        for fake in 0..3 {
            let forged = Part { chunk: vec![fake; 156], ..parts[0].clone() };
            assembler.add(forged);
        }
        assembler.add(parts[0].clone());
        assert_eq!(assembler.add(parts[1].clone()), Assembly::Complete(whole));
    }

    #[test]
    fn a_flood_of_sets_stays_bounded() {
        let mut assembler = Assembler::default();
        for i in 0..1000u32 {
            let digest = [i.to_be_bytes(), [0; 4]].concat().try_into().unwrap();
            assembler.add(Part { index: 0, total: 3, digest, chunk: vec![i as u8; MAX_CHUNK] });
        }
        assert_eq!(assembler.sets.len(), 8);
        let rival =
            |fill| Part { index: 1, total: 3, digest: [9; 8], chunk: vec![fill; MAX_CHUNK] };
        (0..100).for_each(|fill| drop(assembler.add(rival(fill))));
        let of_these = assembler.sets.iter().find(|set| set.digest == [9; 8]).unwrap();
        assert_eq!(of_these.places.iter().map(Vec::len).collect::<Vec<_>>(), [0, 4, 0]);
        let whole = message(414, 9);
        let done = split(&whole).into_iter().map(|p| assembler.add(p)).last();
        assert_eq!(done, Some(Assembly::Complete(whole)));
    }

    #[test]
    fn parts_of_impossible_shape_are_refused() {
        let good = split(&message(311, 1))[0].to_bytes();
        for (at, value) in [(2, 2), (2, 255), (3, 0), (3, 1), (3, 4), (3, 255)] {
            let mut bad = good.clone();
            bad[at] = value;
            assert_eq!(Part::parse(&bad), Err(Flaw::Shape));
        }
        assert_eq!(Part::parse(&good[..HEAD]), Err(Flaw::Shape));
        assert_eq!(Part::parse(&[good.as_slice(), &[0; 99]].concat()), Err(Flaw::Shape));
    }
}
