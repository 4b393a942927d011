//! What is remembered of a process between two looks.

use std::time::Duration;

use super::process::{PidfileFacts, Seen, Told};
use crate::reading::{Io, Owner, ProcessId, ProcessStat};
use crate::sys::clock;
use crate::time::Moment;

/// The last look at the process of a service.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    process: ProcessId,
    /// Of the process, as a checksum.
    name: u32,
    pidfile: Option<PidfileFacts>,
    owner: Option<Owner>,
    /// Looks since the owner was read; see [`Self::knows_owner`].
    looks: u8,
    /// How often in a row the last reading has done; see [`Self::rests`].
    rests: u8,
    cpu_ticks: u64,
    taken: Moment,
    cpu_percent: Option<f32>,
    /// Counters and rates, where a test needs them.
    io: Option<Box<IoMark>>,
}

#[derive(Clone, Copy, Debug)]
struct IoMark {
    total: Io<u64>,
    rate: Option<Io<f64>>,
}

/// Processor time is counted in hundredths of a second; over less than this the figure would be
/// noise, and the last one stands.
const SHORTEST_SPAN: Duration = Duration::from_millis(500);

/// After so many looks the owner of a process is read again, though no test asks for it.
const OWNER_LOOKS: u8 = 10;

/// So often in a row a reading does whose figures no test asks for.
const RESTS: u8 = 3;

impl Mark {
    /// This look, rates against the one before.
    pub(super) fn next(
        seen: &Seen,
        io: Option<Io<u64>>,
        before: Option<Self>,
        now: Moment,
        processors: u32,
    ) -> Self {
        let stat = &seen.stat;
        let before = before.filter(|mark| mark.process == stat.id);
        let (owner, looks) = match (seen.status, &before) {
            (Some(status), earlier) => {
                let owner = status.owner;
                let settled = earlier.as_ref().is_some_and(|mark| mark.owner == owner);
                // What has just changed, or was never seen before, is looked at again.
                (owner, if settled { 0 } else { OWNER_LOOKS })
            }
            (None, Some(mark)) => (mark.owner, mark.looks.saturating_add(1)),
            (None, None) => (None, OWNER_LOOKS),
        };
        let fresh = Self {
            process: stat.id,
            name: stat.name,
            pidfile: seen.pidfile,
            owner,
            looks,
            rests: 0,
            cpu_ticks: stat.cpu_ticks,
            taken: now,
            cpu_percent: None,
            io: io.map(|total| Box::new(IoMark { total, rate: None })),
        };
        let Some(before) = before else {
            return fresh;
        };
        let span = now.since(before.taken);
        if span < SHORTEST_SPAN {
            return Self {
                name: stat.name,
                pidfile: seen.pidfile,
                owner,
                looks,
                rests: 0,
                io: before.io.or(fresh.io),
                ..before
            };
        }
        // A process can use as many processors as it has threads.
        let usable = stat.threads.unwrap_or(1).clamp(1, processors);
        let spent = stat.cpu_ticks.saturating_sub(before.cpu_ticks) as f32;
        let seconds = spent / clock::ticks_per_second() as f32;
        let percent = 100.0 * seconds / (span.as_secs_f32() * usable as f32);
        let rate = |total: Io<u64>| {
            let earlier = before.io.as_ref()?;
            Some(total.rate_since(&earlier.total, span.as_secs_f64()))
        };
        let mark = |total| {
            let rate = rate(total);
            Box::new(IoMark { total, rate })
        };
        Self {
            cpu_percent: Some(percent.min(100.0)),
            io: io.map(mark),
            ..fresh
        }
    }

    /// Whether what was read of the process will do once more, and counts that: it is `awaited`,
    /// so that its end would have been told, and its pidfile is as it was. From time to time it is
    /// looked at all the same, for the figures that pages show.
    pub(super) fn rests(&mut self, awaited: ProcessId, told: &Told) -> bool {
        let is_named = matches!(told, Told::Named(pid, facts) if *pid == awaited.pid
            && self.pidfile.is_some_and(|then| then.is_same(*facts)));
        let rests = is_named && self.rests < RESTS && self.knows_owner(awaited);
        self.rests += u8::from(rests);
        rests
    }

    /// What was read last is not of the running process: the next look is one.
    pub(super) const fn stir(&mut self) {
        self.rests = RESTS;
    }

    /// Whether the number in an unchanged pidfile has been handed out again.
    pub(super) fn is_stale(&self, found: ProcessId, pidfile: PidfileFacts) -> bool {
        let same_writing = self.pidfile.is_some_and(|then| then.is_same(pidfile));
        same_writing && self.process.pid == found.pid && self.process != found
    }

    /// The number that a pidfile held, and which writing of it.
    pub(super) fn pidfile(&self) -> Option<(i32, PidfileFacts)> {
        Some((self.process.pid, self.pidfile?))
    }

    /// Whether the owner of this process was read lately, and twice the same: one that has just
    /// started may be about to give up being root.
    pub(super) fn knows_owner(&self, process: ProcessId) -> bool {
        self.process == process && self.looks < OWNER_LOOKS
    }

    /// Whether this is the same process, and lives, under the same name.
    pub(super) fn is_same(&self, stat: &ProcessStat) -> bool {
        self.process == stat.id && self.name == stat.name && !stat.is_zombie
    }

    /// Which process it was.
    pub(super) const fn process(&self) -> ProcessId {
        self.process
    }

    /// Whose it is, as last read.
    pub(super) const fn owner(&self) -> Option<Owner> {
        self.owner
    }

    /// Share of the processors it can use, since the look before.
    pub(super) const fn cpu_percent(&self) -> Option<f32> {
        self.cpu_percent
    }

    /// How fast it reads and writes, since the look before.
    pub(super) fn io_rate(&self) -> Option<Io<f64>> {
        self.io.as_ref()?.rate
    }

    /// As if the process seen had started at another time under the same number.
    #[cfg(test)]
    pub(super) const fn pretend_earlier_start(&mut self) {
        self.process.start_ticks -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::ProcessStatus;

    fn seen(cpu_ticks: u64, threads: u32) -> Seen {
        let stat = ProcessStat {
            id: ProcessId {
                pid: 7,
                start_ticks: 70,
            },
            name: 1,
            is_zombie: false,
            ppid: 1,
            cpu_ticks,
            threads: Some(threads),
            resident_pages: 0,
        };
        Seen {
            stat,
            status: None,
            pidfile: None,
        }
    }

    fn mark(seen: &Seen, before: Option<Mark>, milliseconds: u64, processors: u32) -> Mark {
        let now = Moment::from_millis(milliseconds);
        Mark::next(seen, None, before, now, processors)
    }

    /// The share after `ticks` more over `milliseconds`, with so many threads and processors.
    fn share(ticks: u64, milliseconds: u64, threads: u32, processors: u32) -> Option<f32> {
        let first = mark(&seen(1000, threads), None, 0, processors);
        assert_eq!(first.cpu_percent(), None);
        let later = seen(1000 + ticks, threads);
        mark(&later, Some(first), milliseconds, processors).cpu_percent()
    }

    #[test]
    fn a_share_is_of_the_processors_a_process_can_use() {
        let second = clock::ticks_per_second();
        assert_eq!(share(second, 2000, 1, 4), Some(50.0));
        assert_eq!(share(2 * second, 1000, 2, 4), Some(100.0));
        assert_eq!(share(2 * second, 1000, 8, 4), Some(50.0));
        assert_eq!(share(64 * second, 1000, 300, 256), Some(25.0));
        assert_eq!(share(0, 1000, 0, 4), Some(0.0));
        // Rounding of ticks never shows more than all.
        assert_eq!(share(second + 3, 1000, 1, 1), Some(100.0));
    }

    #[test]
    fn a_span_too_short_to_tell_leaves_the_last_figure() {
        let second = clock::ticks_per_second();
        let first = mark(&seen(0, 1), None, 0, 1);
        let next = mark(&seen(second / 2, 1), Some(first), 1000, 1);
        assert_eq!(next.cpu_percent(), Some(50.0));
        let soon = mark(&seen(second / 2 + 1, 1), Some(next), 1001, 1);
        assert_eq!(soon.cpu_percent(), Some(50.0));
        // And the next span is counted from the last figure on.
        let later = mark(&seen(second, 1), Some(soon), 2000, 1);
        assert_eq!(later.cpu_percent(), Some(50.0));
    }

    #[test]
    fn counters_that_go_back_and_other_processes() {
        let first = mark(&seen(100, 1), None, 0, 1);
        let later = mark(&seen(50, 1), Some(first.clone()), 1000, 1);
        assert_eq!(later.cpu_percent(), Some(0.0));
        let mut other = seen(500, 1);
        other.stat.id.start_ticks += 1;
        assert_eq!(mark(&other, Some(first), 1000, 1).cpu_percent(), None);
    }

    #[test]
    fn what_is_read_and_written_in_a_second() {
        let io = |reads| Io {
            reads,
            ..Io::default()
        };
        let look = |reads: Option<u64>, before, milliseconds| {
            let now = Moment::from_millis(milliseconds);
            Mark::next(&seen(0, 1), reads.map(io), before, now, 1)
        };
        let rate = |mark: &Mark| mark.io_rate().map(|io| io.reads);
        let first = look(Some(10), None, 0);
        assert_eq!(rate(&first), None);
        let next = look(Some(30), Some(first.clone()), 2000);
        assert_eq!(rate(&next), Some(10.0));
        let soon = look(Some(31), Some(next), 2001);
        assert_eq!(rate(&soon), Some(10.0));
        // The counters could not be read for a while.
        let blind = look(None, Some(first), 2000);
        assert_eq!(rate(&blind), None);
        assert_eq!(rate(&look(Some(50), Some(blind), 4000)), None);
    }

    /// A daemon is root when it starts, and somebody else a moment later.
    #[test]
    fn the_owner_is_read_until_it_settles_and_from_time_to_time() {
        let owned_by = |uid| Owner {
            uid,
            euid: uid,
            gid: uid,
        };
        let with_uid = |uid| Seen {
            status: Some(ProcessStatus {
                owner: Some(owned_by(uid)),
                ..ProcessStatus::default()
            }),
            ..seen(0, 1)
        };
        let id = seen(0, 1).stat.id;
        let mut mark = mark(&with_uid(0), None, 0, 1);
        for (uid, settled) in [(33, false), (33, true)] {
            assert!(!mark.knows_owner(id));
            mark = Mark::next(&with_uid(uid), None, Some(mark), Moment::default(), 1);
            assert_eq!(
                (mark.owner(), mark.knows_owner(id)),
                (Some(owned_by(33)), settled)
            );
        }
        for _ in 0..OWNER_LOOKS {
            assert!(mark.knows_owner(id));
            mark = Mark::next(&seen(0, 1), None, Some(mark), Moment::default(), 1);
            assert_eq!(mark.owner(), Some(owned_by(33)));
        }
        assert!(!mark.knows_owner(id));
    }
}
