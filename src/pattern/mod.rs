//! Regular expressions that hold up nobody: matched in a time that is known beforehand.
//!
//! A C library's matcher can take a second for four kilobytes (glibc, `.{1,255}c`) and the square
//! of the text's length for a pattern as plain as `a.*b`. Texts come from anybody (command lines,
//! answers, logs), so [`Pattern`] searches in one pass, at the same cost for each byte. What is
//! plain text is compared as text; of any other pattern a piece that every match contains is looked
//! for first, since hundreds of patterns meet thousands of texts and nearly none match.
//!
//! What looks back (`\1`) cannot be searched so. Where a child may take its time, that is the C
//! library's; everywhere else it is refused. Whether a pattern is right at all is the C library's
//! decision too.

mod automaton;
mod piece;
mod tree;
mod weight;

use std::cell::OnceCell;
use std::rc::Rc;

use automaton::{Automaton, Run};
use piece::{Shape, shape};

pub use weight::{Weight, fault};

/// A POSIX extended regular expression, to be found anywhere in a text of any bytes.
pub struct Pattern {
    source: Box<str>,
    ignores_case: bool,
    shape: Shape,
    /// Once it was needed; nothing if this is not a pattern that can be searched so.
    compiled: OnceCell<Option<Box<Automaton>>>,
}

/// A pattern that costs more for each byte is not searched for while everybody waits. Hundreds of
/// letters cost less, unless they are many repeated alternatives.
const PRICE_LIMIT: usize = 128;

/// A search that takes its text piece by piece.
#[derive(Clone)]
pub struct Search {
    pattern: Rc<Pattern>,
    run: Option<Run>,
}

impl Pattern {
    /// Prepares a pattern.
    pub fn new(source: &str) -> Self {
        Self {
            source: source.into(),
            ignores_case: false,
            shape: shape(source.as_bytes()),
            compiled: OnceCell::new(),
        }
    }

    /// One for which the case of ASCII letters does not count.
    pub fn ignoring_case(source: &str) -> Self {
        Self {
            ignores_case: true,
            shape: Shape::Expression { piece: Vec::new() },
            ..Self::new(source)
        }
    }

    /// What a search costs for each byte of a text: how many words of 64 bits are worked on, about
    /// a nanosecond each. `None` where the pattern cannot be searched in one pass, or is none; it
    /// then matches nothing.
    pub fn price(&self) -> Option<usize> {
        self.compiled().map(Automaton::price)
    }

    /// Whether it was needed and is none that can be searched for. The model holds no such pattern
    /// where everybody waits.
    pub fn is_broken(&self) -> bool {
        matches!(self.compiled.get(), Some(None))
    }

    /// Whether everybody may wait while it is held against what others write.
    pub fn is_quick(&self) -> bool {
        self.price().is_some_and(|price| price <= PRICE_LIMIT)
    }

    /// Whether it matches anywhere in `text`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.shape.decide(text).unwrap_or_else(|| {
            self.compiled().is_some_and(|automaton| {
                let mut run = Run::new(automaton);
                run.take(automaton, text) || run.would_match(automaton)
            })
        })
    }

    /// A search for it, before the first piece of its text.
    pub fn search(self) -> Search {
        let run = self.compiled().map(Run::new);
        let pattern = Rc::new(self);
        Search { pattern, run }
    }

    fn compiled(&self) -> Option<&Automaton> {
        let compile = || {
            Weight::of(&self.source).refusal().is_none().then_some(())?;
            let tree = tree::read(&self.source, self.ignores_case)?;
            Automaton::new(&tree).map(Box::new)
        };
        self.compiled.get_or_init(compile).as_deref()
    }
}

impl Search {
    /// Takes the next piece of the text; whether it matches, however the text goes on.
    pub fn take(&mut self, piece: &[u8]) -> bool {
        let automaton = self.pattern.compiled().zip(self.run.as_mut());
        automaton.is_some_and(|(automaton, run)| run.take(automaton, piece))
    }

    /// Whether it matches if the text ends here. More may be taken all the same.
    pub fn would_match(&mut self) -> bool {
        let automaton = self.pattern.compiled().zip(self.run.as_mut());
        automaton.is_some_and(|(automaton, run)| run.would_match(automaton))
    }

    /// Begins anew with another text.
    pub fn restart(&mut self) {
        self.run = self.pattern.compiled().map(Run::new);
    }
}

#[cfg(test)]
mod tests;
