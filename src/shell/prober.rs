//! Connection tests: all that are due side by side, under one cap.
//!
//! ```text
//!  start ──► queue ──► Resolving ──► Open ──► outcome
//!                │          │          │
//!                └── cancel, or its time limit: gone, and the next of the queue begins
//! ```
//!
//! Each probe costs its own time limit and nobody else's. The limit for the look-up of its name and
//! that for its connection follow each other. What a failed probe reports is the reason alone: whom
//! it was about, the engine knows.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;

use mio::Token;

use super::Tokens;
use super::clock::Stopwatch;
use super::connection::{Address, Connection, Ending, Plan};
use super::obstacle::HELD_UP;
use super::resolve::{Answer, Resolver, within_reach};
use super::tls::{self, Policy};
use crate::engine::{Lacking, ProbeId, ProbeOutcome};
use crate::model::{self, Destination, Limits, Transport};
use crate::protocol::{self, Dialogue};
use crate::time::{Moment, Now};

/// Probes under way at once; further ones wait for their turn.
const MAX_OPEN: usize = 64;

/// Runs connection tests.
pub struct Prober {
    tokens: Tokens,
    client: tls::Client,
    limits: Limits,
    resolver: Resolver,
    queue: VecDeque<(ProbeId, Rc<model::Connection>)>,
    open: Vec<Probe>,
    outcomes: Vec<Ended>,
    /// Those the machine was too short of something to try.
    untried: Vec<(ProbeId, Box<str>)>,
    /// Whether queued probes wait for one under way to leave what they need.
    is_short: bool,
}

/// A probe and how it ended, or why it cannot be made here.
pub type Ended = (ProbeId, Result<ProbeOutcome, Lacking>);

struct Probe {
    id: ProbeId,
    test: Rc<model::Connection>,
    state: State,
}

enum State {
    /// Until the name has addresses, or for so long.
    Resolving { place: Place, until: Moment },
    /// The connection is under way.
    Open(Box<Dial>),
}

/// A port of a host that is known by name.
#[derive(Clone)]
struct Place {
    host: Box<str>,
    port: u16,
}

struct Dial {
    connection: Connection,
    dialogue: Box<dyn Dialogue>,
    watch: Stopwatch,
}

impl Prober {
    /// Nothing to do yet. `client` remembers verdicts on certificates.
    pub fn new(tokens: Tokens, client: tls::Client) -> Self {
        Self {
            resolver: Resolver::new(tokens.clone()),
            tokens,
            client,
            limits: Limits::default(),
            queue: VecDeque::new(),
            open: Vec::new(),
            outcomes: Vec::new(),
            untried: Vec::new(),
            is_short: false,
        }
    }

    /// The limits of the configuration that holds from here on.
    pub fn configure(&mut self, limits: &Limits) {
        self.limits = limits.clone();
    }

    /// Begins a probe, or queues it while too many are under way.
    pub fn start(&mut self, now: Now, id: ProbeId, test: Rc<model::Connection>) {
        self.queue.push_back((id, test));
        self.fill(now);
    }

    /// Nobody waits for this probe any more.
    pub fn cancel(&mut self, now: Now, id: ProbeId) {
        self.queue.retain(|(queued, _)| *queued != id);
        self.outcomes.retain(|(ended, _)| *ended != id);
        self.untried.retain(|(ended, _)| *ended != id);
        if let Some(index) = self.open.iter().position(|probe| probe.id == id) {
            self.remove(index);
            self.fill(now);
        }
    }

    /// Whether `token` was one of ours; then its owner went on as far as it could.
    pub fn ready(&mut self, now: Now, token: Token) -> bool {
        if self.resolver.ready(token) {
            self.fill(now);
            return true;
        }
        let Some(index) = self.open.iter().position(|probe| probe.owns(token)) else {
            return false;
        };
        let ending = match &mut self.open[index].state {
            State::Open(dial) => dial.connection.ready(now, &mut *dial.dialogue),
            State::Resolving { .. } => None,
        };
        if let Some(ending) = ending {
            self.finish(now, index, ending);
            self.fill(now);
        }
        true
    }

    /// When [`Self::expire`] is due.
    pub fn deadline(&self) -> Option<Moment> {
        self.open.iter().map(Probe::deadline).min()
    }

    /// Gives up what has run out of time while we were not there to take its answer, and begins
    /// what waited for it.
    pub fn excuse(&mut self, now: Now) {
        let is_over = |probe: &Probe| probe.deadline() <= now.moment;
        while let Some(index) = self.open.iter().position(is_over) {
            let probe = self.remove(index);
            self.untried.push((probe.id, HELD_UP.into()));
        }
        self.fill(now);
    }

    /// Ends what has run out of time, and begins what waited for it.
    pub fn expire(&mut self, now: Now) {
        let mut index = 0;
        while index < self.open.len() {
            match self.open[index].expire(now) {
                Some(ending) => self.finish(now, index, ending),
                None => index += 1,
            }
        }
        self.fill(now);
    }

    /// A process was reaped. Whether it was a look-up of ours.
    pub fn task_ended(&mut self, pid: i32) -> bool {
        self.resolver.task_ended(pid)
    }

    /// The probes that have ended since this was last asked, in that order.
    pub fn outcomes(&mut self) -> Vec<Ended> {
        std::mem::take(&mut self.outcomes)
    }

    /// The probes of which nothing is known, and why, since this was last asked.
    pub fn untried(&mut self) -> Vec<(ProbeId, Box<str>)> {
        std::mem::take(&mut self.untried)
    }

    /// Hands out answers of look-ups and begins queued probes until there is room for none.
    fn fill(&mut self, now: Now) {
        self.is_short = false;
        loop {
            let answers = self.resolver.answers();
            for (host, answer) in &answers {
                self.tell(now, host, answer);
            }
            if self.open.len() < MAX_OPEN && !self.is_short {
                if let Some((id, test)) = self.queue.pop_front() {
                    self.begin(now, id, test);
                    continue;
                }
            }
            if answers.is_empty() {
                return;
            }
        }
    }

    fn begin(&mut self, now: Now, id: ProbeId, test: Rc<model::Connection>) {
        if test.tls.is_some() && !tls::is_ready() {
            return self.outcomes.push((id, Err(Lacking::Randomness)));
        }
        let place = match &test.destination {
            Destination::Unix(path) => {
                let addresses = vec![Address::Unix(path.clone())];
                return self.dial(now, id, test, addresses);
            }
            Destination::Host { host, port } => Place {
                host: host.clone(),
                port: *port,
            },
        };
        match self.resolver.ask(&place.host) {
            Some(answer) => self.resolved(now, id, test, &place, &answer),
            None => {
                let until = now.moment + test.timeout;
                let state = State::Resolving { place, until };
                self.open.push(Probe { id, test, state });
            }
        }
    }

    /// A name has been looked up, for all who asked.
    fn tell(&mut self, now: Now, host: &str, answer: &Answer) {
        let mut index = 0;
        while index < self.open.len() {
            match &self.open[index].state {
                State::Resolving { place, .. } if *place.host == *host => {
                    let place = place.clone();
                    let probe = self.open.remove(index);
                    self.resolved(now, probe.id, probe.test, &place, answer);
                }
                State::Resolving { .. } | State::Open(_) => index += 1,
            }
        }
    }

    fn resolved(
        &mut self,
        now: Now,
        id: ProbeId,
        test: Rc<model::Connection>,
        place: &Place,
        answer: &Answer,
    ) {
        match answer {
            Ok(found) => {
                let usable = |address: &&SocketAddr| test.family.has(address.ip());
                let found: Vec<SocketAddr> = found.iter().filter(usable).copied().collect();
                if found.is_empty() {
                    let reason = "it has no address of the kind that is asked for";
                    self.outcomes.push((id, failed(place.unresolved(reason))));
                    return;
                }
                match within_reach(found) {
                    Some(found) => self.dial(now, id, test, Address::all(&found, place.port)),
                    None => self.outcomes.push((id, Err(Lacking::Ipv6))),
                }
            }
            Err(obstacle) => {
                let words = place.unresolved(&obstacle.words);
                self.refused(id, test, words, obstacle.is_shortage);
            }
        }
    }

    fn dial(
        &mut self,
        now: Now,
        id: ProbeId,
        test: Rc<model::Connection>,
        addresses: Vec<Address>,
    ) {
        let watch = Stopwatch::start();
        let plan = plan(&test, addresses);
        match Connection::open(now, plan, &self.tokens, &self.client) {
            Ok(connection) => {
                let dial = Dial {
                    connection,
                    dialogue: protocol::dialogue(&test, &self.limits),
                    watch,
                };
                let state = State::Open(Box::new(dial));
                self.open.push(Probe { id, test, state });
            }
            Err(obstacle) => self.refused(id, test, obstacle.words, obstacle.is_shortage),
        }
    }

    /// A probe could not be begun. For want of what others use it waits for the end of one of them.
    fn refused(
        &mut self,
        id: ProbeId,
        test: Rc<model::Connection>,
        words: Box<str>,
        is_shortage: bool,
    ) {
        if !is_shortage {
            self.outcomes.push((id, failed(words)));
        } else if self.open.is_empty() {
            self.untried.push((id, words));
        } else {
            self.is_short = true;
            self.queue.push_front((id, test));
        }
    }

    /// A probe is over, unless a datagram was refused and there is another address: refusals of
    /// datagrams come late, when the connection has long been thought to stand.
    fn finish(&mut self, now: Now, index: usize, ending: Ending) {
        let probe = self.remove(index);
        let (result, certificate, untried) = match probe.state {
            State::Resolving { .. } => (ending.map(|()| 0), None, Vec::new()),
            State::Open(dial) => (
                ending.map(|()| dial.watch.microseconds()),
                dial.connection.certificate(),
                dial.connection.untried(),
            ),
        };
        if result.is_err() && probe.test.transport == Transport::Udp && !untried.is_empty() {
            return self.dial(now, probe.id, probe.test, untried);
        }
        let outcome = ProbeOutcome {
            result,
            certificate,
        };
        self.outcomes.push((probe.id, Ok(outcome)));
    }

    fn remove(&mut self, index: usize) -> Probe {
        let probe = self.open.remove(index);
        if let State::Resolving { place, .. } = &probe.state {
            self.resolver.let_go(&place.host);
        }
        probe
    }
}

impl Probe {
    fn owns(&self, token: Token) -> bool {
        match &self.state {
            State::Open(dial) => dial.connection.owns(token),
            State::Resolving { .. } => false,
        }
    }

    fn deadline(&self) -> Moment {
        match &self.state {
            State::Resolving { until, .. } => *until,
            State::Open(dial) => dial.connection.deadline(),
        }
    }

    fn expire(&mut self, now: Now) -> Option<Ending> {
        match &mut self.state {
            State::Open(dial) => dial.connection.expire(now, &mut *dial.dialogue),
            State::Resolving { place, until } if *until <= now.moment => {
                Some(Err(place.unresolved("the resolver did not answer in time")))
            }
            State::Resolving { .. } => None,
        }
    }
}

impl Place {
    /// The original's words, and why.
    fn unresolved(&self, reason: &str) -> Box<str> {
        format!("Cannot resolve [{}]:{} -- {reason}", self.host, self.port).into()
    }
}

fn plan(test: &model::Connection, addresses: Vec<Address>) -> Plan {
    let name = match &test.destination {
        Destination::Host { host, .. } => host.clone(),
        Destination::Unix(_) => "localhost".into(),
    };
    let tls = test.tls.as_ref().map(|options| Policy {
        verify: options.verify,
        pin: options.pin.clone(),
        terms: options.terms.clone(),
        name,
    });
    Plan {
        addresses,
        source: test.source,
        transport: test.transport,
        is_tls_first: test.tls.as_ref().is_some_and(|options| !options.starttls),
        tls,
        timeout: test.timeout,
    }
}

fn failed(words: Box<str>) -> Result<ProbeOutcome, Lacking> {
    Ok(ProbeOutcome {
        result: Err(words),
        certificate: None,
    })
}

#[cfg(test)]
mod tests;
