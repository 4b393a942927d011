//! A program the control file names: arguments, identity and time limit.

use std::time::Duration;

/// `start program = "…" [as uid U and gid G] [with timeout N seconds]`.
///
/// The string of the control file has been split as the reference does (F123): at blanks, quotes
/// group only at the start of a word, no escapes, no shell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Program {
    /// The program's absolute path, then its arguments; never empty.
    pub arguments: Box<[Box<str>]>,
    /// Numeric user, resolved when the control file was read.
    pub uid: Option<u32>,
    /// Numeric group, resolved when the control file was read.
    pub gid: Option<u32>,
    /// How long it may run, and how long the process may take to appear or vanish; never zero.
    pub timeout: Duration,
}

impl Program {
    /// The arguments joined by blanks, as the log shows them (reference F94).
    pub fn command_line(&self) -> String {
        self.arguments.join(" ")
    }
}
