//! What is done when a test fails or passes again.

use crate::model::{Action, Exec, Mode, Service, Subject};

use super::{Ordinal, Span, command};

/// What was found of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Situation {
    /// It does not exist: there is nothing to stop.
    Gone,
    /// Anything else.
    There,
}

/// What follows, as it goes on after the condition.
pub(super) fn of(action: &Action, service: &Service, situation: Situation) -> String {
    let done = match action {
        Action::Ignore => return "nothing is done or reported".to_owned(),
        Action::Alert => None,
        Action::Exec(exec) => Some(run(exec)),
        Action::Unmonitor => Some("it is watched no longer".to_owned()),
        Action::Start | Action::Stop | Action::Restart if service.mode == Mode::Passive => None,
        Action::Start => Some(start(service)),
        Action::Stop => Some(stop(service)),
        Action::Restart => Some(restart(service, situation)),
    };
    match done {
        None => "that is reported".to_owned(),
        Some(done) => format!("that is reported and {done}"),
    }
}

fn run(exec: &Exec) -> String {
    let Exec {
        program,
        repeat_cycles,
    } = exec;
    let limit = match program.terms.limit() {
        None => String::new(),
        Some(time) => format!(" for at most {}", Span(time)),
    };
    let command = command(program);
    match repeat_cycles {
        None => format!("{command} is run{limit}"),
        Some(1) => format!("{command} is run{limit}, at every failure anew"),
        Some(n) => {
            let n = Ordinal(*n);
            format!("{command} is run{limit}, again at every {n} failure")
        }
    }
}

fn start(service: &Service) -> String {
    match service.start {
        Some(_) => "it is started".to_owned(),
        None => "nothing else is done: it has no start program".to_owned(),
    }
}

fn stop(service: &Service) -> String {
    match service.stop {
        Some(_) => "it is stopped and watched no longer".to_owned(),
        None => "it is watched no longer: it has no stop program".to_owned(),
    }
}

fn restart(service: &Service, situation: Situation) -> String {
    let gone = situation == Situation::Gone && matches!(service.subject, Subject::Process(_));
    match (&service.restart, &service.stop, &service.start) {
        (Some(_), _, _) => "it is restarted",
        (None, _, Some(_)) if gone => "it is started",
        (None, _, None) if gone => "nothing else is done: it has no start program",
        (None, Some(_), Some(_)) => "it is stopped and started",
        (None, None, Some(_)) => "it is started if it does not run: it has no stop program",
        (None, Some(_), None) => "it is stopped: it has no start program",
        (None, None, None) => "nothing else is done: it has no program to restart it",
    }
    .to_owned()
}
