//! Short times in the words of logs and status texts.

use std::fmt;

/// `0.330 ms`, `100 ms`, `1.504 s`, `1.500 m`: three decimals, unless there is nothing behind the
/// point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed(
    /// Microseconds.
    pub u64,
);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 3] = [(3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s")];
        let fits = |(size, _): &&(u64, &str)| self.0 >= *size;
        let (size, unit) = UNITS.iter().find(fits).copied().unwrap_or((1000, "ms"));
        let (whole, rest) = (self.0 / size, self.0 % size);
        match rest {
            0 => write!(f, "{whole} {unit}"),
            _ => write!(f, "{whole}.{:03} {unit}", rest * 1000 / size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Elapsed;

    #[test]
    fn times_as_the_reference_shows_them() {
        for (microseconds, text) in [
            (0, "0 ms"),
            (19, "0.019 ms"),
            (330, "0.330 ms"),
            (12_740, "12.740 ms"),
            (100_000, "100 ms"),
            (999_999, "999.999 ms"),
            (1_000_000, "1 s"),
            (1_504_300, "1.504 s"),
            (90_000_000, "1.500 m"),
            (4_000_000_000, "1.111 h"),
        ] {
            assert_eq!(Elapsed(microseconds).to_string(), text);
        }
    }
}
