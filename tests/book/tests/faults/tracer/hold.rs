//! Takes hold of a process that runs already.

use std::fs;
use std::thread;
use std::time::Duration;

use nix::sys::ptrace::{self, Options};
use nix::unistd::Pid;

/// Takes hold of every thread there is; those that come are held from their start.
pub(super) fn seize(leader: Pid) {
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
