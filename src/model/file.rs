//! Tests of a file: its hash and its times.

use std::time::Duration;

use super::Comparison;

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
