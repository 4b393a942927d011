//! How everything stands, for people and programs: pages, the command line's text, XML.
//!
//! Pure functions of the engine's [`Standing`]s. [`route::answer`] takes a request and gives the
//! answer, the command it asks for, if any, and what to log; nothing here acts.
//!
//! ```text
//!  request ─► route ─┬─ selection: which services are meant
//!                    ├─ page, style ─ HTML          ┐ figures: what is said of a service,
//!                    ├─ text ──────── command line  ┘ in words and tones
//!                    └─ xml ───────── status document
//! ```

mod decimal;
pub mod describe;
pub mod explain;
mod figures;
#[cfg(test)]
mod fixture;
mod forgery;
mod page;
pub mod route;
mod rules;
mod selection;
mod style;
pub mod text;
mod xml;

pub use selection::matching;

use crate::engine::Standing;
use crate::http::Surroundings;
use crate::http::auth::User;
use crate::http::token::Secret;
use crate::model::Model;
use crate::time::WallTime;

/// All that an answer may depend on.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Time, TLS, and whether the version is told.
    pub surroundings: Surroundings,
    /// The configuration that runs.
    pub model: &'a Model,
    /// Every service, in the order of the control file.
    pub standings: &'a [Standing<'a>],
    /// What does not change while this configuration runs.
    pub instance: &'a Instance,
    /// Seconds since this configuration was loaded.
    pub uptime_seconds: u64,
    /// For the tokens in forms.
    pub secret: &'a Secret,
    /// Who asks; read-only also where the socket is.
    pub user: &'a User,
    /// The client's address, for the log.
    pub client: &'a str,
    /// The last part of the log file, read only when somebody wants to see it.
    pub log_tail: &'a dyn Fn() -> LogTail,
}

impl Context<'_> {
    /// The machine's name as the control file has it: that of its `check system` (seen).
    fn host(&self) -> &str {
        let system = self.model.system();
        system.map_or(&self.instance.host_name, |(_, service)| &service.name)
    }
}

/// What there is to see of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogTail {
    /// The last bytes of the file, at most [`LOG_TAIL_LIMIT`] of them.
    File(Vec<u8>),
    /// No file can be shown; in words.
    Nothing(Box<str>),
}

/// Bytes of the log that its page shows.
pub const LOG_TAIL_LIMIT: usize = 64 * 1024;

/// Facts about this daemon and its machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// 32 hexadecimal digits, the content of the id file.
    pub id: Box<str>,
    /// When this configuration was loaded.
    pub started: WallTime,
    /// The machine's name.
    pub host_name: Box<str>,
    /// The control file's path.
    pub control_file: Box<str>,
    /// The pidfile's path.
    pub pidfile: Box<str>,
    /// The state file's path.
    pub statefile: Box<str>,
    /// The daemon's process number.
    pub pid: i32,
    /// The machine.
    pub platform: Platform,
}

/// The machine: uname(2) and its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "uname(2)'s own words, and the XML document's")]
pub struct Platform {
    pub name: Box<str>,
    pub release: Box<str>,
    pub version: Box<str>,
    pub machine: Box<str>,
    pub cpus: u32,
    pub memory_kib: u64,
    pub swap_kib: u64,
}
