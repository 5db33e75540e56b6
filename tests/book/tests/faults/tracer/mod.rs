//! Runs a child under ptrace: every call by which it changes something in one directory is seen,
//! kept in order, and can be made its last one or made to fail.

mod call;
mod memory;

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc::{self, user_regs_struct};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use self::call::Call;

/// How long a child may take, which takes less than a second if nothing keeps it; a machine that is
/// busy with other things may.
const PATIENCE: Duration = Duration::from_secs(60);

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
    fn takes_room(&self, dir: &Path) -> bool {
        match self {
            Self::Create { .. } | Self::Mkdir { .. } | Self::Write { .. } => true,
            Self::SetLen { path, to } => *to > fs::metadata(dir.join(path)).unwrap().len(),
            _ => false,
        }
    }

    fn is_sync(&self) -> bool {
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

/// Runs `command`, which waits for the end of its input before it does anything in `dir`.
#[allow(clippy::zombie_processes, reason = "waited for as what is traced, by its number")]
pub(crate) fn run(mut command: Command, dir: &Path, fault: Fault) -> Run {
    let complaints = tempfile::NamedTempFile::new().unwrap();
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command.stderr(complaints.reopen().unwrap());
    let mut child = command.spawn().unwrap();
    let leader = Pid::from_raw(child.id().cast_signed());
    seize(leader);
    drop(child.stdin.take());
    let dir = dir.canonicalize().unwrap();
    let mut tracer = Tracer {
        leader,
        dir,
        fault,
        waiting: BTreeMap::new(),
        at_work: None,
        queue: VecDeque::new(),
        counted: 0,
        run: Run {
            events: Vec::new(),
            struck: false,
            victim: None,
            calls: 0,
            status: WaitStatus::StillAlive,
            hung: false,
            stderr: String::new(),
        },
        line: Vec::new(),
    };
    let (done, waits) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        let late = waits.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout);
        late && kill(leader, Signal::SIGKILL).is_ok()
    });
    tracer.follow();
    drop(done);
    tracer.run.hung = watchdog.join().unwrap();
    tracer.run.stderr = fs::read_to_string(complaints.path()).unwrap();
    tracer.run
}

/// Takes hold of every thread there is; those that come are held from their start.
fn seize(leader: Pid) {
    let options =
        Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACECLONE | Options::PTRACE_O_EXITKILL;
    let mut held = Vec::new();
    loop {
        let threads = fs::read_dir(format!("/proc/{leader}/task")).unwrap();
        let threads = threads.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let new: Vec<i32> =
            threads.map(|name| name.parse().unwrap()).filter(|tid| !held.contains(tid)).collect();
        if new.is_empty() {
            break;
        }
        for tid in new {
            // One that a held thread has just made is held already.
            if ptrace::seize(Pid::from_raw(tid), options).is_ok() {
                ptrace::interrupt(Pid::from_raw(tid)).unwrap();
            }
            held.push(tid);
        }
        // One that was just being made as its maker was seized shows once that one has stopped.
        while !held.iter().all(|tid| has_stopped(leader, *tid)) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Whether a thread is where its tracer stopped it, or gone.
fn has_stopped(leader: Pid, tid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{leader}/task/{tid}/stat"));
    stat.map_or(true, |stat| stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('t')))
}

/// What a thread is about to do, between entering a call and leaving it.
enum Pending {
    Op(Call),
    /// It says something, so many bytes at this address.
    Say(u64),
    /// It was made to fail.
    Fails(Errno, Option<Op>),
}

struct Tracer {
    leader: Pid,
    dir: PathBuf,
    fault: Fault,
    waiting: BTreeMap<Pid, Pending>,
    /// Who is changing something: one thread at a time, since two calls can end in another order than
    /// they happened, and a name that is moved would still be written to in what was kept.
    at_work: Option<Pid>,
    /// Who is about to.
    queue: VecDeque<Pid>,
    /// Calls of the kind that the fault counts.
    counted: usize,
    run: Run,
    /// The start of a line that it says.
    line: Vec<u8>,
}

impl Tracer {
    fn follow(&mut self) {
        // Only this thread's: other tests of this process have children of their own.
        let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        loop {
            let status = match waitpid(Pid::from_raw(-1), Some(flags)) {
                Ok(status) => status,
                Err(Errno::EINTR) => continue,
                Err(error) => panic!("the child is lost: {error}"),
            };
            match status {
                WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..)
                    if pid == self.leader =>
                {
                    self.run.status = status;
                    return;
                }
                WaitStatus::PtraceSyscall(pid) => {
                    self.goes_on(pid);
                    while self.at_work.is_none()
                        && let Some(next) = self.queue.pop_front()
                    {
                        self.goes_on(next);
                    }
                }
                WaitStatus::PtraceEvent(pid, ..) => gone_is_fine(ptrace::syscall(pid, None)),
                WaitStatus::Stopped(pid, signal) => gone_is_fine(ptrace::syscall(pid, signal)),
                _ => {}
            }
        }
    }

    /// Lets a thread go on that is at a call, unless it has to wait its turn.
    fn goes_on(&mut self, pid: Pid) {
        gone_is_fine(self.at_call(pid));
        if !self.queue.contains(&pid) {
            gone_is_fine(ptrace::syscall(pid, None));
        }
    }

    fn at_call(&mut self, pid: Pid) -> nix::Result<()> {
        match ptrace::syscall_info(pid)?.op {
            libc::PTRACE_SYSCALL_INFO_ENTRY => self.enters(pid),
            libc::PTRACE_SYSCALL_INFO_EXIT => self.leaves(pid),
            _ => Ok(()),
        }
    }

    fn enters(&mut self, pid: Pid) -> nix::Result<()> {
        let regs = ptrace::getregs(pid)?;
        if regs.orig_rax == libc::SYS_write.cast_unsigned() && regs.rdi == 1 {
            self.waiting.insert(pid, Pending::Say(regs.rsi));
            return Ok(());
        }
        if let Fault::Unreadable(from, to) = self.fault
            && call::reads_ledger(self.leader, &self.dir, &regs)
                .is_some_and(|(start, end)| start < to && from < end)
        {
            self.run.struck = true;
            return self.fail(pid, regs, Errno::EIO, None);
        }
        let Some(call) = Call::read(self.leader, &self.dir, &regs)? else { return Ok(()) };
        if self.at_work.is_some() {
            self.queue.push_back(pid);
            return Ok(());
        }
        self.at_work = Some(pid);
        self.run.calls += 1;
        self.counted += usize::from(match self.fault {
            Fault::None | Fault::Unreadable(..) => false,
            Fault::KillBefore(_) => true,
            Fault::NoRoomFrom(_) => call.op.takes_room(&self.dir),
            Fault::SyncFails(_) => call.op.is_sync(),
        });
        let (counted, op) = (self.counted, &call.op);
        let fails = match self.fault {
            Fault::KillBefore(n) if counted == n => {
                self.strike(op.clone());
                return kill(self.leader, Signal::SIGKILL);
            }
            Fault::NoRoomFrom(n) if counted >= n && op.takes_room(&self.dir) => {
                Some((Errno::ENOSPC, None))
            }
            Fault::SyncFails(n) if counted == n && op.is_sync() && !self.run.struck => {
                Some((Errno::EIO, Some(Op::NotSynced { path: call.path().into() })))
            }
            _ => None,
        };
        match fails {
            None => drop(self.waiting.insert(pid, Pending::Op(call))),
            Some((errno, op)) => {
                self.strike(call.op);
                self.fail(pid, regs, errno, op)?;
            }
        }
        Ok(())
    }

    /// Makes a call fail that was just entered, which `op` may tell.
    fn fail(
        &mut self,
        pid: Pid,
        mut regs: user_regs_struct,
        errno: Errno,
        op: Option<Op>,
    ) -> nix::Result<()> {
        // No such call: it is left at once, and its result is put right there.
        regs.orig_rax = u64::MAX;
        ptrace::setregs(pid, regs)?;
        self.waiting.insert(pid, Pending::Fails(errno, op));
        Ok(())
    }

    fn strike(&mut self, op: Op) {
        self.run.struck = true;
        self.run.victim.get_or_insert(op);
    }

    fn leaves(&mut self, pid: Pid) -> nix::Result<()> {
        if self.at_work == Some(pid) {
            self.at_work = None;
        }
        let Some(pending) = self.waiting.remove(&pid) else { return Ok(()) };
        let mut regs = ptrace::getregs(pid)?;
        let result = regs.rax.cast_signed();
        match pending {
            Pending::Fails(errno, op) => {
                regs.rax = (-i64::from(errno as i32)).cast_unsigned();
                ptrace::setregs(pid, regs)?;
                self.run.events.extend(op.map(Event::Did));
            }
            Pending::Op(call) if result >= 0 => {
                let done = call.done(self.leader, result.cast_unsigned())?;
                self.run.events.push(Event::Did(done));
            }
            Pending::Say(from) if result > 0 => {
                let said = memory::read(self.leader, from, result.cast_unsigned() as usize)?;
                self.hear(&said);
            }
            Pending::Op(_) | Pending::Say(_) => {}
        }
        Ok(())
    }

    fn hear(&mut self, said: &[u8]) {
        self.line.extend_from_slice(said);
        while let Some(end) = self.line.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.line.drain(..=end).collect();
            self.run.events.push(Event::Said(String::from_utf8_lossy(&line[..end]).into_owned()));
        }
    }
}

/// A thread may be killed at any moment.
fn gone_is_fine(done: nix::Result<()>) {
    match done {
        Ok(()) | Err(Errno::ESRCH | Errno::EFAULT) => {}
        Err(error) => panic!("ptrace: {error}"),
    }
}

/// What stands in /proc about an open file: its position and its flags.
fn open_file(leader: Pid, fd: i32) -> Option<(u64, i32)> {
    let info = fs::read_to_string(format!("/proc/{leader}/fdinfo/{fd}")).ok()?;
    let field = |name: &str| info.lines().find_map(|line| Some(line.strip_prefix(name)?.trim()));
    let flags = i32::from_str_radix(field("flags:")?, 8).ok()?;
    Some((field("pos:")?.parse().ok()?, flags))
}

/// The tracer itself: what it saw is what there is, and a call that it made fail failed.
#[test]
fn what_the_tracer_saw_laid_out_again_is_the_directory() {
    use crate::disk::Disk;
    use crate::life::{Life, Temper, command};
    use lapel_book_tests::files;

    let (dir, copy) = (crate::scratch(), crate::scratch());
    let child = command(dir.path(), Life::Whole, Temper::Strict, 1);
    let run = run(child, dir.path(), Fault::None);
    assert!(run.ended_well() && run.said("end"), "{}", run.end());
    let mut disk = Disk::default();
    for event in &run.events {
        if let Event::Did(op) = event {
            disk.apply(op);
        }
    }
    disk.lay_out_volatile(copy.path());
    assert!(files(copy.path()) == files(dir.path()));
    println!("{} calls seen and {} kept", run.calls, run.events.len());
}
