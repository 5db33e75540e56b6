//! Reads a QR code from a picture with a decoder that others wrote, so that what Lapel shows is
//! judged by a reader that knows nothing of it.

use rxing::helpers::detect_in_luma_slice_with_hints;
use rxing::{BarcodeFormat, DecodeHints};

use crate::picture::Picture;

/// The text of the QR code in a picture, or `None` if the decoder finds none that it can read.
///
/// It gets one picture and takes its time over it, as a scanner does on the frame it was given:
/// every row is searched, nothing else than QR codes is looked for, and dark on light only.
pub fn text(picture: &Picture) -> Option<String> {
    let (width, height) =
        (u32::try_from(picture.width()).ok()?, u32::try_from(picture.height()).ok()?);
    let mut hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    detect_in_luma_slice_with_hints(
        picture.pixels(),
        width,
        height,
        Some(BarcodeFormat::QR_CODE),
        &mut hints,
    )
    .ok()
    .map(|read| read.getText().to_owned())
}
