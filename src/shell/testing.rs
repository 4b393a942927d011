//! What the tests of this folder share.

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
