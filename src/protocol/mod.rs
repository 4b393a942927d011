//! Dialogues with peers: bytes in, bytes out, next step. One file per protocol, one table of them.
//!
//! A dialogue knows nothing of sockets, TLS or clocks. `shell/connection.rs` carries the bytes over
//! TCP, UDP, a Unix socket or TLS, keeps the time limit, and does what each [`Step`] says. Wherever
//! a stream is cut into pieces, the dialogue ends the same way.

pub mod base64;
mod default;
mod generic;
mod http;
pub mod icmp;
mod printable;
pub(crate) mod smtp;

#[cfg(test)]
pub(crate) mod script;

use std::fmt;
use std::time::Duration;

use crate::model::{Connection, Limits, Protocol};

pub(crate) use printable::printable;

/// The dialogue that a connection test asks for: the one table of protocols.
pub fn dialogue(connection: &Connection, limits: &Limits) -> Box<dyn Dialogue> {
    match &connection.protocol {
        Protocol::Default | Protocol::Unspoken(_) => {
            Box::new(default::Presence::new(connection.transport))
        }
        Protocol::Http(test) => Box::new(http::Http::new(connection, test, limits)),
        Protocol::Smtp => {
            let starttls = connection.tls.as_ref().is_some_and(|tls| tls.starttls);
            Box::new(smtp::Smtp::new(starttls))
        }
        Protocol::Generic(exchanges) => Box::new(generic::Generic::new(exchanges, limits)),
    }
}

/// A dialogue in progress. Its state is consumed and replaced by each call.
pub trait Dialogue {
    /// Takes what happened and says what is next. Not called again after `Done` or `Failed`.
    fn advance(&mut self, happened: Happened<'_>) -> Step;

    /// The time limit is over: the verdict, where what came is an answer although the peer has not
    /// ended it. Not called again after one.
    fn conclude(&mut self) -> Option<Result<(), Failure>> {
        None
    }
}

/// What happened on the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened<'a> {
    /// The connection stands (after TLS, where TLS comes first).
    Connected,
    /// The peer said something: 1 to 16,384 bytes, cut anywhere; for UDP one datagram.
    Received(&'a [u8]),
    /// The TLS asked for by [`Step::StartTls`] stands.
    TlsStarted,
    /// Nobody answered a [`Step::Knock`] within [`KNOCK_WAIT`].
    Silent,
    /// The peer will say no more.
    Closed,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Wait for the peer.
    Await,
    /// Send this, then wait for the peer.
    Send(Vec<u8>),
    /// Send this, then wait for the peer, but no longer than [`KNOCK_WAIT`] (or the time limit, if
    /// that is shorter); then report [`Happened::Silent`]. For UDP, where silence means that nobody
    /// refused; what ICMP says in between is a failure of the connection.
    Knock(Vec<u8>),
    /// Start TLS, then report [`Happened::TlsStarted`]. Bytes that arrived in plain text after the
    /// peer's agreement make the dialogue fail before this step.
    StartTls,
    /// All was well.
    Done,
    /// All was well; send this, then close without waiting (`QUIT`).
    DoneSaying(Vec<u8>),
    /// It was not.
    Failed(Failure),
}

/// How long a [`Step::Knock`] listens; the original was seen to take 1.2 s.
pub const KNOCK_WAIT: Duration = Duration::from_millis(1200);

/// Why a dialogue failed: the text that follows `failed protocol test [HTTP] at […] -- ` in log and
/// mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub Box<str>);

impl Failure {
    /// A failure in these words.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
}

impl From<Failure> for Step {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
