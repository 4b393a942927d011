//! What the tests of this folder share.

use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

/// Waits until something is ready. The poll(2) back end of mio also wakes up for nothing.
pub(super) fn wait(poll: &mut Poll) -> Vec<Token> {
    const PATIENCE: Duration = Duration::from_secs(60);
    let begin = Instant::now();
    let mut events = Events::with_capacity(64);
    while events.is_empty() {
        poll.poll(&mut events, Some(PATIENCE)).unwrap();
        assert!(begin.elapsed() < PATIENCE, "nothing happens for a minute");
    }
    events.iter().map(|event| event.token()).collect()
}
