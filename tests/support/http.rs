//! A client for the status page that sends what a test tells it to and nothing else.

use std::io::{Read, Write};
use std::net::TcpStream;

#[cfg(feature = "tls")]
use super::{eventually, tls};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// `200`; 0 where nothing came.
    pub(crate) status: u16,
    /// Status line and header fields.
    pub(crate) head: String,
    /// The rest.
    pub(crate) body: String,
}

impl Answer {
    /// A header field's value.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// `GET path` with these header lines.
pub(crate) fn get(port: u16, path: &str, fields: &[&str]) -> Answer {
    let request = request("GET", path, fields, "");
    say(port, request.as_bytes())
}

/// `POST path` of a form with these header lines.
pub(crate) fn post(port: u16, path: &str, fields: &[&str], form: &str) -> Answer {
    let request = request("POST", path, fields, form);
    say(port, request.as_bytes())
}

/// The double-submit form of Monit's own command line: cookie and field of the same value.
pub(crate) fn post_as_client(port: u16, path: &str, fields: &[&str], form: &str) -> Answer {
    let token = "0123456789abcdef0123456789abcdef";
    let cookie = format!("Cookie: securitytoken={token}");
    let fields = [fields, &[cookie.as_str()]].concat();
    post(
        port,
        path,
        &fields,
        &format!("{form}&securitytoken={token}"),
    )
}

/// The text of a request.
pub(crate) fn request(method: &str, path: &str, fields: &[&str], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for field in fields {
        text += &format!("{field}\r\n");
    }
    if !body.is_empty() {
        text += "Content-Type: application/x-www-form-urlencoded\r\n";
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    text + "\r\n" + body
}

/// Sends bytes over a new connection and reads the answer to its end.
pub(crate) fn say(port: u16, request: &[u8]) -> Answer {
    match TcpStream::connect(("127.0.0.1", port)) {
        Ok(stream) => exchange(stream, request),
        Err(_) => parse(&[]),
    }
}

/// `GET path` over TLS.
#[cfg(feature = "tls")]
pub(crate) fn get_tls(port: u16, path: &str, fields: &[&str]) -> Answer {
    get_over(path, fields, || {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the status page listens");
        tls::connect(stream)
    })
}

/// `GET path` over such streams, until there is an answer: on a slow machine a handshake can take
/// longer than the page waits for it.
#[cfg(feature = "tls")]
pub(crate) fn get_over<S: Read + Write>(
    path: &str,
    fields: &[&str],
    connect: impl Fn() -> S,
) -> Answer {
    let request = request("GET", path, fields, "");
    let mut answer = parse(&[]);
    eventually("the page answers over TLS", || {
        answer = exchange(connect(), request.as_bytes());
        answer.status != 0
    });
    answer
}

/// Sends bytes and reads until the server closes.
pub(crate) fn exchange(mut stream: impl Read + Write, request: &[u8]) -> Answer {
    let mut answer = Vec::new();
    if stream.write_all(request).is_ok() {
        // A reset after the answer (the server did not want all we sent) still leaves the answer.
        let _ = stream.read_to_end(&mut answer);
    }
    parse(&answer)
}

fn parse(answer: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Answer {
        status: status.unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// The header line of `user:password`.
pub(crate) fn basic(credentials: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("Authorization: Basic ");
    for group in credentials.as_bytes().chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * index) & 63) as usize];
            text.push(if index > group.len() {
                '='
            } else {
                digit.into()
            });
        }
    }
    text
}
