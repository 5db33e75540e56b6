//! Which change a system call is about to make, read from its registers.

use std::fs;
use std::path::{Path, PathBuf};

use nix::libc::{self, user_regs_struct};
use nix::unistd::Pid;

use super::{Fault, Op, memory};

/// A call that changes something in the directory that is watched.
pub(super) struct Call {
    /// What it does, but for the bytes of a write, which count once it is known how many.
    pub(super) op: Op,
    /// Where those bytes are: address and length, in order.
    from: Vec<(u64, usize)>,
}

impl Call {
    /// `None` for a call that changes nothing there.
    ///
    /// # Panics
    /// At a call that may change something there and isn't known here, so that nothing is missed
    /// in silence.
    pub(super) fn read(
        leader: Pid,
        dir: &Path,
        regs: &user_regs_struct,
    ) -> nix::Result<Option<Self>> {
        let place = Place { leader, dir };
        let (a, b, c, d) = (regs.rdi, regs.rsi, regs.rdx, regs.r10);
        let mut from = Vec::new();
        let op = match regs.orig_rax.cast_signed() {
            libc::SYS_write => {
                from.push((b, c as usize));
                place.write(a, None)
            }
            libc::SYS_pwrite64 => {
                from.push((b, c as usize));
                place.write(a, Some(d))
            }
            libc::SYS_writev => {
                for at in 0..c {
                    let vector = memory::read(leader, b + 16 * at, 16)?;
                    let word = |at| u64::from_ne_bytes(vector[at..at + 8].try_into().unwrap());
                    from.push((word(0), word(8) as usize));
                }
                place.write(a, None)
            }
            libc::SYS_open => place.open(libc::AT_FDCWD as u64, a, b, c)?,
            libc::SYS_openat => place.open(a, b, c, d)?,
            libc::SYS_ftruncate => place.file(a).map(|path| Op::SetLen { path, to: b }),
            libc::SYS_fallocate => {
                assert_eq!(b, 0, "only plain growth is known here");
                let grown = |path: PathBuf| {
                    let size = fs::metadata(dir.join(&path)).unwrap().len();
                    Op::SetLen { path, to: size.max(c + d) }
                };
                place.file(a).map(grown)
            }
            libc::SYS_fsync | libc::SYS_fdatasync => place.file(a).map(|path| Op::Sync { path }),
            libc::SYS_sync_file_range => place.file(a).map(|path| Op::SyncRange { path }),
            libc::SYS_mkdir => place.mkdir(libc::AT_FDCWD as u64, a, b)?,
            libc::SYS_mkdirat => place.mkdir(a, b, c)?,
            libc::SYS_rmdir | libc::SYS_unlink => place.remove(libc::AT_FDCWD as u64, a)?,
            libc::SYS_unlinkat => place.remove(a, b)?,
            libc::SYS_rename => place.rename(libc::AT_FDCWD as u64, a, libc::AT_FDCWD as u64, b)?,
            libc::SYS_renameat => place.rename(a, b, c, d)?,
            libc::SYS_renameat2 => {
                assert_eq!(regs.r8, 0, "only plain renames are known here");
                place.rename(a, b, c, d)?
            }
            libc::SYS_mmap => {
                let shared = d & 3 == libc::MAP_SHARED as u64 && c & libc::PROT_WRITE as u64 != 0;
                let anonymous = d & libc::MAP_ANONYMOUS as u64 != 0;
                let file = if shared && !anonymous { place.file(regs.r8) } else { None };
                assert_eq!(file, None, "written through memory, where nobody sees it");
                None
            }
            unknown @ (libc::SYS_truncate
            | libc::SYS_creat
            | libc::SYS_link
            | libc::SYS_linkat
            | libc::SYS_symlink
            | libc::SYS_symlinkat
            | libc::SYS_pwritev
            | libc::SYS_pwritev2
            | libc::SYS_sendfile
            | libc::SYS_copy_file_range
            | libc::SYS_splice
            | libc::SYS_io_setup
            | libc::SYS_io_uring_setup) => panic!("call {unknown} isn't known here"),
            _ => None,
        };
        Ok(op.map(|op| Self { op, from }))
    }

    /// What it is about.
    pub(super) fn path(&self) -> &Path {
        match &self.op {
            Op::Create { path, .. }
            | Op::Mkdir { path, .. }
            | Op::Write { path, .. }
            | Op::SetLen { path, .. }
            | Op::Rename { from: path, .. }
            | Op::Remove { path }
            | Op::Sync { path }
            | Op::NotSynced { path }
            | Op::SyncRange { path } => path,
        }
    }

    /// What it did, once it has returned `result`.
    pub(super) fn done(self, leader: Pid, result: u64) -> nix::Result<Op> {
        let Op::Write { path, at, .. } = self.op else { return Ok(self.op) };
        let (mut bytes, mut left) = (Vec::new(), result as usize);
        for (from, length) in self.from {
            let taken = length.min(left);
            bytes.extend(memory::read(leader, from, taken)?);
            left -= taken;
        }
        Ok(Op::Write { path, at, bytes })
    }
}

/// Whether a call is about to read bytes of the first generation's ledger that can't be read, or to write
/// some that can't be written.
pub(super) fn is_on_bad_ground(
    fault: Fault,
    leader: Pid,
    dir: &Path,
    regs: &user_regs_struct,
) -> Option<bool> {
    let call = regs.orig_rax.cast_signed();
    let writes = matches!(call, libc::SYS_write | libc::SYS_pwrite64);
    let (from, to) = match fault {
        Fault::Unreadable(from, to) if !writes => (from, to),
        Fault::Dead(from, to) => (from, to),
        _ => return None,
    };
    let at = match call {
        libc::SYS_read | libc::SYS_write => None,
        libc::SYS_pread64 | libc::SYS_pwrite64 => Some(regs.r10),
        _ => return None,
    };
    let path = Place { leader, dir }.file(regs.rdi)?;
    let position = || open_file(leader, regs.rdi as i32).map(|(position, _)| position);
    let start = at.or_else(position).filter(|_| path.ends_with("00000001/ledger"))?;
    Some(start < to && from < start + regs.rdx)
}

struct Place<'a> {
    leader: Pid,
    dir: &'a Path,
}

impl Place<'_> {
    /// The path of an open file, from the directory that is watched; `None` for one elsewhere, and
    /// for one that has no name any more.
    fn file(&self, fd: u64) -> Option<PathBuf> {
        let path = fs::read_link(format!("/proc/{}/fd/{}", self.leader, fd as u32)).ok()?;
        let path = path.strip_prefix(self.dir).ok()?;
        (!path.to_string_lossy().ends_with(" (deleted)")).then(|| path.into())
    }

    /// A path as a call names it: from a directory that is open, or from the working directory.
    fn named(&self, at: u64, name: u64) -> nix::Result<Option<PathBuf>> {
        let name = memory::text(self.leader, name)?;
        let base = match at as i32 {
            libc::AT_FDCWD => fs::read_link(format!("/proc/{}/cwd", self.leader)).ok(),
            fd => fs::read_link(format!("/proc/{}/fd/{fd}", self.leader)).ok(),
        };
        let Some(path) = base.map(|base| base.join(name)) else { return Ok(None) };
        // The directory may be reached by another name, such as through a link in /tmp.
        let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
        let path = parent.zip(path.file_name()).map_or(path.clone(), |(dir, name)| dir.join(name));
        Ok(path.strip_prefix(self.dir).ok().map(Path::to_path_buf))
    }

    fn write(&self, fd: u64, at: Option<u64>) -> Option<Op> {
        let path = self.file(fd)?;
        let (position, flags) = open_file(self.leader, fd as i32)?;
        let end = || fs::metadata(self.dir.join(&path)).unwrap().len();
        let at = if flags & libc::O_APPEND != 0 { end() } else { at.unwrap_or(position) };
        Some(Op::Write { path, at, bytes: Vec::new() })
    }

    fn open(&self, at: u64, name: u64, flags: u64, mode: u64) -> nix::Result<Option<Op>> {
        let flags = flags as i32;
        assert_ne!(
            flags & libc::O_TMPFILE,
            libc::O_TMPFILE,
            "files without names aren't known here"
        );
        if flags & (libc::O_CREAT | libc::O_TRUNC) == 0 {
            return Ok(None);
        }
        let Some(path) = self.named(at, name)? else { return Ok(None) };
        Ok(match fs::metadata(self.dir.join(&path)) {
            Ok(there) if flags & libc::O_TRUNC != 0 && there.len() > 0 => {
                Some(Op::SetLen { path, to: 0 })
            }
            Ok(_) => None,
            Err(_) if flags & libc::O_CREAT != 0 => Some(Op::Create { path, mode: mode as u32 }),
            Err(_) => None,
        })
    }

    fn mkdir(&self, at: u64, name: u64, mode: u64) -> nix::Result<Option<Op>> {
        Ok(self.named(at, name)?.map(|path| Op::Mkdir { path, mode: mode as u32 }))
    }

    fn remove(&self, at: u64, name: u64) -> nix::Result<Option<Op>> {
        Ok(self.named(at, name)?.map(|path| Op::Remove { path }))
    }

    fn rename(&self, from_at: u64, from: u64, to_at: u64, to: u64) -> nix::Result<Option<Op>> {
        let (from, to) = (self.named(from_at, from)?, self.named(to_at, to)?);
        assert_eq!(from.is_some(), to.is_some(), "moved in or out of what is watched");
        Ok(from.zip(to).map(|(from, to)| Op::Rename { from, to }))
    }
}

/// What stands in /proc about an open file: its position and its flags.
fn open_file(leader: Pid, fd: i32) -> Option<(u64, i32)> {
    let info = fs::read_to_string(format!("/proc/{leader}/fdinfo/{fd}")).ok()?;
    let field = |name: &str| info.lines().find_map(|line| Some(line.strip_prefix(name)?.trim()));
    let flags = i32::from_str_radix(field("flags:")?, 8).ok()?;
    Some((field("pos:")?.parse().ok()?, flags))
}
