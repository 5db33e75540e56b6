//! Seven bytes as 17 decimal digits, little-endian, behind `LAPEL:/`.

const WIDTHS: [usize; 8] = [0, 3, 5, 8, 10, 13, 15, 17];

/// The digits of some bytes.
pub fn encode(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for chunk in bytes.chunks(7) {
        let mut group = [0; 8];
        group[..chunk.len()].copy_from_slice(chunk);
        digits += &format!("{:0w$}", u64::from_le_bytes(group), w = WIDTHS[chunk.len()]);
    }
    digits
}

/// The bytes of digits that [`encode`] could have made.
pub fn decode(digits: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = digits;
    while !rest.is_empty() {
        let (group, after) = rest.split_at_checked(rest.len().min(17))?;
        let len = WIDTHS.iter().position(|w| *w == group.len())?;
        let value =
            group.bytes().all(|b| b.is_ascii_digit()).then(|| group.parse::<u64>().ok())??;
        let group = value.to_le_bytes();
        if group[len..].iter().any(|b| *b != 0) {
            return None;
        }
        bytes.extend(&group[..len]);
        rest = after;
    }
    Some(bytes)
}

/// The text of a code that carries `bytes`.
pub fn text(bytes: impl AsRef<[u8]>) -> String {
    format!("LAPEL:/{}", encode(bytes.as_ref()))
}

/// The bytes that the text of a code carries.
pub fn message(text: &str) -> Vec<u8> {
    let (_, digits) = text.rsplit_once(['/', '#']).expect("a carrier");
    decode(digits).expect("digits")
}
