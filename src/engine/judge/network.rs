//! Tests of a network interface.
//!
//! Of one that is down nothing else is judged: it has one event, not ten.

use crate::model::{Comparison, Direction, Limit, NetworkTest, Span, Traffic};
use crate::reading::{Amount, Counters, Duplex, LinkFigures, NetworkReading};

use super::{Base, Finding, change, verdict};

/// Judges one test; `None` where nothing can be said, or not yet.
pub(super) fn judge(
    test: &NetworkTest,
    reading: &NetworkReading,
    base: &mut Option<Base>,
) -> Option<Finding> {
    match (test, reading) {
        (NetworkTest::LinkDown, NetworkReading::Unknown(why)) => {
            let text = format!("link data collection failed -- {why}");
            Some(Finding::Failed(text))
        }
        (NetworkTest::LinkDown, NetworkReading::Down) => Some(Finding::Failed("link down".into())),
        (NetworkTest::LinkDown, NetworkReading::Up(link)) => Some(errors(link)),
        (NetworkTest::LinkUp, NetworkReading::Up(_)) => Some(Finding::Failed("link up".into())),
        (NetworkTest::LinkUp, NetworkReading::Down | NetworkReading::Unknown(_)) => {
            Some(Finding::Passed("link down".into()))
        }
        (NetworkTest::CapacityChanged, NetworkReading::Up(link)) => Some(capacity(link, base)),
        (NetworkTest::Saturation(limit), NetworkReading::Up(link)) => saturation(*limit, link),
        (NetworkTest::Rate(traffic, limit), NetworkReading::Up(link)) => {
            rate(*traffic, *limit, link)
        }
        (NetworkTest::Total(traffic, span, limit), NetworkReading::Up(link)) => {
            total(*traffic, *span, *limit, link)
        }
        (
            NetworkTest::CapacityChanged
            | NetworkTest::Saturation(_)
            | NetworkTest::Rate(..)
            | NetworkTest::Total(..),
            NetworkReading::Down | NetworkReading::Unknown(_),
        )
        | (_, NetworkReading::Unread(_)) => None,
    }
}

/// A link that is up may still be broken: damaged packets count as down (manual, "Link status").
fn errors(link: &LinkFigures) -> Finding {
    let Counters { download, upload } = link.rates.unwrap_or_default();
    let told: Vec<String> = [(upload, "upload"), (download, "download")]
        .into_iter()
        .filter(|(flow, _)| flow.errors > 0)
        .map(|(flow, way)| format!("{} {way} errors detected", flow.errors))
        .collect();
    verdict(told.is_empty(), || "link up".into(), || told.join(", "))
}

fn capacity(link: &LinkFigures, base: &mut Option<Base>) -> Finding {
    let Some(speed) = link.speed else {
        return Finding::Unavailable("link capacity");
    };
    let found = Base::Number(encode(speed, link.duplex));
    let megabits = speed / MEGABIT;
    let mode = link.duplex.map_or("unknown", Duplex::word);
    let same =
        || format!("link speed has not changed since last cycle [current speed = {megabits} Mb/s]");
    change(base, found, same, |was| {
        let (old_speed, old_duplex) = if let Base::Number(number) = was {
            (number / 4, number % 4)
        } else {
            (0, 0)
        };
        let mut told = Vec::new();
        if old_duplex != encode(speed, link.duplex) % 4 {
            told.push(format!("link mode is now {mode}-duplex"));
        }
        if old_speed != megabits {
            told.push(format!("link speed changed to {megabits} Mb/s"));
        }
        told.join(", ")
    })
}

const MEGABIT: u64 = 1_000_000;

/// A capacity as one number, for the saved state: Mb/s, and what is known of the mode.
const fn encode(speed: u64, duplex: Option<Duplex>) -> u64 {
    let mode = match duplex {
        None => 0,
        Some(Duplex::Half) => 1,
        Some(Duplex::Full) => 2,
    };
    speed / MEGABIT * 4 + mode
}

/// The way that is used more; a link that carries one way at a time has but one figure.
fn saturation(limit: Limit, link: &LinkFigures) -> Option<Finding> {
    if link.speed.is_none() {
        return Some(Finding::Unavailable("link saturation"));
    }
    let [download, upload] = link.saturation()?;
    let (way, used) = match link.duplex {
        Some(Duplex::Half) => ("", download),
        Some(Duplex::Full) | None if limit.holds(download) && !limit.holds(upload) => {
            ("download ", download)
        }
        Some(Duplex::Full) | None if limit.holds(upload) && !limit.holds(download) => {
            ("upload ", upload)
        }
        Some(Duplex::Full) | None if download > upload => ("download ", download),
        Some(Duplex::Full) | None => ("upload ", upload),
    };
    let (found, bound) = (Amount(used, PERCENT), Amount(limit.value, PERCENT));
    Some(verdict(
        !limit.holds(used),
        || format!("link {way}saturation check succeeded [current {way}saturation {found}]"),
        || {
            let sign = limit.comparison.symbol();
            format!("link {way}saturation of {found} matches limit [saturation {sign} {bound}]")
        },
    ))
}

const PERCENT: crate::model::Unit = crate::model::Unit::Percent;

fn rate(traffic: Traffic, limit: Limit, link: &LinkFigures) -> Option<Finding> {
    if link.carried.is_none() {
        return Some(Finding::Unavailable(traffic.direction.word()));
    }
    let measured = figure(traffic, &link.rates?);
    Some(volume("", traffic, limit, measured, "1 second"))
}

/// A total that has not been counted for its whole time is judged only where what is missing could
/// not change the verdict.
fn total(traffic: Traffic, span: Span, limit: Limit, link: &LinkFigures) -> Option<Finding> {
    if link.carried.is_none() {
        return Some(Finding::Unavailable(traffic.direction.word()));
    }
    let is_ours = |total: &&crate::reading::Total| total.span == span.duration();
    let total = link.totals.iter().find(is_ours)?;
    let measured = figure(traffic, &total.carried);
    let is_sure = match limit.comparison {
        Comparison::Greater | Comparison::GreaterOrEqual => true,
        Comparison::Less | Comparison::LessOrEqual => !limit.holds(measured),
        Comparison::Equal | Comparison::NotEqual => false,
    };
    if !is_sure && !total.is_complete {
        return None;
    }
    let time = match span {
        Span::Minutes(minutes) => format!("{minutes} minute"),
        Span::Hours(hours) => format!("{hours} hour"),
    };
    Some(volume("total ", traffic, limit, measured, &time))
}

const fn figure(traffic: Traffic, counters: &Counters) -> u64 {
    let flow = match traffic.direction {
        Direction::Download => counters.download,
        Direction::Upload => counters.upload,
    };
    if traffic.packets {
        flow.packets
    } else {
        flow.bytes
    }
}

/// The reference's words: `rate` stands where bytes are counted.
fn volume(total: &str, traffic: Traffic, limit: Limit, measured: u64, time: &str) -> Finding {
    let way = traffic.direction.word();
    let (packets, rate) = if traffic.packets {
        (" packets", " packets")
    } else {
        ("", " rate")
    };
    let (found, bound) = (
        Amount(measured, traffic.unit()),
        Amount(limit.value, traffic.unit()),
    );
    verdict(
        !limit.holds(measured),
        || {
            format!(
                "{total}{way}{packets} check succeeded [current {way}{rate} {found} in last {time}]"
            )
        },
        || {
            let sign = limit.comparison.symbol();
            format!(
                "{total}{way}{packets} {found} matches limit [{way}{rate} {sign} {bound} in last \
                 {time}]"
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{Flow, Total};

    const MB: u64 = 1 << 20;

    fn flow(bytes: u64, packets: u64, errors: u64) -> Flow {
        Flow {
            bytes,
            packets,
            errors,
        }
    }

    /// Much comes in, little goes out.
    fn busy() -> LinkFigures {
        let rates = Counters {
            download: flow(22_439_526, 1049, 0),
            upload: flow(68_608, 291, 0),
        };
        let carried = Counters {
            download: flow(314_782_515, 15_399, 0),
            upload: flow(161_997, 212, 0),
        };
        let total = |span: Span, is_complete| Total {
            span: span.duration(),
            carried,
            is_complete,
        };
        LinkFigures {
            speed: Some(1000 * MEGABIT),
            duplex: Some(Duplex::Full),
            carried: Some(carried),
            rates: Some(rates),
            totals: vec![
                total(Span::Minutes(1), true),
                total(Span::Hours(2), false),
                total(Span::Hours(24), false),
            ],
        }
    }

    fn limit(comparison: Comparison, value: u64) -> Limit {
        Limit { comparison, value }
    }

    fn traffic(direction: Direction, packets: bool) -> Traffic {
        Traffic { direction, packets }
    }

    fn found(test: NetworkTest, link: LinkFigures) -> Option<Finding> {
        judge(&test, &NetworkReading::Up(Box::new(link)), &mut None)
    }

    fn failed(text: &str) -> Option<Finding> {
        Some(Finding::Failed(text.into()))
    }

    fn passed(text: &str) -> Option<Finding> {
        Some(Finding::Passed(text.into()))
    }

    /// The texts of the reference's `collector/events.tsv`.
    #[test]
    fn traffic_in_the_reference_s_words() {
        use Comparison::Greater;
        use Direction::{Download, Upload};
        let rate = |direction, packets, value| {
            let test = NetworkTest::Rate(traffic(direction, packets), limit(Greater, value));
            found(test, busy())
        };
        let total = |direction, packets, span, value| {
            let limit = limit(Greater, value);
            found(
                NetworkTest::Total(traffic(direction, packets), span, limit),
                busy(),
            )
        };
        assert_eq!(
            rate(Download, false, MB),
            failed("download 21.4 MB matches limit [download rate > 1 MB in last 1 second]")
        );
        assert_eq!(
            rate(Upload, false, MB),
            passed("upload check succeeded [current upload rate 67 kB in last 1 second]")
        );
        assert_eq!(
            rate(Download, true, 400),
            failed("download packets 1049 matches limit [download packets > 400 in last 1 second]")
        );
        assert_eq!(
            rate(Upload, true, 400),
            passed("upload packets check succeeded [current upload packets 291 in last 1 second]")
        );
        assert_eq!(
            total(Download, false, Span::Hours(2), 3 * MB),
            failed("total download 300.2 MB matches limit [download rate > 3 MB in last 2 hour]")
        );
        assert_eq!(
            total(Upload, false, Span::Minutes(1), MB),
            passed("total upload check succeeded [current upload rate 158.2 kB in last 1 minute]")
        );
        assert_eq!(
            total(Download, true, Span::Hours(24), 1000),
            failed(
                "total download packets 15399 matches limit [download packets > 1000 in last 24 \
                 hour]"
            )
        );
        assert_eq!(
            total(Upload, true, Span::Minutes(1), 1000),
            passed(
                "total upload packets check succeeded [current upload packets 212 in last 1 \
                 minute]"
            )
        );
    }

    #[test]
    fn a_total_that_is_not_whole_yet() {
        let total = |comparison, value, span| {
            let traffic = traffic(Direction::Upload, true);
            found(
                NetworkTest::Total(traffic, span, limit(comparison, value)),
                busy(),
            )
        };
        let hours = Span::Hours(2);
        assert_eq!(total(Comparison::Less, 1000, hours), None);
        assert_eq!(total(Comparison::Equal, 212, hours), None);
        assert!(matches!(
            total(Comparison::Less, 100, hours),
            Some(Finding::Passed(_))
        ));
        assert!(matches!(
            total(Comparison::GreaterOrEqual, 212, hours),
            Some(Finding::Failed(_))
        ));
        let minute = Span::Minutes(1);
        assert!(matches!(
            total(Comparison::Less, 1000, minute),
            Some(Finding::Failed(_))
        ));
    }

    #[test]
    fn links_that_are_down_or_gone_have_one_event() {
        let gone = NetworkReading::Unknown("Address 192.0.2.1 not found".into());
        let down = NetworkReading::Down;
        let judge = |test, reading| judge(&test, reading, &mut None);
        assert_eq!(judge(NetworkTest::LinkDown, &down), failed("link down"));
        let text = "link data collection failed -- Address 192.0.2.1 not found";
        assert_eq!(judge(NetworkTest::LinkDown, &gone), failed(text));
        assert_eq!(judge(NetworkTest::LinkUp, &down), passed("link down"));
        assert_eq!(judge(NetworkTest::LinkUp, &gone), passed("link down"));
        let any = limit(Comparison::GreaterOrEqual, 0);
        let upload = traffic(Direction::Upload, false);
        for test in [
            NetworkTest::CapacityChanged,
            NetworkTest::Saturation(any),
            NetworkTest::Rate(upload, any),
            NetworkTest::Total(upload, Span::Minutes(1), any),
        ] {
            assert_eq!(judge(test, &down), None);
            assert_eq!(judge(test, &gone), None);
        }
    }

    #[test]
    fn links_that_are_up() {
        assert_eq!(found(NetworkTest::LinkDown, busy()), passed("link up"));
        assert_eq!(found(NetworkTest::LinkUp, busy()), failed("link up"));
        let mut bad = busy();
        bad.rates = Some(Counters {
            download: flow(1, 1, 3),
            upload: flow(1, 1, 0),
        });
        let text = "3 download errors detected";
        assert_eq!(found(NetworkTest::LinkDown, bad.clone()), failed(text));
        bad.rates = Some(Counters {
            download: flow(1, 1, 3),
            upload: flow(1, 1, 2),
        });
        let text = "2 upload errors detected, 3 download errors detected";
        assert_eq!(found(NetworkTest::LinkDown, bad.clone()), failed(text));
        // The first look tells no rates.
        bad.rates = None;
        assert_eq!(found(NetworkTest::LinkDown, bad.clone()), passed("link up"));
        let any = limit(Comparison::GreaterOrEqual, 0);
        let rate = NetworkTest::Rate(traffic(Direction::Upload, false), any);
        assert_eq!(found(rate, bad.clone()), None);
        assert_eq!(found(NetworkTest::Saturation(any), bad.clone()), None);
        bad.carried = None;
        assert_eq!(found(rate, bad), Some(Finding::Unavailable("upload")));
    }

    #[test]
    fn saturation_of_either_way() {
        let saturated = |value, duplex| {
            let link = LinkFigures { duplex, ..busy() };
            found(
                NetworkTest::Saturation(limit(Comparison::Greater, value)),
                link,
            )
        };
        let full = Some(Duplex::Full);
        let text = "link download saturation of 18.0% matches limit [saturation > 5.0%]";
        assert_eq!(saturated(5000, full), failed(text));
        assert_eq!(saturated(5000, None), failed(text));
        let text = "link download saturation check succeeded [current download saturation 18.0%]";
        assert_eq!(saturated(50_000, full), passed(text));
        let text = "link saturation of 18.0% matches limit [saturation > 5.0%]";
        assert_eq!(saturated(5000, Some(Duplex::Half)), failed(text));
        let text = "link saturation check succeeded [current saturation 18.0%]";
        assert_eq!(saturated(50_000, Some(Duplex::Half)), passed(text));
        // The way that is nearly idle is the one below the limit.
        let low = NetworkTest::Saturation(limit(Comparison::Less, 1000));
        let text = "link upload saturation of 0.1% matches limit [saturation < 1.0%]";
        assert_eq!(found(low, busy()), failed(text));
        let link = LinkFigures {
            speed: None,
            ..busy()
        };
        let missing = Some(Finding::Unavailable("link saturation"));
        assert_eq!(found(low, link), missing);
    }

    #[test]
    fn capacity_and_its_change() {
        let mut base = None;
        let mut look = |speed: Option<u64>, duplex| {
            let link = LinkFigures {
                speed: speed.map(|megabits| megabits * MEGABIT),
                duplex,
                ..LinkFigures::default()
            };
            let reading = NetworkReading::Up(Box::new(link));
            judge(&NetworkTest::CapacityChanged, &reading, &mut base)
        };
        let changed = |text: &str| Some(Finding::Changed(text.into()));
        let (full, half) = (Some(Duplex::Full), Some(Duplex::Half));
        assert!(matches!(
            look(Some(1000), full),
            Some(Finding::Unchanged(_))
        ));
        assert!(matches!(
            look(Some(1000), full),
            Some(Finding::Unchanged(_))
        ));
        assert_eq!(
            look(Some(100), full),
            changed("link speed changed to 100 Mb/s")
        );
        assert_eq!(
            look(Some(100), half),
            changed("link mode is now half-duplex")
        );
        assert_eq!(
            look(Some(10), full),
            changed("link mode is now full-duplex, link speed changed to 10 Mb/s")
        );
        assert_eq!(
            look(None, None),
            Some(Finding::Unavailable("link capacity"))
        );
        assert!(matches!(look(Some(10), full), Some(Finding::Unchanged(_))));
    }
}
