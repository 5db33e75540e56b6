//! The store: ledger, index and keys of one book, in one directory, for one process.
//!
//! A generation is a directory named by its epoch, with a ledger and its index. There is one at
//! rest. Creating a book and writing it anew are the same: a new key goes into the vault, the next
//! generation is built beside the old one, synced and renamed, which is the moment it counts from;
//! then the old key is destroyed and the old generation removed, in this order, so that as long as
//! an old key may exist, a directory reminds the next open of it.

mod attach;
mod build;
mod error;
mod heading;
mod home;
#[cfg(feature = "backup")]
mod make;
mod mend;
mod pass;
mod read;
mod remains;
mod renew;
mod roster;
mod settings;
#[cfg(test)]
mod tests;
mod wipe;

use std::cmp::Ordering;
use std::sync::Arc;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::disk::{create_dir, sync_dir};
use crate::index::{EngineError, Index};
use crate::ledger::{Header, Ledger, Subject, WriteError};
use crate::seal::Keys;
use crate::vault::Head;

use attach::Place;
use heading::Heading;
use home::{Claim, Home};

pub(crate) use build::{Pour, Take};
pub(crate) use error::RewriteReport;
pub use error::{
    CheckReport, IndexState, OpenError, OpenReport, ReadError, RewriteError, RolledBack,
};
pub(crate) use roster::NewRoster;
#[cfg(feature = "backup")]
pub(crate) use settings::Cancelled;
pub use settings::{Mode, Progress, Settings, Watch, Work};
pub use wipe::Wiped;
pub(crate) use wipe::wipe;

/// An open book. Dropping it is as safe as a kill; [`Store::close`] also saves the next open from
/// catching up.
pub(crate) struct Store {
    settings: Settings,
    keys: Arc<Keys>,
    header: Header,
    ledger: Ledger,
    index: Index,
    /// What is to take the index's place, and is built beside it.
    next: Option<Index>,
    /// Bytes of the index when it last took another one's place.
    renewed_to: u64,
    /// How far the vault says that the book is.
    known: Option<Head>,
    /// Given back last. A book that takes this one's place takes it over.
    #[cfg_attr(not(feature = "backup"), expect(dead_code))]
    claim: Claim,
}

impl Store {
    /// Opens the book where `settings` say; where there is none and they allow it, makes one, with a
    /// new identity out of `rng`.
    ///
    /// It reads the ledger only from where the index ends, unless something is wrong with the
    /// index. Whatever is, the index is built anew and the report says so.
    pub(crate) fn open(
        settings: &Settings,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, OpenReport), OpenError> {
        Self::open_of(&|_| true, settings, rng)
    }

    /// The same, if the identity with the book's secret is the owner's. Of another one's book, nothing is
    /// changed.
    ///
    /// # Errors
    /// [`OpenError::AnotherOwner`] as well.
    pub(crate) fn open_of(
        is_owners: &dyn Fn(&[u8; 32]) -> bool,
        settings: &Settings,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, OpenReport), OpenError> {
        let home = settings.home.as_path();
        let writable = settings.mode != Mode::Look;
        let survey = Home::survey(home)?;
        if survey.whole.is_empty() && settings.mode != Mode::Create {
            return Err(OpenError::Missing { path: home.into() });
        }
        if writable {
            create_dir(home, false).map_err(OpenError::at(home))?;
        }
        let claim = Claim::take(home, writable)?;
        if writable {
            // Whoever renamed a generation may have been killed before it lasted.
            sync_dir(home).map_err(OpenError::at(home))?;
        }
        let found = Home::survey(home)?;
        let newest = found.whole.last().copied();
        if newest.is_none() {
            let mut secret = Zeroizing::new([0; 32]);
            rng.fill_bytes(&mut *secret);
            build::create(settings, &found, &secret, &mut |_, _| Ok(()), rng)?;
        }
        let dir = home::generation(home, newest.unwrap_or(1));
        let path = dir.join("ledger");
        let heading = Heading::read(&dir, settings.engine, writable && survey.claimed)?;
        let header = &heading.header;
        if home::generation(home, header.id.epoch) != dir {
            return Err(OpenError::NotOurs { path });
        }
        let key = settings.vault.load(&header.id)?;
        let keys = Keys::derive(header.id, &key).map_err(|_| OpenError::WrongKey)?;
        if !is_owners(&*header.secret(&keys).map_err(|_| OpenError::WrongKey)?) {
            return Err(OpenError::AnotherOwner { path: home.into() });
        }
        let keys = Arc::new(keys);
        if writable {
            heading.put_back(&path).map_err(OpenError::at(&path))?;
        }
        let ledger = Ledger::open(&path, header, Arc::clone(&keys), writable);
        let mut ledger = ledger.map_err(OpenError::at(&path))?;

        let mut report = OpenReport {
            created: newest.is_none(),
            torn: 0,
            damage: Vec::new(),
            healed: 0,
            header_damaged: heading.is_damaged(),
            rolled_back: None,
            index: IndexState::Current { added: 0 },
            cleaned: false,
            old_key_remains: false,
        };
        let place = Place { keys: &keys, header, dir: &dir, settings };
        let index = place.open(&mut ledger, &mut report)?;
        let settings = settings.clone();
        let known = settings.vault.head(&header.id.store)?;
        let (header, next, renewed_to) = (heading.header, None, 0);
        let store = Self { settings, keys, header, ledger, index, next, renewed_to, known, claim };
        report.rolled_back = store.rolled_back();
        // Only now, when the newest generation has proved to open.
        if writable {
            store.clean(&found, &mut report);
        }
        let is_current = matches!(report.index, IndexState::Current { .. });
        if report.healed > 0 || !report.damage.is_empty() || !is_current {
            store.drop_roster();
        }
        Ok((store, report))
    }

    /// Appends an entry of `kind` about `subjects`. When it returns the sequence, the entry is
    /// durable: one write and one sync were done, in the ledger. The index takes it into memory;
    /// about every 64th time, unless [`Store::maintain`] was called before, it also takes the time
    /// to hand them to its engine.
    ///
    /// # Errors
    /// See [`WriteError`]. The entry isn't there, or, after [`WriteError::Io`], may be there when
    /// the book is opened again.
    pub(crate) fn append(
        &mut self,
        kind: u8,
        subjects: &[Subject],
        payload: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<u64, WriteError> {
        let frame = self.ledger.append(kind, subjects, payload, rng)?;
        self.index.note(&self.keys, &frame);
        if self.index.failure().is_some() {
            // The entry is durable and stands in the ledger; what can't be indexed on disk is
            // indexed in memory. If not even that works, the next read says so.
            let _ = self.reindex();
        }
        Ok(frame.entry.seq)
    }

    /// Whether every entry that can be read is durable. After a failed write or sync, the last one
    /// may not be; in a book that is only looked at, that isn't known.
    ///
    /// # Errors
    /// [`WriteError::Poisoned`] or [`WriteError::ReadOnly`].
    pub(crate) fn lasts(&self) -> Result<(), WriteError> {
        self.ledger.takes()
    }

    /// The identity's secret.
    ///
    /// # Errors
    /// [`OpenError::WrongKey`] can't come here, since the book opened with it.
    pub(crate) fn secret(&self) -> Result<Zeroizing<[u8; 32]>, OpenError> {
        self.header.secret(&self.keys).map_err(|_| OpenError::WrongKey)
    }

    /// The sequence of the last entry; 0 if there is none.
    pub(crate) fn last(&self) -> u64 {
        self.ledger.tail().next - 1
    }

    /// Its id, which stays through every rewrite.
    #[cfg(feature = "backup")]
    pub(crate) fn id(&self) -> [u8; 16] {
        self.keys.id.store
    }

    /// What tells this book's writing from that of others it may be merged with.
    pub(crate) fn replica(&self) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = self.keys.id.store;
        [a, b, c, d, e, f, g, h]
    }

    /// Bytes of the entries in the ledger.
    pub(crate) fn entries_size(&self) -> u64 {
        self.ledger.tail().offset - self.ledger.start().offset
    }

    /// Bytes of ledger, index and roster on disk.
    ///
    /// # Errors
    /// [`ReadError::Index`].
    pub(crate) fn size(&self) -> Result<u64, ReadError> {
        let index = self.index.size().map_err(index_failed)?;
        Ok(self.ledger.size() + index + self.roster_size())
    }

    /// Commits to the index what waits in memory, tells the vault how far the book is, and lets go
    /// of every file and of the directory.
    ///
    /// # Errors
    /// [`ReadError::Index`] or [`ReadError::Vault`]; the book is closed all the same, and nothing
    /// is lost.
    pub(crate) fn close(self) -> Result<(), ReadError> {
        let head = Some(self.head());
        // What may not last must not be missed later.
        let is_news = self.lasts().is_ok() && head != self.known;
        let vault = &self.settings.vault;
        let kept =
            if is_news { vault.keep_head(&self.keys.id.store, head.as_ref()) } else { Ok(()) };
        self.index.close().map_err(index_failed)?;
        Ok(kept?)
    }

    /// How far the book is.
    fn head(&self) -> Head {
        let tail = self.ledger.tail();
        Head { epoch: self.keys.id.epoch, sequence: tail.next - 1, hash: tail.prev }
    }

    /// Whether the vault remembers entries that this book doesn't have, or has others for.
    fn rolled_back(&self) -> Option<RolledBack> {
        let known = self.known?;
        let found = self.head();
        let is_behind = match known.epoch.cmp(&found.epoch) {
            Ordering::Less => false,
            Ordering::Greater => true,
            // What is lost to damage is reported as that.
            Ordering::Equal if known.sequence <= found.sequence => {
                self.hash_of(known.sequence).is_some_and(|hash| hash != known.hash)
            }
            Ordering::Equal => true,
        };
        is_behind.then_some(RolledBack { known, found })
    }
}

fn index_failed(error: EngineError) -> ReadError {
    ReadError::Index(error.0)
}
