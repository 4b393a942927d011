//! Connection tests: where to, over what, saying what.
//!
//! Their options come in any order, before and after those of the protocol, so they are collected
//! first; what cannot be together is found when all are known.

use std::time::Duration;

use super::host::{self, default_host};
use super::http_options::{self, HttpOptions};
use super::pattern::{pattern, unescape};
use super::tls::{self, Word};
use crate::config::complaints::Reported;
use crate::config::keyword::Keyword;
use crate::config::later::Place;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{ConnectionSyntax, ProtocolSyntax, TestSyntax, Text};
use crate::config::token::{Symbol, TokenKind};
use crate::model::{
    CertificatePin, Destination, Exchange, SubjectKind, TlsOptions, Transport, Verify,
};
use crate::text::{Diagnostic, Span, Spanned, quoted};

/// Most tries within one cycle: with the time limit of each, more would outlast the cycle.
const TRIES_LIMIT: u64 = 20;

#[derive(Default)]
struct Options {
    host: Option<Text>,
    port: Option<Spanned<u16>>,
    unix: Option<Text>,
    transport: Option<Spanned<Transport>>,
    /// What asked for TLS first: `ssl`, `tls`, `tcpssl`, `https`.
    tls: Option<Spanned<(Word, Verify)>>,
    pin: Option<Spanned<CertificatePin>>,
    protocol: Option<Spanned<Spoken>>,
    http: HttpOptions,
    exchanges: Vec<Exchange>,
    /// Where the first `send` or `expect` stands.
    first_exchange: Option<Span>,
    patterns: Vec<Text>,
    timeout: Option<Duration>,
    tries: Option<u8>,
}

/// A protocol that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spoken {
    Default,
    Http,
    Smtp,
}

type OptionProduction = fn(&mut Parser<'_>, &mut Options, Span) -> Parsed;

const OPTIONS: &[(Keyword, OptionProduction)] = &[
    (Keyword::Host, host),
    (Keyword::Port, port),
    (Keyword::Unixsocket, unixsocket),
    (Keyword::Type, transport),
    (Keyword::Ssl, ssl),
    (Keyword::Tls, starttls),
    (Keyword::Certmd5, certmd5),
    (Keyword::Certificate, certificate),
    (Keyword::Protocol, protocol),
    (Keyword::Send, send),
    (Keyword::Expect, expect),
    (Keyword::Timeout, timeout),
    (Keyword::Retry, retry),
];

/// Whether an option of a connection test is next.
pub(super) fn at_option(p: &mut Parser<'_>) -> bool {
    let next = p.peek().kind;
    OPTIONS
        .iter()
        .any(|(first, _)| next == TokenKind::Word(Some(*first)))
}

/// `[host H] port P | unixsocket PATH`, and options in any order.
///
/// ```text
/// check process p with pidfile /p
///   if failed host 192.168.1.100 port 443 type TCPSSL
///      certmd5 12-34-56-78-90-AB-CD-EF-12-34-56-78-90-AB-CD-EF
///      protocol HTTP request /index.html then restart
///   if failed unixsocket /var/run/sophie with timeout 3 seconds retry 2 then restart
///   if failed port 53 type udp host "::1" then alert
/// ```
pub(super) fn failed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    test(p, false)
}

/// The same after `succeeded`: it is a failure that the connection works.
///
/// ```text
/// check process p with pidfile /p
///   if succeeded host db.example.org port 3306 then alert
/// ```
pub(super) fn succeeded(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    test(p, true)
}

fn test(p: &mut Parser<'_>, expect_failure: bool) -> Parsed<TestSyntax> {
    let mut options = Options::default();
    while let Some(option) = next_option(p)? {
        let word = p.previous();
        match option {
            Either::Connection(production) => production(p, &mut options, word)?,
            Either::Http(production) => {
                options.http.met(word);
                production(p, &mut options.http, word)?;
            }
        }
    }
    options.finish(p, expect_failure)
}

enum Either {
    Connection(OptionProduction),
    Http(fn(&mut Parser<'_>, &mut HttpOptions, Span) -> Parsed),
}

fn next_option(p: &mut Parser<'_>) -> Parsed<Option<Either>> {
    if let Some(production) = p.accept_row(OPTIONS) {
        return Ok(Some(Either::Connection(production)));
    }
    if let Some(production) = p.accept_row(http_options::OPTIONS) {
        return Ok(Some(Either::Http(production)));
    }
    let next = p.peek();
    let is_unknown = matches!(
        next.kind,
        TokenKind::Word(None | Some(Keyword::Responsetime))
    );
    let may_be_later = is_unknown && !p.at_number();
    if may_be_later {
        return Err(p.unexpected_at(Place::Connection, ""));
    }
    Ok(None)
}

/// Judging them together.
impl Options {
    fn finish(mut self, p: &mut Parser<'_>, expect_failure: bool) -> Parsed<TestSyntax> {
        let destination = self.destination(p)?;
        let tls = self.tls_options(p, &destination)?;
        let protocol = self.spoken(p)?;
        let test = ConnectionSyntax {
            destination,
            transport: self.transport.map_or_else(Transport::default, |t| t.value),
            tls,
            protocol,
            timeout: self.timeout,
            tries: self.tries.unwrap_or(1),
            expect_failure,
            patterns: self.patterns,
        };
        Ok(TestSyntax::Connection(Box::new(test)))
    }

    fn destination(&mut self, p: &mut Parser<'_>) -> Parsed<Destination> {
        let host = self.host.take();
        let unix = self.unix.take();
        if let (SubjectKind::Host, Some(path)) = (p.service().subject.kind(), &unix) {
            let message = "a Unix socket is on this machine, and no test of a `check host`";
            let error = Diagnostic::error(path.span, message);
            return Err(p.error(error.note("it is a test of: check process")));
        }
        match (unix, self.port.take()) {
            (None, Some(port)) => Ok(Destination::Host {
                host: match host {
                    Some(host) => host.value,
                    None => default_host(p),
                },
                port: port.value,
            }),
            (Some(path), None) if host.is_none() => Ok(Destination::Unix(path.value)),
            (Some(path), _) => {
                let message = "a Unix socket has no host and no port";
                Err(p.error(Diagnostic::error(path.span, message)))
            }
            (None, None) => {
                let message = "a connection test needs a `port` or a `unixsocket`";
                let place = host.map_or_else(|| p.previous(), |host| host.span);
                Err(p.error(Diagnostic::error(place, message)))
            }
        }
    }

    fn tls_options(
        &mut self,
        p: &mut Parser<'_>,
        destination: &Destination,
    ) -> Parsed<Option<TlsOptions>> {
        let pin = self.pin.take();
        let Some(asked) = self.tls.take() else {
            return match pin {
                None => Ok(None),
                Some(pin) => Err(pin_without_tls(p, pin.span)),
            };
        };
        if let Some(udp) = self.udp() {
            let error = Diagnostic::error(asked.span, "TLS cannot be had over UDP");
            return Err(p.error(error.related(udp, "asks for UDP")));
        }
        let port = match destination {
            Destination::Host { port, .. } => *port,
            Destination::Unix(_) => 0,
        };
        let (word, verify) = asked.value;
        let spoken = self.protocol.as_ref().map(|protocol| protocol.value);
        Ok(Some(TlsOptions {
            starttls: spoken == Some(Spoken::Smtp) && tls::is_starttls(port, word),
            verify,
            pin: pin.map(|pin| pin.value),
        }))
    }

    fn spoken(&mut self, p: &mut Parser<'_>) -> Parsed<ProtocolSyntax> {
        let protocol = self.protocol.take();
        let name = protocol.as_ref().map(|protocol| protocol.value);
        if let (Some(option), true) = (self.http.first(), name != Some(Spoken::Http)) {
            let message = format!("{} needs `protocol http`", quoted(p.text(option)));
            return Err(p.error(Diagnostic::error(option, message)));
        }
        let named = protocol.filter(|protocol| protocol.value != Spoken::Default);
        if let (Some(named), Some(exchange)) = (&named, self.first_exchange) {
            let message = "`send` and `expect` cannot be mixed with a protocol";
            let error = Diagnostic::error(exchange, message);
            return Err(p.error(error.related(named.span, "this one")));
        }
        if let (Some(named), Some(udp)) = (&named, self.udp()) {
            let message = "this protocol is not spoken over UDP";
            return Err(
                p.error(Diagnostic::error(named.span, message).related(udp, "asks for UDP"))
            );
        }
        match named.map(|named| named.value) {
            Some(Spoken::Http) => {
                let (test, pattern) = std::mem::take(&mut self.http).finish(p)?;
                self.patterns.extend(pattern);
                Ok(ProtocolSyntax::Http(test))
            }
            Some(Spoken::Smtp) => Ok(ProtocolSyntax::Smtp),
            Some(Spoken::Default) | None if self.exchanges.is_empty() => {
                Ok(ProtocolSyntax::Default)
            }
            Some(Spoken::Default) | None => {
                Ok(ProtocolSyntax::Generic(std::mem::take(&mut self.exchanges)))
            }
        }
    }

    fn udp(&self) -> Option<Span> {
        let transport = self.transport.as_ref()?;
        (transport.value == Transport::Udp).then_some(transport.span)
    }
}

fn pin_without_tls(p: &mut Parser<'_>, place: Span) -> Reported {
    let error = Diagnostic::error(place, "without TLS the peer shows no certificate");
    p.error(error.note("`type tcpssl`, `using ssl` or `protocol https` asks for TLS"))
}

fn host(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let host = host::host(p)?;
    super::once(p, &mut options.host, host, word)
}

fn port(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let port = Spanned::new(p.port_number()?, p.previous());
    super::once(p, &mut options.port, port, word)
}

fn unixsocket(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let path = p.path()?;
    super::once(p, &mut options.unix, path, word)
}

/// `type tcp|udp|tcpssl [VERSION]`
fn transport(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let transport = if p.accept(Keyword::Udp) {
        Transport::Udp
    } else if p.accept(Keyword::Tcpssl) {
        let span = p.previous();
        if !p.accept(Keyword::Auto) {
            tls::accept_version(p, "");
        }
        ask_for_tls(options, span, Word::Ssl, Verify::Unset);
        Transport::Tcp
    } else {
        p.expect(Keyword::Tcp)?;
        Transport::Tcp
    };
    super::once(
        p,
        &mut options.transport,
        Spanned::new(transport, word),
        word,
    )
}

/// `ssl [with options { … }]`
fn ssl(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let verify = tls::options(p)?.of_test();
    ask_for_tls(options, word, Word::Ssl, verify);
    Ok(())
}

/// `tls [with options { … }]`: by STARTTLS where the protocol has it.
fn starttls(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let verify = tls::options(p)?.of_test();
    ask_for_tls(options, word, Word::Tls, verify);
    Ok(())
}

/// `protocol https with ssl options { … }` asks twice: once for TLS, once for how. A protocol's
/// name counts more than `ssl` or `tls`.
fn ask_for_tls(options: &mut Options, place: Span, word: Word, verify: Verify) {
    let Some(before) = &mut options.tls else {
        options.tls = Some(Spanned::new((word, verify), place));
        return;
    };
    if before.value.0 != Word::Protocol {
        before.value.0 = word;
    }
    if verify != Verify::Unset {
        before.value.1 = verify;
    }
}

fn certmd5(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let pin = Spanned::new(tls::certmd5(p)?, word);
    super::once(p, &mut options.pin, pin, word)
}

fn certificate(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let pin = Spanned::new(tls::certificate(p)?, word);
    super::once(p, &mut options.pin, pin, word)
}

const PROTOCOLS: &[(Keyword, (Spoken, bool))] = &[
    (Keyword::Http, (Spoken::Http, false)),
    (Keyword::Https, (Spoken::Http, true)),
    (Keyword::Smtp, (Spoken::Smtp, false)),
    (Keyword::Smtps, (Spoken::Smtp, true)),
    (Keyword::Default, (Spoken::Default, false)),
];

/// `protocol http|https|smtp|smtps|default`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 25 protocol smtp using tls then restart
///   if failed port 465 proto smtps then restart
///   if failed port 443 protocol https with ssl options {verify: disable} then restart
/// ```
fn protocol(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let Some((spoken, encrypted)) = p.accept_row(PROTOCOLS) else {
        return Err(p.unexpected_at(Place::Protocol, "protocol "));
    };
    let named = p.previous();
    if encrypted {
        ask_for_tls(options, named, Word::Protocol, Verify::Unset);
    }
    super::once(p, &mut options.protocol, Spanned::new(spoken, named), word)
}

/// `send "BYTES"`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 25 and expect "^220.*" send "HELO localhost\r\n" expect "^250.*"
///      send "QUIT\r\n" then alert
/// ```
fn send(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let text = p.value("what to send")?;
    options.first_exchange.get_or_insert(word);
    options
        .exchanges
        .push(Exchange::Send(unescape(&text.value).into()));
    Ok(())
}

fn expect(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let pattern = pattern(p)?;
    options.first_exchange.get_or_insert(word);
    options
        .exchanges
        .push(Exchange::Expect(pattern.value.clone()));
    options.patterns.push(pattern);
    Ok(())
}

fn timeout(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let limit = p.time_limit()?.value;
    super::once(p, &mut options.timeout, limit, word)
}

fn retry(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let number = p.number()?;
    p.accept(Keyword::Times);
    let tries = u8::try_from(number.value.clamp(1, TRIES_LIMIT)).unwrap_or(1);
    if number.value > TRIES_LIMIT {
        let message = format!("more than {TRIES_LIMIT} tries are not made within one cycle");
        return Err(p.error(Diagnostic::error(number.span, message)));
    }
    super::once(p, &mut options.tries, tries, word)
}
