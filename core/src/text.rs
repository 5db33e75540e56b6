//! The character rule for everything a person reads: badge fields and event names.
//!
//! UTF-8 in Normalization Form C, no control characters, nothing that reorders or hides its
//! neighbours ([Trojan Source](https://trojansource.codes), Unicode TR36), no white space at
//! either end. Text from a peer that breaks the rule is refused; text typed by the owner is
//! brought into form first, and refused only for what can't be brought into form.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextFlaw {
    /// Nothing is left once white space is taken off both ends.
    #[error("is empty")]
    Empty,
    /// More bytes of UTF-8 than fit.
    #[error("takes {bytes} bytes of UTF-8 and may take {max}")]
    TooLong {
        /// Bytes it takes.
        bytes: usize,
        /// Bytes it may take.
        max: usize,
    },
    /// A control, bidirectional formatting, line-separating or unassignable character.
    #[error("contains the forbidden character U+{:04X}", u32::from(*.0))]
    Forbidden(char),
    /// Received text that is not in Normalization Form C.
    #[error("is not in Unicode Normalization Form C")]
    NotNormalized,
    /// Received text with white space at an end.
    #[error("begins or ends with white space")]
    Untrimmed,
}

/// Brings typed text into form: Normalization Form C, white space taken off both ends.
pub(crate) fn tidy(text: &str) -> String {
    text.nfc().collect::<String>().trim().to_owned()
}

/// Checks one line of text against the rule, in at most `max` bytes.
pub(crate) fn check(text: &str, max: usize) -> Result<(), TextFlaw> {
    if text.trim().is_empty() {
        return Err(TextFlaw::Empty);
    }
    if text.len() > max {
        return Err(TextFlaw::TooLong { bytes: text.len(), max });
    }
    if let Some(c) = text.chars().find(|&c| is_forbidden(c)) {
        return Err(TextFlaw::Forbidden(c));
    }
    if !is_nfc(text) {
        return Err(TextFlaw::NotNormalized);
    }
    if text.trim() != text {
        return Err(TextFlaw::Untrimmed);
    }
    Ok(())
}

/// Checks what the owner writes for themselves, which may run over several lines.
#[cfg(feature = "book")]
pub(crate) fn check_lines(text: &str, max: usize) -> Result<(), TextFlaw> {
    if text.len() > max {
        return Err(TextFlaw::TooLong { bytes: text.len(), max });
    }
    let forbidden = text.chars().find(|&c| is_forbidden(c) && !matches!(c, '\n' | '\t'));
    match forbidden {
        Some(c) => Err(TextFlaw::Forbidden(c)),
        None if text.is_empty() => Err(TextFlaw::Empty),
        None => Ok(()),
    }
}

/// Joiners (U+200C, U+200D) stay allowed: Persian, Indic scripts and emoji need them.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200E}' | '\u{200F}'     // bidirectional marks
            | '\u{202A}'..='\u{202E}'                // embeddings and overrides
            | '\u{2066}'..='\u{2069}'                // isolates
            | '\u{2028}' | '\u{2029}'                // line and paragraph separator
            | '\u{200B}' | '\u{2060}' | '\u{FEFF}'   // invisible spaces
            | '\u{FFF9}'..='\u{FFFB}'                // interlinear annotation
            | '\u{FDD0}'..='\u{FDEF}')               // noncharacters
        || u32::from(c) & 0xFFFE == 0xFFFE // noncharacters at the end of each plane
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_world_pass() {
        for name in ["Ada", "José", "山田太郎", "محمد", "נועה", "Nguyễn", "می‌خواهم", "👩‍💻 Grace"]
        {
            assert_eq!(check(&tidy(name), 64), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_reorders_hides_or_breaks_a_line_is_refused() {
        for c in
            "\n\r\0\u{85}\u{202E}\u{2066}\u{200F}\u{2028}\u{200B}\u{FEFF}\u{FFFE}\u{1FFFF}".chars()
        {
            assert_eq!(check(&format!("A{c}b"), 64), Err(TextFlaw::Forbidden(c)));
        }
    }

    #[test]
    fn typed_text_is_brought_into_form_and_received_text_is_not() {
        assert_eq!(tidy("  Jose\u{301} "), "José");
        assert_eq!(check("Jose\u{301}", 64), Err(TextFlaw::NotNormalized));
        assert_eq!(check(" Ada", 64), Err(TextFlaw::Untrimmed));
        assert_eq!(check(" ", 64), Err(TextFlaw::Empty));
        assert_eq!(check("Ada", 2), Err(TextFlaw::TooLong { bytes: 3, max: 2 }));
    }
}
