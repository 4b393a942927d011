//! The output of a program that was run as a check: looked through for patterns, a slice at a time.

use std::collections::VecDeque;

use crate::engine::{ChildId, Ending, Input};
use crate::pattern::{Pattern, Search};

/// A program that was run as a check and is over.
pub(super) struct Ended {
    id: ChildId,
    pid: i32,
    ending: Ending,
    output: String,
    patterns: VecDeque<Box<str>>,
    /// For the first pattern, as far as it has come.
    search: Option<(Search, usize)>,
    matched: Vec<Box<str>>,
}

impl Ended {
    pub(super) fn new(
        id: ChildId,
        pid: i32,
        ending: Ending,
        output: String,
        patterns: Vec<Box<str>>,
    ) -> Self {
        Self {
            id,
            pid,
            ending,
            output,
            patterns: patterns.into(),
            search: None,
            matched: Vec::new(),
        }
    }

    /// Looks through so many bytes; whether that was all.
    pub(super) fn look(&mut self, mut work: usize) -> bool {
        while let Some(pattern) = self.patterns.front() {
            let begin = || (Pattern::new(pattern).search(), 0);
            let (mut search, from) = self.search.take().unwrap_or_else(begin);
            let rest = &self.output.as_bytes()[from..];
            let piece = &rest[..rest.len().min(work)];
            work -= piece.len();
            if search.take(piece) || piece.len() == rest.len() && search.would_match() {
                self.matched.extend(self.patterns.pop_front());
            } else if piece.len() == rest.len() {
                self.patterns.pop_front();
            } else {
                self.search = Some((search, from + piece.len()));
                return false;
            }
        }
        true
    }

    pub(super) fn answer(self) -> Input {
        Input::ProgramEnded {
            child: self.id,
            pid: self.pid,
            ending: self.ending,
            output: self.output.into(),
            matched: self.matched,
        }
    }
}
