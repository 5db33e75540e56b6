//! Texts as QR codes.

use std::num::NonZeroU32;
use std::sync::Arc;

use lapel::code::Code;
use lapel::qr;

use crate::error::LapelError;

/// A QR code, ready to be drawn: make it once for each text, not on every redraw.
#[derive(uniffi::Object)]
pub struct Symbol(qr::Symbol);

/// What a shell should do while a symbol is on its screen.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Hints {
    /// Set the screen to full brightness, and back afterwards.
    pub full_brightness: bool,
    /// Don't let the screen dim or lock.
    pub keep_awake: bool,
    /// Stable for a text: redraw only when it changes.
    pub id: u64,
    /// What a screen reader says, in English. Translate it.
    pub label: String,
}

#[uniffi::export]
impl Symbol {
    /// The symbol of a text of ASCII, such as a frame's: some milliseconds.
    #[uniffi::constructor]
    pub fn new(text: String) -> Result<Arc<Self>, LapelError> {
        Ok(Arc::new(Self(qr::Symbol::new(&text)?)))
    }

    /// The version, 1 to 40.
    pub fn version(&self) -> u8 {
        self.0.version()
    }

    /// Modules a side, without the quiet zone of four on each side that whoever draws them adds.
    pub fn width(&self) -> u32 {
        self.0.width() as u32
    }

    /// The modules row by row from the top left, a byte each, 1 for dark.
    pub fn matrix(&self) -> Result<Vec<u8>, LapelError> {
        Ok(self.0.matrix().iter().map(|dark| u8::from(*dark)).collect())
    }

    /// A PNG in black and white with its quiet zone, so many pixels per module, of which there must
    /// be some.
    pub fn png(&self, pixels_per_module: u32) -> Result<Vec<u8>, LapelError> {
        let pixels = NonZeroU32::new(pixels_per_module).ok_or_else(no_pixels)?;
        Ok(self.0.png(pixels)?)
    }

    /// The largest PNG of whole pixels per module that is at most so many pixels wide.
    pub fn png_fitting(&self, max_pixels: u32) -> Result<Vec<u8>, LapelError> {
        Ok(self.0.png_fitting(max_pixels)?)
    }

    /// An SVG with its quiet zone.
    pub fn svg(&self) -> Result<String, LapelError> {
        Ok(self.0.svg())
    }

    /// What to do while it is on a screen.
    pub fn hints(&self) -> Hints {
        let hints = self.0.hints();
        Hints {
            full_brightness: hints.full_brightness,
            keep_awake: hints.keep_awake,
            id: hints.id,
            label: hints.label.to_owned(),
        }
    }
}

fn no_pixels() -> LapelError {
    let values = [("pixels", "0"), ("limit", "1")];
    LapelError::Failed {
        code: Code::PictureSize,
        reason: "a module takes at least one pixel".to_owned(),
        values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    }
}
