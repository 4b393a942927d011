//! What the tests of this folder share.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

/// Waits until something is ready. The poll(2) back end of mio also wakes up for nothing, and so
/// does every one when another test's child ends.
pub(super) fn wait(poll: &mut Poll) -> Vec<Token> {
    const PATIENCE: Duration = Duration::from_secs(60);
    let begin = Instant::now();
    let mut events = Events::with_capacity(64);
    while events.is_empty() {
        match poll.poll(&mut events, Some(PATIENCE)) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => result.unwrap(),
        }
        assert!(begin.elapsed() < PATIENCE, "nothing happens for a minute");
    }
    events.iter().map(|event| event.token()).collect()
}

/// Our end of a connection: an address where nobody listens, nor can before this is dropped. (A
/// socket that listened and was closed may live on for a moment in a child that another test has
/// just forked.)
pub(super) struct Nowhere {
    pub(super) address: SocketAddr,
    _connection: (TcpListener, TcpStream),
}

impl Nowhere {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        Self {
            address: stream.local_addr().unwrap(),
            _connection: (listener, stream),
        }
    }
}
