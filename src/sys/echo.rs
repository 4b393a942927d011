//! Sockets for echo requests, which `std` does not make.
//!
//! Since Linux 3.0 (IPv6: 3.11) whoever belongs to a group of `net.ipv4.ping_group_range` may ping
//! through a datagram socket, to which the kernel hands the replies to its own requests and nothing
//! else. The older way, a raw socket, is root's and gets the replies of the whole machine.

use std::ffi::{c_int, c_long, c_ulong, c_void};
use std::io;
use std::mem::size_of_val;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use super::clock;
use super::descriptors::{close_on_exec, set_nonblocking};
use super::errno::{check, is_shortage};

/// A socket that sends and receives ICMP, bound to an address of ours; it never waits.
#[derive(Debug)]
pub struct EchoSocket {
    /// What is sent is an ICMP packet, not a datagram of UDP; the type is `std`'s for any socket
    /// that sends and receives packets from and to addresses.
    pub socket: UdpSocket,
    /// Raw: replies of others arrive too, those of IPv4 with their IP header.
    pub is_raw: bool,
}

/// Why there is no socket.
#[derive(Debug)]
pub enum EchoError {
    /// Neither kind is allowed to us.
    Forbidden,
    /// The source address is not ours.
    Unbound(io::Error),
    /// Anything else: no IPv6, no descriptor.
    Failed(io::Error),
}

/// Opens one that sends from `source`, whose port is 0; an unspecified address leaves the choice to
/// the kernel, but not that of the family.
///
/// # Errors
/// [`EchoError`] says what is in the way.
pub fn open(source: SocketAddr) -> Result<EchoSocket, EchoError> {
    open_as(libc::SOCK_DGRAM, source).or_else(|first| match first {
        // The other kind would not fare better, and must not be what is told.
        EchoError::Failed(ref error) if is_shortage(error) => Err(first),
        // Without permission, or of a kernel that knows no such sockets.
        EchoError::Forbidden | EchoError::Failed(_) => open_as(libc::SOCK_RAW, source),
        EchoError::Unbound(_) => Err(first),
    })
}

fn open_as(kind: c_int, source: SocketAddr) -> Result<EchoSocket, EchoError> {
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::PermissionDenied {
            EchoError::Forbidden
        } else {
            EchoError::Failed(error)
        }
    };
    let is_raw = kind == libc::SOCK_RAW;
    let (family, protocol) = match source {
        SocketAddr::V4(_) => (libc::AF_INET, libc::IPPROTO_ICMP),
        SocketAddr::V6(_) => (libc::AF_INET6, libc::IPPROTO_ICMPV6),
    };
    // SAFETY: only numbers are passed.
    let raw = check(unsafe { libc::socket(family, kind, protocol) }).map_err(failed)?;
    close_on_exec(raw);
    // SAFETY: it was just made and belongs to nobody else.
    let socket = unsafe { OwnedFd::from_raw_fd(raw) };
    set_nonblocking(&socket).map_err(failed)?;
    if is_raw {
        filter(&socket, source);
    }
    // The first question turns the kernel's notes on; there is no packet yet to tell about.
    let _ = arrival(&socket);
    // A datagram socket takes its identity when it is bound.
    bind(&socket, source).map_err(EchoError::Unbound)?;
    let socket = UdpSocket::from(socket);
    Ok(EchoSocket { socket, is_raw })
}

/// How long ago the packet that was read last from `socket` came in; none where the kernel does not
/// tell. What the loop did meanwhile is no part of a response time. The kernel begins to take notes
/// a moment after the socket was opened; of a packet before that it says that it came in just now.
pub fn waited(socket: &impl AsFd) -> Option<Duration> {
    since(arrival(socket)?, clock::unix_microseconds())
}

/// Microseconds until a count of seconds in 32 bits begins anew.
const TURN: i64 = (1 << 32) * 1_000_000;

/// How long before `now` something was, both in microseconds since 1970; none where it lies ahead.
/// On 32-bit machines the kernel tells `then` without what does not fit, from 2038 on.
fn since(then: i64, now: i64) -> Option<Duration> {
    let passed = (now - then).rem_euclid(TURN);
    let passed = u64::try_from(passed).ok().filter(|_| passed < TURN / 2);
    passed.map(Duration::from_micros)
}

/// `SIOCGSTAMP` of `asm/sockios.h`, the same on all of Linux.
const SIOCGSTAMP: c_ulong = 0x8906;

/// When that packet came in, by the clock that people set: microseconds since 1970.
#[allow(clippy::useless_conversion)] // it is one on 64-bit machines only
fn arrival(socket: &impl AsFd) -> Option<i64> {
    let mut time: [c_long; 2] = [0; 2];
    let raw = socket.as_fd().as_raw_fd();
    // SAFETY: there is room for the answer: seconds and microseconds.
    check(unsafe { libc::ioctl(raw, SIOCGSTAMP as _, time.as_mut_ptr()) }).ok()?;
    let [seconds, microseconds] = time.map(i64::from);
    Some(seconds * 1_000_000 + microseconds)
}

/// `ICMP_FILTER` of `linux/icmp.h`, an option of level `SOL_RAW`.
const ICMP_FILTER: c_int = 1;
/// `SOL_RAW` of `linux/socket.h`.
const SOL_RAW: c_int = 255;
/// `ICMPV6_FILTER` of `linux/icmpv6.h`.
const ICMPV6_FILTER: c_int = 1;

/// Keeps all but echo replies from a raw socket: a bit that is set stands for a type that is
/// dropped. Without it more would be read in vain, so a failure is none of ours.
fn filter(socket: &OwnedFd, family: SocketAddr) {
    const ALL: u32 = u32::MAX;
    match family {
        SocketAddr::V4(_) => set(socket, SOL_RAW, ICMP_FILTER, &(ALL & !1)),
        SocketAddr::V6(_) => {
            let mut types = [ALL; 8];
            types[129 / 32] &= !(1 << (129 % 32));
            set(socket, libc::IPPROTO_ICMPV6, ICMPV6_FILTER, &types);
        }
    }
}

fn set<T>(socket: &OwnedFd, level: c_int, option: c_int, value: &T) {
    let length = length_of(value);
    let value: *const T = value;
    // SAFETY: the value is readable for the length given; the kernel copies it.
    unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            value.cast::<c_void>(),
            length,
        )
    };
}

fn bind(socket: &OwnedFd, source: SocketAddr) -> io::Result<()> {
    let raw = socket.as_raw_fd();
    match source {
        SocketAddr::V4(source) => {
            let address = libc::sockaddr_in {
                sin_family: family_number(libc::AF_INET),
                sin_port: 0,
                sin_addr: in_addr(*source.ip()),
                sin_zero: [0; 8],
            };
            let pointer: *const libc::sockaddr_in = &raw const address;
            // SAFETY: the address is readable for the length given.
            check(unsafe { libc::bind(raw, pointer.cast(), length_of(&address)) })?;
        }
        SocketAddr::V6(source) => {
            let address = libc::sockaddr_in6 {
                sin6_family: family_number(libc::AF_INET6),
                sin6_port: 0,
                sin6_flowinfo: 0,
                sin6_addr: in6_addr(*source.ip()),
                sin6_scope_id: source.scope_id(),
            };
            let pointer: *const libc::sockaddr_in6 = &raw const address;
            // SAFETY: as above.
            check(unsafe { libc::bind(raw, pointer.cast(), length_of(&address)) })?;
        }
    }
    Ok(())
}

fn length_of<T>(value: &T) -> libc::socklen_t {
    libc::socklen_t::try_from(size_of_val(value)).expect("a few bytes")
}

fn family_number(family: c_int) -> libc::sa_family_t {
    libc::sa_family_t::try_from(family).expect("a small number")
}

fn in_addr(address: Ipv4Addr) -> libc::in_addr {
    libc::in_addr {
        s_addr: u32::from_ne_bytes(address.octets()),
    }
}

fn in6_addr(address: Ipv6Addr) -> libc::in6_addr {
    libc::in6_addr {
        s6_addr: address.octets(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::testing::in_child;
    use super::*;

    /// The next packet that `socket` receives.
    fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
        let begin = Instant::now();
        let mut packet = [0; 2048];
        loop {
            match socket.recv_from(&mut packet) {
                Ok((length, from)) => return (packet[..length].to_vec(), from),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    assert!(begin.elapsed() < Duration::from_secs(60), "no reply");
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// An echo request without payload.
    const fn request(kind: u8, sum: [u8; 2], identity: [u8; 2]) -> [u8; 8] {
        [kind, 0, sum[0], sum[1], identity[0], identity[1], 0, 1]
    }

    #[test]
    fn the_loopback_answers_over_every_kind_of_socket() {
        for kind in [libc::SOCK_RAW, libc::SOCK_DGRAM] {
            for (source, request) in [
                ("127.0.0.1:0", request(8, [0xe5, 0xca], [0x12, 0x34])),
                ("[::1]:0", request(128, [0, 0], [0x12, 0x34])),
            ] {
                let source: SocketAddr = source.parse().unwrap();
                let Ok(EchoSocket { socket, is_raw }) = open_as(kind, source) else {
                    continue; // not allowed here, or no IPv6
                };
                assert_eq!(is_raw, kind == libc::SOCK_RAW);
                socket.send_to(&request, source).unwrap();
                let header = if is_raw && source.is_ipv4() { 20 } else { 0 };
                let expected = if source.is_ipv4() { 0 } else { 129 };
                let is_it = |reply: &[u8], from: SocketAddr| {
                    reply[header] == expected && from.ip() == source.ip()
                };
                let (mut reply, mut from) = receive(&socket);
                // A raw socket also has what others are sent and, before it had its filter, what
                // they have asked.
                while is_raw && !is_it(&reply, from) {
                    (reply, from) = receive(&socket);
                }
                assert!(is_it(&reply, from), "{kind} {source}: {reply:?} {from}");
                if !is_raw {
                    let identity = u16::from_be_bytes([reply[4], reply[5]]);
                    assert_eq!(identity, socket.local_addr().unwrap().port());
                }
            }
        }
    }

    #[test]
    fn the_kernel_notes_when_a_reply_came_in() {
        let here: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let Ok(EchoSocket { socket, .. }) = open(here) else {
            return; // not allowed here
        };
        let (begin, pause) = (Instant::now(), Duration::from_millis(20));
        loop {
            let sent = Instant::now();
            let request = request(8, [0xe5, 0xca], [0x12, 0x34]);
            socket.send_to(&request, here).unwrap();
            std::thread::sleep(pause);
            receive(&socket);
            // A raw socket also has what others were sent.
            while socket.recv_from(&mut [0; 64]).is_ok() {}
            let waited = waited(&socket).unwrap_or_default();
            if (pause / 2..=sent.elapsed()).contains(&waited) {
                return;
            }
            // It begins to take notes a moment after it was asked to.
            assert!(begin.elapsed() < Duration::from_secs(60), "{waited:?}");
        }
    }

    #[test]
    fn a_32_bit_note_of_the_time_counts_beyond_2038() {
        let micros = |seconds: i64| seconds * 1_000_000;
        let (then, now) = (micros(2_540_246_400), micros(2_540_246_401));
        let cut = then - TURN;
        assert_eq!(since(then, now), Some(Duration::from_secs(1)));
        assert_eq!(since(cut, now), Some(Duration::from_secs(1)));
        assert_eq!(since(now, then), None);
    }

    #[test]
    fn a_source_address_that_is_not_ours() {
        let source = "192.0.2.77:0".parse().unwrap();
        match open(source) {
            Err(EchoError::Unbound(error)) => {
                assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
            }
            Err(EchoError::Forbidden) => {} // tests of an ordinary user
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_permission_there_is_no_socket() {
        let said = in_child(|out| {
            // SAFETY: only numbers are passed; the child gives up what it may do.
            let gone = unsafe {
                libc::unshare(libc::CLONE_NEWNET) == 0
                    && libc::setgid(65534) == 0
                    && libc::setuid(65534) == 0
            };
            // A fresh network name space lets no group ping.
            let word = match open("127.0.0.1:0".parse().unwrap()) {
                _ if !gone => "not root",
                Err(EchoError::Forbidden) => "forbidden",
                Err(EchoError::Unbound(_) | EchoError::Failed(_)) => "failed",
                Ok(_) => "allowed",
            };
            out.write_all(word.as_bytes()).unwrap();
        });
        let said = String::from_utf8(said).unwrap();
        assert!(said == "forbidden" || said == "not root", "{said}");
    }
}
