//! Peers: protocols and their options, URLs, addresses, TLS.

use super::err;

err! {
    option_of_another_protocol,
    "check process web with pidfile /run/web.pid
  if failed port 1812 protocol mysql secret x then alert",
    "
error: `secret` needs `protocol radius`
 --> /etc/monitrc:2:38
  |
2 |   if failed port 1812 protocol mysql secret * then alert
  |                                      ^^^^^^
"
}

err! {
    option_without_protocol,
    r#"check process web with pidfile /run/web.pid
  if failed port 5060 target "x" then alert"#,
    r#"
error: `target` needs `protocol sip`
 --> /etc/monitrc:2:23
  |
2 |   if failed port 5060 target "x" then alert
  |                       ^^^^^^
"#
}

err! {
    radius_over_tcp,
    "check process web with pidfile /run/web.pid
  if failed port 1812 protocol radius then alert",
    "
error: `protocol radius` is spoken over UDP
 --> /etc/monitrc:2:32
  |
2 |   if failed port 1812 protocol radius then alert
  |                                ^^^^^^
  = `type udp` asks for it
"
}

err! {
    http_over_udp_by_name,
    "check process web with pidfile /run/web.pid
  if failed port 80 type udp protocol https then alert",
    "
error: TLS cannot be had over UDP
 --> /etc/monitrc:2:39
  |
2 |   if failed port 80 type udp protocol https then alert
  |                                       ^^^^^
 ::: /etc/monitrc:2:21
  |
2 |   if failed port 80 type udp protocol https then alert
  |                     ---- asks for UDP
"
}

err! {
    maxforward_too_large,
    "check process web with pidfile /run/web.pid
  if failed port 5060 type udp protocol sip maxforward 300 then alert",
    "
error: a message is forwarded at most 255 times
 --> /etc/monitrc:2:56
  |
2 |   if failed port 5060 type udp protocol sip maxforward 300 then alert
  |                                                        ^^^
"
}

err! {
    maxforward_no_number,
    "check process web with pidfile /run/web.pid
  if failed port 5060 type udp protocol sip maxforward many then alert",
    "
error: expected a number, but found `many`
 --> /etc/monitrc:2:56
  |
2 |   if failed port 5060 type udp protocol sip maxforward many then alert
  |                                                        ^^^^
"
}

err! {
    rsakey_without_checksum,
    "check process web with pidfile /run/web.pid
  if failed port 3306 protocol mysql rsakey 00112233 then alert",
    "
error: expected `checksum`, but found `00112233`
 --> /etc/monitrc:2:45
  |
2 |   if failed port 3306 protocol mysql rsakey 00112233 then alert
  |                                             ^^^^^^^^
"
}

err! {
    apache_limit_without_number,
    "check process web with pidfile /run/web.pid
  if failed port 80 protocol apache-status loglimit > then alert",
    "
error: expected a number, but found `then`
 --> /etc/monitrc:2:55
  |
2 |   if failed port 80 protocol apache-status loglimit > then alert
  |                                                       ^^^^
"
}

err! {
    protocol_missing,
    "check process web with pidfile /run/web.pid
  if failed port 80 protocol
  group www",
    "
error: expected the name of a protocol, but found the end of the statement
 --> /etc/monitrc:2:29
  |
2 |   if failed port 80 protocol
  |                             ^
"
}

err! {
    protocol_twice,
    "check process web with pidfile /run/web.pid
  if failed port 80 protocol ssh protocol ftp then alert",
    "
error: `protocol` is given twice
 --> /etc/monitrc:2:34
  |
2 |   if failed port 80 protocol ssh protocol ftp then alert
  |                                  ^^^^^^^^
"
}

err! {
    url_of_another_scheme,
    "check process web with pidfile /run/web.pid
  if failed url ftp://example.com/ then alert",
    "
error: `ftp://example.com/` is no URL: only http and https are spoken
 --> /etc/monitrc:2:17
  |
2 |   if failed url ftp://example.com/ then alert
  |                 ^^^^^^^^^^^^^^^^^^
  = like `http://user:password@www.example.com:8080/path`
"
}

err! {
    url_without_scheme,
    "check process web with pidfile /run/web.pid
  if failed url www.example.com then alert",
    "
error: `www.example.com` is no URL: it must begin with `http://` or `https://`
 --> /etc/monitrc:2:17
  |
2 |   if failed url www.example.com then alert
  |                 ^^^^^^^^^^^^^^^
  = like `http://user:password@www.example.com:8080/path`
"
}

err! {
    url_without_host,
    "check process web with pidfile /run/web.pid
  if failed url http:///index.html then alert",
    "
error: `http:///index.html` is no URL: it names no host
 --> /etc/monitrc:2:17
  |
2 |   if failed url http:///index.html then alert
  |                 ^^^^^^^^^^^^^^^^^^
  = like `http://user:password@www.example.com:8080/path`
"
}

err! {
    url_with_a_wrong_port,
    "check process web with pidfile /run/web.pid
  if failed url http://example.com:99999/ then alert",
    "
error: `http://example.com:99999/` is no URL: ports are 1 to 65535
 --> /etc/monitrc:2:17
  |
2 |   if failed url http://example.com:99999/ then alert
  |                 ^^^^^^^^^^^^^^^^^^^^^^^^^
  = like `http://user:password@www.example.com:8080/path`
"
}

err! {
    url_and_port,
    "check process web with pidfile /run/web.pid
  if failed url http://example.com/ port 80 then alert",
    "
error: `port` is given twice
 --> /etc/monitrc:2:37
  |
2 |   if failed url http://example.com/ port 80 then alert
  |                                     ^^^^
"
}

err! {
    address_by_name,
    "check process web with pidfile /run/web.pid
  if failed port 80 address localhost then alert",
    "
error: `localhost` is no IP address
 --> /etc/monitrc:2:29
  |
2 |   if failed port 80 address localhost then alert
  |                             ^^^^^^^^^
"
}

err! {
    both_families,
    "check process web with pidfile /run/web.pid
  if failed port 80 ipv4 ipv6 then alert",
    "
error: `ipv4` and `ipv6` exclude each other
 --> /etc/monitrc:2:26
  |
2 |   if failed port 80 ipv4 ipv6 then alert
  |                          ^^^^
  = without either of them both are tried
"
}

err! {
    unix_socket_with_family,
    "check process web with pidfile /run/web.pid
  if failed unixsocket /run/x ipv6 then alert",
    "
error: a Unix socket has no address
 --> /etc/monitrc:2:24
  |
2 |   if failed unixsocket /run/x ipv6 then alert
  |                        ^^^^^^
"
}

err! {
    response_time_twice,
    "check process web with pidfile /run/web.pid
  if failed port 80 responsetime 1 s responsetime 2 s then alert",
    "
error: `responsetime` is given twice
 --> /etc/monitrc:2:38
  |
2 |   if failed port 80 responsetime 1 s responsetime 2 s then alert
  |                                      ^^^^^^^^^^^^
"
}

err! {
    response_time_zero,
    "check process web with pidfile /run/web.pid
  if failed port 80 responsetime < 0 ms then alert",
    "
error: a time limit of zero leaves no time at all
 --> /etc/monitrc:2:36
  |
2 |   if failed port 80 responsetime < 0 ms then alert
  |                                    ^^^^
"
}

err! {
    certificate_valid_without_days,
    "check process web with pidfile /run/web.pid
  if failed port 443 certificate valid for 3 weeks then alert",
    "
error: expected `days`, but found `weeks`
 --> /etc/monitrc:2:46
  |
2 |   if failed port 443 certificate valid for 3 weeks then alert
  |                                              ^^^^^
"
}

err! {
    certificate_valid_zero,
    "check process web with pidfile /run/web.pid
  if failed port 443 certificate valid > 0 days then alert",
    "
error: the number of days cannot be 0
 --> /etc/monitrc:2:42
  |
2 |   if failed port 443 certificate valid > 0 days then alert
  |                                          ^
"
}

err! {
    certificate_of_nothing,
    "check process web with pidfile /run/web.pid
  if failed port 443 certificate expires then alert",
    "
error: expected `valid` or `checksum`, but found `expires`
 --> /etc/monitrc:2:34
  |
2 |   if failed port 443 certificate expires then alert
  |                                  ^^^^^^^
"
}

err! {
    version_unknown,
    "set ssl { version: tlsv14 }",
    "
error: `tlsv14` is no version of TLS
 --> /etc/monitrc:1:20
  |
1 | set ssl { version: tlsv14 }
  |                    ^^^^^^
  = like `auto`, `tlsv12 tlsv13` or `auto -tlsv12`
"
}

err! {
    no_version_left,
    "set ssl { version: auto -tlsv12 -tlsv13 }",
    "
error: no version of TLS is left
 --> /etc/monitrc:1:20
  |
1 | set ssl { version: auto -tlsv12 -tlsv13 }
  |                    ^^^^^^^^^^^^^^^^^^^^
  = TLS 1.2 and 1.3 are spoken
"
}

err! {
    tls_option_twice,
    "set ssl { verify: enable verify: disable }",
    "
error: `verify` is given twice
 --> /etc/monitrc:1:26
  |
1 | set ssl { verify: enable verify: disable }
  |                          ^^^^^^
"
}

err! {
    tls_verify_word,
    "set tls { verify: maybe }",
    "
error: expected `enable` or `disable`, but found `maybe`
 --> /etc/monitrc:1:19
  |
1 | set tls { verify: maybe }
  |                   ^^^^^
"
}

err! {
    tls_selfsigned_word,
    "set tls { selfsigned: enable }",
    "
error: expected `allow` or `reject`, but found `enable`
 --> /etc/monitrc:1:23
  |
1 | set tls { selfsigned: enable }
  |                       ^^^^^^
"
}

err! {
    tls_without_block,
    "set ssl enable",
    "
error: expected `options` or `{`, but found `enable`
 --> /etc/monitrc:1:9
  |
1 | set ssl enable
  |         ^^^^^^
"
}

err! {
    tls_block_never_closed,
    "set ssl { verify: enable
set daemon 5",
    "
error: the statement ends too early
 --> /etc/monitrc:1:25
  |
1 | set ssl { verify: enable
  |                         ^
  = possible here: `}`, `verify`, `selfsigned`, `version`, `ciphers`, `pemfile`,
    `pemchain`, `pemkey`, `clientpemfile`, `cacertificatefile` or `cacertificatepath`
"
}

err! {
    tls_path_relative,
    "set ssl { clientpemfile: client.pem }",
    "
error: `client.pem` is no absolute path
 --> /etc/monitrc:1:26
  |
1 | set ssl { clientpemfile: client.pem }
  |                          ^^^^^^^^^^ must begin with `/`
"
}

err! {
    authorities_missing,
    "set ssl { cacertificatefile: /etc/ca.pem cacertificatepath: /etc/ca }",
    "
error: cannot read the PEM file `/etc/ca.pem`: No such file or directory
 --> /etc/monitrc:1:30
  |
1 | set ssl { cacertificatefile: /etc/ca.pem cacertificatepath: /etc/ca }
  |                              ^^^^^^^^^^^

error: cannot look into `/etc/ca`: No such file or directory
 --> /etc/monitrc:1:61
  |
1 | set ssl { cacertificatefile: /etc/ca.pem cacertificatepath: /etc/ca }
  |                                                             ^^^^^^^
"
}

err! {
    authorities_in_no_directory,
    "set ssl { cacertificatepath: /bin/sh }",
    "
error: cannot look into `/bin/sh`: it is no directory
 --> /etc/monitrc:1:30
  |
1 | set ssl { cacertificatepath: /bin/sh }
  |                              ^^^^^^^
"
}

err! {
    client_certificate_missing,
    "check process web with pidfile /run/web.pid
  if failed port 443 with ssl { clientpemfile: /etc/client.pem } then alert",
    "
error: cannot read the PEM file `/etc/client.pem`: No such file or directory
 --> /etc/monitrc:2:48
  |
2 |   if failed port 443 with ssl { clientpemfile: /etc/client.pem } then alert
  |                                                ^^^^^^^^^^^^^^^
"
}

err! {
    mail_server_authorities_missing,
    "set mailserver a using ssl { cacertificatefile: /etc/ca.pem }",
    "
error: cannot read the PEM file `/etc/ca.pem`: No such file or directory
 --> /etc/monitrc:1:49
  |
1 | set mailserver a using ssl { cacertificatefile: /etc/ca.pem }
  |                                                 ^^^^^^^^^^^
"
}

err! {
    mail_server_version,
    "set mailserver a using tlsv14",
    "
error: `tlsv14` cannot stand here
 --> /etc/monitrc:1:24
  |
1 | set mailserver a using tlsv14
  |                        ^^^^^^
  = possible here: `port`, `username`, `password`, `timeout`, `hostname`, `certmd5`,
    `certificate`, `tls`, `ssl` or `auto`
"
}
