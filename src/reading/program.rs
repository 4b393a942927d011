//! How a program that was run for its status ended.

/// The end of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProgramReading {}
