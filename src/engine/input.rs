//! What can happen to the engine. Inputs are facts in the past.

use std::time::Duration;

use crate::model::{Model, ServiceId};
use crate::reading::{ProcessId, Reading};

use super::{ChildId, ProbeId, SampleId};

/// One thing that happened.
#[derive(Debug)]
pub enum Input {
    /// The moment of [`super::Engine::deadline`] has come (early calls do nothing).
    Wake,
    /// All of us was stopped for so long: a debugger, a suspended machine, no memory to run in.
    HeldUp(Duration),
    /// Ordered [`super::Effect::Sample`]s were taken: several at once, so that a cycle over
    /// thousands of services is settled in a few rounds. A reading nobody waits for any more is
    /// dropped.
    Sampled(Vec<(SampleId, Reading)>),
    /// Of these orders nothing has changed: the last reading does.
    Unchanged(Vec<SampleId>),
    /// An ordered [`super::Effect::Probe`] came to its end.
    ProbeEnded {
        /// The order's id.
        probe: ProbeId,
        /// How, or why it cannot be made here.
        outcome: Result<ProbeOutcome, Lacking>,
    },
    /// An ordered [`super::Effect::Probe`] could not be tried: this machine is short of something
    /// (descriptors, processes, memory), and nothing is known of the peer.
    ProbeUntried {
        /// The order's id.
        probe: ProbeId,
        /// Of what.
        reason: Box<str>,
    },
    /// An ordered [`super::Effect::Ping`] came to its end.
    PingEnded {
        /// The order's id.
        probe: ProbeId,
        /// How.
        answer: PingAnswer,
    },
    /// A program that was started has ended, or was killed at its time limit.
    ChildExited {
        /// The order's id.
        child: ChildId,
        /// How.
        ending: Ending,
        /// What it printed: standard error if there was any, else standard output; cut to the
        /// limit.
        output: Box<[u8]>,
    },
    /// A program of a `check program` has ended, or was killed at its time limit.
    ProgramEnded {
        /// The order's id.
        child: ChildId,
        /// Its number.
        pid: i32,
        /// How.
        ending: Ending,
        /// What it printed: [`crate::reading::printed`].
        output: Box<str>,
        /// Those of the order's patterns that match that.
        matched: Vec<Box<str>>,
    },
    /// A program could not be started.
    SpawnFailed {
        /// The order's id.
        child: ChildId,
        /// The stage and the system's words, e.g. `exec: No such file or directory`.
        reason: Box<str>,
        /// True where the machine is short of something (EAGAIN, ENOMEM, EMFILE): tried again
        /// later and no failure of the service.
        shortage: bool,
    },
    /// A watched process has ended (pidfd, process connector).
    ProcessGone {
        /// Which.
        process: ProcessId,
    },
    /// The operator asked for something.
    Command(Command),
    /// A whole new configuration is ready (reload).
    Loaded(Box<Model>),
    /// The control file was read again and is wrong: nothing changes, and the owner is told.
    LoadFailed {
        /// The first error, as rendered for a log line.
        reason: Box<str>,
    },
    /// End: SIGTERM, SIGINT.
    Stop,
}

/// How a connection test ended.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeOutcome {
    /// Microseconds until the dialogue was done, or why it was not.
    pub result: Result<u64, Box<str>>,
    /// What TLS learned about the peer, where it was spoken.
    pub certificate: Option<CertificateFacts>,
}

/// What this machine lacks for a test over the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// Keys cannot be made yet.
    Randomness,
    /// The kernel has no IPv6 (its module is not loaded), and the peer nothing else.
    Ipv6,
}

/// How a ping ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PingAnswer {
    /// The host answered after so many microseconds.
    Answered(u64),
    /// Nothing came within the time limit.
    Silent,
    /// It could not be sent: the system's words.
    Unsent(Box<str>),
    /// The host's name has no address, or none of the wanted family: the resolver's words.
    Unresolved(Box<str>),
    /// It cannot be sent from the source address: the system's words.
    Unbound(Box<str>),
    /// This process may not ping.
    Forbidden,
    /// The kernel has no IPv6, and the host nothing else.
    NoIpv6,
    /// This machine is short of descriptors, processes or memory: nothing is known of the host.
    Short(Box<str>),
}

/// What a certificate says, judged but not necessarily failing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CertificateFacts {
    /// Days until it expires; negative once it has.
    pub days_left: Option<i64>,
    /// Untrusted chain, wrong name, wrong date: in words; `None` where all is well or unchecked.
    pub complaint: Option<Box<str>>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With this status.
    Exited(i32),
    /// By this signal.
    Signaled(i32),
    /// It ran past its limit and was killed.
    TimedOut,
}

/// What an operator may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// An action on services, queued for the start of the next cycle, which begins at once.
    Act {
        /// In the order given.
        services: Vec<ServiceId>,
        /// What.
        action: UserAction,
    },
    /// Check everything now: SIGUSR1, `validate`.
    CheckNow,
}

/// `start`, `stop`, `restart`, `monitor`, `unmonitor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the command line's own words")]
pub enum UserAction {
    Start,
    Stop,
    Restart,
    Monitor,
    Unmonitor,
}

impl UserAction {
    /// Every action.
    pub const ALL: [Self; 5] = [
        Self::Start,
        Self::Stop,
        Self::Restart,
        Self::Monitor,
        Self::Unmonitor,
    ];

    /// The word of the command line, of the page's forms and of the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Monitor => "monitor",
            Self::Unmonitor => "unmonitor",
        }
    }

    /// The number of the XML document's `pendingaction` (reference XML.md).
    pub const fn number(self) -> u32 {
        match self {
            Self::Start => 6,
            Self::Stop => 3,
            Self::Restart => 2,
            Self::Monitor => 7,
            Self::Unmonitor => 5,
        }
    }
}
