//! What can be wrong with `set`.

use super::err;

err! {
    unknown_setting,
    "set deamon 5",
    "
error: `deamon` cannot stand here
 --> /etc/monitrc:1:5
  |
1 | set deamon 5
  |     ^^^^^^ did you mean `daemon`?
"
}

err! {
    eventqueue_without_directory,
    "set eventqueue slots 5000
set eventqueue basedir var/monit",
    "
error: expected `basedir`, but found `slots`
 --> /etc/monitrc:1:16
  |
1 | set eventqueue slots 5000
  |                ^^^^^

error: `var/monit` is no absolute path
 --> /etc/monitrc:2:24
  |
2 | set eventqueue basedir var/monit
  |                        ^^^^^^^^^ must begin with `/`
"
}

err! {
    daemon_zero,
    "set daemon 0",
    "
error: the poll interval cannot be 0
 --> /etc/monitrc:1:12
  |
1 | set daemon 0
  |            ^
"
}

err! {
    daemon_negative,
    "set daemon -5",
    "
error: expected a number, but found `-5`
 --> /etc/monitrc:1:12
  |
1 | set daemon -5
  |            ^^
"
}

err! {
    daemon_decimal,
    "set daemon 1.5",
    "
error: `1.5` is no whole number
 --> /etc/monitrc:1:12
  |
1 | set daemon 1.5
  |            ^^^
"
}

err! {
    daemon_for_ever,
    "set daemon 99999999999 days",
    "
error: longer than a hundred years
 --> /etc/monitrc:1:12
  |
1 | set daemon 99999999999 days
  |            ^^^^^^^^^^^^^^^^
"
}

err! {
    number_too_large,
    "set daemon 99999999999999999999",
    "
error: a number this large is not possible
 --> /etc/monitrc:1:12
  |
1 | set daemon 99999999999999999999
  |            ^^^^^^^^^^^^^^^^^^^^
"
}

err! {
    relative_path,
    "set pidfile tend.pid",
    "
error: `tend.pid` is no absolute path
 --> /etc/monitrc:1:13
  |
1 | set pidfile tend.pid
  |             ^^^^^^^^ must begin with `/`
"
}

err! {
    facility,
    "set log syslog facility log_deamon",
    "
error: there is no syslog facility `log_deamon`
 --> /etc/monitrc:1:25
  |
1 | set log syslog facility log_deamon
  |                         ^^^^^^^^^^ did you mean `log_daemon`?
"
}

err! {
    limit_unknown,
    "set limits { programmOutput: 5 B }
set daemon 5 minuets",
    "
error: `programmOutput` cannot stand here
 --> /etc/monitrc:1:14
  |
1 | set limits { programmOutput: 5 B }
  |              ^^^^^^^^^^^^^^ did you mean `programOutput`?

error: `minuets` cannot stand here
 --> /etc/monitrc:2:14
  |
2 | set daemon 5 minuets
  |              ^^^^^^^ did you mean `minutes`?
"
}

err! {
    limit_unknown_word,
    "set limits { fileContents: 1 kB }",
    "
error: `fileContents` cannot stand here
 --> /etc/monitrc:1:14
  |
1 | set limits { fileContents: 1 kB }
  |              ^^^^^^^^^^^^
  = possible here: `}`, `programOutput`, `sendExpectBuffer`, `fileContentBuffer`,
    `httpContentBuffer`, `networkTimeout`, `programTimeout`, `execTimeout`,
    `startTimeout`, `stopTimeout` or `restartTimeout`
"
}

err! {
    limit_too_large,
    "set limits { programOutput: 5 GB }",
    "
error: a buffer is 1 B to 64 MB large
 --> /etc/monitrc:1:29
  |
1 | set limits { programOutput: 5 GB }
  |                             ^^^^
"
}

err! {
    limit_zero,
    "set limits { networkTimeout: 0 s }",
    "
error: a time limit of zero leaves no time at all
 --> /etc/monitrc:1:30
  |
1 | set limits { networkTimeout: 0 s }
  |                              ^^^
"
}

err! {
    mail_format_key,
    "set mail-format {
  form: monit@box
  message: set daemon
}
set daemon 5",
    "
error: expected `}`, `from`, `reply-to`, `subject` or `message`, but found `form`
 --> /etc/monitrc:2:3
  |
2 |   form: monit@box
  |   ^^^^ did you mean `from`?
"
}

err! {
    mail_format_key_twice,
    "set mail-format {
  subject: a
  subject: c
}",
    "
error: `subject` is given twice
 --> /etc/monitrc:3:3
  |
3 |   subject: c
  |   ^^^^^^^
"
}

err! {
    mail_format_not_closed,
    "set mail-format { message: hello
set daemon 5",
    "
error: expected `}`, `from`, `reply-to`, `subject` or `message`, but found the end of the file
 --> /etc/monitrc:2:13
  |
2 | set daemon 5
  |             ^
"
}

err! {
    address_without_at,
    "set alert root",
    "
error: `root` is no mail address
 --> /etc/monitrc:1:11
  |
1 | set alert root
  |           ^^^^ like `root@localhost`
"
}

err! {
    event_unknown,
    "set alert root@box on { timeot }",
    "
error: there is no event `timeot`
 --> /etc/monitrc:1:25
  |
1 | set alert root@box on { timeot }
  |                         ^^^^^^ did you mean `timeout`?
"
}

err! {
    event_of_old,
    "set alert root@box on { changed }",
    "
error: there is no event `changed`
 --> /etc/monitrc:1:25
  |
1 | set alert root@box on { changed }
  |                         ^^^^^^^
  = the events of that kind are `checksum`, `size`, `timestamp`, `permission`, `pid` or
    `ppid`
"
}

err! {
    event_far_away,
    "set alert root@box on { bogus }",
    "
error: there is no event `bogus`
 --> /etc/monitrc:1:25
  |
1 | set alert root@box on { bogus }
  |                         ^^^^^
  = events: checksum, resource, timeout, timestamp, size, connection, permission, uid,
    gid, nonexist, invalid, data, exec, fsflags, icmp, content, instance, action, pid,
    ppid, status, uptime, link, speed, saturation, bytein, byteout, packetin, packetout,
    exist
"
}

err! {
    events_none,
    "set alert root@box on { }",
    "
error: no event is named here
 --> /etc/monitrc:1:23
  |
1 | set alert root@box on { }
  |                       ^^^
"
}

err! {
    mailserver_password_missing,
    r#"set mailserver mail.example.org username "me""#,
    r#"
error: `username` and `password` need each other
 --> /etc/monitrc:1:42
  |
1 | set mailserver mail.example.org username "me"
  |                                          ^^^^
"#
}

err! {
    mailserver_without_comma,
    "set mailserver a.example.org b.example.org",
    "
error: `b.example.org` cannot stand here
 --> /etc/monitrc:1:30
  |
1 | set mailserver a.example.org b.example.org
  |                              ^^^^^^^^^^^^^
  = possible here: `port`, `username`, `password`, `timeout`, `hostname`, `certmd5`,
    `certificate`, `tls`, `ssl` or `auto`
"
}

err! {
    mailserver_certificate_without_tls,
    "set mailserver a.example.org certmd5 00112233445566778899aabbccddeeff",
    "
error: without `using ssl` or `using tls` the server shows no certificate
 --> /etc/monitrc:1:30
  |
1 | set mailserver a.example.org certmd5 00112233445566778899aabbccddeeff
  |                              ^^^^^^^
"
}

err! {
    mailserver_port,
    "set mailserver a.example.org port 70000",
    "
error: there is no port 70000
 --> /etc/monitrc:1:35
  |
1 | set mailserver a.example.org port 70000
  |                                   ^^^^^
  = ports are 1 to 65535
"
}

err! {
    mailserver_timeout_zero,
    "set mailserver a.example.org timeout 0 seconds",
    "
error: a time limit of zero leaves no time at all
 --> /etc/monitrc:1:38
  |
1 | set mailserver a.example.org timeout 0 seconds
  |                                      ^^^^^^^^^
"
}

err! {
    httpd_nowhere,
    "set httpd allow localhost",
    "
error: `set httpd` needs a `port` or a `unixsocket` to listen on
 --> /etc/monitrc:1:5
  |
1 | set httpd allow localhost
  |     ^^^^^
"
}

err! {
    httpd_option,
    "set httpd port 2812 alow localhost",
    "
error: `alow` cannot stand here
 --> /etc/monitrc:1:21
  |
1 | set httpd port 2812 alow localhost
  |                     ^^^^ did you mean `allow`?
"
}

err! {
    httpd_port_missing,
    "set httpd port allow localhost",
    "
error: expected a number, but found `allow`
 --> /etc/monitrc:1:16
  |
1 | set httpd port allow localhost
  |                ^^^^^
"
}

err! {
    init_without_poll_interval,
    "set init",
    "
error: `set init` needs a poll interval
 --> /etc/monitrc:1:5
  |
1 | set init
  |     ^^^^
  = add `set daemon SECONDS`, or give it as -d SECONDS
"
}

err! {
    log_in_no_directory,
    "set log /srv/log/tend.log",
    "
error: the log file `/srv/log/tend.log` cannot be written: No such file or directory
 --> /etc/monitrc:1:9
  |
1 | set log /srv/log/tend.log
  |         ^^^^^^^^^^^^^^^^^
"
}

err! {
    httpd_password_missing,
    "set httpd port 2812 allow admin:",
    "
error: there is no password behind the colon
 --> /etc/monitrc:1:27
  |
1 | set httpd port 2812 allow admin:
  |                           ^^^^^^
"
}

err! {
    httpd_group_without_name,
    "set httpd port 2812 allow @",
    "
error: `@` names no group
 --> /etc/monitrc:1:27
  |
1 | set httpd port 2812 allow @
  |                           ^
"
}

err! {
    httpd_read_only_host,
    "set httpd port 2812 allow localhost read-only allow x:y readonly z",
    "
error: `read-only` cannot stand here
 --> /etc/monitrc:1:37
  |
1 | set httpd port 2812 allow localhost read-only allow x:* readonly z
  |                                     ^^^^^^^^^
  = possible here: `port`, `address`, `unixsocket`, `ssl`, `tls`, `pemfile`, `pemchain`,
    `pemkey`, `clientpemfile`, `allowselfcertification`, `signature`, `enable`, `disable`
    or `allow`
"
}

err! {
    httpd_ssl_without_certificate,
    "set httpd port 2812 ssl enable allow localhost",
    "
error: TLS needs a certificate: add `pemfile`, or `pemchain` and `pemkey`
 --> /etc/monitrc:1:21
  |
1 | set httpd port 2812 ssl enable allow localhost
  |                     ^^^
"
}

err! {
    httpd_client_certificates,
    "set httpd port 2812 with ssl { clientpemfile: /x } allow localhost",
    "
error: TLS needs a certificate: add `pemfile`, or `pemchain` and `pemkey`
 --> /etc/monitrc:1:26
  |
1 | set httpd port 2812 with ssl { clientpemfile: /x } allow localhost
  |                          ^^^

error: cannot read the PEM file `/x`: No such file or directory
 --> /etc/monitrc:1:47
  |
1 | set httpd port 2812 with ssl { clientpemfile: /x } allow localhost
  |                                               ^^
"
}

err! {
    httpd_certificate_without_key_file,
    "set httpd port 2812 with ssl { pemchain: /x } allow localhost",
    "
error: a certificate without its key: add `pemkey`
 --> /etc/monitrc:1:42
  |
1 | set httpd port 2812 with ssl { pemchain: /x } allow localhost
  |                                          ^^
"
}

err! {
    httpd_password_file_missing,
    "set httpd port 2812 allow md5 /etc/htpasswd",
    "
error: cannot read the password file `/etc/htpasswd`: No such file or directory
 --> /etc/monitrc:1:31
  |
1 | set httpd port 2812 allow md5 /etc/htpasswd
  |                               ^^^^^^^^^^^^^
"
}

err! {
    eventqueue_slots,
    "set eventqueue basedir /var/monit slots many",
    "
error: expected a number, but found `many`
 --> /etc/monitrc:1:41
  |
1 | set eventqueue basedir /var/monit slots many
  |                                         ^^^^
"
}

err! {
    mmonit_without_url,
    "set mmonit
set daemon 5",
    "
error: expected a URL, but found the end of the statement
 --> /etc/monitrc:1:11
  |
1 | set mmonit
  |           ^
"
}

err! {
    mmonit_other_scheme,
    "set mmonit mmonit.example.com:8080",
    "
error: `mmonit.example.com:8080` is no URL: it must begin with `http://` or `https://`
 --> /etc/monitrc:1:12
  |
1 | set mmonit mmonit.example.com:8080
  |            ^^^^^^^^^^^^^^^^^^^^^^^
  = like `http://user:password@www.example.com:8080/path`
"
}

err! {
    mmonit_register,
    "set mmonit http://a:b@c/collector register without password",
    "
error: expected `credentials`, but found `password`
 --> /etc/monitrc:1:52
  |
1 | set mmonit http://a:*@c/collector register without password
  |                                                    ^^^^^^^^
"
}

err! {
    mmonit_option,
    "set mmonit http://a:b@c/collector slots [a]",
    "
warning: `set mmonit` is not in effect yet
 --> /etc/monitrc:1:5
  |
1 | set mmonit http://a:*@c/collector slots [a]
  |     ^^^^^^
  = nothing is reported to M/Monit

error: `slots` cannot stand here
 --> /etc/monitrc:1:35
  |
1 | set mmonit http://a:*@c/collector slots [a]
  |                                   ^^^^^
  = possible here: `timeout`, `ssl`, `tls`, `certmd5`, `certificate`, `register`,
    `hostgroups`, `set`, `check` or `include`
"
}

err! {
    mmonit_timeout_zero,
    "set mmonit http://a:b@c/collector timeout 0 seconds",
    "
error: a time limit of zero leaves no time at all
 --> /etc/monitrc:1:43
  |
1 | set mmonit http://a:*@c/collector timeout 0 seconds
  |                                           ^^^^^^^^^
"
}

err! {
    fips_with_more,
    "set fips enable",
    "
warning: `set fips` is not in effect yet
 --> /etc/monitrc:1:5
  |
1 | set fips enable
  |     ^^^^
  = the cryptography in use is not a validated module

error: expected `set`, `check` or `include`, but found `enable`
 --> /etc/monitrc:1:10
  |
1 | set fips enable
  |          ^^^^^^
"
}

err! {
    terminal_of_what,
    "set terminal colours",
    "
error: expected `batch`, but found `colours`
 --> /etc/monitrc:1:14
  |
1 | set terminal colours
  |              ^^^^^^^
"
}

err! {
    expectbuffer_zero,
    "set expectbuffer 0",
    "
error: a buffer is 1 B to 64 MB large
 --> /etc/monitrc:1:18
  |
1 | set expectbuffer 0
  |                  ^
"
}

err! {
    limit_program_timeout_zero,
    "set limits { programTimeout: 0 s }",
    "
error: a time limit of zero leaves no time at all
 --> /etc/monitrc:1:30
  |
1 | set limits { programTimeout: 0 s }
  |                              ^^^
"
}

err! {
    httpd_client_certificate_twice,
    "set httpd port 2812 clientpemfile /a clientpemfile /b allow localhost",
    "
error: `clientpemfile` is given twice
 --> /etc/monitrc:1:38
  |
1 | set httpd port 2812 clientpemfile /a clientpemfile /b allow localhost
  |                                      ^^^^^^^^^^^^^
"
}
