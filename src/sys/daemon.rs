//! Going to the background, with the caller waiting until the daemon says it is ready.
//!
//! ```text
//!  caller ── fork ─► leader ── setsid, fork ─► daemon ── pidfile, sockets, … ── announce
//!    │                 └ exits                    └ dies on the way: the pipe closes
//!    └ reads the ready pipe: exits 0 once announced, else with the daemon's own exit status
//! ```
//!
//! So `tend && echo fine` means that tend runs, and an init script sees a failed start. Until it
//! has announced itself the daemon keeps standard output and error, to say what is wrong.

use std::ffi::c_int;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;

use super::descriptors::pipe;
use super::errno::check;
use super::reap::wait_for;

/// The daemon's promise to tell its caller how the start went. Dropped without a word, the caller
/// exits with status 1.
#[must_use]
pub struct Ready {
    caller: File,
}

/// Exit status where the daemon died without a word.
const FAILED: u8 = 1;

/// Makes this process a daemon: its own session, never to get a terminal, in `/`, with standard
/// input from the null device. Umask and limits stay (reference F121). Returns in the daemon only;
/// the calling process waits and exits.
pub fn detach() -> io::Result<Ready> {
    let (daemon_says, tell_caller) = pipe()?;
    match fork()? {
        0 => drop(daemon_says),
        leader => {
            drop(tell_caller);
            wait_and_exit(leader, daemon_says);
        }
    }
    // SAFETY: plain system call; the child of a fork leads no group, so it succeeds.
    check(unsafe { libc::setsid() })?;
    if fork()? != 0 {
        exit(0);
    }
    std::env::set_current_dir("/")?;
    lead_to_null(&[libc::STDIN_FILENO]);
    Ok(Ready {
        caller: File::from(tell_caller),
    })
}

impl Ready {
    /// All stands: the caller exits with status 0. Standard output and error lead to the null
    /// device from here on.
    pub fn announce(mut self) {
        lead_to_null(&[libc::STDOUT_FILENO, libc::STDERR_FILENO]);
        let _ = self.caller.write_all(&[0]);
    }

    /// The start failed and was explained: the caller exits with this status.
    pub fn refuse(mut self, status: u8) {
        let _ = self.caller.write_all(&[status]);
    }
}

fn fork() -> io::Result<c_int> {
    // SAFETY: the process has one thread, so its copy is whole.
    check(unsafe { libc::fork() })
}

fn wait_and_exit(leader: c_int, daemon_says: OwnedFd) -> ! {
    wait_for(leader);
    let mut status = [FAILED];
    // At the end of the pipe nothing was said and the status stays.
    let _ = File::from(daemon_says).read(&mut status);
    exit(status[0])
}

fn exit(status: u8) -> ! {
    // SAFETY: ends the process without running anything that belongs to the daemon.
    unsafe { libc::_exit(c_int::from(status)) }
}

/// Leads descriptors to the null device. On a box without one they lead to a pipe with no other
/// end: reading ends at once, writing fails.
fn lead_to_null(targets: &[c_int]) {
    let null = match File::options().read(true).write(true).open("/dev/null") {
        Ok(null) => Ok(OwnedFd::from(null)),
        Err(_) => pipe().map(|(reader, _)| reader),
    };
    let Ok(null) = null else { return };
    for &target in targets {
        // SAFETY: 0, 1 and 2 belong to the whole process, and this is what they mean from here on.
        unsafe { libc::dup2(std::os::fd::AsRawFd::as_raw_fd(&null), target) };
    }
}

#[cfg(test)]
mod tests {
    use super::super::reap::{self, WaitStatus};
    use super::super::task::fork_task;
    use super::super::testing::read_to_end;
    use super::*;

    /// The caller's end, and what the daemon of `start` wrote: the task is the caller.
    fn detached(start: fn(Ready, &mut dyn Write)) -> (Option<WaitStatus>, String) {
        let task = fork_task(|out| match detach() {
            // Only the daemon comes here.
            Ok(ready) => start(ready, out),
            Err(_) => exit(99),
        })
        .unwrap();
        let written = read_to_end(&task.output);
        let status = reap::wait_for(task.pid);
        (status, String::from_utf8(written).unwrap())
    }

    #[test]
    fn the_caller_learns_of_success() {
        let (status, facts) = detached(|ready, out| {
            ready.announce();
            // SAFETY: plain queries.
            let (session, pid) = unsafe { (libc::getsid(0), libc::getpid()) };
            let folder = std::env::current_dir().unwrap();
            write!(out, "{} {}", session == pid, folder.display()).unwrap();
        });
        assert_eq!(status, Some(WaitStatus::Exited(0)));
        // It leads no session, so it can never get a terminal.
        assert_eq!(facts, "false /");
    }

    #[test]
    fn the_caller_learns_of_failure() {
        let (status, _) = detached(|ready, _| ready.refuse(2));
        assert_eq!(status, Some(WaitStatus::Exited(2)));
    }

    #[test]
    fn a_daemon_that_dies_without_a_word_has_failed() {
        let (status, _) = detached(|_ready, _| exit(0));
        assert_eq!(status, Some(WaitStatus::Exited(i32::from(FAILED))));
    }
}
