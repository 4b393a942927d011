//! Numbers with their units: durations, sizes, shares, rates, ports, modes.

use std::time::Duration;

use super::complaints::Reported;
use super::keyword::Keyword;
use super::parser::{Parsed, Parser};
use super::token::Symbol;
use crate::text::{Diagnostic, Spanned, quoted};

/// Seconds where no unit is given; a month is 31 days, as in the reference (seen).
const TIME: &[(Keyword, u64)] = &[
    (Keyword::Milliseconds, 1),
    (Keyword::Seconds, 1000),
    (Keyword::Minutes, 60 * 1000),
    (Keyword::Hours, 3600 * 1000),
    (Keyword::Days, 24 * 3600 * 1000),
    (Keyword::Months, 31 * 24 * 3600 * 1000),
];

/// Bytes where no unit is given; powers of 1024.
const SIZE: &[(Keyword, u64)] = &[
    (Keyword::Bytes, 1),
    (Keyword::Kilobytes, 1 << 10),
    (Keyword::Megabytes, 1 << 20),
    (Keyword::Gigabytes, 1 << 30),
    (Keyword::Terabytes, 1 << 40),
];

/// No time of a control file is longer: a hundred years.
const LONGEST_SECONDS: u64 = 100 * 366 * 24 * 3600;

/// How much of something that has a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount {
    /// A share of the whole, in thousandths of a percent.
    Percent(u64),
    /// So many bytes, or whatever is counted.
    Plain(u64),
}

/// How much of two things that are counted each in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// So many bytes.
    Bytes(u64),
    /// So many of what is counted: packets.
    Things(u64),
}

/// How much of something in each second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rate {
    /// So many bytes.
    Bytes(u64),
    /// So many thousandths of what is counted: operations, packets.
    Counted(u64),
}

impl Parser<'_> {
    /// `3`, `1.5`: in thousandths.
    pub(super) fn decimal(&mut self) -> Parsed<Spanned<u64>> {
        let number = self.parts()?;
        self.scaled(&number, 1000)
    }

    /// `80%`, `7.5 %`, `80 percent`: in thousandths of a percent.
    pub(super) fn percent(&mut self) -> Parsed<Spanned<u64>> {
        let number = self.parts()?;
        if !self.accept_percent() {
            return Err(self.unexpected());
        }
        self.scaled(&number, 1000)
    }

    /// `80%`, or an amount as in [`Self::size`].
    pub(super) fn percent_or_size(&mut self) -> Parsed<Spanned<Amount>> {
        let number = self.parts()?;
        if self.accept_percent() {
            return Ok(self.scaled(&number, 1000)?.map(Amount::Percent));
        }
        Ok(self.bytes(&number)?.map(Amount::Plain))
    }

    /// `80%`, or a whole number.
    pub(super) fn percent_or_count(&mut self) -> Parsed<Spanned<Amount>> {
        let number = self.parts()?;
        if self.accept_percent() {
            return Ok(self.scaled(&number, 1000)?.map(Amount::Percent));
        }
        self.whole(&number)?;
        Ok(self.scaled(&number, 1)?.map(Amount::Plain))
    }

    /// `1 MB/s`, `1.5 kB per second`, `500 operations/s`; `counted` is the word for what is no
    /// byte. The time may be left out, as in the reference.
    pub(super) fn rate(&mut self, counted: Keyword) -> Parsed<Spanned<Rate>> {
        let number = self.parts()?;
        self.cut_before('/');
        let rate = if self.accept(counted) {
            self.scaled(&number, 1000)?.map(Rate::Counted)
        } else {
            self.bytes(&number)?.map(Rate::Bytes)
        };
        self.per_second()?;
        Ok(Spanned::new(rate.value, number.span.to(self.previous())))
    }

    /// `500 kB`, `1000 packets`: bytes, or a whole number of what is counted.
    pub(super) fn bytes_or(&mut self, counted: Keyword) -> Parsed<Spanned<Quantity>> {
        let number = self.parts()?;
        self.cut_before('/');
        if !self.accept(counted) {
            return Ok(self.bytes(&number)?.map(Quantity::Bytes));
        }
        self.whole(&number)?;
        Ok(self.scaled(&number, 1)?.map(Quantity::Things))
    }

    /// `/s`, `per second`, or nothing where nothing else can be meant.
    pub(super) fn skip_per_second(&mut self) -> Parsed {
        let token = self.peek();
        if self.text(token.span).starts_with('/') || self.at(Keyword::Seconds) {
            return self.per_second();
        }
        Ok(())
    }

    /// `10 pages/s`, `10 per second`: in thousandths.
    pub(super) fn count_per_second(&mut self, counted: Keyword) -> Parsed<Spanned<u64>> {
        let number = self.parts()?;
        self.cut_before('/');
        self.accept(counted);
        let value = self.scaled(&number, 1000)?;
        self.per_second()?;
        Ok(value)
    }

    /// `/s`, or `second` where a noise word `per` stands before it, or nothing: a rate is never by
    /// anything else.
    fn per_second(&mut self) -> Parsed {
        let token = self.peek();
        let unit = self.text(token.span).strip_prefix('/');
        let alone = unit == Some("");
        let none = unit.is_none();
        let glued = unit.is_some_and(|unit| Keyword::find(unit) == Some(Keyword::Seconds));
        if glued || alone {
            self.take();
        }
        if glued || (!alone && self.accept(Keyword::Seconds)) {
            return Ok(());
        }
        if alone {
            return self.expect(Keyword::Seconds).map(|_| ());
        }
        if none {
            return Ok(());
        }
        let error = Diagnostic::error(token.span, "rates are by the second");
        Err(self.error(error.note("write `1 MB/s`")))
    }

    /// `10 ms`, `1.5 milliseconds`, `2 seconds`: in microseconds. The unit is needed.
    pub(super) fn microseconds(&mut self) -> Parsed<Spanned<u64>> {
        let number = self.parts()?;
        let Some(milliseconds) = self.unit(TIME) else {
            return Err(self.unexpected());
        };
        self.scaled(&number, milliseconds * 1000)
    }

    /// `5`, `5 seconds`, `5s`, `1500 ms`, `1.5 hours`: any length of time, zero too.
    pub(super) fn duration(&mut self) -> Parsed<Spanned<Duration>> {
        let number = self.parts()?;
        let unit = self.unit(TIME);
        if unit.is_none() {
            self.whole(&number)?;
        }
        let factor = unit.unwrap_or(1000);
        let span = number.span.to(self.previous());
        match times(number.value, factor) {
            Some(milliseconds) if milliseconds / 1000 <= LONGEST_SECONDS => {
                Ok(Spanned::new(Duration::from_millis(milliseconds), span))
            }
            Some(_) | None => {
                Err(self.error(Diagnostic::error(span, "longer than a hundred years")))
            }
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

    /// `10 MB`, `1.5 GB`, `512 B`, `512`.
    pub(super) fn size(&mut self) -> Parsed<Spanned<u64>> {
        let number = self.parts()?;
        self.bytes(&number)
    }

    /// The bytes of a number whose unit, if it has one, is next.
    fn bytes(&mut self, number: &Spanned<(u64, u64)>) -> Parsed<Spanned<u64>> {
        let factor = self.unit(SIZE).unwrap_or(1);
        if factor == 1 {
            self.whole(number)?;
        }
        self.scaled(number, factor)
    }

    /// Complains about a part of what cannot be divided.
    fn whole(&mut self, number: &Spanned<(u64, u64)>) -> Parsed {
        if number.value.1 == 0 {
            return Ok(());
        }
        let message = format!("{} is no whole number", quoted(self.text(number.span)));
        Err(self.error(Diagnostic::error(number.span, message)))
    }

    /// `factor` times the number just read.
    fn scaled(&mut self, number: &Spanned<(u64, u64)>, factor: u64) -> Parsed<Spanned<u64>> {
        let span = number.span.to(self.previous());
        match times(number.value, factor) {
            Some(value) => Ok(Spanned::new(value, span)),
            None => Err(self.error(Diagnostic::error(span, "more than can be counted"))),
        }
    }

    fn accept_percent(&mut self) -> bool {
        self.accept_sign(Symbol::Percent) || self.accept(Keyword::Percent)
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

/// `factor` times a number with thousandths, rounded down.
fn times((whole, thousandths): (u64, u64), factor: u64) -> Option<u64> {
    let parts = thousandths.checked_mul(factor)? / 1000;
    whole.checked_mul(factor)?.checked_add(parts)
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;
    use crate::config::complaints::Complaints;
    use crate::config::memory::{CONTROL_FILE, Memory};
    use crate::config::parser::open;
    use crate::config::token::TokenKind;

    /// What `read` makes of all of `text`, or its complaint.
    fn read<T: Debug>(text: &str, read: fn(&mut Parser<'_>) -> Parsed<Spanned<T>>) -> String {
        let memory = Memory::new(text);
        let mut complaints = Complaints::default();
        let mut parser = open(CONTROL_FILE, &memory, &mut complaints).unwrap();
        let value = read(&mut parser);
        let end = parser.peek().kind == TokenKind::End;
        match value {
            Ok(value) if end => format!("{:?}", value.value),
            Ok(value) => format!("{:?} …", value.value),
            Err(_) => {
                let report = complaints.settle(None).unwrap_err();
                let first = report.errors[0].lines().next();
                first.unwrap_or_default().to_owned()
            }
        }
    }

    #[test]
    fn decimals() {
        let read = |text| read(text, |p| p.decimal());
        assert_eq!(read("3"), "3000");
        assert_eq!(read("0.05"), "50");
        assert_eq!(read("1.23456"), "1234");
        assert_eq!(read("1.5 x"), "1500 …");
        assert_eq!(read("1."), "error: `1.` is no number");
        assert_eq!(read("1.2.3"), "error: `1.2.3` is no number");
        assert_eq!(
            read("18446744073709551615"),
            "error: more than can be counted"
        );
        assert_eq!(
            read("18446744073709551616"),
            "error: a number this large is not possible"
        );
    }

    #[test]
    fn shares() {
        let read = |text| read(text, |p| p.percent());
        for text in ["80%", "80 %", "80 percent", "80percent", "80.0%"] {
            assert_eq!(read(text), "80000", "{text}");
        }
        assert_eq!(
            read("80"),
            "error: expected `%` or `percent`, but found the end of the file"
        );
    }

    #[test]
    fn amounts() {
        let read_size = |text| read(text, |p| p.percent_or_size());
        assert_eq!(read_size("7.5%"), "Percent(7500)");
        for text in ["1.5 GB", "1.5GB", "1536 mb", "1536Megabytes"] {
            assert_eq!(read_size(text), "Plain(1610612736)", "{text}");
        }
        assert_eq!(read_size("1 TB"), "Plain(1099511627776)");
        assert_eq!(read_size("20000000 TB"), "error: more than can be counted");
        assert_eq!(read_size("1.5"), "error: `1.5` is no whole number");
        let read_count = |text| read(text, |p| p.percent_or_count());
        assert_eq!(read_count("5000"), "Plain(5000)");
        assert_eq!(read_count("90 %"), "Percent(90000)");
        assert_eq!(read_count("0.5"), "error: `0.5` is no whole number");
    }

    #[test]
    fn rates() {
        let read = |text| read(text, |p| p.rate(Keyword::Operations));
        for text in [
            "1 MB/s",
            "1MB/s",
            "1024 kB/second",
            "1 MB / s",
            "1 MB per second",
        ] {
            assert_eq!(read(text), "Bytes(1048576)", "{text}");
        }
        assert_eq!(read("1.5 kB/s"), "Bytes(1536)");
        assert_eq!(read("512/s"), "Bytes(512)");
        assert_eq!(read("500 operations/s"), "Counted(500000)");
        assert_eq!(read("0.5 operations per second"), "Counted(500)");
        assert_eq!(read("1 MB"), "Bytes(1048576)");
        assert_eq!(read("5 operations"), "Counted(5000)");
        assert_eq!(read("1 MB/m"), "error: rates are by the second");
        assert_eq!(
            read("1 MB/"),
            "error: expected `seconds`, but found the end of the file"
        );
    }

    #[test]
    fn short_times() {
        let read = |text| read(text, |p| p.microseconds());
        assert_eq!(read("5 ms"), "5000");
        assert_eq!(read("1.5 milliseconds"), "1500");
        assert_eq!(read("2s"), "2000000");
        assert!(read("5").starts_with("error: expected `milliseconds`"));
    }

    #[test]
    fn times() {
        let read = |text| read(text, |p| p.duration());
        assert_eq!(read("1.5 hours"), "5400s");
        assert_eq!(read("3days"), "259200s");
        assert_eq!(read("2 months"), "5356800s");
        assert_eq!(read("1500 ms"), "1.5s");
        assert_eq!(read("7"), "7s");
    }
}
