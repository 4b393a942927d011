//! A mail server that keeps what it is sent, and the ways in which one can fail.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use super::peer::{Peer, drain};
use super::{eventually, tls};

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Takes everything.
    Sound,
    /// Accepts the connection and says nothing.
    SilentFromTheStart,
    /// Takes the message and says nothing to its end.
    SilentAfterMessage,
    /// Refuses every recipient for good.
    RefusesRecipients,
    /// Closes after the first recipient.
    ClosesInTheMiddle,
    /// Speaks TLS from the first byte.
    #[cfg_attr(not(feature = "tls"), expect(dead_code))]
    Implicit,
    /// Offers STARTTLS, and takes mail only after it.
    StartTls,
    /// Wants AUTH, and takes any password.
    WantsAuth,
}

/// One mail as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// Of `MAIL FROM`.
    pub(crate) from: String,
    /// Of each `RCPT TO`.
    pub(crate) to: Vec<String>,
    /// The message with its header, dot-stuffing undone, lines ended by a bare line feed.
    pub(crate) content: String,
    /// The arguments of `AUTH`, with what followed, if there was one.
    pub(crate) auth: Option<String>,
    /// Whether it came through TLS.
    #[cfg_attr(not(feature = "tls"), expect(dead_code))]
    pub(crate) encrypted: bool,
}

impl Mail {
    /// A header field's value.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let (head, _) = self.content.split_once("\n\n")?;
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The text below the header.
    pub(crate) fn body(&self) -> &str {
        self.content.split_once("\n\n").map_or("", |(_, body)| body)
    }
}

/// A mail server on a loopback port.
pub(crate) struct MailServer {
    peer: Peer,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl MailServer {
    /// Starts one.
    pub(crate) fn new(manner: Manner) -> Self {
        Self::on(super::peer::listener(), manner)
    }

    /// Starts one on a given port.
    pub(crate) fn on(listener: std::net::TcpListener, manner: Manner) -> Self {
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        let peer = Peer::on(listener, move |stream, _| {
            let mut session = Session {
                manner,
                kept: &kept,
                auth: None,
                encrypted: false,
            };
            session.serve(stream);
        });
        Self { peer, mails }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.peer.port()
    }

    /// How many have connected.
    pub(crate) fn connections(&self) -> usize {
        self.peer.connections()
    }

    /// What has arrived so far.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().expect("no session panics").clone()
    }

    /// Waits for a mail to `recipient` whose subject holds `subject`.
    #[track_caller]
    pub(crate) fn wait_for(&self, recipient: &str, subject: &str) -> Mail {
        let wanted = |mail: &Mail| {
            let right_subject = mail.field("Subject").is_some_and(|s| s.contains(subject));
            right_subject && mail.to.iter().any(|to| to == recipient)
        };
        let mut found = None;
        eventually(&format!("a mail {subject:?} to {recipient}"), || {
            found = self.mails().into_iter().find(wanted);
            found.is_some()
        });
        found.expect("just waited for")
    }
}

/// One connection.
struct Session<'a> {
    manner: Manner,
    kept: &'a Mutex<Vec<Mail>>,
    auth: Option<String>,
    encrypted: bool,
}

impl Session<'_> {
    fn serve(&mut self, stream: TcpStream) {
        match self.manner {
            Manner::SilentFromTheStart => drain(stream),
            Manner::Implicit => {
                self.encrypted = true;
                self.talk(tls::accept(stream));
            }
            Manner::Sound
            | Manner::SilentAfterMessage
            | Manner::RefusesRecipients
            | Manner::ClosesInTheMiddle
            | Manner::StartTls
            | Manner::WantsAuth => {
                let again = stream.try_clone();
                let upgrade = self.talk(stream);
                if let (true, Ok(stream)) = (upgrade, again) {
                    self.encrypted = true;
                    self.talk(tls::accept(stream));
                }
            }
        }
    }

    /// Talks until the client quits; true where TLS is to follow.
    fn talk(&mut self, stream: impl Read + Write) -> bool {
        let mut stream = BufReader::new(stream);
        if !(self.encrypted && self.manner == Manner::StartTls) {
            reply(&mut stream, "220 sink.example ESMTP");
        }
        let (mut from, mut to) = (String::new(), Vec::new());
        while let Some(line) = line(&mut stream) {
            let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
            match verb.as_str() {
                "EHLO" => self.greet(&mut stream),
                "STARTTLS" => {
                    reply(&mut stream, "220 go ahead");
                    return true;
                }
                "AUTH" => self.authenticate(&mut stream, &line),
                "MAIL" if !self.admits() => reply(&mut stream, "530 5.7.0 not like this"),
                "MAIL" => {
                    from = address(&line);
                    reply(&mut stream, "250 ok");
                }
                "RCPT" if self.manner == Manner::RefusesRecipients => {
                    reply(&mut stream, "550 5.1.1 no such user here");
                }
                "RCPT" if self.manner == Manner::ClosesInTheMiddle => return false,
                "RCPT" => {
                    to.push(address(&line));
                    reply(&mut stream, "250 ok");
                }
                "DATA" if to.is_empty() => reply(&mut stream, "503 no recipients"),
                "DATA" => {
                    reply(&mut stream, "354 go");
                    let content = message(&mut stream);
                    if self.manner == Manner::SilentAfterMessage {
                        drain(stream);
                        return false;
                    }
                    let to = std::mem::take(&mut to);
                    self.keep(std::mem::take(&mut from), to, content);
                    reply(&mut stream, "250 queued");
                }
                "QUIT" => {
                    reply(&mut stream, "221 bye");
                    return false;
                }
                _ => reply(&mut stream, "250 ok"),
            }
        }
        false
    }

    fn greet(&self, stream: &mut BufReader<impl Read + Write>) {
        reply(stream, "250-sink.example");
        if self.manner == Manner::StartTls && !self.encrypted {
            reply(stream, "250-STARTTLS");
        }
        if self.manner != Manner::StartTls || self.encrypted {
            reply(stream, "250-AUTH PLAIN LOGIN");
        }
        reply(stream, "250 8BITMIME");
    }

    /// Whether a mail may begin.
    fn admits(&self) -> bool {
        match self.manner {
            Manner::StartTls => self.encrypted,
            Manner::WantsAuth => self.auth.is_some(),
            Manner::Sound
            | Manner::SilentFromTheStart
            | Manner::SilentAfterMessage
            | Manner::RefusesRecipients
            | Manner::ClosesInTheMiddle
            | Manner::Implicit => true,
        }
    }

    fn authenticate(&mut self, stream: &mut BufReader<impl Read + Write>, command: &str) {
        let mut words: Vec<String> = command.split(' ').skip(1).map(str::to_owned).collect();
        let asks = match (words[0].to_uppercase().as_str(), words.len()) {
            ("LOGIN", 1) => ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"].as_slice(),
            ("LOGIN", _) => ["UGFzc3dvcmQ6"].as_slice(),
            (_, 1) => [""].as_slice(),
            (_, _) => [].as_slice(),
        };
        for ask in asks {
            reply(stream, &format!("334 {ask}"));
            words.extend(line(stream));
        }
        self.auth = Some(words.join(" "));
        reply(stream, "235 welcome");
    }

    fn keep(&self, from: String, to: Vec<String>, content: String) {
        let mail = Mail {
            from,
            to,
            content,
            auth: self.auth.clone(),
            encrypted: self.encrypted,
        };
        self.kept.lock().expect("no session panics").push(mail);
    }
}

fn reply(stream: &mut BufReader<impl Read + Write>, text: &str) {
    let _ = write!(stream.get_mut(), "{text}\r\n");
    let _ = stream.get_mut().flush();
}

/// One line; what is not ended by CR LF is no line of SMTP, and shows as such in the tests.
fn line(stream: &mut BufReader<impl Read>) -> Option<String> {
    let mut bytes = Vec::new();
    stream.read_until(b'\n', &mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    Some(text.strip_suffix("\r\n")?.to_owned())
}

fn message(stream: &mut BufReader<impl Read>) -> String {
    let mut content = String::new();
    while let Some(line) = line(stream) {
        if line == "." {
            break;
        }
        content += line.strip_prefix('.').unwrap_or(&line);
        content.push('\n');
    }
    content
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let inner = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or_else(String::new, |(address, _)| address.to_owned())
}
