//! Cycles and checks: who is looked at when, and in which order verdicts fall.
//!
//! At each poll deadline every monitored service that is due is sampled at once. Existence is judged
//! first, after that of the services it depends on: if one of those is down, that is what has to be
//! repaired. Then the other tests, then all connection tests together; the check ends with the last
//! of them. A hung peer delays its own service only, which is then not checked again until it is
//! done. A service that is being started or stopped is not checked at all: its job looks by itself.

use std::rc::Rc;

use crate::model::{
    Action, Checksum, ChecksumKind, ConnectionTest, EventKind, Every, Rule, ServiceId, Subject,
    Test, Window,
};
use crate::reading::{FileKind, FileReading, Presence, ProcessId, ProcessState, Reading};

use super::depend::service_id;
use super::event::{Event, Tidings};
use super::judge::{self, FileFacts, Finding};
use super::service::{Alarm, Check, Depth, LimitState, ProbeRun, ProbeState, Seen};
use super::{Effect, Engine, Monitoring, Priority, ProbeId, ProbeOutcome, SampleId};

impl Engine {
    /// Begins a cycle: a check of every service that is due.
    pub(super) fn begin_cycle(&mut self) {
        self.schedule_next_cycle();
        for index in 0..self.wards.len() {
            let id = service_id(index);
            self.wards[index].extra_check_used = false;
            if self.is_due(id) {
                self.begin_check(id, Depth::Full);
            }
        }
    }

    fn is_due(&mut self, id: ServiceId) -> bool {
        let every = match self.model.service(id).every {
            Every::Cycle => 1,
            Every::Cycles(cycles) => cycles,
        };
        let ward = &mut self.wards[id.index()];
        let busy = ward.work.is_some() || !matches!(ward.check, Check::Idle);
        if !ward.is_monitored() || busy {
            return false;
        }
        if ward.cycles_to_skip > 0 {
            ward.cycles_to_skip -= 1;
            if ward.monitoring == Monitoring::On {
                ward.monitoring = Monitoring::Waiting;
            }
            return false;
        }
        ward.cycles_to_skip = every.saturating_sub(1);
        true
    }

    /// Begins a check, unless a restart limit ends the monitoring.
    fn begin_check(&mut self, id: ServiceId, depth: Depth) {
        self.apply_restart_limits(id);
        let ward = &self.wards[id.index()];
        if ward.is_monitored() && ward.work.is_none() {
            self.order_sample(id, depth);
        }
    }

    /// Orders the reading of a check.
    pub(super) fn order_sample(&mut self, id: ServiceId, depth: Depth) {
        let sample = self.next_sample_id();
        let rules = &self.model.service(id).rules;
        let digests = match depth {
            Depth::Full => wanted_digests(rules),
            Depth::Existence => Vec::new(),
        };
        self.effects.push_back(Effect::Sample {
            sample,
            service: id,
            digests,
        });
        self.wards[id.index()].check = Check::Sampling { sample, depth };
    }

    /// Restarts are counted when they are ordered and looked at when the next check begins.
    fn apply_restart_limits(&mut self, id: ServiceId) {
        let model = self.model.clone();
        for (index, limit) in model.service(id).restart_limits.iter().enumerate() {
            let state = &mut self.wards[id.index()].limits[index];
            if state.restarts == 0 {
                continue;
            }
            self.changed = true;
            state.cycles += 1;
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
            // An exec runs once, until the service has recovered (reference F135).
            if events == 1 || !matches!(limit.action, Action::Exec(_)) {
                self.act(id, &limit.action, kind.failed(), &text);
            }
            if !self.wards[id.index()].is_monitored() {
                return;
            }
        }
    }

    /// Takes the reading of a check, if one waits for it.
    pub(super) fn take_reading(&mut self, ours: SampleId, reading: Reading) {
        let waits = |check: &Check| match check {
            Check::Sampling { sample, depth } if *sample == ours => Some(*depth),
            Check::Sampling { .. } | Check::Idle | Check::Held { .. } | Check::Probing { .. } => {
                None
            }
        };
        let found = self
            .wards
            .iter_mut()
            .find_map(|ward| Some((waits(&ward.check)?, ward)));
        if let Some((depth, ward)) = found {
            ward.check = Check::Held { reading, depth };
            self.release_held();
        }
    }

    /// Judges every reading that waits for nobody.
    pub(super) fn release_held(&mut self) {
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
        }
    }

    fn may_judge(&self, id: ServiceId) -> bool {
        let depends = &self.model.service(id).depends;
        depends.iter().all(|id| match self.wards[id.index()].check {
            Check::Sampling { .. } | Check::Held { .. } => false,
            Check::Idle | Check::Probing { .. } => true,
        })
    }

    fn judge(&mut self, id: ServiceId) {
        let ward = &mut self.wards[id.index()];
        let Check::Held { reading, depth } = std::mem::replace(&mut ward.check, Check::Idle) else {
            return;
        };
        if depth == Depth::Full {
            ward.changed_bits = 0;
        }
        self.observe(id, reading);
        self.judge_existence(id);
        if !self.is_checkable(id) {
            return;
        }
        if depth == Depth::Full && self.wards[id.index()].presence == Seen::Present {
            self.judge_content(id);
            if self.is_checkable(id) {
                self.begin_probes(id);
            }
        }
        if matches!(self.wards[id.index()].check, Check::Idle) {
            self.finish_check(id, false);
        }
    }

    /// Whether the check goes on: an action of one of its rules may have ended it.
    fn is_checkable(&self, id: ServiceId) -> bool {
        let ward = &self.wards[id.index()];
        ward.is_monitored() && ward.work.is_none()
    }

    /// Notes what was found, without judging it.
    pub(super) fn observe(&mut self, id: ServiceId, reading: Reading) {
        let ward = &mut self.wards[id.index()];
        let (presence, process) = match &reading {
            Reading::Process(ProcessState::Running(process)) => (Seen::Present, Some(process.id)),
            Reading::Process(ProcessState::Zombie(_) | ProcessState::Absent) => {
                (Seen::Absent, None)
            }
            Reading::File(Presence::Present(_)) | Reading::System(_) => (Seen::Present, None),
            Reading::File(Presence::Absent) => (Seen::Absent, None),
            Reading::File(Presence::Unreadable(_)) => (Seen::Unknown, None),
        };
        self.changed |= ward.process != process;
        ward.presence = presence;
        ward.process = process;
        ward.reading = Some(reading);
        ward.collected = Some(self.now.wall);
    }

    fn judge_existence(&mut self, id: ServiceId) {
        let ward = &self.wards[id.index()];
        let presence = ward.presence;
        let Some(reading) = &ward.reading else {
            return;
        };
        match reading {
            Reading::File(Presence::Unreadable(reason)) => {
                let text = format!("cannot be looked at -- {reason}");
                self.raise(id, Alarm::Data, &text);
                return;
            }
            // The reference raises a data access error first and restarts a cycle later (F81); a
            // dead process is dead.
            Reading::Process(ProcessState::Zombie(process)) => {
                let text = format!("process with pid {} is a zombie", process.pid);
                self.log_service(id, Priority::Error, &text);
            }
            Reading::Process(_) | Reading::File(_) | Reading::System(_) => {}
        }
        self.judge_presence(id, presence == Seen::Present, |_| true);
        if presence == Seen::Present && self.is_checkable(id) {
            self.judge_kind(id);
        }
    }

    /// Gives the tests of existence that `wants` names their result.
    fn judge_presence(&mut self, id: ServiceId, present: bool, wants: impl Fn(&Rule) -> bool) {
        let model = self.model.clone();
        let service = model.service(id);
        let text = match (&service.subject, present) {
            (Subject::Process(_), true) => {
                let pid = self.wards[id.index()]
                    .process
                    .map_or(-1, |process| process.pid);
                format!("process is running with pid {pid}")
            }
            (Subject::Process(_), false) => "process is not running".into(),
            (Subject::File(_), true) => "file exists".into(),
            (Subject::File(_), false) => "file doesn't exist".into(),
            (Subject::System, _) => return,
        };
        for (index, rule) in service.rules.iter().enumerate() {
            let fails_if_present = match rule.test {
                Test::NotExist => false,
                Test::Exist => true,
                Test::Connection(_)
                | Test::Checksum(_)
                | Test::Permission(_)
                | Test::PermissionChanged
                | Test::Uid(_)
                | Test::Gid(_)
                | Test::Size(_)
                | Test::SizeChanged
                | Test::Timestamp(_)
                | Test::TimestampChanged(_) => continue,
            };
            if wants(rule) && self.wards[id.index()].is_monitored() {
                let finding = if present == fails_if_present {
                    Finding::Failed(text.clone())
                } else {
                    Finding::Passed(text.clone())
                };
                self.take_finding(id, index, finding);
            }
        }
    }

    /// A start has just succeeded: that ends a failed existence at once, where it need not be seen
    /// several times.
    pub(super) fn confirm_existence(&mut self, id: ServiceId) {
        let at_once =
            |rule: &Rule| rule.test == Test::NotExist && rule.recovered.window == Window::ONCE;
        let failing = self
            .model
            .service(id)
            .rules
            .iter()
            .zip(&self.wards[id.index()].rules);
        let waits = failing
            .into_iter()
            .any(|(r, s)| at_once(r) && s.verdict.is_suspected());
        if waits {
            self.judge_presence(id, true, at_once);
        }
    }

    /// Is what is there what it should be?
    fn judge_kind(&mut self, id: ServiceId) {
        let Some(reading) = &self.wards[id.index()].reading else {
            return;
        };
        match reading {
            Reading::Process(_) => {
                let text = "process is running after previous exec error \
                            (slow starting or manually recovered?)";
                self.clear(id, Alarm::Exec, text);
            }
            Reading::File(Presence::Present(file)) => match file.kind {
                FileKind::Regular => self.clear(id, Alarm::Invalid, "is a regular file"),
                FileKind::Socket => self.clear(id, Alarm::Invalid, "is a socket"),
                FileKind::Directory
                | FileKind::Fifo
                | FileKind::BlockDevice
                | FileKind::CharacterDevice
                | FileKind::Other => {
                    let text = "is neither a regular file nor a socket";
                    self.raise(id, Alarm::Invalid, text);
                }
            },
            Reading::File(Presence::Absent | Presence::Unreadable(_)) | Reading::System(_) => {}
        }
    }

    /// The tests that need no connection.
    fn judge_content(&mut self, id: ServiceId) {
        let model = self.model.clone();
        let service = model.service(id);
        let mut unknown = self.wards[id.index()].alarms.invalid > 0;
        for (index, rule) in service.rules.iter().enumerate() {
            if !self.is_checkable(id) {
                return;
            }
            let ward = &mut self.wards[id.index()];
            let finding = match (&ward.reading, &service.subject) {
                (Some(Reading::Process(ProcessState::Running(process))), _) => {
                    judge::judge_process(&rule.test, &service.name, process)
                }
                (Some(Reading::File(Presence::Present(reading))), Subject::File(path))
                    if is_file(reading) =>
                {
                    let base = &mut ward.rules[index].base;
                    let before = base.clone();
                    let wall = self.now.wall;
                    let facts = FileFacts {
                        name: &service.name,
                        path,
                        reading,
                        wall,
                    };
                    let finding = facts.judge(&rule.test, base);
                    self.changed |= before != *base;
                    finding
                }
                (Some(_) | None, _) => None,
            };
            if let Some(finding) = finding {
                unknown |= matches!(finding, Finding::Unknown(_));
                self.take_finding(id, index, finding);
            }
        }
        if !unknown {
            self.clear(id, Alarm::Data, "data access succeeded");
        }
    }

    /// Starts all connection tests of a service together.
    fn begin_probes(&mut self, id: ServiceId) {
        let model = self.model.clone();
        let mut runs = Vec::new();
        for (rule, test) in connection_tests(&model.service(id).rules) {
            let probe = self.order_probe(test);
            let state = ProbeState::Asked { probe, attempt: 1 };
            runs.push(ProbeRun { rule, state });
        }
        if !runs.is_empty() {
            self.wards[id.index()].check = Check::Probing { runs };
        }
    }

    fn order_probe(&mut self, test: &ConnectionTest) -> ProbeId {
        let probe = self.next_probe_id();
        let connection = Rc::new(test.connection.clone());
        self.effects.push_back(Effect::Probe { probe, connection });
        probe
    }

    /// Takes the end of a connection test, if a check waits for it.
    pub(super) fn take_probe(&mut self, ours: ProbeId, outcome: ProbeOutcome) {
        let Some((id, position, attempt)) = self.find_probe(ours) else {
            return;
        };
        let model = self.model.clone();
        let Check::Probing { runs } = &mut self.wards[id.index()].check else {
            return;
        };
        let rule = runs[position].rule;
        let Test::Connection(test) = &model.service(id).rules[rule].test else {
            return;
        };
        let finding = judge::judge_connection(test, &outcome);
        if let Finding::Failed(text) = finding {
            if attempt < test.tries {
                let text = format!("{text} (attempt {attempt}/{})", test.tries);
                self.log_service(id, Priority::Warning, &text);
                let probe = self.order_probe(test);
                let state = ProbeState::Asked {
                    probe,
                    attempt: attempt + 1,
                };
                self.set_probe(id, position, state);
                return;
            }
        }
        self.tell_certificate(id, rule, test, &outcome);
        if let Ok(microseconds) = outcome.result {
            let text = judge::protocol_succeeded(&test.connection, microseconds);
            self.log_service(id, Priority::Debug, &text);
        }
        self.wards[id.index()].rules[rule].outcome = Some(outcome);
        self.set_probe(id, position, ProbeState::Answered);
        self.judge_probes(id);
    }

    fn find_probe(&self, ours: ProbeId) -> Option<(ServiceId, usize, u8)> {
        let asked = |run: &ProbeRun| match run.state {
            ProbeState::Asked { probe, attempt } if probe == ours => Some(attempt),
            ProbeState::Asked { .. } | ProbeState::Answered => None,
        };
        self.wards.iter().enumerate().find_map(|(index, ward)| {
            let Check::Probing { runs } = &ward.check else {
                return None;
            };
            let mut found = runs.iter().enumerate();
            let (position, attempt) = found.find_map(|(i, run)| Some((i, asked(run)?)))?;
            Some((service_id(index), position, attempt))
        })
    }

    fn set_probe(&mut self, id: ServiceId, position: usize, state: ProbeState) {
        if let Check::Probing { runs } = &mut self.wards[id.index()].check {
            runs[position].state = state;
        }
    }

    /// What is wrong with a certificate is said once, not in each cycle.
    fn tell_certificate(
        &mut self,
        id: ServiceId,
        rule: usize,
        test: &ConnectionTest,
        outcome: &ProbeOutcome,
    ) {
        let complaint = |outcome: &ProbeOutcome| outcome.certificate.as_ref()?.complaint.clone();
        let Some(new) = complaint(outcome) else {
            return;
        };
        let last = self.wards[id.index()].rules[rule].outcome.as_ref();
        if last.and_then(complaint).as_ref() != Some(&new) {
            let to = judge::peer(&test.connection);
            let text = format!("certificate of {to} cannot be verified -- {new}");
            self.log_service(id, Priority::Warning, &text);
        }
    }

    /// Gives the verdict once the last connection test has ended.
    fn judge_probes(&mut self, id: ServiceId) {
        let is_asked = |run: &ProbeRun| matches!(run.state, ProbeState::Asked { .. });
        let ward = &mut self.wards[id.index()];
        match &ward.check {
            Check::Probing { runs } if !runs.iter().any(is_asked) => ward.check = Check::Idle,
            Check::Probing { .. } | Check::Idle | Check::Sampling { .. } | Check::Held { .. } => {
                return;
            }
        }
        let model = self.model.clone();
        let rules = &model.service(id).rules;
        let mut warming = false;
        for (index, test) in connection_tests(rules) {
            if !self.is_checkable(id) {
                return;
            }
            let Some(outcome) = &self.wards[id.index()].rules[index].outcome else {
                continue;
            };
            let finding = judge::judge_connection(test, outcome);
            if matches!(finding, Finding::Passed(_)) {
                let ward = &mut self.wards[id.index()];
                ward.rules[index].passed_for = ward.process;
            } else if self.is_warming_up(id, index) {
                warming = true;
                let text = "connection test fails while the process is starting, not counted";
                self.log_service(id, Priority::Info, text);
                continue;
            }
            self.take_finding(id, index, finding);
        }
        if self.is_checkable(id) {
            self.finish_check(id, warming);
        }
    }

    /// Whether the process is so young that a failing connection is no reason to act: it has the
    /// time limit of its start program to open its ports, counted from its own start, so that a slow
    /// starter is not killed again and again. It ends with the first success.
    fn is_warming_up(&self, id: ServiceId, rule: usize) -> bool {
        let service = self.model.service(id);
        let ward = &self.wards[id.index()];
        let acts = match service.rules[rule].failed.action {
            Action::Restart | Action::Stop | Action::Unmonitor => true,
            Action::Alert | Action::Start | Action::Exec(_) | Action::Ignore => false,
        };
        let Some(start) = service.start.as_ref().filter(|_| acts) else {
            return false;
        };
        match &ward.reading {
            Some(Reading::Process(ProcessState::Running(process))) => {
                let limit = start.timeout.as_secs();
                let young = process
                    .uptime_seconds
                    .is_some_and(|seconds| seconds < limit);
                young && ward.rules[rule].passed_for != Some(process.id)
            }
            Some(_) | None => false,
        }
    }

    fn finish_check(&mut self, id: ServiceId, warming: bool) {
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

    fn recover_restart_limits(&mut self, id: ServiceId) {
        let limits = &mut self.wards[id.index()].limits;
        let events: u32 = limits
            .iter_mut()
            .map(|limit| std::mem::take(&mut limit.events))
            .sum();
        if events > 0 {
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
                Check::Sampling { .. } | Check::Held { .. } | Check::Probing { .. } => {
                    ward.look_again = true;
                }
            }
        }
    }

    /// At most one per service and poll interval, so that a process that dies at once is not
    /// restarted in a tight loop.
    fn begin_extra_check(&mut self, id: ServiceId) {
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
            Check::Idle | Check::Sampling { .. } | Check::Held { .. } => {}
            Check::Probing { runs } => {
                let asked = runs.iter().filter_map(|run| match run.state {
                    ProbeState::Asked { probe, .. } => Some(Effect::CancelProbe(probe)),
                    ProbeState::Answered => None,
                });
                self.effects.extend(asked);
            }
        }
    }
}

fn connection_tests(rules: &[Rule]) -> impl Iterator<Item = (usize, &ConnectionTest)> {
    rules
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| match &rule.test {
            Test::Connection(test) => Some((index, &**test)),
            Test::NotExist
            | Test::Exist
            | Test::Checksum(_)
            | Test::Permission(_)
            | Test::PermissionChanged
            | Test::Uid(_)
            | Test::Gid(_)
            | Test::Size(_)
            | Test::SizeChanged
            | Test::Timestamp(_)
            | Test::TimestampChanged(_) => None,
        })
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

const fn is_file(reading: &FileReading) -> bool {
    matches!(reading.kind, FileKind::Regular | FileKind::Socket)
}
