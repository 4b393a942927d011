//! What a pattern is searched with: all of its letters side by side, a bit for each.
//!
//! Every letter of the pattern, each repetition written out, is a place in a row of bits
//! (Glushkov's construction). After each byte of the text those bits are set whose letter that byte
//! may have been; which may be next follows from them by shifts and masks:
//!
//! ```text
//!   next  =  ( first | follow(current) )  &  letters[byte]
//! ```
//!
//! So each byte costs the same, whatever stands before it, and that cost is known beforehand
//! ([`Automaton::price`]): no text can make a search slow. `^`, `$`, `\<` … have bits too, which
//! are passed between two bytes.

use super::tree::{Letters, Place, Tree};

/// A longer pattern is the C library's.
const LETTERS_LIMIT: usize = 2048;
/// So many pairs of letters that may follow each other are told one by one, as shifts; more of one
/// kind as from these to those.
const PAIRS: usize = 4;

/// Bits, 64 in a word.
type Row = Box<[u64]>;

/// A pattern made ready.
pub(super) struct Automaton {
    /// How many words a row has.
    words: usize,
    /// Matches without any letter.
    is_empty_enough: bool,
    /// Where a match may begin.
    first: Row,
    /// Where it may end.
    last: Row,
    /// The bits that are followed by those so many places on.
    shifts: Vec<(i32, Row)>,
    /// Any of these is followed by all of those.
    products: Vec<(Row, Row)>,
    /// Which row of `letters` is a byte's: bytes that the pattern does not tell apart share one.
    classes: [u8; 256],
    letters: Row,
    places: Vec<(Place, Row)>,
    /// Whether a place may be anywhere, not only at the ends of the text.
    has_words: bool,
    /// The bytes that can begin a match in the middle of a text.
    beginnings: Letters,
}

impl Automaton {
    /// Nothing where the pattern is too long.
    pub(super) fn new(tree: &Tree) -> Option<Self> {
        let mut builder = Builder::default();
        let whole = builder.part(tree)?;
        let words = builder.letters.len().div_ceil(64).max(1);
        let row = |places: &[u32]| {
            let mut row = vec![0; words].into_boxed_slice();
            places.iter().for_each(|&place| set(&mut row, place));
            row
        };
        let mut automaton = Self {
            words,
            is_empty_enough: whole.is_optional,
            first: row(&whole.first),
            last: row(&whole.last),
            shifts: Vec::new(),
            products: Vec::new(),
            classes: [0; 256],
            letters: Box::default(),
            places: Vec::new(),
            has_words: false,
            beginnings: Letters::NONE,
        };
        for (from, to) in &builder.pairs {
            if from.len() * to.len() > PAIRS {
                automaton.products.push((row(from), row(to)));
                continue;
            }
            for (from, to) in from.iter().flat_map(|f| to.iter().map(move |t| (*f, *t))) {
                let distance = i32::try_from(i64::from(to) - i64::from(from)).ok()?;
                let shifts = &mut automaton.shifts;
                let known = shifts.iter().position(|(other, _)| *other == distance);
                let at = known.unwrap_or(shifts.len());
                if known.is_none() {
                    shifts.push((distance, row(&[])));
                }
                set(&mut shifts[at].1, from);
            }
        }
        automaton.learn(&builder.letters);
        Some(automaton)
    }

    fn learn(&mut self, letters: &[Letter]) {
        let mut rows: Vec<Row> = Vec::new();
        for byte in 0..=u8::MAX {
            let mut row: Row = vec![0; self.words].into();
            for (place, letter) in (0_u32..).zip(letters) {
                if matches!(letter, Letter::Any(of) if of.has(byte)) {
                    set(&mut row, place);
                }
            }
            if row
                .iter()
                .zip(&self.first)
                .any(|(row, first)| row & first != 0)
            {
                self.beginnings.add(byte);
            }
            let known = rows.iter().position(|other| *other == row);
            let class = known.unwrap_or(rows.len());
            self.classes[usize::from(byte)] = u8::try_from(class).unwrap_or(u8::MAX);
            if known.is_none() {
                rows.push(row);
            }
        }
        self.letters = rows.concat().into();
        for (place, letter) in (0_u32..).zip(letters) {
            let Letter::Between(kind) = letter else {
                continue;
            };
            self.has_words |= !matches!(kind, Place::Start | Place::End);
            let known = self.places.iter().position(|(other, _)| other == kind);
            let at = known.unwrap_or(self.places.len());
            if known.is_none() {
                self.places.push((*kind, vec![0; self.words].into()));
            }
            set(&mut self.places[at].1, place);
        }
    }

    /// How many words are worked on for each byte of a text.
    pub(super) fn price(&self) -> usize {
        let between = if self.has_words { 2 } else { 0 };
        let rows = 2 + self.shifts.len() + 2 * self.products.len();
        self.words * rows * (1 + between)
    }

    /// Adds what may come after `from`.
    fn follow(&self, from: &[u64], to: &mut [u64]) {
        for (distance, these) in &self.shifts {
            shift(from, these, *distance, to);
        }
        for (these, those) in &self.products {
            if from
                .iter()
                .zip(these)
                .any(|(from, these)| from & these != 0)
            {
                add(to, those);
            }
        }
    }
}

fn set(row: &mut [u64], place: u32) {
    row[place as usize / 64] |= 1 << (place % 64);
}

fn add(to: &mut [u64], those: &[u64]) {
    to.iter_mut()
        .zip(those)
        .for_each(|(to, those)| *to |= those);
}

fn meets(some: &[u64], others: &[u64]) -> bool {
    some.iter()
        .zip(others)
        .any(|(some, other)| some & other != 0)
}

/// Adds `from & these`, moved by `distance` places.
fn shift(from: &[u64], these: &[u64], distance: i32, to: &mut [u64]) {
    let (words, bits) = (
        distance.unsigned_abs() as usize / 64,
        distance.unsigned_abs() % 64,
    );
    let back = distance < 0;
    for (at, (from, these)) in from.iter().zip(these).enumerate() {
        let moved = from & these;
        if moved == 0 {
            continue;
        }
        // No place is moved out of the row: that is what `these` are for.
        let (near, far) = if back {
            (moved >> bits, moved.checked_shl(64 - bits).unwrap_or(0))
        } else {
            (moved << bits, moved.checked_shr(64 - bits).unwrap_or(0))
        };
        let at = if back { at - words } else { at + words };
        if near != 0 {
            to[at] |= near;
        }
        if far != 0 {
            to[if back { at - 1 } else { at + 1 }] |= far;
        }
    }
}

/// A search under way: it takes a text in pieces of any size.
#[derive(Clone)]
pub(super) struct Run {
    current: Row,
    ahead: Row,
    /// Where between two bytes this search has been.
    passed: Row,
    /// No bit of `current` is set.
    is_idle: bool,
    before: Option<u8>,
    has_matched: bool,
}

impl Run {
    pub(super) fn new(automaton: &Automaton) -> Self {
        let row = |length| vec![0; length].into_boxed_slice();
        let places = if automaton.places.is_empty() {
            0
        } else {
            automaton.words
        };
        Self {
            current: row(automaton.words),
            ahead: row(automaton.words),
            passed: row(places),
            is_idle: true,
            before: None,
            has_matched: automaton.is_empty_enough,
        }
    }

    /// Takes the next piece of the text; whether there is a match in what was taken so far, however
    /// it goes on.
    pub(super) fn take(&mut self, automaton: &Automaton, piece: &[u8]) -> bool {
        for &byte in piece {
            if self.has_matched {
                return true;
            }
            let may_skip = self.is_idle && self.before.is_some() && !automaton.has_words;
            if !may_skip || automaton.beginnings.has(byte) {
                self.advance(automaton, byte);
            }
            self.before = Some(byte);
        }
        self.has_matched
    }

    /// Whether there is a match if the text ends here.
    pub(super) fn would_match(&mut self, automaton: &Automaton) -> bool {
        self.has_matched || {
            self.look_ahead(automaton);
            self.pass(automaton, None)
        }
    }

    fn look_ahead(&mut self, automaton: &Automaton) {
        self.ahead.copy_from_slice(&automaton.first);
        if !self.is_idle {
            automaton.follow(&self.current, &mut self.ahead);
        }
    }

    fn advance(&mut self, automaton: &Automaton, byte: u8) {
        self.look_ahead(automaton);
        if self.pass(automaton, Some(byte)) {
            self.has_matched = true;
            return;
        }
        let class = usize::from(automaton.classes[usize::from(byte)]) * automaton.words;
        let letters = &automaton.letters[class..class + automaton.words];
        let mut any = 0;
        for ((current, ahead), letters) in self.current.iter_mut().zip(&self.ahead).zip(letters) {
            *current = ahead & letters;
            any |= *current;
        }
        self.is_idle = any == 0;
        self.has_matched = !self.is_idle && meets(&self.current, &automaton.last);
    }

    /// Passes the places that hold between the last byte and this one, whether that ends a match.
    fn pass(&mut self, automaton: &Automaton, after: Option<u8>) -> bool {
        if !automaton.has_words && self.before.is_some() && after.is_some() {
            return false;
        }
        self.passed.fill(0);
        loop {
            let mut is_new = false;
            for (place, row) in &automaton.places {
                if !place.holds(self.before, after) {
                    continue;
                }
                for at in 0..row.len() {
                    let fresh = self.ahead[at] & row[at] & !self.passed[at];
                    is_new |= fresh != 0;
                    self.passed[at] |= fresh;
                }
            }
            if !is_new {
                return false;
            }
            if meets(&self.passed, &automaton.last) {
                return true;
            }
            automaton.follow(&self.passed, &mut self.ahead);
        }
    }
}

/// What stands at a place of the row.
enum Letter {
    Any(Letters),
    Between(Place),
}

/// Gives each letter its place.
#[derive(Default)]
struct Builder {
    letters: Vec<Letter>,
    /// Each of the first may be followed by each of the second.
    pairs: Vec<(Vec<u32>, Vec<u32>)>,
}

/// Where a part of the pattern may begin and end.
#[derive(Default)]
struct Part {
    is_optional: bool,
    first: Vec<u32>,
    last: Vec<u32>,
}

impl Part {
    fn nothing() -> Self {
        Self {
            is_optional: true,
            ..Self::default()
        }
    }
}

impl Builder {
    fn part(&mut self, tree: &Tree) -> Option<Part> {
        Some(match tree {
            Tree::Letters(letters) => self.letter(Letter::Any(*letters))?,
            Tree::Place(place) => self.letter(Letter::Between(*place))?,
            Tree::Sequence(parts) => {
                let mut whole = Part::nothing();
                for part in parts {
                    let next = self.part(part)?;
                    whole = self.then(whole, next);
                }
                whole
            }
            Tree::Choice(parts) => {
                let mut whole = Part::default();
                for part in parts {
                    let other = self.part(part)?;
                    whole.is_optional |= other.is_optional;
                    whole.first.extend(other.first);
                    whole.last.extend(other.last);
                }
                whole
            }
            Tree::Repeat { inner, least, most } => self.repeat(inner, *least, *most)?,
        })
    }

    fn letter(&mut self, letter: Letter) -> Option<Part> {
        let place = u32::try_from(self.letters.len()).ok()?;
        self.letters.push(letter);
        (self.letters.len() <= LETTERS_LIMIT).then(|| Part {
            is_optional: false,
            first: vec![place],
            last: vec![place],
        })
    }

    fn then(&mut self, before: Part, after: Part) -> Part {
        if !before.last.is_empty() && !after.first.is_empty() {
            self.pairs.push((before.last.clone(), after.first.clone()));
        }
        let (mut first, mut last) = (before.first, after.last);
        if before.is_optional {
            first.extend(after.first);
        }
        if after.is_optional {
            last.extend(before.last);
        }
        Part {
            is_optional: before.is_optional && after.is_optional,
            first,
            last,
        }
    }

    /// `a{2,4}` is `aa(a(a)?)?`, `a{2,}` is `aa+`.
    fn repeat(&mut self, inner: &Tree, least: u32, most: Option<u32>) -> Option<Part> {
        let mut whole = Part::nothing();
        for _ in 1..least {
            let next = self.part(inner)?;
            whole = self.then(whole, next);
        }
        let Some(most) = most else {
            let mut last = self.part(inner)?;
            self.pairs.push((last.last.clone(), last.first.clone()));
            last.is_optional |= least == 0;
            return Some(self.then(whole, last));
        };
        if least > 0 {
            let next = self.part(inner)?;
            whole = self.then(whole, next);
        }
        let mut optional = Vec::new();
        for _ in least..most {
            optional.push(self.part(inner)?);
        }
        let mut rest = Part::nothing();
        while let Some(part) = optional.pop() {
            rest = self.then(part, rest);
            rest.is_optional = true;
        }
        Some(self.then(whole, rest))
    }
}
