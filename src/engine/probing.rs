//! The connection tests of a check: started together, judged when the last one has ended.

use std::rc::Rc;

use crate::model::{Action, ConnectionTest, Rule, ServiceId, Test};
use crate::reading::{ProcessState, Reading};

use super::depend::service_id;
use super::judge::{self, Finding};
use super::service::{Check, ProbeRun, ProbeState};
use super::{Effect, Engine, Lacking, Priority, ProbeId, ProbeOutcome};

impl Engine {
    /// Starts what is tested over the network: pings first, if there are any.
    pub(super) fn begin_probes(&mut self, id: ServiceId) {
        if self.is_checkable(id) && !self.begin_pings(id) {
            self.begin_connections(id);
        }
    }

    /// Starts all connection tests of a service together.
    pub(super) fn begin_connections(&mut self, id: ServiceId) {
        if !self.is_checkable(id) {
            return;
        }
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
    pub(super) fn take_probe(&mut self, ours: ProbeId, outcome: Result<ProbeOutcome, Lacking>) {
        let Some((id, position, rule, attempt)) = self.find_probe(ours) else {
            return;
        };
        let model = self.model.clone();
        let Some(test) = model.service(id).rules[rule].test.connection() else {
            return;
        };
        self.tell_tried(id, rule);
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(lacking) => {
                self.leave_out(id, rule, lacking);
                self.set_probe(id, position, ProbeState::Answered);
                return self.judge_probes(id);
            }
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
        self.wards[id.index()].rules[rule].peer().outcome = Some(outcome);
        self.set_probe(id, position, ProbeState::Answered);
        self.judge_probes(id);
    }

    /// What cannot be tested here is no failure; it is said once.
    pub(super) fn leave_out(&mut self, id: ServiceId, rule: usize, lacking: Lacking) {
        let what = match lacking {
            Lacking::Randomness => {
                "TLS (which waits for randomness: /dev/random cannot be read yet)"
            }
            Lacking::Ipv6 => "IPv6 (which this kernel has not, or has not loaded)",
        };
        self.wards[id.index()].rules[rule].peer().outcome = None;
        self.take_finding(id, rule, Finding::Unavailable(what));
    }

    /// A connection test or ping could not be tried. That says nothing about the service, so it is
    /// not counted either way; why is said once.
    pub(super) fn take_untried(&mut self, ours: ProbeId, reason: &str) {
        let Some((id, position, rule, _)) = self.find_probe(ours) else {
            return;
        };
        let state = &mut self.wards[id.index()].rules[rule];
        if !std::mem::replace(&mut state.told_untried, true) {
            let model = self.model.clone();
            let test = &model.service(id).rules[rule].test;
            let connection = test.connection().map(|test| judge::peer(&test.connection));
            let ping = || Some(format!("ping of {}", test.ping()?.ping.host));
            let what = connection.or_else(ping).unwrap_or_default();
            let text = format!("test is left out for the time being: {what} -- {reason}");
            self.log_service(id, Priority::Error, &text);
        }
        self.set_probe(id, position, ProbeState::Untried);
        match self.wards[id.index()].check {
            Check::Pinging { .. } => self.judge_pings(id),
            Check::Probing { .. } => self.judge_probes(id),
            Check::Idle
            | Check::Sampling { .. }
            | Check::Queued { .. }
            | Check::Running { .. }
            | Check::Held { .. } => {}
        }
    }

    /// What was left out is tested again.
    pub(super) fn tell_tried(&mut self, id: ServiceId, rule: usize) {
        if std::mem::take(&mut self.wards[id.index()].rules[rule].told_untried) {
            self.log_service(id, Priority::Info, "what was left out is tested again");
        }
    }

    /// Whose it is: the service, the place among its runs, the rule, and which try it is.
    pub(super) fn find_probe(&self, ours: ProbeId) -> Option<(ServiceId, usize, usize, u8)> {
        let asked = |run: &ProbeRun| match run.state {
            ProbeState::Asked { probe, attempt } if probe == ours => Some(attempt),
            ProbeState::Asked { .. } | ProbeState::Answered | ProbeState::Untried => None,
        };
        self.wards.iter().enumerate().find_map(|(index, ward)| {
            let mut found = ward.check.runs().iter().enumerate();
            found.find_map(|(position, run)| {
                Some((service_id(index), position, run.rule, asked(run)?))
            })
        })
    }

    pub(super) fn set_probe(&mut self, id: ServiceId, position: usize, state: ProbeState) {
        let check = &mut self.wards[id.index()].check;
        if let Check::Pinging { runs } | Check::Probing { runs } = check {
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
        let last = self.wards[id.index()].rules[rule].outcome();
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
        let untried = match &ward.check {
            Check::Probing { runs } if !runs.iter().any(is_asked) => untried(runs),
            Check::Probing { .. }
            | Check::Pinging { .. }
            | Check::Idle
            | Check::Sampling { .. }
            | Check::Queued { .. }
            | Check::Running { .. }
            | Check::Held { .. } => {
                return;
            }
        };
        ward.check = Check::Idle;
        let model = self.model.clone();
        let rules = &model.service(id).rules;
        let mut warming = false;
        for (index, test) in connection_tests(rules) {
            if !self.is_checkable(id) {
                return;
            }
            if untried.contains(&index) {
                continue;
            }
            let Some(outcome) = self.wards[id.index()].rules[index].outcome() else {
                continue;
            };
            let finding = judge::judge_connection(test, outcome);
            if matches!(finding, Finding::Passed(_)) {
                let ward = &mut self.wards[id.index()];
                ward.rules[index].peer().passed_for = ward.process;
            } else if self.is_warming_up(id, index) {
                warming = true;
                let text = "connection test fails while the process is starting, not counted";
                self.log_service(id, Priority::Info, text);
                continue;
            }
            self.take_finding(id, index, finding);
            self.judge_companions(id, index);
        }
        if self.is_checkable(id) {
            self.finish_check(id, warming);
        }
    }

    /// What else the outcome of the rule at `index` tells, if the rules behind it ask.
    pub(super) fn judge_companions(&mut self, id: ServiceId, index: usize) {
        let model = self.model.clone();
        let behind = model.service(id).rules.iter().enumerate().skip(index + 1);
        for (next, rule) in behind {
            let Some(outcome) = self.wards[id.index()].rules[index].outcome() else {
                return;
            };
            let certificate = outcome.certificate.as_ref();
            let days_left = certificate.and_then(|certificate| certificate.days_left);
            let finding = match (&rule.test, &outcome.result, days_left) {
                (Test::ResponseTime(limit), Ok(microseconds), _) => {
                    Some(judge::judge_response_time(*limit, *microseconds))
                }
                (Test::CertificateValid(days), _, Some(left)) => {
                    Some(judge::judge_certificate(*days, left))
                }
                (test, _, _) if test.is_companion() => None,
                (_, _, _) => return,
            };
            if let (Some(finding), true) = (finding, self.is_checkable(id)) {
                self.take_finding(id, next, finding);
            }
        }
    }

    /// Whether the process is so young that a failing connection is no reason to act: it has the
    /// time limit of its start program to open its ports, counted from its own start, so that a
    /// slow starter is not killed again and again. It ends with the first success.
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
        match ward.reading.as_deref() {
            Some(Reading::Process(ProcessState::Running(process))) => {
                let limit = start.terms.timeout.as_secs();
                let young = process
                    .uptime_seconds
                    .is_some_and(|seconds| u64::from(seconds) < limit);
                let peer = ward.rules[rule].peer.as_deref();
                young && peer.and_then(|peer| peer.passed_for) != Some(process.id)
            }
            Some(_) | None => false,
        }
    }
}

/// The rules that could not be tried.
pub(super) fn untried(runs: &[ProbeRun]) -> Vec<usize> {
    let untried = |run: &&ProbeRun| matches!(run.state, ProbeState::Untried);
    runs.iter().filter(untried).map(|run| run.rule).collect()
}

fn connection_tests(rules: &[Rule]) -> impl Iterator<Item = (usize, &ConnectionTest)> {
    let rules = rules.iter().enumerate();
    rules.filter_map(|(index, rule)| Some((index, rule.test.connection()?)))
}
