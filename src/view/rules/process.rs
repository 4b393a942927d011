//! The tests of a process in words.

use crate::model::{AttributeTest, Limit, ProcessTest};
use crate::reading::Bound;

/// `cpu > 60.0%`.
pub(super) fn words(test: &ProcessTest) -> String {
    match test {
        ProcessTest::Usage(metric, Limit { comparison, value }) => {
            let bound = Bound(*value, metric.unit());
            format!("{} {} {bound}", metric.words(), comparison.symbol())
        }
        ProcessTest::EffectiveUid(uid) => format!("failed euid {uid}"),
        ProcessTest::PidChanged => "changed pid".into(),
        ProcessTest::PpidChanged => "changed ppid".into(),
        ProcessTest::Attribute(test) => {
            let AttributeTest { relation, value } = &**test;
            format!("failed security attribute {} '{value}'", relation.symbol())
        }
    }
}
