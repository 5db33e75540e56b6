//! Which segments a text is put into, and which version and level hold them.
//!
//! The encoder's own optimiser isn't used: it may pick Kanji segments, which readers turn into
//! other text. Here a text is at most two segments: a head and the digits it ends with.

use qrcode::bits::Bits;
use qrcode::types::Mode;
use qrcode::{EcLevel, Version};

use super::{QrError, encoder};

/// A head in bytes or alphanumerics and a tail of digits, with the symbol that they fit.
pub(super) struct Plan<'a> {
    segments: Vec<(Mode, &'a [u8])>,
    version: u8,
    level: EcLevel,
}

impl<'a> Plan<'a> {
    /// The segments of an ASCII text that need the fewest bits, in the smallest version that holds
    /// them at level L, at the highest level that this version holds.
    pub(super) fn smallest(text: &'a [u8]) -> Result<Self, QrError> {
        for version in 1..=40u8 {
            let symbol = Version::Normal(version.into());
            let segments = segments(text, symbol);
            let bits = length(&segments, symbol);
            let holds = |level| capacity(symbol, level).map(|capacity| bits <= capacity);
            if holds(EcLevel::L)? {
                let mut level = EcLevel::L;
                for higher in [EcLevel::M, EcLevel::Q, EcLevel::H] {
                    if holds(higher)? {
                        level = higher;
                    }
                }
                return Ok(Self { segments, version, level });
            }
        }
        let largest = Version::Normal(40);
        let bits = length(&segments(text, largest), largest);
        Err(QrError::TooLong { bits, capacity: capacity(largest, EcLevel::L)? })
    }

    /// The version chosen, 1 to 40.
    pub(super) fn version(&self) -> u8 {
        self.version
    }

    /// The level chosen.
    pub(super) fn level(&self) -> EcLevel {
        self.level
    }

    /// The symbol's data codewords: segments, terminator and padding.
    pub(super) fn bits(&self) -> Result<Bits, QrError> {
        let mut bits = Bits::new(Version::Normal(self.version.into()));
        for (mode, data) in &self.segments {
            match mode {
                Mode::Numeric => bits.push_numeric_data(data),
                Mode::Alphanumeric => bits.push_alphanumeric_data(data),
                Mode::Byte | Mode::Kanji => bits.push_byte_data(data),
            }
            .map_err(encoder)?;
        }
        bits.push_terminator(self.level).map_err(encoder)?;
        Ok(bits)
    }
}

/// The text as one segment, or as a head and its trailing digits, whichever needs fewer bits.
///
/// A segment costs a header of 12 to 20 bits, so that a short tail of digits stays in the head.
fn segments(text: &[u8], version: Version) -> Vec<(Mode, &[u8])> {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (head, tail) = text.split_at(text.len().saturating_sub(digits));
    let whole = vec![(mode(text), text)];
    let split = vec![(mode(head), head), (Mode::Numeric, tail)];
    if head.is_empty() || length(&whole, version) <= length(&split, version) {
        whole
    } else {
        split
    }
}

/// The densest mode that holds every byte of the data: numeric, alphanumeric or byte, and never
/// Kanji.
fn mode(data: &[u8]) -> Mode {
    if data.iter().all(u8::is_ascii_digit) {
        Mode::Numeric
    } else if data.iter().all(|byte| is_alphanumeric(*byte)) {
        Mode::Alphanumeric
    } else {
        Mode::Byte
    }
}

/// ISO/IEC 18004, table 5: capitals, digits and nine signs.
fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || b" $%*+-./:".contains(&byte)
}

/// What the segments need in a version, in bits, headers included.
fn length(segments: &[(Mode, &[u8])], version: Version) -> usize {
    segments.iter().fold(0, |bits, (mode, data)| {
        let header = version.mode_bits_count() + mode.length_bits_count(version);
        bits.saturating_add(header).saturating_add(mode.data_bits_count(data.len()))
    })
}

/// What a version holds at a level, in bits.
fn capacity(version: Version, level: EcLevel) -> Result<usize, QrError> {
    Bits::new(version).max_len(level).map_err(encoder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modes(text: &str) -> Vec<(Mode, &[u8])> {
        segments(text.as_bytes(), Version::Normal(5))
    }

    #[test]
    fn the_own_scheme_is_alphanumeric_and_its_digits_numeric() {
        let text = "LAPEL:/01234567890123456";
        let expected: [(Mode, &[u8]); 2] =
            [(Mode::Alphanumeric, b"LAPEL:/"), (Mode::Numeric, b"01234567890123456")];
        assert_eq!(modes(text), expected);
    }

    #[test]
    fn a_link_is_bytes_and_its_digits_numeric() {
        let text = "https://badge.example/b#01234567890123456";
        let expected: [(Mode, &[u8]); 2] =
            [(Mode::Byte, b"https://badge.example/b#"), (Mode::Numeric, b"01234567890123456")];
        assert_eq!(modes(text), expected);
    }

    #[test]
    fn a_tail_shorter_than_its_header_stays_in_the_head() {
        assert_eq!(modes("LAPEL:/12").len(), 1);
        assert_eq!(modes("https://badge.example/b#1").len(), 1);
    }

    #[test]
    fn digits_alone_are_one_segment() {
        assert_eq!(modes("0123456789"), [(Mode::Numeric, &b"0123456789"[..])]);
    }

    #[test]
    fn the_planned_length_is_the_encoded_length() {
        for text in
            ["LAPEL:/0123456789012345678", "https://x.example/b#98765432109", "abc", "A1", "7"]
        {
            let plan = Plan::smallest(text.as_bytes()).unwrap();
            let version = Version::Normal(plan.version().into());
            let mut bits = Bits::new(version);
            for (mode, data) in &plan.segments {
                match mode {
                    Mode::Numeric => bits.push_numeric_data(data).unwrap(),
                    Mode::Alphanumeric => bits.push_alphanumeric_data(data).unwrap(),
                    _ => bits.push_byte_data(data).unwrap(),
                }
            }
            assert_eq!(bits.len(), length(&plan.segments, version), "{text}");
        }
    }
}
