//! A grey picture: what a screen shows and what a camera hands to its decoder.

use std::fmt;
use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, ImageReader, Limits};

/// Why bytes or pixels are no picture.
#[derive(Debug)]
pub enum PictureError {
    /// Width times height isn't the number of pixels, or is nothing.
    Shape,
    /// Not a PNG or JPEG file, or a damaged or half-written one, or one of enormous size.
    File(String),
}

impl fmt::Display for PictureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str("width times height isn't the number of pixels"),
            Self::File(reason) => write!(f, "not a whole PNG or JPEG picture: {reason}"),
        }
    }
}

impl std::error::Error for PictureError {}

/// Grey pixels row by row from the top left, 0 black to 255 white, gamma-encoded as PNG and
/// cameras have them. Never empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    /// A picture of `width` times `height` pixels.
    ///
    /// # Errors
    ///
    /// [`PictureError::Shape`] if that isn't how many there are, or if there are none.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Result<Self, PictureError> {
        if pixels.is_empty() || width.checked_mul(height) != Some(pixels.len()) {
            return Err(PictureError::Shape);
        }
        Ok(Self { width, height, pixels })
    }

    /// The picture of these rows, `width` pixels each.
    pub(crate) fn from_rows(width: usize, pixels: Vec<u8>) -> Self {
        Self { width, height: pixels.len().checked_div(width).unwrap_or(0), pixels }
    }

    /// The picture in a PNG or JPEG file, turned grey, of at most 64 megapixels.
    ///
    /// # Errors
    ///
    /// [`PictureError::File`] for anything else, half-written files among it.
    pub fn from_file(file: &[u8]) -> Result<Self, PictureError> {
        let mut reader =
            ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(refused)?;
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) = (Some(8_192), Some(8_192));
        limits.max_alloc = Some(256 << 20);
        reader.limits(limits);
        let grey = reader.decode().map_err(refused)?.into_luma8();
        Self::new(grey.width() as usize, grey.height() as usize, grey.into_raw())
    }

    /// The picture as a grey PNG file, to look at.
    ///
    /// # Errors
    ///
    /// [`PictureError::File`] if a side doesn't fit the format's 31 bits.
    pub fn to_png(&self) -> Result<Vec<u8>, PictureError> {
        let side = |pixels: usize| u32::try_from(pixels).map_err(refused);
        let mut file = Vec::new();
        PngEncoder::new(&mut file)
            .write_image(&self.pixels, side(self.width)?, side(self.height)?, ExtendedColorType::L8)
            .map_err(refused)?;
        Ok(file)
    }

    /// Pixels a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels, row by row from the top left.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The pixel in column `x` and row `y`, or nothing outside of the picture.
    pub fn pixel(&self, x: usize, y: usize) -> Option<u8> {
        if x < self.width {
            self.pixels.get(y.checked_mul(self.width)?.checked_add(x)?).copied()
        } else {
            None
        }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

fn refused(error: impl fmt::Display) -> PictureError {
    PictureError::File(error.to_string())
}
