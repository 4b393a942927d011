//! What a control file asks of the machine, answered by the machine.

use std::cell::OnceCell;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;

use crate::config::{Commanded, Kind, Look, Pem, Surroundings};
use crate::sample::Places;
use crate::sys;

use super::tls;

/// The real files, users and patterns.
pub struct Files<'a> {
    /// Where relative `include` patterns begin: the folder this run was started in, which the
    /// daemon has long left when it is told to read its control file again.
    pub folder: &'a str,
    /// What the command line settles.
    pub commanded: Commanded,
    /// Read when it is first needed.
    pub places: OnceCell<Places>,
}

impl Surroundings for Files<'_> {
    fn look(&self, path: &str) -> Result<Look, Box<str>> {
        let there = fs::metadata(path).map_err(words)?;
        Ok(Look {
            kind: kind(&there),
            mode: there.mode() & 0o7777,
            owner: there.uid(),
            identity: (there.dev(), there.ino()),
        })
    }

    fn is_far(&self, path: &str) -> bool {
        self.places.get_or_init(Places::now).is_far(path)
    }

    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, Box<str>> {
        sys::file::read_start(path, limit.saturating_add(1)).map_err(words)
    }

    fn glob(&self, pattern: &str) -> Result<Vec<String>, Box<str>> {
        if pattern.starts_with('/') {
            sys::glob::glob(pattern)
        } else {
            sys::glob::glob(&format!("{}/{pattern}", self.folder))
        }
    }

    fn user(&self, name: &str) -> Option<u32> {
        sys::users::user_id(name)
    }

    fn group(&self, name: &str) -> Option<u32> {
        sys::users::group_id(name)
    }

    fn myself(&self) -> u32 {
        sys::users::effective_user()
    }

    fn hostname(&self) -> String {
        sys::name::hostname()
    }

    fn pattern(&self, pattern: &str) -> Result<(), Box<str>> {
        match sys::regex::Regex::compile(pattern) {
            Ok(_) => Ok(()),
            Err(reason) => Err(reason.into()),
        }
    }

    fn commanded(&self) -> Commanded {
        self.commanded
    }

    fn speaks_tls(&self) -> bool {
        cfg!(feature = "tls")
    }

    fn tls(&self, pem: Pem<'_>) -> Result<(), Box<str>> {
        if !tls::is_ready() {
            return Ok(()); // some kinds of keys draw when they are read, and nothing may wait here
        }
        tls::Server::from_pem(pem.files, pem.chain, pem.key).map(|_| ())
    }
}

fn kind(there: &Metadata) -> Kind {
    if there.is_file() {
        Kind::File
    } else if there.is_dir() {
        Kind::Directory
    } else {
        Kind::Special
    }
}

fn words(error: io::Error) -> Box<str> {
    sys::errno::words(&error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_patterns_begin_where_the_run_was_started() {
        let files = Files {
            folder: "/proc/self",
            commanded: Commanded::default(),
            places: OnceCell::new(),
        };
        assert_eq!(files.glob("stat[u]s").unwrap(), ["/proc/self/status"]);
        assert_eq!(
            files.glob("/proc/self/stat[u]s").unwrap(),
            ["/proc/self/status"]
        );
    }
}
