//! What a process uses beyond the one line that tells whether it runs.
//!
//! Each part costs a read of its own, so it is read only where somebody wants it; kernels before
//! 2.6.20 have no `io`, before 4.14 no `smaps_rollup`, and what belongs to another user may be
//! hidden.

use super::SystemReading;
use super::status::labelled;

/// The parts that were asked for; `None` where the system does not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProcessDetails {
    /// What it has read and written.
    pub io: Option<IoReading>,
    /// How many files it has open, and how many it may have.
    pub descriptors: Option<Descriptors>,
    /// What a security module calls it (`/proc/PID/attr/current`); empty if it has no name there.
    pub attribute: Option<Box<str>>,
    /// Which of the patterns its tests look for match that name.
    pub attribute_matches: Vec<(Box<str>, bool)>,
    /// Itself and all that descends from it.
    pub tree: Option<ProcessTree>,
    /// The load of the machine it runs on.
    pub machine: Option<Box<SystemReading>>,
}

/// A process and its descendants together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProcessTree {
    /// How many descendants there are, grandchildren too.
    pub children: u32,
    /// Memory of all, in KiB.
    pub memory_kib: u64,
    /// The same as a share of the machine's, in percent.
    pub memory_percent: Option<f64>,
    /// Share of the processors all of them can use together, in percent; `None` at the first look.
    pub cpu_percent: Option<f64>,
    /// Open files of all whose files may be seen.
    pub descriptors: Option<u64>,
}

/// Open files of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptors {
    /// How many there are.
    pub open: u64,
    /// How many there may be.
    pub limits: Option<OpenFilesLimits>,
}

/// `Max open files` of `/proc/PID/limits`; `None` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFilesLimits {
    /// The one in force.
    pub soft: Option<u64>,
    /// How far the process may raise it.
    pub hard: Option<u64>,
}

impl OpenFilesLimits {
    /// Reads the line; `unlimited` is no limit.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let values = text
            .lines()
            .find_map(|line| line.strip_prefix("Max open files"))?;
        let mut values = values.split_ascii_whitespace();
        let mut next = || match values.next()? {
            "unlimited" => Some(None),
            value => value.parse().ok().map(Some),
        };
        Some(Self {
            soft: next()?,
            hard: next()?,
        })
    }
}

/// `Pss` of `/proc/PID/smaps_rollup` in KiB: what is shared counts by its share.
pub fn parse_pss(text: &[u8]) -> Option<u64> {
    let mut lines = text.split(|&byte| byte == b'\n').filter_map(labelled);
    let (_, value) = lines.find(|(label, _)| *label == "Pss")?;
    value.split_ascii_whitespace().next()?.parse().ok()
}

/// What a process has read and written, and how fast since the look before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IoReading {
    /// Since it started.
    pub total: Io<u64>,
    /// Per second; `None` at the first look.
    pub rate: Option<Io<f64>>,
}

/// The counters of `/proc/PID/io`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Io<T> {
    /// Bytes it asked for, cached or not (`rchar`).
    pub read: T,
    /// Bytes that came from a disk (`read_bytes`).
    pub disk_read: T,
    /// Calls that read (`syscr`).
    pub reads: T,
    /// Bytes it handed over (`wchar`).
    pub write: T,
    /// Bytes on their way to a disk (`write_bytes`).
    pub disk_write: T,
    /// Calls that write (`syscw`).
    pub writes: T,
}

impl Io<u64> {
    /// `None` unless all six are there.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let value = |name: &str| -> Option<u64> {
            let mut lines = text.split(|&byte| byte == b'\n').filter_map(labelled);
            let (_, value) = lines.find(|(label, _)| *label == name)?;
            value.trim().parse().ok()
        };
        Some(Self {
            read: value("rchar")?,
            disk_read: value("read_bytes")?,
            reads: value("syscr")?,
            write: value("wchar")?,
            disk_write: value("write_bytes")?,
            writes: value("syscw")?,
        })
    }

    /// How fast it went from `earlier` to here; a counter that went back stood still.
    pub fn rate_since(&self, earlier: &Self, seconds: f64) -> Io<f64> {
        let rate = |of: fn(&Self) -> u64| of(self).saturating_sub(of(earlier)) as f64 / seconds;
        Io {
            read: rate(|io| io.read),
            disk_read: rate(|io| io.disk_read),
            reads: rate(|io| io.reads),
            write: rate(|io| io.write),
            disk_write: rate(|io| io.disk_write),
            writes: rate(|io| io.writes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linux 6.12.
    const IO: &str = "rchar: 1123700736\nwchar: 1277165573\nsyscr: 1216\nsyscw: 1219\n\
        read_bytes: 915984384\nwrite_bytes: 1276125184\ncancelled_write_bytes: 0\n";

    #[test]
    fn reading_and_writing() {
        let io = Io::parse(IO.as_bytes()).unwrap();
        let expected = Io {
            read: 1_123_700_736,
            disk_read: 915_984_384,
            reads: 1216,
            write: 1_277_165_573,
            disk_write: 1_276_125_184,
            writes: 1219,
        };
        assert_eq!(io, expected);
        let later = Io {
            read: io.read + 4096,
            reads: io.reads + 1,
            ..io
        };
        let rate = later.rate_since(&io, 2.0);
        assert_eq!((rate.read, rate.reads, rate.write), (2048.0, 0.5, 0.0));
        assert_eq!(io.rate_since(&later, 2.0).read, 0.0);
    }

    #[test]
    fn what_a_kernel_does_not_count_is_not_there() {
        // 2.6.18 has no such file, 2.6.20 counts calls but, as built by some, no disk.
        assert_eq!(Io::parse(b""), None);
        let without_disks = "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\n";
        assert_eq!(Io::parse(without_disks.as_bytes()), None);
        assert_eq!(Io::parse(b"rchar: x\n"), None);
    }

    #[test]
    fn proportional_memory() {
        let text = "55fdb58dc000-7ffeb5f0d000 ---p 00000000 00:00 0                  [rollup]\n\
            Rss:                1748 kB\nPss:                 152 kB\n\
            Pss_Dirty:           112 kB\nPss_Anon:            112 kB\n";
        assert_eq!(parse_pss(text.as_bytes()), Some(152));
        assert_eq!(parse_pss(b"Rss: 1748 kB\n"), None);
        assert_eq!(parse_pss(b""), None);
    }

    #[test]
    fn limits_of_open_files() {
        let head =
            "Limit                     Soft Limit           Hard Limit           Units     \n";
        let limits = |values: &str| {
            let line = format!("{head}Max open files            {values} files     \n");
            OpenFilesLimits::parse(line.as_bytes())
        };
        let (soft, hard) = (Some(1024), Some(524_288));
        assert_eq!(
            limits("1024                 524288              "),
            Some(OpenFilesLimits { soft, hard })
        );
        assert_eq!(
            limits("1024                 unlimited           "),
            Some(OpenFilesLimits { soft, hard: None })
        );
        assert_eq!(limits("x y"), None);
        assert_eq!(OpenFilesLimits::parse(head.as_bytes()), None);
        assert_eq!(OpenFilesLimits::parse(&[0xff]), None);
    }
}
