//! What a program that was built without TLS says to those who ask for it.

use super::said;
use crate::config::memory::Memory;

fn refused(text: &str) -> String {
    let whole = Memory::new(text).complete();
    assert_eq!(said(&whole), "\n", "with TLS it is right");
    said(&whole.without_tls())
}

#[test]
fn connection_tests() {
    let file = "check host h with address h
  if failed port 443 type tcpssl protocol http then alert
  if failed port 443 protocol https then alert
  if failed port 25 protocol smtp using tls then alert
  if failed url https://h/ then alert
";
    assert_eq!(
        refused(file),
        "
error: this `tend` was built without TLS
 --> /etc/monitrc:2:27
  |
2 |   if failed port 443 type tcpssl protocol http then alert
  |                           ^^^^^^

error: this `tend` was built without TLS
 --> /etc/monitrc:3:31
  |
3 |   if failed port 443 protocol https then alert
  |                               ^^^^^

error: this `tend` was built without TLS
 --> /etc/monitrc:4:41
  |
4 |   if failed port 25 protocol smtp using tls then alert
  |                                         ^^^

error: this `tend` was built without TLS
 --> /etc/monitrc:5:17
  |
5 |   if failed url https://h/ then alert
  |                 ^^^^^^^^^^
"
    );
}

#[test]
fn mail_servers() {
    let file = "set mailserver a, b using tls, c port 465 using ssl\n";
    assert_eq!(
        refused(file),
        "
error: this `tend` was built without TLS
 --> /etc/monitrc:1:27
  |
1 | set mailserver a, b using tls, c port 465 using ssl
  |                           ^^^

error: this `tend` was built without TLS
 --> /etc/monitrc:1:49
  |
1 | set mailserver a, b using tls, c port 465 using ssl
  |                                                 ^^^
"
    );
}

#[test]
fn the_status_page() {
    let file = "set httpd port 1 ssl enable pemfile /x.pem allow localhost\n";
    assert_eq!(
        refused(file),
        "
error: this `tend` was built without TLS
 --> /etc/monitrc:1:18
  |
1 | set httpd port 1 ssl enable pemfile /x.pem allow localhost
  |                  ^^^
"
    );
}

#[test]
fn the_usual_options_have_no_effect() {
    let file = "set ssl { verify: enable }\n";
    assert_eq!(
        refused(file),
        "
warning: this `tend` was built without TLS
 --> /etc/monitrc:1:5
  |
1 | set ssl { verify: enable }
  |     ^^^
  = it has no effect
"
    );
}
