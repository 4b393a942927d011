//! What the daemon's memory is worth where there is little: it is kept, not killed for, and given
//! back.

use std::fs;

use crate::support::process::status_field;
use crate::support::{Sandbox, eventually};

/// What Linux calls `CAP_IPC_LOCK` and `CAP_SYS_RESOURCE`.
const LOCKING: u32 = 14;
const RESOURCES: u32 = 24;

/// Whether these tests, and so the daemon, have a privilege.
fn is_privileged(capability: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let held = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let held = u64::from_str_radix(held.expect("a kernel's line").trim(), 16);
    held.expect("a hexadecimal number") >> capability & 1 == 1
}

fn place(pid: &str) -> String {
    let read = fs::read_to_string(format!("/proc/{pid}/oom_score_adj"));
    read.expect("a kernel after 2.6.36").trim().into()
}

#[test]
fn it_is_held_in_memory_and_what_it_starts_is_not() {
    let mut test = Sandbox::new()
        .script(
            "web",
            "start)
                cat /proc/self/oom_score_adj >$DIR/place
                grep VmLck: /proc/self/status >$DIR/locked;;",
        )
        .script("look", "*) cat /proc/self/oom_score_adj;;")
        .monitrc(
            "set daemon 1
             check process web with pidfile $DIR/web.pid
               start program = \"$DIR/web start\"
             check program look with path \"$DIR/look now\"
               if content = \"-1000\" then alert",
        );
    let pid = test.start();
    let ours = place("self");
    eventually("the start program tells", || {
        !test.read("locked").is_empty()
    });
    assert_eq!(test.read("place").trim(), ours);
    assert_eq!(test.read("locked").split_whitespace().nth(1), Some("0"));
    eventually("the program was run", || test.calls("look", "now") > 1);
    if is_privileged(RESOURCES) {
        assert_eq!(place(&pid.to_string()), "-1000");
        assert_eq!(test.log_count("content match"), 0);
    } else {
        assert_eq!(place(&pid.to_string()), ours, "refused, and it goes on");
    }
    let locked = status_field(pid, "VmLck");
    match is_privileged(LOCKING) {
        true => assert!(locked > Some(0), "{locked:?}"),
        false => assert_eq!(locked, Some(0), "nothing by halves"),
    }
}

#[cfg(feature = "tls")]
#[test]
fn what_tls_needs_is_given_back() {
    use crate::support::http::{self, basic};
    use crate::support::peer::{Peer, free_port, read_head};
    use crate::support::process::signal;
    use crate::support::smtp::{MailServer, Manner};
    use crate::support::tls;

    let Ok(authorities) = fs::read_to_string("/etc/ssl/certs/ca-certificates.crt") else {
        return crate::support::not_run("memory after TLS", "needs the package ca-certificates");
    };
    let web = Peer::new(|stream, _| {
        let mut stream = tls::accept(stream);
        read_head(&mut stream);
        let _ = std::io::Write::write_all(
            &mut stream,
            b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        );
        stream.conn.send_close_notify();
        let _ = stream.conn.complete_io(&mut stream.sock);
    });
    let mail = MailServer::new(Manner::StartTls);
    let page = free_port();
    let without = format!(
        "set daemon 1
         set mailserver 127.0.0.1 port {} using tls
         set alert ops@example.org
         set httpd port {page} and use address 127.0.0.1
           with ssl {{ pemfile: $DIR/both.pem }}
           allow oyaji:hogehoge
         check program cycle with path \"$DIR/cycle now\"
           if status > 0 then alert
         ",
        mail.port()
    );
    let mut test = Sandbox::new().script("cycle", "*) ;;").monitrc(&without);
    test.write("both.pem", &format!("{}{}", tls::KEY, tls::CERTIFICATE));
    test.permit("both.pem", 0o600);
    // The server's own is the last of them all.
    test.write("store", &format!("{authorities}\n{}", tls::CERTIFICATE));
    let pid = test.start();
    eventually("ten cycles", || test.calls("cycle", "now") > 10);
    let Some(idle) = status_field(pid, "RssAnon") else {
        return crate::support::not_run("memory after TLS", "needs Linux 4.5 to tell");
    };

    test.rewrite_monitrc(&format!(
        "{without}
         check host web with address localhost
           if failed port {} protocol https with timeout 60 seconds
             with ssl options {{ verify: enable cacertificatefile: $DIR/store }} then alert
         check file missing with path $DIR/missing
           if does not exist then alert
         ",
        web.port()
    ));
    signal(pid, "HUP");
    let told = mail.wait_for("ops@example.org", "Does not exist missing");
    assert!(told.encrypted);
    let answer = http::get_tls(page, "/", &[&basic("oyaji:hogehoge")]);
    assert_eq!(answer.status, 200);
    eventually("it was tested", || web.connections() > 1);
    assert_eq!(test.log_count("'web' failed"), 0, "{}", test.log());
    eventually("what that needed is given back", || {
        status_field(pid, "RssAnon").is_some_and(|now| now <= idle + 150)
    });
}
