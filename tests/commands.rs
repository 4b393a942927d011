//! The command line: every command against a running daemon and without one, every option, and
//! the exit codes that scripts look at.

use std::fs;

use crate::support::daemon::check;
use crate::support::smtp::{MailServer, Manner};
use crate::support::{Sandbox, eventually, process};

/// Two daemons, `web` in the group `www` and `mail` in the group `post`.
fn two_daemons() -> Sandbox {
    Sandbox::new()
        .daemon("web")
        .daemon("mail")
        .monitrc(&format!(
            "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         {}
           group www
         {}
           group post
        ",
            check("web"),
            check("mail")
        ))
}

fn started() -> Sandbox {
    let mut test = two_daemons();
    test.start();
    test.wait_for_process("web.pid", None);
    test.wait_for_process("mail.pid", None);
    wait_for_summary(&test, "OK", 3);
    test
}

#[track_caller]
fn wait_for_summary(test: &Sandbox, word: &str, times: usize) {
    eventually(&format!("the summary has {times} × {word:?}"), || {
        let summary = test.tend(&["summary"]).stdout;
        summary.matches(&format!(" {word} ")).count() == times
    });
}

#[test]
fn status_shows_each_service() {
    let test = started();
    let status = test.tend(&["status"]);
    assert_eq!(status.code, 0, "{status:?}");
    assert!(status.stdout.contains(" uptime: "), "{}", status.stdout);
    for line in [
        "Process 'web'",
        "Process 'mail'",
        "System '",
        "  monitoring status            Monitored",
        "  monitoring mode              active",
        "  parent pid",
        "  memory",
        "  data collected",
    ] {
        assert!(
            status.stdout.contains(line),
            "no {line:?} in\n{}",
            status.stdout
        );
    }
    let pid = test.pid("web.pid").expect("it runs");
    let one = test.tend(&["status", "WEB"]);
    assert!(
        one.stdout
            .contains(&format!("  pid                          {pid}\n"))
    );
    assert!(!one.stdout.contains("'mail'"));
    let group = test.tend(&["-g", "post", "status"]);
    assert!(group.stdout.contains("'mail'") && !group.stdout.contains("'web'"));
}

#[test]
fn summary_and_report_count() {
    let test = started();
    let summary = test.tend(&["summary"]);
    assert_eq!(summary.code, 0);
    assert!(
        summary
            .stdout
            .contains(" Service Name                     Status")
    );
    assert!(
        summary
            .stdout
            .contains(" web                              OK")
    );
    assert!(!summary.stdout.contains('\x1b'), "no colours in a file");
    let pattern = test.tend(&["summary", "we."]);
    assert!(pattern.stdout.contains("web") && !pattern.stdout.contains("mail"));
    let report = test.tend(&["report"]);
    assert_eq!(report.code, 0);
    let words: Vec<&str> = report.stdout.split_whitespace().collect();
    for word in ["up:", "down:", "initialising:", "unmonitored:", "total:"] {
        assert!(words.contains(&word), "{}", report.stdout);
    }
    assert_eq!(test.tend(&["report", "up"]).stdout.trim(), "3");
    assert_eq!(test.tend(&["report", "down"]).stdout.trim(), "0");
    let wrong = test.tend(&["report", "bogus"]);
    assert_eq!(wrong.code, 1);
    assert!(
        wrong.stderr.contains("Invalid report type: 'bogus'"),
        "{wrong:?}"
    );
}

#[test]
fn stop_start_and_restart_act_on_one() {
    let test = started();
    let web = test.pid("web.pid").expect("it runs");
    let mail = test.pid("mail.pid").expect("it runs");
    let stop = test.tend(&["stop", "web"]);
    assert_eq!((stop.code, stop.stdout.as_str()), (0, ""), "{stop:?}");
    eventually("it is stopped", || !process::is_running(web));
    wait_for_summary(&test, "Not monitored", 1);
    assert_eq!(test.tend(&["start", "web"]).code, 0);
    let second = test.wait_for_process("web.pid", Some(web));
    assert_eq!(test.tend(&["restart", "web"]).code, 0);
    test.wait_for_process("web.pid", Some(second));
    for action in ["stop", "start", "restart"] {
        test.wait_for_log(&format!("'web' {action} on user request"));
        test.wait_for_log(&format!("'web' {action} action done"));
    }
    assert_eq!(test.pid("mail.pid"), Some(mail), "the other was left alone");
}

/// It is shown as under way until it is done, in each of its halves; a command that comes meanwhile
/// is kept, and its turn comes after.
#[test]
fn a_restart_is_pending_until_it_is_done_and_a_command_meanwhile_waits() {
    let mut test = Sandbox::new()
        .script(
            "web",
            "start)
                while [ -e $DIR/held ]; do sleep 0.05; done
                sleep 1000013 </dev/null >/dev/null 2>&1 &
                echo $! >$DIR/web.new
                mv $DIR/web.new $DIR/web.pid;;
             stop)
                while [ -e $DIR/kept ]; do sleep 0.05; done
                kill $(cat $DIR/web.pid)
                rm $DIR/web.pid;;",
        )
        .monitrc(&format!(
            "set daemon 1
             set httpd unixsocket $DIR/socket allow admin:swordfish
             {}",
            check("web")
        ));
    test.start();
    wait_for_summary(&test, "OK", 2);
    test.write("kept", "");
    test.write("held", "");
    let is_pending = |test: &Sandbox, action: &str| {
        let summary = test.tend(&["summary", "web"]).stdout;
        assert!(!summary.contains("Not monitored"), "{summary}");
        summary.contains(&format!(" - {action} pending"))
    };
    assert_eq!(test.tend(&["restart", "web"]).code, 0);
    eventually("it is stopped first", || test.calls("web", "stop") == 1);
    assert!(is_pending(&test, "restart"));
    std::fs::remove_file(test.path("kept")).expect("the sandbox is ours");
    eventually("then it is started", || {
        assert!(is_pending(&test, "restart"));
        test.calls("web", "start") == 2
    });
    assert!(is_pending(&test, "restart"));
    assert_eq!(test.tend(&["stop", "web"]).code, 0);
    assert!(is_pending(&test, "stop"));
    assert_eq!(test.calls("web", "stop"), 1, "one after the other");
    std::fs::remove_file(test.path("held")).expect("the sandbox is ours");
    test.wait_for_log("'web' restart action done");
    test.wait_for_log("'web' stop action done");
    assert_eq!(
        (test.calls("web", "start"), test.calls("web", "stop")),
        (2, 2)
    );
    let summary = test.tend(&["summary", "web"]).stdout;
    assert!(summary.contains("Not monitored"), "{summary}");
}

#[test]
fn unmonitor_and_monitor_touch_no_process() {
    let test = started();
    let web = test.pid("web.pid").expect("it runs");
    assert_eq!(test.tend(&["unmonitor", "web"]).code, 0);
    wait_for_summary(&test, "Not monitored", 1);
    process::signal(web, "KILL");
    assert_eq!(test.tend(&["monitor", "web"]).code, 0);
    test.wait_for_process("web.pid", Some(web));
}

#[test]
fn all_and_groups_reach_their_members() {
    let test = started();
    let web = test.pid("web.pid").expect("it runs");
    let mail = test.pid("mail.pid").expect("it runs");
    assert_eq!(test.tend(&["-g", "www", "stop"]).code, 0);
    eventually("the group is stopped", || !process::is_running(web));
    assert!(process::is_running(mail));
    assert_eq!(test.tend(&["start", "all"]).code, 0);
    test.wait_for_process("web.pid", Some(web));
    assert_eq!(test.tend(&["stop", "all"]).code, 0);
    eventually("everything is stopped", || !process::is_running(mail));
}

#[test]
fn what_is_not_there_is_named() {
    let test = started();
    for (arguments, complaint) in [
        (
            ["start", "nobody"].as_slice(),
            "There is no service named \"nobody\"",
        ),
        (&["status", "nobody"], "Service 'nobody' not found"),
        (&["summary", "nobody"], "Service 'nobody' not found"),
        (&["-g", "nobody", "start"], "Group 'nobody' not found"),
        (
            &["-g", "nobody", "status"],
            "Service group 'nobody' not found",
        ),
        (
            &["start"],
            "Please specify a service name or 'all' after start",
        ),
        (&["bogus"], "Invalid argument -- bogus"),
        (&["-z"], "Invalid option -- z"),
        (&["-d", "abc"], "Option -d requires a natural number"),
    ] {
        let outcome = test.tend(arguments);
        assert_eq!(outcome.code, 1, "{arguments:?}: {outcome:?}");
        assert!(
            outcome.stderr.contains(complaint),
            "{arguments:?}: {outcome:?}"
        );
        // Who mistypes an option is at a terminal; and which log it would be, nobody has read yet.
        let is_of_services = complaint.contains("nobody");
        let logged = test.log().contains(&format!("error    : {complaint}"));
        assert_eq!(logged, is_of_services, "{arguments:?}: {}", test.log());
    }
}

#[test]
fn without_a_daemon_the_answer_says_so() {
    let test = two_daemons();
    for command in ["status", "summary", "report"] {
        let outcome = test.tend(&[command]);
        assert_eq!(outcome.code, 1, "{outcome:?}");
        assert!(
            outcome.stderr.contains("daemon is not running"),
            "{outcome:?}"
        );
    }
    assert_eq!(test.log_count("error    : tend: the tend daemon is not"), 3);
    for command in ["reload", "quit"] {
        let outcome = test.tend(&[command]);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert!(
            outcome.stdout.contains("daemon is not running"),
            "{outcome:?}"
        );
    }
}

#[test]
fn without_a_daemon_an_action_is_done_by_the_command_itself() {
    let test = two_daemons();
    let start = test.tend(&["start", "web"]);
    assert_eq!(start.code, 0, "{start:?}");
    assert!(start.stdout.contains("'web' start: '"), "{start:?}");
    let pid = test.wait_for_process("web.pid", None);
    assert_eq!(test.pid("mail.pid"), None);
    assert_eq!(test.tend(&["stop", "all"]).code, 0);
    eventually("it is stopped", || !process::is_running(pid));
}

/// Such as debconf's third one, or that of a wrapper with `flock 9`.
#[test]
fn descriptors_of_the_caller_are_not_kept() {
    let mut test = Sandbox::new().monitrc("set daemon 1\ncheck system box");
    let kept = |test: &Sandbox, pid: u32, name: &str| {
        let path = test.path(name);
        let entries = fs::read_dir(format!("/proc/{pid}/fd")).expect("it runs");
        let mut links = entries.flatten().map(|entry| fs::read_link(entry.path()));
        links.any(|link| link.is_ok_and(|link| link == path))
    };
    let command = |test: &Sandbox, options: &str| {
        let script = format!("exec \"$0\" {options} -c monitrc 3>third 9>ninth");
        test.command_of("sh".as_ref(), &["-c", &script, test.subject()])
    };
    assert!(
        command(&test, "")
            .status()
            .is_ok_and(|status| status.success())
    );
    let background = test.pid("tend.pid").expect("it has started");
    assert!(!kept(&test, background, "third") && !kept(&test, background, "ninth"));
    assert_eq!(test.tend(&["quit"]).code, 0);
    eventually("it is gone", || !process::is_running(background));
    let foreground = test.start_command(command(&test, "-I"));
    assert!(!kept(&test, foreground, "third") && !kept(&test, foreground, "ninth"));
}

#[test]
fn it_runs_in_the_background_and_is_told_to_quit() {
    let test = two_daemons();
    let start = test.tend(&[]);
    assert_eq!(start.code, 0, "{start:?}");
    assert!(start.stdout.contains("Starting "), "{start:?}");
    test.wait_for_log(" started");
    let daemon = test.wait_for_process("tend.pid", None);
    test.wait_for_process("web.pid", None);
    // A second one wakes the first instead of becoming another.
    let again = test.tend(&[]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(
        again
            .stdout
            .contains(&format!("daemon with PID {daemon} awakened")),
        "{again:?}"
    );
    assert_eq!(test.pid("tend.pid"), Some(daemon));
    let quit = test.tend(&["quit"]);
    assert_eq!(quit.code, 0, "{quit:?}");
    assert!(
        quit.stdout
            .contains(&format!("daemon with pid [{daemon}] killed")),
        "{quit:?}"
    );
    eventually("it is gone", || !process::is_running(daemon));
    assert!(!test.path("tend.pid").exists());
}

#[test]
fn without_a_status_server_it_says_what_to_add() {
    let mut test = Sandbox::new().monitrc("set daemon 1\ncheck file own with path $DIR/monitrc\n");
    test.start();
    for command in ["status", "summary", "report"] {
        let outcome = test.tend(&[command]);
        assert_eq!(outcome.code, 1, "{outcome:?}");
        assert!(outcome.stderr.contains("add `set httpd`"), "{outcome:?}");
    }
}

/// Whoever asks while the control file is read again is answered.
#[test]
fn commands_are_taken_in_the_middle_of_reloads() {
    let test = started();
    let daemon = test.pid("tend.pid").expect("it runs");
    for _ in 0..20 {
        process::signal(daemon, "HUP");
        let summary = test.tend(&["summary"]);
        assert_eq!(summary.code, 0, "{summary:?}");
        assert!(summary.stdout.contains(" web "), "{summary:?}");
        let monitor = test.tend(&["monitor", "mail"]);
        assert_eq!(monitor.code, 0, "{monitor:?}");
    }
    test.wait_for_log("reloaded");
}

#[test]
fn reload_takes_a_new_control_file() {
    let test = started();
    let web = test.pid("web.pid").expect("it runs");
    test.rewrite_monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         {}
         check file page with path $DIR/page
        ",
        check("web")
    ));
    test.write("page", "hello");
    let reload = test.tend(&["reload"]);
    assert_eq!(reload.code, 0, "{reload:?}");
    assert!(reload.stdout.contains("Reinitializing"), "{reload:?}");
    test.wait_for_log("reloaded");
    eventually("the new file rules", || {
        let summary = test.tend(&["summary"]).stdout;
        summary.contains("page") && !summary.contains("mail")
    });
    assert_eq!(test.pid("web.pid"), Some(web), "nothing was restarted");
    assert!(process::is_running(web));
}

#[test]
fn reload_of_a_wrong_file_keeps_the_old_one_running() {
    let server = MailServer::new(Manner::Sound);
    let sound = format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {}
         set alert ops@example.org
         {}",
        server.port(),
        check("web")
    );
    let mut test = Sandbox::new().daemon("web").monitrc(&sound);
    let daemon = test.start();
    test.wait_for_log("'web' process is running with pid");
    test.rewrite_monitrc("set daemon 1\ncheck proces web with pidfile $DIR/web.pid\n");
    process::signal(daemon, "HUP");
    test.wait_for_log("monitrc:2:");
    eventually("the owner is told", || {
        let mails = server.mails();
        mails.iter().any(|mail| mail.body().contains("monitrc:2:"))
    });
    test.kill("web");
    assert!(process::is_running(daemon));
    // And the next reload, of a good file, works.
    test.rewrite_monitrc(&sound);
    process::signal(daemon, "HUP");
    test.wait_for_log("reloaded");
}

/// Emptied, cut off after its settings, its checks gone: one look at the machine is not watching.
#[test]
fn reload_of_a_file_that_names_nothing_keeps_the_old_one_running() {
    let test = started();
    let daemon = test.pid("tend.pid").expect("it runs");
    let sound = test.read("monitrc");
    let told = "the control file names nothing to watch";
    let refused = format!("reload failed, the old configuration stays in force -- {told}");
    let files = ["", "# nothing\n", "set daemon 1\ncheck system box\n"];
    for (rest, times) in files.into_iter().zip(1..) {
        test.write("monitrc", rest);
        process::signal(daemon, "HUP");
        test.wait_for_log_times(&refused, times);
    }
    assert!(!test.log().contains("reloaded"), "{}", test.log());
    test.rewrite_monitrc("set daemon 1\n");
    let checked = test.tend(&["-t"]);
    assert_eq!(checked.code, 0, "a run may begin with it: {checked:?}");
    assert!(checked.stderr.contains(told), "{checked:?}");
    let reload = test.tend(&["reload"]);
    assert!(reload.stderr.contains(told), "{reload:?}");
    test.rewrite_monitrc(&sound);
    wait_for_summary(&test, "OK", 3);
    test.kill("web");
    test.wait_for_log("'web' process is not running");
    process::signal(daemon, "HUP");
    test.wait_for_log("reloaded");
}

/// What a run may begin with it may be reloaded to, or it could not be reloaded at all.
#[test]
fn a_run_that_watches_nothing_is_reloaded() {
    let mut test = Sandbox::new().monitrc("set daemon 1\n");
    let daemon = test.start();
    test.wait_for_log("the control file names nothing to watch");
    process::signal(daemon, "HUP");
    test.wait_for_log("reloaded");
    test.write("page", "hello");
    test.rewrite_monitrc("set daemon 1\ncheck file page with path $DIR/page\n");
    process::signal(daemon, "HUP");
    test.wait_for_log_times("tend reloaded", 2);
    test.rewrite_monitrc("set daemon 1\n");
    process::signal(daemon, "HUP");
    test.wait_for_log("reload failed");
}

#[test]
fn the_log_is_reopened_on_hangup() {
    let test = started();
    std::fs::rename(test.path("log"), test.path("log.1")).expect("the sandbox is ours");
    let daemon = test.pid("tend.pid").expect("it runs");
    process::signal(daemon, "HUP");
    test.wait_for_log("reloaded");
    let line = test.log();
    assert!(
        line.starts_with('[') && line.contains("] info     : "),
        "{line}"
    );
}

#[test]
fn validate_checks_and_shows() {
    let test = started();
    let validate = test.tend(&["validate"]);
    assert!(validate.stdout.contains("Process 'web'"), "{validate:?}");
}

#[test]
fn procmatch_shows_what_a_pattern_finds() {
    let test = started();
    let mark = test.folder().display().to_string();
    let found = test.tend(&["procmatch", &format!("{mark}|tend.*-I")]);
    assert_eq!(found.code, 0, "{found:?}");
    assert!(found.stdout.contains("Total matches: "), "{found:?}");
    let none = test.tend(&["procmatch", "no such process anywhere xyzzy[0-9]"]);
    assert_eq!(none.code, 0);
    assert!(none.stdout.contains("Total matches: 0"), "{none:?}");
    let wrong = test.tend(&["procmatch", "("]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert_eq!(test.tend(&["procmatch"]).code, 1);
}

#[test]
fn the_utilities_answer_without_a_daemon() {
    let test = two_daemons();
    let version = test.run(&["-V"]);
    assert_eq!(version.code, 0);
    assert!(
        version.stdout.contains(env!("CARGO_PKG_VERSION")),
        "{version:?}"
    );
    // The tests are for a program with TLS or for one without.
    let ssl = match cfg!(feature = "tls") {
        true => "with ssl",
        false => "without ssl",
    };
    assert!(version.stdout.contains(ssl), "{version:?}");
    let help = test.run(&["-h"]);
    assert_eq!(help.code, 0);
    for word in ["-c", "-I", "-t", "--check", "summary", "procmatch"] {
        assert!(help.stdout.contains(word), "{word}: {}", help.stdout);
    }
    test.write("data", "data");
    let hash = test.run(&["-H", "data"]);
    assert_eq!(hash.code, 0);
    assert!(
        hash.stdout
            .contains("SHA1(data) = a17c9aaa61e80a1bf71d0d850af4e5baa9800bbd\n")
    );
    assert!(
        hash.stdout
            .contains("MD5(data)  = 8d777f385d3dfec8815d20f7496026dc\n")
    );
    assert_eq!(test.run(&["-H", "nowhere"]).code, 1);
    let check = test.tend(&["-t"]);
    assert_eq!(check.code, 0);
    assert!(check.stdout.contains("Control file syntax OK"), "{check:?}");
    let id = test.tend(&["-i"]);
    assert_eq!(id.code, 0);
    let first = id.stdout.lines().last().unwrap_or_default().to_owned();
    assert!(first.contains(" ID: "), "{id:?}");
    assert!(
        test.tend(&["-i"]).stdout.contains(&first),
        "it stays the same"
    );
}

#[test]
fn options_may_be_written_together() {
    let mut test = two_daemons();
    // `-Ic FILE`, as in everybody's inittab.
    let path = test.path("monitrc").display().to_string();
    let combined = test.run(&["-tc", &path]);
    assert_eq!(combined.code, 0, "{combined:?}");
    let other = |name: &str| test.path(name).display().to_string();
    let (log, state) = (other("other.log"), other("other.state"));
    let pidfile = other("other.pid");
    test.spawn(&[
        "-Ic", &path, "-p", &pidfile, "-l", &log, "-s", &state, "-d", "1",
    ]);
    eventually("the log is the other", || {
        test.read("other.log").contains(" started")
    });
    test.wait_for_process("web.pid", None);
    eventually("the state is the other", || {
        test.path("other.state").exists()
    });
    assert!(test.path("other.pid").exists());
    assert!(!test.path("log").exists() && !test.path("tend.pid").exists());
}

#[test]
fn the_control_file_is_found_at_home() {
    let test = two_daemons();
    std::fs::rename(test.path("monitrc"), test.path(".monitrc")).expect("the sandbox is ours");
    let found = test.run(&["-t"]);
    assert_eq!(found.code, 0, "{found:?}");
    let missing = test.run(&["-t", "-c", "nowhere"]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("nowhere"), "{missing:?}");
}

#[test]
fn verbose_says_what_is_checked() {
    let mut test = two_daemons();
    test.start_with(&["-v"]);
    test.wait_for_process("web.pid", None);
    eventually("a check that passed is told", || {
        let told = test.log() + &test.read("out");
        told.contains("'web' process is running with pid") && told.contains("debug")
    });
}

#[test]
fn odd_names_are_reached_from_the_command_line() {
    let names = ["with blank", "naïve ☃", "a/b?c&d=e+f%41", "Ünï.code-x_y"];
    let checks: String = names
        .iter()
        .map(|name| format!("check file \"{name}\" with path $DIR/page\n"))
        .collect();
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         {checks}"
    ));
    test.write("page", "hello");
    test.start();
    for name in names {
        let status = test.tend(&["status", name]);
        assert!(
            status.stdout.contains(&format!("File '{name}'")),
            "{status:?}"
        );
        let unmonitor = test.tend(&["unmonitor", name]);
        assert_eq!(unmonitor.code, 0, "{name}: {unmonitor:?}");
        test.wait_for_log(&format!("'{name}' unmonitor on user request"));
    }
    wait_for_summary(&test, "Not monitored", names.len());
}

#[test]
fn a_group_touches_each_of_its_members_once_whoever_depends_on_whom() {
    let mut test = Sandbox::new()
        .daemon("root")
        .daemon("leaf")
        .monitrc(&format!(
            "set daemon 1
         set httpd unixsocket $DIR/socket allow a:b
         {} group site
         {} group site
           depends on root",
            check("root"),
            check("leaf")
        ));
    test.start();
    let old = ["root", "leaf"].map(|name| test.wait_for_process(&format!("{name}.pid"), None));
    assert_eq!(test.tend(&["-g", "site", "restart"]).code, 0);
    for (name, old) in ["root", "leaf"].iter().zip(old) {
        test.wait_for_process(&format!("{name}.pid"), Some(old));
    }
    test.wait_for_log("'leaf' restart on user request");
    assert_eq!(test.tend(&["validate"]).code, 0);
    for name in ["root", "leaf"] {
        let calls = ["stop", "start"].map(|word| test.calls(name, word));
        assert_eq!(calls, [1, 2], "{name}:\n{}", test.log());
    }
}
