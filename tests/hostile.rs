//! What bad input gets: a clear word, and nothing lost. Pidfiles, state files, peers and log
//! targets that do what they should not.

use std::os::unix::fs::symlink;

use crate::support::daemon::{Stranger, check};
use crate::support::peer::{Peer, drain};
use crate::support::{Sandbox, eventually, process, tls};

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
             {} with timeout 1 second
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
    test.end("TERM");
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
        assert_eq!(test.end("TERM"), 0, "damage {number}");
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
    for target in ["/dev/full", "/nowhere/log"] {
        let mut test = Sandbox::new().daemon("web").monitrc(&format!(
            "set daemon 1
             set httpd unixsocket $DIR/socket
               allow admin:swordfish
             {}",
            check("web")
        ));
        test.rewrite_log(target);
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
fn hung_peers_cost_their_own_time_only() {
    let peers: Vec<Peer> = (0..20).map(|_| Peer::silent()).collect();
    let tests: String = peers
        .iter()
        .enumerate()
        .map(|(n, peer)| {
            format!(
                "check process hung{n} with pidfile $DIR/runner.pid
                   if failed port {} protocol http with timeout 100 seconds then alert\n",
                peer.port()
            )
        })
        .collect();
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{tests}{}", check("web")));
    let _runner = runner(&test);
    test.start();
    eventually("all are being asked", || {
        peers.iter().all(|peer| peer.connections() > 0)
    });
    for _ in 0..3 {
        test.kill("web");
    }
    assert_eq!(test.log_count("failed protocol test"), 0, "they still hang");
    assert_eq!(test.end("TERM"), 0);
}

#[test]
fn peers_that_talk_nonsense_fail_their_test() {
    let peers = [
        ("garbage", Peer::saying(b"\0\xff\xfe garbage \r\n\r\n")),
        ("nothing", Peer::saying(b"")),
        ("half", Peer::saying(b"HTTP/1.1 200")),
        ("endless", Peer::endless()),
        (
            "refusal",
            Peer::saying(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        ),
        (
            "chunks",
            Peer::saying(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
            ),
        ),
    ];
    let checks: String = peers
        .iter()
        .map(|(name, peer)| {
            format!(
                "check process {name} with pidfile $DIR/runner.pid
                   if failed port {} protocol http content = \"x*hello\"
                     with timeout 3 seconds then alert\n",
                peer.port()
            )
        })
        .collect();
    let mut test = Sandbox::new().monitrc(&format!("set daemon 1\n{checks}"));
    let _runner = runner(&test);
    let daemon = test.start();
    for (name, _) in &peers {
        test.wait_for_log(&format!("'{name}' failed protocol test [HTTP]"));
    }
    let memory = process::status_field(daemon, "VmRSS").expect("it runs");
    assert!(memory < 64 * 1024, "{memory} kB after an endless answer");
}

#[test]
fn a_sound_web_server_passes_and_one_that_dies_is_restarted() {
    let peer = Peer::web();
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         {}
           if failed host 127.0.0.1 port {} protocol http request /index.html then restart
        ",
        check("web"),
        peer.port()
    ));
    test.start();
    let pid = test.wait_for_process("web.pid", None);
    eventually("the test passes", || {
        let status = test.tend(&["status", "web"]).stdout;
        status.contains("port response time") && status.contains("status                       OK")
    });
    assert_eq!(test.calls("web", "stop"), 0);
    drop(peer);
    test.wait_for_process("web.pid", Some(pid));
    test.wait_for_log("'web' failed protocol test [HTTP]");
    assert!(test.calls("web", "stop") >= 1);
}

#[test]
fn a_self_signed_certificate_restarts_nobody_and_a_wrong_fingerprint_does() {
    let peer = Peer::new(|stream, _| {
        let mut stream = tls::accept(stream);
        crate::support::peer::read_head(&mut stream);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
        let _ = std::io::Write::write_all(&mut stream, answer);
        stream.conn.send_close_notify();
        let _ = std::io::Write::flush(&mut stream);
        drain(stream);
    });
    let port = peer.port();
    let right = fingerprint();
    let wrong = "12-34-56-78-90-AB-CD-EF-12-34-56-78-90-AB-CD-EF";
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         check process plain with pidfile $DIR/runner.pid
           if failed port {port} type TCPSSL protocol HTTP request /index.html then alert
         check process pinned with pidfile $DIR/runner.pid
           if failed port {port} type TCPSSL certmd5 {right} protocol HTTP then alert
         check process strict with pidfile $DIR/runner.pid
           if failed port {port} with ssl options {{ verify: enable }} protocol HTTP then alert
         check process stranger with pidfile $DIR/runner.pid
           if failed port {port} type TCPSSL certmd5 {wrong} protocol HTTP then alert
        "
    ));
    let _runner = runner(&test);
    test.start();
    for failing in ["strict", "stranger"] {
        test.wait_for_log(&format!(
            "error    : '{failing}' failed protocol test [HTTP]"
        ));
    }
    eventually("the two others pass", || {
        let summary = test.tend(&["summary"]).stdout;
        let well = |name: &str| {
            let mut lines = summary.lines();
            lines.any(|line| line.starts_with(&format!(" {name} ")) && line.contains(" OK "))
        };
        well("plain") && well("pinned")
    });
}

/// A process for services of which only the connections matter.
fn runner(test: &Sandbox) -> Stranger {
    let stranger = Sandbox::stranger();
    test.write("runner.pid", &format!("{}\n", stranger.pid()));
    stranger
}

/// The test certificate's MD5, written as `certmd5` wants it.
fn fingerprint() -> String {
    use md5::Digest;
    let hash = md5::Md5::digest(tls::certificate());
    let digits: Vec<String> = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    digits.join("-")
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
        let memory = process::status_field(daemon, "RssAnon").expect("it runs");
        (process::descriptors(daemon), memory)
    };
    let (descriptors, memory) = reload(20);
    let (descriptors_after, memory_after) = reload(100);
    assert!(
        descriptors_after <= descriptors + 2,
        "{descriptors} → {descriptors_after}"
    );
    assert!(memory_after <= memory + 256, "{memory} → {memory_after} kB");
}
