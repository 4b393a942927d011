//! Boots of the machine and of a container, and what a container leaves of the machine.

use std::path::Path;
use std::process::Command;

use crate::support::daemon::check;
use crate::support::mounts::may_mount;
use crate::support::{Sandbox, eventually, is_root, process};

/// Another file in the place of the kernel's, to be written before each boot.
const BOOT_ID: &str = "mount --bind boot_id /proc/sys/kernel/random/boot_id";

/// Whether the summary says so of a service.
fn is_shown(test: &Sandbox, name: &str, status: &str) -> bool {
    let summary = test.tend(&["summary"]).stdout;
    let line = summary.lines().find(|line| line.contains(name));
    line.is_some_and(|line| line.contains(status))
}

/// Everything that a reboot ends: all that was started below the sandbox.
fn power_cut(test: &mut Sandbox) {
    test.end("KILL");
    // Whoever was on its way to start another one may have done that meanwhile.
    eventually("nothing runs any more", || {
        let left = test.processes();
        left.iter().for_each(|pid| process::signal(*pid, "KILL"));
        left.is_empty()
    });
}

#[test]
fn a_reboot_starts_what_the_file_says_and_a_new_start_goes_on() {
    if !may_mount("a_reboot_starts_what_the_file_says_and_a_new_start_goes_on") {
        return;
    }
    let names = ["always", "never", "kept", "left"];
    let mut test = names.into_iter().fold(Sandbox::new(), Sandbox::daemon);
    let checks: String = names
        .into_iter()
        .zip(["start", "nostart", "laststate", "laststate"])
        .map(|(name, onreboot)| format!("{} onreboot {onreboot}\n", check(name)))
        .collect();
    test = test.monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket allow ann:hidden
         {checks}"
    ));
    test.write("boot_id", "one\n");
    test.start_among_mounts(BOOT_ID);
    for name in ["always", "kept", "left"] {
        test.wait_for_log(&format!("'{name}' process is running with pid"));
    }
    assert!(is_shown(&test, "never", "Not monitored"));
    assert_eq!(test.tend(&["start", "never"]).code, 0);
    test.wait_for_log("'never' start action done");
    for name in ["always", "left"] {
        assert_eq!(test.tend(&["stop", name]).code, 0);
        test.wait_for_log(&format!("'{name}' stop action done"));
    }
    test.end("TERM");

    // The same boot: what the operator wanted still holds.
    test.start_among_mounts(BOOT_ID);
    test.kill("never");
    for name in ["always", "left"] {
        assert!(is_shown(&test, name, "Not monitored"), "{name}");
    }
    power_cut(&mut test);

    test.write("boot_id", "two\n");
    let calls = |test: &Sandbox| names.map(|name| test.calls(name, "start"));
    assert_eq!(calls(&test), [1, 2, 1, 1]);
    test.start_among_mounts(BOOT_ID);
    for name in ["always", "kept"] {
        eventually("it is started", || test.calls(name, "start") == 2);
        eventually("it is watched", || is_shown(&test, name, "OK"));
    }
    for name in ["never", "left"] {
        assert!(is_shown(&test, name, "Not monitored"), "{name}");
    }
    assert_eq!(calls(&test), [2, 2, 2, 1]);
}

/// A pidfile that a power cut left may name anybody by now. He comes to no harm, and a service
/// whose own pidfile is right is not started twice.
#[test]
fn numbers_of_the_boot_before_harm_nobody() {
    if !may_mount("numbers_of_the_boot_before_harm_nobody") {
        return;
    }
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    test.write("boot_id", "one\n");
    test.start_among_mounts(BOOT_ID);
    test.wait_for_log("'web' process is running with pid");
    power_cut(&mut test);
    let mut stranger = Sandbox::stranger();
    let own = Sandbox::stranger();
    test.write("boot_id", "two\n");
    // Its own pidfile names somebody else, the service's is that of its process in this boot.
    test.write("tend.pid", &format!("{}\n", stranger.pid()));
    test.write("web.pid", &format!("{}\n", own.pid()));
    let daemon = test.start_among_mounts(BOOT_ID);
    let seen = format!("'web' process is running with pid {}", own.pid());
    test.wait_for_log(&seen);
    assert_eq!(test.pid("tend.pid"), Some(daemon));
    drop(own);
    test.wait_for_process("web.pid", None);
    assert_eq!(test.calls("web", "start"), 2, "at first, and when it ended");
    assert_eq!(test.calls("web", "stop"), 0);
    assert!(stranger.is_unharmed());
}

/// Process 1 of a container starts `tend` again when it ends. The boot id is the host's all the
/// time: that the container was started anew is told by its process 1.
#[test]
fn a_container_that_is_started_anew_has_booted() {
    if !is_root("a_container_that_is_started_anew_has_booted") {
        return;
    }
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket allow ann:hidden
         {} onreboot nostart",
        check("web")
    ));
    let init = "while :; do \"$0\" -I -v -c monitrc; done";
    let command = |test: &Sandbox| -> Command {
        let options = ["--pid", "--fork", "--kill-child", "--mount-proc"];
        let arguments = [&options[..], &["sh", "-c", init, test.subject()]].concat();
        test.command_of(Path::new("unshare"), &arguments)
    };
    let first = command(&test);
    test.start_command(first);
    assert!(inside(&test, &["summary", "web"]).contains("Not monitored"));
    inside(&test, &["start", "web"]);
    test.wait_for_log("'web' start action done");
    process::signal(daemon(&test), "KILL");
    test.wait_for_log_times(" started", 2);
    eventually("it is monitored as before", || {
        inside(&test, &["summary", "web"]).contains(" OK ")
    });
    power_cut(&mut test);
    let second = command(&test);
    test.start_command(second);
    assert!(inside(&test, &["summary", "web"]).contains("Not monitored"));
    assert_eq!(test.calls("web", "start"), 1);
}

/// The one below a container's process 1, by its number outside.
fn daemon(test: &Sandbox) -> u32 {
    let place = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).position(|word| word == b"-I")
    };
    let ours = test.processes();
    let running = ours.into_iter().filter_map(|pid| Some((place(&pid)?, pid)));
    let running: Vec<(usize, u32)> = running.collect();
    let has_parent = |pid: u32| {
        let parent = process::status_field(pid, "PPid");
        running
            .iter()
            .any(|(_, other)| Some(u64::from(*other)) == parent)
    };
    // The program itself: before whatever imitates a kernel or a processor for it, and no child of
    // its own on the way to another program. Numbers begin again when they have run out.
    let least = running.iter().map(|(place, _)| *place).min();
    let itself = running
        .iter()
        .find(|(place, pid)| Some(*place) == least && !has_parent(*pid));
    let (_, pid) = *itself.expect("it runs");
    pid
}

/// Says something to it where its number is what its pidfile says.
fn inside(test: &Sandbox, arguments: &[&str]) -> String {
    let target = daemon(test).to_string();
    let enter = ["--target", &target, "--pid", "--mount", test.subject()];
    let control_file = test.path("monitrc").display().to_string();
    let arguments = [&enter[..], &["-c", &control_file], arguments].concat();
    let output = test.command_of(Path::new("nsenter"), &arguments).output();
    let output = output.expect("there is an nsenter");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a container may leave out, each by itself: services are watched and repaired all the same,
/// and nothing is taken for zero or gone.
#[test]
fn what_a_container_leaves_out_is_no_failure() {
    if !may_mount("what_a_container_leaves_out_is_no_failure") {
        return;
    }
    let read_only = |folder: &str| {
        format!("mount --rbind {folder} {folder}; mount -o remount,bind,ro {folder}")
    };
    for setup in [
        read_only("/proc/sys"),
        read_only("/sys"),
        "mount -t tmpfs none /sys".into(),
        "mount -t tmpfs none /sys/fs/cgroup".into(),
    ] {
        let mut test = Sandbox::new().daemon("web").monitrc(&format!(
            "set daemon 1
             {}
               if memory > 1 GB then alert
             check filesystem root with path /
               if space usage > 100% then alert
             check system box
               if memory usage > 100% then alert
               if swap usage > 100% then alert
               if loadavg (1min) > 10000 then alert
             check network lo with interface lo
            ",
            check("web")
        ));
        test.start_among_mounts(&setup);
        test.kill("web");
        let wrong = |line: &&str| line.contains("error    :") && !line.contains("'web'");
        let log = test.log();
        assert_eq!(log.lines().find(wrong), None, "{setup}");
        assert_eq!(log.matches("not available").count(), 0, "{setup}: {log}");
        assert_eq!(test.calls("web", "start"), 2, "{setup}");
    }
}

/// A `/proc` that holds processes and nothing else (Linux 5.8): the machine's own figures are not
/// there, which is said once and fails no test.
#[test]
fn a_process_table_without_the_machine_will_do() {
    let name = "a_process_table_without_the_machine_will_do";
    if !may_mount(name) {
        return;
    }
    let subset = "mount -t proc -o subset=pid none /proc";
    let tried = Command::new("unshare")
        .args([
            "--mount",
            "sh",
            "-c",
            &format!("{subset} && ! cat /proc/stat"),
        ])
        .output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        // The machine cannot be made to look so; the kernel may be older.
        eprintln!("needs root and subset=pid, not run: {name}");
        return;
    }
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         {}
           if memory > 1 GB then alert
           if cpu > 200% then alert
         check filesystem root with path /
         check system box
           if memory usage > 100% then alert
           if loadavg (1min) > 10000 then alert
        ",
        check("web")
    ));
    test.start_among_mounts(subset);
    test.kill("web");
    assert_eq!(test.log_count("is not available here"), 2, "each once");
    let log = test.log();
    let count = |text: &str| log.matches(text).count();
    assert_eq!(count("'root'"), count("debug    : 'root'"));
    assert_eq!(test.calls("web", "start"), 2);
}

/// Processes of others are hidden from who is not root: one that a pidfile names is there all the
/// same, and what its own user runs is watched as ever.
#[test]
fn hidden_processes_are_not_taken_for_dead() {
    if !is_root("hidden_processes_are_not_taken_for_dead") {
        return;
    }
    for hidepid in [1, 2] {
        let mut test = Sandbox::new()
            .daemon("web")
            .script("hidden", "start) ;;")
            .monitrc(&format!(
                "set daemon 1
                 {}
                   if memory > 1 GB then alert
                 check process hidden with pidfile $DIR/hidden.pid
                   start program = \"$DIR/hidden start\"
                   if cpu > 200% then alert
                 check process own matching \"^sleep 1000000\"
                ",
                check("web")
            ));
        test.permit("", 0o777);
        let setup = format!(
            "mount -o remount,hidepid={hidepid} /proc
             sleep 1000012 & echo $! >hidden.pid
             chown 65534 monitrc
             setpriv --reuid 65534 --regid 65534 --clear-groups \"$0\" -I -v -c monitrc; exit"
        );
        let options = ["--pid", "--fork", "--kill-child", "--mount-proc"];
        let arguments = [&options[..], &["sh", "-ec", &setup, test.subject()]].concat();
        let command = test.command_of(Path::new("unshare"), &arguments);
        test.start_command(command);
        test.wait_for_log("'hidden' process is running with pid");
        test.wait_for_log_times("'web' process is running with pid", 3);
        test.wait_for_log("'own' process is running with pid");
        assert_eq!(test.calls("hidden", "start"), 0);
        assert_eq!(test.log_count("'hidden' process is not running"), 0);
        assert_eq!(
            test.log_count("Processes of other users are hidden here"),
            1
        );
        assert_eq!(test.log_count("'hidden' cpu is not available here"), 1);
    }
}
