//! Programs as checks: what they print and how they end is judged when they end, and no program,
//! however it behaves, holds up anything else, grows anything, or outlives its watch.

use std::fmt::Write;
use std::path::Path;

use crate::support::http::{self, basic};
use crate::support::peer::free_port;
use crate::support::{Sandbox, eventually, is_root, process};

/// A sandbox with `$DIR/NAME`, a shell script that says `begun` in `$DIR/NAME.runs` first.
fn with_program(name: &str, script: &str) -> Sandbox {
    let test = Sandbox::new();
    program(&test, name, script);
    test
}

fn program(test: &Sandbox, name: &str, script: &str) {
    let text = format!("#!/bin/sh\necho $$ begun >>$DIR/{name}.runs\n{script}\n");
    test.write_program(name, &text);
}

fn runs(test: &Sandbox, name: &str) -> Vec<u32> {
    let runs = test.read(&format!("{name}.runs"));
    let pids = runs
        .lines()
        .filter_map(|line| line.strip_suffix(" begun")?.parse().ok());
    pids.collect()
}

#[test]
fn the_verdict_comes_when_the_program_ends_and_not_an_hour_later() {
    let mut test = with_program("ups", "echo on battery; echo no mains >&2; exit 3").monitrc(
        "set daemon 3600
         check program ups with path $DIR/ups
           if status != 0 then alert
        ",
    );
    test.start();
    test.wait_for_log("'ups' status failed (3) -- no mains\non battery\n");
    assert_eq!(runs(&test, "ups").len(), 1);
}

#[test]
fn status_and_content_fail_change_and_recover() {
    let mut test = with_program("ups", ". $DIR/part").monitrc(
        "set daemon 1
         check program ups with path $DIR/ups
           if status > 1 then alert
           if changed status then alert
           if content = \"^on (battery|fire)$\" then alert
           if content != \"on\" then alert
        ",
    );
    let play = |test: &Sandbox, part: &str| {
        test.write("new", part);
        std::fs::rename(test.path("new"), test.path("part")).expect("the sandbox is ours");
    };
    play(&test, "echo on mains; exit 1");
    test.start();
    eventually("it ran twice", || runs(&test, "ups").len() > 2);
    play(&test, "echo on battery; exit 2");
    test.wait_for_log("'ups' status failed (2) -- on battery\n");
    test.wait_for_log("'ups' status changed (1 -> 2) -- on battery\n");
    test.wait_for_log("'ups' content match on program output:\non battery\n\n");
    play(&test, "echo on mains; exit 0");
    test.wait_for_log("'ups' status succeeded (0) -- on mains\n");
    test.wait_for_log("'ups' status changed (2 -> 0) -- on mains\n");
    test.wait_for_log("'ups' content doesn't match on program output:\non mains\n");
    play(&test, "exit 0");
    test.wait_for_log("'ups' content match on program output:\n\n");
}

#[test]
fn a_program_gets_its_arguments_as_they_are_and_an_environment_of_its_own() {
    let mut test = with_program(
        "ups",
        "for word; do echo \"[$word]\"; done >$DIR/words
         env | grep ^MONIT_ >$DIR/variables
         ls -l /proc/self/fd | grep -c pipe: >$DIR/pipes
         exit 7",
    )
    .monitrc(
        "set daemon 3600
         check program ups with path \"$DIR/ups a 'b c' $HOME\" * \"d  e\"
           if status != 0 then exec \"/bin/sh -c 'env >$DIR/exec.new; mv $DIR/exec.new $DIR/exec'\"
        ",
    );
    test.start();
    eventually("the alert's program ran", || !test.read("exec").is_empty());
    assert_eq!(test.read("words"), "[a]\n[b c]\n[$HOME]\n[*]\n[d  e]\n");
    assert_eq!(test.read("variables"), "MONIT_SERVICE=ups\n");
    // Its own standard output goes to a pipe of `ls`: ours for standard error, and that one.
    assert_eq!(test.read("pipes"), "2\n");
    let exec = test.read("exec");
    for variable in [
        "MONIT_PROGRAM_STATUS=7",
        "MONIT_SERVICE=ups",
        "MONIT_EVENT=Status failed",
        "MONIT_DESCRIPTION=status failed (7) -- no output",
    ] {
        assert!(exec.lines().any(|line| line == variable), "{exec}");
    }
}

#[test]
fn a_program_runs_as_whom_it_is_told() {
    if !is_root("a_program_runs_as_whom_it_is_told") {
        return;
    }
    let mut test = Sandbox::new().monitrc(
        "set daemon 3600
         check program who with path \"/bin/sh -c 'id -u; id -g; id -G; exit 1'\"
           as uid nobody and gid 12
           if status != 0 then alert
        ",
    );
    test.start();
    test.wait_for_log("'who' status failed (1) -- 65534\n12\n12\n");
}

#[test]
fn ten_megabytes_are_drained_and_cut() {
    let mut test = with_program("loud", "head -c 10000000 /dev/zero | tr '\\0' x; exit 4").monitrc(
        "set daemon 3600
         set limits { programOutput: 100 B }
         check program loud with path $DIR/loud
           if status != 0 then alert
        ",
    );
    let pid = test.start();
    test.wait_for_log(&format!(
        "'loud' status failed (4) -- {}\n",
        "x".repeat(100)
    ));
    let memory = process::status_field(pid, "VmHWM").expect("it runs");
    assert!(memory < 64 * 1024, "{memory} kB after a long output");
}

#[test]
fn a_program_that_prints_without_end_delays_nobody_and_is_ended() {
    let mut test = with_program("next", "exit 5").monitrc(
        "set daemon 1
         set limits { programOutput: 4 B }
         check program endless with path \"/bin/sh -c 'yes >&2'\" with timeout 4 seconds
           if status = 9 then alert
         check program next with path $DIR/next
           if status != 0 then alert
        ",
    );
    test.start();
    test.wait_for_log_times("'next' status failed (5)", 2);
    test.wait_for_log("'endless' program timed out after 4 s. Killing program with pid ");
    test.wait_for_log("'endless' status failed (9) -- y\ny\n");
}

#[test]
fn a_time_limit_ends_all_of_a_program_that_ignores_every_request() {
    let mut test = with_program(
        "stubborn",
        "trap '' TERM HUP INT
         sleep 1000001 & echo $! >$DIR/child
         sleep 1000002",
    )
    .monitrc(
        "set daemon 1
         check program stubborn with path $DIR/stubborn with timeout 1 second
           if content = \"x\" then alert
        ",
    );
    test.start();
    // On a busy machine the first one may be killed before it comes to that.
    let mut child = None;
    eventually("it starts a child", || {
        child = test.pid("child");
        child.is_some()
    });
    let child = child.expect("just waited for");
    let program = runs(&test, "stubborn")[0];
    // No test of its status would tell, so the limit itself does.
    let told = "'stubborn' program timed out after 1 s. Killing program with pid";
    test.wait_for_log(&format!("{told} {program}\n"));
    eventually("its child has ended", || !process::is_running(child));
    assert!(!process::is_running(program));
    assert_eq!(process::state(program), None, "and is no zombie");
}

#[test]
fn a_daemon_left_behind_does_not_hold_up_the_verdict() {
    let mut test = with_program(
        "parent",
        "sleep 1000003 & echo $! >$DIR/child
         echo left one behind; exit 6",
    )
    .monitrc(
        "set daemon 3600
         check program parent with path $DIR/parent
           if status != 0 then alert
        ",
    );
    let pid = test.start();
    test.wait_for_log("'parent' status failed (6) -- left one behind\n");
    let child = test.pid("child").expect("it is written");
    assert!(process::is_running(child), "nobody asked for its end");
    eventually("its pipes are closed", || {
        let folder = format!("/proc/{pid}/fd");
        let links = std::fs::read_dir(folder).expect("it runs");
        let targets = links.filter_map(|link| std::fs::read_link(link.ok()?.path()).ok());
        let theirs = std::fs::read_link(format!("/proc/{child}/fd/1")).expect("it runs");
        targets.into_iter().all(|target| target != theirs)
    });
}

#[test]
fn outputs_that_are_closed_early_are_no_end() {
    let mut test = with_program(
        "silent",
        "exec >&- 2>&-
         while ! test -e $DIR/go; do sleep 0.05; done
         exit 8",
    )
    .monitrc(
        "set daemon 3600
         check program silent with path $DIR/silent
           if status != 0 then alert
        ",
    );
    test.start();
    eventually("it runs", || !runs(&test, "silent").is_empty());
    assert_eq!(test.log_count("'silent' status"), 0);
    test.write("go", "");
    test.wait_for_log("'silent' status failed (8) -- no output\n");
}

#[test]
fn a_signal_is_a_status() {
    let mut test = with_program("killed", "kill -15 $$").monitrc(
        "set daemon 3600
         check program killed with path $DIR/killed
           if status = 15 then alert
        ",
    );
    test.start();
    test.wait_for_log("'killed' status failed (15) -- no output\n");
}

#[test]
fn what_cannot_be_executed_is_told_until_it_can() {
    let port = free_port();
    let mut test = with_program("gone", "exit 0").monitrc(&format!(
        "set daemon 1
         set httpd port {port} and use address 127.0.0.1
           allow admin:swordfish
         check program gone with path $DIR/gone
           if status != 0 then alert
         check program strange with path $DIR/strange
           if status != 0 then alert
         check program lost with path $DIR/lost
           if status != 0 then alert
        "
    ));
    program(&test, "strange", "exit 0");
    program(&test, "lost", "exit 0");
    test.start();
    eventually("it ran", || !runs(&test, "gone").is_empty());
    let aside = test.path("aside");
    std::fs::rename(test.path("gone"), &aside).expect("the sandbox is ours");
    test.write_program("strange", "#!/nonexistent/interpreter\n");
    test.permit("lost", 0o644);
    let failed = |name: &str| {
        format!(
            "'{name}' failed to execute '{}' -- ",
            test.path(name).display()
        )
    };
    test.wait_for_log(&(failed("gone") + "No such file or directory"));
    test.wait_for_log(&(failed("strange") + "No such file or directory"));
    test.wait_for_log(&(failed("lost") + "Permission denied"));
    // The command line reads the control file, which names a program that is not there.
    let admin = basic("admin:swordfish");
    let status = || http::get(port, "/_status?service=gone", &[&admin]).body;
    assert!(status().contains("Status failed"), "{}", status());
    std::fs::rename(aside, test.path("gone")).expect("the sandbox is ours");
    test.wait_for_log("'gone' program started\n");
    eventually("it is well again", || {
        let status = status();
        status.contains("OK") && status.contains("last exit value")
    });
}

#[test]
fn what_runs_is_not_run_again_and_a_reload_and_the_end_end_it() {
    let mut test = with_program("slow", "sleep 1000005").monitrc(
        "set daemon 1
         check program slow with path $DIR/slow
           if status != 0 then alert
         check program ticks with path $DIR/ticks
           if status != 0 then alert
        ",
    );
    program(&test, "ticks", "exit 0");
    let pid = test.start();
    eventually("three cycles have passed", || {
        runs(&test, "ticks").len() > 3
    });
    eventually("it runs", || !runs(&test, "slow").is_empty());
    let first = runs(&test, "slow");
    assert_eq!(first.len(), 1, "{first:?}");
    process::signal(pid, "HUP");
    test.wait_for_log("reloaded");
    eventually("the first has ended", || !process::is_running(first[0]));
    eventually("it was run anew", || runs(&test, "slow").len() == 2);
    assert_eq!(test.end("TERM"), 0);
    eventually("nothing is left", || test.processes().is_empty());
    assert_eq!(
        test.log_count("'slow' status"),
        0,
        "who is killed by us has not failed"
    );
}

#[test]
fn a_program_that_is_not_monitored_is_ended() {
    let mut test = with_program("slow", "sleep 1000006").monitrc(
        "set daemon 3600
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         check program slow with path $DIR/slow
           if status != 0 then alert
        ",
    );
    test.start();
    eventually("it runs", || !runs(&test, "slow").is_empty());
    assert_eq!(test.tend(&["unmonitor", "slow"]).code, 0);
    eventually("it has ended", || {
        !process::is_running(runs(&test, "slow")[0])
    });
    assert_eq!(test.tend(&["monitor", "slow"]).code, 0);
    eventually("it was run anew", || runs(&test, "slow").len() == 2);
}

/// Two hundred programs, each of which needs some descriptors while it runs.
fn two_hundred_programs() -> Sandbox {
    let mut text = String::from("set daemon 3600\n");
    for number in 0..200 {
        let script = format!("sleep 0.2; exit {}", 1 + number % 3);
        writeln!(
            text,
            "check program p{number} with path \"/bin/sh -c '{script}'\"\n  \
             if status != 0 then alert"
        )
        .expect("a string takes all that is written");
    }
    Sandbox::new().monitrc(&text)
}

fn wait_for_two_hundred_verdicts(test: &Sandbox) {
    for number in 0..200 {
        let status = 1 + number % 3;
        test.wait_for_log(&format!(
            "'p{number}' status failed ({status}) -- no output\n"
        ));
    }
}

#[test]
fn two_hundred_programs_at_once_all_have_their_verdict() {
    let mut test = two_hundred_programs();
    test.start();
    wait_for_two_hundred_verdicts(&test);
}

#[test]
fn two_hundred_programs_share_the_few_descriptors_there_are() {
    let mut test = two_hundred_programs();
    let tend = test.subject().to_owned();
    let limited = ["--nofile=48:", &tend, "-I", "-v", "-c", "monitrc"];
    let command = test.command_of(Path::new("prlimit"), &limited);
    test.start_command(command);
    wait_for_two_hundred_verdicts(&test);
    assert_eq!(test.log_count("failed to execute"), 0);
}

#[test]
fn a_pass_waits_for_its_programs() {
    let test = with_program("ups", "sleep 0.2; exit $(cat $DIR/status)").monitrc(
        "check program ups with path $DIR/ups
           if status != 0 then alert
           if changed status then alert
        ",
    );
    test.write("status", "0");
    assert_eq!(test.tend(&["--check"]).code, 0);
    test.write("status", "1");
    let failed = test.tend(&["--check"]);
    assert_eq!(failed.code, 1, "{failed:?}");
    // A pass remembers what the one before it found.
    assert_eq!(test.log_count("'ups' status changed (0 -> 1)"), 1);
    assert_eq!(test.log_count("'ups' status failed (1)"), 1);
}

#[test]
fn whatever_is_printed_pages_and_documents_stay_whole() {
    let port = free_port();
    let mut test = with_program(
        "dirty",
        r#"printf '<b>&"]]>\000\033[31mred\377\357\277\277\r\n \303\274 end\n'; exit 1"#,
    )
    .monitrc(&format!(
        "set daemon 3600
         set httpd port {port} and use address 127.0.0.1
           allow admin:swordfish
         check program dirty with path $DIR/dirty
           if status != 0 then alert
           if content = \"]]>.*ü end$\" then alert
        ",
    ));
    test.start();
    test.wait_for_log("'dirty' content match on program output:\n");
    let admin = basic("admin:swordfish");
    let get = |path: &str| http::get(port, path, &[&admin]).body;
    let xml = get("/_status?format=xml");
    let output = "<output><![CDATA[<b>&\"]]&gt;\u{fffd}\u{fffd}[31mred\u{fffd}\u{fffd}\n ü end]]>";
    assert!(
        xml.contains(&format!("<status>1</status>{output}</output>")),
        "{xml}"
    );
    let page = get("/dirty");
    let output = "&lt;b&gt;&amp;&quot;]]&gt;\u{fffd}\u{fffd}[31mred\u{fffd}\u{fffd}<br> ü end";
    assert!(page.contains(output), "{page}");
    assert!(get("/").contains("&lt;b&gt;&amp;"), "the overview");
    let status = test.tend(&["status", "dirty"]).stdout;
    let lines = "last output                  <b>&\"]]>\u{fffd}\u{fffd}[31mred\u{fffd}\u{ffff}\n\
                 \x20                               ü end\n";
    assert!(status.contains(lines), "{status}");
}

#[test]
fn a_program_does_not_outlive_a_killed_supervisor() {
    let mut test = with_program("stays", "echo $$ > $DIR/stays.pid; exec sleep 100000").monitrc(
        "set daemon 3600
         check program stays with path $DIR/stays
           if status != 0 then alert
        ",
    );
    let daemon = test.start();
    let program = test.wait_for_process("stays.pid", None);
    process::signal(daemon, "KILL");
    eventually("the program has ended", || !process::is_running(program));
}
