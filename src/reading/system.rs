//! The machine's own figures.

/// One look at the machine; `None` where this kernel does not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SystemReading {
    /// Load averages over 1, 5 and 15 minutes.
    pub load: Option<[f64; 3]>,
    /// Shares of the processors' time since the last reading; `None` at the first.
    pub cpu: Option<CpuShares>,
    /// Memory in use and in all, in KiB.
    pub memory_kib: Option<(u64, u64)>,
    /// Swap in use and in all, in KiB.
    pub swap_kib: Option<(u64, u64)>,
    /// Seconds since boot.
    pub uptime_seconds: Option<u64>,
    /// Open files: allocated, unused, maximum.
    pub files: Option<(u64, u64, u64)>,
}

/// Percentages of all processors' time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(
    missing_docs,
    reason = "the columns of /proc/stat, by their names in proc(5)"
)]
pub struct CpuShares {
    pub user: f64,
    pub system: f64,
    pub nice: f64,
    pub iowait: f64,
    pub hardirq: f64,
    pub softirq: f64,
    pub steal: f64,
    pub guest: f64,
    pub guest_nice: f64,
}
