//! What must hold in the simulated world, whatever happens.

use std::collections::BTreeMap;

use crate::engine::plan::{Aim, Work};
use crate::engine::{Effect, Engine, Monitoring, snapshot};
use crate::mail::Alert;
use crate::model::{EventKind, Model};
use crate::time::Moment;

use super::catalogue::{self, NAMES, PROCESSES};
use super::world::{Running, World};

/// One in so many inputs, the saved state is taken apart and put together again.
const SAVES_CHECKED: u64 = 211;

#[derive(Default)]
pub(super) struct Checkers {
    /// Failures that were mailed and whose recovery was not, by service and event.
    failing: BTreeMap<(String, EventKind), usize>,
    stop_failed: [bool; PROCESSES],
    /// Services that were being stopped for good after the last input.
    stopping: [bool; NAMES.len()],
    /// Services that were not monitored after the last input.
    off: [bool; NAMES.len()],
    inputs: u64,
    next_cycle: Option<Moment>,
}

impl Checkers {
    /// Looks at an effect before it is performed.
    pub(super) fn look(world: &mut World, effect: &Effect) {
        if let Effect::Spawn { environment, .. } = effect {
            let value = |key| &environment.iter().find(|(k, _)| *k == key).unwrap().1;
            let number = catalogue::number(value("MONIT_SERVICE"));
            look_at_spawn(world, number, value("MONIT_EVENT"));
        }
        if let Effect::Mail(alert) = effect {
            look_at_mail(world, alert);
        }
        if let Effect::Log { text, .. } = effect {
            let failed = |name: &&str| text.starts_with(&format!("'{name}' failed to stop"));
            if text.contains("failed to stop") {
                let number = NAMES.iter().position(failed).unwrap();
                world.checkers.stop_failed[number] = true;
            }
        }
    }

    /// Looks at the engine when an input and all its effects are over.
    pub(super) fn settle(world: &mut World) {
        let checkers = &mut world.checkers;
        if checkers.next_cycle != world.engine.next_cycle {
            checkers.next_cycle = world.engine.next_cycle;
            world.cycles += 1;
        }
        for (id, service) in world.engine.model().iter() {
            let number = catalogue::number(&service.name);
            let ward = &world.engine.wards[id.index()];
            let stops = ward
                .work
                .as_ref()
                .is_some_and(|work| work.plan.aim == Aim::Stop);
            let stopped = std::mem::replace(&mut checkers.stopping[number], stops);
            // Stopped and started again in one input: in between it was not monitored.
            let forgot = stopped && ward.failing_bits(service) == 0;
            let off = ward.monitoring == Monitoring::Off;
            // What failed while it was off, a job that outlived its monitoring, is forgotten when
            // monitoring begins anew.
            let was_off = std::mem::replace(&mut checkers.off[number], off);
            if forgot || was_off || off {
                checkers
                    .failing
                    .retain(|(name, _), _| **name != *service.name);
            }
            if off && ward.alarms.exec > 0 {
                let key = (service.name.to_string(), EventKind::Exec);
                checkers.failing.insert(key, 1);
            }
        }
        for ward in &world.engine.wards {
            let active = ward.work.as_deref().is_some_and(Work::is_active);
            assert!(active || ward.next.is_none(), "a wish waits for no job");
        }
        checkers.inputs += 1;
        if checkers.inputs % SAVES_CHECKED == 0 {
            check_saved_state(world);
        }
    }

    /// Services that a reload removes take their failures with them.
    pub(super) fn forget_absent(&mut self, model: &Model) {
        self.failing
            .retain(|(name, _), _| model.find(name).is_some());
    }

    pub(super) fn reboot(&mut self) {
        self.stop_failed = [false; PROCESSES];
    }
}

fn look_at_spawn(world: &mut World, number: usize, verb: &str) {
    let name = NAMES[number];
    let now = world.moment;
    let running = |other: usize| {
        let blocks = move |p: &&Running| p.service == other && (!p.orphan || now < p.until);
        world.programs.values().find(blocks)
    };
    if let Some(other) = running(number) {
        let (who, until) = (&other.verb, other.until);
        panic!("{verb} of {name} while another program of it runs: {who} until {until:?}");
    }
    let alive = world.alive[number].is_some();
    match verb {
        "Started" => {
            assert!(!alive, "{name} is started while it runs");
            world.checkers.stop_failed[number] = false;
            check_prerequisites(world, number);
        }
        "Stopped" => {
            assert!(alive, "{name} is stopped while it does not run");
            check_dependants(world, number);
        }
        "Restarted" => {}
        other => panic!("program run for {other}"),
    }
}

/// Before it starts, everything it needs and that is monitored was seen to be there.
fn check_prerequisites(world: &World, number: usize) {
    let model = world.engine.model();
    let Some(id) = world.id(number) else { return };
    for needed in &model.service(id).depends {
        let needed_number = world.number(*needed);
        let off = world.engine.standing(*needed).monitoring == Monitoring::Off;
        if needed_number < PROCESSES && !off {
            let there = world.told_alive[needed_number];
            let (name, needed) = (NAMES[number], NAMES[needed_number]);
            assert!(there, "{name} is started before {needed}");
        }
    }
}

/// Before it stops, everything that needs it has stopped, as far as it could be.
fn check_dependants(world: &World, number: usize) {
    let model = world.engine.model();
    let Some(id) = world.id(number) else { return };
    for dependant in model.dependants(id) {
        let other = world.number(dependant);
        let (name, dependant_name) = (NAMES[number], NAMES[other]);
        let busy = world
            .programs
            .values()
            .any(|p| p.service == other && !p.orphan);
        assert!(
            !busy,
            "{name} is stopped while a program of {dependant_name} runs"
        );
        let off = world.engine.standing(dependant).monitoring == Monitoring::Off;
        let runs = world.told_alive[other] && !world.checkers.stop_failed[other];
        assert!(off || !runs, "{name} is stopped before {dependant_name}");
    }
}

/// No recovery without its failure, no failure twice.
fn look_at_mail(world: &mut World, alert: &Alert) {
    let event = &*alert.event;
    let named = |kind: &EventKind| kind.failed() == event || kind.succeeded() == event;
    let Some(kind) = EventKind::ALL.into_iter().find(named) else {
        return;
    };
    if kind == EventKind::Action || kind == EventKind::Instance {
        return;
    }
    let model = world.engine.model();
    let service = model.service(model.find(&alert.service).unwrap());
    let rules = service
        .rules
        .iter()
        .filter(|rule| rule.test.event() == kind)
        .count();
    let limits = if kind == EventKind::Timeout {
        service.restart_limits.len()
    } else {
        0
    };
    let most = (rules + limits).max(1);
    let key = (alert.service.to_string(), kind);
    let failing = world.checkers.failing.entry(key).or_default();
    if kind.failed() == event {
        *failing += 1;
        assert!(
            *failing <= most,
            "{event} of {} without recovery between",
            alert.service
        );
    } else if kind == EventKind::Timeout {
        assert!(*failing > 0, "{event} of {} without failure", alert.service);
        *failing = 0; // one recovery for all limits
    } else {
        assert!(*failing > 0, "{event} of {} without failure", alert.service);
        *failing -= 1;
    }
}

/// A crash at this moment would lose nothing.
fn check_saved_state(world: &World) {
    let engine = &world.engine;
    let again =
        |bytes: &[u8]| Engine::new(engine.model().clone(), engine.boot.clone(), Some(bytes));
    let now = engine.snapshot();
    assert_eq!(
        again(&now).snapshot(),
        now,
        "encode(decode(state)) is the same state"
    );
    let saved = world.saved().expect("something was saved at the start");
    let (mut stored, mut current) = (again(saved), again(&now));
    forget_event_counts(&mut stored);
    forget_event_counts(&mut current);
    assert!(
        stored.snapshot() == current.snapshot(),
        "what changed was saved"
    );
    let mut cut = now.clone();
    cut.truncate(now.len() - 1 - usize::try_from(world.moment.as_millis()).unwrap() % now.len());
    assert!(
        snapshot::decode(&cut).is_err(),
        "a cut state is not taken for a whole one"
    );
}

/// How often a failure repeated is only saved where somebody counts, which nobody does here.
fn forget_event_counts(engine: &mut Engine) {
    for ward in &mut engine.wards {
        for rule in &mut ward.rules {
            rule.verdict.forget_count();
        }
        let alarms = &mut ward.alarms;
        for events in [&mut alarms.exec, &mut alarms.data, &mut alarms.invalid] {
            *events = (*events).min(1);
        }
    }
}
