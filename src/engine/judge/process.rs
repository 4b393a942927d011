//! Tests of a running process.

use crate::model::{
    AttributeTest, Limit, ProcessLocator, ProcessMetric, ProcessTest, Relation, Service, Subject,
    Test, Unit,
};
use crate::reading::{Io, ProcessReading, ProcessTree, thousandths};

use super::ownership;
use super::resource::Wording;
use super::system;
use super::{Base, Finding, change, verdict};

/// Judges one test; `None` where it is not one of a process, or where nothing can be said yet.
pub(super) fn judge(
    test: &Test,
    service: &Service,
    reading: &ProcessReading,
    base: &mut Option<Base>,
) -> Option<Finding> {
    let name = &service.name;
    let owner = reading.owner;
    match test {
        Test::Uid(expected) => Some(identity("uid", name, *expected, owner.map(|it| it.uid))),
        Test::Gid(expected) => Some(identity("gid", name, *expected, owner.map(|it| it.gid))),
        Test::Process(test) => match test {
            ProcessTest::Usage(metric, limit) => usage(*metric, *limit, service, reading),
            ProcessTest::EffectiveUid(expected) => {
                Some(identity("euid", name, *expected, owner.map(|it| it.euid)))
            }
            ProcessTest::PidChanged => Some(number_change("PID", reading.id.pid, base)),
            ProcessTest::PpidChanged => Some(match reading.ppid {
                Some(ppid) => number_change("PPID", ppid, base),
                None => Finding::Unavailable("ppid"),
            }),
            ProcessTest::Attribute(test) => Some(attribute(test, name, reading)),
        },
        Test::System(test) => {
            let machine = reading.details.as_ref()?.machine.as_ref()?;
            system::judge(test, name, machine)
        }
        Test::NotExist
        | Test::Exist
        | Test::Connection(_)
        | Test::CertificateValid(_)
        | Test::Checksum(_)
        | Test::Permission(_)
        | Test::PermissionChanged
        | Test::Size(_)
        | Test::SizeChanged
        | Test::Hardlinks(_)
        | Test::HardlinksChanged
        | Test::Timestamp(_)
        | Test::TimestampChanged(_)
        | Test::Content(_)
        | Test::Ping(_)
        | Test::ResponseTime(_)
        | Test::Filesystem(_)
        | Test::Network(_)
        | Test::Program(_) => None,
    }
}

fn identity(what: &'static str, name: &str, expected: u32, found: Option<u32>) -> Finding {
    match found {
        Some(found) => ownership::owner(what, name, expected, found),
        None => Finding::Unavailable(what),
    }
}

fn number_change(what: &str, found: i32, base: &mut Option<Base>) -> Finding {
    change(
        base,
        Base::Number(u64::from(found.unsigned_abs())),
        || format!("process {what} has not changed since last cycle"),
        |was| match was {
            Base::Number(was) => format!("process {what} changed from {was} to {found}"),
            Base::Time(_) | Base::Digest(_) | Base::Text(_) => format!("process {what} changed"),
        },
    )
}

fn attribute(test: &AttributeTest, name: &str, reading: &ProcessReading) -> Finding {
    let AttributeTest { relation, value } = test;
    let details = reading.details.as_ref();
    let Some(found) = details.and_then(|details| details.attribute.as_deref()) else {
        return Finding::Unavailable("security attribute");
    };
    let matches = || {
        let known = details.map_or(&[][..], |details| &details.attribute_matches);
        known
            .iter()
            .any(|(pattern, does)| pattern == value && *does)
    };
    let holds = match relation {
        Relation::Equal => *found == **value,
        Relation::NotEqual => *found != **value,
        Relation::Matches => matches(),
        Relation::MatchesNot => !matches(),
    };
    verdict(
        holds,
        || format!("Security attribute test succeeded [current attribute = '{found}']"),
        || format!("Security attribute test failed for {name} -- current attribute is '{found}'"),
    )
}

/// What is known of a figure.
enum Figure {
    /// In the metric's unit.
    Known(u64),
    /// A rate that needs a second look.
    Pending,
    /// This system does not tell.
    Unavailable,
}

fn usage(
    metric: ProcessMetric,
    limit: Limit,
    service: &Service,
    reading: &ProcessReading,
) -> Option<Finding> {
    match figure(metric, reading) {
        Figure::Pending => None,
        Figure::Unavailable => Some(Finding::Unavailable(metric.words())),
        Figure::Known(seconds) if metric == ProcessMetric::Uptime => {
            Some(uptime(limit, service, seconds))
        }
        Figure::Known(measured) => Some(wording(metric).judge(metric.unit(), limit, measured)),
    }
}

/// In words of its own (reference collector/events.tsv): it names the pidfile, not the service.
fn uptime(limit: Limit, service: &Service, seconds: u64) -> Finding {
    let place = match &service.subject {
        Subject::Process(ProcessLocator::Pidfile(text) | ProcessLocator::Matching(text)) => text,
        Subject::File(_)
        | Subject::Directory(_)
        | Subject::Fifo(_)
        | Subject::Filesystem(_)
        | Subject::Host(_)
        | Subject::Program(_)
        | Subject::Network(_)
        | Subject::System => &*service.name,
    };
    verdict(
        !limit.holds(seconds),
        || format!("uptime test succeeded [current uptime = {seconds} seconds]"),
        || format!("uptime test failed for {place} -- current uptime is {seconds} seconds"),
    )
}

fn figure(metric: ProcessMetric, reading: &ProcessReading) -> Figure {
    let details = reading.details.as_ref();
    let known = |value: Option<u64>| value.map_or(Figure::Unavailable, Figure::Known);
    let share = |value: Option<f64>| known(value.map(thousandths));
    let tree = || details.and_then(|details| details.tree);
    let of_tree = |of: fn(ProcessTree) -> u64| known(tree().map(of));
    let descriptors = || details.and_then(|details| details.descriptors);
    let rate = |of: fn(Io<f64>) -> f64| match details.and_then(|details| details.io) {
        None => Figure::Unavailable,
        Some(io) => match io.rate {
            None => Figure::Pending,
            Some(rate) => match metric.unit() {
                Unit::BytesPerSecond => Figure::Known(thousandths(of(rate)) / 1000),
                Unit::Percent
                | Unit::Thousandth
                | Unit::Count
                | Unit::Bytes
                | Unit::PerSecond(_)
                | Unit::MillisecondsPerOperation
                | Unit::Seconds => Figure::Known(thousandths(of(rate))),
            },
        },
    };
    match metric {
        ProcessMetric::Cpu if reading.is_seen() => match reading.cpu_percent {
            Some(percent) => Figure::Known(thousandths(percent.into())),
            None => Figure::Pending,
        },
        ProcessMetric::Cpu => Figure::Unavailable,
        ProcessMetric::TotalCpu => match tree() {
            Some(tree) => tree.cpu_percent.map_or(Figure::Pending, |percent| {
                Figure::Known(thousandths(percent))
            }),
            None => Figure::Unavailable,
        },
        ProcessMetric::MemoryShare => share(reading.memory_percent.map(f64::from)),
        ProcessMetric::Memory => known(reading.memory_kib.map(|kib| kib.saturating_mul(1024))),
        ProcessMetric::TotalMemoryShare => share(tree().and_then(|tree| tree.memory_percent)),
        ProcessMetric::TotalMemory => of_tree(|tree| tree.memory_kib.saturating_mul(1024)),
        ProcessMetric::Children => of_tree(|tree| u64::from(tree.children)),
        ProcessMetric::Threads => known(reading.threads.map(u64::from)),
        ProcessMetric::Uptime => known(reading.uptime_seconds.map(u64::from)),
        ProcessMetric::Descriptors => known(descriptors().map(|files| files.open)),
        ProcessMetric::DescriptorsShare => match descriptors().and_then(|files| files.limits) {
            Some(limits) => known(descriptors().map(|files| match limits.soft {
                Some(most) => thousandths(100.0 * files.open as f64 / most.max(1) as f64),
                None => 0,
            })),
            None => Figure::Unavailable,
        },
        ProcessMetric::TotalDescriptors => known(tree().and_then(|tree| tree.descriptors)),
        ProcessMetric::Read => rate(|io| io.read),
        ProcessMetric::Write => rate(|io| io.write),
        ProcessMetric::DiskRead => rate(|io| io.disk_read),
        ProcessMetric::DiskWrite => rate(|io| io.disk_write),
        ProcessMetric::ReadOperations => rate(|io| io.reads),
        ProcessMetric::WriteOperations => rate(|io| io.writes),
    }
}

/// The reference's words, oddities included.
const fn wording(metric: ProcessMetric) -> Wording {
    let (failed, kind, limit, passed, current) = match metric {
        ProcessMetric::Cpu => (
            "cpu usage of",
            RESOURCE,
            "cpu usage",
            "cpu usage check",
            "current cpu usage",
        ),
        ProcessMetric::TotalCpu => (
            "total cpu usage of",
            RESOURCE,
            "cpu usage",
            "total cpu usage check",
            "current cpu usage",
        ),
        ProcessMetric::MemoryShare => (
            "mem usage of",
            RESOURCE,
            "mem usage",
            "mem usage check",
            "current mem usage",
        ),
        ProcessMetric::Memory => (
            "mem amount of",
            RESOURCE,
            "mem amount",
            "mem amount check",
            "current mem amount",
        ),
        ProcessMetric::TotalMemoryShare | ProcessMetric::TotalMemory => (
            "total mem amount of",
            RESOURCE,
            "total mem amount",
            "total mem amount check",
            "current total mem amount",
        ),
        ProcessMetric::Children => (
            "children count",
            RESOURCE,
            "children",
            "children check",
            "current children",
        ),
        ProcessMetric::Threads => (
            "threads count",
            RESOURCE,
            "threads",
            "threads check",
            "current threads",
        ),
        // Judged apart.
        ProcessMetric::Uptime => (
            "uptime",
            RESOURCE,
            "uptime",
            "uptime test",
            "current uptime",
        ),
        ProcessMetric::Descriptors => (
            "filedescriptors usage of",
            "limit",
            "filedescriptors",
            "filedescriptors test",
            "current filedescriptors usage",
        ),
        ProcessMetric::DescriptorsShare => (
            "filedescriptors usage of",
            "limit",
            "filedescriptors",
            "filedescriptors usage test",
            "current filedescriptors usage",
        ),
        ProcessMetric::TotalDescriptors => (
            "total  filedescriptors usage of",
            "limit",
            "filedescriptors",
            "total filedescriptors usage test",
            "current filedescriptors usage",
        ),
        ProcessMetric::Read | ProcessMetric::ReadOperations => (
            "read rate",
            RESOURCE,
            "read",
            "read rate test",
            "current read",
        ),
        ProcessMetric::Write | ProcessMetric::WriteOperations => (
            "write rate",
            RESOURCE,
            "write",
            "write rate test",
            "current write",
        ),
        ProcessMetric::DiskRead => (
            "physical read activity",
            RESOURCE,
            "read",
            "physical read activity test",
            "current read",
        ),
        ProcessMetric::DiskWrite => (
            "physical write activity",
            RESOURCE,
            "write",
            "physical write activity test",
            "current write",
        ),
    };
    Wording {
        failed,
        kind,
        limit,
        passed,
        current,
    }
}

const RESOURCE: &str = "resource limit";

#[cfg(test)]
mod tests;
