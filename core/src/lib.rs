//! Lapel: two people meet, their phones show each other QR codes, and each keeps the other's badge,
//! signed, proven live, in an encrypted book on the device. No network, no server, no radio.
//!
//! # What it promises
//!
//! - Only people met in person get in: a contact exists because a live session ended with the peer
//!   proving possession of their identity key on this phone's own fresh key, and because this
//!   phone's owner accepted them. The types say so: a [`Book`](book::Book) records an
//!   [`Encounter`](encounter::Encounter), and only an [`Exchange`](exchange::Exchange) makes one.
//! - Films of both screens give a stranger nothing but one of three sizes.
//! - No clock is trusted, and no clock or randomness is the core's own: both come in as arguments, but for
//!   what the `age` crate takes from the system to lock a backup.
//!   The exchange does no IO; the book writes files, and sled, where it is the engine under it, keeps
//!   a few threads for that.
//! - Any bytes at all, from a camera or a file, give a typed answer. Nothing panics.
//! - What a meeting does *not* prove is written in `PROTOCOL.md`, and no sentence here says more.
//!
//! # One handshake
//!
//! ```
//! # use std::{sync::Arc, time::Duration};
//! # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "file-vault")] {
//! use lapel::badge::{Badge, BadgeFields};
//! use lapel::book::{Book, Standing};
//! use lapel::exchange::{Exchange, Options, Scanned};
//! use lapel::receipt::State;
//! use lapel::time::UnixTime;
//! use lapel::vault::FileVault;
//!
//! # let home = tempfile::tempdir()?;
//! # let rng = &mut ChaCha20Rng::seed_from_u64(1);
//! # let clock = |s| Duration::from_secs(s);
//! # let wall = UnixTime::clamped(1_795_458_300);
//! let open = |name: &str, rng: &mut ChaCha20Rng| {
//!     let vault = Arc::new(FileVault::new(home.path().join(name).join("keys")));
//!     let (book, _) = Book::open(&home.path().join(name).join("book"), vault, rng)?;
//!     let badge = Badge::new(BadgeFields::named(name))?;
//!     let (me, terms) = (book.identity(), Options::default());
//!     let exchange = Exchange::begin(me, &badge, terms, clock(0), wall, book.counter(), rng)?;
//!     Ok::<_, Box<dyn std::error::Error>>((book, exchange))
//! };
//! let (mut adas_book, mut ada) = open("Ada", rng)?;
//! let (mut graces_book, mut grace) = open("Grace", rng)?;
//!
//! // Scan 1: Grace's camera reads Ada's screen. Her phone answers with her badge, sealed.
//! grace.scan(&ada.frame(clock(1)).ok_or("ended")?.text, clock(1));
//!
//! // Scan 2: Ada's camera reads the answer, and Ada sees who it is.
//! let Scanned::Verified(who) = ada.scan(&grace.frame(clock(2)).ok_or("ended")?.text, clock(2))
//! else { return Err("not verified".into()) };
//! assert_eq!(who.badge.name(), "Grace");
//! assert_eq!(adas_book.standing(&who.person)?, Standing::New);
//! let encounter = ada.accept(&who.transcript)?;       // Ada's tap
//! let recorded = adas_book.record(&encounter, rng)?;  // durable when it returns
//! ada.acknowledge(&recorded)?;                        // now her screen confirms
//!
//! // Scan 3: Grace's camera reads the confirmation.
//! let Scanned::Verified(who) = grace.scan(&ada.frame(clock(3)).ok_or("ended")?.text, clock(3))
//! else { return Err("not verified".into()) };
//! let encounter = grace.accept(&who.transcript)?;
//! let recorded = graces_book.record(&encounter, rng)?;
//! grace.acknowledge(&recorded)?;
//!
//! // Scan 4: Ada's camera reads Grace's, and both hold the full receipt.
//! let Scanned::Confirmed(confirmation) = ada.scan(&grace.frame(clock(4)).ok_or("ended")?.text, clock(4))
//! else { return Err("not confirmed".into()) };
//! adas_book.confirm(&confirmation, rng)?;
//! assert_eq!(adas_book.contacts()?[0].state(), State::Confirmed);
//! assert_eq!(graces_book.contacts()?[0].state(), State::Confirmed);
//! # }
//! # Ok(()) }
//! ```
//!
//! # The rooms
//!
//! Data walks one way through them; a lower room never imports a higher one.
//!
//! ```text
//! camera text → wire → exchange → encounter → book (ledger, then index) → export, backup
//! badge + identity → exchange → wire → qr → screen
//! ```
//!
//! | room | what is true there |
//! | --- | --- |
//! | [`badge`], [`event`], [`time`], [`attestation`] | what a person shows and claims: only valid ones exist |
//! | [`identity`] | the secret key and its public id; the only place that signs |
//! | `signing`, `digest`, `cbor`, `text`, `hex`, `html` | labelled contexts, `H`, deterministic encoding, the character rule, digits, text in pages |
//! | `sweep` | what calls with secrets leave on the stack, overwritten |
//! | `wire` | bytes ↔ messages ↔ text: bounded, canonical or refused |
//! | [`exchange`] | the protocol, without IO; it never imports the book |
//! | [`encounter`], [`transcript`] | what passes between exchange and book |
//! | [`receipt`] | what a meeting proves, from bytes alone |
//! | [`statement`] | what is signed outside of a meeting: two keys of one person, a new badge |
//! | [`proof`] | chosen receipts in one file, for a third party |
//! | [`date`] | days of the calendar, as the owner writes them down |
//! | [`book`] | contacts, badges, what the owner wrote, what came of it, looking back: the facade over the next three |
//! | `store`, `ledger`, `index` | the sealed append-only truth, and what answers questions about it |
//! | `seal`, [`vault`] | record sealing; the seam to Keychain, Keystore, a file |
//! | [`export`] | a file per format |
//! | [`backup`] | the whole book in one encrypted file, for the same owner alone |
//! | [`code`] | every error by a code that stays |
//! | [`qr`] | text → symbol → matrix, SVG, PNG, terminal |

mod cbor;
mod digest;
mod hex;
#[cfg(any(feature = "export", feature = "qr"))]
mod html;
mod signing;
mod sweep;
mod text;
mod wire;

pub mod attestation;
#[cfg(feature = "backup")]
pub mod backup;
pub mod badge;
#[cfg(feature = "book")]
pub mod book;
pub mod code;
#[cfg(feature = "book")]
pub mod date;
pub mod encounter;
pub mod event;
pub mod exchange;
#[cfg(feature = "export")]
pub mod export;
pub mod identity;
pub mod proof;
#[cfg(feature = "qr")]
pub mod qr;
pub mod receipt;
pub mod statement;
pub mod time;
pub mod transcript;

#[cfg(feature = "book")]
mod disk;
#[cfg(feature = "book")]
mod index;
#[cfg(feature = "book")]
mod ledger;
#[cfg(feature = "book")]
mod seal;
#[cfg(feature = "book")]
mod store;
#[cfg(feature = "book")]
pub mod vault;

pub use text::TextFlaw;
pub use wire::{Carrier, CarrierError, Flaw};
