//! What bad input gets: a clear word, and nothing lost. Pidfiles, state files and log targets that
//! are not what they should be, and a machine that is short of everything.

use std::net::TcpStream;
use std::os::unix::fs::symlink;

use crate::support::daemon::check;
use crate::support::http::{self, basic};
use crate::support::peer::{Peer, free_port};
use crate::support::{Sandbox, eventually, process};

#[test]
fn hostile_pidfiles_mean_not_running() {
    let contents: [&[u8]; 9] = [
        b"",
        b"\n\n\n",
        b"garbage\n",
        b"-1\n",
        b"0\n",
        b"2147483648\n",
        b"99999999999999999999999999\n",
        b"\0\0\0\0",
        b"4194305\n",
    ];
    for content in contents {
        let test = Sandbox::new().monitrc("check process web with pidfile $DIR/web.pid\n");
        std::fs::write(test.path("web.pid"), content).expect("the sandbox is ours");
        not_running(&test, &String::from_utf8_lossy(content));
    }
}

#[test]
fn a_pidfile_that_is_no_file_means_not_running() {
    type Make = fn(&Sandbox);
    let kinds: [(&str, Make); 4] = [
        ("a folder", |test| {
            std::fs::create_dir(test.path("web.pid")).expect("the sandbox is ours");
        }),
        ("a link to a terminal", |test| {
            symlink("/dev/zero", test.path("web.pid")).expect("the sandbox is ours");
        }),
        ("a dangling link", |test| {
            symlink(test.path("nowhere"), test.path("web.pid")).expect("the sandbox is ours");
        }),
        ("a fifo that nobody writes", |test| {
            let fifo = test.path("web.pid");
            let made = std::process::Command::new("mkfifo").arg(fifo).status();
            assert!(made.is_ok_and(|status| status.success()));
        }),
    ];
    for (kind, make) in kinds {
        let test = Sandbox::new().monitrc("check process web with pidfile $DIR/web.pid\n");
        make(&test);
        not_running(&test, kind);
    }
}

#[test]
fn a_huge_pidfile_means_not_running() {
    let test = Sandbox::new().monitrc("check process web with pidfile $DIR/web.pid\n");
    let file = std::fs::File::create(test.path("web.pid")).expect("the sandbox is ours");
    file.set_len(1 << 30).expect("a sparse file");
    not_running(&test, "a gigabyte");
}

#[track_caller]
fn not_running(test: &Sandbox, what: &str) {
    let outcome = test.tend(&["--check"]);
    assert_eq!(outcome.code, 1, "{what}: {outcome:?}");
    assert_eq!(test.log_count("'web' process is not running"), 1, "{what}");
}

#[test]
fn a_pidfile_that_names_a_stranger_gets_the_stranger_into_no_danger() {
    // Only the stop program may end it, and this one does not.
    let mut test = Sandbox::new()
        .script("web", "start) ;;\nstop) ;;")
        .monitrc(&format!(
            "set daemon 1
             set httpd unixsocket $DIR/socket
               allow admin:swordfish
             {} with timeout 10 seconds
            ",
            check("web")
        ));
    let mut stranger = Sandbox::stranger();
    test.write("web.pid", &format!("{}\n", stranger.pid()));
    test.start();
    assert_eq!(test.tend(&["stop", "web"]).code, 0);
    test.wait_for_log("'web' failed to stop");
    assert_eq!(test.calls("web", "stop"), 1);
    assert!(stranger.is_unharmed());
}

#[test]
fn our_own_pidfile_is_not_followed_where_it_is_a_link() {
    let test = Sandbox::new().monitrc("set daemon 1\n");
    test.write("precious", "keep me\n");
    symlink(test.path("precious"), test.path("tend.pid")).expect("the sandbox is ours");
    let outcome = test.tend(&["-I"]);
    assert_ne!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stderr.contains("tend.pid"), "{outcome:?}");
    assert_eq!(test.read("precious"), "keep me\n");
}

#[test]
fn our_own_pidfile_left_by_a_power_cut_is_no_hindrance() {
    let mut test = Sandbox::new().monitrc("set daemon 1\n");
    // A pid that runs, but is no tend.
    let mut stranger = Sandbox::stranger();
    test.write("tend.pid", &format!("{}\n", stranger.pid()));
    let pid = test.start();
    assert_eq!(test.pid("tend.pid"), Some(pid));
    assert!(stranger.is_unharmed());
}

#[test]
fn two_of_us_never_watch_at_once() {
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    let pid = test.start();
    let second = test.tend(&["-I"]);
    assert!(
        second.stdout.contains(&format!("PID {pid} awakened")),
        "{second:?}"
    );
    assert_eq!(test.pid("tend.pid"), Some(pid));
    assert!(process::is_running(pid));
}

#[test]
fn a_damaged_state_file_is_set_aside() {
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    test.start();
    test.wait_for_log("'web' process is running with pid");
    // Who is told to end waits for no slow disk; a child of his may go on to write.
    eventually("the state is saved", || test.path("state").exists());
    let end = |test: &mut Sandbox| {
        let code = test.end("TERM");
        eventually("nobody is left but the daemon", || {
            test.processes().len() == 1
        });
        code
    };
    end(&mut test);
    let whole = std::fs::read(test.path("state")).expect("it was saved");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x55;
    let damaged: [&[u8]; 5] = [
        &whole[..whole.len() / 2],
        b"",
        b"from another world",
        &flipped,
        &vec![b'x'; 3 << 20],
    ];
    for (number, content) in damaged.into_iter().enumerate() {
        std::fs::write(test.path("state"), content).expect("the sandbox is ours");
        test.start();
        // That it starts, and supervises, is what counts; a flipped byte may happen to be sound.
        test.kill("web");
        assert_eq!(end(&mut test), 0, "damage {number}");
    }
    assert!(test.path("state.unreadable").exists());
}

#[test]
fn a_state_file_that_cannot_be_written_stops_nothing() {
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    std::fs::create_dir(test.path("state")).expect("the sandbox is ours");
    test.start();
    test.kill("web");
}

#[test]
fn a_log_that_takes_nothing_stops_nothing() {
    for target in [
        "/dev/full",
        "/nowhere/log",
        "$DIR/fifo",
        "/dev/stdout",
        "/dev/stderr",
    ] {
        let mut test = Sandbox::new().daemon("web").monitrc(&format!(
            "set daemon 1
             set httpd unixsocket $DIR/socket
               allow admin:swordfish
             {}",
            check("web")
        ));
        test.rewrite_log(&target.replace("$DIR", &test.folder().display().to_string()));
        let made = std::process::Command::new("mkfifo")
            .arg(test.path("fifo"))
            .status();
        assert!(made.is_ok_and(|status| status.success()));
        let daemon = test.spawn(&["-I", "-c", "monitrc"]);
        let mut pid = test.wait_for_process("web.pid", None);
        for _ in 0..2 {
            eventually("it is seen to run", || {
                let status = test.tend(&["status", "web"]).stdout;
                status.contains(&format!("pid                          {pid}\n"))
            });
            process::signal(pid, "KILL");
            pid = test.wait_for_process("web.pid", Some(pid));
        }
        assert!(process::is_running(daemon), "{target}");
    }
}

#[test]
fn a_hundred_reloads_leave_nothing_behind() {
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    let daemon = test.start();
    test.wait_for_process("web.pid", None);
    let reload = |times: usize| {
        for _ in 0..times {
            let before = test.log_count("reloaded");
            process::signal(daemon, "HUP");
            test.wait_for_log_times("reloaded", before + 1);
        }
    };
    let needs = || {
        let memory = process::status_field(daemon, "RssAnon").expect("it runs");
        (process::descriptors(daemon), memory)
    };
    reload(20);
    let (descriptors, memory) = needs();
    reload(100);
    // The check that a reload begins may need some more for a moment.
    let mut after = (0, 0);
    eventually("it needs no more than before", || {
        after = needs();
        eprintln!("{:?} → {after:?} descriptors and kB", (descriptors, memory));
        after.0 <= descriptors + 2 && after.1 <= memory + 256
    });
}

#[test]
fn out_of_descriptors_it_goes_on_and_recovers() {
    let port = free_port();
    let test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set httpd port {port} and use address 127.0.0.1
           allow oyaji:hogehoge
         {}",
        check("web")
    ));
    test.write_program(
        "few",
        "#!/bin/sh\nulimit -n 20 && exec \"$0.tend\" -I -c monitrc\n",
    );
    symlink(test.subject(), test.path("few.tend")).expect("the sandbox is ours");
    let mut few = test
        .command_of(&test.path("few"), &[])
        .spawn()
        .expect("a shell");
    test.wait_for_log("'web' process is running with pid");
    let ping = || http::get(port, "/_ping", &[&basic("oyaji:hogehoge")]).body;
    eventually("the page answers", || ping() == "pong");
    let connect = || TcpStream::connect(("127.0.0.1", port));
    let clients: Vec<_> = (0..60).filter_map(|_| connect().ok()).collect();
    test.kill("web");
    drop(clients);
    eventually("the page answers again", || ping() == "pong");
    process::signal(few.id(), "TERM");
    assert_eq!(few.wait().expect("our own child").code(), Some(0));
}

#[test]
fn an_idle_machine_is_left_in_peace() {
    // The peer counts the cycles.
    let peer = Peer::web();
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         check process web with pidfile $DIR/web.pid
           if failed port {} protocol http then alert
        ",
        peer.port()
    ));
    let runner = Sandbox::stranger();
    test.write("web.pid", &format!("{}\n", runner.pid()));
    test.start();
    let state = || {
        let file = std::fs::metadata(test.path("state"));
        file.and_then(|file| file.modified()).ok()
    };
    // The first cycles have something to tell and to save, and a slow disk may take its time.
    eventually("four cycles pass and leave no trace", || {
        let (log, saved, cycles) = (test.log(), state(), peer.connections());
        eventually("four cycles pass", || peer.connections() >= cycles + 4);
        cycles > 2 && test.log() == log && state() == saved
    });
}
