//! Text in HTML: every text of the owner's or of a peer's gets into a page through here.

use core::fmt::{self, Write as _};

/// Text as it stands in HTML, in an attribute's quotes and in an SVG inside HTML.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            c => f.write_char(c),
        })
    }
}

/// Text among the page's own words; its direction stays its own.
pub(crate) fn bdi(text: &str) -> String {
    format!("<bdi>{}</bdi>", Text(text))
}
