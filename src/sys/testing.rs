//! What tests of the acting half share: children that report, and files that vanish.

use std::fs;
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::reap::{self, WaitStatus};
use super::task::fork_task;

/// All there is to read, waiting for it as long as it takes.
pub(crate) fn read_to_end(descriptor: impl AsFd) -> Vec<u8> {
    let raw = descriptor.as_fd().as_raw_fd();
    // SAFETY: only flags are changed, on a pipe that is the test's own.
    unsafe { libc::fcntl(raw, libc::F_SETFL, 0) };
    let mut content = Vec::new();
    let mut file = fs::File::from(descriptor.as_fd().try_clone_to_owned().unwrap());
    file.read_to_end(&mut content).unwrap();
    content
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
        let _ = fs::remove_dir_all(&self.0);
    }
}
