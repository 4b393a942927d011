//! Pings of a host.

use std::net::IpAddr;

use super::comparison::comparison;
use super::once;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{PingSyntax, TestSyntax};
use crate::config::token::Symbol;
use crate::model::{Family, Limit};
use crate::text::{Diagnostic, Span, quoted};

/// Most tries within one cycle (manual, "Network ping test").
const TRIES_LIMIT: u64 = 20;
/// The tries where nothing is said.
const DEFAULT_TRIES: u8 = 3;

/// Bytes of payload: the least, the default, the most.
const SIZES: (u16, u16, u16) = (8, 64, 1492);

/// The words a ping begins with.
pub(super) const WORDS: &[Keyword] =
    &[Keyword::Ping, Keyword::Ping4, Keyword::Ping6, Keyword::Icmp];

#[derive(Default)]
struct Options {
    tries: Option<u8>,
    size: Option<u16>,
    timeout: Option<std::time::Duration>,
    source: Option<IpAddr>,
    response_time: Option<Limit>,
}

type OptionProduction = fn(&mut Parser<'_>, &mut Options, Span) -> Parsed;

const OPTIONS: &[(Keyword, OptionProduction)] = &[
    (Keyword::Count, count),
    (Keyword::Size, size),
    (Keyword::Timeout, timeout),
    (Keyword::Address, source),
    (Keyword::Responsetime, response_time),
    (Keyword::Response, response_time),
];

/// `ping|ping4|ping6|icmp type echo`, and options in any order.
///
/// ```text
/// check host h with address www.example.org
///   if failed ping then alert
///   if failed ping4 count 5 size 128 with timeout 10 seconds then alert
///   if failed ping6 address "fd00::2" responsetime < 500 ms for 3 cycles then alert
///   if failed icmp type echo count 3 with timeout 3 seconds then alert
/// ```
pub(super) fn failed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    test(p, false)
}

/// The same after `succeeded`: it is a failure that the host answers.
///
/// ```text
/// check host offline with address 192.168.100.50
///   if succeeded ping then alert
/// ```
pub(super) fn succeeded(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    test(p, true)
}

fn test(p: &mut Parser<'_>, expect_failure: bool) -> Parsed<TestSyntax> {
    let family = family(p)?;
    let mut options = Options::default();
    while let Some(production) = p.accept_row(OPTIONS) {
        let word = p.previous();
        production(p, &mut options, word)?;
    }
    Ok(TestSyntax::Ping(Box::new(PingSyntax {
        family,
        size: options.size.unwrap_or(SIZES.1),
        tries: options.tries.unwrap_or(DEFAULT_TRIES),
        timeout: options.timeout,
        source: options.source,
        response_time: options.response_time,
        expect_failure,
    })))
}

fn family(p: &mut Parser<'_>) -> Parsed<Family> {
    if p.accept(Keyword::Ping) {
        return Ok(Family::Any);
    }
    if p.accept(Keyword::Ping4) {
        return Ok(Family::V4);
    }
    if p.accept(Keyword::Ping6) {
        return Ok(Family::V6);
    }
    p.expect(Keyword::Icmp)?;
    p.expect(Keyword::Type)?;
    p.expect(Keyword::Echo)?;
    Ok(Family::Any)
}

fn count(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let number = p.number()?;
    let tries = u8::try_from(number.value).ok();
    let Some(tries) = tries.filter(|_| (1..=TRIES_LIMIT).contains(&number.value)) else {
        let message = format!("{} requests cannot be sent in one cycle", number.value);
        let error = Diagnostic::error(number.span, message);
        return Err(p.error(error.note(format!("the count of a ping is 1 to {TRIES_LIMIT}"))));
    };
    once(p, &mut options.tries, tries, word)
}

fn size(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let bytes = p.size()?;
    let (least, _, most) = SIZES;
    let size = u16::try_from(bytes.value).ok();
    let Some(size) = size.filter(|size| (least..=most).contains(size)) else {
        let message = format!("a ping cannot carry {} bytes", bytes.value);
        let error = Diagnostic::error(bytes.span, message);
        return Err(p.error(error.note(format!("the size of a ping is {least} to {most} bytes"))));
    };
    once(p, &mut options.size, size, word)
}

fn timeout(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let limit = p.time_limit()?.value;
    once(p, &mut options.timeout, limit, word)
}

/// `address A`: one of this machine's own.
fn source(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let text = p.value("an address of this machine")?;
    match text.value.parse() {
        Ok(address) => once(p, &mut options.source, address, word),
        Err(_) => {
            let message = format!("{} is no numeric address", quoted(&text.value));
            let error = Diagnostic::error(text.span, message);
            Err(p.error(error.note("it names where the request is sent from")))
        }
    }
}

/// `responsetime [OPERATOR] TIME`, `response time …`: what is good, unlike in other tests.
fn response_time(p: &mut Parser<'_>, options: &mut Options, word: Span) -> Parsed {
    p.accept(Keyword::Time);
    let limit = Limit {
        comparison: comparison(p),
        value: u64::try_from(p.duration()?.value.as_micros()).unwrap_or(u64::MAX),
    };
    once(p, &mut options.response_time, limit, word)
}
