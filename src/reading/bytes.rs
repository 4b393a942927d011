//! A number of bytes in the words of logs and status texts.

use std::fmt;

/// `0 B`, `49.9 kB`, `20 kB`, `3.6 GB`: powers of 1024, one decimal unless the number is whole
/// (reference F39).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(
    /// How many.
    pub u64,
);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
        if self.0 < 1024 {
            return write!(f, "{} B", self.0);
        }
        let mut size = 1024u64;
        let mut unit = 0;
        while unit + 1 < UNITS.len() && self.0 / size >= 1024 {
            size *= 1024;
            unit += 1;
        }
        if self.0 % size == 0 {
            return write!(f, "{} {}", self.0 / size, UNITS[unit]);
        }
        // In integers, rounded to the nearest tenth: no float formatting in the small binary.
        let tenths = (u128::from(self.0) * 10 + u128::from(size) / 2) / u128::from(size);
        write!(f, "{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn bytes_as_the_status_text_shows_them() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 kB"),
            (20_480, "20 kB"),
            (51_098, "49.9 kB"),
            (8_912_896, "8.5 MB"),
            (10_485_760, "10 MB"),
            (3_865_470_566, "3.6 GB"),
            (u64::MAX, "16.0 EB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }
}
