//! Standard output and standard error, without the panic of `print!` when nobody listens.

use std::ffi::c_int;
use std::io;

use super::errno::last;

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Error,
}

impl Stream {
    const fn descriptor(self) -> c_int {
        match self {
            Self::Out => libc::STDOUT_FILENO,
            Self::Error => libc::STDERR_FILENO,
        }
    }

    /// Writes all of it, waiting for a slow reader: for commands.
    pub fn write(self, text: &[u8]) -> io::Result<()> {
        let mut rest = text;
        while !rest.is_empty() {
            match write_some(self.descriptor(), rest) {
                Ok(written) => rest = &rest[written..],
                Err(libc::EINTR) => {}
                Err(libc::EAGAIN) => {
                    writable(self.descriptor(), -1);
                }
                Err(errno) => return Err(io::Error::from_raw_os_error(errno)),
            }
        }
        Ok(())
    }

    /// Writes what can be written without waiting and drops the rest: for the loop. True when all
    /// of it was written.
    ///
    /// Asking first is needed: the descriptor may be shared with others, so making it non-blocking
    /// would change it for them.
    pub fn write_now(self, text: &[u8]) -> bool {
        let mut rest = text;
        while !rest.is_empty() {
            if !writable(self.descriptor(), 0) {
                return false;
            }
            // A pipe that is writable takes this much without waiting (pipe(7)).
            let piece = &rest[..rest.len().min(libc::PIPE_BUF)];
            match write_some(self.descriptor(), piece) {
                Ok(written) => rest = &rest[written..],
                Err(libc::EINTR) => {}
                Err(_) => return false,
            }
        }
        true
    }
}

/// Prints a line to standard output; whether anybody reads it does not matter.
pub fn say(line: &str) {
    let _ = Stream::Out.write(format!("{line}\n").as_bytes());
}

/// Prints a line to standard error; whether anybody reads it does not matter.
pub fn complain(line: &str) {
    let _ = Stream::Error.write(format!("{line}\n").as_bytes());
}

fn write_some(descriptor: c_int, bytes: &[u8]) -> Result<usize, c_int> {
    // SAFETY: the bytes are readable for their length.
    let written = unsafe { libc::write(descriptor, bytes.as_ptr().cast(), bytes.len()) };
    match usize::try_from(written) {
        Ok(0) => Err(libc::EIO),
        Ok(written) => Ok(written),
        Err(_) => Err(last()),
    }
}

fn writable(descriptor: c_int, timeout_ms: c_int) -> bool {
    let mut asked = libc::pollfd {
        fd: descriptor,
        events: libc::POLLOUT,
        revents: 0,
    };
    // SAFETY: one is given and one counted.
    let ready = unsafe { libc::poll(&raw mut asked, 1, timeout_ms) };
    ready == 1 && asked.revents & libc::POLLOUT != 0
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;

    use super::super::pipe;
    use super::super::testing::in_child;
    use super::*;

    #[test]
    fn a_reader_that_went_away_is_an_error_and_no_panic() {
        in_child(|_| {
            // SAFETY: the child's own; the standard library does the same at a program's start.
            unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
            let (reader, writer) = pipe().unwrap();
            drop(reader);
            // SAFETY: the child's own standard output.
            unsafe { libc::dup2(writer.as_raw_fd(), 1) };
            assert!(Stream::Out.write(b"x").is_err());
            assert!(!Stream::Out.write_now(b"x"));
            say("nobody listens");
        });
    }

    #[test]
    fn a_closed_descriptor_is_an_error_and_no_panic() {
        in_child(|_| {
            // SAFETY: the child's own standard error.
            unsafe { libc::close(2) };
            assert!(Stream::Error.write(b"x").is_err());
            assert!(!Stream::Error.write_now(b"x"));
            complain("nobody listens");
        });
    }

    #[test]
    fn a_reader_that_does_not_read_holds_nobody_up() {
        in_child(|_| {
            let (_reader, writer) = pipe().unwrap();
            // SAFETY: the child's own standard output.
            unsafe { libc::dup2(writer.as_raw_fd(), 1) };
            assert!(Stream::Out.write_now(b"a line"));
            assert!(!Stream::Out.write_now(&[b'x'; 1 << 20]));
            assert!(!Stream::Out.write_now(b"a line"));
        });
    }
}
