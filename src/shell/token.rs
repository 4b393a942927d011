//! Tokens: which readiness belongs to which owner.
//!
//! Every registration takes a fresh number and no number is given out twice, so an event that was
//! already on its way when its owner went finds nobody, and never somebody else. (A counter of 64
//! bits lasts for ever; one of 32 bits starts over after four thousand million registrations, above
//! [`FIRST_ISSUED`], and by then the early ones are long gone.) That number is the generation; no
//! table is kept. What lives as long as the loop has a fixed token below [`FIRST_ISSUED`].

use std::cell::Cell;
use std::io;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use mio::event::Source;
use mio::{Interest, Registry, Token};

/// Tokens below this are for what lives as long as the loop: the signals.
const FIRST_ISSUED: usize = 64;

/// Registers sources with the one poll of the loop; a clone is another handle on the same.
#[derive(Clone, Debug)]
pub struct Tokens {
    shared: Rc<Shared>,
}

#[derive(Debug)]
struct Shared {
    registry: Registry,
    next: Cell<usize>,
}

impl Tokens {
    /// Hands out tokens for the poll `registry` belongs to.
    pub fn new(registry: &Registry) -> io::Result<Self> {
        let shared = Shared {
            registry: registry.try_clone()?,
            next: Cell::new(FIRST_ISSUED),
        };
        Ok(Self {
            shared: Rc::new(shared),
        })
    }

    /// Registers `source` under a fresh token, until what is returned is dropped.
    pub fn register<S: Watchable>(
        &self,
        mut source: S,
        interest: Interest,
    ) -> io::Result<Registered<S>> {
        let token = self.issue();
        self.shared
            .registry
            .register(source.source(), token, interest)?;
        Ok(Registered {
            source,
            token,
            interest,
            tokens: self.clone(),
        })
    }

    /// A token nobody has.
    fn issue(&self) -> Token {
        let number = self.shared.next.get();
        let next = number.checked_add(1).unwrap_or(FIRST_ISSUED);
        self.shared.next.set(next);
        Token(number)
    }

    /// The registry itself, for owners with a fixed token.
    pub fn registry(&self) -> &Registry {
        &self.shared.registry
    }
}

/// What the loop can watch: a source, or something that holds one of several kinds.
pub trait Watchable {
    /// The source.
    fn source(&mut self) -> &mut dyn Source;
}

impl<S: Source> Watchable for S {
    fn source(&mut self) -> &mut dyn Source {
        self
    }
}

/// A source the loop watches; dropping it ends the watch, then the source.
#[derive(Debug)]
pub struct Registered<S: Watchable> {
    source: S,
    token: Token,
    interest: Interest,
    tokens: Tokens,
}

impl<S: Watchable> Registered<S> {
    /// Under which token its readiness arrives.
    pub const fn token(&self) -> Token {
        self.token
    }

    /// Asks for another event if the source is still ready: for an owner that stops before
    /// `WouldBlock`, or whose event was about nothing.
    pub fn rearm(&mut self) -> io::Result<()> {
        self.tokens
            .shared
            .registry
            .reregister(self.source.source(), self.token, self.interest)
    }
}

impl<S: Watchable> Deref for Registered<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.source
    }
}

impl<S: Watchable> DerefMut for Registered<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.source
    }
}

impl<S: Watchable> Drop for Registered<S> {
    fn drop(&mut self) {
        // A child forked meanwhile may hold the descriptor open; then closing ours would not end
        // the watch. A failure means that it has ended already.
        let _ = self.tokens.shared.registry.deregister(self.source.source());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Duration;

    use mio::net::UnixStream;
    use mio::{Events, Poll};

    use super::*;

    #[test]
    fn an_event_for_something_gone_finds_nobody() {
        let mut poll = Poll::new().unwrap();
        let tokens = Tokens::new(poll.registry()).unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let first = tokens.register(ours, Interest::READABLE).unwrap();
        let gone = first.token();
        theirs.write_all(b"x").unwrap();
        let mut events = Events::with_capacity(4);
        poll.poll(&mut events, Some(Duration::from_secs(60)))
            .unwrap();
        assert!(events.iter().any(|e| e.token() == gone));
        drop(first);
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let second = tokens.register(ours, Interest::READABLE).unwrap();
        assert_ne!(second.token(), gone);
    }

    #[test]
    fn an_owner_that_stops_early_is_woken_again() {
        let mut poll = Poll::new().unwrap();
        let tokens = Tokens::new(poll.registry()).unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mut ours = tokens.register(ours, Interest::READABLE).unwrap();
        theirs.write_all(b"x").unwrap();
        let mut events = Events::with_capacity(4);
        for _ in 0..3 {
            poll.poll(&mut events, Some(Duration::from_secs(60)))
                .unwrap();
            assert!(events.iter().any(|e| e.token() == ours.token()));
            ours.rearm().unwrap();
        }
    }
}
