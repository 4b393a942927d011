//! Every limit of the engine, reached; and what programs and mails are told.

use std::time::Duration;

use crate::engine::service::HISTORY_LIMIT;
use crate::engine::{
    ChildId, EXECUTIONS_LIMIT, EXECUTIONS_OF_ONE, Effect, Ending, Engine, Input, PROGRAMS_LIMIT,
    Priority, ProbeId, ProbeOutcome, SampleId,
};
use crate::mail::Alert;
use crate::model::*;
use crate::reading::{FileKind, FileReading, Presence, ProcessId, ProcessState, Reading};
use crate::time::{Moment, Now};

use super::catalogue;
use super::world::{boot, process_reading};

fn at(seconds: u64) -> Now {
    boot(1, Moment::from_millis(seconds * 1000), 0).started
}

/// The orders of an input; samples are answered by `reading`, which may lead to more.
fn feed(engine: &mut Engine, now: Now, input: Input, reading: &Reading) -> Vec<Effect> {
    engine.handle(now, input);
    let mut all = Vec::new();
    let mut effects: Vec<Effect> = std::iter::from_fn(|| engine.next_effect()).collect();
    while !effects.is_empty() {
        let mut next = Vec::new();
        for effect in effects {
            if let Effect::Sample { sample, .. } = effect {
                let reading = reading.clone();
                engine.handle(now, Input::Sampled(vec![(sample, reading)]));
                next.extend(std::iter::from_fn(|| engine.next_effect()));
            }
            all.push(effect);
        }
        effects = next;
    }
    all
}

fn start(model: Model) -> Engine {
    let mut engine = Engine::new(model, boot(1, Moment::from_millis(0), 0), None);
    while engine.next_effect().is_some() {}
    engine
}

fn program(path: &str) -> Program {
    Program {
        arguments: [path].iter().collect(),
        terms: Terms::limited(Duration::from_secs(300)).into(),
    }
}

/// One service with one rule.
fn model(subject: Subject, test: Test, action: Action) -> Model {
    let mut model = catalogue::model(false, 30);
    model.services.retain(|service| &*service.name == "conf");
    let service = &mut model.services[0];
    service.subject = subject;
    service.rules = [Rule {
        test,
        failed: Repeat {
            window: Window::ONCE,
            action,
        },
        recovered: Repeat {
            window: Window::ONCE,
            action: Action::Alert,
        },
    }]
    .into();
    model
}

fn exec(repeat_cycles: Option<u32>) -> Action {
    Action::Exec(Box::new(Exec {
        program: program("/bin/tell"),
        repeat_cycles,
    }))
}

fn file(permission: u32) -> Reading {
    Reading::File(Presence::Present(FileReading {
        kind: FileKind::Regular,
        permission,
        uid: 0,
        gid: 0,
        links: 1,
        size: 0,
        accessed: 0,
        modified: 0,
        changed: 0,
        digests: Box::default(),
        content: None,
    }))
}

fn spawned(effects: &[Effect]) -> usize {
    let is_spawn = |effect: &&Effect| matches!(effect, Effect::Spawn { .. });
    effects.iter().filter(is_spawn).count()
}

#[test]
fn a_history_keeps_the_latest() {
    let subject = Subject::File("/etc/conf".into());
    let mut engine = start(model(subject, Test::Permission(0o644), Action::Alert));
    for cycle in 0..20 {
        let permission = if cycle % 2 == 0 { 0o600 } else { 0o644 };
        feed(&mut engine, at(cycle * 30), Input::Wake, &file(permission));
    }
    let standing = engine.standing(ServiceId::new(0));
    assert_eq!(standing.history.len(), HISTORY_LIMIT);
    assert_eq!(standing.history[0].event, "Permission succeeded");
    assert_eq!(standing.history[1].event, "Permission failed");
}

#[test]
fn no_more_programs_of_exec_actions_run_than_the_limit() {
    let mut engine = executing(EXECUTIONS_LIMIT + 6);
    let effects = feed(&mut engine, at(0), Input::Wake, &file(0o600));
    let children: Vec<ChildId> = children(&effects).collect();
    assert_eq!(children.len(), EXECUTIONS_LIMIT);
    let last = "'f69' not run: '/bin/tell' -- 64 programs run already";
    assert!(effects.iter().any(|effect| is_error(effect, last)));
    let input = Input::ChildExited {
        child: children[0],
        ending: Ending::Exited(0),
        output: Box::default(),
    };
    feed(&mut engine, at(1), input, &file(0o600));
    let effects = feed(&mut engine, at(30), Input::Wake, &file(0o600));
    assert_eq!(spawned(&effects), 1);
}

/// Without a time limit a program may hang for ever, and be run again and again.
#[test]
fn programs_of_one_service_that_hang_leave_room_for_those_of_others() {
    let mut engine = executing(2);
    for cycle in 0..EXECUTIONS_OF_ONE as u64 {
        let effects = feed(&mut engine, at(cycle * 30), Input::Wake, &file(0o600));
        let [hangs, ends] = children(&effects).collect::<Vec<_>>()[..] else {
            panic!("both are run");
        };
        assert!(hangs < ends);
        let input = Input::ChildExited {
            child: ends,
            ending: Ending::Exited(0),
            output: Box::default(),
        };
        feed(&mut engine, at(cycle * 30 + 1), input, &file(0o600));
    }
    let effects = feed(&mut engine, at(9000), Input::Wake, &file(0o600));
    assert_eq!(spawned(&effects), 1);
    let said = "'f0' not run: '/bin/tell' -- 8 of its programs run already";
    assert!(effects.iter().any(|effect| is_error(effect, said)));
}

#[test]
fn a_single_pass_does_not_stay_for_a_program_that_hangs() {
    let mut model = executing_model(1);
    model.settings.poll = None;
    let mut engine = start(model);
    assert_eq!(
        spawned(&feed(&mut engine, at(0), Input::Wake, &file(0o600))),
        1
    );
    assert!(!engine.is_idle());
    assert_eq!(engine.deadline(), Some(at(300).moment));
    feed(&mut engine, at(300), Input::Wake, &file(0o600));
    assert!(engine.is_idle());
    assert_eq!(engine.deadline(), None);
}

/// So many files whose test fails, with a program for each failure.
fn executing(count: usize) -> Engine {
    start(executing_model(count))
}

fn executing_model(count: usize) -> Model {
    let subject = Subject::File("/etc/conf".into());
    let mut model = model(subject, Test::Permission(0o644), exec(Some(1)));
    model.services = vec![model.services[0].clone(); count];
    for (number, service) in model.services.iter_mut().enumerate() {
        service.name = format!("f{number}").into();
    }
    model
}

fn children(effects: &[Effect]) -> impl Iterator<Item = ChildId> {
    effects.iter().filter_map(|effect| {
        let Effect::Spawn { child, .. } = effect else {
            return None;
        };
        Some(*child)
    })
}

fn is_error(effect: &Effect, said: &str) -> bool {
    matches!(effect, Effect::Log { priority: Priority::Error, text } if text == said)
}

/// So many services of a program each, all due at once.
fn programs(count: usize) -> Engine {
    let test = Test::Program(ProgramTest::StatusChanged);
    let subject = Subject::Program(Box::new(program("/bin/p")));
    let mut model = model(subject, test, Action::Alert);
    model.services = vec![model.services[0].clone(); count];
    for (number, service) in model.services.iter_mut().enumerate() {
        service.name = format!("p{number}").into();
    }
    start(model)
}

/// The programs that are to be started, each with its service's name.
fn orders(effects: Vec<Effect>) -> Vec<(ChildId, String)> {
    let order = |effect| {
        let Effect::Spawn {
            child, environment, ..
        } = effect
        else {
            return None;
        };
        Some((child, environment[0].1.clone()))
    };
    effects.into_iter().filter_map(order).collect()
}

fn ended(child: ChildId) -> Input {
    Input::ProgramEnded {
        child,
        pid: 1,
        ending: Ending::Exited(0),
        output: Box::default(),
        matched: Vec::new(),
    }
}

#[test]
fn no_more_programs_run_as_checks_than_the_limit_and_each_has_its_turn() {
    let count = 2 * PROGRAMS_LIMIT + 1;
    let mut engine = programs(count);
    let nothing = Reading::Host;
    let mut running = orders(feed(&mut engine, at(0), Input::Wake, &nothing));
    assert_eq!(running.len(), PROGRAMS_LIMIT);
    // Those that have ended are due again in the next cycle, but after all that have waited.
    let mut begun: Vec<String> = running.iter().map(|(_, name)| name.clone()).collect();
    for cycle in 1..=10 {
        let more = orders(feed(&mut engine, at(cycle * 30), Input::Wake, &nothing));
        assert_eq!(more, [], "all places are taken");
        for _ in 0..PROGRAMS_LIMIT {
            let (child, _) = running.remove(0);
            let next = orders(feed(&mut engine, at(cycle * 30), ended(child), &nothing));
            assert!(next.len() <= 1);
            begun.extend(next.iter().map(|(_, name)| name.clone()));
            running.extend(next);
            assert!(running.len() <= PROGRAMS_LIMIT);
        }
    }
    let times = |number| {
        let name = format!("p{number}");
        begun.iter().filter(|begun| **begun == name).count()
    };
    let fewest = (0..count).map(times).min();
    assert!(fewest >= Some(3), "one had its turn only {fewest:?} times");
}

/// A machine with room for so many programs; the cycle is an hour.
#[test]
fn where_the_machine_is_short_programs_run_one_after_the_other() {
    for places in [1, 2, 50, PROGRAMS_LIMIT] {
        let count = 200;
        let mut engine = programs(count);
        let nothing = Reading::Host;
        let mut waiting = orders(feed(&mut engine, at(0), Input::Wake, &nothing));
        let mut running = Vec::new();
        let mut verdicts = 0;
        let mut refused = 0;
        while !waiting.is_empty() || !running.is_empty() {
            for (child, _) in std::mem::take(&mut waiting) {
                if running.len() < places {
                    running.push(child);
                    continue;
                }
                refused += 1;
                let input = Input::SpawnFailed {
                    child,
                    reason: "pipe: Too many open files".into(),
                    shortage: true,
                };
                let effects = feed(&mut engine, at(1), input, &nothing);
                assert!(!effects.iter().any(|e| matches!(e, Effect::Mail(_))));
                assert_eq!(orders(effects), [], "nothing has ended meanwhile");
            }
            let child = running.remove(0);
            waiting = orders(feed(&mut engine, at(2), ended(child), &nothing));
            verdicts += 1;
        }
        assert_eq!(verdicts, count);
        // One try too many for each that has ended, at most.
        assert!(refused <= PROGRAMS_LIMIT + count, "{refused}");
    }
}

#[test]
fn an_exec_runs_once_per_change_or_as_often_as_asked() {
    let cycles_with_exec = |repeat| {
        let subject = Subject::File("/etc/conf".into());
        let mut engine = start(model(subject, Test::Permission(0o644), exec(repeat)));
        let mut runs = Vec::new();
        for cycle in 0..700 {
            let effects = feed(&mut engine, at(cycle * 30), Input::Wake, &file(0o600));
            runs.extend((spawned(&effects) > 0).then_some(cycle));
        }
        runs
    };
    assert_eq!(cycles_with_exec(None), [0]);
    assert_eq!(cycles_with_exec(Some(300)), [0, 299, 599]);
}

#[test]
fn a_program_is_told_what_it_runs_for() {
    let locator = ProcessLocator::Pidfile("/run/x".into());
    let process = Subject::Process(locator);
    let mut engine = start(model(process, Test::Exist, exec(None)));
    let mut running = process_reading(
        ProcessId {
            pid: 3564,
            start_ticks: 1,
        },
        9999,
    );
    running.memory_kib = Some(7852);
    running.cpu_percent = Some(0.04);
    let reading = Reading::Process(ProcessState::Running(running));
    let effects = feed(&mut engine, at(0), Input::Wake, &reading);
    let mut told = Vec::new();
    for effect in effects {
        if let Effect::Spawn { environment, .. } = effect {
            let pairs = environment.into_iter();
            told.extend(pairs.map(|(name, value)| format!("{name}={value}")));
        }
    }
    assert_eq!(
        told,
        [
            "MONIT_DATE=Sun, 22 Nov 2026 06:53:14",
            "MONIT_SERVICE=conf",
            "MONIT_HOST=localhost",
            "MONIT_EVENT=Does exist",
            "MONIT_DESCRIPTION=process is running with pid 3564",
            "MONIT_PROCESS_PID=3564",
            "MONIT_PROCESS_MEMORY=7852",
            "MONIT_PROCESS_CHILDREN=-1",
            "MONIT_PROCESS_CPU_PERCENT=0.0",
        ]
    );
}

#[test]
fn a_mail_takes_each_key_of_its_format_where_it_is_given_first() {
    let subject = Subject::File("/etc/conf".into());
    let mut model = model(subject, Test::Permission(0o644), Action::Alert);
    model.settings.mail_format = MailFormat {
        from: Some("global@example.org".into()),
        subject: Some("global".into()),
        ..MailFormat::default()
    };
    model.settings.alerts[0].format.subject = Some("own".into());
    let mut engine = start(model);
    let effects = feed(&mut engine, at(0), Input::Wake, &file(0o600));
    let mut alerts = Vec::new();
    for effect in effects {
        if let Effect::Mail(alert) = effect {
            alerts.push(*alert);
        }
    }
    let text = "permission test failed for /etc/conf [current permission 0600]";
    let expected = Alert {
        to: "ops@example.org".into(),
        format: MailFormat {
            from: Some("global@example.org".into()),
            subject: Some("own".into()),
            reply_to: None,
            message: None,
        },
        event: "Permission failed".into(),
        service: "conf".into(),
        action: "alert".into(),
        host: "localhost".into(),
        description: text.into(),
        at: at(0).wall,
    };
    assert_eq!(alerts, [expected]);
}

#[test]
fn inputs_that_nobody_waits_for_do_nothing() {
    let mut engine = start(catalogue::model(true, 30));
    let outcome = Ok(ProbeOutcome {
        result: Ok(1),
        certificate: None,
    });
    let process = ProcessId {
        pid: 1,
        start_ticks: 1,
    };
    let (child, probe, sample) = (ChildId(99), ProbeId(99), SampleId(99));
    let (ending, output) = (Ending::Exited(1), Box::default());
    let reading = file(0o600);
    for input in [
        Input::Sampled(vec![(sample, reading)]),
        Input::ProbeEnded { probe, outcome },
        Input::ChildExited {
            child,
            ending,
            output,
        },
        Input::SpawnFailed {
            child,
            reason: "fork".into(),
            shortage: true,
        },
        Input::ProcessGone { process },
    ] {
        engine.handle(at(0), input);
        let effects: Vec<Effect> = std::iter::from_fn(|| engine.next_effect()).collect();
        let harmless = |effect: &Effect| matches!(effect, Effect::Save(_));
        assert!(effects.iter().all(harmless), "{effects:?}");
    }
}

/// The last reading stands, with the time it was taken, and the check goes on by it.
#[test]
fn what_has_not_changed_is_judged_again() {
    let locator = ProcessLocator::Pidfile("/run/x".into());
    let mut engine = start(model(Subject::Process(locator), Test::Exist, Action::Alert));
    let id = ProcessId {
        pid: 3564,
        start_ticks: 1,
    };
    let reading = Reading::Process(ProcessState::Running(process_reading(id, 9999)));
    feed(&mut engine, at(0), Input::Wake, &reading);
    let sample = |engine: &mut Engine, now| {
        engine.handle(now, Input::Wake);
        let mut ordered = None;
        for effect in std::iter::from_fn(|| engine.next_effect()) {
            if let Effect::Sample { sample, .. } = effect {
                ordered = Some(sample);
            }
        }
        ordered
    };
    let ordered = sample(&mut engine, at(30)).expect("a second cycle");
    engine.handle(at(30), Input::Unchanged(vec![ordered]));
    while engine.next_effect().is_some() {}
    let standing = engine.standing(ServiceId::new(0));
    assert_eq!(standing.reading, Some(&reading));
    assert_eq!(standing.collected, Some(at(0).wall));
    // The check is over: the next cycle looks again.
    assert!(sample(&mut engine, at(60)).is_some());
}
