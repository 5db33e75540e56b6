//! Work that needs a process of its own, because a fresh start or its peak of memory is what is
//! measured: the benchmark starts itself again, told what to do.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const VARIABLE: &str = "LAPEL_BENCH_CHILD";

/// What a child measured of itself.
#[derive(Clone, Copy)]
pub struct Spent {
    /// How long the work took.
    pub time: Duration,
    /// By how many bytes the peak of resident memory rose.
    pub memory: u64,
}

impl Spent {
    /// The memory in MiB.
    pub fn mib(self) -> f64 {
        self.memory as f64 / (1024.0 * 1024.0)
    }
}

/// A directory for children, in memory where there is such a place, so that the disk isn't measured.
pub fn in_memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    dir.unwrap()
}

/// In a child, does what it was told, and never returns. `act` gets the words and the directory, and
/// gives what is to be measured, when everything before it is done.
pub fn serve(act: impl FnOnce(&str, &Path) -> Box<dyn FnOnce()>) {
    let Ok(told) = std::env::var(VARIABLE) else { return };
    let (words, dir) = told.split_once('\n').unwrap();
    let work = act(words, Path::new(dir));
    let (base, began) = (peak(), Instant::now());
    work();
    println!("{} {}", began.elapsed().as_nanos(), peak() - base);
    std::process::exit(0);
}

/// Starts a child that does `words` in `dir`.
pub fn run(words: &str, dir: &Path) -> Spent {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.env(VARIABLE, format!("{words}\n{}", dir.display())).stderr(Stdio::inherit());
    let output = child.output().unwrap();
    assert!(output.status.success(), "{words}: {}", output.status);
    let said = String::from_utf8(output.stdout).unwrap();
    let (time, memory) = said.trim().split_once(' ').unwrap();
    Spent { time: Duration::from_nanos(time.parse().unwrap()), memory: memory.parse().unwrap() }
}

/// The medians of `rounds` children, after one that warms the system's page cache.
pub fn median_of(rounds: usize, words: &str, dir: &Path) -> Spent {
    run(words, dir);
    let spent: Vec<Spent> = (0..rounds).map(|_| run(words, dir)).collect();
    let mut times: Vec<_> = spent.iter().map(|spent| spent.time).collect();
    let mut memory: Vec<_> = spent.iter().map(|spent| spent.memory).collect();
    times.sort_unstable();
    memory.sort_unstable();
    Spent { time: times[rounds / 2], memory: memory[rounds / 2] }
}

/// The highest that this process's resident memory has been.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.map_or(0, |kib| kib.trim().parse::<u64>().unwrap() * 1024)
}

/// Copies `from` to `to`, and gives `to`.
pub fn copy(from: &Path, to: PathBuf) -> PathBuf {
    std::fs::create_dir_all(&to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
    to
}

/// Bytes of all files under `dir`, as they are allocated on disk.
pub fn size(dir: &Path) -> u64 {
    let sizes = std::fs::read_dir(dir).unwrap().map(|entry| {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() { size(&entry.path()) } else { allocated(&entry) }
    });
    sizes.sum()
}

#[cfg(unix)]
fn allocated(entry: &std::fs::DirEntry) -> u64 {
    std::os::unix::fs::MetadataExt::blocks(&entry.metadata().unwrap()) * 512
}

#[cfg(not(unix))]
fn allocated(entry: &std::fs::DirEntry) -> u64 {
    entry.metadata().unwrap().len()
}
