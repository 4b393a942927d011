//! Tests of what a process is and uses.

use super::{EventKind, Limit, Unit};

/// A test of a running process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProcessTest {
    /// `if cpu > 60%` and its kin: fails while the comparison holds.
    Usage(ProcessMetric, Limit),
    /// `if failed euid USER`.
    EffectiveUid(u32),
    /// `if changed pid`.
    PidChanged,
    /// `if changed ppid`.
    PpidChanged,
    /// `if failed security attribute …`; boxed because it is rare.
    Attribute(Box<AttributeTest>),
}

impl ProcessTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match self {
            Self::Usage(ProcessMetric::Uptime, _) => EventKind::Uptime,
            Self::Usage(_, _) => EventKind::Resource,
            Self::EffectiveUid(_) => EventKind::Uid,
            Self::PidChanged => EventKind::Pid,
            Self::PpidChanged => EventKind::Ppid,
            // As in the reference, whose list of events has none of its own (XML.md).
            Self::Attribute(_) => EventKind::Invalid,
        }
    }
}

/// What can be measured of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProcessMetric {
    /// Share of the processors it can use.
    Cpu,
    /// The same with its descendants.
    TotalCpu,
    /// Share of the machine's memory.
    MemoryShare,
    /// Memory in bytes.
    Memory,
    /// Share of the machine's memory, with its descendants.
    TotalMemoryShare,
    /// Memory in bytes, with its descendants.
    TotalMemory,
    /// How many descendants it has.
    Children,
    /// How many threads it has.
    Threads,
    /// Seconds since it started.
    Uptime,
    /// How many files it has open.
    Descriptors,
    /// The same as a share of what it may.
    DescriptorsShare,
    /// How many files it has open, with its descendants.
    TotalDescriptors,
    /// Bytes read per second, cached or not.
    Read,
    /// Bytes written per second, cached or not.
    Write,
    /// Bytes read from disk per second.
    DiskRead,
    /// Bytes written to disk per second.
    DiskWrite,
    /// Calls that read, per second.
    ReadOperations,
    /// Calls that write, per second.
    WriteOperations,
}

impl ProcessMetric {
    /// Every one.
    pub const ALL: [Self; 18] = [
        Self::Cpu,
        Self::TotalCpu,
        Self::MemoryShare,
        Self::Memory,
        Self::TotalMemoryShare,
        Self::TotalMemory,
        Self::Children,
        Self::Threads,
        Self::Uptime,
        Self::Descriptors,
        Self::DescriptorsShare,
        Self::TotalDescriptors,
        Self::Read,
        Self::Write,
        Self::DiskRead,
        Self::DiskWrite,
        Self::ReadOperations,
        Self::WriteOperations,
    ];

    /// What its numbers count.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Cpu
            | Self::TotalCpu
            | Self::MemoryShare
            | Self::TotalMemoryShare
            | Self::DescriptorsShare => Unit::Percent,
            Self::Memory | Self::TotalMemory => Unit::Bytes,
            Self::Children | Self::Threads | Self::Descriptors | Self::TotalDescriptors => {
                Unit::Count
            }
            Self::Uptime => Unit::Seconds,
            Self::Read | Self::Write | Self::DiskRead | Self::DiskWrite => Unit::BytesPerSecond,
            Self::ReadOperations | Self::WriteOperations => Unit::PerSecond("operations"),
        }
    }

    /// The words of the control file.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::TotalCpu => "total cpu",
            Self::MemoryShare | Self::Memory => "memory",
            Self::TotalMemoryShare | Self::TotalMemory => "total memory",
            Self::Children => "children",
            Self::Threads => "threads",
            Self::Uptime => "uptime",
            Self::Descriptors | Self::DescriptorsShare => "filedescriptors",
            Self::TotalDescriptors => "total filedescriptors",
            Self::Read => "read",
            Self::Write => "write",
            Self::DiskRead | Self::ReadOperations => "disk read",
            Self::DiskWrite | Self::WriteOperations => "disk write",
        }
    }
}

/// What a security module should call a process; fails unless it does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributeTest {
    /// How the name relates to `value` while all is well.
    pub relation: Relation,
    /// A name, or a POSIX extended regular expression.
    pub value: Box<str>,
}

/// How one text relates to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `=`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `=~`: the pattern matches somewhere in it.
    Matches,
    /// `!=~`.
    MatchesNot,
}

impl Relation {
    /// The sign of the control file.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Matches => "=~",
            Self::MatchesNot => "!=~",
        }
    }

    /// The one that holds exactly when this one does not.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Matches => Self::MatchesNot,
            Self::MatchesNot => Self::Matches,
        }
    }

    /// Whether the value is a pattern.
    pub const fn is_pattern(self) -> bool {
        matches!(self, Self::Matches | Self::MatchesNot)
    }
}
