//! The pidfile in the life of a run.
//!
//! Where there is no place for one (a file system that is read-only or full, a folder that went
//! with a reboot and cannot be made), the run goes on without: services that nobody watches are
//! worse. Meanwhile a name in the kernel keeps a second run away, and the file is tried again.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use crate::reading::fingerprint;
use crate::sample::Places;
use crate::sys::guard::Guard;
use crate::sys::lock::{LockFailure, PidFile};
use crate::time::Moment;

use super::clock;

/// How long until the next try.
const AGAIN: Duration = Duration::from_secs(10);

/// Ours, as a file or in its stead.
pub struct Pidfile {
    path: Box<str>,
    /// It lies on a file system that may not answer, and is not looked for.
    is_far: bool,
    held: Held,
}

enum Held {
    File(PidFile),
    /// There is no place for it. Without a name either (before Linux 2.6.27) nothing keeps a second
    /// run away.
    Nothing {
        _name: Option<Guard>,
        again: Moment,
    },
}

impl Pidfile {
    /// Takes it, or what there is in its stead.
    ///
    /// # Errors
    /// Why this run may not be: in words.
    pub fn take(path: &str) -> Result<Self, String> {
        let (name, is_held) = name(path);
        if is_held {
            return Err(LockFailure::Running(None).to_string());
        }
        let held = match PidFile::take(path) {
            Ok(file) => Held::File(file),
            Err(LockFailure::NoPlace(why)) => {
                ::log::warn!("There is no place for the pidfile -- {why}; trying again");
                let again = clock::moment() + AGAIN;
                Held::Nothing { _name: name, again }
            }
            Err(LockFailure::Unusable(why)) => {
                return Err(format!("The pidfile {path} cannot be used -- {why}"));
            }
            Err(failure @ (LockFailure::Running(_) | LockFailure::Original(_))) => {
                return Err(failure.to_string());
            }
        };
        Ok(Self {
            path: path.into(),
            is_far: Places::now().is_far(path),
            held,
        })
    }

    /// When to try again.
    pub const fn deadline(&self) -> Option<Moment> {
        match &self.held {
            Held::File(_) => None,
            Held::Nothing { again, .. } => Some(*again),
        }
    }

    /// Tries again, if it is time.
    pub fn expire(&mut self, now: Moment) {
        let Held::Nothing { again, .. } = &mut self.held else {
            return;
        };
        if *again > now {
            return;
        }
        *again = now + AGAIN;
        if let Ok(file) = PidFile::take_now(&*self.path) {
            ::log::info!("The pidfile {} is written", self.path);
            self.held = Held::File(file);
        }
    }

    /// Takes it again where somebody has removed it: a command would not find this run, and a
    /// second run not be kept away.
    pub fn renew(&mut self, now: Moment) {
        let Held::File(file) = &self.held else {
            return;
        };
        if self.is_far || file.is_named() {
            return;
        }
        self.held = match PidFile::take_now(&*self.path) {
            Ok(file) => {
                ::log::warn!("The pidfile {} was gone and is written again", self.path);
                Held::File(file)
            }
            Err(failure) => {
                ::log::error!(
                    "The pidfile {} is gone -- {failure}; trying again",
                    self.path
                );
                Held::Nothing {
                    _name: name(&self.path).0,
                    again: now + AGAIN,
                }
            }
        };
    }

    /// Removes the file.
    pub fn release(self) {
        match self.held {
            Held::File(file) => file.release(),
            Held::Nothing { .. } => {}
        }
    }
}

/// The name that stands for this pidfile, and whether somebody else has it. Containers may share
/// the space of names, so the root folder is a part of it.
fn name(path: &str) -> (Option<Guard>, bool) {
    let root = fs::metadata("/").map_or((0, 0), |facts| (facts.dev(), facts.ino()));
    let mark = fingerprint(format!("{path} {root:?}").as_bytes());
    match Guard::take(&format!("tend pidfile {mark:016x}")) {
        Ok(guard) => (Some(guard), false),
        Err(error) => (None, error.kind() == std::io::ErrorKind::AddrInUse),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::testing::Folder;

    #[test]
    fn without_a_place_a_second_run_is_kept_away_and_the_file_comes_later() {
        let folder = Folder::new();
        let path = folder.path("gone/deeper/tend.pid");
        let path = path.to_str().unwrap();
        let mut ours = Pidfile::take(path).unwrap();
        let due = ours.deadline().unwrap();
        assert_eq!(
            Pidfile::take(path).map(drop),
            Err("another daemon is running".into())
        );
        ours.expire(due);
        assert!(ours.deadline().is_some());
        fs::create_dir_all(folder.path("gone/deeper")).unwrap();
        ours.expire(due + AGAIN);
        assert_eq!(ours.deadline(), None);
        let number = format!("{}\n", std::process::id());
        assert_eq!(fs::read_to_string(path).unwrap(), number);
        ours.release();
        assert!(fs::metadata(path).is_err());
        fs::remove_dir_all(folder.path("gone")).unwrap();
    }

    #[test]
    fn a_file_that_was_removed_is_written_again() {
        let folder = Folder::new();
        let path = folder.path("tend.pid");
        let path = path.to_str().unwrap();
        let mut ours = Pidfile::take(path).unwrap();
        let number = fs::read_to_string(path).unwrap();
        let now = clock::moment();
        fs::remove_file(path).unwrap();
        ours.renew(now);
        assert_eq!(fs::read_to_string(path).unwrap(), number);
        fs::write(path, "no longer than a number, and no pidfile").unwrap();
        ours.renew(now);
        assert_ne!(fs::read_to_string(path).unwrap(), number, "it is our file");
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
        ours.renew(now);
        assert_eq!(ours.deadline(), Some(now + AGAIN));
        fs::remove_dir(path).unwrap();
        ours.expire(now + AGAIN);
        assert_eq!(fs::read_to_string(path).unwrap(), number);
        ours.release();
        assert!(fs::metadata(path).is_err());
    }
}
