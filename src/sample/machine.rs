//! The machine's own figures, and those a process's are compared with.

use std::time::Duration;

use super::container::Groups;
use crate::reading::{
    CpuCounters, CpuShares, Memory, Paging, SystemReading, group_share, parse_boot_time,
    parse_files, parse_load, parse_paging, parse_uptime,
};
use crate::sys::clock;
use crate::sys::file::read_kernel;
use crate::time::Moment;

/// The most of one of the kernel's texts that is read. `/proc/stat` has a line of interrupt
/// counters of tens of KiB on large machines, but what is needed of it comes first.
pub(super) const TEXT_LIMIT: usize = 16 * 1024;

/// What there is of the machine; in a container, what the container may use of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Memory, in KiB.
    pub memory_kib: Option<u64>,
    /// Swap, in KiB.
    pub swap_kib: Option<u64>,
    /// Processors; a part of one counts as a whole one.
    pub processors: u32,
}

/// Asks the kernel.
pub fn totals() -> Totals {
    let groups = Groups::default();
    let memory = text("/proc/meminfo").map(|text| Memory::parse(&text));
    let swap = memory.and_then(|memory| memory.swap_used_and_total_kib());
    let within = |limited: Option<(u64, u64)>, all| limited.map_or(all, |(_, limit)| limit);
    let all = clock::processors();
    let quota = groups.processors(u64::from(all) * 1000);
    let whole = quota.and_then(|quota| u32::try_from(quota.div_ceil(1000)).ok());
    Totals {
        memory_kib: memory
            .and_then(|memory| memory.total_kib())
            .map(|all| within(groups.memory_kib(all), all)),
        swap_kib: swap.map(|(_, all)| within(groups.swap_kib(all), all)),
        processors: whole.unwrap_or(all),
    }
}

/// What every process reading of a burst needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Machine {
    taken: Moment,
    /// Seconds since boot.
    pub(super) uptime_seconds: Option<u64>,
    /// All the memory there is, in a container all it may use; read again each time, because
    /// virtual machines grow.
    pub(super) memory_kib: Option<u64>,
    /// At least 1.
    pub(super) processors: u32,
}

/// For how long it stays current: a burst, not a cycle.
const CURRENT: Duration = Duration::from_millis(500);

impl Machine {
    /// What is in `kept`, if it is current; else a new look, which is kept.
    pub(super) fn current(kept: &mut Option<Self>, now: Moment) -> Self {
        match kept {
            Some(machine) if now.since(machine.taken) < CURRENT => *machine,
            _ => *kept.insert(Self::look(now)),
        }
    }

    fn look(now: Moment) -> Self {
        let total = text("/proc/meminfo").and_then(|text| Memory::parse(&text).total_kib());
        let limited = total.and_then(|total| Groups::default().memory_kib(total));
        Self {
            taken: now,
            uptime_seconds: text("/proc/uptime").and_then(|text| parse_uptime(&text)),
            memory_kib: limited.map(|(_, limit)| limit).or(total),
            processors: clock::processors(),
        }
    }
}

impl Machine {
    /// So much memory as a share of the machine's, in percent.
    pub(super) fn memory_percent(&self, kib: u64) -> Option<f32> {
        let share = |all: u64| 100.0 * kib as f32 / all as f32;
        self.memory_kib.map(share)
    }
}

/// The machine's load alone, and by how many processors it is shared.
pub(super) fn load() -> SystemReading {
    let all = u64::from(clock::processors()) * 1000;
    SystemReading {
        load: text("/proc/loadavg").and_then(|text| parse_load(&text)),
        processors: Some(Groups::default().processors(all).unwrap_or(all)),
        ..SystemReading::default()
    }
}

/// The last look of `check system`: what rates are computed against.
#[derive(Clone, Debug)]
pub(super) struct LastLook {
    taken: Moment,
    reading: SystemReading,
    processor_time: Option<CpuCounters>,
    group_time: Option<(u64, u64)>,
    paging: Option<Paging>,
}

/// The figures of `check system`, and the look they come from. One that has just been taken is
/// taken again: of a few milliseconds no share can be told.
pub(super) fn read(last: &mut Option<LastLook>, now: Moment) -> SystemReading {
    match last {
        Some(look) if now.since(look.taken) < CURRENT => look.reading.clone(),
        _ => {
            let look = LastLook::take(last.as_ref(), now);
            last.insert(look).reading.clone()
        }
    }
}

/// There where ZFS is.
const ZFS_CACHE: &str = "/proc/spl/kstat/zfs/arcstats";

impl LastLook {
    fn take(before: Option<&Self>, now: Moment) -> Self {
        let groups = Groups::default();
        let memory = text("/proc/meminfo").map(|text| Memory::parse(&text));
        let memory = memory.map(|memory| match memory.is_told() {
            true => memory,
            false => memory.with_zfs_cache(&text(ZFS_CACHE).unwrap_or_default()),
        });
        let stat = text("/proc/stat").unwrap_or_default();
        let vmstat = text("/proc/vmstat");
        let all = u64::from(clock::processors()) * 1000;
        let quota = groups.processors(all);
        let mut look = Self {
            taken: now,
            processor_time: CpuCounters::parse(&stat),
            group_time: quota.and_then(|_| groups.processor_time()),
            paging: parse_paging(vmstat.as_deref(), &stat),
            reading: SystemReading {
                load: text("/proc/loadavg").and_then(|text| parse_load(&text)),
                memory_kib: memory
                    .and_then(|memory| memory.used_and_total_kib())
                    .map(|own| groups.memory_kib(own.1).unwrap_or(own)),
                swap_kib: memory
                    .and_then(|memory| memory.swap_used_and_total_kib())
                    .map(|own| groups.swap_kib(own.1).unwrap_or(own)),
                uptime_seconds: text("/proc/uptime").and_then(|text| parse_uptime(&text)),
                booted: parse_boot_time(&stat),
                files: text("/proc/sys/fs/file-nr").and_then(|text| parse_files(&text)),
                processors: Some(quota.unwrap_or(all)),
                is_first: before.is_none(),
                ..SystemReading::default()
            },
        };
        if let Some(before) = before {
            look.reading.cpu = look.cpu_since(before);
            look.reading.paging = look
                .paging
                .zip(before.paging)
                .and_then(|(paging, earlier)| paging.per_second(&earlier, now.since(before.taken)));
        }
        look
    }

    /// Where a container may use only so much of the processors, what it used itself is told as a
    /// share of that; what else processors do is the machine's.
    fn cpu_since(&self, before: &Self) -> Option<CpuShares> {
        let shares = self.processor_time?.shares_since(&before.processor_time?)?;
        let own = self.group_time.zip(before.group_time);
        let own = own.and_then(|((user, system), earlier)| {
            let elapsed = self.taken.since(before.taken);
            let share = |spent| group_share(spent, elapsed, self.reading.processors?);
            let user = share(user.saturating_sub(earlier.0))?;
            Some((user, share(system.saturating_sub(earlier.1))?))
        });
        Some(match own {
            Some((user, system)) => CpuShares {
                user,
                system,
                ..shares
            },
            None => shares,
        })
    }
}

fn text(path: &str) -> Option<Vec<u8>> {
    read_kernel(path, TEXT_LIMIT).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_something_and_no_more_than_the_machine_has() {
        let totals = totals();
        assert!((1..=clock::processors()).contains(&totals.processors));
        let all = Memory::parse(&text("/proc/meminfo").unwrap()).total_kib();
        assert!(totals.memory_kib.unwrap() > 0);
        assert!(totals.memory_kib <= all);
    }

    #[test]
    fn two_looks_in_a_burst_are_one() {
        let mut last = None;
        let at = |milliseconds: u64| Moment::from_millis(1_000_000 + milliseconds);
        let first = read(&mut last, at(0));
        assert!(first.is_first && first.cpu.is_none());
        assert_eq!(read(&mut last, at(499)), first);
        let next = read(&mut last, at(500));
        assert!(!next.is_first);
    }
}
