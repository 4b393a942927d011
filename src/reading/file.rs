//! A file as stat(2) describes it, and its hash.

use super::ContentReading;
use crate::model::ChecksumKind;

/// A file that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct FileReading {
    /// What it is; only a regular file passes `check file`.
    pub kind: FileKind,
    /// The low twelve bits of its mode.
    pub permission: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Names it has; of a directory, two and one for each directory in it.
    pub links: u64,
    /// Bytes.
    pub size: u64,
    /// Seconds since 1970.
    pub accessed: i64,
    /// Seconds since 1970.
    pub modified: i64,
    /// Seconds since 1970.
    pub changed: i64,
    /// The hashes that were asked for.
    pub digests: Box<[Digest]>,
    /// What its new lines hold, if that was asked, or the system's words for why they cannot be
    /// read.
    pub content: Option<Result<Box<ContentReading>, Box<str>>>,
}

/// What kind of thing a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "stat(2)'s own words")]
pub enum FileKind {
    Regular,
    Directory,
    Fifo,
    Socket,
    BlockDevice,
    CharacterDevice,
    Other,
}

/// A hash of a file's content, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Which hash.
    pub kind: ChecksumKind,
    /// Its bytes, or the system's words for why it could not be computed.
    pub value: Result<Box<[u8]>, Box<str>>,
}
