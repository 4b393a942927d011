//! Tests of a program that is run to see how it ends.

use super::EventKind;

/// A test of a program that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProgramTest {}

impl ProgramTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match *self {}
    }
}
