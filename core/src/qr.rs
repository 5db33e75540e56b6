//! Text → symbol → something a screen can show.
//!
//! A [`Symbol`] is a QR code (ISO/IEC 18004) chosen for one purpose: to be read from another
//! phone's screen, by any reader, in one picture. That decides three things:
//!
//! - **As few modules as possible.** How many sensor pixels a module gets decides whether a picture
//!   can be read; the error-correction level hardly matters on a screen. So the smallest version at
//!   level L is taken, and then the highest level that this version still holds, which is free.
//! - **ASCII only, in segments chosen here**: an alphanumeric or byte segment, then a numeric one
//!   for the digits at the end (`LAPEL:/` + digits, or `https://host/b#` + digits). Readers' text
//!   interfaces may have to guess at the character set of anything else.
//! - **Dark on light, always**, with a quiet zone of [`QUIET_ZONE`] light modules that is part of
//!   every drawing. Some readers don't see an inverted symbol, and none sees one whose dark edge
//!   melts into a dark screen: don't recolour it for dark mode.
//!
//! A symbol is drawn once and kept; [`Symbol::hints`] tells a shell when it changed and what the
//! screen should do meanwhile.
//!
//! ```
//! use lapel::qr::Symbol;
//!
//! let symbol = Symbol::new("LAPEL:/0123456789")?;
//! assert_eq!((symbol.version(), symbol.width()), (1, 21));
//! let picture = symbol.png_fitting(1080)?; // for an image view 1080 pixels wide
//! let vector = symbol.svg();
//! println!("{}", symbol.terminal());
//! # assert!(!picture.is_empty() && vector.starts_with("<svg"));
//! # Ok::<(), lapel::qr::QrError>(())
//! ```

mod draw;
mod segments;

use std::fmt;

use qrcode::{Color, EcLevel, QrCode};
use sha2::{Digest, Sha256};

pub use draw::Background;
use segments::Plan;

/// Light modules around the symbol on every side, as ISO/IEC 18004 asks.
pub const QUIET_ZONE: usize = 4;

/// Why a text has no symbol, or a symbol no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QrError {
    /// There is nothing to show. Pass a frame's text.
    #[error("an empty text has no symbol")]
    Empty,
    /// The text holds a character outside ASCII. Encode it before, for example as digits.
    #[error("{character:?} at byte {position} is not ASCII")]
    NotAscii {
        /// The first such character.
        character: char,
        /// Where it starts, in bytes from the start of the text.
        position: usize,
    },
    /// The text fits no symbol at all. Split it into parts.
    #[error("the text needs {bits} bits and the largest symbol holds {capacity}")]
    TooLong {
        /// What the text needs in the largest symbol, in bits.
        bits: usize,
        /// What the largest symbol (version 40, level L) holds, in bits: 7 089 digits or 2 953 bytes.
        capacity: usize,
    },
    /// The picture would be wider than [`MAX_PICTURE_WIDTH`]. Ask for fewer pixels per module.
    #[error("a picture {width} pixels wide is larger than {MAX_PICTURE_WIDTH}")]
    PictureTooLarge {
        /// Width and height asked for, in pixels.
        width: u64,
    },
    /// Not even one pixel per module fits. Give it more room, or split the text into parts.
    #[error("the symbol needs {needed} pixels a side and has {available}")]
    PictureTooSmall {
        /// The least width and height, in pixels.
        needed: u32,
        /// The width and height given, in pixels.
        available: u32,
    },
    /// An encoder refused what this module gave it: a defect here, not in the text. Report it.
    #[error("the encoder failed: {0}")]
    Encoder(String),
}

/// The widest picture that [`Symbol::png`] makes, in pixels.
pub const MAX_PICTURE_WIDTH: u32 = 8192;

/// How much damage a symbol survives, as a share of its codewords (ISO/IEC 18004, 6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// About 7 %.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

impl From<EcLevel> for Level {
    fn from(level: EcLevel) -> Self {
        match level {
            EcLevel::L => Self::L,
            EcLevel::M => Self::M,
            EcLevel::Q => Self::Q,
            EcLevel::H => Self::H,
        }
    }
}

/// A QR code, ready to be drawn.
#[derive(Clone, PartialEq, Eq)]
pub struct Symbol {
    version: u8,
    level: Level,
    width: usize,
    dark: Vec<bool>,
    id: u64,
}

impl Symbol {
    /// The symbol of `text`: the smallest version that holds it at level L, with the highest level
    /// that this version still holds. The same text always gives the same symbol.
    ///
    /// Takes a few milliseconds for 300 bytes (all eight masks are tried): make it once per text and
    /// not on every redraw.
    ///
    /// # Errors
    ///
    /// [`QrError::Empty`], [`QrError::NotAscii`], [`QrError::TooLong`].
    pub fn new(text: &str) -> Result<Self, QrError> {
        if text.is_empty() {
            return Err(QrError::Empty);
        }
        if let Some((position, character)) = text.char_indices().find(|(_, c)| !c.is_ascii()) {
            return Err(QrError::NotAscii { character, position });
        }
        let plan = Plan::smallest(text.as_bytes())?;
        let code = QrCode::with_bits(plan.bits()?, plan.level()).map_err(encoder)?;
        let id = Sha256::digest(text.as_bytes());
        Ok(Self {
            version: plan.version(),
            level: plan.level().into(),
            width: code.width(),
            dark: code.into_colors().into_iter().map(|colour| colour == Color::Dark).collect(),
            id: id.iter().take(8).fold(0, |id, byte| (id << 8) | u64::from(*byte)),
        })
    }

    /// The version, 1 to 40: each adds 4 modules a side.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The error-correction level that came free with the version.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Modules a side, 21 to 177, without the quiet zone.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Modules a side with the quiet zone: what a drawing measures.
    pub fn drawn_width(&self) -> usize {
        self.width.saturating_add(2 * QUIET_ZONE)
    }

    /// Whether the module in column `x` and row `y`, counted from the top left, is dark. Outside
    /// of the symbol everything is light.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && self.rows().nth(y).and_then(|row| row.get(x)).copied().unwrap_or(false)
    }

    /// The modules row by row from the top left, `true` for dark: [`width`](Self::width)² of them,
    /// without the quiet zone. Whoever draws them adds it.
    pub fn matrix(&self) -> &[bool] {
        &self.dark
    }

    /// What a shell should do while this symbol is on its screen.
    pub fn hints(&self) -> Hints {
        Hints {
            full_brightness: true,
            keep_awake: true,
            id: self.id,
            label: "QR code for the other person's camera. \
                    Turn this screen towards their phone, about a hand's length away, and hold still.",
        }
    }

    fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.dark.chunks(self.width.max(1))
    }
}

/// Says what it is and not what it holds: the text may be somebody's badge.
impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Symbol(version {}, level {:?})", self.version, self.level)
    }
}

/// What a shell should do while a symbol is on its screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hints {
    /// Set the screen to full brightness, and back afterwards. At an eighth of white a camera reads
    /// 4 pictures in 10, at full white more than 9.
    pub full_brightness: bool,
    /// Don't let the screen dim or lock.
    pub keep_awake: bool,
    /// Stable for a text, different for different texts: the first 8 bytes of its SHA-256, big
    /// endian. Redraw only when it changes.
    pub id: u64,
    /// What a screen reader says, in English; never what the symbol holds. Translate it.
    pub label: &'static str,
}

fn encoder(error: impl fmt::Display) -> QrError {
    QrError::Encoder(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `LAPEL:/` and the digits of this many bytes: 7 bytes are 17 digits, the tail is shorter.
    fn frame(bytes: usize) -> String {
        let tail = [0, 3, 5, 8, 10, 13, 15][bytes % 7];
        let digits = bytes / 7 * 17 + tail;
        let digits = (0..digits).map(|i| char::from(b'0' + (i * i % 97 % 10) as u8));
        "LAPEL:/".chars().chain(digits).collect()
    }

    #[test]
    fn a_hello_of_66_bytes_is_161_digits_and_fits_version_4() {
        let text = frame(66);
        assert_eq!(text.len(), 7 + 161);
        let symbol = Symbol::new(&text).unwrap();
        assert_eq!((symbol.version(), symbol.level(), symbol.width()), (4, Level::L, 33));
    }

    #[test]
    fn each_version_holds_the_bytes_that_frames_are_designed_for_and_not_one_more() {
        for (version, bytes) in [
            (4, 70),
            (5, 98),
            (6, 126),
            (7, 145),
            (8, 183),
            (9, 221),
            (10, 261),
            (11, 311),
            (12, 357),
            (13, 414),
        ] {
            let fits = Symbol::new(&frame(bytes)).unwrap();
            assert_eq!((fits.version(), fits.level()), (version, Level::L), "{bytes} bytes");
            assert_eq!(
                Symbol::new(&frame(bytes + 1)).unwrap().version(),
                version + 1,
                "{bytes} + 1 bytes"
            );
        }
    }

    #[test]
    fn the_level_is_raised_while_the_version_holds() {
        use Level::{H, L, M, Q};
        for (digits, version, level) in [
            (17, 1, H),
            (18, 1, Q),
            (27, 1, Q),
            (28, 1, M),
            (34, 1, M),
            (35, 1, L),
            (41, 1, L),
            (42, 2, Q),
        ] {
            let symbol = Symbol::new(&"7".repeat(digits)).unwrap();
            assert_eq!((symbol.version(), symbol.level()), (version, level), "{digits} digits");
        }
    }

    #[test]
    fn a_link_of_the_embedding_app_costs_few_modules_more_than_the_own_scheme() {
        let digits = frame(272).split_off(7);
        let scheme = Symbol::new(&format!("LAPEL:/{digits}")).unwrap();
        let link = Symbol::new(&format!("https://badge.example/b#{digits}")).unwrap();
        assert_eq!((scheme.version(), link.version()), (11, 11));
    }

    #[test]
    fn a_character_outside_ascii_is_refused_with_its_place() {
        assert_eq!(
            Symbol::new("LAPEL:/12é"),
            Err(QrError::NotAscii { character: 'é', position: 9 })
        );
    }

    #[test]
    fn an_empty_text_is_refused() {
        assert_eq!(Symbol::new(""), Err(QrError::Empty));
    }

    #[test]
    fn the_longest_text_fits_version_40_and_one_digit_more_is_refused() {
        assert_eq!(Symbol::new(&"1".repeat(7089)).unwrap().version(), 40);
        assert_eq!(
            Symbol::new(&"1".repeat(7090)),
            Err(QrError::TooLong { bits: 23_652, capacity: 23_648 })
        );
        // Longer than a length field can say.
        assert!(matches!(Symbol::new(&"a".repeat(100_000)), Err(QrError::TooLong { .. })));
    }

    #[test]
    fn outside_of_the_symbol_everything_is_light() {
        let symbol = Symbol::new("LAPEL:/1").unwrap();
        assert!(symbol.is_dark(0, 0) && symbol.is_dark(20, 0) && symbol.is_dark(0, 20));
        assert!(
            !symbol.is_dark(21, 0)
                && !symbol.is_dark(0, 21)
                && !symbol.is_dark(usize::MAX, usize::MAX)
        );
        assert_eq!(symbol.matrix().len(), 21 * 21);
    }

    #[test]
    fn hints_name_a_text_by_its_digest_and_keep_the_label_free_of_it() {
        let hints = Symbol::new("LAPEL:/1").unwrap().hints();
        let digest = Sha256::digest(b"LAPEL:/1");
        assert_eq!(hints.id.to_be_bytes(), digest[..8]);
        assert_ne!(hints.id, Symbol::new("LAPEL:/2").unwrap().hints().id);
        assert!(hints.full_brightness && hints.keep_awake && !hints.label.contains("LAPEL"));
    }

    #[test]
    fn debug_says_nothing_of_the_text() {
        let debug = format!("{:?}", Symbol::new("LAPEL:/12345").unwrap());
        assert_eq!(debug, "Symbol(version 1, level Q)");
    }

    #[test]
    fn every_error_says_what_happened() {
        let said = [
            (QrError::Empty, "an empty text has no symbol"),
            (QrError::NotAscii { character: 'é', position: 9 }, "'é' at byte 9 is not ASCII"),
            (
                QrError::TooLong { bits: 23_652, capacity: 23_648 },
                "the text needs 23652 bits and the largest symbol holds 23648",
            ),
            (
                QrError::PictureTooLarge { width: 20_000 },
                "a picture 20000 pixels wide is larger than 8192",
            ),
            (
                QrError::PictureTooSmall { needed: 29, available: 20 },
                "the symbol needs 29 pixels a side and has 20",
            ),
            (QrError::Encoder("data too long".into()), "the encoder failed: data too long"),
        ];
        for (error, text) in said {
            assert_eq!(error.to_string(), text);
        }
    }
}
