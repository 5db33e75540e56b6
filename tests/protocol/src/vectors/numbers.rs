//! The digits among the vectors.

use super::*;

/// Bytes and the text of the code that carries them.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct Digits {
    pub bytes: String,
    pub text: String,
}

/// A text, and what a scan of it comes to.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct NoDigits {
    pub text: String,
    pub expect: String,
}

pub(super) fn digits_good() -> Vec<Digits> {
    // None begins with version 1, so that a receiver can be asked what it read.
    let counting: Vec<u8> = (0..66u8).map(|i| i.wrapping_mul(37).wrapping_add(200)).collect();
    let lengths = (1..=15).map(|len| counting[..len].to_vec());
    let edges = [vec![0; 7], vec![255; 7], vec![255; 8], vec![255], vec![2, 0], counting.clone()];
    lengths
        .chain(edges)
        .map(|bytes| Digits { text: digits::text(&bytes), bytes: hex(bytes) })
        .collect()
}

pub(super) fn digits_bad() -> Vec<NoDigits> {
    let case = |text: &str, expect: &str| NoDigits { text: text.into(), expect: expect.into() };
    vec![
        case("LAPEL:/", "damaged"),
        case("LAPEL:/1", "damaged"),
        case("LAPEL:/1234", "damaged"),
        case("LAPEL:/256", "damaged"),
        case("LAPEL:/65536", "damaged"),
        case("LAPEL:/72057594037927936", "damaged"),
        case("LAPEL:/12a", "damaged"),
        case("LAPEL:/ 001", "damaged"),
        case("LAPEL:/१२३", "damaged"),
        case(&format!("LAPEL:/{}", "0".repeat(1_007)), "damaged"),
        case("", "not_ours"),
        case("LAPEL:001", "not_ours"),
        case("HTTPS://MEET.EXAMPLE/", "not_ours"),
        case("https://meet.example/b#", "not_ours"),
        case("https://meet.example/b#top", "not_ours"),
        case("https://user@meet.example/b#001", "not_ours"),
        case("http://meet.example/b#001", "not_ours"),
        case("https://meet.example/b#256", "damaged"),
    ]
}
