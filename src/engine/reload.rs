//! A new configuration in place of the old one, without forgetting.
//!
//! A service that has the same name and looks at the same thing keeps its monitoring state, its
//! counters, its job and, rule by equal rule, what its rules remember (reference F140). Checks
//! under way are given up, and a cycle begins. A program of a service that is gone runs to its end,
//! which nobody waits for.

use crate::model::{Action, Model, OnReboot, Service};

use super::service::{LimitState, RuleState, Ward, Watch};
use super::{Effect, Engine, Monitoring, Priority, service_id};

impl Engine {
    /// Puts `model` in place of the old one.
    pub(super) fn reload(&mut self, model: Model) {
        for index in 0..self.wards.len() {
            self.cancel_check(service_id(index));
        }
        self.end_watches();
        let old_model = std::mem::replace(&mut self.model, model.into());
        let mut old_wards: Vec<Option<Ward>> = std::mem::take(&mut self.wards)
            .into_iter()
            .map(Some)
            .collect();
        self.wards.reserve_exact(self.model.services.len());
        for service in &self.model.services {
            let old = old_model
                .find(&service.name)
                .and_then(|id| Some((old_model.service(id), old_wards[id.index()].take()?)));
            let ward = match old {
                Some((old_service, ward)) => carry_over(old_service, ward, service),
                None => Ward::new(service, at_first_sight(service)),
            };
            self.wards.push(ward);
        }
        self.changed = true;
        self.tell_instance("tend reloaded", Action::Start.word());
        self.repeat_looks();
        self.settle();
        self.begin_cycle();
    }

    /// The new configuration is wrong: everything goes on as before, and the owner is told.
    pub(super) fn keep_old_model(&mut self, reason: &str) {
        let text = format!("reload failed, the old configuration stays in force -- {reason}");
        let line = format!("'{}' {text}", self.host());
        self.log(Priority::Error, line);
        self.report_instance(&text, Action::Alert.word());
    }

    /// Ids change their meaning with the model, so no watch survives it.
    fn end_watches(&mut self) {
        for (index, ward) in self.wards.iter_mut().enumerate() {
            if std::mem::replace(&mut ward.watch, Watch::Unasked) != Watch::Unasked {
                let service = service_id(index);
                self.effects.push_back(Effect::Watch {
                    service,
                    process: None,
                });
            }
        }
    }
}

/// A service that is there for the first time.
pub(super) const fn at_first_sight(service: &Service) -> Monitoring {
    match service.onreboot {
        OnReboot::NoStart => Monitoring::Off,
        OnReboot::Start | OnReboot::LastState => Monitoring::Initializing,
    }
}

fn carry_over(old_service: &Service, mut ward: Ward, service: &Service) -> Ward {
    if old_service.subject != service.subject {
        return Ward::new(
            service,
            match ward.monitoring {
                Monitoring::Off => Monitoring::Off,
                Monitoring::Initializing | Monitoring::On | Monitoring::Waiting => {
                    Monitoring::Initializing
                }
            },
        );
    }
    ward.cycles_to_skip = 0;
    if old_service.every != service.every {
        ward.looked = None;
    }
    ward.changed_bits = 0;
    let states = std::mem::take(&mut ward.rules);
    ward.rules = match_up(&old_service.rules, states, &service.rules, RuleState::new);
    let states = std::mem::take(&mut ward.limits);
    let (old, new) = (&old_service.restart_limits, &service.restart_limits);
    ward.limits = match_up(old, states, new, |_| LimitState::default());
    ward
}

/// Gives each of `new` the state of the first equal one of `old` that is still to be had.
fn match_up<K: PartialEq, S>(
    old: &[K],
    states: Box<[S]>,
    new: &[K],
    fresh: fn(&K) -> S,
) -> Box<[S]> {
    let mut old: Vec<(&K, Option<S>)> = old.iter().zip(states.into_iter().map(Some)).collect();
    new.iter()
        .map(|key| {
            let mut equal = old.iter_mut().filter(|(old_key, _)| *old_key == key);
            equal
                .find_map(|(_, state)| state.take())
                .unwrap_or_else(|| fresh(key))
        })
        .collect()
}
