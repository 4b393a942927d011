//! What a control file is checked against: the machine's files, users and patterns, as questions.
//!
//! The answers come from `shell/files.rs`, in tests from memory. Every answer is a fact; what it
//! means for the control file is decided here.

use crate::model::HttpdTls;

/// The machine, as far as a control file is about it.
pub trait Surroundings {
    /// What stands at `path`, symbolic links followed.
    ///
    /// # Errors
    ///
    /// The system's words for why it cannot be looked at: `No such file or directory`.
    fn look(&self, path: &str) -> Result<Look, Box<str>>;

    /// Whether a look at `path` may have to wait for another machine, or another program, that does
    /// not answer.
    fn is_far(&self, path: &str) -> bool;

    /// What is in the regular file `path`: at most `limit` bytes and one more, so that a file that
    /// is longer can be told.
    ///
    /// # Errors
    ///
    /// The system's words for why it cannot be read.
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, Box<str>>;

    /// The paths that match a glob(7) pattern, sorted; none is no error. A relative pattern starts
    /// at the directory the program was started in.
    ///
    /// # Errors
    ///
    /// The system's words for why the pattern cannot be used.
    fn glob(&self, pattern: &str) -> Result<Vec<String>, Box<str>>;

    /// The number of a user.
    fn user(&self, name: &str) -> Option<u32>;

    /// The number of a group.
    fn group(&self, name: &str) -> Option<u32>;

    /// The effective user this program runs as.
    fn myself(&self) -> u32;

    /// The machine's name.
    fn hostname(&self) -> String;

    /// Whether regcomp(3) takes `pattern` as an extended regular expression.
    ///
    /// # Errors
    ///
    /// Its words for why not: `Unmatched ( or \(`.
    fn pattern(&self, pattern: &str) -> Result<(), Box<str>>;

    /// What the command line settles, whatever the control file says.
    fn commanded(&self) -> Commanded;

    /// Whether TLS is spoken at all: it can be left out of a build.
    fn speaks_tls(&self) -> bool;

    /// Whether a TLS server starts with this certificate chain and key, both PEM.
    ///
    /// # Errors
    ///
    /// Why it does not.
    fn tls(&self, pem: Pem<'_>) -> Result<(), Box<str>>;
}

/// What the command line settles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commanded {
    /// The poll interval (`-d`).
    pub poll: bool,
    /// Where log lines go (`-l`).
    pub log: bool,
    /// Only to look at the control file (`-t`): what the daemon would do without is refused.
    pub test: bool,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// What it is.
    pub kind: Kind,
    /// The low twelve bits of its mode.
    pub mode: u32,
    /// Its owner.
    pub owner: u32,
    /// Device and inode: two paths with the same are one file.
    pub identity: (u64, u64),
}

/// What kind of thing a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A device, a pipe or a socket.
    Special,
}

/// The two parts of a server's TLS identity; both may be the same bytes.
#[derive(Clone, Copy, Debug)]
pub struct Pem<'a> {
    /// Where they come from, for messages.
    pub files: &'a HttpdTls,
    /// Its certificate, then those of the issuers.
    pub chain: &'a [u8],
    /// Its private key.
    pub key: &'a [u8],
}
