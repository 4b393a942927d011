//! A service, with its defaults and the rules every service of its kind has.

use super::content;
use super::machine::Machine;
use super::rules;
use crate::config::syntax::{RestartLimitSyntax, ServiceSyntax, SubjectSyntax, Text};
use crate::model::{
    OnReboot, ProcessLocator, Recipients, RestartLimit, Rule, Service, ServiceId, Subject,
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
    let rules = machine.shared(rules);
    if matches!(subject, Subject::Host(_) | Subject::Program(_)) {
        require_test(&syntax.name, &subject, &rules, machine);
    }
    let limits = machine.limits.clone();
    let mut program = |program, default| machine.program(program, default);
    let start = syntax
        .start
        .map(|start| program(start, limits.start_timeout));
    let stop = syntax.stop.map(|stop| program(stop, limits.stop_timeout));
    let restart = syntax
        .restart
        .map(|restart| Box::new(program(restart, limits.restart_timeout)));
    let has_recipients = !(syntax.alerts.is_empty() && syntax.noalert.is_empty());
    Service {
        name: syntax.name.value,
        content: content::scan(&syntax.ignore, &rules, machine),
        rules,
        subject,
        groups: syntax.groups.into(),
        depends: depends.into(),
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
        recipients: has_recipients.then(|| {
            Box::new(Recipients {
                alerts: syntax.alerts.into(),
                noalert: syntax.noalert.into(),
            })
        }),
    }
}

/// A program or host of which nothing is asked is an error, as in the reference (F113).
fn require_test(name: &Text, subject: &Subject, rules: &[Rule], machine: &mut Machine<'_>) {
    let (is_tested, note) = if matches!(subject, Subject::Host(_)) {
        let note = "add a ping or a connection: if failed ping then alert";
        (!rules.is_empty(), note)
    } else {
        let mut tests = rules.iter().map(|rule| &rule.test);
        let note = "add one of its `status` or `content`: if status != 0 then alert";
        (tests.any(|test| matches!(test, Test::Program(_))), note)
    };
    // Where a test could not be understood, that is the error.
    if is_tested || machine.complaints.has_errors() {
        return;
    }
    let (kind, name_text) = (subject.kind().word(), quoted(&name.value));
    let message = format!("the {kind} {name_text} has no test");
    let error = Diagnostic::error(name.span, message);
    machine.complaints.add(error.note(note));
}

/// The machine itself, where no `check system` names it (reference F32).
pub(super) fn implicit_system(hostname: String, onreboot: OnReboot) -> Service {
    Service {
        onreboot,
        ..Service::new(hostname, Subject::System)
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
        SubjectSyntax::Host(address) => Subject::Host(address),
        SubjectSyntax::Network(target) => Subject::Network(target),
        SubjectSyntax::Filesystem(path) => Subject::Filesystem(path),
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
