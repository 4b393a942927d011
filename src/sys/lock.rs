//! The pidfile: tells the daemon's number, and keeps a second one from starting.
//!
//! A write lock held for life is what counts; the number is for people and scripts. So a pidfile
//! left by a crash is simply taken over, whoever has its number today, while a live twin is always
//! found. It is taken after the last fork of going to the background, and children close what they
//! inherit before they do anything that lasts.
//!
//! The lock belongs to the open file: that of fcntl(2) where the kernel has that kind (3.15), else
//! that of flock(2). The oldest kind, which belongs to the process, would go with the first
//! descriptor of the file that is closed, be it one that a check of this very pidfile opened.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::errno::{retry, words};
use super::file::read_process_text;
use super::reap::{own_pid, process_alive};
use crate::reading::parse_pidfile;

/// Our pidfile, locked.
#[derive(Debug)]
pub struct PidFile {
    path: PathBuf,
    file: File,
}

/// Why we may not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockFailure {
    /// Another daemon holds the pidfile; its number, where it can be told.
    Running(Option<i32>),
    /// Monit runs with this number, and by this pidfile: two would start everything twice.
    Original(i32),
    /// The pidfile cannot be used, in words.
    Unusable(Box<str>),
    /// There is no place for it at present: its file system is read-only or full, or its folder is
    /// not there and cannot be made. In words.
    NoPlace(Box<str>),
}

impl fmt::Display for LockFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running(Some(pid)) => write!(f, "a daemon with PID {pid} is running"),
            Self::Running(None) => f.write_str("another daemon is running"),
            Self::Original(pid) => {
                write!(
                    f,
                    "Monit is running with PID {pid} and this pidfile: end it first"
                )
            }
            Self::Unusable(why) | Self::NoPlace(why) => f.write_str(why),
        }
    }
}

/// More than any pidfile holds; a longer file is somebody's data, not ours to overwrite.
const CONTENT_LIMIT: u64 = 64;

/// How often the file may vanish between being opened and being locked.
const TRIES: u32 = 16;

/// How often, and how long each time, a lock is waited for whose holder seems to be dead.
const WAITS: u32 = 400;
const PAUSE: Duration = Duration::from_millis(5);

impl PidFile {
    /// Takes the pidfile and writes our number into it. Waits for two seconds at most, where the
    /// one who holds it seems to be dead.
    pub fn take(path: impl AsRef<Path>) -> Result<Self, LockFailure> {
        Self::take_within(path.as_ref(), WAITS)
    }

    /// The same without waiting.
    pub fn take_now(path: impl AsRef<Path>) -> Result<Self, LockFailure> {
        Self::take_within(path.as_ref(), 0)
    }

    fn take_within(path: &Path, waits: u32) -> Result<Self, LockFailure> {
        for _ in 0..TRIES {
            let file = open(path)?;
            lock(path, &file, waits)?;
            // A twin that ended may have removed the file after we opened it: then what we locked
            // has no name any more.
            if is_named(path, &file) {
                if let Some(pid) = number_in(&file).filter(|&pid| is_original(pid)) {
                    return Err(LockFailure::Original(pid));
                }
                let mut held = Self {
                    path: path.to_owned(),
                    file,
                };
                held.write_number().map_err(|e| failed(path, &e))?;
                return Ok(held);
            }
        }
        Err(unusable(path, "it keeps vanishing"))
    }

    /// Whether the name still means ours.
    pub fn is_named(&self) -> bool {
        is_named(&self.path, &self.file)
    }

    /// Removes the file, if the name still means ours.
    pub fn release(self) {
        if self.is_named() {
            let _ = fs::remove_file(&self.path);
        }
    }

    fn write_number(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(format!("{}\n", own_pid()).as_bytes())
    }
}

/// The number of the daemon that holds this pidfile, if one does. For other processes than the
/// daemon itself, see [`PidFile`].
pub fn holder(path: impl AsRef<Path>) -> Option<i32> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW | libc::O_NOCTTY)
        .open(path)
        .ok()?;
    match ask(&file, request()) {
        Some(answer) if answer.l_pid > 0 => Some(answer.l_pid),
        // By a lock of the open file, or from outside our process namespace.
        Some(_) => number_in(&file),
        None => match flock(&file, libc::LOCK_SH) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                number_in(&file).filter(|&pid| process_alive(pid))
            }
            Ok(()) | Err(_) => None,
        },
    }
}

fn open(path: &Path) -> Result<File, LockFailure> {
    if let Some(folder) = path.parent() {
        // One like `/run/tend` goes with a reboot. What is wrong with it, opening the file tells.
        let _ = fs::create_dir(folder);
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)
        .map_err(|error| match error.raw_os_error() {
            Some(libc::ELOOP) => unusable(path, "it is a symbolic link, which is not followed"),
            _ => failed(path, &error),
        })?;
    let facts = file.metadata().map_err(|e| unusable(path, &words(&e)))?;
    if !facts.is_file() {
        return Err(unusable(path, "it is not a regular file"));
    }
    if facts.nlink() > 1 {
        return Err(unusable(path, "it has another name as well (hard link)"));
    }
    if facts.len() > CONTENT_LIMIT {
        return Err(unusable(path, "it holds something else than a number"));
    }
    Ok(file)
}

/// A daemon that was killed may have left a child that has not let go of what it inherited yet, and
/// one who asks for the [`holder`] by flock(2) shares the lock for an instant: neither is a twin.
fn lock(path: &Path, file: &File, mut waits: u32) -> Result<(), LockFailure> {
    loop {
        let error = match try_to_lock(file) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !matches!(error.raw_os_error(), Some(libc::EACCES | libc::EAGAIN)) {
            return Err(unusable(path, &words(&error)));
        }
        let by = ask(file, request()).map(|answer| answer.l_pid);
        let by = by.filter(|&pid| pid > 0).or_else(|| number_in(file));
        if waits == 0 || by.is_some_and(process_alive) {
            return Err(LockFailure::Running(by));
        }
        waits -= 1;
        std::thread::sleep(PAUSE);
    }
}

fn try_to_lock(file: &File) -> io::Result<()> {
    let room = Room {
        wanted: request(),
        _larger: [0; 4],
    };
    let raw = file.as_raw_fd();
    // SAFETY: the request is whole, in any layout the command may mean, and only read.
    match retry(|| unsafe { libc::fcntl(raw, libc::F_OFD_SETLK, &raw const room) }) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => flock(file, libc::LOCK_EX),
        taken => taken.map(|_| ()),
    }
}

/// The lock of flock(2), without waiting.
fn flock(file: &File, kind: libc::c_int) -> io::Result<()> {
    // SAFETY: plain system call.
    retry(|| unsafe { libc::flock(file.as_raw_fd(), kind | libc::LOCK_NB) }).map(|_| ())
}

/// On 32-bit machines the lock of an open file is asked for with wider fields than libc's `flock`
/// has. All but the kind is zero, and the kind comes first in both.
#[repr(C)]
struct Room {
    wanted: libc::flock,
    _larger: [u64; 4],
}

/// A write lock on the whole file.
fn request() -> libc::flock {
    // SAFETY: all-zero is a valid `flock`: from the start of the file to its end.
    let mut wanted: libc::flock = unsafe { std::mem::zeroed() };
    wanted.l_type = WRITE_LOCK;
    wanted
}

#[allow(clippy::cast_possible_truncation)] // an `int` constant for a `short` field; it is 1
const WRITE_LOCK: libc::c_short = libc::F_WRLCK as libc::c_short;
#[allow(clippy::cast_possible_truncation)] // likewise; it is 2
const NO_LOCK: libc::c_short = libc::F_UNLCK as libc::c_short;

/// The lock that stands in the way, if there is one.
fn ask(file: &File, mut lock: libc::flock) -> Option<libc::flock> {
    // SAFETY: there is room for the answer.
    let asked = retry(|| unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLK, &raw mut lock) });
    (asked.is_ok() && lock.l_type != NO_LOCK).then_some(lock)
}

fn number_in(mut file: &File) -> Option<i32> {
    let mut content = Vec::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(CONTENT_LIMIT).read_to_end(&mut content).ok()?;
    parse_pidfile(&content)
}

/// Whether this is Monit, which locks nothing. Our own program by that name would hold its lock,
/// unless it is ourselves; and the script that starts us may be called so, too.
fn is_original(pid: i32) -> bool {
    if pid == own_pid() || u32::try_from(pid) == Ok(std::os::unix::process::parent_id()) {
        return false;
    }
    let stat = read_process_text(&format!("/proc/{pid}/stat"), 64).unwrap_or_default();
    stat.split(|&byte| byte == b' ').nth(1) == Some(b"(monit)".as_slice())
}

fn is_named(path: &Path, file: &File) -> bool {
    let (Ok(named), Ok(held)) = (fs::symlink_metadata(path), file.metadata()) else {
        return false;
    };
    (named.dev(), named.ino()) == (held.dev(), held.ino())
}

fn failed(path: &Path, error: &io::Error) -> LockFailure {
    match error.raw_os_error() {
        Some(libc::EROFS | libc::ENOSPC | libc::EDQUOT | libc::ENOENT) => {
            let why = words(error);
            LockFailure::NoPlace(format!("pidfile {}: {why}", path.display()).into())
        }
        _ => unusable(path, &words(error)),
    }
}

fn unusable(path: &Path, why: &str) -> LockFailure {
    LockFailure::Unusable(format!("pidfile {}: {why}", path.display()).into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::testing::{Folder, Program, in_child};
    use super::*;

    /// What another process is told that tries to take the file.
    fn twin(path: &Path) -> String {
        let told = in_child(|out| {
            let answer = match PidFile::take(path) {
                Ok(_) => "taken".to_owned(),
                Err(failure) => failure.to_string(),
            };
            out.write_all(answer.as_bytes()).unwrap();
        });
        String::from_utf8(told).unwrap()
    }

    fn refusal(path: &Path) -> String {
        PidFile::take(path).unwrap_err().to_string()
    }

    #[test]
    fn one_daemon_only() {
        let folder = Folder::new();
        let path = folder.path("tend.pid");
        let held = PidFile::take(&path).unwrap();
        assert_eq!(
            twin(&path),
            format!("a daemon with PID {} is running", own_pid())
        );
        let asked = in_child(|out| write!(out, "{:?}", holder(&path)).unwrap());
        assert_eq!(asked, format!("Some({})", own_pid()).as_bytes());
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            format!("{}\n", own_pid())
        );
        held.release();
        assert!(folder.names().is_empty());
    }

    #[test]
    fn a_check_that_reads_our_own_pidfile_does_not_unlock_it() {
        let folder = Folder::new();
        let path = folder.path("tend.pid");
        let held = PidFile::take(&path).unwrap();
        assert_eq!(
            fs::read(&path).unwrap(),
            format!("{}\n", own_pid()).as_bytes()
        );
        assert!(twin(&path).ends_with("is running"));
        held.release();
    }

    #[test]
    fn the_lock_of_older_kernels_outlives_other_descriptors_and_is_found() {
        let folder = Folder::new();
        let path = folder.file("tend.pid", format!("{}\n", own_pid()));
        let held = open(&path).unwrap();
        assert_eq!(holder(&path), None);
        flock(&held, libc::LOCK_EX).unwrap();
        drop(File::open(&path).unwrap());
        let asked = in_child(|out| write!(out, "{:?}", holder(&path)).unwrap());
        assert_eq!(asked, format!("Some({})", own_pid()).as_bytes());
        let twin = in_child(|out| {
            let refused = flock(&open(&path).unwrap(), libc::LOCK_EX).unwrap_err();
            write!(out, "{:?}", refused.kind()).unwrap();
        });
        assert_eq!(twin, b"WouldBlock");
    }

    #[test]
    fn a_dead_daemon_s_child_that_has_not_let_go_yet_is_no_twin() {
        let folder = Folder::new();
        let path = folder.file("tend.pid", "");
        let held = PidFile::take(&path).unwrap();
        fs::write(&path, format!("{}\n", i32::MAX)).unwrap();
        let taken = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| PidFile::take(&path).is_ok());
            std::thread::sleep(PAUSE * 4);
            drop(held);
            waiting.join().unwrap()
        });
        assert!(taken);
    }

    /// Monit locks nothing; only its name tells that it is no number that somebody else has now.
    #[test]
    fn a_pidfile_of_monit_is_left_alone_while_that_runs() {
        let folder = Folder::new();
        let named = folder.path("monit");
        symlink("/bin/sleep", &named).unwrap();
        let monit = Program::start(&[named.to_str().unwrap(), "1000"]);
        let number = format!("{}\n", monit.pid());
        let path = folder.file("pid", &number);
        let refused = PidFile::take(&path)
            .err()
            .map(|failure| failure.to_string());
        let words = "Monit is running with PID {} and this pidfile: end it first";
        assert_eq!(refused, Some(words.replace("{}", number.trim())));
        assert_eq!(fs::read_to_string(&path).unwrap(), number);
        drop(monit);
        PidFile::take(&path).unwrap().release();
        fs::remove_file(named).unwrap();
    }

    #[test]
    fn what_a_crash_left_is_taken_over() {
        let folder = Folder::new();
        // Process 1 lives, but it is no daemon of ours; and the old number was longer.
        for stale in ["1\n", "", "123456789 and words\n", "-5", "nonsense"] {
            let path = folder.file("tend.pid", stale);
            assert_eq!(holder(&path), None);
            let held = PidFile::take(&path).unwrap();
            assert_eq!(
                fs::read_to_string(&path).unwrap(),
                format!("{}\n", own_pid())
            );
            held.release();
        }
    }

    #[test]
    fn files_that_are_not_ours_stay_untouched() {
        let folder = Folder::new();
        let victim = folder.file("victim", "precious");

        let link = folder.path("link");
        symlink(&victim, &link).unwrap();
        assert!(refusal(&link).ends_with("it is a symbolic link, which is not followed"));

        let hard = folder.path("hard");
        // Not there through the standard library on kernels before 2.6.16.
        if fs::hard_link(&victim, &hard).is_ok() {
            assert!(refusal(&hard).ends_with("it has another name as well (hard link)"));
        }

        let long = folder.file("long", [b'1'; 65]);
        assert!(refusal(&long).ends_with("it holds something else than a number"));

        assert!(refusal(&folder.fifo("fifo")).ends_with("it is not a regular file"));
        assert!(refusal(&folder.path("")).ends_with("Is a directory"));
        assert!(refusal(&folder.path("no/such/where")).ends_with("No such file or directory"));
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(fs::read(&long).unwrap().len(), 65);
    }

    #[test]
    fn only_our_own_file_is_removed() {
        let folder = Folder::new();
        let path = folder.path("tend.pid");
        let held = PidFile::take(&path).unwrap();
        fs::remove_file(&path).unwrap();
        folder.file("tend.pid", "77\n");
        held.release();
        assert_eq!(fs::read_to_string(&path).unwrap(), "77\n");
    }

    #[test]
    fn a_lock_ends_with_its_process() {
        let folder = Folder::new();
        let path = folder.path("tend.pid");
        assert_eq!(twin(&path), "taken");
        assert_eq!(twin(&path), "taken");
    }
}
