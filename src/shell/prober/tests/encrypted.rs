//! Peers that are asked for TLS.

use std::io::{BufRead, BufReader, Read, Write};
use std::thread;

use super::{Bench, silent, test};
use crate::model::{self, Protocol, TlsOptions, Verify};
use crate::shell::tls::test_data::{self as data, files};
use crate::shell::tls::{Received, Server};

#[test]
fn a_peer_without_tls() {
    let (listener, port) = silent();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    });
    let mut bench = Bench::new();
    let tls = Some(TlsOptions {
        terms: crate::model::TlsTerms::default(),
        verify: Verify::Unset,
        pin: None,
        starttls: false,
    });
    bench.start(
        1,
        model::Connection {
            tls,
            ..test("127.0.0.1", port)
        },
    );
    assert_eq!(
        bench.outcome(),
        Err("SSL connection error: what the peer says is not TLS".into())
    );
    server.join().unwrap();
}

#[test]
fn a_mail_server_that_changes_to_tls() {
    let (listener, port) = silent();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut plain = BufReader::new(stream.try_clone().unwrap()).lines();
        stream.write_all(b"220 hello\r\n").unwrap();
        assert_eq!(plain.next().unwrap().unwrap(), "EHLO localhost");
        stream.write_all(b"250-hello\r\n250 STARTTLS\r\n").unwrap();
        assert_eq!(plain.next().unwrap().unwrap(), "STARTTLS");
        stream.write_all(b"220 go\r\n").unwrap();
        let server = Server::load(&files(data::SELF_SIGNED, data::RSA_KEY)).unwrap();
        let mut channel = server.accept().unwrap();
        let mut heard = Vec::new();
        loop {
            channel.send(&mut stream).unwrap();
            match channel.receive(&mut stream) {
                Ok(Received::Bytes(_) | Received::Nothing) => {}
                Ok(Received::Closed) | Err(_) => return heard,
            }
            let mut buffer = [0; 1024];
            let count = channel.read(&mut buffer);
            heard.extend_from_slice(&buffer[..count]);
            if buffer[..count].starts_with(b"EHLO") {
                channel.write(b"250 hello\r\n");
            }
        }
    });
    let mut bench = Bench::new();
    let tls = Some(TlsOptions {
        starttls: true,
        ..TlsOptions::default()
    });
    bench.start(
        1,
        model::Connection {
            tls,
            protocol: Protocol::Smtp,
            ..test("127.0.0.1", port)
        },
    );
    let outcome = loop {
        match bench.prober.outcomes().pop() {
            Some((_, outcome)) => break outcome.unwrap(),
            None => bench.turn(),
        }
    };
    assert!(outcome.result.is_ok(), "{outcome:?}");
    assert_eq!(outcome.certificate.unwrap().days_left, Some(35_794));
    assert_eq!(server.join().unwrap(), b"EHLO localhost\r\nQUIT\r\n");
}
