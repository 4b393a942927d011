//! `check network` and its tests.

use super::{ok, service};
use crate::config::memory::Memory;
use crate::model::{
    Action, Comparison, Direction, Limit, Model, NetworkTarget, NetworkTest, Span, Subject, Test,
    Traffic,
};

fn tests(model: &Model) -> Vec<NetworkTest> {
    let test = |test: &Test| match test {
        Test::Network(test) => *test,
        other => panic!("{other:?}"),
    };
    let rules = service(model).rules.iter();
    rules.map(|rule| test(&rule.test)).collect()
}

const fn above(value: u64) -> Limit {
    Limit {
        comparison: Comparison::Greater,
        value,
    }
}

const fn traffic(direction: Direction, packets: bool) -> Traffic {
    Traffic { direction, packets }
}

ok!(
    interfaces,
    "check network a with interface eth0
     check network \"b c\" interface 'br-1f2e'
     check network c with interface eth0:1
     check network d with address 192.0.2.1
     check network e address \"2001:db8::1\"",
    |m| m.services[..5]
        .iter()
        .map(|service| service.subject.clone())
        .collect::<Vec<_>>(),
    [
        NetworkTarget::Interface("eth0".into()),
        NetworkTarget::Interface("br-1f2e".into()),
        NetworkTarget::Interface("eth0:1".into()),
        NetworkTarget::Address("192.0.2.1".into()),
        NetworkTarget::Address("2001:db8::1".into()),
    ]
    .map(Subject::Network)
);
ok!(
    a_link_that_is_down_is_told_unasked,
    "check network n with interface eth0 if saturation > 90% then alert",
    |m| (tests(m), service(m).rules[0].failed.action.clone()),
    (
        vec![
            NetworkTest::LinkDown,
            NetworkTest::Saturation(above(90_000))
        ],
        Action::Alert
    )
);
ok!(
    links,
    "check network n with interface eth0
       if failed link then alert
       if link is down for 3 cycles then restart
       if changed link then alert
       if changed link capacity then alert",
    tests,
    [
        NetworkTest::LinkDown,
        NetworkTest::LinkDown,
        NetworkTest::CapacityChanged,
        NetworkTest::CapacityChanged,
    ]
);
ok!(
    a_link_that_should_not_be,
    "check network n with interface eth5 if link up then exec \"/bin/x\"",
    tests,
    [NetworkTest::LinkUp]
);
ok!(
    rates,
    "check network n with interface eth0
       if link down then alert
       if upload > 500 kB/s then alert
       if download rate > 1.5MB/s for 5 cycles then alert
       if uploaded > 500 bytes per second then alert
       if downloaded > 2 kB then alert
       if upload > 1000 packets/s then alert
       if download is greater than 7 packet/s then alert",
    |m| tests(m).split_off(1),
    [
        (Direction::Upload, false, 512_000),
        (Direction::Download, false, 3 << 19),
        (Direction::Upload, false, 500),
        (Direction::Download, false, 2048),
        (Direction::Upload, true, 1000),
        (Direction::Download, true, 7),
    ]
    .map(|(way, packets, value)| NetworkTest::Rate(traffic(way, packets), above(value)))
);
ok!(
    totals,
    "check network n with interface eth0
       if link down then alert
       if total uploaded > 5 MB in last hour then alert
       if total downloaded > 1.5 GB in last 2 hours then alert
       if total download > 10 GB in last day then alert
       if total downloaded > 5 MB within last 90 minutes then alert
       if total uploaded > 900000 packets in last 1 minute for 2 cycles then alert",
    |m| tests(m).split_off(1),
    [
        (Direction::Upload, false, Span::Hours(1), 5 << 20),
        (Direction::Download, false, Span::Hours(2), 3 << 29),
        (Direction::Download, false, Span::Hours(24), 10 << 30),
        (Direction::Download, false, Span::Minutes(90), 5 << 20),
        (Direction::Upload, true, Span::Minutes(1), 900_000),
    ]
    .map(|(way, packets, span, value)| {
        NetworkTest::Total(traffic(way, packets), span, above(value))
    })
);

#[test]
fn an_address_that_is_none_is_a_warning() {
    let report = Memory::new("check network n with address localhost").load();
    let warnings = report.expect("as in the reference").warnings;
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].contains("`localhost` is no IP address"),
        "{warnings:?}"
    );
}
