//! Tests of what a process uses.

use super::EventKind;

/// A test of a running process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProcessTest {}

impl ProcessTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match *self {}
    }
}
