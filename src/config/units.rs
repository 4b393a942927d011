//! Numbers with their units: durations, sizes, ports, modes.

use std::time::Duration;

use super::complaints::Reported;
use super::keyword::Keyword;
use super::parser::{Parsed, Parser};
use crate::text::{Diagnostic, Spanned, quoted};

/// Seconds where no unit is given.
const TIME: &[(Keyword, u64)] = &[
    (Keyword::Milliseconds, 1),
    (Keyword::Seconds, 1000),
    (Keyword::Minutes, 60 * 1000),
    (Keyword::Hours, 3600 * 1000),
    (Keyword::Days, 24 * 3600 * 1000),
];

/// Bytes where no unit is given; powers of 1024.
const SIZE: &[(Keyword, u64)] = &[
    (Keyword::Bytes, 1),
    (Keyword::Kilobytes, 1 << 10),
    (Keyword::Megabytes, 1 << 20),
    (Keyword::Gigabytes, 1 << 30),
];

/// No time of a control file is longer: a hundred years.
const LONGEST_SECONDS: u64 = 100 * 366 * 24 * 3600;

impl Parser<'_> {
    /// `5`, `5 seconds`, `5s`, `1500 ms`: any length of time, zero too.
    pub(super) fn duration(&mut self) -> Parsed<Spanned<Duration>> {
        let number = self.number()?;
        let factor = self.unit(TIME).unwrap_or(1000);
        let span = number.span.to(self.previous());
        match number.value.checked_mul(factor) {
            Some(milliseconds) if milliseconds / 1000 <= LONGEST_SECONDS => {
                Ok(Spanned::new(Duration::from_millis(milliseconds), span))
            }
            _ => Err(self.error(Diagnostic::error(span, "longer than a hundred years"))),
        }
    }

    /// A time limit: a length of time that is not zero.
    pub(super) fn time_limit(&mut self) -> Parsed<Spanned<Duration>> {
        let duration = self.duration()?;
        if duration.value.is_zero() {
            let message = "a time limit of zero leaves no time at all";
            return Err(self.error(Diagnostic::error(duration.span, message)));
        }
        Ok(duration)
    }

    /// `10 MB`, `512 B`, `512`.
    pub(super) fn size(&mut self) -> Parsed<Spanned<u64>> {
        let number = self.number()?;
        let factor = self.unit(SIZE).unwrap_or(1);
        let span = number.span.to(self.previous());
        match number.value.checked_mul(factor) {
            Some(bytes) => Ok(Spanned::new(bytes, span)),
            None => Err(self.error(Diagnostic::error(span, "more bytes than can be counted"))),
        }
    }

    /// 1 to 65535.
    pub(super) fn port_number(&mut self) -> Parsed<u16> {
        let number = self.number()?;
        match u16::try_from(number.value) {
            Ok(port) if port > 0 => Ok(port),
            Ok(_) | Err(_) => {
                let message = format!("there is no port {}", number.value);
                let error = Diagnostic::error(number.span, message);
                Err(self.error(error.note("ports are 1 to 65535")))
            }
        }
    }

    /// `0644`: four octal digits at most.
    pub(super) fn mode_bits(&mut self) -> Parsed<u32> {
        let word = self.value("an octal mode")?;
        let octal = word.value.chars().all(|c| c.is_digit(8));
        match u32::from_str_radix(&word.value, 8) {
            Ok(mode) if octal && mode <= 0o7777 => Ok(mode),
            Ok(_) | Err(_) => {
                let message = format!("{} is no octal mode", quoted(&word.value));
                let error = Diagnostic::error(word.span, message);
                Err(self.error(error.note("a mode is 0 to 7777, for example `0644`")))
            }
        }
    }

    /// A count that fits `T` and is at least 1.
    pub(super) fn count<T: TryFrom<u64>>(&mut self, thing: &str) -> Parsed<Spanned<T>> {
        let number = self.number()?;
        match T::try_from(number.value) {
            Ok(value) if number.value > 0 => Ok(Spanned::new(value, number.span)),
            Ok(_) | Err(_) => Err(self.bad_count(&number, thing)),
        }
    }

    fn bad_count(&mut self, number: &Spanned<u64>, thing: &str) -> Reported {
        let message = match number.value {
            0 => format!("{thing} cannot be 0"),
            _ => format!("{thing} cannot be as large as {}", number.value),
        };
        self.error(Diagnostic::error(number.span, message))
    }

    fn unit(&mut self, units: &[(Keyword, u64)]) -> Option<u64> {
        let unit = units.iter().find(|(unit, _)| self.accept(*unit));
        unit.map(|(_, factor)| *factor)
    }
}
