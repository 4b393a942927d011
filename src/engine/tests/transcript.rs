//! Scenarios: a control file, what happens, and what the engine orders, all as text.
//!
//! Each file of `transcripts/` holds a control file, then `---`, then steps `t=SECONDS WHAT`, each
//! followed by the orders it led to (`> …`). The whole is compared; `UPDATE=1` writes it anew. More
//! control files for `reload NAME` may stand between, each after a line `--- NAME`.

#![allow(clippy::disallowed_methods)] // a test reads its files and whether to write them

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use crate::config::memory::Memory;
use crate::engine::{
    Boot, CertificateFacts, ChildId, Command, Effect, Ending, Engine, Input, Lacking, PingAnswer,
    Priority, ProbeId, ProbeOutcome, Reach, SampleId, UserAction, Wanted,
};
use crate::model::{ChecksumKind, Connection, Model, ServiceId};
use crate::reading::{
    ContentFrom, ContentMark, ContentReading, Counters, CpuShares, Digest, Duplex, FileKind,
    FileReading, FilesystemReading, Flow, Inodes, LinkFigures, NetworkReading, Owner, Presence,
    ProcessId, ProcessReading, ProcessState, Reading, Space, SystemReading,
};
use crate::time::{Moment, Now, WallTime};

macro_rules! scenarios {
    ($($name:ident),+ $(,)?) => {$(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )+};
}

scenarios! {
    a_clock_without_a_battery,
    a_crash_in_the_middle,
    a_dead_process_comes_back,
    a_network_interface,
    a_standstill_in_the_middle,
    a_stop_stays_a_stop,
    alerts,
    changes_in_a_window,
    commands,
    connections,
    cron_times,
    cron_times_and_a_crash,
    dependants_stop_first_and_start_last,
    executions,
    directories,
    files,
    hosts,
    lines_of_files,
    filesystems,
    not_every_and_summer_time,
    not_the_active_one_of_a_pair,
    one_pass,
    programs,
    programs_that_do_not_end,
    programs_and_who_depends_on_them,
    reload,
    restarts_of_what_is_no_process,
    rules_of_one_service,
    restart_limits,
    seldom,
    starts_that_fail,
    the_first_cycle_waits,
    the_machine,
    what_a_machine_lacks,
    windows,
}

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/tests/transcripts");
    let path = folder.join(format!("{name}.txt"));
    let expected = std::fs::read_to_string(&path).unwrap();
    let actual = play(&expected);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    assert!(
        !actual.contains("\n> cannot be: "),
        "{}: a step cannot be",
        path.display()
    );
    for (number, (actual, expected)) in actual.lines().zip(expected.lines()).enumerate() {
        assert_eq!(actual, expected, "{}:{}", path.display(), number + 1);
    }
    assert_eq!(
        actual.len(),
        expected.len(),
        "{}: one ends early",
        path.display()
    );
}

/// The scenario with the orders that really come.
fn play(scenario: &str) -> String {
    let mut models = BTreeMap::new();
    let mut control_file = String::new();
    let mut name = String::new();
    let mut played = String::new();
    let mut lines = scenario.lines();
    for line in lines.by_ref() {
        played += line;
        played.push('\n');
        match line.strip_prefix("---") {
            None => control_file += &format!("{line}\n"),
            Some(next) => {
                let text = std::mem::take(&mut control_file);
                models.insert(std::mem::replace(&mut name, next.trim().into()), text);
                if next.is_empty() {
                    break;
                }
            }
        }
    }
    let mut player = Player::new(models, played);
    for line in lines {
        player.step(line);
    }
    player.played
}

struct Player {
    engine: Option<Engine>,
    models: BTreeMap<String, String>,
    /// The model that a crash or reboot starts with.
    current: String,
    moment: Moment,
    /// By how many seconds the clock on the wall was set.
    set: i64,
    /// The zone: seconds east.
    zone: i32,
    boots: u32,
    dry_run: bool,
    saved: Option<Vec<u8>>,
    samples: Vec<(SampleId, String, Vec<ChecksumKind>, usize)>,
    probes: Vec<(ProbeId, String)>,
    children: Vec<(ChildId, String)>,
    /// Those of `check program`, with what is looked for in what they print.
    programs: Vec<(ChildId, String, Vec<Box<str>>)>,
    deadline: Option<Moment>,
    played: String,
}

impl Player {
    fn new(models: BTreeMap<String, String>, played: String) -> Self {
        Self {
            engine: None,
            models,
            current: String::new(),
            moment: Moment::default(),
            set: 0,
            zone: 0,
            boots: 1,
            dry_run: false,
            saved: None,
            samples: vec![],
            probes: vec![],
            children: vec![],
            programs: vec![],
            deadline: None,
            played,
        }
    }

    fn step(&mut self, line: &str) {
        if line.starts_with("> ") || line.starts_with("| ") {
            return; // written anew
        }
        writeln!(self.played, "{line}").unwrap();
        let Some(step) = line.strip_prefix("t=") else {
            return; // a comment or an empty line
        };
        let (seconds, what) = step.split_once(' ').unwrap();
        let milliseconds = seconds.parse::<f64>().unwrap() * 1000.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let moment = Moment::from_millis(milliseconds.round() as u64);
        assert!(moment >= self.moment, "time goes forward: {line}");
        self.moment = moment;
        for what in what.split(", ") {
            if let Err(why) = self.play(what) {
                writeln!(self.played, "> cannot be: {why}").unwrap();
            }
        }
    }

    fn play(&mut self, what: &str) -> Result<(), String> {
        let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
        match word {
            "run" | "crash" => {
                self.dry_run = false;
                self.start();
            }
            "dry-run" => {
                self.dry_run = true;
                self.start();
            }
            "reboot" => {
                self.boots += 1;
                self.start();
            }
            "cut" => {
                // The state file loses its end.
                let saved = self.saved.as_mut().unwrap();
                saved.pop();
            }
            "clock" => self.set += rest.parse::<i64>().unwrap(),
            "zone" => self.zone += rest.parse::<i32>().unwrap(),
            "wake" => self.feed(Input::Wake),
            "held-up" => {
                let seconds = rest.parse().unwrap();
                self.feed(Input::HeldUp(Duration::from_secs(seconds)));
            }
            "reading" => self.reading(rest)?,
            "probe" => self.probe(rest)?,
            "ping" => self.ping(rest)?,
            "exit" => self.exit(rest)?,
            "ended" => self.ended(rest)?,
            "unspawned" => self.unspawned(rest)?,
            "gone" => {
                let process = process_id(rest);
                self.feed(Input::ProcessGone { process });
            }
            "check" => self.feed(Input::Command(Command::CheckNow)),
            "reload" => {
                self.current = rest.into();
                let model = self.model();
                self.samples.clear();
                self.feed(Input::Loaded(Box::new(model)));
            }
            "bad-reload" => self.feed(Input::LoadFailed {
                reason: rest.into(),
            }),
            "stop-tend" => self.feed(Input::Stop),
            "show" => self.show(),
            "history" => self.history(rest),
            action => self.command(action, rest),
        }
        Ok(())
    }

    fn model(&self) -> Model {
        let text = &self.models[&self.current];
        match Memory::new(text.as_str()).load() {
            Ok(loaded) => loaded.model,
            Err(report) => panic!("{report}"),
        }
    }

    fn now(&self) -> Now {
        let wall = 1_795_330_394_000 + i64::try_from(self.moment.as_millis()).unwrap();
        Now {
            moment: self.moment,
            wall: WallTime::new(wall + self.set * 1000, self.zone),
        }
    }

    fn start(&mut self) {
        let boot = Boot {
            identity: format!("boot {}", self.boots).into(),
            started: self.now(),
            dry_run: self.dry_run,
            verbose: true,
        };
        self.samples.clear();
        self.probes.clear();
        self.children.clear();
        self.programs.clear();
        self.deadline = None;
        let engine = Engine::new(self.model(), boot, self.saved.as_deref());
        if let Some(reason) = engine.unreadable_state() {
            writeln!(self.played, "> unreadable state: {reason}").unwrap();
        }
        self.engine = Some(engine);
        self.drain();
    }

    fn feed(&mut self, input: Input) {
        let now = self.now();
        self.engine.as_mut().unwrap().handle(now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(effect) = self.engine.as_mut().unwrap().next_effect() {
            let line = self.note(effect).replace('\n', "\\n");
            if !line.is_empty() {
                let line = line.replace('\n', "\\n");
                writeln!(self.played, "> {line}").unwrap();
            }
        }
        let deadline = self.engine.as_ref().unwrap().deadline();
        if deadline != self.deadline {
            self.deadline = deadline;
            let next = deadline.map_or("never".to_owned(), |at| {
                let ms = at.as_millis();
                format!("{}.{:03}", ms / 1000, ms % 1000)
                    .trim_end_matches(".000")
                    .to_owned()
            });
            writeln!(self.played, "> wake at {next}").unwrap();
        }
    }

    fn name(&self, id: ServiceId) -> String {
        self.engine
            .as_ref()
            .unwrap()
            .model()
            .service(id)
            .name
            .to_string()
    }

    fn content_tests(&self, id: ServiceId) -> usize {
        let service = self.engine.as_ref().unwrap().model().service(id);
        let tests = service.rules.iter().filter_map(|rule| rule.test.content());
        tests.count()
    }

    fn note(&mut self, effect: Effect) -> String {
        match effect {
            Effect::Sample {
                sample,
                service,
                digests,
                content,
                ..
            } => {
                let name = self.name(service);
                let from = match content {
                    None => String::new(),
                    Some(ContentFrom::End) => " lines from the end".into(),
                    Some(ContentFrom::Mark(mark)) => format!(" lines from {}", mark.offset),
                };
                let tests = content.map_or(0, |_| self.content_tests(service));
                let hashes: String = digests.iter().map(|k| format!(" {}", k.name())).collect();
                let line = format!("sample {name}{hashes}{from}");
                self.samples.push((sample, name, digests, tests));
                line
            }
            Effect::Probe { probe, connection } => {
                let peer = peer(&connection);
                let line = format!("probe {peer}");
                self.probes.push((probe, peer));
                line
            }
            Effect::Ping { probe, ping } => {
                let host = ping.host.to_string();
                let line = format!("ping {host}");
                self.probes.push((probe, host));
                line
            }
            Effect::CancelSample(cancelled) => {
                let wanted = |(sample, ..): &(SampleId, String, Vec<ChecksumKind>, usize)| {
                    *sample == cancelled
                };
                match self.samples.iter().position(wanted) {
                    Some(index) => format!("cancel sample {}", self.samples.remove(index).1),
                    None => "cancel sample of before the reload".into(),
                }
            }
            Effect::CancelProbe(cancelled) => {
                let index = self
                    .probes
                    .iter()
                    .position(|(probe, _)| *probe == cancelled)
                    .unwrap();
                format!("cancel probe {}", self.probes.remove(index).1)
            }
            Effect::Spawn {
                child,
                program,
                limit,
                reach,
                environment,
                output: Wanted::Text(patterns),
            } => {
                assert_eq!(reach, Reach::Group);
                let [(_, name)] = &environment[..] else {
                    panic!("a check gets its name only");
                };
                let (command, limit) = (program.command_line(), seconds(limit));
                let line = format!("check {command} | {name} | {limit}");
                self.programs.push((child, name.clone(), patterns));
                line
            }
            Effect::Spawn {
                child,
                program,
                limit,
                reach,
                environment,
                output,
            } => {
                let value = |key| &environment.iter().find(|(k, _)| *k == key).unwrap().1;
                let (name, event) = (value("MONIT_SERVICE"), value("MONIT_EVENT"));
                let is_job = ["Started", "Stopped", "Restarted"].contains(&event.as_str());
                assert_eq!(output == Wanted::Reason, is_job);
                assert_eq!(reach == Reach::Group, event == "Stopped");
                let (command, limit) = (program.command_line(), seconds(limit));
                self.children.push((child, name.clone()));
                format!("spawn {command} | {name} | {event} | {limit}")
            }
            Effect::Kill(killed) => {
                let mut programs = self.programs.iter();
                let index = programs.position(|(child, ..)| *child == killed).unwrap();
                format!("kill {}", self.programs.remove(index).1)
            }
            Effect::Watch { service, process } => {
                let name = self.name(service);
                let pid = process.map_or("nothing".to_owned(), |process| process.pid.to_string());
                format!("watch {name} {pid}")
            }
            Effect::Mail(alert) => {
                let (to, event, service) = (&alert.to, &alert.event, &alert.service);
                let (action, text) = (&alert.action, &alert.description);
                format!("mail {to} | {event} | {service} | {action} | {text}")
            }
            Effect::Log {
                priority: Priority::Debug,
                text,
            } => format!("debug    {text}"),
            Effect::Log {
                priority: Priority::Info,
                text,
            } => format!("info     {text}"),
            Effect::Log {
                priority: Priority::Warning,
                text,
            } => format!("warning  {text}"),
            Effect::Log {
                priority: Priority::Error,
                text,
            } => format!("error    {text}"),
            Effect::Save(bytes) => {
                self.saved = Some(bytes);
                "save".into()
            }
            Effect::Quit => "quit".into(),
        }
    }

    fn reading(&mut self, rest: &str) -> Result<(), String> {
        let (name, what) = rest.split_once(' ').unwrap();
        // The latest order for it; older ones nobody waits for any more.
        let wanted = self
            .samples
            .iter()
            .rposition(|(_, service, ..)| service == name);
        let index = wanted.ok_or_else(|| format!("nobody asked for a reading of {name}"))?;
        let (sample, _, digests, tests) = self.samples.remove(index);
        self.samples.retain(|(_, service, ..)| service != name);
        let reading = parse_reading(what, &digests, tests);
        self.feed(Input::Sampled(vec![(sample, reading)]));
        Ok(())
    }

    fn probe(&mut self, rest: &str) -> Result<(), String> {
        let (wanted, how) = rest.split_once(' ').unwrap();
        let index = self.probes.iter().position(|(_, peer)| peer == wanted);
        let index = index.ok_or_else(|| format!("nobody asked for a probe of {wanted}"))?;
        let (probe, _) = self.probes.remove(index);
        let (result, certificate) = match how.split_once(' ') {
            Some(("untrusted", complaint)) => {
                let complaint = Some(complaint.into());
                (
                    Ok(330),
                    Some(CertificateFacts {
                        complaint,
                        ..CertificateFacts::default()
                    }),
                )
            }
            Some(_) | None if how == "works" => (Ok(330), None),
            Some(_) | None => (Err(how.into()), None),
        };
        let outcome = match how {
            "waits" => Err(Lacking::Randomness),
            "unreachable" => Err(Lacking::Ipv6),
            _ => Ok(ProbeOutcome {
                result,
                certificate,
            }),
        };
        self.feed(Input::ProbeEnded { probe, outcome });
        Ok(())
    }

    /// `answers [MICROSECONDS]`, `silent`, `forbidden`, `unreachable`, `unsent WHY`, `unresolved
    /// WHY`, `unbound WHY`.
    fn ping(&mut self, rest: &str) -> Result<(), String> {
        let (wanted, how) = rest.split_once(' ').unwrap();
        let index = self.probes.iter().position(|(_, host)| host == wanted);
        let index = index.ok_or_else(|| format!("nobody asked for a ping of {wanted}"))?;
        let (probe, _) = self.probes.remove(index);
        let answer = match how.split_once(' ').unwrap_or((how, "")) {
            ("answers", microseconds) => PingAnswer::Answered(microseconds.parse().unwrap_or(24)),
            ("silent", _) => PingAnswer::Silent,
            ("forbidden", _) => PingAnswer::Forbidden,
            ("unreachable", _) => PingAnswer::NoIpv6,
            ("unsent", why) => PingAnswer::Unsent(why.into()),
            ("unresolved", why) => PingAnswer::Unresolved(why.into()),
            ("unbound", why) => PingAnswer::Unbound(why.into()),
            (other, _) => panic!("no answer {other}"),
        };
        self.feed(Input::PingEnded { probe, answer });
        Ok(())
    }

    fn exit(&mut self, rest: &str) -> Result<(), String> {
        let mut words = rest.splitn(3, ' ');
        let child = self.child(words.next().unwrap())?;
        let ending = ending(words.next().unwrap());
        let output = words.next().unwrap_or("").as_bytes().into();
        self.feed(Input::ChildExited {
            child,
            ending,
            output,
        });
        Ok(())
    }

    /// `NAME STATUS OUTPUT`; a pattern matches what it stands in, and `\n` is a line end.
    fn ended(&mut self, rest: &str) -> Result<(), String> {
        let mut words = rest.splitn(3, ' ');
        let name = words.next().unwrap();
        let mut programs = self.programs.iter();
        let index = programs.position(|(_, service, _)| service == name);
        let index = index.ok_or_else(|| format!("no program of {name} runs"))?;
        let (child, _, mut matched) = self.programs.remove(index);
        let ending = ending(words.next().unwrap());
        let output: Box<str> = words.next().unwrap_or("").replace("\\n", "\n").into();
        matched.retain(|pattern| output.contains(&**pattern));
        self.feed(Input::ProgramEnded {
            child,
            pid: 7,
            ending,
            output,
            matched,
        });
        Ok(())
    }

    fn unspawned(&mut self, rest: &str) -> Result<(), String> {
        let (name, reason) = rest.split_once(' ').unwrap();
        let mut programs = self.programs.iter();
        let child = match programs.position(|(_, service, _)| service == name) {
            Some(index) => self.programs.remove(index).0,
            None => self.child(name)?,
        };
        let shortage = reason.contains("unavailable");
        self.feed(Input::SpawnFailed {
            child,
            reason: reason.into(),
            shortage,
        });
        Ok(())
    }

    fn child(&mut self, name: &str) -> Result<ChildId, String> {
        let index = self
            .children
            .iter()
            .position(|(_, service)| service == name);
        let index = index.ok_or_else(|| format!("no program of {name} runs"))?;
        Ok(self.children.remove(index).0)
    }

    fn command(&mut self, word: &str, names: &str) {
        let action = UserAction::ALL
            .into_iter()
            .find(|action| action.word() == word);
        let action = action.unwrap_or_else(|| panic!("no step {word}"));
        let model = self.engine.as_ref().unwrap().model();
        let services = names
            .split(' ')
            .map(|name| model.find(name).unwrap())
            .collect();
        self.feed(Input::Command(Command::Act { services, action }));
    }

    fn show(&mut self) {
        for standing in self.engine.as_ref().unwrap().standings() {
            let mut words = vec![format!("{:?}", standing.monitoring)];
            words.extend(standing.failures.iter().map(ToString::to_string));
            words.extend(
                standing
                    .pending
                    .map(|action| format!("{} pending", action.word())),
            );
            writeln!(
                self.played,
                "| {} | {}",
                standing.service.name,
                words.join(" | ")
            )
            .unwrap();
        }
        let idle = self.engine.as_ref().unwrap().is_idle();
        if idle {
            writeln!(self.played, "| nothing is under way or to come").unwrap();
        }
    }

    fn history(&mut self, name: &str) {
        let engine = self.engine.as_ref().unwrap();
        let standing = engine.standing(engine.model().find(name).unwrap());
        for happening in standing.history {
            let (event, text) = (happening.event, &happening.description);
            writeln!(self.played, "| {event} | {text}").unwrap();
        }
    }
}

fn peer(connection: &Connection) -> String {
    crate::engine::judge::peer(connection).replace(' ', "")
}

/// `absent`, `unclaimed`, `running PID [UPTIME]`, `zombie PID`,
/// `file|directory|fifo|socket KEY=VALUE…`, `unreadable WHY`, `mount KEY=VALUE…`,
/// `absent-mount`, `silent-mount`, `system KEY=VALUE…`, `host`,
/// `network MEGABITS full|half [BYTES]`, `down network`, `missing network`; the pid `7` started at
/// tick 700.
fn parse_reading(what: &str, digests: &[ChecksumKind], tests: usize) -> Reading {
    let mut words = what.split(' ');
    match words.next().unwrap() {
        "absent" if words.next() == Some("file") => Reading::File(Presence::Absent),
        "absent" => Reading::Process(ProcessState::Absent),
        "unclaimed" => Reading::Process(ProcessState::Unclaimed),
        "running" => {
            let id = process_id(words.next().unwrap());
            let uptime = words
                .next()
                .map_or(9999, |seconds| seconds.parse().unwrap());
            Reading::Process(ProcessState::Running(running(id, uptime)))
        }
        "zombie" => Reading::Process(ProcessState::Zombie(process_id(words.next().unwrap()))),
        "network" => Reading::Network(network(words)),
        "down" => Reading::Network(NetworkReading::Down),
        "missing" => Reading::Network(NetworkReading::Unknown("Address gone".into())),
        "system" => Reading::System(Box::new(machine(words))),
        "host" => Reading::Host,
        "unreadable" => Reading::File(Presence::Unreadable(
            words.collect::<Vec<_>>().join(" ").into(),
        )),
        "absent-mount" => Reading::Filesystem(Presence::Absent),
        "silent-mount" => {
            let why = "the file system does not answer";
            Reading::Filesystem(Presence::Unreadable(why.into()))
        }
        "mount" => Reading::Filesystem(Presence::Present(Box::new(mount(words)))),
        kind => Reading::File(Presence::Present(file(kind, words, digests, tests))),
    }
}

fn seconds(limit: Option<Duration>) -> String {
    limit.map_or("no limit".into(), |limit| format!("{} s", limit.as_secs()))
}

fn ending(word: &str) -> Ending {
    match word {
        "limit" => Ending::TimedOut,
        "signal" => Ending::Signaled(9),
        status => Ending::Exited(status.parse().unwrap()),
    }
}

fn process_id(pid: &str) -> ProcessId {
    let pid: i32 = pid.parse().unwrap();
    ProcessId {
        pid,
        start_ticks: u64::from(pid.unsigned_abs()) * 100,
    }
}

fn running(id: ProcessId, uptime: u32) -> ProcessReading {
    ProcessReading {
        id,
        ppid: Some(1),
        owner: Some(Owner {
            uid: 0,
            euid: 0,
            gid: 0,
        }),
        uptime_seconds: Some(uptime),
        threads: Some(1),
        memory_kib: Some(7852),
        memory_percent: None,
        cpu_percent: Some(0.25),
        details: None,
    }
}

/// `MEGABITS full|half [BYTES]`: both ways carry so many bytes a second, or it is the first look.
fn network<'a>(mut words: impl Iterator<Item = &'a str>) -> NetworkReading {
    let mut number = || words.next().map(str::to_owned);
    let speed: u64 = number().unwrap().parse().unwrap();
    let duplex = match &*number().unwrap() {
        "full" => Duplex::Full,
        _ => Duplex::Half,
    };
    let flow = |bytes: String| Flow {
        bytes: bytes.parse().unwrap(),
        ..Flow::default()
    };
    let rates = number().map(|bytes| Counters {
        download: flow(bytes.clone()),
        upload: flow(bytes),
    });
    NetworkReading::Up(Box::new(LinkFigures {
        speed: Some(speed * 1_000_000),
        duplex: Some(duplex),
        carried: Some(Counters::default()),
        rates,
        totals: Vec::new(),
    }))
}

/// `KEY=VALUE…`; what is not named is not told.
fn machine<'a>(pairs: impl Iterator<Item = &'a str>) -> SystemReading {
    let mut reading = SystemReading {
        processors: Some(2000),
        ..SystemReading::default()
    };
    for pair in pairs {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match key {
            "first" => reading.is_first = true,
            "load" => reading.load = Some([value.parse().unwrap(); 3]),
            "user" => {
                let user = value.parse().unwrap();
                reading.cpu = Some(CpuShares {
                    user,
                    ..CpuShares::default()
                });
            }
            "memory" => reading.memory_kib = Some((value.parse().unwrap(), 1000)),
            other => panic!("no key {other}"),
        }
    }
    reading
}

/// A file system of 100 blocks of 1 MiB and 1000 inodes.
fn mount<'a>(pairs: impl Iterator<Item = &'a str>) -> FilesystemReading {
    let mut reading = FilesystemReading {
        kind: "ext4".into(),
        flags: "rw".into(),
        permission: 0o755,
        uid: 0,
        gid: 0,
        space: Space {
            block: 1 << 20,
            total: 100 << 20,
            free: 90 << 20,
            available: 85 << 20,
        },
        inodes: Some(Inodes {
            total: 1000,
            free: 990,
        }),
        activity: None,
    };
    for pair in pairs {
        let (key, value) = pair.split_once('=').unwrap();
        match key {
            "flags" => reading.flags = value.into(),
            "mode" => reading.permission = u32::from_str_radix(value, 8).unwrap(),
            "free" => reading.space.free = value.parse::<u64>().unwrap() << 20,
            "inodes" if value == "none" => reading.inodes = None,
            other => panic!("no key {other}"),
        }
    }
    reading
}

fn file<'a>(
    kind: &str,
    pairs: impl Iterator<Item = &'a str>,
    digests: &[ChecksumKind],
    tests: usize,
) -> FileReading {
    let mut reading = FileReading {
        kind: match kind {
            "file" => FileKind::Regular,
            "directory" => FileKind::Directory,
            "fifo" => FileKind::Fifo,
            "socket" => FileKind::Socket,
            other => panic!("no reading {other}"),
        },
        permission: 0o644,
        uid: 0,
        gid: 0,
        links: 1,
        size: 5,
        accessed: 1_795_330_000,
        modified: 1_795_330_000,
        changed: 1_795_330_000,
        digests: Box::default(),
        content: None,
    };
    let mut hash: Result<Box<[u8]>, Box<str>> = Ok([0; 16].into());
    for pair in pairs {
        let (key, value) = pair.split_once('=').unwrap();
        match key {
            "mode" => reading.permission = u32::from_str_radix(value, 8).unwrap(),
            "links" => reading.links = value.parse().unwrap(),
            "gid" => reading.gid = value.parse().unwrap(),
            "mtime" => reading.modified = value.parse().unwrap(),
            "size" => reading.size = value.parse().unwrap(),
            "uid" => reading.uid = value.parse().unwrap(),
            "lines" if value == "unreadable" => {
                reading.content = Some(Err("Permission denied".into()));
            }
            // `lines=120:a line:-`: read up to 120; the first test found a line, the second none.
            "lines" => reading.content = Some(Ok(Box::new(lines(value, tests)))),
            "hash" if value == "unreadable" => hash = Err("Permission denied".into()),
            "hash" => hash = Ok([value.parse().unwrap(); 16].into()),
            other => panic!("no key {other}"),
        }
    }
    let digest = |kind: &ChecksumKind| Digest {
        kind: *kind,
        value: hash.clone(),
    };
    reading.digests = digests.iter().map(digest).collect();
    reading
}

fn lines(text: &str, tests: usize) -> ContentReading {
    let mut parts = text.split(':');
    let offset = parts.next().unwrap().parse().unwrap();
    let found = parts.map(|line| (line != "-").then(|| format!("{line}\n").into()));
    let found: Box<[_]> = found.collect();
    assert_eq!(found.len(), tests, "{text}");
    let (inode, inside) = (7, false);
    let mark = ContentMark {
        inode,
        offset,
        inside,
    };
    ContentReading { mark, found }
}
