//! The first part of every SMTP dialogue, shared by the test of a mail server and by the delivery
//! of alerts: greeting, EHLO or HELO, and STARTTLS where it is wanted.
//!
//! ```text
//!  Connected ─► AwaitGreeting ─ 2xx ─► AwaitEhlo ─ 2xx, no STARTTLS wanted ─► Open
//!                                       │  ▲  │
//!                                  5xx  │  │  └─ 2xx, STARTTLS wanted ─► AwaitGoAhead
//!                                       ▼  │                                  │ 2xx
//!                        Open ◄─ 2xx ─ AwaitHelo                              ▼
//!                                          └──────── EHLO again ───────── AwaitTls
//! ```
//!
//! What the server said before TLS is forgotten with it: EHLO is asked anew (RFC 3207 section 4.2).

use crate::protocol::{Failure, Happened, Step};

use super::reply::{Replies, Reply, Sort};

/// Something that happened, with the peer's bytes gathered into replies.
#[derive(Debug)]
pub(crate) enum Event {
    Connected,
    Replied(Reply),
    TlsStarted,
    Closed,
}

/// Gathers what came into an event and has `react` answer it. A peer that says more than the reply
/// it owes speaks out of turn: before TLS that may be somebody in the middle, and after it the
/// answers would no longer belong to the questions.
pub(crate) fn on_reply(
    replies: &mut Replies,
    happened: Happened<'_>,
    react: &mut dyn FnMut(Event) -> Step,
) -> Step {
    let event = match happened {
        Happened::Connected => Event::Connected,
        Happened::TlsStarted => Event::TlsStarted,
        Happened::Closed => Event::Closed,
        Happened::Silent => return Step::Await,
        Happened::Received(bytes) => match replies.take(bytes) {
            Ok(Some(reply)) => Event::Replied(reply),
            Ok(None) => return Step::Await,
            Err(failure) => return failure.into(),
        },
    };
    let step = react(event);
    match step {
        Step::Await | Step::Send(_) | Step::Knock(_) | Step::StartTls if replies.has_more() => {
            Failure::new("Mailserver response error -- the server speaks out of turn").into()
        }
        Step::Await
        | Step::Send(_)
        | Step::Knock(_)
        | Step::StartTls
        | Step::Done
        | Step::DoneSaying(_)
        | Step::Failed(_) => step,
    }
}

/// The opening under way.
#[derive(Debug)]
pub(crate) struct Opening {
    /// Our name for EHLO: a host name or an address literal.
    hello: Box<str>,
    /// STARTTLS is wanted and has not happened.
    wants_tls: bool,
    state: State,
}

#[derive(Clone, Copy, Debug)]
#[expect(clippy::enum_variant_names, reason = "states say what they await")]
enum State {
    AwaitGreeting,
    AwaitEhlo,
    AwaitHelo,
    AwaitGoAhead,
    AwaitTls,
}

/// What follows an event.
#[derive(Debug)]
pub(crate) enum Opened {
    /// Not open yet: do this.
    NotYet(Opening, Step),
    /// The server listens for commands.
    Open(Capabilities),
    /// It will not open.
    Failed(Failure),
}

/// What the answer to EHLO offers; nothing, after HELO.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Capabilities {
    pub(crate) starttls: bool,
    pub(crate) auth_plain: bool,
    pub(crate) auth_login: bool,
}

impl Opening {
    /// An opening in which we call ourselves `hello`.
    pub(crate) fn new(hello: &str, wants_tls: bool) -> Self {
        Self {
            hello: hello.into(),
            wants_tls,
            state: State::AwaitGreeting,
        }
    }

    pub(crate) fn advance(self, event: Event) -> Opened {
        match (self.state, event) {
            (State::AwaitGreeting, Event::Connected) => Opened::NotYet(self, Step::Await),
            (State::AwaitGreeting, Event::Replied(reply)) => match reply.sort() {
                Sort::Positive => self.greet("EHLO", State::AwaitEhlo),
                Sort::Intermediate | Sort::Transient | Sort::Permanent => refused(&reply),
            },
            (State::AwaitEhlo, Event::Replied(reply)) => match reply.sort() {
                Sort::Positive => self.greeted(Capabilities::offered(&reply)),
                Sort::Permanent => self.greet("HELO", State::AwaitHelo),
                Sort::Intermediate | Sort::Transient => refused(&reply),
            },
            (State::AwaitHelo, Event::Replied(reply)) => match reply.sort() {
                Sort::Positive => self.greeted(Capabilities::default()),
                Sort::Intermediate | Sort::Transient | Sort::Permanent => refused(&reply),
            },
            (State::AwaitGoAhead, Event::Replied(reply)) => match reply.sort() {
                Sort::Positive => self.next(State::AwaitTls, Step::StartTls),
                Sort::Intermediate | Sort::Transient | Sort::Permanent => refused(&reply),
            },
            (State::AwaitTls, Event::Replied(reply)) => refused(&reply),
            (State::AwaitTls, Event::TlsStarted) => Self {
                wants_tls: false,
                ..self
            }
            .greet("EHLO", State::AwaitEhlo),
            (_, Event::Closed) => Opened::Failed(closed()),
            (
                State::AwaitEhlo | State::AwaitHelo | State::AwaitGoAhead | State::AwaitTls,
                Event::Connected,
            )
            | (
                State::AwaitGreeting | State::AwaitEhlo | State::AwaitHelo | State::AwaitGoAhead,
                Event::TlsStarted,
            ) => Opened::NotYet(self, Step::Await),
        }
    }

    fn greeted(self, capabilities: Capabilities) -> Opened {
        match (self.wants_tls, capabilities.starttls) {
            (false, _) => Opened::Open(capabilities),
            (true, true) => self.next(State::AwaitGoAhead, Step::Send(b"STARTTLS\r\n".to_vec())),
            (true, false) => Opened::Failed(Failure::new(
                "Mailserver does not offer STARTTLS, but TLS is asked for",
            )),
        }
    }

    fn greet(self, verb: &str, state: State) -> Opened {
        let command = format!("{verb} {}\r\n", self.hello);
        self.next(state, Step::Send(command.into_bytes()))
    }

    fn next(self, state: State, step: Step) -> Opened {
        Opened::NotYet(Self { state, ..self }, step)
    }
}

impl Capabilities {
    /// Reads the answer to EHLO; the old form `AUTH=LOGIN` counts as `AUTH LOGIN`.
    fn offered(reply: &Reply) -> Self {
        let mut offered = Self::default();
        for line in reply.lines().skip(1) {
            let mut words = line
                .split(|b| matches!(b, b' ' | b'\t' | b'='))
                .filter(|word| !word.is_empty());
            let keyword = words.next().unwrap_or_default();
            if keyword.eq_ignore_ascii_case(b"STARTTLS") {
                offered.starttls = true;
            } else if keyword.eq_ignore_ascii_case(b"AUTH") {
                for mechanism in words {
                    offered.auth_plain |= mechanism.eq_ignore_ascii_case(b"PLAIN");
                    offered.auth_login |= mechanism.eq_ignore_ascii_case(b"LOGIN");
                }
            }
        }
        offered
    }
}

/// The server hung up.
pub(crate) fn closed() -> Failure {
    Failure::new("Error receiving data from the mailserver -- Connection closed by the peer")
}

fn refused(reply: &Reply) -> Opened {
    Opened::Failed(reply.unexpected())
}
