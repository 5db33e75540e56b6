//! What handshakes were worth, as one page for any browser: it runs no script, asks for nothing
//! over a network, and says so in a policy that browsers enforce.

mod html;
mod layout;
mod page;
#[cfg(test)]
mod tests;
mod timeline;
mod tree;

use crate::book::Lookback;

/// A lookback as a self-contained HTML page, light or dark as its reader likes, to be kept as a
/// file, shown in a web view or printed. The same lookback gives the same bytes.
///
/// It holds names, events, titles and notes in clear: it is for the owner.
pub fn lookback_page(lookback: &Lookback) -> String {
    page::page(lookback)
}
