//! Points that nobody's key should be.

use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha512};

use crate::unhex;

/// The field's prime, 2²⁵⁵ − 19, little-endian, plus `n` < 19.
pub fn p_plus(n: u8) -> [u8; 32] {
    let mut bytes = [0xFF; 32];
    (bytes[0], bytes[31]) = (0xED + n, 0x7F);
    bytes
}

/// One less than the prime.
pub fn p_minus_1() -> [u8; 32] {
    let mut bytes = p_plus(0);
    bytes[0] -= 1;
    bytes
}

/// A small number, little-endian.
pub fn small(n: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = n;
    bytes
}

/// The X25519 inputs that give everybody the same secret and are canonical: u of order 1, 2, 4
/// and 8 on curve and twist (<https://cr.yp.to/ecdh.html#validate>).
pub fn low_order_u() -> [[u8; 32]; 5] {
    let of = |digits| unhex(digits).try_into().unwrap();
    [
        small(0),
        small(1),
        of("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        of("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
        p_minus_1(),
    ]
}

/// Inputs outside the field or with bit 255 set, low-order ones and others: each is an alias of a
/// canonical one.
pub fn non_canonical_u() -> Vec<[u8; 32]> {
    let mut all: Vec<[u8; 32]> = (0..19).map(p_plus).collect();
    let mut high = low_order_u().to_vec();
    high.extend([small(9), p_plus(0), p_plus(1)]);
    for u in &mut high {
        u[31] |= 0x80;
    }
    all.extend(high);
    all
}

/// The eight Ed25519 points of small order, in canonical encoding.
pub fn small_order_points() -> [[u8; 32]; 8] {
    let of = |digits: &str, sign: bool| {
        let mut bytes: [u8; 32] = unhex(digits).try_into().unwrap();
        bytes[31] |= u8::from(sign) << 7;
        bytes
    };
    let (eighth, other) = (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    );
    [
        small(1),
        p_minus_1(),
        small(0),
        of(&"00".repeat(32), true),
        of(eighth, false),
        of(eighth, true),
        of(other, false),
        of(other, true),
    ]
}

/// Encodings of Ed25519 points with y ≥ p, or with a sign where x is zero.
pub fn non_canonical_points() -> Vec<[u8; 32]> {
    let signed = |mut bytes: [u8; 32]| {
        bytes[31] |= 0x80;
        bytes
    };
    let mut all: Vec<[u8; 32]> = (0..19).map(p_plus).collect();
    all.extend((0..19).map(|n| signed(p_plus(n))));
    all.extend([signed(small(1)), signed(p_minus_1())]);
    all
}

/// L, the order of the base point, little-endian.
pub fn order() -> [u8; 32] {
    let digits = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    unhex(digits).try_into().unwrap()
}

/// A signature with the group order added to its S so many times, if that fits into 32 bytes.
pub fn plus_orders(signature: [u8; 64], times: usize) -> [u8; 64] {
    (0..times).fold(signature, |signature, _| plus_order(signature))
}

/// A signature with the group order added to its S: the same equation, another encoding.
pub fn plus_order(mut signature: [u8; 64]) -> [u8; 64] {
    let mut carry = 0u16;
    for (byte, l) in signature[32..].iter_mut().zip(order()) {
        carry += u16::from(*byte) + u16::from(l);
        *byte = carry as u8;
        carry >>= 8;
    }
    signature
}

/// The secret scalar of a key (RFC 8032 §5.1.5).
pub fn scalar(key: &SigningKey) -> [u8; 32] {
    let mut scalar = key.to_scalar_bytes();
    (scalar[0], scalar[31]) = (scalar[0] & 248, scalar[31] & 127 | 64);
    scalar
}

/// Another signature of the same message by the same key, as good as the deterministic one: its
/// nonce follows from `nonce`.
pub fn sign_again(key: &SigningKey, message: &[u8], nonce: [u8; 32]) -> [u8; 64] {
    let nonce = SigningKey::from_bytes(&nonce);
    let (r, person) = (nonce.verifying_key().to_bytes(), key.verifying_key().to_bytes());
    let k = Sha512::new().chain_update(r).chain_update(person).chain_update(message).finalize();
    let s = times_plus(&k, &scalar(key), &scalar(&nonce));
    [r, s].concat().try_into().unwrap()
}

/// A signature by `key` under another encoding or another point than its own public key, with any `R`:
/// S = H(R ‖ person ‖ message)·a + r for the nonce r, whatever R is.
pub fn sign_as(
    key: &SigningKey,
    person: &[u8; 32],
    r: &[u8; 32],
    nonce: &[u8; 32],
    message: &[u8],
) -> [u8; 64] {
    let s = times_plus(&challenge(r, person, message), &scalar(key), nonce);
    [*r, s].concat().try_into().unwrap()
}

/// `H(R ‖ person ‖ message)`, 64 bytes, not reduced.
pub fn challenge(r: &[u8; 32], person: &[u8; 32], message: &[u8]) -> [u8; 64] {
    Sha512::new().chain_update(r).chain_update(person).chain_update(message).finalize().into()
}

/// The sum of two points.
pub fn plus(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    let of = |bytes: &[u8; 32]| CompressedEdwardsY(*bytes).decompress().expect("a point");
    (of(one) + of(other)).compress().to_bytes()
}

/// A signature by a person of mixed order, which is the key's own point plus one of order eight. With
/// `holds`, its nonce was sought so that the cofactorless equation holds all the same, whether the
/// challenge is reduced by the group order before or not; else only the one multiplied by eight does.
pub fn sign_mixed(key: &SigningKey, person: &[u8; 32], message: &[u8], holds: bool) -> [u8; 64] {
    let one = small(1);
    let nonces = (0..=u8::MAX).flat_map(|i| (0..=u8::MAX).map(move |j| [i, j]));
    let mut tries = nonces.map(|n| SigningKey::from_bytes(&crate::schedule::sha256(&n)));
    let fits = |nonce: &SigningKey| {
        let k = challenge(&nonce.verifying_key().to_bytes(), person, message);
        let reduced = times_plus(&k, &one, &small(0));
        k[0].is_multiple_of(8) == holds && reduced[0].is_multiple_of(8) == holds
    };
    let nonce = tries.find(fits).expect("one in 64");
    sign_as(key, person, &nonce.verifying_key().to_bytes(), &scalar(&nonce), message)
}

/// a·b + c of little-endian numbers modulo the group order, bit by bit.
pub fn times_plus(a: &[u8], b: &[u8], c: &[u8]) -> [u8; 32] {
    const L: [u64; 4] = [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000];
    fn plus(x: [u64; 4], y: [u64; 4]) -> [u64; 4] {
        let (mut sum, mut carry) = ([0; 4], 0);
        for i in 0..4 {
            let wide = u128::from(x[i]) + u128::from(y[i]) + carry;
            (sum[i], carry) = (wide as u64, wide >> 64);
        }
        if sum.iter().rev().ge(L.iter().rev()) { minus(sum, L) } else { sum }
    }
    fn minus(x: [u64; 4], y: [u64; 4]) -> [u64; 4] {
        let (mut rest, mut borrow) = ([0; 4], false);
        for i in 0..4 {
            let (d, b1) = x[i].overflowing_sub(y[i]);
            let (d, b2) = d.overflowing_sub(u64::from(borrow));
            (rest[i], borrow) = (d, b1 || b2);
        }
        rest
    }
    let bits = |bytes: &[u8]| -> Vec<bool> {
        bytes.iter().rev().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1 == 1)).collect()
    };
    let reduce = |bytes: &[u8]| {
        bits(bytes).into_iter().fold([0; 4], |n, bit| plus(plus(n, n), [u64::from(bit), 0, 0, 0]))
    };
    let b = reduce(b);
    let product = bits(a).into_iter().fold([0; 4], |n, bit| {
        let n = plus(n, n);
        if bit { plus(n, b) } else { n }
    });
    let sum = plus(product, reduce(c));
    let mut bytes = [0; 32];
    for (chunk, limb) in bytes.chunks_mut(8).zip(sum) {
        chunk.copy_from_slice(&limb.to_le_bytes());
    }
    bytes
}
