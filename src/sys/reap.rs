//! Children that have ended, and signals to those that should.

use std::ffi::c_int;

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitStatus {
    /// With this status.
    Exited(i32),
    /// By this signal.
    Signaled(i32),
}

/// SIGTERM, for [`kill_group`] and [`kill`].
pub const TERMINATE: i32 = libc::SIGTERM;
/// SIGKILL, for [`kill_group`] and [`kill`].
pub const KILL: i32 = libc::SIGKILL;
/// SIGHUP: tells a running daemon to reload.
pub const HANGUP: i32 = libc::SIGHUP;
/// SIGUSR1: tells a running daemon to check at once.
pub const USER1: i32 = libc::SIGUSR1;

/// Takes one child that has ended; `None` when there is no further one. As process 1 this also
/// takes orphans the system gave us, whose numbers nobody here knows.
pub fn reap() -> Option<(i32, WaitStatus)> {
    wait(-1, libc::WNOHANG)
}

fn wait(pid: i32, flags: c_int) -> Option<(i32, WaitStatus)> {
    loop {
        let mut status = 0;
        // SAFETY: there is room for the status.
        let ended = unsafe { libc::waitpid(pid, &raw mut status, flags) };
        if ended == -1 && super::errno::last() == libc::EINTR {
            continue;
        }
        if ended <= 0 {
            return None;
        }
        if libc::WIFEXITED(status) {
            return Some((ended, WaitStatus::Exited(libc::WEXITSTATUS(status))));
        }
        if libc::WIFSIGNALED(status) {
            return Some((ended, WaitStatus::Signaled(libc::WTERMSIG(status))));
        }
    }
}

/// Waits until this child has ended. Blocks: for a parent that has nothing else to do.
pub fn wait_for(pid: i32) -> Option<WaitStatus> {
    wait(pid, 0).map(|(_, status)| status)
}

/// Signals the process group of a child of ours that was not reaped yet, so the number is surely
/// its own. False when there was nobody to signal.
///
/// A child that was started a moment ago may not lead its group yet; it is then signalled alone.
pub fn kill_group(pid: i32, signal: i32) -> bool {
    if pid <= 1 {
        return false;
    }
    // SAFETY: sends a signal; the guard above keeps out the numbers that mean "everybody".
    unsafe { libc::kill(-pid, signal) == 0 || libc::kill(pid, signal) == 0 }
}

/// Signals one process. False when it is not there or not ours to signal.
pub fn kill(pid: i32, signal: i32) -> bool {
    // SAFETY: as in `kill_group`.
    pid > 0 && unsafe { libc::kill(pid, signal) } == 0
}

/// Whether a process of this number exists, a zombie included.
pub fn process_alive(pid: i32) -> bool {
    // SAFETY: signal 0 is never delivered.
    pid > 0 && (unsafe { libc::kill(pid, 0) } == 0 || super::errno::last() == libc::EPERM)
}

/// Our own number.
pub fn own_pid() -> i32 {
    // SAFETY: cannot fail.
    unsafe { libc::getpid() }
}

#[cfg(test)]
mod tests {
    use super::super::testing::in_child;
    use super::*;

    fn fork_and_exit(status: i32) -> i32 {
        // SAFETY: the copy ends at once.
        unsafe {
            match libc::fork() {
                0 => libc::_exit(status),
                pid => pid,
            }
        }
    }

    /// In a child, because `reap` takes whatever ends, other tests' children too.
    #[test]
    fn children_are_taken_one_by_one() {
        in_child(|_| {
            assert_eq!(reap(), None);
            let mut expected: Vec<_> = (0..3)
                .map(|status| (fork_and_exit(status), WaitStatus::Exited(status)))
                .collect();
            let mut taken = Vec::new();
            while taken.len() < 3 {
                taken.extend(reap());
            }
            taken.sort_unstable_by_key(|&(pid, _)| pid);
            expected.sort_unstable_by_key(|&(pid, _)| pid);
            assert_eq!(taken, expected);
            assert_eq!(reap(), None);
        });
    }

    #[test]
    fn numbers_that_mean_everybody_are_refused() {
        for pid in [0, -1, -2, 1, i32::MIN] {
            assert!(!kill_group(pid, KILL));
        }
        assert!(!kill(0, KILL) && !kill(-1, KILL));
        assert!(!process_alive(0) && !process_alive(-1));
    }

    #[test]
    fn the_living() {
        assert!(process_alive(own_pid()));
        assert!(process_alive(1));
        assert!(!process_alive(i32::MAX));
    }
}
