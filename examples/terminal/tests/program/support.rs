//! Two people with a home each, and the program they run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Person {
    dir: PathBuf,
    me: &'static str,
}

/// Ada and Grace, each with a book, in one directory.
pub(crate) fn two_people() -> (TempDir, Person, Person) {
    let dir = tempfile::tempdir().unwrap();
    let ada = Person { dir: dir.path().into(), me: "ada" };
    let grace = Person { dir: dir.path().into(), me: "grace" };
    ada.ok(&["init", "--name", "Ada Lovelace", "--org", "Engines", "--email", "ada@example.org"]);
    grace.ok(&["init", "--name", "Grace Hopper", "--title", "Admiral"]);
    (dir, ada, grace)
}

/// Two who have met once, at an event.
pub(crate) fn two_who_met() -> (TempDir, Person, Person) {
    let (dir, ada, grace) = two_people();
    let codes = meet(&ada, &grace, &["--yes", "--event", "Rust Week"]);
    assert_eq!(codes, (0, 0));
    (dir, ada, grace)
}

/// Ada, and three people who met her one after the other, the last one first.
pub(crate) fn one_who_met_three() -> (TempDir, Person, [Person; 3]) {
    let (dir, ada, grace) = two_who_met();
    let [mary, alan] = [("mary", "Mary Somerville"), ("alan", "Alan Turing")].map(|(me, name)| {
        let person = Person { dir: dir.path().into(), me };
        person.ok(&["init", "--name", name]);
        assert_eq!(meet(&ada, &person, &["--yes"]), (0, 0));
        person
    });
    (dir, ada, [alan, mary, grace])
}

/// Both shake hands through pictures with the same options; their exit codes.
pub(crate) fn meet(ada: &Person, grace: &Person, options: &[&str]) -> (i32, i32) {
    let one = ada.shakes(grace, options).spawn().unwrap();
    let other = grace.shakes(ada, options).spawn().unwrap();
    (code(&one.wait_with_output().unwrap()), code(&other.wait_with_output().unwrap()))
}

pub(crate) fn lapel() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lapel"));
    command.env_remove("LAPEL_HOME").env("TERM", "dumb");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

impl Person {
    /// Someone else in the same directory, who has no book yet.
    pub(crate) fn beside(&self, me: &'static str) -> Self {
        Self { dir: self.dir.clone(), me }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.dir.join(self.me)
    }

    pub(crate) fn picture(&self) -> PathBuf {
        self.dir.join(format!("{}.png", self.me))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = lapel();
        command.current_dir(&self.dir).arg("--home").arg(self.home()).args(args);
        command
    }

    pub(crate) fn shakes(&self, with: &Person, options: &[&str]) -> Command {
        let mut command = self.command(&["shake"]);
        if !options.contains(&"--timeout") {
            command.args(["--timeout", "20"]);
        }
        command.arg("--show").arg(self.picture()).arg("--watch").arg(with.picture()).args(options);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs what has to work, and gives its standard output.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(code(&output), 0, "{args:?}: {}", stderr(&output));
        stdout(&output)
    }

    /// Runs what has to fail with this code, and gives what it says.
    pub(crate) fn fails(&self, with: i32, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(code(&output), with, "{args:?}: {}", stderr(&output));
        assert!(!output.stderr.is_empty(), "{args:?} says nothing");
        stderr(&output)
    }

    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let text = self.ok(&[args, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}: {text}"))
    }

    pub(crate) fn contacts(&self) -> Vec<Value> {
        self.json(&["contacts"])["contacts"].as_array().unwrap().clone()
    }
}

/// Waits until it holds, or for ten seconds.
pub(crate) fn until(holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(10), "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What Ctrl-C sends.
pub(crate) fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Every file below a directory.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
