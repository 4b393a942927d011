//! The engine's state as bytes: what a crash must not lose.
//!
//! Saved are, by service name: whether it is monitored, what its rules remember, how far its lines
//! were read, counters, alarms, its process, when its cron time was last looked at, and work under
//! way. Not saved: readings and checks (taken anew), how many cycles an `every` has still to skip
//! (a new run checks all at once), history.
//!
//! A rule is found again by a fingerprint of what it says, so an edited control file costs the
//! state of the edited rules only. The fingerprint may differ between builds of the program; then
//! rules start afresh, which is all that is lost.
//!
//! ```text
//!  "tend state 2\n"  boot identity  number of services  service …  FNV-1a of all before
//! ```
//! Numbers are little-endian base 128, texts are preceded by their length.

use crate::model::{OnReboot, Service, Subject};
use crate::reading::ContentMark;
use crate::time::Moment;

use super::job::{End, Job, Ran, Step, Verb};
use super::judge::Base;
use super::plan::{Aim, Phase, Plan, Work};
use super::progress::FIRST_PAUSE;
use super::reload::at_first_sight;
use super::service::{LimitState, Ward};
use super::turn::Looked;
use super::window::Verdict;
use super::{Engine, Monitoring};

mod bytes;

use bytes::{Saved, SavedPhase, SavedService, Writer, limit_fingerprint, path_fingerprint};

pub(super) use bytes::{decode, rule_fingerprint, seal_of};

impl Engine {
    /// The state as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut writer = Writer::new(&self.boot.identity, self.wards.len());
        for (service, ward) in self.model.services.iter().zip(&self.wards) {
            writer.service(service, ward);
        }
        writer.seal()
    }

    /// Makes the wards, with what was saved where there is something.
    pub(super) fn restore(&mut self, saved: Option<Saved>) {
        let same_boot = saved
            .as_ref()
            .is_some_and(|saved| *saved.boot == *self.boot.identity);
        let mut saved = saved.map_or_else(Vec::new, |saved| saved.services);
        let model = self.model.clone();
        self.wards.reserve_exact(model.services.len());
        for service in &model.services {
            let known = saved
                .iter()
                .position(|s| s.name.eq_ignore_ascii_case(&service.name));
            let ward = match known {
                Some(position) if same_boot => {
                    saved.swap_remove(position).resume(service, self.now.moment)
                }
                Some(position) => saved.swap_remove(position).reboot(service, self.now.moment),
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
        self.recall_failures(service, &mut ward);
        ward.looked = self.looked_at(now);
        ward.mark = self.mark_for(service);
        ward.process = self.process;
        ward.next = self.next;
        if let Some((plan, phase)) = self.work {
            resume_work(&mut ward, service, plan, phase, now);
        }
        ward
    }

    /// Another boot: nothing runs, counters start at zero, and the control file says what is
    /// monitored (reference F138).
    fn reboot(mut self, service: &Service, now: Moment) -> Ward {
        let was_stopping = self.work.is_some_and(|(plan, _)| plan.aim == Aim::Stop);
        let monitored = match service.onreboot {
            OnReboot::Start => true,
            OnReboot::NoStart => false,
            OnReboot::LastState => self.monitored && !was_stopping,
        };
        let mut ward = Ward::new(service, watched(monitored));
        ward.looked = self.looked_at(now);
        if self.monitored && monitored {
            self.recall_failures(service, &mut ward);
            ward.mark = self.mark_for(service);
            for limit in &mut ward.limits {
                *limit = LimitState {
                    events: limit.events,
                    ..LimitState::default()
                };
            }
        }
        ward
    }

    fn looked_at(&self, now: Moment) -> Option<Box<Looked>> {
        let minute = self.looked?;
        Some(Box::new(Looked { minute, at: now }))
    }

    /// How far its lines were judged, unless its path is another one by now.
    fn mark_for(&self, service: &Service) -> Option<Box<ContentMark>> {
        let (path, mark) = self.mark?;
        (path == path_fingerprint(service)).then(|| Box::new(mark))
    }

    fn recall_failures(&mut self, service: &Service, ward: &mut Ward) {
        ward.alarms = self.alarms;
        for (state, limit) in ward.limits.iter_mut().zip(&service.restart_limits) {
            let key = limit_fingerprint(limit);
            if let Some(position) = self.limits.iter().position(|(k, _)| *k == key) {
                *state = self.limits.swap_remove(position).1;
            }
        }
        for state in &mut ward.rules {
            let same = |(key, ..): &(u64, Verdict, Option<Base>)| *key == state.key;
            if let Some(position) = self.rules.iter().position(same) {
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
                    deadline: now + program.terms.timeout,
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
    ward.work = Some(Box::new(Work { plan, phase }));
}

impl SavedPhase {
    /// What is saved of a phase.
    fn of(phase: &Phase) -> Self {
        match phase {
            Phase::StopPending => Self::StopPending,
            Phase::StartPending { .. } => Self::StartPending,
            Phase::RestartPending => Self::RestartPending,
            Phase::Active(Job { verb, step }) => match step {
                Step::Run { .. } | Step::Check { .. } | Step::Pause { .. } => Self::Running(*verb),
                // No program runs yet: it begins with a look again.
                Step::Look { .. } | Step::Backoff { .. } => Self::of(&verb.pending()),
            },
        }
    }
}

#[cfg(test)]
mod tests;
