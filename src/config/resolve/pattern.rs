//! Regular expressions that cannot be used: which, where in them, and why.

use super::machine::Machine;
use crate::config::syntax::Text;
use crate::pattern::{Pattern, Weight, fault};
use crate::text::{Diagnostic, Span, quoted};

impl Machine<'_> {
    /// Whether a regular expression can be used.
    pub(super) fn takes(&self, pattern: &str) -> bool {
        Weight::of(pattern).refusal().is_none() && self.surroundings.pattern(pattern).is_ok()
    }

    /// Complains about a regular expression that the C library does not take, or should not be
    /// given, since everybody waits while it is searched for.
    pub(super) fn pattern(&mut self, pattern: &Text) {
        self.pattern_for_lines(pattern);
        let weight = Weight::of(&pattern.value);
        let is_right =
            weight.refusal().is_none() && self.surroundings.pattern(&pattern.value).is_ok();
        if !is_right || Pattern::new(&pattern.value).is_quick() {
            return;
        }
        let why = if weight.looks_back {
            "what must match again (`\\1`) can take longer than anybody waits".to_owned()
        } else {
            "its repeated alternatives take longer than anybody waits".to_owned()
        };
        self.costs_too_much(pattern, why);
    }

    /// The same of one for the lines of a file: a costly one is a child's.
    pub(super) fn pattern_for_lines(&mut self, pattern: &Text) {
        if let Some(why) = Weight::of(&pattern.value).refusal() {
            self.costs_too_much(pattern, why);
        } else if let Err(why) = self.surroundings.pattern(&pattern.value) {
            let message = format!("{} is no regular expression: {why}", quoted(&pattern.value));
            let error = Diagnostic::error(self.place_of_fault(pattern), message);
            self.complaints.add(error);
        }
    }

    fn costs_too_much(&mut self, pattern: &Text, why: String) {
        let error = Diagnostic::error(pattern.span, "this regular expression costs too much");
        self.complaints.add(error.note(why));
    }

    /// Where in the file the fault is. Where escapes were resolved, the whole pattern: its letters
    /// are not those of the file.
    fn place_of_fault(&self, pattern: &Text) -> Span {
        let whole = pattern.span;
        let file = self.complaints.sources().file(whole.file);
        let written = file.text.get(whole.range()).unwrap_or("");
        let inside = written.find(&*pattern.value);
        let (Some(place), Some(inside)) = (fault(&pattern.value), inside) else {
            return whole;
        };
        let at = |offset: usize| u32::try_from(offset).map_or(whole.end, |o| whole.start + o);
        Span {
            start: at(inside + place.start),
            end: at(inside + place.end),
            ..whole
        }
    }
}
