//! What tests of the acting half share: children that report, and files that vanish.

use std::fs;
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::exits::stat_of;
use super::reap::{self, WaitStatus};
use super::spawn::{Child, Heard, Identity, Spawn, spawn};
use super::task::fork_task;

/// All there is to read, waiting for it as long as it takes.
pub(crate) fn read_to_end(descriptor: impl AsFd) -> Vec<u8> {
    let mut content = Vec::new();
    waiting(descriptor).read_to_end(&mut content).unwrap();
    content
}

/// A pipe's end whose reads wait for the writer.
pub(crate) fn waiting(descriptor: impl AsFd) -> fs::File {
    let raw = descriptor.as_fd().as_raw_fd();
    // SAFETY: only flags are changed, on a pipe that is the test's own.
    unsafe { libc::fcntl(raw, libc::F_SETFL, 0) };
    fs::File::from(descriptor.as_fd().try_clone_to_owned().unwrap())
}

/// Runs what would disturb the other tests of this process in a child, and takes what it writes.
pub(crate) fn in_child(work: impl FnOnce(&mut dyn Write)) -> Vec<u8> {
    let task = fork_task(work).unwrap();
    let written = read_to_end(&task.output);
    assert_eq!(reap::wait_for(task.pid), Some(WaitStatus::Exited(0)));
    written
}

/// Lets everybody execute a file.
pub(crate) fn make_executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// From here on nothing can be opened; for children.
pub(crate) fn exhaust_descriptors() {
    limit_descriptors(0);
}

/// From here on a child has descriptors below this number only; it begins with four.
pub(crate) fn limit_descriptors(most: libc::rlim_t) {
    let limit = libc::rlimit {
        rlim_cur: most,
        rlim_max: most,
    };
    // SAFETY: the limit is whole.
    let set = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!(set, 0);
}

/// A folder of a test's own; removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let name = format!("tend-unit-{}-{number}", reap::own_pid());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// A FIFO in it.
    pub(crate) fn fifo(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let text = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
        // SAFETY: the path ends in NUL.
        assert_eq!(unsafe { libc::mkfifo(text.as_ptr(), 0o600) }, 0);
        path
    }

    /// The names in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(AsRef::<Path>::as_ref(&self.0)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove_folder(&self.0);
    }
}

/// As `fs::remove_dir_all`, which is not there on kernels before 2.6.16.
fn remove_folder(path: &Path) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_folder(&entry.path());
        } else {
            let _ = fs::remove_file(entry.path());
        }
    }
    let _ = fs::remove_dir(path);
}

/// A number nobody else waits for, as an argument of `sleep` that a pattern can be sure to mean.
pub(crate) fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    format!("1000{}{number:03}", reap::own_pid())
}

/// A program that runs until it is dropped.
pub(crate) struct Program(Child);

impl Program {
    /// Returns once it is executed.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let child = spawn(&Spawn {
            arguments,
            inherited: &[],
            additions: &[],
            identity: &Identity::Own,
            tied: false,
            heard: Heard::Always,
        });
        let child = child.unwrap();
        assert_eq!(read_to_end(child.report.as_ref().unwrap()), b"");
        // The kernel closes the report a moment before it has the new command line.
        let path = format!("/proc/{}/cmdline", child.pid);
        let lives = || stat_of(child.pid).is_ok_and(|stat| stat.is_some_and(|s| !s.is_zombie));
        while lives() && fs::read(&path).is_ok_and(|line| line.is_empty()) {
            std::thread::yield_now();
        }
        Self(child)
    }

    pub(crate) fn pid(&self) -> i32 {
        self.0.pid
    }

    /// Waits until it has ended by itself.
    pub(crate) fn finish(self) {
        read_to_end(self.0.stdout.as_ref().unwrap());
    }

    /// Waits until it has written something.
    pub(crate) fn await_output(&self) {
        let mut output = waiting(self.0.stdout.as_ref().unwrap());
        assert_eq!(output.read(&mut [0]).unwrap(), 1);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        reap::kill_group(self.0.pid, reap::KILL);
        reap::wait_for(self.0.pid);
    }
}
