//! Regular expressions that cannot be used: which, where in them, and why.

use super::machine::Machine;
use crate::config::syntax::Text;
use crate::text::{Diagnostic, Span, Weight, fault, quoted};

impl Machine<'_> {
    /// Whether a regular expression can be used.
    pub(super) fn takes(&self, pattern: &str) -> bool {
        Weight::of(pattern).refusal().is_none() && self.surroundings.pattern(pattern).is_ok()
    }

    /// Complains about a regular expression that the C library does not take, or should not be
    /// given, since everybody waits while it is searched for.
    pub(super) fn pattern(&mut self, pattern: &Text) {
        let refusal = Weight::of(&pattern.value).refusal_while_waiting(&pattern.value);
        self.pattern_unless(pattern, refusal);
    }

    /// The same of one for the lines of a file: a costly one is a child's.
    pub(super) fn pattern_for_lines(&mut self, pattern: &Text) {
        self.pattern_unless(pattern, Weight::of(&pattern.value).refusal());
    }

    fn pattern_unless(&mut self, pattern: &Text, refusal: Option<String>) {
        let error = if let Some(why) = refusal {
            Diagnostic::error(pattern.span, "this regular expression costs too much").note(why)
        } else if let Err(why) = self.surroundings.pattern(&pattern.value) {
            let message = format!("{} is no regular expression: {why}", quoted(&pattern.value));
            Diagnostic::error(self.place_of_fault(pattern), message)
        } else {
            return;
        };
        self.complaints.add(error);
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
