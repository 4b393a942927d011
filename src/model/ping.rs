//! Whether a host answers an echo request.

use super::EventKind;

/// `if failed ping …` and `if succeeded ping …`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PingTest {}

impl PingTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match *self {}
    }
}
