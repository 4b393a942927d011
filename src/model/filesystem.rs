//! Tests of a file system.

use super::EventKind;

/// A test of a mounted file system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FilesystemTest {}

impl FilesystemTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match *self {}
    }
}
