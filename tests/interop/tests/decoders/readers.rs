//! Decoders that others wrote, asked for the text that an app gets from them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use lapel_optics::decode;
use lapel_optics::picture::Picture;
use serde_json::{Value, json};

/// In the order of the tables' columns.
pub const DECODERS: [&str; 4] = ["rxing", "zxing-cpp", "zbar", "opencv"];

/// What each of [`DECODERS`] returned for one picture: mostly one text or none.
pub type Read = [Vec<String>; DECODERS.len()];

/// Makes `count` pictures, each from its index alone, and has every decoder read them.
///
/// Panics with a sentence if a decoder can't be had: a comparison that didn't happen isn't passed.
pub fn read(count: usize, picture: impl Fn(usize) -> Picture + Sync) -> Vec<Read> {
    let dir = tempfile::tempdir().unwrap();
    let mut reads = vec![Read::default(); count];
    for (at, texts) in drawn(dir.path(), count, picture) {
        reads[at][0] = texts;
    }

    let files: Vec<String> = (0..count).map(file).collect();
    let at: HashMap<&str, usize> = files.iter().map(String::as_str).zip(0..).collect();
    let manifest = dir.path().join("manifest.json");
    fs::write(&manifest, json!({ "pictures": files }).to_string()).unwrap();
    let mut lines = 0;
    for line in lapel_interop_tests::python(&["decode.py".as_ref(), manifest.as_ref()]).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |text: &Value| text.as_str().unwrap().to_owned();
        let column = DECODERS.iter().position(|name| line["decoder"] == **name).unwrap();
        let picture = at[line["picture"].as_str().unwrap()];
        reads[picture][column] = line["texts"].as_array().unwrap().iter().map(text).collect();
        lines += 1;
    }
    assert_eq!(lines, count * (DECODERS.len() - 1), "every decoder was asked about every picture");
    reads
}

fn file(at: usize) -> String {
    format!("{at}.png")
}

/// Writes the pictures and reads each with rxing, on every processor.
fn drawn(
    dir: &Path,
    count: usize,
    picture: impl Fn(usize) -> Picture + Sync,
) -> Vec<(usize, Vec<String>)> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut read = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return read;
            }
            let picture = picture(at);
            fs::write(dir.join(file(at)), picture.to_png().unwrap()).unwrap();
            read.push((at, decode::text(&picture).into_iter().collect()));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}
