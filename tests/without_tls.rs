//! A program that was built without TLS (`--no-default-features`): whoever asks for TLS is told,
//! and everything else is as it was.

use crate::support::Sandbox;
use crate::support::smtp::{MailServer, Manner};

const REFUSAL: &str = "error: this `tend` was built without TLS";

#[test]
fn what_needs_tls_is_refused_with_its_place() {
    let test = Sandbox::new();
    test.write(
        "monitrc",
        "set daemon 5
set mailserver localhost, mail.example.org using tls
set httpd port 2812
  ssl enable pemfile /etc/monit.pem
  allow localhost
check host h with address localhost
  if failed port 443 type tcpssl protocol http then alert
  if failed port 443 protocol https then alert
  if failed port 80 protocol http then alert
",
    );
    test.permit("monitrc", 0o600);
    for arguments in [&["-t"][..], &["-I"], &["--check"]] {
        let outcome = test.tend(arguments);
        assert_ne!(outcome.code, 0, "{arguments:?}: {outcome:?}");
        let told = outcome.stderr;
        assert_eq!(told.matches(REFUSAL).count(), 4, "{arguments:?}: {told}");
        for line in [2, 4, 7, 8] {
            assert!(told.contains(&format!("monitrc:{line}:")), "{line}: {told}");
        }
    }
}

#[test]
fn mail_goes_in_plain_text_only_where_plain_text_was_asked_for() {
    let offers = MailServer::new(Manner::StartTls);
    let plain = MailServer::new(Manner::Sound);
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver localhost port {}, localhost port {}
         set alert ops@example.org
         check process missing with pidfile $DIR/missing.pid
        ",
        offers.port(),
        plain.port()
    ));
    test.start();
    let mail = plain.wait_for("ops@example.org", "Does not exist missing");
    assert_eq!(mail.to, ["ops@example.org"]);
    assert!(offers.mails().is_empty(), "it takes none without TLS");
    test.wait_for_log("530 5.7.0 not like this");
}
