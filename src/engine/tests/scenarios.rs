//! Single turns of events that are too rare for the simulated world to be sure to meet.

use std::rc::Rc;

use crate::engine::*;
use crate::model::*;
use crate::reading::{ProcessId, ProcessReading, ProcessState, Reading};
use crate::time::{Moment, Now};

use super::catalogue;
use super::world;

/// An engine, and a world that is as told: no process is there, every program works.
struct Stage {
    engine: Engine,
    seconds: u64,
    /// By the service's name: the number of its process.
    running: Vec<(Box<str>, i32)>,
    last_pid: i32,
    /// Programs run and events mailed, in order.
    seen: Vec<String>,
    probes: Vec<ProbeId>,
}

impl Stage {
    fn new(services: &[&str], adapt: impl Fn(&mut Service)) -> Self {
        let mut model = catalogue::model(true, 60);
        let place = |name: &str| services.iter().position(|other| *other == name);
        let names: Vec<Box<str>> = model.services.iter().map(|s| s.name.clone()).collect();
        model
            .services
            .retain(|service| place(&service.name).is_some());
        for service in &mut model.services {
            let kept = service.depends.iter();
            let kept = kept.filter_map(|id| place(&names[id.index()]));
            service.depends = kept
                .map(|index| ServiceId::new(u16::try_from(index).unwrap()))
                .collect();
            adapt(service);
        }
        let boot = world::boot(1, Moment::from_millis(0), 0);
        let mut stage = Self {
            engine: Engine::new(model, boot, None),
            seconds: 0,
            running: vec![],
            last_pid: 100,
            seen: vec![],
            probes: vec![],
        };
        stage.drain();
        stage.wait(0);
        stage
    }

    fn now(&self) -> Now {
        Now {
            moment: Moment::from_millis(self.seconds * 1000),
            ..world::boot(1, Moment::from_millis(0), 0).started
        }
    }

    /// Lets time pass, and whatever is due happen.
    fn wait(&mut self, seconds: u64) {
        self.seconds += seconds;
        while self
            .engine
            .deadline()
            .is_some_and(|at| at <= self.now().moment)
        {
            self.feed(Input::Wake);
        }
    }

    fn feed(&mut self, input: Input) {
        self.engine.handle(self.now(), input);
        self.drain();
    }

    fn drain(&mut self) {
        let mut answers = vec![];
        while let Some(effect) = self.engine.next_effect() {
            match effect {
                Effect::Sample {
                    sample, service, ..
                } => {
                    let reading = self.reading(service);
                    answers.push(Input::Sampled(vec![(sample, reading)]));
                }
                Effect::Spawn { child, program, .. } => {
                    self.seen.push(program.command_line());
                    let name = program
                        .arguments
                        .path()
                        .rsplit('/')
                        .next()
                        .unwrap()
                        .to_owned();
                    self.kill(&name);
                    if program.arguments.iter().nth(1) != Some("stop") {
                        self.last_pid += 1;
                        self.running.push((name.into(), self.last_pid));
                    }
                    answers.push(Input::ChildExited {
                        child,
                        ending: Ending::Exited(0),
                        output: Box::default(),
                    });
                }
                Effect::Probe { probe, .. } | Effect::Ping { probe, .. } => self.probes.push(probe),
                Effect::CancelSample(_) => {}
                Effect::CancelProbe(probe) => self.probes.retain(|other| *other != probe),
                Effect::Mail(alert) => self.seen.push(alert.event.to_string()),
                Effect::Kill(_)
                | Effect::Watch { .. }
                | Effect::Log { .. }
                | Effect::Save(_)
                | Effect::Quit => {}
            }
        }
        answers.into_iter().for_each(|input| self.feed(input));
    }

    fn reading(&self, service: ServiceId) -> Reading {
        let name = &self.engine.model().service(service).name;
        Reading::Process(match self.pid(name) {
            Some(pid) => ProcessState::Running(process(pid)),
            None => ProcessState::Absent,
        })
    }

    fn pid(&self, name: &str) -> Option<i32> {
        let found = self.running.iter().find(|(other, _)| **other == *name);
        found.map(|(_, pid)| *pid)
    }

    fn kill(&mut self, name: &str) {
        self.running.retain(|(other, _)| **other != *name);
    }

    /// A process dies, and the kernel tells us.
    fn die(&mut self, name: &str) {
        let process = process(self.pid(name).unwrap()).id;
        self.kill(name);
        self.feed(Input::ProcessGone { process });
    }

    fn act(&mut self, name: &str, action: UserAction) {
        let services = &self.engine.model().services;
        let index = services.iter().position(|s| *s.name == *name).unwrap();
        let services = vec![ServiceId::new(u16::try_from(index).unwrap())];
        self.feed(Input::Command(Command::Act { services, action }));
    }

    fn seen(&mut self) -> Vec<String> {
        std::mem::take(&mut self.seen)
    }
}

fn process(pid: i32) -> ProcessReading {
    let start_ticks = u64::try_from(pid).unwrap();
    world::process_reading(ProcessId { pid, start_ticks }, 10_000)
}

#[test]
fn restarting_a_service_on_request_starts_what_it_depends_on() {
    let mut stage = Stage::new(&["web", "app", "db"], |_| {});
    stage.wait(60);
    stage.act("app", UserAction::Stop);
    stage.seen();
    stage.act("web", UserAction::Restart);
    let programs = ["/etc/init.d/app start", "/etc/init.d/web start"];
    assert_eq!(stage.seen()[..2], programs);
}

#[test]
fn the_start_of_a_parent_starts_nobody_else() {
    let mut stage = Stage::new(&["web", "app", "db"], |_| {});
    stage.wait(60);
    stage.act("db", UserAction::Stop);
    stage.seen();
    stage.act("db", UserAction::Start);
    stage.wait(60);
    assert_eq!(stage.seen(), ["/etc/init.d/db start", "Action done"]);
    let off = |standing: &Standing<'_>| standing.monitoring == Monitoring::Off;
    let off: Vec<bool> = stage.engine.standings().iter().map(off).collect();
    assert_eq!(off, [true, true, false], "web, app, db");
}

#[test]
fn the_restart_of_what_does_not_run_is_a_start() {
    let mut stage = Stage::new(&["db"], |_| {});
    stage.wait(60);
    stage.kill("db");
    stage.seen();
    stage.act("db", UserAction::Restart);
    assert_eq!(stage.seen(), ["/etc/init.d/db start", "Action done"]);
}

#[test]
fn a_hung_peer_does_not_hold_up_the_restart_of_the_process_it_was_asked_for() {
    let mut stage = Stage::new(&["solo"], |solo| {
        Rc::make_mut(&mut solo.rules)[0].failed.window = Window::ONCE;
    });
    stage.wait(60);
    assert_eq!(stage.probes.len(), 2);
    stage.seen();
    stage.die("solo");
    assert_eq!(
        stage.seen(),
        ["Does not exist", "/etc/init.d/solo start", "Exists"]
    );
    assert!(stage.probes.is_empty());
}

#[test]
fn a_service_that_keeps_dying_has_not_recovered_from_its_restart_limit() {
    let mut stage = Stage::new(&["db"], |db| {
        db.restart_limits = [RestartLimit {
            restarts: 2,
            cycles: 4,
            action: Action::Alert,
        }]
        .into();
    });
    let timeouts = |seen: Vec<String>| {
        let mine = seen
            .into_iter()
            .filter(|event| event.starts_with("Timeout"));
        mine.collect::<Vec<_>>()
    };
    for _ in 0..20 {
        stage.wait(60);
        stage.die("db");
    }
    assert_eq!(timeouts(stage.seen()), ["Timeout"]);
    for _ in 0..12 {
        stage.wait(60);
    }
    assert_eq!(timeouts(stage.seen()), ["Timeout recovery"]);
}
