//! What is wrong with words, signs and strings.

use super::err;

err! {
    unknown_word,
    "frobnicate",
    "
error: expected `set`, `check` or `include`, but found `frobnicate`
 --> /etc/monitrc:1:1
  |
1 | frobnicate
  | ^^^^^^^^^^
"
}

err! {
    unknown_word_near_a_known_one,
    "chekc process web with pidfile /run/web.pid",
    "
error: expected `set`, `check` or `include`, but found `chekc`
 --> /etc/monitrc:1:1
  |
1 | chekc process web with pidfile /run/web.pid
  | ^^^^^ did you mean `check`?
"
}

err! {
    misspelt_word,
    "check process web with pidflie /run/web.pid",
    "
error: expected `pidfile` or `matching`, but found `pidflie`
 --> /etc/monitrc:1:24
  |
1 | check process web with pidflie /run/web.pid
  |                        ^^^^^^^ did you mean `pidfile`?
"
}

err! {
    misspelt_unit,
    "check process web with pidfile /run/web.pid
  if 3 restarts within 5 cylces then unmonitor",
    "
error: expected `cycles`, but found `cylces`
 --> /etc/monitrc:2:26
  |
2 |   if 3 restarts within 5 cylces then unmonitor
  |                          ^^^^^^ did you mean `cycles`?
"
}

err! {
    unclosed_quote,
    r#"check process web with pidfile /run/web.pid
  start program = "/bin/web start
  stop program = '/bin/web stop'"#,
    r#"
error: this quote is never closed
 --> /etc/monitrc:2:19
  |
2 |   start program = "/bin/web start
  |                   ^
"#
}

err! {
    quote_closed_lines_later,
    r#"check process web with pidfile /run/web.pid
  start program = "/bin/web
  stop program = "/bin/web stop""#,
    r#"
error: `/bin/web` cannot stand here
 --> /etc/monitrc:3:19
  |
3 |   stop program = "/bin/web stop"
  |                   ^^^^^^^^
 ::: /etc/monitrc:2:19
  |
2 |   start program = "/bin/web
  |                   --------- this string goes on over several lines
  = possible here: `uid`, `gid`, `timeout`, `set`, `check`, `include`, `start`, `stop`,
    `restart`, `if`, `ignore`, `alert`, `noalert`, `group`, `depends`, `mode`, `every`,
    `not` or `onreboot`
"#
}

err! {
    typographic_quotes,
    "check process web with pidfile /run/web.pid
  start program = “/bin/web start”",
    r#"
error: typographic quotes mean nothing here: write `"`
 --> /etc/monitrc:2:19
  |
2 |   start program = “/bin/web start”
  |                   ^^^^^^^^^
"#
}

err! {
    sign_out_of_place,
    "check file conf with path /etc/conf
  if size <> 5 then alert",
    "
error: expected a number, but found `>`
 --> /etc/monitrc:2:12
  |
2 |   if size <> 5 then alert
  |            ^
"
}

err! {
    end_of_file_in_a_statement,
    "set daemon",
    "
error: expected a number, but found the end of the file
 --> /etc/monitrc:1:11
  |
1 | set daemon
  |           ^
"
}

err! {
    end_of_file_after_newline,
    "set daemon

",
    "
error: expected a number, but found the end of the file
 --> /etc/monitrc:1:11
  |
1 | set daemon
  |           ^
"
}

err! {
    statement_ends_too_early,
    "set daemon
set log /var/log/tend",
    "
error: expected a number, but found the end of the statement
 --> /etc/monitrc:1:11
  |
1 | set daemon
  |           ^
"
}

err! {
    rule_ends_too_early,
    "check process web with pidfile /run/web.pid
  if failed port 80
  group www",
    "
error: expected `then`, but found the end of the statement
 --> /etc/monitrc:2:20
  |
2 |   if failed port 80
  |                    ^
  = possible here: `host`, `port`, `unixsocket`, `url`, `ipv4`, `ipv6`, `address`, `type`,
    `ssl`, `tls`, `certmd5`, `certificate`, `protocol`, `send`, `expect`, `timeout`,
    `responsetime`, `retry`, a number or `then`
"
}

err! {
    carriage_returns,
    "set daemon x\r\nset log y\r\n",
    "
error: expected a number, but found `x`
 --> /etc/monitrc:1:12
  |
1 | set daemon x
  |            ^

error: `y` is no absolute path
 --> /etc/monitrc:2:9
  |
2 | set log y
  |         ^ must begin with `/`
"
}

err! {
    tab_and_wide_letters,
    "\tset\tlog\t日本語\tx",
    "
error: `日本語` is no absolute path
 --> /etc/monitrc:1:10
  |
1 |     set    log    日本語    x
  |                   ^^^^^^ must begin with `/`
"
}

err! {
    control_byte_in_a_name,
    "check process \"a\u{1}b\" with pidfile /x",
    "
error: `a␁b` is no name for a service
 --> /etc/monitrc:1:15
  |
1 | check process \"a␁b\" with pidfile /x
  |               ^^^^^
"
}

err! {
    nul_in_a_path,
    "check process a with pidfile \"/x\0y\"",
    "
error: a NUL byte stands in here
 --> /etc/monitrc:1:30
  |
1 | check process a with pidfile \"/x␀y\"
  |                              ^^^^^^
"
}
