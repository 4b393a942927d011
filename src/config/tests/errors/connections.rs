//! What can be wrong with a connection test.

use super::err;

err! {
    port_zero,
    "check process web with pidfile /run/web.pid
  if failed port 0 then alert
  if failed port 99999 then alert",
    "
error: there is no port 0
 --> /etc/monitrc:2:18
  |
2 |   if failed port 0 then alert
  |                  ^
  = ports are 1 to 65535

error: there is no port 99999
 --> /etc/monitrc:3:18
  |
3 |   if failed port 99999 then alert
  |                  ^^^^^
  = ports are 1 to 65535
"
}

err! {
    port_missing,
    "check process web with pidfile /run/web.pid
  if failed host localhost then alert",
    "
error: a connection test needs a `port` or a `unixsocket`
 --> /etc/monitrc:2:18
  |
2 |   if failed host localhost then alert
  |                  ^^^^^^^^^
"
}

err! {
    port_and_socket,
    "check process web with pidfile /run/web.pid
  if failed port 80 unixsocket /run/x then alert",
    "
error: a Unix socket has no host and no port
 --> /etc/monitrc:2:32
  |
2 |   if failed port 80 unixsocket /run/x then alert
  |                                ^^^^^^
"
}

err! {
    option_twice,
    "check process web with pidfile /run/web.pid
  if failed port 80 timeout 5 seconds port 81 then alert",
    "
error: `port` is given twice
 --> /etc/monitrc:2:39
  |
2 |   if failed port 80 timeout 5 seconds port 81 then alert
  |                                       ^^^^
"
}

err! {
    responsetime_without_time,
    "check process web with pidfile /run/web.pid
  if failed port 80 responsetime > fast then alert",
    "
error: expected a number, but found `fast`
 --> /etc/monitrc:2:36
  |
2 |   if failed port 80 responsetime > fast then alert
  |                                    ^^^^
"
}

err! {
    connection_timeout_zero,
    "check process web with pidfile /run/web.pid
  if failed port 80 with timeout 0 seconds then alert",
    "
error: a time limit of zero leaves no time at all
 --> /etc/monitrc:2:34
  |
2 |   if failed port 80 with timeout 0 seconds then alert
  |                                  ^^^^^^^^^
"
}

err! {
    protocol_unknown,
    "check process web with pidfile /run/web.pid
  if failed port 80 protocol htpt then alert",
    "
error: there is no protocol `htpt`
 --> /etc/monitrc:2:30
  |
2 |   if failed port 80 protocol htpt then alert
  |                              ^^^^ did you mean `http`?
"
}

err! {
    protocol_far_from_any,
    "check process web with pidfile /run/web.pid
  if failed port 3306 protocol oracle then alert",
    "
error: there is no protocol `oracle`
 --> /etc/monitrc:2:32
  |
2 |   if failed port 3306 protocol oracle then alert
  |                                ^^^^^^
  = protocols: default, http, https, smtp, smtps, apache-status, clamav, dns, dwp,
    fail2ban, ftp, gps, imap, imaps, ldap2, ldap3, lmtp, memcache, mongodb, mqtt, mysql,
    mysqls, nntp, ntp3, pgsql, pop, pops, postfix-policy, radius, rdate, redis, rsync,
    sieve, sip, spamassassin, ssh, tns, websocket
"
}

err! {
    http_option_without_http,
    "check process web with pidfile /run/web.pid
  if failed port 80 request /index.html then alert",
    "
error: `request` needs `protocol http` or `protocol websocket`
 --> /etc/monitrc:2:21
  |
2 |   if failed port 80 request /index.html then alert
  |                     ^^^^^^^
"
}

err! {
    http_request,
    "check process web with pidfile /run/web.pid
  if failed port 80 protocol http request index.html then alert",
    "
error: `index.html` cannot be asked for
 --> /etc/monitrc:2:43
  |
2 |   if failed port 80 protocol http request index.html then alert
  |                                           ^^^^^^^^^^ must begin with `/`
"
}

err! {
    http_head_has_no_body,
    r#"check process web with pidfile /run/web.pid
  if failed port 80 protocol http method head content "x" then alert"#,
    r#"
error: `content` looks at a body, and `method head` has none
 --> /etc/monitrc:2:47
  |
2 |   if failed port 80 protocol http method head content "x" then alert
  |                                               ^^^^^^^
"#
}

err! {
    http_header,
    "check process web with pidfile /run/web.pid
  if failed port 80 protocol http http headers [Host] then alert",
    "
error: expected `:`, but found `]`
 --> /etc/monitrc:2:53
  |
2 |   if failed port 80 protocol http http headers [Host] then alert
  |                                                     ^
"
}

err! {
    http_status,
    "check process web with pidfile /run/web.pid
  if failed port 80 protocol http status = 1000 then alert",
    "
error: no HTTP status is larger than 999
 --> /etc/monitrc:2:44
  |
2 |   if failed port 80 protocol http status = 1000 then alert
  |                                            ^^^^
"
}

err! {
    pattern,
    r#"check process web with pidfile /run/web.pid
  if failed port 80 protocol http content = "(a" then alert"#,
    r#"
error: `(a` is no regular expression: Unmatched ( or \(
 --> /etc/monitrc:2:46
  |
2 |   if failed port 80 protocol http content = "(a" then alert
  |                                              ^
"#
}

err! {
    matching,
    r#"check process web matching "w(eb""#,
    r#"
error: `w(eb` is no regular expression: Unmatched ( or \(
 --> /etc/monitrc:1:30
  |
1 | check process web matching "w(eb"
  |                              ^
"#
}

err! {
    send_with_protocol,
    r#"check process web with pidfile /run/web.pid
  if failed port 25 protocol smtp send "x" then alert"#,
    r#"
error: `send` and `expect` cannot be mixed with a protocol
 --> /etc/monitrc:2:35
  |
2 |   if failed port 25 protocol smtp send "x" then alert
  |                                   ^^^^
 ::: /etc/monitrc:2:30
  |
2 |   if failed port 25 protocol smtp send "x" then alert
  |                              ---- this one
"#
}

err! {
    udp_with_protocol,
    "check process web with pidfile /run/web.pid
  if failed port 80 type udp protocol http then alert",
    "
error: this protocol is not spoken over UDP
 --> /etc/monitrc:2:39
  |
2 |   if failed port 80 type udp protocol http then alert
  |                                       ^^^^
 ::: /etc/monitrc:2:21
  |
2 |   if failed port 80 type udp protocol http then alert
  |                     ---- asks for UDP
"
}

err! {
    udp_with_tls,
    "check process web with pidfile /run/web.pid
  if failed port 80 type udp using ssl then alert",
    "
error: TLS cannot be had over UDP
 --> /etc/monitrc:2:36
  |
2 |   if failed port 80 type udp using ssl then alert
  |                                    ^^^
 ::: /etc/monitrc:2:21
  |
2 |   if failed port 80 type udp using ssl then alert
  |                     ---- asks for UDP
"
}

err! {
    certificate_over_udp,
    "check process web with pidfile /run/web.pid
  if failed port 80 type udp certmd5 00112233445566778899aabbccddeeff then alert
  if failed port 81 type udp certificate valid 3 days then alert",
    "
error: TLS cannot be had over UDP
 --> /etc/monitrc:2:30
  |
2 |   if failed port 80 type udp certmd5 00112233445566778899aabbccddeeff then alert
  |                              ^^^^^^^
 ::: /etc/monitrc:2:21
  |
2 |   if failed port 80 type udp certmd5 00112233445566778899aabbccddeeff then alert
  |                     ---- asks for UDP

error: TLS cannot be had over UDP
 --> /etc/monitrc:3:30
  |
3 |   if failed port 81 type udp certificate valid 3 days then alert
  |                              ^^^^^^^^^^^
 ::: /etc/monitrc:3:21
  |
3 |   if failed port 81 type udp certificate valid 3 days then alert
  |                     ---- asks for UDP
"
}

err! {
    pin_length,
    "check process web with pidfile /run/web.pid
  if failed port 443 type tcpssl certmd5 00112233 then alert",
    "
error: 8 digits are no MD5 checksum
 --> /etc/monitrc:2:42
  |
2 |   if failed port 443 type tcpssl certmd5 00112233 then alert
  |                                          ^^^^^^^^
  = MD5 has 32 digits
"
}

err! {
    pin_digits,
    "check process web with pidfile /run/web.pid
  if failed port 443 using ssl certificate checksum sha1 xyz then alert",
    "
error: `xyz` is no checksum
 --> /etc/monitrc:2:58
  |
2 |   if failed port 443 using ssl certificate checksum sha1 xyz then alert
  |                                                          ^^^
  = a checksum is written in pairs of hexadecimal digits
"
}

err! {
    certificate_valid_less,
    "check process web with pidfile /run/web.pid
  if failed port 443 using ssl certificate valid < 30 days then alert",
    "
error: expected `>`, `greater` or a number, but found `<`
 --> /etc/monitrc:2:50
  |
2 |   if failed port 443 using ssl certificate valid < 30 days then alert
  |                                                  ^
"
}

err! {
    tls_option,
    r#"check process web with pidfile /run/web.pid
  if failed port 443 using ssl with options {verfy: enable} then alert
  if failed port 444 using ssl with options {ciphers: "x"} then alert"#,
    r#"
warning: `ciphers` is not in effect yet
 --> /etc/monitrc:3:46
  |
3 |   if failed port 444 using ssl with options {ciphers: "x"} then alert
  |                                              ^^^^^^^
  = only modern ciphers are spoken at all

error: `verfy` cannot stand here
 --> /etc/monitrc:2:46
  |
2 |   if failed port 443 using ssl with options {verfy: enable} then alert
  |                                              ^^^^^ did you mean `verify`?
"#
}

err! {
    retries,
    "check process web with pidfile /run/web.pid
  if failed port 80 retry 100 then alert",
    "
error: more than 20 tries are not made within one cycle
 --> /etc/monitrc:2:27
  |
2 |   if failed port 80 retry 100 then alert
  |                           ^^^
"
}
