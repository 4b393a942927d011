//! Connections to real sockets on the loopback, good peers and bad ones. Peers live in threads and
//! block; the connection is driven by a poll of its own. Time stands still unless a test moves it.

#[cfg(feature = "tls")]
mod encrypted;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::thread::{self, JoinHandle};

use mio::Poll;

use super::*;
use crate::protocol::Failure;
use crate::shell::testing::{self, Nowhere};
use crate::time::WallTime;

const TIMEOUT: Duration = Duration::from_secs(5);

fn at(seconds: u64) -> Now {
    Now {
        moment: Moment::from_millis(seconds * 1000),
        wall: WallTime::new(1_798_761_600_000, 0),
    }
}

const fn start() -> Now {
    Now {
        moment: Moment::from_millis(0),
        wall: WallTime::new(1_798_761_600_000, 0),
    }
}

fn plan(address: impl Into<SocketAddr>) -> Plan {
    Plan {
        source: None,
        addresses: vec![Address::Ip(address.into())],
        transport: Transport::Tcp,
        tls: None,
        is_tls_first: false,
        timeout: TIMEOUT,
    }
}

/// Answers by what it was told; keeps what it heard.
struct Script<F: FnMut(&str) -> Step> {
    heard: Vec<u8>,
    answer: F,
}

fn script<F: FnMut(&str) -> Step>(answer: F) -> Script<F> {
    let heard = Vec::new();
    Script { heard, answer }
}

impl<F: FnMut(&str) -> Step> Dialogue for Script<F> {
    fn advance(&mut self, happened: Happened<'_>) -> Step {
        match happened {
            Happened::Connected => (self.answer)("connected"),
            Happened::TlsStarted => (self.answer)("tls"),
            Happened::Silent => (self.answer)("silent"),
            Happened::Closed => (self.answer)("closed"),
            Happened::Received(bytes) => {
                self.heard.extend_from_slice(bytes);
                (self.answer)(&String::from_utf8_lossy(&self.heard))
            }
        }
    }
}

/// Waits for the peer's line `expected`, then is done.
fn expecting(expected: &'static str) -> Script<impl FnMut(&str) -> Step> {
    script(move |heard| match heard {
        "closed" => Step::Failed(Failure::new("closed too early")),
        heard if heard.ends_with(expected) => Step::Done,
        _ => Step::Await,
    })
}

struct Bench {
    poll: Poll,
    tokens: Tokens,
    client: tls::Client,
}

impl Bench {
    fn new() -> Self {
        let poll = Poll::new().unwrap();
        let tokens = Tokens::new(poll.registry()).unwrap();
        let client = tls::Client::new();
        Self {
            poll,
            tokens,
            client,
        }
    }

    fn open(&self, plan: Plan) -> Connection {
        Connection::open(start(), plan, &self.tokens, &self.client).unwrap()
    }

    /// Handles the next batch of events.
    fn turn(
        &mut self,
        now: Now,
        connection: &mut Connection,
        dialogue: &mut dyn Dialogue,
    ) -> Option<Ending> {
        for token in testing::wait(&mut self.poll) {
            if connection.owns(token) {
                let ending = connection.ready(now, dialogue);
                if ending.is_some() {
                    return ending;
                }
            }
        }
        None
    }

    /// Goes on until the connection is over.
    fn finish(&mut self, connection: &mut Connection, dialogue: &mut dyn Dialogue) -> Ending {
        loop {
            if let Some(ending) = self.turn(start(), connection, dialogue) {
                return ending;
            }
        }
    }

    fn run(&mut self, plan: Plan, dialogue: &mut dyn Dialogue) -> Ending {
        let mut connection = self.open(plan);
        self.finish(&mut connection, dialogue)
    }

    /// Goes on until `stage`.
    fn reach(
        &mut self,
        connection: &mut Connection,
        dialogue: &mut dyn Dialogue,
        reached: impl Fn(&Connection) -> bool,
    ) {
        while !reached(connection) {
            assert_eq!(self.turn(start(), connection, dialogue), None);
        }
    }
}

/// A peer in a thread, which is waited for.
struct Peer {
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

fn peer(serve: impl FnOnce(TcpStream) + Send + 'static) -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    Peer {
        address: listener.local_addr().unwrap(),
        thread: Some(thread::spawn(move || serve(listener.accept().unwrap().0))),
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let served = self.thread.take().unwrap().join();
        if !thread::panicking() {
            served.unwrap();
        }
    }
}

fn line(stream: &TcpStream) -> String {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    line
}

#[test]
fn question_and_answer() {
    let peer = peer(|mut stream| {
        assert_eq!(line(&stream), "question\n");
        stream.write_all(b"answer\n").unwrap();
        assert_eq!(line(&stream), "bye\n");
    });
    let mut dialogue = script(|heard| match heard {
        "connected" => Step::Send(b"question\n".to_vec()),
        "answer\n" => Step::DoneSaying(b"bye\n".to_vec()),
        _ => Step::Await,
    });
    assert_eq!(Bench::new().run(plan(peer.address), &mut dialogue), Ok(()));
}

#[test]
fn nobody_listens() {
    let nowhere = Nowhere::new();
    let ending = Bench::new().run(plan(nowhere.address), &mut expecting("x"));
    assert_eq!(ending, Err("Connection refused".into()));
}

#[test]
fn the_next_address_is_tried_where_the_first_refuses() {
    let peer = peer(|mut stream| stream.write_all(b"here").unwrap());
    let mut plan = plan(peer.address);
    let v6 = SocketAddr::new("::1".parse().unwrap(), peer.address.port());
    plan.addresses.insert(0, Address::Ip(v6));
    let nowhere = Nowhere::new();
    plan.addresses.insert(0, Address::Ip(nowhere.address));
    assert_eq!(Bench::new().run(plan, &mut expecting("here")), Ok(()));
}

#[test]
fn a_dead_address_uses_up_only_its_share_of_the_time() {
    let peer = peer(|mut stream| stream.write_all(b"here").unwrap());
    let mut plan = plan(peer.address);
    // It is never looked at, as if its packets went nowhere.
    let dead = TcpListener::bind("127.0.0.1:0").unwrap();
    plan.addresses
        .insert(0, Address::Ip(dead.local_addr().unwrap()));
    let mut bench = Bench::new();
    let mut connection = bench.open(plan);
    let mut dialogue = expecting("here");
    assert_eq!(connection.deadline(), Moment::from_millis(2500));
    assert_eq!(connection.expire(at(2), &mut dialogue), None);
    assert_eq!(connection.expire(at(3), &mut dialogue), None);
    assert_eq!(connection.deadline(), Moment::from_millis(5000));
    assert_eq!(bench.finish(&mut connection, &mut dialogue), Ok(()));
}

#[test]
fn a_connect_that_takes_too_long() {
    let dead = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut connection = Bench::new().open(plan(dead.local_addr().unwrap()));
    let ending = connection.expire(at(5), &mut expecting("x"));
    assert_eq!(ending, Some(Err("Connection timed out".into())));
}

#[test]
fn a_silent_peer() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut bench = Bench::new();
    let mut connection = bench.open(plan(silent.local_addr().unwrap()));
    let mut dialogue = expecting("x");
    bench.reach(&mut connection, &mut dialogue, |c| {
        c.stage == Stage::Talking
    });
    assert_eq!(connection.expire(at(4), &mut dialogue), None);
    assert_eq!(
        connection.expire(at(5), &mut dialogue),
        Some(Err(
            "error receiving data -- no answer within 5 seconds".into()
        ))
    );
}

#[test]
fn a_dripping_peer_comes_to_an_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut bench = Bench::new();
    let mut connection = bench.open(plan(listener.local_addr().unwrap()));
    let mut dialogue = expecting("x");
    let (mut stream, _) = listener.accept().unwrap();
    let mut now = 0;
    let ending = loop {
        stream.write_all(b".").unwrap();
        let heard = dialogue.heard.len();
        while dialogue.heard.len() == heard {
            assert_eq!(bench.turn(at(now), &mut connection, &mut dialogue), None);
        }
        now += 4;
        if let Some(ending) = connection.expire(at(now), &mut dialogue) {
            break ending;
        }
    };
    assert_eq!(now, 52);
    assert_eq!(
        ending,
        Err("error receiving data -- no end of the answer within 50 seconds".into())
    );
}

#[test]
fn an_endless_peer_shares_the_loop() {
    let peer = peer(|mut stream| while stream.write_all(&[b'.'; 65_536]).is_ok() {});
    let mut bench = Bench::new();
    let mut connection = bench.open(plan(peer.address));
    let mut dialogue = expecting("x");
    let mut total = 0;
    while total < 1024 * 1024 {
        assert_eq!(bench.turn(start(), &mut connection, &mut dialogue), None);
        let count = std::mem::take(&mut dialogue.heard).len();
        assert!(count <= READ_BUDGET + READ_SIZE, "{count}");
        total += count;
    }
    drop(connection);
}

#[test]
fn a_peer_that_closes_in_the_middle() {
    let peer = peer(|mut stream| stream.write_all(b"hal").unwrap());
    let mut dialogue = script(|_| Step::Await);
    assert_eq!(
        Bench::new().run(plan(peer.address), &mut dialogue),
        Err("the peer closed the connection".into())
    );
    assert_eq!(dialogue.heard, b"hal");
}

#[test]
fn a_dialogue_may_be_content_with_the_end() {
    let peer = peer(|mut stream| stream.write_all(b"all of it").unwrap());
    let mut dialogue = script(|heard| match heard {
        "closed" => Step::Done,
        _ => Step::Await,
    });
    assert_eq!(Bench::new().run(plan(peer.address), &mut dialogue), Ok(()));
}

#[test]
fn more_than_a_socket_takes_at_once() {
    const SIZE: usize = 8 * 1024 * 1024;
    let peer = peer(|mut stream| {
        let mut all = vec![0; SIZE];
        stream.read_exact(&mut all).unwrap();
        stream.write_all(b"got it").unwrap();
    });
    let mut dialogue = script(|heard| match heard {
        "connected" => Step::Send(vec![b'x'; SIZE]),
        "got it" => Step::Done,
        _ => Step::Await,
    });
    assert_eq!(Bench::new().run(plan(peer.address), &mut dialogue), Ok(()));
}

fn udp(address: SocketAddr) -> Plan {
    Plan {
        transport: Transport::Udp,
        ..plan(address)
    }
}

/// Knocks; silence is as good as an answer.
fn knocking() -> Script<impl FnMut(&str) -> Step> {
    script(|heard| match heard {
        "connected" => Step::Knock(vec![0]),
        _ => Step::Done,
    })
}

#[test]
fn udp_where_somebody_answers() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut buffer = [0; 8];
        let (count, peer) = socket.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..count], [0]);
        socket.send_to(&[], peer).unwrap(); // nothing is no answer, and no end
        socket.send_to(b"x", peer).unwrap();
    });
    let mut dialogue = knocking();
    assert_eq!(Bench::new().run(udp(address), &mut dialogue), Ok(()));
    assert_eq!(dialogue.heard, b"x");
    server.join().unwrap();
}

#[test]
fn udp_where_nobody_minds() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut bench = Bench::new();
    let mut connection = bench.open(udp(socket.local_addr().unwrap()));
    let mut dialogue = knocking();
    bench.reach(&mut connection, &mut dialogue, |c| {
        matches!(c.stage, Stage::Knocking { .. })
    });
    assert_eq!(connection.deadline(), Moment::from_millis(1200));
    assert_eq!(connection.expire(at(2), &mut dialogue), Some(Ok(())));
}

#[test]
fn udp_where_nobody_listens() {
    // One that is connected takes nothing from others, also where a child of another test has it.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect("127.0.0.1:1").unwrap();
    let address = socket.local_addr().unwrap();
    assert_eq!(
        Bench::new().run(udp(address), &mut knocking()),
        Err("Connection refused".into())
    );
}

/// A path for a socket, gone when the test is.
struct SocketPath(String);

impl SocketPath {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tend-{}-{name}", std::process::id()));
        Self(path.to_str().unwrap().to_owned())
    }

    fn plan(&self, transport: Transport) -> Plan {
        Plan {
            addresses: vec![Address::Unix(self.0.as_str().into())],
            transport,
            ..plan(([127, 0, 0, 1], 1))
        }
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

#[test]
fn unix_sockets() {
    let path = SocketPath::new("stream.sock");
    let listener = UnixListener::bind(&path.0).unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"here").unwrap();
    });
    let ending = Bench::new().run(path.plan(Transport::Tcp), &mut expecting("here"));
    assert_eq!(ending, Ok(()));
    server.join().unwrap();
    // A path where nobody listens. (A listener that was closed may live on for a moment in a child
    // that another test has just forked; a file never listens.)
    std::fs::remove_file(&path.0).unwrap();
    std::fs::write(&path.0, "").unwrap();
    let ending = Connection::open(
        start(),
        path.plan(Transport::Tcp),
        &Bench::new().tokens,
        &tls::Client::new(),
    );
    let words = format!(
        "Cannot create unix socket for {} -- Connection refused",
        path.0
    );
    assert_eq!(ending.map(drop), Err(words.into()));
}

#[test]
fn unix_datagrams() {
    let path = SocketPath::new("datagram.sock");
    let socket = UnixDatagram::bind(&path.0).unwrap();
    let mut dialogue = script(|_| Step::DoneSaying(b"knock".to_vec()));
    let ending = Bench::new().run(path.plan(Transport::Udp), &mut dialogue);
    assert_eq!(ending, Ok(()));
    let mut buffer = [0; 16];
    assert_eq!(socket.recv(&mut buffer).unwrap(), 5);
}

#[test]
fn a_unix_datagram_peer_can_answer() {
    let path = SocketPath::new("answering.sock");
    let socket = UnixDatagram::bind(&path.0).unwrap();
    let mut bench = Bench::new();
    let mut dialogue = script(|heard| match heard {
        "connected" => Step::Send(b"ping".to_vec()),
        "pong" => Step::Done,
        _ => Step::Await,
    });
    let mut connection = bench.open(path.plan(Transport::Udp));
    bench.turn(start(), &mut connection, &mut dialogue);
    let mut buffer = [0; 8];
    let (count, asker) = socket.recv_from(&mut buffer).unwrap();
    assert_eq!(&buffer[..count], b"ping");
    socket.send_to_addr(b"pong", &asker).unwrap();
    assert_eq!(bench.finish(&mut connection, &mut dialogue), Ok(()));
}

#[test]
fn durations_in_words() {
    let words = |milliseconds| Seconds(Duration::from_millis(milliseconds)).to_string();
    assert_eq!(words(1000), "1 second");
    assert_eq!(words(30_000), "30 seconds");
    assert_eq!(words(1500), "1.5 seconds");
}
