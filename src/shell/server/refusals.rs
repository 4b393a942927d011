//! Which refused requests are told one by one: whoever guesses passwords all night, or asks for
//! what is not there, must not fill the disk with lines about it.

use std::time::Duration;

use crate::time::Moment;

/// Told of each in a minute: enough for whoever bans by these lines, some three megabytes a day.
const TOLD: u32 = 20;
const MINUTE: Duration = Duration::from_secs(60);

/// The refusals of a minute, which begins with its first.
#[derive(Default)]
pub(super) struct Refusals {
    /// The minute's end.
    until: Option<Moment>,
    count: u32,
}

impl Refusals {
    /// Counts one more; whether it is to be told.
    pub(super) fn add(&mut self, now: Moment) -> bool {
        self.until.get_or_insert(now + MINUTE);
        self.count = self.count.saturating_add(1);
        self.count <= TOLD
    }

    /// When there is something to tell of those that were only counted.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.until.filter(|_| self.count > TOLD)
    }

    /// Ends a minute that is over: how many were only counted in it.
    pub(super) fn end(&mut self, now: Moment) -> Option<u32> {
        self.until.take_if(|until| *until <= now)?;
        std::mem::take(&mut self.count)
            .checked_sub(TOLD)
            .filter(|untold| *untold > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::from_millis(1);

    #[test]
    fn the_first_of_a_minute_are_told_and_the_others_counted() {
        let mut refusals = Refusals::default();
        let told = (0..100).filter(|_| refusals.add(START)).count();
        assert_eq!(told, 20);
        assert_eq!(refusals.deadline(), Some(START + MINUTE));
        assert_eq!(refusals.end(START + MINUTE / 2), None);
        assert_eq!(refusals.end(START + MINUTE), Some(80));
        assert_eq!(refusals.end(START + MINUTE * 2), None);
        assert!(refusals.add(START + MINUTE * 2));
    }

    #[test]
    fn nothing_wakes_for_those_that_were_all_told() {
        let mut refusals = Refusals::default();
        for _ in 0..20 {
            assert!(refusals.add(START));
        }
        assert_eq!(refusals.deadline(), None);
        assert_eq!(refusals.end(START + MINUTE), None);
        assert!(refusals.add(START + MINUTE));
    }
}
