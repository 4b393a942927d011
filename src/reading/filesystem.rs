//! A mounted file system's figures.

/// One look at a file system.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilesystemReading {}
