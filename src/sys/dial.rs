//! A TCP connection that comes from a given address.

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::errno::last;

/// Begins to connect from `source` to `peer`, without waiting.
///
/// # Errors
///
/// Those of socket(2), bind(2) (`EADDRNOTAVAIL`: the address is none of this machine) and
/// connect(2); that the connection is under way is none.
pub fn tcp_from(source: IpAddr, peer: SocketAddr) -> io::Result<TcpStream> {
    let family = libc::c_int::from(family(peer));
    let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: socket takes numbers only.
    let raw = unsafe { libc::socket(family, kind, 0) };
    if raw < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `raw` was opened above and nobody else knows it.
    let socket = unsafe { OwnedFd::from_raw_fd(raw) };
    let (address, length) = raw_address(SocketAddr::new(source, 0));
    // SAFETY: `address` holds an address of `length` bytes and outlives the call.
    let bound = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) };
    if bound != 0 {
        return Err(io::Error::last_os_error());
    }
    let (address, length) = raw_address(peer);
    // SAFETY: as for bind.
    let begun = unsafe { libc::connect(socket.as_raw_fd(), (&raw const address).cast(), length) };
    match begun {
        0 => Ok(socket.into()),
        _ => match io::Error::last_os_error() {
            error if error.raw_os_error() == Some(libc::EINPROGRESS) => Ok(socket.into()),
            error => Err(error),
        },
    }
}

/// Whether this kernel has IPv6 at all; many of old had it as a module, loaded by nobody.
pub fn has_ipv6() -> bool {
    // SAFETY: only numbers are passed.
    let raw = unsafe { libc::socket(libc::AF_INET6, libc::SOCK_DGRAM, 0) };
    if raw == -1 {
        return last() != libc::EAFNOSUPPORT;
    }
    // SAFETY: just made, and nobody else's.
    drop(unsafe { OwnedFd::from_raw_fd(raw) });
    true
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "families of addresses are small numbers"
)]
const fn family(address: SocketAddr) -> libc::sa_family_t {
    match address {
        SocketAddr::V4(_) => libc::AF_INET as libc::sa_family_t,
        SocketAddr::V6(_) => libc::AF_INET6 as libc::sa_family_t,
    }
}

/// The system's form of an address, and its length.
fn raw_address(address: SocketAddr) -> (libc::sockaddr_storage, libc::socklen_t) {
    // SAFETY: all bytes zero are a valid sockaddr_storage.
    let mut storage: libc::sockaddr_storage = unsafe { zeroed() };
    let length = match address {
        SocketAddr::V4(v4) => {
            // SAFETY: sockaddr_storage is large and aligned enough for every kind of address.
            let raw = unsafe { &mut *(&raw mut storage).cast::<libc::sockaddr_in>() };
            raw.sin_family = family(address);
            raw.sin_port = v4.port().to_be();
            raw.sin_addr.s_addr = u32::from_ne_bytes(v4.ip().octets());
            size_of::<libc::sockaddr_in>()
        }
        SocketAddr::V6(v6) => {
            // SAFETY: as above.
            let raw = unsafe { &mut *(&raw mut storage).cast::<libc::sockaddr_in6>() };
            raw.sin6_family = family(address);
            raw.sin6_port = v6.port().to_be();
            raw.sin6_addr.s6_addr = v6.ip().octets();
            raw.sin6_scope_id = v6.scope_id();
            size_of::<libc::sockaddr_in6>()
        }
    };
    let length = libc::socklen_t::try_from(length).unwrap_or(libc::socklen_t::MAX);
    (storage, length)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_peer_sees_the_address_it_comes_from() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = listener.local_addr().unwrap();
        let ours = tcp_from("127.0.0.9".parse().unwrap(), peer).unwrap();
        let (_, seen) = listener.accept().unwrap();
        assert_eq!(seen.ip().to_string(), "127.0.0.9");
        assert_eq!(seen.port(), ours.local_addr().unwrap().port());
    }

    #[test]
    fn a_stranger_s_address_is_refused() {
        let peer = "127.0.0.1:9".parse().unwrap();
        let error = tcp_from("192.0.2.1".parse().unwrap(), peer).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EADDRNOTAVAIL));
        assert!(tcp_from("::1".parse().unwrap(), peer).is_err());
    }
}
