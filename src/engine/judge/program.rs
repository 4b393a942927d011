//! Tests of a program that has ended (reference events.tsv, F106).

use crate::model::{Limit, ProgramTest};
use crate::reading::{ProgramReading, fingerprint};

use super::{Base, Finding, change, verdict};

/// Judges one test; `None` where nothing can be said yet.
pub(super) fn judge(
    test: &ProgramTest,
    reading: &ProgramReading,
    base: &mut Option<Base>,
) -> Option<Finding> {
    let ProgramReading {
        status,
        output,
        matched,
        ..
    } = reading;
    let shown = match &**output {
        "" => "no output",
        output => output,
    };
    // Neither a status nor a signal is negative.
    let number = u64::from(status.unsigned_abs());
    Some(match test {
        ProgramTest::Status(limit) => status_limit(*limit, number, shown),
        ProgramTest::StatusChanged => change(
            base,
            Base::Number(number),
            || format!("status didn't change ({number}) -- {shown}"),
            |was| match was {
                Base::Number(was) => format!("status changed ({was} -> {number}) -- {shown}"),
                Base::Time(_) | Base::Digest(_) | Base::Text(_) => {
                    format!("status changed ({number}) -- {shown}")
                }
            },
        ),
        // The reference ends the one with a line end and the other without.
        ProgramTest::Content { pattern, matches } if matched.contains(pattern) == *matches => {
            Finding::Changed(format!("content match on program output:\n{output}\n"))
        }
        ProgramTest::Content { .. } => Finding::Unchanged(format!(
            "content doesn't match on program output:\n{output}"
        )),
        ProgramTest::ContentChanged => change(
            base,
            digest(output),
            || format!("content didn't change -- {shown}"),
            |_| format!("content changed -- {shown}"),
        ),
        ProgramTest::ContentUnchanged => {
            let found = digest(output);
            let before = base.replace(found.clone())?;
            verdict(
                before != found,
                || format!("content changed -- {shown}"),
                || format!("content didn't change -- {shown}"),
            )
        }
    })
}

fn status_limit(limit: Limit, status: u64, shown: &str) -> Finding {
    verdict(
        !limit.holds(status),
        || format!("status succeeded ({status}) -- {shown}"),
        || format!("status failed ({status}) -- {shown}"),
    )
}

/// What is remembered of an output, which may be long.
fn digest(output: &str) -> Base {
    Base::Digest(fingerprint(output.as_bytes()).to_le_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Comparison;

    fn reading(status: i32, output: &str) -> ProgramReading {
        ProgramReading {
            started: 0,
            status,
            output: output.into(),
            matched: Vec::new(),
        }
    }

    fn failed(text: &str) -> Option<Finding> {
        Some(Finding::Failed(text.into()))
    }

    fn passed(text: &str) -> Option<Finding> {
        Some(Finding::Passed(text.into()))
    }

    fn changed(text: &str) -> Option<Finding> {
        Some(Finding::Changed(text.into()))
    }

    fn unchanged(text: &str) -> Option<Finding> {
        Some(Finding::Unchanged(text.into()))
    }

    #[test]
    fn status() {
        let test = |comparison, value| {
            let test = ProgramTest::Status(Limit { comparison, value });
            judge(&test, &reading(2, "to stderr\nline 1"), &mut None)
        };
        let text = "status failed (2) -- to stderr\nline 1";
        assert_eq!(test(Comparison::NotEqual, 0), failed(text));
        assert_eq!(test(Comparison::Equal, 2), failed(text));
        assert_eq!(test(Comparison::Greater, 1), failed(text));
        assert_eq!(test(Comparison::LessOrEqual, 2), failed(text));
        let text = "status succeeded (2) -- to stderr\nline 1";
        assert_eq!(test(Comparison::NotEqual, 2), passed(text));
        assert_eq!(test(Comparison::Less, 2), passed(text));
        let any = ProgramTest::Status(Limit {
            comparison: Comparison::GreaterOrEqual,
            value: 0,
        });
        let silent = judge(&any, &reading(9, ""), &mut None);
        assert_eq!(silent, failed("status failed (9) -- no output"));
    }

    #[test]
    fn changed_status() {
        let mut base = None;
        let mut test = |status| {
            judge(
                &ProgramTest::StatusChanged,
                &reading(status, "x"),
                &mut base,
            )
        };
        assert_eq!(test(0), unchanged("status didn't change (0) -- x"));
        assert_eq!(test(0), unchanged("status didn't change (0) -- x"));
        assert_eq!(test(2), changed("status changed (0 -> 2) -- x"));
        assert_eq!(test(2), unchanged("status didn't change (2) -- x"));
        assert_eq!(test(0), changed("status changed (2 -> 0) -- x"));
    }

    #[test]
    fn content() {
        let test = |matches, matched: &[&str]| {
            let pattern = "ba".into();
            let mut reading = reading(0, "bad");
            reading.matched = matched.iter().map(|&pattern| pattern.into()).collect();
            judge(
                &ProgramTest::Content { pattern, matches },
                &reading,
                &mut None,
            )
        };
        let text = "content match on program output:\nbad\n";
        assert_eq!(test(true, &["b", "ba"]), changed(text));
        assert_eq!(test(false, &["b"]), changed(text));
        let text = "content doesn't match on program output:\nbad";
        assert_eq!(test(true, &["b"]), unchanged(text));
        assert_eq!(test(false, &["ba"]), unchanged(text));
    }

    #[test]
    fn changed_content() {
        let mut base = None;
        let mut test = |output| judge(&ProgramTest::ContentChanged, &reading(0, output), &mut base);
        assert_eq!(test("a"), unchanged("content didn't change -- a"));
        assert_eq!(test(""), changed("content changed -- no output"));
        assert_eq!(test(""), unchanged("content didn't change -- no output"));
    }

    #[test]
    fn unchanged_content() {
        let mut base = None;
        let mut test = |output| {
            judge(
                &ProgramTest::ContentUnchanged,
                &reading(0, output),
                &mut base,
            )
        };
        assert_eq!(test("a"), None);
        assert_eq!(test("a"), failed("content didn't change -- a"));
        assert_eq!(test("b"), passed("content changed -- b"));
        assert_eq!(test("b"), failed("content didn't change -- b"));
    }
}
