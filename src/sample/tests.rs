//! Real processes and files, looked at through the sampler.

use super::*;
use crate::model::{
    Action, Comparison, Limit, ProcessLocator, ProcessMetric, ProcessTest, Repeat, Rule, ServiceId,
    Test, Window,
};
use crate::pattern::Pattern;
use crate::reading::{ProcessDetails, ProcessReading, ProcessState};
use crate::sys::testing::{
    Folder, Program, exhaust_descriptors, in_child, limit_descriptors, unique,
};

fn matching(pattern: &str) -> Service {
    let locator = ProcessLocator::Matching(pattern.into());
    Service::new("daemon", Subject::Process(locator))
}

fn with_pidfile(path: &std::path::Path) -> Service {
    let locator = ProcessLocator::Pidfile(path.to_str().unwrap().into());
    Service::new("daemon", Subject::Process(locator))
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
    sampler.begin(SampleId(1), service, &[], None, Care::Thorough);
    match readings(&mut sampler, 0, children).pop() {
        Some((1, Reading::Process(state))) => state,
        other => panic!("{other:?}"),
    }
}

fn running(state: ProcessState) -> Option<ProcessReading> {
    match state {
        ProcessState::Running(reading) => Some(reading),
        ProcessState::Zombie(_)
        | ProcessState::Absent
        | ProcessState::Unclaimed
        | ProcessState::Unreadable(_) => None,
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
    let owner = reading.owner.unwrap();
    assert_eq!((owner.uid, owner.euid), (own, own));
    assert_eq!(reading.threads, Some(1));
    assert!(reading.memory_kib.is_some() && reading.memory_percent.is_some());
    assert!(reading.uptime_seconds.is_some());
    assert_eq!(reading.cpu_percent, None);

    drop(program);
    assert_eq!(process(&with_pidfile(&path), &[]), ProcessState::Absent);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(process(&with_pidfile(&path), &[]), ProcessState::Unclaimed);
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
            other @ (ProcessState::Absent
            | ProcessState::Unclaimed
            | ProcessState::Unreadable(_)) => panic!("{other:?}"),
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
            sampler.configure(&[]);
        }
        sampler.begin(
            SampleId::new(now, ServiceId::new(0)),
            &service,
            &[],
            None,
            Care::Thorough,
        );
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
        sampler.begin(
            SampleId(sample),
            &matching(&mark),
            &[],
            None,
            Care::Thorough,
        );
    }
    let done = readings(&mut sampler, 0, &[]);
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
    let _asking = Program::start(&["/bin/sh", "-c", "kill -STOP $$", "procmatch", &mark]);
    let expected = Match {
        pid: program.pid(),
        ppid: crate::sys::reap::own_pid(),
        command: format!("/bin/sleep {mark}"),
        is_chosen: true,
    };
    let pattern = Pattern::new(&mark);
    assert_eq!(matches(&|text| pattern.is_match(text)).unwrap(), [expected]);
}

#[test]
fn a_step_looks_at_no_more_than_its_share() {
    let folder = Folder::new();
    let path = folder.file("file", "");
    let file = Service::new("file", Subject::File(path.to_str().unwrap().into()));
    let mut sampler = Sampler::new();
    for sample in 0..=LOOKS as u64 {
        sampler.begin(SampleId(sample), &file, &[], None, Care::Thorough);
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
    let file = Service::new("file", Subject::File(path.to_str().unwrap().into()));
    let gone = Service::new("gone", Subject::File("/nowhere/at/all".into()));
    let machine = Service::new("box", Subject::System);
    let mut sampler = Sampler::new();
    sampler.begin(SampleId(1), &machine, &[], None, Care::Thorough);
    sampler.begin(
        SampleId(2),
        &gone,
        &[ChecksumKind::Md5],
        None,
        Care::Thorough,
    );
    sampler.begin(
        SampleId(3),
        &file,
        &[ChecksumKind::Md5],
        None,
        Care::Thorough,
    );
    sampler.begin(SampleId(4), &file, &[], None, Care::Thorough);
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

fn details(service: &Service) -> ProcessDetails {
    let reading = running(process(service, &[])).unwrap();
    *reading.details.unwrap()
}

fn with_rules(pid: i32, metrics: &[ProcessMetric], folder: &Folder) -> Service {
    let path = folder.file("tree", pid.to_string());
    let limit = Limit {
        comparison: Comparison::Greater,
        value: 0,
    };
    let side = || Repeat {
        window: Window::ONCE,
        action: Action::Alert,
    };
    let rule = |metric: &ProcessMetric| Rule {
        test: Test::Process(ProcessTest::Usage(*metric, limit)),
        failed: side(),
        recovered: side(),
    };
    Service {
        rules: metrics.iter().map(rule).collect(),
        ..with_pidfile(&path)
    }
}

/// A shell that waits for two others, of which one waits for a third.
#[test]
fn a_process_and_all_that_descends_from_it() {
    let folder = Folder::new();
    let script = "(sleep 1000 & echo a; wait) & sleep 1000 & echo b; wait";
    let program = Program::start(&["/bin/sh", "-c", script]);
    program.await_output();
    let metrics = [
        ProcessMetric::Children,
        ProcessMetric::TotalMemory,
        ProcessMetric::TotalDescriptors,
    ];
    let service = with_rules(program.pid(), &metrics, &folder);
    // The inner shell may not have come to its own child yet.
    let tree = loop {
        let tree = details(&service).tree.unwrap();
        if tree.children == 3 {
            break tree;
        }
        std::thread::yield_now();
    };
    assert_eq!(tree.cpu_percent, None);
    let own = running(process(&service, &[])).unwrap();
    assert!(tree.memory_kib > own.memory_kib.unwrap());
    let own_files = own.details.unwrap().descriptors.unwrap();
    assert!(own_files.open >= 3 && own_files.limits.is_some());
    assert!(tree.descriptors.unwrap() > own_files.open);
}

#[test]
fn what_no_test_asks_for_is_not_read() {
    let folder = Folder::new();
    let own = crate::sys::reap::own_pid();
    let plain = with_rules(own, &[ProcessMetric::Cpu], &folder);
    assert_eq!(running(process(&plain, &[])).unwrap().details, None);
    let read = with_rules(own, &[ProcessMetric::Read], &folder);
    let details = details(&read);
    assert!(
        details
            .io
            .is_some_and(|io| io.total.read > 0 && io.rate.is_none())
    );
    assert_eq!((details.descriptors, details.tree), (None, None));

    let mut sampler = Sampler::new();
    let look = |sampler: &mut Sampler, care| {
        sampler.begin(SampleId(1), &read, &[], None, care);
        let Some((_, Reading::Process(state))) = readings(sampler, 0, &[]).pop() else {
            panic!("a process reading");
        };
        running(state).unwrap().details
    };
    assert_eq!(look(&mut sampler, Care::Brief), None);
    // On a small box pages show more than tests need.
    sampler.configure(&[]);
    let shown = look(&mut sampler, Care::Thorough).unwrap();
    assert!(shown.io.is_some() && shown.descriptors.is_some() && shown.tree.is_none());
    let many: Vec<Service> = (0..100).map(|_| plain.clone()).collect();
    sampler.configure(&many);
    assert_eq!(
        look(&mut sampler, Care::Thorough).unwrap().descriptors,
        None
    );
}

/// With thousands of services, who is known to run is read now and then, for the pages; its pidfile
/// is looked at each time.
#[test]
fn whose_end_would_be_told_is_read_from_time_to_time() {
    let program = Program::start(&["/bin/sleep", "1000"]);
    let folder = Folder::new();
    std::fs::create_dir(folder.path("run")).unwrap();
    let path = folder.file("run/pid", program.pid().to_string());
    let plain = with_pidfile(&path);
    let awaited = crate::sys::exits::stat_of(program.pid()).unwrap().unwrap();
    let awaited = Care::Awaited(awaited.id);
    let mut sampler = Sampler::new();
    let many: Vec<Service> = (0..100).map(|_| plain.clone()).collect();
    sampler.configure(&many);
    let mut looks = |service: &Service, care, count: u32| -> String {
        let look = |_| {
            sampler.begin(SampleId(0), service, &[], None, care);
            let read = readings(&mut sampler, 0, &[]).len();
            let rested = sampler.unchanged().len();
            assert_eq!(read + rested, 1);
            if read == 1 { 'r' } else { '.' }
        };
        (0..count).map(look).collect()
    };
    // Until it is known whose it is.
    assert_eq!(looks(&plain, awaited, 12), "rr...r...r..");
    assert_eq!(looks(&plain, Care::Thorough, 3), "rrr");
    assert_eq!(looks(&plain, awaited, 2), "..");
    let asking = with_rules(program.pid(), &[ProcessMetric::Cpu], &folder);
    assert_eq!(looks(&asking, awaited, 3), "rrr");
    folder.file("run/pid", std::process::id().to_string());
    assert_eq!(looks(&plain, awaited, 3), "rrr");
    folder.file("run/pid", program.pid().to_string());
    assert_eq!(looks(&plain, awaited, 4), "rr..");
    // What was read last is that it could not be told.
    let (run, aside) = (folder.path("run"), folder.path("aside"));
    std::fs::rename(&run, &aside).unwrap();
    std::os::unix::fs::symlink(&run, &run).unwrap();
    assert_eq!(looks(&plain, awaited, 2), "rr");
    std::fs::remove_file(&run).unwrap();
    std::fs::rename(&aside, &run).unwrap();
    assert_eq!(looks(&plain, awaited, 2), "r.");
    // Somebody asks: the next look is one.
    sampler.stir();
    sampler.begin(SampleId(0), &plain, &[], None, awaited);
    assert_eq!(readings(&mut sampler, 0, &[]).len(), 1);
    // On a small box every look is one.
    sampler.configure(&[]);
    sampler.begin(SampleId(0), &plain, &[], None, awaited);
    assert_eq!(readings(&mut sampler, 0, &[]).len(), 1);
    // What an old model has ordered is nothing that a new one would remember.
    sampler.begin(SampleId(0), &plain, &[], None, awaited);
    sampler.configure(&many);
    assert!(!sampler.is_busy());
}

/// A forked child of ours has our command line until it ends.
#[test]
fn our_own_tasks_are_no_service() {
    let own = crate::sys::reap::own_pid();
    let command = std::fs::read("/proc/self/cmdline").unwrap();
    let command: Vec<u8> = command.split(|&byte| byte == 0).next().unwrap().into();
    let name = String::from_utf8(command).unwrap();
    let task = crate::sys::task::fork_task(|_| {
        let (reader, _writer) = crate::sys::pipe().unwrap();
        let _ = std::io::Read::read(&mut std::fs::File::from(reader), &mut [0]);
    })
    .unwrap();
    let pattern = Pattern::new(&name);
    assert!(
        matches(&|text| pattern.is_match(text))
            .unwrap()
            .iter()
            .any(|found| found.ppid == own)
    );
    let found = pid_of(process(&matching(&name), &[]));
    assert!(found.is_none_or(|pid| pid != task.pid), "{found:?}");
    crate::sys::reap::kill(task.pid, crate::sys::reap::KILL);
    crate::sys::reap::wait_for(task.pid);
}

/// Found once, it is looked up by its number; when it is gone, the next one is searched for.
#[test]
fn a_process_known_by_its_command_line_is_followed() {
    let mark = unique();
    let service = matching(&format!("sleep {mark}$"));
    let mut sampler = Sampler::new();
    let mut look = |now| {
        sampler.begin(SampleId(0), &service, &[], None, Care::Thorough);
        let mut steps = 0;
        let mut done = Vec::new();
        while sampler.is_busy() {
            done.extend(sampler.step(Moment::from_millis(now), &[]));
            steps += 1;
        }
        let Some((_, Reading::Process(state))) = done.pop() else {
            panic!("a process reading");
        };
        (pid_of(state), steps)
    };
    let first = Program::start(&["/bin/sleep", &mark]);
    // Twice for its owner, then it is known.
    assert_eq!(look(0).0, Some(first.pid()));
    assert_eq!(look(1000).0, Some(first.pid()));
    assert_eq!(look(2000), (Some(first.pid()), 1));
    drop(first);
    let second = Program::start(&["/bin/sleep", &mark]);
    assert_eq!(look(3000).0, Some(second.pid()));
    drop(second);
    assert_eq!(look(4000).0, None);
}

/// A file too large for a slice is hashed by a child, whose answer is as good.
mod large_files {
    use super::*;
    use crate::reading::{Digest, Hasher};
    use crate::sys::reap::{kill_group, wait_for};

    /// More files than are hashed at a time.
    const FILES: u64 = 6;

    struct Bench {
        _folder: Folder,
        content: Vec<u8>,
        service: Service,
        sampler: Sampler,
    }

    impl Bench {
        fn new(size: usize) -> Self {
            let folder = Folder::new();
            let content: Vec<u8> = (0..size).map(|at| (at % 251).to_le_bytes()[0]).collect();
            let path = folder.file("large", &content);
            Self {
                _folder: folder,
                content,
                service: Service::new("large", Subject::File(path.to_str().unwrap().into())),
                sampler: Sampler::new(),
            }
        }

        fn order(&mut self, sample: u64) {
            let kinds = [ChecksumKind::Sha256];
            self.sampler.begin(
                SampleId(sample),
                &self.service,
                &kinds,
                None,
                Care::Thorough,
            );
        }

        /// Everything that can be done without a child's help.
        fn steps(&mut self) -> Vec<(SampleId, Reading)> {
            let mut done = Vec::new();
            while self.sampler.is_busy() {
                done.extend(self.sampler.step(Moment::default(), &[]));
            }
            done
        }

        fn assert_right(&self, readings: &[(SampleId, Reading)], samples: &[u64]) {
            let value = Ok(Hasher::hash(ChecksumKind::Sha256, &self.content));
            let kind = ChecksumKind::Sha256;
            let expected = vec![Digest { kind, value }];
            for (_, reading) in readings {
                let Reading::File(Presence::Present(facts)) = reading else {
                    panic!("{reading:?}");
                };
                assert_eq!((&*facts.digests, facts.size), (&*expected, 3 << 20));
            }
            let found: Vec<u64> = readings.iter().map(|(sample, _)| sample.0).collect();
            assert_eq!(found, samples);
        }
    }

    #[test]
    fn a_few_at_a_time_and_all_in_the_end() {
        let mut bench = Bench::new(3 << 20);
        for sample in 0..FILES {
            bench.order(sample);
        }
        let mut done = Vec::new();
        let mut children = 0;
        loop {
            done.extend(bench.steps());
            let pids = bench.sampler.remote.pids();
            assert!(pids.len() <= 4, "{pids:?}");
            let Some(&pid) = pids.first() else { break };
            wait_for(pid);
            assert!(bench.sampler.task_ended(pid));
            children += 1;
        }
        assert_eq!(children, FILES);
        done.sort_by_key(|(sample, _)| sample.0);
        bench.assert_right(&done, &[0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn what_nobody_waits_for_is_not_hashed_on() {
        let mut bench = Bench::new(3 << 20);
        for sample in 0..FILES {
            bench.order(sample);
        }
        assert_eq!(bench.steps(), []);
        let children = bench.sampler.remote.pids();
        for sample in 0..FILES {
            bench.sampler.cancel(SampleId(sample));
        }
        assert_eq!(bench.sampler.remote.pids(), [0; 0]);
        assert_eq!(bench.steps(), []);
        for pid in children {
            wait_for(pid);
            assert!(!bench.sampler.task_ended(pid));
        }
        // And nothing keeps it from being hashed again.
        bench.order(FILES);
        assert_eq!(bench.steps(), []);
        let pid = bench.sampler.remote.pids()[0];
        wait_for(pid);
        assert!(bench.sampler.task_ended(pid));
        let done = bench.steps();
        bench.assert_right(&done, &[FILES]);
    }

    #[test]
    fn where_no_child_can_be_had_we_hash_it_ourselves() {
        let mut bench = Bench::new(3 << 20);
        let seen = in_child(|out| {
            limit_descriptors(5); // one to read with, too few for a pipe
            bench.order(0);
            let done = bench.steps();
            let alone = bench.sampler.remote.pids().is_empty();
            bench.assert_right(&done, &[0]);
            writeln!(out, "{alone}").unwrap();
        });
        assert_eq!(String::from_utf8(seen).unwrap(), "true\n");
    }

    #[test]
    fn a_child_that_is_killed_is_an_unreadable_file() {
        let mut bench = Bench::new(3 << 20);
        bench.order(0);
        assert_eq!(bench.steps(), []);
        let pid = bench.sampler.remote.pids()[0];
        kill_group(pid, crate::sys::reap::KILL);
        wait_for(pid);
        assert!(bench.sampler.task_ended(pid));
        let done = bench.steps();
        let [(_, Reading::File(Presence::Unreadable(why)))] = &done[..] else {
            panic!("{done:?}");
        };
        assert_eq!(&**why, "the look at it was cut short");
    }
}
