//! A grey picture: what a screen shows and what a camera hands to its decoder.

use std::fmt;
use std::io::Cursor;

/// Why bytes or pixels are no picture.
#[derive(Debug)]
pub enum PictureError {
    /// Width times height isn't the number of pixels, or is nothing.
    Shape,
    /// Not a PNG file, or one that isn't grey.
    Png(String),
}

impl fmt::Display for PictureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => f.write_str("width times height isn't the number of pixels"),
            Self::Png(reason) => write!(f, "not a grey PNG: {reason}"),
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

    /// The picture in a grey PNG file of any depth.
    ///
    /// # Errors
    ///
    /// [`PictureError::Png`] for anything else.
    pub fn from_png(file: &[u8]) -> Result<Self, PictureError> {
        let mut decoder = png::Decoder::new(Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info().map_err(refused)?;
        let size =
            reader.output_buffer_size().ok_or_else(|| PictureError::Png("too large".into()))?;
        let mut pixels = vec![0; size];
        let frame = reader.next_frame(&mut pixels).map_err(refused)?;
        if frame.color_type != png::ColorType::Grayscale {
            return Err(PictureError::Png(format!("its pixels are {:?}", frame.color_type)));
        }
        Self::new(frame.width as usize, frame.height as usize, pixels)
    }

    /// The picture as a PNG file, to look at.
    ///
    /// # Errors
    ///
    /// [`PictureError::Png`] if a side doesn't fit the format's 31 bits.
    pub fn to_png(&self) -> Result<Vec<u8>, PictureError> {
        let side = |pixels: usize| u32::try_from(pixels).map_err(refused);
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, side(self.width)?, side(self.height)?);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(refused)?;
        writer.write_image_data(&self.pixels).map_err(refused)?;
        writer.finish().map_err(refused)?;
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
    PictureError::Png(error.to_string())
}
