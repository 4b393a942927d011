//! Where things happen: the loop, and everything that touches the world on the engine's orders.
//!
//! ```text
//!             ┌──────────── wait: the nearest deadline, or readiness ◄───────────┐
//!             ▼                                                                  │
//!   children, signals ─► sockets ─► timers ─► new clients ─► a slice of looking ─► store
//!           │               │          │                           │
//!           └───────────────┴─ inputs ─┴───────────────────────────┘
//!                            ▼
//!                  engine.handle(now, input), then every effect of it, then the next input
//! ```
//!
//! Nothing here waits but [`Reactor::wait`]. Each turn is bounded: so many events, so many reads of
//! a pipe, so many accepts, one slice of a checksum. What has come is taken before it is found to
//! be late: we may have been stopped meanwhile.

mod answer;
pub mod children;
pub mod clock;
pub mod connection;
mod descriptor;
pub mod exits;
pub mod files;
pub mod held;
pub mod identity;
pub mod log;
pub mod mailer;
mod missing;
pub mod obstacle;
mod perform;
pub mod pidfile;
pub mod pinger;
pub mod places;
mod platform;
pub mod prober;
pub mod reactor;
mod rehearsal;
mod reload;
pub mod resolve;
pub mod server;
pub mod setup;
pub mod signals;
mod start;
pub mod statefile;
#[cfg(test)]
mod testing;
#[cfg_attr(not(feature = "tls"), path = "without_tls.rs")]
pub mod tls;
mod token;

pub use token::{Registered, Tokens, Watchable};

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mio::Token;

use crate::engine::{Command, Engine, Input};
use crate::http::request::body_limit;
use crate::http::token::Secret;
use crate::model::Model;
use crate::sample::Sampler;
use crate::sys;
use crate::time::{Moment, Now};
use crate::view::Instance;

use self::answer::Reply;
use self::children::Children;
use self::exits::Exits;
use self::held::{Held, Launch};
use self::mailer::Mailer;
use self::missing::Missing;
use self::pidfile::Pidfile;
use self::pinger::Pinger;
use self::prober::Prober;
use self::reactor::Reactor;
use self::rehearsal::Rehearsal;
use self::resolve::Resolver;
use self::server::Server;
use self::setup::Source;
use self::signals::Signals;
use self::statefile::{Kind, Notice, Store};

/// How long a daemon told to stop tries to get its last mails out: whoever stops it, an operator or
/// a machine going down, waits for that. What is not out by then is kept for the next start.
const LAST_WORDS: Duration = Duration::from_millis(800);
/// The same for a single pass, which has nobody waiting for it.
const PASS_MAIL_TIME: Duration = Duration::from_secs(60);

/// A shorter sleep is not worth fetching anew what running needs.
const REST: Duration = Duration::from_millis(250);

/// Whoever wakes up so much too late was stopped, or has no memory to run in. That peers did not
/// answer him in time is then not their fault.
const HELD_UP: Duration = Duration::from_secs(1);

/// What a run is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Supervise until told to stop.
    Supervise,
    /// One pass over everything.
    Pass {
        /// Say what would be done instead of doing it.
        dry_run: bool,
    },
    /// Carry out one command in this very process (reference F16).
    Obey(Command),
}

/// One run: the engine and all that acts for it.
pub struct Shell {
    source: Source,
    purpose: Purpose,
    /// Somebody's terminal is still ours.
    foreground: bool,
    engine: Engine,
    /// What the effects of an input brought at once; empty between turns.
    inputs: VecDeque<Input>,
    reactor: Reactor,
    signals: Signals,
    children: Children,
    /// Programs that wait until the state that knows of them is stored.
    held: Held<Launch>,
    /// Answers to commands that wait for the same.
    replies: Held<Reply>,
    exits: Exits,
    sampler: Sampler,
    prober: Prober,
    pinger: Pinger,
    mailer: Mailer,
    server: Server,
    /// Looks up the names that the status server's rules hold.
    names: Resolver,
    store: Store,
    /// A reload that has begun.
    rehearsal: Rehearsal,
    instance: Instance,
    /// When this configuration was loaded. Its age is told by this clock: the one for people may
    /// have been years behind at boot.
    loaded: Moment,
    secret: Secret,
    /// Our own environment, for the programs we start.
    inherited: Vec<(OsString, OsString)>,
    /// While we supervise.
    pidfile: Option<Pidfile>,
    missing: Missing,
    /// It was said that there is no memory for status pages.
    short_of_memory: bool,
    /// When the last turn of the loop began.
    turned: Moment,
    /// Set once all is said: when we go, whether or not the last mails are out.
    farewell: Option<Moment>,
}

impl Shell {
    /// The loop.
    ///
    /// # Errors
    /// When even waiting fails: nothing can be done then but to end and be started anew.
    pub fn run(&mut self) -> io::Result<()> {
        while !self.is_over() {
            let patience = self.patience();
            let may_rest = patience.is_none_or(|time| time >= REST) && self.is_resting();
            let mut ready = match may_rest {
                true => self.reactor.rest(patience),
                false => self.reactor.wait(patience),
            }?;
            let now = clock::now();
            let lost = self.lost_time(now.moment, patience);
            if let Some(lost) = lost {
                // Whatever has come between that answer and this look at the clock.
                ready.extend(self.reactor.wait(Some(Duration::ZERO))?);
                self.postpone(lost);
            }
            if ready.contains(&signals::TOKEN) {
                self.heed_signals();
            }
            for token in &ready {
                self.heed_socket(*token);
            }
            self.heed_timers(now, lost.is_some());
            for token in &ready {
                self.server.accept(clock::moment(), *token);
            }
            self.look();
            self.keep();
        }
        Ok(())
    }

    /// For how long we were not there, where this turn should have begun long ago.
    fn lost_time(&mut self, now: Moment, patience: Option<Duration>) -> Option<Duration> {
        let passed = now.since(std::mem::replace(&mut self.turned, now));
        let lost = passed.checked_sub(patience?)?;
        Some(lost).filter(|lost| *lost > HELD_UP)
    }

    /// Whoever held us up may have held up our children, too. What begins in this turn has lost
    /// nothing: this comes first.
    fn postpone(&mut self, lost: Duration) {
        self.children.postpone(lost);
        self.sampler.postpone(lost);
        self.feed(Input::HeldUp(lost));
    }

    /// How long there is nothing to do: until the nearest deadline.
    fn patience(&self) -> Option<Duration> {
        if self.sampler.is_busy() || self.children.is_busy() {
            return Some(Duration::ZERO);
        }
        let deadlines = [
            self.engine.deadline(),
            self.children.deadline(),
            self.exits.deadline(),
            self.held.deadline(),
            self.replies.deadline(),
            self.sampler.deadline(),
            self.prober.deadline(),
            self.pinger.deadline(),
            self.mailer.deadline(),
            self.server.deadline(),
            self.store.deadline(),
            self.rehearsal.deadline(),
            self.pidfile.as_ref().and_then(Pidfile::deadline),
            self.farewell,
        ];
        let next = deadlines.into_iter().flatten().min()?;
        Some(clock::moment().until(next))
    }

    /// Whether nothing is under way: there is only waiting for a time, or for somebody to come.
    fn is_resting(&self) -> bool {
        let under_way = [
            self.children.deadline(),
            self.exits.deadline(),
            self.held.deadline(),
            self.sampler.deadline(),
            self.prober.deadline(),
            self.pinger.deadline(),
            self.rehearsal.deadline(),
        ];
        under_way.iter().all(Option::is_none)
            && self.mailer.is_idle(clock::moment())
            && !self.store.is_writing()
            && !self.server.has_clients()
    }

    /// Does what was due when this turn began.
    fn heed_timers(&mut self, now: Now, held_up: bool) {
        let moment = now.moment;
        if held_up {
            self.prober.excuse(now);
            self.pinger.excuse(now);
            self.settle();
        }
        if let Some(pidfile) = &mut self.pidfile {
            pidfile.expire(moment);
        }
        if self.engine.deadline().is_some_and(|at| at <= moment) {
            self.look_around();
            self.feed(Input::Wake);
        }
        self.tell_gone();
        self.children.expire(moment);
        self.sampler.expire(moment);
        self.server.expire(moment);
        self.expire_rehearsal(moment);
        let names = self.server.names_due(moment);
        self.ask_for(&names);
        if self.prober.deadline().is_some_and(|at| at <= moment) {
            self.prober.expire(now);
            self.settle();
        }
        if self.pinger.deadline().is_some_and(|at| at <= moment) {
            self.pinger.expire(now);
            self.settle();
        }
        if self.mailer.deadline().is_some_and(|at| at <= moment) {
            self.mailer.expire(now);
        }
    }

    fn heed_signals(&mut self) {
        let caught = self.signals.take();
        if caught.child {
            self.reap();
        }
        // A command that somebody started in a terminal ends with the terminal.
        let supervising = self.purpose == Purpose::Supervise;
        if caught.terminate || caught.hangup && !supervising {
            self.stop();
        }
        if caught.hangup && supervising {
            self.reload();
        }
        if caught.user1 {
            ::log::debug!("Awakened by User defined signal 1");
            self.obey(Command::CheckNow);
        }
    }

    /// Takes every child that has ended. As process 1 of a container we get others' orphans too.
    fn reap(&mut self) {
        while let Some((pid, status)) = sys::reap::reap() {
            let is_task = self.prober.task_ended(pid)
                || self.pinger.task_ended(pid)
                || self.mailer.task_ended(pid)
                || self.names.task_ended(pid)
                || self.sampler.task_ended(pid);
            if is_task || self.rehearsal_ended(pid, status) {
                continue; // its answer is in its pipe
            }
            if let Some(input) = self.children.ended(pid, status) {
                self.feed(input);
            } else if let Some(notice) = self.store.ended(clock::moment(), pid, status) {
                notice.into_iter().for_each(tell);
            }
        }
    }

    fn heed_socket(&mut self, token: Token) {
        if self.children.ready(token) {
            return;
        }
        if self.exits.ready(clock::moment(), token) {
            self.tell_gone();
        } else if self.prober.ready(clock::now(), token) || self.pinger.ready(clock::now(), token) {
            self.settle();
        } else if self.mailer.ready(clock::now(), token) {
            // What it has to say is said at the end of the turn.
        } else if self.names.ready(token) {
            self.tell_names();
        } else if let Some(asked) = self.server.ready(clock::moment(), token) {
            self.answer(asked);
        }
    }

    fn tell_gone(&mut self) {
        for process in self.exits.gone(clock::moment()) {
            self.feed(Input::ProcessGone { process });
        }
    }

    /// A slice of what the engine wants to be looked at.
    fn look(&mut self) {
        if let Some(input) = self.children.step() {
            self.feed(input);
        }
        if self.sampler.is_busy() {
            let ours: Vec<i32> = self.children.pids().collect();
            let readings = self.sampler.step(clock::moment(), &ours);
            if !readings.is_empty() {
                self.feed(Input::Sampled(readings));
            }
            let unchanged = self.sampler.unchanged();
            if !unchanged.is_empty() {
                self.feed(Input::Unchanged(unchanged));
            }
        }
    }

    /// Does what somebody asks for. Who asks for a look wants no reading of an earlier cycle.
    fn obey(&mut self, command: Command) {
        if matches!(command, Command::CheckNow) {
            self.sampler.stir();
            self.look_around();
        }
        self.feed(Input::Command(command));
    }

    /// Gives one input to the engine, then every input its effects had at once.
    fn feed(&mut self, input: Input) {
        self.inputs.push_back(input);
        self.settle();
    }

    /// Gives the engine every input that waits.
    fn settle(&mut self) {
        loop {
            let outcomes = self.prober.outcomes().into_iter();
            self.inputs
                .extend(outcomes.map(|(probe, outcome)| Input::ProbeEnded { probe, outcome }));
            let untried = self.prober.untried().into_iter();
            self.inputs
                .extend(untried.map(|(probe, reason)| Input::ProbeUntried { probe, reason }));
            let answers = self.pinger.answers().into_iter();
            self.inputs
                .extend(answers.map(|(probe, answer)| Input::PingEnded { probe, answer }));
            let Some(input) = self.inputs.pop_front() else {
                return;
            };
            self.engine.handle(clock::now(), input);
            self.perform_all();
            self.held.seal(&self.store);
        }
    }

    /// Does what waited for the disk, says what the mailer has to say, and starts to write what has
    /// changed.
    fn keep(&mut self) {
        self.launch_held();
        self.send_replies();
        for (priority, line) in self.mailer.lines() {
            ::log::log!(perform::level(priority), "{line}");
        }
        if let Some(queue) = self.mailer.unsaved() {
            self.store.put(Kind::Mail, queue);
        }
        let notice = self.store.write(clock::moment());
        notice.into_iter().for_each(tell);
    }

    /// SIGTERM: at the second one, or in a run nobody waits for, without last words.
    fn stop(&mut self) {
        if self.farewell.is_some() || self.purpose != Purpose::Supervise {
            self.farewell = Some(clock::moment());
        } else {
            self.feed(Input::Stop);
        }
    }

    /// All is said: from here on only mails and files are finished, for so long at most.
    fn begin_farewell(&mut self, time: Duration) {
        if self.farewell.is_none() {
            self.farewell = Some(clock::moment() + time);
            self.store.hurry();
        }
    }

    fn is_over(&mut self) -> bool {
        if self.purpose != Purpose::Supervise && self.engine.is_idle() {
            self.begin_farewell(PASS_MAIL_TIME);
        }
        let now = clock::moment();
        let is_kept = self.store.is_settled() || self.store.is_failing();
        let is_settled = is_kept && self.mailer.is_idle(now);
        self.farewell.is_some_and(|end| is_settled || now >= end)
    }

    /// Opens the status server as `model` has it, or changes it. This comes before the effects that
    /// tell of a start or a reload: whoever reads of it may ask.
    fn serve(server: &mut Server, model: &Model) -> Vec<Box<str>> {
        let httpd = model.settings.httpd.as_ref();
        server.configure(clock::moment(), httpd, body_limit(model))
    }

    /// Has names looked up for the status server.
    fn ask_for(&mut self, names: &[Box<str>]) {
        for name in names {
            self.names.let_go(name); // of an earlier configuration
            let answer = self.names.ask(name);
            debug_assert!(answer.is_none(), "numbers are known without asking");
        }
        self.tell_names();
    }

    /// Hands the status server the addresses of the names in its rules.
    fn tell_names(&mut self) {
        let now = clock::moment();
        for (name, answer) in self.names.answers() {
            match answer {
                Ok(found) => {
                    let addresses = found.iter().map(SocketAddr::ip).collect();
                    self.server.resolved(now, &name, addresses);
                }
                Err(obstacle) => self.server.not_found(now, name, &obstacle.words),
            }
        }
    }

    /// Keeps the pidfile while this runs.
    pub fn keep_pidfile(&mut self, pidfile: Pidfile) {
        self.pidfile = Some(pidfile);
    }

    /// Gives it back: it is released when nothing else of this run is left.
    pub const fn give_up_pidfile(&mut self) -> Option<Pidfile> {
        self.pidfile.take()
    }

    /// The engine, for those who report at the end of a pass.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }
}

fn tell(notice: Notice) {
    match notice {
        Notice::Failed(text) => ::log::error!("{text}"),
        Notice::Recovered(text) => ::log::info!("{text}"),
    }
}
