//! Extended regular expressions, read but not matched: where one is wrong, and what it may cost.
//!
//! regcomp(3) says *that* a pattern is wrong, not where, and takes patterns that cost gigabytes
//! (`((a{255}){255}){255}`) or its stack (ten thousand parentheses). Whether a pattern is right is
//! its decision alone, since C libraries differ in what they let pass; this only finds the place
//! and the price.

use std::ops::Range;

/// What a pattern amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// How many single letters it may match, every repetition counted: `(ab){3}c` has 7.
    pub letters: u64,
    /// How deep its parentheses are nested.
    pub depth: usize,
    /// Whether something in it must match again (`\1`): such a search can take longer than anybody
    /// waits.
    pub looks_back: bool,
}

/// A heavier pattern is not compiled: glibc takes some hundred bytes for each letter.
const LETTERS_LIMIT: u64 = 16 * 1024;
/// A deeper one might not fit on a C library's stack.
const DEPTH_LIMIT: usize = 200;

impl Weight {
    /// What `pattern` amounts to.
    pub fn of(pattern: &str) -> Self {
        Walk::new(pattern).weight
    }

    /// Why it is better not compiled at all.
    pub fn refusal(self) -> Option<String> {
        if self.letters > LETTERS_LIMIT {
            let letters = self.letters;
            return Some(format!(
                "its repetitions multiply to {letters} letters, and {LETTERS_LIMIT} is the limit"
            ));
        }
        (self.depth > DEPTH_LIMIT)
            .then(|| format!("its parentheses are nested more than {DEPTH_LIMIT} deep"))
    }
}

/// The place in `pattern` that a C library which refuses it most likely means: bytes, never empty.
pub fn fault(pattern: &str) -> Option<Range<usize>> {
    Walk::new(pattern).fault
}

/// One walk from left to right.
struct Walk<'a> {
    pattern: &'a [u8],
    at: usize,
    /// What stands before the group being read, for every group that is open.
    open: Vec<Open>,
    /// Letters in the group being read, without `last`.
    sum: u64,
    /// Letters of what a repetition would repeat.
    last: Option<u64>,
    weight: Weight,
    fault: Option<Range<usize>>,
}

struct Open {
    start: usize,
    sum: u64,
}

impl<'a> Walk<'a> {
    fn new(pattern: &'a str) -> Self {
        let mut walk = Self {
            pattern: pattern.as_bytes(),
            at: 0,
            open: Vec::new(),
            sum: 0,
            last: None,
            weight: Weight::default(),
            fault: None,
        };
        walk.read();
        walk
    }

    fn read(&mut self) {
        while let Some(&byte) = self.pattern.get(self.at) {
            let start = self.at;
            self.at += 1;
            match byte {
                b'\\' => self.escape(start),
                b'[' => self.bracket(start),
                b'(' => self.begin_group(start),
                b')' => self.end_group(),
                b'{' => self.interval(start),
                b'*' | b'?' => self.repeat(start, 1),
                // The one that must be there, and those that may.
                b'+' => self.repeat(start, 2),
                b'|' => self.settle(),
                b'^' | b'$' => {}
                _ => self.letter(),
            }
        }
        self.settle();
        while let Some(Open { start, sum }) = self.open.pop() {
            self.blame(start..start + 1);
            self.sum = self.sum.saturating_add(sum);
        }
        self.weight.letters = self.sum;
    }

    /// The first fault is the one that is told.
    fn blame(&mut self, place: Range<usize>) {
        let earlier = |known: &Range<usize>| known.start <= place.start;
        if !self.fault.as_ref().is_some_and(earlier) {
            self.fault = Some(place);
        }
    }

    fn settle(&mut self) {
        self.sum = self.sum.saturating_add(self.last.take().unwrap_or(0));
    }

    fn letter(&mut self) {
        self.settle();
        self.last = Some(1);
    }

    fn escape(&mut self, start: usize) {
        match self.pattern.get(self.at) {
            None => self.blame(start..self.at),
            Some(byte) => {
                self.weight.looks_back |= matches!(byte, b'1'..=b'9');
                self.at += 1;
                self.letter();
            }
        }
    }

    fn begin_group(&mut self, start: usize) {
        self.settle();
        let sum = std::mem::take(&mut self.sum);
        self.open.push(Open { start, sum });
        self.weight.depth = self.weight.depth.max(self.open.len());
    }

    /// A parenthesis that closes nothing is a letter.
    fn end_group(&mut self) {
        self.settle();
        match self.open.pop() {
            None => self.last = Some(1),
            Some(Open { sum, .. }) => {
                self.last = Some(std::mem::replace(&mut self.sum, sum).max(1));
            }
        }
    }

    fn repeat(&mut self, start: usize, times: u64) {
        match &mut self.last {
            None => self.blame(start..self.at),
            Some(last) => *last = last.saturating_mul(times.max(1)),
        }
    }

    /// `{3}`, `{3,}`, `{3,5}`.
    fn interval(&mut self, start: usize) {
        let rest = &self.pattern[self.at..];
        let Some(length) = rest.iter().position(|byte| *byte == b'}') else {
            return self.blame(start..self.at);
        };
        let inside = &rest[..length];
        self.at += length + 1;
        match bounds(inside) {
            Some((least, Some(most))) if least <= most => self.repeat(start, most),
            Some((least, None)) => self.repeat(start, least.saturating_add(1)),
            Some(_) | None => self.blame(start..self.at),
        }
    }

    /// `[a-z]`, `[]x]`, `[^[:digit:]]`.
    fn bracket(&mut self, start: usize) {
        if self.pattern.get(self.at) == Some(&b'^') {
            self.at += 1;
        }
        let first = self.at;
        loop {
            let item = self.at;
            match self.pattern.get(item) {
                None => {
                    self.blame(start..start + 1);
                    break;
                }
                Some(b']') if item > first => {
                    self.at += 1;
                    break;
                }
                Some(b'[') if self.named(item) => {}
                Some(low) => {
                    self.at += 1;
                    self.range(item, *low);
                }
            }
        }
        self.letter();
    }

    /// `[:digit:]`, `[.-.]`, `[=e=]` inside brackets.
    fn named(&mut self, start: usize) -> bool {
        let Some(mark @ (b':' | b'.' | b'=')) = self.pattern.get(start + 1) else {
            return false;
        };
        let inside = &self.pattern[start + 2..];
        let Some(length) = inside.windows(2).position(|end| end == [*mark, b']']) else {
            self.blame(start..start + 2);
            return false;
        };
        self.at = start + 2 + length + 2;
        if *mark == b':' && !CLASSES.contains(&&inside[..length]) {
            self.blame(start..self.at);
        }
        true
    }

    /// The rest of `a-z`; the end must not come before the beginning.
    fn range(&mut self, start: usize, low: u8) {
        if let Some([b'-', high]) = self.pattern.get(self.at..self.at + 2) {
            if !matches!(high, b']' | b'[') {
                self.at += 2;
                if *high < low {
                    self.blame(start..self.at);
                }
            }
        }
    }
}

/// regex(7)'s classes of letters.
const CLASSES: [&[u8]; 12] = [
    b"alnum", b"alpha", b"blank", b"cntrl", b"digit", b"graph", b"lower", b"print", b"punct",
    b"space", b"upper", b"xdigit",
];

/// `3` is (3, 3), `3,` is (3, none).
fn bounds(inside: &[u8]) -> Option<(u64, Option<u64>)> {
    let text = std::str::from_utf8(inside).ok()?;
    let number = |digits: &str| digits.parse::<u64>().ok();
    match text.split_once(',') {
        None => number(text).map(|times| (times, Some(times))),
        Some(("", most)) => Some((0, Some(number(most)?))),
        Some((least, "")) => Some((number(least)?, None)),
        Some((least, most)) => Some((number(least)?, Some(number(most)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_that_is_wrong() {
        for (pattern, place) in [
            ("a(b", Some("(")),
            ("((a)", Some("((a)")),
            ("ab)c[", Some("[")),
            ("x[abc", Some("[")),
            ("x[^]", Some("[")),
            ("[z-a]", Some("z-a")),
            ("[[:didgit:]]", Some("[:didgit:]")),
            ("[[:digit]", Some("[:")),
            ("a{2", Some("{")),
            ("a{b}", Some("{b}")),
            ("a{5,2}", Some("{5,2}")),
            ("*a", Some("*")),
            ("a|*", Some("*")),
            ("end\\", Some("\\")),
            ("(a|b){1,3}[]x-][^[:digit:]]\\($", None),
            ("ä{2}[ä-ü]", None),
        ] {
            let found = fault(pattern);
            let text = found.clone().map(|range| &pattern[range]);
            let starts = |(text, place): (&str, &str)| place.starts_with(text);
            assert!(
                text == place || text.zip(place).is_some_and(starts),
                "{pattern}: {found:?}"
            );
        }
    }

    #[test]
    fn repetitions_multiply() {
        for (pattern, letters) in [
            ("", 0),
            ("abc", 3),
            ("(ab){3}c", 7),
            ("a|bc", 3),
            ("[a-z]{2,5}x*", 6),
            ("((a{10}){10,}b)?", 111),
            ("(a{255}){255}", 65_025),
            ("()", 1),
            ("a)*", 2),
        ] {
            assert_eq!(Weight::of(pattern).letters, letters, "{pattern}");
        }
        let most = format!("{}a{}", "(".repeat(90), "){999999999}".repeat(90));
        assert_eq!(Weight::of(&most).letters, u64::MAX);
    }

    #[test]
    fn what_is_refused() {
        let refused = |pattern: &str| Weight::of(pattern).refusal();
        assert!(refused("(a{255}){255}").unwrap().contains("65025 letters"));
        let deep = format!("{}a{}", "(".repeat(201), ")".repeat(201));
        assert!(refused(&deep).unwrap().contains("200 deep"));
        assert_eq!(refused("a{1,255}(ERROR|WARNING): .*"), None);
    }
}
