//! The only place that asks what time it is.

use std::time::Instant;

use crate::sys;
use crate::time::{Moment, Now, WallTime};

/// Both clocks, read together.
pub fn now() -> Now {
    Now {
        moment: moment(),
        wall: wall(),
    }
}

/// The clock for deadlines: it goes on while the machine sleeps and never jumps.
pub fn moment() -> Moment {
    Moment::from_millis(sys::clock::monotonic_milliseconds())
}

/// The clock for people, with the local zone's offset at this instant.
pub fn wall() -> WallTime {
    let milliseconds = sys::clock::unix_milliseconds();
    WallTime::new(
        milliseconds,
        sys::zone::utc_offset(milliseconds.div_euclid(1000)),
    )
}

/// Measures response times, which are often shorter than the resolution of [`moment`].
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Microseconds since the start.
    pub fn microseconds(self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
