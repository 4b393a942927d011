//! Rules in words: what a service's page says of `if … then …`.

use crate::model::{
    Checksum, ConnectionTest, Limit, Repeat, RestartLimit, Rule, Stamp, Test, TimestampTest, Window,
};
use crate::reading::Bytes;

use super::figures::{address, connection_type, hex};

/// `if does not exist then restart`.
pub(super) fn rule(rule: &Rule) -> String {
    let Repeat { window, action } = &rule.failed;
    format!(
        "if {}{} then {}",
        test(&rule.test),
        patience(*window),
        action.word()
    )
}

/// `if 5 restarts within 5 cycles then unmonitor`.
pub(super) fn restart_limit(limit: &RestartLimit) -> String {
    let RestartLimit {
        restarts,
        cycles,
        action,
    } = limit;
    format!(
        "if {restarts} restarts within {cycles} cycles then {}",
        action.word()
    )
}

fn patience(window: Window) -> String {
    match (window.times, window.cycles) {
        (1, 1) => String::new(),
        (times, cycles) if times == cycles => format!(" for {cycles} cycles"),
        (times, cycles) => format!(" {times} times within {cycles} cycles"),
    }
}

fn test(test: &Test) -> String {
    match test {
        Test::NotExist => "does not exist".into(),
        Test::Exist => "does exist".into(),
        Test::Connection(test) => connection(test),
        Test::Checksum(Checksum::Failed(kind, Some(expected))) => {
            format!("failed {} checksum {}", kind.name(), hex(expected))
        }
        Test::Checksum(Checksum::Failed(kind, None)) => format!("failed {} checksum", kind.name()),
        Test::Checksum(Checksum::Changed(kind)) => format!("changed {} checksum", kind.name()),
        Test::Permission(mode) => format!("failed permission {mode:o}"),
        Test::PermissionChanged => "changed permission".into(),
        Test::Uid(uid) => format!("failed uid {uid}"),
        Test::Gid(gid) => format!("failed gid {gid}"),
        Test::Size(Limit { comparison, value }) => {
            format!("size {} {}", comparison.symbol(), Bytes(*value))
        }
        Test::SizeChanged => "changed size".into(),
        Test::Timestamp(TimestampTest {
            stamp,
            comparison,
            age,
        }) => {
            format!(
                "{} {} {} s",
                stamp_word(*stamp),
                comparison.symbol(),
                age.as_secs()
            )
        }
        Test::TimestampChanged(stamp) => format!("changed {}", stamp_word(*stamp)),
    }
}

fn connection(test: &ConnectionTest) -> String {
    let outcome = if test.expect_failure {
        "succeeded"
    } else {
        "failed"
    };
    let to = address(&test.connection, "", "");
    format!("{outcome} {to} {}", connection_type(&test.connection, None))
}

const fn stamp_word(stamp: Stamp) -> &'static str {
    match stamp {
        Stamp::Latest => "timestamp",
        Stamp::Access => "atime",
        Stamp::Modification => "mtime",
        Stamp::Change => "ctime",
    }
}
