//! What the engine is told about the world once, at its start.

use crate::time::Now;

/// The facts of one run of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boot {
    /// Names this boot of the machine, stable while it is up and different after a reboot. A boot
    /// *time* computed from the clock would jitter and fake reboots (reference F139). Empty where
    /// nothing tells.
    pub identity: Box<str>,
    /// When the run began.
    pub started: Now,
    /// Say what would be done; start no program, send no mail, store nothing.
    pub dry_run: bool,
    /// Whether [`Priority::Debug`] lines are wanted: there is one per test and cycle, so that they
    /// are not even worded where nobody reads them.
    ///
    /// [`Priority::Debug`]: super::Priority::Debug
    pub verbose: bool,
}
