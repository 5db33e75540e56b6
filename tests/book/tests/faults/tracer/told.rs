//! What is told about a child, and what can be done to it.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::wait::WaitStatus;

/// One thing that the child did, in the order in which it came to be.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// It changed something in the directory.
    Did(Op),
    /// It said a line on its output.
    Said(String),
}

/// A change of a file system. Paths are relative to the directory that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Create {
        path: PathBuf,
        mode: u32,
    },
    Mkdir {
        path: PathBuf,
        mode: u32,
    },
    Write {
        path: PathBuf,
        at: u64,
        bytes: Vec<u8>,
    },
    SetLen {
        path: PathBuf,
        to: u64,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
    /// Of a file or of a directory.
    Sync {
        path: PathBuf,
    },
    /// One that failed.
    NotSynced {
        path: PathBuf,
    },
    /// Starts writing back and waits for it, without the device's cache and without metadata: it
    /// promises nothing.
    SyncRange {
        path: PathBuf,
    },
}

impl Op {
    /// Whether it takes room on the disk under `dir`. A file gets shorter on a full one, too.
    pub(super) fn takes_room(&self, dir: &Path) -> bool {
        match self {
            Self::Create { .. } | Self::Mkdir { .. } | Self::Write { .. } => true,
            Self::SetLen { path, to } => *to > fs::metadata(dir.join(path)).unwrap().len(),
            _ => false,
        }
    }

    pub(super) fn is_sync(&self) -> bool {
        matches!(self, Self::Sync { .. } | Self::SyncRange { .. })
    }
}

/// What is done to the child. Counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// It is killed before its n-th change happens.
    KillBefore(usize),
    /// The n-th change that takes room fails for want of it, and so do all later ones.
    NoRoomFrom(usize),
    /// The n-th sync fails, once.
    SyncFails(usize),
    /// The first generation's ledger can't be read from the one byte up to the other.
    Unreadable(u64, u64),
    /// Nor can it be written there.
    Dead(u64, u64),
}

/// What came of a child.
pub(crate) struct Run {
    pub(crate) events: Vec<Event>,
    /// Whether the fault came to happen: if not, the child ended before.
    pub(crate) struck: bool,
    /// The first call that it hit.
    pub(crate) victim: Option<Op>,
    /// Changes that it began.
    pub(crate) calls: usize,
    pub(crate) status: WaitStatus,
    /// It had to be killed, because it didn't come to an end.
    pub(crate) hung: bool,
    /// What it complained about.
    pub(crate) stderr: String,
}

impl Run {
    /// What it said, in order.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|event| match event {
            Event::Said(line) => Some(line.as_str()),
            Event::Did(_) => None,
        })
    }

    /// Whether it said this line.
    pub(crate) fn said(&self, wanted: &str) -> bool {
        self.lines().any(|line| line == wanted)
    }

    /// How it came to its end, and what it said last: for whoever has to find out why.
    pub(crate) fn end(&self) -> String {
        let lines: Vec<_> = self.lines().collect();
        let last = &lines[lines.len().saturating_sub(12)..];
        let Self { status, hung, calls, stderr, .. } = self;
        format!("{status:?}, hung: {hung}, {calls} calls, said last: {last:?}\n{stderr}")
    }

    /// That it ended by itself, well. A panic that the core catches is sled's and stays there.
    pub(crate) fn ended_well(&self) -> bool {
        let own = |line: &str| line.contains("panicked at") && !line.contains("sled-0.34.7");
        matches!(self.status, WaitStatus::Exited(_, 0)) && !self.stderr.lines().any(own)
    }
}
