//! Every shape of line a caret can stand under.

use super::super::{Diagnostic, Sources, Span};
use super::render;

/// Renders an error about the part of `text` between `[` and `]`, which are taken out.
fn shown(text: &str) -> String {
    let start = text.find('[').unwrap();
    let end = text.find(']').unwrap() - 1;
    let text = text.replacen('[', "", 1).replacen(']', "", 1);
    let mut sources = Sources::default();
    let file = sources.add("/etc/monitrc", text.as_bytes(), None);
    let span = Span {
        file,
        start: u32::try_from(start).unwrap(),
        end: u32::try_from(end).unwrap(),
    };
    let rendered = render(&sources, &Diagnostic::error(span, "wrong").label("here"));
    format!("\n{rendered}")
}

#[test]
fn a_plain_line() {
    assert_eq!(
        shown("one\nset [daemno] 5\n"),
        "
error: wrong
 --> /etc/monitrc:2:5
  |
2 | set daemno 5
  |     ^^^^^^ here
"
    );
}

#[test]
fn tabs_are_one_column_and_four_blanks() {
    assert_eq!(
        shown("\tset\t[daemno]\t5\n"),
        "
error: wrong
 --> /etc/monitrc:1:6
  |
1 |     set    daemno    5
  |            ^^^^^^ here
"
    );
}

#[test]
fn wide_letters_and_accents() {
    assert_eq!(
        shown("日本 e\u{301} [サービス] x"),
        "
error: wrong
 --> /etc/monitrc:1:7
  |
1 | 日本 e\u{301} サービス x
  |        ^^^^^^^^ here
"
    );
}

#[test]
fn carriage_returns_and_the_end_of_a_line() {
    assert_eq!(
        shown("set daemon[\r]\nx\r\n"),
        "
error: wrong
 --> /etc/monitrc:1:11
  |
1 | set daemon
  |           ^ here
"
    );
}

#[test]
fn the_end_of_a_file_with_and_without_newline() {
    assert_eq!(
        shown("set daemon[]"),
        "
error: wrong
 --> /etc/monitrc:1:11
  |
1 | set daemon
  |           ^ here
"
    );
    assert_eq!(
        shown("set daemon\n[]"),
        "
error: wrong
 --> /etc/monitrc:2:1
  |
2 |
  | ^ here
"
    );
}

#[test]
fn an_empty_file() {
    assert_eq!(
        shown("[]"),
        "
error: wrong
 --> /etc/monitrc:1:1
  |
1 |
  | ^ here
"
    );
}

#[test]
fn what_goes_on_in_the_next_line_is_marked_in_the_first() {
    assert_eq!(
        shown("start \n  [\"a\n b\"] c"),
        "
error: wrong
 --> /etc/monitrc:2:3
  |
2 |   \"a
  |   ^^ here
"
    );
}

#[test]
fn no_file_speaks_to_the_terminal() {
    assert_eq!(
        shown("a\x1b\x07 [b]"),
        "
error: wrong
 --> /etc/monitrc:1:5
  |
1 | a␛␇ b
  |     ^ here
"
    );
}

#[test]
fn a_long_line_is_cut_on_both_sides() {
    let rendered = shown(&format!("{} [word] {}", "x".repeat(500), "y".repeat(500)));
    let line = rendered.lines().nth(4).unwrap();
    let caret = rendered.lines().nth(5).unwrap();
    assert_eq!(line.chars().count(), 4 + 1 + 53 + 4 + 53 + 1);
    assert!(
        line.starts_with("1 | …xxx") && line.ends_with("yyy…"),
        "{line}"
    );
    let at = line.find("word").unwrap() - "…".len() + 1;
    assert_eq!(caret.find('^'), Some(at));
}

#[test]
fn a_long_word_is_cut_too() {
    let rendered = shown(&format!("[{}]", "x".repeat(500)));
    assert_eq!(rendered.lines().nth(4).unwrap().len(), 4 + 53);
}

#[test]
fn other_places_includes_and_notes() {
    let mut sources = Sources::default();
    let span = |file, start, end| Span { file, start, end };
    let main = sources.add("/etc/monitrc", b"include /etc/d/*\n", None);
    let part = sources.add("/etc/d/a", b"include b\n", Some(span(main, 0, 7)));
    let text = "\n".repeat(98) + "check a\ncheck a\n";
    let last = sources.add("/etc/d/b", text.as_bytes(), Some(span(part, 0, 7)));
    let diagnostic = Diagnostic::warning(span(last, 112, 113), "`a` twice")
        .related(span(last, 104, 105), "first here")
        .note("call one of them `b`");
    assert_eq!(
        format!("\n{}", render(&sources, &diagnostic)),
        "
warning: `a` twice
   --> /etc/d/b:100:7
    |
100 | check a
    |       ^
   ::: /etc/d/b:99:7
    |
 99 | check a
    |       - first here
    = included from /etc/d/a:1:1
    = included from /etc/monitrc:1:1
    = call one of them `b`
"
    );
}

#[test]
fn a_long_note_is_broken_between_words() {
    let note = ["word"; 40].join(" ");
    let rendered = render(&Sources::default(), &Diagnostic::general("x").note(&*note));
    let lines: Vec<&str> = rendered.lines().skip(1).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with(" = word word"), "{}", lines[0]);
    assert!(lines[1].starts_with("   word word"), "{}", lines[1]);
    assert!(lines.iter().all(|line| line.len() <= 90));
    let words: Vec<&str> = rendered.split_whitespace().skip(3).collect();
    assert_eq!(words.join(" "), note);
}

#[test]
fn an_error_about_no_place() {
    let rendered = render(
        &Sources::default(),
        &Diagnostic::general("too bad").note("because"),
    );
    assert_eq!(rendered, "error: too bad\n = because\n");
}
