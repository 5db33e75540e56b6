//! One side of the exchange with all of its secrets in the open, honest or not.

use ed25519_dalek::{Signer as _, SigningKey};
use minicbor::Decoder;
use x25519_dalek::{PublicKey, StaticSecret};

use crate::schedule::{self, h, labelled};
use crate::{CONFIRM, OFFER, cbor, digits};

/// What a sealed message carries, but for the signature. Nothing is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of PROTOCOL.md")]
pub struct Contents {
    pub seed: [u8; 16],
    pub person: [u8; 32],
    pub met_at: u64,
    pub event: String,
    pub badge: Vec<u8>,
    pub attestation: Vec<u8>,
    pub ext: Vec<u8>,
}

impl Contents {
    /// `blind`.
    pub fn blind(&self) -> [u8; 32] {
        h("lapel/1 blind", &[&self.seed])
    }

    /// `salt`, the badge's.
    pub fn salt(&self) -> [u8; 32] {
        h("lapel/1 badge salt", &[&self.seed])
    }

    /// `salt2`, the attestation's.
    pub fn salt2(&self) -> [u8; 32] {
        h("lapel/1 attestation salt", &[&self.seed])
    }

    /// The opening's encoding.
    pub fn opening(&self) -> Vec<u8> {
        cbor::array(&[
            cbor::bytes(self.person),
            cbor::uint(self.met_at),
            cbor::text(&self.event),
            cbor::bytes(h("lapel/1 badge", &[&self.salt(), &self.badge])),
            cbor::bytes(h("lapel/1 attestation", &[&self.salt2(), &self.attestation])),
            cbor::bytes(&self.ext),
        ])
    }

    /// `com`.
    pub fn commitment(&self) -> [u8; 32] {
        h("lapel/1 commitment", &[&self.blind(), &self.opening()])
    }

    /// The eight encoded items of a plaintext.
    pub fn items(&self, signature: &[u8]) -> Vec<Vec<u8>> {
        vec![
            cbor::bytes(self.seed),
            cbor::bytes(self.person),
            cbor::uint(self.met_at),
            cbor::text(&self.event),
            cbor::bytes(&self.badge),
            cbor::bytes(&self.attestation),
            cbor::bytes(&self.ext),
            cbor::bytes(signature),
        ]
    }

    /// The plaintext without its padding.
    pub fn plaintext(&self, signature: &[u8]) -> Vec<u8> {
        cbor::array(&self.items(signature))
    }

    /// Reads a padded plaintext, trusting it.
    pub fn read(padded: &[u8]) -> (Self, [u8; 64]) {
        let mut d = Decoder::new(padded);
        assert_eq!(d.array().unwrap(), Some(8));
        let contents = Self {
            seed: d.bytes().unwrap().try_into().unwrap(),
            person: d.bytes().unwrap().try_into().unwrap(),
            met_at: d.u64().unwrap(),
            event: d.str().unwrap().to_owned(),
            badge: d.bytes().unwrap().to_vec(),
            attestation: d.bytes().unwrap().to_vec(),
            ext: d.bytes().unwrap().to_vec(),
        };
        (contents, d.bytes().unwrap().try_into().unwrap())
    }
}

/// A sealed message that was opened.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct Opened {
    pub kind: u8,
    pub contents: Contents,
    pub signature: [u8; 64],
    /// The sender's hello, recomputed.
    pub hello: Vec<u8>,
}

/// A side of the exchange. Change any field before making a message of it.
#[derive(Clone)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct Party {
    pub key: SigningKey,
    pub ephemeral: StaticSecret,
    pub contents: Contents,
    /// Bytes of its sealed messages.
    pub class: usize,
}

impl Party {
    /// Someone called `name`, every secret of whom follows from that.
    pub fn named(name: &str) -> Self {
        let secret = |of: &str| schedule::sha256(format!("{of} {name}").as_bytes());
        let key = SigningKey::from_bytes(&secret("key"));
        let badge = [&[0xA1, 0], cbor::text(name).as_slice()].concat();
        let contents = Contents {
            seed: secret("seed")[..16].try_into().unwrap(),
            person: key.verifying_key().to_bytes(),
            met_at: 1_795_458_300,
            event: String::new(),
            badge,
            attestation: Vec::new(),
            ext: Vec::new(),
        };
        Self { key, ephemeral: StaticSecret::from(secret("ephemeral")), contents, class: 311 }
    }

    /// The same person with a fresh ephemeral key and seed.
    pub fn again(&self, salt: u32) -> Self {
        let salt = salt.to_be_bytes();
        let fresh = |old: &[u8]| schedule::sha256(&[old, &salt].concat());
        let mut again = self.clone();
        again.ephemeral = StaticSecret::from(fresh(self.ephemeral.as_bytes()));
        again.contents.seed = fresh(&self.contents.seed)[..16].try_into().unwrap();
        again
    }

    /// `E`.
    pub fn public(&self) -> [u8; 32] {
        PublicKey::from(&self.ephemeral).to_bytes()
    }

    /// `I`, as it claims it.
    pub fn person(&self) -> [u8; 32] {
        self.contents.person
    }

    /// Its hello.
    pub fn hello(&self) -> Vec<u8> {
        schedule::hello(&self.public(), &self.contents.commitment())
    }

    /// The text of its hello.
    pub fn hello_text(&self) -> String {
        digits::text(self.hello())
    }

    /// `th` with whoever showed `hello`.
    pub fn transcript(&self, hello: &[u8]) -> [u8; 32] {
        schedule::transcript(&self.hello(), hello)
    }

    /// `prk` with whoever holds `ephemeral`.
    pub fn prk(&self, ephemeral: &[u8; 32]) -> [u8; 32] {
        schedule::prk(&schedule::agree(&self.ephemeral, ephemeral), &self.public(), ephemeral)
    }

    /// A signature over anything.
    pub fn sign(&self, label: &str, items: &[&[u8]]) -> [u8; 64] {
        self.key.sign(&labelled(label, items)).to_bytes()
    }

    /// The signature of an offer to whoever showed `hello`.
    pub fn offer_signature(&self, hello: &[u8]) -> [u8; 64] {
        self.sign("lapel/1 offer", &[&self.transcript(hello), &self.public()])
    }

    /// The signature of a confirm message to `person`, who showed `hello`.
    pub fn confirm_signature(&self, hello: &[u8], person: &[u8; 32]) -> [u8; 64] {
        self.sign("lapel/1 confirm", &[&self.transcript(hello), &self.public(), person])
    }

    /// Contents and a signature, padded with zeros to the class.
    pub fn padded(&self, signature: &[u8]) -> Vec<u8> {
        let mut padded = self.contents.plaintext(signature);
        assert!(padded.len() <= self.class - 50, "{} bytes", padded.len());
        padded.resize(self.class - 50, 0);
        padded
    }

    /// Any bytes at all, sealed to `hello`.
    pub fn seal(&self, kind: u8, hello: &[u8], padded: &[u8]) -> Vec<u8> {
        let prk = self.prk(&schedule::ephemeral_of(hello));
        let key = schedule::key(&prk, kind, &self.public(), hello);
        schedule::seal(&key, kind, &self.public(), padded)
    }

    /// An honest offer to whoever showed `hello`.
    pub fn offer(&self, hello: &[u8]) -> Vec<u8> {
        self.seal(OFFER, hello, &self.padded(&self.offer_signature(hello)))
    }

    /// A confirm message to `person`, who showed `hello`.
    pub fn confirm(&self, hello: &[u8], person: &[u8; 32]) -> Vec<u8> {
        self.seal(CONFIRM, hello, &self.padded(&self.confirm_signature(hello, person)))
    }

    /// Opens what was sealed to this party's hello.
    pub fn open(&self, message: &[u8]) -> Option<Opened> {
        self.open_as(&self.hello(), message)
    }

    /// Opens what was sealed to another hello with this party's ephemeral key.
    pub fn open_as(&self, own_hello: &[u8], message: &[u8]) -> Option<Opened> {
        let (kind, sender) = (message[1], schedule::ephemeral_of(message));
        let key = schedule::key(&self.prk(&sender), kind, &sender, own_hello);
        let (contents, signature) = Contents::read(&schedule::open(&key, message)?);
        let hello = schedule::hello(&sender, &contents.commitment());
        Some(Opened { kind, contents, signature, hello })
    }

    /// The check code with a peer whose message was opened.
    pub fn check_code(&self, peer: &Opened) -> u64 {
        let blinds = [&self.contents.blind(), &peer.contents.blind()];
        schedule::check_code([&self.hello(), &peer.hello], blinds)
    }
}
