//! A status client's bytes, whether they travel over TCP or a Unix socket, in plain or over TLS.

use std::io::{self, Read, Write};
use std::net::Shutdown;

use mio::Token;
use mio::event::Source;
use mio::net::{TcpStream, UnixStream};

use crate::shell::tls::{Channel, Received};
use crate::shell::{Registered, Watchable};

/// The socket alone.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// The socket and, where it is spoken, TLS.
pub(super) struct Stream {
    socket: Registered<Socket>,
    tls: Option<Box<Channel>>,
}

/// Why there are no bytes.
pub(super) enum Trouble {
    /// Not yet.
    Later,
    /// The connection is broken.
    Broken,
    /// It does not speak TLS as we do: the words for the log.
    Tls(Box<str>),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::WouldBlock {
            Self::Later
        } else {
            Self::Broken
        }
    }
}

impl Stream {
    pub(super) fn new(socket: Registered<Socket>, tls: Option<Channel>) -> Self {
        Self {
            socket,
            tls: tls.map(Box::new),
        }
    }

    pub(super) const fn token(&self) -> Token {
        self.socket.token()
    }

    pub(super) const fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    /// Reads what the client said; 0 is its end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Trouble> {
        let Some(tls) = &mut self.tls else {
            return Ok(uninterrupted(|| self.socket.read(buffer))?);
        };
        loop {
            let length = tls.read(buffer);
            if length > 0 {
                return Ok(length);
            }
            let received = tls.receive(&mut *self.socket);
            tls.send(&mut *self.socket)?; // our half of the handshake, or the alert that ends it
            match received.map_err(Trouble::Tls)? {
                Received::Bytes(_) => {}
                Received::Nothing => return Err(Trouble::Later),
                Received::Closed => return Ok(0),
            }
        }
    }

    /// Sends as much as the client takes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<usize, Trouble> {
        let Some(tls) = &mut self.tls else {
            return Ok(uninterrupted(|| self.socket.write(bytes))?);
        };
        if !tls.send(&mut *self.socket)? {
            return Err(Trouble::Later);
        }
        let taken = tls.write(bytes);
        tls.send(&mut *self.socket)?;
        Ok(taken)
    }

    /// Says that nothing follows; the client's own end may still be outstanding.
    pub(super) fn finish(&mut self) -> Result<(), Trouble> {
        if let Some(tls) = &mut self.tls {
            tls.close();
            if !tls.send(&mut *self.socket)? {
                return Err(Trouble::Later);
            }
        }
        let shut = match &*self.socket {
            Socket::Tcp(socket) => socket.shutdown(Shutdown::Write),
            Socket::Unix(socket) => socket.shutdown(Shutdown::Write),
        };
        Ok(shut?)
    }
}

fn uninterrupted(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.read(buffer),
            Self::Unix(socket) => socket.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.write(bytes),
            Self::Unix(socket) => socket.write(bytes),
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
            Self::Unix(socket) => socket,
        }
    }
}
