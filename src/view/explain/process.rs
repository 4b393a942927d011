//! Tests of a process as conditions.

use std::time::Duration;

use crate::model::{AttributeTest, Limit, ProcessMetric, ProcessTest, Relation};
use crate::reading::Bound;

use super::Span;
use super::clause::compared;

/// `its memory, with that of its descendants, is above 100 MB`.
pub(super) fn condition(test: &ProcessTest) -> String {
    match test {
        ProcessTest::Usage(ProcessMetric::Uptime, Limit { comparison, value }) => {
            let age = Span(Duration::from_secs(*value));
            format!("its age is {} {age}", compared(*comparison))
        }
        ProcessTest::Usage(metric, Limit { comparison, value }) => format!(
            "its {} is {} {}",
            name(*metric),
            compared(*comparison),
            Bound(*value, metric.unit())
        ),
        ProcessTest::EffectiveUid(uid) => format!("its effective user is not uid {uid}"),
        ProcessTest::PidChanged => "it is another process than before".to_owned(),
        ProcessTest::PpidChanged => "its parent is another process than before".to_owned(),
        ProcessTest::Attribute(test) => attribute(test),
    }
}

const fn name(metric: ProcessMetric) -> &'static str {
    match metric {
        ProcessMetric::Cpu => "use of the processors",
        ProcessMetric::TotalCpu => "use of the processors, with that of its descendants,",
        ProcessMetric::MemoryShare | ProcessMetric::Memory => "memory",
        ProcessMetric::TotalMemoryShare | ProcessMetric::TotalMemory => {
            "memory, with that of its descendants,"
        }
        ProcessMetric::Children => "number of descendants",
        ProcessMetric::Threads => "number of threads",
        ProcessMetric::Uptime => "age",
        ProcessMetric::Descriptors => "number of open files",
        ProcessMetric::DescriptorsShare => "part of the files it may have open",
        ProcessMetric::TotalDescriptors => "number of open files, with those of its descendants,",
        ProcessMetric::Read => "rate of reading",
        ProcessMetric::Write => "rate of writing",
        ProcessMetric::DiskRead | ProcessMetric::ReadOperations => "rate of reading from disk",
        ProcessMetric::DiskWrite | ProcessMetric::WriteOperations => "rate of writing to disk",
    }
}

/// The test fails unless the relation holds.
fn attribute(test: &AttributeTest) -> String {
    let AttributeTest { relation, value } = test;
    let verb = match relation {
        Relation::Equal => "is not",
        Relation::NotEqual => "is",
        Relation::Matches => "does not match",
        Relation::MatchesNot => "matches",
    };
    format!("its security attribute {verb} \"{value}\"")
}
