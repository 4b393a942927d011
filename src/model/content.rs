//! Tests of the lines of a file.

use super::EventKind;

/// `if content = "REGEX"`, `if content != "REGEX"`, `ignore content …`: a line counts where its
/// beginning matches, or does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContentTest {
    /// A POSIX extended regular expression.
    pub pattern: Box<str>,
    /// Whether lines that match count (`=`), or those that do not (`!=`).
    pub matches: bool,
}

impl ContentTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        EventKind::Content
    }

    /// `=`, `!=`.
    pub const fn symbol(&self) -> &'static str {
        if self.matches { "=" } else { "!=" }
    }
}

/// What the content tests of a service have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentScan {
    /// `ignore content …`: lines that count for one of these count for no test.
    pub ignore: Vec<ContentTest>,
    /// `set limits { fileContentBuffer }`: bytes, a closing one included as in the reference, so
    /// that one less of each line is looked at (F103). What an event shows is about as long.
    pub line_limit: usize,
    /// Whether all these patterns and one such line may take longer than everybody should wait: a
    /// child looks then.
    pub is_costly: bool,
}
