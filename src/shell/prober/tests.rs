//! The prober with real sockets on the loopback, driven as the loop drives it. Time stands still
//! unless a test moves it.

#[cfg(feature = "tls")]
mod encrypted;

use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::thread;
use std::time::Duration;

use mio::Poll;

use super::*;
use crate::model::{Exchange, Protocol};
use crate::shell::testing;
use crate::sys::reap;
use crate::time::WallTime;

const WALL: WallTime = WallTime::new(1_798_761_600_000, 0);

const fn at(seconds: u64) -> Now {
    Now {
        moment: Moment::from_millis(seconds * 1000),
        wall: WALL,
    }
}

fn test(host: &str, port: u16) -> model::Connection {
    model::Connection {
        family: crate::model::Family::Any,
        source: None,
        destination: Destination::Host {
            host: host.into(),
            port,
        },
        transport: Transport::Tcp,
        tls: None,
        protocol: Protocol::Default,
        timeout: Duration::from_secs(5),
    }
}

/// Says `ping`, expects `pong`.
fn ping(port: u16) -> model::Connection {
    model::Connection {
        protocol: Protocol::Generic(vec![
            Exchange::Send(b"ping\n"[..].into()),
            Exchange::Expect("^pong".into()),
        ]),
        ..test("127.0.0.1", port)
    }
}

struct Bench {
    poll: Poll,
    prober: Prober,
    now: Now,
}

impl Bench {
    fn new() -> Self {
        let poll = Poll::new().unwrap();
        let tokens = Tokens::new(poll.registry()).unwrap();
        let client = tls::Client::new();
        Self {
            poll,
            prober: Prober::new(tokens, client),
            now: at(0),
        }
    }

    fn start(&mut self, id: u64, test: model::Connection) {
        self.prober.start(self.now, ProbeId(id), Rc::new(test));
    }

    fn turn(&mut self) {
        for token in testing::wait(&mut self.poll) {
            self.prober.ready(self.now, token);
        }
    }

    /// The next `count` outcomes, by id.
    fn outcomes(&mut self, count: usize) -> Vec<(u64, Result<(), String>)> {
        let mut all = Vec::new();
        loop {
            for (id, outcome) in self.prober.outcomes() {
                let result = outcome.unwrap().result.map(drop).map_err(String::from);
                all.push((id.0, result));
            }
            if all.len() >= count {
                all.sort();
                return all;
            }
            self.turn();
        }
    }

    fn outcome(&mut self) -> Result<(), String> {
        let mut outcomes = self.outcomes(1);
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0).1
    }
}

/// A port that accepts and says nothing.
fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[test]
fn an_open_port_and_a_closed_one() {
    let (listener, port) = silent();
    let mut bench = Bench::new();
    bench.start(1, test("127.0.0.1", port));
    assert_eq!(bench.outcome(), Ok(()));
    drop(listener);
    // Children of other tests hold it open until they have become their programs.
    let refused = Err("Connection refused".to_owned());
    assert!((2..1000).any(|id| {
        bench.start(id, test("127.0.0.1", port));
        bench.outcome() == refused
    }));
    assert_eq!(bench.prober.deadline(), None);
}

#[test]
fn a_dialogue_with_patterns() {
    let (listener, port) = silent();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut question = [0; 5];
        stream.read_exact(&mut question).unwrap();
        assert_eq!(&question, b"ping\n");
        stream.write_all(b"pong\n").unwrap();
    });
    let mut bench = Bench::new();
    bench.start(1, ping(port));
    assert_eq!(bench.outcome(), Ok(()));
    server.join().unwrap();
}

#[test]
fn hung_peers_cost_their_own_time_and_nobody_elses() {
    let (_silent, hung) = silent();
    let (_open, open) = silent();
    let mut bench = Bench::new();
    for id in 0..20 {
        bench.start(id, ping(hung));
    }
    bench.start(99, test("127.0.0.1", open));
    assert_eq!(bench.outcomes(1), [(99, Ok(()))]);
    bench.now = at(5);
    bench.prober.expire(bench.now);
    let words = "error receiving data -- no answer within 5 seconds";
    // Those whose connect had not been noticed yet say so instead.
    for (id, outcome) in bench.outcomes(20) {
        assert!(id < 20);
        let found = outcome.unwrap_err();
        assert!(found == words || found == "Connection timed out", "{found}");
    }
}

#[test]
fn only_so_many_at_once() {
    let (_silent, hung) = silent();
    let mut bench = Bench::new();
    for id in 0..=64 {
        bench.start(id, ping(hung));
    }
    assert_eq!(bench.prober.open.len(), MAX_OPEN);
    assert_eq!(bench.prober.queue.len(), 1);
    bench.prober.cancel(bench.now, ProbeId(5));
    assert_eq!(bench.prober.open.len(), MAX_OPEN);
    assert!(bench.prober.queue.is_empty());
    bench.start(65, ping(hung));
    bench.now = at(5);
    bench.prober.expire(bench.now);
    assert_eq!(bench.outcomes(MAX_OPEN).len(), MAX_OPEN);
    assert_eq!(bench.prober.open.len(), 1);
    assert_eq!(bench.prober.deadline(), Some(at(10).moment));
}

/// Nobody was there for their answers: the next ones get their turn all the same.
#[test]
fn what_was_held_up_makes_room_too() {
    let (_silent, hung) = silent();
    let mut bench = Bench::new();
    for id in 0..=64 {
        bench.start(id, ping(hung));
    }
    bench.now = at(60);
    bench.prober.excuse(bench.now);
    assert_eq!(bench.prober.untried().len(), MAX_OPEN);
    assert!(bench.prober.queue.is_empty());
    assert_eq!(bench.prober.deadline(), Some(at(65).moment));
}

#[test]
fn a_cancelled_probe_is_not_answered() {
    let (_silent, port) = silent();
    let mut bench = Bench::new();
    bench.start(1, ping(port));
    bench.start(2, test("127.0.0.1", port));
    bench.prober.cancel(bench.now, ProbeId(1));
    assert_eq!(bench.outcomes(1), [(2, Ok(()))]);
    bench.start(3, test("127.0.0.1", port));
    while bench.prober.outcomes.is_empty() {
        bench.turn();
    }
    bench.prober.cancel(bench.now, ProbeId(3));
    assert_eq!(bench.prober.outcomes(), []);
    assert!(bench.prober.open.is_empty());
}

#[test]
fn a_name_that_is_looked_up() {
    let (_silent, port) = silent();
    let mut bench = Bench::new();
    bench.start(1, test("localhost", port));
    bench.start(2, test("localhost", port));
    let pid = bench.prober.resolver.pids()[0];
    assert_eq!(bench.outcomes(2), [(1, Ok(())), (2, Ok(()))]);
    reap::wait_for(pid);
    assert!(!bench.prober.task_ended(pid));
}

#[test]
fn a_name_that_is_never_answered() {
    let mut bench = Bench::new();
    bench.prober.resolver = Resolver::hanging(bench.prober.tokens.clone());
    bench.start(1, test("www.example.org", 80));
    let pid = bench.prober.resolver.pids()[0];
    assert_eq!(bench.prober.deadline(), Some(at(5).moment));
    bench.now = at(5);
    bench.prober.expire(bench.now);
    assert_eq!(
        bench.outcome(),
        Err("Cannot resolve [www.example.org]:80 -- the resolver did not answer in time".into())
    );
    reap::wait_for(pid);
}

#[test]
fn a_name_that_does_not_exist() {
    let mut bench = Bench::new();
    bench.prober.resolver = Resolver::knowing_nobody(bench.prober.tokens.clone());
    bench.start(1, test("nosuchhost.example", 80));
    let pid = bench.prober.resolver.pids()[0];
    assert_eq!(
        bench.outcome(),
        Err("Cannot resolve [nosuchhost.example]:80 -- Name or service not known".into())
    );
    reap::wait_for(pid);
}

#[test]
fn a_datagram_refused_at_the_first_address_goes_to_the_next() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let mut bench = Bench::new();
    let udp = model::Connection {
        transport: Transport::Udp,
        ..test("127.0.0.1", port)
    };
    let ips = ["127.0.0.2", "127.0.0.1"]
        .map(|ip| Address::Ip((ip.parse::<IpAddr>().unwrap(), port).into()));
    bench
        .prober
        .dial(bench.now, ProbeId(1), Rc::new(udp), ips.to_vec());
    let mut buffer = [0; 8];
    socket.set_nonblocking(true).unwrap();
    while socket.recv(&mut buffer).is_err() {
        bench.turn();
    }
    bench.now = at(2);
    bench.prober.expire(bench.now);
    assert_eq!(bench.outcome(), Ok(()));
}

#[test]
fn a_missing_unix_socket() {
    let mut bench = Bench::new();
    let path = "/nonexistent/tend.sock";
    bench.start(
        1,
        model::Connection {
            destination: Destination::Unix(path.into()),
            ..test("", 1)
        },
    );
    assert_eq!(
        bench.outcome(),
        Err(format!(
            "Cannot create unix socket for {path} -- No such file or directory"
        ))
    );
}

#[test]
fn it_comes_from_the_address_that_is_asked_for() {
    let (listener, port) = silent();
    let mut bench = Bench::new();
    bench.start(
        1,
        model::Connection {
            source: Some("127.0.0.5".parse().unwrap()),
            ..test("127.0.0.1", port)
        },
    );
    assert_eq!(bench.outcome(), Ok(()));
    let (_, seen) = listener.accept().unwrap();
    assert_eq!(seen.ip().to_string(), "127.0.0.5");
}

#[test]
fn a_host_without_an_address_of_the_kind_is_not_reached() {
    let (_listener, port) = silent();
    let mut bench = Bench::new();
    let family = |family| model::Connection {
        family,
        ..test("127.0.0.1", port)
    };
    bench.start(1, family(model::Family::V4));
    assert_eq!(bench.outcome(), Ok(()));
    bench.start(2, family(model::Family::V6));
    let words = bench.outcome().unwrap_err();
    assert!(
        words.ends_with("it has no address of the kind that is asked for"),
        "{words}"
    );
}
