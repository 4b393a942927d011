//! A network interface's figures.

/// One look at an interface.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkReading {}
