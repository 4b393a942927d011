//! Events: what is logged, what is remembered, who is told.
//!
//! Every failing cycle is logged, but an event is posted, to history and to mail, only when a state
//! changes, and again for recipients who asked to be reminded (reference F82, F92). A recovery is
//! posted only after the failure it ends.

use crate::mail::Alert;
use crate::model::{Action, AlertTarget, EventKind, MailFormat, Rule, ServiceId};

use super::judge::Finding;
use super::service::Alarm;
use super::window::{Turn, Verdict};
use super::{Effect, Engine, Happening, Priority, UserAction};

/// The state an event reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tidings {
    /// It fails, for the `events`th time since it began to.
    Failed {
        /// At least 1.
        events: u32,
    },
    /// It is over.
    Succeeded,
    /// A value changed, or something was done.
    Changed,
}

/// One event.
pub(super) struct Event<'a> {
    /// What about.
    pub(super) kind: EventKind,
    /// Its state.
    pub(super) tidings: Tidings,
    /// What was found.
    pub(super) text: &'a str,
    /// What follows: `$ACTION`.
    pub(super) action: &'static str,
}

impl Event<'_> {
    const fn name(&self) -> &'static str {
        match self.tidings {
            Tidings::Failed { .. } => self.kind.failed(),
            Tidings::Succeeded => self.kind.succeeded(),
            Tidings::Changed => self.kind.changed(),
        }
    }

    const fn is_news(&self) -> bool {
        match self.tidings {
            Tidings::Failed { events } => events == 1,
            Tidings::Succeeded | Tidings::Changed => true,
        }
    }

    /// Whether this recipient is told: of news, and as often as it asked to be reminded.
    fn concerns(&self, target: &AlertTarget) -> bool {
        let reminded = match (self.tidings, target.reminder_cycles) {
            (Tidings::Failed { events }, Some(cycles)) => cycles > 0 && events % cycles == 0,
            (Tidings::Failed { .. }, None) | (Tidings::Succeeded | Tidings::Changed, _) => false,
        };
        target.events.contains(self.kind) && (self.is_news() || reminded)
    }
}

impl Engine {
    /// What a rule found goes through its window, and what comes of it is logged, posted and done.
    pub(super) fn take_finding(&mut self, id: ServiceId, rule_index: usize, finding: Finding) {
        let model = self.model.clone();
        let rule = &model.service(id).rules[rule_index];
        let state = &mut self.wards[id.index()].rules[rule_index];
        let was_changed = std::mem::take(&mut state.changed);
        let before = state.verdict;
        match finding {
            Finding::Unknown(text) => self.raise(id, Alarm::Data, &text),
            Finding::Unavailable(what) => {
                if !std::mem::replace(&mut state.told_unavailable, true) {
                    let text = format!("{what} is not available here, its test is left out");
                    self.log_service(id, Priority::Warning, &text);
                }
            }
            Finding::Unchanged(text) => {
                state.verdict.take_change(false, rule);
                let priority = if was_changed {
                    Priority::Info
                } else {
                    Priority::Debug
                };
                self.log_service(id, priority, &text);
            }
            Finding::Changed(text) => {
                let turn = state.verdict.take_change(true, rule);
                state.changed = turn != Turn::Suspected;
                self.take_change(id, rule, turn, &text);
            }
            Finding::Passed(text) => {
                let turn = state.verdict.take(false, rule);
                self.take_pass(id, rule, turn, &text);
            }
            Finding::Failed(text) => {
                let turn = state.verdict.take(true, rule);
                self.take_failure(id, rule, turn, &text);
            }
        }
        self.changed |= self.matters(id, rule_index, before);
    }

    /// Whether a rule's state differs from `before` in something that has to outlive a crash. A
    /// failure that goes on changes nothing on the disk unless somebody counts its events.
    fn matters(&self, id: ServiceId, rule_index: usize, before: Verdict) -> bool {
        let after = self.wards[id.index()].rules[rule_index].verdict;
        let rule = &self.model.service(id).rules[rule_index];
        let repeats = matches!(&rule.failed.action, Action::Exec(e) if e.repeat_cycles.is_some());
        let counted = || repeats || self.is_counted(id, rule.test.event());
        before != after && (!before.same_but_for_count(after) || counted())
    }

    /// Whether somebody wants to be reminded of such events, so that their number matters.
    fn is_counted(&self, id: ServiceId, kind: EventKind) -> bool {
        let reminds = |t: &AlertTarget| t.reminder_cycles.is_some() && t.events.contains(kind);
        let model = &self.model;
        model.recipients(model.service(id)).any(reminds)
    }

    fn take_change(&mut self, id: ServiceId, rule: &Rule, turn: Turn, text: &str) {
        match turn {
            Turn::Suspected => self.log_service(id, Priority::Warning, text),
            Turn::Failed { .. } => {
                let kind = rule.test.event();
                self.wards[id.index()].changed_bits |= kind.bit();
                self.log_service(id, Priority::Error, text);
                self.announce(id, rule, Tidings::Changed, text);
                self.act(id, &rule.failed.action, kind.changed(), text);
            }
            Turn::Passed | Turn::Recovering | Turn::Recovered => {}
        }
    }

    fn take_pass(&mut self, id: ServiceId, rule: &Rule, turn: Turn, text: &str) {
        match turn {
            Turn::Recovered => {
                let kind = rule.test.event();
                self.log_service(id, Priority::Info, text);
                if rule.recovered.action == Action::Ignore {
                    return; // nobody wants to know (Monit 5.34)
                }
                let event = Event {
                    kind,
                    tidings: Tidings::Succeeded,
                    text,
                    action: rule.recovered.action.word(),
                };
                self.post(id, &event);
                self.act(id, &rule.recovered.action, kind.succeeded(), text);
            }
            Turn::Passed | Turn::Recovering => self.log_service(id, Priority::Debug, text),
            Turn::Suspected | Turn::Failed { .. } => {}
        }
    }

    fn take_failure(&mut self, id: ServiceId, rule: &Rule, turn: Turn, text: &str) {
        match turn {
            Turn::Suspected => self.log_service(id, Priority::Warning, text),
            Turn::Failed { events, act } => {
                self.log_service(id, Priority::Error, text);
                self.announce(id, rule, Tidings::Failed { events }, text);
                let again = match &rule.failed.action {
                    Action::Restart | Action::Start => act,
                    Action::Exec(_)
                    | Action::Alert
                    | Action::Ignore
                    | Action::Stop
                    | Action::Unmonitor => rule.failed.action.is_due(events),
                };
                if again {
                    self.act(id, &rule.failed.action, rule.test.event().failed(), text);
                }
            }
            Turn::Passed | Turn::Recovering | Turn::Recovered => {}
        }
    }

    fn announce(&mut self, id: ServiceId, rule: &Rule, tidings: Tidings, text: &str) {
        let action = self.effective(id, &rule.failed.action).word();
        let kind = rule.test.event();
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

    /// One more failing event of an alarm.
    pub(super) fn raise(&mut self, id: ServiceId, alarm: Alarm, text: &str) {
        let events = self.wards[id.index()].alarms.events(alarm);
        *events = events.saturating_add(1);
        let tidings = Tidings::Failed { events: *events };
        let first = *events == 1;
        self.changed |= first || self.is_counted(id, alarm.kind());
        // Where the machine lacks something, nobody wants to read that in each cycle.
        let said = &mut self.wards[id.index()].said;
        let repeated = alarm == Alarm::Data && !said.get_or_insert_default().is_first(text);
        let priority = if repeated {
            Priority::Debug
        } else {
            Priority::Error
        };
        self.log_service(id, priority, text);
        let repaired = alarm == Alarm::Invalid && !self.is_passive(id);
        let action = if repaired {
            &Action::Restart
        } else {
            &Action::Alert
        };
        let (kind, word) = (alarm.kind(), action.word());
        self.post(
            id,
            &Event {
                kind,
                tidings,
                text,
                action: word,
            },
        );
        self.act(id, action, kind.failed(), text);
    }

    /// An alarm is over, if there was one.
    pub(super) fn clear(&mut self, id: ServiceId, alarm: Alarm, text: &str) {
        let events = std::mem::take(self.wards[id.index()].alarms.events(alarm));
        if alarm == Alarm::Data {
            self.wards[id.index()].said = None;
        }
        if events > 0 {
            self.changed = true;
            self.log_service(id, Priority::Info, text);
            let (tidings, action) = (Tidings::Succeeded, Action::Alert.word());
            self.post(
                id,
                &Event {
                    kind: alarm.kind(),
                    tidings,
                    text,
                    action,
                },
            );
        }
    }

    /// An operator's action is over (reference F78: the event's words do not say how).
    pub(super) fn report_action(&mut self, id: ServiceId, asked: UserAction, succeeded: bool) {
        let outcome = if succeeded { "done" } else { "failed" };
        let text = format!("{} action {outcome}", asked.word());
        self.log_service(id, Priority::Info, &text);
        let event = Event {
            kind: EventKind::Action,
            tidings: Tidings::Changed,
            text: &text,
            action: Action::Alert.word(),
        };
        self.post(id, &event);
    }

    /// Something happened to the program itself; told by the system service.
    pub(super) fn report_instance(&mut self, text: &str, action: &'static str) {
        if let Some((id, _)) = self.model.clone().system() {
            let (kind, tidings) = (EventKind::Instance, Tidings::Changed);
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

    /// Remembers an event and mails it to whom it concerns.
    pub(super) fn post(&mut self, id: ServiceId, event: &Event<'_>) {
        if event.is_news() {
            let history = self.wards[id.index()].history.get_or_insert_default();
            history.note(Happening {
                at: self.now.wall,
                event: event.name(),
                description: event.text.into(),
            });
        }
        let model = self.model.clone();
        let global = &model.settings.mail_format;
        let mut alerts = Vec::new();
        for target in model
            .recipients(model.service(id))
            .filter(|target| event.concerns(target))
        {
            alerts.push(Box::new(Alert {
                to: target.address.clone(),
                format: settle_format(&target.format, global),
                event: event.name().into(),
                service: model.service(id).name.clone(),
                action: event.action.into(),
                host: self.host().into(),
                description: event.text.into(),
                at: self.now.wall,
            }));
        }
        for alert in alerts {
            self.mail(alert);
        }
    }

    fn mail(&mut self, alert: Box<Alert>) {
        if self.boot.dry_run {
            let text = format!("would mail {}: {} {}", alert.to, alert.event, alert.service);
            self.log(Priority::Info, text);
        } else {
            self.effects.push_back(Effect::Mail(alert));
        }
    }

    /// `$HOST`: the name of the system service.
    pub(super) fn host(&self) -> &str {
        let system = self.model.system();
        system.map_or("localhost", |(_, service)| &service.name)
    }

    pub(super) fn log(&mut self, priority: Priority, text: String) {
        if self.is_logged(priority) {
            self.effects.push_back(Effect::Log { priority, text });
        }
    }

    pub(super) fn log_service(&mut self, id: ServiceId, priority: Priority, text: &str) {
        if self.is_logged(priority) {
            let text = format!("'{}' {text}", self.model.service(id).name);
            self.effects.push_back(Effect::Log { priority, text });
        }
    }

    fn is_logged(&self, priority: Priority) -> bool {
        priority < Priority::Debug || self.boot.verbose
    }
}

fn settle_format(own: &MailFormat, global: &MailFormat) -> MailFormat {
    let pick = |own: &Option<Box<str>>, global: &Option<Box<str>>| own.clone().or(global.clone());
    MailFormat {
        from: pick(&own.from, &global.from),
        reply_to: pick(&own.reply_to, &global.reply_to),
        subject: pick(&own.subject, &global.subject),
        message: pick(&own.message, &global.message),
    }
}
