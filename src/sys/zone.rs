//! The local time zone.

use std::mem::MaybeUninit;

unsafe extern "C" {
    /// Reads the zone's rules again if they changed. The `libc` crate does not declare it on Linux.
    safe fn tzset();
}

/// 28 years: after that many the calendar repeats, weekdays and leap years included, and with them
/// the rules of a zone.
const CALENDAR_PERIOD: i64 = 28 * 365 * 86_400 + 7 * 86_400;

/// Seconds east of UTC at that instant; zero where the C library cannot tell.
///
/// A C library with 32-bit times gives an answer after 2038 too: the one for the same date some
/// calendar periods before.
// On most targets a C `time_t` holds every `i64` and a `long` is one; elsewhere they convert.
#[allow(clippy::useless_conversion, clippy::unnecessary_fallible_conversions)]
pub fn utc_offset(unix_seconds: i64) -> i32 {
    tzset();
    let folded = || same_date_before_2038(unix_seconds).try_into();
    let seconds = unix_seconds
        .try_into()
        .unwrap_or_else(|_| folded().unwrap_or_default());
    let mut parts = MaybeUninit::<libc::tm>::uninit();
    // SAFETY: the instant and the room for the answer are valid.
    let found = unsafe { libc::localtime_r(&raw const seconds, parts.as_mut_ptr()) };
    if found.is_null() {
        return 0;
    }
    // SAFETY: the C library filled it in.
    let parts = unsafe { parts.assume_init() };
    i32::try_from(parts.tm_gmtoff).unwrap_or(0)
}

/// An instant of the last whole period a 32-bit time can tell.
const fn same_date_before_2038(unix_seconds: i64) -> i64 {
    let start = i32::MAX as i64 - CALENDAR_PERIOD;
    start + (unix_seconds % CALENDAR_PERIOD - start % CALENDAR_PERIOD).rem_euclid(CALENDAR_PERIOD)
}

#[cfg(test)]
mod tests {
    use super::super::testing::in_child;

    /// In a child, because the zone is the whole process's.
    fn offsets(zone: &str, instants: &[i64]) -> String {
        let written = in_child(|out| {
            // SAFETY: the child has one thread.
            unsafe { std::env::set_var("TZ", zone) };
            let offsets: Vec<i32> = instants.iter().map(|&i| super::utc_offset(i)).collect();
            write!(out, "{offsets:?}").unwrap();
        });
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn zones_with_and_without_summer_time() {
        let central_europe = "CET-1CEST,M3.5.0,M10.5.0/3";
        // January and July of 2026, July of 2050, either side of a change of the clock.
        let instants = [
            1_767_225_600,
            1_782_864_000,
            2_540_246_400,
            1_774_745_999,
            1_774_746_000,
        ];
        assert_eq!(
            offsets(central_europe, &instants),
            "[3600, 7200, 7200, 3600, 7200]"
        );
        assert_eq!(offsets("UTC0", &instants), "[0, 0, 0, 0, 0]");
        assert_eq!(offsets("NST3:30", &[0]), "[-12600]");
    }

    #[test]
    fn the_calendar_repeats() {
        use crate::time::WallTime;
        for instant in [
            4_102_444_799,
            2_540_246_400,
            2_147_483_648,
            i64::from(i32::MAX),
        ] {
            let folded = super::same_date_before_2038(instant);
            assert!(i32::try_from(folded).is_ok());
            let date = |seconds: i64| {
                let civil = WallTime::new(seconds * 1000, 0).civil();
                (civil.month, civil.day, civil.hour, civil.weekday)
            };
            assert_eq!(date(folded), date(instant));
        }
    }

    #[test]
    fn instants_nobody_will_see() {
        assert_eq!(offsets("UTC0", &[i64::MAX, i64::MIN]), "[0, 0]");
    }
}
