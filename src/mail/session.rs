//! Delivering letters to a mail server: one connection, one transaction per letter.
//!
//! ```text
//!  opening ─► AwaitAuth ─► AwaitMail ─ 2xx ─► AwaitRcpt ─ 2xx ─► AwaitData ─ 354 ─► AwaitAccepted
//!                           ▲  │ refused        │ refused         │ refused         │ taken or
//!                           │  ▼                ▼                 ▼                 │ refused
//!                           │ next letter     AwaitReset ◄────────┘                 │
//!                           └─────────────────────┴──────────────── next letter ◄───┘
//!  no letter left ─► QUIT
//! ```
//!
//! A letter's fate is told as soon as the server has said it; when the connection fails, the
//! letters without one are still the queue's. A password leaves only through the TLS that was asked
//! for.

use std::collections::VecDeque;

use crate::protocol::smtp::{
    Capabilities, Event, Opened, Opening, QUIT, Replies, Reply, Sort, closed, on_reply,
};
use crate::protocol::{Dialogue, Failure, Happened, Step, base64};

use super::address::host_name;
use super::{Letter, LetterId};

/// Where TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionTls {
    /// Nowhere.
    Plain,
    /// With the first byte; the shell sees to it.
    Implicit,
    /// By STARTTLS, which must succeed.
    StartTls,
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The server has taken it.
    Accepted,
    /// The server does not want it.
    Refused {
        /// It never will (5xx); otherwise not now (4xx).
        permanent: bool,
        /// The server's words.
        reason: Box<str>,
    },
}

/// The delivery of some letters over one connection.
pub struct Session {
    replies: Replies,
    state: State,
    post: Post,
}

/// What is the same in every state.
struct Post {
    credentials: Option<Credentials>,
    /// The letter in hand is the first.
    letters: VecDeque<(LetterId, Letter)>,
    fates: Vec<(LetterId, Fate)>,
}

struct Credentials {
    user: Box<str>,
    password: Box<str>,
}

enum State {
    Opening(Opening),
    AwaitAuth(Auth),
    AwaitMail,
    AwaitRcpt,
    AwaitData,
    AwaitAccepted,
    AwaitReset,
    Ended,
}

/// How far the password is.
#[derive(Clone, Copy)]
enum Auth {
    /// All is said: `AUTH PLAIN …`, or the password of `AUTH LOGIN`.
    Verdict,
    /// `AUTH LOGIN` is said.
    LoginUser,
    /// The user name is said.
    LoginPassword,
}

impl Session {
    /// A session in which we call ourselves `hello`. `credentials` are user and password.
    pub fn new(
        hello: &str,
        tls: SessionTls,
        credentials: Option<(&str, &str)>,
        letters: Vec<(LetterId, Letter)>,
    ) -> Self {
        let opening = Opening::new(&host_name(hello), tls == SessionTls::StartTls);
        Self {
            replies: Replies::default(),
            state: State::Opening(opening),
            post: Post {
                credentials: credentials.map(|(user, password)| Credentials {
                    user: user.into(),
                    password: password.into(),
                }),
                letters: letters.into(),
                fates: Vec::new(),
            },
        }
    }

    /// What has become of letters since this was last asked; ask after every step.
    pub fn fates(&mut self) -> Vec<(LetterId, Fate)> {
        std::mem::take(&mut self.post.fates)
    }
}

impl Dialogue for Session {
    fn advance(&mut self, happened: Happened<'_>) -> Step {
        let Self {
            replies,
            state,
            post,
        } = self;
        on_reply(replies, happened, &mut |event| {
            let (next, step) = std::mem::replace(state, State::Ended).advance(event, post);
            *state = next;
            step
        })
    }
}

impl State {
    fn advance(self, event: Event, post: &mut Post) -> (Self, Step) {
        match (self, event) {
            (Self::Opening(opening), event) => match opening.advance(event) {
                Opened::NotYet(opening, step) => (Self::Opening(opening), step),
                Opened::Open(capabilities) => post.authenticate(&capabilities),
                Opened::Failed(failure) => fail(failure),
            },
            (Self::AwaitAuth(auth), Event::Replied(reply)) => post.after_auth(auth, &reply),
            (Self::AwaitMail, Event::Replied(reply)) => match Verdict::of(&reply) {
                Verdict::Yes => post.say_rcpt(),
                Verdict::Refused(fate) => post.settle(fate).next_letter(),
                Verdict::Go | Verdict::Failed => fail(reply.unexpected()),
            },
            (Self::AwaitRcpt, Event::Replied(reply)) => match Verdict::of(&reply) {
                Verdict::Yes => say(Self::AwaitData, "DATA".to_owned()),
                Verdict::Refused(fate) => post.settle(fate).reset(),
                Verdict::Go | Verdict::Failed => fail(reply.unexpected()),
            },
            (Self::AwaitData, Event::Replied(reply)) => match Verdict::of(&reply) {
                Verdict::Go => post.say_content(),
                Verdict::Refused(fate) => post.settle(fate).reset(),
                Verdict::Yes | Verdict::Failed => fail(reply.unexpected()),
            },
            (Self::AwaitAccepted, Event::Replied(reply)) => match Verdict::of(&reply) {
                Verdict::Yes => post.settle(Fate::Accepted).next_letter(),
                Verdict::Refused(fate) => post.settle(fate).next_letter(),
                Verdict::Go | Verdict::Failed => fail(reply.unexpected()),
            },
            (Self::AwaitReset, Event::Replied(reply)) => match reply.sort() {
                Sort::Positive => post.next_letter(),
                Sort::Intermediate | Sort::Transient | Sort::Permanent => fail(reply.unexpected()),
            },
            (
                Self::AwaitAuth(_)
                | Self::AwaitMail
                | Self::AwaitRcpt
                | Self::AwaitData
                | Self::AwaitAccepted
                | Self::AwaitReset,
                Event::Closed,
            ) => fail(closed()),
            (
                state @ (Self::AwaitAuth(_)
                | Self::AwaitMail
                | Self::AwaitRcpt
                | Self::AwaitData
                | Self::AwaitAccepted
                | Self::AwaitReset),
                Event::Connected | Event::TlsStarted,
            ) => (state, Step::Await),
            (
                Self::Ended,
                Event::Connected | Event::Replied(_) | Event::TlsStarted | Event::Closed,
            ) => (Self::Ended, Step::Done),
        }
    }
}

impl Post {
    /// Says who we are, if the control file tells; PLAIN is preferred, being one step.
    fn authenticate(&mut self, offered: &Capabilities) -> (State, Step) {
        let Some(Credentials { user, password }) = &self.credentials else {
            return self.next_letter();
        };
        if offered.auth_plain {
            let secret = base64::encode(format!("\0{user}\0{password}").as_bytes());
            say(
                State::AwaitAuth(Auth::Verdict),
                format!("AUTH PLAIN {secret}"),
            )
        } else if offered.auth_login {
            say(State::AwaitAuth(Auth::LoginUser), "AUTH LOGIN".to_owned())
        } else {
            fail(Failure::new(
                "Mailserver offers neither AUTH PLAIN nor AUTH LOGIN, but a user name is set",
            ))
        }
    }

    fn after_auth(&mut self, auth: Auth, reply: &Reply) -> (State, Step) {
        match (auth, reply.sort(), &self.credentials) {
            (Auth::Verdict, Sort::Positive, _) => self.next_letter(),
            (Auth::LoginUser, Sort::Intermediate, Some(Credentials { user, .. })) => say(
                State::AwaitAuth(Auth::LoginPassword),
                base64::encode(user.as_bytes()),
            ),
            (Auth::LoginPassword, Sort::Intermediate, Some(Credentials { password, .. })) => say(
                State::AwaitAuth(Auth::Verdict),
                base64::encode(password.as_bytes()),
            ),
            (Auth::Verdict, Sort::Intermediate | Sort::Transient | Sort::Permanent, _)
            | (
                Auth::LoginUser | Auth::LoginPassword,
                Sort::Positive | Sort::Intermediate | Sort::Transient | Sort::Permanent,
                _,
            ) => fail(Failure::new(format!(
                "Mailserver authentication failed -- {}",
                reply.words()
            ))),
        }
    }

    /// The letter in hand has its fate.
    fn settle(&mut self, fate: Fate) -> &mut Self {
        if let Some((id, _)) = self.letters.pop_front() {
            self.fates.push((id, fate));
        }
        self
    }

    fn next_letter(&mut self) -> (State, Step) {
        match self.letters.front() {
            Some((_, letter)) => say(State::AwaitMail, format!("MAIL FROM:<{}>", letter.from)),
            None => (State::Ended, Step::DoneSaying(QUIT.to_vec())),
        }
    }

    fn say_rcpt(&mut self) -> (State, Step) {
        match self.letters.front() {
            Some((_, letter)) => say(State::AwaitRcpt, format!("RCPT TO:<{}>", letter.to)),
            None => self.next_letter(),
        }
    }

    fn say_content(&mut self) -> (State, Step) {
        match self.letters.front() {
            Some((_, letter)) => {
                let content = dot_stuffed(&letter.content);
                (State::AwaitAccepted, Step::Send(content))
            }
            None => self.next_letter(),
        }
    }

    /// Forgets a transaction that went wrong in the middle; needless before a QUIT.
    fn reset(&mut self) -> (State, Step) {
        if self.letters.is_empty() {
            self.next_letter()
        } else {
            say(State::AwaitReset, "RSET".to_owned())
        }
    }
}

/// What a reply means within a transaction.
enum Verdict {
    /// 2xx.
    Yes,
    /// 354.
    Go,
    /// This letter is refused; the next may fare better.
    Refused(Fate),
    /// The server wants no more of us (421), or makes no sense.
    Failed,
}

impl Verdict {
    fn of(reply: &Reply) -> Self {
        let refused = |permanent| {
            Self::Refused(Fate::Refused {
                permanent,
                reason: reply.words().into(),
            })
        };
        match (reply.code, reply.sort()) {
            (421, _) => Self::Failed,
            (354, _) => Self::Go,
            (_, Sort::Positive) => Self::Yes,
            (_, Sort::Intermediate) => Self::Failed,
            (_, Sort::Transient) => refused(false),
            (_, Sort::Permanent) => refused(true),
        }
    }
}

fn say(state: State, mut command: String) -> (State, Step) {
    command.push_str("\r\n");
    (state, Step::Send(command.into_bytes()))
}

fn fail(failure: Failure) -> (State, Step) {
    (State::Ended, failure.into())
}

/// The content as DATA wants it: a dot before each line that begins with one, and a lone dot at the
/// end (RFC 5321 section 4.5.2).
fn dot_stuffed(content: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(content.len() + 16);
    for line in content.split_inclusive(|&b| b == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    if !stuffed.ends_with(b"\r\n") {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed.extend_from_slice(b".\r\n");
    stuffed
}

#[cfg(test)]
mod tests;
