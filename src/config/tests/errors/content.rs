//! What can be wrong with a test of the lines of a file.

use super::err;
use crate::config::memory::Memory;

err! {
    content_of_a_process,
    "check process web with pidfile /run/web.pid
  if content = error then alert
  ignore content = harmless",
    "
error: `content` cannot be tested in a `check process`
 --> /etc/monitrc:2:6
  |
2 |   if content = error then alert
  |      ^^^^^^^
  = it is a test of: check file, program

error: a `check process` has no lines to ignore
 --> /etc/monitrc:3:3
  |
3 |   ignore content = harmless
  |   ^^^^^^
"
}

err! {
    content_compared_with_more,
    "check file log with path /log
  if content > error then alert",
    "
error: `>` says nothing about a line
 --> /etc/monitrc:2:14
  |
2 |   if content > error then alert
  |              ^
  = `=` is a line that matches, `!=` one that does not
"
}

err! {
    not_twice,
    "check file log with path /log
  if not match != error then alert",
    "
error: `not` and `!=` say the same: one of them is enough
 --> /etc/monitrc:2:6
  |
2 |   if not match != error then alert
  |      ^^^
"
}

err! {
    content_else,
    "check file log with path /log
  if content = error then alert else exec /bin/x",
    "
error: a content test has no `else`
 --> /etc/monitrc:2:33
  |
2 |   if content = error then alert else exec /bin/x
  |                                 ^^^^
  = a line was written or was not: there is nothing to recover from
"
}

err! {
    no_file_of_patterns,
    "check file log with path /log
  if content = /etc/patterns then alert
  if content = \"/\" then alert",
    r#"
error: cannot read patterns from `/etc/patterns`: No such file or directory
 --> /etc/monitrc:2:16
  |
2 |   if content = /etc/patterns then alert
  |                ^^^^^^^^^^^^^
  = what begins with `/` is a file of patterns; for a pattern write `[/]…`

error: cannot read patterns from `/`: it is a directory
 --> /etc/monitrc:3:16
  |
3 |   if content = "/" then alert
  |                ^^^
  = what begins with `/` is a file of patterns; for a pattern write `[/]…`
"#
}

err! {
    content_pattern,
    r#"check file log with path /log
  if content = "error (fatal|bad" then alert
  ignore content = "x{2,1}""#,
    "
error: `error (fatal|bad` is no regular expression: Unmatched ( or \\(
 --> /etc/monitrc:2:23
  |
2 |   if content = \"error (fatal|bad\" then alert
  |                       ^

error: `x{2,1}` is no regular expression: Invalid regular expression
 --> /etc/monitrc:3:22
  |
3 |   ignore content = \"x{2,1}\"
  |                      ^^^^^
"
}

#[test]
fn a_pattern_in_a_file() {
    let text = "check file log with path /log\n  if content = /etc/patterns then alert\n";
    let memory = Memory::new(text).file("/etc/patterns", 0o644, "fine\n\nbad(\r\nworse[\n");
    let report = memory.load().unwrap_err();
    assert_eq!(
        format!("\n{report}"),
        "
error: `bad(` is no regular expression: Unmatched ( or \\(
 --> /etc/patterns:3:4
  |
3 | bad(
  |    ^
  = included from /etc/monitrc:2:16

error: `worse[` is no regular expression: Invalid regular expression
 --> /etc/patterns:4:6
  |
4 | worse[
  |      ^
  = included from /etc/monitrc:2:16
"
    );
}

#[test]
fn a_file_without_patterns() {
    let text = "check file log with path /log\n  if content = /etc/patterns then alert\n";
    let memory = Memory::new(text).file("/etc/patterns", 0o644, "\n\n");
    let warnings = memory.load().unwrap().warnings;
    assert_eq!(
        format!("\n{}", warnings[0]),
        "
warning: `/etc/patterns` holds no pattern
 --> /etc/monitrc:2:16
  |
2 |   if content = /etc/patterns then alert
  |                ^^^^^^^^^^^^^ nothing is tested here
"
    );
}
