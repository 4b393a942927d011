//! How a service stands, for those who show it: the engine's answer to `view`.

use crate::model::{Connection, EventKind, NetworkTest, PingTest, Rule, Service, ServiceId, Test};
use crate::reading::Reading;
use crate::time::WallTime;

use super::depend::service_id;
use super::plan::{Aim, Cause, Phase, Plan};
use super::service::Ward;
use super::{Engine, ProbeOutcome, UserAction};

/// One service as pages, status text and XML show it.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// Which.
    pub id: ServiceId,
    /// Its configuration.
    pub service: &'a Service,
    /// Whether it is watched.
    pub monitoring: Monitoring,
    /// Texts of the events that fail (`Does not exist`), ordered by their filter words (reference
    /// F34); empty when all is well.
    pub failures: Vec<&'static str>,
    /// Bits of the events that fail, or changed in this very cycle (XML `status`).
    pub status_bits: u32,
    /// Bits of the events that were changes (XML `status_hint`).
    pub hint_bits: u32,
    /// An action that waits for its turn or is under way.
    pub pending: Option<UserAction>,
    /// The last whole reading; absent before the first.
    pub reading: Option<&'a Reading>,
    /// When that was taken.
    pub collected: Option<WallTime>,
    /// Each ping with the outcome of its last try, in the order of the control file.
    pub pings: Vec<(&'a PingTest, Option<&'a ProbeOutcome>)>,
    /// Each connection test with its last outcome, in the order of the control file.
    pub connections: Vec<(&'a Connection, Option<&'a ProbeOutcome>)>,
    /// For `every N cycles`: cycles until the next check, for the XML `counter`.
    pub cycle_counter: u32,
    /// What happened last, newest first, at most ten, for the service's page.
    pub history: Vec<&'a Happening>,
}

/// One line of a service's short history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: WallTime,
    /// The event's words: `Does not exist`.
    pub event: &'static str,
    /// What was found or done.
    pub description: Box<str>,
}

/// Whether a service is watched (reference F35).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Monitoring {
    /// `Not monitored`.
    Off,
    /// `Initializing`: watched, but not checked yet, or waiting for what it depends on.
    Initializing,
    /// `Monitored`.
    On,
    /// `Waiting`: `every` skipped this cycle.
    Waiting,
}

impl Engine {
    /// Every service, in the order of the control file.
    pub fn standings(&self) -> Vec<Standing<'_>> {
        (0..self.wards.len())
            .map(|index| self.standing(service_id(index)))
            .collect()
    }

    /// One service.
    pub fn standing(&self, id: ServiceId) -> Standing<'_> {
        let service = self.model.service(id);
        let ward = &self.wards[id.index()];
        let status_bits = if ward.is_monitored() {
            ward.failing_bits(service)
        } else {
            0
        };
        Standing {
            id,
            service,
            monitoring: monitoring(ward),
            failures: failures(service, status_bits, ward.changed_bits),
            status_bits,
            hint_bits: ward.changed_bits & status_bits,
            pending: pending(ward),
            reading: ward.reading.as_deref(),
            collected: ward.collected,
            pings: pings(service, ward),
            connections: connections(service, ward),
            cycle_counter: ward.cycles_to_skip,
            history: ward
                .history
                .iter()
                .flat_map(|history| history.iter())
                .collect(),
        }
    }
}

/// A service that waits for others, or is being made ready, is not checked and not well.
fn monitoring(ward: &Ward) -> Monitoring {
    match &ward.work {
        Some(work) if ward.is_monitored() && matches!(work.phase, Phase::StartPending { .. }) => {
            Monitoring::Initializing
        }
        Some(_) | None => ward.monitoring,
    }
}

/// Where `if link up` fails, the event is called as that of a link that is down, in mails too; but
/// what is shown is how the link is (seen).
fn failures(service: &Service, status_bits: u32, changed_bits: u32) -> Vec<&'static str> {
    let mut kinds: Vec<EventKind> = EventKind::ALL
        .into_iter()
        .filter(|kind| status_bits & kind.bit() != 0)
        .collect();
    kinds.sort_by_key(|kind| kind.filter_word());
    let wants_link_down = |rule: &Rule| rule.test == Test::Network(NetworkTest::LinkUp);
    let words = |kind: EventKind| {
        if kind == EventKind::Link && service.rules.iter().any(wants_link_down) {
            return kind.succeeded();
        }
        let changed = changed_bits & kind.bit() != 0;
        if changed {
            kind.changed()
        } else {
            kind.failed()
        }
    };
    kinds.into_iter().map(words).collect()
}

/// What waits or is under way, in the operator's words. A service that merely waits for another one
/// is `Initializing`, nothing is pending for it.
fn pending(ward: &Ward) -> Option<UserAction> {
    let word = |plan: Plan| match (plan.cause, plan.aim) {
        (Cause::User(asked), _) => asked,
        (Cause::Rule | Cause::Dependency, Aim::Start) => UserAction::Start,
        (Cause::Rule | Cause::Dependency, Aim::Stop) => UserAction::Stop,
        (Cause::Rule | Cause::Dependency, Aim::Restart) => UserAction::Restart,
    };
    if let Some(plan) = ward.next {
        return Some(word(plan));
    }
    let work = ward.work.as_ref()?;
    let waits = matches!(work.phase, Phase::StartPending { .. });
    if waits && work.plan.cause == Cause::Dependency {
        return None;
    }
    Some(word(work.plan))
}

fn pings<'a>(
    service: &'a Service,
    ward: &'a Ward,
) -> Vec<(&'a PingTest, Option<&'a ProbeOutcome>)> {
    let rules = service.rules.iter().zip(&ward.rules);
    let tests = rules.filter_map(|(rule, state)| Some((rule.test.ping()?, state.outcome())));
    tests.collect()
}

fn connections<'a>(
    service: &'a Service,
    ward: &'a Ward,
) -> Vec<(&'a Connection, Option<&'a ProbeOutcome>)> {
    let rules = service.rules.iter().zip(&ward.rules);
    let tests = rules.filter_map(|(rule, state)| {
        let test = rule.test.connection()?;
        Some((&test.connection, state.outcome()))
    });
    tests.collect()
}
