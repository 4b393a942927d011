//! The sockets clients connect to.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};

use mio::event::Source;
use mio::net::{TcpListener, UnixListener, UnixStream};
use mio::{Interest, Token};

use crate::model::HttpdUnixSocket;
use crate::sample::Places;
use crate::shell::{Registered, Tokens, Watchable};

use super::client::Peer;
use super::stream::Socket;

/// Where clients connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Tcp {
        address: SocketAddr,
        read_only: bool,
    },
    Unix(HttpdUnixSocket),
}

impl Place {
    /// The addresses of `host` this server can know without asking anybody: numbers, and the name
    /// every machine has for itself (RFC 6761 section 6.3). `None` for any other name.
    pub(super) fn known_addresses(host: &str) -> Option<Vec<IpAddr>> {
        if host.eq_ignore_ascii_case("localhost") {
            return Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        host.parse().ok().map(|address| vec![address])
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp { address, .. } => write!(f, "[{}]:{}", address.ip(), address.port()),
            Self::Unix(socket) => write!(f, "{}", socket.path),
        }
    }
}

pub(super) struct Listener {
    pub(super) place: Place,
    acceptor: Registered<Acceptor>,
    /// The file of a Unix socket, by device and number.
    file: Option<(u64, u64)>,
    /// That file lies on a file system that may not answer, and is not looked for.
    is_far: bool,
}

#[derive(Debug)]
enum Acceptor {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    pub(super) fn open(place: Place, tokens: &Tokens) -> io::Result<Self> {
        let acceptor = match &place {
            Place::Tcp { address, .. } => Acceptor::Tcp(TcpListener::bind(*address)?),
            Place::Unix(socket) => Acceptor::Unix(bind_unix(socket)?),
        };
        Ok(Self {
            file: file_of(&place).ok().flatten(),
            is_far: matches!(&place, Place::Unix(socket) if Places::now().is_far(&socket.path)),
            place,
            acceptor: tokens.register(acceptor, Interest::READABLE)?,
        })
    }

    /// Whether clients can find it: somebody may have cleared the folder of its file, or another
    /// run have put its own there.
    pub(super) fn can_be_found(&self) -> bool {
        self.is_far || self.is_named()
    }

    fn is_named(&self) -> bool {
        file_of(&self.place).map_or(true, |file| file == self.file)
    }

    pub(super) const fn token(&self) -> Token {
        self.acceptor.token()
    }

    pub(super) fn accept(&self) -> io::Result<(Socket, Peer)> {
        match &*self.acceptor {
            Acceptor::Tcp(listener) => {
                let (socket, address) = listener.accept()?;
                let peer = Peer::Address(address.ip().to_canonical());
                Ok((Socket::Tcp(socket), peer))
            }
            Acceptor::Unix(listener) => {
                let (socket, _) = listener.accept()?;
                Ok((Socket::Unix(socket), Peer::Local))
            }
        }
    }

    /// Whether nobody acts through it.
    pub(super) const fn is_read_only(&self) -> bool {
        match &self.place {
            Place::Tcp { read_only, .. } => *read_only,
            Place::Unix(socket) => socket.read_only,
        }
    }

    /// Asks for another event, because this turn's accepts are used up or had to pause.
    pub(super) fn rearm(&mut self) -> io::Result<()> {
        self.acceptor.rearm()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Place::Unix(socket) = &self.place {
            if self.is_named() {
                let _ = fs::remove_file(&*socket.path);
            }
        }
    }
}

/// The file at a Unix socket's path, if there is one. The error says that this cannot be told.
fn file_of(place: &Place) -> io::Result<Option<(u64, u64)>> {
    let Place::Unix(socket) = place else {
        return Ok(None);
    };
    match fs::symlink_metadata(&*socket.path) {
        Ok(facts) => Ok(Some((facts.dev(), facts.ino()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A socket nobody listens on any more is replaced; anything else at its path is not ours.
fn bind_unix(wanted: &HttpdUnixSocket) -> io::Result<UnixListener> {
    let path = &*wanted.path;
    match fs::symlink_metadata(path) {
        Ok(there) if there.file_type().is_socket() => match UnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                fs::remove_file(path)?;
            }
            Ok(_) | Err(_) => return Err(io::ErrorKind::AddrInUse.into()),
        },
        Ok(_) => return Err(io::Error::other("there is something else of this name")),
        Err(_) => {} // bind says what is wrong, if anything is
    }
    let listener = UnixListener::bind(path)?;
    let prepared = own(wanted);
    if prepared.is_err() {
        let _ = fs::remove_file(path);
    }
    prepared.map(|()| listener)
}

fn own(wanted: &HttpdUnixSocket) -> io::Result<()> {
    if let Some(mode) = wanted.permission {
        fs::set_permissions(&*wanted.path, fs::Permissions::from_mode(mode))?;
    }
    if wanted.uid.is_some() || wanted.gid.is_some() {
        std::os::unix::fs::chown(&*wanted.path, wanted.uid, wanted.gid)?;
    }
    Ok(())
}

impl Watchable for Acceptor {
    fn source(&mut self) -> &mut dyn Source {
        match self {
            Self::Tcp(listener) => listener,
            Self::Unix(listener) => listener,
        }
    }
}
