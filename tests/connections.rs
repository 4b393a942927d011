//! Connection tests: peers that answer, that hang, that talk nonsense; over TCP, UDP, Unix sockets
//! and TLS.

use std::io::Write;
use std::net::UdpSocket;
use std::os::unix::net::UnixListener;

use crate::support::daemon::{Stranger, check};
use crate::support::peer::{Peer, drain, free_port};
use crate::support::smtp::{MailServer, Manner};
#[cfg(feature = "tls")]
use crate::support::tls;
use crate::support::{Sandbox, eventually, process};

#[test]
fn hung_peers_cost_their_own_time_only() {
    let peers: Vec<Peer> = (0..20).map(|_| Peer::silent()).collect();
    let tests: String = peers
        .iter()
        .enumerate()
        .map(|(n, peer)| {
            format!(
                "check process hung{n} with pidfile $DIR/runner.pid
                   if failed port {} protocol http with timeout 3600 seconds then alert\n",
                peer.port()
            )
        })
        .collect();
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
             set httpd unixsocket $DIR/socket
               allow admin:swordfish
             {tests}{}",
        check("web")
    ));
    let _runner = runner(&test);
    test.start();
    eventually("all are being asked", || {
        peers.iter().all(|peer| peer.connections() > 0)
    });
    for _ in 0..3 {
        test.kill("web");
    }
    assert!(
        test.tend(&["summary"]).stdout.contains(" web "),
        "and the page answers"
    );
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

/// A camera, a stream of events.
#[test]
fn a_page_without_an_end_is_judged_by_what_came() {
    let peer = Peer::new(|mut stream, _| {
        crate::support::peer::read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\nServer: camera\r\n\r\nhello");
        crate::support::peer::drain(stream);
    });
    let check = |name, content| {
        format!(
            "check host {name} with address 127.0.0.1
               if failed port {} protocol http content = \"{content}\"
                 with timeout 10 seconds then alert\n",
            peer.port()
        )
    };
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         {}{}",
        check("camera", "^hello$"),
        check("other", "nope")
    ));
    test.start();
    test.wait_for_log("-- HTTP error: Regular expression doesn't match: No match");
    eventually("the camera is well", || {
        let status = test.tend(&["status", "camera"]).stdout;
        status.contains("port response time") && status.contains("status                       OK")
    });
    assert!(!test.log().contains("'camera' failed"), "{}", test.log());
}

#[test]
fn a_sound_web_server_passes_and_one_that_dies_is_restarted() {
    let peer = Peer::web();
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         {}
           if failed host 127.0.0.1 port {} protocol http request /index.html
             with timeout 60 seconds then restart
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

#[cfg(feature = "tls")]
#[test]
fn a_self_signed_certificate_restarts_nobody_and_a_wrong_fingerprint_does() {
    let peer = Peer::new(|stream, _| {
        let mut stream = tls::accept(stream);
        crate::support::peer::read_head(&mut stream);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
        let _ = stream.write_all(answer);
        stream.conn.send_close_notify();
        let _ = stream.flush();
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

/// How long a certificate lasts is told of those that were seen, and of no other.
#[cfg(feature = "tls")]
#[test]
fn a_certificate_that_was_not_seen_has_no_days_left() {
    let peer = Peer::new(|stream, _| {
        let mut stream = tls::accept(stream);
        let _ = stream.flush();
        drain(stream);
    });
    let plain = Peer::web();
    let (seen, unseen) = (peer.port(), plain.port());
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         check process short with pidfile $DIR/runner.pid
           if failed port {seen} type tcpssl certificate valid > 50000 days then alert
         check process long with pidfile $DIR/runner.pid
           if failed port {seen} type tcpssl certificate valid > 30 days then alert
         check process unseen with pidfile $DIR/runner.pid
           if failed port {unseen} type tcpssl certificate valid > 30 days then alert
         check process absent with pidfile $DIR/runner.pid
           if failed port 1 type tcpssl certificate valid > 30 days then alert
        "
    ));
    let _runner = runner(&test);
    test.start_with(&["-v"]);
    test.wait_for_log("error    : 'short' certificate expiry in ");
    test.wait_for_log("'long' certificate valid days test succeeded");
    for name in ["unseen", "absent"] {
        test.wait_for_log_times(&format!("error    : '{name}' failed protocol test"), 2);
        assert_eq!(test.log_count(&format!("'{name}' certificate")), 0);
    }
}

/// A process for services of which only the connections matter.
fn runner(test: &Sandbox) -> Stranger {
    let stranger = Sandbox::stranger();
    test.write("runner.pid", &format!("{}\n", stranger.pid()));
    stranger
}

/// The test certificate's MD5, written as `certmd5` wants it.
#[cfg(feature = "tls")]
fn fingerprint() -> String {
    use md5::Digest;
    let hash = md5::Md5::digest(tls::certificate());
    let digits: Vec<String> = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    digits.join("-")
}

#[test]
fn every_kind_of_peer_passes_while_it_answers() {
    let echo = Peer::new(|mut stream, _| {
        let _ = stream.write_all(b"hello, who is there?\r\n");
        let mut line = [0; 8];
        let _ = std::io::Read::read(&mut stream, &mut line);
        let _ = stream.write_all(b"welcome\0 back\r\n");
        drain(stream);
    });
    let mail = MailServer::new(Manner::Sound);
    let test = Sandbox::new();
    let datagrams = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    let local = UnixListener::bind(test.path("local")).expect("the sandbox is ours");
    let mut test = test.monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket
           allow admin:swordfish
         check process talk with pidfile $DIR/runner.pid
           if failed port {} send \"me\\r\\n\" expect \"^hello.*\" then alert
         check process post with pidfile $DIR/runner.pid
           if failed port {} protocol smtp then alert
         check process datagram with pidfile $DIR/runner.pid
           if failed port {} type udp then alert
         check process local with pidfile $DIR/runner.pid
           if failed unixsocket $DIR/local then alert
        ",
        echo.port(),
        mail.port(),
        datagrams.local_addr().expect("a bound socket").port()
    ));
    let _runner = runner(&test);
    test.start();
    eventually("all pass", || {
        let summary = test.tend(&["summary"]).stdout;
        summary.matches(" OK ").count() == 5
    });
    drop((echo, mail, datagrams, local));
    std::fs::remove_file(test.path("local")).expect("it was there");
    for name in ["talk", "post", "datagram", "local"] {
        test.wait_for_log(&format!("error    : '{name}' failed "));
    }
}

#[test]
fn who_is_supposed_to_be_absent_is_told_of_when_it_comes() {
    let port = free_port();
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         check host backdoor with address 127.0.0.1
           if succeeded port {port} then alert
         check file tick with path $DIR/tick
           if changed size then alert"
    ));
    test.write("tick", "");
    test.start_with(&["-v"]);
    test.wait_for_log("'tick' size has not changed");
    test.write("tick", "x");
    test.wait_for_log("'tick' size for");
    test.wait_for_log_times("'backdoor'", 2);
    let told = |text: &str| {
        test.log()
            .lines()
            .filter(|l| l.contains("error") && l.contains(text))
            .count()
    };
    assert_eq!(told("'backdoor'"), 0, "{}", test.log());
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).expect("nobody has that port");
    let peer = Peer::on(listener, |stream, _| drain(stream));
    eventually("it is told of", || told("'backdoor'") > 0);
    drop(peer);
}
