//! Work that may wait, done in a child: a name look-up, a write to a slow disk.
//!
//! The child is a copy of this process that does one thing, writes its result into a pipe and goes;
//! or it does something with all that is written into a pipe for it.
//! It may allocate and use the whole library, because the process that forked had one thread and so
//! held no lock. It keeps nothing but that pipe: a listening socket held by a child that hangs on a
//! dead disk would keep the next daemon from its port.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};

use super::descriptors::{arrange, pipe, set_nonblocking};
use super::{oom, signals};

/// A child at work.
#[derive(Debug)]
pub struct Task {
    /// Its number, and that of its process group.
    pub pid: i32,
    /// Where its result can be read; does not wait. At its end the task is done, or dead.
    pub output: OwnedFd,
}

/// Exit status of a task whose work panicked.
const PANICKED: i32 = 101;
/// Exit status of a task that could not even begin.
const NOT_BEGUN: i32 = 126;

/// Where the child keeps its end of the pipe.
const PIPE: i32 = 3;

/// Set in a task.
static IS_TASK: AtomicBool = AtomicBool::new(false);

/// Whether this process is a task: a copy without the descriptors that its libraries may remember.
pub fn is_task() -> bool {
    IS_TASK.load(Ordering::Relaxed)
}

/// Runs `work` in a child, which exits with status 0 when it is done.
pub fn fork_task(work: impl FnOnce(&mut dyn Write)) -> io::Result<Task> {
    fork_task_keeping(None, work)
}

/// The same; the child keeps this descriptor as well, until it is done.
pub fn fork_task_keeping(
    kept: Option<BorrowedFd<'_>>,
    work: impl FnOnce(&mut dyn Write),
) -> io::Result<Task> {
    let (output, child_output) = pipe()?;
    set_nonblocking(&output)?;
    let pid = fork(|mut pipe| work(&mut pipe), &child_output, kept)?;
    Ok(Task { pid, output })
}

/// Runs `work` in a child that reads what is written into the returned end of a pipe, which takes
/// 64 KiB (4 before Linux 2.6.11) and does not wait.
pub fn fork_reader(work: impl FnOnce(File)) -> io::Result<OwnedFd> {
    let (child_input, input) = pipe()?;
    set_nonblocking(&input)?;
    fork(work, &child_input, None)?;
    Ok(input)
}

fn fork(work: impl FnOnce(File), end: &OwnedFd, kept: Option<BorrowedFd<'_>>) -> io::Result<i32> {
    let blocked = signals::Blocked::all();
    // SAFETY: this process has one thread, so its copy finds every lock free; the copy never
    // returns from this function.
    let pid = unsafe { libc::fork() };
    match pid {
        -1 => return Err(io::Error::last_os_error()),
        0 => be_task(work, end, kept),
        _ => drop(blocked),
    }
    Ok(pid)
}

/// For a child that computes for long: everybody else goes first.
pub fn yield_to_others() {
    const LATER: i32 = 10;
    // SAFETY: plain system call; where it is refused, the work is done at the usual priority.
    unsafe { libc::nice(LATER) };
}

fn be_task(work: impl FnOnce(File), end: &OwnedFd, kept: Option<BorrowedFd<'_>>) -> ! {
    IS_TASK.store(true, Ordering::Relaxed);
    signals::restore_defaults();
    oom::leave_protection();
    // SAFETY: plain system call. A group of its own keeps a terminal's Ctrl-C from tearing the
    // child out of writing a file.
    unsafe { libc::setpgid(0, 0) };
    let end = Some(end.as_raw_fd());
    let arranged = match kept {
        None => arrange([None, None, None, end]),
        Some(kept) => arrange([None, None, None, end, Some(kept.as_raw_fd())]),
    };
    let status = match arranged {
        Err(_) => NOT_BEGUN,
        Ok(()) => {
            signals::unblock_all();
            // SAFETY: `arrange` put the pipe there, and nobody else owns that number here.
            let pipe = unsafe { File::from_raw_fd(PIPE) };
            // Where a panic unwinds (tests), it must not reach the copy of the caller.
            match std::panic::catch_unwind(AssertUnwindSafe(|| work(pipe))) {
                Ok(()) => 0,
                Err(_) => PANICKED,
            }
        }
    };
    // SAFETY: ends the copy at once; nothing of the parent's is dropped, flushed or removed.
    unsafe { libc::_exit(status) }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::reap::{KILL, WaitStatus, kill_group, wait_for};
    use super::super::testing::{in_child, read_to_end};
    use super::*;

    #[test]
    fn a_result_comes_back() {
        let task = fork_task(|out| out.write_all(b"done").unwrap()).unwrap();
        assert_eq!(read_to_end(&task.output), b"done");
        assert_eq!(wait_for(task.pid), Some(WaitStatus::Exited(0)));
    }

    #[test]
    fn a_result_larger_than_a_pipe_comes_back() {
        let large = vec![b'x'; 300_000];
        assert_eq!(in_child(|out| out.write_all(&large).unwrap()), large);
    }

    #[test]
    fn work_that_panics_stays_in_the_child() {
        let task = fork_task(|_| std::panic::resume_unwind(Box::new(()))).unwrap();
        assert_eq!(wait_for(task.pid), Some(WaitStatus::Exited(PANICKED)));
    }

    #[test]
    fn a_task_that_hangs_can_be_killed() {
        let task = fork_task(|_| {
            let (reader, _writer) = pipe().unwrap();
            let _ = File::from(reader).read(&mut [0]);
        })
        .unwrap();
        assert!(kill_group(task.pid, KILL));
        assert_eq!(wait_for(task.pid), Some(WaitStatus::Signaled(KILL)));
    }

    #[test]
    fn nothing_but_the_pipe_is_kept() {
        let kept = in_child(|out| {
            let listed = std::fs::read_dir("/proc/self/fd").unwrap();
            let mut numbers: Vec<i32> = listed
                .map(|entry| {
                    entry
                        .unwrap()
                        .file_name()
                        .to_str()
                        .unwrap()
                        .parse()
                        .unwrap()
                })
                .collect();
            numbers.sort_unstable();
            // The last one is the listing's own.
            numbers.pop();
            write!(out, "{numbers:?}").unwrap();
        });
        assert_eq!(String::from_utf8(kept).unwrap(), "[0, 1, 2, 3]");
    }
}
