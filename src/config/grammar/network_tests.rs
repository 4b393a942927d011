//! Tests of a network interface: link, capacity, traffic.

use super::comparison::comparison;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::TestSyntax;
use crate::config::units::Quantity;
use crate::model::{Direction, Limit, NetworkTest, Span, Test, Traffic};
use crate::text::Diagnostic;

/// `link down|up`
///
/// ```text
/// check network n with interface eth0
///   if link down for 2 cycles then restart
/// check network m with interface eth1
///   if link is up then exec "/bin/true"
/// ```
pub(super) fn link(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Link)?;
    if p.accept(Keyword::Up) {
        return Ok(test(NetworkTest::LinkUp));
    }
    p.expect(Keyword::Down)?;
    Ok(test(NetworkTest::LinkDown))
}

/// `link` after `failed`: the old `link down`.
///
/// ```text
/// check network n with interface eth0
///   if failed link then alert
/// ```
pub(super) fn link_failed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Link)?;
    Ok(test(NetworkTest::LinkDown))
}

/// `link [capacity]` after `changed`.
///
/// ```text
/// check network n with interface eth0
///   if changed link then alert
///   if changed link capacity then alert
/// ```
pub(super) fn capacity_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Link)?;
    p.accept(Keyword::Capacity);
    Ok(test(NetworkTest::CapacityChanged))
}

/// `saturation [OPERATOR] PERCENT`
///
/// ```text
/// check network n with interface eth0
///   if saturation > 90% then alert
/// ```
pub(super) fn saturation(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Saturation)?;
    let comparison = comparison(p);
    let value = p.percent()?.value;
    Ok(test(NetworkTest::Saturation(Limit { comparison, value })))
}

/// `upload|download [OPERATOR] SIZE/s | NUMBER packets/s`; the time may be left out.
///
/// ```text
/// check network n with interface eth0
///   if upload > 500 kB/s then alert
///   if download > 1.5 MB/s for 5 cycles then alert
///   if upload > 1000 packets/s then alert
/// ```
pub(super) fn rate(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    let direction = direction(p)?;
    let (traffic, limit) = amount(p, direction)?;
    p.skip_per_second()?;
    Ok(test(NetworkTest::Rate(traffic, limit)))
}

/// `total uploaded|downloaded [OPERATOR] SIZE|NUMBER packets in last [N] minutes|hours|day`
///
/// ```text
/// check network n with interface eth0
///   if total uploaded > 1 GB in last hour then alert
///   if total downloaded > 10 GB in last day then alert
///   if total upload > 900000 packets in last 90 minutes then alert
/// ```
pub(super) fn total(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Total)?;
    let direction = direction(p)?;
    let (traffic, limit) = amount(p, direction)?;
    let span = span(p)?;
    Ok(test(NetworkTest::Total(traffic, span, limit)))
}

fn direction(p: &mut Parser<'_>) -> Parsed<Direction> {
    if p.accept(Keyword::Upload) {
        return Ok(Direction::Upload);
    }
    p.expect(Keyword::Download)?;
    Ok(Direction::Download)
}

fn amount(p: &mut Parser<'_>, direction: Direction) -> Parsed<(Traffic, Limit)> {
    let comparison = comparison(p);
    let (packets, value) = match p.bytes_or(Keyword::Packets)?.value {
        Quantity::Bytes(bytes) => (false, bytes),
        Quantity::Things(packets) => (true, packets),
    };
    Ok((Traffic { direction, packets }, Limit { comparison, value }))
}

/// So many of a unit.
type SpanOf = fn(u16) -> Span;

/// `in`, `last` and `within` are noise.
fn span(p: &mut Parser<'_>) -> Parsed<Span> {
    const UNITS: &[(Keyword, SpanOf)] = &[
        (Keyword::Minutes, Span::Minutes),
        (Keyword::Hours, Span::Hours),
        (Keyword::Days, |days| Span::Hours(days.saturating_mul(24))),
    ];
    let number = if p.at_number() {
        Some(p.count::<u16>("the time of a total")?)
    } else {
        None
    };
    let Some(unit) = p.accept_row(UNITS) else {
        return Err(p.unexpected());
    };
    let end = p.previous();
    let span = unit(number.as_ref().map_or(1, |number| number.value));
    if span.duration() <= Span::Hours(24).duration() {
        return Ok(span);
    }
    let place = number.map_or(end, |number| number.span.to(end));
    let error = Diagnostic::error(place, "a total reaches back no further than a day");
    Err(p.error(error))
}

const fn test(test: NetworkTest) -> TestSyntax {
    TestSyntax::Ready(Test::Network(test))
}
