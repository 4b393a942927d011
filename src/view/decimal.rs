//! Numbers with a fixed number of decimals, written in integers: the general float printer of the
//! standard library is larger than all of these pages.

use std::fmt;

/// `Decimal(2.449, 1)` is `2.4`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal(pub(super) f64, pub(super) u32);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, places) = *self;
        let scale = 10u64.pow(places);
        let sign = if value < 0.0 { "-" } else { "" };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "saturates, and what is no number becomes zero"
        )]
        let scaled = (value.abs() * scale as f64).round() as u64;
        let (whole, fraction) = (scaled / scale, scaled % scale);
        write!(
            f,
            "{sign}{whole}.{fraction:0width$}",
            width = places as usize
        )
    }
}

/// `part` of `whole` in percent; zero where there is no whole.
pub(super) fn percent(part: u64, whole: u64) -> Decimal {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let share = if whole == 0 {
        0.0
    } else {
        part as f64 * 100.0 / whole as f64
    };
    Decimal(share, 1)
}

/// Microseconds as milliseconds with three decimals.
#[expect(clippy::cast_precision_loss, reason = "three decimals are shown")]
pub(super) fn milliseconds(microseconds: u64) -> Decimal {
    Decimal(microseconds as f64 / 1000.0, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals() {
        for (value, places, text) in [
            (0.0, 1, "0.0"),
            (2.449, 1, "2.4"),
            (99.96, 1, "100.0"),
            (-1.0, 1, "-1.0"),
            (1.84, 2, "1.84"),
            (0.005_293, 6, "0.005293"),
            (f64::NAN, 1, "0.0"),
        ] {
            assert_eq!(Decimal(value, places).to_string(), text);
        }
        assert_eq!(percent(1, 3).to_string(), "33.3");
        assert_eq!(percent(1, 0).to_string(), "0.0");
    }
}
