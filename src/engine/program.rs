//! Programs that are checks: run when due, judged when they end.
//!
//! A program that runs holds up nobody: its service is not checked again until it has ended, and so
//! is never run twice at a time, and all others go on. The reference looks for its end when the
//! service is due again (F106), a cycle or a day later.

use crate::model::{ProgramTest, Rule, ServiceId, Subject, Test};
use crate::reading::{ProgramReading, Reading};
use crate::time::WallTime;

use super::depend::service_id;
use super::service::{Alarm, Check, Depth, Ward};
use super::{ChildId, Effect, Ending, Engine, Monitoring, Priority, Reach, Wanted};

/// How many programs of `check program` run at a time; the others wait for their turn. Thousands of
/// checks that are due in one second must not become thousands of processes.
pub const PROGRAMS_LIMIT: usize = 128;

/// The signal that ends a program at its time limit, which is its status then (reference F106).
const KILLED: i32 = 9;

impl Engine {
    /// Puts a check at the end of the queue.
    pub(super) fn queue_program(&mut self, id: ServiceId) {
        let turn = self.next_order();
        self.wards[id.index()].check = Check::Queued { turn };
    }

    /// Starts what waits, as long as there is room.
    pub(super) fn start_programs(&mut self) {
        let mut running = self.running_programs();
        while running < self.programs_room {
            let queued = self.wards.iter().enumerate();
            let queued = queued.filter_map(|(index, ward)| match ward.check {
                Check::Queued { turn } => Some((turn, service_id(index))),
                Check::Idle
                | Check::Sampling { .. }
                | Check::Running { .. }
                | Check::Held { .. }
                | Check::Pinging { .. }
                | Check::Probing { .. } => None,
            });
            let Some((_, id)) = queued.min() else {
                return;
            };
            self.start_program(id);
            running += 1;
        }
    }

    fn running_programs(&self) -> usize {
        let is_running = |ward: &&Ward| matches!(ward.check, Check::Running { .. });
        self.wards.iter().filter(is_running).count()
    }

    fn start_program(&mut self, id: ServiceId) {
        let model = self.model.clone();
        let service = model.service(id);
        let Subject::Program(program) = &service.subject else {
            return;
        };
        let child = self.next_child_id();
        let started = self.now.wall;
        self.wards[id.index()].check = Check::Running { child, started };
        self.log_service(id, Priority::Debug, "program started");
        self.effects.push_back(Effect::Spawn {
            child,
            program: (**program).clone(),
            limit: program.terms.limit(),
            reach: Reach::Group,
            environment: vec![("MONIT_SERVICE", service.name.to_string())],
            output: Wanted::Text(patterns(&service.rules)),
        });
    }

    /// Takes the end of a program, if a check waits for it.
    pub(super) fn take_program(
        &mut self,
        ours: ChildId,
        pid: i32,
        ending: Ending,
        output: Box<str>,
        matched: Vec<Box<str>>,
    ) {
        let Some((id, started)) = self.find_program(ours) else {
            return;
        };
        // Whether the machine has room for one more, trying shows.
        self.programs_room = PROGRAMS_LIMIT.min(self.programs_room + 1);
        let status = match ending {
            Ending::Exited(status) | Ending::Signaled(status) => status,
            Ending::TimedOut => KILLED,
        };
        match ending {
            Ending::Exited(_) | Ending::Signaled(_) => {
                self.clear(id, Alarm::Status, "program started");
            }
            Ending::TimedOut => self.tell_timeout(id, pid),
        }
        let reading = Reading::Program(ProgramReading {
            started: started.unix_seconds(),
            status,
            output,
            matched,
        });
        let depth = Depth::Full;
        let reading = Some(Box::new(reading));
        self.wards[id.index()].check = Check::Held { reading, depth };
    }

    /// A program that had to be killed is told of, also where no test says so.
    fn tell_timeout(&mut self, id: ServiceId, pid: i32) {
        let model = self.model.clone();
        let service = model.service(id);
        let Subject::Program(program) = &service.subject else {
            return;
        };
        let seconds = program.terms.timeout.as_secs();
        let text = format!("program timed out after {seconds} s. Killing program with pid {pid}");
        if service.rules.iter().any(fails_when_killed) {
            self.log_service(id, Priority::Error, &text);
        } else {
            self.raise(id, Alarm::Status, &text);
        }
    }

    /// Takes the news that a program could not be started, if a check waits for it.
    pub(super) fn take_refused_program(
        &mut self,
        ours: ChildId,
        reason: &str,
        shortage: bool,
    ) -> bool {
        let Some((id, _)) = self.find_program(ours) else {
            return false;
        };
        let others = self.running_programs() - 1;
        if shortage && others > 0 {
            // The machine has room for so many: this one runs when one of them has ended.
            self.programs_room = others;
            self.queue_program(id);
            return true;
        }
        let model = self.model.clone();
        let path = match &model.service(id).subject {
            Subject::Program(program) => program.arguments.path(),
            Subject::Process(_)
            | Subject::File(_)
            | Subject::Directory(_)
            | Subject::Fifo(_)
            | Subject::Filesystem(_)
            | Subject::Host(_)
            | Subject::Network(_)
            | Subject::System => "",
        };
        // That it failed to execute is said already.
        let reason = reason.strip_prefix("exec: ").unwrap_or(reason);
        let text = format!("failed to execute '{path}' -- {reason}");
        let ward = &mut self.wards[id.index()];
        ward.check = Check::Idle;
        ward.collected = Some(self.now.wall);
        if shortage {
            // The machine's fault, not the program's: the next cycle tries again.
            self.raise(id, Alarm::Data, &text);
            return true;
        }
        ward.monitoring = Monitoring::On;
        self.raise(id, Alarm::Status, &text);
        true
    }

    /// Kills every program that runs as a check.
    pub(super) fn end_programs(&mut self) {
        for index in 0..self.wards.len() {
            if matches!(self.wards[index].check, Check::Running { .. }) {
                self.cancel_check(service_id(index));
            }
        }
    }

    fn find_program(&self, ours: ChildId) -> Option<(ServiceId, WallTime)> {
        let mut wards = self.wards.iter().enumerate();
        wards.find_map(|(index, ward)| match ward.check {
            Check::Running { child, started } if child == ours => {
                Some((service_id(index), started))
            }
            Check::Running { .. }
            | Check::Idle
            | Check::Sampling { .. }
            | Check::Queued { .. }
            | Check::Held { .. }
            | Check::Pinging { .. }
            | Check::Probing { .. } => None,
        })
    }
}

/// What a service's tests look for in what its program prints, each once.
fn patterns(rules: &[Rule]) -> Vec<Box<str>> {
    let mut patterns = Vec::new();
    for rule in rules {
        if let Test::Program(ProgramTest::Content { pattern, .. }) = &rule.test {
            if !patterns.contains(pattern) {
                patterns.push(pattern.clone());
            }
        }
    }
    patterns
}

fn fails_when_killed(rule: &Rule) -> bool {
    let Test::Program(test) = &rule.test else {
        return false;
    };
    match test {
        ProgramTest::Status(limit) => limit.holds(u64::from(KILLED.unsigned_abs())),
        ProgramTest::StatusChanged => true,
        ProgramTest::Content { .. }
        | ProgramTest::ContentChanged
        | ProgramTest::ContentUnchanged => false,
    }
}
