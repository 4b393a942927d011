//! Real processes and files, looked at through the sampler.

use super::*;
use crate::model::{Every, Mode, OnReboot};
use crate::reading::{ProcessReading, ProcessState};
use crate::sys::testing::{Folder, Program, exhaust_descriptors, in_child, unique};

fn service(name: &str, subject: Subject) -> Service {
    Service {
        name: name.into(),
        subject,
        groups: Vec::new(),
        depends: Vec::new(),
        mode: Mode::Active,
        every: Every::Cycle,
        onreboot: OnReboot::Start,
        start: None,
        stop: None,
        restart: None,
        rules: Vec::new(),
        restart_limits: Vec::new(),
        alerts: Vec::new(),
        content: None,
        noalert: Vec::new(),
    }
}

fn matching(pattern: &str) -> Service {
    let locator = ProcessLocator::Matching(pattern.into());
    service("daemon", Subject::Process(locator))
}

fn with_pidfile(path: &std::path::Path) -> Service {
    let locator = ProcessLocator::Pidfile(path.to_str().unwrap().into());
    service("daemon", Subject::Process(locator))
}

/// All readings, in the order they came.
fn readings(sampler: &mut Sampler, now: u64, children: &[i32]) -> Vec<(u64, Reading)> {
    let mut done = Vec::new();
    while sampler.is_busy() {
        let finished = sampler.step(Moment::from_millis(now), children);
        done.extend(
            finished
                .into_iter()
                .map(|(sample, reading)| (sample.0, reading)),
        );
    }
    done
}

fn process(service: &Service, children: &[i32]) -> ProcessState {
    let mut sampler = Sampler::new();
    sampler.begin(SampleId(1), service, &[], None);
    match readings(&mut sampler, 0, children).pop() {
        Some((1, Reading::Process(state))) => state,
        other => panic!("{other:?}"),
    }
}

fn running(state: ProcessState) -> Option<ProcessReading> {
    match state {
        ProcessState::Running(reading) => Some(reading),
        ProcessState::Zombie(_) | ProcessState::Absent | ProcessState::Unreadable(_) => None,
    }
}

fn pid_of(state: ProcessState) -> Option<i32> {
    running(state).map(|reading| reading.id.pid)
}

#[test]
fn a_process_by_its_pidfile() {
    let folder = Folder::new();
    let program = Program::start(&["/bin/sleep", "1000"]);
    let path = folder.file("pid", format!("{}\n", program.pid()));
    let reading = running(process(&with_pidfile(&path), &[])).unwrap();
    let own = crate::sys::users::effective_user();
    assert_eq!(reading.id.pid, program.pid());
    assert_eq!(reading.ppid, Some(crate::sys::reap::own_pid()));
    assert_eq!((reading.uid, reading.euid), (Some(own), Some(own)));
    assert_eq!(reading.threads, Some(1));
    assert!(reading.memory_kib.is_some() && reading.memory_percent.is_some());
    assert!(reading.uptime_seconds.is_some());
    assert_eq!(reading.cpu_percent, None);

    drop(program);
    assert_eq!(process(&with_pidfile(&path), &[]), ProcessState::Absent);
}

#[test]
fn a_process_nobody_has_noticed_the_end_of() {
    let folder = Folder::new();
    let program = Program::start(&["/bin/true"]);
    let path = folder.file("pid", program.pid().to_string());
    loop {
        match process(&with_pidfile(&path), &[]) {
            ProcessState::Running(_) => std::thread::yield_now(),
            ProcessState::Zombie(id) => break assert_eq!(id.pid, program.pid()),
            other @ (ProcessState::Absent | ProcessState::Unreadable(_)) => panic!("{other:?}"),
        }
    }
}

#[test]
fn rates_need_two_looks_and_a_reload_forgets_the_first() {
    let folder = Folder::new();
    let path = folder.file("pid", crate::sys::reap::own_pid().to_string());
    let service = with_pidfile(&path);
    let mut sampler = Sampler::new();
    let mut look = |now, forget| {
        if forget {
            sampler.forget();
        }
        sampler.begin(SampleId::new(now, ServiceId::new(0)), &service, &[], None);
        let Some((_, Reading::Process(state))) = readings(&mut sampler, now, &[]).pop() else {
            panic!("a process reading");
        };
        running(state).unwrap().cpu_percent.is_some()
    };
    assert!(!look(0, false));
    assert!(look(5000, false));
    assert!(!look(10_000, true));
    assert!(look(15_000, false));
}

#[test]
fn a_process_by_its_command_line() {
    let mark = unique();
    let program = Program::start(&["/bin/sleep", &mark]);
    assert_eq!(
        pid_of(process(&matching(&format!("sleep {mark}$")), &[])),
        Some(program.pid())
    );
    assert_eq!(
        pid_of(process(&matching(&format!("^/bin/sleep {mark}")), &[])),
        Some(program.pid())
    );
    assert_eq!(
        process(&matching(&format!("^{mark}")), &[]),
        ProcessState::Absent
    );
    assert!(matches!(
        process(&matching("("), &[]),
        ProcessState::Unreadable(_)
    ));
}

#[test]
fn arguments_far_beyond_a_page_are_seen() {
    let mark = unique();
    // `sleep` adds its arguments up.
    let program = Program::start(&["/bin/sleep", "1000", &"0".repeat(20_000), &mark]);
    let found = process(&matching(&format!("1000 0+ {mark}$")), &[]);
    assert_eq!(pid_of(found), Some(program.pid()));
}

#[test]
fn a_parent_before_its_child_and_never_our_own_start_program() {
    let mark = unique();
    // Both the shell and the sleep it waits for match.
    let script = format!("/bin/sleep {mark} & echo on; wait");
    let program = Program::start(&["/bin/sh", "-c", &script]);
    program.await_output();
    let service = matching(&format!("sleep {mark}"));
    assert_eq!(pid_of(process(&service, &[])), Some(program.pid()));
    assert_eq!(process(&service, &[program.pid()]), ProcessState::Absent);
    assert_eq!(
        pid_of(process(&service, &[1_999_999_999])),
        Some(program.pid())
    );
}

#[test]
fn a_kernel_thread_by_its_name() {
    // In a container there are none to be seen.
    let second = crate::sys::exits::stat_of(2).unwrap();
    if second.is_some_and(|stat| stat.ppid == 0) {
        assert_eq!(pid_of(process(&matching("^kthreadd$"), &[])), Some(2));
    }
}

#[test]
fn one_walk_answers_all_patterns() {
    let mark = unique();
    let program = Program::start(&["/bin/sleep", &mark]);
    let mut sampler = Sampler::new();
    for sample in 0..100 {
        sampler.begin(SampleId(sample), &matching(&mark), &[], None);
    }
    let done = sampler.step(Moment::default(), &[]);
    assert_eq!(done.len(), 100);
    for (_, reading) in done {
        let Reading::Process(state) = reading else {
            panic!("{reading:?}");
        };
        assert_eq!(pid_of(state), Some(program.pid()));
    }
}

#[test]
fn what_procmatch_shows() {
    let mark = unique();
    let program = Program::start(&["/bin/sleep", &mark]);
    let expected = Match {
        pid: program.pid(),
        ppid: crate::sys::reap::own_pid(),
        command: format!("/bin/sleep {mark}"),
        is_chosen: true,
    };
    let pattern = crate::sys::regex::Regex::compile(&mark).unwrap();
    assert_eq!(matches(&pattern).unwrap(), [expected]);
}

#[test]
fn a_step_looks_at_no_more_than_its_share() {
    let folder = Folder::new();
    let path = folder.file("file", "");
    let file = service("file", Subject::File(path.to_str().unwrap().into()));
    let mut sampler = Sampler::new();
    for sample in 0..=LOOKS as u64 {
        sampler.begin(SampleId(sample), &file, &[], None);
    }
    assert_eq!(sampler.step(Moment::default(), &[]).len(), LOOKS);
    assert!(sampler.is_busy());
    assert_eq!(sampler.step(Moment::default(), &[]).len(), 1);
    assert!(!sampler.is_busy());
}

#[test]
fn files_and_the_machine() {
    let folder = Folder::new();
    let path = folder.file("file", "hello");
    let file = service("file", Subject::File(path.to_str().unwrap().into()));
    let gone = service("gone", Subject::File("/nowhere/at/all".into()));
    let machine = service("box", Subject::System);
    let mut sampler = Sampler::new();
    sampler.begin(SampleId(1), &machine, &[], None);
    sampler.begin(SampleId(2), &gone, &[ChecksumKind::Md5], None);
    sampler.begin(SampleId(3), &file, &[ChecksumKind::Md5], None);
    sampler.begin(SampleId(4), &file, &[], None);
    let done = readings(&mut sampler, 0, &[]);
    let (samples, readings): (Vec<u64>, Vec<Reading>) = done.into_iter().unzip();
    assert_eq!(samples, [1, 2, 4, 3]);
    let Reading::System(machine) = &readings[0] else {
        panic!("{readings:?}");
    };
    assert!(machine.load.is_some() && machine.memory_kib.is_some() && machine.files.is_some());
    assert_eq!(machine.cpu, None);
    assert_eq!(readings[1], Reading::File(Presence::Absent));
    let digests = |reading: &Reading| match reading {
        Reading::File(Presence::Present(facts)) => facts.digests.len(),
        Reading::File(_)
        | Reading::Process(_)
        | Reading::Filesystem(_)
        | Reading::Host
        | Reading::Program(_)
        | Reading::Network(_)
        | Reading::System(_) => panic!("{reading:?}"),
    };
    assert_eq!((digests(&readings[2]), digests(&readings[3])), (0, 1));
}

/// A box out of descriptors must not take its daemons for dead and start them again.
#[test]
fn nobody_is_dead_for_want_of_descriptors() {
    let folder = Folder::new();
    let own = crate::sys::reap::own_pid();
    let path = folder.file("pid", own.to_string());
    let seen = in_child(|out| {
        exhaust_descriptors();
        for service in [
            with_pidfile(&path),
            matching("."),
            matching("^no such process$"),
        ] {
            writeln!(out, "{:?}", process(&service, &[])).unwrap();
        }
    });
    let unreadable = "Unreadable(\"Too many open files\")\n";
    let words = crate::sys::errno::number_words(24);
    let expected = unreadable.replace("Too many open files", &words).repeat(3);
    assert_eq!(String::from_utf8(seen).unwrap(), expected);
}
