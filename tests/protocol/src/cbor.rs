//! Deterministic CBOR (RFC 8949 §4.2.1), by hand, so that other encodings can be made as well.

/// The shortest head of a major type with an argument.
pub fn head(major: u8, n: u64) -> Vec<u8> {
    let major = major << 5;
    match n {
        0..=23 => vec![major | n as u8],
        24..=0xFF => vec![major | 24, n as u8],
        0x100..=0xFFFF => [vec![major | 25], (n as u16).to_be_bytes().to_vec()].concat(),
        0x1_0000..=0xFFFF_FFFF => [vec![major | 26], (n as u32).to_be_bytes().to_vec()].concat(),
        _ => [vec![major | 27], n.to_be_bytes().to_vec()].concat(),
    }
}

/// An unsigned integer.
pub fn uint(n: u64) -> Vec<u8> {
    head(0, n)
}

/// A byte string.
pub fn bytes(b: impl AsRef<[u8]>) -> Vec<u8> {
    let b = b.as_ref();
    [head(2, b.len() as u64), b.to_vec()].concat()
}

/// A text string.
pub fn text(t: &str) -> Vec<u8> {
    [head(3, t.len() as u64), t.as_bytes().to_vec()].concat()
}

/// An array of encoded items.
pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, items.len() as u64), items.concat()].concat()
}

/// The simple value null.
pub fn null() -> Vec<u8> {
    vec![0xF6]
}
