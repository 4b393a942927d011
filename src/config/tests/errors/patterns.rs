//! Regular expressions that cannot be used, each with the place in it.

use super::err;

err! {
    bracket_never_closed,
    r#"check process web matching "^/usr/bin/[a-z""#,
    r#"
error: `^/usr/bin/[a-z` is no regular expression: Invalid regular expression
 --> /etc/monitrc:1:39
  |
1 | check process web matching "^/usr/bin/[a-z"
  |                                       ^
"#
}

err! {
    range_the_wrong_way_round,
    r"check process web matching 'web-[9-0]+ '",
    r"
error: `web-[9-0]+ ` is no regular expression: Invalid regular expression
 --> /etc/monitrc:1:34
  |
1 | check process web matching 'web-[9-0]+ '
  |                                  ^^^
"
}

err! {
    unknown_class,
    "check process web matching web[[:number:]]",
    "
error: `web[[:number:]]` is no regular expression: Invalid regular expression
 --> /etc/monitrc:1:32
  |
1 | check process web matching web[[:number:]]
  |                                ^^^^^^^^^^
"
}

err! {
    nothing_to_repeat,
    r#"check process web matching "web|*x""#,
    r#"
error: `web|*x` is no regular expression: Invalid regular expression
 --> /etc/monitrc:1:33
  |
1 | check process web matching "web|*x"
  |                                 ^
"#
}

err! {
    interval_the_wrong_way_round,
    r#"check process web matching "we{3,1}b""#,
    r#"
error: `we{3,1}b` is no regular expression: Invalid regular expression
 --> /etc/monitrc:1:31
  |
1 | check process web matching "we{3,1}b"
  |                               ^^^^^
"#
}

// `\t` became a tab, so that places in the pattern are no longer places in the file.
err! {
    pattern_with_escapes,
    r#"check process web matching "a\tb(""#,
    "
error: `a␉b(` is no regular expression: Unmatched ( or \\(
 --> /etc/monitrc:1:28
  |
1 | check process web matching \"a\\tb(\"
  |                            ^^^^^^^
"
}

err! {
    repetitions_without_measure,
    r#"check process web matching "(([a-z]{100}){100}){100}""#,
    r#"
error: this regular expression costs too much
 --> /etc/monitrc:1:28
  |
1 | check process web matching "(([a-z]{100}){100}){100}"
  |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^
  = its repetitions multiply to 1000000 letters, and 16384 is the limit
"#
}

err! {
    a_search_that_nobody_waits_for,
    r#"check process web matching "^(a|aa)+\1b$""#,
    r#"
error: this regular expression costs too much
 --> /etc/monitrc:1:28
  |
1 | check process web matching "^(a|aa)+\1b$"
  |                            ^^^^^^^^^^^^^^
  = what must match again (`\1`) can take longer than anybody waits
"#
}

err! {
    alternatives_repeated_too_often,
    r#"check program p path /bin/p if content = "((a|bcd|efghi)+(t?u?v?w?x?y?)){60}" then alert"#,
    r#"
error: this regular expression costs too much
 --> /etc/monitrc:1:42
  |
1 | check program p path /bin/p if content = "((a|bcd|efghi)+(t?u?v?w?x?y?)){60}" then alert
  |                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = its repeated alternatives take longer than anybody waits
"#
}
