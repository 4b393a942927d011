//! A small machine for the tests of this folder, with the names and figures of the reference's
//! captures where it has them, and a golden-file comparison.

mod host;
mod parts;
mod volumes;

use crate::engine::{CertificateFacts, Happening, Monitoring, ProbeOutcome, Standing, UserAction};
use crate::http::auth::User;
use crate::http::token::Secret;
use crate::http::{Parser, Progress, Request, Surroundings};
use crate::model::{
    Action, Connection, Destination, HttpTest, Model, NetworkTarget, PingTest, ProcessLocator,
    Protocol, RestartLimit, Role, Service, ServiceId, Subject, Test, TlsOptions, Window,
};
use crate::reading::Reading;
use crate::time::WallTime;

use super::route::{Answer, answer};
use super::{Context, Instance, LogTail};

use parts::{
    COLLECTED, absent, cable, connection, file, happening, instance, loopback, machine,
    no_interface, ok, pidfile, probe, program, rule, running, settings, tcp,
};

/// The secret's token for `admin` differs from that for anybody else.
pub(super) const SECRET: Secret = Secret::new([7; 32]);

/// How a service of the fixture stands.
pub(super) struct State {
    pub(super) monitoring: Monitoring,
    pub(super) failures: Vec<&'static str>,
    pub(super) status_bits: u32,
    pub(super) pending: Option<UserAction>,
    pub(super) reading: Option<Reading>,
    pub(super) collected: Option<WallTime>,
    pub(super) pings: Vec<(PingTest, Option<ProbeOutcome>)>,
    pub(super) connections: Vec<(Connection, Option<ProbeOutcome>)>,
    pub(super) history: Vec<Happening>,
    pub(super) cycle_counter: u32,
}

/// Everything an answer may depend on.
pub(super) struct World {
    pub(super) model: Model,
    pub(super) states: Vec<State>,
    pub(super) instance: Instance,
    pub(super) user: User,
    pub(super) log: LogTail,
}

impl World {
    /// The services of the reference's status capture that are built here: all is well.
    pub(super) fn reference() -> Self {
        let mut world = Self::empty();
        world.add(
            "demohost",
            Subject::System,
            Some(Reading::System(Box::new(machine()))),
        );
        world.add("proc", pidfile("/srv/demo/proc.pid"), Some(running(406)));
        world.add("file", Subject::File("/srv/demo/file".into()), Some(file()));
        let interface = |name: &str| Subject::Network(NetworkTarget::Interface(name.into()));
        world.add("net", interface("dmo0"), Some(cable()));
        world.add("lonet", interface("lo"), Some(loopback()));
        world.add("gone", interface("nosuch0"), Some(no_interface()));
        let proc = &mut world.states[1];
        let local = Destination::Unix("/srv/demo/unix.sock".into());
        proc.connections = vec![
            (connection(local, Protocol::Default), ok(45)),
            (
                connection(tcp("localhost", 7001), Protocol::Default),
                ok(900),
            ),
            (
                connection(tcp("127.0.0.1", 7001), Protocol::Generic(Vec::new())),
                ok(1076),
            ),
        ];
        world
    }

    /// A box like the one of the seed's control file, with something of everything.
    pub(super) fn showcase() -> Self {
        let mut world = Self::empty();
        world.add(
            "apache",
            pidfile("/var/run/httpd2.pid"),
            Some(running(2210)),
        );
        world.add(
            "postfix",
            pidfile("/var/spool/postfix/pid/master.pid"),
            Some(absent()),
        );
        world.add("sshd", pidfile("/var/run/sshd.pid"), Some(running(812)));
        world.add(
            "backup",
            Subject::Process(ProcessLocator::Matching("rsync.*nas".into())),
            None,
        );
        world.add(
            "apache_conf",
            Subject::File("/etc/apache2/httpd.conf".into()),
            Some(file()),
        );
        world.add(
            "demohost",
            Subject::System,
            Some(Reading::System(Box::new(machine()))),
        );
        world.furnish_apache();
        world.furnish_postfix();
        world.states[2].pending = Some(UserAction::Restart);
        world.states[3].monitoring = Monitoring::Off;
        world
    }

    /// One service and nothing else.
    pub(super) fn of(name: &str, subject: Subject, reading: Reading) -> Self {
        let mut world = Self::empty();
        world.add(name, subject, Some(reading));
        world
    }

    fn empty() -> Self {
        Self {
            model: Model {
                settings: settings(),
                services: Vec::new(),
            },
            states: Vec::new(),
            instance: instance(),
            user: User {
                name: "admin".into(),
                role: Role::Full,
            },
            log: LogTail::File(
                b"[2026-11-22T06:46:31+0000] info     : <b>'proc'</b> started\n".into(),
            ),
        }
    }

    fn add(&mut self, name: &str, subject: Subject, reading: Option<Reading>) {
        self.model.services.push(Service::new(name, subject));
        self.states.push(State {
            collected: Some(COLLECTED),
            monitoring: Monitoring::On,
            failures: Vec::new(),
            status_bits: 0,
            pending: None,
            reading,
            pings: Vec::new(),
            connections: Vec::new(),
            history: Vec::new(),
            cycle_counter: 0,
        });
    }

    fn furnish_apache(&mut self) {
        let page = || {
            Protocol::Http(HttpTest {
                request: "/index.html".into(),
                ..HttpTest::default()
            })
        };
        let mut tls = connection(tcp("192.168.1.100", 443), page());
        tls.tls = Some(TlsOptions::default());
        let mut outcome = ok(12_740);
        if let Some(outcome) = &mut outcome {
            outcome.certificate = Some(CertificateFacts {
                days_left: Some(19),
                complaint: Some("self-signed certificate".into()),
            });
        }
        let plain = connection(tcp("192.168.1.100", 80), page());
        let service = &mut self.model.services[0];
        service.groups = ["www".into()].into();
        service.depends = [ServiceId::new(4)].into();
        service.start = Some(program("/etc/init.d/apache2 start"));
        service.stop = Some(program("/etc/init.d/apache2 stop"));
        service.rules = [
            rule(Test::NotExist, Window::ONCE),
            rule(
                probe(&plain),
                Window {
                    times: 2,
                    cycles: 3,
                },
            ),
            rule(probe(&tls), Window::ONCE),
        ]
        .into();
        service.restart_limits = [RestartLimit {
            restarts: 5,
            cycles: 5,
            action: Action::Unmonitor,
        }]
        .into();
        self.states[0].connections = vec![(plain, ok(1076)), (tls, outcome)];
        self.states[0].history = vec![
            happening(-3_600, "Exists", "process is running with pid 2210"),
            happening(-3_720, "Does not exist", "process is not running"),
        ];
    }

    fn furnish_postfix(&mut self) {
        let service = &mut self.model.services[1];
        service.groups = ["mail".into()].into();
        service.start = Some(program("/etc/init.d/postfix start"));
        service.stop = Some(program("/etc/init.d/postfix stop"));
        let smtp = connection(tcp("localhost", 25), Protocol::Smtp);
        service.rules = [
            rule(Test::NotExist, Window::ONCE),
            rule(probe(&smtp), Window::ONCE),
        ]
        .into();
        let refused = ProbeOutcome {
            result: Err("Connection refused".into()),
            certificate: None,
        };
        let state = &mut self.states[1];
        state.connections = vec![(smtp, Some(refused))];
        state.failures = vec!["Connection failed", "Does not exist"];
        state.status_bits = 512 + 32;
        state.history = vec![
            happening(
                -5,
                "Execution failed",
                "failed to start (exit status 1) -- <no> \"output\"",
            ),
            happening(-11, "Does not exist", "process is not running"),
            happening(-86_400, "Action done", "restart action done"),
        ];
    }

    /// Answers one request given as text.
    pub(super) fn ask(&self, request: &str) -> Answer {
        match Parser::new(4096).take(request.as_bytes()) {
            Progress::Done(request) => self.answer(&request),
            other @ (Progress::More | Progress::Refused(_)) => panic!("{request:?}: {other:?}"),
        }
    }

    /// The body of the answer to a GET.
    pub(super) fn get(&self, target: &str) -> String {
        let answer = self.ask(&format!("GET {target} HTTP/1.1\r\nHost: box:2812\r\n\r\n"));
        String::from_utf8(answer.response.body).unwrap()
    }

    fn answer(&self, request: &Request) -> Answer {
        let standings = self.standings();
        answer(
            request,
            &Context {
                surroundings: Surroundings {
                    now: COLLECTED,
                    secure: false,
                    hide_version: false,
                },
                model: &self.model,
                standings: &standings,
                instance: &self.instance,
                uptime_seconds: 4080,
                secret: &SECRET,
                user: &self.user,
                client: "127.0.0.1",
                log_tail: &|| self.log.clone(),
            },
        )
    }

    fn standings(&self) -> Vec<Standing<'_>> {
        let pairs = self.model.iter().zip(&self.states);
        pairs
            .map(|((id, service), state)| standing(id, service, state))
            .collect()
    }
}

fn standing<'a>(id: ServiceId, service: &'a Service, state: &'a State) -> Standing<'a> {
    Standing {
        id,
        service,
        monitoring: state.monitoring,
        failures: state.failures.clone(),
        status_bits: state.status_bits,
        hint_bits: 0,
        pending: state.pending,
        reading: state.reading.as_ref(),
        collected: state.collected,
        pings: state.pings.iter().map(|(p, o)| (p, o.as_ref())).collect(),
        connections: state
            .connections
            .iter()
            .map(|(c, o)| (c, o.as_ref()))
            .collect(),
        cycle_counter: state.cycle_counter,
        history: state.history.iter().collect(),
    }
}

/// Compares with a file beside this one; `UPDATE=1` writes it instead. `VERSION` stands for ours.
#[allow(clippy::disallowed_methods)] // a test reads and writes its golden files
pub(super) fn golden(name: &str, text: &str) {
    let path = format!("{}/src/view/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = text.lines().zip(expected.lines()).find(|(a, b)| a != b);
    assert!(text == expected, "{name} differs, first in {differing:?}");
}
