//! What can be wrong with a test of the machine.

use super::err;

err! {
    load_over_another_time,
    "check system $HOST
  if loadavg (10min) > 3 then alert
  if loadavg (5min) > 80% then alert
  if loadavg 5min > 3 then alert",
    "
error: there is no load average over 10 minutes
 --> /etc/monitrc:2:15
  |
2 |   if loadavg (10min) > 3 then alert
  |               ^^
  = they are over 1, 5 and 15 minutes

error: expected a number or `then`, but found `%`
 --> /etc/monitrc:3:25
  |
3 |   if loadavg (5min) > 80% then alert
  |                         ^

error: expected a number or `then`, but found `min`
 --> /etc/monitrc:4:15
  |
4 |   if loadavg 5min > 3 then alert
  |               ^^^
"
}

err! {
    cpu_without_its_sign,
    "check system $HOST
  if cpu usage > 95 then alert
  if cpu (uzer) > 20% then alert
  if cpu (fan) > 20% then alert
  if cpu user > 20% then alert",
    "
error: expected `%` or `percent`, but found `then`
 --> /etc/monitrc:2:21
  |
2 |   if cpu usage > 95 then alert
  |                     ^^^^

error: there is no cpu time called `uzer`
 --> /etc/monitrc:3:11
  |
3 |   if cpu (uzer) > 20% then alert
  |           ^^^^ did you mean `user`?

error: there is no cpu time called `fan`
 --> /etc/monitrc:4:11
  |
4 |   if cpu (fan) > 20% then alert
  |           ^^^
  = there are: user, usr, system, sys, wait, iowait, nice, hardirq, softirq, steal, guest,
    guestnice

error: `user` cannot stand here
 --> /etc/monitrc:5:10
  |
5 |   if cpu user > 20% then alert
  |          ^^^^
  = possible here: `(`, `not`, `greater`, `older`, `greaterorequal`, `less`, `newer`,
    `lessorequal`, `equal`, `notequal`, `>`, `>=`, `<`, `<=`, `=`, `!=` or a number
"
}

err! {
    memory_in_no_known_unit,
    "check system $HOST
  if memory > 20 XB then alert",
    "
error: expected `then`, but found `XB`
 --> /etc/monitrc:2:18
  |
2 |   if memory > 20 XB then alert
  |                  ^^
  = possible here: `%`, `percent`, `bytes`, `kB`, `MB`, `GB`, `TB`, a number or `then`
"
}

err! {
    paging_is_no_share,
    "check system $HOST
  if pagein > 20 then alert
  if pagein > 20% then alert
  if filedescriptors > 1.5 then alert
  if uptime > 3 parsecs then alert",
    "
error: expected `pages`, `seconds`, a number or `then`, but found `%`
 --> /etc/monitrc:3:17
  |
3 |   if pagein > 20% then alert
  |                 ^

error: `1.5` is no whole number
 --> /etc/monitrc:4:24
  |
4 |   if filedescriptors > 1.5 then alert
  |                        ^^^

error: expected `then`, but found `parsecs`
 --> /etc/monitrc:5:17
  |
5 |   if uptime > 3 parsecs then alert
  |                 ^^^^^^^
  = possible here: `milliseconds`, `seconds`, `minutes`, `hours`, `days`, `months`, a
    number or `then`
"
}
