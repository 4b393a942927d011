//! A rule: one test, how patient it is, and what follows.

use std::time::Duration;

use super::{Action, ConnectionTest, EventKind};

/// One `if … then … [else …]` of a service, or a test every service of its kind has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// What is tested.
    pub test: Test,
    /// How often it must fail before it counts.
    pub failed: Repeat,
    /// How often it must pass before it has recovered.
    pub recovered: Repeat,
}

/// A side of a rule: its window and what is done when the window is full.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Repeat {
    /// How many results of this side, out of how many cycles.
    pub window: Window,
    /// What follows.
    pub action: Action,
}

/// `N times within M cycles`; `for N cycles` is N of N. Results older than `cycles` are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// At least 1, at most `cycles`.
    pub times: u8,
    /// 1 to 64 (reference F110).
    pub cycles: u8,
}

impl Window {
    /// At once: one of one.
    pub const ONCE: Self = Self {
        times: 1,
        cycles: 1,
    };
}

/// What a rule tests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// `if does not exist`: fails when the object is absent. Implicit with action restart.
    NotExist,
    /// `if exist`: fails when the object is there.
    Exist,
    /// `if failed port …` and `if failed unixsocket …`.
    Connection(Box<ConnectionTest>),
    /// `if failed checksum` and `if changed checksum`.
    Checksum(Checksum),
    /// `if failed permission OCTAL`: the low twelve bits.
    Permission(u32),
    /// `if changed permission`.
    PermissionChanged,
    /// `if failed uid USER`.
    Uid(u32),
    /// `if failed gid GROUP`.
    Gid(u32),
    /// `if size > 10 MB`: fails while the comparison holds. Bytes.
    Size(Limit),
    /// `if changed size`.
    SizeChanged,
    /// `if timestamp > 5 minutes` and its kin.
    Timestamp(TimestampTest),
    /// `if changed timestamp`.
    TimestampChanged(Stamp),
}

impl Test {
    /// The event a rule with this test raises.
    pub const fn event(&self) -> EventKind {
        match self {
            Self::NotExist => EventKind::NonExist,
            Self::Exist => EventKind::Exist,
            Self::Connection(_) => EventKind::Connection,
            Self::Checksum(_) => EventKind::Checksum,
            Self::Permission(_) | Self::PermissionChanged => EventKind::Permission,
            Self::Uid(_) => EventKind::Uid,
            Self::Gid(_) => EventKind::Gid,
            Self::Size(_) | Self::SizeChanged => EventKind::Size,
            Self::Timestamp(_) | Self::TimestampChanged(_) => EventKind::Timestamp,
        }
    }

    /// The connection test, if it is one.
    pub const fn connection(&self) -> Option<&ConnectionTest> {
        match self {
            Self::Connection(test) => Some(test),
            Self::NotExist
            | Self::Exist
            | Self::Checksum(_)
            | Self::Permission(_)
            | Self::PermissionChanged
            | Self::Uid(_)
            | Self::Gid(_)
            | Self::Size(_)
            | Self::SizeChanged
            | Self::Timestamp(_)
            | Self::TimestampChanged(_) => None,
        }
    }
}

/// A hash to expect, or a change to report.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// `if failed checksum [expect HEX]`: the expected bytes, or those of the first check (F102).
    Failed(ChecksumKind, Option<Box<[u8]>>),
    /// `if changed checksum`: fails once, then the new value is the base.
    Changed(ChecksumKind),
}

/// Which hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumKind {
    /// 32 hexadecimal digits; the default (reference F102).
    Md5,
    /// 40 hexadecimal digits.
    Sha1,
    /// 64 hexadecimal digits (Monit 6.0).
    Sha256,
}

impl ChecksumKind {
    /// `MD5`, `SHA1`, `SHA256`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// Length in bytes.
    pub const fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// A comparison with a number; the test fails while it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// How.
    pub comparison: Comparison,
    /// With what; the unit is the test's.
    pub value: u64,
}

impl Limit {
    /// Whether `value` OP limit.
    pub const fn holds(self, value: u64) -> bool {
        match self.comparison {
            Comparison::Greater => value > self.value,
            Comparison::Less => value < self.value,
            Comparison::GreaterOrEqual => value >= self.value,
            Comparison::LessOrEqual => value <= self.value,
            Comparison::Equal => value == self.value,
            Comparison::NotEqual => value != self.value,
        }
    }
}

/// An operator of the control file; each has three spellings (reference F152).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `>`, `gt`, `greater`, `more`, `newer` and `older` in their places.
    Greater,
    /// `<`, `lt`, `less`.
    Less,
    /// `>=`, `ge`, `greaterorequal`.
    GreaterOrEqual,
    /// `<=`, `le`, `lessorequal`.
    LessOrEqual,
    /// `=`, `==`, `eq`, `equal`, or nothing.
    Equal,
    /// `!=`, `ne`, `notequal`.
    NotEqual,
}

impl Comparison {
    /// `>`, `<`, `>=`, `<=`, `=`, `!=`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::Less => "<",
            Self::GreaterOrEqual => ">=",
            Self::LessOrEqual => "<=",
            Self::Equal => "=",
            Self::NotEqual => "!=",
        }
    }
}

/// `if timestamp OP AGE`: fails while the file's age compares so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimestampTest {
    /// Which of the file's times.
    pub stamp: Stamp,
    /// How its age compares.
    pub comparison: Comparison,
    /// With what age.
    pub age: Duration,
}

/// Which time of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stamp {
    /// `timestamp`, `time`: the later of modification and change (reference F105).
    Latest,
    /// `atime`.
    Access,
    /// `mtime`.
    Modification,
    /// `ctime`.
    Change,
}
