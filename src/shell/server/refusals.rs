//! Which refused requests are told one by one: whoever guesses passwords all night, or asks for
//! what is not there, must not fill the disk with lines about it.

use std::time::Duration;

use crate::time::Moment;

/// Told of each kind in a minute: enough for whoever bans by these lines, some three megabytes a
/// day.
const TOLD: u32 = 20;
const MINUTE: Duration = Duration::from_secs(60);

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A wrong name or password. Nothing else that is refused may hide it.
    Login,
    /// Anything else.
    Other,
}

/// The refusals of each kind.
#[derive(Default)]
pub(super) struct Refusals {
    logins: Minute,
    others: Minute,
}

/// Those of a minute, which begins with its first.
#[derive(Default)]
struct Minute {
    end: Option<Moment>,
    count: u32,
}

impl Refusals {
    /// Counts one more; whether it is to be told.
    pub(super) fn add(&mut self, now: Moment, reason: Reason) -> bool {
        match reason {
            Reason::Login => self.logins.add(now),
            Reason::Other => self.others.add(now),
        }
    }

    /// When there is something to tell of those that were only counted.
    pub(super) fn deadline(&self) -> Option<Moment> {
        let ends = [self.logins.deadline(), self.others.deadline()];
        ends.into_iter().flatten().min()
    }

    /// Ends what minutes are over: how many were only counted in them.
    pub(super) fn end(&mut self, now: Moment) -> u32 {
        self.logins.end(now).saturating_add(self.others.end(now))
    }
}

impl Minute {
    fn add(&mut self, now: Moment) -> bool {
        self.end.get_or_insert(now + MINUTE);
        self.count = self.count.saturating_add(1);
        self.count <= TOLD
    }

    fn deadline(&self) -> Option<Moment> {
        self.end.filter(|_| self.count > TOLD)
    }

    fn end(&mut self, now: Moment) -> u32 {
        match self.end.take_if(|end| *end <= now) {
            Some(_) => std::mem::take(&mut self.count).saturating_sub(TOLD),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::from_millis(1);

    #[test]
    fn the_first_of_a_minute_are_told_and_the_others_counted() {
        let mut refusals = Refusals::default();
        let told = (0..100).filter(|_| refusals.add(START, Reason::Other));
        assert_eq!(told.count(), 20);
        assert_eq!(refusals.deadline(), Some(START + MINUTE));
        assert_eq!(refusals.end(START + MINUTE / 2), 0);
        assert_eq!(refusals.end(START + MINUTE), 80);
        assert_eq!(refusals.end(START + MINUTE * 2), 0);
        assert!(refusals.add(START + MINUTE * 2, Reason::Other));
    }

    #[test]
    fn nothing_wakes_for_those_that_were_all_told() {
        let mut refusals = Refusals::default();
        for _ in 0..20 {
            assert!(refusals.add(START, Reason::Login));
        }
        assert_eq!(refusals.deadline(), None);
        assert_eq!(refusals.end(START + MINUTE), 0);
        assert!(refusals.add(START + MINUTE, Reason::Login));
    }

    #[test]
    fn whoever_guesses_cannot_hide_behind_other_requests() {
        let mut refusals = Refusals::default();
        while refusals.add(START, Reason::Other) {}
        assert!(refusals.add(START + MINUTE / 2, Reason::Login));
        assert_eq!(refusals.end(START + MINUTE), 1);
    }
}
