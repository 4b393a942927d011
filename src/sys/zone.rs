//! The local time zone.

use std::mem::MaybeUninit;

use crate::time::civil_from_days;

unsafe extern "C" {
    /// Reads the zone's rules again if they changed. The `libc` crate does not declare it on Linux.
    safe fn tzset();
}

/// Seconds east of UTC at that instant; zero where the C library cannot tell.
///
/// A C library with 32-bit times gives an answer after 2038 too: the one for the same date of an
/// earlier year.
// On most targets a `long` is an `i64`; elsewhere it converts.
#[allow(clippy::useless_conversion)]
pub fn utc_offset(unix_seconds: i64) -> i32 {
    tzset();
    let seconds = for_the_c_library(unix_seconds);
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

/// As the C library's `time_t`, of 64 bits or 32.
fn for_the_c_library<T: TryFrom<i64> + Default>(unix_seconds: i64) -> T {
    let folded = || T::try_from(same_date_before_2038(unix_seconds));
    let seconds = T::try_from(unix_seconds);
    seconds.or_else(|_| folded()).unwrap_or_default()
}

/// The same time and date in a year that 32 bits can tell, one that is as long and begins on the
/// same day of the week: what a zone does in the one it does in the other. Fourteen kinds of year
/// there are, and any 28 years in a row without a secular one among them have all.
fn same_date_before_2038(unix_seconds: i64) -> i64 {
    const DAY: i64 = 86_400;
    let days = unix_seconds.div_euclid(DAY);
    let (year, _, _) = civil_from_days(days);
    let is_alike = |other: &i64| {
        let moved = first_day(*other) - first_day(year);
        moved % 7 == 0 && first_day(other + 1) - first_day(year + 1) == moved
    };
    let other = (2010..2038).find(is_alike).unwrap_or(2010);
    (first_day(other) + days - first_day(year)) * DAY + unix_seconds.rem_euclid(DAY)
}

/// Days from 1970-01-01 to the first of a year.
const fn first_day(year: i64) -> i64 {
    let past = year - 1;
    let leap_days = past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400);
    past * 365 + leap_days - 719_162
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
        // The last Sunday of March 2109 is the 31st, for who knows that 2100 was no leap year.
        let either_side = [4_394_134_799, 4_394_134_800];
        assert_eq!(offsets(central_europe, &either_side), "[3600, 7200]");
    }

    #[test]
    fn a_c_library_of_32_bits() {
        let cut = super::for_the_c_library::<i32>;
        assert_eq!(cut(i64::from(i32::MAX)), i32::MAX);
        // 1 July of 2050 and of 2011, a Friday both.
        assert_eq!(cut(2_540_246_400), 1_309_478_400);
        assert_eq!(
            super::for_the_c_library::<i64>(2_540_246_400),
            2_540_246_400
        );
    }

    #[test]
    fn the_calendar_repeats() {
        use crate::time::WallTime;
        // Each tenth day of a thousand years.
        for instant in (-10_000..360_000).step_by(10).map(|day| day * 86_400 - 1) {
            let folded = super::same_date_before_2038(instant);
            assert!(i32::try_from(folded).is_ok(), "{instant}");
            let date = |seconds: i64| {
                let civil = WallTime::new(seconds * 1000, 0).civil();
                (civil.month, civil.day, civil.hour, civil.weekday)
            };
            assert_eq!(date(folded), date(instant), "{instant}");
        }
    }

    #[test]
    fn instants_nobody_will_see() {
        assert_eq!(offsets("UTC0", &[i64::MAX, i64::MIN]), "[0, 0]");
        super::same_date_before_2038(i64::MAX);
        super::same_date_before_2038(i64::MIN);
    }
}
