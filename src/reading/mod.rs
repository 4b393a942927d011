//! What was measured, as plain data, and the parsers of the kernel's text.
//!
//! `sample` fills these in; `engine` judges them; `view` shows them. Every figure that a kernel may
//! not give is an `Option`: `None` is "not available here" and never judged as a zero.

mod amount;
mod bytes;
mod cgroup;
mod content;
mod details;
mod disk;
mod elapsed;
mod file;
mod filesystem;
mod fingerprint;
mod hasher;
mod interface;
mod machine;
mod mounts;
mod network;
mod nfs;
mod process;
mod program;
mod stat;
mod status;
mod system;
mod traffic;

pub use amount::{Amount, Bound, thousandths};
pub use bytes::Bytes;
pub use cgroup::{group_share, keyed, parse_cfs, parse_cpu_max, parse_group_bytes};
pub use content::{ContentFrom, ContentMark, ContentReading, Excerpt, Lines};
pub use details::{
    Descriptors, Io, IoReading, OpenFilesLimits, ProcessDetails, ProcessTree, parse_pss,
};
pub use disk::{DiskCounters, DiskRates, TransferRate, Transfers};
pub use elapsed::Elapsed;
pub use file::{Digest, FileKind, FileReading};
pub use filesystem::{Activity, FilesystemReading, Inodes, Space};
pub use fingerprint::{fingerprint, fingerprint_of};
pub use hasher::{Hasher, hexadecimal};
pub use interface::{parse_counter, parse_duplex, parse_net_dev, parse_operstate, parse_speed};
pub use machine::{
    CpuCounters, Memory, parse_boot_time, parse_files, parse_load, parse_paging, parse_uptime,
};
pub use mounts::{Mount, Mounts};
pub use network::{Duplex, LinkFigures, NetworkReading, Total};
pub use nfs::parse_mountstats;
pub use process::{ProcessId, ProcessReading, ProcessState, parse_pidfile};
pub use program::{ProgramReading, printed};
pub use stat::{ProcessStat, process_name};
pub use status::{Owner, ProcessStatus};
pub use system::{CpuShares, Paging, SystemReading};
pub use traffic::{Counters, Flow, SlidingSum};

/// What one look at a service's subject found.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// `check process`.
    Process(ProcessState),
    /// `check file`, `check directory`, `check fifo`.
    File(Presence<FileReading>),
    /// `check filesystem`.
    Filesystem(Presence<Box<FilesystemReading>>),
    /// `check host`: there is nothing to look at but its connections.
    Host,
    /// `check program`.
    Program(ProgramReading),
    /// `check network`.
    Network(NetworkReading),
    /// The machine.
    System(Box<SystemReading>),
}

/// Whether something is there, and nothing else of a [`Reading`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outline<'a> {
    /// It is.
    Present,
    /// It is not.
    Absent,
    /// It cannot be told: the system's words for why.
    Unreadable(&'a str),
}

impl Reading {
    /// Whether the subject is there.
    pub fn outline(&self) -> Outline<'_> {
        match self {
            Self::Process(ProcessState::Running(_))
            | Self::Host
            | Self::Program(_)
            | Self::System(_) => Outline::Present,
            Self::Network(NetworkReading::Unread(why)) => Outline::Unreadable(why),
            Self::Network(
                NetworkReading::Unknown(_) | NetworkReading::Down | NetworkReading::Up(_),
            ) => Outline::Present,
            Self::Process(
                ProcessState::Zombie(_) | ProcessState::Absent | ProcessState::Unclaimed,
            ) => Outline::Absent,
            Self::Process(ProcessState::Unreadable(why)) => Outline::Unreadable(why),
            Self::File(presence) => presence.outline(),
            Self::Filesystem(presence) => presence.outline(),
        }
    }

    /// The run of a program, if it is one.
    pub const fn program(&self) -> Option<&ProgramReading> {
        match self {
            Self::Program(run) => Some(run),
            Self::Process(_)
            | Self::File(_)
            | Self::Filesystem(_)
            | Self::Host
            | Self::Network(_)
            | Self::System(_) => None,
        }
    }

    /// The process that runs, if it is one.
    pub const fn process(&self) -> Option<&ProcessReading> {
        match self {
            Self::Process(ProcessState::Running(process)) => Some(process),
            Self::Process(
                ProcessState::Zombie(_)
                | ProcessState::Absent
                | ProcessState::Unclaimed
                | ProcessState::Unreadable(_),
            )
            | Self::File(_)
            | Self::Filesystem(_)
            | Self::Host
            | Self::Program(_)
            | Self::Network(_)
            | Self::System(_) => None,
        }
    }
}

/// There, not there, or there but unreadable.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence<T> {
    /// Looked at.
    Present(T),
    /// Not there.
    Absent,
    /// Something stands in the way: the system's words for why.
    Unreadable(Box<str>),
}

impl<T> Presence<T> {
    /// Without the figures.
    pub fn outline(&self) -> Outline<'_> {
        match self {
            Self::Present(_) => Outline::Present,
            Self::Absent => Outline::Absent,
            Self::Unreadable(why) => Outline::Unreadable(why),
        }
    }
}
