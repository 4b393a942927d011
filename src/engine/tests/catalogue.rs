//! The services of the simulated world, and models made of them.

use std::time::Duration;

use crate::model::*;

/// Every service there can be; a model holds some of them, in this order.
pub(super) const NAMES: [&str; 10] = [
    "extra", "web", "app", "db", "solo", "flaky", "other", "conf", "gate", "box",
];

/// How many of [`NAMES`] are processes.
pub(super) const PROCESSES: usize = 7;

/// The catalogue's number of the configuration file.
pub(super) const CONF: usize = 7;

/// The catalogue's number of the remote host.
pub(super) const GATE: usize = 8;

/// The catalogue's number of `name`.
pub(super) fn number(name: &str) -> usize {
    NAMES.iter().position(|n| *n == name).unwrap()
}

/// The model with or without the service whose coming and going shifts all ids.
pub(in crate::engine) fn model(with_extra: bool, poll_seconds: u64) -> Model {
    let names: Vec<&str> = NAMES
        .into_iter()
        .filter(|n| with_extra || *n != "extra")
        .collect();
    let id = |name: &str| {
        let index = names.iter().position(|n| *n == name).unwrap();
        ServiceId::new(u16::try_from(index).unwrap())
    };
    let depends = |name: &str| match name {
        "web" => vec![id("app")],
        "app" => vec![id("db")],
        "other" => vec![id("conf"), id("db")],
        _ => vec![],
    };
    let services = names
        .iter()
        .map(|name| service(name, depends(name)))
        .collect();
    Model {
        settings: settings(poll_seconds),
        services,
    }
}

fn settings(poll_seconds: u64) -> Settings {
    Settings {
        batch: false,
        poll: Some(Duration::from_secs(poll_seconds)),
        start_delay: Duration::ZERO,
        init: false,
        log: LogTarget::Unset,
        pidfile: None,
        statefile: None,
        idfile: None,
        mail_servers: vec![],
        mail_hostname: None,
        mail_format: MailFormat::default(),
        alerts: vec![AlertTarget {
            address: "ops@example.org".into(),
            events: EventSet::ALL,
            format: MailFormat::default(),
            reminder_cycles: None,
        }],
        httpd: None,
        limits: Limits::default(),
    }
}

fn service(name: &str, depends: Vec<ServiceId>) -> Service {
    let process = number(name) < PROCESSES;
    let program = |verb: &str, seconds| {
        process.then(|| Program {
            arguments: [&*format!("/etc/init.d/{name}"), verb].iter().collect(),
            terms: Terms::limited(Duration::from_secs(seconds)).into(),
        })
    };
    let subject = match number(name) {
        CONF => Subject::File("/etc/conf".into()),
        GATE => Subject::Host("gate".into()),
        _ if name == "box" => Subject::System,
        _ => Subject::Process(ProcessLocator::Pidfile(format!("/run/{name}.pid").into())),
    };
    Service {
        name: name.into(),
        subject,
        groups: Box::default(),
        depends: depends.into(),
        mode: if name == "extra" {
            Mode::Passive
        } else {
            Mode::Active
        },
        every: if name == "other" {
            Every::Cycles(3)
        } else {
            Every::Cycle
        },
        onreboot: if name == "solo" {
            OnReboot::LastState
        } else {
            OnReboot::Start
        },
        start: program("start", 20),
        stop: program("stop", 10),
        restart: program("restart", 15)
            .filter(|_| name == "flaky")
            .map(Box::new),
        rules: rules(name).into(),
        restart_limits: restart_limits(name).into(),
        recipients: None,
        content: None,
    }
}

fn rules(name: &str) -> Vec<Rule> {
    let rule = |test, times, cycles, action| Rule {
        test,
        failed: Repeat {
            window: Window { times, cycles },
            action,
        },
        recovered: Repeat {
            window: Window::ONCE,
            action: Action::Alert,
        },
    };
    let port = |port, tries| {
        Test::Connection(Box::new(ConnectionTest {
            connection: Connection {
                family: crate::model::Family::Any,
                source: None,
                destination: Destination::Host {
                    host: "localhost".into(),
                    port,
                },
                transport: Transport::Tcp,
                tls: None,
                protocol: Protocol::Default,
                timeout: Duration::from_secs(5),
            },
            expect_failure: false,
            tries,
        }))
    };
    let ping = |tries| {
        Test::Ping(Box::new(PingTest {
            ping: Ping {
                host: "gate".into(),
                family: Family::Any,
                size: 64,
                timeout: Duration::from_secs(5),
                source: None,
            },
            tries,
            expect_failure: false,
        }))
    };
    let second = Limit {
        comparison: Comparison::Less,
        value: 1_000_000,
    };
    let exist = rule(Test::NotExist, 1, 1, Action::Restart);
    match name {
        "solo" => vec![
            rule(Test::NotExist, 2, 3, Action::Restart),
            rule(port(80, 1), 1, 1, Action::Restart),
            rule(port(443, 3), 2, 4, Action::Alert),
        ],
        "flaky" => vec![exist, rule(port(25, 1), 2, 2, Action::Restart)],
        "conf" => vec![
            rule(Test::NotExist, 1, 1, Action::Restart),
            rule(Test::Permission(0o644), 1, 1, Action::Stop),
            rule(
                Test::Checksum(Checksum::Changed(ChecksumKind::Md5)),
                1,
                1,
                Action::Alert,
            ),
        ],
        "gate" => vec![
            rule(ping(2), 1, 1, Action::Alert),
            rule(Test::ResponseTime(second), 1, 1, Action::Alert),
            rule(ping(1), 2, 3, Action::Alert),
            rule(port(22, 1), 1, 1, Action::Alert),
        ],
        "box" => vec![],
        _ => vec![exist],
    }
}

fn restart_limits(name: &str) -> Vec<RestartLimit> {
    match name {
        "flaky" => vec![
            RestartLimit {
                restarts: 2,
                cycles: 4,
                action: Action::Alert,
            },
            RestartLimit {
                restarts: 5,
                cycles: 5,
                action: Action::Unmonitor,
            },
        ],
        "db" => vec![RestartLimit {
            restarts: 5,
            cycles: 6,
            action: Action::Unmonitor,
        }],
        _ => vec![],
    }
}
