//! One status client, from its connection to its goodbye.
//!
//! ```text
//!  Asking ── request whole ──► Waiting ── answer given ──► Listening ── all sent ──► Leaving
//!    └── refused ──────────────► (an error page) ─────────────▲                       │
//!  each with its time limit; over it, or on any error: cut      its end, or the limit ▼ gone
//! ```
//!
//! Leaving waits for the client's end: closing while it still sends would reset the connection, and
//! with it the answer it has not read yet.

use std::net::IpAddr;
use std::time::Duration;

use mio::Token;

use crate::http::{Parser, Progress, Refusal, Request};
use crate::time::Moment;

use super::stream::{Stream, Trouble};

/// For TLS and the whole request together.
const ASKING_TIME: Duration = Duration::from_secs(10);
/// For the answer to be there: that to a command waits for the disk.
const WAITING_TIME: Duration = Duration::from_secs(5);
/// For taking the whole answer.
const LISTENING_TIME: Duration = Duration::from_secs(30);
/// For the client's end after its answer.
const LEAVING_TIME: Duration = Duration::from_secs(2);
const READ_SIZE: usize = 4096;
/// What a client may still say after its answer before it is cut.
const LEAVING_READS: usize = 64;

/// Who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Over TCP, from this address.
    Address(IpAddr),
    /// Over the Unix socket.
    Local,
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Local => f.write_str("unix socket"),
        }
    }
}

pub(super) struct Client {
    stream: Stream,
    pub(super) peer: Peer,
    /// Nobody acts through the socket it came by.
    pub(super) read_only: bool,
    phase: Phase,
    deadline: Moment,
}

enum Phase {
    Asking(Parser),
    Waiting,
    Listening { answer: Vec<u8>, sent: usize },
    Leaving { reads: usize },
}

/// What became of a client's readiness.
pub(super) enum Turn {
    /// It has not come further than waiting.
    Later,
    /// It has asked.
    Asked(Box<Request>),
    /// What it sent is no request; an answer is due all the same.
    Refused(Refusal),
    /// It is gone, or was cut.
    Gone,
    /// It does not speak TLS as we do: the words for the log.
    NoTls(Box<str>),
}

impl Client {
    pub(super) fn new(
        now: Moment,
        stream: Stream,
        peer: Peer,
        read_only: bool,
        body_limit: usize,
    ) -> Self {
        Self {
            stream,
            peer,
            read_only,
            phase: Phase::Asking(Parser::new(body_limit)),
            deadline: now + ASKING_TIME,
        }
    }

    pub(super) const fn token(&self) -> Token {
        self.stream.token()
    }

    pub(super) const fn is_secure(&self) -> bool {
        self.stream.is_secure()
    }

    pub(super) const fn deadline(&self) -> Moment {
        self.deadline
    }

    /// Whether dropping it costs nobody an answer.
    pub(super) const fn is_idle(&self) -> bool {
        match self.phase {
            Phase::Asking(_) | Phase::Leaving { .. } => true,
            Phase::Waiting | Phase::Listening { .. } => false,
        }
    }

    /// Goes on as far as it can without waiting.
    pub(super) fn advance(&mut self, now: Moment) -> Turn {
        let turn = match &mut self.phase {
            Phase::Asking(_) => self.listen(now),
            Phase::Waiting => Ok(Turn::Later),
            Phase::Listening { .. } => self.send(now),
            Phase::Leaving { .. } => self.leave(),
        };
        match turn {
            Ok(turn) => turn,
            Err(Trouble::Later) => Turn::Later,
            Err(Trouble::Broken) => Turn::Gone,
            Err(Trouble::Tls(words)) => Turn::NoTls(words),
        }
    }

    fn listen(&mut self, now: Moment) -> Result<Turn, Trouble> {
        let mut buffer = [0; READ_SIZE];
        while let Phase::Asking(parser) = &mut self.phase {
            let length = self.stream.read(&mut buffer)?;
            if length == 0 {
                return Ok(Turn::Gone);
            }
            match parser.take(&buffer[..length]) {
                Progress::More => {}
                Progress::Done(request) => {
                    self.phase = Phase::Waiting;
                    self.deadline = self.deadline.max(now + WAITING_TIME);
                    return Ok(Turn::Asked(request));
                }
                Progress::Refused(refusal) => {
                    self.phase = Phase::Waiting;
                    return Ok(Turn::Refused(refusal));
                }
            }
        }
        Ok(Turn::Later)
    }

    /// Begins to send the answer.
    pub(super) fn answer(&mut self, now: Moment, answer: Vec<u8>) -> Turn {
        self.phase = Phase::Listening { answer, sent: 0 };
        self.deadline = now + LISTENING_TIME;
        self.advance(now)
    }

    fn send(&mut self, now: Moment) -> Result<Turn, Trouble> {
        if let Phase::Listening { answer, sent } = &mut self.phase {
            while *sent < answer.len() {
                match self.stream.write(&answer[*sent..])? {
                    0 => return Ok(Turn::Gone),
                    taken => *sent += taken,
                }
            }
        }
        self.stream.finish()?;
        self.phase = Phase::Leaving {
            reads: LEAVING_READS,
        };
        self.deadline = now + LEAVING_TIME;
        self.leave()
    }

    fn leave(&mut self) -> Result<Turn, Trouble> {
        let Phase::Leaving { reads } = &mut self.phase else {
            return Ok(Turn::Later);
        };
        let mut buffer = [0; READ_SIZE];
        while *reads > 0 {
            *reads -= 1;
            if self.stream.read(&mut buffer)? == 0 {
                break;
            }
        }
        Ok(Turn::Gone)
    }
}
