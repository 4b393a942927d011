//! Dialogues with peers: bytes in, bytes out, next step. One file per protocol, one table of them.
//!
//! A dialogue knows nothing of sockets, TLS or clocks. `shell/connection.rs` carries the bytes over
//! TCP, UDP, a Unix socket or TLS, keeps the time limit, and does what each [`Step`] says.

use std::fmt;

/// What happened on the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened<'a> {
    /// The connection stands (after TLS, where TLS comes first).
    Connected,
    /// The peer said something: 1 to 16,384 bytes, cut anywhere; for UDP one datagram.
    Received(&'a [u8]),
    /// The TLS asked for by [`Step::StartTls`] stands.
    TlsStarted,
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

/// A dialogue in progress. Its state is consumed and replaced by each call.
pub trait Dialogue {
    /// Takes what happened and says what is next. Not called again after `Done` or `Failed`.
    fn advance(&mut self, happened: Happened<'_>) -> Step;
}

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

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
