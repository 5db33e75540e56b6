//! What everyone who keeps encounters has to do before writing one: seal it, and know its keys.

use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

/// Bytes of the plaintext of an encounter with someone whose badge is a name, padded.
pub const PLAINTEXT: usize = 1_024;

/// A stream of sealed entries, the same each time.
pub struct Work {
    cipher: XChaCha20Poly1305,
    number: u64,
}

/// One entry to be kept.
pub struct Entry {
    /// 1, 2, 3, …
    pub number: u64,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
    /// What it is looked up by.
    pub keys: [[u8; 16]; 3],
}

impl Default for Work {
    fn default() -> Self {
        Self { cipher: XChaCha20Poly1305::new(&[7; 32].into()), number: 0 }
    }
}

impl Work {
    /// Opens an entry of this stream, as whoever reads one has to.
    pub fn open(&self, sealed: &[u8]) {
        let mut nonce = [0; 24];
        nonce[..8].copy_from_slice(&sealed[sealed.len() - 8..]);
        let (sealed, _) = sealed.split_at(sealed.len() - 8);
        std::hint::black_box(self.cipher.decrypt(&XNonce::from(nonce), sealed).unwrap());
    }
}

impl Iterator for Work {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        self.number += 1;
        let number = self.number.to_be_bytes();
        let mut nonce = [0; 24];
        nonce[..8].copy_from_slice(&number);
        let plaintext = vec![self.number as u8; PLAINTEXT];
        let mut sealed = self.cipher.encrypt(&XNonce::from(nonce), plaintext.as_slice()).unwrap();
        sealed.extend(number);
        let key = |tag: u8| {
            let mut key = [tag; 16];
            key[..8]
                .copy_from_slice(&self.number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
            key
        };
        Some(Entry { number: self.number, sealed, keys: [key(1), key(2), key(3)] })
    }
}
