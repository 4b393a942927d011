//! The head of an HTTP response: read line by line for what matters to a test. Of a line as much
//! is kept as can matter, of the head one field at a time.

use crate::protocol::{Failure, printable};

use super::body::{Body, Chunks};

/// All heads of one answer together: the final one and those of 1xx before it.
pub(super) const HEAD_LIMIT: usize = 64 * 1024;
/// What is kept of a line, and of a field that is folded over several; the rest is skipped.
const KEPT: usize = 1024;

/// The head as far as it came.
#[derive(Default)]
pub(super) struct Head {
    /// Bytes of it and of the 1xx heads that were skipped.
    taken: usize,
    /// The line under way.
    line: Vec<u8>,
    /// Known once the status line has come.
    facts: Option<Facts>,
    /// The last header, which the next line may continue.
    field: Vec<u8>,
}

impl Head {
    /// Takes what came; the final head, if it is whole, and what came after it.
    pub(super) fn take<'a>(
        &mut self,
        mut bytes: &'a [u8],
    ) -> Result<Option<(Facts, &'a [u8])>, Failure> {
        while !bytes.is_empty() {
            let end = bytes.iter().position(|&b| b == b'\n');
            let (piece, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
            bytes = rest;
            self.taken += piece.len();
            if self.taken > HEAD_LIMIT {
                return Err(Failure::new(
                    "HTTP error: the header of the response is longer than 64 kB",
                ));
            }
            append(&mut self.line, piece);
            if end.is_some() {
                let line = std::mem::take(&mut self.line);
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                if let Some(facts) = self.take_line(line)? {
                    return Ok(Some((facts, bytes)));
                }
            }
        }
        Ok(None)
    }

    /// A line without its end; the facts, if it was the empty one at the end of the final head.
    fn take_line(&mut self, line: &[u8]) -> Result<Option<Facts>, Failure> {
        let Some(facts) = &mut self.facts else {
            self.facts = Some(Facts::of(line)?);
            return Ok(None);
        };
        if line.first().is_some_and(u8::is_ascii_whitespace) {
            append(&mut self.field, line); // folded, as RFC 9112 section 5.2 has it of old
            return Ok(None);
        }
        facts.add(&self.field)?;
        self.field.clear();
        append(&mut self.field, line);
        let is_whole = line.is_empty();
        let facts = self.facts.take_if(|_| is_whole);
        Ok(facts.filter(|facts| !facts.is_informational()))
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.line.capacity() + self.field.capacity()
    }

    pub(super) fn closed(&self) -> Failure {
        if self.taken == 0 {
            Failure::new("HTTP: Error receiving data -- Connection closed by the peer")
        } else if self.facts.is_none() && !speaks_http(&self.line) {
            no_http(&self.line)
        } else {
            Failure::new(
                "HTTP error: the connection was closed in the middle of the response's header",
            )
        }
    }
}

fn append(kept: &mut Vec<u8>, bytes: &[u8]) {
    let room = KEPT.saturating_sub(kept.len());
    kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// Whether a status line begins so: with `HTTP`, of whatever version and case, or with the `ICY` of
/// Shoutcast.
fn speaks_http(line: &[u8]) -> bool {
    let protocol = line.split(u8::is_ascii_whitespace).next();
    let name = protocol.and_then(|word| word.split(|&b| b == b'/').next());
    name.is_some_and(|name| name.eq_ignore_ascii_case(b"HTTP") || name == b"ICY")
}

fn no_http(line: &[u8]) -> Failure {
    Failure::new(format!(
        "HTTP error: the server does not speak HTTP [{}]",
        printable(line)
    ))
}

/// What a head says that matters here.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) status: u16,
    chunked: bool,
    /// A transfer coding other than chunked: the body ends when the peer closes.
    other_coding: bool,
    length: Option<u64>,
}

impl Facts {
    /// As far as the status line tells. Its version is the server's business, as are odd headers:
    /// they are no reason to restart it.
    fn of(line: &[u8]) -> Result<Self, Failure> {
        if !speaks_http(line) {
            return Err(no_http(line));
        }
        let mut words = line
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        let code = words.nth(1).filter(|code| code.len() == 3);
        let status = code.and_then(decimal).and_then(|n| u16::try_from(n).ok());
        Ok(Self {
            status: status.ok_or_else(|| {
                Failure::new(
                    "HTTP error: the header of the response is malformed: invalid response status",
                )
            })?,
            chunked: false,
            other_coding: false,
            length: None,
        })
    }

    /// Takes a header, if it is one that matters.
    fn add(&mut self, field: &[u8]) -> Result<(), Failure> {
        let Some(colon) = field.iter().position(|&b| b == b':') else {
            return Ok(());
        };
        let (name, value) = (field[..colon].trim_ascii_end(), &field[colon + 1..]);
        if name.eq_ignore_ascii_case(b"Transfer-Encoding") {
            for coding in value.split(|&b| b == b',').map(<[u8]>::trim_ascii) {
                // Only as the last coding does it tell the body's end (RFC 9112 section 6.3).
                self.chunked = coding.eq_ignore_ascii_case(b"chunked");
                self.other_coding |= !self.chunked && !coding.eq_ignore_ascii_case(b"identity");
            }
        } else if name.eq_ignore_ascii_case(b"Content-Length") {
            for part in value.split(|&b| b == b',').map(<[u8]>::trim_ascii) {
                let length = decimal(part);
                if length.is_none() || self.length.is_some_and(|other| Some(other) != length) {
                    return Err(Failure::new(format!(
                        "HTTP error: Content-Length makes no sense [{}]",
                        printable(value)
                    )));
                }
                self.length = length;
            }
        }
        Ok(())
    }

    /// 100 to 199, but 101 is an answer: there is no HTTP after it.
    fn is_informational(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }

    /// Whether the server says that there is nothing to look at. To the reference that is no
    /// content a test could pass on, be it of `!=` or `checksum` (seen).
    pub(super) fn promises_nothing(&self) -> bool {
        self.length == Some(0) && !self.chunked && !self.other_coding
    }

    pub(super) fn body(&self) -> Body {
        match (self.status, self.length) {
            (101 | 204 | 304, _) => Body::Length(0),
            _ if self.chunked => Body::Chunked(Chunks::new()),
            (_, Some(length)) if !self.other_coding => Body::Length(length),
            (_, None | Some(_)) => Body::ToClose,
        }
    }
}

/// Digits and nothing else, at most 64 bits.
fn decimal(text: &[u8]) -> Option<u64> {
    if !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}
