//! `check system`: the machine's own figures, and those of a container.

use crate::support::namespace::{Namespace, is_possible};
use crate::support::{Sandbox, kernel};

#[test]
fn every_figure_of_the_machine_can_fail() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check system box
           if loadavg (15min) >= 0 then alert
           if loadavg (5min) per core >= 0 then alert
           if cpu usage <= 100% then alert
           if cpu (user) < 101% then alert
           if cpu (steal) < 101% then alert
           if memory usage > 0% then alert
           if memory > 1 MB then alert
           if swap usage <= 100% then alert
           if filedescriptors > 1 then alert
           if uptime > 1 second then alert
        ",
    );
    test.start();
    for text in [
        "matches resource limit [loadavg (15min) >= 0.0]",
        "matches resource limit [loadavg per core (5min) >= 0.0]",
        "matches resource limit [cpu usage <= 100.0%]",
        "matches resource limit [cpu user usage < 101.0%]",
        "matches resource limit [cpu steal usage < 101.0%]",
        "matches resource limit [mem usage > 0.0%]",
        "matches resource limit [mem amount > 1 MB]",
        "matches resource limit [swap usage <= 100.0%]",
        "matches limit [filedescriptors > 1]",
        "'box' uptime test failed for",
    ] {
        test.wait_for_log(text);
    }
}

/// The machine has more than 64 MB, the container has not.
#[test]
fn a_container_s_limit_is_the_total() {
    if !is_possible("a_container_s_limit_is_the_total") {
        return;
    }
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check system box
           if memory > 48 MB then alert
           if memory usage > 60% then alert
        ",
    );
    test.replace("memory.max", "67108864\n");
    test.replace("memory.current", "58720256\n");
    test.replace("memory.stat", "anon 1\ninactive_file 6291456\n");
    let fake = format!("mount --bind {} /sys/fs/cgroup", test.folder().display());
    test.start_in(&Namespace::new(&[&fake]));
    if !kernel::is_since([2, 6, 39]) {
        // Without control groups there are no containers: the machine is the total.
        test.wait_for_log("mem amount of");
        assert_eq!(test.log_count("mem amount of 50 MB"), 0);
        return;
    }
    test.wait_for_log("mem amount of 50 MB matches resource limit [mem amount > 48 MB]");
    test.wait_for_log("mem usage of 78.1% matches resource limit [mem usage > 60.0%]");
    test.replace("memory.current", "6291456\n");
    test.wait_for_log("mem usage check succeeded [current mem usage = 0.0%]");
    // The container grows.
    test.replace("memory.current", "110100480\n");
    test.replace("memory.max", "134217728\n");
    test.wait_for_log("mem usage of 77.3% matches resource limit [mem usage > 60.0%]");
}
