//! Instant notice of the end of a process that is not our child.

use std::ffi::c_int;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

use super::descriptors::close_on_exec;
use super::{errno, file};
use crate::reading::{ProcessId, ProcessStat};

/// The most of `/proc/PID/stat` that is read; real ones stay under 600 bytes.
pub const STAT_LIMIT: usize = 4096;

/// A descriptor that becomes readable when this very process ends; `None` where the kernel cannot
/// (before 5.3) or the process is not there any more. It must then be looked at as ever.
///
/// The number may have been handed to another process before we opened it, so the start time is
/// compared afterwards: once open, the descriptor cannot change whom it means.
pub fn pidfd(process: ProcessId) -> Option<OwnedFd> {
    // SAFETY: plain system call.
    let raw = unsafe { libc::syscall(libc::SYS_pidfd_open, process.pid, 0) };
    #[allow(clippy::useless_conversion)] // it is one on 32-bit machines only
    let raw = i32::try_from(raw).ok().filter(|&raw| raw >= 0)?;
    close_on_exec(raw);
    // SAFETY: just made, and nobody else's.
    let descriptor = unsafe { OwnedFd::from_raw_fd(raw) };
    is_running(process).then_some(descriptor)
}

/// Whether this kernel has process descriptors at all.
pub fn is_available() -> bool {
    // SAFETY: plain system call, with a flag nobody knows: it opens nothing.
    let raw = unsafe { libc::syscall(libc::SYS_pidfd_open, libc::getpid(), c_int::MAX) };
    raw != -1 || errno::last() != libc::ENOSYS
}

/// Whether this very process is there, be it as a zombie.
pub fn is_running(process: ProcessId) -> bool {
    stat_of(process.pid).is_ok_and(|stat| stat.is_some_and(|stat| stat.id == process))
}

/// What the process table says about a number; nothing where it has no such process or may not be
/// read. The error is a shortage: then nothing is known.
pub fn stat_of(pid: i32) -> io::Result<Option<ProcessStat>> {
    Ok(text_of(pid, "stat", STAT_LIMIT)?.and_then(|text| ProcessStat::parse(&text)))
}

/// One of a process's texts, e.g. its `cmdline`; as [`stat_of`].
pub fn text_of(pid: i32, name: &str, limit: usize) -> io::Result<Option<Vec<u8>>> {
    match file::read_process_text(&format!("/proc/{pid}/{name}"), limit) {
        Ok(text) => Ok(Some(text)),
        Err(error) if errno::is_shortage(&error) => Err(error),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::AsRawFd;

    use super::super::reap::{self, own_pid};
    use super::super::task::fork_task;
    use super::*;

    #[test]
    fn a_process_is_its_number_and_its_start() {
        let ours = stat_of(own_pid()).unwrap().unwrap().id;
        assert!(is_running(ours));
        let earlier = ProcessId {
            start_ticks: ours.start_ticks + 1,
            ..ours
        };
        assert!(!is_running(earlier));
        assert!(pidfd(earlier).is_none());
        assert_eq!(stat_of(0).unwrap(), None);
    }

    #[test]
    fn the_end_is_readable() {
        let task = fork_task(|_| {
            let (reader, _writer) = super::super::pipe().unwrap();
            let _ = std::fs::File::from(reader).read(&mut [0]);
        })
        .unwrap();
        let descriptor = pidfd(stat_of(task.pid).unwrap().unwrap().id);
        let readable = |timeout| {
            // A negative number, where there is no descriptor, is passed over.
            let mut asked = libc::pollfd {
                fd: descriptor.as_ref().map_or(-1, AsRawFd::as_raw_fd),
                events: libc::POLLIN,
                revents: 0,
            };
            // SAFETY: one is given and one counted.
            unsafe { libc::poll(&raw mut asked, 1, timeout) == 1 }
        };
        assert!(!readable(0));
        assert!(reap::kill(task.pid, reap::KILL));
        // Kernels before 5.3 cannot tell.
        assert!(descriptor.is_none() || readable(-1));
        reap::wait_for(task.pid);
    }
}
