//! The texts of a control group, in both of the kernel's versions of them.
//!
//! Inside a container they say what there is: the limits of its group are the totals there.

use std::time::Duration;

/// `memory.max`, `memory.limit_in_bytes` and the counters beside them: bytes; `None` where there
/// is no limit. Version 1 has no word for that but a number larger than any machine, which whoever
/// compares it with the machine's own will find too large.
pub fn parse_group_bytes(text: &[u8]) -> Option<u64> {
    word(text, 0)?.parse().ok()
}

/// `cpu.max`: how many processors' time may be used, in thousandths; `None` for no limit.
pub fn parse_cpu_max(text: &[u8]) -> Option<u64> {
    processors(word(text, 0)?, word(text, 1)?)
}

/// The same of version 1: `cpu.cfs_quota_us`, which is -1 for no limit, and `cpu.cfs_period_us`.
pub fn parse_cfs(quota: &[u8], period: &[u8]) -> Option<u64> {
    processors(word(quota, 0)?, word(period, 0)?)
}

fn processors(quota: &str, period: &str) -> Option<u64> {
    let (quota, period): (u64, u64) = (quota.parse().ok()?, period.parse().ok()?);
    quota.checked_mul(1000)?.checked_div(period)
}

/// The share, in percent, of the time that `processors` thousandths of a processor have in
/// `elapsed`, if so many microseconds were spent.
pub fn group_share(spent_micros: u64, elapsed: Duration, processors: u64) -> Option<f64> {
    let capacity = elapsed.as_secs_f64() * processors as f64 * 1000.0;
    (capacity > 0.0).then(|| 100.0 * spent_micros as f64 / capacity)
}

/// The number behind `key` in a text of one `key number` a line: `memory.stat`, `cpu.stat`,
/// `/proc/vmstat`.
pub fn keyed(text: &[u8], key: &str) -> Option<u64> {
    text.split(|&byte| byte == b'\n').find_map(|line| {
        let (label, value) = std::str::from_utf8(line).ok()?.split_once(' ')?;
        (label == key).then(|| value.trim().parse().ok())?
    })
}

fn word(text: &[u8], index: usize) -> Option<&str> {
    let text = std::str::from_utf8(text).ok()?;
    text.split_ascii_whitespace().nth(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_memory() {
        for (text, bytes) in [
            ("536870912\n", Some(536_870_912)),
            ("9223372036854771712\n", Some(9_223_372_036_854_771_712)),
            ("max\n", None),
            ("-1\n", None),
            ("", None),
        ] {
            assert_eq!(parse_group_bytes(text.as_bytes()), bytes, "{text}");
        }
    }

    #[test]
    fn limits_of_processors() {
        for (text, thousandths) in [
            ("200000 100000\n", Some(2000)),
            ("50000 100000\n", Some(500)),
            ("max 100000\n", None),
            ("max\n", None),
            ("1 0\n", None),
            ("", None),
        ] {
            assert_eq!(parse_cpu_max(text.as_bytes()), thousandths, "{text}");
        }
        assert_eq!(parse_cfs(b"150000\n", b"100000\n"), Some(1500));
        assert_eq!(parse_cfs(b"-1\n", b"100000\n"), None);
        assert_eq!(parse_cfs(b"1\n", b"\n"), None);
    }

    #[test]
    fn shares() {
        let share = |micros, processors| group_share(micros, Duration::from_secs(2), processors);
        assert_eq!(share(500_000, 500), Some(50.0));
        assert_eq!(share(4_000_000, 4000), Some(50.0));
        assert_eq!(share(1, 0), None);
    }

    #[test]
    fn keys() {
        let text = b"anon 1\ninactive_file 42\ninactive_file_2 9\n\xff 1\ncut";
        assert_eq!(keyed(text, "inactive_file"), Some(42));
        assert_eq!(keyed(text, "inactive"), None);
        assert_eq!(keyed(text, "cut"), None);
    }
}
