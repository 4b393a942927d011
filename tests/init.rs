//! What `init/` ships, as far as it can be tried without being that init. The inits themselves are
//! in `tests/interop/busybox-init` and `sysv-init`.

use std::process::Stdio;

use crate::support::daemon::check;
use crate::support::{Sandbox, eventually, process};

const SYSV: &str = include_str!("../init/tend.sysv");

#[test]
fn the_sysv_script_does_what_such_scripts_do() {
    let test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    let init = |word: &str| sysv(&test, word);
    assert_eq!(init("status"), Some(3));
    assert_eq!(init("stop"), Some(0), "nothing to stop is no failure");
    assert_eq!(init("try-restart"), Some(0));
    assert_eq!(init("start"), Some(0));
    let daemon = test.wait_for_process("tend.pid", None);
    let web = test.wait_for_process("web.pid", None);
    assert_eq!(init("status"), Some(0));
    assert_eq!(init("reload"), Some(0));
    test.wait_for_log("reloaded");
    assert_eq!(init("restart"), Some(0));
    let second = test.wait_for_process("tend.pid", Some(daemon));
    assert_eq!(init("stop"), Some(0));
    eventually("it has ended", || !process::is_running(second));
    assert_eq!(init("status"), Some(3));
    assert!(process::is_running(web), "the services go on");
    assert_eq!(init("bogus"), Some(2));
}

#[test]
fn a_wrong_control_file_stops_no_running_tend() {
    let test = Sandbox::new().monitrc("set daemon 1\n");
    let init = |word: &str| sysv(&test, word);
    assert_eq!(init("start"), Some(0));
    let daemon = test.wait_for_process("tend.pid", None);
    test.rewrite_monitrc("set deamon 1\n");
    assert_ne!(init("restart"), Some(0));
    assert!(process::is_running(daemon));
    assert_eq!(init("stop"), Some(0));
    eventually("it has ended", || !process::is_running(daemon));
}

/// Runs the script with this machine's paths in the place of an installed one's.
fn sysv(test: &Sandbox, word: &str) -> Option<i32> {
    let script = SYSV
        .replace("/usr/local/sbin/tend", test.subject())
        .replace("=/etc/monitrc", "=$DIR/monitrc")
        .replace("=/run/tend.pid", "=$DIR/tend.pid")
        .replace("/etc/default/tend", "$DIR/default");
    test.write_program("init", &script);
    let mut command = test.command_of(&test.path("init"), &[word]);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.expect("a shell").code()
}
