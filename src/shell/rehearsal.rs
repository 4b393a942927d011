//! Reading the control file in a child first.
//!
//! The file may lie on a file system that does not answer, as may an included file, a password file
//! or the user table. What the child finds is found again by the loop: that it ends in time is all
//! that counts.
//!
//! ```text
//!         ask             ended
//!  None ─────► Reading ──────────► load; or, where somebody has asked meanwhile, read anew
//!                 │
//!                 │ time over             ended
//!                 └──────────► Stuck ──────────────► None
//! ```

use std::io;
use std::time::Duration;

use crate::sys::reap::{KILL, WaitStatus, kill_group};
use crate::sys::task::{Task, fork_task};
use crate::time::Moment;

/// How long a child may take.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The child, if there is one.
#[derive(Default)]
pub(super) struct Rehearsal(Option<Child>);

struct Child {
    task: Task,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    /// It has until then; whether somebody has asked again meanwhile.
    Reading { until: Moment, again: bool },
    /// It was killed and is not gone.
    Stuck,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Wait for the child's end.
    Wait,
    /// Read the control file.
    Load,
    /// It cannot be read.
    Refuse(Hindrance),
}

/// What is in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hindrance {
    /// It cannot be read in time.
    Time,
    /// The child had too little memory, and so would we, who cannot be spared.
    Memory,
}

impl Rehearsal {
    /// The control file is to be read; `read` does that in a child.
    pub(super) fn ask(&mut self, now: Moment, read: impl FnOnce()) -> Next {
        match self.0.as_mut().map(|child| &mut child.state) {
            Some(State::Reading { again, .. }) => {
                *again = true;
                Next::Wait
            }
            Some(State::Stuck) => Next::Refuse(Hindrance::Time),
            None => self.begin(now, read),
        }
    }

    fn begin(&mut self, now: Moment, read: impl FnOnce()) -> Next {
        let task = match fork_task(|_| read()) {
            Ok(task) => task,
            Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                return Next::Refuse(Hindrance::Memory);
            }
            // A machine that is short of processes has other troubles.
            Err(_) => return Next::Load,
        };
        let until = now + TIME_LIMIT;
        let state = State::Reading {
            until,
            again: false,
        };
        self.0 = Some(Child { task, state });
        Next::Wait
    }

    /// A process was reaped: `None` where it was not ours.
    pub(super) fn ended(
        &mut self,
        now: Moment,
        (pid, status): (i32, WaitStatus),
        read: impl FnOnce(),
    ) -> Option<Next> {
        let child = self.0.take_if(|child| child.task.pid == pid)?;
        Some(match child.state {
            State::Reading { again: true, .. } => self.begin(now, read),
            State::Reading { again: false, .. } => match status {
                WaitStatus::Exited(_) => Next::Load,
                // Nothing but a lack of memory ends it so; ours would be the same lack.
                WaitStatus::Signaled(_) => Next::Refuse(Hindrance::Memory),
            },
            State::Stuck => Next::Wait,
        })
    }

    /// When the child's time is over.
    pub(super) fn deadline(&self) -> Option<Moment> {
        match self.0.as_ref()?.state {
            State::Reading { until, .. } => Some(until),
            State::Stuck => None,
        }
    }

    /// Gives up a child whose time is over.
    pub(super) fn expire(&mut self, now: Moment) -> Next {
        let over = self.deadline().is_some_and(|until| until <= now);
        let Some(child) = self.0.as_mut().filter(|_| over) else {
            return Next::Wait;
        };
        kill_group(child.task.pid, KILL);
        child.state = State::Stuck;
        Next::Refuse(Hindrance::Time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::reap::wait_for;

    const NOW: Moment = Moment::from_millis(1000);

    fn hang() {
        loop {
            std::thread::park();
        }
    }

    fn end(rehearsal: &mut Rehearsal) -> Option<Next> {
        let pid = rehearsal.0.as_ref().unwrap().task.pid;
        let status = wait_for(pid).unwrap();
        rehearsal.ended(NOW, (pid, status), || {})
    }

    #[test]
    fn what_a_child_could_read_is_read() {
        let mut rehearsal = Rehearsal::default();
        assert_eq!(rehearsal.deadline(), None);
        assert_eq!(rehearsal.ask(NOW, || {}), Next::Wait);
        assert_eq!(rehearsal.deadline(), Some(NOW + TIME_LIMIT));
        let other = (1, WaitStatus::Exited(0));
        assert_eq!(rehearsal.ended(NOW, other, || {}), None);
        assert_eq!(end(&mut rehearsal), Some(Next::Load));
        assert_eq!(rehearsal.deadline(), None);
    }

    #[test]
    fn asked_while_a_child_reads_it_reads_anew() {
        let mut rehearsal = Rehearsal::default();
        assert_eq!(rehearsal.ask(NOW, || {}), Next::Wait);
        assert_eq!(rehearsal.ask(NOW, hang), Next::Wait);
        assert_eq!(end(&mut rehearsal), Some(Next::Wait));
        assert_eq!(end(&mut rehearsal), Some(Next::Load));
    }

    #[test]
    fn what_kills_the_child_would_kill_us() {
        let mut rehearsal = Rehearsal::default();
        assert_eq!(rehearsal.ask(NOW, || std::process::abort()), Next::Wait);
        let refused = Next::Refuse(Hindrance::Memory);
        assert_eq!(end(&mut rehearsal), Some(refused));
        assert_eq!(rehearsal.ask(NOW, || {}), Next::Wait);
        assert_eq!(end(&mut rehearsal), Some(Next::Load));
    }

    #[test]
    fn what_cannot_be_read_in_time_is_refused_until_the_child_is_gone() {
        let mut rehearsal = Rehearsal::default();
        assert_eq!(rehearsal.ask(NOW, hang), Next::Wait);
        assert_eq!(rehearsal.expire(NOW), Next::Wait);
        assert_eq!(
            rehearsal.expire(NOW + TIME_LIMIT),
            Next::Refuse(Hindrance::Time)
        );
        assert_eq!(rehearsal.deadline(), None);
        assert_eq!(rehearsal.expire(NOW + TIME_LIMIT), Next::Wait, "once");
        assert_eq!(rehearsal.ask(NOW, || {}), Next::Refuse(Hindrance::Time));
        assert_eq!(end(&mut rehearsal), Some(Next::Wait));
        assert_eq!(rehearsal.ask(NOW, || {}), Next::Wait);
        assert_eq!(end(&mut rehearsal), Some(Next::Load));
    }
}
