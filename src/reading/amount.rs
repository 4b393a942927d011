//! A number with its unit in the words of logs and status texts.

use std::fmt;

use super::{Bytes, Elapsed};
use crate::model::Unit;

/// `95.8%`, `613.1 MB`, `5`, `45.7 operations/s`: one decimal for what is no whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(
    /// How much, in the unit.
    pub u64,
    /// Of what.
    pub Unit,
);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, unit) = *self;
        match unit {
            Unit::Percent => write!(f, "{}%", Thousandths(value, 1)),
            Unit::Thousandth => Thousandths(value, 1).fmt(f),
            Unit::Count => value.fmt(f),
            Unit::Bytes => Bytes(value).fmt(f),
            Unit::BytesPerSecond => write!(f, "{}/s", Bytes(value)),
            Unit::PerSecond(what) => write!(f, "{} {what}/s", Thousandths(value, 1)),
            Unit::MillisecondsPerOperation => write!(f, "{}/operation", Elapsed(value)),
            Unit::Seconds => write!(f, "{value} s"),
        }
    }
}

/// Thousandths with so many decimals, at most three, rounded to the nearest.
struct Thousandths(u64, u32);

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, decimals) = *self;
        let (step, scale) = (10u64.pow(3 - decimals), 10u64.pow(decimals));
        let rounded = value.saturating_add(step / 2) / step;
        let (whole, rest) = (rounded / scale, rounded % scale);
        let width = decimals as usize;
        write!(f, "{whole}.{rest:0width$}")
    }
}

/// A limit with its unit: as [`Amount`], but what is whole and counted in each second has no
/// decimal (reference collector/events.tsv: `read > 2 operations/s`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound(
    /// How much, in the unit.
    pub u64,
    /// Of what.
    pub Unit,
);

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self(value, Unit::PerSecond(what)) if value % 1000 == 0 => {
                write!(f, "{} {what}/s", value / 1000)
            }
            Self(value, unit) => Amount(value, unit).fmt(f),
        }
    }
}

/// A measured number in thousandths; what is negative or no number is zero.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, which is what is wanted"
)]
pub fn thousandths(measured: f64) -> u64 {
    (measured * 1000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_events_show_them() {
        for (value, unit, text) in [
            (95_849, Unit::Percent, "95.8%"),
            (95_850, Unit::Percent, "95.9%"),
            (0, Unit::Percent, "0.0%"),
            (1_250, Unit::Thousandth, "1.3"),
            (5, Unit::Count, "5"),
            (642_842_624, Unit::Bytes, "613.1 MB"),
            (0, Unit::BytesPerSecond, "0 B/s"),
            (102_400, Unit::BytesPerSecond, "100 kB/s"),
            (45_700, Unit::PerSecond("operations"), "45.7 operations/s"),
            (1_561, Unit::MillisecondsPerOperation, "1.561 ms/operation"),
            (0, Unit::MillisecondsPerOperation, "0 ms/operation"),
            (5_000_000, Unit::MillisecondsPerOperation, "5 s/operation"),
            (90, Unit::Seconds, "90 s"),
        ] {
            assert_eq!(Amount(value, unit).to_string(), text);
        }
    }

    #[test]
    fn measured_numbers_in_thousandths() {
        for (measured, thousand) in [(0.0, 0), (95.8494, 95_849), (-1.0, 0), (f64::NAN, 0)] {
            assert_eq!(thousandths(measured), thousand);
        }
        assert_eq!(thousandths(f64::INFINITY), u64::MAX);
    }
}
