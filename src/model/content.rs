//! Tests of the lines of a file.

use super::EventKind;

/// A test of a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContentTest {}

impl ContentTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match *self {}
    }
}
