//! TLS: from the first byte, in the middle, and where it goes wrong.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

use super::super::*;
use super::{Bench, at, expecting, line, peer, plan, script};
use crate::model::Verify;
use crate::shell::tls::test_data::{self as data, files};
use crate::shell::tls::{Policy, Server};

/// With an authority of our own, for a machine need not have any.
fn bench() -> Bench {
    Bench {
        client: tls::Client::with_store(Path::new(data::CA)),
        ..Bench::new()
    }
}

fn with_tls(plan: Plan) -> Plan {
    Plan {
        tls: Some(Policy {
            terms: crate::model::TlsTerms::default(),
            verify: Verify::Unset,
            pin: None,
            name: "localhost".into(),
        }),
        ..plan
    }
}

/// Serves TLS on a blocking stream: tells `answer` what came, sends what it says.
fn serve_tls(mut stream: TcpStream, answer: impl Fn(&str) -> &'static str) {
    let server = Server::load(&files(data::SELF_SIGNED, data::RSA_KEY)).unwrap();
    let mut channel = server.accept().unwrap();
    let mut heard = Vec::new();
    loop {
        channel.send(&mut stream).unwrap();
        match channel.receive(&mut stream) {
            Ok(Received::Bytes(_) | Received::Nothing) => {}
            Ok(Received::Closed) | Err(_) => return,
        }
        let before = heard.len();
        let mut buffer = [0; 4096];
        loop {
            match channel.read(&mut buffer) {
                0 => break,
                count => heard.extend_from_slice(&buffer[..count]),
            }
        }
        let text = answer(&String::from_utf8_lossy(&heard));
        if heard.len() > before && !text.is_empty() {
            channel.write(text.as_bytes());
            heard.clear();
        }
    }
}

#[test]
fn tls_from_the_first_byte() {
    let peer = peer(|stream| {
        serve_tls(stream, |heard| match heard {
            "question\n" => "answer\n",
            _ => "",
        });
    });
    let mut plan = with_tls(plan(peer.address));
    plan.is_tls_first = true;
    let mut dialogue = script(|heard| match heard {
        "connected" => Step::Send(b"question\n".to_vec()),
        "answer\n" => Step::DoneSaying(b"bye\n".to_vec()),
        _ => Step::Await,
    });
    let mut bench = bench();
    let mut connection = bench.open(plan);
    assert_eq!(bench.finish(&mut connection, &mut dialogue), Ok(()));
    let facts = connection.certificate().unwrap();
    assert_eq!(facts.days_left, Some(35_794));
    assert_eq!(
        facts.complaint.as_deref(),
        Some("the certificate is self-signed")
    );
}

#[test]
fn tls_in_the_middle() {
    let peer = peer(|mut stream| {
        stream.write_all(b"220 hello\r\n").unwrap();
        assert_eq!(line(&stream), "STARTTLS\r\n");
        stream.write_all(b"220 go\r\n").unwrap();
        serve_tls(stream, |heard| match heard {
            "question\n" => "answer\n",
            _ => "",
        });
    });
    let mut dialogue = script(|heard| match heard {
        "220 hello\r\n" => Step::Send(b"STARTTLS\r\n".to_vec()),
        "220 hello\r\n220 go\r\n" => Step::StartTls,
        "tls" => Step::Send(b"question\n".to_vec()),
        heard if heard.ends_with("answer\n") => Step::Done,
        _ => Step::Await,
    });
    let plan = with_tls(plan(peer.address));
    assert_eq!(bench().run(plan, &mut dialogue), Ok(()));
}

#[test]
fn more_than_tls_takes_at_once() {
    let peer = peer(|stream| {
        serve_tls(stream, |heard| match heard.ends_with("end") {
            true => "got it",
            false => "",
        });
    });
    let mut plan = with_tls(plan(peer.address));
    plan.is_tls_first = true;
    let mut dialogue = script(|heard| match heard {
        "connected" => {
            let mut all = vec![b'x'; 1024 * 1024];
            all.extend_from_slice(b"end");
            Step::Send(all)
        }
        "got it" => Step::Done,
        _ => Step::Await,
    });
    assert_eq!(bench().run(plan, &mut dialogue), Ok(()));
}

fn tls_first(address: SocketAddr) -> Plan {
    Plan {
        is_tls_first: true,
        ..with_tls(plan(address))
    }
}

#[test]
fn a_handshake_that_stalls() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut bench = bench();
    let mut connection = bench.open(tls_first(silent.local_addr().unwrap()));
    let mut dialogue = expecting("x");
    bench.reach(&mut connection, &mut dialogue, |c| c.tls.is_some());
    assert_eq!(
        connection.expire(at(5), &mut dialogue),
        Some(Err(
            "SSL connection error: the peer did not finish the handshake within 5 seconds".into()
        ))
    );
}

#[test]
fn a_handshake_that_breaks_off() {
    let peer = peer(|mut stream| {
        let mut hello = [0; 100];
        stream.read_exact(&mut hello).unwrap();
        stream.write_all(&[0x16, 3, 3, 0, 40, 2]).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        while stream.read(&mut hello).is_ok_and(|count| count > 0) {}
    });
    assert_eq!(
        bench().run(tls_first(peer.address), &mut expecting("x")),
        Err("SSL connection error: the peer closed the connection in the handshake".into())
    );
}

#[test]
fn a_peer_without_tls() {
    let peer = peer(|mut stream| {
        stream.write_all(b"220 mail.example.org\r\n").unwrap();
        let mut buffer = [0; 1024];
        while stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
    });
    assert_eq!(
        bench().run(tls_first(peer.address), &mut expecting("x")),
        Err("SSL connection error: what the peer says is not TLS".into())
    );
}

#[test]
fn a_refused_certificate_is_reported_with_its_facts() {
    let peer = peer(|stream| serve_tls(stream, |_| ""));
    let mut plan = tls_first(peer.address);
    plan.tls.as_mut().unwrap().verify = Verify::Enable;
    let mut bench = bench();
    let mut connection = bench.open(plan);
    let words = bench
        .finish(&mut connection, &mut expecting("x"))
        .unwrap_err();
    assert!(
        words.starts_with(
            "SSL server certificate verification error: self signed certificate is not allowed"
        ),
        "{words}"
    );
    assert_eq!(connection.certificate().unwrap().days_left, Some(35_794));
}
