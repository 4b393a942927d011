//! How a job goes on: looks are ordered, programs run, and what comes back leads to the next step.

use std::time::Duration;

use crate::model::{ProcessTest, Program, ServiceId, Subject, Test};
use crate::reading::{Outline, ProcessId, Reading};
use crate::time::Moment;

use super::depend::service_id;
use super::job::{End, Job, Ran, Step, Verb};
use super::judge::Base;
use super::plan::{Aim, Phase};
use super::service::{Alarm, Seen};
use super::{ChildId, Effect, Ending, Engine, Monitoring, Priority, SampleId, Wanted};

/// Between two looks: growing, because most processes come and go at once and some take a minute.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Between two tries when the machine is short of processes, memory or descriptors.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

impl Engine {
    /// Begins a job whose turn has come.
    pub(super) fn begin_job(&mut self, id: ServiceId, verb: Verb) {
        if self.has_process(id) {
            let sample = self.order_look(id);
            self.set_step(id, verb, Step::Look { sample });
        } else {
            self.run_program(id, verb);
        }
    }

    fn has_process(&self, id: ServiceId) -> bool {
        matches!(self.model.service(id).subject, Subject::Process(_))
    }

    fn set_step(&mut self, id: ServiceId, verb: Verb, step: Step) {
        // A look after a program that was run is nothing a crash could lose.
        self.changed |= !matches!(step, Step::Check { .. } | Step::Pause { .. });
        if let Some(work) = &mut self.wards[id.index()].work {
            work.phase = Phase::Active(Job { verb, step });
        }
    }

    fn order_look(&mut self, id: ServiceId) -> SampleId {
        let sample = self.next_sample_id(id);
        self.effects.push_back(Effect::Sample {
            sample,
            service: id,
            digests: Vec::new(),
            content: None,
            thorough: false,
        });
        sample
    }

    /// Runs the program; where there is none, there is nothing to do.
    fn run_program(&mut self, id: ServiceId, verb: Verb) {
        let model = self.model.clone();
        let Some(program) = verb.program(model.service(id)) else {
            self.succeed(id, verb);
            return;
        };
        let text = format!("{}: '{}'", verb.word(), program.command_line());
        self.log_service(id, Priority::Info, &text);
        let child = self.next_child_id();
        self.effects.push_back(Effect::Spawn {
            child,
            program: program.clone(),
            limit: program.terms.limit(),
            reach: verb.reach(),
            environment: self.environment(id, verb.past(), verb.past()),
            output: Wanted::Reason,
        });
        let deadline = self.now.moment + program.terms.timeout;
        let step = Step::Run { child, deadline };
        self.set_step(id, verb, step);
    }

    /// Takes the reading of a job's look, if a job of `id` waits for it.
    pub(super) fn take_look(&mut self, id: ServiceId, sample: SampleId, reading: Box<Reading>) {
        let wants = |job: &Job| job.sample() == Some(sample);
        let Some(Job { verb, step }) = self.take_job_of(id, wants) else {
            return;
        };
        let blind: Option<Box<str>> = match reading.outline() {
            Outline::Unreadable(why) => Some(why.into()),
            Outline::Present | Outline::Absent => None,
        };
        self.observe(id, reading);
        let running = self.wards[id.index()].process;
        match (step, blind) {
            // Whoever cannot see starts nothing that may run already.
            (Step::Look { .. }, Some(why)) => {
                self.back_off(id, verb, &format!("cannot be looked at -- {why}"));
            }
            (Step::Look { .. }, None) => match (verb, running) {
                (Verb::Stop, None) | (Verb::Start, Some(_)) => self.succeed(id, verb),
                // While it was looked at, what it needs may have gone, or what needs it have come.
                (Verb::Stop, Some(_)) | (Verb::Start, None) | (Verb::Restart, _) => {
                    if self.has_its_turn(id, verb) {
                        self.run_program(id, verb);
                    } else {
                        self.set_phase(id, verb.pending());
                    }
                }
            },
            (Step::Check { pause, ran, .. }, blind) => {
                if blind.is_none() && ran.reached(verb, running) {
                    self.tell_if_killed(id, verb, &ran);
                    self.succeed(id, verb);
                } else if self.now.moment < ran.deadline {
                    let at = (self.now.moment + pause).min(ran.deadline);
                    let pause = (pause * 2).min(LONGEST_PAUSE);
                    self.set_step(id, verb, Step::Pause { at, pause, ran });
                } else {
                    self.give_up(id, verb, &ran, running);
                }
            }
            (Step::Run { .. } | Step::Backoff { .. } | Step::Pause { .. }, _) => {}
        }
    }

    /// Takes a program's end, if a job waits for it.
    pub(super) fn take_exit(&mut self, child: ChildId, ending: Ending, output: &[u8]) -> bool {
        let Some((id, verb, deadline)) = self.take_run(child) else {
            return false;
        };
        self.wards[id.index()].shortages = 0;
        let end = match (verb, ending) {
            (Verb::Start | Verb::Restart, Ending::TimedOut) => End::Killed {
                before: self.wards[id.index()].process,
                output: output.into(),
            },
            (Verb::Stop, Ending::TimedOut) | (_, Ending::Exited(_) | Ending::Signaled(_)) => {
                End::Known(ending, output.into())
            }
        };
        let ran = Ran { deadline, end };
        if self.has_process(id) {
            self.look_again(id, verb, FIRST_PAUSE, ran);
        } else if ending == Ending::Exited(0) {
            self.succeed(id, verb);
        } else if self.starts_all_the_same(id, verb, ending) {
            let text = self.failure(id, verb, &ran);
            self.log_service(id, Priority::Warning, &text);
            self.succeed(id, verb);
        } else {
            self.fail(id, verb, &ran);
        }
        true
    }

    /// Takes the news that a program could not be started, if a job waits for it.
    pub(super) fn take_spawn_failure(&mut self, child: ChildId, reason: &str, short: bool) -> bool {
        let Some((id, verb, _)) = self.take_run(child) else {
            return false;
        };
        let model = self.model.clone();
        let program = verb.program(model.service(id));
        let program = program.map_or("", |program| program.arguments.path());
        if short {
            let text = format!(
                "cannot {} -- Program {program} failed: {reason}",
                verb.word()
            );
            self.back_off(id, verb, &text);
        } else {
            let word = verb.word();
            let text =
                format!("failed to {word} (exit status -1) -- Program {program} failed: {reason}");
            self.fail_saying(id, verb, &text);
        }
        true
    }

    /// Tries again later: it is the machine's fault, not the service's, so there is no failed start
    /// and no counted restart.
    fn back_off(&mut self, id: ServiceId, verb: Verb, why: &str) {
        let ward = &mut self.wards[id.index()];
        let pause = backoff(ward.shortages);
        ward.shortages = ward.shortages.saturating_add(1);
        let at = self.now.moment + pause;
        let text = format!("{why}, next try in {} s", pause.as_secs());
        self.raise(id, Alarm::Exec, &text);
        self.set_step(id, verb, Step::Backoff { at });
        self.take_up_next(id);
    }

    /// Goes on with every job whose pause is over.
    pub(super) fn wake_jobs(&mut self) {
        let now = self.now.moment;
        let is_due = |job: &Job| job.deadline().is_some_and(|at| at <= now);
        while let Some((id, Job { verb, step })) = self.take_job(is_due) {
            match step {
                // Much may have changed meanwhile: its turn has to come again.
                Step::Backoff { .. } => self.set_phase(id, verb.pending()),
                Step::Pause { pause, ran, .. } => self.look_again(id, verb, pause, ran),
                Step::Look { .. } | Step::Run { .. } | Step::Check { .. } => {}
            }
        }
    }

    /// Whoever held us up may have held up what was started, too.
    pub(super) fn postpone_jobs(&mut self, lost: Duration) {
        for ward in &mut self.wards {
            let phase = ward.work.as_mut().map(|work| &mut work.phase);
            if let Some(Phase::Active(job)) = phase {
                job.postpone(lost);
            }
        }
    }

    /// Orders anew the looks that a reload made the shell forget.
    pub(super) fn repeat_looks(&mut self) {
        for index in 0..self.wards.len() {
            let id = service_id(index);
            let looks = |job: &Job| job.sample().is_some();
            let Some(Job { verb, step }) = self.take_job_of(id, looks) else {
                continue;
            };
            match step {
                Step::Look { .. } => self.begin_job(id, verb),
                Step::Check { pause, ran, .. } => self.look_again(id, verb, pause, ran),
                Step::Run { .. } | Step::Backoff { .. } | Step::Pause { .. } => {}
            }
        }
    }

    pub(super) fn look_again(&mut self, id: ServiceId, verb: Verb, pause: Duration, ran: Ran) {
        let sample = self.order_look(id);
        self.set_step(id, verb, Step::Check { sample, pause, ran });
    }

    /// Takes the first job that `wants` names; its service waits for the next step.
    fn take_job(&mut self, wants: impl Fn(&Job) -> bool) -> Option<(ServiceId, Job)> {
        (0..self.wards.len())
            .map(service_id)
            .find_map(|id| Some((id, self.take_job_of(id, &wants)?)))
    }

    /// Takes the job of `id` if `wants` names it, leaving the phase pending. Whoever takes it sets
    /// the next step or ends the phase before the input is over.
    fn take_job_of(&mut self, id: ServiceId, wants: impl Fn(&Job) -> bool) -> Option<Job> {
        let work = self.wards[id.index()].work.as_mut()?;
        match &work.phase {
            Phase::Active(job) if wants(job) => {}
            Phase::Active(_)
            | Phase::StopPending
            | Phase::StartPending { .. }
            | Phase::RestartPending => return None,
        }
        match std::mem::replace(&mut work.phase, Phase::StopPending) {
            Phase::Active(job) => Some(job),
            Phase::StopPending | Phase::StartPending { .. } | Phase::RestartPending => None,
        }
    }

    fn take_run(&mut self, ours: ChildId) -> Option<(ServiceId, Verb, Moment)> {
        let runs = |job: &Job| job.runs(ours);
        let (id, job) = self.take_job(runs)?;
        match job.step {
            Step::Run { deadline, .. } => Some((id, job.verb, deadline)),
            Step::Look { .. } | Step::Backoff { .. } | Step::Check { .. } | Step::Pause { .. } => {
                None
            }
        }
    }

    /// What was to be reached was not reached in time.
    fn give_up(&mut self, id: ServiceId, verb: Verb, ran: &Ran, running: Option<ProcessId>) {
        match (&ran.end, verb, running) {
            (End::Known(..) | End::Killed { .. }, _, _) => self.fail(id, verb, ran),
            // The restart program had its time and the process runs: no reason to run it again.
            (End::Orphaned { .. }, Verb::Restart, Some(_)) => self.succeed(id, verb),
            (End::Orphaned { .. }, _, _) => {
                self.set_phase(id, verb.pending());
                self.take_up_next(id);
            }
        }
    }

    fn succeed(&mut self, id: ServiceId, verb: Verb) {
        if verb != Verb::Stop {
            self.confirm_start(id);
        }
        self.end_phase(id, verb, true);
    }

    /// What it began is there, so nothing has failed; but its owner wants to know why each start
    /// takes all of its time.
    fn tell_if_killed(&mut self, id: ServiceId, verb: Verb, ran: &Ran) {
        let model = self.model.clone();
        let program = verb.program(model.service(id));
        if let (End::Killed { .. }, Some(program)) = (&ran.end, program) {
            let (command, time) = (program.command_line(), program.terms.timeout.as_secs());
            let word = verb.word();
            let text = format!(
                "{word}: '{command}' did not end within {time} s and was killed, the process is up"
            );
            self.log_service(id, Priority::Warning, &text);
        }
    }

    /// Whether a stop program that ended badly is no reason not to go on with a restart: `umount`
    /// of what is not mounted and `killall` of what does not run end so, and the start is what
    /// helps.
    fn starts_all_the_same(&self, id: ServiceId, verb: Verb, ending: Ending) -> bool {
        let work = self.wards[id.index()].work.as_ref();
        let restarts = work.is_some_and(|work| work.plan.aim == Aim::Restart);
        verb == Verb::Stop && restarts && matches!(ending, Ending::Exited(_))
    }

    fn fail(&mut self, id: ServiceId, verb: Verb, ran: &Ran) {
        let text = self.failure(id, verb, ran);
        self.fail_saying(id, verb, &text);
    }

    fn failure(&self, id: ServiceId, verb: Verb, ran: &Ran) -> String {
        let program = verb.program(self.model.service(id));
        let command = program.map_or_else(String::new, Program::command_line);
        let ended = ran.wording(&command, program);
        format!("failed to {} {ended}", verb.word())
    }

    fn fail_saying(&mut self, id: ServiceId, verb: Verb, text: &str) {
        self.raise(id, Alarm::Exec, text);
        self.end_phase(id, verb, false);
    }

    /// A start or restart succeeded: the service is there, and that is said at once instead of in
    /// the next cycle, so that dependants can start and the page is right.
    fn confirm_start(&mut self, id: ServiceId) {
        self.clear(id, Alarm::Exec, "started");
        let ward = &mut self.wards[id.index()];
        for (rule, state) in self.model.service(id).rules.iter().zip(&mut ward.rules) {
            // A process that was replaced on order has not changed behind anybody's back. Whose
            // child it is settles after its start.
            if rule.test == Test::Process(ProcessTest::PidChanged) {
                let pid = ward.process.map(|process| process.pid.unsigned_abs());
                state.base = pid.map(|pid| Base::Number(pid.into()));
            } else if rule.test == Test::Process(ProcessTest::PpidChanged) {
                state.base = None;
            }
        }
        if ward.monitoring == Monitoring::Off {
            return;
        }
        if ward.process.is_some() {
            ward.monitoring = Monitoring::On;
            self.confirm_existence(id);
        } else if !self.has_process(id) {
            // Whether a file is there and well, a check must tell, once the plan is done.
            self.wards[id.index()].presence = Seen::Unknown;
        }
    }
}

/// The pause after the machine was short of something, which it was so many times before in a row.
fn backoff(shortages: u8) -> Duration {
    let factor = 2_u32.saturating_pow(shortages.into());
    FIRST_BACKOFF.saturating_mul(factor).min(LONGEST_BACKOFF)
}
