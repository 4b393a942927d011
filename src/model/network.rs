//! Network interfaces and their tests.

use super::EventKind;

/// Which interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkTarget {
    /// `interface eth0`.
    Interface(Box<str>),
    /// `address 192.0.2.1`: the interface that has it.
    Address(Box<str>),
}

/// A test of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NetworkTest {}

impl NetworkTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match *self {}
    }
}
