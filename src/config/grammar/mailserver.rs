//! Where alert mails are handed in.

use std::time::Duration;

use super::tls::{self, SMTP, SMTPS, Word};
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{MailServerSyntax, PeerTlsSyntax, Text, TlsSyntax};
use crate::config::token::TokenKind;
use crate::model::{CertificatePin, MailServer};
use crate::text::{Diagnostic, Span, quoted};

/// The reference's (F74).
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

struct Server {
    host: Text,
    port: Option<u16>,
    username: Option<Text>,
    password: Option<Text>,
    tls: Option<Encryption>,
    pin: Option<(CertificatePin, Span)>,
    timeout: Option<Duration>,
}

/// What `using …` asks for.
struct Encryption {
    span: Span,
    word: Word,
    options: TlsSyntax,
}

/// `set mailserver HOST [port P] [username U password P] [using ssl|tls [with options { … }]]
/// [certificate checksum [KIND] HEX] [timeout T], HOST … [with timeout T] [using hostname NAME]`
///
/// A time limit at the end holds for the whole list; before a comma it is that server's own.
///
/// ```text
/// set mailserver mail.aconus.com, mail.example.com port 10025,
///    localhost with timeout 15 seconds
/// set mailserver smtp.example.org port 587 username "me" password "se cret" using tls
///    with options {verify: disable} using hostname "box.example.org"
/// set mailserver a.example.org using ssl
///    with certificate checksum md5 00112233445566778899aabbccddeeff,
///    b.example.org timeout 5 seconds, "c.example.org"
/// ```
pub(super) fn mailserver(p: &mut Parser<'_>) -> Parsed {
    let mut servers = Vec::new();
    loop {
        servers.push(server(p)?);
        if !another_follows(p) {
            break;
        }
    }
    let next = p.peek();
    let unknown = matches!(next.kind, TokenKind::Word(None) | TokenKind::Quoted);
    if unknown {
        return Err(p.unexpected());
    }
    let of_list = servers.last().and_then(|server| server.timeout);
    for server in servers {
        let timeout = server.timeout.or(of_list).unwrap_or(DEFAULT_TIMEOUT);
        let server = server.finish(p, timeout)?;
        p.syntax().mail_servers.push(server);
    }
    Ok(())
}

fn another_follows(p: &mut Parser<'_>) -> bool {
    let next = p.peek();
    match next.kind {
        TokenKind::Word(_) | TokenKind::Quoted => next.after_comma && !p.begins_statement(next),
        TokenKind::Symbol(_) | TokenKind::Unclosed | TokenKind::End => false,
    }
}

fn server(p: &mut Parser<'_>) -> Parsed<Server> {
    let mut server = Server {
        host: p.name("the name of a mail server")?,
        port: None,
        username: None,
        password: None,
        tls: None,
        pin: None,
        timeout: None,
    };
    if server
        .host
        .value
        .contains(|c: char| c.is_whitespace() || c.is_control())
    {
        let message = format!("{} is no host", quoted(&server.host.value));
        return Err(p.error(Diagnostic::error(server.host.span, message)));
    }
    while !p.peek().after_comma && option(p, &mut server)? {}
    Ok(server)
}

fn option(p: &mut Parser<'_>, server: &mut Server) -> Parsed<bool> {
    if p.accept(Keyword::Port) {
        let word = p.previous();
        let port = p.port_number()?;
        super::once(p, &mut server.port, port, word)?;
    } else if p.accept(Keyword::Username) {
        let word = p.previous();
        let user = p.name("a user name")?;
        super::once(p, &mut server.username, user, word)?;
    } else if p.accept(Keyword::Password) {
        let word = p.previous();
        let password = p.name("a password")?;
        p.warn_of_parentheses(password.span, false);
        super::once(p, &mut server.password, password, word)?;
    } else if p.accept(Keyword::Timeout) {
        let word = p.previous();
        let limit = p.time_limit()?.value;
        super::once(p, &mut server.timeout, limit, word)?;
    } else if p.accept(Keyword::Hostname) {
        let word = p.previous();
        let name = p.value("a host name")?;
        p.set_once("hostname", word);
        p.syntax().settings.mail_hostname = Some(name.value);
    } else if p.accept(Keyword::Certmd5) {
        let word = p.previous();
        let pin = tls::certmd5(p)?;
        super::once(p, &mut server.pin, (pin, word), word)?;
    } else if p.accept(Keyword::Certificate) {
        let word = p.previous();
        let pin = tls::certificate(p)?;
        super::once(p, &mut server.pin, (pin, word), word)?;
    } else {
        return encryption(p, server);
    }
    Ok(true)
}

/// `ssl`, `tls`, `sslauto` or, of older dialects, a version.
fn encryption(p: &mut Parser<'_>, server: &mut Server) -> Parsed<bool> {
    let (word, versions) = if p.accept(Keyword::Tls) {
        (Word::Tls, None)
    } else if p.accept(Keyword::Ssl) || p.accept(Keyword::Auto) {
        (Word::Ssl, None)
    } else if let Some(versions) = tls::accept_version(p) {
        let ssl = p.text(p.previous()).to_lowercase().starts_with("ssl");
        (if ssl { Word::Ssl } else { Word::Tls }, Some(versions))
    } else {
        return Ok(false);
    };
    let place = p.previous();
    let named = TlsSyntax {
        versions,
        ..TlsSyntax::default()
    };
    let options = tls::options(p)?.or(&named);
    let encryption = Encryption {
        span: place,
        word,
        options,
    };
    super::once(p, &mut server.tls, encryption, place)?;
    Ok(true)
}

impl Server {
    fn finish(self, p: &mut Parser<'_>, timeout: Duration) -> Parsed<MailServerSyntax> {
        let credentials = match (self.username, self.password) {
            (Some(user), Some(password)) => Some((user.value, password.value)),
            (None, None) => None,
            (Some(one), None) | (None, Some(one)) => {
                let message = "`username` and `password` need each other";
                return Err(p.error(Diagnostic::error(one.span, message)));
            }
        };
        if let (None, Some((_, word))) = (&self.tls, &self.pin) {
            let message = "without `using ssl` or `using tls` the server shows no certificate";
            return Err(p.error(Diagnostic::error(*word, message)));
        }
        let usual = match &self.tls {
            Some(tls) if tls.word == Word::Ssl => SMTPS,
            Some(_) | None => SMTP,
        };
        let port = self.port.unwrap_or(usual);
        let tls = self.tls.map(|asked| PeerTlsSyntax {
            span: asked.span,
            starttls: tls::is_starttls(port, asked.word),
            pin: self.pin.map(|(pin, _)| pin),
            options: asked.options,
        });
        let server = MailServer {
            host: self.host.value,
            port,
            credentials,
            tls: None, // what comes of it is known when the whole file is
            timeout,
        };
        Ok(MailServerSyntax { server, tls })
    }
}
