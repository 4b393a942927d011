//! What can be wrong with a rule.

use super::err;

err! {
    test_unknown,
    "check process web with pidfile /run/web.pid
  if foo > 1 then alert",
    "
error: `foo` cannot stand here
 --> /etc/monitrc:2:6
  |
2 |   if foo > 1 then alert
  |      ^^^
  = possible here: a number, `failed`, `succeeded`, `changed`, `not`, `exist`, `cpu`,
    `totalcpu`, `memory`, `totalmemory`, `total`, `children`, `threads`, `uptime`,
    `filedescriptors`, `read`, `write`, `disk`, `security` or `loadavg`
"
}

err! {
    test_of_an_interface,
    "check process web with pidfile /run/web.pid
  if saturation > 90% then alert
  if 3 restarts within 5 cycles then alert",
    "
error: `saturation` cannot be tested in a `check process`
 --> /etc/monitrc:2:6
  |
2 |   if saturation > 90% then alert
  |      ^^^^^^^^^^
  = it is a test of: check network
"
}

err! {
    test_of_another_kind,
    "check file conf with path /etc/conf
  if failed port 80 then alert
check process web with pidfile /run/web.pid
  if changed checksum then alert",
    "
error: `port` cannot be tested in a `check file`
 --> /etc/monitrc:2:13
  |
2 |   if failed port 80 then alert
  |             ^^^^
  = it is a test of: check process, host

error: `checksum` cannot be tested in a `check process`
 --> /etc/monitrc:4:14
  |
4 |   if changed checksum then alert
  |              ^^^^^^^^
  = it is a test of: check file
"
}

err! {
    then_missing,
    "check process web with pidfile /run/web.pid
  if failed port 80 alert",
    "
error: expected `then`, but found `alert`
 --> /etc/monitrc:2:21
  |
2 |   if failed port 80 alert
  |                     ^^^^^
  = possible here: `host`, `port`, `unixsocket`, `url`, `ipv4`, `ipv6`, `address`, `type`,
    `ssl`, `tls`, `certmd5`, `certificate`, `protocol`, `send`, `expect`, `timeout`,
    `responsetime`, `retry`, a number or `then`
"
}

err! {
    action_unknown,
    "check process web with pidfile /run/web.pid
  if failed port 80 then restrat",
    "
error: `restrat` cannot stand here
 --> /etc/monitrc:2:26
  |
2 |   if failed port 80 then restrat
  |                          ^^^^^^^ did you mean `restart`?
"
}

err! {
    words_after_the_action,
    "check process web with pidfile /run/web.pid
  if failed port 80 then alert else restart now",
    "
error: `now` cannot stand here
 --> /etc/monitrc:2:45
  |
2 |   if failed port 80 then alert else restart now
  |                                             ^^^
  = possible here: `set`, `check`, `include`, `start`, `stop`, `restart`, `if`, `ignore`,
    `alert`, `noalert`, `group`, `depends`, `mode`, `every`, `not` or `onreboot`
"
}

err! {
    window_too_long,
    "check process web with pidfile /run/web.pid
  if failed port 80 for 65 cycles then alert",
    "
error: a rule cannot wait for 65 cycles
 --> /etc/monitrc:2:25
  |
2 |   if failed port 80 for 65 cycles then alert
  |                         ^^
  = the number of cycles is 1 to 64
"
}

err! {
    window_zero,
    "check process web with pidfile /run/web.pid
  if failed port 80 for 0 cycles then alert",
    "
error: a rule cannot wait for 0 cycles
 --> /etc/monitrc:2:25
  |
2 |   if failed port 80 for 0 cycles then alert
  |                         ^
  = the number of cycles is 1 to 64
"
}

err! {
    window_impossible,
    "check process web with pidfile /run/web.pid
  if failed port 80 6 times within 5 cycles then alert",
    "
error: 6 times cannot happen within 5 cycles
 --> /etc/monitrc:2:21
  |
2 |   if failed port 80 6 times within 5 cycles then alert
  |                     ^^^^^^^^^^^^^^^^^^^^^^^
  = a test fails once a cycle at most
"
}

err! {
    restarts_impossible,
    "check process web with pidfile /run/web.pid
  if 5 restarts within 3 cycles then timeout",
    "
error: 5 restarts cannot happen within 3 cycles
 --> /etc/monitrc:2:6
  |
2 |   if 5 restarts within 3 cycles then timeout
  |      ^^^^^^^^^^^^^^^^^^^^^^^^^^
  = a service is restarted once a cycle at most
"
}

err! {
    restarts_zero,
    "check process web with pidfile /run/web.pid
  if 0 restarts within 3 cycles then timeout",
    "
error: the number of restarts cannot be 0
 --> /etc/monitrc:2:6
  |
2 |   if 0 restarts within 3 cycles then timeout
  |      ^
"
}

err! {
    repeat_zero,
    r#"check process web with pidfile /run/web.pid
  if not exist then exec "/bin/x" repeat every 0 cycles"#,
    r#"
error: the number of cycles cannot be 0
 --> /etc/monitrc:2:48
  |
2 |   if not exist then exec "/bin/x" repeat every 0 cycles
  |                                                ^
"#
}
