//! A non-blocking socket of any kind, and its connect.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net;

use mio::event::Source;
use mio::net::{TcpStream, UdpSocket, UnixDatagram, UnixStream};

use super::Address;
use crate::model::Transport;
use crate::shell::Watchable;
use crate::sys::{self, dial};

/// A socket on its way to one peer.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Udp(UdpSocket),
    Stream(UnixStream),
    Datagram(UnixDatagram),
}

impl Socket {
    /// Begins to connect; [`Self::is_connected`] tells when it stands.
    pub(super) fn connect(
        address: &Address,
        transport: Transport,
        source: Option<IpAddr>,
    ) -> io::Result<Self> {
        match (address, transport) {
            (Address::Ip(address), Transport::Tcp) => match source {
                None => TcpStream::connect(*address).map(Self::Tcp),
                Some(source) => {
                    let socket = dial::tcp_from(source, *address)?;
                    Ok(Self::Tcp(TcpStream::from_std(socket)))
                }
            },
            (Address::Ip(address), Transport::Udp) => {
                let any = match address {
                    SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
                    SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
                };
                let socket = UdpSocket::bind(SocketAddr::new(source.unwrap_or(any), 0))?;
                socket.connect(*address)?;
                Ok(Self::Udp(socket))
            }
            (Address::Unix(path), Transport::Tcp) => UnixStream::connect(&**path).map(Self::Stream),
            (Address::Unix(path), Transport::Udp) => {
                let socket = named_datagram().or_else(|_| UnixDatagram::unbound())?;
                socket.connect(&**path)?;
                Ok(Self::Datagram(socket))
            }
        }
    }

    /// Whether the connection stands; an error says why it never will.
    pub(super) fn is_connected(&self) -> io::Result<bool> {
        let (error, peer) = match self {
            Self::Tcp(socket) => (socket.take_error()?, socket.peer_addr().map(drop)),
            Self::Stream(socket) => (socket.take_error()?, socket.peer_addr().map(drop)),
            Self::Udp(_) | Self::Datagram(_) => return Ok(true),
        };
        if let Some(error) = error {
            return Err(error);
        }
        match peer {
            Ok(()) => Ok(true),
            // Readiness is a hint; this one was about nothing.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether each read is one datagram, so that a read of nothing is no end.
    pub(super) const fn is_datagram(&self) -> bool {
        match self {
            Self::Udp(_) | Self::Datagram(_) => true,
            Self::Tcp(_) | Self::Stream(_) => false,
        }
    }
}

/// A datagram socket with a name of its own, so that the peer can answer. The name is abstract: no
/// file is left behind, and a chance one cannot be taken before.
fn named_datagram() -> io::Result<UnixDatagram> {
    let mut chance = [0; 8];
    sys::random::fill(&mut chance)?;
    let name = format!("tend-{:016x}", u64::from_ne_bytes(chance));
    let socket = net::UnixDatagram::bind_addr(&net::SocketAddr::from_abstract_name(name)?)?;
    socket.set_nonblocking(true)?;
    Ok(UnixDatagram::from_std(socket))
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.read(buffer),
            Self::Udp(socket) => socket.recv(buffer),
            Self::Stream(socket) => socket.read(buffer),
            Self::Datagram(socket) => socket.recv(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.write(bytes),
            Self::Udp(socket) => socket.send(bytes),
            Self::Stream(socket) => socket.write(bytes),
            Self::Datagram(socket) => socket.send(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Watchable for Socket {
    fn source(&mut self) -> &mut dyn Source {
        match self {
            Self::Tcp(socket) => socket,
            Self::Udp(socket) => socket,
            Self::Stream(socket) => socket,
            Self::Datagram(socket) => socket,
        }
    }
}
