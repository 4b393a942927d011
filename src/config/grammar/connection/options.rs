//! The options of a connection test.

use super::{Options, ask_for_tls};
use crate::config::grammar::comparison::comparison;
use crate::config::grammar::pattern::{pattern, unescape};
use crate::config::grammar::tls::{self, Word};
use crate::config::grammar::{host, once, protocols, url};
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{Text, TlsSyntax};
use crate::config::token::Symbol;
use crate::model::{Comparison, Exchange, Family, Limit, Transport};
use crate::text::{Diagnostic, Span, Spanned, quoted};

/// Most tries within one cycle: with the time limit of each, more would outlast the cycle.
const TRIES_LIMIT: u64 = 20;

pub(super) type OptionProduction = fn(&mut Parser<'_>, &mut Options, Span) -> Parsed;

pub(super) const OPTIONS: &[(Keyword, OptionProduction)] = &[
    (Keyword::Host, host),
    (Keyword::Port, port),
    (Keyword::Unixsocket, unixsocket),
    (Keyword::Url, whole_url),
    (Keyword::Ipv4, ipv4),
    (Keyword::Ipv6, ipv6),
    (Keyword::Address, address),
    (Keyword::Type, transport),
    (Keyword::Ssl, ssl),
    (Keyword::Tls, starttls),
    (Keyword::Certmd5, certmd5),
    (Keyword::Certificate, certificate),
    (Keyword::Protocol, protocol),
    (Keyword::Send, send),
    (Keyword::Expect, expect),
    (Keyword::Timeout, timeout),
    (Keyword::Responsetime, responsetime),
    (Keyword::Retry, retry),
];

/// `host NAME`; after `protocol websocket` it is what is said there.
fn host(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let after_websocket = options
        .protocol
        .as_ref()
        .is_some_and(|p| p.value.has(Keyword::Origin));
    let host = host::host(p)?;
    if after_websocket {
        return Ok(());
    }
    host::warn_of_more(p, &host);
    once(p, &mut options.host, host, word)
}

/// `url http[s]://[USER:PASSWORD@]HOST[:PORT][/PATH]`: all of it in one word.
///
/// ```text
/// check process p with pidfile /p
///   if failed url http://user:password@www.example.com:8080/?q=1
///      and content == "Welcome" with timeout 10 seconds then alert
///   if failed url https://[::1]/ then alert
/// ```
fn whole_url(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let url = url::url(p)?;
    let place = p.previous();
    let host = Text::new(url.host, place);
    once(p, &mut options.host, host, word)?;
    once(p, &mut options.port, Spanned::new(url.port, place), word)?;
    options.http.set_request(url.request, url.credentials);
    let (name, word) = match url.encrypted {
        true => ("https", Word::Protocol),
        false => ("http", Word::Ssl),
    };
    if url.encrypted {
        ask_for_tls(options, place, word, TlsSyntax::default());
    }
    let known = protocols::find(name).map(|known| Spanned::new(known, place));
    options.protocol = options.protocol.take().or(known);
    Ok(())
}

fn ipv4(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    family(p, options, word, Family::V4)
}

fn ipv6(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    family(p, options, word, Family::V6)
}

fn family(p: &mut Parser<'_>, options: &mut Options, word: Span, family: Family) -> Parsed {
    if options.family.is_some_and(|before| before != family) {
        let error = Diagnostic::error(word, "`ipv4` and `ipv6` exclude each other");
        return Err(p.error(error.note("without either of them both are tried")));
    }
    options.family = Some(family);
    Ok(())
}

/// `address IP`: where the connection comes from.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 ipv4 address 127.0.0.1 protocol http then alert
///   if failed host ::1 port 80 ipv6 address ::1 then alert
/// ```
fn address(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let text = p.value("an address of this machine")?;
    match text.value.parse() {
        Ok(address) => once(p, &mut options.source, address, word),
        Err(_) => {
            let message = format!("{} is no IP address", quoted(&text.value));
            Err(p.error(Diagnostic::error(text.span, message)))
        }
    }
}

fn port(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let port = Spanned::new(p.port_number()?, p.previous());
    once(p, &mut options.port, port, word)
}

fn unixsocket(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let path = p.path()?;
    once(p, &mut options.unix, path, word)
}

/// `type tcp|udp|tcpssl [VERSION]`
fn transport(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let transport = if p.accept(Keyword::Udp) {
        Transport::Udp
    } else if p.accept(Keyword::Tcpssl) {
        let span = p.previous();
        let versions = match p.accept(Keyword::Auto) {
            true => None,
            false => tls::accept_version(p),
        };
        let asked = TlsSyntax {
            versions,
            ..TlsSyntax::default()
        };
        ask_for_tls(options, span, Word::Ssl, asked);
        Transport::Tcp
    } else {
        p.expect(Keyword::Tcp)?;
        Transport::Tcp
    };
    once(
        p,
        &mut options.transport,
        Spanned::new(transport, word),
        word,
    )
}

/// `ssl [with options { … }]`
fn ssl(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let asked = tls::options(p)?;
    ask_for_tls(options, word, Word::Ssl, asked);
    Ok(())
}

/// `tls [with options { … }]`: by STARTTLS where the protocol has it.
fn starttls(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let asked = tls::options(p)?;
    ask_for_tls(options, word, Word::Tls, asked);
    Ok(())
}

fn certmd5(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let pin = Spanned::new(tls::certmd5(p)?, word);
    once(p, &mut options.pin, pin, word)
}

/// `certificate checksum …`, or `certificate valid [>|greater than|for] N days`.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 443 protocol https and certificate valid > 30 days then alert
///   if failed port 444 certificate valid for 30 days then alert
///   if failed port 445 certificate valid greater than 30 days then alert
/// ```
fn certificate(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    if !p.accept(Keyword::Valid) {
        let pin = Spanned::new(tls::certificate(p)?, word);
        return once(p, &mut options.pin, pin, word);
    }
    if !p.accept_sign(Symbol::Greater) {
        p.accept(Keyword::Greater);
    }
    let days = p.count("the number of days")?;
    p.expect(Keyword::Days)?;
    let days = Spanned::new(days.value, word);
    once(p, &mut options.valid_days, days, word)
}

/// `protocol NAME`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 25 protocol smtp using tls then restart
///   if failed port 465 proto smtps then restart
///   if failed port 443 protocol https with ssl options {verify: disable} then restart
///   if failed port 3306 protocol mysql then restart
/// ```
fn protocol(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let known = protocols::name(p)?;
    let named = p.previous();
    if known.encrypted {
        ask_for_tls(options, named, Word::Protocol, TlsSyntax::default());
    }
    once(p, &mut options.protocol, Spanned::new(known, named), word)
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
    once(p, &mut options.timeout, limit, word)
}

/// `responsetime [OPERATOR] TIME`: how long the answer may take; without an operator at most so
/// long.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol http with responsetime < 500 ms then alert
///   if failed port 81 responsetime 2 seconds then alert
/// ```
fn responsetime(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let comparison = match p.at_number() {
        true => Comparison::Less,
        false => comparison(p),
    };
    let limit = p.time_limit()?.value.as_micros();
    let value = u64::try_from(limit).unwrap_or(u64::MAX);
    let response = Limit { comparison, value };
    once(p, &mut options.response, response, word)
}

fn retry(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    let number = p.number()?;
    p.accept(Keyword::Times);
    let tries = u8::try_from(number.value.clamp(1, TRIES_LIMIT)).unwrap_or(1);
    if number.value > TRIES_LIMIT {
        let message = format!("more than {TRIES_LIMIT} tries are not made within one cycle");
        return Err(p.error(Diagnostic::error(number.span, message)));
    }
    once(p, &mut options.tries, tries, word)
}
