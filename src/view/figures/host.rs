//! A host's figures.

use super::{Lines, Tone};
use crate::engine::{ProbeOutcome, Standing};
use crate::reading::Elapsed;

impl Lines {
    /// How long its pings took, the last of the control file first.
    pub(super) fn pings(&mut self, standing: &Standing<'_>) {
        for (_, outcome) in standing.pings.iter().rev() {
            let (value, tone) = ping(*outcome);
            self.push("ping response time", value, tone);
        }
    }
}

/// `0.036 ms`, `connection failed`.
fn ping(outcome: Option<&ProbeOutcome>) -> (String, Tone) {
    match outcome.map(|outcome| &outcome.result) {
        Some(Ok(microseconds)) => (Elapsed(*microseconds).to_string(), Tone::Value),
        Some(Err(_)) => ("connection failed".into(), Tone::Bad),
        None => ("-".into(), Tone::Missing),
    }
}
