//! Pings, and how long an answer may take.

use crate::engine::ProbeOutcome;
use crate::model::{Limit, PingTest};
use crate::reading::Elapsed;

use super::{Finding, verdict};

/// What a process that may not ping is told, once.
const UNAVAILABLE: &str = "ping (which needs root, CAP_NET_RAW or a group of \
                           net.ipv4.ping_group_range)";

/// Judges a ping by how its last try ended; without an outcome it could not be tried at all.
pub(in crate::engine) fn judge_ping(test: &PingTest, outcome: Option<&ProbeOutcome>) -> Finding {
    let Some(outcome) = outcome else {
        return Finding::Unavailable(UNAVAILABLE);
    };
    let (answered, text) = match &outcome.result {
        Ok(microseconds) => {
            let time = Elapsed(*microseconds);
            (true, format!("ping test succeeded [response time {time}]"))
        }
        Err(_) => (false, "ping test failed".into()),
    };
    if answered == test.expect_failure {
        Finding::Failed(text)
    } else {
        Finding::Passed(text)
    }
}

/// Judges how long an answer took. The limit says what is good.
pub(in crate::engine) fn judge_response_time(limit: Limit, microseconds: u64) -> Finding {
    let found = Elapsed(microseconds);
    let wanted = || {
        format!(
            "[time {} {}]",
            limit.comparison.symbol(),
            Elapsed(limit.value)
        )
    };
    verdict(
        limit.holds(microseconds),
        || format!("response time {found} succeeded {}", wanted()),
        || format!("response time {found} doesn't match limit {}", wanted()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Comparison;

    #[test]
    fn a_limit_says_what_is_good() {
        let limit = |comparison| Limit {
            comparison,
            value: 1_000_000,
        };
        let slow = judge_response_time(limit(Comparison::Less), 1_504_000);
        let text = "response time 1.504 s doesn't match limit [time < 1 s]";
        assert_eq!(slow, Finding::Failed(text.into()));
        let quick = judge_response_time(limit(Comparison::Less), 508);
        let text = "response time 0.508 ms succeeded [time < 1 s]";
        assert_eq!(quick, Finding::Passed(text.into()));
        let quick = judge_response_time(limit(Comparison::Greater), 19);
        let text = "response time 0.019 ms doesn't match limit [time > 1 s]";
        assert_eq!(quick, Finding::Failed(text.into()));
    }
}
