//! What an entry says, and the padded bytes that are sealed of it.

use crate::ledger::take;
use zeroize::Zeroizing;

/// The most that an entry's padded plaintext may take, in bytes.
pub(crate) const MAX_PLAINTEXT: usize = 4096;
/// Plaintexts are padded to multiples of this many bytes, so that sizes tell little.
pub(super) const STEP: usize = 256;

/// One thing that happened, as the ledger keeps it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its place in this epoch's ledger, counted from 1 without gaps. A rewrite counts anew.
    pub(crate) seq: u64,
    /// What the payload is. The store gives it no meaning, so that kinds of a newer version pass
    /// through unharmed.
    pub(crate) kind: u8,
    /// What the entry can be looked up by.
    pub(crate) subjects: Vec<Subject>,
    pub(crate) payload: Vec<u8>,
}

impl Entry {
    /// Bytes of its padded plaintext.
    pub(crate) fn size(&self) -> u64 {
        padded(&self.subjects, &self.payload).0 as u64
    }
}

impl std::fmt::Debug for Entry {
    /// Without the contents, which are someone's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("seq", &self.seq)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What an entry is about: 1 to 255 bytes that stand in clear nowhere; the index knows a keyed
/// hash. Callers keep persons, events and so on apart by a prefix of their own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject(Vec<u8>);

impl Subject {
    /// `None` unless there are 1 to 255 bytes.
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = bytes.into();
        (1..=255).contains(&bytes.len()).then_some(Self(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subject(hidden)")
    }
}

/// The plaintext that is sealed: kind, length of the content, content, zeros up to the next
/// multiple of 256 bytes. The error is the size that it would take, above [`MAX_PLAINTEXT`].
pub(super) fn encode(
    kind: u8,
    subjects: &[Subject],
    payload: &[u8],
) -> Result<Zeroizing<Vec<u8>>, usize> {
    let (size, content) = padded(subjects, payload);
    let (Ok(length), Ok(count)) = (u16::try_from(content), u8::try_from(subjects.len())) else {
        return Err(size);
    };
    if size > MAX_PLAINTEXT {
        return Err(size);
    }
    let mut out = Zeroizing::new(Vec::with_capacity(size));
    out.push(kind);
    out.extend_from_slice(&length.to_be_bytes());
    out.push(count);
    for Subject(bytes) in subjects {
        out.push(u8::try_from(bytes.len()).map_err(|_| size)?);
        out.extend_from_slice(bytes);
    }
    out.extend_from_slice(payload);
    out.resize(size, 0);
    Ok(out)
}

/// Bytes of the padded plaintext, and of the content in it.
fn padded(subjects: &[Subject], payload: &[u8]) -> (usize, usize) {
    let content = 1 + subjects.iter().map(|s| 1 + s.0.len()).sum::<usize>() + payload.len();
    ((3 + content).next_multiple_of(STEP), content)
}

/// The entry that [`encode`] wrote; `None` for anything it doesn't write.
pub(super) fn decode(seq: u64, plaintext: &[u8]) -> Option<Entry> {
    let mut rest = plaintext;
    let [kind] = take(&mut rest)?;
    let length = usize::from(u16::from_be_bytes(take(&mut rest)?));
    let (mut content, padding) = rest.split_at_checked(length)?;
    let size = (3 + length).next_multiple_of(STEP);
    if plaintext.len() != size || padding.iter().any(|b| *b != 0) {
        return None;
    }
    let [count] = take(&mut content)?;
    let mut subjects = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let [length] = take(&mut content)?;
        let (subject, rest) = content.split_at_checked(usize::from(length))?;
        subjects.push(Subject::new(subject)?);
        content = rest;
    }
    Some(Entry { seq, kind, subjects, payload: content.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(bytes: &[u8]) -> Subject {
        Subject::new(bytes).unwrap()
    }

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        for length in [0, 1, 200, 251, 252, 253, 4000] {
            let subjects = [subject(b"ada"), subject(&[7; 60])];
            let payload = vec![3; length];
            let plain = encode(9, &subjects, &payload).unwrap();
            assert_eq!(plain[0], 9);
            assert_eq!(plain.len() % STEP, 0);
            let entry = decode(4, &plain).unwrap();
            assert_eq!((entry.seq, entry.kind), (4, 9));
            assert_eq!((entry.subjects.as_slice(), entry.payload), (subjects.as_slice(), payload));
        }
    }

    #[test]
    fn sizes_are_padded_and_bounded() {
        assert_eq!(encode(1, &[], &[0; 252]).unwrap().len(), 256);
        assert_eq!(encode(1, &[], &[0; 253]).unwrap().len(), 512);
        assert_eq!(encode(1, &[], &[0; 4092]).unwrap().len(), MAX_PLAINTEXT);
        assert_eq!(encode(1, &[], &[0; 4093]).unwrap_err(), 4352);
        assert!(encode(1, &[], &[0; 70_000]).is_err());
        assert!(encode(1, &vec![subject(b"a"); 256], &[]).is_err());
        assert!(Subject::new([]).is_none() && Subject::new([0; 256]).is_none());
    }

    #[test]
    fn what_encode_never_writes_is_refused() {
        let good = encode(1, &[subject(b"ada")], b"hi").unwrap();
        let bent = |at: usize, to: u8| {
            let mut plain = good.to_vec();
            plain[at] = to;
            decode(1, &plain)
        };
        assert!(bent(255, 1).is_none(), "padding that isn't zero");
        assert!(bent(1, 1).is_none(), "a length beyond the plaintext");
        assert!(bent(3, 2).is_none(), "more subjects than there are");
        assert!(bent(4, 0).is_none(), "an empty subject");
        assert!(decode(1, &good[..255]).is_none() && decode(1, &[]).is_none());
        assert!(decode(1, &[good.as_slice(), &[0; 256]].concat()).is_none(), "padded too far");
    }
}
