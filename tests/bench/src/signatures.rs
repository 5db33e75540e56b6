//! What nobody who checks signatures gets around.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// Different keys and messages, gone through again and again.
const KEYS: usize = 512;

/// So many bare `verify_strict`, their keys decompressed each time, over as many bytes as a receipt's
/// signatures cover.
pub fn bare(verifications: usize) -> Box<dyn FnOnce()> {
    let mut signed = Vec::new();
    for number in 0..KEYS {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        let key = SigningKey::from_bytes(&seed);
        let message = [number as u8; 85];
        signed.push((key.verifying_key().to_bytes(), message, key.sign(&message).to_bytes()));
    }
    Box::new(move || {
        for (person, message, signature) in signed.iter().cycle().take(verifications) {
            let key = VerifyingKey::from_bytes(person).unwrap();
            key.verify_strict(message, &Signature::from_bytes(signature)).unwrap();
        }
    })
}
