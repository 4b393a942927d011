//! January 19, 2038, 03:14:08 UTC: seconds since 1970 need more than 31 bits from there on.
//!
//! The program gets a clock that is ahead (`tests/oldkernel`), begins a few seconds before and runs
//! across. On a kernel of old with 32 bits that clock goes back to 1901, as the real one would.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::daemon::check;
use crate::support::kernel::{self, Lacks};
use crate::support::smtp::{MailServer, Manner};
use crate::support::{Sandbox, eventually, process};

/// 2038-01-19T03:14:08 UTC.
const ROLLOVER: i64 = 1 << 31;

/// It all happens on that day.
const DAY: &str = "2038-01-19T";
const FIRST: &str = "2038-01-19T03:14:08+0000";

#[test]
fn services_are_kept_running_across_2038() {
    if !kernel::may_be_imitated("services_are_kept_running_across_2038") {
        return;
    }
    let server = MailServer::new(Manner::Sound);
    let mut test = start_before(|test| {
        for (name, modified) in [
            ("young", ROLLOVER - 100),
            ("late", ROLLOVER + 100),
            ("old", ROLLOVER - 7200),
        ] {
            test.write(name, "");
            let date = format!("@{modified}");
            let mut touch = test.command_of("touch".as_ref(), &["-d", &date, name]);
            assert!(touch.status().is_ok_and(|status| status.success()));
        }
        let test = test.daemon("web").daemon("left").daemon("asked");
        test.monitrc(&format!(
            "set daemon 1
             set httpd unixsocket $DIR/socket
               allow admin:swordfish
             set mailserver 127.0.0.1 port {}
             set alert ann@example.com
             {} {} {}
             check file cycle with path $DIR/young
               if size < 1 then alert
             check file young with path $DIR/young
               if mtime > 1 hour then alert
               if changed mtime then alert
             check file late with path $DIR/late
               if mtime > 1 hour then alert
               if changed mtime then alert
             check file old with path $DIR/old
               if mtime > 1 hour then alert
             check file never with path $DIR/none
               not every \"* * 19 1 2\"
            ",
            server.port(),
            check("web"),
            check("left"),
            check("asked"),
        ))
    });
    for name in ["web", "left", "asked"] {
        test.wait_for_log(&format!("'{name}' process is running with pid"));
    }
    eventually("`unmonitor` is taken", || {
        test.tend(&["unmonitor", "left"]).code == 0
    });
    let cycles_after = |times: usize| {
        eventually(&format!("{times} cycles after the rollover"), || {
            let log = test.log();
            let cycles = log.lines().filter(|line| line.contains("'cycle' size"));
            cycles.filter(|line| date(line) >= FIRST).count() >= times
        });
    };
    cycles_after(3);
    test.kill("web");
    test.kill("web");
    assert_eq!(test.tend(&["restart", "asked"]).code, 0);
    test.wait_for_log("'asked' restart action done");
    cycles_after(8);
    test.wait_for_log("'old' modify time for");

    let status = test.tend(&["status"]);
    assert_eq!(status.code, 0, "{status:?}");
    let dates = values(&status.stdout, "data collected");
    assert!(dates.len() >= 7, "{status:?}");
    for date in dates {
        let is_never = date == "-";
        assert!(
            is_never || date.starts_with("Tue, 19 Jan 2038 03:"),
            "{status:?}"
        );
    }
    let status = test.tend(&["status", "asked"]).stdout;
    let uptimes = values(&status, "uptime");
    assert!(!uptimes.is_empty(), "{status}");
    let is_new = |uptime: &&str| !uptime.contains(['h', 'd']);
    assert!(uptimes.iter().all(is_new), "{status}");
    let mail = server.wait_for("ann@example.com", "old");
    let sent = mail.field("Date").unwrap_or_default();
    assert!(sent.starts_with("Tue, 19 Jan 2038 03:"), "{sent}");

    // The state is written and read again.
    test.end("KILL");
    start(&mut test);
    test.kill("web");
    let summary = test.tend(&["summary", "left"]).stdout;
    assert!(summary.contains("Not monitored"), "{summary}");
    assert!(!test.path("state.unreadable").exists());
    assert_eq!(test.end("TERM"), 0);
    for name in ["young", "late", "never"] {
        assert_eq!(test.log_count(&format!("'{name}'")), 0);
    }
    assert_eq!(test.calls("asked", "start"), 2);
    the_log_goes_forward(&test);
}

/// By the date on the certificates, which the program asks its own clock for.
#[cfg(feature = "tls")]
#[test]
fn certificates_are_valid_across_2038() {
    use std::io::Write;

    use crate::support::peer::{Peer, drain, read_head};
    use crate::support::tls;

    const NAME: &str = "certificates_are_valid_across_2038";
    if !kernel::may_be_imitated(NAME) {
        return;
    }
    let server = Peer::new(|stream, _| {
        let certificate = include_str!("data/tls/kinds/p256.pem");
        let key = include_str!("data/tls/kinds/p256.key");
        let mut stream = tls::accept_as(stream, (certificate, key), &[&rustls::version::TLS13]);
        if !read_head(&mut stream).is_empty() {
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n");
            stream.conn.send_close_notify();
            let _ = stream.flush();
            drain(stream);
        }
    });
    let test = start_before(|test| {
        test.write("ca.pem", include_str!("data/tls/kinds/p256-ca.pem"));
        test.write("cycle", "");
        test.monitrc(&format!(
            "set daemon 1
             check host secure with address localhost
               if failed port {} protocol https with timeout 60 seconds with ssl options {{
                 verify: enable, cacertificatefile: $DIR/ca.pem
               }} then alert
             check file cycle with path $DIR/cycle
               if size < 1 then alert
            ",
            server.port(),
        ))
    });
    eventually("it is after the rollover", || {
        test.log().lines().any(|line| date(line) >= FIRST)
    });
    let before = server.connections();
    eventually("it is asked again", || server.connections() > before + 2);
    assert_eq!(test.log_count("'secure'"), 0);
    the_log_goes_forward(&test);
}

/// A daemon that has started before the rollover. A machine that is too slow for one attempt gets
/// more time in the next; the last one counts in any case.
fn start_before(furnish: impl Fn(Sandbox) -> Sandbox) -> Sandbox {
    for seconds in [8, 30, 120] {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = i64::try_from(now.expect("after 1970").as_secs()).expect("a clock's time");
        let lacks = Lacks {
            time: Some(ROLLOVER - seconds - now),
            ..Lacks::default()
        };
        let mut test = furnish(Sandbox::new().on_a_machine_without(&lacks));
        start(&mut test);
        if date(&test.log()) < FIRST || seconds == 120 {
            return test;
        }
    }
    unreachable!("the last attempt counts")
}

/// Starts the daemon in the zone of [`FIRST`].
fn start(test: &mut Sandbox) {
    let mut command = test.command(&["-I", "-c", "monitrc"]);
    command.env("TZ", "UTC0");
    let pid = test.start_command(command);
    assert!(process::is_running(pid));
}

/// The date a line of the log begins with.
fn date(line: &str) -> &str {
    let inside = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    inside.map_or("", |(date, _)| date)
}

/// Every line is of that day, and none older than the one before it.
fn the_log_goes_forward(test: &Sandbox) {
    let log = test.log();
    let dates: Vec<&str> = log.lines().map(date).collect();
    assert!(dates.is_sorted(), "{log}");
    assert!(dates.iter().all(|date| date.starts_with(DAY)), "{log}");
}

/// What a status says behind that word, wherever it says it.
fn values<'a>(status: &'a str, word: &str) -> Vec<&'a str> {
    let lines = status.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix(word))
        .map(str::trim)
        .collect()
}
