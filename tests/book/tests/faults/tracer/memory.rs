//! The memory of a process that is held.

use std::io::IoSliceMut;

use nix::errno::Errno;
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

const PAGE: u64 = 4096;

/// `length` bytes from `at` on.
pub(super) fn read(pid: Pid, at: u64, length: usize) -> nix::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let remote = [RemoteIoVec { base: at as usize, len: length }];
    if length > 0 {
        let read = process_vm_readv(pid, &mut [IoSliceMut::new(&mut bytes)], &remote)?;
        if read < length {
            return Err(Errno::EFAULT);
        }
    }
    Ok(bytes)
}

/// The bytes from `at` up to the first zero. What stands behind may belong to nobody, so it is read
/// no further than to the end of each page.
pub(super) fn text(pid: Pid, mut at: u64) -> nix::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let piece = read(pid, at, (PAGE - at % PAGE) as usize)?;
        at += piece.len() as u64;
        let end = piece.iter().position(|byte| *byte == 0);
        bytes.extend_from_slice(&piece[..end.unwrap_or(piece.len())]);
        if end.is_some() {
            return Ok(String::from_utf8(bytes).unwrap());
        }
    }
}
