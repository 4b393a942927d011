//! Kernels that lack something: what they cannot give is said once, and everything else works.
//!
//! These run on any kernel; `contrib/test` runs them, and all the others, also as on Linux 2.6.11,
//! 2.6.16 and 2.6.32.

use std::io::Read;
use std::net::Shutdown;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;

use crate::support::daemon::check;
use crate::support::http::{self, basic};
use crate::support::kernel::{self, Lacks};
use crate::support::mounts::may_mount;
use crate::support::peer::{Peer, free_port};
use crate::support::{PATIENCE, Sandbox, eventually, process};

/// The cycle is long: nothing but the kernel's notice brings the daemon back before the test's
/// patience ends.
#[test]
fn an_end_is_noticed_at_once_or_it_is_said_that_it_is_not() {
    let has_notice = kernel::is_since([5, 3, 0]);
    let cycle = if has_notice { 3600 } else { 1 };
    let mut test = Sandbox::new()
        .daemon("web")
        .daemon("mail")
        .monitrc(&format!(
            "set daemon {cycle}\n{}{}",
            check("web"),
            check("mail")
        ));
    test.start();
    if has_notice {
        // The start programs that the first check ran are behind it when both are seen running.
        for name in ["web", "mail"] {
            test.wait_for_log(&format!("'{name}' process is running with pid"));
        }
    }
    test.kill("web");
    test.kill("mail");
    let said = test.log_count("This kernel cannot tell when a process ends; checks find out");
    assert_eq!(said, usize::from(!has_notice));
}

#[test]
fn without_ipv6_the_rest_works() {
    if !kernel::may_be_imitated("without_ipv6_the_rest_works") {
        return;
    }
    let (port, web) = (free_port(), Peer::web());
    let lacks = Lacks {
        ipv6: true,
        ..Lacks::default()
    };
    let mut test = Sandbox::new()
        .on_a_machine_without(&lacks)
        .daemon("web")
        .monitrc(&format!(
            "set daemon 1
             set httpd port {port}
               allow ann:hidden
             {}
             check host v6 with address ::1
               if failed port 9 then alert
             check host pinged with address ::1
               if failed ping then alert
             check host either with address localhost
               if failed port {} protocol http with timeout 60 seconds then alert
            ",
            check("web"),
            web.port(),
        ));
    test.start();
    let page = || http::get(port, "/", &[&basic("ann:hidden")]).body;
    eventually("the page is served on IPv4", || page().contains("either"));
    let words = "IPv6 (which this kernel has not, or has not loaded) is not available here";
    for name in ["v6", "pinged"] {
        test.wait_for_log(&format!("'{name}' {words}"));
    }
    test.kill("web");
    eventually("the name is reached on IPv4", || web.connections() > 1);
    assert_eq!(test.log_count(words), 2);
    assert_eq!(test.log_count("'v6' failed"), 0);
    assert_eq!(test.log_count("'pinged' ping"), 0);
    assert_eq!(test.log_count("'either' failed"), 0);
    assert_eq!(test.log_count("Cannot listen"), 0);
}

/// A box that has gathered no randomness: `/dev/random` of a kernel without getrandom cannot be
/// read, and nothing may hang because of that.
#[cfg(feature = "tls")]
#[test]
fn without_randomness_everything_but_tls_goes_on() {
    use std::fs::OpenOptions;
    use std::io::Write;
    use std::process::Command;

    use crate::support::tls;

    if !kernel::may_be_imitated("without_randomness_everything_but_tls_goes_on") {
        return;
    }
    let (port, page) = (free_port(), free_port());
    let server = Peer::new(|stream, _| {
        let mut stream = tls::accept(stream);
        let mut start = [0; 64];
        if stream.read(&mut start).is_ok() {
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n");
        }
    });
    let sandbox = Sandbox::new();
    let fifo = sandbox.path("random");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.is_ok_and(|status| status.success()));
    let lacks = Lacks {
        entropy: Some(fifo.clone()),
        ..Lacks::default()
    };
    let mut test = sandbox
        .on_a_machine_without(&lacks)
        .daemon("web")
        .monitrc(&format!(
            "set daemon 1
             set httpd port {port} and use address 127.0.0.1
               allow ann:hidden
             {}
             check host secure with address 127.0.0.1
               if failed port {} type tcpssl protocol http with timeout 60 seconds then alert
               if failed port {port} then alert
            ",
            check("web"),
            server.port(),
        ));
    test.start();
    test.wait_for_log(
        "'secure' TLS (which waits for randomness: /dev/random cannot be read yet) is not \
         available here, its test is left out",
    );
    let status = || http::get(port, "/secure", &[&basic("ann:hidden")]).body;
    eventually("the page is served", || status().contains("secure"));
    test.kill("web");
    test.kill("web");
    assert_eq!(test.log_count("waits for randomness"), 1);
    assert_eq!(test.log_count("'secure' failed protocol test [HTTP]"), 0);
    assert_eq!(server.connections(), 0);
    assert_eq!(test.tend(&["-t"]).code, 0);

    // The status page over TLS: its clients are turned away, and the daemon goes on.
    test.write("page.pem", &format!("{}{}", tls::CERTIFICATE, tls::KEY));
    test.permit("page.pem", 0o600);
    let text = test.read("monitrc");
    let secured = format!(
        "set httpd port {page} and use address 127.0.0.1 with ssl {{ pemfile: \
                           $DIR/page.pem }}"
    );
    let plain = format!("set httpd port {port} and use address 127.0.0.1");
    test.write("monitrc", &text.replace(&plain, &secured));
    process::signal(test.pid("tend.pid").expect("it runs"), "HUP");
    eventually("a client is turned away, and told why in the log", || {
        let _ = http::get(page, "/", &[]);
        test.log_count("Cannot serve a status client -- TLS waits until") > 0
    });
    let refused = test.tend(&["status"]);
    assert!(refused.stderr.contains("TLS waits until"), "{refused:?}");
    test.kill("web");

    // One key on the keyboard.
    let mut noise = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&fifo)
        .expect("our own");
    noise.write_all(b"!").expect("our own");
    eventually("the test is made", || server.connections() > 1);
    let page = || http::get_tls(page, "/", &[&basic("ann:hidden")]).body;
    eventually("the page is served over TLS", || page().contains("secure"));
    process::signal(test.pid("tend.pid").expect("it runs"), "HUP");
    test.wait_for_log_times(" reloaded", 2);
    assert_eq!(test.log_count("'secure' failed protocol test [HTTP]"), 0);
}

/// `/dev/log` is a datagram socket with some syslog daemons and a stream with others, as on SuSE
/// 9.3; either may be restarted.
#[test]
fn syslog_by_datagrams() {
    syslog("syslog_by_datagrams", |path| {
        let socket = Arc::new(UnixDatagram::bind(path).expect("the sandbox is ours"));
        // The kernel keeps ten of them at most, of which `tend` may say more while nobody asks.
        let (reader, (sender, lines)) = (Arc::clone(&socket), mpsc::channel());
        thread::spawn(move || {
            let mut line = [0; 10_000];
            while let Ok(length @ 1..) = reader.recv(&mut line) {
                let _ = sender.send(line[..length].to_vec());
            }
        });
        let socket = Bound(socket);
        Box::new(move |line: &mut [u8]| {
            let _ = &socket;
            let received = lines.recv_timeout(PATIENCE).expect("something is logged");
            line[..received.len()].copy_from_slice(&received);
            received.len()
        })
    });
}

/// Where datagrams are received until this is dropped.
struct Bound(Arc<UnixDatagram>);

impl Drop for Bound {
    fn drop(&mut self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

#[test]
fn syslog_by_a_stream() {
    syslog("syslog_by_a_stream", |path| {
        let listener = UnixListener::bind(path).expect("the sandbox is ours");
        let mut stream = None;
        Box::new(move |line: &mut [u8]| {
            let stream = stream.get_or_insert_with(|| {
                let (stream, _) = listener.accept().expect("somebody logs");
                stream.set_read_timeout(Some(PATIENCE)).expect("not zero");
                stream
            });
            // Each message ends in a NUL, and no two of them need be read together.
            let mut length = 0;
            while length < line.len() {
                let byte = &mut line[length..=length];
                stream.read_exact(byte).expect("something is logged");
                if byte == [0] {
                    break;
                }
                length += 1;
            }
            length
        })
    });
}

/// Receives one message.
type Receive = Box<dyn FnMut(&mut [u8]) -> usize>;

fn syslog(test: &str, daemon: fn(&Path) -> Receive) {
    if !may_mount(test) {
        return;
    }
    let mut test = Sandbox::new()
        .daemon("web")
        .monitrc(&format!("set daemon 1\n{}", check("web")));
    let folder = test.folder().display().to_string();
    let pid = test.start_among_mounts(&format!(
        "mkdir {folder}/dev
         for device in null random urandom; do
             touch {folder}/dev/$device
             mount --bind /dev/$device {folder}/dev/$device
         done
         mount --rbind {folder}/dev /dev"
    ));
    let web = test.wait_for_process("web.pid", None);
    let path = test.path("dev/log");
    let receive_until = |receive: &mut Receive, words: &str| {
        let mut line = [0; 10_000];
        loop {
            let length = receive(&mut line);
            if String::from_utf8_lossy(&line[..length]).contains(words) {
                return;
            }
        }
    };

    let mut first = daemon(&path);
    test.rewrite_log("syslog");
    process::signal(pid, "HUP");
    receive_until(&mut first, &format!(" tend[{pid}]: "));
    process::signal(web, "KILL");
    let web = test.wait_for_process("web.pid", Some(web));
    receive_until(
        &mut first,
        &format!("'web' process is running with pid {web}"),
    );

    drop(first);
    std::fs::remove_file(&path).expect("the sandbox is ours");
    let mut second = daemon(&path);
    process::signal(web, "KILL");
    let web = test.wait_for_process("web.pid", Some(web));
    receive_until(
        &mut second,
        &format!("'web' process is running with pid {web}"),
    );
    assert_eq!(test.end("TERM"), 0);
    receive_until(&mut second, "stopped");
}
