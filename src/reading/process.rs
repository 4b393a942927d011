//! A process as the kernel describes it.

use super::{Owner, ProcessDetails};

/// A process, told apart from a later one with the same number by when it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProcessId {
    /// The number.
    pub pid: i32,
    /// Clock ticks between boot and its start (`/proc/PID/stat` field 22); zero without `/proc`.
    pub start_ticks: u64,
}

/// What became of looking for a service's process.
#[derive(Clone, Debug, PartialEq)]
pub enum ProcessState {
    /// It runs.
    Running(ProcessReading),
    /// It has ended but its parent has not noticed; counts as not running.
    Zombie(ProcessId),
    /// No such process.
    Absent,
    /// There is no pidfile, or nothing useful in it: nobody claims that it runs.
    Unclaimed,
    /// It could not be told: something stands in the way, in the system's words. A box that is out
    /// of descriptors must not take its daemons for dead.
    Unreadable(Box<str>),
}

/// A running process. Without `/proc` no more than its number is known. There may be thousands:
/// no figure is larger than it has to be.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessReading {
    /// Number and start.
    pub id: ProcessId,
    /// The parent's number.
    pub ppid: Option<i32>,
    /// Whose it is.
    pub owner: Option<Owner>,
    /// Seconds since it started.
    pub uptime_seconds: Option<u32>,
    /// Threads, where the kernel tells.
    pub threads: Option<u32>,
    /// Memory in KiB: where a test asks for it and the kernel tells (4.14), what is shared counts
    /// by its share; else all that is resident.
    pub memory_kib: Option<u64>,
    /// Resident memory as a share of the machine's, in percent.
    pub memory_percent: Option<f32>,
    /// Share of the processors it can use, one per thread, since the last reading, in percent;
    /// `None` at the first.
    pub cpu_percent: Option<f32>,
    /// What else was asked for.
    pub details: Option<Box<ProcessDetails>>,
}

impl ProcessReading {
    /// A process of which no more than its number is known: there is no `/proc`, or it is hidden.
    pub const fn unseen(pid: i32) -> Self {
        Self {
            id: ProcessId {
                pid,
                start_ticks: 0,
            },
            ppid: None,
            owner: None,
            uptime_seconds: None,
            threads: None,
            memory_kib: None,
            memory_percent: None,
            cpu_percent: None,
            details: None,
        }
    }

    /// Whether the kernel told more of it than that it is there.
    pub const fn is_seen(&self) -> bool {
        self.memory_kib.is_some()
    }

    /// How many descendants it has, where that was asked for.
    pub fn children(&self) -> Option<u32> {
        Some(self.details.as_ref()?.tree?.children)
    }
}

/// The number in a pidfile, read as the reference does (F116): leading blanks and whatever follows
/// the digits are ignored. Zero, negative numbers and more than 31 bits are no process.
pub fn parse_pidfile(content: &[u8]) -> Option<i32> {
    let digits = content.trim_ascii_start();
    let end = digits
        .iter()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(digits.len());
    let pid: i32 = std::str::from_utf8(&digits[..end]).ok()?.parse().ok()?;
    (pid > 0).then_some(pid)
}

#[cfg(test)]
mod tests {
    use super::parse_pidfile;

    #[test]
    fn pidfiles_good_and_bad() {
        for (content, pid) in [
            ("123\n", Some(123)),
            (" \n 42", Some(42)),
            ("1abc", Some(1)),
            ("1.5", Some(1)),
            ("1 2", Some(1)),
            ("", None),
            ("abc", None),
            ("-5", None),
            ("0", None),
            ("2147483647", Some(i32::MAX)),
            ("2147483648", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(parse_pidfile(content.as_bytes()), pid, "{content:?}");
        }
        assert_eq!(parse_pidfile(&[0xff, 0x31]), None);
    }
}
