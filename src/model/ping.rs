//! Whether a host answers an echo request.

use std::net::IpAddr;
use std::time::Duration;

use super::{EventKind, Family};

/// `if failed ping …` and `if succeeded ping …` (manual, "Network ping test").
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PingTest {
    /// What is sent, and whom to.
    pub ping: Ping,
    /// `count N`: tries within one cycle, 1 to 20; the first answer ends them.
    pub tries: u8,
    /// `if succeeded ping`: fails when the host answers.
    pub expect_failure: bool,
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ping {
    /// The host's name or numeric address, looked up at each try.
    pub host: Box<str>,
    /// `ping4`, `ping6`.
    pub family: Family,
    /// `size N`: bytes of payload, 8 to 1492.
    pub size: u16,
    /// How long a try waits for its answer; never zero.
    pub timeout: Duration,
    /// `address A`: where it is sent from.
    pub source: Option<IpAddr>,
}

impl PingTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        EventKind::Icmp
    }
}
