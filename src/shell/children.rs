//! Programs under way: their output, their time limit, their end.
//!
//! ```text
//!  start ──► running ── reaped ──► drain what is in the pipes, read the report, answer
//!              │  ▲                                        │
//!        limit or Kill: SIGKILL, see `Reach`;                └── a check of a long output:
//!        the answer still waits for the reaping                  patterns first, a slice a turn
//! ```
//!
//! The end of a program is its reaped exit, not the end of its output: a daemon it left behind may
//! hold the pipes open for ever. Output is always read, so that nobody waits on a full pipe, but
//! kept only up to the configured limit.

mod ended;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::time::Duration;

use mio::unix::pipe::Receiver;
use mio::{Interest, Token};

use crate::engine::{ChildId, Ending, Input, Reach, Wanted};
use crate::model::Program;
use crate::reading::printed;
use crate::sys;
use crate::sys::reap::WaitStatus;
use crate::sys::spawn::{self, Heard, Identity, Spawn, SpawnError};
use crate::time::Moment;

use self::ended::Ended;
use super::{Registered, Tokens};

/// Reads of [`READ_SIZE`] per wake-up and pipe: a program that prints without end shares the loop.
const READS_PER_TURN: usize = 16;
/// Reads per pipe once a program has ended; what a daemon left behind adds meanwhile is not ours.
const READS_AT_END: usize = 64;
const READ_SIZE: usize = 4096;
/// How many bytes of outputs are looked through at a time, each counted once for every pattern.
const WORK: usize = 64 * 1024;

/// The programs that run.
pub struct Children {
    tokens: Tokens,
    running: Vec<Running>,
    /// Programs that have ended, whose output is being looked through.
    ended: VecDeque<Ended>,
    /// It was said that programs run without anybody hearing what they say.
    unheard_said: bool,
}

struct Running {
    id: ChildId,
    pid: i32,
    output: Capture,
    errors: Capture,
    wanted: Wanted,
    /// Bytes of output to keep.
    keep: usize,
    /// Holds the stage and error number where the program never came to run.
    report: Option<OwnedFd>,
    deadline: Option<Moment>,
    reach: Reach,
    timed_out: bool,
}

/// One program to start.
pub struct Order<'a> {
    /// The engine's name for it.
    pub child: ChildId,
    /// What to run, as whom.
    pub program: &'a Program,
    /// Our own environment, as we were started with.
    pub inherited: &'a [(OsString, OsString)],
    /// Variables added to it.
    pub environment: &'a [(&'static str, String)],
    /// After this long it is killed, if it has a limit.
    pub limit: Option<Duration>,
    /// Whom that kills.
    pub reach: Reach,
    /// Bytes of output to keep.
    pub keep: usize,
    /// What of it is wanted.
    pub wanted: Wanted,
}

impl Children {
    /// None yet.
    pub const fn new(tokens: Tokens) -> Self {
        Self {
            tokens,
            running: Vec::new(),
            ended: VecDeque::new(),
            unheard_said: false,
        }
    }

    /// Starts a program; where that fails at once, the answer is returned.
    pub fn start(&mut self, now: Moment, order: Order<'_>) -> Option<Input> {
        let child = order.child;
        match self.try_start(now, order) {
            Ok(running) => {
                self.running.push(running);
                None
            }
            Err(error) => Some(refusal(child, &error)),
        }
    }

    fn try_start(&mut self, now: Moment, order: Order<'_>) -> Result<Running, SpawnError> {
        let heard = match order.wanted {
            Wanted::Text(_) => Heard::Always,
            Wanted::Reason => Heard::IfPossible,
            Wanted::Nothing => Heard::Never,
        };
        let arguments: Vec<&str> = order.program.arguments.iter().collect();
        let child = spawn::spawn(&Spawn {
            arguments: &arguments,
            inherited: order.inherited,
            additions: order.environment,
            identity: &Identity::of(order.program.terms.uid, order.program.terms.gid),
            tied: heard == Heard::Always,
            heard,
        })?;
        if heard != Heard::Never {
            self.tell_unheard(child.stdout.is_none());
        }
        let mut running = Running {
            id: order.child,
            pid: child.pid,
            output: Capture::closed(order.keep),
            errors: Capture::closed(order.keep),
            wanted: order.wanted,
            keep: order.keep,
            report: child.report,
            deadline: order.limit.map(|limit| now + limit),
            reach: order.reach,
            timed_out: false,
        };
        // A pipe that cannot be watched is not read: the program runs, and that counts.
        running.output.watch(&self.tokens, child.stdout);
        running.errors.watch(&self.tokens, child.stderr);
        Ok(running)
    }

    /// Says once that programs are not heard for lack of descriptors, and when they are again.
    fn tell_unheard(&mut self, unheard: bool) {
        match (unheard, std::mem::replace(&mut self.unheard_said, unheard)) {
            (true, false) => log::error!("No descriptors are left: programs run unheard"),
            (false, true) => log::info!("Descriptors are there again: programs are heard"),
            (true, true) | (false, false) => {}
        }
    }

    /// Whether `token` was one of ours; then what there is to read was read.
    pub fn ready(&mut self, token: Token) -> bool {
        for running in &mut self.running {
            for capture in [&mut running.output, &mut running.errors] {
                if capture.token() == Some(token) {
                    capture.read(READS_PER_TURN);
                    return true;
                }
            }
        }
        false
    }

    /// When the next time limit ends.
    pub fn deadline(&self) -> Option<Moment> {
        self.running
            .iter()
            .filter(|running| !running.timed_out)
            .filter_map(|running| running.deadline)
            .min()
    }

    /// Gives everybody so much more time.
    pub fn postpone(&mut self, time: Duration) {
        for running in &mut self.running {
            running.deadline = running.deadline.map(|deadline| deadline + time);
        }
    }

    /// Kills what ran past its limit.
    pub fn expire(&mut self, now: Moment) {
        for running in &mut self.running {
            let is_over = running.deadline.is_some_and(|deadline| deadline <= now);
            if is_over && !running.timed_out {
                running.timed_out = true;
                running.kill();
            }
        }
    }

    /// Kills a program by order of the engine.
    pub fn kill(&mut self, child: ChildId) {
        if let Some(running) = self.running.iter().find(|running| running.id == child) {
            running.kill();
        }
    }

    /// A process was reaped: the answer to the order it was, if it was one and that is known at
    /// once.
    pub fn ended(&mut self, pid: i32, status: WaitStatus) -> Option<Input> {
        let at = self.running.iter().position(|r| r.pid == pid)?;
        let mut running = self.running.swap_remove(at);
        if let Some(error) = running.report.as_ref().and_then(spawn::exec_failure) {
            return Some(refusal(running.id, &error));
        }
        running.output.read(READS_AT_END);
        running.errors.read(READS_AT_END);
        let ending = match status {
            _ if running.timed_out => Ending::TimedOut,
            WaitStatus::Exited(code) => Ending::Exited(code),
            WaitStatus::Signaled(signal) => Ending::Signaled(signal),
        };
        match running.wanted {
            Wanted::Reason | Wanted::Nothing => {
                let (errors, output) = (running.errors.kept, running.output.kept);
                Some(Input::ChildExited {
                    child: running.id,
                    ending,
                    output: if errors.is_empty() { output } else { errors }.into(),
                })
            }
            Wanted::Text(patterns) => {
                let (errors, output) = (&running.errors.kept, &running.output.kept);
                let output = printed(errors, output, running.keep);
                let ended = Ended::new(running.id, running.pid, ending, output, patterns);
                self.ended.push_back(ended);
                self.step()
            }
        }
    }

    /// Whether outputs wait for a [`Self::step`].
    pub fn is_busy(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Looks through a piece of an output, and answers if that was the last one.
    pub fn step(&mut self) -> Option<Input> {
        let mut ended = self.ended.pop_front()?;
        if ended.look(WORK) {
            return Some(ended.answer());
        }
        self.ended.push_back(ended);
        None
    }

    /// The numbers of all that run.
    pub fn pids(&self) -> impl Iterator<Item = i32> + '_ {
        self.running.iter().map(|running| running.pid)
    }
}

impl Running {
    /// Nobody to signal means that it is gone, and its reaping is on the way.
    fn kill(&self) {
        match self.reach {
            Reach::Program => sys::reap::kill(self.pid, sys::reap::KILL),
            Reach::Group => sys::reap::kill_group(self.pid, sys::reap::KILL),
        };
    }
}

fn refusal(child: ChildId, error: &SpawnError) -> Input {
    Input::SpawnFailed {
        child,
        reason: error.to_string().into(),
        shortage: error.is_shortage(),
    }
}

/// One pipe of a program, and what is kept of it.
struct Capture {
    pipe: Option<Registered<Receiver>>,
    kept: Vec<u8>,
    keep: usize,
}

impl Capture {
    const fn closed(keep: usize) -> Self {
        Self {
            pipe: None,
            kept: Vec::new(),
            keep,
        }
    }

    fn watch(&mut self, tokens: &Tokens, pipe: Option<OwnedFd>) {
        let register = |pipe| {
            tokens
                .register(Receiver::from(pipe), Interest::READABLE)
                .ok()
        };
        self.pipe = pipe.and_then(register);
    }

    fn token(&self) -> Option<Token> {
        self.pipe.as_ref().map(Registered::token)
    }

    /// Reads until there is nothing more, the writers are gone, or `turns` reads were done.
    fn read(&mut self, turns: usize) {
        let Some(pipe) = &mut self.pipe else { return };
        let mut buffer = [0; READ_SIZE];
        for _ in 0..turns {
            match pipe.read(&mut buffer) {
                Ok(0) => {
                    self.pipe = None;
                    return;
                }
                Ok(length) => {
                    let room = self.keep - self.kept.len();
                    self.kept.extend_from_slice(&buffer[..length.min(room)]);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.pipe = None;
                    return;
                }
            }
        }
        if pipe.rearm().is_err() {
            self.pipe = None;
        }
    }
}

#[cfg(test)]
mod tests;
