//! Cron times: `0-15 8-19 * * 1-5`, the five fields of `every "…"` (manual, SERVICE POLL TIME).
//!
//! All five fields must match, the day of the month and the day of the week, too; cron(8) takes
//! either of those two. Beyond Monit 5.33 a field may have steps (`*/5`) and names (`jan`, `mon`),
//! and 7 is Sunday: what those who write them mean is plain.

use std::ops::Range;

use super::{WallTime, civil_from_days};

const MINUTES_OF_DAY: i64 = 24 * 60;

/// Which minutes of which days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    text: Box<str>,
    /// One bit per value; by the places of [`FIELDS`].
    fields: [u64; 5],
}

/// Why a text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleError {
    /// The bytes of the text it is about.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub note: String,
}

/// A minute of a local calendar: minutes since 1970-01-01 00:00 as the clock on the wall counts
/// them, so it leaps and falls back with daylight saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalMinute(i64);

struct Field {
    name: &'static str,
    lowest: u8,
    highest: u8,
    /// Names of the values, from the lowest on.
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field::numbers("minute", 0, 59),
    Field::numbers("hour", 0, 23),
    Field::numbers("day of month", 1, 31),
    Field {
        name: "month",
        lowest: 1,
        highest: 12,
        words: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        name: "day of week",
        lowest: 0,
        highest: 7,
        words: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];
const MINUTE: usize = 0;
const HOUR: usize = 1;
const DAY: usize = 2;
const MONTH: usize = 3;
const WEEKDAY: usize = 4;

/// Days of each month, in a leap year.
const LONGEST: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// What cron(8) calls these and Monit does not know.
const NICKNAMES: &[(&str, &str)] = &[
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

impl Schedule {
    /// Reads the five fields.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let words: Vec<Range<usize>> = words(text).collect();
        let Ok(places): Result<[Range<usize>; 5], _> = words.clone().try_into() else {
            return Err(not_five(text, &words));
        };
        let mut fields = [0; 5];
        for ((bits, place), field) in fields.iter_mut().zip(&places).zip(&FIELDS) {
            *bits = field.values(&text[place.clone()], place.start)?;
        }
        fields[WEEKDAY] = fields[WEEKDAY] & 0x7f | fields[WEEKDAY] >> 7;
        let schedule = Self {
            text: text.trim().into(),
            fields,
        };
        if !schedule.is_possible() {
            return Err(ScheduleError {
                range: places[DAY].start..places[MONTH].end,
                message: format!(
                    "day {} does not come in month {}",
                    &text[places[DAY].clone()],
                    &text[places[MONTH].clone()]
                ),
                note: "this schedule would never come due".into(),
            });
        }
        Ok(schedule)
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values of each field, from low to high: minutes, hours, days of the month, months, days
    /// of the week (0 is Sunday). An empty list stands for all.
    pub fn values(&self) -> [Vec<u8>; 5] {
        let mut lists: [Vec<u8>; 5] = Default::default();
        for (index, list) in lists.iter_mut().enumerate() {
            if !self.is_any(index) {
                list.extend((0..64).filter(|value| self.has(index, *value)));
            }
        }
        lists
    }

    /// Whether it names no time of day but repeats: every minute of some hours, or some minute of
    /// every hour. Such a schedule goes on in an hour that daylight saving repeats; another one has
    /// had its turn.
    pub fn repeats(&self) -> bool {
        self.is_any(MINUTE) || self.is_any(HOUR)
    }

    /// Whether it names this minute.
    pub fn contains(&self, minute: LocalMinute) -> bool {
        self.contains_any(minute.minus(1), minute)
    }

    /// Whether it names a minute after `past`, up to and including `last`.
    pub fn contains_any(&self, past: LocalMinute, last: LocalMinute) -> bool {
        let (first, last) = (past.0 + 1, last.0);
        (first.div_euclid(MINUTES_OF_DAY)..=last.div_euclid(MINUTES_OF_DAY)).any(|day| {
            let midnight = day * MINUTES_OF_DAY;
            self.contains_day(day)
                && (first.max(midnight)..=last.min(midnight + MINUTES_OF_DAY - 1))
                    .any(|minute| self.contains_time(minute - midnight))
        })
    }

    fn contains_day(&self, days: i64) -> bool {
        let (_, month, day) = civil_from_days(days);
        let weekday = (days + 4).rem_euclid(7);
        self.has(MONTH, month) && self.has(DAY, day) && self.has(WEEKDAY, weekday)
    }

    fn contains_time(&self, minute_of_day: i64) -> bool {
        self.has(HOUR, minute_of_day / 60) && self.has(MINUTE, minute_of_day % 60)
    }

    fn has(&self, field: usize, value: impl Into<i64>) -> bool {
        self.fields[field] >> value.into() & 1 == 1
    }

    fn is_any(&self, field: usize) -> bool {
        let Field {
            lowest, highest, ..
        } = FIELDS[field];
        let highest = if field == WEEKDAY { 6 } else { highest };
        (lowest..=highest).all(|value| self.has(field, value))
    }

    fn is_possible(&self) -> bool {
        (1u8..).zip(LONGEST).any(|(month, length)| {
            self.has(MONTH, month) && (1..=length).any(|day| self.has(DAY, day))
        })
    }
}

impl Field {
    const fn numbers(name: &'static str, lowest: u8, highest: u8) -> Self {
        Self {
            name,
            lowest,
            highest,
            words: &[],
        }
    }

    /// The bits of a whole field, which stands at byte `start` of the schedule.
    fn values(&self, text: &str, mut start: usize) -> Result<u64, ScheduleError> {
        let mut bits = 0;
        for item in text.split(',') {
            bits |= self.item(item, start)?;
            start += item.len() + 1;
        }
        Ok(bits)
    }

    /// `*`, `5`, `1-5`, `*/2`, `0-30/10`.
    fn item(&self, item: &str, start: usize) -> Result<u64, ScheduleError> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.lowest, self.highest),
            None if step.is_some() => {
                let value = self.value(range, start)?;
                let note = format!("write `{value}-{}/{}`", self.highest, step.unwrap_or(""));
                return Err(error(start, item, "a step needs a range", note));
            }
            None => {
                let value = self.value(range, start)?;
                (value, value)
            }
            Some((low, high)) => {
                let first = self.value(low, start)?;
                let last = self.value(high, start + low.len() + 1)?;
                (first, self.end_of_week(first, last))
            }
        };
        if first > last {
            let (highest, lowest) = (self.highest, self.lowest);
            let note = format!("write `{first}-{highest},{lowest}-{last}`");
            return Err(error(start, range, "this range goes backwards", note));
        }
        let step = match step {
            None => 1,
            Some(step) => self.step(step, start + range.len() + 1)?,
        };
        Ok((first..=last)
            .step_by(step)
            .fold(0, |bits, value| bits | 1 << value))
    }

    /// `fri-sun`: Sunday ends a week as well as it begins one.
    fn end_of_week(&self, first: u8, last: u8) -> u8 {
        if self.highest == 7 && last == 0 && first > 0 {
            return 7;
        }
        last
    }

    fn value(&self, text: &str, start: usize) -> Result<u8, ScheduleError> {
        if let Some(place) = (self.lowest..)
            .zip(self.words)
            .find(|(_, word)| text.eq_ignore_ascii_case(word))
        {
            return Ok(place.0);
        }
        let range = self.lowest..=self.highest;
        if let Some(value) = number(text).filter(|value| range.contains(value)) {
            return Ok(value);
        }
        let message = match text {
            "" => format!("the {} is missing", self.name),
            _ => format!("`{text}` is no {}", self.name),
        };
        let (name, lowest, highest) = (self.name, self.lowest, self.highest);
        let note = format!("the {name} is {lowest} to {highest}");
        Err(error(start, text, message, note))
    }

    fn step(&self, text: &str, start: usize) -> Result<usize, ScheduleError> {
        let longest = self.highest - self.lowest;
        if let Some(step) = number(text).filter(|step| (1..=longest).contains(step)) {
            return Ok(usize::from(step));
        }
        let message = format!("`{text}` is no step");
        Err(error(
            start,
            text,
            message,
            format!("a step is 1 to {longest}"),
        ))
    }
}

/// About `text`, which stands at byte `start` of the schedule.
fn error(start: usize, text: &str, message: impl Into<String>, note: String) -> ScheduleError {
    ScheduleError {
        range: start..start + text.len().max(1),
        message: message.into(),
        note,
    }
}

/// Digits alone: what `parse` takes besides (`+5`) is none of cron's.
fn number(text: &str) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Where the words of `text` stand.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_ascii_whitespace().map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    })
}

fn not_five(text: &str, words: &[Range<usize>]) -> ScheduleError {
    let nickname = NICKNAMES
        .iter()
        .find(|(name, _)| text.trim().eq_ignore_ascii_case(name));
    let names: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
    ScheduleError {
        range: 0..text.len(),
        message: format!("a schedule has 5 fields, this has {}", words.len()),
        note: match nickname {
            Some((_, meaning)) => format!("write `{meaning}`"),
            None => format!("they are {}", names.join(", ")),
        },
    }
}

impl LocalMinute {
    /// The minute `count` minutes earlier.
    #[must_use]
    pub const fn minus(self, count: i64) -> Self {
        Self(self.0.saturating_sub(count))
    }

    /// How many minutes the clock on the wall shows between `earlier` and this; negative if this is
    /// the earlier one.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As a number that [`Self::from_number`] takes back.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The minute that [`Self::number`] gave.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }
}

impl WallTime {
    /// The minute on the wall.
    pub const fn local_minute(self) -> LocalMinute {
        let local = self.unix_seconds() + self.offset_seconds as i64;
        LocalMinute(local.div_euclid(60))
    }
}

#[cfg(test)]
mod tests;
