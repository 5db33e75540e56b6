//! A file system as POSIX promises it and no better: what was synced is there after the power is
//! lost, and of everything else any part may be.
//!
//! File data by sectors of 512 bytes, each in any version that it had since the last sync; sizes on
//! their own; names by directory, a rename being one change. A sync of a file says nothing of its
//! name, one of a directory nothing of what is in its files.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

use crate::tracer::Op;

const SECTOR: usize = 512;
/// What the system writes back at once.
const PAGE: usize = 4096;
const ROOT: usize = 0;

type Sector = [u8; SECTOR];
type Names = BTreeMap<String, usize>;

/// One change of a directory.
#[derive(Clone)]
enum Renamed {
    Named(String, usize),
    Gone(String),
    Moved(String, String, usize),
}

impl Renamed {
    fn apply(&self, names: &mut Names) {
        match self {
            Self::Named(name, node) => drop(names.insert(name.clone(), *node)),
            Self::Gone(name) => drop(names.remove(name)),
            Self::Moved(from, to, node) => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
        }
    }
}

#[derive(Clone, Default)]
struct Dir {
    names: Names,
    durable: Names,
    pending: Vec<Renamed>,
}

#[derive(Clone, Default)]
struct File {
    bytes: Vec<u8>,
    durable: Vec<u8>,
    /// Every version since the last sync, by sector.
    pending: BTreeMap<usize, Vec<Sector>>,
    /// The same of what a failed sync gave up: it may be on the disk or not, and no later sync writes
    /// it, unless its page is written to again.
    given_up: BTreeMap<usize, Vec<Sector>>,
    /// Every size since the last sync.
    sizes: Vec<usize>,
}

#[derive(Clone)]
enum Node {
    Dir(Dir, u32),
    File(File, u32),
}

/// How names that weren't synced survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Of each directory, the first so many changes.
    Kept,
    /// Any of them.
    Any,
    /// None of them.
    Lost,
}

/// What a directory is, and what is on the disk of it.
#[derive(Clone)]
pub(crate) struct Disk(Vec<Node>);

impl Default for Disk {
    fn default() -> Self {
        Self(vec![Node::Dir(Dir::default(), 0o755)])
    }
}

impl Disk {
    /// A disk that holds what is in `dir`, all of it synced.
    pub(crate) fn of(dir: &Path) -> Self {
        let mut disk = Self::default();
        disk.take_in(dir, ROOT);
        disk
    }

    fn take_in(&mut self, dir: &Path, into: usize) {
        for entry in fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            let node = if entry.file_type().unwrap().is_dir() {
                let node = self.add(Node::Dir(Dir::default(), mode));
                self.take_in(&entry.path(), node);
                node
            } else {
                let bytes = fs::read(entry.path()).unwrap();
                let file = File { durable: bytes.clone(), bytes, ..File::default() };
                self.add(Node::File(file, mode))
            };
            let name = entry.file_name().into_string().unwrap();
            let parent = self.dir(into);
            parent.names.insert(name.clone(), node);
            parent.durable.insert(name, node);
        }
    }

    /// Does what a process did.
    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Create { path, mode } => self.make(path, Node::File(File::default(), *mode)),
            Op::Mkdir { path, mode } => self.make(path, Node::Dir(Dir::default(), *mode)),
            Op::Write { path, at, bytes } => self.file(path).write(*at as usize, bytes),
            Op::SetLen { path, to } => self.file(path).set_len(*to as usize),
            Op::Sync { path } => match self.node(path) {
                Node::Dir(Dir { names, durable, pending }, _) => {
                    durable.clone_from(names);
                    pending.clear();
                }
                Node::File(file, _) => file.sync(),
            },
            Op::NotSynced { path } => {
                // What becomes of names then is up to the next sync.
                if let Node::File(file, _) = self.node(path) {
                    file.give_up();
                }
            }
            Op::SyncRange { .. } => {}
            Op::Rename { from, to } => {
                assert_eq!(
                    from.parent(),
                    to.parent(),
                    "only renames within one directory are known"
                );
                let (parent, node) = (self.find(from.parent().unwrap()), self.find(from));
                self.change(parent, Renamed::Moved(name(from), name(to), node));
            }
            Op::Remove { path } => {
                let parent = self.find(path.parent().unwrap());
                self.change(parent, Renamed::Gone(name(path)));
            }
        }
    }

    /// What the next sync of the directory `path` makes last: each name that came to be there, behind
    /// a plus, and each that went, behind a minus. Of a file, nothing.
    pub(crate) fn unsynced(&self, path: &Path) -> Vec<String> {
        let Node::Dir(dir, _) = &self.0[self.find(path)] else { return Vec::new() };
        let told = |change: &Renamed| match change {
            Renamed::Named(name, _) => vec![format!("+{name}")],
            Renamed::Gone(name) => vec![format!("-{name}")],
            Renamed::Moved(from, to, _) => vec![format!("-{from}"), format!("+{to}")],
        };
        dir.pending.iter().flat_map(told).collect()
    }

    fn make(&mut self, path: &Path, node: Node) {
        let (parent, node) = (self.find(path.parent().unwrap()), self.add(node));
        self.change(parent, Renamed::Named(name(path), node));
    }

    fn change(&mut self, parent: usize, change: Renamed) {
        let dir = self.dir(parent);
        change.apply(&mut dir.names);
        dir.pending.push(change);
    }

    fn add(&mut self, node: Node) -> usize {
        self.0.push(node);
        self.0.len() - 1
    }

    fn dir(&mut self, node: usize) -> &mut Dir {
        match &mut self.0[node] {
            Node::Dir(dir, _) => dir,
            Node::File(..) => panic!("not a directory"),
        }
    }

    fn file(&mut self, path: &Path) -> &mut File {
        match self.node(path) {
            Node::File(file, _) => file,
            Node::Dir(..) => panic!("{} isn't a file", path.display()),
        }
    }

    fn node(&mut self, path: &Path) -> &mut Node {
        let node = self.find(path);
        &mut self.0[node]
    }

    fn find(&self, path: &Path) -> usize {
        path.iter().fold(ROOT, |at, name| match &self.0[at] {
            Node::Dir(dir, _) => dir.names[name.to_str().unwrap()],
            Node::File(..) => panic!("{} isn't there", path.display()),
        })
    }

    /// Lays out what processes see.
    pub(crate) fn lay_out_volatile(&self, to: &Path) {
        self.lay_out(ROOT, to, &mut |dir| dir.names.clone(), &mut |file| file.bytes.clone());
    }

    /// The power is lost: lays out what is left.
    pub(crate) fn lay_out_what_is_left(&self, to: &Path, order: Order, rng: &mut ChaCha20Rng) {
        // How much of it: nothing, all, or anything between, and not half of it each time.
        let odds = [0, 64, 128, 192, 255, 256][rng.next_u32() as usize % 6];
        let rng = std::cell::RefCell::new(rng);
        let chance = || rng.borrow_mut().next_u32() % 256 < odds;
        let below = |n: usize| rng.borrow_mut().next_u32() as usize % n;
        let mut names = |dir: &Dir| {
            let mut left = dir.durable.clone();
            let first = below(dir.pending.len() + 1);
            for (at, change) in dir.pending.iter().enumerate() {
                let stays = match order {
                    Order::Kept => at < first,
                    Order::Any => chance(),
                    Order::Lost => false,
                };
                if stays {
                    change.apply(&mut left);
                }
            }
            left
        };
        let mut bytes = |file: &File| {
            let mut left = file.durable.clone();
            let sizes: Vec<usize> =
                [left.len()].into_iter().chain(file.sizes.iter().copied()).collect();
            left.resize(sizes[below(sizes.len())], 0);
            for (sector, versions) in file.given_up.iter().chain(&file.pending) {
                if chance() {
                    let (at, version) = (sector * SECTOR, &versions[below(versions.len())]);
                    let end = left.len().min(at + SECTOR);
                    if at < end {
                        left[at..end].copy_from_slice(&version[..end - at]);
                    }
                }
            }
            left
        };
        self.lay_out(ROOT, to, &mut names, &mut bytes);
    }

    fn lay_out(
        &self,
        node: usize,
        to: &Path,
        names: &mut dyn FnMut(&Dir) -> Names,
        bytes: &mut dyn FnMut(&File) -> Vec<u8>,
    ) {
        let mode = match &self.0[node] {
            Node::Dir(dir, mode) => {
                fs::create_dir_all(to).unwrap();
                for (name, node) in names(dir) {
                    self.lay_out(node, &to.join(name), names, bytes);
                }
                mode
            }
            Node::File(file, mode) => {
                fs::write(to, bytes(file)).unwrap();
                mode
            }
        };
        // As under the usual mask.
        fs::set_permissions(to, Permissions::from_mode(mode & 0o755)).unwrap();
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().into()
}

impl File {
    fn write(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if end > self.bytes.len() {
            self.bytes.resize(end, 0);
            self.sizes.push(end);
        }
        self.bytes[at..end].copy_from_slice(bytes);
        self.touch(at, end);
    }

    fn set_len(&mut self, to: usize) {
        let from = self.bytes.len();
        self.bytes.resize(to, 0);
        self.sizes.push(to);
        // What is cut is zeros, should the file grow again.
        self.touch(to, from.max(to));
    }

    fn touch(&mut self, from: usize, to: usize) {
        for page in from / PAGE..to.div_ceil(PAGE) {
            let sectors = page * PAGE / SECTOR..(page + 1) * PAGE / SECTOR;
            for sector in sectors {
                if let Some(versions) = self.given_up.remove(&sector) {
                    self.pending.entry(sector).or_default().extend(versions);
                }
            }
        }
        for sector in from / SECTOR..to.div_ceil(SECTOR) {
            let version = self.sector(sector);
            self.pending.entry(sector).or_default().push(version);
        }
    }

    fn sector(&self, sector: usize) -> Sector {
        let mut version = [0; SECTOR];
        let (at, end) = (sector * SECTOR, self.bytes.len().min((sector + 1) * SECTOR));
        if at < end {
            version[..end - at].copy_from_slice(&self.bytes[at..end]);
        }
        version
    }

    fn sync(&mut self) {
        self.durable.resize(self.bytes.len(), 0);
        for (sector, versions) in std::mem::take(&mut self.pending) {
            let (at, last) = (sector * SECTOR, versions[versions.len() - 1]);
            let end = self.durable.len().min(at + SECTOR);
            if at < end {
                self.durable[at..end].copy_from_slice(&last[..end - at]);
            }
        }
        self.sizes.clear();
    }

    fn give_up(&mut self) {
        for (sector, versions) in std::mem::take(&mut self.pending) {
            self.given_up.entry(sector).or_default().extend(versions);
        }
    }
}
