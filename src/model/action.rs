//! What is done when a test fails or passes again.

use super::Program;

/// The action of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Tell the owner, nothing more.
    Alert,
    /// Stop and start (or run the restart program).
    Restart,
    /// Start.
    Start,
    /// Stop, then monitor no longer.
    Stop,
    /// Run a program.
    Exec(Box<Exec>),
    /// Monitor no longer; dependants likewise. Old word: `timeout`.
    Unmonitor,
    /// Neither act nor alert (`else ignore`, Monit 5.34).
    Ignore,
}

/// `exec "PROGRAM" [as uid …] [repeat every N cycles]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exec {
    /// What to run.
    pub program: Program,
    /// Run again at each failing event whose number is a multiple of this; without it once per
    /// change of state (reference F111).
    pub repeat_cycles: Option<u32>,
}

impl Action {
    /// Whether it is taken at the `events`th event of a failure, counted from 1. Repairs are tried
    /// each time (reference F111).
    pub const fn is_due(&self, events: u32) -> bool {
        match self {
            Self::Exec(exec) => match exec.repeat_cycles {
                Some(cycles) => events == 1 || cycles > 0 && events % cycles == 0,
                None => events == 1,
            },
            Self::Alert | Self::Ignore => events == 1,
            Self::Restart | Self::Start | Self::Stop | Self::Unmonitor => true,
        }
    }

    /// The word of the control file, as `$ACTION`, logs and pages show it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Restart => "restart",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Exec(_) => "exec",
            Self::Unmonitor => "unmonitor",
            Self::Ignore => "ignore",
        }
    }

    /// The number of the XML document (reference XML.md).
    pub const fn number(&self) -> u32 {
        match self {
            Self::Ignore => 0,
            Self::Alert => 1,
            Self::Restart => 2,
            Self::Stop => 3,
            Self::Exec(_) => 4,
            Self::Unmonitor => 5,
            Self::Start => 6,
        }
    }
}
