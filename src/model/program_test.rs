//! Tests of a program that is run to see how it ends.

use super::{EventKind, Limit};

/// A test of a program that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProgramTest {
    /// `if status != 0`: fails while the comparison holds. What it exited with, or the number of
    /// the signal that ended it.
    Status(Limit),
    /// `if changed status`.
    StatusChanged,
    /// `if content = "PATTERN"`: fails while what it printed matches, or does not.
    Content {
        /// A POSIX extended regular expression, unanchored.
        pattern: Box<str>,
        /// False for `!=`.
        matches: bool,
    },
    /// `if content changed` (Monit 5.34): fails once, then the new output is the base.
    ContentChanged,
    /// `if content not changed` (Monit 5.34): fails while the output is that of the run before.
    ContentUnchanged,
}

impl ProgramTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match self {
            Self::Status(_) | Self::StatusChanged => EventKind::Status,
            Self::Content { .. } | Self::ContentChanged | Self::ContentUnchanged => {
                EventKind::Content
            }
        }
    }

    /// The regular expression it needs.
    pub const fn pattern(&self) -> Option<&str> {
        match self {
            Self::Content { pattern, .. } => Some(pattern),
            Self::Status(_)
            | Self::StatusChanged
            | Self::ContentChanged
            | Self::ContentUnchanged => None,
        }
    }
}
