//! `check process`: what it uses, whose it is, and what replaces it.

use crate::support::daemon::check;
use crate::support::{Sandbox, kernel};

/// A shell that reads and writes all the time and has two children that sleep.
const HOG: &str = "start)
        $DIR/hog work </dev/null >/dev/null 2>&1 &
        echo $! >$DIR/hog.new
        mv $DIR/hog.new $DIR/hog.pid;;
    work)
        sleep 1000000 &
        sleep 1000000 &
        while :; do
            read line <$DIR/feed
            echo $line >$DIR/out
            sleep 0.05
        done;;";

#[test]
fn every_figure_of_a_process_can_fail() {
    let rules = "set daemon 1\n".to_owned()
        + &check("hog")
        + "if cpu >= 0% then alert
           if total cpu >= 0% then alert
           if memory > 10 kB then alert
           if mem usage >= 0% then alert
           if totalmem > 20 kB then alert
           if total memory usage >= 0% then alert
           if children > 1 then alert
           if threads = 1 then alert
           if filedescriptors > 2 then alert
           if filedescriptors >= 0% then alert
           if total filedescriptors > 6 then alert
           if read > 1 B/s then alert
           if write > 1 B/s then alert
           if disk read >= 0 kB/s then alert
           if disk write >= 0 kB/s then alert
           if disk read > 1 operations/s then alert
           if disk write > 1 operations/s then alert
           if uptime >= 0 seconds then alert
           if loadavg (1min) >= 0 then alert
           if failed uid 65533 then alert
           if failed euid 65533 then alert
           if failed gid 65533 then alert\n";
    let mut test = Sandbox::new().script("hog", HOG).monitrc(&rules);
    test.write("feed", "something to read\n");
    test.start();
    for text in [
        "matches resource limit [cpu usage >= 0.0%]",
        "'hog' total cpu usage of",
        "matches resource limit [mem amount > 10 kB]",
        "matches resource limit [mem usage >= 0.0%]",
        "matches resource limit [total mem amount > 20 kB]",
        "matches resource limit [total mem amount >= 0.0%]",
        "matches resource limit [children > 1]",
        "threads count 1 matches resource limit [threads = 1]",
        "matches limit [filedescriptors > 2]",
        "'hog' total  filedescriptors usage of",
        "/hog.pid -- current uptime is",
        "matches resource limit [loadavg (1min) >= 0.0]",
        "'hog' uid test failed for hog -- current uid is",
        "'hog' euid test failed for hog -- current euid is",
        "'hog' gid test failed for hog -- current gid is",
    ] {
        test.wait_for_log(text);
    }
    let told = |since: [u32; 3], words: &[&str], without: &[&str]| {
        if kernel::is_since(since) {
            words.iter().for_each(|words| test.wait_for_log(words));
        } else {
            for what in without {
                let line = format!("'hog' {what} is not available here, its test is left out");
                test.wait_for_log(&line);
            }
        }
    };
    told(
        [2, 6, 24],
        &["matches limit [filedescriptors >= 0.0%]"],
        &["filedescriptors"],
    );
    told(
        [2, 6, 20],
        &[
            "matches resource limit [read > 1 B/s]",
            "matches resource limit [write > 1 B/s]",
            "'hog' physical read activity",
            "'hog' physical write activity",
            "matches resource limit [read > 1 operations/s]",
            "matches resource limit [write > 1 operations/s]",
        ],
        &["read", "write", "disk read", "disk write"],
    );
}

#[test]
fn a_process_replaced_by_somebody_else_and_by_us() {
    let rules = "set daemon 1\n".to_owned() + &check("web") + "if changed pid then alert\n";
    let mut test = Sandbox::new().daemon("web").monitrc(&rules);
    test.start();
    let first = test.wait_for_process("web.pid", None);
    // Two looks: the first tells what the pid is.
    test.wait_for_log("process is running with pid");
    let script = test.path("web");
    let status = test.command_of(&script, &["start"]).status();
    assert!(status.expect("the daemon can be started").success());
    let second = test.wait_for_process("web.pid", Some(first));
    test.wait_for_log(&format!("process PID changed from {first} to {second}"));
    test.kill("web");
    test.wait_for_process("web.pid", Some(second));
    test.wait_for_log_times("process is running with pid", 2);
    test.wait_for_log("process PID has not changed since last cycle");
    assert_eq!(test.log_count("process PID changed"), 1);
}

/// What descends from a process is counted for the programs that are run for it.
#[test]
fn programs_learn_how_many_children_there_are() {
    let rules = "set daemon 1\n".to_owned()
        + &check("hog")
        + "if children > 1 then exec \"$DIR/note said\"\n";
    let note = "said) echo $MONIT_PROCESS_CHILDREN >$DIR/children.new
        mv $DIR/children.new $DIR/children;;";
    let mut test = Sandbox::new()
        .script("hog", HOG)
        .script("note", note)
        .monitrc(&rules);
    test.write("feed", "something to read\n");
    test.start();
    test.wait_for_log("'hog' exec:");
    crate::support::eventually("the program has run", || test.path("children").exists());
    let children: i32 = test.read("children").trim().parse().expect("a number");
    assert!(children > 1, "{children}");
}

/// Three families that fork all the time while others are looked for in the table. Not as fast as
/// they can: numbers of processes would begin anew in a few seconds, and no test could know its own
/// by them.
#[test]
fn a_table_that_changes_while_it_is_read_tells_nothing_wrong() {
    let mark = format!("steady-{}", std::process::id());
    // It is there when it has its name and its children.
    let steady = "start) $DIR/NAME work MARK </dev/null >/dev/null 2>&1 & ;;
    work) sleep 1000000 & sleep 1000000 &
        echo $$ >$DIR/NAME.new; mv $DIR/NAME.new $DIR/NAME.pid
        wait;;";
    let restless = "start)
        $DIR/NAME work </dev/null >/dev/null 2>&1 &
        echo $! >$DIR/NAME.new; mv $DIR/NAME.new $DIR/NAME.pid;;
    work) while :; do (:) & (: | : | :); wait; sleep 0.01; done;;";
    let script = |text: &str, name: &str| text.replace("NAME", name).replace("MARK", &mark);
    let mut test = Sandbox::new()
        .script("steady", &script(steady, "steady"))
        .script("one", &script(restless, "one"))
        .script("two", &script(restless, "two"))
        .script("three", &script(restless, "three"))
        .monitrc(&format!(
            "set daemon 1
             check process found matching \"{mark}\"
               depends on steady
               if children != 2 then alert
               if total memory < 1 kB then alert
             check process gone matching \"no.{mark}\"
             {}
               if children != 2 then alert
               if changed pid then alert
             {} if children > 1000 then alert
             {} if total cpu > 10000% then alert
             {} if changed pid then alert
             check file tick with path $DIR/tick
               if changed timestamp then alert",
            check("steady"),
            check("one"),
            check("two"),
            check("three")
        ));
    test.write("tick", "");
    test.start_with(&["-v"]);
    test.wait_for_log_times("'gone' process is not running", 1);
    test.wait_for_log_times("'found' children check succeeded", 10);
    let wrong = [
        "'found' process is not running",
        "matches resource limit",
        "'found' trying",
    ];
    for text in wrong {
        assert_eq!(test.log_count(text), 0, "{text}:\n{}", test.log());
    }
    for name in ["steady", "one", "two", "three"] {
        assert_eq!(test.calls(name, "start"), 1, "{name}:\n{}", test.log());
    }
}
