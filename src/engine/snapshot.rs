//! The engine's state as bytes: what a crash must not lose.
//!
//! Saved are, by service name: whether it is monitored, what its rules remember, counters, alarms,
//! its process, and work under way. Not saved: readings and checks (taken anew), how many cycles an
//! `every` has still to skip (a new run checks all at once), history.
//!
//! A rule is found again by a fingerprint of what it says, so an edited control file costs the state
//! of the edited rules only. The fingerprint may differ between builds of the program; then rules
//! start afresh, which is all that is lost.
//!
//! ```text
//!  "tend state 1\n"  boot identity  number of services  service …  FNV-1a of all before
//! ```
//! Numbers are little-endian base 128, texts are preceded by their length.

use std::hash::{Hash, Hasher};

use crate::model::{OnReboot, RestartLimit, Rule, Service, Subject};
use crate::reading::ProcessId;
use crate::time::Moment;

use super::depend::{Aim, Cause, Phase, Plan, Work};
use super::job::{End, FIRST_PAUSE, Job, Ran, Step, Verb};
use super::judge::Base;
use super::reload::at_first_sight;
use super::service::{Alarms, LimitState, Ward};
use super::window::{Results, Verdict};
use super::{Engine, Monitoring, UserAction};

const MAGIC: &[u8] = b"tend state 1\n";
const MAGIC_OF_ANY_VERSION: &[u8] = b"tend state ";

/// A saved state, not yet fitted to a model.
#[derive(Debug)]
pub(super) struct Saved {
    /// The boot in which it was saved.
    pub(super) boot: Box<str>,
    services: Vec<SavedService>,
}

#[derive(Debug)]
struct SavedService {
    name: Box<str>,
    monitored: bool,
    process: Option<ProcessId>,
    alarms: Alarms,
    limits: Vec<(u64, LimitState)>,
    rules: Vec<(u64, Verdict, Option<Base>)>,
    work: Option<(Plan, SavedPhase)>,
    next: Option<Plan>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SavedPhase {
    StopPending,
    StartPending,
    RestartPending,
    /// Its program was started, and nobody knows how it ended.
    Running(Verb),
}

impl Engine {
    /// The state as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut writer = Writer(MAGIC.to_vec());
        writer.text(&self.boot.identity);
        writer.number(self.wards.len() as u64);
        for (service, ward) in self.model.services.iter().zip(&self.wards) {
            writer.service(service, ward);
        }
        let sum = fingerprint(&writer.0);
        writer.0.extend(sum.to_le_bytes());
        writer.0
    }

    /// Makes the wards, with what was saved where there is something.
    pub(super) fn restore(&mut self, saved: Option<Saved>) {
        let same_boot = saved
            .as_ref()
            .is_some_and(|saved| *saved.boot == *self.boot.identity);
        let mut saved = saved.map_or_else(Vec::new, |saved| saved.services);
        let model = self.model.clone();
        for service in &model.services {
            let known = saved
                .iter()
                .position(|s| s.name.eq_ignore_ascii_case(&service.name));
            let ward = match known {
                Some(position) if same_boot => {
                    saved.swap_remove(position).resume(service, self.now.moment)
                }
                Some(position) => saved.swap_remove(position).reboot(service),
                None => Ward::new(service, at_first_sight(service)),
            };
            self.wards.push(ward);
        }
    }
}

impl SavedService {
    /// The same boot: everything is as it was, programs may still be running.
    fn resume(mut self, service: &Service, now: Moment) -> Ward {
        let mut ward = Ward::new(service, watched(self.monitored));
        self.recall_rules(service, &mut ward);
        ward.process = self.process;
        ward.next = self.next;
        for (state, limit) in ward.limits.iter_mut().zip(&service.restart_limits) {
            let key = limit_fingerprint(limit);
            if let Some(position) = self.limits.iter().position(|(k, _)| *k == key) {
                *state = self.limits.swap_remove(position).1;
            }
        }
        if let Some((plan, phase)) = self.work {
            resume_work(&mut ward, service, plan, phase, now);
        }
        ward
    }

    /// Another boot: nothing runs, counters start at zero, and the control file says what is
    /// monitored (reference F138).
    fn reboot(mut self, service: &Service) -> Ward {
        let was_stopping = self.work.is_some_and(|(plan, _)| plan.aim == Aim::Stop);
        let monitored = match service.onreboot {
            OnReboot::Start => true,
            OnReboot::NoStart => false,
            OnReboot::LastState => self.monitored && !was_stopping,
        };
        let mut ward = Ward::new(service, watched(monitored));
        if self.monitored && monitored {
            self.recall_rules(service, &mut ward);
        }
        ward
    }

    fn recall_rules(&mut self, service: &Service, ward: &mut Ward) {
        ward.alarms = self.alarms;
        for (state, rule) in ward.rules.iter_mut().zip(&service.rules) {
            let key = rule_fingerprint(rule);
            if let Some(position) = self.rules.iter().position(|(k, ..)| *k == key) {
                // In order, so that equal rules keep their own.
                let (_, verdict, base) = self.rules.remove(position);
                state.verdict = verdict;
                state.base = base;
            }
        }
    }
}

const fn watched(monitored: bool) -> Monitoring {
    if monitored {
        Monitoring::Initializing
    } else {
        Monitoring::Off
    }
}

/// Takes up work that was under way. A program that was started is never simply started again: it
/// may be running still. It is given its time while the process is looked for.
fn resume_work(ward: &mut Ward, service: &Service, plan: Plan, phase: SavedPhase, now: Moment) {
    let before = ward.process;
    let phase = match phase {
        SavedPhase::StopPending => Phase::StopPending,
        SavedPhase::StartPending => Phase::StartPending { told: false },
        SavedPhase::RestartPending => Phase::RestartPending,
        SavedPhase::Running(verb) => match (&service.subject, verb.program(service)) {
            (Subject::Process(_), Some(program)) => {
                let (at, pause) = (now, FIRST_PAUSE);
                let ran = Ran {
                    deadline: now + program.timeout,
                    end: End::Orphaned { before },
                };
                let step = Step::Pause { at, pause, ran };
                Phase::Active(Job { verb, step })
            }
            // Nothing but the lost exit status would tell how it ended: take it as done.
            _ if plan.aim == Aim::Restart && verb == Verb::Stop => {
                Phase::StartPending { told: false }
            }
            _ => {
                if plan.aim == Aim::Stop {
                    *ward = Ward::new(service, Monitoring::Off);
                }
                return;
            }
        },
    };
    ward.work = Some(Work { plan, phase });
}

impl SavedPhase {
    const fn of(phase: &Phase) -> Self {
        match phase {
            Phase::StopPending => Self::StopPending,
            Phase::StartPending { .. } => Self::StartPending,
            Phase::RestartPending => Self::RestartPending,
            Phase::Active(Job { verb, step }) => match step {
                Step::Run { .. } | Step::Check { .. } | Step::Pause { .. } => Self::Running(*verb),
                // No program runs yet: it begins with a look again.
                Step::Look { .. } | Step::Backoff { .. } => match verb {
                    Verb::Start => Self::StartPending,
                    Verb::Stop => Self::StopPending,
                    Verb::Restart => Self::RestartPending,
                },
            },
        }
    }
}

/// Reads what [`Engine::snapshot`] wrote, or says why it cannot.
pub(super) fn decode(bytes: &[u8]) -> Result<Saved, &'static str> {
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

/// FNV-1a, 64 bits: tells accidents, not forgeries; the file is its owner's.
pub(super) fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hasher = Fnv::default();
    hasher.write(bytes);
    hasher.finish()
}

fn rule_fingerprint(rule: &Rule) -> u64 {
    let mut hasher = Fnv::default();
    rule.hash(&mut hasher);
    hasher.finish()
}

fn limit_fingerprint(limit: &RestartLimit) -> u64 {
    let mut hasher = Fnv::default();
    limit.hash(&mut hasher);
    hasher.finish()
}

struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.0.push(number.to_le_bytes()[0]);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn service(&mut self, service: &Service, ward: &Ward) {
        self.text(&service.name);
        self.number(u64::from(ward.is_monitored()));
        match ward.process {
            None => self.number(0),
            Some(ProcessId { pid, start_ticks }) => {
                self.number(u64::from(pid.unsigned_abs()));
                self.number(start_ticks);
            }
        }
        let Alarms {
            exec,
            data,
            invalid,
        } = ward.alarms;
        for events in [exec, data, invalid] {
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
        for (rule, state) in service.rules.iter().zip(&ward.rules) {
            self.number(rule_fingerprint(rule));
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
                self.number(u64::from_le_bytes(seconds.to_le_bytes()));
            }
            Some(Base::Digest(digest)) => {
                self.number(3);
                self.bytes(digest);
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
        let [exec, data, invalid] = self.counters()?;
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
        };
        Some(SavedService {
            name,
            monitored,
            process,
            alarms,
            limits,
            rules,
            work,
            next,
        })
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

    fn counters(&mut self) -> Option<[u32; 3]> {
        let mut counter = || u32::try_from(self.number()?).ok();
        Some([counter()?, counter()?, counter()?])
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
            2 => Some(Base::Time(i64::from_le_bytes(self.number()?.to_le_bytes()))),
            3 => Some(Base::Digest(self.bytes()?.into())),
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
