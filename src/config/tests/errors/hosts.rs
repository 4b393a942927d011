//! What can be wrong with a host and its pings.

use super::err;

err! {
    host_without_address,
    "check host h
  if failed ping then alert",
    "
error: expected `address`, but found the end of the statement
 --> /etc/monitrc:1:13
  |
1 | check host h
  |             ^
"
}

err! {
    host_that_is_none,
    "check host h with address \"a b\"
  if failed ping then alert
check host i with address \"\"
  if failed ping then alert",
    "
error: `a b` is no host
 --> /etc/monitrc:1:27
  |
1 | check host h with address \"a b\"
  |                           ^^^^^

error: `` is no host
 --> /etc/monitrc:3:27
  |
3 | check host i with address \"\"
  |                           ^^
"
}

err! {
    host_without_a_test,
    "check host \"my host\" with address 192.0.2.7
  group net",
    "
error: the host `my host` has no test
 --> /etc/monitrc:1:12
  |
1 | check host \"my host\" with address 192.0.2.7
  |            ^^^^^^^^^
  = add a ping or a connection: if failed ping then alert
"
}

err! {
    tests_a_host_does_not_have,
    "check host h with address 192.0.2.7
  if failed unixsocket /run/x.sock then alert
  if failed checksum then alert",
    "
error: a Unix socket is on this machine, and no test of a `check host`
 --> /etc/monitrc:2:24
  |
2 |   if failed unixsocket /run/x.sock then alert
  |                        ^^^^^^^^^^^
  = it is a test of: check process

error: `checksum` cannot be tested in a `check host`
 --> /etc/monitrc:3:13
  |
3 |   if failed checksum then alert
  |             ^^^^^^^^
  = it is a test of: check file
"
}

err! {
    ping_of_another_kind,
    "check process p with pidfile /run/p.pid
  if failed ping count 3 then alert
  if failed icmp type echo then alert",
    "
error: `ping` cannot be tested in a `check process`
 --> /etc/monitrc:2:13
  |
2 |   if failed ping count 3 then alert
  |             ^^^^
  = it is a test of: check host

error: `icmp` cannot be tested in a `check process`
 --> /etc/monitrc:3:13
  |
3 |   if failed icmp type echo then alert
  |             ^^^^
  = it is a test of: check host
"
}

err! {
    icmp_of_another_type,
    "check host h with address 192.0.2.7
  if failed icmp type timestamp then alert
  if failed icmp then alert",
    "
error: expected `echo`, but found `timestamp`
 --> /etc/monitrc:2:23
  |
2 |   if failed icmp type timestamp then alert
  |                       ^^^^^^^^^

error: expected `type`, but found `then`
 --> /etc/monitrc:3:18
  |
3 |   if failed icmp then alert
  |                  ^^^^
"
}

err! {
    ping_counts,
    "check host h with address 192.0.2.7
  if failed ping count 0 then alert
  if failed ping count 21 then alert
  if failed ping count many then alert",
    "
error: 0 requests cannot be sent in one cycle
 --> /etc/monitrc:2:24
  |
2 |   if failed ping count 0 then alert
  |                        ^
  = the count of a ping is 1 to 20

error: 21 requests cannot be sent in one cycle
 --> /etc/monitrc:3:24
  |
3 |   if failed ping count 21 then alert
  |                        ^^
  = the count of a ping is 1 to 20

error: expected a number, but found `many`
 --> /etc/monitrc:4:24
  |
4 |   if failed ping count many then alert
  |                        ^^^^
"
}

err! {
    ping_sizes,
    "check host h with address 192.0.2.7
  if failed ping size 7 then alert
  if failed ping size 1.5 kB then alert",
    "
error: a ping cannot carry 7 bytes
 --> /etc/monitrc:2:23
  |
2 |   if failed ping size 7 then alert
  |                       ^
  = the size of a ping is 8 to 1492 bytes

error: a ping cannot carry 1536 bytes
 --> /etc/monitrc:3:23
  |
3 |   if failed ping size 1.5 kB then alert
  |                       ^^^^^^
  = the size of a ping is 8 to 1492 bytes
"
}

err! {
    ping_time_limits,
    "check host h with address 192.0.2.7
  if failed ping timeout 0 seconds then alert
  if failed ping responsetime < soon then alert",
    "
error: a time limit of zero leaves no time at all
 --> /etc/monitrc:2:26
  |
2 |   if failed ping timeout 0 seconds then alert
  |                          ^^^^^^^^^

error: expected a number, but found `soon`
 --> /etc/monitrc:3:33
  |
3 |   if failed ping responsetime < soon then alert
  |                                 ^^^^
"
}

err! {
    ping_sources,
    "check host h with address 192.0.2.7
  if failed ping address eth0 then alert
  if failed ping address then alert",
    "
error: `eth0` is no numeric address
 --> /etc/monitrc:2:26
  |
2 |   if failed ping address eth0 then alert
  |                          ^^^^
  = it names where the request is sent from

error: `then` is no numeric address
 --> /etc/monitrc:3:26
  |
3 |   if failed ping address then alert
  |                          ^^^^
  = it names where the request is sent from
"
}

err! {
    ping_options_twice_or_unknown,
    "check host h with address 192.0.2.7
  if failed ping count 3 count 4 then alert
  if failed ping retry 3 then alert
  if failed pong then alert",
    "
error: `count` is given twice
 --> /etc/monitrc:2:26
  |
2 |   if failed ping count 3 count 4 then alert
  |                          ^^^^^

error: expected `then`, but found `retry`
 --> /etc/monitrc:3:18
  |
3 |   if failed ping retry 3 then alert
  |                  ^^^^^
  = possible here: `count`, `size`, `timeout`, `address`, `responsetime`, `response`, a
    number or `then`

error: `pong` cannot stand here
 --> /etc/monitrc:4:13
  |
4 |   if failed pong then alert
  |             ^^^^ did you mean `ping`?
"
}
