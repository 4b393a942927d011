//! Cycles and checks: who is looked at when, and in which order verdicts fall.
//!
//! At each poll deadline every monitored service that is due is sampled at once. Existence is
//! judged first, after that of the services it depends on: if one of those is down, that is what
//! has to be repaired. Then the other tests, then all connection tests together; the check ends
//! with the last of them. A hung peer delays its own service only, which is then not checked again
//! until it is done. A service that is being started or stopped is not checked at all: its job
//! looks by itself.

use crate::model::{Action, Checksum, ChecksumKind, EventKind, Rule, ServiceId, Subject, Test};
use crate::reading::{ProcessId, ProcessState, Reading};

use super::depend::service_id;
use super::event::{Event, Tidings};
use super::program::PROGRAMS_LIMIT;
use super::service::{Check, Depth, LimitState, ProbeState, Seen};
use super::{Effect, Engine, Monitoring, Priority, SampleId};

impl Engine {
    /// Begins a cycle: a check of every service that is due.
    pub(super) fn begin_cycle(&mut self) {
        self.schedule_next_cycle();
        self.programs_room = PROGRAMS_LIMIT;
        for index in 0..self.wards.len() {
            let id = service_id(index);
            self.wards[index].extra_check_used = false;
            if self.is_due(id) {
                self.begin_check(id, Depth::Full);
            }
        }
    }

    /// Begins a check, unless a restart limit ends the monitoring.
    fn begin_check(&mut self, id: ServiceId, depth: Depth) {
        self.apply_restart_limits(id);
        let ward = &self.wards[id.index()];
        if !ward.is_monitored() || ward.work.is_some() {
            return;
        }
        if self.stands_on_watched_ground(id) {
            self.order_sample(id, depth);
        } else {
            let text = "not checked, for a service it depends on is not monitored";
            self.log_service(id, Priority::Debug, text);
        }
    }

    /// Orders the reading of a check.
    pub(super) fn order_sample(&mut self, id: ServiceId, depth: Depth) {
        if matches!(self.model.service(id).subject, Subject::Program(_)) {
            // There is nothing to look at but how it ends.
            return match depth {
                Depth::Full => self.queue_program(id),
                Depth::Existence | Depth::Presence => {}
            };
        }
        let sample = self.next_sample_id(id);
        let rules = &self.model.service(id).rules;
        let (digests, content) = match depth {
            Depth::Full => (wanted_digests(rules), self.content_from(id)),
            Depth::Existence | Depth::Presence => (Vec::new(), None),
        };
        self.effects.push_back(Effect::Sample {
            sample,
            service: id,
            digests,
            content,
            thorough: depth == Depth::Full,
        });
        self.wards[id.index()].check = Check::Sampling { sample, depth };
    }

    /// Restarts are counted when they are ordered and looked at when the next check begins.
    fn apply_restart_limits(&mut self, id: ServiceId) {
        let model = self.model.clone();
        for (index, limit) in model.service(id).restart_limits.iter().enumerate() {
            let state = &mut self.wards[id.index()].limits[index];
            if state.restarts == 0 && state.events == 0 {
                continue;
            }
            self.changed = true;
            state.cycles = state.cycles.saturating_add(1);
            if state.restarts == 0 {
                continue; // quiet; long enough is a recovery
            }
            if state.cycles > limit.cycles {
                *state = LimitState {
                    events: state.events,
                    ..LimitState::default()
                };
                continue;
            }
            if state.restarts < limit.restarts {
                continue;
            }
            state.events = state.events.saturating_add(1);
            let LimitState {
                restarts,
                cycles,
                events,
            } = *state;
            let action = limit.action.word();
            let text =
                format!("service restarted {restarts} times within {cycles} cycles(s) - {action}");
            self.log_service(id, Priority::Error, &text);
            let (kind, tidings) = (EventKind::Timeout, Tidings::Failed { events });
            self.post(
                id,
                &Event {
                    kind,
                    tidings,
                    text: &text,
                    action,
                },
            );
            if limit.action.is_due(events) {
                self.act(id, &limit.action, kind.failed(), &text);
            }
            if !self.wards[id.index()].is_monitored() {
                return;
            }
        }
    }

    /// Takes readings and judges what can be.
    pub(super) fn take_readings(&mut self, readings: Vec<(SampleId, Reading)>) {
        for (sample, reading) in readings {
            self.take_reading(sample, Some(Box::new(reading)));
        }
        self.release_held();
    }

    /// Takes the last readings for new ones and judges what can be.
    pub(super) fn keep_readings(&mut self, samples: Vec<SampleId>) {
        for sample in samples {
            self.take_reading(sample, None);
        }
        self.release_held();
    }

    /// By the job or the check that waits for it; none is the last one again.
    fn take_reading(&mut self, ours: SampleId, reading: Option<Box<Reading>>) {
        let id = ours.service();
        // After a reload there may be fewer services than when the look was ordered.
        let Some(ward) = self.wards.get_mut(id.index()) else {
            return;
        };
        match (&ward.check, reading) {
            (Check::Sampling { sample, depth }, reading) if *sample == ours => {
                let depth = *depth;
                ward.check = Check::Held { reading, depth };
            }
            // Jobs look for themselves.
            (_, Some(reading)) => self.take_look(id, ours, reading),
            (_, None) => {}
        }
    }

    /// Judges every reading that waits for nobody; tells whether there was one.
    pub(super) fn release_held(&mut self) -> bool {
        let mut released = false;
        let mut progress = true;
        while progress {
            progress = false;
            for index in 0..self.wards.len() {
                let id = service_id(index);
                if matches!(self.wards[index].check, Check::Held { .. }) && self.may_judge(id) {
                    self.judge(id);
                    progress = true;
                }
            }
            released |= progress;
        }
        released
    }

    fn may_judge(&self, id: ServiceId) -> bool {
        let depends = &self.model.service(id).depends;
        !depends
            .iter()
            .any(|id| self.wards[id.index()].check.awaits_reading())
    }

    fn judge(&mut self, id: ServiceId) {
        let ward = &mut self.wards[id.index()];
        let Check::Held { reading, depth } = std::mem::replace(&mut ward.check, Check::Idle) else {
            return;
        };
        if ward.monitoring == Monitoring::Initializing {
            ward.monitoring = Monitoring::On;
        }
        if let Some(reading) = reading {
            self.observe(id, reading);
        }
        let present = self.wards[id.index()].presence == Seen::Present;
        match depth {
            Depth::Presence if present => self.confirm_existence(id),
            Depth::Presence => {}
            // Its pidfile went with it: somebody ends it in order, and may be about to start it
            // again. He gets until the next cycle.
            Depth::Existence if self.is_unclaimed(id) => {}
            Depth::Existence => self.judge_existence(id),
            Depth::Full => {
                self.wards[id.index()].changed_bits = 0;
                self.judge_existence(id);
                if present {
                    self.judge_content(id);
                }
                // Of a process that has ended meanwhile nothing is asked; it is looked at again.
                if present && !self.wards[id.index()].look_again {
                    self.begin_probes(id);
                }
            }
        }
        let ended = matches!(self.wards[id.index()].check, Check::Idle);
        if ended && self.is_checkable(id) && depth != Depth::Presence {
            self.finish_check(id, false);
        }
    }

    fn is_unclaimed(&self, id: ServiceId) -> bool {
        let reading = self.wards[id.index()].reading.as_deref();
        matches!(reading, Some(Reading::Process(ProcessState::Unclaimed)))
    }

    /// Whether the check goes on: an action of one of its rules may have ended it.
    pub(super) fn is_checkable(&self, id: ServiceId) -> bool {
        let ward = &self.wards[id.index()];
        ward.is_monitored() && ward.work.is_none()
    }

    pub(super) fn finish_check(&mut self, id: ServiceId, warming: bool) {
        let ward = &mut self.wards[id.index()];
        ward.monitoring = if warming {
            Monitoring::Initializing
        } else {
            Monitoring::On
        };
        let present = ward.presence == Seen::Present;
        if present && !warming && !ward.has_failing_rule() {
            self.recover_restart_limits(id);
        }
        let ward = &mut self.wards[id.index()];
        if std::mem::take(&mut ward.look_again) && present {
            self.begin_extra_check(id);
        }
    }

    /// A service that is up at this moment has not recovered: one that dies again and again is up
    /// in between. It has when as many checks as its limit counts over passed without a restart.
    fn recover_restart_limits(&mut self, id: ServiceId) {
        let model = self.model.clone();
        let limits = &model.service(id).restart_limits;
        let mut recovered = false;
        for (limit, state) in limits.iter().zip(&mut self.wards[id.index()].limits) {
            if state.events > 0 && state.restarts == 0 && state.cycles >= limit.cycles {
                *state = LimitState::default();
                recovered = true;
            }
        }
        if recovered {
            self.changed = true;
            let text = "process is running after previous restart timeout (manually recovered?)";
            self.log_service(id, Priority::Info, text);
            let (kind, tidings) = (EventKind::Timeout, Tidings::Succeeded);
            let action = Action::Alert.word();
            self.post(
                id,
                &Event {
                    kind,
                    tidings,
                    text,
                    action,
                },
            );
        }
    }

    /// A watched process has ended: its service is looked at once, not at the next poll.
    pub(super) fn take_gone(&mut self, process: ProcessId) {
        for index in 0..self.wards.len() {
            let ward = &mut self.wards[index];
            if ward.process != Some(process) || !ward.is_monitored() || ward.work.is_some() {
                continue; // not ours any more, or a job is looking already
            }
            match ward.check {
                Check::Idle => self.begin_extra_check(service_id(index)),
                // The reading on its way may be older than the news.
                Check::Sampling { .. } | Check::Held { .. } => ward.look_again = true,
                Check::Queued { .. } | Check::Running { .. } => {} // of no process
                // Its connection tests have lost their subject. A peer that hangs or drips must not
                // hold up the repair.
                Check::Pinging { .. } | Check::Probing { .. } => {
                    self.cancel_check(service_id(index));
                    self.begin_extra_check(service_id(index));
                }
            }
        }
    }

    /// At most one per service and poll interval, so that a process that dies at once is not
    /// restarted in a tight loop.
    fn begin_extra_check(&mut self, id: ServiceId) {
        if !self.may_check_now(id) {
            return;
        }
        let ward = &mut self.wards[id.index()];
        if !std::mem::replace(&mut ward.extra_check_used, true) {
            self.begin_check(id, Depth::Existence);
        }
    }

    /// Ends a check without a verdict.
    pub(super) fn cancel_check(&mut self, id: ServiceId) {
        let ward = &mut self.wards[id.index()];
        ward.look_again = false;
        match std::mem::replace(&mut ward.check, Check::Idle) {
            Check::Idle | Check::Queued { .. } | Check::Held { .. } => {}
            Check::Sampling { sample, .. } => {
                self.effects.push_back(Effect::CancelSample(sample));
            }
            Check::Running { child, .. } => self.effects.push_back(Effect::Kill(child)),
            Check::Pinging { runs } | Check::Probing { runs } => {
                let asked = runs.iter().filter_map(|run| match run.state {
                    ProbeState::Asked { probe, .. } => Some(Effect::CancelProbe(probe)),
                    ProbeState::Answered | ProbeState::Untried => None,
                });
                self.effects.extend(asked);
            }
        }
    }
}

fn wanted_digests(rules: &[Rule]) -> Vec<ChecksumKind> {
    let mut kinds = Vec::new();
    for rule in rules {
        if let Test::Checksum(Checksum::Failed(kind, _) | Checksum::Changed(kind)) = &rule.test {
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
    }
    kinds
}
