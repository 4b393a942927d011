//! The two files that outlive the program: the mail queue and the engine's state.
//!
//! They are written by a short-lived forked child (beside, synced, renamed), so that a slow disk
//! stalls nothing; what comes in meanwhile waits, and only the newest of it. One child writes the
//! mail queue first and the state after it: were it the other way round, a state that knows of an
//! alert could survive a crash that its mail does not. A file is written only when it changed.
//!
//! A writer outlives a daemon that is killed. The next one, which init brings back at once, must
//! not read what is about to be replaced: the writer holds a [`Guard`] for which that one waits.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::reading::fingerprint;
use crate::sys;
use crate::sys::guard::Guard;
use crate::sys::reap::WaitStatus;
use crate::sys::task::{self, Task};
use crate::time::Moment;

/// A longer file was not written by us.
const LARGEST_FILE: usize = 16 * 1024 * 1024;
/// Pause after a failure: a full disk is asked again, but not all the time.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// Longest reason a writer hands back.
const LONGEST_REASON: u64 = 500;
/// How long the writer of an earlier run is waited for. One that needs longer hangs on its disk,
/// and supervision is worth more than what it has to write.
const WRITER_PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Alerts that wait for a mail server.
    Mail,
    /// What the engine remembers.
    State,
}

/// Both files and their writer.
pub struct Store {
    mail: Slot,
    state: Slot,
    writer: Option<Task>,
    /// Held by us and by our writers; none where another run has it, or the kernel has none.
    guard: Option<Guard>,
    /// How often something was given to be stored, when the writer began, and when the last one
    /// that has succeeded began.
    puts: u64,
    writing: u64,
    stored: u64,
    /// No new attempt before this.
    pause: Option<Moment>,
    /// The failure that was said, so that it is said once.
    said: Option<String>,
}

struct Slot {
    path: PathBuf,
    /// Of what is in the file, as far as we know.
    stored: Option<u64>,
    /// Given to the writer that runs; kept until it answers.
    writing: Option<Vec<u8>>,
    pending: Option<Vec<u8>>,
}

/// Something to tell the owner.
#[derive(Debug, PartialEq, Eq)]
pub enum Notice {
    /// It cannot be written: why, and that it will be tried again.
    Failed(String),
    /// It can be written again.
    Recovered(String),
}

impl Store {
    /// Keeps the state in `state_path` and the mail queue beside it.
    pub fn new(state_path: &str) -> Self {
        Self {
            mail: Slot::new(mail_path(state_path)),
            state: Slot::new(state_path.into()),
            writer: None,
            guard: Guard::take(&guard_name(state_path)).ok(),
            puts: 0,
            writing: 0,
            stored: 0,
            pause: None,
            said: None,
        }
    }

    /// Waits until the writer of an earlier run, which may have been killed a moment ago, is done;
    /// before anything is loaded.
    pub fn await_earlier_writer(&mut self) {
        let name = guard_name(&self.state.path.to_string_lossy());
        let mut waited = Duration::ZERO;
        while self.guard.is_none() {
            match Guard::take(&name) {
                Ok(guard) => self.guard = Some(guard),
                Err(error) if error.kind() != io::ErrorKind::AddrInUse => return,
                Err(_) if waited >= WRITER_PATIENCE => {
                    let path = self.state.path.display();
                    ::log::warn!("Somebody else is still writing {path}: not waiting for it");
                    return;
                }
                Err(_) => {
                    if waited.is_zero() {
                        ::log::info!("Waiting for an earlier run to finish its writing");
                    }
                    thread::sleep(LOOK_EVERY);
                    waited += LOOK_EVERY;
                }
            }
        }
    }

    /// What is stored, at start. `Ok(None)` where there is no file yet.
    pub fn load(&mut self, kind: Kind) -> io::Result<Option<Vec<u8>>> {
        let slot = self.slot(kind);
        let content = read(&slot.path)?;
        slot.stored = content.as_deref().map(fingerprint);
        Ok(content)
    }

    /// Sets a file aside that nobody understands, and says how it is called then.
    pub fn set_aside(&mut self, kind: Kind) -> io::Result<PathBuf> {
        let slot = self.slot(kind);
        let aside = sys::file::with_suffix(&slot.path, ".unreadable");
        fs::rename(&slot.path, &aside)?;
        slot.stored = None;
        Ok(aside)
    }

    /// Remembers to store this; written by the next [`Self::write`].
    pub fn put(&mut self, kind: Kind, content: Vec<u8>) {
        self.puts += 1;
        let slot = self.slot(kind);
        let unchanged = match &slot.writing {
            Some(writing) => *writing == content,
            None => slot.stored == Some(fingerprint(&content)),
        };
        slot.pending = (!unchanged).then_some(content);
    }

    /// Starts the writer if there is something to write and none runs.
    pub fn write(&mut self, now: Moment) -> Option<Notice> {
        if self.writer.is_some() || !self.is_pending() || self.pause.is_some_and(|at| now < at) {
            return None;
        }
        self.pause = None;
        self.mail.writing = self.mail.pending.take();
        self.state.writing = self.state.pending.take();
        self.writing = self.puts;
        let guard = self.guard.as_ref().map(AsFd::as_fd);
        let work = |answer: &mut dyn Write| write_all([&self.mail, &self.state], answer);
        match task::fork_task_keeping(guard, work) {
            Ok(writer) => {
                self.writer = Some(writer);
                None
            }
            Err(error) => {
                self.mail.give_back();
                self.state.give_back();
                let why = sys::errno::words(&error);
                self.failed(now, format!("cannot start its writer: {why}"))
            }
        }
    }

    /// A process was reaped: `None` where it was not the writer.
    pub fn ended(&mut self, now: Moment, pid: i32, status: WaitStatus) -> Option<Option<Notice>> {
        let task = self.writer.take_if(|writer| writer.pid == pid)?;
        let mut reason = String::new();
        let _ = File::from(task.output)
            .take(LONGEST_REASON)
            .read_to_string(&mut reason);
        if reason.is_empty() && status != WaitStatus::Exited(0) {
            reason = "its writer was killed".to_owned();
        }
        if !reason.is_empty() {
            self.mail.give_back();
            self.state.give_back();
            return Some(self.failed(now, reason));
        }
        self.mail.settle();
        self.state.settle();
        self.stored = self.writing;
        Some(
            self.said
                .take()
                .map(|_| Notice::Recovered("State can be stored again".to_owned())),
        )
    }

    fn failed(&mut self, now: Moment, reason: String) -> Option<Notice> {
        self.pause = Some(now + RETRY_AFTER);
        if self.said.as_ref() == Some(&reason) {
            return None;
        }
        let text = format!("Cannot store the state -- {reason}; supervision goes on, trying again");
        self.said = Some(reason);
        Some(Notice::Failed(text))
    }

    /// When to try again after a failure.
    pub fn deadline(&self) -> Option<Moment> {
        self.pause.filter(|_| self.is_pending())
    }

    /// The program ends: no pause any more.
    pub const fn hurry(&mut self) {
        self.pause = None;
    }

    /// Whether the last try failed and the next one is not due.
    pub const fn is_failing(&self) -> bool {
        self.pause.is_some()
    }

    /// How often [`Self::put`] was called: the mark of what was given until now.
    pub const fn mark(&self) -> u64 {
        self.puts
    }

    /// Whether all that was given up to `mark` is in its file.
    pub fn has_stored(&self, mark: u64) -> bool {
        self.stored >= mark || self.is_settled()
    }

    /// Whether everything given to [`Self::put`] is in its file.
    pub fn is_settled(&self) -> bool {
        self.writer.is_none() && !self.is_pending()
    }

    /// Whether a child is writing.
    pub const fn is_writing(&self) -> bool {
        self.writer.is_some()
    }

    fn is_pending(&self) -> bool {
        self.mail.pending.is_some() || self.state.pending.is_some()
    }

    /// For tests, which wait for it.
    #[cfg(test)]
    pub(super) fn writer_pid(&self) -> Option<i32> {
        self.writer.as_ref().map(|writer| writer.pid)
    }

    fn slot(&mut self, kind: Kind) -> &mut Slot {
        match kind {
            Kind::Mail => &mut self.mail,
            Kind::State => &mut self.state,
        }
    }
}

/// The mail queue's file beside the state file.
fn mail_path(state_path: &str) -> PathBuf {
    format!("{state_path}.mail").into()
}

impl Slot {
    const fn new(path: PathBuf) -> Self {
        Self {
            path,
            stored: None,
            writing: None,
            pending: None,
        }
    }

    /// The writer is done.
    fn settle(&mut self) {
        if let Some(written) = self.writing.take() {
            self.stored = Some(fingerprint(&written));
        }
    }

    /// The writer failed, nobody knows how far it came: to be written again, if nothing newer is.
    fn give_back(&mut self) {
        if let Some(unwritten) = self.writing.take() {
            self.stored = None;
            self.pending.get_or_insert(unwritten);
        }
    }
}

/// One name per state file.
fn guard_name(state_path: &str) -> String {
    format!("tend state {:016x}", fingerprint(state_path.as_bytes()))
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match sys::file::read_whole(path, LARGEST_FILE) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// In the child: what went wrong is its answer.
fn write_all(slots: [&Slot; 2], answer: &mut dyn Write) {
    for slot in slots {
        let Some(content) = &slot.writing else {
            continue;
        };
        if let Err(error) = replace(&slot.path, content) {
            let why = sys::errno::words(&error);
            let _ = write!(answer, "{}: {why}", slot.path.display());
            return;
        }
    }
}

/// Through a symlink, because the owner may keep the file on another disk; never in the place of a
/// device: `/dev/null` must survive being named as a state file.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
        return Err(io::Error::other("not a regular file"));
    }
    sys::file::replace(path, content, 0o600)
}

#[cfg(test)]
mod tests;
