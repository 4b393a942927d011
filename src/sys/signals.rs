//! Signals as readiness: handlers set a flag and write to a pipe the loop waits on.
//!
//! A full pipe loses nothing: the flag stays set until [`Signals::take`] has seen it, and the pipe
//! is emptied before the flags are read, so whatever comes between the two wakes the loop again.
//! `signalfd` would do the same, but is not there before 2.6.22.

use std::ffi::c_int;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, IntoRawFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use super::descriptors::{pipe, set_nonblocking};
use super::errno::check;

/// The signals that came since the last look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caught {
    /// SIGTERM or SIGINT: stop.
    pub terminate: bool,
    /// SIGHUP: read the control file again and reopen the log.
    pub hangup: bool,
    /// SIGUSR1: check now.
    pub user1: bool,
    /// SIGCHLD: a child has ended.
    pub child: bool,
}

/// The installed handlers.
pub struct Signals {
    woken: File,
}

static WAKE: AtomicI32 = AtomicI32::new(-1);
static TERMINATE: AtomicBool = AtomicBool::new(false);
static HANGUP: AtomicBool = AtomicBool::new(false);
static USER1: AtomicBool = AtomicBool::new(false);
static CHILD: AtomicBool = AtomicBool::new(false);

impl Signals {
    /// Installs the handlers, ignores SIGPIPE and opens the mask: whoever started us may have
    /// blocked signals. Once in the life of a process; the writing end is never closed, because a
    /// handler may use it at any time.
    pub fn install() -> io::Result<Self> {
        let (reader, writer) = pipe()?;
        set_nonblocking(&reader)?;
        set_nonblocking(&writer)?;
        let wake = writer.as_raw_fd();
        WAKE.compare_exchange(-1, wake, Ordering::SeqCst, Ordering::SeqCst)
            .map_err(|_| io::Error::from(io::ErrorKind::AlreadyExists))?;
        let _ = writer.into_raw_fd();
        for signal in [
            libc::SIGTERM,
            libc::SIGINT,
            libc::SIGHUP,
            libc::SIGUSR1,
            libc::SIGCHLD,
        ] {
            handle(signal, note as extern "C" fn(c_int) as libc::sighandler_t)?;
        }
        handle(libc::SIGPIPE, libc::SIG_IGN)?;
        unblock_all();
        Ok(Self {
            woken: File::from(reader),
        })
    }

    /// Which signals came. Call it whenever the descriptor is readable.
    pub fn take(&self) -> Caught {
        let mut bytes = [0_u8; 64];
        while matches!((&self.woken).read(&mut bytes), Ok(1..)) {}
        let take = |flag: &AtomicBool| flag.swap(false, Ordering::SeqCst);
        Caught {
            terminate: take(&TERMINATE),
            hangup: take(&HANGUP),
            user1: take(&USER1),
            child: take(&CHILD),
        }
    }
}

impl AsRawFd for Signals {
    fn as_raw_fd(&self) -> RawFd {
        self.woken.as_raw_fd()
    }
}

fn handle(signal: c_int, action: libc::sighandler_t) -> io::Result<()> {
    // SAFETY: all-zero is a valid `sigaction`: no flags, empty mask, default action.
    let mut wanted: libc::sigaction = unsafe { std::mem::zeroed() };
    wanted.sa_sigaction = action;
    wanted.sa_flags = libc::SA_RESTART | libc::SA_NOCLDSTOP;
    // SAFETY: `wanted` is a whole `sigaction`, and its handler is async-signal-safe.
    check(unsafe { libc::sigaction(signal, &raw const wanted, std::ptr::null_mut()) })?;
    Ok(())
}

/// The handler: flags and one byte, nothing that allocates or locks; `errno` is left as it was.
extern "C" fn note(signal: c_int) {
    // SAFETY: the C library gives every thread a valid place for its error number.
    let errno = unsafe { *libc::__errno_location() };
    match signal {
        libc::SIGHUP => HANGUP.store(true, Ordering::SeqCst),
        libc::SIGUSR1 => USER1.store(true, Ordering::SeqCst),
        libc::SIGCHLD => CHILD.store(true, Ordering::SeqCst),
        _ => TERMINATE.store(true, Ordering::SeqCst),
    }
    // SAFETY: one byte is written to a descriptor that is never closed; where the pipe is full, it
    // wakes the loop all the same.
    unsafe {
        libc::write(WAKE.load(Ordering::SeqCst), (&raw const signal).cast(), 1);
        *libc::__errno_location() = errno;
    }
}

/// Keeps every signal from being delivered until dropped. Held across `fork`: a handler that ran in
/// the child would write into the parent's pipe.
pub(super) struct Blocked {
    before: libc::sigset_t,
}

impl Blocked {
    pub(super) fn all() -> Self {
        // SAFETY: both sets are ours; all-zero is a valid set.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut before: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            Self { before }
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: `before` is the set the system gave.
        unsafe {
            libc::pthread_sigmask(
                libc::SIG_SETMASK,
                &raw const self.before,
                std::ptr::null_mut(),
            )
        };
    }
}

/// The highest signal number of Linux on any architecture but MIPS.
const HIGHEST_SIGNAL: c_int = 64;

/// Every signal does what it does by default. Async-signal-safe; for children.
pub(super) fn restore_defaults() {
    for signal in 1..=HIGHEST_SIGNAL {
        // SAFETY: numbers the C library keeps to itself give an error and change nothing.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

/// No signal is held back. Async-signal-safe.
pub(super) fn unblock_all() {
    // SAFETY: the set is ours; all-zero is a valid set.
    unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::super::reap;
    use super::super::testing::in_child;
    use super::*;

    fn send(signal: c_int) {
        assert!(reap::kill(reap::own_pid(), signal));
    }

    /// In a child, because handlers are the whole process's.
    #[test]
    fn each_signal_is_caught_once() {
        let seen = in_child(|out| {
            let signals = Signals::install().unwrap();
            assert_eq!(signals.take(), Caught::default());
            for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGUSR1, libc::SIGINT] {
                send(signal);
                let c = signals.take();
                write!(
                    out,
                    "{}{}{} ",
                    c.terminate as u8, c.hangup as u8, c.user1 as u8
                )
                .unwrap();
            }
            send(libc::SIGPIPE);
            assert_eq!(signals.take(), Caught::default());
        });
        assert_eq!(String::from_utf8(seen).unwrap(), "100 010 001 100 ");
    }

    #[test]
    fn a_flood_that_fills_the_pipe_loses_nothing() {
        in_child(|_| {
            let signals = Signals::install().unwrap();
            for _ in 0..70_000 {
                send(libc::SIGUSR1);
            }
            send(libc::SIGHUP);
            let caught = signals.take();
            assert!(caught.user1 && caught.hangup);
            assert_eq!(signals.take(), Caught::default());
        });
    }

    #[test]
    fn a_mask_left_by_the_caller_is_opened() {
        in_child(|_| {
            std::mem::forget(Blocked::all());
            let signals = Signals::install().unwrap();
            send(libc::SIGTERM);
            assert!(signals.take().terminate);
        });
    }

    #[test]
    fn a_childs_end_is_a_signal() {
        in_child(|_| {
            let signals = Signals::install().unwrap();
            // SAFETY: the copy ends at once.
            let pid = unsafe {
                match libc::fork() {
                    0 => libc::_exit(3),
                    pid => pid,
                }
            };
            assert_eq!(reap::wait_for(pid), Some(reap::WaitStatus::Exited(3)));
            assert!(signals.take().child);
        });
    }

    #[test]
    fn only_one_set_of_handlers() {
        in_child(|_| {
            let _first = Signals::install().unwrap();
            assert!(Signals::install().is_err());
        });
    }
}
