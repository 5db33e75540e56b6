//! Runs a child under ptrace: every call by which it changes something in one directory is seen,
//! kept in order, and can be made its last one or made to fail.

mod call;
mod hold;
mod memory;
mod told;

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc::{self, user_regs_struct};
use nix::sys::ptrace;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use self::call::Call;
pub(crate) use self::told::{Event, Fault, Op, Run};

/// How long a child may take, which takes less than a second if nothing keeps it; a machine that is
/// busy with other things may.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs `command`, which waits for the end of its input before it does anything in `dir`.
#[allow(clippy::zombie_processes, reason = "waited for as what is traced, by its number")]
pub(crate) fn run(mut command: Command, dir: &Path, fault: Fault) -> Run {
    let complaints = tempfile::NamedTempFile::new().unwrap();
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command.stderr(complaints.reopen().unwrap());
    let mut child = command.spawn().unwrap();
    let leader = Pid::from_raw(child.id().cast_signed());
    hold::seize(leader);
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
        if call::is_on_bad_ground(self.fault, self.leader, &self.dir, &regs) == Some(true) {
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
            Fault::None | Fault::Unreadable(..) | Fault::Dead(..) => false,
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
