//! A box that is short of something or lacks what every box has: supervision goes on as far as it
//! can, says once what is missing, and recovers by itself.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::daemon::check;
use crate::support::mounts::may_mount;
use crate::support::peer::{Peer, free_port};
use crate::support::smtp::{MailServer, Manner};
use crate::support::{PATIENCE, Sandbox, eventually, http, kernel, process};

/// One daemon, watched each second.
fn one_daemon(rules: &str) -> Sandbox {
    Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}{rules}", check("web")))
}

/// Changes a limit of a running process, as somebody outside of it may.
fn limit(pid: u32, which: &str) {
    change_limit(Command::new("prlimit"), pid, which);
}

fn change_limit(mut prlimit: Command, pid: u32, which: &str) {
    let set = prlimit.args(["--pid", &pid.to_string(), which]).status();
    assert!(set.is_ok_and(|status| status.success()), "prlimit {which}");
}

#[test]
fn without_a_descriptor_left_services_are_restarted_and_none_is_blamed() {
    let peer = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = peer.local_addr().expect("bound").port();
    // A shell that reads a script or redirects needs descriptors at ten and above, and the limit
    // is left to programs: this one would fail where the numbers below it are not all in use.
    let relieved = check("web").replace(
        "\"$DIR/web start\"",
        "\"/bin/sh -c 'ulimit -S -n 256; exec $DIR/web start'\"",
    );
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         {relieved}
         check host peer with address 127.0.0.1
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
    // All numbers of nearly one digit are in use by what is always open.
    limit(daemon, "--nofile=11:");
    test.wait_for_log("'peer' test is left out for the time being");
    test.wait_for_log("'root' cannot be looked at -- the table of mounts");
    let why = kernel::no_descriptor();
    test.wait_for_log(&format!("'lo' cannot be looked at -- {why}"));
    // A process can be seen by one; what a program says would need more.
    let is_free = |number: &u32| !fs::exists(format!("/proc/{daemon}/fd/{number}")).unwrap();
    // Of a hundred looks in two cycles, for it may be at work with one more, and be held up so.
    let looks = (0..100).map(|_| {
        sleep(Duration::from_millis(20));
        (0..).find(is_free).expect("some number is free")
    });
    let free = looks.min().expect("a hundred");
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
    test.among_mounts(daemon, "umount /proc || { sleep 1; umount /proc; }");
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
    test.among_mounts(daemon, "umount /dev || { sleep 1; umount /dev; }");
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
    test.start_as_process_one();
    test.wait_for_log("'web' process is running with pid");
    assert_eq!(test.pid("tend.pid"), Some(1));
    // Its parent has ended, so it is an orphan that process 1 must take.
    let runner = test.sleeper();
    process::signal(runner, "KILL");
    eventually("no zombie is left", || process::state(runner).is_none());
    test.wait_for_log_times("'web' trying to restart", 2);
}

/// The control file's files are where nothing can be written, and the kernel tells nothing in
/// `/sys`; what a daemon writes itself lies elsewhere.
#[test]
fn below_a_read_only_root_it_watches_and_writes_when_it_may() {
    if !may_mount("below_a_read_only_root_it_watches_and_writes_when_it_may") {
        return;
    }
    let mut test = Sandbox::new()
        .script(
            "web",
            "start)
                sleep 1000000 </dev/null >/dev/null 2>&1 &
                echo $! >$DIR/run/web.new
                mv $DIR/run/web.new $DIR/run/web.pid;;",
        )
        .monitrc(
            "set daemon 1
             check process web with pidfile $DIR/run/web.pid
               start program = \"$DIR/web start\"
             check network lo with interface lo
               start program = \"$DIR/web start\"
             check filesystem root with path /
               if space usage > 100% then alert
            ",
        );
    fs::create_dir(test.path("run")).expect("the sandbox is ours");
    let daemon = test.spawn_among_mounts(
        "mount -t tmpfs none /sys
         mount --bind . .
         cd $PWD
         mount --bind run run
         mount -o remount,bind,ro .",
    );
    let says = |file: &str, text: &str| {
        eventually(&format!("{file} says {text:?}"), || {
            test.read(file).contains(text)
        });
    };
    says("err", "log cannot be opened -- Read-only file system");
    says("err", "There is no place for the pidfile");
    says("err", "id cannot be made -- Read-only file system");
    says("err", "Cannot store the state");
    let runner = test.wait_for_process("run/web.pid", None);
    process::signal(runner, "KILL");
    test.wait_for_process("run/web.pid", Some(runner));
    test.among_mounts(daemon, "mount -o remount,bind,rw $DIR");
    test.wait_for_log("tend.pid is written");
    test.wait_for_log("log lines were lost");
    test.wait_for_log("State can be stored again");
    assert!(test.path("state").exists());
    assert_eq!(
        test.read("err").matches("Cannot store the state").count(),
        1
    );
    assert_eq!(test.end("TERM"), 0);
}

/// As another user, for whom a limit counts, and only his own processes do.
#[test]
fn without_a_process_to_spare_starts_wait_and_nobody_is_blamed() {
    let name = "without_a_process_to_spare_starts_wait_and_nobody_is_blamed";
    if !crate::support::is_root(name) {
        return;
    }
    let peer = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = peer.local_addr().expect("bound").port();
    let mut test = one_daemon(&format!(
        "  if 3 restarts within 20 cycles then unmonitor
         check host peer with address 127.0.0.1
           if failed port {port} then alert
         check host named with address localhost
           if failed port {port} then alert
         check program tick with path \"$DIR/tick now\"
           if status > 0 then alert
        "
    ))
    .script("tick", "*) ;;");
    let user = (100_000 + std::process::id()).to_string();
    let as_user = |program: &str, arguments: &[&str]| {
        let user = [
            "--reuid",
            &user,
            "--regid",
            &user,
            "--clear-groups",
            program,
        ];
        test.command_of(Path::new("setpriv"), &[&user, arguments].concat())
    };
    let own = |what: &str, arguments: &[&str]| {
        let ran = test.command_of(Path::new(what), arguments).status();
        assert!(ran.is_ok_and(|status| status.success()), "{what}");
    };
    // Where ours lies, no other user may get.
    own("cp", &[test.subject(), "tend"]);
    own("chown", &["-R", &user, "."]);
    let (fewer, more) = (as_user("prlimit", &[]), as_user("prlimit", &[]));
    let daemon = test.start_command(as_user("./tend", &["-I", "-c", "monitrc"]));
    test.wait_for_log("'web' process is running with pid");
    eventually("a program runs", || test.calls("tick", "now") > 1);
    change_limit(fewer, daemon, "--nproc=0:");
    let runner = test.wait_for_process("web.pid", None);
    process::signal(runner, "KILL");
    test.wait_for_log_times("Resource temporarily unavailable, next try in", 3);
    test.wait_for_log("'named' test is left out for the time being");
    test.wait_for_log("Cannot store the state");
    process::signal(daemon, "HUP");
    test.wait_for_log("reloaded");
    change_limit(more, daemon, "--nproc=10000:");
    test.wait_for_process("web.pid", Some(runner));
    test.wait_for_log("'named' what was left out is tested again");
    test.wait_for_log("State can be stored again");
    let ran = test.calls("tick", "now");
    eventually("a program runs again", || test.calls("tick", "now") > ran);
    test.wait_for_log("'tick' data access succeeded");
    for said in [
        "Cannot store the state",
        "'named' test is left out",
        "'tick' failed to execute",
        "'tick' data access succeeded",
    ] {
        assert_eq!(test.log_count(said), 1, "{said}");
    }
    for blamed in ["'peer' failed", "'named' failed", "'web' service timed out"] {
        assert_eq!(test.log_count(blamed), 0, "{blamed}");
    }
    assert_eq!(test.calls("web", "start"), 2);
    assert_eq!(test.end("TERM"), 0);
}

/// Stopped for longer than any of its time limits, as a debugger or a virtual machine's host does.
#[test]
fn stopped_for_a_while_it_blames_nobody_and_makes_up_for_no_cycle() {
    let slow = Peer::new(|mut stream, _| {
        for answer in [b"b", b"d"] {
            let _ = stream.read(&mut [0]);
            sleep(Duration::from_secs(1));
            let _ = stream.write_all(answer);
        }
    });
    let mut test = one_daemon(&format!(
        "check host slow with address 127.0.0.1
           if failed port {} send \"a\" expect \"b\" send \"c\" expect \"d\"
             with timeout 10 seconds then alert
         check program tick with path \"$DIR/tick now\"
           if status > 0 then alert
         check program long with path \"$DIR/long now\" with timeout 10 seconds
           if status > 0 then alert
         check process late with pidfile $DIR/late.pid
           start program = \"$DIR/late start\" with timeout 28 seconds
        ",
        slow.port(),
    ))
    .script("tick", "*) ;;")
    .script("long", "*) sleep 1;;")
    .script(
        "late",
        "start)
            {
                until [ -e $DIR/go ]; do [ -d $DIR ] || exit; sleep 0.2; done
                sleep 1000000 &
                echo $! >$DIR/late.new
                mv $DIR/late.new $DIR/late.pid
            } </dev/null >/dev/null 2>&1 &",
    );
    let daemon = test.start();
    test.wait_for_log("'web' process is running with pid");
    let (begun, ticks) = (Instant::now(), test.calls("tick", "now"));
    let mut stopped = Duration::ZERO;
    for _ in 0..2 {
        let asked = slow.connections();
        eventually("somebody is asked", || slow.connections() > asked);
        process::signal(daemon, "STOP");
        let since = Instant::now();
        sleep(Duration::from_secs(12));
        process::signal(daemon, "CONT");
        stopped += since.elapsed();
    }
    let asked = slow.connections();
    eventually("it goes on", || slow.connections() > asked + 1);
    test.write("go", "");
    test.wait_for_log("'late' process is running with pid");
    let ran = test.calls("tick", "now") - ticks;
    let awake = begun.elapsed().saturating_sub(stopped);
    assert!(
        ran as u64 <= awake.as_secs() + 4,
        "{ran} cycles in {awake:?}"
    );
    assert_eq!(test.log_count("'slow' failed"), 0);
    assert_eq!(test.log_count("'long' "), 0);
    assert_eq!(test.log_count("'late' failed to start"), 0);
    assert_eq!(test.end("TERM"), 0);
}

/// With an empty `/etc`: no resolver, no names of hosts, users and services, no time zone.
#[test]
fn without_a_resolver_names_fail_and_nothing_else() {
    if !may_mount("without_a_resolver_names_fail_and_nothing_else") {
        return;
    }
    let peer = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = peer.local_addr().expect("bound").port();
    let mail = MailServer::new(Manner::Sound);
    let mut test = one_daemon(&format!(
        "set mailserver mail.test port {}
         set alert ops@example.org
         check host named with address peer.test
           if failed port {port} then alert
         check host numbered with address 127.0.0.1
           if failed port {port} then alert
        ",
        mail.port()
    ));
    let daemon = test.start_among_mounts("mount -t tmpfs none /etc");
    test.wait_for_log("'named' failed protocol test");
    test.wait_for_log("Cannot resolve [peer.test]");
    test.wait_for_log("mail.test");
    test.kill("web");
    assert_eq!(test.log_count("'numbered' failed"), 0);
    test.among_mounts(
        daemon,
        "echo 'hosts: files' >/etc/nsswitch.conf
         echo 127.0.0.1 peer.test mail.test >/etc/hosts",
    );
    test.wait_for_log("'named' connection succeeded");
    mail.wait_for("ops@example.org", "Connection failed named");
    assert_eq!(test.end("TERM"), 0);
}

#[test]
fn without_a_syslog_daemon_it_says_so_and_later_how_much_was_lost() {
    if !may_mount("without_a_syslog_daemon_it_says_so_and_later_how_much_was_lost") {
        return;
    }
    let mut test = one_daemon("");
    test.rewrite_log("syslog");
    fs::create_dir(test.path("dev")).expect("the sandbox is ours");
    let folder = test.folder().display().to_string();
    test.spawn_among_mounts(&format!(
        "for device in null random urandom; do
             touch {folder}/dev/$device
             mount --bind /dev/$device {folder}/dev/$device
         done
         mount --rbind {folder}/dev /dev"
    ));
    let web = test.wait_for_process("web.pid", None);
    let lost = "Nobody takes log lines at /dev/log: they are lost until somebody does";
    assert_eq!(test.read("err").matches(lost).count(), 1);
    let daemon = UnixDatagram::bind(test.path("dev/log")).expect("the sandbox is ours");
    daemon.set_read_timeout(Some(PATIENCE)).expect("not zero");
    process::signal(web, "KILL");
    let mut line = [0; 10_000];
    let length = daemon.recv(&mut line).expect("something is logged");
    let line = String::from_utf8_lossy(&line[..length]);
    assert!(line.ends_with(" log lines were lost"), "{line}");
}

/// The page's clients are more than there are descriptors for.
#[test]
fn clients_that_cannot_be_taken_cost_no_processor() {
    let port = free_port();
    let mut test = one_daemon(&format!(
        "set httpd port {port} and use address 127.0.0.1
           allow 127.0.0.1
        "
    ));
    let daemon = test.start();
    test.wait_for_log("'web' process is running with pid");
    let get = || http::get(port, "/_ping", &[]).status;
    eventually("the page answers", || get() == 200);
    limit(daemon, "--nofile=20:");
    let connect = || TcpStream::connect(("127.0.0.1", port));
    let crowd: Vec<_> = (0..40).filter_map(|_| connect().ok()).collect();
    test.wait_for_log("Cannot accept a status client -- ");
    eventually("some seconds of little work", || {
        let before = process::ticks(daemon);
        let begun = Instant::now();
        sleep(Duration::from_secs(3));
        let seconds = begun.elapsed().as_secs();
        // A hundred of them are a second.
        process::ticks(daemon) - before < 25 * seconds
    });
    test.kill("web");
    // Whatever lets go of a descriptor lets one of the crowd in.
    let said = test.log_count("Cannot accept a status client");
    let again = test.log_count("Status clients are served again");
    assert!(said <= again + 1, "said {said} times, over {again} times");
    drop(crowd);
    limit(daemon, "--nofile=256:");
    eventually("the page answers again", || get() == 200);
    test.wait_for_log("Status clients are served again");
    assert_eq!(test.end("TERM"), 0);
}

/// A crowd asks for large pages where hardly one can be afforded.
#[test]
fn a_storm_of_clients_where_memory_is_short_ends_nothing() {
    let port = free_port();
    let many: String = (0..500)
        .map(|n| format!("check file f{n} with path /etc/passwd\n"))
        .collect();
    let mut test = one_daemon(&format!(
        "set httpd port {port} and use address 127.0.0.1
           allow 127.0.0.1
         {many}"
    ));
    let daemon = test.start();
    test.wait_for_log("'web' process is running with pid");
    let get = |path: &str| http::get(port, path, &[]).status;
    eventually("the page answers", || get("/") == 200);
    let storm = || {
        let statuses = std::thread::scope(|scope| {
            let one = || scope.spawn(|| [(); 10].map(|()| get("/_status?format=xml")));
            let all: Vec<_> = (0..20).map(|_| one()).collect();
            all.into_iter()
                .flat_map(|client| client.join().expect("no panic"))
                .collect::<Vec<_>>()
        });
        // 0 is one that was sent away because others came.
        assert!(
            statuses.iter().all(|status| [0, 200, 503].contains(status)),
            "{statuses:?}"
        );
        statuses.iter().filter(|status| **status == 503).count()
    };
    let mut refused = 0;
    for room in [4096, 1024, 512, 256] {
        let size = process::status_field(daemon, "VmSize").expect("it runs");
        limit(daemon, &format!("--as={}:", (size + room) * 1024));
        refused += storm();
        assert!(process::is_running(daemon), "{room} kB were too few");
    }
    assert!(refused > 0);
    test.wait_for_log("Memory is short: status pages are left out");
    limit(daemon, "--as=unlimited:");
    eventually("the page answers again", || get("/") == 200);
    test.wait_for_log("There is memory for status pages again");
    test.kill("web");
    assert_eq!(test.pid("tend.pid"), Some(daemon));
}

/// The least that is left to it is what a cycle without anything large takes.
#[test]
fn without_memory_what_needs_much_is_left_out_and_the_rest_goes_on() {
    let peer = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = peer.local_addr().expect("bound").port();
    let mut test = one_daemon(&format!(
        "check process some with matching \"no such process at all\"
           if exist then alert
         check file lines with path $DIR/lines
           if changed checksum then alert
           if content = \"needle\" then alert
         check filesystem root with path /
           if space usage > 100% then alert
         check network lo with interface lo
         check host peer with address 127.0.0.1
           if failed port {port} then alert
        "
    ));
    test.write("lines", "");
    let daemon = test.start();
    test.wait_for_log("'web' process is running with pid");
    let mut runner = test.wait_for_process("web.pid", None);
    for room in [256, 96, 48] {
        // At work it takes more for a moment, and what it gives back then is room as well.
        let looks = (0..100).map(|_| {
            sleep(Duration::from_millis(10));
            process::status_field(daemon, "VmSize").expect("it runs")
        });
        let size = looks.min().expect("a hundred");
        limit(daemon, &format!("--as={}:", (size + room) * 1024));
        test.write("lines", &"no news\n".repeat(100_000));
        // What it starts has the same limit, and a shell needs some megabytes.
        if size > 8 * 1024 {
            process::signal(runner, "KILL");
            runner = test.wait_for_process("web.pid", Some(runner));
        }
        sleep(Duration::from_secs(4));
        assert!(process::is_running(daemon), "{room} kB were too few");
    }
    test.wait_for_log("'root' cannot be looked at -- ");
    test.wait_for_log("'peer' test is left out for the time being");
    limit(daemon, "--as=unlimited:");
    test.wait_for_log("'root' data access succeeded");
    test.wait_for_log("'peer' what was left out is tested again");
    assert_eq!(test.log_count("'root' cannot be looked at"), 1);
    assert_eq!(test.log_count("'peer' failed"), 0);
    assert_eq!(test.end("TERM"), 0);
}
