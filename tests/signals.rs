//! Signals and ends: heard at any moment, waiting for nobody, losing nothing that was promised.

use crate::support::daemon::check;
use crate::support::peer::Peer;
use crate::support::smtp::{MailServer, Manner};
use crate::support::{Sandbox, eventually, process};

/// Connections, a mail server, a start program, a check and an `exec` that hang for longer than any
/// test has patience: reloads and the end come all the same.
#[test]
fn whatever_hangs_reloads_are_done_and_the_end_comes() {
    let (peer, server) = (Peer::silent(), MailServer::new(Manner::SilentFromTheStart));
    let mut test = Sandbox::new()
        .daemon("web")
        .script("stuck", "start | check | it) exec sleep 1000014;;")
        .monitrc(&format!(
            "set daemon 1
             set mailserver 127.0.0.1 port {} with timeout 1000 seconds
             set alert ops@example.org
             {}
               if failed port {} with timeout 1000 seconds then alert
             check process stuck with pidfile $DIR/stuck.pid
               start program = \"$DIR/stuck start\" with timeout 1000 seconds
             check program asked with path \"$DIR/stuck check\" timeout 1000 seconds
               if status != 0 then alert
             check file page with path $DIR/monitrc
               if failed permission 777 then exec \"$DIR/stuck it\" timeout 1000 seconds
            ",
            server.port(),
            check("web"),
            peer.port(),
        ));
    let daemon = test.start();
    eventually("all of them hang", || {
        let calls = ["start", "check", "it"].map(|word| test.calls("stuck", word));
        calls == [1, 1, 1] && peer.connections() > 0 && server.connections() > 0
    });
    for times in 1..=2 {
        process::signal(daemon, "HUP");
        process::signal(daemon, "HUP");
        process::signal(daemon, "USR1");
        test.wait_for_log_times(" reloaded", times);
    }
    assert_eq!(test.calls("stuck", "start"), 1, "it is not run again");
    assert_eq!(test.end("TERM"), 0);
    assert_eq!(test.log_count("timed out"), 0, "they hung to the end");
}

#[test]
fn a_reload_ends_the_start_delay_and_so_does_the_end() {
    let control = format!("set daemon 1 with start delay 100000\n{}", check("web"));
    let mut test = Sandbox::new().daemon("web").monitrc(&control);
    test.start();
    assert_eq!(test.end("TERM"), 0);
    assert_eq!(test.calls("web", "start"), 0);
    // What writes the state may outlive it where the disk is slow.
    eventually("all is written", || test.processes().is_empty());
    std::fs::remove_file(test.path("state")).expect("or it would be the same boot");
    let daemon = test.start();
    assert_eq!(test.calls("web", "start"), 0);
    process::signal(daemon, "HUP");
    test.wait_for_log("'web' process is running with pid");
}

/// What a command has promised holds over a kill in the same instant.
#[test]
fn what_was_promised_survives_a_kill_at_once() {
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket allow ann:hidden
         {}",
        check("web")
    ));
    let shows = |test: &Sandbox, status: &str| {
        let summary = test.tend(&["summary", "web"]).stdout;
        summary.contains(status)
    };
    for round in 0..5 {
        test.start();
        eventually("it is watched", || shows(&test, "OK"));
        assert_eq!(test.tend(&["unmonitor", "web"]).code, 0);
        test.end("KILL");
        test.start();
        assert!(shows(&test, "Not monitored"), "round {round}");
        assert_eq!(test.tend(&["monitor", "web"]).code, 0);
        test.end("KILL");
    }
}

/// As a job does that clears `/tmp` and `/run` of what is old.
#[test]
fn what_somebody_has_cleared_away_is_back_with_the_next_cycle_or_reload() {
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 3600
         set httpd unixsocket $DIR/socket allow ann:hidden
         {}",
        check("web")
    ));
    let daemon = test.start();
    test.wait_for_log("'web' process is running with pid");
    for (times, signal) in [(1, "HUP"), (2, "USR1")] {
        for file in ["socket", "tend.pid"] {
            std::fs::remove_file(test.path(file)).expect("it was made");
        }
        process::signal(daemon, signal);
        test.wait_for_log_times("tend.pid was gone and is written again", times);
        eventually("it answers", || test.tend(&["summary"]).code == 0);
    }
    let found = test.tend(&["summary", "web"]);
    assert!(found.stdout.contains(" OK "), "{found:?}");
    let second = test.tend(&["-I"]);
    let awakened = format!("tend daemon with PID {daemon} awakened\n");
    assert_eq!(
        second.stdout, awakened,
        "it is found, and no second one runs"
    );
    assert_eq!(test.pid("tend.pid"), Some(daemon));
    assert_eq!(test.end("TERM"), 0);
    assert!(!test.path("socket").exists() && !test.path("tend.pid").exists());
}
