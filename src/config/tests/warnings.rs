//! What is accepted, but not in silence.

use super::said;
use crate::config::Kind;
use crate::config::memory::Memory;

#[test]
fn programs_that_cannot_be_run() {
    let memory = Memory::new(
        "check process web matching web
  start program = \"/opt/web start\"
  stop program = \"/etc stop\"
  restart program = /etc/passwd
  if not exist then exec \"service web start\"
",
    )
    .other("/etc", Kind::Directory)
    .file("/etc/passwd", 0o644, "");
    assert_eq!(
        said(&memory),
        "
warning: the program `/opt/web` cannot be run: No such file or directory
 --> /etc/monitrc:2:19
  |
2 |   start program = \"/opt/web start\"
  |                   ^^^^^^^^^^^^^^^^

warning: `/etc` is a directory, no program
 --> /etc/monitrc:3:18
  |
3 |   stop program = \"/etc stop\"
  |                  ^^^^^^^^^^^

warning: the program `/etc/passwd` is not executable
 --> /etc/monitrc:4:21
  |
4 |   restart program = /etc/passwd
  |                     ^^^^^^^^^^^

warning: the program `service` cannot be run: its path is not absolute
 --> /etc/monitrc:5:26
  |
5 |   if not exist then exec \"service web start\"
  |                          ^^^^^^^^^^^^^^^^^^^
"
    );
}

#[test]
fn lines_ignored_that_nobody_looks_at() {
    let memory = Memory::new("check file log with path /log\n  ignore content = harmless\n");
    assert_eq!(
        said(&memory),
        "
warning: lines are ignored here, but no test looks at any
 --> /etc/monitrc:2:20
  |
2 |   ignore content = harmless
  |                    ^^^^^^^^
"
    );
}

#[test]
fn a_second_password_is_not_shown() {
    let memory = Memory::new("set httpd port 1 allow admin:sesame allow admin:mellon\n");
    assert_eq!(
        said(&memory),
        "
warning: `set httpd` allows the user `admin` twice
 = the first password counts, the other one has no effect
"
    );
}

#[test]
fn the_last_of_two_counts() {
    let memory = Memory::new("set daemon 5\nset daemon 10\n");
    assert_eq!(
        said(&memory),
        "
warning: `set daemon` is given twice
 --> /etc/monitrc:2:5
  |
2 | set daemon 10
  |     ^^^^^^ this one counts
 ::: /etc/monitrc:1:5
  |
1 | set daemon 5
  |     ------ this one has no effect
"
    );
    let memory = Memory::new(
        "check process a matching a\n mode active\ncheck process c matching c\n mode passive\n",
    );
    assert_eq!(said(&memory), "\n");
}

#[test]
fn a_checksum_test_replaces_another() {
    let memory = Memory::new(
        "check file f with path /f\n  if changed checksum then alert\n  \
         if failed sha1 checksum then stop\n",
    );
    assert_eq!(
        said(&memory),
        "
warning: a service has one checksum test
 --> /etc/monitrc:3:3
  |
3 |   if failed sha1 checksum then stop
  |   ^^^^^^^^^^^^^^^^^^^^^^^ this one counts
 ::: /etc/monitrc:2:3
  |
2 |   if changed checksum then alert
  |   ------------------- this one has no effect
"
    );
    assert_eq!(memory.load().unwrap().model.services[0].rules.len(), 2);
}

#[test]
fn every_zero_cycles() {
    assert_eq!(
        said(&Memory::new(
            "check process p matching p\n  every 0 cycles\n"
        )),
        "
warning: `every 0 cycles` means every cycle
 --> /etc/monitrc:2:9
  |
2 |   every 0 cycles
  |         ^
"
    );
}

#[test]
fn a_recovery_is_not_repeated() {
    assert_eq!(
        said(&Memory::new(
            "check file f with path /f
  if failed uid 5 then exec \"/bin/a\" repeat every 300 cycles else exec \"/bin/b\" repeat 2
"
        )),
        "
warning: `repeat` has no effect here: a service recovers once
 --> /etc/monitrc:2:67
  |
2 |   if failed uid 5 then exec \"/bin/a\" repeat every 300 cycles else exec \"/bin/b\" repeat 2
  |                                                                   ^^^^^^^^^^^^^^^^^^^^^^
"
    );
}

#[test]
fn keys_of_a_mail_format_on_one_line() {
    let memory = Memory::new("set mail-format { from: a@box subject: hello }\n");
    assert_eq!(
        said(&memory),
        "
warning: `subject:` is part of the text here
 --> /etc/monitrc:1:25
  |
1 | set mail-format { from: a@box subject: hello }
  |                         ^^^^^^^^^^^^^^^^^^^^
  = each key of a mail format begins a line of its own
"
    );
}

#[test]
fn old_versions_of_tls() {
    let memory = Memory::new(
        "set mailserver a.example.org using tlsv1\ncheck process p matching p\n  \
         if failed port 1 type tcpssl sslv3 then alert\n",
    );
    let said = said(&memory);
    assert!(
        said.contains("warning: `tlsv1` cannot be chosen\n"),
        "{said}"
    );
    assert!(
        said.contains("warning: `sslv3` cannot be chosen\n"),
        "{said}"
    );
}

#[test]
fn a_status_page_for_nobody() {
    assert_eq!(
        said(&Memory::new("set httpd port 2812\n")),
        "
warning: no `allow` says who may use the status page
 --> /etc/monitrc:1:5
  |
1 | set httpd port 2812
  |     ^^^^^
  = for example `allow localhost` or `allow user:password`
"
    );
}

#[test]
fn a_backslash_before_a_quote() {
    let text = r#"check process p matching p
  start program = "/bin/sh -c \"sleep 5\""
"#;
    assert_eq!(
        said(&Memory::new(text)),
        r#"
warning: a backslash does not escape a quote in a program's arguments
 --> /etc/monitrc:2:19
  |
2 |   start program = "/bin/sh -c \"sleep 5\""
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^
  = group arguments by single quotes inside the double ones
"#
    );
}

#[test]
fn letters_that_are_no_utf8() {
    let memory = Memory::new(b"set mail-format { subject: gr\xfcn }\n# gr\xfcn\n".to_vec());
    let said = said(&memory);
    assert!(
        said.starts_with("\nwarning: this is not UTF-8: some letters are lost\n"),
        "{said}"
    );
    let memory = Memory::new(b"set log /var/log/gr\xfcn\n".to_vec());
    let said = super::said(&memory);
    assert!(
        said.starts_with("\nerror: this is not UTF-8: save the file"),
        "{said}"
    );
}

#[test]
fn what_is_not_in_effect_yet() {
    let memory = Memory::new(
        "set eventqueue basedir /var/monit slots 100
set mmonit http://monit:monit@192.168.1.10:8080/collector
set fips
set httpd port 2812 allow @admins
check process p matching p
  if failed port 3306 protocol mysql then alert
  if failed port 25 protocol smtp username a password b then alert
",
    );
    assert_eq!(
        said(&memory),
        "
warning: `set eventqueue` is not in effect yet
 --> /etc/monitrc:1:5
  |
1 | set eventqueue basedir /var/monit slots 100
  |     ^^^^^^^^^^
  = mail that no server takes is kept without it, beside the state file

warning: `set mmonit` is not in effect yet
 --> /etc/monitrc:2:5
  |
2 | set mmonit http://monit:*****@192.168.1.10:8080/collector
  |     ^^^^^^
  = nothing is reported to M/Monit

warning: `set fips` is not in effect yet
 --> /etc/monitrc:3:5
  |
3 | set fips
  |     ^^^^
  = the cryptography in use is not a validated module

warning: `allow @admins` is not in effect yet
 --> /etc/monitrc:4:27
  |
4 | set httpd port 2812 allow @admins
  |                           ^^^^^^^
  = nobody of that group is let in

warning: the dialogue of `protocol mysql` is not in effect yet
 --> /etc/monitrc:6:32
  |
6 |   if failed port 3306 protocol mysql then alert
  |                                ^^^^^
  = the connection alone is tested

warning: `username` of `protocol smtp` is not in effect yet
 --> /etc/monitrc:7:35
  |
7 |   if failed port 25 protocol smtp username a password * then alert
  |                                   ^^^^^^^^
  = the test ends before anybody logs in
"
    );
}

#[test]
fn parentheses_around_a_password() {
    let text = "set httpd port 2812
  allow (u:pa) allow v:(pa)
  allow w:\"pa)\" allow x:p(a) allow (\"y:pa\")
set mailserver h username u password pa), i username u password (\"pa\")
";
    assert_eq!(
        said(&Memory::new(text)),
        "
warning: the parentheses here are no part of the password
 --> /etc/monitrc:2:10
  |
2 |   allow (u:*** allow v:****
  |          ^^^^
  = in quotes they are

warning: the parentheses here are no part of the password
 --> /etc/monitrc:2:22
  |
2 |   allow (u:*** allow v:****
  |                      ^^^^^^
  = in quotes they are

warning: the parentheses here are no part of the password
 --> /etc/monitrc:4:38
  |
4 | set mailserver h username u password ***, i username u password ******
  |                                      ^^
  = in quotes they are
"
    );
}

#[test]
fn what_is_no_network_lets_nobody_in() {
    let text = "set httpd port 2812
  allow 10.0.0.0/33
  allow ZZ.ZZ/24
  allow fe80:1/10
";
    assert_eq!(
        said(&Memory::new(text)),
        "
warning: `33` is no mask of a network: a number up to 32 is
 --> /etc/monitrc:2:9
  |
2 |   allow 10.0.0.0/33
  |         ^^^^^^^^^^^
  = nobody is let in by it

warning: `ZZ.ZZ/24` is no network
 --> /etc/monitrc:3:9
  |
3 |   allow ZZ.ZZ/24
  |         ^^^^^^^^
  = nobody is let in by it

warning: `*********` is no network
 --> /etc/monitrc:4:9
  |
4 |   allow fe80:****
  |         ^^^^^^^^^
  = nobody is let in by it
"
    );
    let hosts = Memory::new(text)
        .load()
        .unwrap()
        .model
        .settings
        .httpd
        .unwrap()
        .access
        .hosts;
    assert_eq!(hosts.len(), 3);
}

#[test]
fn the_last_quote_is_missing() {
    let memory = Memory::new("check process p matching p\n  stop program = \"/bin/x y");
    assert_eq!(
        said(&memory),
        "
warning: this quote is never closed
 --> /etc/monitrc:2:18
  |
2 |   stop program = \"/bin/x y
  |                  ^^^^^^^^^
  = it is taken to end with the file
"
    );
    let stop = memory.load().unwrap().model.services[0]
        .stop
        .clone()
        .unwrap();
    assert_eq!(stop.command_line(), "/bin/x y");
}

#[test]
fn one_test_counts_for_each_rule() {
    let memory = Memory::new(
        "check process p matching p
  if cpu > 50% and total memory > 1 GB and children > 9 for 3 cycles then alert
",
    );
    assert_eq!(
        said(&memory),
        "
warning: this test has no effect: another one follows it
 --> /etc/monitrc:2:3
  |
2 |   if cpu > 50% and total memory > 1 GB and children > 9 for 3 cycles then alert
  |   ^^^^^^^^^^^^
  = of several in one rule the last one counts; write a rule for each

warning: this test has no effect: another one follows it
 --> /etc/monitrc:2:20
  |
2 |   if cpu > 50% and total memory > 1 GB and children > 9 for 3 cycles then alert
  |                    ^^^^^^^^^^^^^^^^^^^
  = of several in one rule the last one counts; write a rule for each
"
    );
    let rules = memory.load().unwrap().model.services[0].rules.clone();
    assert_eq!(rules.len(), 2, "existence, and the last one");
    assert_eq!(rules[1].failed.window.cycles, 3);
}
