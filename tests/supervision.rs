//! Keeping daemons alive: they are killed and come back, give up after too many tries, start and
//! stop in the order of their dependencies, and lose nothing when `tend` itself dies.

use crate::support::daemon::check;
use crate::support::peer::free_port;
use crate::support::{Sandbox, eventually, process};

#[test]
fn a_killed_daemon_comes_back() {
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    test.start();
    test.kill("web");
    test.wait_for_log_times("'web' process is not running", 2);
    test.wait_for_log_times("'web' trying to restart", 2);
    let start = format!("'web' start: '{} start'", test.path("web").display());
    test.wait_for_log_times(&start, 2);
    assert_eq!(
        test.calls("web", "stop"),
        0,
        "what does not run is not stopped"
    );
}

#[test]
fn a_daemon_that_loses_its_pidfile_is_not_started_twice() {
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1\n{}\ncheck file canary with path $DIR/canary\n  if exist then alert",
        check("web")
    ));
    test.start();
    let first = test.wait_for_process("web.pid", None);
    test.wait_for_log("'web' process is running with pid");
    std::fs::remove_file(test.path("web.pid")).expect("the daemon wrote it");
    // Two cycles go by.
    test.write("canary", "");
    test.wait_for_log("'canary' file exists");
    std::fs::remove_file(test.path("canary")).expect("just written");
    test.wait_for_log("'canary' file doesn't exist");
    assert!(process::is_running(first));
    assert_eq!(test.calls("web", "start"), 1);
    process::signal(first, "KILL");
    assert_ne!(test.wait_for_process("web.pid", None), first);
}

#[test]
fn many_restarts_end_in_unmonitor() {
    let mut test = Sandbox::new().broken_daemon("flap").monitrc(
        "set daemon 1
         check process flap with pidfile $DIR/flap.pid
           start program = \"$DIR/flap start\" with timeout 1 second
           stop program = \"$DIR/flap stop\"
           if 5 restarts within 5 cycles then timeout
        ",
    );
    test.start();
    test.wait_for_log("'flap' service restarted 5 times within 5 cycles(s) - unmonitor");
    assert_eq!(test.log_count("'flap' start: "), 5);
}

#[test]
fn restarts_that_last_longer_than_a_cycle_are_counted_all_the_same() {
    let mut test = Sandbox::new().broken_daemon("flap").monitrc(
        "set daemon 1
         check process flap with pidfile $DIR/flap.pid
           start program = \"$DIR/flap start\" with timeout 3 seconds
           if 3 restarts within 3 cycles then unmonitor
        ",
    );
    test.start();
    test.wait_for_log("'flap' service restarted 3 times within 3 cycles(s) - unmonitor");
    assert_eq!(test.log_count("'flap' start: "), 3);
}

#[test]
fn a_start_program_that_fails_shows_what_it_said() {
    let mut test = Sandbox::new()
        .script("web", "start) echo 'cannot bind' >&2; exit 3;;")
        .monitrc(
            "set daemon 1
             check process web with pidfile $DIR/web.pid
               start program = \"$DIR/web start\" with timeout 1 second
            ",
        );
    test.start();
    let command = format!("'{} start'", test.path("web").display());
    test.wait_for_log(&format!(
        "'web' failed to start (exit status 3) -- {command}: cannot bind"
    ));
}

#[test]
fn a_start_program_that_is_missing_fails_at_once() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check process web with pidfile $DIR/web.pid
           start program = \"$DIR/nothing start\" with timeout 1000 seconds
        ",
    );
    test.start();
    test.wait_for_log("'web' failed to start");
    // A second try means that the first did not wait for its thousand seconds.
    test.wait_for_log_times("'web' failed to start", 2);
}

/// A recovery that takes longer than the start program waits for it must not be cut short, or the
/// daemon never comes up.
#[test]
fn a_start_program_past_its_limit_is_killed_without_the_daemon_it_started() {
    let mut test = Sandbox::new()
        .script(
            "web",
            "start)
                [ -e $DIR/on-its-way ] && exit 0
                # It opens its pidfile when it is told to.
                (while ! [ -e $DIR/recovered ]; do sleep 0.1; done
                 exec sleep 1000001) </dev/null >/dev/null 2>&1 &
                echo $! >$DIR/on-its-way
                wait;;",
        )
        .monitrc(
            "set daemon 1
             check process web with pidfile $DIR/web.pid
               start program = \"$DIR/web start\" with timeout 2 seconds
            ",
        );
    test.start();
    test.wait_for_log("'web' failed to start (exit status -1)");
    // On a busy machine the first one may have been killed before it came to that.
    eventually("it is on its way", || test.pid("on-its-way").is_some());
    test.wait_for_log_times("'web' failed to start", 2);
    let daemon = test.pid("on-its-way").expect("just waited for");
    assert!(process::is_running(daemon));
    test.write("recovered", "");
    test.write("web.pid", &daemon.to_string());
    test.wait_for_log(&format!("'web' process is running with pid {daemon}"));
}

#[test]
fn a_start_program_that_starts_well_and_does_not_end_has_started() {
    let mut test = Sandbox::new()
        .script(
            "web",
            "start)
                sleep 1000001 </dev/null >/dev/null 2>&1 &
                echo $! >$DIR/web.new
                mv $DIR/web.new $DIR/web.pid
                wait;;",
        )
        .daemon("app")
        .monitrc(&format!(
            "set daemon 1
             check process web with pidfile $DIR/web.pid
               start program = \"$DIR/web start\" with timeout 3 seconds
             {}  depends on web\n",
            check("app")
        ));
    test.start();
    test.wait_for_log("was killed, the process is up");
    let web = test.wait_for_process("web.pid", None);
    test.wait_for_process("app.pid", None);
    assert_eq!(test.pid("web.pid"), Some(web), "it is not started again");
}

#[test]
fn a_stop_program_past_its_limit_is_killed_with_all_it_started() {
    let mut test = Sandbox::new()
        .script("web", "stop) sleep 1000001 & echo $! >$DIR/child; wait;;")
        .monitrc(
            "set daemon 1
             check process web with pidfile $DIR/web.pid
               stop program = \"$DIR/web stop\" with timeout 1 second
               if exist then restart
            ",
        );
    let web = Sandbox::stranger();
    test.write("web.pid", &web.pid().to_string());
    test.start();
    // On a busy machine the first one may be killed before it comes to that.
    let mut child = None;
    eventually("it starts a child", || {
        child = test.pid("child");
        child.is_some()
    });
    let child = child.expect("just waited for");
    test.wait_for_log("'web' failed to stop");
    eventually("its child is gone", || !process::is_running(child));
}

#[test]
fn a_hung_start_program_delays_nobody() {
    let mut test = Sandbox::new()
        .script("stuck", "start) sleep 1000002;;")
        .daemon("web")
        .monitrc(&format!(
            "set daemon 1
             check process stuck with pidfile $DIR/stuck.pid
               start program = \"$DIR/stuck start\" with timeout 1000 seconds
             {}",
            check("web")
        ));
    test.start();
    eventually("the hung program runs", || {
        test.calls("stuck", "start") == 1
    });
    test.kill("web");
    assert_eq!(test.calls("stuck", "start"), 1, "and is not started twice");
}

#[test]
fn a_changed_checksum_unmonitors_what_depends_on_the_file() {
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         check file settings with path $DIR/settings
           if failed checksum then unmonitor
         {}
           depends on settings
        ",
        check("web")
    ));
    test.write("settings", "one\n");
    test.start();
    let pid = test.wait_for_process("web.pid", None);
    eventually("both are watched", || {
        let summary = test.tend(&["summary"]).stdout;
        summary.matches(" OK ").count() == 3
    });
    test.write("settings", "two\n");
    eventually("both are let go", || {
        let summary = test.tend(&["summary"]).stdout;
        summary.matches("Not monitored").count() == 2
    });
    assert!(process::is_running(pid));
}

#[test]
fn a_chain_stops_from_its_end_and_starts_from_its_root() {
    let mut test = Sandbox::new()
        .daemon("db")
        .daemon("app")
        .daemon("web")
        .monitrc(&format!(
            "set daemon 1
             {} depends on app
             {} depends on db
             {}",
            check("web"),
            check("app"),
            check("db")
        ));
    test.start();
    test.wait_for_process("web.pid", None);
    let started = test.read("order");
    assert_eq!(started, "db start\napp start\nweb start\n");
    let web = test.wait_for_process("web.pid", None);
    test.kill("db");
    test.wait_for_process("web.pid", Some(web));
    let after = test.read("order");
    let after = after.strip_prefix(&started).expect("the file only grows");
    assert_eq!(
        after,
        "web stop\napp stop\ndb start\napp start\nweb start\n"
    );
}

#[test]
fn passive_mode_only_tells() {
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{} mode passive\n", check("web")));
    test.start();
    test.wait_for_log_times("'web' process is not running", 3);
    assert_eq!(test.calls("web", "start"), 0);
}

/// A test of a file that fails, and whose action is a script of these branches.
fn with_exec(script: &str, options: &str) -> Sandbox {
    let test = Sandbox::new().script("note", script).monitrc(&format!(
        "set daemon 1
         check file page with path $DIR/page
           if failed permission 644 then exec \"$DIR/note it\" {options}
        ",
    ));
    test.write("page", "hello");
    test.permit("page", 0o600);
    test
}

#[test]
fn exec_runs_once_per_change_and_knows_why() {
    let mut test = with_exec("it) env | grep ^MONIT_ | sort >$DIR/why;;", "");
    test.start();
    test.wait_for_log_times("'page' permission test failed", 3);
    eventually("the variables are there", || {
        test.read("why").contains("SERVICE")
    });
    assert_eq!(test.log_count("'page' exec:"), 1);
    assert_eq!(test.calls("note", "it"), 1);
    let why = test.read("why");
    assert!(why.contains("MONIT_SERVICE=page\n"), "{why}");
    assert!(why.contains("MONIT_EVENT=Permission failed\n"), "{why}");
    assert!(
        why.contains("MONIT_DESCRIPTION=permission test failed"),
        "{why}"
    );
    assert!(why.contains("MONIT_DATE="), "{why}");
    assert!(why.contains("MONIT_HOST="), "{why}");
}

#[test]
fn exec_repeats_as_it_is_told() {
    let mut test = with_exec("it) ;;", "repeat every 3 cycles");
    test.start();
    test.wait_for_log_times("'page' permission test failed", 8);
    // At the 1st, the 3rd and the 6th event; whatever has come since does not count.
    let log = test.log();
    let (eighth, _) = log
        .match_indices("permission test failed")
        .nth(7)
        .expect("it was waited for");
    assert_eq!(log[..eighth].matches("'page' exec:").count(), 3, "{log}");
}

#[test]
fn an_exec_that_hangs_is_ended_and_what_it_has_started_goes_on() {
    let mut test = with_exec(
        "it) sleep 1000011 & echo $! >$DIR/left; wait;;",
        "with timeout 5 seconds",
    );
    let tend = test.start();
    let command = format!("'page' exec: '{} it'", test.path("note").display());
    test.wait_for_log(&format!("{command} failed (timed out)"));
    let left = test.pid("left").expect("it has run for five seconds");
    let mut expected = [tend, left];
    expected.sort_unstable();
    // It may still be storing what it has done.
    eventually("these two are left", || {
        let mut processes = test.processes();
        processes.sort_unstable();
        processes == expected
    });
}

/// As a script of a machine that restarts a daemon which was never taught to be one.
#[test]
fn what_an_exec_leaves_behind_may_print_for_ever() {
    let mut test = with_exec(
        "it) (while echo out && echo err >&2; do echo >>$DIR/printed; sleep 0.01; done) &;;",
        "",
    );
    test.start();
    let prints_on = |test: &Sandbox| {
        let printed = test.read("printed").len();
        eventually("it prints on", || test.read("printed").len() > printed + 9);
    };
    eventually("it prints", || test.path("printed").exists());
    prints_on(&test);
    assert_eq!(test.end("TERM"), 0);
    prints_on(&test);
}

#[test]
fn arguments_reach_the_program_as_they_are_written() {
    let mut test = Sandbox::new()
        .script("web", "start) printf '[%s]' \"$@\" >$DIR/arguments;;")
        .monitrc(
            "set daemon 1
             check process web with pidfile $DIR/web.pid
               start program = \"$DIR/web start a=b --k=v $(id) `id` ; ' two words ' * $HOME\"
            ",
        );
    test.start();
    eventually("the program ran", || {
        test.read("arguments").ends_with("[$HOME]")
    });
    assert_eq!(
        test.read("arguments"),
        "[start][a=b][--k=v][$(id)][`id`][;][two words][*][$HOME]"
    );
}

#[test]
fn programs_inherit_no_descriptor_and_no_terminal() {
    let mut test = Sandbox::new()
        .script(
            "web",
            "start) ls /proc/self/fd >$DIR/descriptors; pwd >$DIR/cwd
                cut -d' ' -f1,5,6 /proc/$$/stat >$DIR/session;;",
        )
        .monitrc(&format!(
            "set daemon 1
             set httpd port {} and use address 127.0.0.1
               allow localhost
             check process web with pidfile $DIR/web.pid
               start program = \"$DIR/web start\"
            ",
            free_port()
        ));
    test.start();
    eventually("the program ran", || !test.read("session").is_empty());
    // 3 is the folder that `ls` itself has open.
    assert_eq!(test.read("descriptors"), "0\n1\n2\n3\n");
    assert_eq!(test.read("cwd"), "/\n");
    let session = test.read("session");
    let ids: Vec<&str> = session.split_whitespace().collect();
    assert!(
        ids[0] == ids[1] && ids[1] == ids[2],
        "own session: {session}"
    );
}

#[test]
fn programs_have_the_umask_that_tend_was_started_with() {
    let test = Sandbox::new()
        .script(
            "web",
            "start) umask >$DIR/mask.new; mv $DIR/mask.new $DIR/mask;;",
        )
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    let background = ["-c", "umask 037; exec \"$0\" -c monitrc", test.subject()];
    let mut started = test.command_of("sh".as_ref(), &background);
    assert!(started.status().is_ok_and(|status| status.success()));
    eventually("the program ran", || !test.read("mask").is_empty());
    assert_eq!(test.read("mask"), "0037\n");
}

#[test]
fn programs_run_as_the_user_the_file_names() {
    if !crate::support::is_root("programs_run_as_the_user_the_file_names") {
        return;
    }
    let mut test = Sandbox::new()
        .script("web", "start) { id -u; id -g; id -G; } >$DIR/nobody/ids;;")
        .monitrc(
            "set daemon 1
             check process web with pidfile $DIR/web.pid
               start program = \"$DIR/web start\" as uid 65534 and gid 65534
            ",
        );
    for (file, mode) in [("web.calls", 0o666), ("order", 0o666)] {
        test.write(file, "");
        test.permit(file, mode);
    }
    std::fs::create_dir(test.path("nobody")).expect("the sandbox can be written");
    test.permit("nobody", 0o777);
    test.start();
    eventually("the program ran", || {
        test.read("nobody/ids").lines().count() == 3
    });
    assert_eq!(test.read("nobody/ids"), "65534\n65534\n65534\n");
}

#[test]
fn daemons_outlive_tend_and_are_found_again() {
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    test.start();
    let pid = test.wait_for_process("web.pid", None);
    test.wait_for_log("'web' process is running with pid");
    assert_eq!(test.end("TERM"), 0);
    assert!(process::is_running(pid));
    assert!(
        !test.path("tend.pid").exists(),
        "a clean end leaves no pidfile"
    );
    test.start();
    test.end("INT");
    assert_eq!(test.wait_for_process("web.pid", None), pid);
    assert_eq!(test.calls("web", "start"), 1);
}

#[test]
fn killed_in_the_middle_of_a_restart_it_recovers() {
    let mut test = Sandbox::new()
        .daemon("left")
        .script(
            "slow",
            "start)
                while [ ! -e $DIR/go ]; do sleep 1; done
                sleep 1000003 </dev/null >/dev/null 2>&1 &
                echo $! >$DIR/slow.pid;;
             stop) ;;",
        )
        .monitrc(&format!(
            "set daemon 1
             set httpd unixsocket $DIR/socket
               allow admin:swordfish
             {} {}",
            check("left"),
            check("slow")
        ));
    test.start();
    test.wait_for_process("left.pid", None);
    eventually("`unmonitor` is taken", || {
        test.tend(&["unmonitor", "left"]).code == 0
    });
    eventually("it is let go", || {
        test.tend(&["summary"]).stdout.contains("Not monitored")
    });
    eventually("the restart is under way", || {
        test.calls("slow", "start") == 1
    });
    test.end("KILL");
    test.start();
    test.write("go", "");
    test.wait_for_process("slow.pid", None);
    eventually("it is watched again", || {
        let status = test.tend(&["status", "slow"]).stdout;
        status.contains("status                       OK")
    });
    let summary = test.tend(&["summary", "left"]).stdout;
    assert!(
        summary.contains("Not monitored"),
        "kept over the kill: {summary}"
    );
    assert!(!test.path("state.unreadable").exists());
}

#[test]
fn killed_the_moment_a_start_program_runs_it_is_not_run_again() {
    let mut test = Sandbox::new()
        .script(
            "web",
            "start)
                kill -KILL $(cat $DIR/tend.pid)
                : >$DIR/killed
                while [ ! -e $DIR/go ]; do sleep 0.05; done
                sleep 1000010 </dev/null >/dev/null 2>&1 &
                echo $! >$DIR/web.new
                mv $DIR/web.new $DIR/web.pid;;
             stop) ;;",
        )
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    // The program is not held back for long where the disk is slow.
    let state = test.state_in_memory().display().to_string();
    test.spawn(&["-I", "-c", "monitrc", "-s", &state]);
    eventually("it is killed", || test.path("killed").exists());
    test.end("KILL");
    test.start_with(&["-s", &state]);
    test.wait_for_log_times("'web' process is not running", 1);
    test.write("go", "");
    let pid = test.wait_for_process("web.pid", None);
    test.wait_for_log(&format!("'web' process is running with pid {pid}"));
    assert_eq!(test.calls("web", "start"), 1);
}

#[test]
fn a_restart_program_is_used_alone() {
    let mut test = Sandbox::new()
        .script(
            "web",
            "start | again)
                sleep 1000007 </dev/null >/dev/null 2>&1 &
                echo $! >$DIR/web.pid;;
             stop) ;;",
        )
        .monitrc(&format!(
            "set daemon 1
             set httpd unixsocket $DIR/socket
               allow admin:swordfish
             {}
               restart program = \"$DIR/web again\"
            ",
            check("web")
        ));
    test.start();
    let first = test.wait_for_process("web.pid", None);
    test.wait_for_log("'web' process is running with pid");
    assert_eq!(test.read("web.calls"), "again\n");
    assert_eq!(test.tend(&["restart", "web"]).code, 0);
    test.wait_for_process("web.pid", Some(first));
    test.wait_for_log("'web' restart action done");
    assert_eq!(test.read("web.calls"), "again\nagain\n");
}

#[test]
fn every_n_cycles_looks_in_the_first_and_then_seldom() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file often with path $DIR/missing
         check file seldom with path $DIR/missing
           every 3 cycles
        ",
    );
    test.start();
    test.wait_for_log_times("'often' file doesn't exist", 6);
    // Cycles 1 and 4; whatever else has been logged since does not count.
    let log = test.log();
    let (sixth, _) = log
        .match_indices("'often'")
        .nth(10)
        .expect("two lines a cycle");
    assert_eq!(
        log[..sixth].matches("'seldom' file doesn't exist").count(),
        2,
        "{log}"
    );
}

#[test]
fn cron_times_come_once_a_minute_and_their_opposite_as_long_as_the_minute_lasts() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file often with path $DIR/missing
         check file cron with path $DIR/missing
           every \"* * * * *\"
         check file never with path $DIR/missing
           not every \"* * * * *\"
         check file leap with path $DIR/missing
           every \"0 0 29 2 *\"
         check file other with path $DIR/missing
           not every \"0 0 29 2 *\"
        ",
    );
    test.start();
    test.wait_for_log_times("'often' file doesn't exist", 4);
    test.wait_for_log_times("'other' file doesn't exist", 4);
    let log = test.log();
    let times = |name: &str| log.matches(&format!("'{name}' file doesn't exist")).count();
    assert!(
        (1..=2).contains(&times("cron")),
        "a second minute may have begun: {log}"
    );
    assert_eq!((times("never"), times("leap")), (0, 0), "{log}");
}

#[test]
fn a_window_needs_its_failures() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file page with path $DIR/page
           if failed permission 644 for 3 cycles then alert
           if failed uid 54321 2 times within 3 cycles then alert
        ",
    );
    test.write("page", "hello");
    test.permit("page", 0o600);
    test.start();
    test.wait_for_log("error    : 'page' permission");
    assert_eq!(
        test.log_count("warning  : 'page' permission"),
        2,
        "{}",
        test.log()
    );
    test.wait_for_log("error    : 'page' uid");
    test.permit("page", 0o644);
    test.wait_for_log("info     : 'page' permission");
}

#[test]
fn a_cycle_of_more_than_2_31_milliseconds_is_slept_through() {
    let text = |seconds: u32| {
        format!(
            "set daemon {seconds}
             set httpd unixsocket $DIR/socket allow a:b
             check file tick with path $DIR/tick
               if changed size then alert"
        )
    };
    let mut test = Sandbox::new().monitrc(&text(1));
    test.write("tick", "");
    let pid = test.start_with(&["-v"]);
    test.wait_for_log("'tick' size");
    test.rewrite_monitrc(&text(2_592_000));
    assert_eq!(test.tend(&["reload"]).code, 0);
    let looks = || {
        let log = test.log();
        let since = log.split(" reloaded").nth(1).unwrap_or("");
        since.matches("'tick' file exists").count()
    };
    eventually("the reload looks once", || looks() == 1);
    process::signal(pid, "USR1");
    eventually("it can be woken up", || looks() == 2);
    test.write("tick", "x");
    process::signal(pid, "USR1");
    test.wait_for_log("error    : 'tick' size for");
    assert_eq!(test.tend(&["status"]).code, 0);
    // Whoever spins looks again and again.
    assert_eq!(looks(), 3, "{}", test.log());
}
