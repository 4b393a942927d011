//! One outgoing connection: it carries a [`Dialogue`] over TCP, UDP, a Unix socket or TLS.
//!
//! ```text
//!             next address                        STARTTLS
//!              ┌──────┐                        ┌───────────┐
//!  open ──► Connecting ──► Handshaking ──► Talking ──► Handshaking ──► … Talking ──► over
//!                  │                          ▲
//!                  └── no TLS at first ───────┘
//! ```
//!
//! Nothing here waits. Whoever owns the connection calls [`Connection::ready`] when its token comes
//! up and [`Connection::expire`] when its deadline has passed; both tell when it is over. Three
//! limits hold it: the connect and then each silence of the peer take no longer than the plan's
//! time limit; all of it together no longer than [`PATIENCE`] times that, so that a peer that drips
//! single bytes comes to an end; and one wake-up reads no more than [`READ_BUDGET`], so that a peer
//! that never stops talking shares the loop with the others.

mod address;
mod socket;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::time::Duration;

use mio::Token;

use super::obstacle::Obstacle;
use super::tls::{self, Channel, Received};
use super::{Registered, Tokens};
use crate::engine::CertificateFacts;
use crate::model::Transport;
use crate::protocol::{Dialogue, Happened, KNOCK_WAIT, Step};
use crate::sys::{errno, memory};
use crate::time::{Moment, Now};
use address::begin;
use socket::Socket;

pub use address::Address;

/// The most bytes read at one wake-up.
const READ_BUDGET: usize = 64 * 1024;

/// The most bytes handed to the dialogue at once.
const READ_SIZE: usize = 8 * 1024;

/// How many time limits the whole connection may last.
const PATIENCE: u32 = 10;

/// Where a connection goes and what it is allowed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Tried in order until one answers; never empty.
    pub addresses: Vec<Address>,
    /// The address it comes from; `None` lets the system choose.
    pub source: Option<IpAddr>,
    /// Stream or datagrams.
    pub transport: Transport,
    /// How the peer is judged once TLS begins: at once, or when the dialogue asks.
    pub tls: Option<tls::Policy>,
    /// Whether TLS begins at once.
    pub is_tls_first: bool,
    /// For the connect, and for each silence; never zero.
    pub timeout: Duration,
}

/// How a connection ended: as the dialogue wished, or why not.
pub type Ending = Result<(), Box<str>>;

/// A connection under way.
#[derive(Debug)]
pub struct Connection {
    tokens: Tokens,
    client: tls::Client,
    plan: Plan,
    untried: VecDeque<Address>,
    socket: Registered<Socket>,
    tls: Option<Channel>,
    stage: Stage,
    /// What the dialogue said and the socket has not taken.
    unsent: Vec<u8>,
    /// When the present silence has lasted too long.
    patience: Moment,
    /// When the connect has.
    connect_by: Moment,
    /// When all of it has.
    end: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Until the socket stands.
    Connecting,
    /// Until TLS stands; then this is what the dialogue is told.
    Handshaking { then: Happened<'static> },
    /// The dialogue has the word.
    Talking,
    /// The dialogue knocked, and listens until then.
    Knocking { until: Moment },
}

/// What a connection may need of memory; with TLS, while the authorities are read.
const ROOM: usize = 64 * 1024;
const TLS_ROOM: usize = 512 * 1024;

/// What one read brought.
enum Heard {
    /// So many bytes, which the dialogue has been told.
    Bytes(usize),
    /// Nothing more for the moment.
    Nothing,
    /// The dialogue came to its end.
    End,
}

impl Connection {
    /// Begins to connect; fails where no address can even be tried.
    pub fn open(
        now: Now,
        mut plan: Plan,
        tokens: &Tokens,
        client: &tls::Client,
    ) -> Result<Self, Obstacle> {
        let room = if plan.tls.is_some() { TLS_ROOM } else { ROOM };
        memory::room(room).map_err(|error| Obstacle::new(errno::words(&error), &error))?;
        let mut untried = VecDeque::from(std::mem::take(&mut plan.addresses));
        let connect_by = now.moment + plan.timeout;
        let (socket, patience) = begin(
            now,
            &mut untried,
            (plan.transport, plan.source),
            connect_by,
            tokens,
        )?;
        Ok(Self {
            tokens: tokens.clone(),
            client: client.clone(),
            untried,
            socket,
            tls: None,
            stage: Stage::Connecting,
            unsent: Vec::new(),
            patience,
            connect_by,
            end: now.moment + plan.timeout.saturating_mul(PATIENCE),
            plan,
        })
    }

    /// Whether readiness under `token` is about this connection.
    pub fn owns(&self, token: Token) -> bool {
        self.socket.token() == token
    }

    /// When [`Self::expire`] is due.
    pub fn deadline(&self) -> Moment {
        let limit = self.patience.min(self.end);
        match self.stage {
            Stage::Knocking { until } => limit.min(until),
            Stage::Connecting | Stage::Handshaking { .. } | Stage::Talking => limit,
        }
    }

    /// Whether the peer was ever reached.
    pub fn is_connected(&self) -> bool {
        self.stage != Stage::Connecting
    }

    /// The addresses that were not needed so far.
    pub fn untried(&self) -> Vec<Address> {
        self.untried.iter().cloned().collect()
    }

    /// What the peer's certificate says, where TLS got so far.
    pub fn certificate(&self) -> Option<CertificateFacts> {
        self.tls.as_ref().and_then(Channel::certificate)
    }

    /// The socket may be ready: goes on as far as it can. `Some` is the end.
    pub fn ready(&mut self, now: Now, dialogue: &mut dyn Dialogue) -> Option<Ending> {
        self.go_on(now, dialogue).transpose()
    }

    /// The deadline may have passed: tries the next address, tells the dialogue, or ends.
    pub fn expire(&mut self, now: Now, dialogue: &mut dyn Dialogue) -> Option<Ending> {
        if self.deadline() > now.moment {
            return None;
        }
        match self.stage {
            Stage::Connecting => match self.untried.is_empty() {
                true => Some(Err("Connection timed out".into())),
                false => self.connect_next(now).err().map(Err),
            },
            Stage::Handshaking { .. } => Some(Err(format!(
                "SSL connection error: the peer did not finish the handshake within {}",
                Seconds(self.plan.timeout)
            )
            .into())),
            Stage::Knocking { until } if until <= now.moment => {
                self.stage = Stage::Talking;
                let step = dialogue.advance(Happened::Silent);
                match self.obey(now, step).transpose() {
                    None => self.ready(now, dialogue),
                    end => end,
                }
            }
            Stage::Talking | Stage::Knocking { .. } => Some(match dialogue.conclude() {
                Some(verdict) => {
                    self.part();
                    verdict.map_err(|failure| failure.0)
                }
                None => Err(self.too_late(now)),
            }),
        }
    }

    fn too_late(&self, now: Now) -> Box<str> {
        let (words, limit) = match self.end <= now.moment {
            true => ("no end of the answer", self.plan.timeout * PATIENCE),
            false => ("no answer", self.plan.timeout),
        };
        format!("error receiving data -- {words} within {}", Seconds(limit)).into()
    }

    fn connect_next(&mut self, now: Now) -> Result<(), Box<str>> {
        let begun = begin(
            now,
            &mut self.untried,
            (self.plan.transport, self.plan.source),
            self.connect_by,
            &self.tokens,
        );
        (self.socket, self.patience) = begun.map_err(|obstacle| obstacle.words)?;
        Ok(())
    }

    fn go_on(&mut self, now: Now, dialogue: &mut dyn Dialogue) -> Result<Option<()>, Box<str>> {
        if self.stage == Stage::Connecting {
            if !self.settle_connect(now)? {
                return Ok(None);
            }
            self.patience = now.moment + self.plan.timeout;
            if self.plan.is_tls_first {
                self.start_tls(now, Happened::Connected)?;
            } else {
                self.stage = Stage::Talking;
                let step = dialogue.advance(Happened::Connected);
                if let Some(end) = self.obey(now, step)? {
                    return Ok(Some(end));
                }
            }
        }
        self.talk(now, dialogue)
    }

    fn settle_connect(&mut self, now: Now) -> Result<bool, Box<str>> {
        match self.socket.is_connected() {
            Ok(true) => Ok(true),
            Ok(false) => {
                self.socket.rearm().map_err(|error| errno::words(&error))?;
                Ok(false)
            }
            Err(_) if !self.untried.is_empty() => {
                self.connect_next(now)?;
                Ok(false)
            }
            Err(error) => Err(errno::words(&error)),
        }
    }

    /// Sends and listens in turn until nothing more comes, within the budget of one wake-up.
    fn talk(&mut self, now: Now, dialogue: &mut dyn Dialogue) -> Result<Option<()>, Box<str>> {
        let mut budget = READ_BUDGET;
        while budget > 0 {
            self.flush(now)?;
            match self.hear(now, dialogue)? {
                Heard::Bytes(count) => budget = budget.saturating_sub(count.max(1)),
                Heard::Nothing => return Ok(None),
                Heard::End => return Ok(Some(())),
            }
        }
        self.socket.rearm().map_err(|error| errno::words(&error))?;
        Ok(None)
    }

    /// Reads once and tells the dialogue.
    fn hear(&mut self, now: Now, dialogue: &mut dyn Dialogue) -> Result<Heard, Box<str>> {
        let mut buffer = [0; READ_SIZE];
        let Some(tls) = &mut self.tls else {
            let is_datagram = self.socket.is_datagram();
            return match self.socket.read(&mut buffer) {
                Ok(0) if !is_datagram => self.closed(now, dialogue),
                Ok(count) => self.tell(now, dialogue, &buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Heard::Nothing),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Heard::Bytes(0)),
                Err(error) => Err(errno::words(&error)),
            };
        };
        let received = match tls.receive(&mut *self.socket) {
            Ok(received) => received,
            Err(words) => {
                // An alert tells the peer why, if it still listens.
                let _ = tls.send(&mut *self.socket);
                return Err(words);
            }
        };
        let count = match received {
            Received::Bytes(count) => count,
            Received::Nothing => return Ok(Heard::Nothing),
            Received::Closed => return self.closed(now, dialogue),
        };
        self.patience = now.moment + self.plan.timeout;
        if let Some(end) = self.finish_handshake(now, dialogue)? {
            return Ok(end);
        }
        while let Some(tls) = &mut self.tls {
            let plain = tls.read(&mut buffer);
            if plain == 0 {
                break;
            }
            if let Heard::End = self.tell(now, dialogue, &buffer[..plain])? {
                return Ok(Heard::End);
            }
        }
        Ok(Heard::Bytes(count))
    }

    /// Tells the dialogue that TLS stands, if it stands since the last read.
    fn finish_handshake(
        &mut self,
        now: Now,
        dialogue: &mut dyn Dialogue,
    ) -> Result<Option<Heard>, Box<str>> {
        let is_over = self.tls.as_ref().is_some_and(|tls| !tls.is_handshaking());
        match self.stage {
            Stage::Handshaking { then } if is_over => {
                self.stage = Stage::Talking;
                let step = dialogue.advance(then);
                Ok(self.obey(now, step)?.map(|()| Heard::End))
            }
            Stage::Connecting
            | Stage::Handshaking { .. }
            | Stage::Talking
            | Stage::Knocking { .. } => Ok(None),
        }
    }

    fn tell(
        &mut self,
        now: Now,
        dialogue: &mut dyn Dialogue,
        bytes: &[u8],
    ) -> Result<Heard, Box<str>> {
        self.patience = now.moment + self.plan.timeout;
        if bytes.is_empty() {
            return Ok(Heard::Bytes(0)); // an empty datagram
        }
        self.stage = Stage::Talking;
        let step = dialogue.advance(Happened::Received(bytes));
        Ok(match self.obey(now, step)? {
            Some(()) => Heard::End,
            None => Heard::Bytes(bytes.len()),
        })
    }

    /// The peer will say no more: the dialogue may be content with that, but cannot go on.
    fn closed(&mut self, now: Now, dialogue: &mut dyn Dialogue) -> Result<Heard, Box<str>> {
        if let Stage::Handshaking { .. } = self.stage {
            return Err(
                "SSL connection error: the peer closed the connection in the handshake".into(),
            );
        }
        let step = dialogue.advance(Happened::Closed);
        match self.obey(now, step)? {
            Some(()) => Ok(Heard::End),
            None => Err("the peer closed the connection".into()),
        }
    }

    /// Does what the dialogue says; `Some` is its good end.
    fn obey(&mut self, now: Now, step: Step) -> Result<Option<()>, Box<str>> {
        match step {
            Step::Await => Ok(None),
            Step::Send(bytes) => {
                self.unsent.extend(bytes);
                Ok(None)
            }
            Step::Knock(bytes) => {
                self.unsent.extend(bytes);
                let until = now.moment + KNOCK_WAIT;
                self.stage = Stage::Knocking { until };
                Ok(None)
            }
            Step::StartTls => {
                self.start_tls(now, Happened::TlsStarted)?;
                Ok(None)
            }
            Step::Done => {
                self.part();
                Ok(Some(()))
            }
            Step::DoneSaying(bytes) => {
                self.unsent.extend(bytes);
                // The verdict is given; whether the farewell arrives changes nothing.
                let _ = self.flush(now);
                self.part();
                Ok(Some(()))
            }
            Step::Failed(failure) => {
                self.part();
                Err(failure.0)
            }
        }
    }

    fn start_tls(&mut self, now: Now, then: Happened<'static>) -> Result<(), Box<str>> {
        let policy = self.plan.tls.clone();
        let policy = policy.ok_or("SSL connection error: TLS is not set up for this peer")?;
        self.tls = Some(self.client.begin(policy, now.wall)?);
        self.stage = Stage::Handshaking { then };
        Ok(())
    }

    /// Says farewell in TLS's way, as far as the socket takes it.
    fn part(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.close();
            let _ = tls.send(&mut *self.socket);
        }
    }

    /// Sends what the socket takes.
    fn flush(&mut self, now: Now) -> Result<(), Box<str>> {
        let before = self.unsent.len();
        let is_datagram = self.socket.is_datagram();
        match self.send() {
            Ok(()) => {}
            // A stream that takes no more may still hold the peer's last words, which tell more
            // than "broken pipe"; a datagram's error is told only once.
            Err(_) if !is_datagram => self.unsent.clear(),
            Err(error) => return Err(errno::words(&error)),
        }
        if self.unsent.len() < before {
            self.patience = now.moment + self.plan.timeout;
        }
        Ok(())
    }

    fn send(&mut self) -> io::Result<()> {
        let Some(tls) = &mut self.tls else {
            while !self.unsent.is_empty() {
                match self.socket.write(&self.unsent) {
                    Ok(count) => drop(self.unsent.drain(..count)),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            return Ok(());
        };
        loop {
            if !tls.is_handshaking() {
                let taken = tls.write(&self.unsent);
                self.unsent.drain(..taken);
            }
            let all_went = tls.send(&mut *self.socket)?;
            if !all_went || self.unsent.is_empty() || tls.is_handshaking() {
                return Ok(());
            }
        }
    }
}

/// `5 seconds`, `1 second`, `1.5 seconds`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, tenths) = (self.0.as_secs(), self.0.subsec_millis() / 100);
        match (whole, tenths) {
            (1, 0) => f.write_str("1 second"),
            (_, 0) => write!(f, "{whole} seconds"),
            (_, _) => write!(f, "{whole}.{tenths} seconds"),
        }
    }
}
