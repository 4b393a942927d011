//! Connection tests: where to, over what, saying what.
//!
//! Their options come in any order, before and after those of the protocol, so they are collected
//! first; what cannot be together is found when all are known.

mod options;

use std::net::IpAddr;
use std::time::Duration;

use super::host::default_host;
use super::http_options::{self, HttpOptions};
use super::protocols::{self, Datagrams, Known, Spoken};
use super::tls::{self, Word};
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{
    ConnectionSyntax, PeerTlsSyntax, ProtocolSyntax, TestSyntax, Text, TlsSyntax,
};
use crate::config::token::TokenKind;
use crate::model::{CertificatePin, Destination, Exchange, Family, Limit, SubjectKind, Transport};
use crate::text::{Diagnostic, Span, Spanned, quoted};

#[derive(Default)]
pub(super) struct Options {
    host: Option<Text>,
    port: Option<Spanned<u16>>,
    unix: Option<Text>,
    family: Option<Family>,
    source: Option<IpAddr>,
    transport: Option<Spanned<Transport>>,
    /// What asked for TLS first: `ssl`, `tls`, `tcpssl`, `https`; and how it is to be.
    tls: Option<Spanned<(Word, TlsSyntax)>>,
    pin: Option<Spanned<CertificatePin>>,
    valid_days: Option<Spanned<u32>>,
    protocol: Option<Spanned<&'static Known>>,
    http: HttpOptions,
    /// The options of protocols that were met, each with its place.
    of_protocol: Vec<(Keyword, Span)>,
    exchanges: Vec<Exchange>,
    /// Where the first `send` or `expect` stands.
    first_exchange: Option<Span>,
    patterns: Vec<Text>,
    timeout: Option<Duration>,
    response: Option<Limit>,
    tries: Option<u8>,
}

/// Whether an option of a connection test is next.
pub(super) fn at_option(p: &mut Parser<'_>) -> bool {
    let next = p.peek().kind;
    options::OPTIONS
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
    while option(p, &mut options)? {}
    options.finish(p, expect_failure)
}

/// Takes an option, if one is next.
fn option(p: &mut Parser<'_>, options: &mut Options) -> Parsed<bool> {
    if let Some(production) = p.accept_row(options::OPTIONS) {
        let word = p.previous();
        production(p, options, word)?;
    } else if let Some(production) = protocol_row(p, options, http_options::OPTIONS) {
        let word = p.previous();
        production(p, &mut options.http, word)?;
    } else if let Some(production) = protocol_row(p, options, protocols::OPTIONS) {
        production(p)?;
    } else {
        let next = p.peek();
        let unknown = matches!(next.kind, TokenKind::Word(None)) && !p.at_number();
        return if unknown {
            Err(p.unexpected())
        } else {
            Ok(false)
        };
    }
    Ok(true)
}

/// Takes the word of an option that some protocol has; those that the named one has are expected.
fn protocol_row<T: Copy>(
    p: &mut Parser<'_>,
    options: &mut Options,
    rows: &[(Keyword, T)],
) -> Option<T> {
    let known = options.protocol.as_ref().map(|protocol| protocol.value);
    let next = p.peek().kind;
    let (keyword, value) = rows.iter().find(|(keyword, _)| {
        let expected = known.is_some_and(|known| known.has(*keyword)) && p.at(*keyword);
        expected || next == TokenKind::Word(Some(*keyword))
    })?;
    p.take();
    options.of_protocol.push((*keyword, p.previous()));
    Some(*value)
}

/// Judging them together.
impl Options {
    fn finish(mut self, p: &mut Parser<'_>, expect_failure: bool) -> Parsed<TestSyntax> {
        let destination = self.destination(p)?;
        let transport = self.transport(p)?;
        let tls = self.tls_options(p, &destination)?;
        let protocol = self.spoken(p)?;
        let test = ConnectionSyntax {
            destination,
            family: self.family.unwrap_or_default(),
            source: self.source,
            transport,
            tls,
            protocol,
            timeout: self.timeout,
            tries: self.tries.unwrap_or(1),
            expect_failure,
            valid_days: self.valid_days.map(|days| days.value),
            response: self.response,
            patterns: self.patterns,
        };
        Ok(TestSyntax::Connection(Box::new(test)))
    }

    /// TCP, unless UDP was asked for or is all that the protocol has.
    fn transport(&self, p: &mut Parser<'_>) -> Parsed<Transport> {
        let asked = self.transport.as_ref().map(|transport| transport.value);
        let Some(protocol) = &self.protocol else {
            return Ok(asked.unwrap_or_default());
        };
        match (protocol.value.datagrams, asked) {
            (Datagrams::Only, Some(Transport::Tcp) | None) => {
                let message = format!("`protocol {}` is spoken over UDP", protocol.value.word);
                let error = Diagnostic::error(protocol.span, message);
                Err(p.error(error.note("`type udp` asks for it")))
            }
            (Datagrams::Usual, None) => Ok(Transport::Udp),
            (Datagrams::Only | Datagrams::Usual | Datagrams::Possible | Datagrams::Never, _) => {
                Ok(asked.unwrap_or_default())
            }
        }
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
            (Some(path), None) if host.is_none() => {
                if self.family.is_none() && self.source.is_none() {
                    return Ok(Destination::Unix(path.value));
                }
                let message = "a Unix socket has no address";
                Err(p.error(Diagnostic::error(path.span, message)))
            }
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

    /// What a certificate must be like asks for TLS by itself.
    fn tls_options(
        &mut self,
        p: &mut Parser<'_>,
        destination: &Destination,
    ) -> Parsed<Option<PeerTlsSyntax>> {
        let pin = self.pin.take();
        let places = [
            pin.as_ref().map(|pin| pin.span),
            self.valid_days.as_ref().map(|days| days.span),
        ];
        if let Some(place) = places.into_iter().flatten().next() {
            ask_for_tls(self, place, Word::Ssl, TlsSyntax::default());
        }
        let Some(asked) = self.tls.take() else {
            return Ok(None);
        };
        if let Some(udp) = self.udp() {
            let error = Diagnostic::error(asked.span, "TLS cannot be had over UDP");
            return Err(p.error(error.related(udp, "asks for UDP")));
        }
        let port = match destination {
            Destination::Host { port, .. } => *port,
            Destination::Unix(_) => 0,
        };
        let span = asked.span;
        let (word, options) = asked.value;
        let smtp = self.protocol.as_ref().map(|named| named.value.spoken) == Some(Spoken::Smtp);
        Ok(Some(PeerTlsSyntax {
            span,
            starttls: smtp && tls::is_starttls(port, word),
            pin: pin.map(|pin| pin.value),
            options,
        }))
    }

    fn spoken(&mut self, p: &mut Parser<'_>) -> Parsed<ProtocolSyntax> {
        let protocol = self.protocol.take();
        let known = protocol.as_ref().map(|protocol| protocol.value);
        for (option, place) in &self.of_protocol {
            protocols::check_option(p, known, *option, *place)?;
        }
        let named = protocol.filter(|protocol| protocol.value.spoken != Spoken::Default);
        if let (Some(named), Some(exchange)) = (&named, self.first_exchange) {
            let message = "`send` and `expect` cannot be mixed with a protocol";
            let error = Diagnostic::error(exchange, message);
            return Err(p.error(error.related(named.span, "this one")));
        }
        let Some(named) = named else {
            return Ok(match self.exchanges.is_empty() {
                true => ProtocolSyntax::Default,
                false => ProtocolSyntax::Generic(std::mem::take(&mut self.exchanges)),
            });
        };
        if let (Datagrams::Never, Some(udp)) = (named.value.datagrams, self.udp()) {
            let message = "this protocol is not spoken over UDP";
            return Err(
                p.error(Diagnostic::error(named.span, message).related(udp, "asks for UDP"))
            );
        }
        match named.value.spoken {
            Spoken::Http => {
                let (test, pattern) = std::mem::take(&mut self.http).finish(p)?;
                self.patterns.extend(pattern);
                Ok(ProtocolSyntax::Http(test))
            }
            Spoken::Smtp => {
                if let Some((_, place)) = self.of_protocol.first() {
                    let what = format!("{} of `protocol smtp`", quoted(p.text(*place)));
                    p.without_effect(*place, &what, "the test ends before anybody logs in");
                }
                Ok(ProtocolSyntax::Smtp)
            }
            Spoken::Unspoken | Spoken::Default => {
                let what = format!("the dialogue of `protocol {}`", named.value.word);
                p.without_effect(named.span, &what, "the connection alone is tested");
                Ok(ProtocolSyntax::Unspoken(named.value.name))
            }
        }
    }

    fn udp(&self) -> Option<Span> {
        let transport = self.transport.as_ref()?;
        (transport.value == Transport::Udp).then_some(transport.span)
    }
}

/// `protocol https with ssl options { … }` asks twice: once for TLS, once for how. A protocol's
/// name counts more than `ssl` or `tls`.
fn ask_for_tls(options: &mut Options, place: Span, word: Word, asked: TlsSyntax) {
    let Some(before) = options.tls.take() else {
        options.tls = Some(Spanned::new((word, asked), place));
        return;
    };
    let (first, earlier) = before.value;
    let word = match first {
        Word::Protocol => first,
        Word::Ssl | Word::Tls => word,
    };
    options.tls = Some(Spanned::new((word, asked.or(&earlier)), before.span));
}
