//! How a process ended counts: in order, by somebody who goes on, or not; and an end is one only
//! when nothing of the process is left.

use std::fs;

use crate::support::daemon::check;
use crate::support::{Sandbox, eventually, is_root, kernel, process};

/// An upgrade, `service web restart`: what ends the daemon starts it, too.
#[test]
fn what_is_ended_in_order_is_left_to_whoever_does_that_until_the_next_cycle() {
    let mut test = Sandbox::new()
        .daemon("web")
        .daemon("mail")
        .monitrc(&format!(
            "set daemon 3600\n{}{}",
            check("web"),
            check("mail")
        ));
    let daemon = test.start();
    test.wait_for_log("'web' process is running with pid");
    test.wait_for_log("'mail' process is running with pid");
    let old = test.wait_for_process("web.pid", None);
    fs::remove_file(test.path("web.pid")).expect("its start program wrote it");
    process::signal(old, "TERM");
    eventually("it has ended", || !process::is_running(old));
    if kernel::is_since([5, 3, 0]) {
        // Of two ends in a row the second is told later.
        test.kill("mail");
    }
    assert_eq!(test.log_count("'web' process is not running"), 1);
    // Nobody goes on; the next cycle does.
    process::signal(daemon, "USR1");
    test.wait_for_process("web.pid", Some(old));
    test.wait_for_log_times("'web' process is running with pid", 2);
    assert_eq!(test.calls("web", "start"), 2);
}

/// A start program that finds the old process "already running" does nothing, and says it is fine.
/// Process 1, which takes the zombie away, is `tend` itself: of another one nobody knows how long
/// that takes.
#[test]
fn nothing_is_started_while_the_old_process_is_a_zombie() {
    if !is_root("nothing_is_started_while_the_old_process_is_a_zombie") {
        return;
    }
    // Where nobody tells of the end, the cycle finds out.
    let cycle = if kernel::is_since([5, 3, 0]) { 3600 } else { 1 };
    let mut test = Sandbox::new()
        .script(
            "web",
            "start)
                kill -0 $(cat $DIR/web.pid) && exit 0
                sleep 1000000 </dev/null >/dev/null 2>&1 &
                echo $! >$DIR/web.new
                mv $DIR/web.new $DIR/web.pid;;
            stop) ;;",
        )
        .monitrc(&format!("set daemon {cycle}\n{}", check("web")));
    test.start_as_process_one();
    test.wait_for_log("'web' process is running with pid");
    let old = test.pid("web.pid").expect("it runs");
    process::signal(test.sleeper(), "KILL");
    let mut new = None;
    eventually("it is started again", || {
        new = test.pid("web.pid").filter(|pid| *pid != old);
        new.is_some()
    });
    let new = new.expect("just waited for");
    test.wait_for_log(&format!("'web' process is running with pid {new}"));
    assert_eq!(test.log_count("failed to start"), 0);
    assert_eq!(test.calls("web", "start"), 2);
}
