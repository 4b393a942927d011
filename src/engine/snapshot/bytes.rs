//! The bytes of the saved state, both ways.

use crate::engine::UserAction;
use crate::engine::job::Verb;
use crate::engine::judge::Base;
use crate::engine::plan::{Aim, Cause, Plan};
use crate::engine::service::{Alarms, LimitState, Ward};
use crate::engine::window::{Results, Verdict};
use crate::model::{RestartLimit, Rule, Service, Subject};
use crate::reading::{ContentMark, ProcessId, fingerprint, fingerprint_of};
use crate::time::LocalMinute;

const MAGIC: &[u8] = b"tend state 2\n";
const MAGIC_OF_ANY_VERSION: &[u8] = b"tend state ";

/// A saved state, not yet fitted to a model.
#[derive(Debug)]
pub(in crate::engine) struct Saved {
    /// The boot in which it was saved.
    pub(in crate::engine) boot: Box<str>,
    pub(super) services: Vec<SavedService>,
}

/// A service of a saved state.
#[derive(Debug)]
pub(super) struct SavedService {
    pub(super) name: Box<str>,
    pub(super) monitored: bool,
    pub(super) process: Option<ProcessId>,
    pub(super) looked: Option<LocalMinute>,
    /// How far its lines were judged, and the fingerprint of the path they were read from.
    pub(super) mark: Option<(u64, ContentMark)>,
    pub(super) alarms: Alarms,
    pub(super) limits: Vec<(u64, LimitState)>,
    pub(super) rules: Vec<(u64, Verdict, Option<Base>)>,
    pub(super) work: Option<(Plan, SavedPhase)>,
    pub(super) next: Option<Plan>,
}

/// A [`crate::engine::plan::Phase`] without what a crash takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SavedPhase {
    StopPending,
    StartPending,
    RestartPending,
    /// Its program was started, and nobody knows how it ended.
    Running(Verb),
}

/// Reads what [`super::Engine::snapshot`] wrote, or says why it cannot.
pub(in crate::engine) fn decode(bytes: &[u8]) -> Result<Saved, &'static str> {
    const CUT: &str = "it is damaged";
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        let foreign = bytes.starts_with(MAGIC_OF_ANY_VERSION);
        return Err(if foreign {
            "it is of another version"
        } else {
            "it is no state file"
        });
    };
    let length = rest.len().checked_sub(8).ok_or(CUT)?;
    let (body, sum) = rest.split_at(length);
    if fingerprint(&bytes[..MAGIC.len() + length]).to_le_bytes() != sum {
        return Err(CUT);
    }
    let mut reader = Reader(body);
    reader.saved().filter(|_| reader.0.is_empty()).ok_or(CUT)
}

/// The checksum at the end of a state; 0 if it is too short to have one.
pub(in crate::engine) fn seal_of(bytes: &[u8]) -> u64 {
    bytes
        .last_chunk()
        .map_or(0, |seal| u64::from_le_bytes(*seal))
}

pub(in crate::engine) fn rule_fingerprint(rule: &Rule) -> u64 {
    fingerprint_of(rule)
}

pub(super) fn limit_fingerprint(limit: &RestartLimit) -> u64 {
    fingerprint_of(limit)
}

/// Of the path whose lines are read.
pub(super) fn path_fingerprint(service: &Service) -> u64 {
    match &service.subject {
        Subject::File(path) => fingerprint(path.as_bytes()),
        Subject::Process(_)
        | Subject::Directory(_)
        | Subject::Fifo(_)
        | Subject::Filesystem(_)
        | Subject::Host(_)
        | Subject::Program(_)
        | Subject::Network(_)
        | Subject::System => 0,
    }
}

/// Writes what [`Reader`] reads.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    /// Begins a state of so many services.
    pub(super) fn new(boot: &str, services: usize) -> Self {
        let mut writer = Self(MAGIC.to_vec());
        writer.text(boot);
        writer.number(services as u64);
        writer
    }

    /// Ends it with its checksum.
    pub(super) fn seal(mut self) -> Vec<u8> {
        let sum = fingerprint(&self.0);
        self.0.extend(sum.to_le_bytes());
        self.0
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }

    fn signed(&mut self, number: i64) {
        self.number(u64::from_le_bytes(number.to_le_bytes()));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// One service.
    pub(super) fn service(&mut self, service: &Service, ward: &Ward) {
        self.text(&service.name);
        self.number(u64::from(ward.is_monitored()));
        match ward.process {
            None => self.number(0),
            Some(ProcessId { pid, start_ticks }) => {
                self.number(u64::from(pid.unsigned_abs()));
                self.number(start_ticks);
            }
        }
        match &ward.looked {
            None => self.number(0),
            Some(looked) => {
                self.number(1);
                self.signed(looked.minute.number());
            }
        }
        match ward.mark.as_deref().copied() {
            None => self.number(0),
            Some(ContentMark {
                inode,
                offset,
                inside,
            }) => {
                self.number(1 + u64::from(inside));
                for number in [path_fingerprint(service), inode, offset] {
                    self.number(number);
                }
            }
        }
        let Alarms {
            exec,
            data,
            invalid,
            status,
        } = ward.alarms;
        for events in [exec, data, invalid, status] {
            self.number(u64::from(events));
        }
        self.number(ward.limits.len() as u64);
        for (limit, state) in service.restart_limits.iter().zip(&ward.limits) {
            self.number(limit_fingerprint(limit));
            for counter in [state.restarts, state.cycles, state.events] {
                self.number(u64::from(counter));
            }
        }
        self.number(ward.rules.len() as u64);
        for state in &ward.rules {
            self.number(state.key);
            self.verdict(state.verdict);
            self.base(state.base.as_ref());
        }
        let work = ward.work.as_ref();
        self.plan(work.map(|work| work.plan));
        if let Some(work) = work {
            self.number(match SavedPhase::of(&work.phase) {
                SavedPhase::StopPending => 0,
                SavedPhase::StartPending => 1,
                SavedPhase::RestartPending => 2,
                SavedPhase::Running(Verb::Stop) => 3,
                SavedPhase::Running(Verb::Start) => 4,
                SavedPhase::Running(Verb::Restart) => 5,
            });
        }
        self.plan(ward.next);
    }

    fn verdict(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Passing { failures } => {
                self.number(0);
                self.number(failures.0);
            }
            Verdict::Failing {
                passes,
                failures,
                events,
            } => {
                self.number(1);
                self.number(passes.0);
                self.number(failures.0);
                self.number(u64::from(events));
            }
        }
    }

    fn base(&mut self, base: Option<&Base>) {
        match base {
            None => self.number(0),
            Some(Base::Number(number)) => {
                self.number(1);
                self.number(*number);
            }
            Some(Base::Time(seconds)) => {
                self.number(2);
                self.signed(*seconds);
            }
            Some(Base::Digest(digest)) => {
                self.number(3);
                self.bytes(digest);
            }
            Some(Base::Text(text)) => {
                self.number(4);
                self.bytes(text.as_bytes());
            }
        }
    }

    fn plan(&mut self, plan: Option<Plan>) {
        let Some(Plan { aim, cause }) = plan else {
            return self.number(0);
        };
        self.number(match aim {
            Aim::Start => 1,
            Aim::Stop => 2,
            Aim::Restart => 3,
        });
        self.number(match cause {
            Cause::Dependency => 0,
            Cause::Rule => 1,
            Cause::User(UserAction::Start) => 2,
            Cause::User(UserAction::Stop) => 3,
            Cause::User(UserAction::Restart) => 4,
            Cause::User(UserAction::Monitor) => 5,
            Cause::User(UserAction::Unmonitor) => 6,
        });
    }
}

/// Reads what [`Writer`] wrote; `None` at anything else. Nothing is reserved ahead of its bytes, so
/// a hostile length costs no memory.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn saved(&mut self) -> Option<Saved> {
        let boot = self.text()?;
        let count = self.number()?;
        let mut services = Vec::new();
        for _ in 0..count {
            services.push(self.service()?);
        }
        Some(Saved { boot, services })
    }

    fn service(&mut self) -> Option<SavedService> {
        let name = self.text()?;
        let monitored = self.number()? == 1;
        let process = match i32::try_from(self.number()?).ok()? {
            0 => None,
            pid => Some(ProcessId {
                pid,
                start_ticks: self.number()?,
            }),
        };
        let looked = match self.number()? {
            0 => None,
            _ => Some(LocalMinute::from_number(self.signed()?)),
        };
        let mark = self.mark()?;
        let [exec, data, invalid, status] = self.counters()?;
        let mut limits = Vec::new();
        for _ in 0..self.number()? {
            let key = self.number()?;
            let [restarts, cycles, events] = self.counters()?;
            limits.push((
                key,
                LimitState {
                    restarts,
                    cycles,
                    events,
                },
            ));
        }
        let mut rules = Vec::new();
        for _ in 0..self.number()? {
            rules.push((self.number()?, self.verdict()?, self.base()?));
        }
        let work = match self.plan()? {
            None => None,
            Some(plan) => Some((plan, self.phase()?)),
        };
        let next = self.plan()?;
        let alarms = Alarms {
            exec,
            data,
            invalid,
            status,
        };
        Some(SavedService {
            name,
            monitored,
            process,
            looked,
            mark,
            alarms,
            limits,
            rules,
            work,
            next,
        })
    }

    fn mark(&mut self) -> Option<Option<(u64, ContentMark)>> {
        let inside = match self.number()? {
            0 => return Some(None),
            1 => false,
            2 => true,
            _ => return None,
        };
        let path = self.number()?;
        let (inode, offset) = (self.number()?, self.number()?);
        let mark = ContentMark {
            inode,
            offset,
            inside,
        };
        Some(Some((path, mark)))
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.number()?.to_le_bytes()))
    }

    fn counters<const N: usize>(&mut self) -> Option<[u32; N]> {
        let mut counters = [0; N];
        for counter in &mut counters {
            *counter = u32::try_from(self.number()?).ok()?;
        }
        Some(counters)
    }

    fn bytes(&mut self) -> Option<&[u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<Box<str>> {
        Some(std::str::from_utf8(self.bytes()?).ok()?.into())
    }

    fn verdict(&mut self) -> Option<Verdict> {
        match self.number()? {
            0 => Some(Verdict::Passing {
                failures: Results(self.number()?),
            }),
            1 => Some(Verdict::Failing {
                passes: Results(self.number()?),
                failures: Results(self.number()?),
                events: u32::try_from(self.number()?).ok()?,
            }),
            _ => None,
        }
    }

    fn base(&mut self) -> Option<Option<Base>> {
        Some(match self.number()? {
            0 => None,
            1 => Some(Base::Number(self.number()?)),
            2 => Some(Base::Time(self.signed()?)),
            3 => Some(Base::Digest(self.bytes()?.into())),
            4 => Some(Base::Text(std::str::from_utf8(self.bytes()?).ok()?.into())),
            _ => return None,
        })
    }

    fn plan(&mut self) -> Option<Option<Plan>> {
        let aim = match self.number()? {
            0 => return Some(None),
            1 => Aim::Start,
            2 => Aim::Stop,
            3 => Aim::Restart,
            _ => return None,
        };
        let cause = match self.number()? {
            0 => Cause::Dependency,
            1 => Cause::Rule,
            2 => Cause::User(UserAction::Start),
            3 => Cause::User(UserAction::Stop),
            4 => Cause::User(UserAction::Restart),
            5 => Cause::User(UserAction::Monitor),
            6 => Cause::User(UserAction::Unmonitor),
            _ => return None,
        };
        Some(Some(Plan { aim, cause }))
    }

    fn phase(&mut self) -> Option<SavedPhase> {
        Some(match self.number()? {
            0 => SavedPhase::StopPending,
            1 => SavedPhase::StartPending,
            2 => SavedPhase::RestartPending,
            3 => SavedPhase::Running(Verb::Stop),
            4 => SavedPhase::Running(Verb::Start),
            5 => SavedPhase::Running(Verb::Restart),
            _ => return None,
        })
    }
}
