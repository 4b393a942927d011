//! The mailer against mail servers on the loopback: good ones in threads, and bad ones. Time stands
//! still unless a test moves it.

#[cfg(feature = "tls")]
mod encrypted;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mio::Poll;

use super::*;
use crate::model::MailFormat;
use crate::shell::testing::{self, Nowhere};
use crate::time::WallTime;

const fn at(seconds: u64) -> Now {
    Now {
        moment: Moment::from_millis(seconds * 1000),
        wall: WallTime::new(1_798_761_600_000, 0),
    }
}

fn alert(service: &str) -> Alert {
    Alert {
        to: "ops@example.org".into(),
        format: MailFormat::default(),
        event: "Does not exist".into(),
        service: service.into(),
        action: "restart".into(),
        host: "box".into(),
        description: "process is not running".into(),
        at: at(0).wall,
    }
}

fn server(port: u16) -> MailServer {
    MailServer {
        host: "127.0.0.1".into(),
        port,
        credentials: None,
        tls: None,
        timeout: Duration::from_secs(15),
    }
}

struct Bench {
    poll: Poll,
    mailer: Mailer,
    now: Now,
    lines: Vec<String>,
}

impl Bench {
    fn new(servers: Vec<MailServer>) -> Self {
        let poll = Poll::new().unwrap();
        let tokens = Tokens::new(poll.registry()).unwrap();
        let client = tls::Client::new();
        let mut bench = Self {
            poll,
            mailer: Mailer::new(tokens, client),
            now: at(0),
            lines: Vec::new(),
        };
        bench.configure(servers);
        bench
    }

    fn configure(&mut self, mail_servers: Vec<MailServer>) {
        let settings = Settings {
            mail_servers,
            ..Settings::default()
        };
        self.mailer.configure(&settings, "box.example.org");
    }

    fn push(&mut self, services: &[&str]) {
        for service in services {
            self.mailer.push(self.now, alert(service));
        }
        self.expire(self.now);
    }

    fn expire(&mut self, now: Now) {
        self.now = now;
        self.mailer.expire(now);
        self.collect();
    }

    fn turn(&mut self) {
        for token in testing::wait(&mut self.poll) {
            self.mailer.ready(self.now, token);
        }
        self.collect();
    }

    fn collect(&mut self) {
        let lines = self.mailer.lines().into_iter();
        self.lines.extend(
            lines
                .filter(|(priority, _)| *priority != Priority::Debug)
                .map(|(_, line)| line),
        );
    }

    /// Goes on until nothing is under way.
    fn finish(&mut self) {
        while self.mailer.delivery.is_some() {
            self.turn();
        }
    }

    /// Goes on until the server under way has been reached.
    fn reach(&mut self) {
        let is_reached = |mailer: &Mailer| match mailer.delivery.as_ref().map(|d| &d.state) {
            Some(State::Open(connection)) => connection.is_connected(),
            Some(State::Resolving { .. }) | None => false,
        };
        while !is_reached(&self.mailer) {
            self.turn();
        }
    }
}

/// A mail server that takes everything over so many connections, and tells the subjects it saw.
struct Sink {
    port: u16,
    thread: JoinHandle<Vec<String>>,
}

impl Sink {
    fn new(connections: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = thread::spawn(move || {
            let mut subjects = Vec::new();
            for _ in 0..connections {
                let (stream, _) = listener.accept().unwrap();
                serve(&stream, &mut subjects);
            }
            subjects
        });
        Self { port, thread }
    }

    fn subjects(self) -> Vec<String> {
        self.thread.join().unwrap()
    }
}

fn serve(mut stream: &TcpStream, subjects: &mut Vec<String>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    stream.write_all(b"220 sink.example ESMTP\r\n").unwrap();
    let mut in_data = false;
    while let Some(Ok(line)) = lines.next() {
        let answer: &[u8] = match (in_data, &*line) {
            (true, ".") => {
                in_data = false;
                b"250 queued\r\n"
            }
            (true, line) => {
                subjects.extend(line.strip_prefix("Subject: ").map(str::to_owned));
                continue;
            }
            (false, "DATA") => {
                in_data = true;
                b"354 go\r\n"
            }
            (false, "QUIT") => return,
            (false, _) => b"250 ok\r\n",
        };
        stream.write_all(answer).unwrap();
    }
}

/// A port where connections are accepted and nothing is said.
fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn subject(service: &str) -> String {
    format!("monit alert --  Does not exist {service}")
}

#[test]
fn an_alert_is_delivered_at_once() {
    let sink = Sink::new(1);
    let mut bench = Bench::new(vec![server(sink.port)]);
    bench.push(&["apache"]);
    assert!(bench.mailer.unsaved().is_some());
    bench.finish();
    assert_eq!(sink.subjects(), [subject("apache")]);
    assert!(bench.lines.is_empty(), "{:?}", bench.lines);
    assert!(bench.mailer.queue.is_empty());
    assert!(bench.mailer.unsaved().is_some());
    assert!(bench.mailer.unsaved().is_none());
    assert_eq!(bench.mailer.deadline(), None);
}

#[test]
fn a_hung_server_is_given_up_after_its_own_time_for_the_next() {
    let (_silent, hung) = silent();
    let sink = Sink::new(1);
    let mut bench = Bench::new(vec![server(hung), server(sink.port)]);
    bench.push(&["apache"]);
    bench.reach();
    assert_eq!(bench.mailer.deadline(), Some(at(15).moment));
    bench.expire(at(15));
    bench.finish();
    assert_eq!(sink.subjects(), [subject("apache")]);
    assert_eq!(
        bench.lines,
        [format!(
            "Mail: server 127.0.0.1:{hung} failed -- \
             error receiving data -- no answer within 15 seconds"
        )]
    );
}

#[test]
fn a_server_that_refuses_is_passed_over() {
    let nowhere = Nowhere::new();
    let closed = nowhere.address.port();
    let sink = Sink::new(1);
    let mut bench = Bench::new(vec![server(closed), server(sink.port)]);
    bench.push(&["apache"]);
    bench.finish();
    assert_eq!(sink.subjects(), [subject("apache")]);
    assert_eq!(
        bench.lines,
        [
            format!("Cannot connect to [127.0.0.1]:{closed} -- Connection refused"),
            format!(
                "Cannot open a connection to the mailserver 127.0.0.1:{closed} -- \
                 Connection refused"
            ),
        ]
    );
}

#[test]
fn what_no_server_takes_waits_for_better_times() {
    let nowhere = Nowhere::new();
    let mut bench = Bench::new(vec![server(nowhere.address.port())]);
    bench.push(&["apache"]);
    bench.finish();
    assert_eq!(
        bench.lines.last().map(String::as_str),
        Some("Mail: Delivery failed -- no mail server is available")
    );
    let again = bench.mailer.deadline().unwrap();
    assert!(again > bench.now.moment);
    // Another server is named by then.
    let sink = Sink::new(1);
    bench.configure(vec![server(sink.port)]);
    bench.expire(bench.now);
    bench.finish();
    assert_eq!(sink.subjects(), [subject("apache")]);
}

#[test]
fn two_hundred_alerts_travel_over_one_connection() {
    let sink = Sink::new(1);
    let mut bench = Bench::new(vec![server(sink.port)]);
    let services: Vec<_> = (0..200).map(|number| format!("s{number}")).collect();
    let names: Vec<_> = services.iter().map(String::as_str).collect();
    bench.push(&names);
    bench.finish();
    let expected: Vec<_> = names.iter().map(|name| subject(name)).collect();
    assert_eq!(sink.subjects(), expected);
}

#[test]
fn a_server_that_goes_in_the_middle_loses_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let quitter = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 hello\r\n").unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
    });
    let sink = Sink::new(1);
    let mut bench = Bench::new(vec![server(port), server(sink.port)]);
    bench.push(&["apache", "postfix"]);
    bench.finish();
    quitter.join().unwrap();
    assert_eq!(sink.subjects(), [subject("apache"), subject("postfix")]);
}

#[test]
fn the_same_servers_after_a_reload_go_on() {
    let (_silent, hung) = silent();
    let mut bench = Bench::new(vec![server(hung)]);
    bench.push(&["apache"]);
    bench.reach();
    bench.configure(vec![server(hung)]);
    assert!(bench.mailer.delivery.is_some());
    let sink = Sink::new(1);
    bench.configure(vec![server(sink.port)]);
    assert!(bench.mailer.delivery.is_none());
    bench.expire(bench.now);
    bench.finish();
    assert_eq!(sink.subjects(), [subject("apache")]);
}

#[test]
fn what_is_under_way_at_the_end_is_delivered_by_the_next_run() {
    let (_silent, hung) = silent();
    let mut bench = Bench::new(vec![server(hung)]);
    assert!(bench.mailer.is_idle(bench.now.moment));
    bench.mailer.push(bench.now, alert("apache"));
    assert!(!bench.mailer.is_idle(bench.now.moment));
    bench.expire(bench.now);
    assert!(!bench.mailer.is_idle(bench.now.moment));
    let stored = bench.mailer.unsaved().unwrap();

    let sink = Sink::new(1);
    let mut next = Bench::new(vec![server(sink.port)]);
    next.mailer.restore(&stored).unwrap();
    assert!(next.mailer.unsaved().is_none());
    assert!(!next.mailer.is_idle(next.now.moment));
    next.expire(next.now);
    next.finish();
    assert!(next.mailer.is_idle(next.now.moment));
    assert_eq!(sink.subjects(), [subject("apache")]);
}

#[test]
fn without_a_server_the_owner_is_told() {
    let mut bench = Bench::new(Vec::new());
    bench.push(&["apache"]);
    assert_eq!(
        bench.lines,
        ["Mail: no mail server is set, alert to ops@example.org dropped"]
    );
    assert!(bench.mailer.restore(b"nonsense").is_err());
}

#[test]
fn an_alert_to_nobody_is_given_up() {
    let sink = Sink::new(1);
    let mut bench = Bench::new(vec![server(sink.port)]);
    let nobody = Alert {
        to: "nobody".into(),
        ..alert("apache")
    };
    bench.mailer.push(bench.now, nobody);
    bench.push(&["postfix"]);
    bench.finish();
    assert_eq!(bench.lines.len(), 1);
    assert!(bench.lines[0].starts_with("Mail: given up: "));
    assert_eq!(sink.subjects(), [subject("postfix")]);
}

#[test]
fn a_name_of_a_server_that_cannot_be_found() {
    let sink = Sink::new(1);
    let nowhere = MailServer {
        host: "nosuchhost.example".into(),
        ..server(25)
    };
    let mut bench = Bench::new(vec![nowhere, server(sink.port)]);
    bench.mailer.resolver = Resolver::knowing_nobody(bench.mailer.tokens.clone());
    bench.push(&["apache"]);
    let pid = bench.mailer.resolver.pids()[0];
    bench.finish();
    crate::sys::reap::wait_for(pid);
    assert_eq!(sink.subjects(), [subject("apache")]);
    assert_eq!(
        bench.lines,
        [
            "Cannot resolve [nosuchhost.example]:25 -- Name or service not known",
            "Cannot open a connection to the mailserver nosuchhost.example:25 -- \
             Name or service not known",
        ]
    );
}
