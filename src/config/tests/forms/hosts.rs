//! `check host` and pings.

use std::net::IpAddr;
use std::time::Duration;

use super::{ok, service};
use crate::config::memory::Memory;
use crate::model::{
    Comparison, Destination, Family, Limit, Model, Ping, PingTest, Subject, Test, Window,
};

fn ping() -> PingTest {
    PingTest {
        ping: Ping {
            host: "example.org".into(),
            family: Family::Any,
            size: 64,
            timeout: Duration::from_secs(5),
            source: None,
        },
        tries: 3,
        expect_failure: false,
    }
}

fn pings(model: &Model) -> Vec<PingTest> {
    let rules = &service(model).rules;
    let pings = rules.iter().filter_map(|rule| rule.test.ping());
    pings.cloned().collect()
}

/// The tests of a host, which has no implicit one.
fn all(model: &Model) -> Vec<Test> {
    let rules = &service(model).rules;
    rules.iter().map(|rule| rule.test.clone()).collect()
}

ok!(
    a_host,
    "check host 'the gate' with address example.org every 10 cycles if failed ping then alert",
    |m| service(m).subject.clone(),
    Subject::Host("example.org".into())
);
ok!(
    numeric_addresses,
    "check host a address 192.0.2.7
       if failed ping then alert
     check host b with address ::1
       if failed ping then alert
     check host c with address \"fe80::1%eth0\"
       if failed ping then alert
     check host d with address \"[::1]\"
       if failed ping then alert",
    |m| m.services[..4]
        .iter()
        .map(|service| match &service.subject {
            Subject::Host(address) => address.to_string(),
            other => panic!("{other:?}"),
        })
        .collect::<Vec<_>>(),
    ["192.0.2.7", "::1", "fe80::1%eth0", "::1"]
);
ok!(
    pings_of_every_family,
    "check host h with address example.org
       if failed ping then alert
       if failed ping4 then alert
       if failed PING6 then alert
       if failed icmp type echo then alert
       if succeeded ping then alert",
    pings,
    [
        ping(),
        PingTest {
            ping: Ping {
                family: Family::V4,
                ..ping().ping
            },
            ..ping()
        },
        PingTest {
            ping: Ping {
                family: Family::V6,
                ..ping().ping
            },
            ..ping()
        },
        ping(),
        PingTest {
            expect_failure: true,
            ..ping()
        },
    ]
);
ok!(
    every_option_of_a_ping,
    "check host h with address example.org
       if failed ping count 5 size 128 with timeout 10 seconds and address 192.0.2.1
         for 2 cycles then alert
       if failed icmp type echo with timeout 500 ms size = 8 count = 20 address \"fd00::2\"
         then restart else if succeeded 2 times within 3 cycles then alert",
    |m| (
        pings(m),
        service(m).rules[0].failed.window,
        service(m).rules[1].recovered.window.cycles
    ),
    (
        vec![
            PingTest {
                ping: Ping {
                    size: 128,
                    timeout: Duration::from_secs(10),
                    source: Some(IpAddr::from([192, 0, 2, 1])),
                    ..ping().ping
                },
                tries: 5,
                ..ping()
            },
            PingTest {
                ping: Ping {
                    size: 8,
                    timeout: Duration::from_millis(500),
                    source: Some("fd00::2".parse().unwrap()),
                    ..ping().ping
                },
                tries: 20,
                ..ping()
            },
        ],
        Window {
            times: 2,
            cycles: 2
        },
        3
    )
);
ok!(
    a_limit_of_the_response_time_is_a_rule_of_its_own,
    "check host h with address example.org
       if failed ping responsetime < 1.5 seconds for 3 cycles then alert
       if failed ping response time is less than 20 ms then alert",
    |m| (all(m), service(m).rules[1].failed.window.cycles),
    {
        let limit = |value| {
            Test::ResponseTime(Limit {
                comparison: Comparison::Less,
                value,
            })
        };
        let ping = || Test::Ping(Box::new(ping()));
        (vec![ping(), limit(1_500_000), ping(), limit(20_000)], 3)
    }
);
ok!(
    the_time_limit_is_that_of_the_network,
    "set limits { networkTimeout: 2 s }
     check host h with address example.org
       if failed ping then alert",
    |m| pings(m)[0].ping.timeout,
    Duration::from_secs(2)
);
ok!(
    connections_go_to_the_host_unless_they_name_another,
    "check host h with address example.org
       if failed port 80 protocol http then alert
       if succeeded port 23 then alert
       if failed host \"::1\" port 25 then alert",
    |m| all(m)
        .iter()
        .map(
            |test| match &test.connection().unwrap().connection.destination {
                Destination::Host { host, port } => format!("{host} {port}"),
                Destination::Unix(path) => path.to_string(),
            }
        )
        .collect::<Vec<_>>(),
    ["example.org 80", "example.org 23", "::1 25"]
);
ok!(
    what_a_host_can_be_told,
    "check host h with address example.org
       start program = \"/bin/x\"
       restart program = \"/bin/x\"
       group net
       mode passive
       alert a@x
       if failed ping then restart
       if 3 restarts within 5 cycles then unmonitor",
    |m| (
        service(m).start.is_some(),
        service(m).restart.is_some(),
        service(m).restart_limits.len(),
        all(m).len()
    ),
    (true, true, 1, 1)
);

#[test]
fn a_port_or_an_url_in_the_place_of_a_host_is_a_warning() {
    for host in ["10.0.0.1:80", "http://www.example.org", "www.example.org/x"] {
        let report = Memory::new(format!(
            "check host h with address \"{host}\" if failed ping then alert"
        ))
        .load();
        let warnings = report.expect("as in the reference").warnings;
        let warning = warnings.join("\n");
        assert!(
            warning.contains(&format!("`{host}` is no host")),
            "{warning}"
        );
    }
}
