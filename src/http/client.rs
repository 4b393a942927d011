//! What the command line says to a running daemon and understands of its answer (reference F56).
//!
//! The words are Monit's own, so that either command line can speak to either daemon. The answer to
//! a question and to an order alike is the body of a 302; an error is a small page whose message
//! stands between the heading and the rule.

use crate::protocol::base64;

use super::{percent_encode, token};

/// Bytes of an answer, head included: a thousand services with room to spare.
pub const REPLY_LIMIT: usize = 4 * 1024 * 1024;

/// One question or order.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// `/_status`, `/_summary`, `/_report`, `/_doaction`.
    pub path: &'a str,
    /// In order; `format=text` and the token are added.
    pub parameters: &'a [(&'a str, &'a str)],
    /// User and password.
    pub credentials: Option<(&'a str, &'a str)>,
    /// 32 random hexadecimal digits: cookie and form carry the same.
    pub token: &'a str,
}

impl Call<'_> {
    /// The bytes to send.
    pub fn encode(&self) -> Vec<u8> {
        let own = [("format", "text"), (token::NAME, self.token)];
        let pairs = self.parameters.iter().chain(&own);
        let body: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={}", percent_encode(value)))
            .collect();
        let body = body.join("&");
        let authorization = match self.credentials {
            Some((user, password)) => {
                let pair = format!("{user}:{password}");
                format!(
                    "Authorization: Basic {}\r\n",
                    base64::encode(pair.as_bytes())
                )
            }
            None => String::new(),
        };
        format!(
            "POST {} HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Cookie: {}={}\r\nContent-Length: {}\r\n{authorization}\r\n{body}",
            self.path,
            token::NAME,
            self.token,
            body.len()
        )
        .into_bytes()
    }
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// What came after the head, as text; what is no UTF-8 has been replaced.
    pub body: String,
}

impl Reply {
    /// What the daemon did not like, in its words; `None` where all is well.
    pub fn error(&self) -> Option<String> {
        if self.status < 400 {
            return None;
        }
        let after_heading = self.body.split_once("</h2>").map(|(_, rest)| rest);
        let message = after_heading.and_then(|rest| rest.split(['<', '\n']).next());
        Some(match message {
            Some(message) if !message.is_empty() => unescape(message),
            Some(_) | None => format!("the daemon answered with HTTP status {}", self.status),
        })
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// Why an answer is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// What came is no HTTP.
    NotHttp,
    /// The connection ended too early.
    Truncated,
    /// More than [`REPLY_LIMIT`] bytes.
    TooLong,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotHttp => "the answer is not HTTP",
            Self::Truncated => "the connection was closed before the answer was complete",
            Self::TooLong => "the answer is too long",
        })
    }
}

/// Collects an answer.
#[derive(Debug, Default)]
pub struct Receiver {
    received: Vec<u8>,
}

impl Receiver {
    /// Takes what arrived.
    ///
    /// # Errors
    /// When there is more of it than [`REPLY_LIMIT`].
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        if self.received.len() + bytes.len() > REPLY_LIMIT {
            return Err(Broken::TooLong);
        }
        self.received.extend_from_slice(bytes);
        Ok(())
    }

    /// The peer has said all.
    ///
    /// # Errors
    /// When that was no whole answer.
    pub fn close(self) -> Result<Reply, Broken> {
        if self.received.is_empty() {
            return Err(Broken::Truncated);
        }
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut parsed = httparse::Response::new(&mut headers);
        let head_length = match parsed.parse(&self.received) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Err(Broken::Truncated),
            Err(_) => return Err(Broken::NotHttp),
        };
        let status = parsed.code.ok_or(Broken::NotHttp)?;
        let length = parsed
            .headers
            .iter()
            .find(|h| h.name.eq_ignore_ascii_case("Content-Length"))
            .and_then(|h| std::str::from_utf8(h.value).ok()?.parse::<usize>().ok());
        let body = &self.received[head_length..];
        let body = match length {
            Some(length) => body.get(..length).ok_or(Broken::Truncated)?,
            None => body,
        };
        let body = String::from_utf8_lossy(body).into_owned();
        Ok(Reply { status, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Parser, Progress, Response, Status, Surroundings};
    use crate::time::WallTime;

    const CALL: Call<'static> = Call {
        path: "/_doaction",
        parameters: &[("action", "start"), ("service", "a&b c"), ("service", "ü")],
        credentials: Some(("admin", "swordfish")),
        token: "0f655a16368ceb64737773a96481d2ec",
    };

    #[test]
    fn words_as_the_reference_sends_them() {
        let call = Call {
            path: "/_status",
            parameters: &[("service", "proc")],
            ..CALL
        };
        assert_eq!(
            String::from_utf8(call.encode()).unwrap(),
            "POST /_status HTTP/1.0\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\
             Cookie: securitytoken=0f655a16368ceb64737773a96481d2ec\r\n\
             Content-Length: 71\r\n\
             Authorization: Basic YWRtaW46c3dvcmRmaXNo\r\n\
             \r\n\
             service=proc&format=text&securitytoken=0f655a16368ceb64737773a96481d2ec"
        );
    }

    #[test]
    fn our_server_understands_our_client() {
        let Progress::Done(request) = Parser::new(1000).take(&CALL.encode()) else {
            panic!("not understood");
        };
        assert_eq!(request.path, "/_doaction");
        assert_eq!(
            request.form.all("service").collect::<Vec<_>>(),
            ["a&b c", "ü"]
        );
        assert_eq!(request.form.first(token::NAME), Some(CALL.token));
        assert_eq!(request.headers.cookie_token.as_deref(), Some(CALL.token));
    }

    fn reply(bytes: &[u8]) -> Result<Reply, Broken> {
        let mut receiver = Receiver::default();
        bytes.chunks(7).try_for_each(|piece| receiver.take(piece))?;
        receiver.close()
    }

    #[test]
    fn answers() {
        let text = "HTTP/1.0 302 Moved Temporarily\r\nContent-Length: 4\r\n\r\npong";
        let good = reply(text.as_bytes()).unwrap();
        assert_eq!((good.status, good.body.as_str()), (302, "pong"));
        assert_eq!(good.error(), None);
        let until_end = reply(b"HTTP/1.1 200 OK\r\n\r\nall of it").unwrap();
        assert_eq!(until_end.body, "all of it");
        for cut in 0..text.len() {
            let outcome = reply(&text.as_bytes()[..cut]);
            assert_eq!(outcome, Err(Broken::Truncated), "cut at {cut}");
        }
        assert_eq!(reply(b"SSH-2.0-OpenSSH_9.2\r\n"), Err(Broken::NotHttp));
        assert_eq!(reply(b"HTTP/1.0 2x0 OK\r\n\r\n"), Err(Broken::NotHttp));
    }

    #[test]
    fn an_endless_answer_is_cut() {
        let mut receiver = Receiver::default();
        let piece = [b'a'; 16_384];
        let taken = (0..).take_while(|_| receiver.take(&piece).is_ok()).count();
        assert_eq!(taken * piece.len(), REPLY_LIMIT);
    }

    #[test]
    fn errors_of_both_daemons() {
        let monits = "<html><head><title>400 Bad Request</title></head><body bgcolor=#FFFFFF>\
                      <h2>Bad Request</h2>There is no service named \"nosuch\"<hr></body></html>";
        let monits = Reply {
            status: 400,
            body: monits.into(),
        };
        assert_eq!(
            monits.error().unwrap(),
            "There is no service named \"nosuch\""
        );
        let surroundings = Surroundings {
            now: WallTime::default(),
            secure: false,
            hide_version: true,
        };
        let message = "Service 'a<b>&amp;' not found";
        let ours = Response::error(Status::BadRequest, message, &surroundings);
        let ours = reply(&ours.encode(&surroundings)).unwrap();
        assert_eq!(ours.error().as_deref(), Some(message));
        let bare = Reply {
            status: 503,
            body: String::new(),
        };
        assert_eq!(
            bare.error().unwrap(),
            "the daemon answered with HTTP status 503"
        );
    }
}
