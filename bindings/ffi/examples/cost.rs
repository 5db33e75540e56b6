//! What one scan and a list of 1,000 contacts take through the layer from Rust: what Kotlin and Swift are
//! measured beside. Run by `bindings/cost`.

use std::hint::black_box;
use std::time::Instant;

use lapel::book::Mode;
use lapel_ffi::badge::Badge;
use lapel_ffi::book::{Book, BookConfig};
use lapel_ffi::contact::ContactQuery;
use lapel_ffi::rehearsal::rehearse_meetings;
use lapel_ffi::session::SessionOptions;
use lapel_ffi::vault::file_vault;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let at = |name: &str| dir.path().join(name).display().to_string();
    let (home, vault) = (at("book"), file_vault(at("keys")));
    let book =
        Book::open(BookConfig { home, vault, mode: Mode::Create, progress: None, log: None })?;
    rehearse_meetings(&book, 1_000, "Rust Week".to_owned())?;
    let badge = Badge { name: "Ada".to_owned(), ..Badge::default() };
    let session = book.begin(badge, SessionOptions::default())?;
    let scan = median(60, 2_000, || {
        black_box(session.scan(black_box("WIFI:S:x;;".to_owned())));
        Ok(())
    })?;
    let list = median(60, 1, || {
        black_box(book.list(ContactQuery::default(), None, 1_000)?);
        Ok(())
    })?;
    println!("rust scan {scan}\nrust list {list}");
    Ok(())
}

/// Nanoseconds of one call: the median of so many batches.
fn median(
    batches: u32,
    calls: u32,
    call: impl Fn() -> Result<(), lapel_ffi::error::LapelError>,
) -> Result<u128, lapel_ffi::error::LapelError> {
    let mut took = Vec::new();
    for _ in 0..batches {
        let began = Instant::now();
        for _ in 0..calls {
            call()?;
        }
        took.push(began.elapsed().as_nanos() / u128::from(calls));
    }
    took.sort_unstable();
    Ok(took.get(took.len() / 2).copied().unwrap_or_default())
}
