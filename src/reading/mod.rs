//! What was measured, as plain data, and the parsers of the kernel's text.
//!
//! `sample` fills these in; `engine` judges them; `view` shows them. Every figure that a kernel may
//! not give is an `Option`: `None` is "not available here" and never judged as a zero.

mod bytes;
mod file;
mod hasher;
mod machine;
mod mounts;
mod process;
mod stat;
mod status;
mod system;

pub use bytes::Bytes;
pub use file::{Digest, FileKind, FileReading};
pub use hasher::{Hasher, hexadecimal};
pub use machine::{CpuCounters, Memory, parse_files, parse_load, parse_uptime};
pub use mounts::Mounts;
pub use process::{ProcessId, ProcessReading, ProcessState, parse_pidfile};
pub use stat::{ProcessStat, process_name};
pub use status::ProcessStatus;
pub use system::{CpuShares, SystemReading};

/// What one look at a service's subject found.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// `check process`.
    Process(ProcessState),
    /// `check file`.
    File(Presence<FileReading>),
    /// The machine.
    System(SystemReading),
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
