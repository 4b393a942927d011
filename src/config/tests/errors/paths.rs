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

err! {
    a_file_system_needs_its_place,
    "check filesystem root with device /dev/sda1
check filesystem nothing with path",
    "
error: expected `path`, but found `device`
 --> /etc/monitrc:1:28
  |
1 | check filesystem root with device /dev/sda1
  |                            ^^^^^^

error: expected a mount point, a device or a network file system, but found the end of the file
 --> /etc/monitrc:2:35
  |
2 | check filesystem nothing with path
  |                                   ^
"
}

err! {
    figures_of_a_file_system,
    "check filesystem root with path /
  if space > plenty then alert
  if space usage > 80 MiB then alert
  if inodes > 3 MB then alert
  if inodes > 0.5 then alert
  if spaces > 80% then alert
  if space used > 80% then alert",
    "
error: expected a number, but found `plenty`
 --> /etc/monitrc:2:14
  |
2 |   if space > plenty then alert
  |              ^^^^^^

error: expected `then`, but found `MiB`
 --> /etc/monitrc:3:23
  |
3 |   if space usage > 80 MiB then alert
  |                       ^^^
  = possible here: `%`, `percent`, `bytes`, `kB`, `MB`, `GB`, `TB`, a number or `then`

error: expected `%`, `percent`, a number or `then`, but found `MB`
 --> /etc/monitrc:4:17
  |
4 |   if inodes > 3 MB then alert
  |                 ^^

error: `0.5` is no whole number
 --> /etc/monitrc:5:15
  |
5 |   if inodes > 0.5 then alert
  |               ^^^

error: `spaces` cannot stand here
 --> /etc/monitrc:6:6
  |
6 |   if spaces > 80% then alert
  |      ^^^^^^ did you mean `space`?

error: `used` cannot stand here
 --> /etc/monitrc:7:12
  |
7 |   if space used > 80% then alert
  |            ^^^^
  = possible here: `free`, `not`, `greater`, `older`, `greaterorequal`, `less`, `newer`,
    `lessorequal`, `equal`, `notequal`, `>`, `>=`, `<`, `<=`, `=`, `!=` or a number
"
}

err! {
    traffic_of_a_file_system,
    "check filesystem root with path /
  if read rate > 1 MB/minute then alert
  if write rate > 80% then alert
  if service time > 5 then alert
  if service > 5 ms then alert",
    "
error: rates are by the second
 --> /etc/monitrc:2:22
  |
2 |   if read rate > 1 MB/minute then alert
  |                      ^^^^^^^
  = write `1 MB/s`

error: expected `then`, but found `%`
 --> /etc/monitrc:3:21
  |
3 |   if write rate > 80% then alert
  |                     ^
  = possible here: `operations`, `bytes`, `kB`, `MB`, `GB`, `TB`, `seconds`, a number or
    `then`

error: expected `milliseconds`, `seconds`, `minutes`, `hours`, `days` or `months`, but found `then`
 --> /etc/monitrc:4:23
  |
4 |   if service time > 5 then alert
  |                       ^^^^

error: expected `time`, but found `>`
 --> /etc/monitrc:5:14
  |
5 |   if service > 5 ms then alert
  |              ^
"
}

err! {
    flags_and_times_of_a_file_system,
    "check filesystem root with path /
  if failed fsflags then alert
  if changed flags then alert
  if changed timestamp then alert
  if size > 10 MB then alert",
    "
error: expected `permission`, `uid` or `gid`, but found `fsflags`
 --> /etc/monitrc:2:13
  |
2 |   if failed fsflags then alert
  |             ^^^^^^^

error: expected `permission` or `fsflags`, but found `flags`
 --> /etc/monitrc:3:14
  |
3 |   if changed flags then alert
  |              ^^^^^

error: `timestamp` cannot be tested in a `check filesystem`
 --> /etc/monitrc:4:14
  |
4 |   if changed timestamp then alert
  |              ^^^^^^^^^
  = it is a test of: check file, directory, fifo

error: `size` cannot be tested in a `check filesystem`
 --> /etc/monitrc:5:6
  |
5 |   if size > 10 MB then alert
  |      ^^^^
  = it is a test of: check file
"
}

err! {
    space_of_what_is_no_file_system,
    "check directory spool with path /var/spool
  if space > 80% then alert
  if changed fsflags then alert
check file log with path /var/log/messages
  if inode usage > 80% then alert
check process web matching web
  if service time > 5 ms then alert",
    "
error: `space` cannot be tested in a `check directory`
 --> /etc/monitrc:2:6
  |
2 |   if space > 80% then alert
  |      ^^^^^
  = it is a test of: check filesystem

error: `fsflags` cannot be tested in a `check directory`
 --> /etc/monitrc:3:14
  |
3 |   if changed fsflags then alert
  |              ^^^^^^^
  = it is a test of: check filesystem

error: `inode` cannot be tested in a `check file`
 --> /etc/monitrc:5:6
  |
5 |   if inode usage > 80% then alert
  |      ^^^^^
  = it is a test of: check filesystem

error: `service` cannot be tested in a `check process`
 --> /etc/monitrc:7:6
  |
7 |   if service time > 5 ms then alert
  |      ^^^^^^^
  = it is a test of: check filesystem
"
}
