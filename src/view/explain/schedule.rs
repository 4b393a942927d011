//! Cron times in words.

use crate::time::Schedule;

use super::all_of;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// So many times of day are written out.
const TIMES_SHOWN: usize = 6;

/// `03:00, on Monday to Friday`.
pub(super) fn words(schedule: &Schedule) -> String {
    let [minutes, hours, days, months, weekdays] = schedule.values();
    let mut words = times(&minutes, &hours);
    if !days.is_empty() {
        words += &format!(
            ", on day {} of the month",
            runs(&days, |day| day.to_string())
        );
    }
    if !months.is_empty() {
        let name = |month: u8| MONTHS[usize::from(month - 1)].to_owned();
        words += &format!(", in {}", runs(&months, name));
    }
    if !weekdays.is_empty() {
        let both = if days.is_empty() {
            "on"
        } else {
            "if that is a"
        };
        let name = |day: u8| WEEKDAYS[usize::from(day)].to_owned();
        words += &format!(", {both} {}", runs(&weekdays, name));
    }
    words
}

fn times(minutes: &[u8], hours: &[u8]) -> String {
    let number = |n: u8| n.to_string();
    match (minutes, hours) {
        ([], []) => "every minute".to_owned(),
        ([], hours) => format!("every minute of hour {}", runs(hours, number)),
        (minutes, []) => format!("minute {} of every hour", runs(minutes, number)),
        (minutes, hours) if minutes.len() * hours.len() <= TIMES_SHOWN => {
            let times = hours.iter().flat_map(|hour| {
                minutes
                    .iter()
                    .map(move |minute| format!("{hour:02}:{minute:02}"))
            });
            all_of(&times.collect::<Vec<_>>())
        }
        (minutes, hours) => format!(
            "minute {} of hour {}",
            runs(minutes, number),
            runs(hours, number)
        ),
    }
}

/// `1 to 5 and 7`: three or more in a row are a run.
fn runs(values: &[u8], name: impl Fn(u8) -> String) -> String {
    let runs = values.chunk_by(|one, next| one + 1 == *next);
    let words = runs.flat_map(|run| match run {
        [first, .., last] if run.len() > 2 => vec![format!("{} to {}", name(*first), name(*last))],
        few => few.iter().map(|value| name(*value)).collect(),
    });
    all_of(&words.collect::<Vec<_>>())
}
