//! How long a server that failed, or a letter that all refused, is left alone.

use std::time::Duration;

use crate::time::Moment;

const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(30 * 60);

/// A rest that grows with each failure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pause {
    until: Option<Moment>,
    next: Duration,
}

impl Pause {
    pub(super) const NONE: Self = Self {
        until: None,
        next: FIRST_PAUSE,
    };

    pub(super) fn lasts(&self, now: Moment) -> bool {
        self.until.is_some_and(|until| until > now)
    }

    pub(super) fn lengthen(&mut self, now: Moment) {
        self.until = Some(now + self.next);
        self.next = (self.next * 2).min(LONGEST_PAUSE);
    }

    pub(super) fn shorten(&mut self, now: Moment) {
        self.until = self.until.map(|until| until.min(now + FIRST_PAUSE));
    }

    /// When it ends; a moment past, where there is none.
    pub(super) fn end(self) -> Moment {
        self.until.unwrap_or_default()
    }
}
