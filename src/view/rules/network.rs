//! Tests of a network interface in words.

use crate::model::{Limit, NetworkTest, Span, Unit};
use crate::reading::Amount;

/// `total download > 1 GB in last 2 hours`.
pub(super) fn words(test: &NetworkTest) -> String {
    match *test {
        NetworkTest::LinkDown => "link down".into(),
        NetworkTest::LinkUp => "link up".into(),
        NetworkTest::CapacityChanged => "changed link capacity".into(),
        NetworkTest::Saturation(limit) => format!("saturation {}", bound(limit, Unit::Percent)),
        NetworkTest::Rate(traffic, limit) => {
            let packets = if traffic.packets { " packets" } else { "" };
            let (way, bound) = (traffic.direction.word(), bound(limit, traffic.unit()));
            format!("{way} {bound}{packets}/s")
        }
        NetworkTest::Total(traffic, span, limit) => {
            let packets = if traffic.packets { " packets" } else { "" };
            let (way, bound) = (traffic.direction.word(), bound(limit, traffic.unit()));
            let (count, unit) = match span {
                Span::Minutes(minutes) => (minutes, "minutes"),
                Span::Hours(hours) => (hours, "hours"),
            };
            format!("total {way} {bound}{packets} in last {count} {unit}")
        }
    }
}

fn bound(limit: Limit, unit: Unit) -> String {
    format!(
        "{} {}",
        limit.comparison.symbol(),
        Amount(limit.value, unit)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Comparison, Direction, Traffic};

    #[test]
    fn as_the_control_file_says_it() {
        let limit = |value| Limit {
            comparison: Comparison::Greater,
            value,
        };
        let traffic = |packets| Traffic {
            direction: Direction::Download,
            packets,
        };
        for (test, text) in [
            (NetworkTest::LinkDown, "link down"),
            (NetworkTest::LinkUp, "link up"),
            (NetworkTest::CapacityChanged, "changed link capacity"),
            (NetworkTest::Saturation(limit(90_000)), "saturation > 90.0%"),
            (
                NetworkTest::Rate(traffic(false), limit(512_000)),
                "download > 500 kB/s",
            ),
            (
                NetworkTest::Rate(traffic(true), limit(7)),
                "download > 7 packets/s",
            ),
            (
                NetworkTest::Total(traffic(true), Span::Minutes(90), limit(7)),
                "total download > 7 packets in last 90 minutes",
            ),
            (
                NetworkTest::Total(traffic(false), Span::Hours(24), limit(1 << 30)),
                "total download > 1 GB in last 24 hours",
            ),
        ] {
            assert_eq!(words(&test), text);
        }
    }
}
