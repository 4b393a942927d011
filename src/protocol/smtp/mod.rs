//! `protocol smtp`: greeting, EHLO (or HELO), STARTTLS if asked for, QUIT. The opening is shared
//! with the delivery of mail.

mod opening;
mod reply;

use super::{Dialogue, Happened, Step};

pub(crate) use opening::{Capabilities, Event, Opened, Opening, closed, on_reply};
pub(crate) use reply::{Replies, Reply, Sort};

/// The last word of every SMTP dialogue; its answer is not waited for.
pub(crate) const QUIT: &[u8] = b"QUIT\r\n";

/// What we call ourselves in a test (reference: protocols.txt); the server need not believe it.
const HELLO: &str = "localhost";

pub(super) struct Smtp {
    replies: Replies,
    state: State,
}

enum State {
    Opening(Opening),
    Ended,
}

impl Smtp {
    /// `starttls`: the server must offer TLS and come through its handshake.
    pub(super) fn new(starttls: bool) -> Self {
        Self {
            replies: Replies::default(),
            state: State::Opening(Opening::new(HELLO, starttls)),
        }
    }
}

impl Dialogue for Smtp {
    fn advance(&mut self, happened: Happened<'_>) -> Step {
        let Self { replies, state } = self;
        on_reply(replies, happened, &mut |event| {
            let (next, step) = std::mem::replace(state, State::Ended).advance(event);
            *state = next;
            step
        })
    }
}

impl State {
    fn advance(self, event: Event) -> (Self, Step) {
        match self {
            Self::Opening(opening) => match opening.advance(event) {
                Opened::NotYet(opening, step) => (Self::Opening(opening), step),
                Opened::Open(_) => (Self::Ended, Step::DoneSaying(QUIT.to_vec())),
                Opened::Failed(failure) => (Self::Ended, failure.into()),
            },
            Self::Ended => (Self::Ended, Step::Done),
        }
    }
}

#[cfg(test)]
mod tests;
