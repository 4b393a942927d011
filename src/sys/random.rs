//! Random bytes for secrets and ids.

use std::ffi::c_int;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::errno::last;
use super::file::read_kernel;

/// Fills `bytes`, without ever waiting for entropy: a box that has just booted hands out what it
/// has.
pub fn fill(bytes: &mut [u8]) -> io::Result<()> {
    if draw(bytes).is_ok() {
        return Ok(());
    }
    let device = File::open("/dev/urandom").and_then(|mut device| device.read_exact(bytes));
    device.or_else(|error| fill_from_ids(bytes).ok_or(error))
}

/// The same where `/dev` is empty: each read of this file makes another id of what `/dev/urandom`
/// would give (random(4)).
fn fill_from_ids(bytes: &mut [u8]) -> Option<()> {
    for piece in bytes.chunks_mut(8) {
        let id = read_kernel("/proc/sys/kernel/random/uuid", 64).ok()?;
        let id = std::str::from_utf8(&id).ok()?;
        // The version is between these, in the second half.
        let digits = |from, to| u32::from_str_radix(id.get(from..to)?, 16).ok();
        let number = [digits(0, 8)?.to_ne_bytes(), digits(28, 36)?.to_ne_bytes()].concat();
        piece.copy_from_slice(&number[..piece.len()]);
    }
    Some(())
}

/// Whether the kernel has gathered enough since the machine was started to make keys from, at the
/// moment. Before 3.17 `/dev/random` tells: it can be read from whenever there is some left.
///
/// A box without people, disks and network may be without for minutes, and cryptographic libraries
/// wait for it without an end before they draw for the first time. So whoever begins with them asks
/// first.
pub fn is_gathered() -> bool {
    match draw(&mut [0]) {
        Ok(()) => true,
        Err(libc::EAGAIN) => false,
        Err(_) => is_readable(Path::new("/dev/random")),
    }
}

/// Whether random bytes come by a call, and not out of a file that libraries keep open.
pub fn is_a_call() -> bool {
    draw(&mut [0]) != Err(libc::ENOSYS)
}

/// `getrandom(2)`, which is of 3.17; the error is its number.
fn draw(bytes: &mut [u8]) -> Result<(), c_int> {
    let (start, length) = (bytes.as_mut_ptr(), bytes.len());
    // SAFETY: the bytes are writable for their length.
    let got = unsafe { libc::syscall(libc::SYS_getrandom, start, length, libc::GRND_NONBLOCK) };
    match usize::try_from(got) {
        Ok(got) if got == bytes.len() => Ok(()),
        Ok(_) => Err(libc::EAGAIN),
        Err(_) => Err(last()),
    }
}

/// Whether reading would not wait. What is not there keeps nobody waiting: that is another failure,
/// and told by whoever needs it.
fn is_readable(path: &Path) -> bool {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path);
    let Ok(file) = file else { return true };
    let mut asked = libc::pollfd {
        fd: file.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one is given and one counted.
    unsafe { libc::poll(&raw mut asked, 1, 0) == 1 }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::testing::Folder;
    use super::*;

    #[test]
    fn two_draws_differ() {
        let mut draws = [[0_u8; 32]; 2];
        for draw in &mut draws {
            fill(draw).unwrap();
        }
        assert_ne!(draws[0], draws[1]);
        fill(&mut []).unwrap();
    }

    #[test]
    fn without_devices_there_is_chance_too() {
        let mut draws = [[0_u8; 33]; 2];
        for draw in &mut draws {
            fill_from_ids(draw).unwrap();
        }
        assert_ne!(draws[0], draws[1]);
        assert_ne!(draws[0][..8], draws[0][8..16]);
    }

    #[test]
    fn a_device_that_has_nothing_is_not_waited_for() {
        let folder = Folder::new();
        let fifo = folder.fifo("random");
        let mut writer = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&fifo)
            .unwrap();
        assert!(!is_readable(&fifo));
        writer.write_all(b"x").unwrap();
        assert!(is_readable(&fifo));
        assert!(is_readable(&folder.path("none")));
    }
}
