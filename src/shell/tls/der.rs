//! DER, as little of it as a certificate needs: tags, lengths and dates (ITU-T X.690).

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
pub(super) const CONSTRUCTED: u8 = 0x20;
pub(super) const SEQUENCE: u8 = CONSTRUCTED | 0x10;
pub(super) const CONTEXT: u8 = 0x80;

/// One value: its tag and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
}

/// A walk over values that follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Der<'a> {
    rest: &'a [u8],
}

impl<'a> Der<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next value; `None` at the end and where no whole value follows.
    pub(super) fn next(&mut self) -> Option<Value<'a>> {
        let (&tag, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // Up to three bytes of length: a certificate is below 16 MiB. 0x80 is BER's "until the
            // end mark", which DER does not have.
            0x81..=0x83 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = length
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                (length, rest)
            }
            0x80 | 0x84..=0xff => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Value { tag, content })
    }

    /// The content of the next value, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next()
            .filter(|value| value.tag == tag)
            .map(|value| value.content)
    }

    /// Steps over the next value if it has this tag.
    pub(super) fn skip_if(&mut self, tag: u8) {
        if self.rest.first() == Some(&tag) {
            self.next();
        }
    }
}

/// A certificate's date as seconds since 1970. RFC 5280 section 4.1.2.5: both forms end in `Z`,
/// have seconds and no fractions; a two-digit year below 50 is in this century.
pub(super) fn unix_seconds(value: Value<'_>) -> Option<i64> {
    let (&last, digits) = value.content.split_last()?;
    if last != b'Z' || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |part: &[u8]| {
        part.iter()
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
    };
    let (year, rest) = match (value.tag, digits.len()) {
        (UTC_TIME, 12) => {
            let year = number(&digits[..2]);
            (year + if year < 50 { 2000 } else { 1900 }, &digits[2..])
        }
        (GENERALIZED_TIME, 14) => (number(&digits[..4]), &digits[4..]),
        (_, _) => return None,
    };
    let part = |index: usize| number(&rest[index * 2..index * 2 + 2]);
    let (month, day) = (part(0), part(1));
    let (hour, minute, second) = (part(2), part(3), part(4));
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    let is_time = hour < 24 && minute < 60 && second <= 60;
    (is_date && is_time)
        .then(|| days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days between 1970-01-01 and a date (Howard Hinnant's `days_from_civil`).
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_short_long_and_wrong() {
        let content = |bytes: &'static [u8]| Der::new(bytes).expect(INTEGER);
        assert_eq!(content(&[2, 1, 7]), Some(&[7][..]));
        assert_eq!(content(&[2, 0x81, 1, 7]), Some(&[7][..]));
        assert_eq!(content(&[2, 0x83, 0, 0, 1, 7]), Some(&[7][..]));
        assert_eq!(content(&[3, 1, 7]), None);
        assert_eq!(content(&[2, 2, 7]), None);
        assert_eq!(content(&[2, 0x80, 7]), None);
        assert_eq!(content(&[2, 0x84, 0, 0, 0, 1, 7]), None);
        assert_eq!(content(&[2, 0x83, 0xff, 0xff, 0xff, 7]), None);
        assert_eq!(content(&[2]), None);
        assert_eq!(content(&[]), None);
    }

    #[test]
    fn dates_of_both_forms() {
        let utc = |text: &'static str| {
            unix_seconds(Value {
                tag: UTC_TIME,
                content: text.as_bytes(),
            })
        };
        let general = |text: &'static str| {
            unix_seconds(Value {
                tag: GENERALIZED_TIME,
                content: text.as_bytes(),
            })
        };
        assert_eq!(utc("700101000000Z"), Some(0));
        assert_eq!(utc("000229000000Z"), Some(951_782_400));
        assert_eq!(utc("380119031408Z"), Some(2_147_483_648));
        assert_eq!(utc("500101000000Z"), Some(-631_152_000));
        assert_eq!(general("21000301000000Z"), Some(4_107_542_400));
        for wrong in ["", "Z", "7001010000Z", "701301000000Z", "700100000000Z"] {
            assert_eq!(utc(wrong), None, "{wrong}");
        }
        assert_eq!(utc("700101000000+0100"), None);
        assert_eq!(utc("700101240000Z"), None);
        assert_eq!(utc("70010100000xZ"), None);
        assert_eq!(general("700101000000Z"), None);
    }
}
