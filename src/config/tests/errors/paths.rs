//! What can be wrong with a directory, a named pipe, a file system.

use super::err;

err! {
    a_directory_needs_a_path,
    "check directory spool with pidfile /var/spool
check fifo pipe
check directory here with path spool",
    "
error: expected `path`, but found `pidfile`
 --> /etc/monitrc:1:28
  |
1 | check directory spool with pidfile /var/spool
  |                            ^^^^^^^

error: expected `path`, but found the end of the statement
 --> /etc/monitrc:2:16
  |
2 | check fifo pipe
  |                ^

error: `spool` is no absolute path
 --> /etc/monitrc:3:32
  |
3 | check directory here with path spool
  |                                ^^^^^ must begin with `/`
"
}

err! {
    a_directory_has_no_content,
    "check directory spool with path /var/spool
  if size > 10 MB then alert
  if failed checksum then alert
  if changed uid then alert",
    "
error: `size` cannot be tested in a `check directory`
 --> /etc/monitrc:2:6
  |
2 |   if size > 10 MB then alert
  |      ^^^^
  = it is a test of: check file

error: `checksum` cannot be tested in a `check directory`
 --> /etc/monitrc:3:13
  |
3 |   if failed checksum then alert
  |             ^^^^^^^^
  = it is a test of: check file

error: `uid` cannot stand here
 --> /etc/monitrc:4:14
  |
4 |   if changed uid then alert
  |              ^^^
  = possible here: `permission`, `hardlinks`, `timestamp`, `time`, `access`, `atime`,
    `modification`, `mtime`, `change` or `ctime`
"
}

err! {
    hardlinks_are_counted,
    "check directory spool with path /var/spool
  if hardlinks > many then alert
  if hardlinks > 1.5 then alert
  if failed hardlinks then alert",
    "
error: expected a number, but found `many`
 --> /etc/monitrc:2:18
  |
2 |   if hardlinks > many then alert
  |                  ^^^^

error: `1.5` is no whole number
 --> /etc/monitrc:3:18
  |
3 |   if hardlinks > 1.5 then alert
  |                  ^^^

error: expected `permission`, `uid` or `gid`, but found `hardlinks`
 --> /etc/monitrc:4:13
  |
4 |   if failed hardlinks then alert
  |             ^^^^^^^^^
"
}
