//! A mounted file system's blocks and inodes.
//!
//! By statfs(2) itself: `statvfs` of older C libraries looks at every mount point of the table for
//! the flags, those of dead servers too.

use std::ffi::CString;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::errno::retry;

#[cfg(not(target_env = "gnu"))]
use libc::statfs;
#[cfg(target_env = "gnu")] // where the plain one has 32 bits on old machines
use libc::statfs64 as statfs;

/// What statfs(2) tells. The counts of blocks are in units of `block`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// Bytes of a block.
    pub block: u64,
    /// All blocks.
    pub blocks: u64,
    /// Free ones.
    pub free: u64,
    /// Free ones for everybody but root.
    pub available: u64,
    /// All inodes; zero where their number is not fixed.
    pub inodes: u64,
    /// Free ones.
    pub inodes_free: u64,
}

/// Asks the file system a path lies on; may wait for a server that is gone.
#[allow(
    clippy::useless_conversion,
    reason = "signed numbers with one C library, unsigned ones with another"
)]
pub fn statistics(path: &Path) -> io::Result<Statistics> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let mut answer = MaybeUninit::<statfs>::zeroed();
    // SAFETY: the path ends in NUL, and the kernel fills a structure of this very type.
    retry(|| unsafe { statfs(path.as_ptr(), answer.as_mut_ptr()) })?;
    // SAFETY: all of its fields are plain numbers, zeroed before.
    let answer = unsafe { answer.assume_init() };
    // Kernels before 2.6 leave the size of a fragment at zero.
    let block = u64::try_from(answer.f_frsize).ok().filter(|&size| size > 0);
    Ok(Statistics {
        block: block.unwrap_or_else(|| u64::try_from(answer.f_bsize).unwrap_or(0)),
        blocks: answer.f_blocks,
        free: answer.f_bfree,
        available: answer.f_bavail,
        inodes: answer.f_files,
        inodes_free: answer.f_ffree,
    })
}

/// Whether an error says that what was mounted there is gone: a server that forgot us, a program
/// that served the files and ended, a disk that was pulled out. A new mount helps.
pub fn is_gone(error: &io::Error) -> bool {
    let gone = [
        libc::ENOENT,
        libc::ESTALE,
        libc::ENOTCONN,
        libc::ECONNABORTED,
        libc::ESHUTDOWN,
        libc::EHOSTDOWN,
        libc::ENODEV,
        libc::ENXIO,
        libc::EIO,
    ];
    error
        .raw_os_error()
        .is_some_and(|code| gone.contains(&code))
}

/// Major and minor number of a device number, as `stat` gives it.
pub const fn device_numbers(device: u64) -> (u32, u32) {
    (libc::major(device), libc::minor(device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_has_blocks() {
        let folder = super::super::testing::Folder::new();
        let found = statistics(&folder.path("")).unwrap();
        assert!(
            found.block >= 512 && found.block.is_power_of_two(),
            "{found:?}"
        );
        assert!(found.free <= found.blocks && found.available <= found.blocks);
        assert!(found.inodes_free <= found.inodes);
    }

    #[test]
    fn the_process_table_has_none() {
        let found = statistics(Path::new("/proc")).unwrap();
        assert_eq!((found.blocks, found.inodes), (0, 0));
        assert!(found.block > 0);
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let error = statistics(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(is_gone(&error));
        let denied = io::Error::from_raw_os_error(libc::EACCES);
        assert!(!is_gone(&denied) && !is_gone(&io::Error::other("odd")));
        assert!(statistics(Path::new("a\0b")).is_err());
    }

    #[test]
    fn numbers_of_a_device() {
        assert_eq!(device_numbers(0xfe01), (254, 1));
        assert_eq!(device_numbers(0), (0, 0));
    }
}
