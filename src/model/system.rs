//! Tests of what the machine uses.

use super::EventKind;

/// A test of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SystemTest {}

impl SystemTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match *self {}
    }
}
