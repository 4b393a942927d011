//! One test and one reading: did it pass, and in which words.
//!
//! Pure comparison. Patience is `window`'s, consequences are `event`'s. The texts are Monit's own,
//! because logs and mails are read by scripts (reference F98).

mod connection;
mod file;
mod filesystem;
mod network;
mod ownership;
mod ping;
mod process;
mod program;
mod resource;
mod system;

use crate::model::{Service, Subject, Test};
use crate::reading::{Presence, ProcessState, Reading};
use crate::time::WallTime;

use file::FileFacts;

pub(super) use connection::{judge_certificate, judge_connection, peer, protocol_succeeded};
pub(super) use ping::{judge_ping, judge_response_time};

/// What a test found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// It passed.
    Passed(String),
    /// It failed.
    Failed(String),
    /// A value is no longer what it was; the new one is the base from here on.
    Changed(String),
    /// A value is what it was.
    Unchanged(String),
    /// It could not be tested: the system's words for why.
    Unknown(String),
    /// This system never tells what the test needs, which is said once.
    Unavailable(&'static str),
}

/// What a rule remembers of the value it compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// A size or a permission.
    Number(u64),
    /// A time, in seconds since 1970.
    Time(i64),
    /// A hash.
    Digest(Box<[u8]>),
    /// The flags of a mount.
    Text(Box<str>),
}

/// What every test of a service may look at besides its reading.
pub(super) struct Facts<'a> {
    /// The service.
    pub(super) service: &'a Service,
    /// For ages, and for the zone of dates.
    pub(super) wall: WallTime,
}

impl Facts<'_> {
    /// Judges one test; `None` where it is not a test of what was found, or where nothing can be
    /// said yet: a rate needs two looks.
    pub(super) fn judge(
        &self,
        test: &Test,
        reading: &Reading,
        base: &mut Option<Base>,
    ) -> Option<Finding> {
        let Self { service, wall } = *self;
        let name = &service.name;
        match (test, reading, &service.subject) {
            (_, Reading::Process(ProcessState::Running(process)), _) => {
                process::judge(test, service, process, base)
            }
            (
                _,
                Reading::File(Presence::Present(reading)),
                Subject::File(path) | Subject::Directory(path) | Subject::Fifo(path),
            ) => {
                let facts = FileFacts {
                    name,
                    path,
                    reading,
                    wall,
                };
                facts.judge(test, base)
            }
            (_, Reading::Filesystem(Presence::Present(reading)), Subject::Filesystem(path)) => {
                filesystem::judge(test, name, path, reading, base)
            }
            (Test::Network(test), Reading::Network(reading), _) => {
                network::judge(test, reading, base)
            }
            (Test::Program(test), Reading::Program(reading), _) => {
                program::judge(test, reading, base)
            }
            (Test::System(test), Reading::System(reading), _) => system::judge(test, name, reading),
            (_, _, _) => None,
        }
    }
}

fn verdict(passed: bool, good: impl FnOnce() -> String, bad: impl FnOnce() -> String) -> Finding {
    if passed {
        Finding::Passed(good())
    } else {
        Finding::Failed(bad())
    }
}

/// Compares with the base and makes `found` the new one. The first value ever seen is no change.
fn change(
    base: &mut Option<Base>,
    found: Base,
    same: impl FnOnce() -> String,
    different: impl FnOnce(Base) -> String,
) -> Finding {
    match base.replace(found) {
        Some(was) if base.as_ref() != Some(&was) => Finding::Changed(different(was)),
        Some(_) | None => Finding::Unchanged(same()),
    }
}
