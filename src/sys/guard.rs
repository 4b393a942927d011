//! Something that this process and the children it leaves behind hold together, until the last of
//! them is gone: a name that nobody else can have meanwhile.
//!
//! The name is that of a socket in the kernel's own space of names (unix(7), abstract): it needs no
//! file, waits for no disk, is inherited by `fork`, and is given up with its last descriptor,
//! however its holders end. It is seen within one network namespace only.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// A held name.
#[derive(Debug)]
pub struct Guard(UnixDatagram);

impl Guard {
    /// Takes `name`, of at most 107 bytes.
    ///
    /// # Errors
    /// [`io::ErrorKind::AddrInUse`] while somebody holds it; anything else where there is no such
    /// thing (before Linux 2.6.27).
    pub fn take(name: &str) -> io::Result<Self> {
        let address = SocketAddr::from_abstract_name(name)?;
        UnixDatagram::bind_addr(&address).map(Self)
    }
}

impl AsFd for Guard {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::super::pipe;
    use super::super::reap::{KILL, kill_group, own_pid, wait_for};
    use super::super::task::{Task, fork_task, fork_task_keeping};
    use super::super::testing::waiting;
    use super::*;

    /// Says that it has begun, and hangs.
    fn hang(out: &mut dyn Write) {
        out.write_all(b"!").unwrap();
        let (reader, _writer) = pipe().unwrap();
        let _ = File::from(reader).read(&mut [0]);
    }

    fn begun(task: Task) -> i32 {
        waiting(&task.output).read_exact(&mut [0]).unwrap();
        task.pid
    }

    fn end(pid: i32) {
        assert!(kill_group(pid, KILL));
        wait_for(pid);
    }

    #[test]
    fn a_name_is_free_when_its_last_holder_is_gone() {
        let name = format!("tend guard test {}", own_pid());
        let guard = Guard::take(&name).unwrap();
        let heir = begun(fork_task_keeping(Some(guard.as_fd()), hang).unwrap());
        let stranger = begun(fork_task(hang).unwrap());
        drop(guard);
        let held = Guard::take(&name).map_err(|error| error.kind());
        end(heir);
        // Children that other tests are just starting hold a copy until they are programs; the
        // stranger, who would hold it for good, still runs.
        let patience = Instant::now() + Duration::from_secs(60);
        let mut free = Guard::take(&name);
        while free.is_err() && Instant::now() < patience {
            thread::sleep(Duration::from_millis(1));
            free = Guard::take(&name);
        }
        end(stranger);
        assert_eq!(held.unwrap_err(), io::ErrorKind::AddrInUse);
        assert!(free.is_ok(), "{free:?}");
    }
}
