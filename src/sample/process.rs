//! One process: found by its pidfile or its number, and what it has used since the last look.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use super::machine::Machine;
use crate::reading::{
    ProcessId, ProcessReading, ProcessStat, ProcessState, ProcessStatus, parse_pidfile,
};
use crate::sys::clock;
use crate::sys::errno::words;
use crate::sys::exits::{stat_of, text_of};
use crate::sys::file::{open_regular, read_at_most};
use crate::sys::reap::process_alive;
use crate::time::Moment;

/// What is remembered of a process between two looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    process: ProcessId,
    pidfile: Option<PidfileFacts>,
    cpu_ticks: u64,
    taken: Moment,
    cpu_percent: Option<f64>,
}

/// Tells one writing of a pidfile from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PidfileFacts {
    device: u64,
    inode: u64,
    changed: (i64, i64),
}

impl PidfileFacts {
    fn of(facts: &Metadata) -> Self {
        Self {
            device: facts.dev(),
            inode: facts.ino(),
            changed: (facts.ctime(), facts.ctime_nsec()),
        }
    }
}

/// What looking for a process came to.
#[derive(Clone, Debug)]
pub(super) enum Finding {
    /// It is not there.
    Absent,
    /// It could not be told, for this reason.
    Unknown(Box<str>),
    /// It is there, but there is no `/proc` to say more, or it is hidden.
    Unseen(i32),
    /// The kernel tells.
    Seen(ProcessStat, ProcessStatus, Option<PidfileFacts>),
}

/// The most of a pidfile that is looked at; what a number needs and ample blanks.
const PIDFILE_LIMIT: usize = 1024;
/// The most of `/proc/PID/status` that is read; a process in very many groups has a long one, but
/// what is needed comes before.
const STATUS_LIMIT: usize = 4096;

/// The process a pidfile names. A file that is no regular file, that is missing, or holds no number
/// names none.
///
/// A number that belonged to one process at the last look and belongs to another one, while nobody
/// has written the pidfile since, is a number the system has handed out again: the service's
/// process is gone.
pub(super) fn by_pidfile(path: &str, before: Option<&Mark>) -> Finding {
    let (content, facts) = match read_pidfile(path) {
        Ok(read) => read,
        Err(error) if names_nobody(&error) => return Finding::Absent,
        Err(error) => return Finding::unknown(&error),
    };
    let Some(pid) = parse_pidfile(&content) else {
        return Finding::Absent;
    };
    match look(pid) {
        Finding::Seen(stat, ..) if before.is_some_and(|mark| mark.is_stale(stat.id, facts)) => {
            Finding::Absent
        }
        Finding::Seen(stat, status, _) => Finding::Seen(stat, status, facts),
        found @ (Finding::Absent | Finding::Unknown(_) | Finding::Unseen(_)) => found,
    }
}

fn read_pidfile(path: &str) -> io::Result<(Vec<u8>, Option<PidfileFacts>)> {
    let file = open_regular(path)?;
    let facts = PidfileFacts::of(&file.metadata()?);
    Ok((read_at_most(file, PIDFILE_LIMIT)?, Some(facts)))
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
pub(super) fn look(pid: i32) -> Finding {
    let stat = match stat_of(pid) {
        Ok(Some(stat)) => stat,
        Ok(None) if process_alive(pid) => return Finding::Unseen(pid),
        Ok(None) => return Finding::Absent,
        Err(error) => return Finding::unknown(&error),
    };
    let status = match text_of(pid, "status", STATUS_LIMIT) {
        Ok(text) => ProcessStatus::parse(&text.unwrap_or_default()),
        Err(error) => return Finding::unknown(&error),
    };
    // The kernel shows threads by their numbers too, though it does not list them.
    match status.thread_group {
        Some(group) if group != pid => Finding::Absent,
        Some(_) | None => Finding::Seen(stat, status, None),
    }
}

impl Mark {
    fn is_stale(&self, found: ProcessId, pidfile: Option<PidfileFacts>) -> bool {
        let same_writing = pidfile.is_some() && self.pidfile == pidfile;
        same_writing && self.process.pid == found.pid && self.process != found
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
        now: Moment,
        machine: Machine,
    ) -> (ProcessState, Option<Mark>) {
        match self {
            // What was remembered stays: a pidfile that is stale today is stale tomorrow.
            Self::Absent => (ProcessState::Absent, before),
            Self::Unknown(why) => (ProcessState::Unreadable(why), before),
            Self::Unseen(pid) => (ProcessState::Running(unseen(pid)), None),
            Self::Seen(stat, ..) if stat.is_zombie => (ProcessState::Zombie(stat.id), before),
            Self::Seen(stat, status, pidfile) => {
                let mark = mark(stat, pidfile, before, now, machine.processors);
                let reading = seen(stat, status, mark.cpu_percent, machine);
                (ProcessState::Running(reading), Some(mark))
            }
        }
    }
}

fn seen(
    stat: ProcessStat,
    status: ProcessStatus,
    cpu_percent: Option<f64>,
    machine: Machine,
) -> ProcessReading {
    let by_pages = || stat.resident_pages.saturating_mul(clock::page_bytes()) / 1024;
    let memory_kib = status.resident_kib.unwrap_or_else(by_pages);
    let share = |all: u64| 100.0 * memory_kib as f64 / all as f64;
    let started = stat.id.start_ticks / clock::ticks_per_second();
    ProcessReading {
        id: stat.id,
        ppid: Some(stat.ppid),
        uid: status.uid,
        euid: status.euid,
        gid: status.gid,
        uptime_seconds: machine
            .uptime_seconds
            .map(|now| now.saturating_sub(started)),
        threads: stat.threads,
        memory_kib: Some(memory_kib),
        memory_percent: machine.memory_kib.map(share),
        cpu_percent,
    }
}

fn unseen(pid: i32) -> ProcessReading {
    ProcessReading {
        id: ProcessId {
            pid,
            start_ticks: 0,
        },
        ppid: None,
        uid: None,
        euid: None,
        gid: None,
        uptime_seconds: None,
        threads: None,
        memory_kib: None,
        memory_percent: None,
        cpu_percent: None,
    }
}

/// Processor time is counted in hundredths of a second; over less than this the figure would be
/// noise, and the last one stands.
const SHORTEST_SPAN: Duration = Duration::from_millis(500);

fn mark(
    stat: ProcessStat,
    pidfile: Option<PidfileFacts>,
    before: Option<Mark>,
    now: Moment,
    processors: u32,
) -> Mark {
    let fresh = Mark {
        process: stat.id,
        pidfile,
        cpu_ticks: stat.cpu_ticks,
        taken: now,
        cpu_percent: None,
    };
    let Some(before) = before.filter(|mark| mark.process == stat.id) else {
        return fresh;
    };
    let span = now.since(before.taken);
    if span < SHORTEST_SPAN {
        return Mark { pidfile, ..before };
    }
    // A process can use as many processors as it has threads.
    let usable = stat.threads.unwrap_or(1).clamp(1, processors);
    let spent = stat.cpu_ticks.saturating_sub(before.cpu_ticks) as f64;
    let seconds = spent / clock::ticks_per_second() as f64;
    let percent = 100.0 * seconds / (span.as_secs_f64() * f64::from(usable));
    Mark {
        cpu_percent: Some(percent.min(100.0)),
        ..fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::reap::own_pid;
    use crate::sys::testing::Folder;

    fn stat(cpu_ticks: u64, threads: u32) -> ProcessStat {
        ProcessStat {
            id: ProcessId {
                pid: 7,
                start_ticks: 70,
            },
            is_zombie: false,
            ppid: 1,
            cpu_ticks,
            threads: Some(threads),
            resident_pages: 0,
        }
    }

    /// The share after `ticks` more over `milliseconds`, with so many threads and processors.
    fn share(ticks: u64, milliseconds: u64, threads: u32, processors: u32) -> Option<f64> {
        let first = mark(
            stat(1000, threads),
            None,
            None,
            Moment::from_millis(0),
            processors,
        );
        assert_eq!(first.cpu_percent, None);
        let later = Moment::from_millis(milliseconds);
        let later = stat_at(1000 + ticks, threads, first, later, processors);
        later.cpu_percent
    }

    fn stat_at(ticks: u64, threads: u32, before: Mark, now: Moment, processors: u32) -> Mark {
        mark(stat(ticks, threads), None, Some(before), now, processors)
    }

    #[test]
    fn a_share_is_of_the_processors_a_process_can_use() {
        let second = clock::ticks_per_second();
        assert_eq!(share(second, 2000, 1, 4), Some(50.0));
        assert_eq!(share(2 * second, 1000, 2, 4), Some(100.0));
        assert_eq!(share(2 * second, 1000, 8, 4), Some(50.0));
        assert_eq!(share(0, 1000, 0, 4), Some(0.0));
        // Rounding of ticks never shows more than all.
        assert_eq!(share(second + 3, 1000, 1, 1), Some(100.0));
    }

    #[test]
    fn a_span_too_short_to_tell_leaves_the_last_figure() {
        let second = clock::ticks_per_second();
        let at = Moment::from_millis;
        let first = mark(stat(0, 1), None, None, at(0), 1);
        let next = stat_at(second / 2, 1, first, at(1000), 1);
        assert_eq!(next.cpu_percent, Some(50.0));
        let soon = stat_at(second / 2 + 1, 1, next, at(1001), 1);
        assert_eq!(soon.cpu_percent, Some(50.0));
        // And the next span is counted from the last figure on.
        assert_eq!(
            stat_at(second, 1, soon, at(2000), 1).cpu_percent,
            Some(50.0)
        );
    }

    #[test]
    fn counters_that_go_back_and_other_processes() {
        let at = Moment::from_millis;
        let first = mark(stat(100, 1), None, None, at(0), 1);
        assert_eq!(stat_at(50, 1, first, at(1000), 1).cpu_percent, Some(0.0));
        let mut other = stat(500, 1);
        other.id.start_ticks += 1;
        assert_eq!(
            mark(other, None, Some(first), at(1000), 1).cpu_percent,
            None
        );
    }

    fn is_found(content: &[u8]) -> bool {
        let folder = Folder::new();
        let path = folder.file("pid", content);
        let found = by_pidfile(path.to_str().unwrap(), None);
        matches!(found, Finding::Seen(stat, ..) if stat.id.pid == own_pid())
    }

    #[test]
    fn pidfiles_that_name_us() {
        let own = own_pid();
        for content in [
            format!("{own}"),
            format!("\n  {own}\n"),
            format!("{own} and words"),
        ] {
            assert!(is_found(content.as_bytes()), "{content:?}");
        }
        let blanks = " ".repeat(PIDFILE_LIMIT);
        assert!(!is_found(format!("{blanks}{own}").as_bytes()));
    }

    #[test]
    fn pidfiles_that_name_nobody() {
        let folder = Folder::new();
        let huge = vec![b'1'; 1 << 20];
        for content in [
            &b""[..],
            b"0",
            b"-1",
            b"nonsense",
            b"2147483647",
            b"4294967297",
            &huge,
        ] {
            assert!(!is_found(content));
            let path = folder.file("pid", content);
            let found = by_pidfile(path.to_str().unwrap(), None);
            assert!(matches!(found, Finding::Absent), "{found:?}");
        }
        for path in [folder.path("none"), folder.path(""), folder.fifo("fifo")] {
            let found = by_pidfile(path.to_str().unwrap(), None);
            assert!(matches!(found, Finding::Absent), "{path:?}");
        }
        assert!(matches!(by_pidfile("/dev/zero", None), Finding::Absent));
    }

    #[test]
    fn a_thread_is_no_process() {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        std::thread::scope(|scope| {
            // A second thread, for certain.
            scope.spawn(move || held.recv());
            let threads = std::fs::read_dir("/proc/self/task").unwrap();
            let numbers = threads.filter_map(|t| t.ok()?.file_name().to_str()?.parse().ok());
            let others: Vec<i32> = numbers.filter(|&number| number != own_pid()).collect();
            assert!(!others.is_empty());
            for thread in others {
                assert!(matches!(look(thread), Finding::Absent));
            }
            drop(hold);
        });
    }

    #[test]
    fn a_number_handed_out_again_is_not_the_service() {
        let folder = Folder::new();
        let path = folder.file("pid", own_pid().to_string());
        let path = path.to_str().unwrap();
        let Finding::Seen(stat, _, pidfile) = by_pidfile(path, None) else {
            panic!("we are there");
        };
        let mut before = mark(stat, pidfile, None, Moment::default(), 1);
        assert!(matches!(by_pidfile(path, Some(&before)), Finding::Seen(..)));
        // As if the one seen before had started at another time under the same number.
        before.process.start_ticks -= 1;
        assert!(matches!(by_pidfile(path, Some(&before)), Finding::Absent));
        // Once somebody writes the file again, it counts again.
        std::fs::remove_file(path).unwrap();
        folder.file("other", "");
        folder.file("pid", own_pid().to_string());
        assert!(matches!(by_pidfile(path, Some(&before)), Finding::Seen(..)));
    }
}
