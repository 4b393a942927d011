//! The pings of a check: started together before anything else is asked of a host. If one of them
//! is not answered, the host is taken to be away, and its connection tests are left out this time.

use std::rc::Rc;

use crate::model::{PingTest, Rule, ServiceId};
use crate::reading::Elapsed;

use super::judge;
use super::probing::untried;
use super::service::{Check, ProbeRun, ProbeState};
use super::{Effect, Engine, Lacking, PingAnswer, Priority, ProbeId, ProbeOutcome};

impl Engine {
    /// Starts all pings of a service together; tells whether there are any.
    pub(super) fn begin_pings(&mut self, id: ServiceId) -> bool {
        let model = self.model.clone();
        let mut runs = Vec::new();
        for (rule, test) in ping_tests(&model.service(id).rules) {
            let probe = self.order_ping(test);
            let state = ProbeState::Asked { probe, attempt: 1 };
            runs.push(ProbeRun { rule, state });
        }
        let any = !runs.is_empty();
        if any {
            self.wards[id.index()].check = Check::Pinging { runs };
        }
        any
    }

    fn order_ping(&mut self, test: &PingTest) -> ProbeId {
        let probe = self.next_probe_id();
        let ping = Rc::new(test.ping.clone());
        self.effects.push_back(Effect::Ping { probe, ping });
        probe
    }

    /// Takes the end of a try, if a check waits for it.
    pub(super) fn take_ping(&mut self, ours: ProbeId, answer: PingAnswer) {
        let Some((id, position, rule, attempt)) = self.find_probe(ours) else {
            return;
        };
        let model = self.model.clone();
        let Some(test) = model.service(id).rules[rule].test.ping() else {
            return;
        };
        if let PingAnswer::Short(reason) = answer {
            return self.take_untried(ours, &reason);
        }
        self.tell_tried(id, rule);
        let again =
            attempt < test.tries && matches!(answer, PingAnswer::Silent | PingAnswer::Unsent(_));
        self.log_ping(test, attempt, &answer, again);
        if again {
            let probe = self.order_ping(test);
            let attempt = attempt + 1;
            self.set_probe(id, position, ProbeState::Asked { probe, attempt });
            return;
        }
        let result = match answer {
            PingAnswer::Answered(microseconds) => Some(Ok(microseconds)),
            PingAnswer::Silent => Some(Err("no answer".into())),
            PingAnswer::Unsent(reason)
            | PingAnswer::Unresolved(reason)
            | PingAnswer::Unbound(reason) => Some(Err(reason)),
            PingAnswer::Forbidden | PingAnswer::Short(_) => None,
            PingAnswer::NoIpv6 => {
                self.leave_out(id, rule, Lacking::Ipv6);
                None
            }
        };
        self.wards[id.index()].rules[rule].peer().outcome = result.map(|result| ProbeOutcome {
            result,
            certificate: None,
        });
        self.set_probe(id, position, ProbeState::Answered);
        self.judge_pings(id);
    }

    /// How a try ended, in the reference's words (F112). Of a host that is not supposed to answer
    /// nothing is said aloud.
    fn log_ping(&mut self, test: &PingTest, attempt: u8, answer: &PingAnswer, again: bool) {
        let host = &test.ping.host;
        let number = format!("{attempt}/{}", test.tries);
        let text = match answer {
            PingAnswer::Answered(microseconds) => {
                let time = Elapsed(*microseconds);
                format!("Ping response for {host} {number} succeeded -- response_time={time}")
            }
            PingAnswer::Silent => {
                let limit = u64::try_from(test.ping.timeout.as_micros()).unwrap_or(u64::MAX);
                let limit = Elapsed(limit);
                format!("Ping response for {host} {number} timed out -- no response within {limit}")
            }
            PingAnswer::Unsent(reason) => {
                format!("Ping request for {host} {number} failed -- {reason}")
            }
            PingAnswer::Unresolved(reason) => {
                format!("Ping for {host} -- getaddrinfo failed: {reason}")
            }
            PingAnswer::Unbound(reason) => {
                format!("Ping for {host} -- Cannot bind to outgoing address -- {reason}")
            }
            PingAnswer::Forbidden | PingAnswer::NoIpv6 | PingAnswer::Short(_) => return,
        };
        let is_good = matches!(answer, PingAnswer::Answered(_));
        let priority = if is_good || test.expect_failure {
            Priority::Debug
        } else if again {
            Priority::Warning
        } else {
            Priority::Error
        };
        self.log(priority, text);
    }

    /// Gives the verdict once the last ping has ended, and goes on to the connections.
    pub(super) fn judge_pings(&mut self, id: ServiceId) {
        let is_asked = |run: &ProbeRun| matches!(run.state, ProbeState::Asked { .. });
        let ward = &mut self.wards[id.index()];
        let Check::Pinging { runs } = &ward.check else {
            return;
        };
        if runs.iter().any(is_asked) {
            return;
        }
        let untried = untried(runs);
        ward.check = Check::Idle;
        let model = self.model.clone();
        let mut is_away = false;
        for (index, test) in ping_tests(&model.service(id).rules) {
            if !self.is_checkable(id) {
                return;
            }
            if untried.contains(&index) {
                continue;
            }
            let outcome = self.wards[id.index()].rules[index].outcome();
            is_away |= outcome.is_some_and(|outcome| outcome.result.is_err());
            let finding = judge::judge_ping(test, outcome);
            self.take_finding(id, index, finding);
            self.judge_companions(id, index);
        }
        if is_away {
            let text = "icmp ping failed, skipping any port connection tests";
            self.log_service(id, Priority::Debug, text);
        } else {
            self.begin_connections(id);
        }
        let ended = matches!(self.wards[id.index()].check, Check::Idle);
        if ended && self.is_checkable(id) {
            self.finish_check(id, false);
        }
    }
}

fn ping_tests(rules: &[Rule]) -> impl Iterator<Item = (usize, &PingTest)> {
    let rules = rules.iter().enumerate();
    rules.filter_map(|(index, rule)| Some((index, rule.test.ping()?)))
}
