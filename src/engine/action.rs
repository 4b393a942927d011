//! What follows a verdict: repairs are planned, programs of `exec` are run.

use std::time::Duration;

use crate::model::{Action, Exec, Mode, ServiceId, Subject};
use crate::reading::{ProcessReading, Reading};
use crate::time::Moment;

use super::plan::{Aim, Cause};
use super::{ChildId, Effect, Engine, Priority, Reach, Wanted};

/// How many programs of `exec` actions may run at a time; what is over is said and not run. A
/// thousand services that fail in one second must not become a thousand processes.
pub const EXECUTIONS_LIMIT: usize = 64;

/// How many of them may be of one service. Nothing ends a program that hangs unless the control
/// file limits its time; run anew at each failure, it must not take the places of all others.
pub const EXECUTIONS_OF_ONE: usize = 8;

/// How long a single pass stays for a program of `exec`, to tell what came of it. One that takes
/// longer goes on by itself: the next pass must not find the pidfile taken for ever.
const PASS_PATIENCE: Duration = Duration::from_secs(300);

impl Engine {
    /// What is really done: a passive service is reported, not repaired (reference F136).
    pub(super) fn effective<'a>(&self, id: ServiceId, action: &'a Action) -> &'a Action {
        match action {
            Action::Restart | Action::Start | Action::Stop if self.is_passive(id) => &Action::Alert,
            Action::Restart
            | Action::Start
            | Action::Stop
            | Action::Alert
            | Action::Exec(_)
            | Action::Unmonitor
            | Action::Ignore => action,
        }
    }

    pub(super) fn is_passive(&self, id: ServiceId) -> bool {
        self.model.service(id).mode == Mode::Passive
    }

    /// Does what a rule or a restart limit says.
    pub(super) fn act(&mut self, id: ServiceId, action: &Action, event: &'static str, text: &str) {
        match self.effective(id, action) {
            Action::Alert | Action::Ignore => {}
            Action::Restart => self.restart_by_rule(id),
            Action::Start => self.repair(id, Aim::Start),
            Action::Stop => self.repair(id, Aim::Stop),
            Action::Unmonitor => self.unmonitor_by_rule(id),
            Action::Exec(exec) => self.execute(id, exec, event, text),
        }
    }

    fn restart_by_rule(&mut self, id: ServiceId) {
        self.log_service(id, Priority::Info, "trying to restart");
        let service = self.model.service(id);
        if service.start.is_none() && service.restart.is_none() && service.stop.is_none() {
            self.count_restart(id);
            return; // and nobody who depends on it is stopped for nothing
        }
        self.repair(id, Aim::Restart);
    }

    fn repair(&mut self, id: ServiceId, aim: Aim) {
        if self.wards[id.index()].work.is_some() {
            return; // an earlier rule of the same check has seen to it
        }
        if aim != Aim::Stop {
            self.count_restart(id);
        }
        if self.boot.dry_run {
            self.tell_plan(&[id], aim, Cause::Rule);
        } else {
            self.plan(&[id], aim, Cause::Rule);
        }
    }

    fn unmonitor_by_rule(&mut self, id: ServiceId) {
        if self.boot.dry_run {
            self.log_service(id, Priority::Info, "would unmonitor");
        } else {
            self.unmonitor(&[id]);
        }
    }

    fn count_restart(&mut self, id: ServiceId) {
        let ward = &mut self.wards[id.index()];
        for limit in &mut ward.limits {
            if limit.restarts == 0 {
                limit.cycles = 0; // they counted how long all was quiet
            }
            limit.restarts = limit.restarts.saturating_add(1);
        }
        self.changed |= !ward.limits.is_empty();
    }

    fn execute(&mut self, id: ServiceId, exec: &Exec, event: &'static str, text: &str) {
        let command = exec.program.command_line();
        if self.boot.dry_run {
            self.log_service(id, Priority::Info, &format!("would exec: '{command}'"));
            return;
        }
        if let Some(reason) = self.reason_not_to_execute(id) {
            let text = format!("not run: '{command}' -- {reason}");
            self.log_service(id, Priority::Error, &text);
            return;
        }
        self.log_service(id, Priority::Info, &format!("exec: '{command}'"));
        let child = self.next_child_id();
        self.executions.push(Execution {
            child,
            service: self.model.service(id).name.clone(),
            command: command.into(),
            awaited_until: self.now.moment + PASS_PATIENCE,
        });
        self.effects.push_back(Effect::Spawn {
            child,
            program: exec.program.clone(),
            limit: exec.program.terms.limit(),
            reach: Reach::Program,
            environment: self.environment(id, event, text),
            output: Wanted::Nothing,
        });
    }

    /// When a single pass leaves each of those to itself that it still waits for.
    pub(super) fn awaited_executions(&self) -> impl Iterator<Item = Moment> + '_ {
        let ends = self.executions.iter().map(|run| run.awaited_until);
        ends.filter(|end| *end > self.now.moment)
    }

    fn reason_not_to_execute(&self, id: ServiceId) -> Option<String> {
        let name = &self.model.service(id).name;
        let all = self.executions.iter();
        if all.filter(|run| run.service == *name).count() >= EXECUTIONS_OF_ONE {
            Some(format!("{EXECUTIONS_OF_ONE} of its programs run already"))
        } else if self.executions.len() >= EXECUTIONS_LIMIT {
            Some(format!("{EXECUTIONS_LIMIT} programs run already"))
        } else {
            None
        }
    }

    /// Variables for a program of this service (reference F119).
    pub(super) fn environment(
        &self,
        id: ServiceId,
        event: &str,
        description: &str,
    ) -> Vec<(&'static str, String)> {
        let service = self.model.service(id);
        let mut variables = vec![
            ("MONIT_DATE", self.now.wall.date_text()),
            ("MONIT_SERVICE", service.name.to_string()),
            ("MONIT_HOST", self.host().to_string()),
            ("MONIT_EVENT", event.to_string()),
            ("MONIT_DESCRIPTION", description.to_string()),
        ];
        if matches!(service.subject, Subject::Process(_)) {
            let ward = &self.wards[id.index()];
            let running = ward.reading.as_deref().and_then(Reading::process);
            let pid = running.map_or(-1, |process| process.id.pid);
            let memory = running.and_then(|process| process.memory_kib).unwrap_or(0);
            let children = running
                .and_then(ProcessReading::children)
                .map_or(-1, i64::from);
            let cpu = running
                .and_then(|process| process.cpu_percent)
                .unwrap_or(-1.0);
            variables.push(("MONIT_PROCESS_PID", pid.to_string()));
            variables.push(("MONIT_PROCESS_MEMORY", memory.to_string()));
            variables.push(("MONIT_PROCESS_CHILDREN", children.to_string()));
            variables.push(("MONIT_PROCESS_CPU_PERCENT", format!("{cpu:.1}")));
        }
        if matches!(service.subject, Subject::Program(_)) {
            let reading = self.wards[id.index()].reading.as_deref();
            let status = reading
                .and_then(Reading::program)
                .map_or(0, |run| run.status);
            variables.push(("MONIT_PROGRAM_STATUS", status.to_string()));
        }
        variables
    }
}

/// A program of an `exec` action that runs.
#[derive(Debug)]
pub(super) struct Execution {
    /// Its order.
    pub(super) child: ChildId,
    /// Whose, by name: it runs on also when a reload has removed its service.
    pub(super) service: Box<str>,
    /// The program and its arguments.
    pub(super) command: Box<str>,
    /// When a single pass leaves it to itself.
    awaited_until: Moment,
}

impl Execution {
    /// How the log names it.
    pub(super) fn label(&self) -> String {
        format!("'{}' exec: '{}'", self.service, self.command)
    }
}
