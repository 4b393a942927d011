//! The control file this program must work with.

use std::time::Duration;

use crate::config::memory::Memory;
use crate::model::{
    Action, Allow, ChecksumKind, Destination, Model, Protocol, Subject, Test, Transport,
};

const SEED: &str = include_str!("../../../tests/data/monitrc-apache-postfix");

fn whole_machine() -> Memory {
    let pem = "-----BEGIN CERTIFICATE-----\n-----BEGIN RSA PRIVATE KEY-----\n";
    Memory::new(SEED)
        .file("/usr/local/certs/monit.pem", 0o700, pem)
        .file("/etc/init.d/apache2", 0o755, "")
        .file("/etc/init.d/postfix", 0o755, "")
}

fn model() -> Model {
    let loaded = whole_machine().load().unwrap();
    assert_eq!(loaded.warnings, [""; 0]);
    loaded.model
}

#[test]
fn the_seed_reports_just_what_is_missing() {
    let report = Memory::new(SEED).load().unwrap_err();
    assert_eq!(
        format!("\n{report}"),
        r#"
warning: the program `/etc/init.d/apache2` cannot be run: No such file or directory
  --> /etc/monitrc:21:19
   |
21 |   start program = "/etc/init.d/apache2 start"
   |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^

warning: the program `/etc/init.d/apache2` cannot be run: No such file or directory
  --> /etc/monitrc:22:18
   |
22 |   stop program = "/etc/init.d/apache2 stop"
   |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^

warning: the program `/etc/init.d/postfix` cannot be run: No such file or directory
  --> /etc/monitrc:37:19
   |
37 |   start program = "/etc/init.d/postfix start"
   |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^

warning: the program `/etc/init.d/postfix` cannot be run: No such file or directory
  --> /etc/monitrc:38:18
   |
38 |   stop program = "/etc/init.d/postfix stop"
   |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^

error: cannot read the PEM file `/usr/local/certs/monit.pem`: No such file or directory
  --> /etc/monitrc:15:13
   |
15 |     pemfile /usr/local/certs/monit.pem
   |             ^^^^^^^^^^^^^^^^^^^^^^^^^^
"#
    );
}

#[test]
fn the_settings_of_the_seed() {
    let settings = model().settings;
    assert_eq!(settings.poll, Some(Duration::from_secs(120)));
    let servers: Vec<_> = settings
        .mail_servers
        .iter()
        .map(|s| (&*s.host, s.port))
        .collect();
    let expected = [
        ("mail.aconus.com", 25),
        ("mail.example.com", 10025),
        ("localhost", 25),
    ];
    assert_eq!(servers, expected);
    assert!(
        settings
            .mail_servers
            .iter()
            .all(|s| s.timeout == Duration::from_secs(15))
    );
    assert_eq!(
        settings.mail_format.subject.as_deref(),
        Some("$SERVICE $EVENT at $DATE")
    );
    assert_eq!(
        settings.mail_format.message.as_deref(),
        Some(
            "Monit $ACTION $SERVICE at $DATE on $HOST.\n         Yours sincerely,\n         monit"
        )
    );
    let httpd = settings.httpd.unwrap();
    let address = httpd.address.unwrap();
    assert_eq!(
        (address.host.as_deref(), address.port),
        (Some("localhost"), 2812)
    );
    assert_eq!(&*address.tls.unwrap().chain, "/usr/local/certs/monit.pem");
    assert_eq!(httpd.access.hosts.len(), 2);
    assert_eq!(httpd.access.hosts[0], Allow::Name("localhost".into()));
    let user = &httpd.access.credentials[0];
    assert_eq!((&*user.user, &*user.password), ("oyaji", "hogehoge"));
}

#[test]
fn the_services_of_the_seed() {
    let model = model();
    let names: Vec<_> = model.services.iter().map(|s| &*s.name).collect();
    assert_eq!(names, ["apache", "postfix", "box"]);
    assert_eq!(model.services[2].subject, Subject::System);
    let apache = &model.services[0];
    assert_eq!(
        apache.start.as_ref().unwrap().command_line(),
        "/etc/init.d/apache2 start"
    );
    assert_eq!(
        apache.start.as_ref().unwrap().terms.timeout,
        Duration::from_secs(30)
    );
    assert_eq!(apache.restart_limits[0].action, Action::Unmonitor);
    assert_eq!(&*apache.alerts()[0].address, "xxxxxx@docomo.ne.jp");
    assert_eq!(apache.rules.len(), 5);
    assert_eq!(apache.rules[0].test, Test::NotExist);
    let Test::Connection(tls) = &apache.rules[2].test else {
        panic!("{:?}", apache.rules[2]);
    };
    let connection = &tls.connection;
    let host = "192.168.1.100".into();
    assert_eq!(
        connection.destination,
        Destination::Host { host, port: 443 }
    );
    assert_eq!(connection.transport, Transport::Tcp);
    let pin = connection.tls.as_ref().unwrap().pin.as_ref().unwrap();
    assert_eq!((pin.kind, pin.digest[15]), (ChecksumKind::Md5, 0xef));
    let Protocol::Http(http) = &connection.protocol else {
        panic!("{connection:?}");
    };
    assert_eq!(&*http.request, "/index.html");
    assert_eq!(connection.timeout, Duration::from_secs(5));
}
