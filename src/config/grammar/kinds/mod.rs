//! Which tests each kind of check has, what words they begin with, and how they are read.

mod directory;
mod file;
mod filesystem;
mod host;
mod network;
mod process;
mod program;
mod system;

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::TestSyntax;
use crate::model::SubjectKind;

/// Reads a test, its first word included.
pub(super) type Production = fn(&mut Parser<'_>) -> Parsed<TestSyntax>;

/// The words a test may begin with, and how it is read.
pub(super) type Row = (&'static [Keyword], Production);

/// The tests of one kind of check.
pub(super) struct Tests {
    /// After `if`.
    pub(super) plain: &'static [Row],
    /// After `if failed`.
    pub(super) failed: &'static [Row],
    /// After `if succeeded`.
    pub(super) succeeded: &'static [Row],
    /// After `if changed`.
    pub(super) changed: &'static [Row],
    /// Whether it has connection tests, whose options come in any order.
    pub(super) connections: bool,
}

/// Those of a kind that has none.
const NONE: Tests = Tests {
    plain: &[],
    failed: &[],
    succeeded: &[],
    changed: &[],
    connections: false,
};

/// The tests of a kind of check.
pub(super) const fn tests_of(kind: SubjectKind) -> &'static Tests {
    match kind {
        SubjectKind::Process => &process::TESTS,
        SubjectKind::File => &file::TESTS,
        SubjectKind::Host => &host::TESTS,
        SubjectKind::Program => &program::TESTS,
        SubjectKind::System => &system::TESTS,
        SubjectKind::Directory | SubjectKind::Fifo => &directory::TESTS,
        SubjectKind::Filesystem => &filesystem::TESTS,
        SubjectKind::Network => &network::TESTS,
    }
}

/// What tests begin with.
pub(super) mod words {
    use super::Keyword;

    pub(in super::super) const EXIST: &[Keyword] = &[Keyword::Exist];
    pub(in super::super) const NOT: &[Keyword] = &[Keyword::Not];
    pub(in super::super) const CONNECTION: &[Keyword] =
        &[Keyword::Host, Keyword::Port, Keyword::Unixsocket];
    pub(in super::super) const PERMISSION: &[Keyword] = &[Keyword::Permission];
    pub(in super::super) const CONTENT: &[Keyword] = &[Keyword::Content];
    pub(in super::super) const MATCHING: &[Keyword] = &[Keyword::Matching];
    pub(in super::super) const UID: &[Keyword] = &[Keyword::Uid];
    pub(in super::super) const GID: &[Keyword] = &[Keyword::Gid];
    pub(in super::super) const SIZE: &[Keyword] = &[Keyword::Size];
    pub(in super::super) const HARDLINKS: &[Keyword] = &[Keyword::Hardlinks];
    pub(in super::super) const SPACE: &[Keyword] = &[Keyword::Space];
    pub(in super::super) const INODES: &[Keyword] = &[Keyword::Inodes];
    pub(in super::super) const READ: &[Keyword] = &[Keyword::Read];
    pub(in super::super) const WRITE: &[Keyword] = &[Keyword::Write];
    pub(in super::super) const SERVICE_TIME: &[Keyword] = &[Keyword::Service, Keyword::ServiceTime];
    pub(in super::super) const FSFLAGS: &[Keyword] = &[Keyword::Fsflags];
    pub(in super::super) const CHECKSUM: &[Keyword] = &[
        Keyword::Checksum,
        Keyword::Md5,
        Keyword::Sha1,
        Keyword::Sha256,
    ];
    pub(in super::super) const STATUS: &[Keyword] = &[Keyword::Status];
    pub(in super::super) const TIMESTAMP: &[Keyword] = &[
        Keyword::Timestamp,
        Keyword::Time,
        Keyword::Access,
        Keyword::Atime,
        Keyword::Modification,
        Keyword::Mtime,
        Keyword::Change,
        Keyword::Ctime,
    ];
    pub(in super::super) const LOAD: &[Keyword] = &[Keyword::Loadavg];
    pub(in super::super) const CPU: &[Keyword] = &[Keyword::Cpu];
    pub(in super::super) const MEMORY: &[Keyword] = &[Keyword::Memory];
    pub(in super::super) const SWAP: &[Keyword] = &[Keyword::Swap];
    pub(in super::super) const PAGING: &[Keyword] = &[Keyword::Pagein, Keyword::Pageout];
    pub(in super::super) const UPTIME: &[Keyword] = &[Keyword::Uptime];
    pub(in super::super) const LINK: &[Keyword] = &[Keyword::Link];
    pub(in super::super) const SATURATION: &[Keyword] = &[Keyword::Saturation];
    pub(in super::super) const TRAFFIC: &[Keyword] = &[Keyword::Upload, Keyword::Download];
    pub(in super::super) const TOTAL: &[Keyword] = &[Keyword::Total];
    pub(in super::super) const FILEDESCRIPTORS: &[Keyword] = &[Keyword::Filedescriptors];
}
