//! Labelled hashes and the key schedule.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::{CONFIRM, OFFER, cbor};

/// The array `[label, items…]`, what hashes, signatures and key derivation take.
pub fn labelled(label: &str, items: &[&[u8]]) -> Vec<u8> {
    let mut all = vec![cbor::text(label)];
    all.extend(items.iter().map(cbor::bytes));
    cbor::array(&all)
}

/// `H(label, items…)`.
pub fn h(label: &str, items: &[&[u8]]) -> [u8; 32] {
    sha256(&labelled(label, items))
}

/// Plain SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// HKDF-Extract with SHA-256.
pub fn extract(salt: &[u8], material: &[u8]) -> [u8; 32] {
    Hkdf::<Sha256>::extract(Some(salt), material).0.into()
}

/// HKDF-Expand with SHA-256.
pub fn expand<const N: usize>(prk: &[u8; 32], info: &[u8]) -> [u8; N] {
    let mut output = [0; N];
    Hkdf::<Sha256>::from_prk(prk).expect("32 bytes").expand(info, &mut output).expect("short");
    output
}

/// The hello of an ephemeral key and a commitment, 66 bytes.
pub fn hello(ephemeral: &[u8; 32], commitment: &[u8; 32]) -> Vec<u8> {
    [[1, 0].as_slice(), ephemeral, commitment].concat()
}

/// The ephemeral key of a hello or a sealed message.
pub fn ephemeral_of(message: &[u8]) -> [u8; 32] {
    message[2..34].try_into().expect("32 bytes")
}

/// `th` of two hellos.
pub fn transcript(one: &[u8], other: &[u8]) -> [u8; 32] {
    h("lapel/1 transcript", &[one.min(other), one.max(other)])
}

/// The X25519 secret that two sides share, whatever `theirs` is.
pub fn agree(own: &StaticSecret, theirs: &[u8; 32]) -> [u8; 32] {
    own.diffie_hellman(&PublicKey::from(*theirs)).to_bytes()
}

/// `prk` of a shared secret and the two ephemeral keys.
pub fn prk(secret: &[u8; 32], one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    extract(&[one.min(other).as_slice(), one.max(other)].concat(), secret)
}

/// The key for one kind and direction.
pub fn key(prk: &[u8; 32], kind: u8, sender: &[u8; 32], receiver_hello: &[u8]) -> [u8; 32] {
    let label = match kind {
        OFFER => "lapel/1 offer key",
        CONFIRM => "lapel/1 confirm key",
        other => panic!("kind {other}"),
    };
    expand(prk, &labelled(label, &[sender, &h("lapel/1 hello", &[receiver_hello])]))
}

/// A sealed message, clear bytes and all.
pub fn seal(key: &[u8; 32], kind: u8, sender: &[u8; 32], padded: &[u8]) -> Vec<u8> {
    let clear = [[1, kind].as_slice(), sender].concat();
    let sealed = ChaCha20Poly1305::new(&Key::from(*key))
        .encrypt(&Nonce::default(), Payload { msg: padded, aad: &clear })
        .expect("short");
    [clear, sealed].concat()
}

/// What a sealed message holds, if the key opens it.
pub fn open(key: &[u8; 32], message: &[u8]) -> Option<Vec<u8>> {
    let (clear, sealed) = message.split_at(34);
    ChaCha20Poly1305::new(&Key::from(*key))
        .decrypt(&Nonce::default(), Payload { msg: sealed, aad: clear })
        .ok()
}

/// The number of the check code.
pub fn check_code(hellos: [&[u8]; 2], blinds: [&[u8; 32]; 2]) -> u64 {
    let [lower, higher] = if hellos[0] < hellos[1] { blinds } else { [blinds[1], blinds[0]] };
    let th = transcript(hellos[0], hellos[1]);
    let digest = h("lapel/1 check", &[&th, lower, higher]);
    u64::from_be_bytes(digest[..8].try_into().expect("8 bytes")) % 1_000_000
}

/// The parts of a sealed message, cut as PROTOCOL.md says.
pub fn parts(message: &[u8]) -> Vec<Vec<u8>> {
    let total = message.len().div_ceil(171);
    let digest = sha256(message);
    let chunks = message.chunks(message.len().div_ceil(total));
    chunks
        .enumerate()
        .map(|(i, chunk)| [&[1, 3, i as u8, total as u8], &digest[..8], chunk].concat())
        .collect()
}
