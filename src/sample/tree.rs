//! Who descends from whom, and what they use together.
//!
//! The table was read one process after the other while it changed: a parent may be missing, and
//! two may each seem to be the other's parent.

use std::time::Duration;

use crate::reading::{ProcessId, ProcessStat};
use crate::sys::clock;
use crate::time::Moment;

/// The process table as one walk found it.
pub(super) struct Tree {
    /// By parent.
    all: Vec<ProcessStat>,
    /// What was spent between the walk before and this one.
    span: Option<Span>,
}

struct Span {
    before: Times,
    seconds: f64,
}

/// What each process had spent when the table was last walked.
pub(super) struct Times {
    taken: Moment,
    /// The machine's uptime then, in clock ticks: who started later is new.
    uptime_ticks: u64,
    /// In order.
    spent: Vec<(ProcessId, u64)>,
}

/// Processor time is counted in hundredths of a second; over less than this a share would be
/// noise.
const SHORTEST_SPAN: Duration = Duration::from_millis(500);

impl Times {
    /// From a table just walked.
    pub(super) fn of(all: &[ProcessStat], taken: Moment, uptime_seconds: u64) -> Self {
        let spent = |stat: &ProcessStat| (stat.id, stat.cpu_ticks);
        let mut spent: Vec<(ProcessId, u64)> = all.iter().map(spent).collect();
        spent.sort_unstable();
        Self {
            taken,
            uptime_ticks: uptime_seconds.saturating_mul(clock::ticks_per_second()),
            spent,
        }
    }

    /// Whether it is long enough ago to compute shares against.
    pub(super) fn is_old(&self, now: Moment) -> bool {
        now.since(self.taken) >= SHORTEST_SPAN
    }

    /// What a process has spent since. Of one that is new that is all; of one that was there but
    /// not seen nothing is known.
    fn spent_since(&self, stat: &ProcessStat) -> u64 {
        match self.spent.binary_search_by_key(&stat.id, |(id, _)| *id) {
            Ok(at) => stat.cpu_ticks.saturating_sub(self.spent[at].1),
            Err(_) if stat.id.start_ticks >= self.uptime_ticks => stat.cpu_ticks,
            Err(_) => 0,
        }
    }
}

impl Tree {
    /// The table, and the times of the walk before.
    pub(super) fn new(mut all: Vec<ProcessStat>, before: Option<Times>, now: Moment) -> Self {
        all.sort_unstable_by_key(|stat| (stat.ppid, stat.id.pid));
        let span = before.map(|before| Span {
            seconds: now.since(before.taken).as_secs_f64(),
            before,
        });
        Self { all, span }
    }

    /// All that descends from a process, itself not among it.
    pub(super) fn descendants(&self, root: i32) -> Vec<&ProcessStat> {
        let mut found: Vec<&ProcessStat> = Vec::new();
        let mut parent = root;
        let mut next = 0;
        loop {
            let start = self.all.partition_point(|stat| stat.ppid < parent);
            let children = self.all[start..]
                .iter()
                .take_while(|stat| stat.ppid == parent);
            found.extend(children.filter(|stat| stat.id.pid != root));
            // Everybody has one parent, so who is found twice has numbers that went round.
            if next >= found.len() || found.len() > self.all.len() {
                return found;
            }
            parent = found[next].id.pid;
            next += 1;
        }
    }

    /// Whether nobody is in it: the table could not be read, or nobody asked for it.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// One process.
    pub(super) fn find(&self, pid: i32) -> Option<&ProcessStat> {
        self.all.iter().find(|stat| stat.id.pid == pid)
    }

    /// Share of the processors that these can use together, one per thread, in percent; `None` at
    /// the first walk.
    pub(super) fn cpu_percent<'a>(
        &self,
        members: impl Iterator<Item = &'a ProcessStat>,
        processors: u32,
    ) -> Option<f64> {
        let Span { before, seconds } = self.span.as_ref()?;
        let (mut ticks, mut threads) = (0_u64, 0_u32);
        for stat in members {
            ticks = ticks.saturating_add(before.spent_since(stat));
            threads = threads.saturating_add(stat.threads.unwrap_or(1));
        }
        let usable = f64::from(threads.clamp(1, processors.max(1)));
        let spent = ticks as f64 / clock::ticks_per_second() as f64;
        Some((100.0 * spent / (seconds * usable)).min(100.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(pid: i32, ppid: i32, start_ticks: u64, cpu_ticks: u64) -> ProcessStat {
        ProcessStat {
            id: ProcessId { pid, start_ticks },
            name: 0,
            is_zombie: false,
            ppid,
            cpu_ticks,
            threads: Some(1),
            resident_pages: 1,
        }
    }

    fn descendants(family: &[(i32, i32)], root: i32) -> Vec<i32> {
        let all = family.iter().map(|&(pid, ppid)| stat(pid, ppid, 0, 0));
        let tree = Tree::new(all.collect(), None, Moment::default());
        let mut found: Vec<i32> = tree
            .descendants(root)
            .iter()
            .map(|stat| stat.id.pid)
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn children_and_their_children() {
        let family = [(1, 0), (5, 1), (7, 5), (3, 7), (9, 5), (8, 1), (4, 8)];
        assert_eq!(descendants(&family, 5), [3, 7, 9]);
        assert_eq!(descendants(&family, 4), []);
        assert_eq!(descendants(&family, 1), [3, 4, 5, 7, 8, 9]);
        assert_eq!(descendants(&[], 1), []);
        // A parent that has ended between two looks: its children hang nowhere.
        assert_eq!(descendants(&[(5, 1), (3, 7)], 5), []);
    }

    #[test]
    fn numbers_that_went_round_while_the_table_was_read() {
        assert_eq!(descendants(&[(5, 7), (7, 5)], 5), [7]);
        assert_eq!(descendants(&[(5, 5)], 5), []);
        // The same number twice, and a circle further down.
        let found = descendants(&[(5, 1), (7, 5), (8, 7), (7, 8)], 5);
        assert!(found.contains(&7) && found.contains(&8));
    }

    #[test]
    fn a_share_counts_who_came_and_went() {
        let second = clock::ticks_per_second();
        let before = [
            stat(5, 1, 0, 100),
            stat(6, 5, 0, 100),
            stat(7, 5, 0, 9000), // ends
        ];
        let times = Times::of(&before, Moment::default(), 10);
        assert!(!times.is_old(Moment::from_millis(499)));
        let now = Moment::from_millis(2000);
        assert!(times.is_old(now));
        let all = vec![
            stat(5, 1, 0, 100 + second),
            stat(6, 5, 0, 50),               // went back
            stat(8, 5, 11 * second, second), // is new
            stat(9, 5, 0, 5000),             // was there, but not seen
        ];
        let tree = Tree::new(all.clone(), Some(times), now);
        assert_eq!(tree.cpu_percent(all.iter(), 2), Some(50.0));
        assert_eq!(tree.cpu_percent(all.iter(), 4), Some(25.0));
        assert_eq!(tree.cpu_percent(all.iter(), 256), Some(25.0));
        assert_eq!(tree.cpu_percent(all.iter().take(1), 4), Some(50.0));
        let first = Tree::new(all.clone(), None, now);
        assert_eq!(first.cpu_percent(all.iter(), 2), None);
    }
}
