//! A mounted file system: what statfs(2), the mount table and the disk's counters say of it.

use super::{DiskCounters, DiskRates};

/// A file system that is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesystemReading {
    /// `ext4`, `nfs`.
    pub kind: Box<str>,
    /// `rw,noatime`.
    pub flags: Box<str>,
    /// The low twelve bits of the mode of the path the control file names: a mount point's, or a
    /// device's.
    pub permission: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// Its blocks.
    pub space: Space,
    /// Its inodes; `None` where there is no fixed number of them (btrfs, vfat).
    pub inodes: Option<Inodes>,
    /// What is read and written; `None` where nobody counts (tmpfs).
    pub activity: Option<Activity>,
}

/// Space in bytes. Used is what is not free; the free part that is reserved for root is free too,
/// as in the reference (`cli/status-ok.txt`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// The size of a block.
    pub block: u64,
    /// All of it.
    pub total: u64,
    /// Free, for root.
    pub free: u64,
    /// Free, for everybody.
    pub available: u64,
}

impl Space {
    /// Not free.
    pub const fn used(&self) -> u64 {
        self.total.saturating_sub(self.free)
    }

    /// Free, but for root alone.
    pub const fn reserved(&self) -> u64 {
        self.free.saturating_sub(self.available)
    }
}

/// How many files there are, and can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inodes {
    /// How many there can be; not zero.
    pub total: u64,
    /// How many more.
    pub free: u64,
}

impl Inodes {
    /// How many there are.
    pub const fn used(&self) -> u64 {
        self.total.saturating_sub(self.free)
    }
}

/// What is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Since the disk is there, or the network file system is mounted.
    pub total: DiskCounters,
    /// Since the last look; `None` at the first.
    pub rates: Option<DiskRates>,
}
