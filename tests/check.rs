//! `tend --check`: one pass over everything, for cron.

use crate::support::daemon::check;
use crate::support::smtp::{MailServer, Manner};
use crate::support::{Sandbox, eventually, process};

#[test]
fn a_pass_repairs_what_failed() {
    let test = Sandbox::new().daemon("web").monitrc(&check("web"));
    let first = test.tend(&["--check"]);
    assert_eq!(first.code, 0, "it was missing and is well again: {first:?}");
    assert!(
        first.stderr.contains("'web' process is not running"),
        "{first:?}"
    );
    let pid = test.wait_for_process("web.pid", None);
    let second = test.tend(&["--check"]);
    assert_eq!(second.code, 0, "{second:?}");
    let line = second.stdout.lines().find(|line| line.contains("web"));
    assert!(line.is_some_and(|line| line.contains("OK")), "{second:?}");
    process::signal(pid, "KILL");
    eventually("the process has ended", || !process::is_running(pid));
    assert_eq!(test.tend(&["--check"]).code, 0);
    test.wait_for_process("web.pid", Some(pid));
    assert!(!test.path("tend.pid").exists(), "no daemon stays");
}

#[test]
fn a_dry_run_says_what_it_would_do_and_does_nothing() {
    let server = MailServer::new(Manner::Sound);
    let test = Sandbox::new().daemon("web").monitrc(&format!(
        "set mailserver 127.0.0.1 port {}
         set alert ops@example.org
         {}",
        server.port(),
        check("web")
    ));
    let outcome = test.tend(&["--check", "--dry-run"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stdout.contains("web start"), "{outcome:?}");
    assert_eq!(test.calls("web", "start"), 0);
    assert_eq!(server.connections(), 0);
    // Nor does it remember: the next, real pass is the first.
    assert_eq!(test.tend(&["--check"]).code, 0);
    test.wait_for_process("web.pid", None);
}

#[test]
fn what_a_pass_cannot_repair_is_its_exit_code() {
    let test = Sandbox::new().monitrc("check file missing with path $DIR/missing\n");
    for _ in 0..2 {
        let outcome = test.tend(&["--check"]);
        assert_eq!(outcome.code, 1, "{outcome:?}");
        let line = outcome
            .stdout
            .lines()
            .find(|line| line.starts_with("missing"));
        assert!(
            line.is_some_and(|line| line.contains("Does not exist")),
            "{outcome:?}"
        );
    }
    test.write("missing", "here");
    assert_eq!(test.tend(&["--check"]).code, 0);
}

#[test]
fn a_wrong_control_file_is_another_exit_code() {
    let test = Sandbox::new().monitrc("check proces web with pidfile $DIR/web.pid\n");
    let outcome = test.tend(&["--check"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(outcome.stderr.contains("monitrc:1:"), "{outcome:?}");
    assert_eq!(test.run(&["-c", "nowhere", "--check"]).code, 2);
}

#[test]
fn passes_remember_each_other() {
    let server = MailServer::new(Manner::Sound);
    let test = Sandbox::new().broken_daemon("flap").monitrc(&format!(
        "set mailserver 127.0.0.1 port {}
         set alert ops@example.org
         check process flap with pidfile $DIR/flap.pid
           start program = \"$DIR/flap start\" with timeout 1 second
           if 3 restarts within 3 cycles then unmonitor
        ",
        server.port()
    ));
    for _ in 0..6 {
        test.tend(&["--check"]);
    }
    assert_eq!(test.log_count("'flap' start: "), 3);
    server.wait_for("ops@example.org", "Timeout flap");
    let deaths = server.mails().into_iter().filter(|mail| {
        let subject = mail.field("Subject");
        subject.is_some_and(|subject| subject.contains("Does not exist"))
    });
    assert_eq!(deaths.count(), 1, "told once, not at every pass");
}

#[test]
fn mail_of_a_pass_is_sent_before_it_ends_or_kept_for_the_next() {
    let silent = MailServer::new(Manner::SilentFromTheStart);
    let config = |port: u16| {
        format!(
            "set mailserver 127.0.0.1 port {port} with timeout 1 second
             set alert ops@example.org
             check file missing with path $DIR/missing\n"
        )
    };
    let test = Sandbox::new().monitrc(&config(silent.port()));
    assert_eq!(test.tend(&["--check"]).code, 1);
    let sound = MailServer::new(Manner::Sound);
    test.rewrite_monitrc(&config(sound.port()));
    let mut passes = 0;
    eventually("a later pass delivers", || {
        passes += 1;
        test.tend(&["--check"]);
        !sound.mails().is_empty()
    });
    sound.wait_for("ops@example.org", "Does not exist missing");
}

#[test]
fn a_running_daemon_and_a_pass_do_not_fight() {
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    let daemon = test.start();
    test.wait_for_process("web.pid", None);
    let outcome = test.tend(&["--check"]);
    assert_ne!(outcome.code, 0, "{outcome:?}");
    assert!(process::is_running(daemon));
    assert_eq!(test.calls("web", "start"), 1);
}

#[test]
fn a_log_that_cannot_be_opened_is_told_where_somebody_reads() {
    let test = Sandbox::new().daemon("web").monitrc(&check("web"));
    test.rewrite_log("/nowhere/at/all/log");
    let outcome = test.tend(&["--check"]);
    let told = "The log file /nowhere/at/all/log cannot be opened -- No such file or directory";
    assert!(outcome.stderr.contains(told), "{outcome:?}");
    assert_eq!(outcome.code, 0, "and the services are kept: {outcome:?}");
}
