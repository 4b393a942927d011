//! Looking at the subjects of services: processes, files, the machine.
//!
//! [`Sampler::begin`] takes orders, [`Sampler::step`] carries some of them out and returns what was
//! found. Orders of one burst share their work: one walk through the process table answers all
//! `matching` services. No step takes long: looks are counted, a large file is hashed and what lies
//! on a file system that may never answer is looked at by a child, whose end is an event.

mod answer;
mod container;
mod content;
mod details;
mod digest;
mod file;
mod filesystem;
mod machine;
mod mark;
mod needs;
mod network;
mod process;
mod processes;
mod remote;
mod table;
mod tree;

pub use machine::{Totals, totals};
pub use remote::Places;
pub use table::{Match, matches};

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;

use self::content::{Request, Scanning, Search};
use self::digest::Hashing;
use self::filesystem::Tables;
use self::machine::{LastLook, Machine};
use self::network::Networks;
use self::processes::Processes;
use self::remote::{Answer, Question, Reason, Remote};
use crate::engine::SampleId;
use crate::model::{ChecksumKind, Service, Subject};
use crate::reading::{
    Activity, ContentFrom, DiskCounters, FileKind, FileReading, Mount, NetworkReading, Presence,
    ProcessId, ProgramReading, Reading,
};
use crate::sys::errno::words;
use crate::sys::memory;
use crate::time::Moment;

/// Carries out orders to look, and remembers what rates are computed against.
#[derive(Default)]
pub struct Sampler {
    queue: VecDeque<Order>,
    scanning: Scanning<(SampleId, Box<[ChecksumKind]>)>,
    processes: Processes,
    hashing: Hashing,
    /// Large files, waiting for a child to hash them.
    large: VecDeque<digest::Request>,
    remote: Remote,
    /// Finished by an event, waiting for the next step to return them.
    finished: Vec<(SampleId, Reading)>,
    /// The last look at each file system service, by the service's name.
    disks: BTreeMap<Box<str>, DiskMark>,
    machine: Option<Machine>,
    system: Option<LastLook>,
    networks: Networks,
}

/// What rates of a file system are computed against.
struct DiskMark {
    taken: Moment,
    source: Vec<u8>,
    counters: DiskCounters,
}

struct Order {
    sample: SampleId,
    subject: Wanted,
}

enum Wanted {
    File {
        path: Box<str>,
        digests: Box<[ChecksumKind]>,
        search: Option<Search>,
    },
    Network(network::Order),
    Filesystem {
        service: Box<str>,
        target: Box<str>,
    },
    System,
    /// There is nothing to look at.
    Nothing(Reading),
}

/// How closely a subject is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// No more is wanted than whether it is there.
    Brief,
    /// Everything its tests ask for, too.
    Thorough,
    /// The same, and should this process end, that is told: what was read of it lately may do, and
    /// then [`Sampler::unchanged`] names the order.
    Awaited(ProcessId),
}

/// How many subjects one step looks at, besides the process table.
const LOOKS: usize = 64;

/// What one step may need of memory, with the tables it reads. Where that cannot be had, what can
/// be left out is, and a process is still looked for by its pidfile.
const ROOM: usize = 128 * 1024;

fn room() -> io::Result<()> {
    memory::room(ROOM)
}

impl Wanted {
    /// The reading for want of memory, unless this needs next to none.
    fn left_out(&self, why: &io::Error) -> Option<Reading> {
        let why = words(why);
        match self {
            Self::File { .. } => Some(Reading::File(Presence::Unreadable(why))),
            Self::Filesystem { .. } => Some(Reading::Filesystem(Presence::Unreadable(why))),
            Self::Network(_) => Some(Reading::Network(NetworkReading::Unread(why))),
            Self::System | Self::Nothing(_) => None,
        }
    }
}

impl Sampler {
    /// Nothing ordered, nothing known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an order; a later [`Self::step`] answers it.
    pub fn begin(
        &mut self,
        sample: SampleId,
        service: &Service,
        digests: &[ChecksumKind],
        content: Option<ContentFrom>,
        care: Care,
    ) {
        let subject = match &service.subject {
            Subject::Process(locator) => {
                return self.processes.begin(sample, locator, &service.rules, care);
            }
            Subject::File(path) | Subject::Directory(path) | Subject::Fifo(path) => Wanted::File {
                path: path.clone(),
                digests: digests.into(),
                search: content.and_then(|from| Search::new(service, from)),
            },
            Subject::Filesystem(target) => Wanted::Filesystem {
                service: service.name.clone(),
                target: target.clone(),
            },
            Subject::Host(_) => Wanted::Nothing(Reading::Host),
            Subject::Program(_) => Wanted::Nothing(Reading::Program(ProgramReading::default())),
            Subject::Network(target) => Wanted::Network(network::Order::new(service, target)),
            Subject::System => Wanted::System,
        };
        self.queue.push_back(Order { sample, subject });
    }

    /// Drops an order that nobody waits for any more. One that a child carries out goes on: the
    /// child may hang, and its answer tells that.
    pub fn cancel(&mut self, sample: SampleId) {
        self.queue.retain(|order| order.sample != sample);
        self.scanning.retain(|(other, _)| *other != sample);
        self.hashing.cancel(sample);
        self.large.retain(|request| request.sample != sample);
        self.remote.cancel(sample);
    }

    /// Whether orders wait for a [`Self::step`].
    pub fn is_busy(&self) -> bool {
        let waits = !self.queue.is_empty() || !self.finished.is_empty();
        let large = !self.large.is_empty() && self.remote.may_hash();
        waits
            || large
            || self.processes.is_busy()
            || self.scanning.is_busy()
            || self.hashing.is_busy()
    }

    /// Gives every look of a child so much more time: we were not there to take its answer.
    pub fn postpone(&mut self, time: Duration) {
        self.remote.postpone(time);
    }

    /// Somebody wants to know: no earlier reading will do for the next look.
    pub fn stir(&mut self) {
        self.processes.stir();
    }

    /// When [`Self::expire`] has something to give up.
    pub fn deadline(&self) -> Option<Moment> {
        self.remote.deadline()
    }

    /// Gives up what a remote file system has not answered in time; a step returns it.
    pub fn expire(&mut self, now: Moment) {
        for (sample, answer) in self.remote.expire(now) {
            let reading = self.understand(sample, answer);
            self.finished
                .extend(reading.map(|reading| (sample, reading)));
        }
    }

    /// Whether a reaped child was one of ours; a step returns what it found.
    pub fn task_ended(&mut self, pid: i32) -> bool {
        let ended = self.remote.ended(pid);
        let ours = ended.is_some();
        if let Some((sample, answer)) = ended.flatten() {
            let reading = self.understand(sample, answer);
            self.finished
                .extend(reading.map(|reading| (sample, reading)));
        }
        ours
    }

    /// Asks a child. The answer is returned where there can be no other.
    fn ask(&mut self, sample: SampleId, question: Question, now: Moment) -> Option<Reading> {
        let answer = self.remote.begin(sample, question, now)?;
        self.understand(sample, answer)
    }

    /// The reading, unless the answer is only a part of it.
    fn understand(&mut self, sample: SampleId, answer: Answer) -> Option<Reading> {
        match answer {
            Answer::Reading(reading) => Some(reading),
            Answer::Pidfile(told) => {
                self.processes.tell(sample, told);
                None
            }
            Answer::Refused(request) => {
                self.hashing.begin(request);
                None
            }
        }
    }

    /// Does a small piece of what was ordered and returns what is finished.
    ///
    /// `children` are the programs we started and that still run: a pattern that a start program's
    /// own command line matches must not find the start program.
    pub fn step(&mut self, now: Moment, children: &[i32]) -> Vec<(SampleId, Reading)> {
        let machine = Machine::current(&mut self.machine, now);
        let mut done = std::mem::take(&mut self.finished);
        let mut tables = Tables::default();
        let is_far = |path: &str| remote::is_remote(path, tables.mounts());
        done.extend(self.processes.step(now, machine, children, is_far));
        for (sample, path) in self.processes.questions() {
            let answer = self.ask(sample, Question::Pidfile { path }, now);
            debug_assert!(answer.is_none(), "a pidfile is not yet a process");
        }
        let room = room();
        for _ in 0..LOOKS {
            let Some(Order { sample, subject }) = self.queue.pop_front() else {
                break;
            };
            if let Some(reading) = room.as_ref().err().and_then(|why| subject.left_out(why)) {
                done.push((sample, reading));
                continue;
            }
            match subject {
                Wanted::File {
                    path,
                    digests,
                    search,
                } => {
                    let why = if remote::is_remote(&path, tables.mounts()) {
                        Some(Reason::Far)
                    } else if search.as_ref().is_some_and(Search::is_costly) {
                        Some(Reason::Costly)
                    } else {
                        None
                    };
                    let reading = match why {
                        Some(why) => {
                            let question = Question::File {
                                path,
                                kinds: digests,
                                search,
                                why,
                            };
                            self.ask(sample, question, now)
                        }
                        None => self.look_at_file(sample, path, digests, search),
                    };
                    done.extend(reading.map(|reading| (sample, reading)));
                }
                Wanted::Nothing(reading) => done.push((sample, reading)),
                Wanted::Network(order) => {
                    let reading = self.networks.look(order, now);
                    done.push((sample, Reading::Network(reading)));
                }
                Wanted::Filesystem { service, target } => {
                    let found = self.look_at_filesystem(sample, service, target, &mut tables, now);
                    done.extend(found.map(|reading| (sample, reading)));
                }
                Wanted::System => {
                    let reading = machine::read(&mut self.system, now);
                    done.push((sample, Reading::System(Box::new(reading))));
                }
            }
        }
        for file in self.scanning.step() {
            let (sample, digests) = file.then;
            let reading = self.hash(sample, file.path, file.facts, digests);
            done.extend(reading.map(|reading| (sample, reading)));
        }
        while self.remote.may_hash() {
            let Some(request) = self.large.pop_front() else {
                break;
            };
            let sample = request.sample;
            let reading = self.ask(sample, Question::Hash(request), now);
            done.extend(reading.map(|reading| (sample, reading)));
        }
        done.extend(self.hashing.step());
        done
    }

    /// Orders for which what was last read of their process does: see [`Care::Awaited`].
    pub fn unchanged(&mut self) -> Vec<SampleId> {
        self.processes.unchanged()
    }

    /// Forgets the past of all services: after a reload a name may mean something else.
    pub fn configure(&mut self, services: &[Service]) {
        self.disks.clear();
        self.processes.configure(services);
        self.networks.configure(services);
    }

    /// The reading, unless it is a large one.
    fn look_at_file(
        &mut self,
        sample: SampleId,
        path: Box<str>,
        digests: Box<[ChecksumKind]>,
        search: Option<Search>,
    ) -> Option<Reading> {
        let facts = match file::look(&path) {
            Presence::Present(facts) => facts,
            presence @ (Presence::Absent | Presence::Unreadable(_)) => {
                return Some(Reading::File(presence));
            }
        };
        match search {
            Some(search) if facts.kind == FileKind::Regular => {
                let then = (sample, digests);
                self.scanning.begin(Request {
                    path,
                    facts,
                    search,
                    then,
                });
                None
            }
            Some(_) | None => self.hash(sample, path, facts, digests),
        }
    }

    /// The reading of a file that is there, unless hashes are still to be computed.
    fn hash(
        &mut self,
        sample: SampleId,
        path: Box<str>,
        facts: FileReading,
        kinds: Box<[ChecksumKind]>,
    ) -> Option<Reading> {
        if kinds.is_empty() {
            return Some(Reading::File(Presence::Present(facts)));
        }
        let request = digest::Request {
            sample,
            path,
            facts,
            kinds,
        };
        if request.is_large() {
            self.large.push_back(request);
        } else {
            self.hashing.begin(request);
        }
        None
    }

    /// The reading, unless a remote file system is still to give it.
    fn look_at_filesystem(
        &mut self,
        sample: SampleId,
        service: Box<str>,
        target: Box<str>,
        tables: &mut Tables,
        now: Moment,
    ) -> Option<Reading> {
        if let Some(why) = tables.unreadable() {
            return Some(Reading::Filesystem(Presence::Unreadable(why)));
        }
        let Some(mount) = filesystem::find(&target, tables.mounts()) else {
            self.disks.remove(&service);
            return Some(Reading::Filesystem(Presence::Absent));
        };
        let counters = tables.counters(&mount);
        let activity = self.activity(service, &mount, counters, now);
        if filesystem::is_far(&target, &mount, tables.mounts()) {
            let question = Question::Filesystem {
                target,
                mount,
                activity,
            };
            return self.ask(sample, question, now);
        }
        let told = filesystem::ask(&target, &mount);
        Some(Reading::Filesystem(filesystem::reading(
            told, &mount, activity,
        )))
    }

    /// What a disk does since the last look, and since ever.
    fn activity(
        &mut self,
        service: Box<str>,
        mount: &Mount,
        counters: Option<DiskCounters>,
        now: Moment,
    ) -> Option<Activity> {
        let before = self.disks.remove(&service);
        let total = counters?;
        let same = before.filter(|before| before.source == mount.source);
        let rates = same.and_then(|before| {
            let passed = now.since(before.taken).as_millis();
            let milliseconds = u64::try_from(passed).unwrap_or(u64::MAX);
            total.rates_since(&before.counters, milliseconds)
        });
        let mark = DiskMark {
            taken: now,
            source: mount.source.clone(),
            counters: total,
        };
        self.disks.insert(service, mark);
        Some(Activity { total, rates })
    }
}

#[cfg(test)]
mod tests;
