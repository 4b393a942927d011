//! Rules in words: what a service's page says of `if … then …`.

mod network;
mod process;
mod system;

use crate::model::{
    Checksum, ConnectionTest, ContentTest, Every, Family, FilesystemTest, Limit, Ping, PingTest,
    ProgramTest, Repeat, RestartLimit, Rule, Stamp, Test, TimestampTest, Window,
};
use crate::reading::{Bound, Bytes, Elapsed, hexadecimal};

use super::figures::{address, connection_type};

/// All of them, as they were written: what else a test's outcome is judged by belongs to its rule.
pub(super) fn rules(rules: &[Rule]) -> impl Iterator<Item = String> {
    let tests = (0..rules.len()).filter(|index| !rules[*index].test.is_companion());
    tests.map(|index| {
        let behind = rules[index + 1..].iter().map(|rule| &rule.test);
        let companions = behind.take_while(|test| test.is_companion());
        sentence(&rules[index], &companions.map(option).collect::<String>())
    })
}

/// What stands behind a test in its sentence.
fn option(companion: &Test) -> String {
    if let Test::ResponseTime(limit) = companion {
        return response_time(limit);
    }
    format!(" and {}", test(companion))
}

/// `if does not exist then restart`.
fn sentence(rule: &Rule, option: &str) -> String {
    let Repeat { window, action } = &rule.failed;
    format!(
        "if {}{option}{} then {}",
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

/// `3 cycles`, `"* 8-19 * * 1-5"`: what follows `every`, where it is not each cycle.
pub(super) fn turns(every: &Every) -> Option<String> {
    match every {
        Every::Cycle => None,
        Every::Cycles(cycles) => Some(format!("{cycles} cycles")),
        Every::Cron(schedule) => Some(format!("\"{}\"", schedule.text())),
        Every::NotCron(schedule) => Some(format!("cycle but in \"{}\"", schedule.text())),
    }
}

fn patience(window: Window) -> String {
    match (window.times, window.cycles) {
        (1, 1) => String::new(),
        (times, cycles) if times == cycles => format!(" for {cycles} cycles"),
        (times, cycles) => format!(" {times} times within {cycles} cycles"),
    }
}

/// `does not exist`: when the test fails.
fn test(test: &Test) -> String {
    match test {
        Test::NotExist => "does not exist".into(),
        Test::Exist => "does exist".into(),
        Test::Connection(test) => connection(test),
        Test::CertificateValid(days) => format!("certificate valid for {days} days"),
        Test::Checksum(Checksum::Failed(kind, Some(expected))) => {
            format!("failed {} checksum {}", kind.name(), hexadecimal(expected))
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
        Test::Hardlinks(Limit { comparison, value }) => {
            format!("hardlinks {} {value}", comparison.symbol())
        }
        Test::HardlinksChanged => "changed hardlinks".into(),
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
        Test::Content(test) => content(test),
        Test::Ping(test) => ping(test),
        Test::ResponseTime(limit) => response_time(limit),
        Test::Process(test) => process::words(test),
        Test::System(test) => system::words(test),
        Test::Filesystem(FilesystemTest::FlagsChanged) => "changed fsflags".into(),
        Test::Filesystem(FilesystemTest::Resource(metric, limit)) => {
            let bound = Bound(limit.value, metric.unit());
            format!("{} {} {bound}", metric.name(), limit.comparison.symbol())
        }
        Test::Network(test) => network::words(test),
        Test::Program(test) => program(test),
    }
}

fn program(test: &ProgramTest) -> String {
    match test {
        ProgramTest::Status(Limit { comparison, value }) => {
            format!("exit value {} {value}", comparison.symbol())
        }
        ProgramTest::StatusChanged => "exit value changed".into(),
        ProgramTest::Content { pattern, matches } => {
            let sign = if *matches { "=" } else { "!=" };
            format!("content {sign} \"{pattern}\"")
        }
        ProgramTest::ContentChanged => "content changed".into(),
        ProgramTest::ContentUnchanged => "content not changed".into(),
    }
}

/// `content = "REGEX"`.
pub(super) fn content(test: &ContentTest) -> String {
    format!("content {} \"{}\"", test.symbol(), test.pattern)
}

/// ` and responsetime < 5 s`.
fn response_time(limit: &Limit) -> String {
    let (sign, time) = (limit.comparison.symbol(), Elapsed(limit.value));
    format!(" and responsetime {sign} {time}")
}

/// `failed ping4 count 3 size 64 with timeout 5 s via address 192.0.2.1`.
fn ping(test: &PingTest) -> String {
    let Ping {
        host: _,
        family,
        size,
        timeout,
        source,
    } = &test.ping;
    let family = match family {
        Family::Any => "",
        Family::V4 => "4",
        Family::V6 => "6",
    };
    let (outcome, tries) = (outcome(test.expect_failure), test.tries);
    let limit = Elapsed(u64::try_from(timeout.as_micros()).unwrap_or(u64::MAX));
    let source = source.map_or_else(String::new, |source| format!(" via address {source}"));
    format!("{outcome} ping{family} count {tries} size {size} with timeout {limit}{source}")
}

const fn outcome(expect_failure: bool) -> &'static str {
    if expect_failure {
        "succeeded"
    } else {
        "failed"
    }
}

fn connection(test: &ConnectionTest) -> String {
    let outcome = outcome(test.expect_failure);
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Action, ChecksumKind, Comparison};

    fn words(test: Test) -> String {
        let side = |action| Repeat {
            window: Window::ONCE,
            action,
        };
        let rule = |test| Rule {
            test,
            failed: side(Action::Alert),
            recovered: side(Action::Alert),
        };
        rules(&[rule(test)]).collect()
    }

    #[test]
    fn every_kind_of_test() {
        let size = Limit {
            comparison: Comparison::Greater,
            value: 10 << 20,
        };
        let age = TimestampTest {
            stamp: Stamp::Modification,
            comparison: Comparison::Greater,
            age: Duration::from_secs(300),
        };
        let status = |limit| Test::Program(ProgramTest::Status(limit));
        let content = |pattern: &str, matches| {
            let pattern = pattern.into();
            Test::Program(ProgramTest::Content { pattern, matches })
        };
        let expected = Checksum::Failed(ChecksumKind::Md5, Some([0x12, 0xab].into()));
        for (test, text) in [
            (Test::NotExist, "does not exist"),
            (Test::Exist, "does exist"),
            (Test::Checksum(expected), "failed MD5 checksum 12ab"),
            (
                Test::Checksum(Checksum::Failed(ChecksumKind::Sha1, None)),
                "failed SHA1 checksum",
            ),
            (
                Test::Checksum(Checksum::Changed(ChecksumKind::Md5)),
                "changed MD5 checksum",
            ),
            (Test::Permission(0o640), "failed permission 640"),
            (Test::PermissionChanged, "changed permission"),
            (Test::Uid(0), "failed uid 0"),
            (Test::Gid(33), "failed gid 33"),
            (Test::Size(size), "size > 10 MB"),
            (Test::SizeChanged, "changed size"),
            (status(Limit { value: 0, ..size }), "exit value > 0"),
            (
                Test::Program(ProgramTest::StatusChanged),
                "exit value changed",
            ),
            (content("a b", true), "content = \"a b\""),
            (content("a b", false), "content != \"a b\""),
            (
                Test::Program(ProgramTest::ContentChanged),
                "content changed",
            ),
            (
                Test::Program(ProgramTest::ContentUnchanged),
                "content not changed",
            ),
            (Test::Hardlinks(Limit { value: 2, ..size }), "hardlinks > 2"),
            (Test::HardlinksChanged, "changed hardlinks"),
            (Test::Timestamp(age), "mtime > 300 s"),
            (Test::TimestampChanged(Stamp::Latest), "changed timestamp"),
        ] {
            assert_eq!(words(test), format!("if {text} then alert"));
        }
    }

    #[test]
    fn patience_in_words() {
        for (times, cycles, text) in [
            (1, 1, ""),
            (3, 3, " for 3 cycles"),
            (2, 5, " 2 times within 5 cycles"),
        ] {
            assert_eq!(patience(Window { times, cycles }), text);
        }
    }
}
