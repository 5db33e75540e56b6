//! A symbol as SVG, PNG and terminal text: dark on light, quiet zone included.

use std::fmt::Write;
use std::num::NonZeroU32;

use super::{MAX_PICTURE_WIDTH, QUIET_ZONE, QrError, Symbol, encoder};

/// What a screen reader says for the picture by itself; never what it holds.
const TITLE: &str = "QR code";

/// A terminal without colours can be of either kind, and only its user knows which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Light letters on a dark background: light modules are drawn, dark ones left blank.
    Dark,
    /// Dark letters on a light background: dark modules are drawn, light ones left blank.
    Light,
}

/// One run of equal modules in a row.
struct Run {
    start: usize,
    length: usize,
    dark: bool,
}

impl Symbol {
    /// The symbol as a standalone SVG document whose view box is measured in modules, so that it
    /// scales to any size: a white square, one black path, no script, no style.
    ///
    /// Show it at whole pixels per module where you can: uneven modules cost a camera 7 to 20 of
    /// 100 pictures.
    pub fn svg(&self) -> String {
        let side = self.drawn_width();
        let mut path = String::new();
        for (y, row) in self.rows().enumerate() {
            for run in runs(row).filter(|run| run.dark) {
                let (x, y, length) = (run.start + QUIET_ZONE, y + QUIET_ZONE, run.length);
                // Writing to a String can't fail.
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
             shape-rendering=\"crispEdges\"><title>{TITLE}</title>\
             <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
        )
    }

    /// The symbol as a PNG file of one bit per pixel, with this many pixels per module.
    ///
    /// # Errors
    ///
    /// [`QrError::PictureTooLarge`] beyond [`MAX_PICTURE_WIDTH`] pixels a side.
    pub fn png(&self, pixels_per_module: NonZeroU32) -> Result<Vec<u8>, QrError> {
        let scale = u64::from(pixels_per_module.get());
        let width = scale.saturating_mul(self.drawn_width() as u64);
        let side = u32::try_from(width)
            .ok()
            .filter(|side| *side <= MAX_PICTURE_WIDTH)
            .ok_or(QrError::PictureTooLarge { width })?;

        let scale = pixels_per_module.get() as usize;
        let mut pixels =
            Vec::with_capacity((side as usize).div_ceil(8).saturating_mul(side as usize));
        for row in self.drawn_rows() {
            let line = packed(row.iter().flat_map(|dark| std::iter::repeat_n(!dark, scale)));
            for _ in 0..scale {
                pixels.extend_from_slice(&line);
            }
        }

        let mut file = Vec::new();
        let mut picture = png::Encoder::new(&mut file, side, side);
        picture.set_color(png::ColorType::Grayscale);
        picture.set_depth(png::BitDepth::One);
        let mut picture = picture.write_header().map_err(encoder)?;
        picture.write_image_data(&pixels).map_err(encoder)?;
        picture.finish().map_err(encoder)?;
        Ok(file)
    }

    /// The largest [`png`](Self::png) of whole pixels per module that is at most `max_pixels` wide.
    /// Show it unscaled and centred; the rest of the space stays white.
    ///
    /// # Errors
    ///
    /// [`QrError::PictureTooSmall`] if one pixel per module is already too many.
    pub fn png_fitting(&self, max_pixels: u32) -> Result<Vec<u8>, QrError> {
        let needed = u32::try_from(self.drawn_width()).map_err(encoder)?;
        let fitting =
            max_pixels.min(MAX_PICTURE_WIDTH).checked_div(needed).and_then(NonZeroU32::new);
        self.png(fitting.ok_or(QrError::PictureTooSmall { needed, available: max_pixels })?)
    }

    /// The symbol as terminal text: two modules to a letter, [`drawn_width`](Self::drawn_width)
    /// columns, every line ended by a newline.
    ///
    /// The colours are set, black on white from the fixed part of the 256-colour palette, so that
    /// it is never inverted and no theme recolours it.
    pub fn terminal(&self) -> String {
        self.half_blocks(false, "\x1b[38;5;16;48;5;231m", "\x1b[0m")
    }

    /// [`terminal`](Self::terminal) without colours, for a terminal that has none. On the other
    /// kind of background it comes out inverted, and then many readers don't see it: ask the user.
    pub fn terminal_monochrome(&self, background: Background) -> String {
        self.half_blocks(background == Background::Dark, "", "")
    }

    fn half_blocks(&self, draw_light: bool, before: &str, after: &str) -> String {
        let rows: Vec<_> = self.drawn_rows().collect();
        let mut text = String::new();
        for pair in rows.chunks(2) {
            let (above, below) = (pair.first(), pair.get(1));
            text.push_str(before);
            for x in 0..self.drawn_width() {
                // Below the last row of an odd number there is more quiet zone.
                let inked = |row: Option<&Vec<bool>>| {
                    row.and_then(|row| row.get(x)).copied().unwrap_or(false) != draw_light
                };
                text.push(match (inked(above), inked(below)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            text.push_str(after);
            text.push('\n');
        }
        text
    }

    /// The rows with the quiet zone around them.
    fn drawn_rows(&self) -> impl Iterator<Item = Vec<bool>> {
        let light = || std::iter::repeat_n(vec![false; self.drawn_width()], QUIET_ZONE);
        let margin = [false; QUIET_ZONE];
        light()
            .chain(self.rows().map(move |row| [&margin[..], row, &margin].concat()))
            .chain(light())
    }
}

/// The runs of a row, left to right.
fn runs(row: &[bool]) -> impl Iterator<Item = Run> {
    let mut start = 0;
    row.chunk_by(|a, b| a == b).map(move |modules| {
        let run =
            Run { start, length: modules.len(), dark: modules.first().copied().unwrap_or(false) };
        start += run.length;
        run
    })
}

/// Bits packed into bytes, the first one highest, as PNG wants a row (RFC 2083, 2.3). A last byte
/// that isn't full is filled with white.
fn packed(bits: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut byte, mut filled) = (0u8, 0u32);
    for bit in bits {
        byte = (byte << 1) | u8::from(bit);
        filled += 1;
        if filled == 8 {
            bytes.push(byte);
            (byte, filled) = (0, 0);
        }
    }
    if filled > 0 {
        let missing = 8 - filled;
        bytes.push((byte << missing) | ((1 << missing) - 1));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol() -> Symbol {
        Symbol::new("LAPEL:/0123456789012345678901234567890123456789").unwrap()
    }

    /// Width, and whether each pixel is dark.
    fn read(file: &[u8]) -> (usize, Vec<bool>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width, info.height);
        (info.width as usize, pixels.iter().map(|pixel| *pixel < 128).collect())
    }

    #[test]
    fn a_png_has_whole_modules_and_a_quiet_zone_of_four() {
        let symbol = symbol();
        for scale in [1, 3, 8] {
            let (width, dark) = read(&symbol.png(NonZeroU32::new(scale).unwrap()).unwrap());
            assert_eq!(width, (symbol.width() + 8) * scale as usize);
            for (i, dark) in dark.iter().enumerate() {
                let module = |pixel: usize| (pixel / scale as usize).wrapping_sub(QUIET_ZONE);
                assert_eq!(*dark, symbol.is_dark(module(i % width), module(i / width)));
            }
        }
    }

    #[test]
    fn a_fitting_png_is_as_large_as_whole_modules_allow() {
        let symbol = symbol();
        let side = symbol.drawn_width() as u32;
        assert_eq!(read(&symbol.png_fitting(side * 5 - 1).unwrap()).0, side as usize * 4);
        assert_eq!(
            read(&symbol.png_fitting(u32::MAX).unwrap()).0 as u32,
            MAX_PICTURE_WIDTH / side * side
        );
        assert_eq!(
            symbol.png_fitting(side - 1),
            Err(QrError::PictureTooSmall { needed: side, available: side - 1 })
        );
    }

    #[test]
    fn a_png_beyond_all_screens_is_refused() {
        let width = u64::from(u32::MAX) * symbol().drawn_width() as u64;
        assert_eq!(symbol().png(NonZeroU32::MAX), Err(QrError::PictureTooLarge { width }));
    }

    #[test]
    fn the_svg_path_draws_exactly_the_matrix() {
        let symbol = symbol();
        let svg = symbol.svg();
        let side = symbol.drawn_width();
        assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")));
        let path = svg.split("fill=\"#000\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut drawn = vec![false; side * side];
        for rectangle in path.split_terminator('z') {
            let numbers: Vec<usize> = rectangle
                .split(|c: char| !c.is_ascii_digit())
                .filter(|number| !number.is_empty())
                .map(|number| number.parse().unwrap())
                .collect();
            let [x, y, right, 1, left] = numbers[..] else { panic!("{rectangle}") };
            assert_eq!(right, left);
            drawn[y * side + x..][..right].fill(true);
        }
        for (i, drawn) in drawn.iter().enumerate() {
            let module = |module: usize| module.wrapping_sub(QUIET_ZONE);
            assert_eq!(*drawn, symbol.is_dark(module(i % side), module(i / side)));
        }
    }

    #[test]
    fn the_svg_says_what_it_is_and_not_what_it_holds() {
        let svg = symbol().svg();
        assert!(svg.contains("<title>QR code</title>") && svg.contains("crispEdges"));
        assert!(!svg.contains("LAPEL"));
    }

    /// What is dark on the glass, given which half blocks are inked.
    fn glass(text: &str, ink_is_dark: bool) -> Vec<Vec<bool>> {
        let halves = |line: &str, upper: bool| -> Vec<bool> {
            line.chars()
                .map(|c| match c {
                    '█' => true,
                    '▀' => upper,
                    '▄' => !upper,
                    ' ' => false,
                    _ => panic!("{c:?}"),
                })
                .map(|inked| inked == ink_is_dark)
                .collect()
        };
        text.lines().flat_map(|line| [halves(line, true), halves(line, false)]).collect()
    }

    fn is_the_symbol(rows: &[Vec<bool>], symbol: &Symbol) {
        assert_eq!(rows.len(), symbol.drawn_width() + 1);
        for (y, row) in rows.iter().enumerate() {
            assert_eq!(row.len(), symbol.drawn_width());
            for (x, dark) in row.iter().enumerate() {
                let module = |module: usize| module.wrapping_sub(QUIET_ZONE);
                assert_eq!(*dark, symbol.is_dark(module(x), module(y)));
            }
        }
    }

    #[test]
    fn a_terminal_shows_dark_on_light_whatever_its_theme() {
        let symbol = symbol();
        let text = symbol.terminal();
        let mut plain = String::new();
        for line in text.lines() {
            // Black letters on white, for exactly this line.
            let line = line
                .strip_prefix("\x1b[38;5;16;48;5;231m")
                .unwrap()
                .strip_suffix("\x1b[0m")
                .unwrap();
            plain.push_str(line);
            plain.push('\n');
        }
        is_the_symbol(&glass(&plain, true), &symbol);
    }

    #[test]
    fn a_monochrome_terminal_shows_dark_on_light_on_the_background_it_was_told() {
        let symbol = symbol();
        is_the_symbol(&glass(&symbol.terminal_monochrome(Background::Light), true), &symbol);
        is_the_symbol(&glass(&symbol.terminal_monochrome(Background::Dark), false), &symbol);
    }
}
