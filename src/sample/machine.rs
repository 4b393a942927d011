//! The machine's own figures, and those a process's are compared with.

use std::time::Duration;

use crate::reading::{CpuCounters, Memory, SystemReading, parse_files, parse_load, parse_uptime};
use crate::sys::clock;
use crate::sys::file::read_kernel;
use crate::time::Moment;

/// The most of one of the kernel's texts that is read. `/proc/stat` has a line of interrupt
/// counters of tens of KiB on large machines, but what is needed of it comes first.
const TEXT_LIMIT: usize = 16 * 1024;

/// What every process reading of a burst needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Machine {
    taken: Moment,
    /// Seconds since boot.
    pub(super) uptime_seconds: Option<u64>,
    /// All its memory; read again each time, because virtual machines grow.
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
        Self {
            taken: now,
            uptime_seconds: text("/proc/uptime").and_then(|text| parse_uptime(&text)),
            memory_kib: text("/proc/meminfo").and_then(|text| Memory::parse(&text).total_kib()),
            processors: clock::processors(),
        }
    }
}

/// The figures of `check system`; `before` is the processors' time at the last look and becomes
/// that of this one.
pub(super) fn read(before: &mut Option<CpuCounters>) -> SystemReading {
    let memory = text("/proc/meminfo").map(|text| Memory::parse(&text));
    let counters = text("/proc/stat").and_then(|text| CpuCounters::parse(&text));
    let shares = counters
        .zip(*before)
        .and_then(|(now, before)| now.shares_since(&before));
    *before = counters;
    SystemReading {
        load: text("/proc/loadavg").and_then(|text| parse_load(&text)),
        cpu: shares,
        memory_kib: memory.and_then(|memory| memory.used_and_total_kib()),
        swap_kib: memory.and_then(|memory| memory.swap_used_and_total_kib()),
        uptime_seconds: text("/proc/uptime").and_then(|text| parse_uptime(&text)),
        files: text("/proc/sys/fs/file-nr").and_then(|text| parse_files(&text)),
    }
}

fn text(path: &str) -> Option<Vec<u8>> {
    read_kernel(path, TEXT_LIMIT).ok()
}
