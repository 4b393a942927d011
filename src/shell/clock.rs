//! The only place that asks what time it is.

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
