//! What looking after a book's files found.

use lapel::book as core;

/// What opening or resuming a book found and did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct OpenReport {
    /// There was no book, so one was made, with a new identity.
    pub created: bool,
    /// Bytes of an unfinished write that were cut; nothing acknowledged was among them.
    pub torn: u64,
    /// Damage that was met. Empty when all is well.
    pub damage: Vec<Damage>,
    /// Entries that were damaged and put back from the index.
    pub healed: u64,
    /// A copy of the header was damaged.
    pub header_damaged: bool,
    /// An older copy was put in its place, or its newest entries are gone.
    pub rolled_back: bool,
    /// How the index is.
    pub index: IndexState,
    /// The remains of an interrupted rewrite or restore were removed.
    pub cleaned: bool,
    /// The vault didn't destroy an old key yet; it is asked again at the next open.
    pub old_key_remains: bool,
}

/// A damaged place of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Damage {
    /// The sequence of the first entry that is missing.
    pub first: u64,
    /// How many entries are missing.
    pub lost: u64,
    /// Where it starts, in bytes.
    pub offset: u64,
    /// How many bytes it covers.
    pub bytes: u64,
}

/// How an index came up.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum IndexState {
    /// It was there, and so many entries were added.
    Current {
        /// Entries added.
        added: u64,
    },
    /// It was built anew from the ledger.
    Rebuilt {
        /// Why.
        cause: String,
    },
    /// It couldn't be kept on disk, and is in memory.
    InMemory {
        /// Why.
        cause: String,
    },
}

/// What a check of the whole book found and did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CheckReport {
    /// Entries that are there, healed ones included.
    pub entries: u64,
    /// Entries that were put back from the index.
    pub healed: u64,
    /// Damage that remains.
    pub damage: Vec<Damage>,
    /// Why the index was built anew, if it was.
    pub rebuilt: Option<String>,
}

/// What writing the book anew did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Rewritten {
    /// How many people were forgotten.
    pub people: u64,
    /// How many entries had been lost to damage before.
    pub lost: u64,
    /// The vault didn't destroy the old key yet; it is asked again at the next open.
    pub old_key_remains: bool,
}

/// What wiping did.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Wiped {
    /// How many generations of the book were removed; 0 where there was no book.
    pub generations: u64,
    /// It isn't known under which name the vault keeps the key: remove it there by hand.
    pub key_remains: bool,
}

impl From<core::OpenReport> for OpenReport {
    fn from(report: core::OpenReport) -> Self {
        Self {
            created: report.created,
            torn: report.torn,
            damage: report.damage.into_iter().map(Damage::from).collect(),
            healed: report.healed,
            header_damaged: report.header_damaged,
            rolled_back: report.rolled_back.is_some(),
            index: report.index.into(),
            cleaned: report.cleaned,
            old_key_remains: report.old_key_remains,
        }
    }
}

impl OpenReport {
    /// What a log may know: causes can name paths.
    pub(crate) fn counts(&self) -> String {
        let index = match self.index {
            IndexState::Current { added } => format!("current, {added} added"),
            IndexState::Rebuilt { .. } => "rebuilt".to_owned(),
            IndexState::InMemory { .. } => "in memory".to_owned(),
        };
        let Self { created, torn, damage, healed, header_damaged, rolled_back, .. } = self;
        let lost: u64 = damage.iter().map(|damage| damage.lost).sum();
        format!(
            "created {created}, torn {torn}, healed {healed}, lost {lost}, header damaged \
             {header_damaged}, rolled back {rolled_back}, index {index}"
        )
    }
}

impl From<core::Damage> for Damage {
    fn from(damage: core::Damage) -> Self {
        let core::Damage { first, lost, offset, bytes, .. } = damage;
        Self { first, lost, offset, bytes }
    }
}

impl From<core::IndexState> for IndexState {
    fn from(state: core::IndexState) -> Self {
        match state {
            core::IndexState::Current { added } => Self::Current { added },
            core::IndexState::Rebuilt { cause } => Self::Rebuilt { cause },
            core::IndexState::InMemory { cause } => Self::InMemory { cause },
            other => Self::InMemory { cause: format!("{other:?}") },
        }
    }
}

impl From<core::CheckReport> for CheckReport {
    fn from(report: core::CheckReport) -> Self {
        let damage = report.damage.into_iter().map(Damage::from).collect();
        Self { entries: report.entries, healed: report.healed, damage, rebuilt: report.rebuilt }
    }
}

impl From<core::Rewritten> for Rewritten {
    fn from(rewritten: core::Rewritten) -> Self {
        let core::Rewritten { people, lost, old_key_remains } = rewritten;
        Self { people: people as u64, lost, old_key_remains }
    }
}

impl From<core::Wiped> for Wiped {
    fn from(wiped: core::Wiped) -> Self {
        Self { generations: wiped.generations as u64, key_remains: wiped.key_remains }
    }
}
