// Other C libraries than the reference's judge some patterns otherwise, and are not compared with.
#![cfg_attr(not(target_env = "gnu"), allow(dead_code, unused_imports))]

use super::*;
use crate::sys::regex::Regex;

fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 33) as usize
}

const PIECES: &[&str] = &[
    "a",
    "b",
    "ab",
    ".",
    "^",
    "$",
    "[ab]",
    "[^a]",
    "[a-c_]",
    "[[:alpha:] ]",
    "[]a]",
    "[b-]",
    "\\w",
    "\\W",
    "\\s",
    "\\.",
    "\\`",
    "\\'",
    "c",
    "_",
    " ",
    "\\S",
    "[[.a.]b]",
    "[[=b=]]",
    "-",
    "\u{e4}",
    ")",
];
const COUNTS: &[&str] = &[
    "*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "{,2}", "{0}", "", "", "", "", "",
];
/// glibc forgets some of these where it writes out a counted repetition (`(\b\w){2}`).
const EDGES: &[&str] = &[
    "a", "b", "\\b", "\\<", "\\>", "\\B", "\\w", "\\W", ".", "^", "$", ")",
];
const SIGNS: &[&str] = &["*", "+", "?", "", "", ""];

/// A pattern of a few pieces, right or wrong.
fn pattern(state: &mut u64, depth: usize, pieces: &[&str], repeats: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..1 + random(state) % 4 {
        match random(state) % 8 {
            0 | 1 if depth > 0 => {
                let inner = pattern(state, depth - 1, pieces, repeats);
                text.push_str(&format!("({inner})"));
            }
            2 if depth > 0 => text.push('|'),
            _ => text.push_str(pieces[random(state) % pieces.len()]),
        }
        text.push_str(repeats[random(state) % repeats.len()]);
    }
    text
}

/// Without a line end, which glibc now and then takes for the end of the text (`\s+^a`).
fn text(state: &mut u64) -> Vec<u8> {
    let letters = b"aaabbc_. -A)\t\xc3\xa4\0";
    let length = random(state) % 9;
    (0..length)
        .map(|_| letters[random(state) % letters.len()])
        .collect()
}

/// What we understand the C library understands too, and finds in the same texts. musl's library
/// has other escapes and other notions of what is right.
#[cfg(target_env = "gnu")]
#[test]
fn no_other_verdict_than_the_c_librarys() {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    let (mut understood, mut right) = (0, 0);
    for round in 0..3000 {
        let source = if round % 3 == 0 {
            pattern(&mut state, 2, EDGES, SIGNS)
        } else {
            pattern(&mut state, 2, PIECES, COUNTS)
        };
        let (ours, theirs) = (Pattern::new(&source), Regex::compile(&source));
        right += u32::from(theirs.is_ok());
        if ours.price().is_none() {
            continue;
        }
        let Ok(theirs) = theirs else {
            panic!("{source} is no pattern: {:?}", theirs.err());
        };
        understood += 1;
        for _ in 0..12 {
            let text = text(&mut state);
            let expected = theirs.is_match(&text);
            let shown = text.escape_ascii();
            assert_eq!(ours.is_match(&text), expected, "{source:?} in \"{shown}\"");
            let mut search = Pattern::new(&source).search();
            for byte in &text {
                let here = search.would_match();
                assert_eq!(search.would_match(), here, "{source:?} asked twice");
                search.take(&[*byte]);
            }
            let found = search.would_match();
            assert_eq!(found, expected, "{source:?} by bytes, \"{shown}\"");
        }
    }
    assert!(understood > 1000, "{understood}");
    assert!(understood * 10 > right * 9, "{understood} of {right}");
}

/// The simplest way to search, on every short text: a mistake in one way is none in the other.
#[test]
fn the_short_ways_and_the_long_one_agree() {
    let patterns = [
        "ab", "^ab", "ab$", "^ab$", "a.b", "a+b", "ab*", "ab?c", "a{0,1}b", "a{2}b", "[ab]c",
        "[^a]b", "[]b]c", "a|b", "(ab)?c", "(a|b)c", "a\\.b", "\\(a\\)", "\\wb", "^", "$", "a^b",
        "a[b]*c", "\\<a",
    ];
    let letters = b"abcx.() ";
    let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
    for _ in 0..4 {
        let longer = texts.iter().flat_map(|text| {
            let with = |letter: &u8| [&text[..], &[*letter]].concat();
            letters.iter().map(with).collect::<Vec<_>>()
        });
        texts = longer.chain([Vec::new(), b"a".to_vec()]).collect();
    }
    for source in patterns {
        let pattern = Pattern::new(source);
        let mut search = Pattern::new(source).search();
        for text in &texts {
            search.restart();
            let found = search.take(text) || search.would_match();
            let shown = String::from_utf8_lossy(text);
            assert_eq!(pattern.is_match(text), found, "{source} {shown}");
        }
    }
}

#[test]
fn rows_of_many_words() {
    for (source, text, expected) in [
        ("a.{100}b", format!("xa{}b", "y".repeat(100)), true),
        ("a.{100}b", format!("xa{}b", "y".repeat(99)), false),
        ("^.{1,255}c$", format!("{}c", "ab".repeat(127)), true),
        ("^.{1,255}c$", format!("{}c", "ab".repeat(128)), false),
        ("^(ab|c){70,}$", "abc".repeat(35), true),
        ("^(ab|c){70,}$", "abc".repeat(34), false),
        ("^(a{64}){3}b", format!("{}b", "a".repeat(192)), true),
        ("^(a{64}){3}b", format!("{}b", "a".repeat(191)), false),
        ("(x[a-z]{70})+y", format!("x{}y", "x".repeat(141)), true),
        ("(x[a-z]{70})+y", format!("x{}y", "z".repeat(69)), false),
        ("(.{65}|b)*\\bend\\b", "b the end.".to_owned(), true),
        ("(.{65}|b)*\\bend\\b", "b the bend.".to_owned(), false),
    ] {
        assert_eq!(
            Pattern::new(source).is_match(text.as_bytes()),
            expected,
            "{source} {text}"
        );
    }
}

#[test]
fn case_counts_unless_told() {
    assert!(!Pattern::new("^WEB$").is_match(b"web"));
    for (source, text, expected) in [
        ("^WEB$", "web", true),
        ("^w[e-f]b", "WEB", true),
        ("^w[^e]b", "WEB", false),
        ("web", "we", false),
    ] {
        let found = Pattern::ignoring_case(source).is_match(text.as_bytes());
        assert_eq!(found, expected, "{source} {text}");
    }
}

#[test]
fn a_nul_hides_nothing() {
    for (source, expected) in [("end$", true), ("begin.end", true), ("^end", false)] {
        assert_eq!(
            Pattern::new(source).is_match(b"begin\0end"),
            expected,
            "{source}"
        );
    }
}

#[test]
fn what_is_quick_and_what_is_not_searched_at_all() {
    let long = "long name".repeat(200);
    for source in [
        ".{1,255}c",
        "[0-9a-f]{64}",
        "^((a+)+)+$",
        "\\\\1",
        "a*b*c*d*e*",
        "",
        &long,
    ] {
        assert!(Pattern::new(source).is_quick(), "{source}");
    }
    let deep = format!("{}a{}", "(".repeat(201), ")".repeat(201));
    for source in [
        "(a|aa)+\\1b",
        "(a{255}){255}",
        "(",
        "a{2",
        "[[:nothing:]]",
        "^*",
        &deep,
    ] {
        let pattern = Pattern::new(source);
        assert_eq!(pattern.price(), None, "{source}");
        assert!(!pattern.is_match(b"a(aab"), "{source}");
    }
    let costly = Pattern::new("(a|bcd|efghi|jk|lmnopq|r*s)+(t?u?v?w?x?y?){60}");
    assert!(costly.price().is_some() && !costly.is_quick());
}
