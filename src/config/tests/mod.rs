//! Whole control files in memory: what they mean, and every complaint as it is shown.

mod bounds;
mod corpus;
mod errors;
mod examples;
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else it is, the test has failed"
)]
mod forms;
mod fuzz;
mod included;
mod machine;
mod seed;
mod warnings;
mod without_tls;

use crate::config::memory::Memory;
use crate::model::Model;

/// The model of a control file that has no error.
#[track_caller]
fn model(text: &str) -> Model {
    match Memory::new(text).load() {
        Ok(loaded) => loaded.model,
        Err(report) => panic!("{text}\n\n{report}"),
    }
}

/// All that is said about a machine's control file, warnings or errors.
fn said(memory: &Memory) -> String {
    match memory.load() {
        Ok(loaded) => format!("\n{}", loaded.warnings.join("\n")),
        Err(report) => format!("\n{report}"),
    }
}
