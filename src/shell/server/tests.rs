//! The server with real sockets on the loopback, and a clock that the tests move.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};

use mio::Poll;

use super::*;
use crate::http::Method;
use crate::model::{Access, HttpdAddress, HttpdUnixSocket};
use crate::shell::testing;

const NOW: Moment = Moment::from_millis(1_000_000);

struct Bench {
    poll: Poll,
    server: Server,
    httpd: Httpd,
}

impl Bench {
    fn new(httpd: Httpd) -> Self {
        let poll = Poll::new().unwrap();
        let tokens = Tokens::new(poll.registry()).unwrap();
        let mut server = Server::new(tokens);
        assert!(server.configure(NOW, Some(&httpd), 1000).is_empty());
        Self {
            poll,
            server,
            httpd,
        }
    }

    /// On a port that was free a moment ago.
    fn on_tcp() -> (Self, u16) {
        loop {
            let probe = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = probe.local_addr().unwrap().port();
            drop(probe);
            let bench = Self::new(httpd(Some(port), None));
            if bench.server.failing.is_empty() {
                return (bench, port);
            }
        }
    }

    /// One turn of the loop: what was asked in it.
    fn turn(&mut self) -> Vec<Asked> {
        let tokens = testing::wait(&mut self.poll);
        let ready = tokens.iter().filter_map(|t| self.server.ready(NOW, *t));
        let asked = ready.collect();
        for token in tokens {
            self.server.accept(NOW, token);
        }
        asked
    }

    fn turn_until_asked(&mut self) -> Asked {
        loop {
            if let Some(asked) = self.turn().pop() {
                return asked;
            }
        }
    }

    fn turn_until_clients(&mut self, count: usize) {
        while self.server.clients.len() != count {
            self.turn();
        }
    }
}

fn httpd(port: Option<u16>, unix_socket: Option<HttpdUnixSocket>) -> Httpd {
    Httpd {
        address: port.map(|port| HttpdAddress {
            host: Some("127.0.0.1".into()),
            port,
            read_only: false,
            tls: None,
        }),
        unix_socket,
        access: Access::default(),
        hide_version: false,
    }
}

fn unix(name: &str) -> HttpdUnixSocket {
    let path = std::env::temp_dir().join(format!("tend-server-{name}-{}", std::process::id()));
    HttpdUnixSocket {
        path: path.to_str().unwrap().into(),
        uid: None,
        gid: None,
        permission: Some(0o600),
        read_only: true,
    }
}

#[test]
fn a_request_byte_by_byte_is_answered_whole() {
    let (mut bench, port) = Bench::on_tcp();
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = b"GET /_ping HTTP/1.0\r\n\r\n";
    let (last, most) = request.split_last().unwrap();
    for byte in most {
        client.write_all(&[*byte]).unwrap();
    }
    bench.turn_until_clients(1);
    client.write_all(&[*last]).unwrap();
    let asked = bench.turn_until_asked();
    let request = asked.request.unwrap();
    assert_eq!((request.method, &*request.path), (Method::Get, "/_ping"));
    assert_eq!(asked.peer, Peer::Address("127.0.0.1".parse().unwrap()));
    assert!(!asked.secure);
    let answer = vec![b'x'; 4_000_000]; // far more than socket buffers hold
    bench.server.answer(NOW, asked.client, answer.clone());
    let reader = std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut received = Vec::new();
            client.read_to_end(&mut received).unwrap();
            received
        });
        bench.turn_until_clients(0);
        reader.join().unwrap()
    });
    assert!(reader == answer);
}

#[test]
fn who_takes_too_long_is_cut() {
    let (mut bench, port) = Bench::on_tcp();
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(b"GET / HT").unwrap();
    bench.turn_until_clients(1);
    let limit = bench.server.deadline().unwrap();
    bench.server.expire(NOW);
    assert_eq!(bench.server.clients.len(), 1);
    bench.server.expire(limit);
    assert_eq!(bench.server.clients.len(), 0);
    assert!(client.read(&mut [0]).unwrap_or(0) == 0);
}

#[test]
fn a_client_that_never_reads_holds_nothing_for_long() {
    let (mut bench, port) = Bench::on_tcp();
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let asked = bench.turn_until_asked();
    bench.server.answer(NOW, asked.client, vec![0; 20_000_000]);
    assert_eq!(bench.server.clients.len(), 1);
    let limit = bench.server.deadline().unwrap();
    bench.server.expire(limit);
    assert_eq!(bench.server.clients.len(), 0);
}

#[test]
fn one_client_too_many_makes_the_oldest_idle_one_go() {
    let (mut bench, port) = Bench::on_tcp();
    let connect = || TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut first = connect();
    bench.turn_until_clients(1);
    first.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let waiting = bench.turn_until_asked().client;
    let mut idle: Vec<TcpStream> = Vec::new();
    for count in 2..=CLIENTS_AT_ONCE {
        idle.push(connect());
        bench.turn_until_clients(count);
    }
    let second = bench.server.clients[1].token();
    let _one_more = connect();
    while bench.server.clients.iter().any(|c| c.token() == second) {
        bench.turn();
    }
    assert_eq!(bench.server.clients.len(), CLIENTS_AT_ONCE);
    assert!(bench.server.clients.iter().any(|c| c.token() == waiting));
}

#[test]
fn a_reload_keeps_the_socket_and_its_clients() {
    let (mut bench, port) = Bench::on_tcp();
    let _client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    bench.turn_until_clients(1);
    let listener = bench.server.listeners[0].token();
    let httpd = bench.httpd.clone();
    bench.server.configure(NOW, Some(&httpd), 2000);
    assert_eq!(bench.server.listeners[0].token(), listener);
    assert_eq!(bench.server.clients.len(), 1);
    bench.server.configure(NOW, None, 0);
    assert!(bench.server.listeners.is_empty());
}

#[test]
fn a_socket_that_was_removed_is_made_again_and_another_s_left_alone() {
    let socket = unix("removed");
    let path = std::path::PathBuf::from(&*socket.path);
    let mut bench = Bench::new(httpd(None, Some(socket)));
    std::fs::remove_file(&path).unwrap();
    bench.server.renew(NOW);
    assert_eq!(bench.server.listeners.len(), 1);
    drop(UnixStream::connect(&path).unwrap());
    std::fs::remove_file(&path).unwrap();
    let successor = UnixListener::bind(&path).unwrap();
    bench.server.configure(NOW, None, 0);
    drop(UnixStream::connect(&path).unwrap());
    drop(successor);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn what_was_only_counted_is_told_when_its_minute_is_over() {
    let mut server = Bench::new(httpd(None, None)).server;
    while server.tells(NOW, Reason::Other) {
        assert_eq!(server.deadline(), None);
    }
    let over = server.deadline().unwrap();
    server.expire(over);
    assert_eq!(server.deadline(), None);
    assert!(server.tells(over, Reason::Other));
}

#[test]
fn a_place_that_is_taken_is_tried_again() {
    let socket = unix("taken");
    let taken = UnixListener::bind(&*socket.path).unwrap();
    let mut bench = Bench::new(httpd(None, Some(socket)));
    assert_eq!(bench.server.failing.len(), 1);
    let again = bench.server.deadline().unwrap();
    assert_eq!(again, NOW + BIND_AGAIN);
    drop(taken);
    // Another test's child may have it open until it runs its program.
    while let Some(again) = bench.server.deadline() {
        bench.server.expire(again);
    }
    assert!(bench.server.failing.is_empty());
    assert_eq!(bench.server.listeners.len(), 1);
    assert_eq!(bench.server.deadline(), None);
}

#[test]
fn a_foreign_address_is_cut_before_it_speaks() {
    let (mut bench, port) = Bench::on_tcp();
    let mut httpd = bench.httpd.clone();
    httpd.access.hosts = vec![Allow::Network(crate::model::AllowedNetwork {
        address: "192.0.2.1".parse().unwrap(),
        prefix: 32,
    })];
    bench.server.configure(NOW, Some(&httpd), 1000);
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    bench.turn();
    assert_eq!(bench.server.clients.len(), 0);
    assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn the_unix_socket_has_its_mode_and_says_who_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let socket = unix("mode");
    let path = socket.path.clone();
    let mut bench = Bench::new(httpd(None, Some(socket)));
    let mode = std::fs::metadata(&*path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut client = UnixStream::connect(&*path).unwrap();
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let asked = bench.turn_until_asked();
    assert_eq!((asked.peer, asked.read_only), (Peer::Local, true));
    bench.server.answer(NOW, asked.client, b"done".to_vec());
    let mut received = String::new();
    client.read_to_string(&mut received).unwrap();
    assert_eq!(received, "done");
    drop(bench);
    assert!(!std::path::Path::new(&*path).exists());
}

#[test]
fn only_a_dead_unix_socket_is_replaced() {
    let socket = unix("stale");
    let path = socket.path.clone();
    let live = UnixListener::bind(&*path).unwrap();
    let bench = Bench::new(httpd(None, Some(socket.clone())));
    assert_eq!(bench.server.failing.len(), 1);
    drop(live);
    // A child that another test has just forked may hold a copy of it open until it is a program.
    let replaced = || {
        Bench::new(httpd(None, Some(socket.clone())))
            .server
            .failing
            .is_empty()
    };
    let patience = (0..60_000).any(|_| {
        replaced() || {
            std::thread::sleep(Duration::from_millis(1));
            false
        }
    });
    assert!(patience);
    std::fs::write(&*path, "precious").unwrap();
    let bench = Bench::new(httpd(None, Some(socket)));
    assert_eq!(bench.server.failing.len(), 1);
    drop(bench);
    assert_eq!(std::fs::read_to_string(&*path).unwrap(), "precious");
    std::fs::remove_file(&*path).unwrap();
}

#[test]
fn names_that_must_be_looked_up_are_told() {
    let poll = Poll::new().unwrap();
    let mut server = Server::new(Tokens::new(poll.registry()).unwrap());
    let mut httpd = httpd(Some(1), None);
    httpd.address.as_mut().unwrap().host = Some("status.example".into());
    let name = |name: &str| Allow::Name(name.into());
    httpd.access.hosts = vec![name("localhost"), name("b.example"), name("b.example")];
    let names = server.configure(NOW, Some(&httpd), 0);
    assert_eq!(names, ["b.example".into(), "status.example".into()]);
    server.resolved(NOW, "b.example", vec!["192.0.2.7".parse().unwrap()]);
    assert_eq!(server.addresses("b.example").len(), 1);
    assert!(server.listeners.is_empty() && server.failing.is_empty());
    server.not_found(NOW, "status.example".into(), "no such host");
    assert!(server.names_due(NOW).is_empty());
    let again = server.deadline().unwrap();
    assert_eq!(server.names_due(again), ["status.example".into()]);
    assert_eq!(server.deadline(), None);
}
