//! A service, with its defaults and the rules every service of its kind has.

use super::machine::Machine;
use super::rules;
use crate::config::syntax::{RestartLimitSyntax, ServiceSyntax, SubjectSyntax, Text};
use crate::model::{
    Every, Mode, OnReboot, ProcessLocator, RestartLimit, Rule, Service, ServiceId, Subject,
    SubjectKind, Test,
};
use crate::text::{Diagnostic, quoted};

/// The model of one `check` statement.
pub(super) fn service(
    syntax: ServiceSyntax,
    depends: Vec<ServiceId>,
    onreboot: OnReboot,
    machine: &mut Machine<'_>,
) -> Service {
    let subject = subject(syntax.subject, machine);
    let rules = rules::rules(syntax.rules, &subject, machine);
    if matches!(subject, Subject::Program(_)) {
        require_test(&syntax.name, &rules, machine);
    }
    let limits = machine.limits.clone();
    let mut program = |program, default| machine.program(program, default);
    let start = syntax
        .start
        .map(|start| program(start, limits.start_timeout));
    let stop = syntax.stop.map(|stop| program(stop, limits.stop_timeout));
    let restart = syntax
        .restart
        .map(|restart| program(restart, limits.restart_timeout));
    Service {
        name: syntax.name.value,
        rules,
        subject,
        groups: syntax.groups,
        depends,
        mode: syntax.mode,
        every: syntax.every,
        onreboot: syntax.onreboot.unwrap_or(onreboot),
        start,
        stop,
        restart,
        restart_limits: syntax
            .restart_limits
            .into_iter()
            .map(|l| limit(l, machine))
            .collect(),
        alerts: syntax.alerts,
        noalert: syntax.noalert,
    }
}

/// A program that nobody looks at is an error, as in the reference (F113).
fn require_test(name: &Text, rules: &[Rule], machine: &mut Machine<'_>) {
    let is_tested = rules
        .iter()
        .any(|rule| matches!(rule.test, Test::Program(_)));
    // Where a test could not be understood, that is the error.
    if is_tested || machine.complaints.has_errors() {
        return;
    }
    let message = format!("the program {} has no test", quoted(&name.value));
    let error = Diagnostic::error(name.span, message);
    let note = "add one of its `status` or `content`: if status != 0 then alert";
    machine.complaints.add(error.note(note));
}

/// The machine itself, where no `check system` names it (reference F32).
pub(super) fn implicit_system(hostname: String, onreboot: OnReboot) -> Service {
    Service {
        name: hostname.into(),
        subject: Subject::System,
        groups: Vec::new(),
        depends: Vec::new(),
        mode: Mode::default(),
        every: Every::default(),
        onreboot,
        start: None,
        stop: None,
        restart: None,
        rules: Vec::new(),
        restart_limits: Vec::new(),
        alerts: Vec::new(),
        noalert: Vec::new(),
    }
}

/// Whether it is the machine itself.
pub(super) fn is_system(service: &Service) -> bool {
    service.subject == Subject::System
}

/// A subject that could not be read has been complained about; anything stands for it.
fn subject(syntax: SubjectSyntax, machine: &mut Machine<'_>) -> Subject {
    match syntax {
        SubjectSyntax::Pidfile(path) => Subject::Process(ProcessLocator::Pidfile(path.into())),
        SubjectSyntax::Matching(pattern) => {
            machine.pattern(&pattern);
            Subject::Process(ProcessLocator::Matching(pattern.value.into()))
        }
        SubjectSyntax::File(path) => Subject::File(path),
        SubjectSyntax::Directory(path) => Subject::Directory(path),
        SubjectSyntax::Fifo(path) => Subject::Fifo(path),
        SubjectSyntax::Program(program) => {
            Subject::Program(Box::new(machine.checked_program(*program)))
        }
        SubjectSyntax::System => Subject::System,
        SubjectSyntax::Broken(SubjectKind::Process) => {
            Subject::Process(ProcessLocator::Pidfile("/".into()))
        }
        SubjectSyntax::Broken(_) => Subject::File("/".into()),
    }
}

fn limit(limit: RestartLimitSyntax, machine: &mut Machine<'_>) -> RestartLimit {
    RestartLimit {
        restarts: limit.restarts,
        cycles: limit.cycles,
        action: machine.action(limit.action),
    }
}
