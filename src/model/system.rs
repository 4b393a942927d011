//! Tests of what the machine uses.

use super::{EventKind, Limit, Unit};

/// A test of the machine: fails while the comparison holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SystemTest {
    /// What is measured.
    pub figure: SystemFigure,
    /// What it is compared with, in the figure's unit.
    pub limit: Limit,
}

/// A figure of the machine (manual, "System resource tests").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SystemFigure {
    /// `loadavg (5min)`, `loadavg (5min) per core`.
    Load {
        /// Over how long.
        period: LoadPeriod,
        /// Divided by the processors that can be used.
        per_core: bool,
    },
    /// `cpu usage`, `cpu (user)`: a share of all processors' time.
    Cpu(CpuKind),
    /// `memory usage > 80%`.
    MemoryShare,
    /// `memory usage > 2 GB`.
    Memory,
    /// `swap usage > 25%`.
    SwapShare,
    /// `swap usage > 1 GB`.
    Swap,
    /// `pagein > 10 per second`: pages that come back from swap (Monit 6.0).
    PageIn,
    /// `pageout > 10 per second`: pages that go to swap (Monit 6.0).
    PageOut,
    /// `uptime > 3 days`.
    Uptime,
    /// `filedescriptors > 90%`: open files, of the most there may be.
    FilesShare,
    /// `filedescriptors > 10000`.
    Files,
}

/// Over how long a load average is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "minutes")]
pub enum LoadPeriod {
    One,
    Five,
    Fifteen,
}

impl LoadPeriod {
    /// How many minutes.
    pub const fn minutes(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Five => 5,
            Self::Fifteen => 15,
        }
    }
}

/// What processors spend time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the words in parentheses after `cpu`")]
pub enum CpuKind {
    /// No word: user and system together (reference F101).
    Total,
    User,
    System,
    Nice,
    Wait,
    HardIrq,
    SoftIrq,
    Steal,
    Guest,
    GuestNice,
}

impl SystemTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match self.figure {
            SystemFigure::Uptime => EventKind::Uptime,
            SystemFigure::Load { .. }
            | SystemFigure::Cpu(_)
            | SystemFigure::MemoryShare
            | SystemFigure::Memory
            | SystemFigure::SwapShare
            | SystemFigure::Swap
            | SystemFigure::PageIn
            | SystemFigure::PageOut
            | SystemFigure::FilesShare
            | SystemFigure::Files => EventKind::Resource,
        }
    }
}

impl SystemFigure {
    /// What its numbers count.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Load { .. } => Unit::Thousandth,
            Self::Cpu(_) | Self::MemoryShare | Self::SwapShare | Self::FilesShare => Unit::Percent,
            Self::Memory | Self::Swap => Unit::Bytes,
            Self::PageIn | Self::PageOut => Unit::PerSecond("pages"),
            Self::Uptime => Unit::Seconds,
            Self::Files => Unit::Count,
        }
    }
}
