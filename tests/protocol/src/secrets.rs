//! Every secret there is, computed a second time, for tests that look for them where they mustn't be.

use ed25519_dalek::SigningKey;
use lapel::badge::Badge;
use sha2::{Digest, Sha512};

use crate::phone::Setup;
use crate::schedule::{self, expand, extract, h, labelled};
use crate::vectors::Start;
use crate::{CONFIRM, OFFER, Party, hex, unhex};

/// A secret and what it is called.
pub type Secret = (&'static str, Vec<u8>);

/// What follows from how a session began and from whom it met.
pub struct Known {
    /// Its hello, to know it again; not a secret.
    pub hello: Vec<u8>,
    /// Of its owner.
    pub identity: Vec<Secret>,
    /// Of the session.
    pub session: Vec<Secret>,
}

/// The state of HMAC-SHA256 under a key, which is as good as the key: its inner half.
fn hmac(key: &[u8; 32]) -> Vec<u8> {
    let mut block = [0x36; 64];
    block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
    let mut state = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];
    sha2::block_api::compress256(&mut state, &[block]);
    state.iter().flat_map(|word: &u32| word.to_ne_bytes()).collect()
}

/// The secrets of the session that begins like this, with a peer. Event, attestation, clock and counter
/// are left as [`Setup::named`] has them.
pub fn of_session(setup: &Setup, peer: &Party) -> Known {
    let badge = Badge::new(setup.fields.clone()).expect("a badge");
    let start = Start {
        identity_secret: hex(setup.secret),
        random: hex(setup.random),
        met_at: setup.wall as u64,
        monotonic_ms: 0,
        counter: 0,
        badge: hex(badge.as_bytes()),
        event: String::new(),
        attestation: String::new(),
        reveal: "first".into(),
        compare: false,
    };
    let own = start.party();
    let person = SigningKey::from_bytes(&setup.secret).verifying_key().to_bytes();
    let hedge = h("lapel/1 hedge", &[&setup.secret]);
    let prk0 = extract(&hedge, &setup.random);
    let (wall, zero) = ((setup.wall as u32).to_be_bytes(), [0; 8]);
    let items: [&[u8]; 7] = [&person, &wall, b"", badge.as_bytes(), b"", &zero, &zero];
    let next: [u8; 32] = expand(&prk0, &labelled("lapel/1 next", &items));
    let ss = schedule::agree(&own.ephemeral, &peer.public());
    let prk = own.prk(&peer.public());
    let key = |kind, from: &Party, to: &Party| {
        schedule::key(&prk, kind, &from.public(), &to.hello()).to_vec()
    };
    let e = *own.ephemeral.as_bytes();
    let mut clamped = e;
    (clamped[0], clamped[31]) = (clamped[0] & 248, clamped[31] & 127 | 64);
    Known {
        hello: own.hello(),
        identity: vec![
            ("identity", setup.secret.to_vec()),
            ("second half of the expanded identity", Sha512::digest(setup.secret)[32..].to_vec()),
            ("hedge", hedge.to_vec()),
            ("HMAC state of hedge", hmac(&hedge)),
        ],
        session: vec![
            ("random", setup.random.to_vec()),
            ("prk0", prk0.to_vec()),
            ("HMAC state of prk0", hmac(&prk0)),
            ("e", e.to_vec()),
            ("e, clamped", clamped.to_vec()),
            ("seed", own.contents.seed.to_vec()),
            ("next", next.to_vec()),
            ("ss", ss.to_vec()),
            ("prk", prk.to_vec()),
            ("HMAC state of prk", hmac(&prk)),
            ("our offer key", key(OFFER, &own, peer)),
            ("their offer key", key(OFFER, peer, &own)),
            ("our confirm key", key(CONFIRM, &own, peer)),
            ("their confirm key", key(CONFIRM, peer, &own)),
        ],
    }
}

/// The secrets of the book with this data key and key id, as STORAGE.md draws them.
pub fn of_book(data_key: &[u8], id: &str) -> Vec<Secret> {
    let (store, epoch) = id.split_once('-').unwrap();
    let salt = [unhex(store), unhex(epoch)].concat();
    let root = extract(&salt, data_key);
    let subkey = |label: &str| expand::<32>(&root, label.as_bytes());
    vec![
        ("data key", data_key.to_vec()),
        ("root", root.to_vec()),
        ("HMAC state of root", hmac(&root)),
        ("ledger subkey", subkey("lapel/1 ledger").to_vec()),
        ("identity subkey", subkey("lapel/1 identity").to_vec()),
        ("HMAC state of lookup subkey", hmac(&subkey("lapel/1 lookup"))),
    ]
}
