//! The machine's own figures.

use std::time::Duration;

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
    /// When it was booted, in seconds since 1970, as the kernel tells it.
    pub booted: Option<i64>,
    /// Open files: allocated, unused, maximum.
    pub files: Option<(u64, u64, u64)>,
    /// Processors that can be used, in thousandths: a container may be given a part of one.
    pub processors: Option<u64>,
    /// Pages a second to and from swap since the last reading, in thousandths; `None` at the first.
    pub paging: Option<Paging>,
    /// Whether this is the first look, so that nothing can be said of rates.
    pub is_first: bool,
}

/// Pages that went to swap and came back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    /// Back from swap.
    pub pages_in: u64,
    /// To swap.
    pub pages_out: u64,
}

impl Paging {
    /// In each second, in thousandths, if these were counted `elapsed` after `earlier`; `None`
    /// where no time passed. Counters that begin again at zero are taken to have stood still.
    pub fn per_second(&self, earlier: &Self, elapsed: Duration) -> Option<Self> {
        let milliseconds = u64::try_from(elapsed.as_millis()).ok()?;
        let rate = |now: u64, before: u64| {
            now.saturating_sub(before)
                .saturating_mul(1_000_000)
                .checked_div(milliseconds)
        };
        Some(Self {
            pages_in: rate(self.pages_in, earlier.pages_in)?,
            pages_out: rate(self.pages_out, earlier.pages_out)?,
        })
    }
}

/// Percentages of all processors' time; `None` for a column that this kernel does not write.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(
    missing_docs,
    reason = "the columns of /proc/stat, by their names in proc(5)"
)]
pub struct CpuShares {
    pub user: f64,
    pub system: f64,
    pub nice: f64,
    pub iowait: Option<f64>,
    pub hardirq: Option<f64>,
    pub softirq: Option<f64>,
    pub steal: Option<f64>,
    pub guest: Option<f64>,
    pub guest_nice: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_a_second() {
        let pages = |pages_in, pages_out| Paging {
            pages_in,
            pages_out,
        };
        let (before, now) = (pages(100, 7), pages(106, 3));
        let rate = |milliseconds| now.per_second(&before, Duration::from_millis(milliseconds));
        assert_eq!(rate(4000), Some(pages(1500, 0)));
        assert_eq!(rate(0), None);
    }
}
