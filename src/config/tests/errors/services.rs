//! What can be wrong with a service and its programs.

use super::err;

err! {
    check_unknown,
    r#"check proces web with pidfile /x
  start program = "/bin/x"
  frobnicate
set daemon 0"#,
    "
error: `proces` cannot stand here
 --> /etc/monitrc:1:7
  |
1 | check proces web with pidfile /x
  |       ^^^^^^ did you mean `process`?

error: the poll interval cannot be 0
 --> /etc/monitrc:4:12
  |
4 | set daemon 0
  |            ^
"
}

err! {
    check_without_name,
    "check process",
    "
error: expected a service name, but found the end of the file
 --> /etc/monitrc:1:14
  |
1 | check process
  |              ^
"
}

err! {
    check_without_path,
    "check file conf
  if changed checksum then alert",
    "
error: expected `path`, but found the end of the statement
 --> /etc/monitrc:1:16
  |
1 | check file conf
  |                ^
"
}

err! {
    statement_without_service,
    r#"start program = "/bin/x""#,
    r#"
error: `start` belongs to a service
 --> /etc/monitrc:1:1
  |
1 | start program = "/bin/x"
  | ^^^^^
  = a `check` must stand before it
"#
}

err! {
    name_twice,
    "check process web with pidfile /run/web.pid
check file WEB with path /etc/web",
    "
error: there is a service `WEB` already
 --> /etc/monitrc:2:12
  |
2 | check file WEB with path /etc/web
  |            ^^^
 ::: /etc/monitrc:1:15
  |
1 | check process web with pidfile /run/web.pid
  |               --- this one
"
}

err! {
    name_of_the_machine,
    "check process box with pidfile /x",
    "
error: `box` is also the name of this machine
 --> /etc/monitrc:1:15
  |
1 | check process box with pidfile /x
  |               ^^^
  = the machine is a service too: give it another name by `check system`
"
}

err! {
    service_word,
    r#"check process web with pidfile /run/web.pid
  grouup www
  start program = "/bin/x"
  modus passive"#,
    "
error: `grouup` cannot stand here
 --> /etc/monitrc:2:3
  |
2 |   grouup www
  |   ^^^^^^ did you mean `group`?

error: `modus` cannot stand here
 --> /etc/monitrc:4:3
  |
4 |   modus passive
  |   ^^^^^
  = possible here: `uid`, `gid`, `timeout`, `set`, `check`, `include`, `start`, `stop`,
    `restart`, `if`, `ignore`, `alert`, `noalert`, `group`, `depends`, `mode`, `every`,
    `not` or `onreboot`
"
}

err! {
    mode,
    "check process web with pidfile /run/web.pid
  mode pasive",
    "
error: expected `active`, `passive` or `manual`, but found `pasive`
 --> /etc/monitrc:2:8
  |
2 |   mode pasive
  |        ^^^^^^ did you mean `passive`?
"
}

err! {
    cron_value,
    r#"check process web with pidfile /run/web.pid
  every "0,60 8-19 * * 1-5"
  not every "* 22-6 * * 0""#,
    r#"
error: `60` is no minute
 --> /etc/monitrc:2:12
  |
2 |   every "0,60 8-19 * * 1-5"
  |            ^^
  = the minute is 0 to 59

error: this range goes backwards
 --> /etc/monitrc:3:16
  |
3 |   not every "* 22-6 * * 0"
  |                ^^^^
  = write `22-23,0-6`
"#
}

err! {
    cron_fields,
    r#"check process web with pidfile /run/web.pid
  every "*/5 * * *"
  every '@daily'
  every """#,
    r#"
error: a schedule has 5 fields, this has 4
 --> /etc/monitrc:2:10
  |
2 |   every "*/5 * * *"
  |          ^^^^^^^^^
  = they are minute, hour, day of month, month, day of week

error: a schedule has 5 fields, this has 1
 --> /etc/monitrc:3:10
  |
3 |   every '@daily'
  |          ^^^^^^
  = write `0 0 * * *`

error: a schedule has 5 fields, this has 0
 --> /etc/monitrc:4:9
  |
4 |   every ""
  |         ^^
  = they are minute, hour, day of month, month, day of week
"#
}

err! {
    cron_that_never_comes,
    r#"check process web with pidfile /run/web.pid
  every "0 3 31 4,6 *""#,
    r#"
error: day 31 does not come in month 4,6
 --> /etc/monitrc:2:14
  |
2 |   every "0 3 31 4,6 *"
  |              ^^^^^^
  = this schedule would never come due
"#
}

err! {
    cron_without_quotes,
    "check process web with pidfile /run/web.pid
  every 0 3 * * *
check process db with pidfile /run/db.pid
  every * * * * *
check process mail with pidfile /run/mail.pid
  not every 2 cycles",
    r#"
error: a cron time stands in quotes
 --> /etc/monitrc:2:9
  |
2 |   every 0 3 * * *
  |         ^
  = write `every "0 3 * * *"`

error: expected a number or a cron time in quotes, but found `*`
 --> /etc/monitrc:4:9
  |
4 |   every * * * * *
  |         ^

error: expected a cron time in quotes, but found `2`
 --> /etc/monitrc:6:13
  |
6 |   not every 2 cycles
  |             ^
"#
}

err! {
    depends_unknown,
    "check process web with pidfile /w
  depends on databse
check process database with pidfile /d",
    "
error: there is no service `databse`
 --> /etc/monitrc:2:14
  |
2 |   depends on databse
  |              ^^^^^^^ did you mean `database`?
"
}

err! {
    depends_on_itself,
    "check process web with pidfile /run/web.pid
  depends on web",
    "
error: `web` depends on itself
 --> /etc/monitrc:2:14
  |
2 |   depends on web
  |              ^^^
"
}

err! {
    depends_in_a_circle,
    "check process web with pidfile /w
  depends on app
check process app with pidfile /a
  depends on cache, db
check process db with pidfile /d
  depends on web
check process cache with pidfile /c",
    "
error: `web` depends on itself: web → app → db → web
 --> /etc/monitrc:6:14
  |
6 |   depends on web
  |              ^^^
"
}

err! {
    user_unknown,
    r#"check process web with pidfile /run/web.pid
  start program = "/bin/x" as uid nbody and gid users"#,
    r#"
error: there is no user `nbody` on this machine
 --> /etc/monitrc:2:35
  |
2 |   start program = "/bin/x" as uid nbody and gid users
  |                                   ^^^^^

error: there is no group `users` on this machine
 --> /etc/monitrc:2:49
  |
2 |   start program = "/bin/x" as uid nbody and gid users
  |                                                 ^^^^^
"#
}

err! {
    user_twice,
    r#"check process web with pidfile /run/web.pid
  start program = "/bin/x" as uid root as uid nobody"#,
    r#"
error: `uid` is given twice
 --> /etc/monitrc:2:43
  |
2 |   start program = "/bin/x" as uid root as uid nobody
  |                                           ^^^
"#
}

err! {
    program_timeout_zero,
    r#"check process web with pidfile /run/web.pid
  start program = "/bin/x" with timeout 0 seconds"#,
    r#"
error: a time limit of zero leaves no time at all
 --> /etc/monitrc:2:41
  |
2 |   start program = "/bin/x" with timeout 0 seconds
  |                                         ^^^^^^^^^
"#
}

err! {
    program_empty,
    r#"check process web with pidfile /run/web.pid
  start program = """#,
    r#"
error: no program is named here
 --> /etc/monitrc:2:19
  |
2 |   start program = ""
  |                   ^^
"#
}
