//! Echo requests: all that are due side by side, under one cap.
//!
//! ```text
//!  start ──► queue ──► Resolving ──► Waiting ──► answer
//!                │          │           │ ▲
//!                │          │           └─┘ the name's next address
//!                └── cancel, or its time limit: gone, and the next of the queue begins
//! ```
//!
//! Each order is one try: one request to each address of the host, in turn, until a reply comes or
//! the time limit has passed. The addresses share that time, so that a dead one does not use it up;
//! a late reply to an earlier one still counts. All requests of a family and source address travel
//! over one socket, which is opened when it is needed and closed when nobody waits any more: five
//! hundred silent hosts cost two descriptors.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use mio::net::UdpSocket;
use mio::{Interest, Token};

use super::clock::Stopwatch;
use super::obstacle::HELD_UP;
use super::resolve::{Answer, Resolver, within_reach};
use super::{Registered, Tokens};
use crate::engine::{PingAnswer, ProbeId};
use crate::model::Ping;
use crate::protocol::icmp::{self, Echo, Version};
use crate::sys::echo::{self, EchoError};
use crate::sys::{errno, random};
use crate::time::{Moment, Now};

/// Hosts asked at once; further ones wait for their turn. The replies to so many find room in a
/// socket's buffer.
const MAX_OPEN: usize = 64;

/// The most packets read from a socket at one wake-up: a flood shares the loop with the others.
const READ_BUDGET: usize = 128;

/// Sends echo requests.
pub struct Pinger {
    tokens: Tokens,
    resolver: Resolver,
    queue: VecDeque<(ProbeId, Rc<Ping>)>,
    open: Vec<Flight>,
    sockets: Vec<Socket>,
    /// Of the last request.
    sequence: u16,
    answers: Vec<(ProbeId, PingAnswer)>,
}

/// One order under way.
struct Flight {
    id: ProbeId,
    ping: Rc<Ping>,
    /// When the look-up of the name, or the wait for a reply, has lasted too long.
    until: Moment,
    state: State,
}

enum State {
    /// Until the name has addresses.
    Resolving,
    /// For a reply.
    Waiting(Wait),
}

struct Wait {
    untried: VecDeque<SocketAddr>,
    asked: Vec<Asked>,
    /// When the next address gets its turn.
    next: Moment,
}

/// A request that was sent.
struct Asked {
    echo: Echo,
    to: IpAddr,
    /// That of the socket.
    over: Token,
    watch: Stopwatch,
}

struct Socket {
    /// What it is bound to.
    source: SocketAddr,
    registered: Registered<UdpSocket>,
    is_raw: bool,
    identity: u16,
}

impl Pinger {
    /// Nothing to do yet.
    pub fn new(tokens: Tokens) -> Self {
        Self {
            resolver: Resolver::new(tokens.clone()),
            tokens,
            queue: VecDeque::new(),
            open: Vec::new(),
            sockets: Vec::new(),
            sequence: 0,
            answers: Vec::new(),
        }
    }

    /// Begins a try, or queues it while too many are under way.
    pub fn start(&mut self, now: Now, id: ProbeId, ping: Rc<Ping>) {
        self.queue.push_back((id, ping));
        self.fill(now);
    }

    /// Nobody waits for this try any more.
    pub fn cancel(&mut self, now: Now, id: ProbeId) {
        self.queue.retain(|(queued, _)| *queued != id);
        self.answers.retain(|(ended, _)| *ended != id);
        if let Some(index) = self.open.iter().position(|flight| flight.id == id) {
            self.remove(index);
            self.fill(now);
        }
    }

    /// Whether `token` was one of ours; then what there is to read was read.
    pub fn ready(&mut self, now: Now, token: Token) -> bool {
        if self.resolver.ready(token) {
            self.fill(now);
            return true;
        }
        let is_its = |socket: &Socket| socket.registered.token() == token;
        let Some(index) = self.sockets.iter().position(is_its) else {
            return false;
        };
        self.read(index);
        self.fill(now);
        true
    }

    /// When [`Self::expire`] is due.
    pub fn deadline(&self) -> Option<Moment> {
        self.open.iter().map(Flight::deadline).min()
    }

    /// Gives up what has run out of time while we were not there to take its answer, and begins
    /// what waited for it.
    pub fn excuse(&mut self, now: Now) {
        let is_over = |flight: &Flight| flight.until <= now.moment;
        while let Some(index) = self.open.iter().position(is_over) {
            self.finish(index, PingAnswer::Short(HELD_UP.into()));
        }
        self.fill(now);
    }

    /// Ends what has run out of time, asks further addresses, and begins what waited.
    pub fn expire(&mut self, now: Now) {
        let mut index = 0;
        while index < self.open.len() {
            let flight = &self.open[index];
            let until = flight.until;
            if until <= now.moment {
                let answer = match flight.state {
                    State::Resolving => {
                        PingAnswer::Unresolved("the resolver did not answer in time".into())
                    }
                    State::Waiting(_) => PingAnswer::Silent,
                };
                self.finish(index, answer);
            } else if flight.deadline() <= now.moment && self.ask(now, index).is_some() {
                // The address that was to be next cannot be asked, and no other is left. An
                // earlier one may still reply.
                if let State::Waiting(wait) = &mut self.open[index].state {
                    wait.next = until;
                }
                index += 1;
            } else {
                index += 1;
            }
        }
        self.fill(now);
    }

    /// A process was reaped. Whether it was a look-up of ours.
    pub fn task_ended(&mut self, pid: i32) -> bool {
        self.resolver.task_ended(pid)
    }

    /// The tries that have ended since this was last asked, in that order.
    pub fn answers(&mut self) -> Vec<(ProbeId, PingAnswer)> {
        std::mem::take(&mut self.answers)
    }

    /// Hands out answers of look-ups and begins queued tries until there is room for none.
    fn fill(&mut self, now: Now) {
        loop {
            let answers = self.resolver.answers();
            for (host, answer) in &answers {
                self.tell(now, host, answer);
            }
            if self.open.len() < MAX_OPEN {
                if let Some((id, ping)) = self.queue.pop_front() {
                    self.begin(now, id, ping);
                    continue;
                }
            }
            if answers.is_empty() {
                break;
            }
        }
        if self.open.is_empty() {
            self.sockets.clear();
        }
    }

    fn begin(&mut self, now: Now, id: ProbeId, ping: Rc<Ping>) {
        let answer = self.resolver.ask(&ping.host);
        let until = now.moment + ping.timeout;
        let state = State::Resolving;
        self.open.push(Flight {
            id,
            ping,
            until,
            state,
        });
        if let Some(answer) = answer {
            self.resolved(now, self.open.len() - 1, &answer);
        }
    }

    /// A name has been looked up, for all who asked.
    fn tell(&mut self, now: Now, host: &str, answer: &Answer) {
        for index in (0..self.open.len()).rev() {
            let flight = &self.open[index];
            if matches!(flight.state, State::Resolving) && *flight.ping.host == *host {
                self.resolved(now, index, answer);
            }
        }
    }

    fn resolved(&mut self, now: Now, index: usize, answer: &Answer) {
        let flight = &mut self.open[index];
        let family = flight.ping.family;
        let wanted = |address: &&SocketAddr| family.has(address.ip());
        let wanted: Vec<SocketAddr> = match answer {
            Ok(found) => found.iter().filter(wanted).copied().collect(),
            Err(obstacle) => {
                // The look-up is over: there is nothing to let go of.
                let id = self.open.remove(index).id;
                let words = obstacle.words.clone();
                let answer = if obstacle.is_shortage {
                    PingAnswer::Short(words)
                } else {
                    PingAnswer::Unresolved(words)
                };
                self.answers.push((id, answer));
                return;
            }
        };
        let Some(reachable) = within_reach(wanted) else {
            let id = self.open.remove(index).id;
            self.answers.push((id, PingAnswer::NoIpv6));
            return;
        };
        flight.until = now.moment + flight.ping.timeout;
        flight.state = State::Waiting(Wait {
            untried: reachable.into(),
            asked: Vec::new(),
            next: flight.until,
        });
        if let Some(trouble) = self.ask(now, index) {
            self.finish(index, trouble);
        }
    }

    /// Asks the next address that lets itself be asked; tells what is in the way if there is none.
    fn ask(&mut self, now: Now, index: usize) -> Option<PingAnswer> {
        // The C library's words for a name without an address of the wanted family.
        let mut trouble =
            PingAnswer::Unresolved("Address family for hostname not supported".into());
        loop {
            let flight = &mut self.open[index];
            let State::Waiting(wait) = &mut flight.state else {
                return None;
            };
            let Some(to) = wait.untried.pop_front() else {
                return Some(trouble);
            };
            let left = u32::try_from(wait.untried.len()).unwrap_or(u32::MAX);
            wait.next = now.moment + now.moment.until(flight.until) / left.saturating_add(1);
            let ping = flight.ping.clone();
            match self.send(&ping, to) {
                Ok(asked) => {
                    if let State::Waiting(wait) = &mut self.open[index].state {
                        wait.asked.push(asked);
                    }
                    return None;
                }
                Err(answer) => trouble = answer,
            }
        }
    }

    fn send(&mut self, ping: &Ping, to: SocketAddr) -> Result<Asked, PingAnswer> {
        let source = source(ping, to)?;
        let socket = match self
            .sockets
            .iter()
            .position(|socket| socket.source == source)
        {
            Some(index) => &self.sockets[index],
            None => {
                let socket = Socket::open(&self.tokens, source)?;
                self.sockets.push(socket);
                &self.sockets[self.sockets.len() - 1]
            }
        };
        self.sequence = self.sequence.wrapping_add(1);
        let mut token = [0; 8];
        // Without chance a foreign reply would only be a little less unlikely to fit.
        let _ = random::fill(&mut token);
        let echo = Echo {
            identity: socket.identity,
            sequence: self.sequence,
            token: u64::from_ne_bytes(token),
            size: ping.size.into(),
        };
        let request = echo.request(version(to));
        let watch = Stopwatch::start();
        match socket.registered.send_to(&request, to) {
            Ok(_) => Ok(Asked {
                echo,
                to: to.ip(),
                over: socket.registered.token(),
                watch,
            }),
            Err(error) => Err(unsent(error)),
        }
    }

    /// Reads replies until there are no more, within the budget of one wake-up.
    fn read(&mut self, index: usize) {
        let mut packet = [0; icmp::MAX_PACKET];
        for _ in 0..READ_BUDGET {
            let socket = &self.sockets[index];
            match socket.registered.recv_from(&mut packet) {
                Ok((length, from)) => {
                    let over = socket.registered.token();
                    let has_ip_header = socket.is_raw && socket.source.is_ipv4();
                    let version = version(socket.source);
                    if let Some(reply) = icmp::reply(version, has_ip_header, &packet[..length]) {
                        let waited = echo::waited(&*socket.registered).unwrap_or_default();
                        self.take(&reply, from.ip(), over, waited);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => {} // of some earlier request: the time limit is the answer
            }
        }
        if let Err(error) = self.sockets[index].registered.rearm() {
            log::warn!("Cannot wait for echo replies -- {}", errno::words(&error));
        }
    }

    /// A reply that came in so long ago: if somebody waits for it, it is the answer.
    fn take(&mut self, reply: &icmp::Reply<'_>, from: IpAddr, over: Token, waited: Duration) {
        let is_answered = |asked: &&Asked| {
            asked.to == from && asked.over == over && asked.echo.is_answered_by(reply)
        };
        let found = self.open.iter().enumerate().find_map(|(index, flight)| {
            let State::Waiting(wait) = &flight.state else {
                return None;
            };
            Some((index, wait.asked.iter().find(is_answered)?.watch))
        });
        if let Some((index, watch)) = found {
            let waited = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
            let took = watch.microseconds().saturating_sub(waited);
            self.finish(index, PingAnswer::Answered(took));
        }
    }

    fn finish(&mut self, index: usize, answer: PingAnswer) {
        let flight = self.remove(index);
        self.answers.push((flight.id, answer));
    }

    fn remove(&mut self, index: usize) -> Flight {
        let flight = self.open.remove(index);
        if matches!(flight.state, State::Resolving) {
            self.resolver.let_go(&flight.ping.host);
        }
        flight
    }
}

impl Flight {
    fn deadline(&self) -> Moment {
        match &self.state {
            State::Resolving => self.until,
            State::Waiting(wait) if wait.untried.is_empty() => self.until,
            State::Waiting(wait) => wait.next.min(self.until),
        }
    }
}

impl Socket {
    fn open(tokens: &Tokens, source: SocketAddr) -> Result<Self, PingAnswer> {
        let opened = echo::open(source).map_err(|error| match error {
            EchoError::Forbidden => PingAnswer::Forbidden,
            EchoError::Unbound(error) => PingAnswer::Unbound(errno::words(&error)),
            EchoError::Failed(error) => unsent(error),
        })?;
        // The kernel numbers the requests of a datagram socket by the port it is bound to.
        let identity = if opened.is_raw {
            chance_identity()
        } else {
            opened.socket.local_addr().map_err(unsent)?.port()
        };
        let socket = UdpSocket::from_std(opened.socket);
        let registered = tokens
            .register(socket, Interest::READABLE)
            .map_err(unsent)?;
        Ok(Self {
            source,
            registered,
            is_raw: opened.is_raw,
            identity,
        })
    }
}

/// By whose fault.
fn unsent(error: io::Error) -> PingAnswer {
    let words = errno::words(&error);
    if errno::is_shortage(&error) {
        PingAnswer::Short(words)
    } else {
        PingAnswer::Unsent(words)
    }
}

fn chance_identity() -> u16 {
    let mut identity = [0; 2];
    let _ = random::fill(&mut identity);
    u16::from_ne_bytes(identity)
}

/// The address to send from; fails where it is not of the peer's family.
fn source(ping: &Ping, to: SocketAddr) -> Result<SocketAddr, PingAnswer> {
    let any: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let source = ping.source.unwrap_or(any);
    if source.is_ipv4() == to.is_ipv4() {
        Ok(SocketAddr::new(source, 0))
    } else {
        let words = "the host has no address of the same family";
        Err(PingAnswer::Unbound(words.into()))
    }
}

const fn version(address: SocketAddr) -> Version {
    match address {
        SocketAddr::V4(_) => Version::V4,
        SocketAddr::V6(_) => Version::V6,
    }
}

#[cfg(test)]
mod tests;
