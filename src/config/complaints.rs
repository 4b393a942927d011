//! Collects what is wrong with a control file, and shows it all at once.

use std::fmt;

use super::Loaded;
use crate::model::Model;
use crate::text::{Count, Diagnostic, FileId, Severity, Sources, Span, render};

/// At most so many errors are shown; the rest is counted.
pub(super) const ERROR_LIMIT: usize = 20;

/// At most so many errors are kept; the rest is counted. More than are shown, because they are
/// shown in the order of the file and not all found in it.
pub(super) const ERRORS_KEPT: usize = 1000;

/// At most so many files are kept to point into.
const SOURCES_LIMIT: usize = 10_000;

/// At most so many warnings are kept; the rest is counted.
pub(super) const WARNING_LIMIT: usize = 100;

/// The files read so far and what was found wrong with them.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    sources: Sources,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    hidden_errors: u64,
    hidden_warnings: u64,
}

/// Proof that an error has been recorded: nobody needs to complain a second time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported;

/// Everything that is wrong with a control file, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Each as it is to be shown, in the order of the file; the last line counts those left out.
    pub errors: Vec<String>,
    /// Likewise.
    pub warnings: Vec<String>,
}

impl Complaints {
    /// Adds a file that complaints can point into.
    pub(super) fn add_source(&mut self, name: &str, content: &[u8], from: Option<Span>) -> FileId {
        self.sources.add(name, content, from)
    }

    /// Whether anything is wrong that makes a model impossible.
    pub(super) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The same for a file that is no part of the control file; `None` where there are too many.
    pub(super) fn try_add_source(&mut self, name: &str, text: &[u8], from: Span) -> Option<FileId> {
        (self.sources.count() < SOURCES_LIMIT).then(|| self.add_source(name, text, Some(from)))
    }

    /// The files.
    pub(super) const fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Records `diagnostic`. One place has one error: what follows from the first is not said.
    pub(super) fn add(&mut self, diagnostic: Diagnostic) -> Reported {
        match diagnostic.severity {
            Severity::Error if self.errors.len() < ERRORS_KEPT => {
                let known =
                    |error: &Diagnostic| error.span.is_some() && error.span == diagnostic.span;
                if !self.errors.iter().any(known) {
                    self.errors.push(diagnostic);
                }
            }
            Severity::Error => self.hidden_errors += 1,
            Severity::Warning if self.warnings.len() < WARNING_LIMIT => {
                self.warnings.push(diagnostic);
            }
            Severity::Warning => self.hidden_warnings += 1,
        }
        Reported
    }

    /// The result of it all. Without errors there is a model.
    pub(super) fn settle(self, model: Option<Model>) -> Result<Loaded, Report> {
        let not_shown = self.errors.len().saturating_sub(ERROR_LIMIT) as u64;
        let hidden_errors = not_shown + self.hidden_errors;
        let failed = !self.errors.is_empty();
        let mut errors = shown(&self.sources, self.errors, ERROR_LIMIT);
        let mut warnings = shown(&self.sources, self.warnings, WARNING_LIMIT);
        if self.hidden_warnings > 0 {
            let more = Count(self.hidden_warnings, "more warning");
            warnings.push(format!("warning: and {more}\n"));
        }
        if hidden_errors > 0 {
            errors.push(format!(
                "error: and {}\n",
                Count(hidden_errors, "more error")
            ));
        }
        match model {
            Some(model) if !failed => Ok(Loaded { model, warnings }),
            Some(_) | None => Err(Report { errors, warnings }),
        }
    }
}

/// The first `limit` of them in the order of the files.
fn shown(sources: &Sources, mut diagnostics: Vec<Diagnostic>, limit: usize) -> Vec<String> {
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.map(|span| (span.file, span.start)));
    diagnostics
        .iter()
        .take(limit)
        .map(|diagnostic| render(sources, diagnostic))
        .collect()
}

/// A complaint as a line of the log: what is wrong, and where. The excerpt stays away: it takes
/// more lines, and logs are read by more people than control files.
pub fn in_one_line(shown: &str) -> String {
    let what_and_where: Vec<&str> = shown.lines().map(str::trim).take(2).collect();
    what_and_where.join(" ")
}

impl fmt::Display for Report {
    /// Warnings first: the errors should be what is last on the screen. Blank lines between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<&str> = self
            .warnings
            .iter()
            .chain(&self.errors)
            .map(|text| &**text)
            .collect();
        f.write_str(&all.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::in_one_line;
    use crate::config::memory::Memory;

    #[test]
    fn a_line_of_the_log_shows_no_password() {
        let text = "set httpd port 2812 allow admin:secret read-onyl\n";
        let report = Memory::new(text).load().unwrap_err();
        assert!(report.errors[0].contains("allow admin:****** read-onyl"));
        let line = in_one_line(&report.errors[0]);
        assert!(!line.contains("admin"), "{line}");
        assert!(line.contains("/etc/monitrc:1:"), "{line}");
    }
}
