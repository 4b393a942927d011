//! Telling the owner: what a mail says, which server takes it, and that none is lost.

use std::net::TcpListener;

use crate::support::daemon::check;
use crate::support::peer::free_port;
use crate::support::smtp::{Mail, MailServer, Manner};
use crate::support::{Sandbox, eventually};

/// The format of the control file this program was first written for.
const SEED_FORMAT: &str = "
    set mail-format {
       from: monit@mail.aconus.com
       subject: $SERVICE $EVENT at $DATE
       message: Monit $ACTION $SERVICE at $DATE on $HOST.
             Yours sincerely,
             monit
    }
    set alert oyaji@mail.aconus.com
";

/// A file that is not there: one alert, and no program to run.
const MISSING: &str = "check file missing with path $DIR/missing\n";

#[test]
fn a_mail_about_a_killed_daemon_has_the_seeds_format() {
    let server = MailServer::new(Manner::Sound);
    let mut test = Sandbox::new().daemon("apache").monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {}
         {SEED_FORMAT} {}",
        server.port(),
        check("apache")
    ));
    test.start();
    server.wait_for("oyaji@mail.aconus.com", "apache Exists at ");
    let before = server.mails().len();
    test.kill("apache");
    eventually("mails about its death and return", || {
        let mails = server.mails();
        let mut subjects = mails[before..]
            .iter()
            .filter_map(|mail| mail.field("Subject"));
        subjects.any(|subject| subject.starts_with("apache Exists at "))
    });
    let mails = server.mails();
    let death = mails[before..]
        .iter()
        .find(|mail| {
            mail.field("Subject")
                .is_some_and(|s| s.contains("Does not exist"))
        })
        .expect("told before the return");
    assert_eq!(death.from, "monit@mail.aconus.com");
    assert_eq!(death.field("From"), Some("monit@mail.aconus.com"));
    assert_eq!(death.field("To"), Some("oyaji@mail.aconus.com"));
    let subject = death.field("Subject").expect("every mail has one");
    let date = subject
        .strip_prefix("apache Does not exist at ")
        .expect("the subject of the format");
    assert_eq!(
        date.split(' ').count(),
        5,
        "`Sun, 22 Nov 2026 07:02:05`: {date}"
    );
    let lines: Vec<&str> = death.body().lines().map(str::trim).collect();
    assert!(
        lines[0].starts_with(&format!("Monit restart apache at {date} on ")),
        "{lines:?}"
    );
    assert_eq!(lines[1..3], ["Yours sincerely,", "monit"]);
    well_formed(death);
}

#[test]
fn without_a_format_a_mail_says_all_there_is() {
    let server = MailServer::new(Manner::Sound);
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {}
         set alert ops@example.org
         {MISSING}",
        server.port()
    ));
    test.start();
    let mail = server.wait_for("ops@example.org", "Does not exist missing");
    let field = |name: &str| mail.field(name).unwrap_or_default().to_owned();
    assert!(field("Subject").ends_with("alert --  Does not exist missing"));
    let body = mail.body();
    assert!(body.starts_with("Does not exist: missing\n"), "{body}");
    for label in ["\tDate:        ", "\tAction:      ", "\tHost:        "] {
        assert!(body.contains(label), "{body}");
    }
    assert!(
        body.contains("\tDescription: file doesn't exist\n"),
        "{body}"
    );
    well_formed(&mail);
}

#[test]
fn the_next_server_is_used_when_one_fails() {
    let manners = [
        Manner::SilentFromTheStart,
        Manner::ClosesInTheMiddle,
        Manner::SilentAfterMessage,
    ];
    for manner in manners {
        let (first, second) = (MailServer::new(manner), MailServer::new(Manner::Sound));
        let mut test = Sandbox::new().monitrc(&format!(
            "set daemon 1
             set mailserver 127.0.0.1 port {}, 127.0.0.1 port {} with timeout 2 seconds
             set alert ops@example.org
             {MISSING}",
            first.port(),
            second.port()
        ));
        test.start();
        second.wait_for("ops@example.org", "Does not exist missing");
        assert!(first.connections() > 0, "{manner:?}: tried in order");
    }
}

#[test]
fn a_closed_port_is_no_reason_to_lose_a_mail() {
    let port = free_port();
    let server = MailServer::new(Manner::Sound);
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {port}, localhost port {}
         set alert ops@example.org
         {MISSING}",
        server.port()
    ));
    test.start();
    server.wait_for("ops@example.org", "Does not exist missing");
}

#[test]
fn a_recipient_nobody_takes_holds_up_no_other() {
    let server = MailServer::new(Manner::RefusesRecipients);
    let other = MailServer::new(Manner::Sound);
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {}, 127.0.0.1 port {}
         set alert ops@example.org
         {}",
        server.port(),
        other.port(),
        check("web")
    ));
    test.start();
    eventually("the refusing server was asked", || server.connections() > 0);
    test.kill("web");
    test.wait_for_log("no such user here");
}

#[test]
fn what_no_server_takes_is_kept_over_a_kill_and_delivered_later() {
    let port = free_port();
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {port} with timeout 1 second
         set alert ops@example.org but not on {{ instance }}
         {MISSING}"
    ));
    test.start();
    test.wait_for_log("no mail server is available");
    eventually("it is on disk", || {
        let queue = std::fs::metadata(test.path("state.mail"));
        queue.is_ok_and(|queue| queue.len() > 0)
    });
    test.end("KILL");
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is still free");
    let server = MailServer::on(listener, Manner::Sound);
    test.write("missing", "here again");
    test.start();
    let mail = server.wait_for("ops@example.org", "Does not exist missing");
    assert!(mail.body().contains("file doesn't exist"));
    assert_eq!(test.end("TERM"), 0);
    let deaths = server.mails().into_iter().filter(|mail| {
        let subject = mail.field("Subject");
        subject.is_some_and(|subject| subject.contains("Does not exist"))
    });
    assert_eq!(deaths.count(), 1, "once, not twice");
}

/// The service, its recipient and the old server are gone from the control file meanwhile.
#[test]
fn a_mail_about_a_service_that_is_gone_is_delivered() {
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {} with timeout 1 second
         {MISSING}
           alert ann@example.org",
        free_port()
    ));
    test.start();
    test.wait_for_log("no mail server is available");
    assert_eq!(test.end("TERM"), 0);
    let server = MailServer::new(Manner::Sound);
    test.rewrite_monitrc(&format!(
        "set daemon 1\nset mailserver 127.0.0.1 port {}\n",
        server.port()
    ));
    test.start();
    server.wait_for("ann@example.org", "Does not exist missing");
}

#[test]
fn a_hanging_mail_server_delays_no_restart() {
    let server = MailServer::new(Manner::SilentFromTheStart);
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {} with timeout 1000 seconds
         set alert ops@example.org
         {}",
        server.port(),
        check("web")
    ));
    test.start();
    eventually("the server hangs", || server.connections() > 0);
    for _ in 0..3 {
        test.kill("web");
    }
    assert_eq!(test.end("TERM"), 0, "and no stop");
}

#[test]
fn two_hundred_alerts_travel_together() {
    let server = MailServer::new(Manner::Sound);
    let checks: String = (0..200)
        .map(|n| format!("check file missing{n} with path $DIR/missing{n}\n"))
        .collect();
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {}
         set alert ops@example.org on {{ nonexist }}
         {checks}",
        server.port()
    ));
    test.start();
    eventually("all are there", || server.mails().len() >= 200);
    let mut subjects: Vec<String> = server
        .mails()
        .iter()
        .filter_map(|mail| mail.field("Subject").map(str::to_owned))
        .collect();
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), 200, "each once");
    assert!(
        server.connections() <= 2,
        "{} connections",
        server.connections()
    );
    let mut ids: Vec<String> = server
        .mails()
        .iter()
        .filter_map(|mail| mail.field("Message-ID").map(str::to_owned))
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 200, "each Message-ID is its own");
}

#[test]
fn a_restart_limit_is_told_to_the_phone() {
    let server = MailServer::new(Manner::Sound);
    let mut test = Sandbox::new().broken_daemon("flap").monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {}
         {SEED_FORMAT}
         check process flap with pidfile $DIR/flap.pid
           start program = \"$DIR/flap start\" with timeout 1 second
           if 5 restarts within 5 cycles then timeout
           alert xxxxxx@docomo.ne.jp on {{ timeout }}
        ",
        server.port()
    ));
    test.start();
    let mail = server.wait_for("xxxxxx@docomo.ne.jp", "flap Timeout at ");
    assert!(
        mail.body().starts_with("Monit unmonitor flap at "),
        "{}",
        mail.body()
    );
    server.wait_for("oyaji@mail.aconus.com", "flap Timeout at ");
    let others = server.mails().into_iter().filter(|mail| {
        let subject = mail.field("Subject").unwrap_or_default();
        mail.to.iter().any(|to| to == "xxxxxx@docomo.ne.jp") && !subject.contains("Timeout")
    });
    assert_eq!(others.count(), 0, "the phone wants nothing else");
}

#[test]
fn filters_decide_who_hears_what() {
    let server = MailServer::new(Manner::Sound);
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {}
         set alert all@example.org
         set alert some@example.org only on {{ permission }}
         set alert most@example.org but not on {{ instance, permission }}
         {MISSING}
           noalert all@example.org
         check file page with path $DIR/page
           if failed permission 644 then alert
        ",
        server.port()
    ));
    test.write("page", "hello");
    test.permit("page", 0o600);
    test.start();
    server.wait_for("all@example.org", "Permission failed page");
    server.wait_for("some@example.org", "Permission failed page");
    server.wait_for("most@example.org", "Does not exist missing");
    server.wait_for("all@example.org", "instance changed");
    test.permit("page", 0o644);
    server.wait_for("some@example.org", "Permission succeeded page");
    for mail in server.mails() {
        let subject = mail.field("Subject").unwrap_or_default();
        let to = mail.to[0].as_str();
        let unwanted = match to {
            "all@example.org" => subject.contains("missing"),
            "some@example.org" => !subject.contains("Permission"),
            _ => subject.contains("Permission") || subject.contains("instance"),
        };
        assert!(!unwanted, "{to} got {subject:?}");
    }
}

#[test]
fn a_reminder_comes_again() {
    let server = MailServer::new(Manner::Sound);
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {}
         set alert once@example.org on {{ nonexist }}
         set alert again@example.org on {{ nonexist }} with reminder on 2 cycles
         {MISSING}",
        server.port()
    ));
    test.start();
    let count = |who: &str| {
        let mails = server.mails();
        mails.iter().filter(|mail| mail.to[0] == who).count()
    };
    eventually("three mails for one", || count("again@example.org") >= 3);
    assert_eq!(count("once@example.org"), 1);
}

#[cfg(feature = "tls")]
#[test]
fn a_password_is_sent_to_a_proven_server_only() {
    let server = MailServer::new(Manner::StartTls);
    let trusting = MailServer::new(Manner::Implicit);
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver localhost port {} username \"u\" password \"p\" using tls,
             localhost port {} username \"me@example.org\" password \"open sesame\"
               using ssl with options {{ verify: disable }}
         set alert ops@example.org
         {MISSING}",
        server.port(),
        trusting.port()
    ));
    test.start();
    let mail = trusting.wait_for("ops@example.org", "Does not exist missing");
    assert!(mail.encrypted);
    let auth = mail.auth.expect("it was asked to");
    // \0me@example.org\0open sesame, or its parts, in base64.
    let plain = auth.contains("AG1lQGV4YW1wbGUub3JnAG9wZW4gc2VzYW1l");
    let login = auth.contains("bWVAZXhhbXBsZS5vcmc=") && auth.contains("b3BlbiBzZXNhbWU=");
    assert!(plain || login, "{auth}");
    assert!(server.connections() > 0, "it was tried first");
    assert!(
        server.mails().is_empty(),
        "a self-signed stranger gets neither password nor mail"
    );
    let log = test.log();
    assert!(
        !log.contains("open sesame") && !log.contains("b3BlbiBz"),
        "{log}"
    );
}

#[cfg(feature = "tls")]
#[test]
fn starttls_without_a_password_needs_no_known_authority() {
    let server = MailServer::new(Manner::StartTls);
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver localhost port {} using tls
         set alert ops@example.org
         {MISSING}",
        server.port()
    ));
    test.start();
    let mail = server.wait_for("ops@example.org", "Does not exist missing");
    assert!(mail.encrypted);
}

#[test]
fn a_login_is_made_where_one_is_wanted() {
    let server = MailServer::new(Manner::WantsAuth);
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set mailserver localhost port {} username \"u\" password \"p\"
         set alert ops@example.org
         {MISSING}",
        server.port()
    ));
    test.start();
    let mail = server.wait_for("ops@example.org", "Does not exist missing");
    assert!(mail.auth.is_some());
}

#[test]
fn no_text_of_a_service_becomes_a_header_or_a_command() {
    let server = MailServer::new(Manner::Sound);
    let mut test = Sandbox::new()
        .script(
            "web",
            "start) printf 'a\\r\\n.\\r\\nRCPT TO:<evil@example.org>\\r\\n' >&2; exit 1;;",
        )
        .monitrc(&format!(
            "set daemon 1
             set mailserver 127.0.0.1 port {}
             set alert ops@example.org
             set mail-format {{ subject: $SERVICE $DESCRIPTION }}
             check process web with pidfile $DIR/web.pid
               start program = \"$DIR/web start\" with timeout 1 second
               if 2 restarts within 2 cycles then unmonitor
            ",
            server.port()
        ));
    test.start();
    eventually("all mails are there", || server.mails().len() >= 4);
    for mail in server.mails() {
        assert_eq!(mail.to, ["ops@example.org"]);
        let head = mail.content.split("\n\n").next().unwrap_or_default();
        assert!(!head.contains("\nRCPT"), "{head}");
    }
}

/// What every mail must have, whatever its format.
fn well_formed(mail: &Mail) {
    for name in [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
    ] {
        assert!(mail.field(name).is_some(), "no {name}:\n{}", mail.content);
    }
    let content_type = mail
        .field("Content-Type")
        .unwrap_or_default()
        .to_lowercase();
    assert!(content_type.starts_with("text/plain"), "{content_type}");
}
