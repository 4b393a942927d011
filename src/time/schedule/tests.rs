use super::*;

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap()
}

/// Seconds of UTC, whatever the zone is called.
fn minute(unix_seconds: i64) -> LocalMinute {
    WallTime::new(unix_seconds * 1000, 0).local_minute()
}

/// Sunday, 22 November 2026, 12:31:50.
const SUNDAY_NOON: i64 = 1_795_350_710;
const HOUR_LENGTH: i64 = 3600;
const DAY_LENGTH: i64 = 86_400;

#[test]
fn minutes_that_are_meant() {
    for text in [
        "* * * * *",
        "31 12 22 11 0",
        "31 12 22 11 7",
        "31 12 22 nov Sun",
        "30-31 12-13 22 11 6-7",
        "1,31 0,12 1,22 * *",
        "*/31 */12 */21 */10 *",
        "1-59/10 0-12/4 22 11 fri-sun",
        "*,5 * * * *",
        " 31\t12  022 11 * ",
        "* 8-19 * * *",
        "31 * * * sat-0",
    ] {
        assert!(schedule(text).contains(minute(SUNDAY_NOON)), "{text}");
    }
}

#[test]
fn minutes_that_are_not_meant() {
    for text in [
        "30 12 22 11 0",
        "32 12 22 11 0",
        "31 11 22 11 0",
        "31 12 21 11 0",
        "31 12 22 12 0",
        // Both days count, unlike cron(8).
        "* * 22 * 1-6",
        "* * 1 * 0",
        "*/2 * * * *",
        "* * * * mon-fri",
    ] {
        assert!(!schedule(text).contains(minute(SUNDAY_NOON)), "{text}");
    }
}

#[test]
fn a_minute_lasts_sixty_seconds_of_the_wall_clock() {
    let noon = schedule("0 12 * * *");
    let at = |seconds, offset| noon.contains(WallTime::new(seconds * 1000, offset).local_minute());
    assert!(at(43_200, 0) && at(43_259, 0));
    assert!(!at(43_199, 0) && !at(43_260, 0));
    assert!(at(43_200 - 5400, 5400) && at(43_200 + 3600, -3600));
    assert!(at(43_200 - 10 * DAY_LENGTH, 0), "before 1970");
}

#[test]
fn spans_of_time() {
    let nightly = schedule("7 3 * * *");
    let three = minute(SUNDAY_NOON - 9 * HOUR_LENGTH); // 03:31
    assert!(nightly.contains_any(three.minus(25), three));
    assert!(nightly.contains_any(three.minus(24 * 60), three));
    assert!(!nightly.contains_any(three.minus(24), three), "past 03:07");
    assert!(!nightly.contains_any(three, three.minus(60)), "nothing");
    let leap_day = schedule("0 0 29 2 *");
    let year = 365 * 24 * 60;
    assert!(leap_day.contains_any(three.minus(3 * year), three));
    assert!(!leap_day.contains_any(three.minus(2 * year), three));
}

#[test]
fn schedules_that_repeat_within_a_day() {
    for text in ["* * * * *", "* 8-19 * * *", "*/5 * * * *", "0-59 3 1 1 *"] {
        assert!(schedule(text).repeats(), "{text}");
    }
    for text in ["0 3 * * *", "0,30 8-19 * * *"] {
        assert!(!schedule(text).repeats(), "{text}");
    }
}

#[test]
fn values_of_each_field() {
    let [minutes, hours, days, months, weekdays] = schedule("*/20 9-11 * 2,4 5-7").values();
    assert_eq!(minutes, [0, 20, 40]);
    assert_eq!(hours, [9, 10, 11]);
    assert!(days.is_empty());
    assert_eq!(months, [2, 4]);
    assert_eq!(weekdays, [0, 5, 6]);
    assert!(schedule("* * * * 0-6").values()[4].is_empty());
}

/// The text, then carets, then what is said.
#[track_caller]
fn refused(text: &str, carets: &str, message: &str, note: &str) {
    let error = Schedule::parse(text).unwrap_err();
    let (start, end) = (error.range.start, error.range.end);
    let shown = " ".repeat(start) + &"^".repeat(end - start);
    assert_eq!(
        (shown.as_str(), error.message.as_str(), error.note.as_str()),
        (carets, message, note),
        "{text}"
    );
}

#[test]
fn values_that_cannot_be() {
    let minutes = "the minute is 0 to 59";
    refused("60 * * * *", "^^", "`60` is no minute", minutes);
    refused("0,999 * * * *", "  ^^^", "`999` is no minute", minutes);
    refused("-1 * * * *", "^", "the minute is missing", minutes);
    refused("1-,2 * * * *", "  ^", "the minute is missing", minutes);
    refused("1,,2 * * * *", "  ^", "the minute is missing", minutes);
    refused(", * * * *", "^", "the minute is missing", minutes);
    refused("** * * * *", "^^", "`**` is no minute", minutes);
    refused("*-5 * * * *", "^", "`*` is no minute", minutes);
    refused("+5 * * * *", "^^", "`+5` is no minute", minutes);
    refused("1-2-3 * * * *", "  ^^^", "`2-3` is no minute", minutes);
    let hours = "the hour is 0 to 23";
    refused("* 24 * * *", "  ^^", "`24` is no hour", hours);
    let days = "the day of month is 1 to 31";
    refused("* * 0 * *", "    ^", "`0` is no day of month", days);
    let months = "the month is 1 to 12";
    refused("* * * 13 *", "      ^^", "`13` is no month", months);
    refused("* * * mon *", "      ^^^", "`mon` is no month", months);
    let weekdays = "the day of week is 0 to 7";
    refused("* * * * 8", "        ^", "`8` is no day of week", weekdays);
    refused("* * * * ü", "        ^^", "`ü` is no day of week", weekdays);
}

#[test]
fn ranges_and_steps_that_cannot_be() {
    let backwards = "this range goes backwards";
    refused("* 22-6 * * *", "  ^^^^", backwards, "write `22-23,0-6`");
    refused(
        "* * * nov-feb *",
        "      ^^^^^^^",
        backwards,
        "write `11-12,1-2`",
    );
    let steps = "a step is 1 to 59";
    refused("*/0 * * * *", "  ^", "`0` is no step", steps);
    refused("*/60 * * * *", "  ^^", "`60` is no step", steps);
    refused("*/ * * * *", "  ^", "`` is no step", steps);
    refused("*/5/5 * * * *", "  ^^^", "`5/5` is no step", steps);
    let range = "a step needs a range";
    refused("5/10 * * * *", "^^^^", range, "write `5-59/10`");
}

#[test]
fn days_that_never_come() {
    let never = "this schedule would never come due";
    let message = "day 30,31 does not come in month 2";
    refused("0 0 30,31 2 *", "    ^^^^^^^", message, never);
    let message = "day 31 does not come in month 4,6,sep,nov";
    refused("0 0 31 4,6,sep,nov *", "    ^^^^^^^^^^^^^^", message, never);
    assert!(Schedule::parse("0 0 29 2 *").is_ok());
    assert!(Schedule::parse("0 0 31 2,3 *").is_ok());
}

#[test]
fn texts_without_five_fields() {
    let names = "they are minute, hour, day of month, month, day of week";
    refused(
        "* * *",
        "^^^^^",
        "a schedule has 5 fields, this has 3",
        names,
    );
    refused("", "", "a schedule has 5 fields, this has 0", names);
    let six = "a schedule has 5 fields, this has 6";
    refused("0 * * * * *", "^^^^^^^^^^^", six, names);
    let one = "a schedule has 5 fields, this has 1";
    refused("@daily", "^^^^^^", one, "write `0 0 * * *`");
}
