//! Passwords, and to whom they are said.

use std::net::TcpListener;
use std::path::Path;
use std::thread::{self, JoinHandle};

use super::{Bench, server};
use crate::model::{MailServer, MailServerTls, Verify};
use crate::shell::tls::test_data::{self as data, files};
use crate::shell::tls::{self, Received, Server as TlsServer};

fn with_password(port: u16, verify: Verify) -> MailServer {
    MailServer {
        credentials: Some(("joe".into(), "secret".into())),
        tls: Some(MailServerTls {
            terms: crate::model::TlsTerms::default(),
            implicit: true,
            verify,
            pin: None,
        }),
        ..server(port)
    }
}

/// With an authority of our own, for a machine need not have any.
fn bench(servers: Vec<MailServer>) -> Bench {
    let mut bench = Bench::new(servers);
    bench.mailer.client = tls::Client::with_store(Path::new(data::CA));
    bench
}

/// A mail server behind TLS with a self-signed certificate: what it was told until the end.
fn secured() -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let server = TlsServer::load(&files(data::SELF_SIGNED, data::RSA_KEY)).unwrap();
        let mut channel = server.accept().unwrap();
        channel.write(b"220 hello\r\n");
        let mut heard = String::new();
        loop {
            channel.send(&mut stream).unwrap();
            match channel.receive(&mut stream) {
                Ok(Received::Bytes(_) | Received::Nothing) => {}
                Ok(Received::Closed) | Err(_) => return heard,
            }
            let mut buffer = [0; 1024];
            loop {
                let count = channel.read(&mut buffer);
                if count == 0 {
                    break;
                }
                let said = String::from_utf8_lossy(&buffer[..count]).into_owned();
                heard.push_str(&said);
                if said.starts_with("EHLO") {
                    channel.write(b"250-hello\r\n250 AUTH PLAIN\r\n");
                } else if said.starts_with("AUTH") {
                    channel.write(b"535 go away\r\n");
                }
            }
        }
    });
    (port, thread)
}

#[test]
fn a_password_goes_only_to_a_server_that_proves_who_it_is() {
    let (port, server) = secured();
    let mut bench = bench(vec![with_password(port, Verify::Unset)]);
    bench.push(&["apache"]);
    bench.finish();
    assert_eq!(server.join().unwrap(), "");
    assert!(
        bench.lines[0].contains("self signed certificate is not allowed"),
        "{:?}",
        bench.lines
    );
}

#[test]
fn a_password_goes_to_any_server_where_the_file_says_so() {
    let (port, server) = secured();
    let mut bench = bench(vec![with_password(port, Verify::Disable)]);
    bench.push(&["apache"]);
    bench.finish();
    assert!(server.join().unwrap().contains("AUTH PLAIN "));
    assert!(bench.lines[0].contains("535 go away"), "{:?}", bench.lines);
}
