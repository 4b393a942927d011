//! What a rule tests.

use super::{
    Checksum, ConnectionTest, ContentTest, EventKind, FilesystemTest, Limit, NetworkTest, PingTest,
    ProcessTest, ProgramTest, Stamp, SystemTest, TimestampTest,
};

/// What a rule tests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// `if does not exist`: fails when the object is absent. Implicit with action restart.
    NotExist,
    /// `if exist`: fails when the object is there.
    Exist,
    /// `if failed port …` and `if failed unixsocket …`.
    Connection(Box<ConnectionTest>),
    /// `certificate valid for N days`: for so many days the certificate that the rule before this
    /// one saw must still be good.
    CertificateValid(u32),
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
    /// `if hardlinks > 100` (Monit 5.34): how many names it has.
    Hardlinks(Limit),
    /// `if changed hardlinks`.
    HardlinksChanged,
    /// `if timestamp > 5 minutes` and its kin.
    Timestamp(TimestampTest),
    /// `if changed timestamp`.
    TimestampChanged(Stamp),
    /// A line of a file.
    Content(ContentTest),
    /// `if failed ping`.
    Ping(Box<PingTest>),
    /// `responsetime < 5 seconds`, an option of ping and connection tests that has its own event:
    /// a rule right behind the one whose answer it judges, and not judged without an answer. It
    /// fails unless the comparison holds. Microseconds.
    ResponseTime(Limit),
    /// What a process uses.
    Process(ProcessTest),
    /// What the machine uses.
    System(SystemTest),
    /// Space and traffic of a file system.
    Filesystem(FilesystemTest),
    /// Link and traffic of a network interface.
    Network(NetworkTest),
    /// How a program ended and what it printed.
    Program(ProgramTest),
}

impl Test {
    /// The event a rule with this test raises.
    pub const fn event(&self) -> EventKind {
        match self {
            Self::NotExist => EventKind::NonExist,
            Self::Exist => EventKind::Exist,
            Self::Connection(_) => EventKind::Connection,
            Self::CertificateValid(_) => EventKind::Timestamp,
            Self::Checksum(_) => EventKind::Checksum,
            Self::Permission(_) | Self::PermissionChanged => EventKind::Permission,
            Self::Uid(_) => EventKind::Uid,
            Self::Gid(_) => EventKind::Gid,
            Self::Size(_) | Self::SizeChanged => EventKind::Size,
            Self::Hardlinks(_) | Self::HardlinksChanged => EventKind::Resource,
            Self::Timestamp(_) | Self::TimestampChanged(_) => EventKind::Timestamp,
            Self::Content(test) => test.event(),
            Self::Ping(test) => test.event(),
            Self::ResponseTime(_) => EventKind::Speed,
            Self::Process(test) => test.event(),
            Self::System(test) => test.event(),
            Self::Filesystem(test) => test.event(),
            Self::Network(test) => test.event(),
            Self::Program(test) => test.event(),
        }
    }

    /// The test of a file's lines, if it is one.
    pub const fn content(&self) -> Option<&ContentTest> {
        if let Self::Content(test) = self {
            Some(test)
        } else {
            None
        }
    }

    /// Whether it is judged by what the rule before it found.
    pub const fn is_companion(&self) -> bool {
        matches!(self, Self::ResponseTime(_) | Self::CertificateValid(_))
    }

    /// The connection test, if it is one.
    pub const fn connection(&self) -> Option<&ConnectionTest> {
        match self {
            Self::Connection(test) => Some(test),
            Self::NotExist
            | Self::Exist
            | Self::CertificateValid(_)
            | Self::Checksum(_)
            | Self::Permission(_)
            | Self::PermissionChanged
            | Self::Uid(_)
            | Self::Gid(_)
            | Self::Size(_)
            | Self::SizeChanged
            | Self::Hardlinks(_)
            | Self::HardlinksChanged
            | Self::Timestamp(_)
            | Self::TimestampChanged(_)
            | Self::Content(_)
            | Self::Ping(_)
            | Self::ResponseTime(_)
            | Self::Process(_)
            | Self::System(_)
            | Self::Filesystem(_)
            | Self::Network(_)
            | Self::Program(_) => None,
        }
    }

    /// The ping, if it is one.
    pub const fn ping(&self) -> Option<&PingTest> {
        let Self::Ping(test) = self else {
            return None;
        };
        Some(test)
    }
}
