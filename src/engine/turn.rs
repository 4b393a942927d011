//! Whose turn it is: `every N cycles`, `every "CRON"` and `not every "CRON"`.
//!
//! A cron time is a minute in which a service is checked once, at the first cycle in that minute
//! or, if there was none, at the next one. So no poll interval and no long pause makes a schedule
//! miss its time, and none makes it come twice.
//!
//! The clock on the wall may leap. What lies in a leap of up to [`LEAP`] is caught up with, as what
//! lies in a pause is: a time that daylight saving leaves out comes right after it. What lies in a
//! longer leap (somebody set the clock) never was. After a leap back of up to [`LEAP`] a time of
//! day that had its turn has none again; a schedule that repeats goes on by the new time. After a
//! longer one all goes by the new time.

use std::time::Duration;

use crate::model::{Every, ServiceId};
use crate::time::{LocalMinute, Moment, Now, Schedule};

use super::service::Check;
use super::{Engine, Monitoring};

/// The longest step of the clock that may be daylight saving or a small correction: three hours,
/// as cron(8) has it.
const LEAP: Duration = Duration::from_secs(3 * 3600);

/// Whether a service is checked in this cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It is.
    Due,
    /// It has been in this minute.
    Done,
    /// Its time has not come.
    Waiting,
}

/// When a cron time was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looked {
    /// By the clock on the wall.
    pub(super) minute: LocalMinute,
    /// By the clock that does not leap.
    pub(super) at: Moment,
}

impl Engine {
    /// Whether it is the turn of `id` in the cycle that begins, which counts as a look at its
    /// schedule. A service that is busy has not been looked at: its time comes when it is free.
    pub(super) fn is_due(&mut self, id: ServiceId) -> bool {
        let model = self.model.clone();
        let now = self.now;
        let ward = &mut self.wards[id.index()];
        let busy = ward.work.is_some() || !matches!(ward.check, Check::Idle);
        if !ward.is_monitored() || busy {
            return false;
        }
        let turn = match &model.service(id).every {
            Every::Cycle => Turn::Due,
            Every::Cycles(cycles) => count_down(&mut ward.cycles_to_skip, *cycles),
            Every::Cron(schedule) => {
                let turn = next_turn(schedule, &mut ward.looked, now);
                // A time that comes seldom must not come again after a crash. What repeats may: it
                // is not worth a write in each of its minutes. Passes from cron remember all.
                let seldom = turn == Turn::Due && !schedule.repeats();
                self.changed |= seldom || model.settings.poll.is_none();
                turn
            }
            Every::NotCron(schedule) if schedule.contains(now.wall.local_minute()) => Turn::Waiting,
            Every::NotCron(_) => Turn::Due,
        };
        if turn == Turn::Waiting {
            ward.monitoring = Monitoring::Waiting;
        }
        turn == Turn::Due
    }

    /// Whether `id` may be checked at this time at all. A service in its backup window is left
    /// alone, also when its process has ended.
    pub(super) fn may_check_now(&self, id: ServiceId) -> bool {
        let minute = self.now.wall.local_minute();
        match &self.model.service(id).every {
            Every::Cycle | Every::Cycles(_) => true,
            Every::Cron(schedule) => schedule.contains(minute),
            Every::NotCron(schedule) => !schedule.contains(minute),
        }
    }
}

/// The first cycle and then each Nth (reference F108).
fn count_down(to_skip: &mut u32, cycles: u32) -> Turn {
    if *to_skip > 0 {
        *to_skip -= 1;
        return Turn::Waiting;
    }
    *to_skip = cycles.saturating_sub(1);
    Turn::Due
}

fn next_turn(schedule: &Schedule, looked: &mut Option<Box<Looked>>, now: Now) -> Turn {
    let minute = now.wall.local_minute();
    let here = Looked {
        minute,
        at: now.moment,
    };
    let due = match looked.as_deref() {
        None => schedule.contains(minute),
        Some(last) => {
            let leap = minutes(LEAP);
            let ahead = minute.since(last.minute);
            let had_its_turn = (-leap..0).contains(&ahead) && !schedule.repeats();
            if ahead == 0 || had_its_turn {
                let again = schedule.contains(minute);
                return if again { Turn::Done } else { Turn::Waiting };
            }
            let passed = minutes(now.moment.since(last.at));
            let past = if (1..=passed.saturating_add(leap)).contains(&ahead) {
                last.minute
            } else {
                minute.minus(1)
            };
            schedule.contains_any(past, minute)
        }
    };
    *looked = Some(Box::new(here));
    if due { Turn::Due } else { Turn::Waiting }
}

fn minutes(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs() / 60).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::WallTime;

    /// Midnight of Wednesday, 1 January 2025, UTC.
    const NEW_YEAR: i64 = 1_735_689_600;
    const MINUTE: i64 = 60;
    const HOUR: i64 = 3600;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;

    /// A machine whose clock can be set.
    struct Clock {
        schedule: Schedule,
        looked: Option<Box<Looked>>,
        /// Seconds since it was switched on.
        passed: i64,
        /// Seconds since [`NEW_YEAR`] when it was switched on, by its clock.
        started: i64,
        offset: i32,
    }

    impl Clock {
        fn new(schedule: &str, started: i64) -> Self {
            Self {
                schedule: Schedule::parse(schedule).unwrap(),
                looked: None,
                passed: 0,
                started,
                offset: 0,
            }
        }

        fn look(&mut self) -> Turn {
            let unix = NEW_YEAR + self.started + self.passed;
            let now = Now {
                moment: Moment::from_millis(u64::try_from(self.passed * 1000).unwrap()),
                wall: WallTime::new(unix * 1000, self.offset),
            };
            next_turn(&self.schedule, &mut self.looked, now)
        }

        /// How often it comes due in `cycles` cycles of `poll` seconds.
        fn run(&mut self, cycles: i64, poll: i64) -> i64 {
            let mut turns = 0;
            for _ in 0..cycles {
                turns += i64::from(self.look() == Turn::Due);
                self.passed += poll;
            }
            turns
        }
    }

    #[test]
    fn once_a_minute_at_any_poll_interval() {
        for (poll, cycles, turns) in [(1, 600, 10), (7, 600, 70), (60, 10, 10), (600, 10, 10)] {
            let mut clock = Clock::new("* * * * *", 0);
            assert_eq!(clock.run(cycles, poll), turns, "poll {poll}");
        }
    }

    #[test]
    fn a_time_of_day_comes_once_a_day_at_any_poll_interval() {
        for poll in [1, 59, 60, 61, 600, 3601] {
            let mut clock = Clock::new("7 3 * * *", 0);
            assert_eq!(clock.run(10 * DAY / poll, poll), 10, "poll {poll}");
        }
        let mut clock = Clock::new("7 3 * * *", 0);
        assert_eq!(
            clock.run(4, 7 * DAY),
            3,
            "once a week, it has always missed one"
        );
    }

    #[test]
    fn a_service_does_not_catch_up_with_what_was_before_it() {
        let mut clock = Clock::new("7 3 * * *", 4 * HOUR);
        assert_eq!(clock.run(20, HOUR), 0);
        assert_eq!(clock.run(5, HOUR), 1);
    }

    #[test]
    fn in_its_minute_it_is_done_and_outside_it_waits() {
        let mut clock = Clock::new("0 0 * * *", 0);
        assert_eq!(clock.look(), Turn::Due);
        clock.passed += 59;
        assert_eq!(clock.look(), Turn::Done);
        clock.passed += 1;
        assert_eq!(clock.look(), Turn::Waiting);
    }

    #[test]
    fn a_long_pause_is_caught_up_with_once() {
        let mut clock = Clock::new("7 3 * * *", 0);
        assert_eq!(clock.run(60, MINUTE), 0);
        clock.passed += 30 * DAY; // the machine slept
        assert_eq!(clock.run(60, MINUTE), 1);
    }

    #[test]
    fn a_time_that_daylight_saving_leaves_out_comes_right_after() {
        let mut clock = Clock::new("30 2 * * *", HOUR);
        assert_eq!(clock.run(60, MINUTE), 0);
        clock.offset += 3600; // 02:00 is 03:00
        assert_eq!(clock.look(), Turn::Due);
        assert_eq!(clock.run(60, MINUTE), 0);
    }

    #[test]
    fn a_time_that_daylight_saving_repeats_comes_once() {
        let mut clock = Clock::new("30 2 * * *", HOUR);
        assert_eq!(clock.run(120, MINUTE), 1);
        clock.offset -= 3600; // 03:00 is 02:00
        assert_eq!(clock.run(120, MINUTE), 0);
        assert_eq!(clock.run(24 * 60, MINUTE), 1);
    }

    #[test]
    fn what_repeats_goes_on_in_a_repeated_hour() {
        for (schedule, turns) in [("* * * * *", 60), ("*/5 * * * *", 12), ("* 2 * * *", 60)] {
            let mut clock = Clock::new(schedule, 2 * HOUR);
            assert_eq!(clock.run(60, MINUTE), turns, "{schedule}");
            clock.offset -= 3600;
            assert_eq!(clock.run(60, MINUTE), turns, "{schedule}");
        }
    }

    #[test]
    fn a_clock_that_is_set_makes_no_storm_and_stops_nothing() {
        for leap in [YEAR, -YEAR, 50 * YEAR, -50 * YEAR, 4 * HOUR, -4 * HOUR] {
            let mut clock = Clock::new("7 3 * * *", 0);
            assert_eq!(clock.run(2 * 24 * 60, MINUTE), 2);
            clock.started += leap;
            assert_eq!(clock.look(), Turn::Waiting, "by {leap}");
            assert_eq!(clock.run(24 * 60, MINUTE), 1, "by {leap}");
            let mut clock = Clock::new("* * * * *", 0);
            assert_eq!(clock.run(10, MINUTE), 10);
            clock.started += leap;
            assert_eq!(clock.run(10, MINUTE), 10, "by {leap}");
        }
    }

    #[test]
    fn a_clock_that_trembles_makes_no_second_turn() {
        let mut clock = Clock::new("7 3 * * *", 3 * HOUR);
        let mut turns = 0;
        for step in 0..600 {
            clock.started += if step % 2 == 0 { -90 } else { 90 };
            turns += clock.run(1, 30);
        }
        assert_eq!(turns, 1);
    }
}
