//! The addresses of a peer, tried in order until one can be connected to.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};

use mio::Interest;

use super::socket::Socket;
use crate::model::Transport;
use crate::shell::obstacle::Obstacle;
use crate::shell::{Registered, Tokens};
use crate::sys::errno;
use crate::time::{Moment, Now};

/// One place to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An internet address.
    Ip(SocketAddr),
    /// A socket in the file system.
    Unix(Box<str>),
}

/// Begins to connect to the first address that lets itself be tried. Those left share the time that
/// is left for the connect, so that a dead one does not use it up.
pub(super) fn begin(
    now: Now,
    untried: &mut VecDeque<Address>,
    (transport, source): (Transport, Option<IpAddr>),
    connect_by: Moment,
    tokens: &Tokens,
) -> Result<(Registered<Socket>, Moment), Obstacle> {
    let mut obstacle = Obstacle::from("there is no address to connect to");
    while let Some(address) = untried.pop_front() {
        let left = u32::try_from(untried.len()).unwrap_or(u32::MAX);
        let share = now.moment.until(connect_by) / left.saturating_add(1);
        let begun = Socket::connect(&address, transport, source)
            .and_then(|socket| tokens.register(socket, Interest::READABLE | Interest::WRITABLE));
        match begun {
            Ok(socket) => return Ok((socket, now.moment + share)),
            Err(error) => obstacle = address.refusal(&error),
        }
    }
    Err(obstacle)
}

impl Address {
    /// The same port of every address that was found for a name.
    pub fn all(found: &[SocketAddr], port: u16) -> Vec<Self> {
        let at_port = |mut address: SocketAddr| {
            address.set_port(port);
            Self::Ip(address)
        };
        found.iter().copied().map(at_port).collect()
    }

    fn refusal(&self, error: &io::Error) -> Obstacle {
        match self {
            Self::Ip(_) => Obstacle::new(errno::words(error), error),
            Self::Unix(path) if error.kind() == io::ErrorKind::WouldBlock => {
                format!("the queue of connections to {path} is full").into()
            }
            Self::Unix(path) => {
                let why = errno::words(error);
                let words = format!("Cannot create unix socket for {path} -- {why}");
                Obstacle::new(words, error)
            }
        }
    }
}
