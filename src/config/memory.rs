//! A machine in memory, for tests of the control file and of what is built from one.

use std::collections::BTreeMap;

use super::{Kind, Loaded, Look, Pem, Report, Surroundings, load};
use crate::text::fault;

/// Where a test's own control file stands.
pub const CONTROL_FILE: &str = "/etc/monitrc";

/// Files by path; users `root` (0) and `nobody` (65534), groups `root` (0) and `nogroup` (65534);
/// the name of the machine is `box`. Every program in `/bin` is there.
#[derive(Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Entry>,
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

    /// With the owner of the file at `path` changed.
    #[must_use]
    pub fn owned_by(mut self, path: &str, owner: u32) -> Self {
        if let Some(entry) = self.files.get_mut(path) {
            entry.owner = owner;
        }
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

const MISSING: &str = "No such file or directory";

impl Surroundings for Memory {
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
            _ if path.starts_with("/bin/") => Ok(Look {
                kind: Kind::File,
                mode: 0o755,
                owner: 0,
                identity: (2, 0),
            }),
            _ => Err(MISSING.into()),
        }
    }

    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, Box<str>> {
        let entry = self.files.get(path).ok_or(MISSING)?;
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
            "nobody" => Some(65_534),
            _ => None,
        }
    }

    fn group(&self, name: &str) -> Option<u32> {
        match name {
            "root" => Some(0),
            "nogroup" => Some(65_534),
            _ => None,
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
            Some(place) if pattern[place.clone()].starts_with(['(', ')']) => {
                Err("Unmatched ( or \\(".into())
            }
            Some(_) => Err("Invalid regular expression".into()),
        }
    }

    fn tls(&self, pem: Pem<'_>) -> Result<(), Box<str>> {
        if pem.key.windows(5).any(|word| word == b"wrong") {
            return Err("the key does not belong to the certificate".into());
        }
        Ok(())
    }
}
