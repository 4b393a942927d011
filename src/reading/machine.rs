//! The kernel's texts about the whole machine.
//!
//! Columns and lines were added over the years and are never counted on: what a kernel does not
//! write is `None`.

use super::cgroup::keyed;
use super::status::labelled;
use super::{CpuShares, Paging};

/// `/proc/loadavg`: averages over 1, 5 and 15 minutes.
pub fn parse_load(text: &[u8]) -> Option<[f64; 3]> {
    let mut words = std::str::from_utf8(text).ok()?.split_ascii_whitespace();
    let mut next = || -> Option<f64> { words.next()?.parse().ok() };
    Some([next()?, next()?, next()?])
}

/// `/proc/uptime`: whole seconds since boot.
pub fn parse_uptime(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    text.split(['.', ' ', '\n']).next()?.parse().ok()
}

/// The line `btime` of `/proc/stat`: when the machine was booted, in seconds since 1970.
pub fn parse_boot_time(stat: &[u8]) -> Option<i64> {
    let mut lines = stat.split(|&byte| byte == b'\n');
    let seconds = lines.find_map(|line| line.strip_prefix(b"btime "))?;
    std::str::from_utf8(seconds).ok()?.trim().parse().ok()
}

/// `/proc/sys/fs/file-nr`: open files allocated, unused, and the most there may be.
pub fn parse_files(text: &[u8]) -> Option<(u64, u64, u64)> {
    let mut words = std::str::from_utf8(text).ok()?.split_ascii_whitespace();
    let mut next = || -> Option<u64> { words.next()?.parse().ok() };
    Some((next()?, next()?, next()?))
}

/// Pages that went to swap and came back since boot: in `/proc/vmstat`, and before 2.6 in a line
/// `swap IN OUT` of `/proc/stat`.
pub fn parse_paging(vmstat: Option<&[u8]>, stat: &[u8]) -> Option<Paging> {
    if let Some(text) = vmstat {
        return Some(Paging {
            pages_in: keyed(text, "pswpin")?,
            pages_out: keyed(text, "pswpout")?,
        });
    }
    let line = stat
        .split(|&byte| byte == b'\n')
        .find_map(|line| line.strip_prefix(b"swap "))?;
    let (pages_in, pages_out) = std::str::from_utf8(line).ok()?.trim().split_once(' ')?;
    Some(Paging {
        pages_in: pages_in.parse().ok()?,
        pages_out: pages_out.parse().ok()?,
    })
}

/// What `/proc/meminfo` says, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    total: Option<u64>,
    free: Option<u64>,
    available: Option<u64>,
    buffers: u64,
    cached: u64,
    reclaimable: u64,
    zfs_cache: u64,
    shared: u64,
    swap_total: Option<u64>,
    swap_free: Option<u64>,
}

impl Memory {
    /// Reads the lines it knows by their labels.
    pub fn parse(text: &[u8]) -> Self {
        let mut memory = Self::default();
        for line in text.split(|&byte| byte == b'\n') {
            let Some((label, value)) = labelled(line) else {
                continue;
            };
            let value = value.split_ascii_whitespace().next();
            let Some(kib) = value.and_then(|value| value.parse().ok()) else {
                continue;
            };
            match label {
                "MemTotal" => memory.total = Some(kib),
                "MemFree" => memory.free = Some(kib),
                "MemAvailable" => memory.available = Some(kib),
                "Buffers" => memory.buffers = kib,
                "Cached" => memory.cached = kib,
                "SReclaimable" => memory.reclaimable = kib,
                "Shmem" => memory.shared = kib,
                "SwapTotal" => memory.swap_total = Some(kib),
                "SwapFree" => memory.swap_free = Some(kib),
                _ => {}
            }
        }
        memory
    }

    /// Whether the kernel says what is available.
    pub const fn is_told(&self) -> bool {
        self.available.is_some()
    }

    /// The same, knowing of the cache of ZFS, which is none of the kernel's own: its `arcstats`.
    pub fn with_zfs_cache(self, arcstats: &[u8]) -> Self {
        // `size  4  8589934592`: name, type, bytes.
        let size = arcstats.split(|&byte| byte == b'\n').find_map(|line| {
            let line = std::str::from_utf8(line.strip_prefix(b"size ")?).ok()?;
            line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()
        });
        Self {
            zfs_cache: size.unwrap_or(0) / 1024,
            ..self
        }
    }

    /// All the memory there is.
    pub fn total_kib(&self) -> Option<u64> {
        self.total.filter(|&total| total > 0)
    }

    /// In use and in all. In use is what cannot be had without taking it from somebody; kernels
    /// before 3.14 do not say, so it is estimated from what can be dropped at once: the caches,
    /// less what is shared memory and only counted among them.
    pub fn used_and_total_kib(&self) -> Option<(u64, u64)> {
        let total = self.total_kib()?;
        let estimate = |free: u64| {
            let caches = [self.buffers, self.cached, self.reclaimable, self.zfs_cache];
            let droppable = caches
                .iter()
                .fold(0, |sum: u64, &kib| sum.saturating_add(kib));
            free.saturating_add(droppable.saturating_sub(self.shared))
        };
        let available = self.available.or_else(|| self.free.map(estimate))?;
        Some((total.saturating_sub(available), total))
    }

    /// Swap in use and in all; a machine without swap has none of none.
    pub fn swap_used_and_total_kib(&self) -> Option<(u64, u64)> {
        let (total, free) = (self.swap_total?, self.swap_free?);
        Some((total.saturating_sub(free), total))
    }
}

/// The first line of `/proc/stat`: clock ticks all processors spent since boot, by what for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuCounters {
    /// Those that are missing stay zero.
    columns: [u64; COLUMNS],
    /// How many there are.
    count: usize,
}

/// user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice. 2.6.11 writes the
/// first eight, 2.4 the first four.
const COLUMNS: usize = 10;

impl CpuCounters {
    /// At least the four columns that always were there.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let line = text
            .split(|&byte| byte == b'\n')
            .find(|line| line.starts_with(b"cpu "))?;
        let mut columns = [0; COLUMNS];
        let words = std::str::from_utf8(line)
            .ok()?
            .split_ascii_whitespace()
            .skip(1);
        let mut count = 0;
        for (column, word) in columns.iter_mut().zip(words) {
            *column = word.parse().ok()?;
            count += 1;
        }
        (count >= 4).then_some(Self { columns, count })
    }

    /// How the time since `earlier` was shared out; `None` if none has passed. A counter that went
    /// back (idle and iowait do, steal after a move to another host) is taken to have stood still.
    pub fn shares_since(&self, earlier: &Self) -> Option<CpuShares> {
        let mut ticks = [0_u64; COLUMNS];
        let columns = self.columns.iter().zip(earlier.columns);
        for (tick, (now, before)) in ticks.iter_mut().zip(columns) {
            *tick = now.saturating_sub(before);
        }
        let [
            user,
            nice,
            system,
            idle,
            iowait,
            hardirq,
            softirq,
            steal,
            guest,
            guest_nice,
        ] = ticks;
        // The guests' time is counted in `user` and `nice` as well.
        let (user, nice) = (user.saturating_sub(guest), nice.saturating_sub(guest_nice));
        let all = [
            user, nice, system, idle, iowait, hardirq, softirq, steal, guest, guest_nice,
        ];
        let total = all
            .iter()
            .fold(0, |sum: u64, &ticks| sum.saturating_add(ticks));
        let share = |ticks: u64| 100.0 * ticks as f64 / total as f64;
        let told = |column: usize, ticks: u64| (self.count > column).then(|| share(ticks));
        (total > 0).then(|| CpuShares {
            user: share(user),
            system: share(system),
            nice: share(nice),
            iowait: told(4, iowait),
            hardirq: told(5, hardirq),
            softirq: told(6, softirq),
            steal: told(7, steal),
            guest: told(8, guest),
            guest_nice: told(9, guest_nice),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load() {
        assert_eq!(
            parse_load(b"0.20 0.18 12.05 1/80 11206\n"),
            Some([0.2, 0.18, 12.05])
        );
        for bad in ["", "0.20 0.18", "a b c", "\u{fffd}"] {
            assert_eq!(parse_load(bad.as_bytes()), None);
        }
    }

    #[test]
    fn boot_time() {
        let stat = b"cpu  1 2 3\nintr 12 0\nctxt 99\nbtime 1795339629\nprocesses 7\n";
        assert_eq!(parse_boot_time(stat), Some(1_795_339_629));
        assert_eq!(parse_boot_time(b"cpu  1 2 3\nintr 12 0"), None);
        assert_eq!(parse_boot_time(b"btime -\n"), None);
    }

    #[test]
    fn uptime() {
        assert_eq!(parse_uptime(b"350735.47 234388.90\n"), Some(350_735));
        assert_eq!(parse_uptime(b"7\n"), Some(7));
        assert_eq!(parse_uptime(b"\n"), None);
        assert_eq!(parse_uptime(b"-1.0"), None);
    }

    #[test]
    fn files() {
        let huge = b"1632\t0\t9223372036854775807\n";
        assert_eq!(
            parse_files(huge),
            Some((1632, 0, 9_223_372_036_854_775_807))
        );
        assert_eq!(parse_files(b"1632 0"), None);
    }

    #[test]
    fn paging() {
        let vmstat: &[u8] = b"pgpgin 47989293\npgpgout 96166384\npswpin 17\npswpout 4711\n";
        let stat = b"cpu  1 2 3 4\nswap 5 6\nintr 1\n";
        let pages = |pages_in, pages_out| {
            Some(Paging {
                pages_in,
                pages_out,
            })
        };
        assert_eq!(parse_paging(Some(vmstat), stat), pages(17, 4711));
        assert_eq!(parse_paging(None, stat), pages(5, 6));
        // A kernel without swap.
        assert_eq!(parse_paging(Some(b"pgpgin 1\n"), stat), None);
        assert_eq!(parse_paging(None, b"cpu  1 2 3 4\nswap 5\n"), None);
    }

    type UsedAndTotal = Option<(u64, u64)>;

    fn memory(text: &str) -> (UsedAndTotal, UsedAndTotal) {
        let memory = Memory::parse(text.as_bytes());
        (
            memory.used_and_total_kib(),
            memory.swap_used_and_total_kib(),
        )
    }

    #[test]
    fn memory_of_today() {
        let text = "MemTotal:       24683656 kB\nMemFree:        24074356 kB\n\
            MemAvailable:   24318844 kB\nBuffers:           14524 kB\nCached:           412804 kB\n\
            SwapCached:            0 kB\nSwapTotal:       1048572 kB\nSwapFree:        1000000 kB\n\
            Shmem:              1024 kB\nSReclaimable:      30000 kB\nHugePages_Total:       0\n";
        let expected = (Some((364_812, 24_683_656)), Some((48_572, 1_048_572)));
        assert_eq!(memory(text), expected);
    }

    #[test]
    fn memory_of_2_6_11() {
        let text = "MemTotal:       515944 kB\nMemFree:         12964 kB\n\
            Buffers:         40876 kB\nCached:         335236 kB\nSwapCached:         24 kB\n\
            Active:         230104 kB\nSlab:            40212 kB\n\
            SwapTotal:     1052248 kB\nSwapFree:      1051892 kB\n";
        assert_eq!(
            memory(text),
            (Some((126_868, 515_944)), Some((356, 1_052_248)))
        );
    }

    #[test]
    fn memory_with_zfs() {
        let text = b"MemTotal: 16384 kB\nMemFree: 1024 kB\nCached: 1024 kB\n";
        let arcstats = b"13 1 0x01 92 4416 8 9\nname  type data\nhits    4    77\n\
            c_max                           4    8388608\n\
            size                            4    4194304\n";
        let memory = Memory::parse(text);
        assert_eq!(memory.used_and_total_kib(), Some((14_336, 16_384)));
        for (arcstats, used) in [
            (&arcstats[..], 10_240),
            (b"size x\n", 14_336),
            (b"", 14_336),
        ] {
            let memory = memory.with_zfs_cache(arcstats);
            assert_eq!(memory.used_and_total_kib(), Some((used, 16_384)));
        }
    }

    /// 2.4 puts a table in bytes before the lines.
    #[test]
    fn memory_of_2_4() {
        let text = "        total:    used:    free:  shared: buffers:  cached:\n\
            Mem:  129601536 126173184  3428352        0  6270976 67506176\n\
            Swap: 271392768   413696 270979072\n\
            MemTotal:       126564 kB\nMemFree:          3348 kB\nBuffers:          6124 kB\n\
            Cached:          65924 kB\nSwapTotal:      265032 kB\nSwapFree:       264628 kB\n";
        assert_eq!(
            memory(text),
            (Some((51_168, 126_564)), Some((404, 265_032)))
        );
    }

    #[test]
    fn memory_that_makes_no_sense() {
        assert_eq!(memory(""), (None, None));
        assert_eq!(memory("MemTotal: 0 kB\nMemFree: 0 kB\n"), (None, None));
        assert_eq!(memory("MemTotal: 10 kB\n"), (None, None));
        // More available than there is, as some container hosts show.
        assert_eq!(
            memory("MemTotal: 10 kB\nMemAvailable: 20 kB\n").0,
            Some((0, 10))
        );
        assert_eq!(
            memory("MemTotal: 10 kB\nMemFree: 1 kB\nShmem: 50 kB\n").0,
            Some((9, 10))
        );
        assert_eq!(memory("SwapTotal: 0 kB\nSwapFree: 0 kB\n").1, Some((0, 0)));
        // More than 2^32 KiB.
        let large = "MemTotal: 8589934592 kB\nMemAvailable: 4294967296 kB\n";
        assert_eq!(memory(large).0, Some((4_294_967_296, 8_589_934_592)));
    }

    fn counters(line: &str) -> CpuCounters {
        CpuCounters::parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn processor_time_is_shared_out() {
        let before = counters("cpu  100 100 100 100 100 100 100 100 50 50\ncpu0 1 2 3 4\n");
        let after = counters("intr 1 2\ncpu  130 110 110 120 110 105 105 110 70 55\n");
        let shares = after.shares_since(&before).unwrap();
        // 30 user of which 20 guest, 10 nice of which 5 guest; 100 in all.
        let expected = CpuShares {
            user: 10.0,
            system: 10.0,
            nice: 5.0,
            iowait: Some(10.0),
            hardirq: Some(5.0),
            softirq: Some(5.0),
            steal: Some(10.0),
            guest: Some(20.0),
            guest_nice: Some(5.0),
        };
        assert_eq!(shares, expected);
    }

    #[test]
    fn few_columns_will_do() {
        let nothing = Some(0.0);
        for (before, after, iowait, steal, guest_nice) in [
            // 2.4, 2.6.0, 2.6.11, 2.6.24
            ("cpu  0 0 0 0\n", "cpu  25 0 25 50\n", None, None, None),
            (
                "cpu  0 0 0 0 0 0 0\n",
                "cpu  25 0 25 50 0 0 0\n",
                nothing,
                None,
                None,
            ),
            (
                "cpu  0 0 0 0 0 0 0 0\n",
                "cpu  25 0 25 50 0 0 0 0\n",
                nothing,
                nothing,
                None,
            ),
            (
                "cpu  0 0 0 0 0 0 0 0 0\n",
                "cpu  25 0 25 50 0 0 0 0 0\n",
                nothing,
                nothing,
                None,
            ),
        ] {
            let shares = counters(after).shares_since(&counters(before)).unwrap();
            assert_eq!((shares.user, shares.system), (25.0, 25.0));
            assert_eq!(shares.iowait, iowait, "{after}");
            assert_eq!(shares.steal, steal, "{after}");
            assert_eq!(shares.guest_nice, guest_nice, "{after}");
        }
    }

    /// What stands before the line of 256 processors' interrupts is all that is needed, and the
    /// processors' own lines are not mistaken for their sum.
    #[test]
    fn a_machine_of_256_processors() {
        let whole = |factor: u64| {
            let sum = format!(
                "cpu  {} 0 {} {} 0 0 0 0 0 0\n",
                256 * factor,
                128 * factor,
                640 * factor
            );
            let each = |cpu| format!("cpu{cpu} {factor} 0 {factor} {factor} 0 0 0 0 0 0\n");
            let all: String = (0..256).map(each).collect();
            sum + &all + "intr 1" + &" 0".repeat(40_000) + "\nctxt 7\n"
        };
        let (before, after) = (whole(1000), whole(2000));
        let shares = counters(&after).shares_since(&counters(&before)).unwrap();
        assert_eq!((shares.user, shares.system), (25.0, 12.5));
    }

    #[test]
    fn counters_that_go_back_give_no_negative_share() {
        let before = counters("cpu  10 0 10 1000 50 0 0 90\n");
        let after = counters("cpu  20 0 20 990 40 0 0 0\n");
        let shares = after.shares_since(&before).unwrap();
        assert_eq!((shares.user, shares.system), (50.0, 50.0));
        assert_eq!((shares.iowait, shares.steal), (Some(0.0), Some(0.0)));
        assert_eq!(before.shares_since(&before), None);
        assert_eq!(counters("cpu  0 0 0 0\n").shares_since(&before), None);
    }

    #[test]
    fn lines_that_are_missing_or_odd() {
        for bad in [
            "",
            "cpu0 1 2 3 4\n",
            "cpu  1 2 3\n",
            "cpu  a b c d\n",
            "cpu  -1 0 0 0\n",
        ] {
            assert_eq!(CpuCounters::parse(bad.as_bytes()), None, "{bad}");
        }
        // Columns of the future are not read.
        assert_eq!(counters("cpu  1 2 3 4 5 6 7 8 9 10 x\n").columns[9], 10);
    }
}
