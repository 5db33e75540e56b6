//! One picture of a whole exchange: four screens side by side, as SVG, with the real codes.

use std::fmt::Write as _;

use lapel::qr::Symbol;

/// One step: who shows what, and how large it is.
pub(crate) struct Step {
    pub(crate) symbol: Symbol,
    pub(crate) title: String,
    pub(crate) what: &'static str,
    pub(crate) size: String,
}

const WIDTH: usize = 220;
const GAP: usize = 28;
const HEIGHT: usize = 336;

/// The steps from left to right. Dark on light whatever the page around it is.
pub(crate) fn draw(steps: &[Step]) -> String {
    let width = steps.len() * (WIDTH + GAP) + GAP;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\"><title>A handshake, screen by screen</title>\
         <rect width=\"{width}\" height=\"{HEIGHT}\" rx=\"12\" fill=\"#f4f2ee\"/>"
    );
    for (at, step) in steps.iter().enumerate() {
        let x = GAP + at * (WIDTH + GAP);
        let middle = x + WIDTH / 2;
        let code = step.symbol.svg().replacen(
            "<svg ",
            &format!("<svg x=\"{}\" y=\"40\" width=\"196\" height=\"196\" ", x + 12),
            1,
        );
        // Writing to a String can't fail.
        let _ = write!(
            svg,
            "<rect x=\"{x}\" y=\"16\" width=\"{WIDTH}\" height=\"244\" rx=\"18\" fill=\"#23262d\"/>{code}\
             <g text-anchor=\"middle\" fill=\"#23262d\">\
             <text x=\"{middle}\" y=\"284\" font-size=\"15\" font-weight=\"600\">{}</text>\
             <text x=\"{middle}\" y=\"304\" font-size=\"12.5\">{}</text>\
             <text x=\"{middle}\" y=\"322\" font-size=\"12.5\">{}</text></g>",
            step.title, step.what, step.size
        );
        if at > 0 {
            let arrow = x - GAP + 4;
            let _ = write!(
                svg,
                "<path d=\"M{arrow} 138h14m-6 -6l6 6l-6 6\" fill=\"none\" stroke=\"#a0522d\" stroke-width=\"2.5\"/>"
            );
        }
    }
    svg + "</svg>\n"
}
