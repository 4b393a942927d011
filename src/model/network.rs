//! Network interfaces and their tests.

use std::time::Duration;

use super::{EventKind, Limit, Unit};

/// Which interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkTarget {
    /// `interface eth0`.
    Interface(Box<str>),
    /// `address 192.0.2.1`: the interface that has it.
    Address(Box<str>),
}

/// A test of an interface (manual, "Network interface tests").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetworkTest {
    /// `if link down`: fails also while errors come in. Implicit with action alert (reference
    /// F100).
    LinkDown,
    /// `if link up`: fails while the link is up.
    LinkUp,
    /// `if changed link`: its speed, or whether it carries both ways at once.
    CapacityChanged,
    /// `if saturation > 90%`: the share of the link's speed that is used, in thousandths of a
    /// percent; the larger of both ways.
    Saturation(Limit),
    /// `if upload > 500 kB/s`: bytes or packets a second.
    Rate(Traffic, Limit),
    /// `if total downloaded > 1 GB in last 2 hours`: bytes or packets.
    Total(Traffic, Span, Limit),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Traffic {
    /// Which way.
    pub direction: Direction,
    /// Packets, not bytes.
    pub packets: bool,
}

/// A way over a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Received.
    Download,
    /// Sent.
    Upload,
}

/// How far back a total reaches: a minute to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Span {
    /// So many minutes.
    Minutes(u16),
    /// So many hours.
    Hours(u16),
}

impl NetworkTest {
    /// The event it raises.
    pub const fn event(&self) -> EventKind {
        match self {
            Self::LinkDown | Self::LinkUp => EventKind::Link,
            Self::CapacityChanged => EventKind::Speed,
            Self::Saturation(_) => EventKind::Saturation,
            Self::Rate(traffic, _) | Self::Total(traffic, ..) => {
                match (traffic.direction, traffic.packets) {
                    (Direction::Download, false) => EventKind::ByteIn,
                    (Direction::Upload, false) => EventKind::ByteOut,
                    (Direction::Download, true) => EventKind::PacketIn,
                    (Direction::Upload, true) => EventKind::PacketOut,
                }
            }
        }
    }
}

impl Traffic {
    /// What its numbers count.
    pub const fn unit(self) -> Unit {
        if self.packets {
            Unit::Count
        } else {
            Unit::Bytes
        }
    }
}

impl Direction {
    /// `download`, `upload`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Upload => "upload",
        }
    }
}

impl Span {
    /// How long.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::Minutes(minutes) => minutes as u64 * 60,
            Self::Hours(hours) => hours as u64 * 3600,
        })
    }
}
