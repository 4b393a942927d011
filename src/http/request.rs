//! A request as it comes in, piece by piece, and the limits on what a client may send.
//!
//! ```text
//!  Head ──first line, then the blank line──► Body ──Content-Length bytes──► done
//!    └─ refused: not HTTP, too long, not GET or POST, a body we cannot measure ─┘
//! ```
//!
//! One request per connection: what follows it is dropped. httparse looks at the head twice at
//! most (once its first line is there, so that `GET /` of HTTP/0.9 is answered, and once it is
//! whole), so a client that sends byte by byte costs no more than one that does not.

use std::ops::Range;

use crate::model::Model;

use super::form::percent_decode;
use super::{Parameters, Status};

/// Bytes of request line and headers together.
pub const HEAD_LIMIT: usize = 16 * 1024;
/// Bytes of the request target, escapes and query included.
pub const PATH_LIMIT: usize = 2 * 1024;
/// Header lines.
pub const HEADER_LIMIT: usize = 100;

/// Bytes of a form that can name every service of this model, percent-coded, and what goes with
/// them.
pub fn body_limit(model: &Model) -> usize {
    const PER_SERVICE: usize = "&service=".len();
    let names = model
        .services
        .iter()
        .map(|s| 3 * s.name.len() + PER_SERVICE);
    1024 + names.sum::<usize>()
}

/// What the client wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Look.
    Get,
    /// Act, or look as Monit's command line does (reference F56).
    Post,
}

/// A whole request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// GET or POST.
    pub method: Method,
    /// Decoded, without the query; begins with a slash; no control bytes.
    pub path: String,
    /// What follows the question mark.
    pub query: Parameters,
    /// The body of a POST.
    pub form: Parameters,
    /// The headers somebody asks for.
    pub headers: Headers,
}

/// The headers that matter here; of a repeated one the first counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// `Host`.
    pub host: Option<Box<str>>,
    /// `Authorization`.
    pub authorization: Option<Box<str>>,
    /// `Origin`.
    pub origin: Option<Box<str>>,
    /// `Referer`.
    pub referer: Option<Box<str>>,
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<Box<str>>,
    /// Any header beginning with `Sec-Fetch-` was there.
    pub fetch_metadata: bool,
    /// The first non-empty cookie named `securitytoken`.
    pub cookie_token: Option<Box<str>>,
}

impl Request {
    /// A parameter of the request: of a POST only the body counts (reference F51).
    pub fn parameters(&self) -> &Parameters {
        match self.method {
            Method::Get => &self.query,
            Method::Post => &self.form,
        }
    }
}

/// How far a request has come.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not whole yet.
    More,
    /// Whole.
    Done(Box<Request>),
    /// Wrong; say so and close.
    Refused(Refusal),
}

/// Why a request is not looked at further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// With which status.
    pub status: Status,
    /// In these words.
    pub message: &'static str,
}

const UNREADABLE: Refusal = Refusal {
    status: Status::BadRequest,
    message: "Cannot parse request",
};
const BAD_PARAMETERS: Refusal = Refusal {
    status: Status::BadRequest,
    message: "Cannot parse Request parameters",
};
const BAD_METHOD: Refusal = Refusal {
    status: Status::NotImplemented,
    message: "Method not implemented",
};

/// Turns bytes into one request.
#[derive(Debug)]
pub struct Parser {
    received: Vec<u8>,
    /// Where the line that is being received begins.
    line_at: usize,
    /// Up to where a line end has been looked for.
    searched: usize,
    body_limit: usize,
    head: Option<Head>,
}

/// A head that was understood, waiting for its body.
#[derive(Debug)]
struct Head {
    request: Box<Request>,
    body: Range<usize>,
}

impl Parser {
    /// For a connection whose form may hold `body_limit` bytes (see [`body_limit`]).
    pub fn new(body_limit: usize) -> Self {
        Self {
            received: Vec::new(),
            line_at: 0,
            searched: 0,
            body_limit,
            head: None,
        }
    }

    /// Takes what arrived. Not called again after `Done` or `Refused`.
    pub fn take(&mut self, bytes: &[u8]) -> Progress {
        self.received.extend_from_slice(bytes);
        match self.advance() {
            Ok(None) => Progress::More,
            Ok(Some(request)) => Progress::Done(request),
            Err(refusal) => Progress::Refused(refusal),
        }
    }

    fn advance(&mut self) -> Result<Option<Box<Request>>, Refusal> {
        let head = match self.head.take() {
            Some(head) => head,
            None => match self.head_end()? {
                Some(end) => parse_head(&self.received[..end], self.body_limit)?,
                None => return Ok(None),
            },
        };
        let Head { mut request, body } = head;
        let Some(form) = self.received.get(body.clone()) else {
            self.head = Some(Head { request, body });
            return Ok(None);
        };
        request.form = Parameters::decode(form).ok_or(BAD_PARAMETERS)?;
        Ok(Some(request))
    }

    /// Where the head ends, once its blank line has arrived. Bare line feeds are taken as well
    /// (reference F59).
    fn head_end(&mut self) -> Result<Option<usize>, Refusal> {
        while let Some(distance) = self.received[self.searched..]
            .iter()
            .position(|b| *b == b'\n')
        {
            let line_end = self.searched + distance + 1;
            if line_end > HEAD_LIMIT {
                return Err(UNREADABLE);
            }
            match (&self.received[self.line_at..line_end], self.line_at) {
                (b"\n" | b"\r\n", 0) => return Err(UNREADABLE),
                (b"\n" | b"\r\n", _) => return Ok(Some(line_end)),
                (line, 0) => check_request_line(line)?,
                _ => {}
            }
            self.line_at = line_end;
            self.searched = line_end;
        }
        self.searched = self.received.len();
        if self.searched > HEAD_LIMIT {
            return Err(UNREADABLE);
        }
        Ok(None)
    }
}

/// Refuses what is no HTTP/1 at its first line, so that nobody waits for a blank line that will not
/// come.
fn check_request_line(line: &[u8]) -> Result<(), Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; 0];
    let mut parsed = httparse::Request::new(&mut headers);
    parsed.parse(line).map_err(|_| UNREADABLE)?;
    match parsed.path {
        Some(path) if path.len() <= PATH_LIMIT => Ok(()),
        Some(_) | None => Err(UNREADABLE),
    }
}

fn parse_head(head: &[u8], body_limit: usize) -> Result<Head, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; HEADER_LIMIT];
    let mut parsed = httparse::Request::new(&mut headers);
    parsed.parse(head).map_err(|_| UNREADABLE)?;
    let method = parse_method(parsed.method.ok_or(UNREADABLE)?)?;
    let target = parsed.path.ok_or(UNREADABLE)?.as_bytes();
    let body_length = body_length(method, parsed.headers)?;
    if body_length > body_limit {
        return Err(BAD_PARAMETERS);
    }
    let query_at = target
        .iter()
        .position(|b| *b == b'?')
        .unwrap_or(target.len());
    let path = percent_decode(&target[..query_at]).ok_or(UNREADABLE)?;
    if !path.starts_with('/') {
        return Err(UNREADABLE);
    }
    let query = target.get(query_at + 1..).unwrap_or_default();
    let request = Request {
        method,
        path,
        query: Parameters::decode(query).ok_or(UNREADABLE)?,
        form: Parameters::default(),
        headers: collect_headers(parsed.headers),
    };
    Ok(Head {
        request: Box::new(request),
        body: head.len()..head.len() + body_length,
    })
}

fn parse_method(word: &str) -> Result<Method, Refusal> {
    if word.eq_ignore_ascii_case("GET") {
        Ok(Method::Get)
    } else if word.eq_ignore_ascii_case("POST") {
        Ok(Method::Post)
    } else {
        Err(BAD_METHOD)
    }
}

/// The length of the body: exactly one `Content-Length` of digits on a POST, none or zero on a GET,
/// and never a `Transfer-Encoding`. Whatever two readers could understand differently is refused.
fn body_length(method: Method, headers: &[httparse::Header<'_>]) -> Result<usize, Refusal> {
    let named = |name: &'static str| {
        headers
            .iter()
            .filter(move |h| h.name.eq_ignore_ascii_case(name))
    };
    if named("Transfer-Encoding").next().is_some() {
        return Err(BAD_PARAMETERS);
    }
    let mut lengths = named("Content-Length").map(|h| parse_length(h.value));
    match (lengths.next(), lengths.next(), method) {
        (Some(Some(length)), None, Method::Post) => Ok(length),
        (Some(Some(0)) | None, None, Method::Get) => Ok(0),
        _ => Err(BAD_PARAMETERS),
    }
}

fn parse_length(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn collect_headers(received: &[httparse::Header<'_>]) -> Headers {
    let mut headers = Headers::default();
    for header in received {
        let value = || String::from_utf8_lossy(header.value).into();
        match header.name.to_ascii_lowercase().as_str() {
            "host" => _ = headers.host.get_or_insert_with(value),
            "authorization" => _ = headers.authorization.get_or_insert_with(value),
            "origin" => _ = headers.origin.get_or_insert_with(value),
            "referer" => _ = headers.referer.get_or_insert_with(value),
            "cookie" if headers.cookie_token.is_none() => {
                headers.cookie_token = cookie_token(&value());
            }
            "sec-fetch-site" => {
                headers.fetch_metadata = true;
                _ = headers.fetch_site.get_or_insert_with(value);
            }
            name if name.starts_with("sec-fetch-") => headers.fetch_metadata = true,
            _ => {}
        }
    }
    headers
}

/// `a=b; securitytoken=X; c=d`: the token may stand anywhere.
fn cookie_token(cookies: &str) -> Option<Box<str>> {
    cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == super::token::NAME && !value.is_empty())
        .map(|(_, value)| value.into())
}

#[cfg(test)]
mod tests;
