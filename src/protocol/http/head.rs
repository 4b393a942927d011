//! The head of an HTTP response: gathered until it is whole, then read for what matters to a test.

use crate::protocol::{Failure, printable};

use super::body::{Body, Chunks};

/// All heads of one answer together: the final one and those of 1xx before it.
pub(super) const HEAD_LIMIT: usize = 16 * 1024;
/// Headers of one head.
pub(super) const HEADERS_LIMIT: usize = 128;
/// The head as far as it came.
#[derive(Default)]
pub(super) struct Head {
    bytes: Vec<u8>,
    /// Bytes of the 1xx heads that were skipped.
    skipped: usize,
    /// Where the line under way begins.
    line_start: usize,
    /// How far line ends were looked for.
    scanned: usize,
}

impl Head {
    /// Takes what came; the final head, if it is whole, and what came after it.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Option<(Facts, Vec<u8>)>, Failure> {
        self.bytes.extend_from_slice(bytes);
        while let Some(length) = self.length()? {
            let facts = Facts::parse(&self.bytes[..length])?;
            if !facts.is_informational() {
                return Ok(Some((facts, self.bytes.split_off(length))));
            }
            self.skip(length);
        }
        Ok(None)
    }

    /// Where the head ends, just past its empty line, if that has come.
    fn length(&mut self) -> Result<Option<usize>, Failure> {
        let limit = HEAD_LIMIT - self.skipped;
        let window = &self.bytes[..self.bytes.len().min(limit)];
        while let Some(offset) = window[self.scanned..].iter().position(|&b| b == b'\n') {
            let end = self.scanned + offset;
            let line = &window[self.line_start..end];
            if self.line_start == 0 && !line.starts_with(b"HTTP/") {
                return Err(no_http(line));
            }
            self.scanned = end + 1;
            self.line_start = end + 1;
            if line.is_empty() || line == b"\r" {
                return Ok(Some(end + 1));
            }
        }
        self.scanned = window.len();
        if self.bytes.len() > limit {
            return Err(Failure::new(
                "HTTP error: the header of the response is longer than 16 kB",
            ));
        }
        Ok(None)
    }

    fn skip(&mut self, length: usize) {
        self.bytes.drain(..length);
        self.skipped += length;
        self.line_start = 0;
        self.scanned = 0;
    }

    pub(super) fn closed(&self) -> Failure {
        if self.bytes.is_empty() {
            Failure::new("HTTP: Error receiving data -- Connection closed by the peer")
        } else if !self.bytes.starts_with(b"HTTP/") {
            no_http(&self.bytes)
        } else {
            Failure::new(
                "HTTP error: the connection was closed in the middle of the response's header",
            )
        }
    }
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
    fn parse(head: &[u8]) -> Result<Self, Failure> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_LIMIT];
        let mut response = httparse::Response::new(&mut headers);
        // Odd headers are the server's business: they are no reason to restart it.
        let parsed = httparse::ParserConfig::default()
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .parse_response(&mut response, head);
        match parsed {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(httparse::Status::Partial) => return Err(no_http(head)),
            Err(httparse::Error::TooManyHeaders) => {
                return Err(Failure::new(
                    "HTTP error: the response has more than 128 headers",
                ));
            }
            Err(error) => {
                return Err(Failure::new(format!(
                    "HTTP error: the header of the response is malformed: {error}"
                )));
            }
        }
        let mut facts = Self {
            status: response.code.unwrap_or_default(),
            chunked: false,
            other_coding: false,
            length: None,
        };
        for header in response.headers.iter() {
            facts.add(header.name, header.value)?;
        }
        Ok(facts)
    }

    fn add(&mut self, name: &str, value: &[u8]) -> Result<(), Failure> {
        if name.eq_ignore_ascii_case("Transfer-Encoding") {
            for coding in value.split(|&b| b == b',').map(<[u8]>::trim_ascii) {
                // Only as the last coding does it tell the body's end (RFC 9112 section 6.3).
                self.chunked = coding.eq_ignore_ascii_case(b"chunked");
                self.other_coding |= !self.chunked && !coding.eq_ignore_ascii_case(b"identity");
            }
        } else if name.eq_ignore_ascii_case("Content-Length") {
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

    pub(super) fn body(&self) -> Result<Body, Failure> {
        Ok(match (self.status, self.length) {
            (101 | 204 | 304, _) => Body::Length(0),
            _ if self.chunked => Body::Chunked(Chunks::new()),
            (_, Some(length)) if !self.other_coding => Body::Length(length),
            (_, None | Some(_)) => Body::ToClose,
        })
    }
}

/// Digits and nothing else, at most 64 bits.
fn decimal(text: &[u8]) -> Option<u64> {
    if !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}
