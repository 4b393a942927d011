//! Tests of a process: what it is, and what it uses.

use super::comparison::comparison;
use super::pattern::pattern;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::TestSyntax;
use crate::config::token::Symbol;
use crate::config::units::{Amount, Rate};
use crate::model::{Comparison, Limit, ProcessMetric, ProcessTest, Relation, Test};
use crate::text::Diagnostic;

/// `cpu [usage] [OPERATOR] PERCENT`
///
/// ```text
/// check process p with pidfile /p
///   if cpu > 60% for 2 cycles then alert
///   if cpu usage is greater than 7.5 percent then alert
///   if cpu 5% then alert
/// ```
pub(super) fn cpu(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Cpu)?;
    share(p, ProcessMetric::Cpu)
}

/// `totalcpu [OPERATOR] PERCENT`: an old spelling of `total cpu`.
///
/// ```text
/// check process p with pidfile /p
///   if totalcpu > 80% for 5 cycles then restart
/// ```
pub(super) fn total_cpu(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::TotalCpu)?;
    share(p, ProcessMetric::TotalCpu)
}

/// `memory [usage] [OPERATOR] PERCENT|SIZE`
///
/// ```text
/// check process p with pidfile /p
///   if memory usage > 8 MB then alert
///   if mem > 7.5% then alert
///   if memory > 1.5 GB for 3 cycles then restart
/// ```
pub(super) fn memory(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Memory)?;
    amount(p, ProcessMetric::MemoryShare, ProcessMetric::Memory)
}

/// `totalmemory [OPERATOR] PERCENT|SIZE`: an old spelling of `total memory`.
///
/// ```text
/// check process p with pidfile /p
///   if totalmem > 500 MB for 5 cycles then restart
///   if totalmemory > 50% then alert
/// ```
pub(super) fn total_memory(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::TotalMemory)?;
    amount(
        p,
        ProcessMetric::TotalMemoryShare,
        ProcessMetric::TotalMemory,
    )
}

/// `total cpu|memory|filedescriptors …`: the process and all that descends from it.
///
/// ```text
/// check process p with pidfile /p
///   if total cpu usage > 50% for 10 cycles then restart
///   if total memory usage > 1% for 10 cycles then restart
///   if total filedescriptors > 5000 then alert
/// ```
pub(super) fn total(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Total)?;
    if p.accept(Keyword::Cpu) {
        share(p, ProcessMetric::TotalCpu)
    } else if p.accept(Keyword::Memory) {
        amount(
            p,
            ProcessMetric::TotalMemoryShare,
            ProcessMetric::TotalMemory,
        )
    } else if p.accept(Keyword::Filedescriptors) {
        count(p, ProcessMetric::TotalDescriptors)
    } else {
        Err(p.unexpected())
    }
}

/// `children [OPERATOR] NUMBER`: all that descends from it.
///
/// ```text
/// check process p with pidfile /p
///   if children > 250 then restart
///   if child > 10 then alert
/// ```
pub(super) fn children(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Children)?;
    count(p, ProcessMetric::Children)
}

/// `threads [OPERATOR] NUMBER`
///
/// ```text
/// check process p with pidfile /p
///   if threads > 3 then alert
/// ```
pub(super) fn threads(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Threads)?;
    count(p, ProcessMetric::Threads)
}

/// `uptime [OPERATOR] TIME`
///
/// ```text
/// check process p with pidfile /p
///   if uptime > 3 days then restart
///   if uptime < 10 then alert
/// ```
pub(super) fn uptime(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Uptime)?;
    let comparison = comparison(p);
    let seconds = p.duration()?.value.as_secs();
    Ok(usage(ProcessMetric::Uptime, comparison, seconds))
}

/// `filedescriptors [OPERATOR] NUMBER|PERCENT`
///
/// ```text
/// check process p with pidfile /p
///   if filedescriptors >= 90% then alert
///   if filedescriptors > 1000 then restart
/// ```
pub(super) fn filedescriptors(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Filedescriptors)?;
    let comparison = comparison(p);
    Ok(match p.percent_or_count()?.value {
        Amount::Percent(share) => usage(ProcessMetric::DescriptorsShare, comparison, share),
        Amount::Plain(count) => usage(ProcessMetric::Descriptors, comparison, count),
    })
}

/// `read [activity] [OPERATOR] SIZE/s`: cached or not.
///
/// ```text
/// check process p with pidfile /p
///   if read activity > 1 MB/s then alert
///   if read > 500 kB/s for 3 cycles then alert
/// ```
pub(super) fn read(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Read)?;
    bytes(p, ProcessMetric::Read)
}

/// `write [activity] [OPERATOR] SIZE/s`: cached or not.
///
/// ```text
/// check process p with pidfile /p
///   if write activity > 1 MB/s then alert
/// ```
pub(super) fn write(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Write)?;
    bytes(p, ProcessMetric::Write)
}

/// `disk read|write [activity] [OPERATOR] SIZE/s|NUMBER operations/s`
///
/// ```text
/// check process p with pidfile /p
///   if disk read activity > 1 MB/s then alert
///   if disk write > 500 operations/s for 2 cycles then alert
/// ```
pub(super) fn disk(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Disk)?;
    let (bytes, calls) = if p.accept(Keyword::Read) {
        (ProcessMetric::DiskRead, ProcessMetric::ReadOperations)
    } else if p.accept(Keyword::Write) {
        (ProcessMetric::DiskWrite, ProcessMetric::WriteOperations)
    } else {
        return Err(p.unexpected());
    };
    let comparison = comparison(p);
    Ok(match p.rate(Keyword::Operations)?.value {
        Rate::Bytes(rate) => usage(bytes, comparison, rate),
        Rate::Counted(rate) => usage(calls, comparison, rate),
    })
}

/// `euid USER` after `failed`.
///
/// ```text
/// check process p with pidfile /p
///   if failed euid "root" then alert
/// ```
pub(super) fn effective_uid(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Euid)?;
    p.skip_sign(Symbol::Equal);
    p.value("a user").map(TestSyntax::EffectiveUid)
}

/// `pid` after `changed`.
///
/// ```text
/// check process p with pidfile /p
///   if changed pid then alert
/// ```
pub(super) fn pid_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Pid)?;
    Ok(TestSyntax::Ready(Test::Process(ProcessTest::PidChanged)))
}

/// `ppid` after `changed`.
///
/// ```text
/// check process p with pidfile /p
///   if changed ppid then exec "/bin/true"
/// ```
pub(super) fn ppid_changed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Ppid)?;
    Ok(TestSyntax::Ready(Test::Process(ProcessTest::PpidChanged)))
}

/// `security attribute [=|!=|=~|!=~] STRING` after `failed`: what should be.
///
/// ```text
/// check process p with pidfile /p
///   if failed security attribute "/usr/sbin/ntpd (enforce)" then alert
///   if failed security attribute =~ "^system_u:" then alert
/// ```
pub(super) fn attribute_failed(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Security)?;
    p.expect(Keyword::Attribute)?;
    let relation = relation(p).unwrap_or(Relation::Equal);
    attribute(p, relation)
}

/// `security attribute =|!=|=~|!=~ STRING` after `if`: what should not be (Monit 6.0).
///
/// ```text
/// check process p with pidfile /p
///   if security attribute != "system_u:system_r:ntpd_t:s0" then alert
///   if security attribute =~ "unconfined" then alert
///   if security attribute !=~ "enforce" then restart
/// ```
pub(super) fn attribute_is(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Security)?;
    p.expect(Keyword::Attribute)?;
    let Some(relation) = relation(p) else {
        return Err(p.unexpected());
    };
    attribute(p, relation.opposite())
}

fn relation(p: &mut Parser<'_>) -> Option<Relation> {
    const RELATIONS: &[(Symbol, Relation)] = &[
        (Symbol::Matches, Relation::Matches),
        (Symbol::MatchesNot, Relation::MatchesNot),
        (Symbol::Equal, Relation::Equal),
        (Symbol::NotEqual, Relation::NotEqual),
    ];
    let row = RELATIONS.iter().find(|(sign, _)| p.accept_sign(*sign));
    row.map(|(_, relation)| *relation)
}

fn attribute(p: &mut Parser<'_>, relation: Relation) -> Parsed<TestSyntax> {
    let value = if relation.is_pattern() {
        pattern(p)?
    } else {
        p.value("a security attribute")?
    };
    Ok(TestSyntax::Attribute(relation, value))
}

fn share(p: &mut Parser<'_>, metric: ProcessMetric) -> Parsed<TestSyntax> {
    let comparison = comparison(p);
    Ok(usage(metric, comparison, p.percent()?.value))
}

fn amount(p: &mut Parser<'_>, share: ProcessMetric, size: ProcessMetric) -> Parsed<TestSyntax> {
    let comparison = comparison(p);
    Ok(match p.percent_or_size()?.value {
        Amount::Percent(value) => usage(share, comparison, value),
        Amount::Plain(value) => usage(size, comparison, value),
    })
}

fn count(p: &mut Parser<'_>, metric: ProcessMetric) -> Parsed<TestSyntax> {
    let comparison = comparison(p);
    Ok(usage(metric, comparison, p.number()?.value))
}

fn bytes(p: &mut Parser<'_>, metric: ProcessMetric) -> Parsed<TestSyntax> {
    let comparison = comparison(p);
    let rate = p.rate(Keyword::Operations)?;
    match rate.value {
        Rate::Bytes(value) => Ok(usage(metric, comparison, value)),
        Rate::Counted(_) => {
            let error = Diagnostic::error(rate.span, "operations are not counted here");
            let note = format!("they are by `disk {}`", metric.words());
            Err(p.error(error.note(note)))
        }
    }
}

const fn usage(metric: ProcessMetric, comparison: Comparison, value: u64) -> TestSyntax {
    let limit = Limit { comparison, value };
    TestSyntax::Ready(Test::Process(ProcessTest::Usage(metric, limit)))
}
