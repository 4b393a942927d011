//! A pattern as it is written: POSIX extended regular expressions (regex(7)) in the "C" locale,
//! with the GNU escapes that the reference's C library knows.
//!
//! What is wrong, undefined or looks back is not understood, and is left to the C library.

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letters([u64; 4]);

impl Letters {
    pub(super) const NONE: Self = Self([0; 4]);
    const ALL: Self = Self([u64::MAX; 4]);

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    pub(super) fn add(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    fn of(byte: u8) -> Self {
        let mut letters = Self::NONE;
        letters.add(byte);
        letters
    }

    fn such(is_wanted: impl Fn(u8) -> bool) -> Self {
        let mut letters = Self::NONE;
        let wanted = (0..=u8::MAX).filter(|byte| is_wanted(*byte));
        wanted.for_each(|byte| letters.add(byte));
        letters
    }

    fn but(mut self) -> Self {
        self.0.iter_mut().for_each(|word| *word = !*word);
        self
    }

    /// Both cases of each.
    fn in_any_case(self) -> Self {
        Self::such(|b| self.has(b.to_ascii_lowercase()) || self.has(b.to_ascii_uppercase()))
    }
}

/// Part of a word, as `\w` means it.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What matches between two bytes and takes none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `^`: before the first byte.
    Start,
    /// `$`: after the last one.
    End,
    /// `\b`
    WordEdge,
    /// `\B`
    NoWordEdge,
    /// `\<`
    WordStart,
    /// `\>`
    WordEnd,
}

impl Place {
    /// Whether it matches between these two; there are none at the ends of a text.
    pub(super) fn holds(self, before: Option<u8>, after: Option<u8>) -> bool {
        let (left, right) = (before.is_some_and(is_word), after.is_some_and(is_word));
        match self {
            Self::Start => before.is_none(),
            Self::End => after.is_none(),
            Self::WordEdge => left != right,
            Self::NoWordEdge => left == right,
            Self::WordStart => !left && right,
            Self::WordEnd => left && !right,
        }
    }
}

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum Tree {
    Letters(Letters),
    Place(Place),
    /// One after the other; nothing, where there are none.
    Sequence(Vec<Tree>),
    /// `a|b`
    Choice(Vec<Tree>),
    /// `a{2,3}`; without a `most`, any number.
    Repeat {
        inner: Box<Tree>,
        least: u32,
        most: Option<u32>,
    },
}

/// The longest repetition there is (`RE_DUP_MAX`).
const REPEAT_LIMIT: u32 = 0x7fff;

/// Reads a whole pattern. Whoever calls it has made sure that it is not nested too deeply.
pub(super) fn read(source: &str, ignores_case: bool) -> Option<Tree> {
    let mut reader = Reader {
        rest: source.as_bytes(),
        ignores_case,
        depth: 0,
    };
    let tree = reader.choice()?;
    reader.rest.is_empty().then_some(tree)
}

struct Reader<'a> {
    rest: &'a [u8],
    ignores_case: bool,
    /// How many parentheses are open; with none, a closing one is a letter.
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn accept(&mut self, text: &[u8]) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn choice(&mut self) -> Option<Tree> {
        let first = self.sequence()?;
        if self.rest.first() != Some(&b'|') {
            return Some(first);
        }
        let mut parts = vec![first];
        while self.accept(b"|") {
            parts.push(self.sequence()?);
        }
        Some(Tree::Choice(parts))
    }

    fn sequence(&mut self) -> Option<Tree> {
        let mut parts = Vec::new();
        while !self.at_end_of_sequence() {
            let mut part = self.single()?;
            // A place cannot be repeated.
            while let Some((least, most)) = self.repetition()? {
                if matches!(part, Tree::Place(_)) {
                    return None;
                }
                part = Tree::Repeat {
                    inner: Box::new(part),
                    least,
                    most,
                };
            }
            parts.push(part);
        }
        Some(Tree::Sequence(parts))
    }

    fn at_end_of_sequence(&self) -> bool {
        match self.rest.first() {
            None | Some(b'|') => true,
            Some(b')') => self.depth > 0,
            Some(_) => false,
        }
    }

    fn single(&mut self) -> Option<Tree> {
        let letters = match self.next()? {
            b'(' => {
                self.depth += 1;
                let inner = self.choice()?;
                self.depth -= 1;
                return self.accept(b")").then_some(inner);
            }
            b'^' => return Some(Tree::Place(Place::Start)),
            b'$' => return Some(Tree::Place(Place::End)),
            b'*' | b'+' | b'?' | b'{' => return None,
            b'.' => Letters::ALL,
            b'[' => self.bracket()?,
            b'\\' => match self.next()? {
                b'1'..=b'9' => return None,
                b'`' => return Some(Tree::Place(Place::Start)),
                b'\'' => return Some(Tree::Place(Place::End)),
                b'b' => return Some(Tree::Place(Place::WordEdge)),
                b'B' => return Some(Tree::Place(Place::NoWordEdge)),
                b'<' => return Some(Tree::Place(Place::WordStart)),
                b'>' => return Some(Tree::Place(Place::WordEnd)),
                b'w' => Letters::such(is_word),
                b'W' => Letters::such(is_word).but(),
                b's' => Letters::such(is_space),
                b'S' => Letters::such(is_space).but(),
                byte => self.cased(Letters::of(byte)),
            },
            byte => self.cased(Letters::of(byte)),
        };
        Some(Tree::Letters(letters))
    }

    fn cased(&self, letters: Letters) -> Letters {
        if self.ignores_case {
            letters.in_any_case()
        } else {
            letters
        }
    }

    /// How often what stands before is repeated, if it is.
    #[expect(clippy::option_option, reason = "not understood, or none")]
    fn repetition(&mut self) -> Option<Option<(u32, Option<u32>)>> {
        if self.accept(b"*") {
            return Some(Some((0, None)));
        }
        if self.accept(b"+") {
            return Some(Some((1, None)));
        }
        if self.accept(b"?") {
            return Some(Some((0, Some(1))));
        }
        if !self.accept(b"{") {
            return Some(None);
        }
        let least = self.number()?;
        let most = if self.accept(b",") {
            self.number()?
        } else {
            least
        };
        // Not even a number: `{,}`.
        least.or(most)?;
        let least = least.unwrap_or(0);
        let is_sound = most.is_none_or(|most| least <= most) && self.accept(b"}");
        is_sound.then_some(Some((least, most)))
    }

    /// A number, if there is one.
    #[expect(clippy::option_option, reason = "not understood, or none")]
    fn number(&mut self) -> Option<Option<u32>> {
        let is_end = |byte: &u8| !byte.is_ascii_digit();
        let length = self.rest.iter().position(is_end)?;
        let (digits, rest) = self.rest.split_at(length);
        self.rest = rest;
        if digits.is_empty() {
            return Some(None);
        }
        let number: u32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        (number <= REPEAT_LIMIT).then_some(Some(number))
    }

    /// The rest of `[a-z]`, `[^]x-]`, `[[:digit:]_]`.
    fn bracket(&mut self) -> Option<Letters> {
        let is_negated = self.accept(b"^");
        let mut letters = Letters::NONE;
        let mut is_first = true;
        while is_first || !self.accept(b"]") {
            if let Some(class) = self.class()? {
                letters.0.iter_mut().zip(class.0).for_each(|(a, b)| *a |= b);
            } else {
                let low = self.end_of_range()?;
                // A `-` that is neither first nor last is undefined.
                if low == b'-' && !is_first && self.rest.first() != Some(&b']') {
                    return None;
                }
                let is_range = matches!(self.rest, [b'-', next, ..] if *next != b']');
                let high = if is_range {
                    self.rest = &self.rest[1..];
                    self.end_of_range().filter(|high| *high >= low)?
                } else {
                    low
                };
                (low..=high).for_each(|byte| letters.add(byte));
            }
            is_first = false;
        }
        let letters = self.cased(letters);
        Some(if is_negated { letters.but() } else { letters })
    }

    /// A byte in brackets, also written `[.x.]` or `[=x=]`; the names of others are not known in
    /// this locale.
    fn end_of_range(&mut self) -> Option<u8> {
        match self.rest {
            [b'[', mark @ (b'.' | b'='), byte, after, b']', rest @ ..] if mark == after => {
                self.rest = rest;
                Some(*byte)
            }
            [b'[', b'.' | b'=' | b':', ..] => None,
            _ => self.next(),
        }
    }

    #[expect(clippy::option_option, reason = "not understood, or none")]
    fn class(&mut self) -> Option<Option<Letters>> {
        if !self.accept(b"[:") {
            return Some(None);
        }
        let length = self.rest.iter().position(|byte| *byte == b':')?;
        let (name, rest) = self.rest.split_at(length);
        self.rest = rest.strip_prefix(b":]")?;
        let is_wanted: fn(u8) -> bool = match name {
            b"alnum" => |b| b.is_ascii_alphanumeric(),
            b"alpha" => |b| b.is_ascii_alphabetic(),
            b"blank" => |b| b == b' ' || b == b'\t',
            b"cntrl" => |b| b.is_ascii_control(),
            b"digit" => |b| b.is_ascii_digit(),
            b"graph" => |b| b.is_ascii_graphic(),
            b"lower" => |b| b.is_ascii_lowercase(),
            b"print" => |b| b.is_ascii_graphic() || b == b' ',
            b"punct" => |b| b.is_ascii_punctuation(),
            b"space" => is_space,
            b"upper" => |b| b.is_ascii_uppercase(),
            b"xdigit" => |b| b.is_ascii_hexdigit(),
            _ => return None,
        };
        Some(Some(Letters::such(is_wanted)))
    }
}

/// As isspace(3); Rust's notion lacks the vertical tab.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}
