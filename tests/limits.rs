//! `set limits`: each key, on the real program, limits what it names. That it was this limit of
//! time and not the default is told by the seconds in the log.

use crate::support::peer::Peer;
use crate::support::{Sandbox, eventually, process};

/// A sandbox with this entry of `set limits`.
fn limited(entry: &str, checks: &str) -> Sandbox {
    Sandbox::new().monitrc(&format!("set daemon 1\nset limits {{ {entry} }}\n{checks}"))
}

/// A process service that is down, with programs that hang.
fn hanging(entry: &str, program: &str) -> Sandbox {
    let checks = format!(
        "check process web with pidfile $DIR/web.pid
           {program} program = \"/bin/sleep 1000001\"
           if does not exist then {program}"
    );
    limited(entry, &checks)
}

/// A peer that sends this, whatever it is asked.
fn peer(answer: &'static str) -> Peer {
    Peer::saying(answer.as_bytes())
}

#[test]
fn program_output() {
    let mut test = limited(
        "programOutput: 10 B",
        "check program loud with path \"/bin/sh -c 'echo 0123456789needle; exit 4'\"
           if status != 0 then alert",
    );
    test.start();
    test.wait_for_log("'loud' status failed (4) -- 0123456789\n");
    assert!(!test.log().contains("needle"));
}

#[test]
fn send_expect_buffer() {
    let peer = peer("0123456789needle\r\n");
    let mut test = limited(
        "sendExpectBuffer: 10 B",
        &format!(
            "check host here with address 127.0.0.1
               if failed port {} expect \"needle\" then alert",
            peer.port()
        ),
    );
    test.start();
    test.wait_for_log("received unexpected data [0123456789]");
}

#[test]
fn file_content_buffer() {
    let mut test = limited(
        "fileContentBuffer: 11 B",
        "check file app with path $DIR/app.log
           if content = \"needle\" then alert",
    );
    test.write("app.log", "");
    test.start_with(&["-v"]);
    test.wait_for_log("'app' content doesn't match");
    test.write("app.log", "0123456789needle\nneedle0123456789\n");
    test.wait_for_log("'app' content match:\nneedle0123\n...\n\n");
}

#[test]
fn http_content_buffer() {
    let page = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n0123456789needle";
    let peer = peer(page);
    let mut test = limited(
        "httpContentBuffer: 10 B",
        &format!(
            "check host here with address 127.0.0.1
               if failed port {0} protocol http content = \"needle\" then alert
             check host there with address 127.0.0.1
               if failed port {0} protocol http content = \"9\" with timeout 60 seconds
               then alert",
            peer.port()
        ),
    );
    test.start();
    test.wait_for_log_times("'here' failed protocol test [HTTP]", 2);
    assert!(!test.log().contains("'there' failed"));
}

#[test]
fn network_timeout() {
    let peer = Peer::silent();
    let mut test = limited(
        "networkTimeout: 1 second",
        &format!(
            "check host here with address 127.0.0.1
               if failed port {} protocol http then alert",
            peer.port()
        ),
    );
    test.start();
    test.wait_for_log("no answer within 1 second");
}

#[test]
fn program_timeout() {
    let mut test = limited(
        "programTimeout: 1 second",
        "check program slow with path \"/bin/sleep 1000001\"
           if status != 0 then alert",
    );
    test.start();
    test.wait_for_log("'slow' program timed out after 1 s. Killing program with pid ");
}

/// There is none by default: nothing would end a backup in the middle.
#[test]
fn exec_timeout() {
    let mut test = limited(
        "execTimeout: 1 second",
        "check file gone with path $DIR/gone
           if does not exist
           then exec \"/bin/sh -c 'echo $$ >$DIR/pid; exec sleep 1000001'\" repeat every 1 cycles",
    );
    test.start();
    test.wait_for_log("timed out");
    // A shell may be so slow that it is ended before its first word.
    let mut pid = None;
    eventually("it has run", || {
        pid = test.pid("pid");
        pid.is_some()
    });
    let pid = pid.expect("just waited for");
    eventually("it is ended", || !process::is_running(pid));
}

#[test]
fn start_timeout() {
    let mut test = hanging("startTimeout: 1 second", "start");
    test.start();
    test.wait_for_log("timed out after 1 s");
}

#[test]
fn stop_timeout() {
    // What does not run is not stopped.
    let mut test = limited(
        "stopTimeout: 1 second",
        "check process web with pidfile $DIR/web.pid
           stop program = \"/bin/sleep 1000001\"
           if exist then stop",
    );
    let web = Sandbox::stranger();
    test.write("web.pid", &web.pid().to_string());
    test.start();
    test.wait_for_log("timed out after 1 s");
}

#[test]
fn restart_timeout() {
    let mut test = hanging("restartTimeout: 1 second", "restart");
    test.start();
    test.wait_for_log("timed out after 1 s");
}
