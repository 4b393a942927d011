//! Tests of the machine: load, processors, memory, swap, open files, uptime.

use super::comparison::comparison;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::TestSyntax;
use crate::config::token::{Symbol, TokenKind};
use crate::config::units::Amount;
use crate::model::{CpuKind, Limit, LoadPeriod, SystemFigure, SystemTest, Test};
use crate::text::{Diagnostic, nearest, quoted};

/// `loadavg [(1|5|15 [min])] [per core] [OPERATOR] NUMBER`
///
/// ```text
/// check system $HOST
///   if loadavg (5min) > 2.5 for 3 cycles then alert
///   if loadavg(15m) per core > 1 then alert
///   if load average > 4 then alert
/// ```
pub(super) fn load(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Loadavg)?;
    p.accept(Keyword::Average);
    let mut period = LoadPeriod::One;
    if p.accept_sign(Symbol::OpenParenthesis) {
        period = load_period(p)?;
        p.expect_sign(Symbol::CloseParenthesis)?;
    }
    let per_core = p.accept(Keyword::Core);
    let comparison = comparison(p);
    let value = p.decimal()?.value;
    Ok(test(
        SystemFigure::Load { period, per_core },
        Limit { comparison, value },
    ))
}

fn load_period(p: &mut Parser<'_>) -> Parsed<LoadPeriod> {
    let minutes = p.number()?;
    p.accept(Keyword::Minutes);
    match minutes.value {
        1 => Ok(LoadPeriod::One),
        5 => Ok(LoadPeriod::Five),
        15 => Ok(LoadPeriod::Fifteen),
        other => {
            let message = format!("there is no load average over {other} minutes");
            let error = Diagnostic::error(minutes.span, message);
            Err(p.error(error.note("they are over 1, 5 and 15 minutes")))
        }
    }
}

/// What may stand in parentheses after `cpu`.
const CPU_KINDS: &[(&str, CpuKind)] = &[
    ("user", CpuKind::User),
    ("usr", CpuKind::User),
    ("system", CpuKind::System),
    ("sys", CpuKind::System),
    ("wait", CpuKind::Wait),
    ("iowait", CpuKind::Wait),
    ("nice", CpuKind::Nice),
    ("hardirq", CpuKind::HardIrq),
    ("softirq", CpuKind::SoftIrq),
    ("steal", CpuKind::Steal),
    ("guest", CpuKind::Guest),
    ("guestnice", CpuKind::GuestNice),
];

/// `cpu [usage] [(KIND)] [OPERATOR] PERCENT`; empty parentheses mean `user`, as in the reference.
///
/// ```text
/// check system $HOST
///   if cpu usage > 95% for 10 cycles then alert
///   if cpu usage (wait) > 20% then alert
///   if cpu(steal)>5.5% then alert
///   if cpu () > 70% then alert
/// ```
pub(super) fn cpu(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Cpu)?;
    let mut kind = CpuKind::Total;
    if p.accept_sign(Symbol::OpenParenthesis) {
        kind = if p.accept_sign(Symbol::CloseParenthesis) {
            CpuKind::User
        } else {
            let kind = cpu_kind(p)?;
            p.expect_sign(Symbol::CloseParenthesis)?;
            kind
        };
    }
    let comparison = comparison(p);
    let value = p.percent()?.value;
    Ok(test(SystemFigure::Cpu(kind), Limit { comparison, value }))
}

fn cpu_kind(p: &mut Parser<'_>) -> Parsed<CpuKind> {
    let token = p.peek();
    let TokenKind::Word(_) = token.kind else {
        return Err(p.unexpected());
    };
    let word = p.text(token.span).to_owned();
    let known = |(kind, _): &&(&str, CpuKind)| kind.eq_ignore_ascii_case(&word);
    if let Some((_, kind)) = CPU_KINDS.iter().find(known) {
        p.take();
        return Ok(*kind);
    }
    let words = CPU_KINDS.iter().map(|(word, _)| *word);
    let message = format!("there is no cpu time called {}", quoted(&word));
    let error = Diagnostic::error(token.span, message);
    Err(p.error(match nearest(&word, words.clone()) {
        Some(near) => error.label(format!("did you mean `{near}`?")),
        None => error.note(format!(
            "there are: {}",
            words.collect::<Vec<_>>().join(", ")
        )),
    }))
}

/// `memory [usage] [OPERATOR] PERCENT|SIZE`
///
/// ```text
/// check system $HOST
///   if memory usage > 75% for 5 cycles then alert
///   if mem > 1.5 GB then alert
/// ```
pub(super) fn memory(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Memory)?;
    share_or_size(p, SystemFigure::MemoryShare, SystemFigure::Memory)
}

/// `swap [usage] [OPERATOR] PERCENT|SIZE`
///
/// ```text
/// check system $HOST
///   if swap usage > 25% then alert
///   if swap > 512 MB then alert
/// ```
pub(super) fn swap(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Swap)?;
    share_or_size(p, SystemFigure::SwapShare, SystemFigure::Swap)
}

fn share_or_size(
    p: &mut Parser<'_>,
    share: SystemFigure,
    size: SystemFigure,
) -> Parsed<TestSyntax> {
    let comparison = comparison(p);
    let (figure, value) = match p.percent_or_size()?.value {
        Amount::Percent(value) => (share, value),
        Amount::Plain(value) => (size, value),
    };
    Ok(test(figure, Limit { comparison, value }))
}

/// `filedescriptors [OPERATOR] PERCENT|NUMBER`
///
/// ```text
/// check system $HOST
///   if filedescriptors > 80% then alert
///   if filedescriptors > 100000 then alert
/// ```
pub(super) fn files(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Filedescriptors)?;
    let comparison = comparison(p);
    let (figure, value) = match p.percent_or_count()?.value {
        Amount::Percent(value) => (SystemFigure::FilesShare, value),
        Amount::Plain(value) => (SystemFigure::Files, value),
    };
    Ok(test(figure, Limit { comparison, value }))
}

/// `uptime [OPERATOR] TIME`
///
/// ```text
/// check system $HOST
///   if uptime > 90 days then alert
/// ```
pub(super) fn uptime(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Uptime)?;
    let comparison = comparison(p);
    let value = p.duration()?.value.as_secs();
    Ok(test(SystemFigure::Uptime, Limit { comparison, value }))
}

/// `pagein|pageout [OPERATOR] NUMBER [pages] per second`
///
/// ```text
/// check system $HOST
///   if pagein > 100 per second for 3 cycles then alert
///   if pageout > 50.5 pages/s then alert
/// ```
pub(super) fn paging(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    let figure = if p.accept(Keyword::Pagein) {
        SystemFigure::PageIn
    } else {
        p.expect(Keyword::Pageout)?;
        SystemFigure::PageOut
    };
    let comparison = comparison(p);
    let value = p.count_per_second(Keyword::Pages)?.value;
    Ok(test(figure, Limit { comparison, value }))
}

const fn test(figure: SystemFigure, limit: Limit) -> TestSyntax {
    TestSyntax::Ready(Test::System(SystemTest { figure, limit }))
}
