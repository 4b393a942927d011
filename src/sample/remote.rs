//! File systems that may never answer, files on them, content tests that may never end and hashes
//! that take long, looked at by children.
//!
//! ```text
//!  begin ──► a child looks ── ended ──► its answer
//!                 │
//!           its time is over: killed, answered "does not answer"; the path stays in disgrace
//!           until the child is really gone, which on a dead server may take until that is back
//! ```
//!
//! A child stuck in the kernel costs nobody anything, but there must not be another one each cycle.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use super::content::Search;
use super::digest::Request;
use super::process::Told;
use super::{answer, file, filesystem};
use crate::engine::SampleId;
use crate::model::ChecksumKind;
use crate::reading::{Activity, FileKind, Mount, Mounts, Presence, Reading};
use crate::sys::errno::words;
use crate::sys::reap::{KILL, kill_group};
use crate::sys::task::{Task, fork_task, yield_to_others};
use crate::time::Moment;

/// How long a look may take, the hash of a large file on a remote file system included.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// How long a hash of a local file may take: an old disk reads fifty gigabytes meanwhile.
const HASH_LIMIT: Duration = Duration::from_secs(3600);
/// How many local files are hashed at a time.
const HASHES: usize = 4;
/// The most of an answer that is read. It is read when the child has ended, so that all of it must
/// find room in the pipe: 64 KiB since Linux 2.6.11.
const ANSWER_LIMIT: u64 = 64 * 1024;

/// As many as the kernel follows (path_resolution(7)).
const LINKS: usize = 40;

/// What is mounted where.
pub struct Places(Mounts);

impl Places {
    /// At this moment.
    pub fn now() -> Self {
        Self(filesystem::mounts())
    }

    /// Whether whoever asks for a file may have to wait for another machine or another program.
    pub fn is_far(&self, path: &str) -> bool {
        is_remote(path, &self.0)
    }
}

/// Whether a look at this path would ask a remote file system.
pub(super) fn is_remote(path: &str, mounts: &Mounts) -> bool {
    !mounts.are_local() && resolve(path, mounts).is_remote
}

/// Where a path leads.
pub(super) struct Resolved {
    /// Without symbolic links, as far as they could be followed.
    pub(super) path: PathBuf,
    /// Whether a part of the way lies on a remote file system.
    pub(super) is_remote: bool,
}

/// Follows symbolic links by hand. Nothing is asked of a part of the path that is remote: links
/// behind it stay as they are written.
pub(super) fn resolve(path: &str, mounts: &Mounts) -> Resolved {
    let mut is_remote = false;
    let mut ahead: Vec<OsString> = parts(Path::new(path));
    let mut here = PathBuf::from("/");
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        if part == ".." {
            here.pop();
            continue;
        }
        let next = here.join(&part);
        is_remote |= mounts.is_remote(next.as_os_str().as_bytes());
        let link = (!is_remote && links < LINKS).then(|| fs::read_link(&next).ok());
        match link.flatten() {
            Some(target) => {
                links += 1;
                if target.is_absolute() {
                    here = PathBuf::from("/");
                }
                ahead.extend(parts(&target));
            }
            None => here = next,
        }
    }
    Resolved {
        path: here,
        is_remote,
    }
}

/// The parts of a path, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let part = |component| match component {
        Component::Normal(name) => Some(name),
        Component::ParentDir => Some(OsStr::new("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    };
    let parts = path.components().rev().filter_map(part);
    parts.map(OsStr::to_owned).collect()
}

/// Children that look.
#[derive(Default)]
pub(super) struct Remote {
    looks: Vec<Look>,
}

/// Why a child looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The file system may never answer.
    Far,
    /// Looking through the lines may take longer than anybody should wait.
    Costly,
}

struct Look {
    question: Question,
    pid: i32,
    output: OwnedFd,
    /// Who waits for it, and until when; nobody any more once its time is over.
    wanted: Option<(SampleId, Moment)>,
}

impl Remote {
    /// Starts to look. The answer is returned at once where there can be no other.
    pub(super) fn begin(
        &mut self,
        sample: SampleId,
        question: Question,
        now: Moment,
    ) -> Option<Answer> {
        let in_disgrace =
            |look: &Look| look.wanted.is_none() && look.question.place() == question.place();
        if self.looks.iter().any(in_disgrace) {
            return Some(question.no_answer());
        }
        let started = fork_task(|out| {
            // Where nobody reads it any more, it does not matter.
            let _ = out.write_all(&question.look());
        });
        self.keep(sample, question, started, now)
    }

    fn keep(
        &mut self,
        sample: SampleId,
        question: Question,
        started: std::io::Result<Task>,
        now: Moment,
    ) -> Option<Answer> {
        let limit = match question {
            Question::Hash(_) => HASH_LIMIT,
            Question::File { .. } | Question::Filesystem { .. } | Question::Pidfile { .. } => {
                TIME_LIMIT
            }
        };
        match started {
            Ok(task) => {
                self.looks.push(Look {
                    question,
                    pid: task.pid,
                    output: task.output,
                    wanted: Some((sample, now + limit)),
                });
                None
            }
            Err(error) => Some(match question {
                Question::Hash(request) => Answer::Refused(request),
                Question::File { .. } | Question::Filesystem { .. } | Question::Pidfile { .. } => {
                    question.unreadable(&words(&error))
                }
            }),
        }
    }

    /// Whether one more file may be hashed.
    pub(super) fn may_hash(&self) -> bool {
        let hashes = self.looks.iter().filter(|look| look.question.is_hash());
        hashes.count() < HASHES
    }

    /// Ends a hash that nobody waits for: it can neither hang on a server that is gone nor tell
    /// anything by taking long.
    pub(super) fn cancel(&mut self, sample: SampleId) {
        let is_it = |look: &Look| {
            let waits = look.wanted.is_some_and(|(waiting, _)| waiting == sample);
            waits && look.question.is_hash()
        };
        if let Some(at) = self.looks.iter().position(is_it) {
            kill_group(self.looks.swap_remove(at).pid, KILL);
        }
    }

    #[cfg(test)]
    pub(super) fn pids(&self) -> Vec<i32> {
        self.looks.iter().map(|look| look.pid).collect()
    }

    /// Gives every look so much more time.
    pub(super) fn postpone(&mut self, time: Duration) {
        let wanted = self
            .looks
            .iter_mut()
            .filter_map(|look| look.wanted.as_mut());
        wanted.for_each(|(_, until)| *until = *until + time);
    }

    /// When the time of the next one is over.
    pub(super) fn deadline(&self) -> Option<Moment> {
        let waiting = self.looks.iter().filter_map(|look| look.wanted);
        waiting.map(|(_, until)| until).min()
    }

    /// Gives up those whose time is over.
    pub(super) fn expire(&mut self, now: Moment) -> Vec<(SampleId, Answer)> {
        let mut given_up = Vec::new();
        for look in &mut self.looks {
            if let Some((sample, _)) = look.wanted.take_if(|(_, until)| *until <= now) {
                kill_group(look.pid, KILL);
                given_up.push((sample, look.question.no_answer()));
            }
        }
        given_up
    }

    /// A child was reaped: whether it was ours, and its answer if somebody waits for it.
    pub(super) fn ended(&mut self, pid: i32) -> Option<Option<(SampleId, Answer)>> {
        let at = self.looks.iter().position(|look| look.pid == pid)?;
        let look = self.looks.swap_remove(at);
        let answered = look.wanted.map(|(sample, _)| {
            let mut text = Vec::new();
            let _ = File::from(look.output)
                .take(ANSWER_LIMIT)
                .read_to_end(&mut text);
            (sample, look.question.answered(&text))
        });
        Some(answered)
    }
}

impl Drop for Remote {
    /// Nobody is left behind who might hang for ever.
    fn drop(&mut self) {
        for look in &self.looks {
            kill_group(look.pid, KILL);
        }
    }
}

/// What a child is asked.
pub(super) enum Question {
    /// About a file, with its lines and hashes.
    File {
        /// Its path.
        path: Box<str>,
        /// Which hashes.
        kinds: Box<[ChecksumKind]>,
        /// Which lines.
        search: Option<Search>,
        /// Why a child is asked.
        why: Reason,
    },
    /// About a mounted file system.
    Filesystem {
        /// As the control file names it.
        target: Box<str>,
        /// Where it is mounted.
        mount: Mount,
        /// What the kernel counted.
        activity: Option<Activity>,
    },
    /// What a pidfile holds.
    Pidfile {
        /// Its path.
        path: Rc<str>,
    },
    /// The hashes of a large local file.
    Hash(Request),
}

/// What a child tells.
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) enum Answer {
    /// The whole reading.
    Reading(Reading),
    /// What a pidfile holds: the process it names is looked at by the parent.
    Pidfile(Told),
    /// There is no child to be had for what the parent can do as well, if more slowly.
    Refused(Request),
}

impl Question {
    /// What does not answer: a path, or where a file system is mounted.
    fn place(&self) -> &[u8] {
        match self {
            Self::File { path, .. } => path.as_bytes(),
            Self::Filesystem { mount, .. } => &mount.point,
            Self::Pidfile { path } => path.as_bytes(),
            Self::Hash(request) => request.path.as_bytes(),
        }
    }

    const fn is_hash(&self) -> bool {
        matches!(self, Self::Hash(_))
    }

    /// What is said when its time is over.
    fn no_answer(&self) -> Answer {
        self.unreadable(match self {
            Self::File {
                why: Reason::Costly,
                ..
            } => "its content tests take longer than a minute",
            Self::Hash(_) => "its checksum takes longer than an hour",
            Self::File {
                why: Reason::Far, ..
            }
            | Self::Filesystem { .. }
            | Self::Pidfile { .. } => "the file system does not answer",
        })
    }

    fn unreadable(&self, why: &str) -> Answer {
        Answer::Reading(match self {
            Self::File { .. } | Self::Hash(_) => Reading::File(Presence::Unreadable(why.into())),
            Self::Filesystem { .. } => Reading::Filesystem(Presence::Unreadable(why.into())),
            Self::Pidfile { .. } => return Answer::Pidfile(Told::Unknown(why.into())),
        })
    }

    /// The whole look as text; in the child, which has all the time it is given.
    fn look(&self) -> Vec<u8> {
        match self {
            Self::File {
                path,
                kinds,
                search,
                ..
            } => answer::encode(&look_at_file(path, kinds, search.clone())),
            Self::Hash(request) => {
                yield_to_others();
                answer::encode(&request.clone().finish())
            }
            Self::Filesystem { target, mount, .. } => {
                filesystem::encode(&filesystem::ask(target, mount)).into_bytes()
            }
            Self::Pidfile { path } => Told::by(path, None).encode().into_bytes(),
        }
    }

    /// What the child's text means.
    fn answered(&self, text: &[u8]) -> Answer {
        let reading = match self {
            Self::Pidfile { .. } => {
                let cut = || self.unreadable("the look at it was cut short");
                return Told::decode(text).map_or_else(cut, Answer::Pidfile);
            }
            Self::File { .. } | Self::Hash(_) => answer::decode(text),
            Self::Filesystem {
                mount, activity, ..
            } => filesystem::decode(text)
                .map(|told| Reading::Filesystem(filesystem::reading(told, mount, *activity))),
        };
        let cut = || self.unreadable("the look at it was cut short");
        reading.map_or_else(cut, Answer::Reading)
    }
}

fn look_at_file(path: &str, kinds: &[ChecksumKind], search: Option<Search>) -> Reading {
    match file::look(path) {
        Presence::Present(mut facts) => {
            if let Some(search) = search.filter(|_| facts.kind == FileKind::Regular) {
                facts.content = Some(search.run(path));
            }
            if kinds.is_empty() {
                return Reading::File(Presence::Present(facts));
            }
            let request = Request {
                sample: SampleId(0),
                path: path.into(),
                facts,
                kinds: kinds.into(),
            };
            request.finish()
        }
        presence @ (Presence::Absent | Presence::Unreadable(_)) => Reading::File(presence),
    }
}

#[cfg(test)]
mod tests;
