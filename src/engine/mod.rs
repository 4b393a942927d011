//! The deciding heart: one input, then every effect it caused, then the next input.
//!
//! ```text
//!  input ─► cycle ─► judge ─► window ─► event ─► depend ─► job ─► effects
//!           who is   did it   does it   who is   what      how to
//!           checked  pass     count     told     becomes   get there
//! ```
//!
//! The same inputs give the same effects, byte for byte: the engine has no clock, no file, no
//! random source and no unordered table. [`Engine::handle`] takes one input; then
//! [`Engine::next_effect`] is called until there is none; then [`Engine::deadline`] says when to
//! send [`Input::Wake`]. Timers are found by a plain scan of the services, which is enough for the
//! hundreds there may be.

mod action;
mod boot;
mod content;
mod cycle;
mod depend;
mod effect;
mod event;
mod examine;
mod input;
mod job;
mod judge;
mod pinging;
mod plan;
mod probing;
mod program;
mod progress;
mod reload;
mod service;
mod snapshot;
mod standing;
mod turn;
mod window;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use crate::model::{Model, ServiceId};
use crate::text::PROGRAM;
use crate::time::{Moment, Now};

use action::Execution;
use depend::service_id;
use job::Job;
use plan::{Aim, Cause, Phase};
use service::{Check, Depth, Ward};

pub use action::{EXECUTIONS_LIMIT, EXECUTIONS_OF_ONE};
pub use boot::Boot;
pub use effect::{ChildId, Effect, Priority, ProbeId, Reach, SampleId, Wanted};
pub use input::{
    CertificateFacts, Command, Ending, Input, Lacking, PingAnswer, ProbeOutcome, UserAction,
};
pub use program::PROGRAMS_LIMIT;
pub use standing::{Happening, Monitoring, Standing};

/// For how many effects room is kept.
const EFFECTS_KEPT: usize = 256;

/// The supervisor's whole state.
#[derive(Debug)]
pub struct Engine {
    model: Rc<Model>,
    boot: Boot,
    /// The time of the input being handled.
    now: Now,
    /// One per service of the model, by [`ServiceId`].
    wards: Vec<Ward>,
    /// Running programs of `exec` actions.
    executions: Vec<Execution>,
    /// How many programs may run as checks at a time: fewer than [`PROGRAMS_LIMIT`] where the
    /// machine was short of something in this cycle.
    programs_room: usize,
    /// When the next cycle begins; none after the single pass of a run without `set daemon`.
    next_cycle: Option<Moment>,
    effects: VecDeque<Effect>,
    last_order: u64,
    /// Whether something has changed that the saved state holds.
    changed: bool,
    /// The checksum of the state that was last saved.
    saved: u64,
    /// Why the saved state could not be read.
    unreadable_state: Option<&'static str>,
    stopped: bool,
}

impl Engine {
    /// An engine at its start, with its first effects waiting. `saved` is what [`Effect::Save`]
    /// gave an earlier run; if it cannot be read, [`Self::unreadable_state`] says why and the
    /// engine starts without.
    pub fn new(model: Model, mut boot: Boot, saved: Option<&[u8]>) -> Self {
        let (restored, unreadable_state) = match saved.map(snapshot::decode) {
            Some(Ok(saved)) => (Some(saved), None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        // Where nothing tells this boot from another, it is taken for the same: a service that
        // somebody stopped stays stopped, and no counter begins anew.
        if let (true, Some(saved)) = (boot.identity.is_empty(), &restored) {
            boot.identity = saved.boot.clone();
        }
        let rebooted = restored
            .as_ref()
            .is_none_or(|saved| *saved.boot != *boot.identity);
        let delay = if rebooted {
            model.settings.start_delay
        } else {
            Duration::ZERO
        };
        let mut engine = Self {
            model: Rc::new(model),
            now: boot.started,
            next_cycle: Some(boot.started.moment + delay),
            boot,
            wards: Vec::new(),
            executions: Vec::new(),
            programs_room: PROGRAMS_LIMIT,
            effects: VecDeque::new(),
            last_order: 0,
            changed: true,
            saved: saved.map_or(0, snapshot::seal_of),
            unreadable_state,
            stopped: false,
        };
        engine.restore(restored);
        engine.greet();
        engine
    }

    fn greet(&mut self) {
        if let Some(reason) = self.unreadable_state {
            let text = format!("The saved state cannot be read ({reason}): starting without it");
            self.log(Priority::Warning, text);
        }
        // A single pass from cron is no start of a daemon and tells nobody.
        if self.model.settings.poll.is_some() {
            self.tell_instance(&format!("{PROGRAM} started"), "start");
        }
    }

    /// Takes one input. All effects of the one before must have been taken.
    pub fn handle(&mut self, now: Now, input: Input) {
        assert!(
            self.effects.is_empty(),
            "effects are taken before the next input"
        );
        if self.stopped {
            return;
        }
        self.now = now;
        match input {
            Input::Wake => self.wake(),
            Input::HeldUp(lost) => self.postpone_jobs(lost),
            Input::Sampled(readings) => self.take_readings(readings),
            Input::Unchanged(samples) => self.keep_readings(samples),
            Input::ProbeEnded { probe, outcome } => self.take_probe(probe, outcome),
            Input::ProbeUntried { probe, reason } => self.take_untried(probe, &reason),
            Input::PingEnded { probe, answer } => self.take_ping(probe, answer),
            Input::ChildExited {
                child,
                ending,
                output,
            } => {
                if !self.take_exit(child, ending, &output) {
                    self.end_execution(child, ending);
                }
            }
            Input::ProgramEnded {
                child,
                pid,
                ending,
                output,
                matched,
            } => self.take_program(child, pid, ending, output, matched),
            Input::SpawnFailed {
                child,
                reason,
                shortage,
            } => {
                if !self.take_spawn_failure(child, &reason, shortage)
                    && !self.take_refused_program(child, &reason, shortage)
                {
                    self.fail_execution(child, &reason);
                }
            }
            Input::ProcessGone { process } => self.take_gone(process),
            Input::Command(Command::Act { services, action }) => self.obey(&services, action),
            Input::Command(Command::CheckNow) => self.begin_cycle(),
            Input::Loaded(model) => self.reload(*model),
            Input::LoadFailed { reason } => self.keep_old_model(&reason),
            Input::Stop => self.stop(),
        }
        if !self.stopped {
            self.settle();
            while self.release_held() {
                self.settle();
            }
            self.start_programs();
            self.update_watches();
        }
        self.save();
    }

    /// The oldest effect not yet taken.
    pub fn next_effect(&mut self) -> Option<Effect> {
        let next = self.effects.pop_front();
        if next.is_none() {
            // The orders of a cycle over thousands of services take room that is better given back.
            self.effects.shrink_to(EFFECTS_KEPT);
        }
        next
    }

    /// When to send [`Input::Wake`]; none when only other inputs can bring anything on.
    pub fn deadline(&self) -> Option<Moment> {
        if self.stopped {
            return None;
        }
        let jobs = self.jobs().filter_map(|(_, job)| job.deadline());
        let passing = self.awaited_executions();
        let passing = passing.filter(|_| self.next_cycle.is_none());
        jobs.chain(self.next_cycle).chain(passing).min()
    }

    /// The configuration in force.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Why the saved state given at the start could not be read, if so: it should be set aside.
    pub const fn unreadable_state(&self) -> Option<&'static str> {
        self.unreadable_state
    }

    /// Whether nothing is under way and no cycle is to come: the single pass of a run without
    /// `set daemon` is over, its actions included. Always false with `set daemon`.
    pub fn is_idle(&self) -> bool {
        let checks = self
            .wards
            .iter()
            .all(|ward| matches!(ward.check, Check::Idle));
        let jobs = self.jobs().next().is_none();
        let executions = self.awaited_executions().next().is_none();
        self.next_cycle.is_none() && checks && jobs && executions
    }

    /// Whether this program starts, stops or restarts a service: run twice, it may do harm.
    pub fn is_repair(&self, child: ChildId) -> bool {
        self.jobs().any(|(_, job)| job.runs(child))
    }

    fn jobs(&self) -> impl Iterator<Item = (ServiceId, &Job)> {
        self.wards
            .iter()
            .enumerate()
            .filter_map(|(index, ward)| match &ward.work.as_ref()?.phase {
                Phase::Active(job) => Some((service_id(index), job)),
                Phase::StopPending | Phase::StartPending { .. } | Phase::RestartPending => None,
            })
    }

    fn wake(&mut self) {
        self.wake_jobs();
        if self.next_cycle.is_some_and(|at| at <= self.now.moment) {
            self.begin_cycle();
        }
    }

    fn schedule_next_cycle(&mut self) {
        let poll = self.model.settings.poll;
        self.next_cycle = poll.map(|poll| self.now.moment + poll.max(Duration::from_secs(1)));
    }

    /// An operator's command: taken at once, then a cycle begins (reference F130).
    fn obey(&mut self, services: &[ServiceId], action: UserAction) {
        for &id in services {
            let text = format!("{} on user request", action.word());
            self.log_service(id, Priority::Info, &text);
        }
        let aim = match action {
            UserAction::Start => Aim::Start,
            UserAction::Stop => Aim::Stop,
            UserAction::Restart => Aim::Restart,
            UserAction::Monitor | UserAction::Unmonitor => {
                self.set_monitoring(services, action);
                return self.begin_cycle_after_command(services);
            }
        };
        if self.boot.dry_run {
            self.tell_plan(services, aim, Cause::User(action));
            return;
        }
        if aim == Aim::Restart {
            for &id in services {
                self.log_service(id, Priority::Info, "trying to restart");
            }
        }
        self.plan(services, aim, Cause::User(action));
        self.settle();
        self.begin_cycle_after_command(services);
    }

    fn set_monitoring(&mut self, services: &[ServiceId], action: UserAction) {
        if action == UserAction::Monitor {
            self.monitor(services);
        } else {
            self.unmonitor(services);
        }
        for &id in services {
            self.report_action(id, action, true);
        }
    }

    /// Without `set daemon` a command checks only what it needs to know.
    fn begin_cycle_after_command(&mut self, services: &[ServiceId]) {
        if self.model.settings.poll.is_some() {
            self.begin_cycle();
            return;
        }
        self.next_cycle = None;
        for id in self.with_prerequisites(services) {
            let ward = &self.wards[id.index()];
            let idle = ward.work.is_none() && matches!(ward.check, Check::Idle);
            if idle && ward.monitoring == Monitoring::Initializing {
                self.order_sample(id, Depth::Full);
            }
        }
    }

    fn end_execution(&mut self, child: ChildId, ending: Ending) {
        let Some(execution) = self.take_execution(child) else {
            return; // its job was let go by a reload
        };
        let how = match ending {
            Ending::Exited(0) => return,
            Ending::Exited(status) => format!("exit status {status}"),
            Ending::Signaled(signal) => format!("killed by signal {signal}"),
            Ending::TimedOut => "timed out".into(),
        };
        let text = format!("{} failed ({how})", execution.label());
        self.log(Priority::Warning, text);
    }

    fn fail_execution(&mut self, child: ChildId, reason: &str) {
        if let Some(execution) = self.take_execution(child) {
            self.log(
                Priority::Error,
                format!("{} failed -- {reason}", execution.label()),
            );
        }
    }

    fn take_execution(&mut self, child: ChildId) -> Option<Execution> {
        let position = self.executions.iter().position(|e| e.child == child)?;
        Some(self.executions.remove(position))
    }

    /// The services are left as they are: they run without us. Programs that are checks do not.
    fn stop(&mut self) {
        self.end_programs();
        self.tell_instance(&format!("{PROGRAM} stopped"), "stop");
        self.stopped = true;
        self.changed = true;
    }

    fn tell_instance(&mut self, text: &str, action: &'static str) {
        let line = format!("'{}' {text}", self.host());
        self.log(Priority::Info, line);
        self.report_instance(text, action);
    }

    /// Emits the state if it is not what was saved last.
    fn save(&mut self) {
        if std::mem::take(&mut self.changed) && !self.boot.dry_run {
            let bytes = self.snapshot();
            let seal = snapshot::seal_of(&bytes);
            if seal != self.saved {
                self.saved = seal;
                self.effects.push_back(Effect::Save(bytes));
            }
        }
        if self.stopped {
            self.effects.push_back(Effect::Quit);
        }
    }

    fn next_order(&mut self) -> u64 {
        self.last_order += 1;
        self.last_order
    }

    fn next_sample_id(&mut self, service: ServiceId) -> SampleId {
        SampleId::new(self.next_order(), service)
    }

    fn next_probe_id(&mut self) -> ProbeId {
        ProbeId(self.next_order())
    }

    fn next_child_id(&mut self) -> ChildId {
        ChildId(self.next_order())
    }
}
