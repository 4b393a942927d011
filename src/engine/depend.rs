//! Dependencies, in two phases and without recursion.
//!
//! *First* what every service should become: a wish for one service is widened to those it depends
//! on (start) or those that depend on it (stop, restart), and each gets a [`Plan`]. *Then* the
//! jobs: [`Engine::settle`] starts each phase whose turn has come, until nothing more can begin.
//!
//! ```text
//!  plan Stop      StopPending ─► Active(Stop) ─► done, not monitored
//!  plan Start     StartPending ─► Active(Start) ─► done
//!  plan Restart   StopPending ─► Active(Stop) ─► StartPending ─► Active(Start) ─► done
//!                 RestartPending ─► Active(Restart) ─► done        with a restart program
//! ```
//!
//! A stop waits until all dependants have stopped, a start until everything it depends on is there.
//! Branches that do not depend on each other run side by side. A phase that has begun is brought to
//! its end; what is pending is replaced by a newer plan (reference F130).

use crate::model::{Model, ServiceId};

use super::job::Verb;
use super::plan::{Aim, Cause, Phase, Plan, Work, first_phase};
use super::service::{Alarm, Check, Depth, Seen, Watch};
use super::{Effect, Engine, Monitoring, Priority, UserAction};

impl Engine {
    /// Phase one: what `targets` and all they pull along should become.
    pub(super) fn plan(&mut self, targets: &[ServiceId], aim: Aim, cause: Cause) {
        let mut wishes: Vec<Option<Plan>> = vec![None; self.wards.len()];
        for &target in targets {
            wishes[target.index()] = Some(Plan { aim, cause });
        }
        for (other, aim) in self.pulled_along(targets, aim, cause) {
            let cause = Cause::Dependency;
            wishes[other.index()].get_or_insert(Plan { aim, cause });
        }
        self.turn_into_restarts(&mut wishes);
        for (index, wish) in wishes.into_iter().enumerate() {
            if let Some(plan) = wish {
                self.assign(service_id(index), plan);
            }
        }
    }

    /// What is to be started while something it depends on is about to go down may run already:
    /// then it must stop first, and all that depend on it, like everything above such a one.
    fn turn_into_restarts(&self, wishes: &mut [Option<Plan>]) {
        let starts = |wish: &Option<Plan>| wish.is_some_and(|plan| plan.aim == Aim::Start);
        let numbered = wishes.iter().enumerate();
        let started = numbered
            .filter(|(_, wish)| starts(wish))
            .map(|(index, _)| service_id(index));
        let mut turned: Vec<ServiceId> = started.filter(|&id| self.ground_goes_down(id)).collect();
        let mut above = reach(&self.model, &turned, dependants);
        above.retain(|&id| self.is_alive(id));
        turned.extend(above);
        for id in turned {
            let (aim, cause) = (Aim::Restart, Cause::Dependency);
            let plan = wishes[id.index()].get_or_insert(Plan { aim, cause });
            if plan.aim == Aim::Start {
                plan.aim = aim;
            }
        }
    }

    /// The services that a plan for `targets` concerns besides them, and what each should become.
    fn pulled_along(&self, targets: &[ServiceId], aim: Aim, cause: Cause) -> Vec<(ServiceId, Aim)> {
        // A rule's restart leaves alone what an operator has stopped; the operator's own does not.
        let wants_all = aim == Aim::Start || matches!((aim, cause), (Aim::Restart, Cause::User(_)));
        let mut needed = Vec::new();
        if wants_all {
            needed = reach(&self.model, targets, prerequisites);
            needed.retain(|&id| self.needs_start(id));
        }
        let mut pulled = Vec::new();
        if aim != Aim::Start {
            // What is needed by one target and needs another is stopped with it like all others.
            let mut others = reach(&self.model, targets, dependants);
            others.retain(|id| self.is_alive(*id) || needed.contains(id));
            needed.retain(|id| !others.contains(id));
            pulled.extend(others.into_iter().map(|id| (id, aim)));
        }
        pulled.extend(needed.into_iter().map(|id| (id, Aim::Start)));
        pulled
    }

    /// Whether something that `id` depends on is about to stop, to be started again.
    fn ground_goes_down(&self, id: ServiceId) -> bool {
        reach(&self.model, &[id], prerequisites).iter().any(|id| {
            let ward = &self.wards[id.index()];
            let will_go = ward.next.is_some_and(|plan| plan.aim == Aim::Restart);
            will_go || ward.work.as_deref().is_some_and(Work::goes_down_first)
        })
    }

    fn needs_start(&self, id: ServiceId) -> bool {
        let ward = &self.wards[id.index()];
        !ward.is_monitored() || ward.work.is_some() || ward.presence == Seen::Absent
    }

    /// Whether the service is ours to stop: nobody touches what is not monitored.
    fn is_alive(&self, id: ServiceId) -> bool {
        let ward = &self.wards[id.index()];
        ward.is_monitored() || ward.work.is_some()
    }

    /// Gives one service its plan.
    fn assign(&mut self, id: ServiceId, plan: Plan) {
        let model = self.model.clone();
        self.cancel_check(id);
        self.changed = true;
        let ward = &mut self.wards[id.index()];
        if plan.aim != Aim::Stop && !ward.is_monitored() {
            ward.forget();
            ward.monitoring = Monitoring::Initializing;
        }
        let replaced = match &mut ward.work {
            Some(work) if work.is_active() => {
                if ward.next.is_none() && work.serves(plan) {
                    return;
                }
                let old = ward.next;
                ward.next = Some(old.map_or(plan, |old| old.merge(plan).0));
                old
            }
            Some(work) => {
                let old = work.plan;
                let (plan, stands) = old.merge(plan);
                work.plan = plan;
                if !stands {
                    work.phase = first_phase(model.service(id), plan);
                }
                Some(old)
            }
            None => {
                let phase = first_phase(model.service(id), plan);
                ward.work = Some(Box::new(Work { plan, phase }));
                None
            }
        };
        if let Some(old) = replaced {
            self.say_replaced(id, old, plan);
        }
    }

    /// A pending wish of an operator is never dropped in silence.
    fn say_replaced(&mut self, id: ServiceId, old: Plan, new: Plan) {
        let Cause::User(asked) = old.cause else {
            return;
        };
        match new.cause {
            Cause::User(_) => {
                let (old, new) = (asked.word(), new.aim.word());
                let text = format!("{old} action replaced by {new}");
                self.log_service(id, Priority::Info, &text);
            }
            Cause::Dependency | Cause::Rule if new.aim == Aim::Stop => {
                self.fail_to_start(id, asked)
            }
            Cause::Dependency | Cause::Rule => {}
        }
    }

    /// Phase two: begins every phase whose turn has come.
    pub(super) fn settle(&mut self) {
        let mut progress = true;
        while progress {
            progress = false;
            for index in 0..self.wards.len() {
                progress |= self.begin_phase(service_id(index));
            }
        }
    }

    fn begin_phase(&mut self, id: ServiceId) -> bool {
        let Some(work) = &self.wards[id.index()].work else {
            return false;
        };
        let (verb, told) = match work.phase {
            Phase::Active(_) => return false,
            Phase::StopPending => (Verb::Stop, true),
            Phase::StartPending { told } => (Verb::Start, told),
            Phase::RestartPending => (Verb::Restart, true),
        };
        if self.has_its_turn(id, verb) {
            self.begin_job(id, verb);
            return true;
        }
        if verb == Verb::Restart && !self.missing_prerequisites(id).is_empty() {
            // What it depends on is going down: then it must stop now and start later.
            self.set_phase(id, Phase::StopPending);
            return true;
        }
        if !told {
            self.tell_waiting(id);
        }
        false
    }

    /// Whether all that has to happen before has happened.
    pub(super) fn has_its_turn(&self, id: ServiceId, verb: Verb) -> bool {
        let may_stop = verb == Verb::Start || self.dependants_have_stopped(id);
        let may_start = verb == Verb::Stop || self.missing_prerequisites(id).is_empty();
        may_stop && may_start
    }

    pub(super) fn set_phase(&mut self, id: ServiceId, phase: Phase) {
        if let Some(work) = &mut self.wards[id.index()].work {
            work.phase = phase;
            self.changed = true;
        }
    }

    /// Services that nobody monitors and nothing is done to are looked through, not at.
    fn dependants_have_stopped(&self, id: ServiceId) -> bool {
        let mut queue: Vec<ServiceId> = self.model.dependants(id).collect();
        while let Some(id) = queue.pop() {
            let ward = &self.wards[id.index()];
            let busy = ward.work.as_deref().is_some_and(Work::holds_up_a_stop);
            if busy || ward.next.is_some_and(|plan| plan.aim != Aim::Start) {
                return false;
            }
            if !ward.is_monitored() {
                queue.extend(self.model.dependants(id));
            }
        }
        true
    }

    /// What `id` depends on and cannot be started without. A service that nobody monitors is taken
    /// to be there, if what *it* depends on is: whoever switched its monitoring off answers for it.
    /// One that is just being looked at is waited for: it may turn out to be gone.
    pub(super) fn missing_prerequisites(&self, id: ServiceId) -> Vec<ServiceId> {
        let mut queue = self.model.service(id).depends.to_vec();
        let mut missing = Vec::new();
        while let Some(id) = queue.pop() {
            let ward = &self.wards[id.index()];
            let idle = ward.work.is_none() && ward.next.is_none();
            if idle && !ward.is_monitored() {
                queue.extend(&*self.model.service(id).depends);
            } else if !idle || ward.presence != Seen::Present || ward.check.awaits_reading() {
                missing.push(id);
            }
        }
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Says once for whom a service waits, unless that one is being seen to. What nobody has looked
    /// at yet, because its `every` has not come, is looked at: it may well be there.
    fn tell_waiting(&mut self, id: ServiceId) {
        let missing = self.missing_prerequisites(id);
        let in_progress = |id: &ServiceId| {
            let ward = &self.wards[id.index()];
            ward.work.is_some() || !matches!(ward.check, Check::Idle)
        };
        if missing.iter().any(in_progress) {
            return;
        }
        let names = self.quoted_names(&missing);
        self.log_service(
            id,
            Priority::Info,
            &format!("start waits for required services: {names}"),
        );
        self.set_phase(id, Phase::StartPending { told: true });
        for id in missing {
            if self.wards[id.index()].presence == Seen::Unknown {
                self.order_sample(id, Depth::Presence);
            }
        }
    }

    /// Tells the operators whose start waits for `id` that it does not come up. The services go on
    /// waiting, as any dependant does.
    fn disappoint_dependants(&mut self, id: ServiceId) {
        let model = self.model.clone();
        for dependant in reach(&model, &[id], dependants) {
            let Some(work) = &mut self.wards[dependant.index()].work else {
                continue;
            };
            let Cause::User(asked) = work.plan.cause else {
                continue;
            };
            if matches!(work.phase, Phase::StartPending { .. }) {
                work.plan.cause = Cause::Dependency;
                self.fail_to_start(dependant, asked);
            }
        }
    }

    fn fail_to_start(&mut self, id: ServiceId, asked: UserAction) {
        let names = self.quoted_names(&self.missing_prerequisites(id));
        let text = format!("failed to start -- could not start required services: {names}");
        self.raise(id, Alarm::Exec, &text);
        self.report_action(id, asked, false);
    }

    fn quoted_names(&self, services: &[ServiceId]) -> String {
        let quoted = |id: &ServiceId| format!("'{}'", self.model.service(*id).name);
        services.iter().map(quoted).collect::<Vec<_>>().join(", ")
    }

    /// These and all they depend on.
    pub(super) fn with_prerequisites(&self, targets: &[ServiceId]) -> Vec<ServiceId> {
        let mut all = reach(&self.model, targets, prerequisites);
        all.extend(targets);
        all
    }

    /// Whether all that `id` depends on is monitored. Else it waits for that, as in Monit: after
    /// `onreboot nostart` this machine is not the one of a pair that has to run it.
    pub(super) fn stands_on_watched_ground(&self, id: ServiceId) -> bool {
        if self.model.service(id).depends.is_empty() {
            return true;
        }
        let ground = reach(&self.model, &[id], prerequisites);
        ground
            .iter()
            .all(|id| self.wards[id.index()].is_monitored())
    }

    /// Monitoring on, for these and all they depend on (reference F133).
    pub(super) fn monitor(&mut self, targets: &[ServiceId]) {
        for id in self.with_prerequisites(targets) {
            let ward = &mut self.wards[id.index()];
            if !ward.is_monitored() {
                ward.forget();
                ward.monitoring = Monitoring::Initializing;
                self.changed = true;
            }
        }
    }

    /// Monitoring off, for these and all that depend on them (reference F133).
    pub(super) fn unmonitor(&mut self, targets: &[ServiceId]) {
        let model = self.model.clone();
        let others = reach(&model, targets, dependants);
        for &id in targets.iter().chain(&others) {
            self.stop_monitoring(id);
        }
    }

    /// Monitoring off for one; what is pending is dropped, a job under way ends by itself.
    pub(super) fn stop_monitoring(&mut self, id: ServiceId) {
        self.cancel_check(id);
        self.changed = true;
        let ward = &mut self.wards[id.index()];
        ward.forget();
        ward.monitoring = Monitoring::Off;
        let next = ward.next.take();
        let pending = match &ward.work {
            Some(work) if !work.is_active() => ward.work.take().map(|work| work.plan),
            Some(_) | None => None,
        };
        for plan in [pending, next].into_iter().flatten() {
            if let Cause::User(asked) = plan.cause {
                self.report_action(id, asked, false);
            }
        }
    }

    /// In a dry run a plan is told, not made.
    pub(super) fn tell_plan(&mut self, targets: &[ServiceId], aim: Aim, cause: Cause) {
        let model = self.model.clone();
        let others = self.pulled_along(targets, aim, cause);
        let targets = targets.iter().map(|&id| (id, aim));
        for (id, aim) in targets.chain(others) {
            let service = model.service(id);
            let program = match aim {
                Aim::Start => service.start.as_ref(),
                Aim::Stop => service.stop.as_ref(),
                Aim::Restart => service.restart.as_deref().or(service.start.as_ref()),
            };
            let program = program.map_or_else(String::new, |program| {
                format!(": '{}'", program.command_line())
            });
            let text = format!("would {}{program}", aim.word());
            self.log_service(id, Priority::Info, &text);
        }
    }

    /// A job of `id` is over and so is its plan, unless the plan has a second half.
    pub(super) fn end_phase(&mut self, id: ServiceId, verb: Verb, succeeded: bool) {
        self.changed = true;
        let ward = &mut self.wards[id.index()];
        let Some(work) = ward.work.take() else {
            return;
        };
        let Plan { aim, cause } = work.plan;
        let halfway = verb == Verb::Stop && aim == Aim::Restart && succeeded;
        if halfway {
            let phase = Phase::StartPending { told: false };
            ward.work = Some(Box::new(Work {
                plan: work.plan,
                phase,
            }));
        } else {
            if aim == Aim::Stop {
                let next = self.wards[id.index()].next.take();
                self.stop_monitoring(id);
                self.wards[id.index()].next = next;
            }
            if let Cause::User(asked) = cause {
                self.report_action(id, asked, succeeded);
            }
        }
        self.take_up_next(id);
        if !halfway && !succeeded {
            self.disappoint_dependants(id);
        }
        let ward = &self.wards[id.index()];
        if ward.work.is_none() && ward.is_monitored() && ward.presence == Seen::Unknown {
            let depth = if cause == Cause::Rule {
                Depth::Presence
            } else {
                Depth::Full
            };
            self.order_sample(id, depth);
        }
    }

    /// A job can be interrupted again, or is over: now comes the wish that waited for that.
    pub(super) fn take_up_next(&mut self, id: ServiceId) {
        if let Some(plan) = self.wards[id.index()].next.take() {
            self.assign(id, plan);
        }
    }

    /// Tells the shell of all processes whose end it should report, where that changed.
    pub(super) fn update_watches(&mut self) {
        for index in 0..self.wards.len() {
            let ward = &mut self.wards[index];
            let process = ward.process.filter(|_| ward.is_monitored());
            let (watch, holds) = match (process, ward.watch) {
                (Some(_), watch) => (Watch::Asked, watch == Watch::Asked),
                (None, watch) => (Watch::Unasked, watch == Watch::Unasked),
            };
            if !holds {
                ward.watch = watch;
                let service = service_id(index);
                self.effects.push_back(Effect::Watch { service, process });
            }
        }
    }
}

/// The id of the service at `index`; a model holds at most 65,535.
pub(super) fn service_id(index: usize) -> ServiceId {
    ServiceId::new(u16::try_from(index).expect("a model holds at most 65,535 services"))
}

fn prerequisites(model: &Model, id: ServiceId) -> Vec<ServiceId> {
    model.service(id).depends.to_vec()
}

fn dependants(model: &Model, id: ServiceId) -> Vec<ServiceId> {
    model.dependants(id).collect()
}

/// Everything that can be reached from `from` by `step`, without `from` itself, each once.
fn reach(
    model: &Model,
    from: &[ServiceId],
    step: fn(&Model, ServiceId) -> Vec<ServiceId>,
) -> Vec<ServiceId> {
    let mut seen = vec![false; model.services.len()];
    for id in from {
        seen[id.index()] = true;
    }
    let mut queue = from.to_vec();
    let mut found = Vec::new();
    while let Some(id) = queue.pop() {
        for other in step(model, id) {
            if !std::mem::replace(&mut seen[other.index()], true) {
                queue.push(other);
                found.push(other);
            }
        }
    }
    found
}
