//! One start, stop or restart of one service, from the first look to the proof.
//!
//! ```text
//!            nothing to do                      reached
//!  Look ──────────────────────────► done   ◄──────────────┐
//!   │                                                     │
//!   ▼  shortage                          ended            │ not yet
//!  Run ◄───────► Backoff        Run ────────────────► Check ◄────► Pause
//!   │                                                     │
//!   └── could not be run ─────────────► failed ◄──────────┘ past the deadline
//! ```
//!
//! The exit status of a program does not matter when the process appears or vanishes in time
//! (reference F126, F127): what counts is what is seen, also where it was killed because it did not
//! end. There the reference tells of a failed start and finds the process in its next cycle; taken
//! for a failure here, those who depend on it would wait, and a restart be counted, for nothing.
//! Of a service without a process nothing is seen but the exit status.

use std::time::Duration;

use crate::model::{Program, Service};
use crate::reading::ProcessId;
use crate::time::Moment;

use super::plan::Phase;
use super::{ChildId, Ending, Reach, SampleId};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// Runs the start program until the process is there.
    Start,
    /// Runs the stop program until it is gone.
    Stop,
    /// Runs the restart program; then the process must be there.
    Restart,
}

/// A job under way.
#[derive(Debug)]
pub(super) struct Job {
    /// What it does.
    pub(super) verb: Verb,
    /// How far it is.
    pub(super) step: Step,
}

/// How far a job is.
#[derive(Debug)]
pub(super) enum Step {
    /// Is there anything to do at all?
    Look {
        /// The order.
        sample: SampleId,
    },
    /// The program runs.
    Run {
        /// The order.
        child: ChildId,
        /// Until when the process may take to appear or vanish.
        deadline: Moment,
    },
    /// The machine was short of something; the program is tried again.
    Backoff {
        /// When.
        at: Moment,
    },
    /// The program has ended; is the process there, or gone?
    Check {
        /// The order.
        sample: SampleId,
        /// The pause before the next look.
        pause: Duration,
        /// What is known of the program.
        ran: Ran,
    },
    /// Not yet; look again.
    Pause {
        /// When.
        at: Moment,
        /// The pause after that look.
        pause: Duration,
        /// What is known of the program.
        ran: Ran,
    },
}

/// A program that has run.
#[derive(Clone, Debug)]
pub(super) struct Ran {
    /// Until when the process may take to appear or vanish.
    pub(super) deadline: Moment,
    /// How the program ended.
    pub(super) end: End,
}

/// How a program ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// So, having printed this.
    Known(Ending, Box<[u8]>),
    /// A start or restart program was killed at its time limit.
    Killed {
        /// The process the service had then, as far as was seen: a restart program that hangs
        /// before it does anything has restarted nothing.
        before: Option<ProcessId>,
        /// What it had printed.
        output: Box<[u8]>,
    },
    /// It was started by an earlier run of ours, which was killed. It may run still, so it is given
    /// its whole time before anything is run again.
    Orphaned {
        /// The process the service had then.
        before: Option<ProcessId>,
    },
}

impl Verb {
    /// `start`, `stop`, `restart`.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
        }
    }

    /// What the program is told (reference F120).
    pub(super) const fn past(self) -> &'static str {
        match self {
            Self::Start => "Started",
            Self::Stop => "Stopped",
            Self::Restart => "Restarted",
        }
    }

    /// Whom the end of its program's time kills. A stop program's children bring nothing up.
    pub(super) const fn reach(self) -> Reach {
        match self {
            Self::Start | Self::Restart => Reach::Program,
            Self::Stop => Reach::Group,
        }
    }

    /// The phase that waits for its turn.
    pub(super) const fn pending(self) -> Phase {
        match self {
            Self::Start => Phase::StartPending { told: false },
            Self::Stop => Phase::StopPending,
            Self::Restart => Phase::RestartPending,
        }
    }

    /// The program of `service` for it.
    pub(super) fn program(self, service: &Service) -> Option<&Program> {
        match self {
            Self::Start => service.start.as_ref(),
            Self::Stop => service.stop.as_ref(),
            Self::Restart => service.restart.as_deref(),
        }
    }
}

impl Job {
    /// Whether its program has been run, so that what it began has to be seen to its end.
    pub(super) const fn has_begun(&self) -> bool {
        match self.step {
            Step::Run { .. } | Step::Check { .. } | Step::Pause { .. } => true,
            Step::Look { .. } | Step::Backoff { .. } => false,
        }
    }

    /// When it wants to be woken.
    pub(super) const fn deadline(&self) -> Option<Moment> {
        match &self.step {
            Step::Backoff { at } | Step::Pause { at, .. } => Some(*at),
            Step::Look { .. } | Step::Run { .. } | Step::Check { .. } => None,
        }
    }

    /// Gives what it waits to see so much more time.
    pub(super) fn postpone(&mut self, time: Duration) {
        match &mut self.step {
            Step::Run { deadline, .. } => *deadline = *deadline + time,
            Step::Check { ran, .. } | Step::Pause { ran, .. } => ran.deadline = ran.deadline + time,
            Step::Look { .. } | Step::Backoff { .. } => {}
        }
    }

    /// Whether it waits for the end of this program.
    pub(super) fn runs(&self, ours: ChildId) -> bool {
        match &self.step {
            Step::Run { child, .. } => *child == ours,
            Step::Look { .. } | Step::Backoff { .. } | Step::Check { .. } | Step::Pause { .. } => {
                false
            }
        }
    }

    /// The look it waits for.
    pub(super) const fn sample(&self) -> Option<SampleId> {
        match &self.step {
            Step::Look { sample } | Step::Check { sample, .. } => Some(*sample),
            Step::Run { .. } | Step::Backoff { .. } | Step::Pause { .. } => None,
        }
    }
}

impl Ran {
    /// Whether the process is as it should be.
    pub(super) fn reached(&self, verb: Verb, running: Option<ProcessId>) -> bool {
        match (verb, &self.end) {
            (Verb::Stop, _) => running.is_none(),
            (Verb::Restart, End::Orphaned { before } | End::Killed { before, .. }) => {
                running.is_some() && running != *before
            }
            (Verb::Start | Verb::Restart, _) => running.is_some(),
        }
    }

    /// `(exit status 1) -- '/etc/init.d/x start': cannot start` (reference F95).
    pub(super) fn wording(&self, command: &str, program: Option<&Program>) -> String {
        let (ending, output) = match &self.end {
            End::Known(ending, output) => (*ending, String::from_utf8_lossy(output)),
            End::Killed { output, .. } => (Ending::TimedOut, String::from_utf8_lossy(output)),
            End::Orphaned { .. } => (Ending::TimedOut, "".into()),
        };
        let output = output.trim_end();
        let status = match ending {
            Ending::Exited(status) => format!("(exit status {status})"),
            Ending::Signaled(signal) => format!("(killed by signal {signal})"),
            Ending::TimedOut if output.is_empty() => {
                let seconds = program.map_or(0, |program| program.terms.timeout.as_secs());
                return format!(
                    "(exit status -1) -- Program '{command}' timed out after {seconds} s"
                );
            }
            Ending::TimedOut => {
                return format!("(exit status -1) -- '{command}': Program timed out -- {output}");
            }
        };
        if output.is_empty() {
            format!("{status} -- no output")
        } else {
            format!("{status} -- '{command}': {output}")
        }
    }
}
