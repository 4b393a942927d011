//! What can be wrong with a `check program`.

use super::err;

err! {
    path_missing,
    r#"check program ups "/bin/ups"
  if status != 0 then alert"#,
    r#"
error: expected `path`, but found `"/bin/ups"`
 --> /etc/monitrc:1:19
  |
1 | check program ups "/bin/ups"
  |                   ^^^^^^^^^^
"#
}

err! {
    program_missing,
    r#"check program ups with path "/opt/ups -x"
  if status != 0 then alert"#,
    r#"
error: the program `/opt/ups` cannot be run: No such file or directory
 --> /etc/monitrc:1:29
  |
1 | check program ups with path "/opt/ups -x"
  |                             ^^^^^^^^^^^^^
"#
}

err! {
    program_is_a_name,
    "check program ups with path ups
  if status != 0 then alert",
    "
error: the program `ups` cannot be run: its path is not absolute
 --> /etc/monitrc:1:29
  |
1 | check program ups with path ups
  |                             ^^^
"
}

err! {
    program_without_a_test,
    "check program ups with path /bin/ups every 2 cycles
check program disks with path /bin/disks
  if status != 0 then alert",
    "
error: the program `ups` has no test
 --> /etc/monitrc:1:15
  |
1 | check program ups with path /bin/ups every 2 cycles
  |               ^^^
  = add one of its `status` or `content`: if status != 0 then alert
"
}

err! {
    program_with_a_wrong_test_only,
    "check program ups with path /bin/ups
  if stats != 0 then alert",
    "
error: expected a number, `failed`, `succeeded`, `changed`, `status` or `content`, but found `stats`
 --> /etc/monitrc:2:6
  |
2 |   if stats != 0 then alert
  |      ^^^^^ did you mean `status`?
"
}

err! {
    program_that_exists,
    "check program ups with path /bin/ups
  if not exist then alert
  if status != 0 then alert",
    "
error: `not` cannot be tested in a `check program`
 --> /etc/monitrc:2:6
  |
2 |   if not exist then alert
  |      ^^^
  = it is a test of: check process, file, directory, fifo, filesystem
"
}

err! {
    program_on_a_port,
    "check program ups with path /bin/ups
  if failed port 80 then alert
  if failed status != 0 then alert",
    "
error: `port` cannot be tested in a `check program`
 --> /etc/monitrc:2:13
  |
2 |   if failed port 80 then alert
  |             ^^^^
  = it is a test of: check process, host

error: `status` is not tested like this in a `check program`
 --> /etc/monitrc:3:13
  |
3 |   if failed status != 0 then alert
  |             ^^^^^^
  = there is: if status
"
}

err! {
    status_without_a_number,
    "check program ups with path /bin/ups
  if status then alert
  if status = -1 then alert
  if status changed then alert
  if changed status 3 then alert",
    "
error: `then` cannot stand here
 --> /etc/monitrc:2:13
  |
2 |   if status then alert
  |             ^^^^
  = possible here: `not`, `greater`, `older`, `greaterorequal`, `less`, `newer`,
    `lessorequal`, `equal`, `notequal`, `>`, `>=`, `<`, `<=`, `=`, `!=` or a number

error: expected a number, but found `-1`
 --> /etc/monitrc:3:15
  |
3 |   if status = -1 then alert
  |               ^^

error: `changed` cannot stand here
 --> /etc/monitrc:4:13
  |
4 |   if status changed then alert
  |             ^^^^^^^
  = possible here: `not`, `greater`, `older`, `greaterorequal`, `less`, `newer`,
    `lessorequal`, `equal`, `notequal`, `>`, `>=`, `<`, `<=`, `=`, `!=` or a number

error: expected `cycles`, `times`, `time` or a number, but found `then`
 --> /etc/monitrc:5:23
  |
5 |   if changed status 3 then alert
  |                       ^^^^
"
}

err! {
    content_that_is_greater,
    r#"check program ups with path /bin/ups
  if content > "a" then alert
  if content "(" then alert
  if content = "" then alert"#,
    r#"
error: a pattern matches or does not: only `=` and `!=` compare with it
 --> /etc/monitrc:2:14
  |
2 |   if content > "a" then alert
  |              ^

error: `(` is no regular expression: Unmatched ( or \(
 --> /etc/monitrc:3:15
  |
3 |   if content "(" then alert
  |               ^

error: an empty pattern matches everything
 --> /etc/monitrc:4:16
  |
4 |   if content = "" then alert
  |                ^^
"#
}

err! {
    program_of_nobody,
    r#"check program ups with path "/bin/ups" as uid nosuch and gid none timeout 0 s
  if status != 0 then alert
check program raid with path "/bin/raid" as uid nosuch and gid none
  if status != 0 then alert"#,
    r#"
error: a time limit of zero leaves no time at all
 --> /etc/monitrc:1:75
  |
1 | check program ups with path "/bin/ups" as uid nosuch and gid none timeout 0 s
  |                                                                           ^^^

error: there is no user `nosuch` on this machine
 --> /etc/monitrc:3:49
  |
3 | check program raid with path "/bin/raid" as uid nosuch and gid none
  |                                                 ^^^^^^

error: there is no group `none` on this machine
 --> /etc/monitrc:3:64
  |
3 | check program raid with path "/bin/raid" as uid nosuch and gid none
  |                                                                ^^^^
"#
}

err! {
    status_of_a_file,
    "check file conf with path /etc/conf
  if status != 0 then alert
  if changed status then alert",
    "
error: `status` cannot be tested in a `check file`
 --> /etc/monitrc:2:6
  |
2 |   if status != 0 then alert
  |      ^^^^^^
  = it is a test of: check program

error: `status` cannot be tested in a `check file`
 --> /etc/monitrc:3:14
  |
3 |   if changed status then alert
  |              ^^^^^^
  = it is a test of: check program
"
}

err! {
    arguments_end_with_the_line,
    "check process web with pidfile /run/web.pid
  start program = \"/bin/web\" start2
  sotp program = \"/bin/web stop\"",
    r#"
error: `sotp` cannot stand here
 --> /etc/monitrc:3:3
  |
3 |   sotp program = "/bin/web stop"
  |   ^^^^ did you mean `stop`?
"#
}
