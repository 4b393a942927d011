//! What can be wrong with a test of a process.

use super::err;

err! {
    cpu_without_percent,
    "check process web with pidfile /run/web.pid
  if cpu > 60 then alert",
    "
error: expected `%` or `percent`, but found `then`
 --> /etc/monitrc:2:15
  |
2 |   if cpu > 60 then alert
  |               ^^^^
"
}

err! {
    total_of_what,
    "check process web with pidfile /run/web.pid
  if total > 60% then alert",
    "
error: expected `cpu`, `memory` or `filedescriptors`, but found `>`
 --> /etc/monitrc:2:12
  |
2 |   if total > 60% then alert
  |            ^
"
}

err! {
    total_of_something_else,
    "check process web with pidfile /run/web.pid
  if total threads > 60 then alert",
    "
error: expected `cpu`, `memory` or `filedescriptors`, but found `threads`
 --> /etc/monitrc:2:12
  |
2 |   if total threads > 60 then alert
  |            ^^^^^^^
"
}

err! {
    total_files_have_no_share,
    "check process web with pidfile /run/web.pid
  if total filedescriptors > 60% then alert",
    "
error: expected a number or `then`, but found `%`
 --> /etc/monitrc:2:32
  |
2 |   if total filedescriptors > 60% then alert
  |                                ^
"
}

err! {
    parts_of_children,
    "check process web with pidfile /run/web.pid
  if children > 5.5 then alert",
    "
error: `5.5` is no whole number
 --> /etc/monitrc:2:17
  |
2 |   if children > 5.5 then alert
  |                 ^^^
"
}

err! {
    uptime_unit,
    "check process web with pidfile /run/web.pid
  if uptime > 2 weeks then alert",
    "
error: expected `then`, but found `weeks`
 --> /etc/monitrc:2:17
  |
2 |   if uptime > 2 weeks then alert
  |                 ^^^^^
  = possible here: `milliseconds`, `seconds`, `minutes`, `hours`, `days`, `months`, a
    number or `then`
"
}

err! {
    disk_alone,
    "check process web with pidfile /run/web.pid
  if disk > 1 MB/s then alert",
    "
error: expected `read` or `write`, but found `>`
 --> /etc/monitrc:2:11
  |
2 |   if disk > 1 MB/s then alert
  |           ^
"
}

err! {
    operations_that_are_not_counted,
    "check process web with pidfile /run/web.pid
  if read > 5 operations/s then alert",
    "
error: operations are not counted here
 --> /etc/monitrc:2:13
  |
2 |   if read > 5 operations/s then alert
  |             ^^^^^^^^^^^^^^
  = they are by `disk read`
"
}

err! {
    rate_by_the_minute,
    "check process web with pidfile /run/web.pid
  if write > 5 MB/min then alert",
    "
error: rates are by the second
 --> /etc/monitrc:2:18
  |
2 |   if write > 5 MB/min then alert
  |                  ^^^^
  = write `1 MB/s`
"
}

err! {
    attribute_without_operator,
    r#"check process web with pidfile /run/web.pid
  if security attribute "x" then alert"#,
    r#"
error: expected `=~`, `!=~`, `=` or `!=`, but found `"x"`
 --> /etc/monitrc:2:25
  |
2 |   if security attribute "x" then alert
  |                         ^^^
"#
}

err! {
    attribute_pattern,
    r#"check process web with pidfile /run/web.pid
  if security attribute =~ "a(b" then alert"#,
    r#"
error: `a(b` is no regular expression: Unmatched ( or \(
 --> /etc/monitrc:2:30
  |
2 |   if security attribute =~ "a(b" then alert
  |                              ^
"#
}

err! {
    changed_what,
    "check process web with pidfile /run/web.pid
  if changed uid then alert",
    "
error: expected `pid` or `ppid`, but found `uid`
 --> /etc/monitrc:2:14
  |
2 |   if changed uid then alert
  |              ^^^
"
}

err! {
    effective_user_unknown,
    "check process web with pidfile /run/web.pid
  if failed uid root then alert
  if failed euid nobody-at-all then alert",
    "
error: there is no user `nobody-at-all` on this machine
 --> /etc/monitrc:3:18
  |
3 |   if failed euid nobody-at-all then alert
  |                  ^^^^^^^^^^^^^
"
}
