//! Names to addresses, without waiting.
//!
//! A numeric address is its own answer; one with a scope (`fe80::1%eth0`) is looked up like a name,
//! because only the system knows the number of an interface. A name is looked up by the C library,
//! by the box's own rules (`/etc/hosts`, `nsswitch.conf`), in a short-lived child, because that
//! call waits for servers that may be dead. Several askers of one name share one look-up; nothing
//! is remembered once it is answered. There is no time limit in here: whoever has waited long
//! enough lets go of the name, and a look-up that nobody waits for is killed.

use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use mio::unix::pipe::Receiver;
use mio::{Interest, Token};

use super::obstacle::Obstacle;
use super::{Registered, Tokens};
use crate::sys::task::fork_task;
use crate::sys::{dial, errno, reap};

/// Look-ups at once; further names wait for their turn.
const MAX_LOOKUPS: usize = 32;

/// The most addresses of a name that are used.
const MAX_ADDRESSES: usize = 16;

/// The most bytes a child may answer: the addresses of a name as lines of text, and some room.
const MAX_ANSWER: usize = 2048;

/// Begins the line in which a child says why there is no address.
const REASON: &str = "!";

/// The addresses of a name, in the order to try them, or why there are none. The port of each is 0.
pub type Answer = Result<Vec<SocketAddr>, Obstacle>;

/// Those of a host's addresses that a kernel without IPv6 can send to; `None` where it has others
/// only.
pub fn within_reach(mut addresses: Vec<SocketAddr>) -> Option<Vec<SocketAddr>> {
    let any = !addresses.is_empty();
    if addresses.iter().any(SocketAddr::is_ipv6) && !dial::has_ipv6() {
        addresses.retain(SocketAddr::is_ipv4);
    }
    (!any || !addresses.is_empty()).then_some(addresses)
}

/// Looks up names in children.
pub struct Resolver {
    tokens: Tokens,
    look_up: LookUp,
    lookups: Vec<Lookup>,
    answered: Vec<(Box<str>, Answer)>,
}

/// What a child does; it may wait as long as it likes.
type LookUp = fn(&str) -> io::Result<Vec<SocketAddr>>;

struct Lookup {
    host: Box<str>,
    askers: usize,
    child: Option<Child>,
}

struct Child {
    /// `None` once it was reaped: the number may be somebody else's by now.
    pid: Option<i32>,
    output: Registered<Receiver>,
    answer: Vec<u8>,
}

impl Resolver {
    /// Asks the C library.
    pub const fn new(tokens: Tokens) -> Self {
        Self::with(tokens, system)
    }

    const fn with(tokens: Tokens, look_up: LookUp) -> Self {
        Self {
            tokens,
            look_up,
            lookups: Vec::new(),
            answered: Vec::new(),
        }
    }

    /// Asks for the addresses of `host`. What is not answered at once will be among
    /// [`Self::answers`], unless the asker lets go of it before.
    pub fn ask(&mut self, host: &str) -> Option<Answer> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Some(Ok(vec![SocketAddr::new(address, 0)]));
        }
        match self.lookups.iter_mut().find(|l| &*l.host == host) {
            Some(lookup) => lookup.askers += 1,
            None => self.lookups.push(Lookup {
                host: host.into(),
                askers: 1,
                child: None,
            }),
        }
        self.begin_waiting();
        None
    }

    /// One asker of `host` waits no longer.
    pub fn let_go(&mut self, host: &str) {
        let Some(index) = self.lookups.iter().position(|l| &*l.host == host) else {
            return; // answered, and not yet fetched
        };
        self.lookups[index].askers -= 1;
        if self.lookups[index].askers == 0 {
            self.lookups.remove(index).kill();
            self.begin_waiting();
        }
    }

    /// What has been answered since this was last asked; each answer is for all who asked.
    pub fn answers(&mut self) -> Vec<(Box<str>, Answer)> {
        std::mem::take(&mut self.answered)
    }

    /// Whether `token` was one of ours; then what there is to read was read.
    pub fn ready(&mut self, token: Token) -> bool {
        let is_its = |l: &Lookup| l.child.as_ref().is_some_and(|c| c.output.token() == token);
        let Some(index) = self.lookups.iter().position(is_its) else {
            return false;
        };
        let answer = self.lookups[index].child.as_mut().and_then(Child::read);
        if let Some(answer) = answer {
            let lookup = self.lookups.remove(index);
            self.answered.push((lookup.host.clone(), answer));
            lookup.kill(); // nothing more to say, so nothing is lost; it may be past the limit
            self.begin_waiting();
        }
        true
    }

    /// A process was reaped. Whether it was one of ours.
    pub fn task_ended(&mut self, pid: i32) -> bool {
        let children = self.lookups.iter_mut().filter_map(|l| l.child.as_mut());
        for child in children {
            if child.pid == Some(pid) {
                child.pid = None; // its last words are still in the pipe
                return true;
            }
        }
        false
    }

    fn begin_waiting(&mut self) {
        while let Some(index) = self.next_waiting() {
            let lookup = &mut self.lookups[index];
            match begin(&self.tokens, self.look_up, &lookup.host) {
                Ok(child) => lookup.child = Some(child),
                // Those under way will leave what it needs.
                Err(error) if errno::is_shortage(&error) && self.running() > 0 => return,
                Err(error) => {
                    let words = format!("the look-up cannot begin: {}", errno::words(&error));
                    let lookup = self.lookups.remove(index);
                    let obstacle = Obstacle::new(words, &error);
                    self.answered.push((lookup.host, Err(obstacle)));
                }
            }
        }
    }

    fn next_waiting(&self) -> Option<usize> {
        match self.running() < MAX_LOOKUPS {
            true => self.lookups.iter().position(|l| l.child.is_none()),
            false => None,
        }
    }

    fn running(&self) -> usize {
        self.lookups.iter().filter(|l| l.child.is_some()).count()
    }
}

/// Resolvers for the tests of those who ask.
#[cfg(test)]
impl Resolver {
    /// No name is ever answered.
    pub(super) const fn hanging(tokens: Tokens) -> Self {
        Self::with(tokens, |_| {
            loop {
                std::thread::park();
            }
        })
    }

    /// No name exists.
    pub(super) const fn knowing_nobody(tokens: Tokens) -> Self {
        Self::with(tokens, |_| {
            Err(io::Error::other("Name or service not known"))
        })
    }

    /// The children at work.
    pub(super) fn pids(&self) -> Vec<i32> {
        let children = self.lookups.iter().filter_map(|l| l.child.as_ref());
        children.filter_map(|child| child.pid).collect()
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        for lookup in self.lookups.drain(..) {
            lookup.kill();
        }
    }
}

impl Lookup {
    fn kill(self) {
        if let Some(pid) = self.child.and_then(|child| child.pid) {
            reap::kill_group(pid, reap::KILL);
        }
    }
}

impl Child {
    /// Reads until there is nothing more; the answer, once it is complete.
    fn read(&mut self) -> Option<Answer> {
        let mut buffer = [0; 512];
        loop {
            match self.output.read(&mut buffer) {
                Ok(0) => return Some(understand(&self.answer)),
                Ok(count) if self.answer.len() + count > MAX_ANSWER => {
                    return Some(Err("the answer of the look-up is too long".into()));
                }
                Ok(count) => self.answer.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Some(Err(errno::words(&error).into())),
            }
        }
    }
}

fn begin(tokens: &Tokens, look_up: LookUp, host: &str) -> io::Result<Child> {
    let task = fork_task(|output| {
        // Nobody is left to tell if the pipe breaks.
        let _ = match look_up(host) {
            Ok(addresses) => addresses
                .iter()
                .take(MAX_ADDRESSES)
                .try_for_each(|address| writeln!(output, "{address}")),
            Err(error) => writeln!(output, "{REASON}{}", reason(&error)),
        };
    })?;
    Ok(Child {
        pid: Some(task.pid),
        output: tokens.register(Receiver::from(task.output), Interest::READABLE)?,
        answer: Vec::new(),
    })
}

/// The C library's look-up. The machine's name for itself needs no table (RFC 6761 section 6.3).
fn system(host: &str) -> io::Result<Vec<SocketAddr>> {
    match (host, 0).to_socket_addrs() {
        Ok(found) => {
            let mut addresses: Vec<_> = found.collect();
            addresses.dedup();
            Ok(addresses)
        }
        Err(_) if host.eq_ignore_ascii_case("localhost") => Ok(vec![
            (Ipv6Addr::LOCALHOST, 0).into(),
            (Ipv4Addr::LOCALHOST, 0).into(),
        ]),
        Err(error) => Err(error),
    }
}

/// The resolver's own words, without what the standard library puts before them.
fn reason(error: &io::Error) -> String {
    let words = errno::words(error);
    match words.split_once("address information: ") {
        Some((_, words)) => words.to_owned(),
        None => words.into_string(),
    }
}

fn understand(answer: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(answer);
    if let Some(reason) = text.strip_prefix(REASON) {
        return Err(reason.trim_end().into());
    }
    let addresses: Result<Vec<SocketAddr>, _> = text.lines().map(str::parse).collect();
    match addresses {
        Ok(addresses) if !addresses.is_empty() => Ok(addresses),
        Ok(_) | Err(_) => Err("the look-up broke off".into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use mio::Poll;

    use super::*;
    use crate::shell::testing;

    struct Bench {
        poll: Poll,
        resolver: Resolver,
    }

    impl Bench {
        fn new(look_up: LookUp) -> Self {
            let poll = Poll::new().unwrap();
            let tokens = Tokens::new(poll.registry()).unwrap();
            Self {
                poll,
                resolver: Resolver::with(tokens, look_up),
            }
        }

        fn turn(&mut self) {
            for token in testing::wait(&mut self.poll) {
                self.resolver.ready(token);
            }
        }

        /// The next answer; its child is reaped.
        fn answer(&mut self) -> (String, Answer) {
            let pids = self.resolver.pids();
            loop {
                let mut answers = self.resolver.answers();
                if let Some((host, answer)) = answers.pop() {
                    assert!(answers.is_empty());
                    let left = self.resolver.pids();
                    for pid in pids.iter().filter(|pid| !left.contains(pid)) {
                        reap::wait_for(*pid);
                    }
                    return (host.into(), answer);
                }
                self.turn();
            }
        }
    }

    fn addresses(texts: &[&str]) -> Answer {
        let address = |text: &&str| SocketAddr::new(text.parse().unwrap(), 0);
        Ok(texts.iter().map(address).collect())
    }

    fn fake(host: &str) -> io::Result<Vec<SocketAddr>> {
        match host {
            "both.example" => Ok(addresses(&["::1", "127.0.0.1"]).unwrap()),
            "none.example" => Ok(Vec::new()),
            "many.example" => Ok(vec![SocketAddr::from(([127, 0, 0, 1], 0)); 1000]),
            "unknown.example" => Err(io::Error::other(
                "failed to lookup address information: Name or service not known",
            )),
            _ => loop {
                std::thread::park();
            },
        }
    }

    #[test]
    fn a_numeric_address_is_its_own_answer() {
        let mut bench = Bench::new(fake);
        assert_eq!(
            bench.resolver.ask("127.0.0.1"),
            Some(addresses(&["127.0.0.1"]))
        );
        assert_eq!(bench.resolver.ask("::1"), Some(addresses(&["::1"])));
        assert!(bench.resolver.lookups.is_empty());
    }

    #[test]
    fn names_found_and_not_found() {
        let mut bench = Bench::new(fake);
        for (host, expected) in [
            ("both.example", addresses(&["::1", "127.0.0.1"])),
            ("unknown.example", Err("Name or service not known".into())),
            ("none.example", Err("the look-up broke off".into())),
            ("many.example", addresses(&["127.0.0.1"; MAX_ADDRESSES])),
        ] {
            assert_eq!(bench.resolver.ask(host), None);
            assert_eq!(bench.answer(), (host.to_owned(), expected));
        }
    }

    #[test]
    fn askers_of_one_name_share_one_child() {
        let mut bench = Bench::new(fake);
        bench.resolver.ask("hangs.example");
        bench.resolver.ask("hangs.example");
        let pids = bench.resolver.pids();
        assert_eq!(pids.len(), 1);
        bench.resolver.let_go("hangs.example");
        assert_eq!(bench.resolver.pids(), pids);
        bench.resolver.let_go("hangs.example");
        assert!(bench.resolver.pids().is_empty());
        assert_eq!(
            reap::wait_for(pids[0]),
            Some(reap::WaitStatus::Signaled(reap::KILL))
        );
        bench.resolver.let_go("hangs.example");
    }

    #[test]
    fn only_so_many_at_once() {
        let mut bench = Bench::new(fake);
        for number in 0..=MAX_LOOKUPS {
            bench.resolver.ask(&format!("hangs{number}.example"));
        }
        let pids = bench.resolver.pids();
        assert_eq!(pids.len(), MAX_LOOKUPS);
        bench.resolver.let_go("hangs7.example");
        let after = bench.resolver.pids();
        assert_eq!(after.len(), MAX_LOOKUPS);
        drop(bench);
        for pid in pids.iter().chain(after.last()) {
            reap::wait_for(*pid);
        }
    }

    #[test]
    fn a_child_reaped_before_its_answer_is_read() {
        let mut bench = Bench::new(fake);
        bench.resolver.ask("both.example");
        let pid = bench.resolver.pids()[0];
        reap::wait_for(pid);
        assert!(bench.resolver.task_ended(pid));
        assert!(!bench.resolver.task_ended(pid));
        assert_eq!(bench.answer().1, addresses(&["::1", "127.0.0.1"]));
    }

    #[test]
    fn answers_that_make_no_sense() {
        let broken = Err("the look-up broke off".into());
        for answer in ["", "\n", "nonsense\n", "127.0.0.1:0\nx\n", "\u{fffd}"] {
            assert_eq!(understand(answer.as_bytes()), broken, "{answer:?}");
        }
        assert_eq!(understand(b"!gone\n"), Err("gone".into()));
    }

    #[test]
    fn an_endless_answer_is_cut() {
        let mut bench = Bench::new(fake);
        bench.resolver.ask("hangs.example");
        let pid = bench.resolver.pids()[0];
        let (mut writer, reader) = mio::unix::pipe::new().unwrap();
        let tokens = bench.resolver.tokens.clone();
        let child = bench.resolver.lookups[0].child.as_mut().unwrap();
        child.output = tokens.register(reader, Interest::READABLE).unwrap();
        writer.write_all(&[b'1'; MAX_ANSWER + 1]).unwrap();
        assert_eq!(
            bench.answer().1,
            Err("the answer of the look-up is too long".into())
        );
        assert_eq!(reap::wait_for(pid), None, "reaped by then");
    }

    #[test]
    fn the_c_library_knows_this_machine() {
        let mut bench = Bench::new(system);
        bench.resolver.ask("localhost");
        let (host, answer) = bench.answer();
        assert_eq!(host, "localhost");
        let addresses = answer.unwrap();
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
    }

    #[test]
    fn the_scope_of_an_address_is_kept() {
        let mut bench = Bench::new(system);
        assert_eq!(bench.resolver.ask("fe80::7%lo"), None);
        let (_, answer) = bench.answer();
        let SocketAddr::V6(address) = answer.unwrap()[0] else {
            panic!("no IPv6 address");
        };
        assert_eq!(address.ip().to_string(), "fe80::7");
        // The loopback interface is the first of every network namespace.
        assert_eq!(address.scope_id(), 1);
    }
}
