//! Patterns and texts that a C library's matcher needs minutes for: nobody waits for them.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use crate::support::Sandbox;
use crate::support::peer::{Peer, drain, read_head};

/// Every `a` may begin what `a.*b` means, and none does: 80,000,000,000 steps, taken one by one.
const LENGTH: usize = 400_000;

#[test]
fn long_texts_of_others_hold_nobody_up() {
    let web = Peer::new(|mut stream, _| {
        read_head(&mut stream);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n");
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&[b'a'; LENGTH]);
        drain(stream);
    });
    let talker = Peer::new(|mut stream, _| {
        let _ = stream.write_all(&[b'a'; LENGTH]);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        drain(stream);
    });
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket allow a:b
         set limits {{ httpContentBuffer: 1 MB, sendExpectBuffer: 1 MB, programOutput: 1 MB }}
         check host web with address 127.0.0.1
           if failed port {} protocol http content = \"a.*b\" then alert
         check host talker with address 127.0.0.1
           if failed port {} expect \"a.*b\" then alert
         check program printer with path $DIR/print
           if content = \"a.*b\" then exec \"/usr/bin/touch $DIR/wrong\"
           if content = \"^a.{{99}}.*a$\" then alert
         check file tick with path $DIR/tick
           if changed size then alert",
        web.port(),
        talker.port()
    ));
    let script = format!("#!/bin/sh\nhead -c {LENGTH} /dev/zero | tr '\\0' a\n");
    test.write_program("print", &script);
    test.write("tick", "");
    test.start();
    test.wait_for_log("Regular expression doesn't match");
    test.wait_for_log("GENERIC: received unexpected data [aaaa");
    test.wait_for_log("'printer' content match on program output:");
    assert_eq!(test.tend(&["status"]).code, 0);
    test.write("tick", "x");
    test.wait_for_log("'tick' size for");
    assert_eq!(test.log_count("wrong"), 0, "no pattern but the second");
}

#[test]
fn long_command_lines_hold_nobody_up() {
    let mark = format!("mark-{}", std::process::id());
    let long = "a".repeat(120_000);
    let process = Shell::with_arguments("read line", &[&mark, &long]);
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket allow a:b
         check process never matching \"aa.*{mark}\"
         check process ever matching \"{mark} .{{1,99}}a\"
           if uptime >= 0 seconds then alert"
    ));
    test.start();
    test.wait_for_log("'never' process is not running");
    test.wait_for_log("'ever' uptime");
    assert_eq!(test.log_count("'ever' process is not running"), 0);
    assert_eq!(test.tend(&["status"]).code, 0);
    drop(process);
}

/// A shell that runs until this is dropped.
struct Shell(Child);

impl Shell {
    fn with_arguments(script: &str, arguments: &[&str]) -> Self {
        let started = Command::new("/bin/sh")
            .args(["-c", script])
            .args(arguments)
            .stdin(Stdio::piped())
            .spawn();
        Self(started.expect("there is a shell"))
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
