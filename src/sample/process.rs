//! One process: found by its pidfile or its number, and what it has used since the last look.

use std::fs::Metadata;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::{fs, io};

use super::details;
use super::machine::{self, Machine};
use super::mark::Mark;
use super::needs::Needs;
use crate::reading::{
    IoReading, ProcessDetails, ProcessReading, ProcessStat, ProcessState, ProcessStatus,
    parse_pidfile,
};
use crate::sys::clock;
use crate::sys::errno::words;
use crate::sys::exits::{stat_of, text_of};
use crate::sys::file::{open_regular, read_at_most};
use crate::sys::reap::process_alive;
use crate::time::Moment;

/// Tells one writing of a pidfile from the next.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct PidfileFacts {
    /// Of device, inode and time of change.
    fingerprint: u64,
    /// Whether that time was long enough ago when the file was read: it could not be written again
    /// within the same tick of the file system's clock, and need not be read again.
    settled: bool,
}

/// No file system's clock ticks slower.
const SETTLED_SECONDS: i64 = 2;

impl PidfileFacts {
    fn of(facts: &Metadata) -> Self {
        let mut hasher = DefaultHasher::new();
        let changed = (facts.ctime(), facts.ctime_nsec());
        (facts.dev(), facts.ino(), changed).hash(&mut hasher);
        // Right also where a time has 32 bits and has begun anew.
        let age = (clock::unix_milliseconds() / 1000 - facts.ctime()).rem_euclid(1 << 32);
        Self {
            fingerprint: hasher.finish(),
            settled: (SETTLED_SECONDS..1 << 31).contains(&age),
        }
    }

    /// Whether it is the same writing.
    pub(super) const fn is_same(self, other: Self) -> bool {
        self.fingerprint == other.fingerprint
    }

    /// Whether a file that looks like `now` still says what it said.
    const fn still_holds(self, now: Self) -> bool {
        self.settled && self.is_same(now)
    }
}

/// What looking for a process came to.
#[derive(Clone, Debug)]
pub(super) enum Finding {
    /// It is not there.
    Absent,
    /// It is not there, and no pidfile says that it should be.
    Unclaimed,
    /// It could not be told, for this reason.
    Unknown(Box<str>),
    /// It is there, but there is no `/proc` to say more, or it is hidden.
    Unseen(i32),
    /// The kernel tells.
    Seen(Seen),
}

/// What the kernel tells of a process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) stat: ProcessStat,
    /// What `status` adds, where it was read.
    pub(super) status: Option<ProcessStatus>,
    /// The pidfile that named it.
    pub(super) pidfile: Option<PidfileFacts>,
}

/// The most of a pidfile that is looked at; what a number needs and ample blanks.
const PIDFILE_LIMIT: usize = 1024;
/// The most of `/proc/PID/status` that is read; a process in very many groups has a long one, but
/// what is needed comes before.
const STATUS_LIMIT: usize = 4096;

/// The process a pidfile names. A file that is no regular file, that is missing, or holds no number
/// names none: then it is the process of the look before, if that still runs. Somebody who clears
/// `/run` must not be the reason for a second daemon beside the first; Monit does the same.
///
/// A number that belonged to one process at the last look and belongs to another one, while nobody
/// has written the pidfile since, is a number the system has handed out again: the service's
/// process is gone.
pub(super) fn by_pidfile(told: Told, before: Option<&Mark>, needs: &Needs) -> Finding {
    let (pid, facts) = match told {
        Told::Named(pid, facts) => (pid, facts),
        Told::Nobody => return without_pidfile(before, needs),
        Told::Unknown(why) => return Finding::Unknown(why),
    };
    match look(pid, before, needs) {
        Finding::Seen(seen) if before.is_some_and(|mark| mark.is_stale(seen.stat.id, facts)) => {
            Finding::Absent
        }
        Finding::Seen(seen) => Finding::Seen(Seen {
            pidfile: Some(facts),
            ..seen
        }),
        found @ (Finding::Absent
        | Finding::Unclaimed
        | Finding::Unknown(_)
        | Finding::Unseen(_)) => found,
    }
}

fn without_pidfile(before: Option<&Mark>, needs: &Needs) -> Finding {
    let Some(mark) = before else {
        return Finding::Unclaimed;
    };
    match look(mark.process().pid, before, needs) {
        Finding::Seen(seen) if seen.stat.id == mark.process() => Finding::Seen(seen),
        unknown @ Finding::Unknown(_) => unknown,
        Finding::Seen(_) | Finding::Absent | Finding::Unclaimed | Finding::Unseen(_) => {
            Finding::Unclaimed
        }
    }
}

/// What a pidfile tells.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) enum Told {
    /// This number, in this writing of the file.
    Named(i32, PidfileFacts),
    /// There is none, or something that cannot be one, or no number is in it.
    Nobody,
    /// It cannot be read, for this reason.
    Unknown(Box<str>),
}

impl Told {
    /// Reads a pidfile.
    pub(super) fn by(path: &str, before: Option<&Mark>) -> Self {
        match read_pidfile(path, before) {
            Ok(Some((pid, facts))) => Self::Named(pid, facts),
            Ok(None) => Self::Nobody,
            Err(error) if names_nobody(&error) => Self::Nobody,
            Err(error) => Self::Unknown(words(&error)),
        }
    }

    /// As text: what a child that read hands to its parent.
    pub(super) fn encode(&self) -> String {
        match self {
            Self::Named(pid, facts) => {
                let PidfileFacts {
                    fingerprint,
                    settled,
                } = facts;
                format!("named {pid} {fingerprint} {settled} .")
            }
            Self::Nobody => "nobody".to_owned(),
            Self::Unknown(why) => format!("unknown {why}"),
        }
    }

    /// What [`Self::encode`] wrote; nothing where it was cut short.
    pub(super) fn decode(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        if text == "nobody" {
            return Some(Self::Nobody);
        }
        if let Some(why) = text.strip_prefix("unknown ") {
            return Some(Self::Unknown(why.into()));
        }
        let named = text.strip_prefix("named ")?.strip_suffix(" .")?;
        let mut words = named.split(' ');
        let pid = words.next()?.parse().ok()?;
        let facts = PidfileFacts {
            fingerprint: words.next()?.parse().ok()?,
            settled: words.next()?.parse().ok()?,
        };
        Some(Self::Named(pid, facts))
    }
}

/// The number in a pidfile, read only if the file was written since the look before.
fn read_pidfile(path: &str, before: Option<&Mark>) -> io::Result<Option<(i32, PidfileFacts)>> {
    if let Some((pid, then)) = before.and_then(Mark::pidfile) {
        let now = PidfileFacts::of(&fs::metadata(path)?);
        if then.still_holds(now) {
            return Ok(Some((pid, then)));
        }
    }
    let file = open_regular(path)?;
    let facts = PidfileFacts::of(&file.metadata()?);
    let content = read_at_most(file, PIDFILE_LIMIT)?;
    Ok(parse_pidfile(&content).map(|pid| (pid, facts)))
}

/// Whether an error says that there is no pidfile, or something that cannot be one, rather than
/// that it cannot be told.
fn names_nobody(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::InvalidInput
    )
}

/// The process with this number.
///
/// `status` is read where a test needs it or where it may tell something that is not known from the
/// look before: kernels show threads by their numbers too, though they do not list them, and a
/// daemon that has just started changes its user.
pub(super) fn look(pid: i32, before: Option<&Mark>, needs: &Needs) -> Finding {
    let stat = match stat_of(pid) {
        Ok(Some(stat)) => stat,
        Ok(None) if process_alive(pid) => return Finding::Unseen(pid),
        Ok(None) => return Finding::Absent,
        Err(error) => return Finding::unknown(&error),
    };
    let known = before.is_some_and(|mark| mark.knows_owner(stat.id));
    let status = if known && !needs.identity {
        None
    } else {
        match text_of(pid, "status", STATUS_LIMIT) {
            Ok(text) => Some(ProcessStatus::parse(&text.unwrap_or_default())),
            Err(error) => return Finding::unknown(&error),
        }
    };
    match status.and_then(|status| status.thread_group) {
        Some(group) if group != pid => Finding::Absent,
        Some(_) | None => Finding::Seen(Seen {
            stat,
            status,
            pidfile: None,
        }),
    }
}

/// The process of the look before, if it is still the same and is known well enough; else its
/// command line has to be searched for again. A process that becomes another program mostly gets
/// another name.
pub(super) fn again(mark: &Mark, needs: &Needs) -> Option<Finding> {
    let process = mark.process();
    if !mark.knows_owner(process) {
        return None;
    }
    match look(process.pid, Some(mark), needs) {
        Finding::Seen(seen) if mark.is_same(&seen.stat) => Some(Finding::Seen(seen)),
        Finding::Seen(_)
        | Finding::Absent
        | Finding::Unclaimed
        | Finding::Unknown(_)
        | Finding::Unseen(_) => None,
    }
}

impl Finding {
    pub(super) fn unknown(error: &io::Error) -> Self {
        Self::Unknown(words(error))
    }

    /// As the engine wants it, and what to remember until the next look.
    pub(super) fn reading(
        self,
        before: Option<Mark>,
        needs: &Needs,
        now: Moment,
        current: Machine,
    ) -> (ProcessState, Option<Mark>) {
        match self {
            // What was remembered stays: a pidfile that is stale today is stale tomorrow.
            Self::Absent => (ProcessState::Absent, before),
            Self::Unclaimed => (ProcessState::Unclaimed, before),
            Self::Unknown(why) => (ProcessState::Unreadable(why), before),
            Self::Unseen(pid) => (ProcessState::Running(ProcessReading::unseen(pid)), None),
            Self::Seen(seen) if seen.stat.is_zombie => (ProcessState::Zombie(seen.stat.id), before),
            Self::Seen(seen) => {
                let mut details = details::details(seen.stat.id.pid, needs);
                let io = needs.io.then(|| details::io(seen.stat.id.pid)).flatten();
                let mark = Mark::next(&seen, io, before, now, current.processors);
                if let Some(total) = io {
                    let rate = mark.io_rate();
                    let reading = Some(IoReading { total, rate });
                    let details = details.get_or_insert_default();
                    details.io = reading;
                }
                if needs.load {
                    let details = details.get_or_insert_default();
                    details.machine = Some(Box::new(machine::load()));
                }
                let reading = running(&seen, &mark, needs, details, current);
                (ProcessState::Running(reading), Some(mark))
            }
        }
    }
}

fn running(
    seen: &Seen,
    mark: &Mark,
    needs: &Needs,
    details: Option<Box<ProcessDetails>>,
    machine: Machine,
) -> ProcessReading {
    let Seen { stat, status, .. } = seen;
    let pid = stat.id.pid;
    let resident = || status.and_then(|status| status.resident_kib);
    let by_pages = || stat.resident_pages.saturating_mul(clock::page_bytes()) / 1024;
    let proportional = needs.proportional.then(|| details::proportional_kib(pid));
    let memory_kib = proportional
        .flatten()
        .or_else(resident)
        .unwrap_or_else(by_pages);
    let started = stat.id.start_ticks / clock::ticks_per_second();
    ProcessReading {
        id: stat.id,
        ppid: Some(stat.ppid),
        owner: mark.owner(),
        uptime_seconds: machine
            .uptime_seconds
            .and_then(|now| u32::try_from(now.saturating_sub(started)).ok()),
        threads: stat.threads,
        memory_kib: Some(memory_kib),
        memory_percent: machine.memory_percent(memory_kib),
        cpu_percent: mark.cpu_percent(),
        details,
    }
}

#[cfg(test)]
mod tests;
