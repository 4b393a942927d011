//! A box that is short of something or lacks what every box has: supervision goes on as far as it
//! can, says once what is missing, and recovers by itself.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use crate::support::daemon::check;
use crate::support::mounts::may_mount;
use crate::support::{Sandbox, eventually, kernel, process};

/// One daemon, watched each second.
fn one_daemon(rules: &str) -> Sandbox {
    Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}{rules}", check("web")))
}

/// Changes a limit of a running process, as somebody outside of it may.
fn limit(pid: u32, which: &str) {
    let mut prlimit = Command::new("prlimit");
    let set = prlimit.args(["--pid", &pid.to_string(), which]).status();
    assert!(set.is_ok_and(|status| status.success()), "prlimit {which}");
}

#[test]
fn without_a_descriptor_left_services_are_restarted_and_none_is_blamed() {
    let peer = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = peer.local_addr().expect("bound").port();
    let mut test = one_daemon(&format!(
        "check host peer with address 127.0.0.1
           start program = \"$DIR/web mount\"
           stop program = \"$DIR/web mount\"
           if failed port {port} then restart
         check filesystem root with path /
           start program = \"$DIR/web mount\"
         check network lo with interface lo
           start program = \"$DIR/web mount\"
           if failed link then start
        "
    ));
    let daemon = test.start();
    test.wait_for_log("'web' process is running with pid");
    // All lower numbers are in use by what is always open; a shell needs the tenth.
    limit(daemon, "--nofile=11:");
    test.wait_for_log("'peer' test is left out for the time being");
    test.wait_for_log("'root' cannot be looked at -- the table of mounts");
    let why = kernel::no_descriptor();
    test.wait_for_log(&format!("'lo' cannot be looked at -- {why}"));
    // A process can be seen by one; what a program says would need more.
    let is_free = |number: &u32| !fs::exists(format!("/proc/{daemon}/fd/{number}")).unwrap();
    let free = (0..).find(is_free).expect("some number is free");
    limit(daemon, &format!("--nofile={}:", free + 1));
    let runner = test.wait_for_process("web.pid", None);
    process::signal(runner, "KILL");
    test.wait_for_process("web.pid", Some(runner));
    test.wait_for_log("programs run unheard");
    limit(daemon, "--nofile=256:");
    test.wait_for_log("what was left out is tested again");
    test.kill("web");
    test.wait_for_log("programs are heard");
    assert_eq!(test.log_count("programs run unheard"), 1);
    assert_eq!(
        test.calls("web", "start"),
        3,
        "each time it was killed, and at first"
    );
    assert_eq!(test.calls("web", "stop") + test.calls("web", "mount"), 0);
    assert_eq!(test.end("TERM"), 0);
}

#[test]
fn without_a_process_table_it_says_so_once_and_goes_on() {
    if !may_mount("without_a_process_table_it_says_so_once_and_goes_on") {
        return;
    }
    let mut test = one_daemon(
        "check filesystem root with path /
           start program = \"$DIR/web mount\"
        ",
    );
    let daemon = test.start_among_mounts("mount -t tmpfs none /proc");
    test.wait_for_log("There is no /proc/self here");
    let blind = "'root' cannot be looked at -- the table of mounts";
    test.wait_for_log_times(blind, 3);
    assert_eq!(test.log_count(&format!("error    : {blind}")), 1);
    let runner = test.wait_for_process("web.pid", None);
    process::signal(runner, "KILL");
    test.wait_for_process("web.pid", Some(runner));
    assert_eq!(test.log_count("There is no /proc/self here"), 1);
    assert_eq!(
        test.calls("web", "mount"),
        0,
        "nobody knows that it is not mounted"
    );
    test.among_mounts(daemon, "umount /proc");
    test.wait_for_log("There is a /proc/self again");
    test.wait_for_log("'root' succeeded");
}

#[test]
fn without_a_null_device_and_any_descriptor_it_starts() {
    if !may_mount("without_a_null_device_and_any_descriptor_it_starts") {
        return;
    }
    // A shell's `&` would itself need the null device.
    let mut test = Sandbox::new()
        .script("web", "start)\n cat; echo made >$DIR/made;;")
        .monitrc(
            "set daemon 1
             check file made with path $DIR/made
               start program = \"$DIR/web start\"
            ",
        );
    let setup = "mount -t tmpfs none /dev; exec 0<&- 1>&- 2>&-";
    let daemon = test.start_among_mounts(setup);
    test.wait_for_log("There is no /dev/null here");
    eventually("its start program runs", || test.path("made").exists());
    fs::remove_file(test.path("made")).expect("the sandbox is ours");
    eventually("it runs again", || test.path("made").exists());
    assert!(process::is_running(daemon));
    assert_eq!(test.log_count("There is no /dev/null here"), 1);
    test.among_mounts(daemon, "umount /dev");
    test.wait_for_log("There is a /dev/null again");
}

#[test]
fn on_a_full_disk_everything_but_storing_goes_on() {
    if !may_mount("on_a_full_disk_everything_but_storing_goes_on") {
        return;
    }
    let mut test = one_daemon("");
    fs::create_dir(test.path("small")).expect("the sandbox is ours");
    let text = test.read("monitrc").replace("/state", "/small/state");
    test.write("monitrc", &text);
    let fill = "mount -t tmpfs -o size=4k none small; echo full >small/full";
    let daemon = test.start_among_mounts(fill);
    test.wait_for_log("Cannot store the state");
    test.kill("web");
    test.kill("web");
    assert_eq!(test.log_count("Cannot store the state"), 1);
    test.among_mounts(daemon, "rm $DIR/small/full");
    test.wait_for_log("State can be stored again");
}

#[test]
fn without_a_place_for_the_pidfile_it_watches_and_is_alone() {
    let mut test = one_daemon("");
    let text = test
        .read("monitrc")
        .replace("/tend.pid", "/gone/deep/tend.pid");
    test.write("monitrc", &text);
    test.start();
    test.wait_for_log("There is no place for the pidfile");
    test.kill("web");
    let second = test.tend(&["-I"]);
    assert_ne!(second.code, 0, "{second:?}");
    assert!(
        second.stderr.contains("another daemon is running"),
        "{second:?}"
    );
    fs::create_dir_all(test.path("gone/deep")).expect("the sandbox is ours");
    test.wait_for_log("gone/deep/tend.pid is written");
    assert_eq!(test.end("TERM"), 0);
    assert!(!test.path("gone/deep/tend.pid").exists());
}

#[test]
fn without_memory_a_reload_is_refused_and_later_done() {
    let mut test = one_daemon("");
    let daemon = test.start();
    test.wait_for_log("'web' process is running with pid");
    let many: String = (0..6000)
        .map(|n| format!("check file f{n} with path /etc/passwd\n"))
        .collect();
    test.rewrite_monitrc(&format!("set daemon 1\n{}{many}", check("web")));
    let size = process::status_field(daemon, "VmSize").expect("it runs");
    limit(daemon, &format!("--as={}:", (size + 1024) * 1024));
    process::signal(daemon, "HUP");
    test.wait_for_log("too little memory to read the control file again");
    assert!(process::is_running(daemon));
    limit(daemon, "--as=unlimited:");
    process::signal(daemon, "HUP");
    test.wait_for_log("reloaded");
    test.kill("web");
}

#[test]
fn as_process_one_it_takes_orphans_and_obeys() {
    if !crate::support::is_root("as_process_one_it_takes_orphans_and_obeys") {
        return;
    }
    let mut test = Sandbox::new()
        .script(
            "web",
            "start)\n sleep 1000000 & echo $! >$DIR/web.pid;;\nstop) ;;",
        )
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    let tend = test.command(&[]).get_program().to_owned();
    let tend = tend.to_str().expect("a path in UTF-8");
    let inside = ["--pid", "--fork", "--kill-child", "--mount-proc", tend];
    let arguments = [&inside[..], &["-I", "-v", "-c", "monitrc"]].concat();
    let command = test.command_of(std::path::Path::new("unshare"), &arguments);
    test.start_command(command);
    test.wait_for_log("'web' process is running with pid");
    assert_eq!(test.pid("tend.pid"), Some(1));
    // Its parent has ended, so it is an orphan that process 1 must take.
    let ours = test.processes();
    let sleeps = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.starts_with(b"sleep")
    };
    let runner = ours.into_iter().find(sleeps).expect("it runs");
    process::signal(runner, "KILL");
    test.wait_for_log_times("'web' process is running with pid", 2);
    assert_eq!(process::state(runner), None, "no zombie is left");
}
