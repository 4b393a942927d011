//! What a service should become, and how far that is.

use crate::model::Service;

use super::UserAction;
use super::job::{Job, Verb};

/// What a service should become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// Running and monitored.
    Start,
    /// Stopped and no longer monitored.
    Stop,
    /// Stopped, then running again.
    Restart,
}

/// On whose account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Another service's plan needs it.
    Dependency,
    /// A rule of the service itself, or its restart limit.
    Rule,
    /// An operator, who is told how what was asked for ended.
    User(UserAction),
}

/// A wish for one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// What it should become.
    pub(super) aim: Aim,
    /// On whose account.
    pub(super) cause: Cause,
}

/// A plan being carried out.
#[derive(Debug)]
pub(super) struct Work {
    /// What is to be reached.
    pub(super) plan: Plan,
    /// How far it is.
    pub(super) phase: Phase,
}

/// How far a plan is.
#[derive(Debug)]
pub(super) enum Phase {
    /// Waits for its dependants to stop.
    StopPending,
    /// Waits for what it depends on.
    StartPending {
        /// Whether the log said for whom it waits.
        told: bool,
    },
    /// Has a restart program; waits for both.
    RestartPending,
    /// A job is under way. Once its program has been run it is not interrupted.
    Active(Job),
}

impl Aim {
    /// The operator's word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Start => UserAction::Start.word(),
            Self::Stop => UserAction::Stop.word(),
            Self::Restart => UserAction::Restart.word(),
        }
    }
}

impl Plan {
    /// What becomes of this pending plan when `new` arrives: the plan to follow, and whether it is
    /// still this one, so that its phase stands.
    pub(super) fn merge(self, new: Self) -> (Self, bool) {
        let keeps_running = self.aim != Aim::Stop;
        match new.aim {
            // Whatever ends in a running service serves a start as well.
            Aim::Start if keeps_running => {
                let cause = match new.cause {
                    Cause::User(_) => new.cause,
                    Cause::Dependency | Cause::Rule => self.cause,
                };
                (Self { cause, ..self }, true)
            }
            // What is to be stopped for good is not brought back because something else restarts.
            Aim::Restart if !keeps_running && new.cause == Cause::Dependency => (self, true),
            // The operator who waits for a start is answered by a restart.
            Aim::Restart if keeps_running && new.cause == Cause::Dependency => (
                Self {
                    cause: self.cause,
                    ..new
                },
                false,
            ),
            Aim::Start | Aim::Restart | Aim::Stop => (new, false),
        }
    }
}

impl Work {
    /// Whether a program was run, so that it has to be brought to its end before anything else.
    pub(super) const fn is_active(&self) -> bool {
        match &self.phase {
            Phase::Active(job) => job.has_begun(),
            Phase::StopPending | Phase::StartPending { .. } | Phase::RestartPending => false,
        }
    }

    /// Whether this job, which is not interrupted, leads where `plan` wants to go.
    pub(super) fn serves(&self, plan: Plan) -> bool {
        let Phase::Active(job) = &self.phase else {
            return false;
        };
        match plan.aim {
            Aim::Start => plan.cause == Cause::Dependency && self.plan.aim != Aim::Stop,
            Aim::Restart => {
                let stops = job.verb == Verb::Stop && self.plan.aim == Aim::Restart;
                plan.cause == Cause::Dependency && stops
            }
            Aim::Stop => false,
        }
    }

    /// Whether it is a restart whose stop is still to come or under way.
    pub(super) fn goes_down_first(&self) -> bool {
        let goes_down = match &self.phase {
            Phase::StopPending | Phase::RestartPending => true,
            Phase::Active(job) => job.verb != Verb::Start,
            Phase::StartPending { .. } => false,
        };
        goes_down && self.plan.aim == Aim::Restart
    }

    /// Whether the service has to be stopped before those it depends on may.
    pub(super) fn holds_up_a_stop(&self) -> bool {
        match self.phase {
            Phase::StopPending | Phase::RestartPending | Phase::Active(_) => true,
            Phase::StartPending { .. } => false,
        }
    }
}

/// Where a plan begins.
pub(super) fn first_phase(service: &Service, plan: Plan) -> Phase {
    match plan.aim {
        Aim::Stop => Phase::StopPending,
        Aim::Start => Phase::StartPending { told: false },
        Aim::Restart if service.restart.is_some() && plan.cause != Cause::Dependency => {
            Phase::RestartPending
        }
        Aim::Restart => Phase::StopPending,
    }
}
