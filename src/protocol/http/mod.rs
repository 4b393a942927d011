//! `protocol http`: one request, and what the answer must be.
//!
//! ```text
//!  Connected ─► AwaitHead ─ status wrong ──────────────► Failed
//!                │  ▲  │
//!                └──┘  ├─ nothing asked of the body ───► Done
//!                1xx   ▼
//!                   AwaitBody ─ complete, or enough ───► Done or Failed
//! ```
//!
//! Of head and body nothing is kept that is not needed any more: a `content` test looks at the body
//! as it comes, and so does a `checksum`. A body that ends before its told end is a failure; one
//! without a told end is what came until the peer closed, or until the time limit: a camera or an
//! event stream never ends.

mod body;
mod head;
mod request;

use crate::model::{CertificatePin, Connection, HttpMethod, HttpTest, Limit, Limits};
use crate::pattern::{Pattern, Search};
use crate::reading::{Hasher, hexadecimal};

use super::{Dialogue, Failure, Happened, Step};
use body::{Body, Progress};
use head::{Facts, Head};

/// A body whose checksum is wanted; without a limit a peer that never ends would never be done.
const CHECKSUM_LIMIT: u64 = 256 * 1024 * 1024;

pub(super) struct Http {
    /// Taken when it is sent.
    request: Vec<u8>,
    wanted: Wanted,
    state: State,
}

/// What the answer must be.
struct Wanted {
    method: HttpMethod,
    status: Option<Limit>,
    content: Option<Content>,
    checksum: Option<CertificatePin>,
}

struct Content {
    /// `content = "…"`, not `content != "…"`.
    must_match: bool,
    pattern: Box<str>,
    /// `httpContentBuffer`.
    limit: usize,
}

enum State {
    AwaitHead(Head),
    AwaitBody(Body, Inspection),
    Ended,
}

impl Http {
    pub(super) fn new(connection: &Connection, test: &HttpTest, limits: &Limits) -> Self {
        let content = |(must_match, expression): &(bool, Box<str>)| Content {
            must_match: *must_match,
            pattern: expression.clone(),
            limit: limits.http_content_buffer,
        };
        Self {
            request: request::request(connection, test),
            wanted: Wanted {
                method: test.method,
                status: test.status,
                content: test.content.as_ref().map(content),
                checksum: test.checksum.clone(),
            },
            state: State::AwaitHead(Head::default()),
        }
    }
}

impl Dialogue for Http {
    fn advance(&mut self, happened: Happened<'_>) -> Step {
        let state = std::mem::replace(&mut self.state, State::Ended);
        let result = match (state, happened) {
            (state, Happened::Connected) => {
                self.state = state;
                return Step::Send(std::mem::take(&mut self.request));
            }
            (State::AwaitHead(head), Happened::Received(bytes)) => {
                self.wanted.take_head(head, bytes)
            }
            (State::AwaitHead(head), Happened::Closed) => Err(head.closed()),
            (State::AwaitBody(body, inspection), Happened::Received(bytes)) => {
                self.wanted.take_body(body, inspection, bytes)
            }
            (State::AwaitBody(body, inspection), Happened::Closed) => {
                if body.may_close() {
                    self.wanted.judge(inspection).map(|()| State::Ended)
                } else {
                    Err(Failure::new(
                        "HTTP error: the connection was closed in the middle of the body",
                    ))
                }
            }
            (
                state @ (State::AwaitHead(_) | State::AwaitBody(..)),
                Happened::TlsStarted | Happened::Silent,
            ) => Ok(state),
            (
                State::Ended,
                Happened::Received(_) | Happened::Closed | Happened::TlsStarted | Happened::Silent,
            ) => Ok(State::Ended),
        };
        match result {
            Ok(State::Ended) => Step::Done,
            Ok(state @ (State::AwaitHead(_) | State::AwaitBody(..))) => {
                self.state = state;
                Step::Await
            }
            Err(failure) => failure.into(),
        }
    }

    fn conclude(&mut self) -> Option<Result<(), Failure>> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::AwaitBody(body, inspection) if body.may_close() => {
                Some(self.wanted.judge(inspection))
            }
            State::AwaitBody(..) | State::AwaitHead(_) | State::Ended => None,
        }
    }
}

impl Wanted {
    fn take_head(&self, mut head: Head, bytes: &[u8]) -> Result<State, Failure> {
        match head.take(bytes)? {
            Some((facts, rest)) => self.take_answer(&facts, rest),
            None => Ok(State::AwaitHead(head)),
        }
    }

    /// Judges the status and goes on to the body, if anything is asked of it.
    fn take_answer(&self, facts: &Facts, rest: &[u8]) -> Result<State, Failure> {
        let status = u64::from(facts.status);
        let passes = self
            .status
            .map_or(status < 400, |wanted| wanted.holds(status));
        if !passes {
            return Err(Failure::new(format!(
                "HTTP error: Server returned status {status}"
            )));
        }
        if self.content.is_none() && self.checksum.is_none() {
            return Ok(State::Ended);
        }
        if facts.promises_nothing() {
            return Err(Failure::new("HTTP error: No content returned from server"));
        }
        let body = match self.method {
            HttpMethod::Get => facts.body(),
            HttpMethod::Head => Body::Length(0),
        };
        self.take_body(body, Inspection::new(self), rest)
    }

    fn take_body(
        &self,
        mut body: Body,
        mut inspection: Inspection,
        bytes: &[u8],
    ) -> Result<State, Failure> {
        match body.take(bytes, &mut |content| inspection.look_at(content))? {
            Progress::Complete => {}
            Progress::More if inspection.has_seen_enough() => {}
            Progress::More if inspection.hashed > CHECKSUM_LIMIT => {
                return Err(Failure::new(
                    "Checksum error: the document is longer than 256 MB",
                ));
            }
            Progress::More => return Ok(State::AwaitBody(body, inspection)),
        }
        self.judge(inspection).map(|()| State::Ended)
    }

    fn judge(&self, mut inspection: Inspection) -> Result<(), Failure> {
        if let Some(content) = &self.content {
            let search = inspection.search.as_mut();
            let matches = search.is_some_and(Search::would_match);
            match (content.must_match, matches) {
                (true, true) | (false, false) => {}
                (true, false) => {
                    return Err(Failure::new(
                        "HTTP error: Regular expression doesn't match: No match",
                    ));
                }
                (false, true) => {
                    return Err(Failure::new("HTTP error: Regular expression matches"));
                }
            }
        }
        if let (Some(wanted), Some(hasher)) = (&self.checksum, inspection.hasher) {
            let hash = hasher.finish();
            if hash != wanted.digest {
                return Err(Failure::new(format!(
                    "Checksum error: {} mismatch (expected {} got {})",
                    wanted.kind.name(),
                    hexadecimal(&wanted.digest),
                    hexadecimal(&hash)
                )));
            }
        }
        Ok(())
    }
}

/// What the tests need to see of the body.
struct Inspection {
    search: Option<Search>,
    /// How much of the body it still looks at.
    left: usize,
    hasher: Option<Hasher>,
    hashed: u64,
}

impl Inspection {
    fn new(wanted: &Wanted) -> Self {
        let content = wanted.content.as_ref();
        Self {
            search: content.map(|content| Pattern::new(&content.pattern).search()),
            left: content.map_or(0, |content| content.limit),
            hasher: wanted.checksum.as_ref().map(|sum| Hasher::new(sum.kind)),
            hashed: 0,
        }
    }

    fn look_at(&mut self, content: &[u8]) {
        let seen = &content[..content.len().min(self.left)];
        self.left -= seen.len();
        if let Some(search) = &mut self.search {
            search.take(seen);
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(content);
            self.hashed += content.len() as u64;
        }
    }

    fn has_seen_enough(&self) -> bool {
        self.hasher.is_none() && self.left == 0
    }
}

#[cfg(test)]
mod tests;
