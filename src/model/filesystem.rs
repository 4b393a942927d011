//! Tests of a file system.

use super::{EventKind, Limit, Unit};

/// A test of a mounted file system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FilesystemTest {
    /// `if changed fsflags`: the mount options. Implicit with action alert (reference F100).
    FlagsChanged,
    /// `if space > 80%` and its kin: fails while the comparison holds.
    Resource(FilesystemMetric, Limit),
}

impl FilesystemTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match self {
            Self::FlagsChanged => EventKind::FsFlags,
            Self::Resource(..) => EventKind::Resource,
        }
    }
}

/// A figure of a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FilesystemMetric {
    /// `space`, what is not free, in percent of all.
    SpaceShare,
    /// `space` in bytes.
    Space,
    /// `space free` in percent of all; what is reserved for root is free.
    FreeShare,
    /// `space free` in bytes.
    Free,
    /// `inodes` in percent.
    InodeShare,
    /// `inodes`.
    Inodes,
    /// `inodes free` in percent.
    FreeInodeShare,
    /// `inodes free`.
    FreeInodes,
    /// `read rate` in bytes.
    Read,
    /// `read rate` in operations.
    ReadOperations,
    /// `write rate` in bytes.
    Write,
    /// `write rate` in operations.
    WriteOperations,
    /// `service time`: how long an operation takes on average.
    ServiceTime,
}

impl FilesystemMetric {
    /// What its limit counts.
    pub const fn unit(self) -> Unit {
        match self {
            Self::SpaceShare | Self::FreeShare | Self::InodeShare | Self::FreeInodeShare => {
                Unit::Percent
            }
            Self::Space | Self::Free => Unit::Bytes,
            Self::Inodes | Self::FreeInodes => Unit::Count,
            Self::Read | Self::Write => Unit::BytesPerSecond,
            Self::ReadOperations | Self::WriteOperations => Unit::PerSecond("operations"),
            Self::ServiceTime => Unit::MillisecondsPerOperation,
        }
    }

    /// Its name before a limit: `space usage`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SpaceShare | Self::Space => "space usage",
            Self::FreeShare | Self::Free => "space free",
            Self::InodeShare | Self::Inodes => "inode usage",
            Self::FreeInodeShare | Self::FreeInodes => "inode free",
            Self::Read | Self::ReadOperations => "read",
            Self::Write | Self::WriteOperations => "write",
            Self::ServiceTime => "service time",
        }
    }
}
