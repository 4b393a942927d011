//! A world for the engine: processes with pids, programs that work, hang or lie, peers that do not
//! answer, operators, clocks that jump, crashes and reboots. All of it follows from one seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::engine::{
    Boot, ChildId, Command, Effect, Ending, Engine, Input, Lacking, PingAnswer, ProbeId,
    ProbeOutcome, SampleId, UserAction,
};
use crate::model::{ChecksumKind, Destination, ServiceId};
use crate::reading::{
    Digest, FileKind, FileReading, Owner, Presence, ProcessId, ProcessReading, ProcessState,
    Reading,
};
use crate::time::{Moment, Now, WallTime};

use super::catalogue::{self, CONF, GATE, NAMES, PROCESSES};
use super::checkers::Checkers;

/// Deterministic dice (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// 0 to `sides` - 1.
    pub(super) fn below(&mut self, sides: u64) -> u64 {
        self.roll() % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.below(sides) == 0
    }
}

/// What will happen, if nothing comes between.
#[derive(Debug)]
enum Coming {
    Sample(SampleId, usize),
    Probe(ProbeId, bool),
    Ping(ProbeId, PingAnswer),
    Exit(ChildId, Ending),
    SpawnFails(ChildId, bool),
    Gone(ProcessId),
    Appear(usize),
    Die(usize, i32),
    Chaos,
}

/// A program that runs. After a crash of the engine it goes on, an orphan.
pub(super) struct Running {
    pub(super) service: usize,
    pub(super) verb: String,
    pub(super) until: Moment,
    pub(super) orphan: bool,
}

pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) moment: Moment,
    pub(super) cycles: u64,
    pub(super) alive: [Option<ProcessId>; PROCESSES],
    pub(super) programs: BTreeMap<ChildId, Running>,
    /// What the engine was last told about each process.
    pub(super) told_alive: [bool; PROCESSES],
    pub(super) checkers: Checkers,
    dice: Dice,
    wall_offset: i64,
    coming: BTreeMap<(Moment, u64), Coming>,
    sequence: u64,
    orphan_ids: u64,
    next_pid: i32,
    boots: u64,
    with_extra: bool,
    saved: Option<Vec<u8>>,
    watched: BTreeSet<ProcessId>,
    zombies: BTreeSet<usize>,
    permission: u32,
    content: u8,
    conf_there: bool,
    ports_ill: BTreeSet<u16>,
    /// Nothing bad happens any more.
    peace: bool,
    /// What happened lately, if somebody wants to know.
    pub(super) trace: Option<VecDeque<String>>,
}

impl World {
    pub(super) fn new(seed: u64, traced: bool) -> Self {
        let moment = Moment::from_millis(1000);
        let mut dice = Dice(seed);
        let with_extra = dice.one_in(2);
        let mut world = Self {
            engine: Engine::new(catalogue::model(with_extra, 30), boot(0, moment, 0), None),
            moment,
            cycles: 0,
            alive: [None; PROCESSES],
            programs: BTreeMap::new(),
            told_alive: [false; PROCESSES],
            checkers: Checkers::default(),
            dice,
            wall_offset: 0,
            coming: BTreeMap::new(),
            sequence: 0,
            orphan_ids: u64::MAX,
            next_pid: 100,
            boots: 0,
            with_extra,
            saved: None,
            watched: BTreeSet::new(),
            zombies: BTreeSet::new(),
            permission: 0o644,
            content: 0,
            conf_there: true,
            ports_ill: BTreeSet::new(),
            peace: false,
            trace: traced.then(VecDeque::new),
        };
        world.drain();
        world.after(700, Coming::Chaos);
        world
    }

    fn now(&self) -> Now {
        boot(0, self.moment, self.wall_offset).started
    }

    fn after(&mut self, milliseconds: u64, coming: Coming) {
        self.sequence += 1;
        let at = Moment::from_millis(self.moment.as_millis() + milliseconds);
        self.coming.insert((at, self.sequence), coming);
    }

    /// Goes to the next thing that happens and lets it happen.
    pub(super) fn step(&mut self) {
        let next = self.coming.keys().next().map(|(at, _)| *at);
        let deadline = self
            .engine
            .deadline()
            .expect("a daemon always has a next cycle");
        if next.is_none_or(|at| deadline <= at) {
            self.moment = self.moment.max(deadline);
            self.feed(Input::Wake);
            let after = self.engine.deadline().unwrap();
            assert!(after > self.moment, "the next deadline is ahead: {after:?}");
            return;
        }
        let ((at, _), coming) = self.coming.pop_first().unwrap();
        self.moment = at;
        match coming {
            Coming::Sample(sample, number) => {
                let reading = self.reading(number);
                self.feed(Input::Sampled(vec![(sample, reading)]));
            }
            Coming::Probe(probe, works) => {
                let result = if works {
                    Ok(250)
                } else {
                    Err("Connection refused".into())
                };
                let outcome = ProbeOutcome {
                    result,
                    certificate: None,
                };
                let waits = !self.peace && self.dice.one_in(100);
                let outcome = (!waits).then_some(outcome).ok_or(Lacking::Randomness);
                self.feed(Input::ProbeEnded { probe, outcome });
            }
            Coming::Ping(probe, answer) => self.feed(Input::PingEnded { probe, answer }),
            Coming::Exit(child, ending) => {
                if let Some(program) = self.programs.remove(&child) {
                    if !program.orphan {
                        let output = (*b"").into();
                        self.feed(Input::ChildExited {
                            child,
                            ending,
                            output,
                        });
                    }
                }
            }
            Coming::SpawnFails(child, shortage) => {
                if self.programs.remove(&child).is_some() {
                    let reason = "fork: Resource temporarily unavailable".into();
                    self.feed(Input::SpawnFailed {
                        child,
                        reason,
                        shortage,
                    });
                }
            }
            Coming::Gone(process) => self.feed(Input::ProcessGone { process }),
            Coming::Appear(number) => self.appear(number),
            Coming::Die(number, pid) => {
                if self.alive[number].is_some_and(|process| process.pid == pid) {
                    self.die(number);
                }
            }
            Coming::Chaos => self.chaos(),
        }
    }

    fn feed(&mut self, input: Input) {
        self.note(|| format!("{input:?}"));
        let now = self.now();
        self.engine.handle(now, input);
        self.drain();
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        const LINES: usize = 300;
        if let Some(trace) = &mut self.trace {
            trace.truncate(LINES);
            trace.push_front(format!("{:9} {}", self.moment.as_millis(), line()));
        }
    }

    fn drain(&mut self) {
        while let Some(effect) = self.engine.next_effect() {
            self.note(|| format!("> {effect:?}"));
            Checkers::look(self, &effect);
            self.perform(effect);
        }
        Checkers::settle(self);
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Sample {
                sample, service, ..
            } => {
                let number = self.number(service);
                let delay = if self.dice.one_in(200) {
                    2000
                } else {
                    self.dice.below(30)
                };
                self.after(delay, Coming::Sample(sample, number));
            }
            Effect::Probe { probe, connection } => {
                let Destination::Host { port, .. } = connection.destination else {
                    panic!("no Unix sockets in this world");
                };
                let hangs = !self.peace && self.dice.one_in(50);
                let works = !hangs && !self.ports_ill.contains(&port);
                let delay = if hangs { 5000 } else { 1 + self.dice.below(50) };
                self.after(delay, Coming::Probe(probe, works));
            }
            Effect::Ping { probe, ping } => {
                let (delay, answer) = self.echo(ping.timeout);
                self.after(delay, Coming::Ping(probe, answer));
            }
            Effect::CancelSample(cancelled) => {
                let answer =
                    |coming: &Coming| matches!(coming, Coming::Sample(s, _) if *s == cancelled);
                // An answer that is on its way already may come all the same.
                if self.dice.one_in(2) {
                    self.coming.retain(|_, coming| !answer(coming));
                }
            }
            Effect::CancelProbe(cancelled) => {
                let ended = |coming: &Coming| match coming {
                    Coming::Probe(probe, _) | Coming::Ping(probe, _) => *probe == cancelled,
                    Coming::Sample(..)
                    | Coming::Exit(..)
                    | Coming::SpawnFails(..)
                    | Coming::Gone(_)
                    | Coming::Appear(_)
                    | Coming::Die(..)
                    | Coming::Chaos => false,
                };
                self.coming.retain(|_, coming| !ended(coming));
            }
            Effect::Spawn {
                child,
                limit,
                environment,
                ..
            } => {
                let value = |key| {
                    environment
                        .iter()
                        .find(|(k, _)| *k == key)
                        .unwrap()
                        .1
                        .clone()
                };
                let service = catalogue::number(&value("MONIT_SERVICE"));
                self.spawn(
                    child,
                    service,
                    value("MONIT_EVENT"),
                    limit.map_or(0, |limit| limit.as_secs() * 1000),
                );
            }
            Effect::Kill(_) => panic!("nothing is killed before its limit"),
            Effect::Watch { process, .. } => self.watched.extend(process),
            Effect::Save(bytes) => self.saved = Some(bytes),
            Effect::Mail(_) | Effect::Log { .. } => {}
            Effect::Quit => panic!("nobody said stop"),
        }
    }

    /// What comes of an echo request, and when.
    fn echo(&mut self, limit: Duration) -> (u64, PingAnswer) {
        let kind = if self.peace { 20 } else { self.dice.below(40) };
        let limit = u64::try_from(limit.as_millis()).unwrap();
        match kind {
            0..=9 => (limit, PingAnswer::Silent),
            10..=12 => (0, PingAnswer::Unsent("Network is unreachable".into())),
            13 => (300, PingAnswer::Unresolved("no such name".into())),
            14 => (0, PingAnswer::Unbound("no such address".into())),
            15 => (0, PingAnswer::Forbidden),
            17 => (0, PingAnswer::NoIpv6),
            16 => (1500, PingAnswer::Answered(1_500_000)),
            _ => (1, PingAnswer::Answered(800)),
        }
    }

    fn spawn(&mut self, child: ChildId, service: usize, verb: String, limit: u64) {
        let until = Moment::from_millis(self.moment.as_millis() + limit);
        let program = Running {
            service,
            verb: verb.clone(),
            until,
            orphan: false,
        };
        self.programs.insert(child, program);
        let (short, long) = (10 + self.dice.below(500), 1000 + self.dice.below(8000));
        let exits = |status| Coming::Exit(child, Ending::Exited(status));
        let kind = if self.peace { 0 } else { self.dice.below(30) };
        match kind {
            1 => return self.after(1, Coming::SpawnFails(child, false)),
            2 => return self.after(1, Coming::SpawnFails(child, true)),
            3 => return self.after(limit, Coming::Exit(child, Ending::TimedOut)),
            4 | 5 => return self.after(short, exits(1)),
            6 => return self.after(short, exits(0)),
            7 => {
                // It does its work but does not come back.
                self.after(limit, Coming::Exit(child, Ending::TimedOut));
            }
            8..=11 => self.after(long, exits(0)),
            _ => self.after(short, exits(0)),
        }
        let delay = if kind == 12 {
            limit + 3000
        } else {
            5 + self.dice.below(1500)
        };
        match (&*verb, self.alive[service]) {
            ("Started", _) => self.after(delay, Coming::Appear(service)),
            ("Stopped", Some(process)) => self.after(delay, Coming::Die(service, process.pid)),
            ("Restarted", running) => {
                if let Some(process) = running {
                    self.after(delay / 2, Coming::Die(service, process.pid));
                }
                self.after(delay, Coming::Appear(service));
            }
            (_, _) => {}
        }
    }

    fn appear(&mut self, number: usize) {
        if self.alive[number].is_some() {
            return; // the second instance sees the first and leaves
        }
        self.zombies.remove(&number);
        self.forget_orphans(number);
        self.next_pid += 1;
        let start_ticks = self.moment.as_millis() / 10;
        self.alive[number] = Some(ProcessId {
            pid: self.next_pid,
            start_ticks,
        });
        let lives = match self.dice.below(if self.peace { 1 } else { 12 }) {
            0 => return,
            1 => self.dice.below(300),
            2 | 3 => self.dice.below(60_000),
            _ => self.dice.below(3_000_000),
        };
        self.after(lives, Coming::Die(number, self.next_pid));
    }

    /// Whoever sees the process come or go may take it that the program of an earlier run, of which
    /// nothing else can be known, has done what it was for.
    fn forget_orphans(&mut self, number: usize) {
        self.programs
            .retain(|_, program| !program.orphan || program.service != number);
    }

    fn die(&mut self, number: usize) {
        let Some(process) = self.alive[number].take() else {
            return;
        };
        self.forget_orphans(number);
        if self.dice.one_in(5) {
            self.zombies.insert(number);
        }
        if self.watched.remove(&process) && !self.dice.one_in(5) {
            self.after(1, Coming::Gone(process));
        }
    }

    fn reading(&mut self, number: usize) -> Reading {
        // A box short of descriptors cannot tell; what it was told before stands.
        if !self.peace && number <= CONF && self.dice.one_in(40) {
            let why = "Too many open files".into();
            return match number {
                CONF => Reading::File(Presence::Unreadable(why)),
                _ => Reading::Process(ProcessState::Unreadable(why)),
            };
        }
        match number {
            CONF if !self.conf_there => Reading::File(Presence::Absent),
            CONF => Reading::File(Presence::Present(FileReading {
                kind: FileKind::Regular,
                permission: self.permission,
                uid: 0,
                gid: 0,
                links: 1,
                size: 1,
                accessed: 0,
                modified: 0,
                changed: 0,
                digests: [Digest {
                    kind: ChecksumKind::Md5,
                    value: Ok([self.content].into()),
                }]
                .into(),
                content: None,
            })),
            GATE => Reading::Host,
            number if number >= PROCESSES => Reading::System(Box::default()),
            number => Reading::Process(self.process_state(number)),
        }
    }

    fn process_state(&mut self, number: usize) -> ProcessState {
        self.told_alive[number] = self.alive[number].is_some();
        match self.alive[number] {
            None if self.zombies.contains(&number) => ProcessState::Zombie(ProcessId {
                pid: 1,
                start_ticks: 1,
            }),
            None => ProcessState::Absent,
            Some(id) => {
                let seconds = (self.moment.as_millis() / 10 - id.start_ticks) / 100;
                ProcessState::Running(process_reading(id, seconds))
            }
        }
    }

    /// Once in a while something else happens.
    fn chaos(&mut self) {
        let pause = 2000 + self.dice.below(80_000);
        self.after(pause, Coming::Chaos);
        if self.peace {
            return;
        }
        let number = usize::try_from(self.dice.below(PROCESSES as u64)).unwrap();
        match self.dice.below(24) {
            0..=5 => self.die(number),
            6 => self.appear(number), // started by hand
            7..=11 => self.command(),
            12 => self.feed(Input::Command(Command::CheckNow)),
            13 => self.permission ^= 0o044,
            14 => self.content ^= 1,
            15 => self.conf_there ^= true,
            16 | 17 => self.change_port(),
            18 => self.jump_clock(),
            19 => self.reload(),
            20 => self.feed(Input::LoadFailed {
                reason: "line 3: nonsense".into(),
            }),
            21 | 22 => self.crash(),
            _ => self.reboot_now_and_then(),
        }
    }

    fn command(&mut self) {
        let count = self.engine.model().services.len() as u64;
        let mut services = Vec::new();
        for _ in 0..1 + self.dice.below(2) {
            let id = ServiceId::new(u16::try_from(self.dice.below(count)).unwrap());
            if !services.contains(&id) {
                services.push(id);
            }
        }
        // Mostly start, or the world would end up unmonitored.
        let index = usize::try_from(self.dice.below(9)).unwrap();
        let action = *UserAction::ALL.get(index).unwrap_or(&UserAction::Start);
        self.feed(Input::Command(Command::Act { services, action }));
    }

    fn change_port(&mut self) {
        let port = [80, 443, 25][usize::try_from(self.dice.below(3)).unwrap()];
        if !self.ports_ill.remove(&port) {
            self.ports_ill.insert(port);
        }
    }

    fn jump_clock(&mut self) {
        const YEAR: i64 = 365 * 86_400_000;
        self.wall_offset += if self.dice.one_in(2) { YEAR } else { -YEAR };
    }

    fn reload(&mut self) {
        self.with_extra ^= true;
        // The sampler forgets, as the shell's does.
        let forgotten = |coming: &Coming| matches!(coming, Coming::Sample(..));
        self.coming.retain(|_, coming| !forgotten(coming));
        let model = catalogue::model(self.with_extra, 30);
        self.checkers.forget_absent(&model);
        self.feed(Input::Loaded(Box::new(model)));
    }

    /// The engine is killed and starts again from what it saved last.
    fn crash(&mut self) {
        for coming in self.coming.values() {
            if let Coming::SpawnFails(child, _) = coming {
                self.programs.remove(child);
            }
        }
        let of_engine = |coming: &Coming| match coming {
            Coming::Sample(..)
            | Coming::Probe(..)
            | Coming::Ping(..)
            | Coming::Gone(_)
            | Coming::SpawnFails(..) => true,
            Coming::Exit(..) | Coming::Appear(_) | Coming::Die(..) | Coming::Chaos => false,
        };
        self.coming.retain(|_, coming| !of_engine(coming));
        // Ids begin anew in the new run, so those of orphans must not be in their way.
        let mut renamed = BTreeMap::new();
        for (child, mut program) in std::mem::take(&mut self.programs) {
            self.orphan_ids -= 1;
            if (program.verb == "Stopped") == self.alive[program.service].is_none() {
                continue; // its work is done, as far as anybody can see
            }
            program.orphan = true;
            renamed.insert(child, ChildId(self.orphan_ids));
            self.programs.insert(ChildId(self.orphan_ids), program);
        }
        for coming in self.coming.values_mut() {
            if let Coming::Exit(child, _) = coming {
                *child = *renamed.get(child).unwrap_or(child);
            }
        }
        self.start_engine();
    }

    fn start_engine(&mut self) {
        self.watched.clear();
        self.told_alive = [false; PROCESSES];
        let boot = boot(self.boots, self.moment, self.wall_offset);
        let model = catalogue::model(self.with_extra, 30);
        self.engine = Engine::new(model, boot, self.saved.as_deref());
        assert_eq!(self.engine.unreadable_state(), None);
        self.drain();
    }

    fn reboot_now_and_then(&mut self) {
        if !self.dice.one_in(3) {
            return;
        }
        self.boots += 1;
        self.alive = [None; PROCESSES];
        self.programs.clear();
        self.zombies.clear();
        self.coming
            .retain(|_, coming| matches!(coming, Coming::Chaos));
        self.checkers.reboot();
        self.start_engine();
    }

    /// All programs work, all ports answer, nobody interferes, everything is monitored.
    pub(super) fn make_peace(&mut self) {
        self.peace = true;
        self.ports_ill.clear();
        self.permission = 0o644;
        self.conf_there = true;
        let dies = |coming: &Coming| matches!(coming, Coming::Die(..));
        self.coming.retain(|_, coming| !dies(coming));
        let services = self.engine.model().iter().map(|(id, _)| id).collect();
        let action = UserAction::Start;
        self.feed(Input::Command(Command::Act { services, action }));
    }

    /// The catalogue's number of a service of the model in force.
    pub(super) fn number(&self, id: ServiceId) -> usize {
        catalogue::number(&self.engine.model().service(id).name)
    }

    /// What the last `Save` stored.
    pub(super) fn saved(&self) -> Option<&[u8]> {
        self.saved.as_deref()
    }

    /// Its id in the model in force.
    pub(super) fn id(&self, number: usize) -> Option<ServiceId> {
        self.engine.model().find(NAMES[number])
    }
}

pub(in crate::engine) fn boot(boots: u64, moment: Moment, wall_offset: i64) -> Boot {
    let wall = i64::try_from(moment.as_millis()).unwrap() + wall_offset + 1_795_330_394_000;
    Boot {
        identity: format!("boot {boots}").into(),
        started: Now {
            moment,
            wall: WallTime::new(wall, 0),
        },
        dry_run: false,
        verbose: true,
    }
}

pub(super) fn process_reading(id: ProcessId, seconds: u64) -> ProcessReading {
    ProcessReading {
        id,
        ppid: Some(1),
        owner: Some(Owner {
            uid: 0,
            euid: 0,
            gid: 0,
        }),
        uptime_seconds: u32::try_from(seconds).ok(),
        threads: None,
        memory_kib: None,
        memory_percent: None,
        cpu_percent: None,
        details: None,
    }
}
