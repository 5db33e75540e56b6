//! The text of a QR code: a prefix, then the message as decimal digits.
//!
//! Seven bytes become 17 digits, little-endian, as FIDO's hybrid transport does it (CTAP 2.2
//! §11.5.1). In a QR code's numeric mode that is as dense as Base45, passes through every
//! reader's text interface, and needs no escaping in a URL.

use core::fmt;

/// What stands in front of the digits. Readers accept every carrier; it is not authenticated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carrier(Option<String>);

/// The carrier isn't of the form `https://host/b#`, or it is longer than 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a carrier is https://, a host in lower case, /b#, in at most {max} bytes", max = Carrier::MAX_BYTES)]
pub struct CarrierError;

impl Carrier {
    const SCHEME: &'static str = "LAPEL:/";
    const WEB: &'static str = "https://";
    const PATH: &'static str = "/b#";
    /// The most bytes a carrier may take; each costs eight bits of the symbol.
    pub const MAX_BYTES: usize = 64;

    /// `LAPEL:/`, the densest: for codes that only Lapel's own scanner reads.
    pub const fn lapel() -> Self {
        Self(None)
    }

    /// The embedding app's own `https://host/b#`, so that a phone's own camera opens the app. The
    /// message stands in the fragment, which no server ever sees. About 16 bytes more in the
    /// symbol, often one version.
    pub fn web(url: &str) -> Result<Self, CarrierError> {
        let host = url.strip_prefix(Self::WEB).and_then(|rest| rest.strip_suffix(Self::PATH));
        match host {
            Some(host) if url.len() <= Self::MAX_BYTES && is_host(host) => {
                Ok(Self(Some(url.to_owned())))
            }
            _ => Err(CarrierError),
        }
    }

    /// The text of the code that carries `message`.
    pub(crate) fn wrap(&self, message: &[u8]) -> String {
        let mut text = self.to_string();
        text.reserve(message.len() * 17 / BYTES + 3);
        for chunk in message.chunks(BYTES) {
            let mut value = chunk.iter().rev().fold(0u64, |v, byte| v << 8 | u64::from(*byte));
            let mut digits = [b'0'; 17];
            for digit in digits.iter_mut().rev() {
                *digit = b'0' + (value % 10) as u8;
                value /= 10;
            }
            let width = DIGITS_OF.get(chunk.len()).copied().unwrap_or_default();
            text.extend(digits.iter().skip(17 - width).copied().map(char::from));
        }
        text
    }
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or(Self::SCHEME))
    }
}

/// A host name, perhaps with a port: what a URL can hold between `//` and `/` without escaping.
fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':')
        })
}

const BYTES: usize = 7;
/// Digits that a group of so many bytes takes.
const DIGITS_OF: [usize; 8] = [0, 3, 5, 8, 10, 13, 15, 17];
/// Most digits looked at: those of the longest message, a sealed one of 414 bytes.
const MAX_DIGITS: usize = 59 * 17 + 3;

/// What a scanned text turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// Not a code of Lapel's.
    Foreign,
    /// Lapel's, and its digits stand for no bytes.
    Garbled,
    /// Lapel's, these bytes.
    Bytes(Vec<u8>),
}

/// Takes prefix and digits off. The scheme is compared without regard to case, since some readers
/// change it; a web carrier may name any host, so that apps of different makers meet.
pub(crate) fn unwrap(text: &str) -> Envelope {
    let text = text.trim();
    let after = |prefix: &str| {
        let head = text.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..)).flatten()
    };
    if let Some(digits) = after(Carrier::SCHEME) {
        return bytes_of(digits).map_or(Envelope::Garbled, Envelope::Bytes);
    }
    // A page of someone else's may well live at /b; without digits alone behind it, it's foreign.
    let Some((host, digits)) = after(Carrier::WEB).and_then(|rest| rest.split_once(Carrier::PATH))
    else {
        return Envelope::Foreign;
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_host(&host.to_ascii_lowercase()) || !is_number {
        return Envelope::Foreign;
    }
    bytes_of(digits).map_or(Envelope::Garbled, Envelope::Bytes)
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() * BYTES / 17 + 1);
    for chunk in digits.as_bytes().chunks(17) {
        let len = DIGITS_OF.iter().position(|&digits| digits == chunk.len())?;
        let value = chunk.iter().fold(0u64, |v, digit| v * 10 + u64::from(digit - b'0'));
        if value >> (8 * len) != 0 {
            return None;
        }
        bytes.extend(value.to_le_bytes().iter().take(len));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_ctap() {
        let text = |bytes: &[u8]| Carrier::lapel().wrap(bytes);
        assert_eq!(text(&[]), "LAPEL:/");
        assert_eq!(text(&[255]), "LAPEL:/255");
        assert_eq!(text(&[1, 0]), "LAPEL:/00001");
        assert_eq!(text(&[255; 7]), "LAPEL:/72057594037927935");
        assert_eq!(text(&[0, 0, 0, 0, 0, 0, 1, 2]), "LAPEL:/00281474976710656002");
        assert_eq!(text(&[0; 66]).len(), 7 + 161);
    }

    #[test]
    fn every_length_reads_back_behind_both_carriers() {
        for carrier in [Carrier::lapel(), Carrier::web("https://meet.example/b#").unwrap()] {
            for len in 1..=414u16 {
                let bytes: Vec<u8> = (0..len).map(|i| (i * 7 + 250) as u8).collect();
                assert_eq!(unwrap(&carrier.wrap(&bytes)), Envelope::Bytes(bytes));
            }
        }
    }

    #[test]
    fn the_scheme_is_read_without_regard_to_case() {
        assert_eq!(unwrap("lapel:/001"), Envelope::Bytes(vec![1]));
        assert_eq!(unwrap("HTTPS://Meet.Example/b#001\n"), Envelope::Bytes(vec![1]));
    }

    #[test]
    fn foreign_and_garbled_codes_are_told_apart() {
        let long = "1".repeat(MAX_DIGITS + 1);
        for foreign in [
            "",
            "LAPEL:",
            "https://example.org/",
            "https://example.org/b#top",
            "WIFI:S:x;;",
            "é",
            "https://user@host/b#001",
            "https:///b#001",
            "https://example.org/b#",
        ] {
            assert_eq!(unwrap(foreign), Envelope::Foreign, "{foreign}");
        }
        for garbled in [
            "LAPEL:/",
            "LAPEL:/12a",
            "LAPEL:/256",
            "LAPEL:/1",
            "LAPEL:/1234",
            "LAPEL:/-01",
            "LAPEL:/72057594037927936",
            "LAPEL:/१२३",
            &format!("LAPEL:/{long}"),
        ] {
            assert_eq!(unwrap(garbled), Envelope::Garbled, "{garbled}");
        }
    }

    #[test]
    fn a_carrier_is_a_plain_https_address() {
        assert!(Carrier::web("https://meet.example/b#").is_ok());
        for bad in [
            "http://meet.example/b#",
            "https:///b#",
            "https://a/b",
            "https://A/b#",
            "https://a/c/b#",
            &format!("https://{}/b#", "a".repeat(60)),
        ] {
            assert_eq!(Carrier::web(bad), Err(CarrierError), "{bad}");
        }
    }
}
