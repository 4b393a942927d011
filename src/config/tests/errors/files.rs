//! What can be wrong with a test of a file, and several things at once.

use super::err;

err! {
    checksum_length,
    "check file conf with path /etc/conf
  if failed checksum expect 8f7f then alert",
    "
error: 4 digits are no kind of checksum
 --> /etc/monitrc:2:29
  |
2 |   if failed checksum expect 8f7f then alert
  |                             ^^^^
  = MD5 has 32 digits, SHA1 40, SHA256 64
"
}

err! {
    checksum_kind,
    "check file conf with path /etc/conf
  if failed sha1 checksum expect 8f7f419955cefa0b33a2ba316cba3659 then alert",
    "
error: 32 digits are no SHA1 checksum
 --> /etc/monitrc:2:34
  |
2 |   if failed sha1 checksum expect 8f7f419955cefa0b33a2ba316cba3659 then alert
  |                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = SHA1 has 40 digits
"
}

err! {
    permission,
    "check file conf with path /etc/conf
  if failed permission 99999 then alert
  if failed permission 0888 then alert",
    "
error: `99999` is no octal mode
 --> /etc/monitrc:2:24
  |
2 |   if failed permission 99999 then alert
  |                        ^^^^^
  = a mode is 0 to 7777, for example `0644`

error: `0888` is no octal mode
 --> /etc/monitrc:3:24
  |
3 |   if failed permission 0888 then alert
  |                        ^^^^
  = a mode is 0 to 7777, for example `0644`
"
}

err! {
    uid_unknown,
    "check file conf with path /etc/conf
  if failed uid nbody then alert",
    "
error: there is no user `nbody` on this machine
 --> /etc/monitrc:2:17
  |
2 |   if failed uid nbody then alert
  |                 ^^^^^
"
}

err! {
    size_unit,
    "check file conf with path /etc/conf
  if size > 1 furlong then alert",
    "
error: expected `then`, but found `furlong`
 --> /etc/monitrc:2:15
  |
2 |   if size > 1 furlong then alert
  |               ^^^^^^^
  = possible here: `bytes`, `kB`, `MB`, `GB`, `TB`, a number or `then`
"
}

err! {
    size_decimal,
    "check file conf with path /etc/conf
  if size > 1.5 bytes then alert",
    "
error: `1.5` is no whole number
 --> /etc/monitrc:2:13
  |
2 |   if size > 1.5 bytes then alert
  |             ^^^
"
}

err! {
    timestamp_name,
    "check file conf with path /etc/conf
  if modification > 5 minutes then alert",
    "
error: expected `time` or `timestamp`, but found `>`
 --> /etc/monitrc:2:19
  |
2 |   if modification > 5 minutes then alert
  |                   ^
"
}

err! {
    several_at_once,
    r#"set daemon x
set logfile y
check process web with pidfile /run/web.pid
  start program "/bin/x
  if failed prt 80 then alert
  group www
  alert root"#,
    r#"
error: expected a number, but found `x`
 --> /etc/monitrc:1:12
  |
1 | set daemon x
  |            ^

error: `y` is no absolute path
 --> /etc/monitrc:2:13
  |
2 | set logfile y
  |             ^ must begin with `/`

error: this quote is never closed
 --> /etc/monitrc:4:17
  |
4 |   start program "/bin/x
  |                 ^

error: `prt` cannot stand here
 --> /etc/monitrc:5:13
  |
5 |   if failed prt 80 then alert
  |             ^^^ did you mean `port`?

error: `root` is no mail address
 --> /etc/monitrc:7:9
  |
7 |   alert root
  |         ^^^^ like `root@localhost`
"#
}
