//! Files that may be anything: a pidfile that is a FIFO, a password file that is `/dev/zero`.
//!
//! Nothing here waits for anybody but the disk, and nothing reads more than it was told to.

use std::ffi::CString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::FromRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

#[cfg(target_pointer_width = "32")]
use super::clock::whole_seconds;
use super::errno::retry;

/// Opens a regular file for reading. Anything else is an error and is not opened: opening a device
/// may move a tape, opening a FIFO may wait for ever.
///
/// Reading leaves the time of access as it is, where the system allows that (root's right, and the
/// owner's): keeping it would be a write in each cycle, to a disk that may have gone to sleep.
pub fn open_regular(path: impl AsRef<Path>) -> io::Result<File> {
    must_be_regular(&fs::metadata(&path)?)?;
    let open = |flags| {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags).open(&path)
    };
    // Somebody may swap the file for a FIFO between the two looks.
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = match open(flags | libc::O_NOATIME) {
        Err(error) if error.raw_os_error() == Some(libc::EPERM) => open(flags)?,
        file => file?,
    };
    must_be_regular(&file.metadata()?)?;
    Ok(file)
}

/// When a file was read, written and changed last, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Read.
    pub accessed: i64,
    /// Written.
    pub modified: i64,
    /// Written, renamed, given away.
    pub changed: i64,
}

/// The times of what is at `path`, following links, of which `facts` were told.
///
/// Some C libraries of 32-bit machines cut a time to 32 bits, which end in 2038. There the kernel
/// itself is asked; one that is older than the call for it (Linux 4.11) cuts them as well, and what
/// is missing is guessed.
pub fn times(path: &str, facts: &fs::Metadata) -> Times {
    let told = Times {
        accessed: facts.atime(),
        modified: facts.mtime(),
        changed: facts.ctime(),
    };
    #[cfg(target_pointer_width = "32")]
    let told = whole_times(path).unwrap_or_else(|| told.uncut());
    #[cfg(not(target_pointer_width = "32"))]
    let _ = path;
    told
}

impl Times {
    #[cfg(target_pointer_width = "32")]
    const fn uncut(self) -> Self {
        Self {
            accessed: whole_seconds(self.accessed),
            modified: whole_seconds(self.modified),
            changed: whole_seconds(self.changed),
        }
    }
}

/// What statx(2) tells: 256 bytes, in which the seconds of the three times are the 64-bit words 8,
/// 12 and 14.
#[cfg(any(test, target_pointer_width = "32"))]
fn whole_times(path: &str) -> Option<Times> {
    /// Access, modification, change.
    const WANTED: libc::c_uint = 0x20 | 0x40 | 0x80;
    let path = CString::new(path).ok()?;
    let mut answer = [0_i64; 32];
    let (flags, room) = (0, answer.as_mut_ptr());
    // SAFETY: the path ends in NUL, and there is room for the whole answer.
    let done = unsafe {
        libc::syscall(
            libc::SYS_statx,
            libc::AT_FDCWD,
            path.as_ptr(),
            flags,
            WANTED,
            room,
        ) == 0
    };
    done.then_some(Times {
        accessed: answer[8],
        modified: answer[14],
        changed: answer[12],
    })
}

fn must_be_regular(facts: &fs::Metadata) -> io::Result<()> {
    if facts.is_file() {
        return Ok(());
    }
    let what = if facts.is_dir() {
        libc::EISDIR
    } else {
        libc::EINVAL
    };
    Err(io::Error::from_raw_os_error(what))
}

/// At most `limit` bytes from the start of a regular file.
pub fn read_start(path: impl AsRef<Path>, limit: usize) -> io::Result<Vec<u8>> {
    read_at_most(open_regular(path)?, limit)
}

/// A whole regular file; one longer than `limit` is an error.
pub fn read_whole(path: impl AsRef<Path>, limit: usize) -> io::Result<Vec<u8>> {
    let content = read_at_most(open_regular(path)?, limit.saturating_add(1))?;
    if content.len() > limit {
        return Err(io::Error::from_raw_os_error(libc::EFBIG));
    }
    Ok(content)
}

/// At most `limit` bytes of a file the kernel makes up (`/proc/…`): no questions asked first, since
/// there are hundreds of them in every cycle. For the same reason the descriptor is not marked
/// close-on-exec: C libraries that serve kernels before 2.6.23 make a second call for that, and it
/// is closed before anything can be executed.
pub fn read_kernel(path: &str, limit: usize) -> io::Result<Vec<u8>> {
    read_at_most(open_kernel(path)?, limit)
}

fn open_kernel(path: &str) -> io::Result<File> {
    let path = CString::new(path)?;
    // SAFETY: the path ends in NUL.
    let raw = retry(|| unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_NOCTTY) })?;
    // SAFETY: just opened, and nobody else's.
    Ok(unsafe { File::from_raw_fd(raw) })
}

/// At most `limit` bytes of one of the texts about a process: as [`read_kernel`], but the kernel
/// makes these up whole at the first read, so one that left room is the last.
pub fn read_process_text(path: &str, limit: usize) -> io::Result<Vec<u8>> {
    let mut file = open_kernel(path)?;
    let mut start = [0; 4096];
    let room = start.len().min(limit);
    let length = loop {
        match file.read(&mut start[..room]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            length => break length?,
        }
    };
    let mut content = start[..length].to_vec();
    if length == room && room < limit {
        file.take((limit - room) as u64).read_to_end(&mut content)?;
    }
    Ok(content)
}

/// At most `limit` bytes of an open file.
pub fn read_at_most(file: File, limit: usize) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(limit as u64).read_to_end(&mut content)?;
    Ok(content)
}

/// Opens a log file for appending; it is made, with mode 0640, where it is missing. Neither opening
/// it nor writing to it waits, also where it is a FIFO: without a reader it cannot be opened.
pub fn open_log(path: impl AsRef<Path>) -> io::Result<File> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o640)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
}

/// Replaces a file so that at any instant, power cut included, either the old or the new content is
/// there, whole: written beside, synced, renamed. May wait for the disk: call it in a task.
///
/// `mode` is the file's, less what the umask takes.
pub fn replace(path: impl AsRef<Path>, content: &[u8], mode: u32) -> io::Result<()> {
    let path = path.as_ref();
    let beside = with_suffix(path, ".new");
    let written = write_beside(&beside, content, mode).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
        return written;
    }
    sync_folder(path)
}

/// The path with something appended to its last part.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn write_beside(beside: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    // A left-over of a crash, or a trap: either way it is not written to.
    let _ = fs::remove_file(beside);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(beside)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Makes the rename last. File systems that cannot sync a folder are not asked twice.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    match File::open(folder)?.sync_all() {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::errno::words;
    use super::super::testing::{Folder, Program};
    use super::*;

    fn refusal(path: impl AsRef<Path>) -> String {
        words(&open_regular(path).unwrap_err()).into()
    }

    /// Sets when a file was read and written last. By a program, because a C library of a 32-bit
    /// machine knows no such times.
    fn touch(file: &Path, accessed: i64, modified: i64) {
        for (which, seconds) in [("-a", accessed), ("-m", modified)] {
            let date = format!("@{seconds}");
            Program::start(&["/usr/bin/touch", which, "-d", &date, file.to_str().unwrap()])
                .finish();
        }
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = Folder::new();
        assert_eq!(refusal(folder.path("none")), "No such file or directory");
        assert_eq!(refusal(folder.path("")), "Is a directory");
        assert_eq!(refusal(folder.fifo("fifo")), "Invalid argument");
        assert_eq!(refusal("/dev/zero"), "Invalid argument");
        let file = folder.file("file", "x");
        symlink(&file, folder.path("link")).unwrap();
        assert!(open_regular(folder.path("link")).is_ok());
    }

    #[test]
    fn reading_leaves_no_trace() {
        let folder = Folder::new();
        let file = folder.file("file", "x");
        // Older than the file's last change, so that reading it would count as the first since.
        touch(&file, 1, 2);
        assert_eq!(read_whole(&file, 1).unwrap(), b"x");
        assert_eq!(fs::metadata(&file).unwrap().atime(), 1);
    }

    #[test]
    fn what_belongs_to_others_is_read_all_the_same() {
        assert!(open_regular("/etc/passwd").is_ok());
    }

    #[test]
    fn times_do_not_end_in_2038() {
        let folder = Folder::new();
        let file = folder.file("file", "x");
        let path = file.to_str().unwrap();
        for (accessed, modified) in [(1, 2), (1_795_330_394, 0), (2_147_483_648, 2_540_246_400)] {
            touch(&file, accessed, modified);
            let found = times(path, &fs::metadata(&file).unwrap());
            assert_eq!((found.accessed, found.modified), (accessed, modified));
            assert!(whole_times(path).is_none_or(|whole| whole == found));
        }
    }

    #[test]
    fn reading_stops_at_the_limit() {
        let folder = Folder::new();
        let file = folder.file("file", "12345");
        assert_eq!(read_start(&file, 4).unwrap(), b"1234");
        assert_eq!(read_start(&file, 9).unwrap(), b"12345");
        assert_eq!(read_whole(&file, 5).unwrap(), b"12345");
        assert_eq!(
            words(&read_whole(&file, 4).unwrap_err()).as_ref(),
            "File too large"
        );
        assert_eq!(read_kernel("/proc/version", 5).unwrap(), b"Linux");
        let file = folder.file("long", "x".repeat(5000));
        for (limit, length) in [(10, 10), (4096, 4096), (4097, 4097), (9000, 5000)] {
            let text = read_process_text(file.to_str().unwrap(), limit).unwrap();
            assert_eq!(text.len(), length);
        }
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = Folder::new();
        let file = folder.file("state", "old");
        // A trap beside it is removed, not followed.
        let victim = folder.file("victim", "precious");
        symlink(&victim, folder.path("state.new")).unwrap();
        replace(&file, b"new", 0o600).unwrap();
        assert_eq!(read_whole(&file, 9).unwrap(), b"new");
        assert_eq!(read_whole(&victim, 9).unwrap(), b"precious");
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o600);
        assert_eq!(folder.names(), ["state", "victim"]);
    }

    #[test]
    fn a_failed_replacement_leaves_the_old_file() {
        let folder = Folder::new();
        assert!(replace(folder.path("none/state"), b"x", 0o600).is_err());
        // A folder in the way of the rename.
        std::fs::create_dir(folder.path("state")).unwrap();
        assert!(replace(folder.path("state"), b"x", 0o600).is_err());
        assert_eq!(folder.names(), ["state"]);
    }
}
