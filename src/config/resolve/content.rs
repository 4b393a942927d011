//! Patterns of content tests, and files of them: one on each line.

use super::machine::Machine;
use crate::config::syntax::{ContentSyntax, Text};
use crate::model::{ContentScan, ContentTest, Rule};
use crate::pattern::Pattern;
use crate::text::{Diagnostic, Span, Spanned, quoted};

/// Largest file of patterns.
pub(in crate::config) const FILE_LIMIT: usize = 64 * 1024;
/// As many patterns may be in one: each is a test of its own, and all are tried on every line.
const PATTERNS_LIMIT: usize = 1000;
/// As much work on one line, counted as [`Pattern::price`] does, may hold up the others: some
/// milliseconds.
const LINE_WORK: usize = 4 * 1024 * 1024;

/// One test for each pattern. An absolute path names a file of patterns; empty lines in it are none
/// (seen of the reference: a comment is one).
pub(super) fn tests(syntax: &ContentSyntax, machine: &mut Machine<'_>) -> Vec<ContentTest> {
    let patterns = if syntax.pattern.value.starts_with('/') {
        patterns_of_file(&syntax.pattern, machine)
    } else {
        machine.pattern_for_lines(&syntax.pattern);
        vec![syntax.pattern.value.clone()]
    };
    let test = |pattern| ContentTest {
        pattern,
        matches: syntax.matches,
    };
    patterns.into_iter().map(test).collect()
}

/// What content tests share; `None` where there are none.
pub(super) fn scan(
    syntax: &[ContentSyntax],
    rules: &[Rule],
    machine: &mut Machine<'_>,
) -> Option<Box<ContentScan>> {
    let ignore = syntax.iter().flat_map(|syntax| tests(syntax, machine));
    let ignore: Vec<ContentTest> = ignore.collect();
    let any = rules.iter().any(|rule| rule.test.content().is_some());
    if let (false, Some(first)) = (any, syntax.first()) {
        let message = "lines are ignored here, but no test looks at any";
        machine
            .complaints
            .add(Diagnostic::warning(first.pattern.span, message));
    }
    let line_limit = machine.limits.file_content_buffer;
    any.then(|| {
        let tests = rules.iter().filter_map(|rule| rule.test.content());
        let is_costly = work(tests.chain(&ignore), line_limit).is_none_or(|work| work > LINE_WORK);
        Box::new(ContentScan {
            ignore,
            line_limit,
            is_costly,
        })
    })
}

/// What a line may cost; `None` where nobody knows.
fn work<'a>(tests: impl Iterator<Item = &'a ContentTest>, line_limit: usize) -> Option<usize> {
    let price = |test: &ContentTest| Pattern::new(&test.pattern).price();
    let price: Option<usize> = tests.map(price).sum();
    price?.checked_mul(line_limit)
}

fn patterns_of_file(path: &Text, machine: &mut Machine<'_>) -> Vec<Box<str>> {
    let shown = quoted(&path.value);
    let text = match machine.text_of_file(&path.value, FILE_LIMIT) {
        Ok(text) => text,
        Err(why) => {
            let error = Diagnostic::error(
                path.span,
                format!("cannot read patterns from {shown}: {why}"),
            );
            let note = "what begins with `/` is a file of patterns; for a pattern write `[/]…`";
            machine.complaints.add(error.note(note));
            return Vec::new();
        }
    };
    let lines = text.lines().filter(|line| !line.is_empty());
    let patterns: Vec<Box<str>> = lines.map(Box::from).collect();
    if patterns.is_empty() {
        let warning = Diagnostic::warning(path.span, format!("{shown} holds no pattern"));
        machine
            .complaints
            .add(warning.label("nothing is tested here"));
    }
    if patterns.len() > PATTERNS_LIMIT {
        let message = format!("{shown} holds more than {PATTERNS_LIMIT} patterns");
        machine
            .complaints
            .add(Diagnostic::error(path.span, message));
        return Vec::new();
    }
    if !patterns.iter().all(|pattern| machine.takes(pattern)) {
        complain(path, &text, machine);
    }
    patterns
}

/// Complains about the patterns that cannot be used, each where it stands in its file.
fn complain(path: &Text, text: &str, machine: &mut Machine<'_>) {
    let Some(file) = machine
        .complaints
        .try_add_source(&path.value, text.as_bytes(), path.span)
    else {
        return;
    };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let pattern = line.trim_end_matches(['\n', '\r']);
        let at = |offset: usize| u32::try_from(offset).expect("the file is far below 4 GiB");
        let span = Span {
            file,
            start: at(start),
            end: at(start + pattern.len()),
        };
        start += line.len();
        if !pattern.is_empty() {
            machine.pattern_for_lines(&Spanned::new(pattern.into(), span));
        }
    }
}
