//! What a service looks at.

use std::rc::Rc;

use super::{NetworkTarget, Program};

/// The kind of a `check` statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words after `check`")]
pub enum SubjectKind {
    Process,
    File,
    Directory,
    Fifo,
    Filesystem,
    Host,
    Program,
    Network,
    System,
}

impl SubjectKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Process,
        Self::File,
        Self::Directory,
        Self::Fifo,
        Self::Filesystem,
        Self::Host,
        Self::Program,
        Self::Network,
        Self::System,
    ];

    /// The word after `check`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::File => "file",
            Self::Directory => "directory",
            Self::Fifo => "fifo",
            Self::Filesystem => "filesystem",
            Self::Host => "host",
            Self::Program => "program",
            Self::Network => "network",
            Self::System => "system",
        }
    }
}

/// What a service looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `check process NAME with pidfile PATH | matching PATTERN`.
    Process(ProcessLocator),
    /// `check file NAME with path PATH`.
    File(Box<str>),
    /// `check directory NAME with path PATH`.
    Directory(Box<str>),
    /// `check fifo NAME with path PATH`.
    Fifo(Box<str>),
    /// `check filesystem NAME with path MOUNTPOINT|DEVICE|STRING`.
    Filesystem(Box<str>),
    /// `check host NAME with address ADDRESS`.
    Host(Box<str>),
    /// `check program NAME with path "PROGRAM ARGUMENTS"`.
    Program(Box<Program>),
    /// `check network NAME with interface|address …`.
    Network(NetworkTarget),
    /// The machine itself; there is one in every model.
    System,
}

impl Subject {
    /// Its kind.
    pub const fn kind(&self) -> SubjectKind {
        match self {
            Self::Process(_) => SubjectKind::Process,
            Self::File(_) => SubjectKind::File,
            Self::Directory(_) => SubjectKind::Directory,
            Self::Fifo(_) => SubjectKind::Fifo,
            Self::Filesystem(_) => SubjectKind::Filesystem,
            Self::Host(_) => SubjectKind::Host,
            Self::Program(_) => SubjectKind::Program,
            Self::Network(_) => SubjectKind::Network,
            Self::System => SubjectKind::System,
        }
    }

    /// Whether it can be missing, so that it has a test of existence (reference F118).
    pub const fn can_be_missing(&self) -> bool {
        match self {
            Self::Process(_)
            | Self::File(_)
            | Self::Directory(_)
            | Self::Fifo(_)
            | Self::Filesystem(_) => true,
            Self::Host(_) | Self::Program(_) | Self::Network(_) | Self::System => false,
        }
    }
}

/// How the process of a service is found. The texts are shared with orders to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcessLocator {
    /// The number in this file.
    Pidfile(Rc<str>),
    /// A POSIX extended regular expression over the whole command line, unanchored (reference
    /// F117).
    Matching(Rc<str>),
}
