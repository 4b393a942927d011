//! Sleeping until something is ready.

use std::io;
use std::time::Duration;

use mio::{Events, Poll, Token};

use super::Tokens;
use crate::sys;

/// Events per wake-up: the rest is told at the next one, after timers and children had their turn.
const EVENTS_PER_TURN: usize = 64;

/// The longest sleep. Kernels before 2.6.37 take one of more than 35.79 minutes (2^31 of the ticks
/// of a 32-bit machine) for one without end: epoll_wait(2), BUGS.
const LONGEST_SLEEP: Duration = Duration::from_secs(35 * 60);

/// The one poll of the program.
pub struct Reactor {
    poll: Poll,
    events: Events,
    tokens: Tokens,
}

impl Reactor {
    /// With nothing to watch yet.
    pub fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let tokens = Tokens::new(poll.registry())?;
        Ok(Self {
            poll,
            events: Events::with_capacity(EVENTS_PER_TURN),
            tokens,
        })
    }

    /// Where owners register what they wait for.
    pub const fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// As [`Self::wait`], with as little memory as can be: what is let go just before the sleep
    /// stays so, and code that would still run in between would be loaded again, with what lies
    /// around it.
    #[inline(never)]
    pub fn rest(&mut self, patience: Option<Duration>) -> io::Result<Vec<Token>> {
        sys::memory::give_back();
        self.wait(patience)
    }

    /// Sleeps until something is ready, at most for `patience` and for [`LONGEST_SLEEP`]; a signal
    /// ends the sleep too. What was ready when it ended is told in any case.
    pub fn wait(&mut self, patience: Option<Duration>) -> io::Result<Vec<Token>> {
        let mut patience = patience.map(|patience| patience.min(LONGEST_SLEEP));
        loop {
            match self.poll.poll(&mut self.events, patience) {
                Ok(()) => return Ok(self.events.iter().map(|event| event.token()).collect()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    patience = Some(Duration::ZERO);
                }
                Err(error) => return Err(error),
            }
        }
    }
}
