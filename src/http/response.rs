//! An answer and how it is written: HTTP/1.0, one per connection (reference F42), and headers that
//! keep a browser from doing with our pages what they were not made for. Errors carry them too.

use std::fmt::Write;

use crate::text::PROGRAM;
use crate::time::WallTime;

use super::{Escaped, token};

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status line.
    pub status: Status,
    /// What the body is.
    pub content: Content,
    /// The body.
    pub body: Vec<u8>,
    /// The hash of the page's style sheet, as a content security policy names it.
    pub style_hash: Option<&'static str>,
    /// The token for a cookie: Monit's libraries send it back with their forms.
    pub token: Option<String>,
    /// Where to go; percent-encoded.
    pub location: Option<String>,
}

/// The statuses this server gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "RFC 9110's own words")]
pub enum Status {
    Ok,
    NoContent,
    Found,
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    NotImplemented,
}

impl Status {
    /// Three digits.
    pub const fn code(self) -> u16 {
        self.line().0
    }

    /// The words after them; 302 has Monit's.
    pub const fn reason(self) -> &'static str {
        self.line().1
    }

    const fn line(self) -> (u16, &'static str) {
        match self {
            Self::Ok => (200, "OK"),
            Self::NoContent => (204, "No Content"),
            Self::Found => (302, "Moved Temporarily"),
            Self::BadRequest => (400, "Bad Request"),
            Self::Unauthorized => (401, "Unauthorized"),
            Self::Forbidden => (403, "Forbidden"),
            Self::NotFound => (404, "Not Found"),
            Self::NotImplemented => (501, "Not Implemented"),
        }
    }
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A page.
    Html,
    /// Text with terminal colours.
    Text,
    /// The status document.
    Xml,
}

impl Content {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Xml => "text/xml",
        }
    }
}

/// What an answer says of its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// For `Date`.
    pub now: WallTime,
    /// The bytes travel over TLS.
    pub secure: bool,
    /// `signature disable`.
    pub hide_version: bool,
}

impl Surroundings {
    /// `tend 0.1.0`, or less where the version is nobody's business.
    pub const fn signature(&self) -> &'static str {
        if self.hide_version { "tend" } else { PROGRAM }
    }
}

impl Response {
    /// An answer without frills.
    pub const fn new(status: Status, content: Content, body: Vec<u8>) -> Self {
        Self {
            status,
            content,
            body,
            style_hash: None,
            token: None,
            location: None,
        }
    }

    /// An error page. Its shape is Monit's (reference F49): command lines cut the message out from
    /// between the heading and the rule.
    pub fn error(status: Status, message: &str, surroundings: &Surroundings) -> Self {
        let (code, reason) = status.line();
        let body = format!(
            "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width\">\
             <meta name=color-scheme content=\"light dark\"><title>{code} {reason}</title></head>\
             <body><h2>{reason}</h2>{}<hr><small>{}</small></body></html>",
            Escaped(message),
            surroundings.signature()
        );
        Self::new(status, Content::Html, body.into_bytes())
    }

    /// The bytes to send; the connection is closed after them.
    pub fn encode(&self, surroundings: &Surroundings) -> Vec<u8> {
        let (code, reason) = self.status.line();
        let mut head = Head(format!("HTTP/1.0 {code} {reason}\r\n"));
        head.line("Date", &surroundings.now.http_date());
        head.line("Server", surroundings.signature());
        if self.status != Status::NoContent {
            head.line("Content-Length", &self.body.len().to_string());
        }
        head.line("Connection", "close");
        self.write_policy(&mut head, surroundings.secure);
        if let Some(token) = &self.token {
            let attributes = "HttpOnly; SameSite=strict";
            let secure = if surroundings.secure { "; Secure" } else { "" };
            head.line(
                "Set-Cookie",
                &format!("{}={token}; Max-Age=600; {attributes}{secure}", token::NAME),
            );
        }
        if self.status != Status::NoContent {
            head.line("Content-Type", self.content.media_type());
        }
        if let Some(location) = &self.location {
            head.line("Location", location);
        }
        if self.status == Status::Unauthorized {
            head.line(
                "WWW-Authenticate",
                "Basic realm=\"tend\", charset=\"UTF-8\"",
            );
        }
        let mut bytes = head.0.into_bytes();
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// What a browser may do with the page: show it, in a frame of ours at most, with our one style
    /// sheet and inline pictures; send its forms to us; keep and tell nothing.
    fn write_policy(&self, head: &mut Head, secure: bool) {
        let style = match self.style_hash {
            Some(hash) => format!("; style-src '{hash}'"),
            None => String::new(),
        };
        head.line("X-Frame-Options", "SAMEORIGIN");
        head.line(
            "Content-Security-Policy",
            &format!(
                "default-src 'none'{style}; img-src data:; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'self'"
            ),
        );
        head.line("X-Content-Type-Options", "nosniff");
        head.line("Referrer-Policy", "same-origin");
        head.line("Cache-Control", "no-store");
        if secure {
            head.line("Strict-Transport-Security", "max-age=63072000");
        }
    }
}

struct Head(String);

impl Head {
    /// One header line. Whatever could end it early is left out of the value, wherever it came
    /// from.
    fn line(&mut self, name: &'static str, value: &str) {
        let visible = |c: &char| matches!(c, ' '..='~');
        let value: String = value.chars().filter(visible).collect();
        write!(self.0, "{name}: {value}\r\n").expect("a string takes all that is written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Surroundings = Surroundings {
        now: WallTime::new(1_795_330_394_250, 3600),
        secure: false,
        hide_version: false,
    };

    fn text(response: &Response, surroundings: &Surroundings) -> String {
        String::from_utf8(response.encode(surroundings)).unwrap()
    }

    #[test]
    fn an_answer_as_it_travels() {
        let mut response = Response::new(Status::Found, Content::Text, b"pong".to_vec());
        response.token = Some("0f65".into());
        response.location = Some("/_ping".into());
        assert_eq!(
            text(&response, &PLAIN),
            "HTTP/1.0 302 Moved Temporarily\r\n\
             Date: Sun, 22 Nov 2026 06:53:14 GMT\r\n\
             Server: tend 0.1.0\r\n\
             Content-Length: 4\r\n\
             Connection: close\r\n\
             X-Frame-Options: SAMEORIGIN\r\n\
             Content-Security-Policy: default-src 'none'; img-src data:; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'self'\r\n\
             X-Content-Type-Options: nosniff\r\n\
             Referrer-Policy: same-origin\r\n\
             Cache-Control: no-store\r\n\
             Set-Cookie: securitytoken=0f65; Max-Age=600; HttpOnly; SameSite=strict\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\
             Location: /_ping\r\n\
             \r\n\
             pong"
        );
    }

    #[test]
    fn over_tls_and_without_a_version() {
        let mut response = Response::new(Status::Ok, Content::Html, Vec::new());
        response.token = Some("0f65".into());
        let secure = Surroundings {
            secure: true,
            hide_version: true,
            ..PLAIN
        };
        let text = text(&response, &secure);
        assert!(text.contains("\r\nServer: tend\r\n"));
        assert!(text.contains("\r\nStrict-Transport-Security: max-age="));
        assert!(text.contains("SameSite=strict; Secure\r\n"));
    }

    #[test]
    fn errors_are_escaped_and_protected() {
        let response = Response::error(Status::NotFound, "no \"<b>&'x'\"", &PLAIN);
        let text = text(&response, &PLAIN);
        assert!(text.starts_with("HTTP/1.0 404 Not Found\r\n"));
        assert!(text.contains("</h2>no &quot;&lt;b&gt;&amp;&#39;x&#39;&quot;<hr>"));
        for header in ["nosniff", "SAMEORIGIN", "default-src 'none'"] {
            assert!(text.contains(header), "{header}");
        }
    }

    #[test]
    fn a_value_cannot_end_its_line() {
        let mut response = Response::new(Status::Found, Content::Html, Vec::new());
        response.location = Some("/a\r\nSet-Cookie: b\u{85}\n\n<p>".into());
        assert!(text(&response, &PLAIN).contains("\r\nLocation: /aSet-Cookie: b<p>\r\n"));
    }

    #[test]
    fn unauthorized_asks_for_a_password_and_nothing_has_no_body() {
        let unauthorized = Response::error(Status::Unauthorized, "", &PLAIN);
        assert!(text(&unauthorized, &PLAIN).contains("\r\nWWW-Authenticate: Basic realm="));
        let nothing = text(
            &Response::new(Status::NoContent, Content::Html, Vec::new()),
            &PLAIN,
        );
        assert!(!nothing.contains("\r\nContent-Length") && !nothing.contains("\r\nContent-Type"));
    }
}
