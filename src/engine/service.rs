//! A service as the engine sees it while it runs: a [`Ward`].
//!
//! Every state is an enum that carries what exists in it, so a probe without a check or a program
//! without a job cannot be written down. The places that change a state are `cycle` (checks),
//! `depend` (what a service should become) and `job` (getting there).

use std::collections::VecDeque;

use crate::model::{EventKind, Rule, Service, Test};
use crate::reading::{ContentMark, ProcessId, Reading};
use crate::time::WallTime;

use super::judge::Base;
use super::plan::{Plan, Work};
use super::snapshot::rule_fingerprint;
use super::turn::Looked;
use super::window::Verdict;
use super::{ChildId, Happening, Monitoring, ProbeId, ProbeOutcome, SampleId};

/// One service of the model, at work. There may be thousands: what is rarely there is boxed.
#[derive(Debug)]
pub(super) struct Ward {
    /// Whether it is watched.
    pub(super) monitoring: Monitoring,
    /// The check under way.
    pub(super) check: Check,
    /// What it is being made to become.
    pub(super) work: Option<Box<Work>>,
    /// What comes after a job that cannot be interrupted. A newer wish replaces it, so this is the
    /// whole queue.
    pub(super) next: Option<Plan>,
    /// One per rule of the model, in its order.
    pub(super) rules: Box<[RuleState]>,
    /// One per restart limit of the model, in its order.
    pub(super) limits: Box<[LimitState]>,
    /// Failures that no rule stands for.
    pub(super) alarms: Alarms,
    /// What was logged of [`Alarms::data`] since it began.
    pub(super) said: Option<Box<Said>>,
    /// The last whole reading.
    pub(super) reading: Option<Box<Reading>>,
    /// When it was taken.
    pub(super) collected: Option<WallTime>,
    /// Whether the subject was there when last looked at, since monitoring began.
    pub(super) presence: Seen,
    /// How far its lines have been judged.
    pub(super) mark: Option<Box<ContentMark>>,
    /// Its process, if it has one that ran when last looked at.
    pub(super) process: Option<ProcessId>,
    /// Whether the shell was asked to report the end of that process.
    pub(super) watch: Watch,
    /// For `every N cycles`: cycles to skip before the next check.
    pub(super) cycles_to_skip: u32,
    /// For `every "CRON"`: when that was last looked at.
    pub(super) looked: Option<Box<Looked>>,
    /// Its process was reported gone during a check: look again when that is over.
    pub(super) look_again: bool,
    /// Whether this poll interval's one extra check is used up.
    pub(super) extra_check_used: bool,
    /// Kinds of the events that were changes in the last check.
    pub(super) changed_bits: u32,
    /// How often in a row the machine was too short of something to run a program of its.
    pub(super) shortages: u8,
    /// What happened to it, if anything did.
    pub(super) history: Option<Box<History>>,
}

/// What happened last to a service, for its page; newest first.
#[derive(Debug, Default)]
pub(super) struct History(VecDeque<Happening>);

/// How many lines of it are kept.
pub(super) const HISTORY_LIMIT: usize = 10;

impl History {
    /// Adds a line.
    pub(super) fn note(&mut self, happening: Happening) {
        self.0.truncate(HISTORY_LIMIT - 1);
        self.0.push_front(happening);
    }

    /// Its lines.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Happening> {
        self.0.iter()
    }
}

/// Texts that are said once until something is over. A shortage of the machine hits a service in
/// each cycle, maybe several of its rules with words of their own.
#[derive(Debug, Default)]
pub(super) struct Said(Vec<Box<str>>);

/// How many different texts count as said; then the oldest is forgotten.
const SAID_LIMIT: usize = 8;

impl Said {
    /// Whether this is the first time.
    pub(super) fn is_first(&mut self, text: &str) -> bool {
        if self.0.iter().any(|said| **said == *text) {
            return false;
        }
        if self.0.len() == SAID_LIMIT {
            self.0.remove(0);
        }
        self.0.push(text.into());
        true
    }
}

/// Whether the shell reports the end of the process of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watch {
    /// It reports nothing.
    Unasked,
    /// It reports the end of this very process.
    Asked,
    /// It reports the end of one that the service had before.
    Outdated,
}

/// Whether the subject of a service was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Not looked at since monitoring began, or could not be looked at.
    Unknown,
    /// There.
    Present,
    /// Not there.
    Absent,
}

/// A check of a service, from order to verdict.
///
/// ```text
///  Idle ─► Sampling ─► Held ─► Pinging ─► Probing ─► Idle
///   │         │        ▲ │        │                   ▲
///   │         └────────┼─┴────────┴───────────────────┘  nothing to test, or a job takes over
///   └──► Queued ─► Running                               a program
/// ```
#[derive(Debug)]
pub(super) enum Check {
    /// None under way.
    Idle,
    /// Waiting for the reading.
    Sampling {
        /// Its order.
        sample: SampleId,
        /// How thorough the check is.
        depth: Depth,
    },
    /// A program that waits until others have ended.
    Queued {
        /// The smallest is the next.
        turn: u64,
    },
    /// A program runs.
    Running {
        /// Its order.
        child: ChildId,
        /// Since when.
        started: WallTime,
    },
    /// The reading is there, but services this one depends on have not been looked at yet in this
    /// cycle: if one of them is down, that is the thing to repair.
    Held {
        /// What was found, if not the same as before; boxed, because every service has room for a
        /// check.
        reading: Option<Box<Reading>>,
        /// How thorough the check is.
        depth: Depth,
    },
    /// Waiting for pings, before anything else is asked of a host.
    Pinging {
        /// One per ping rule.
        runs: Vec<ProbeRun>,
    },
    /// Waiting for connection tests.
    Probing {
        /// One per connection rule that is tested in this check.
        runs: Vec<ProbeRun>,
    },
}

/// How thorough a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Every rule.
    Full,
    /// Existence alone, at once, because the process was reported gone. The windows of all other
    /// rules go on counting poll cycles.
    Existence,
    /// Whether it is there, right after a job, and no verdict that could act: what has just been
    /// repaired in vain is repaired again in the next cycle, not at once and for ever.
    Presence,
}

/// A connection test or ping under way.
#[derive(Debug)]
pub(super) struct ProbeRun {
    /// Which rule.
    pub(super) rule: usize,
    /// How far it is.
    pub(super) state: ProbeState,
}

/// How far a connection test or ping is.
#[derive(Debug)]
pub(super) enum ProbeState {
    /// Under way, the `attempt`th try, counted from 1.
    Asked {
        /// Its order.
        probe: ProbeId,
        /// Which try.
        attempt: u8,
    },
    /// The last try has ended; its outcome is in the rule's state.
    Answered,
    /// The machine was short of something: the rule is not judged this time.
    Untried,
}

/// What a rule remembers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RuleState {
    /// The rule's fingerprint, by which it is found again in a saved state.
    pub(super) key: u64,
    /// Where it stands.
    pub(super) verdict: Verdict,
    /// The value it compares with.
    pub(super) base: Option<Base>,
    /// What it knows of whom its connection test or ping has asked.
    pub(super) peer: Option<Box<Peer>>,
    /// Whether its value changed in the last check.
    pub(super) changed: bool,
    /// Whether it was said that this system does not tell what it needs.
    pub(super) told_unavailable: bool,
    /// Whether it was said that the machine is too short of something to test it.
    pub(super) told_untried: bool,
}

/// Who was asked by a connection test or ping.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Peer {
    /// How the last try ended.
    pub(super) outcome: Option<ProbeOutcome>,
    /// The process for which the connection test has passed.
    pub(super) passed_for: Option<ProcessId>,
}

/// The counters of a restart limit (reference F135).
///
/// Cycles are checks of this service that began, extra checks included, from the first restart on:
/// a poll interval that passes while a start program runs is not a cycle in which the service could
/// have been restarted, and each check restarts at most once. `5 restarts within 5 cycles` thus
/// means what it says: five checks in a row, each of which had to restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LimitState {
    /// Restarts in this window.
    pub(super) restarts: u32,
    /// Checks in this window; once it is over and the limit was reached, those since.
    pub(super) cycles: u32,
    /// Events since it was reached; 0 is not reached.
    pub(super) events: u32,
}

/// Failures that no rule of the control file stands for: how many events each has had since it
/// began; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Alarms {
    /// A start, stop or restart program failed ([`EventKind::Exec`]).
    pub(super) exec: u32,
    /// The subject cannot be read ([`EventKind::Data`]).
    pub(super) data: u32,
    /// The path names something else ([`EventKind::Invalid`]).
    pub(super) invalid: u32,
    /// A program that is checked cannot be executed, or runs past its limit and no test of its
    /// status fails by that ([`EventKind::Status`]).
    pub(super) status: u32,
}

/// Names one of [`Alarms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alarm {
    /// [`Alarms::exec`].
    Exec,
    /// [`Alarms::data`].
    Data,
    /// [`Alarms::invalid`].
    Invalid,
    /// [`Alarms::status`].
    Status,
}

impl Watch {
    /// When the service has another process, or none.
    pub(super) const fn outdated(self) -> Self {
        match self {
            Self::Unasked => Self::Unasked,
            Self::Asked | Self::Outdated => Self::Outdated,
        }
    }
}

impl Check {
    /// Whether it is not known yet whether the subject is there.
    pub(super) const fn awaits_reading(&self) -> bool {
        match self {
            Self::Sampling { .. } | Self::Held { .. } => true,
            // A program may take its time: nobody who depends on it is held up by that.
            Self::Idle
            | Self::Queued { .. }
            | Self::Running { .. }
            | Self::Pinging { .. }
            | Self::Probing { .. } => false,
        }
    }

    /// The tests over the network that are waited for.
    pub(super) fn runs(&self) -> &[ProbeRun] {
        match self {
            Self::Pinging { runs } | Self::Probing { runs } => runs,
            Self::Idle
            | Self::Sampling { .. }
            | Self::Queued { .. }
            | Self::Running { .. }
            | Self::Held { .. } => &[],
        }
    }
}

impl Alarm {
    const ALL: [Self; 4] = [Self::Exec, Self::Data, Self::Invalid, Self::Status];

    /// The event it raises.
    pub(super) const fn kind(self) -> EventKind {
        match self {
            Self::Exec => EventKind::Exec,
            Self::Data => EventKind::Data,
            Self::Invalid => EventKind::Invalid,
            Self::Status => EventKind::Status,
        }
    }
}

impl Alarms {
    /// Its count.
    pub(super) const fn events(&mut self, alarm: Alarm) -> &mut u32 {
        match alarm {
            Alarm::Exec => &mut self.exec,
            Alarm::Data => &mut self.data,
            Alarm::Invalid => &mut self.invalid,
            Alarm::Status => &mut self.status,
        }
    }
}

impl RuleState {
    /// A rule that has not been tested yet.
    pub(super) fn new(rule: &Rule) -> Self {
        Self {
            key: rule_fingerprint(rule),
            verdict: Verdict::default(),
            base: None,
            peer: None,
            changed: false,
            told_unavailable: false,
            told_untried: false,
        }
    }

    /// The last outcome of its connection test or ping.
    pub(super) fn outcome(&self) -> Option<&ProbeOutcome> {
        self.peer.as_ref()?.outcome.as_ref()
    }

    /// Whom its connection test or ping asks.
    pub(super) fn peer(&mut self) -> &mut Peer {
        self.peer.get_or_insert_default()
    }
}

impl Ward {
    /// A service nothing is known about.
    pub(super) fn new(service: &Service, monitoring: Monitoring) -> Self {
        Self {
            monitoring,
            check: Check::Idle,
            work: None,
            next: None,
            rules: service.rules.iter().map(RuleState::new).collect(),
            limits: vec![LimitState::default(); service.restart_limits.len()].into(),
            alarms: Alarms::default(),
            said: None,
            reading: None,
            collected: None,
            presence: Seen::Unknown,
            mark: None,
            process: None,
            watch: Watch::Unasked,
            cycles_to_skip: 0,
            looked: None,
            look_again: false,
            extra_check_used: false,
            changed_bits: 0,
            shortages: 0,
            history: None,
        }
    }

    /// Whether it is watched at all.
    pub(super) fn is_monitored(&self) -> bool {
        self.monitoring != Monitoring::Off
    }

    /// Forgets all failures, counters and values to compare with: what is monitored anew has no
    /// past, and whoever switches monitoring on again takes things as they are.
    pub(super) fn forget(&mut self) {
        for rule in &mut self.rules {
            rule.verdict = Verdict::default();
            rule.base = None;
            if let Some(peer) = &mut rule.peer {
                peer.passed_for = None;
            }
            rule.changed = false;
        }
        self.limits.fill(LimitState::default());
        self.alarms = Alarms::default();
        self.said = None;
        self.presence = Seen::Unknown;
        self.mark = None;
        self.changed_bits = 0;
        self.cycles_to_skip = 0;
        self.looked = None;
        self.collected = None;
    }

    /// Whether any rule counts as failed.
    pub(super) fn has_failing_rule(&self) -> bool {
        self.rules.iter().any(|rule| rule.verdict.is_failing())
    }

    /// The kinds of event that fail: bits of [`EventKind`].
    pub(super) fn failing_bits(&self, service: &Service) -> u32 {
        let mut bits = self.changed_bits;
        for (state, rule) in self.rules.iter().zip(&*service.rules) {
            // While an absent thing is still given time, a page must not call it well.
            let absent = rule.test == Test::NotExist && state.verdict.is_suspected();
            if state.verdict.is_failing() || absent {
                bits |= rule.test.event().bit();
            }
        }
        let mut alarms = self.alarms;
        for alarm in Alarm::ALL {
            if *alarms.events(alarm) > 0 {
                bits |= alarm.kind().bit();
            }
        }
        if self.limits.iter().any(|limit| limit.events > 0) {
            bits |= EventKind::Timeout.bit();
        }
        bits
    }
}
