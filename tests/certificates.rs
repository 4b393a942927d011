//! Certificates of every kind of key, over each version of TLS, on both sides of the program: what
//! it speaks TLS with depends on the processor it was built for.

use std::io::Write;
use std::net::TcpStream;

use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use crate::support::http::{self, basic};
use crate::support::peer::{Peer, drain, free_port, read_head};
use crate::support::{Sandbox, eventually, process, tls};

/// A server's certificate, its key, and the certificate of who signed it.
struct Kind {
    name: &'static str,
    certificate: &'static str,
    key: &'static str,
    authority: &'static str,
}

macro_rules! kinds {
    ($($name:literal)+) => {
        [$(Kind {
            name: $name,
            certificate: include_str!(concat!("data/tls/kinds/", $name, ".pem")),
            key: include_str!(concat!("data/tls/kinds/", $name, ".key")),
            authority: include_str!(concat!("data/tls/kinds/", $name, "-ca.pem")),
        }),+]
    };
}

const KINDS: [Kind; 4] = kinds!("rsa" "p256" "p384" "ed25519");

const VERSIONS: [(&str, &SupportedProtocolVersion); 2] = [("tls12", &TLS12), ("tls13", &TLS13)];

#[test]
fn servers_of_every_kind_are_verified() {
    let mut peers = Vec::new();
    let mut monitrc = String::from("set daemon 1\nset httpd unixsocket $DIR/socket\n  allow a:b\n");
    let test = Sandbox::new();
    for kind in &KINDS {
        test.write(&format!("{}-ca.pem", kind.name), kind.authority);
        for (version, only) in VERSIONS {
            let peer = Peer::new(|stream, _| {
                let mut stream = tls::accept_as(stream, (kind.certificate, kind.key), &[only]);
                if !read_head(&mut stream).is_empty() {
                    let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n");
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                    drain(stream);
                }
            });
            for (trust, authority) in [("trusted", kind.name), ("stranger", other(kind))] {
                monitrc += &format!(
                    "check host {}-{version}-{trust} with address localhost
                       if failed port {} protocol https with timeout 60 seconds with ssl options {{
                         verify: enable, cacertificatefile: $DIR/{authority}-ca.pem
                       }} then alert\n",
                    kind.name,
                    peer.port()
                );
            }
            peers.push(peer);
        }
    }
    let mut test = test.monitrc(&monitrc);
    test.start();
    for kind in &KINDS {
        for (version, _) in VERSIONS {
            let name = format!("{}-{version}", kind.name);
            test.wait_for_log(&format!("'{name}-stranger' failed protocol test [HTTP]"));
            eventually(&format!("{name} is trusted"), || {
                let status = test.tend(&["status", &format!("{name}-trusted")]).stdout;
                status.contains("status                       OK")
                    && status.contains("s to localhost:")
            });
            assert_eq!(test.log_count(&format!("'{name}-trusted' failed")), 0);
        }
    }
}

/// An authority that has not signed this one.
fn other(kind: &Kind) -> &'static str {
    let all = KINDS.iter().map(|kind| kind.name);
    all.skip_while(|name| *name != kind.name)
        .nth(1)
        .unwrap_or(KINDS[0].name)
}

#[test]
fn the_page_is_served_with_every_kind_of_key() {
    let port = free_port();
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 3600
         set httpd port {port} and use address 127.0.0.1
           ssl enable pemfile $DIR/page.pem
           allow ann:hidden
         check system box
        "
    ));
    for kind in &KINDS {
        test.write("page.pem", &format!("{}{}", kind.key, kind.certificate));
        test.permit("page.pem", 0o600);
        match test.pid("tend.pid") {
            Some(daemon) => {
                let reloads = test.log_count(" reloaded");
                process::signal(daemon, "HUP");
                test.wait_for_log_times(" reloaded", reloads + 1);
            }
            None => {
                test.start();
            }
        }
        for (_, version) in VERSIONS {
            let answer = http::get_over("/", &[&basic("ann:hidden")], || {
                let stream = TcpStream::connect(("127.0.0.1", port)).expect("the page listens");
                tls::connect_by(stream, kind.authority, version)
            });
            assert_eq!(answer.status, 200, "{} {version:?}: {answer:?}", kind.name);
            assert!(answer.body.contains("box"), "{answer:?}");
        }
    }
}
