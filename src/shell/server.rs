//! The status server: sockets, clients and their limits. What is answered is `view`'s affair.
//!
//! Nobody waits for a client: each has a time limit for every phase, there are only so many at
//! once, and when one more comes, the oldest that costs nobody an answer makes room. A socket that
//! cannot be bound is said and tried again; meanwhile the checks go on. Over a reload a socket
//! whose address is unchanged stays open.

mod client;
mod listener;
mod refusals;
mod stream;

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use mio::{Interest, Token};

use crate::http::{Refusal, Request, auth};
use crate::model::{Allow, Httpd};
use crate::sys;
use crate::time::Moment;

use super::{Tokens, tls};

pub use self::client::Peer;
pub use self::refusals::Reason;

use self::client::{Client, Turn};
use self::listener::{Listener, Place};
use self::refusals::Refusals;
use self::stream::{Socket, Stream};

/// Clients at once; a browser opens six, a page nobody reads costs its answer's bytes.
const CLIENTS_AT_ONCE: usize = 32;
/// Connections taken per wake-up and socket; the rest waits for the next one.
const ACCEPTS_PER_TURN: usize = 16;
/// Before a socket that could not be bound is tried again.
const BIND_AGAIN: Duration = Duration::from_secs(10);
/// Before names that were not found are looked up again.
const NAMES_AGAIN: Duration = Duration::from_secs(60);
/// What a client's TLS may need of memory.
const TLS_ROOM: usize = 128 * 1024;
/// Before connections are taken again when descriptors had run out.
const ACCEPT_AGAIN: Duration = Duration::from_secs(1);

/// The sockets, the clients, and what they share.
pub struct Server {
    tokens: Tokens,
    httpd: Option<Httpd>,
    /// Names somebody has to look up, with what was found.
    names: Vec<(Box<str>, Vec<IpAddr>)>,
    /// Names that were not found, and when they are to be asked for again: at boot the network may
    /// come later than we do.
    lost_names: Vec<Box<str>>,
    names_again: Option<Moment>,
    body_limit: usize,
    listeners: Vec<Listener>,
    clients: Vec<Client>,
    /// Read from its files when the first client wants it.
    tls: Option<tls::Server>,
    /// Places that could not be bound, with the reason that was said.
    failing: Vec<(Place, String)>,
    bind_again: Option<Moment>,
    accept_again: Option<Moment>,
    /// It was said that a client cannot be served.
    told_unserved: bool,
    refusals: Refusals,
    /// Given up to take and cut a connection when descriptors have run out: left in the queue it
    /// would wake us all the time.
    reserve: Option<File>,
}

/// Somebody wants an answer.
pub struct Asked {
    /// For [`Server::answer`].
    pub client: Token,
    /// Who.
    pub peer: Peer,
    /// Nobody acts through the socket it came by.
    pub read_only: bool,
    /// Over TLS.
    pub secure: bool,
    /// What, or why that is not understood.
    pub request: Result<Box<Request>, Refusal>,
}

impl Server {
    /// Not serving yet.
    pub fn new(tokens: Tokens) -> Self {
        Self {
            tokens,
            httpd: None,
            names: Vec::new(),
            lost_names: Vec::new(),
            names_again: None,
            body_limit: 0,
            listeners: Vec::new(),
            clients: Vec::new(),
            tls: None,
            failing: Vec::new(),
            bind_again: None,
            accept_again: None,
            told_unserved: false,
            refusals: Refusals::default(),
            reserve: spare(),
        }
    }

    /// Serves as `httpd` says. Returns the names that must be looked up for it.
    pub fn configure(
        &mut self,
        now: Moment,
        httpd: Option<&Httpd>,
        body_limit: usize,
    ) -> Vec<Box<str>> {
        self.httpd = httpd.cloned();
        self.body_limit = body_limit;
        self.tls = None; // the certificate may have been renewed
        self.failing.clear();
        self.lost_names.clear();
        let names = self.httpd.as_ref().map_or(Vec::new(), names_in);
        self.names.retain(|(name, _)| names.contains(name));
        self.bind(now);
        names
    }

    /// A name was looked up.
    pub fn resolved(&mut self, now: Moment, name: &str, addresses: Vec<IpAddr>) {
        self.names.retain(|(known, _)| **known != *name);
        self.names.push((name.into(), addresses));
        self.bind(now);
    }

    /// A name was not found.
    pub fn not_found(&mut self, now: Moment, name: Box<str>, reason: &str) {
        if !self.names.iter().any(|(known, _)| *known == name) {
            log::warn!("The status server cannot find host {name} -- {reason}; trying again");
            self.names.push((name.clone(), Vec::new())); // said once
        }
        self.lost_names.push(name);
        self.names_again = Some(now + NAMES_AGAIN);
    }

    /// The names that are to be looked up again at this moment.
    pub fn names_due(&mut self, now: Moment) -> Vec<Box<str>> {
        if self.names_again.is_none_or(|at| now < at) {
            return Vec::new();
        }
        self.names_again = None;
        std::mem::take(&mut self.lost_names)
    }

    /// Makes sockets again whose files somebody has cleared away.
    pub fn renew(&mut self, now: Moment) {
        if !self.listeners.iter().all(Listener::can_be_found) {
            self.bind(now);
        }
    }

    /// Opens what is missing, closes what is no longer wanted.
    fn bind(&mut self, now: Moment) {
        self.bind_again = None;
        let wanted = self.places();
        self.listeners
            .retain(|l| wanted.contains(&l.place) && l.can_be_found());
        let mut failed = Vec::new();
        for place in wanted {
            if self.listeners.iter().any(|l| l.place == place) {
                continue;
            }
            match Listener::open(place.clone(), &self.tokens) {
                Ok(listener) => self.listeners.push(listener),
                Err(error) => failed.push((place, error)),
            }
        }
        failed.retain(|(place, error)| !self.is_served_otherwise(place, error));
        self.failing
            .retain(|(place, _)| failed.iter().any(|(failed, _)| failed == place));
        if !failed.is_empty() {
            self.bind_again = Some(now + BIND_AGAIN);
        }
        for (place, error) in failed {
            self.bind_failed(place, &error);
        }
    }

    /// Whether this was one of a host's several addresses, another one is served, and the failure
    /// is only that the machine lacks this family, or that our own socket takes both.
    fn is_served_otherwise(&self, place: &Place, error: &io::Error) -> bool {
        let Place::Tcp { address, .. } = place else {
            return false;
        };
        let serious = error.kind() == io::ErrorKind::PermissionDenied
            || error.kind() == io::ErrorKind::AddrInUse && !address.ip().is_unspecified();
        let port = address.port();
        !serious
            && self
                .listeners
                .iter()
                .any(|l| matches!(l.place, Place::Tcp { address, .. } if address.port() == port))
    }

    fn bind_failed(&mut self, place: Place, error: &io::Error) {
        let reason = sys::errno::words(error).into_string();
        let failure = (place, reason);
        if !self.failing.contains(&failure) {
            let (place, reason) = &failure;
            log::error!("Cannot listen at {place} -- {reason}; trying again while checks go on");
            self.failing.retain(|(failing, _)| failing != place);
            self.failing.push(failure);
        }
    }

    fn places(&self) -> Vec<Place> {
        let Some(httpd) = &self.httpd else {
            return Vec::new();
        };
        let mut places = Vec::new();
        if let Some(address) = &httpd.address {
            let hosts = match &address.host {
                // The socket for all IPv6 addresses takes IPv4 too, where the system lets it.
                None => vec![
                    IpAddr::from(Ipv6Addr::UNSPECIFIED),
                    IpAddr::from(Ipv4Addr::UNSPECIFIED),
                ],
                Some(host) => self.addresses(host),
            };
            let tcp = |host| Place::Tcp {
                address: SocketAddr::new(host, address.port),
                read_only: address.read_only,
            };
            places.extend(hosts.into_iter().map(tcp));
        }
        places.extend(httpd.unix_socket.clone().map(Place::Unix));
        places
    }

    fn addresses(&self, host: &str) -> Vec<IpAddr> {
        Place::known_addresses(host).unwrap_or_else(|| {
            self.names
                .iter()
                .find(|(name, _)| **name == *host)
                .map_or(Vec::new(), |(_, addresses)| addresses.clone())
        })
    }

    /// Takes the connections that wait, if `token` is a listening socket's. Done last in a turn.
    pub fn accept(&mut self, now: Moment, token: Token) {
        let Some(at) = self.listeners.iter().position(|l| l.token() == token) else {
            return;
        };
        let mut served = false;
        for _ in 0..ACCEPTS_PER_TURN {
            match self.listeners[at].accept() {
                Ok((socket, peer)) => {
                    let read_only = self.listeners[at].is_read_only();
                    served |= self.welcome(now, socket, peer, read_only);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // Nobody else waits: the one that was served took no other's place.
                    if served && std::mem::take(&mut self.told_unserved) {
                        log::info!("Status clients are served again");
                    }
                    return;
                }
                Err(error) if is_about_one_client(&error) => {}
                Err(error) => return self.pause(now, at, &error),
            }
        }
        self.rearm(now, at);
    }

    fn rearm(&mut self, now: Moment, at: usize) {
        if self.listeners[at].rearm().is_err() {
            self.listeners.swap_remove(at);
            self.bind_again = Some(now + ACCEPT_AGAIN);
        }
    }

    /// Most likely descriptors have run out; asking again at once would not help, whatever it is.
    fn pause(&mut self, now: Moment, at: usize, error: &io::Error) {
        if self.reserve.take().is_some() {
            drop(self.listeners[at].accept());
            self.reserve = spare();
        }
        self.tell_unserved("accept", &sys::errno::words(error));
        self.accept_again = Some(now + ACCEPT_AGAIN);
    }

    /// Said once, until one is served.
    fn tell_unserved(&mut self, what: &str, why: &str) {
        if !std::mem::replace(&mut self.told_unserved, true) {
            log::error!("Cannot {what} a status client -- {why}");
        }
    }

    /// Counts one more refused client; whether the log is to say so.
    pub fn tells(&mut self, now: Moment, reason: Reason) -> bool {
        self.tell_untold(now);
        self.refusals.add(now, reason)
    }

    fn tell_untold(&mut self, now: Moment) {
        match self.refusals.end(now) {
            0 => {}
            untold => log::error!("Refused within a minute without a line each: {untold}"),
        }
    }

    /// Whether there is one client more.
    fn welcome(&mut self, now: Moment, socket: Socket, peer: Peer, read_only: bool) -> bool {
        let Some(httpd) = &self.httpd else {
            return false;
        };
        if let Peer::Address(address) = peer {
            let resolved: Vec<IpAddr> = httpd
                .access
                .hosts
                .iter()
                .filter_map(allowed_name)
                .flat_map(|name| self.addresses(name))
                .collect();
            if !auth::admits(&httpd.access, &resolved, address) {
                if self.tells(now, Reason::Other) {
                    log::error!("{}", auth::denied(address));
                }
                return false;
            }
        }
        match self.dress(socket) {
            Ok(stream) => {
                self.make_room();
                let client = Client::new(now, stream, peer, read_only, self.body_limit);
                self.clients.push(client);
                true
            }
            Err(reason) => {
                self.tell_unserved("serve", &reason);
                false
            }
        }
    }

    /// Registers the socket and begins TLS on it where the control file wants that.
    fn dress(&mut self, socket: Socket) -> Result<Stream, Box<str>> {
        let files = match &socket {
            Socket::Tcp(_) => self
                .httpd
                .as_ref()
                .and_then(|h| h.address.as_ref()?.tls.as_ref()),
            Socket::Unix(_) => None,
        };
        if files.is_some() {
            sys::memory::room(TLS_ROOM).map_err(|error| sys::errno::words(&error))?;
        }
        let tls = match (files, &self.tls) {
            (None, _) => None,
            (Some(_), Some(server)) => Some(server.accept()?),
            (Some(files), None) => {
                let server = self.tls.insert(tls::Server::load(files)?);
                Some(server.accept()?)
            }
        };
        let interest = Interest::READABLE | Interest::WRITABLE;
        let socket = self
            .tokens
            .register(socket, interest)
            .map_err(|error| sys::errno::words(&error))?;
        Ok(Stream::new(socket, tls))
    }

    /// Clients are in the order they came: the first that costs nobody an answer goes, or simply
    /// the first.
    fn make_room(&mut self) {
        if self.clients.len() >= CLIENTS_AT_ONCE {
            let oldest = self.clients.iter().position(Client::is_idle).unwrap_or(0);
            self.clients.remove(oldest);
        }
    }

    /// Goes on with the client `token` belongs to, if it is one's.
    pub fn ready(&mut self, now: Moment, token: Token) -> Option<Asked> {
        let at = self.clients.iter().position(|c| c.token() == token)?;
        if self.clients[at].is_secure() {
            if let Err(error) = sys::memory::room(TLS_ROOM) {
                self.clients.remove(at);
                self.tell_unserved("serve", &sys::errno::words(&error));
                return None;
            }
        }
        let turn = self.clients[at].advance(now);
        self.settle(now, at, turn)
    }

    /// Gives a client its answer.
    pub fn answer(&mut self, now: Moment, client: Token, answer: Vec<u8>) {
        if let Some(at) = self.clients.iter().position(|c| c.token() == client) {
            let turn = self.clients[at].answer(now, answer);
            self.settle(now, at, turn);
        }
    }

    fn settle(&mut self, now: Moment, at: usize, turn: Turn) -> Option<Asked> {
        let request = match turn {
            Turn::Later => return None,
            Turn::Gone => {
                self.clients.remove(at);
                return None;
            }
            Turn::NoTls(words) => {
                let client = self.clients.remove(at);
                if self.tells(now, Reason::Other) {
                    log::error!("SSL accept error: {words} -- client [{}]", client.peer);
                }
                return None;
            }
            Turn::Asked(request) => Ok(request),
            Turn::Refused(refusal) => Err(refusal),
        };
        let client = &self.clients[at];
        Some(Asked {
            client: client.token(),
            peer: client.peer,
            read_only: client.read_only,
            secure: client.is_secure(),
            request,
        })
    }

    /// When the next time limit ends.
    pub fn deadline(&self) -> Option<Moment> {
        self.clients
            .iter()
            .map(Client::deadline)
            .chain(self.bind_again)
            .chain(self.accept_again)
            .chain(self.names_again)
            .chain(self.refusals.deadline())
            .min()
    }

    /// Whether anybody is connected.
    pub fn has_clients(&self) -> bool {
        !self.clients.is_empty()
    }

    /// Cuts who took too long and tries again what failed.
    pub fn expire(&mut self, now: Moment) {
        self.tell_untold(now);
        self.clients.retain(|client| now < client.deadline());
        if self.bind_again.is_some_and(|at| at <= now) {
            self.bind(now);
        }
        if self.accept_again.is_some_and(|at| at <= now) {
            self.accept_again = None;
            for at in (0..self.listeners.len()).rev() {
                self.rearm(now, at);
            }
        }
    }
}

/// It ended before it was taken, or a signal came between.
fn is_about_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted
    )
}

fn allowed_name(allow: &Allow) -> Option<&str> {
    match allow {
        Allow::Name(name) => Some(name),
        Allow::Network(_) => None,
    }
}

/// The names in `httpd` that cannot be known without asking somebody.
fn names_in(httpd: &Httpd) -> Vec<Box<str>> {
    let bind = httpd.address.iter().filter_map(|a| a.host.as_deref());
    let allowed = httpd.access.hosts.iter().filter_map(allowed_name);
    let mut names: Vec<Box<str>> = bind
        .chain(allowed)
        .filter(|name| Place::known_addresses(name).is_none())
        .map(Box::from)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// A descriptor to give up in need.
fn spare() -> Option<File> {
    File::open("/dev/null").ok()
}

#[cfg(test)]
mod tests;
