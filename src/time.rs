//! Time as an argument: [`Moment`] for deadlines, [`WallTime`] for dates people read.
//!
//! Nothing here asks a clock. `shell/clock.rs` is the only place that does; everybody else is told,
//! so a test can run a year in a second and a clock that jumps changes no deadline.

mod schedule;

use std::fmt;
use std::time::Duration;

pub use schedule::{LocalMinute, Schedule, ScheduleError};

/// What time it is, by both clocks, at the moment of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// For deadlines and durations.
    pub moment: Moment,
    /// For what people read.
    pub wall: WallTime,
}

/// A point on a clock that only goes forward; its origin has no meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    milliseconds: u64,
}

impl Moment {
    /// The moment `milliseconds` after the clock's origin.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self { milliseconds }
    }

    /// Milliseconds since the clock's origin.
    pub const fn as_millis(self) -> u64 {
        self.milliseconds
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.milliseconds.saturating_sub(earlier.milliseconds))
    }

    /// How long until `later`; zero if it has passed.
    pub const fn until(self, later: Self) -> Duration {
        later.since(self)
    }
}

impl std::ops::Add<Duration> for Moment {
    type Output = Self;

    /// Saturates: a time limit of a thousand years is never, not an overflow.
    fn add(self, duration: Duration) -> Self {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self {
            milliseconds: self.milliseconds.saturating_add(milliseconds),
        }
    }
}

/// A date and time of day, with the local zone's offset as it was at that instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime {
    unix_milliseconds: i64,
    offset_seconds: i32,
}

/// A date and time of day taken apart, in the local zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Astronomical year.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59; leap seconds are not counted.
    pub second: u8,
    /// 0 is Sunday.
    pub weekday: u8,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

impl WallTime {
    /// `unix_milliseconds` since 1970-01-01 UTC, in a zone `offset_seconds` east of UTC.
    pub const fn new(unix_milliseconds: i64, offset_seconds: i32) -> Self {
        Self {
            unix_milliseconds,
            offset_seconds,
        }
    }

    /// Seconds since 1970-01-01 UTC.
    pub const fn unix_seconds(self) -> i64 {
        self.unix_milliseconds.div_euclid(1000)
    }

    /// Microseconds past [`Self::unix_seconds`], with a resolution of a millisecond.
    pub const fn subsecond_micros(self) -> i64 {
        self.unix_milliseconds.rem_euclid(1000) * 1000
    }

    /// Seconds east of UTC.
    pub const fn offset_seconds(self) -> i32 {
        self.offset_seconds
    }

    /// The local date and time of day (days to dates as in Howard Hinnant's `civil_from_days`).
    pub fn civil(self) -> Civil {
        let local = self.unix_seconds() + i64::from(self.offset_seconds);
        let days = local.div_euclid(86_400);
        let second_of_day = local.rem_euclid(86_400);
        let (year, month, day) = civil_from_days(days);
        let small = |n: i64| u8::try_from(n).expect("a part of a date is below 60");
        Civil {
            year,
            month: small(month),
            day: small(day),
            hour: small(second_of_day / 3600),
            minute: small(second_of_day / 60 % 60),
            second: small(second_of_day % 60),
            weekday: small((days + 4).rem_euclid(7)),
        }
    }

    /// `2026-11-22T06:45:40+0000`, as in the log.
    pub fn iso8601(self) -> String {
        let c = self.civil();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
            c.year,
            c.month,
            c.day,
            c.hour,
            c.minute,
            c.second,
            self.zone()
        )
    }

    /// `Sun, 22 Nov 2026 06:46:31`, as in the status text and `$DATE`.
    pub fn date_text(self) -> String {
        let c = self.civil();
        format!(
            "{}, {:02} {} {} {:02}:{:02}:{:02}",
            WEEKDAYS[usize::from(c.weekday)],
            c.day,
            MONTHS[usize::from(c.month - 1)],
            c.year,
            c.hour,
            c.minute,
            c.second
        )
    }

    /// `Sun, 22 Nov 2026 06:46:31 +0000`, a mail's `Date` (RFC 5322 section 3.3).
    pub fn rfc5322(self) -> String {
        format!("{} {}", self.date_text(), self.zone())
    }

    /// `Sun, 22 Nov 2026 06:46:31 GMT`, a response's `Date` (RFC 9110 section 5.6.7).
    pub fn http_date(self) -> String {
        format!(
            "{} GMT",
            Self {
                offset_seconds: 0,
                ..self
            }
            .date_text()
        )
    }

    /// `Nov 22 06:46:31`, a syslog line's time (RFC 3164 section 4.1.2: the day is padded by a
    /// blank).
    pub fn syslog_date(self) -> String {
        let c = self.civil();
        let month = MONTHS[usize::from(c.month - 1)];
        format!(
            "{month} {:2} {:02}:{:02}:{:02}",
            c.day, c.hour, c.minute, c.second
        )
    }

    fn zone(self) -> String {
        let sign = if self.offset_seconds < 0 { '-' } else { '+' };
        let minutes = self.offset_seconds.unsigned_abs() / 60;
        format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
    }
}

/// Year, month and day of a number of days since 1970-01-01.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// `0m`, `26m`, `1h 8m`, `3d 0h 0m`: a duration as the status text shows it.
pub struct Uptime(
    /// Seconds.
    pub u64,
);

impl fmt::Display for Uptime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, hours, minutes) = (self.0 / 86_400, self.0 / 3600 % 24, self.0 / 60 % 60);
        match (days, hours) {
            (0, 0) => write!(f, "{minutes}m"),
            (0, _) => write!(f, "{hours}h {minutes}m"),
            (_, _) => write!(f, "{days}d {hours}h {minutes}m"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_format() {
        let t = WallTime::new(1_795_330_394_250, 0);
        assert_eq!(t.iso8601(), "2026-11-22T06:53:14+0000");
        assert_eq!(t.rfc5322(), "Sun, 22 Nov 2026 06:53:14 +0000");
        assert_eq!(t.http_date(), "Sun, 22 Nov 2026 06:53:14 GMT");
        assert_eq!(t.syslog_date(), "Nov 22 06:53:14");
        assert_eq!(t.subsecond_micros(), 250_000);
    }

    #[test]
    fn dates_follow_the_zone() {
        let t = WallTime::new(1_795_330_394_000, -12_600);
        assert_eq!(t.iso8601(), "2026-11-22T03:23:14-0330");
        assert_eq!(WallTime::new(0, 3600).iso8601(), "1970-01-01T01:00:00+0100");
    }

    #[test]
    fn dates_at_the_edges_of_the_calendar() {
        let date = |s: i64| WallTime::new(s * 1000, 0).iso8601();
        assert_eq!(date(-1), "1969-12-31T23:59:59+0000");
        assert_eq!(date(951_782_400), "2000-02-29T00:00:00+0000");
        assert_eq!(date(2_147_483_648), "2038-01-19T03:14:08+0000");
        assert_eq!(date(4_107_542_400), "2100-03-01T00:00:00+0000");
    }

    #[test]
    fn moments_saturate() {
        let end = Moment::from_millis(u64::MAX);
        assert_eq!(end + Duration::from_secs(1), end);
        assert_eq!(Moment::from_millis(1).since(end), Duration::ZERO);
    }

    #[test]
    fn durations_as_the_status_text_shows_them() {
        assert_eq!(Uptime(59).to_string(), "0m");
        assert_eq!(Uptime(1560).to_string(), "26m");
        assert_eq!(Uptime(4080).to_string(), "1h 8m");
        assert_eq!(Uptime(259_200).to_string(), "3d 0h 0m");
    }
}
