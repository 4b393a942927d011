//! The command line: what was asked for, and the commands that talk to the running daemon.

pub mod args;
pub mod client;
pub mod control;
mod place;
pub mod query;
pub mod run;
pub mod table;
pub mod utility;

pub use place::{locate, source};

use crate::shell::log::{self, Direction, Terminal};
use crate::sys::output;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// As asked.
    Fine = 0,
    /// Something failed, or was asked for wrongly.
    Failed = 1,
    /// `--check`: the control file or the set-up is wrong.
    Wrong = 2,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// How a command ends, or what it has to complain of.
pub type Outcome = Result<Exit, String>;

/// The end of a command. What it complains of is in the log too: who wakes up to a service that
/// cron or an init script could not stop has nothing else to read (reference F26).
pub fn conclude(outcome: Outcome, direction: Direction) -> Exit {
    outcome.unwrap_or_else(|message| {
        log::direct(&Direction {
            terminal: Terminal::Silent,
            ..direction
        });
        ::log::error!("{message}");
        fail(&message)
    })
}

/// Says on standard error what went wrong.
pub fn fail(message: &str) -> Exit {
    fail_with(Exit::Failed, message)
}

/// Says on standard error what went wrong, and ends in this way.
pub fn fail_with(exit: Exit, message: &str) -> Exit {
    output::complain(message);
    exit
}
