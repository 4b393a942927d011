//! A machine in memory, for tests of the control file and of what is built from one.

use std::collections::BTreeMap;

use super::{Commanded, Kind, Loaded, Look, Pem, Report, Surroundings, load};
use crate::pattern::fault;

/// Where a test's own control file stands.
pub const CONTROL_FILE: &str = "/etc/monitrc";

/// Files by path; users `root` (0) and `nobody` (65534), groups `root` (0) and `nogroup` (65534);
/// the name of the machine is `box`. Every program in `/bin` is there.
#[derive(Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Entry>,
    furniture: Furniture,
    /// Not for `-t`.
    starts: bool,
    without_tls: bool,
}

/// What is there beside the files that were given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Furniture {
    /// As [`Memory`] says.
    #[default]
    Usual,
    /// A shell, root and root's group.
    Bare,
    /// Everything a control file may name.
    Complete,
}

#[derive(Debug)]
struct Entry {
    kind: Kind,
    mode: u32,
    owner: u32,
    content: Vec<u8>,
}

impl Memory {
    /// A machine with one file: the control file.
    pub fn new(control_file: impl Into<Vec<u8>>) -> Self {
        Self::default().file(CONTROL_FILE, 0o600, control_file)
    }

    /// For a daemon that starts, instead of for `-t`.
    #[must_use]
    pub fn starting(mut self) -> Self {
        self.starts = true;
        self
    }

    /// With a file of root's.
    #[must_use]
    pub fn file(self, path: &str, mode: u32, content: impl Into<Vec<u8>>) -> Self {
        self.entry(path, Kind::File, mode, 0, content.into())
    }

    /// With something else at `path`.
    #[must_use]
    pub fn other(self, path: &str, kind: Kind) -> Self {
        self.entry(path, kind, 0o755, 0, Vec::new())
    }

    /// With a program that was built without TLS.
    #[must_use]
    pub fn without_tls(mut self) -> Self {
        self.without_tls = true;
        self
    }

    /// With the owner of the file at `path` changed.
    #[must_use]
    pub fn owned_by(mut self, path: &str, owner: u32) -> Self {
        if let Some(entry) = self.files.get_mut(path) {
            entry.owner = owner;
        }
        self
    }

    /// The same with nothing but a shell, root, root's group and a few empty directories.
    pub fn bare(control_file: impl Into<Vec<u8>>) -> Self {
        let mut memory = Self::new(control_file);
        memory.furniture = Furniture::Bare;
        let directories = [
            "/",
            "/etc",
            "/run",
            "/var/log",
            "/var/lib/monit",
            "/tmp",
            "/var",
        ];
        directories
            .into_iter()
            .fold(memory, |memory, path| memory.other(path, Kind::Directory))
    }

    /// With everything a control file may name: programs, users, groups, certificates.
    #[must_use]
    pub fn complete(mut self) -> Self {
        self.furniture = Furniture::Complete;
        self
    }

    /// Reads the control file.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn load(&self) -> Result<Loaded, Report> {
        load(CONTROL_FILE, self)
    }

    /// Whether a directory is at `path` where log files may be; on a complete machine it is one as
    /// soon as a control file needs it to be.
    fn has_directory(&self, path: &str) -> bool {
        let usual = [
            "", "/dev", "/etc", "/run", "/var/run", "/var/log", "/tmp", "/var",
        ];
        let wanted = self.furniture == Furniture::Complete && path.ends_with('/');
        usual.contains(&path.trim_end_matches('/')) || wanted
    }

    /// Whether an executable file stands at `path` that was not given.
    fn has(&self, path: &str) -> bool {
        match self.furniture {
            Furniture::Usual => path.starts_with("/bin/"),
            Furniture::Bare => path == "/bin/sh",
            Furniture::Complete => true,
        }
    }

    fn entry(mut self, path: &str, kind: Kind, mode: u32, owner: u32, content: Vec<u8>) -> Self {
        let entry = Entry {
            kind,
            mode,
            owner,
            content,
        };
        self.files.insert(path.to_owned(), entry);
        self
    }
}

/// What a file holds that is only said to be there: a server's certificate and key.
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";

const MISSING: &str = "No such file or directory";

impl Surroundings for Memory {
    /// What is below `/far` is.
    fn is_far(&self, path: &str) -> bool {
        path.starts_with("/far/")
    }

    fn look(&self, path: &str) -> Result<Look, Box<str>> {
        let index = self.files.keys().position(|known| known == path);
        let entry = self.files.get(path);
        match (entry, index) {
            (Some(entry), Some(index)) => Ok(Look {
                kind: entry.kind,
                mode: entry.mode,
                owner: entry.owner,
                identity: (1, index as u64),
            }),
            _ if self.has_directory(path) => Ok(Look {
                kind: Kind::Directory,
                mode: 0o755,
                owner: 0,
                identity: (3, 0),
            }),
            _ if self.has(path) => Ok(Look {
                kind: Kind::File,
                mode: 0o700,
                owner: 0,
                identity: (2, 0),
            }),
            _ => Err(MISSING.into()),
        }
    }

    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, Box<str>> {
        let Some(entry) = self.files.get(path) else {
            let content = (self.furniture == Furniture::Complete).then(|| PEM.to_vec());
            return content.ok_or(MISSING.into());
        };
        let length = entry.content.len().min(limit + 1);
        Ok(entry.content[..length].to_vec())
    }

    /// Knows one `*`, in reverse order: who needs an order must make it.
    fn glob(&self, pattern: &str) -> Result<Vec<String>, Box<str>> {
        let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
        let matches = |path: &&String| match pattern.contains('*') {
            true => {
                path.starts_with(before) && path.ends_with(after) && path.len() >= pattern.len()
            }
            false => *path == pattern,
        };
        Ok(self.files.keys().rev().filter(matches).cloned().collect())
    }

    fn user(&self, name: &str) -> Option<u32> {
        match name {
            "root" => Some(0),
            "nobody" if self.furniture != Furniture::Bare => Some(65_534),
            _ => (self.furniture == Furniture::Complete).then_some(1000),
        }
    }

    fn group(&self, name: &str) -> Option<u32> {
        match name {
            "root" => Some(0),
            "nogroup" if self.furniture != Furniture::Bare => Some(65_534),
            _ => (self.furniture == Furniture::Complete).then_some(1000),
        }
    }

    fn myself(&self) -> u32 {
        0
    }

    fn hostname(&self) -> String {
        "box".to_owned()
    }

    fn pattern(&self, pattern: &str) -> Result<(), Box<str>> {
        match fault(pattern) {
            None => Ok(()),
            Some(place) if pattern[place.clone()].starts_with('(') => {
                Err("Unmatched ( or \\(".into())
            }
            Some(_) => Err("Invalid regular expression".into()),
        }
    }

    fn commanded(&self) -> Commanded {
        Commanded {
            test: !self.starts,
            ..Commanded::default()
        }
    }

    fn speaks_tls(&self) -> bool {
        !self.without_tls
    }

    fn tls(&self, pem: Pem<'_>) -> Result<(), Box<str>> {
        if pem.key.windows(5).any(|word| word == b"wrong") {
            return Err("the key does not belong to the certificate".into());
        }
        Ok(())
    }
}
