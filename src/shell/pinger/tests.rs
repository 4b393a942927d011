//! The pinger with real sockets on the loopback, driven as the loop drives it. Time stands still
//! unless a test moves it. An ordinary user may not ping everywhere; then the tests of replies see
//! that this is said, and end.

use std::os::unix::fs::MetadataExt;

use mio::Poll;

use super::*;
use crate::model::Family;
use crate::shell::testing;
use crate::sys::reap;
use crate::time::WallTime;

const fn at(seconds: u64) -> Now {
    Now {
        moment: Moment::from_millis(seconds * 1000),
        wall: WallTime::new(1_798_761_600_000, 0),
    }
}

fn ping(host: &str) -> Ping {
    Ping {
        host: host.into(),
        family: Family::Any,
        size: 64,
        timeout: Duration::from_secs(5),
        source: None,
    }
}

struct Bench {
    poll: Poll,
    pinger: Pinger,
    now: Now,
}

impl Bench {
    fn new() -> Self {
        let poll = Poll::new().unwrap();
        let tokens = Tokens::new(poll.registry()).unwrap();
        Self {
            poll,
            pinger: Pinger::new(tokens),
            now: at(0),
        }
    }

    /// One on a machine that lets us ping, if this is one.
    fn allowed() -> Option<Self> {
        let mut bench = Self::new();
        bench.start(0, ping("127.0.0.1"));
        let answer = bench.answer();
        if answer == PingAnswer::Forbidden {
            // On a build server root can, so that what was not run has failed.
            let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
            assert!(
                !root || std::env::var_os("CI").is_none(),
                "not run: no pings"
            );
            return None;
        }
        assert!(is_answered(&answer), "{answer:?}");
        Some(bench)
    }

    fn start(&mut self, id: u64, ping: Ping) {
        self.pinger.start(self.now, ProbeId(id), Rc::new(ping));
    }

    fn turn(&mut self) {
        for token in testing::wait(&mut self.poll) {
            self.pinger.ready(self.now, token);
        }
    }

    /// The next `count` answers, by id.
    fn answers(&mut self, count: usize) -> Vec<(u64, PingAnswer)> {
        let mut all = Vec::new();
        loop {
            let new = self.pinger.answers().into_iter();
            all.extend(new.map(|(id, answer)| (id.0, answer)));
            if all.len() >= count {
                all.sort_by_key(|(id, _)| *id);
                return all;
            }
            self.turn();
        }
    }

    fn answer(&mut self) -> PingAnswer {
        let mut answers = self.answers(1);
        assert_eq!(answers.len(), 1);
        answers.remove(0).1
    }

    /// A try that waits for a reply which nobody will send.
    fn wait_for(&mut self, id: u64, to: &str, echo: Echo) -> Token {
        let to: IpAddr = to.parse().unwrap();
        let source = source(&ping(""), SocketAddr::new(to, 0)).unwrap();
        if self.pinger.sockets.is_empty() {
            let socket = Socket::open(&self.pinger.tokens, source).unwrap();
            self.pinger.sockets.push(socket);
        }
        let over = self.pinger.sockets[0].registered.token();
        let asked = Asked {
            echo,
            to,
            over,
            watch: Stopwatch::start(),
        };
        self.pinger.open.push(Flight {
            id: ProbeId(id),
            ping: Rc::new(ping("127.0.0.1")),
            until: at(5).moment,
            state: State::Waiting(Wait {
                untried: VecDeque::new(),
                asked: vec![asked],
                next: at(5).moment,
            }),
        });
        over
    }
}

fn is_answered(answer: &PingAnswer) -> bool {
    matches!(answer, PingAnswer::Answered(_))
}

#[test]
fn addresses_that_answer() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    for size in [8, 64, 1492] {
        bench.start(
            1,
            Ping {
                size,
                ..ping("127.0.0.1")
            },
        );
        assert!(is_answered(&bench.answer()), "{size}");
    }
    bench.start(
        2,
        Ping {
            source: Some([127, 0, 0, 5].into()),
            ..ping("127.0.0.9")
        },
    );
    assert!(is_answered(&bench.answer()));
    assert!(bench.pinger.sockets.is_empty(), "closed when nobody waits");
    assert_eq!(bench.pinger.deadline(), None);
}

#[test]
fn the_same_over_ipv6() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    bench.start(
        1,
        Ping {
            size: 1492,
            ..ping("::1")
        },
    );
    let answer = bench.answer();
    // A machine without IPv6 says so in the system's words.
    let lacks = |words: &str| words.contains("not");
    let is_told = matches!(&answer, PingAnswer::Unsent(words) if lacks(words));
    assert!(is_answered(&answer) || is_told, "{answer:?}");
}

#[test]
fn what_cannot_be_asked() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    let family = PingAnswer::Unresolved("Address family for hostname not supported".into());
    bench.start(
        1,
        Ping {
            family: Family::V6,
            ..ping("127.0.0.1")
        },
    );
    assert_eq!(bench.answer(), family);
    bench.start(
        2,
        Ping {
            family: Family::V4,
            ..ping("::1")
        },
    );
    assert_eq!(bench.answer(), family);
    bench.start(
        3,
        Ping {
            source: Some([192, 0, 2, 77].into()),
            ..ping("127.0.0.1")
        },
    );
    let words = errno::number_words(99); // EADDRNOTAVAIL
    assert_eq!(bench.answer(), PingAnswer::Unbound(words));
    bench.start(
        4,
        Ping {
            source: Some("::1".parse().unwrap()),
            ..ping("127.0.0.1")
        },
    );
    let words = "the host has no address of the same family".into();
    assert_eq!(bench.answer(), PingAnswer::Unbound(words));
    // A broadcast needs a permission nobody asks for.
    bench.start(5, ping("255.255.255.255"));
    assert!(matches!(bench.answer(), PingAnswer::Unsent(_)));
    assert!(bench.pinger.open.is_empty() && bench.pinger.sockets.is_empty());
}

#[test]
fn a_name_that_is_looked_up() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    bench.start(1, ping("localhost"));
    bench.start(2, ping("localhost"));
    let pid = bench.pinger.resolver.pids()[0];
    let answers = bench.answers(2);
    assert!(
        answers.iter().all(|(_, answer)| is_answered(answer)),
        "{answers:?}"
    );
    reap::wait_for(pid);
    assert!(!bench.pinger.task_ended(pid));
}

#[test]
fn names_without_an_answer() {
    let mut bench = Bench::new();
    bench.pinger.resolver = Resolver::knowing_nobody(bench.pinger.tokens.clone());
    bench.start(1, ping("nosuchhost.example"));
    let pid = bench.pinger.resolver.pids()[0];
    let unknown = PingAnswer::Unresolved("Name or service not known".into());
    assert_eq!(bench.answer(), unknown);
    reap::wait_for(pid);
    bench.pinger.resolver = Resolver::hanging(bench.pinger.tokens.clone());
    bench.start(2, ping("www.example.org"));
    let pid = bench.pinger.resolver.pids()[0];
    assert_eq!(bench.pinger.deadline(), Some(at(5).moment));
    bench.pinger.expire(at(5));
    let hung = PingAnswer::Unresolved("the resolver did not answer in time".into());
    assert_eq!(bench.answer(), hung);
    reap::wait_for(pid);
}

const ECHO: Echo = Echo {
    identity: 0x7e57,
    sequence: 40_000,
    token: 0x0123_4567_89ab_cdef,
    size: 64,
};

/// What an honest host would send back for `echo`.
fn returned(echo: Echo) -> Vec<u8> {
    let mut packet = echo.request(Version::V6);
    packet[0] = 129;
    packet
}

#[test]
fn replies_of_others_do_not_count() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    let over = bench.wait_for(1, "127.0.0.1", ECHO);
    let packet = |echo| returned(echo);
    let (good, from) = (packet(ECHO), IpAddr::from([127, 0, 0, 1]));
    let other = IpAddr::from([127, 0, 0, 2]);
    for (what, packet, from, over) in [
        ("another host", good.clone(), other, over),
        ("another socket", good.clone(), from, Token(1)),
        (
            "another pinger",
            packet(Echo {
                identity: 1,
                ..ECHO
            }),
            from,
            over,
        ),
        (
            "another request",
            packet(Echo {
                sequence: 1,
                ..ECHO
            }),
            from,
            over,
        ),
        ("a guess", packet(Echo { token: 0, ..ECHO }), from, over),
        ("a short one", packet(Echo { size: 63, ..ECHO }), from, over),
    ] {
        let reply = icmp::reply(Version::V6, false, &packet).unwrap();
        bench.pinger.take(&reply, from, over, Duration::ZERO);
        assert!(bench.pinger.answers.is_empty(), "{what}");
    }
    let reply = icmp::reply(Version::V6, false, &good).unwrap();
    bench.pinger.take(&reply, from, over, Duration::ZERO);
    bench.pinger.take(&reply, from, over, Duration::ZERO); // a duplicate finds nobody
    let answers = bench.answers(1);
    assert!(
        matches!(&answers[..], [(1, PingAnswer::Answered(_))]),
        "{answers:?}"
    );
}

#[test]
fn silence_costs_its_own_time_and_nobody_elses() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    bench.wait_for(1, "127.0.0.1", ECHO);
    bench.start(2, ping("127.0.0.1"));
    let answers = bench.answers(1);
    assert!(
        matches!(&answers[..], [(2, PingAnswer::Answered(_))]),
        "{answers:?}"
    );
    assert_eq!(bench.pinger.deadline(), Some(at(5).moment));
    bench.pinger.expire(at(4));
    assert!(bench.pinger.answers.is_empty());
    bench.pinger.expire(at(5));
    assert_eq!(bench.answers(1), [(1, PingAnswer::Silent)]);
    assert!(bench.pinger.sockets.is_empty());
}

#[test]
fn the_next_address_gets_its_turn() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    bench.wait_for(1, "127.0.0.1", ECHO);
    let State::Waiting(wait) = &mut bench.pinger.open[0].state else {
        panic!("it waits");
    };
    wait.untried = ["127.0.0.2:0", "127.0.0.3:0"]
        .map(|a| a.parse().unwrap())
        .into();
    wait.next = at(2).moment;
    assert_eq!(bench.pinger.deadline(), Some(at(2).moment));
    bench.pinger.expire(at(2));
    assert_eq!(bench.pinger.deadline(), Some(Moment::from_millis(3500)));
    let answers = bench.answers(1);
    assert!(is_answered(&answers[0].1), "{answers:?}");
}

#[test]
fn addresses_that_cannot_be_asked_are_passed_over() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    let addresses = ["255.255.255.255:0", "127.0.0.1:0"].map(|a| a.parse().unwrap());
    bench.pinger.resolver = Resolver::hanging(bench.pinger.tokens.clone());
    bench.start(1, ping("both.example"));
    let pid = bench.pinger.resolver.pids()[0];
    bench.pinger.resolved(at(0), 0, &Ok(addresses.to_vec()));
    bench.pinger.resolver.let_go("both.example");
    assert!(is_answered(&bench.answer()));
    reap::wait_for(pid);
}

#[test]
fn only_so_many_at_once() {
    let mut bench = Bench::new();
    bench.pinger.resolver = Resolver::hanging(bench.pinger.tokens.clone());
    for id in 0..500 {
        bench.start(id, ping("hangs.example"));
    }
    let pid = bench.pinger.resolver.pids()[0];
    assert_eq!(bench.pinger.open.len(), MAX_OPEN);
    assert_eq!(bench.pinger.queue.len(), 500 - MAX_OPEN);
    bench.pinger.cancel(at(0), ProbeId(5)); // under way
    bench.pinger.cancel(at(0), ProbeId(400)); // not yet
    assert_eq!(bench.pinger.open.len(), MAX_OPEN);
    assert_eq!(bench.pinger.queue.len(), 500 - MAX_OPEN - 2);
    let mut ended = Vec::new();
    for turn in 1..=8 {
        bench.pinger.expire(at(turn * 5));
        ended.extend(bench.pinger.answers());
    }
    assert_eq!(ended.len(), 498);
    assert!(bench.pinger.open.is_empty());
    for pid in bench.pinger.resolver.pids().into_iter().chain([pid]) {
        reap::wait_for(pid);
    }
}

#[test]
fn five_hundred_hosts_that_answer() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    for id in 0..500_u16 {
        let [high, low] = id.to_be_bytes();
        let host = format!("127.1.{high}.{low}");
        bench.start(
            id.into(),
            Ping {
                size: 1492,
                ..ping(&host)
            },
        );
        assert!(bench.pinger.open.len() <= MAX_OPEN && bench.pinger.sockets.len() <= 1);
    }
    let answers = bench.answers(500);
    assert!(answers.iter().all(|(_, answer)| is_answered(answer)));
}

#[test]
fn a_cancelled_try_is_not_answered() {
    let Some(mut bench) = Bench::allowed() else {
        return;
    };
    bench.start(1, ping("127.0.0.1"));
    bench.start(2, ping("127.0.0.1"));
    bench.pinger.cancel(at(0), ProbeId(1));
    let answers = bench.answers(1);
    assert!(
        matches!(&answers[..], [(2, PingAnswer::Answered(_))]),
        "{answers:?}"
    );
}
