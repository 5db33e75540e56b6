//! Which secrets are in a process's memory, and until when: the test looks through all of it from
//! outside, as whoever gets hold of a dump would.
//!
//! A search that finds nothing proves nothing, so every secret that is kept is first found while it is
//! kept. What libraries and the compiler leave behind on the stack nobody promises; that nothing of it
//! is left is seen here, for the build that runs, and not proven for others.
#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests stop where something is wrong"
)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::FileExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use ed25519_dalek::SigningKey;
use lapel_protocol_tests::phone::Setup;
use lapel_protocol_tests::secrets::{self, Secret};
use lapel_protocol_tests::{Party, digits, schedule};
use tempfile::TempDir;

const PAGE: usize = 4_096;

/// A process that holds a phone.
struct Puppet {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    dir: TempDir,
}

impl Puppet {
    fn new(random: &[u8]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("random"), random).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_puppet"))
            .arg(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, to, from: BufReader::new(from), dir }
    }

    fn told(&mut self, line: &str) -> String {
        writeln!(self.to, "{line}").unwrap();
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    fn scans(&mut self, message: impl AsRef<[u8]>) -> String {
        self.told(&format!("scan {}", digits::text(message)))
    }

    /// Everything that the process could read of itself; `None` where the system doesn't let us.
    fn memory(&self) -> Option<Vec<Vec<u8>>> {
        let of = |what: &str| format!("/proc/{}/{what}", self.child.id());
        let maps = fs::read_to_string(of("maps")).ok()?;
        let memory = File::open(of("mem")).ok()?;
        let read = |line: &str| {
            let (range, rest) = line.split_once(' ')?;
            let (from, to) = range.split_once('-')?;
            let number = |digits| u64::from_str_radix(digits, 16).ok();
            let (from, to) = (number(from)?, number(to)?);
            if !rest.starts_with("rw") {
                return None;
            }
            let mut bytes = vec![0; usize::try_from(to - from).ok()?];
            memory.read_exact_at(&mut bytes, from).ok()?;
            Some(bytes)
        };
        Some(maps.lines().filter_map(read).collect()).filter(|all: &Vec<_>| !all.is_empty())
    }

    /// The names of those secrets that are in memory somewhere.
    fn holds(&self, secrets: &[Secret]) -> BTreeSet<&'static str> {
        let mut beginning: Vec<Vec<usize>> = vec![Vec::new(); 256];
        for (i, (_, secret)) in secrets.iter().enumerate() {
            beginning[usize::from(secret[0])].push(i);
        }
        let mut found = BTreeSet::new();
        for bytes in self.memory().expect("it could be read before") {
            // Most of it was never written to.
            let blank = [0; PAGE];
            let pages =
                bytes.chunks(PAGE).enumerate().filter(|(_, page)| **page != blank[..page.len()]);
            for (number, page) in pages {
                for (at, byte) in (number * PAGE..).zip(page) {
                    for i in &beginning[usize::from(*byte)] {
                        let (name, secret) = &secrets[*i];
                        if bytes[at..].starts_with(secret) {
                            found.insert(*name);
                        }
                    }
                }
            }
        }
        found
    }
}

impl Drop for Puppet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What happens to a session before it is over.
const STAGES: [&str; 5] = ["begun", "scanned a hello", "scanned an offer", "kept", "confirmed"];

fn run(stage: usize) {
    // A new book draws its owner's secret, then its store id; a session draws 32 bytes.
    let random: Vec<u8> = (0..8).flat_map(|i| schedule::sha256(&[i, stage as u8])).collect();
    let mut ada = Puppet::new(&random);
    let readable = ada.memory().is_some();
    assert!(
        readable,
        "this system doesn't let a process look into its child's memory: allow it (Yama's ptrace_scope 1)"
    );
    let identity: [u8; 32] = random[..32].try_into().unwrap();
    assert_eq!(ada.told("open"), "open");
    let key = fs::read_dir(ada.dir.path().join("keys")).unwrap().next().unwrap().unwrap();
    let id = key.file_name().into_string().unwrap().replace(".key", "");
    let book = secrets::of_book(&fs::read(key.path()).unwrap(), &id);
    let hello = digits::message(&ada.told("begin"));
    let grace = Party::named("Grace");
    // Its hello tells which of the random bytes are its own.
    let begun = |at: usize| Setup {
        secret: identity,
        random: random[at..at + 32].try_into().unwrap(),
        ..Setup::named("Ada")
    };
    let setups = (0..=random.len() - 32).map(begun);
    let known = setups.map(|setup| secrets::of_session(&setup, &grace));
    let known = known.into_iter().find(|known| known.hello == hello).expect("its randomness");
    let me = SigningKey::from_bytes(&identity).verifying_key().to_bytes();
    let steps: [&mut dyn FnMut(&mut Puppet); 4] = [
        &mut |ada| assert_eq!(ada.scans(grace.hello()), "progressed"),
        &mut |ada| assert_eq!(ada.scans(grace.offer(&hello)), "verified"),
        &mut |ada| drop(ada.told("keep")),
        &mut |ada| assert_eq!(ada.scans(grace.confirm(&hello, &me)), "confirmed"),
    ];
    steps.into_iter().take(stage).for_each(|step| step(&mut ada));
    let holds = |ada: &Puppet| {
        [&known.identity[..], &known.session, &book].map(|secrets| ada.holds(secrets))
    };
    let over = |ada: &Puppet, when: &str| {
        let [identity, session, book] = holds(ada);
        assert_eq!(session, BTreeSet::new(), "{}, {when}", STAGES[stage]);
        // Whose book it is stays known until it is closed.
        assert!(identity.contains("identity") && book.contains("ledger subkey"));
    };
    let [identity, session, of_book] = holds(&ada);
    let kept = ["e", "seed", "next", "prk"];
    let kept = kept.iter().take(if stage == 0 { 3 } else { 4 }).copied().collect();
    assert!(
        session.is_superset(&kept),
        "{}: it can't have been looked for: {session:?}",
        STAGES[stage]
    );
    assert!(identity.contains("identity"));
    let kept = ["ledger subkey", "identity subkey", "HMAC state of lookup subkey"].into();
    assert!(of_book.is_superset(&kept), "it can't have been looked for: {of_book:?}");

    if stage.is_multiple_of(2) {
        ada.told("again");
        over(&ada, "started again");
    }
    ada.told("end");
    over(&ada, "ended");
    ada.told("drop");
    over(&ada, "dropped");
    ada.told("close");
    let nothing = [const { BTreeSet::new() }; 3];
    assert_eq!(holds(&ada), nothing, "{}, closed", STAGES[stage]);
}

#[test]
fn what_a_session_drew_is_gone_from_memory_once_it_is_over_and_the_rest_once_the_book_is_closed() {
    (0..STAGES.len()).for_each(run);
}
