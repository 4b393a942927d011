//! What can be wrong with `check network`.

use super::err;

err! {
    network_without_interface,
    "check network lan
  if link down then alert
check network wan with interface /dev/eth0
check network dmz with path eth0",
    "
error: expected `interface` or `address`, but found the end of the statement
 --> /etc/monitrc:1:18
  |
1 | check network lan
  |                  ^

error: `/dev/eth0` is no name of an interface
 --> /etc/monitrc:3:34
  |
3 | check network wan with interface /dev/eth0
  |                                  ^^^^^^^^^ like `eth0`

error: expected `interface` or `address`, but found `path`
 --> /etc/monitrc:4:24
  |
4 | check network dmz with path eth0
  |                        ^^^^
"
}

err! {
    links_mixed,
    "check network lan with interface eth0
  if link down then alert
  if link up then alert",
    "
error: `link up` and `link down` cannot be tested in one service
 --> /etc/monitrc:3:3
  |
3 |   if link up then alert
  |   ^^^^^^^^^^
 ::: /etc/monitrc:2:3
  |
2 |   if link down then alert
  |   ------------ the other one
"
}

err! {
    link_that_is_neither,
    "check network lan with interface eth0
  if link then alert
  if link changed then alert
  if changed link speed then alert
  if succeeded link then alert",
    "
error: expected `up` or `down`, but found `then`
 --> /etc/monitrc:2:11
  |
2 |   if link then alert
  |           ^^^^

error: expected `up` or `down`, but found `changed`
 --> /etc/monitrc:3:11
  |
3 |   if link changed then alert
  |           ^^^^^^^

error: expected `capacity`, a number or `then`, but found `speed`
 --> /etc/monitrc:4:19
  |
4 |   if changed link speed then alert
  |                   ^^^^^

error: `link` is not tested like this in a `check network`
 --> /etc/monitrc:5:16
  |
5 |   if succeeded link then alert
  |                ^^^^
  = there is: if link
"
}

err! {
    saturation_without_its_sign,
    "check network lan with interface eth0
  if saturation > 90 then alert
  if upload > 10 Mbit/s then alert
  if upload > 10 kB/h then alert
  if download > 1.5 packets/s then alert",
    "
error: expected `%` or `percent`, but found `then`
 --> /etc/monitrc:2:22
  |
2 |   if saturation > 90 then alert
  |                      ^^^^

error: expected `then`, but found `Mbit`
 --> /etc/monitrc:3:18
  |
3 |   if upload > 10 Mbit/s then alert
  |                  ^^^^
  = possible here: `packets`, `bytes`, `kB`, `MB`, `GB`, `TB`, `seconds`, a number or
    `then`

error: rates are by the second
 --> /etc/monitrc:4:20
  |
4 |   if upload > 10 kB/h then alert
  |                    ^^
  = write `1 MB/s`

error: `1.5` is no whole number
 --> /etc/monitrc:5:17
  |
5 |   if download > 1.5 packets/s then alert
  |                 ^^^
"
}

err! {
    totals_without_their_time,
    "check network lan with interface eth0
  if total downloaded > 5 MB then alert
  if total downloaded > 5 MB in last 25 hours then alert
  if total downloaded > 5 MB in last 2 days then alert
  if total downloaded > 5 MB in last 0 hours then alert
  if total downloaded > 5 MB in last week then alert
  if total > 5 MB in last day then alert",
    "
error: expected a number, `minutes`, `hours` or `days`, but found `then`
 --> /etc/monitrc:2:30
  |
2 |   if total downloaded > 5 MB then alert
  |                              ^^^^

error: a total reaches back no further than a day
 --> /etc/monitrc:3:38
  |
3 |   if total downloaded > 5 MB in last 25 hours then alert
  |                                      ^^^^^^^^

error: a total reaches back no further than a day
 --> /etc/monitrc:4:38
  |
4 |   if total downloaded > 5 MB in last 2 days then alert
  |                                      ^^^^^^

error: the time of a total cannot be 0
 --> /etc/monitrc:5:38
  |
5 |   if total downloaded > 5 MB in last 0 hours then alert
  |                                      ^

error: expected a number, `minutes`, `hours` or `days`, but found `week`
 --> /etc/monitrc:6:38
  |
6 |   if total downloaded > 5 MB in last week then alert
  |                                      ^^^^

error: expected `upload` or `download`, but found `>`
 --> /etc/monitrc:7:12
  |
7 |   if total > 5 MB in last day then alert
  |            ^
"
}
