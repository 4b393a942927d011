//! Network interfaces, asked of the system where no file tells.

use std::ffi::CStr;
use std::io;
use std::mem::{MaybeUninit, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;

use super::errno::check;

/// Whether traffic can flow over an interface: it is set up and has a carrier.
pub fn is_running(name: &str) -> io::Result<bool> {
    // SAFETY: an address of zeros is one.
    let mut request: libc::ifreq = unsafe { zeroed() };
    let fits = name.len() < request.ifr_name.len();
    if !fits || name.is_empty() || name.contains('\0') {
        return Err(io::Error::from_raw_os_error(libc::ENODEV));
    }
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = libc::c_char::from_ne_bytes([from]);
    }
    // Any socket will do; this one needs no network.
    let socket = UnixDatagram::unbound()?;
    let ask = libc::SIOCGIFFLAGS;
    // SAFETY: the request is whole and its name ends in NUL.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), ask as _, &raw mut request) })?;
    // SAFETY: the call has filled in the flags.
    let flags = i32::from(unsafe { request.ifr_ifru.ifru_flags });
    let needed = libc::IFF_UP | libc::IFF_RUNNING;
    Ok(flags & needed == needed)
}

/// The interface that has an address.
pub fn owner_of(address: IpAddr) -> io::Result<Option<String>> {
    let mut first = MaybeUninit::<*mut libc::ifaddrs>::uninit();
    // SAFETY: there is room for the list's address.
    check(unsafe { libc::getifaddrs(first.as_mut_ptr()) })?;
    // SAFETY: the call succeeded.
    let first = unsafe { first.assume_init() };
    let mut next = first.cast_const();
    let mut owner = None;
    // SAFETY: the list's entries live until it is freed below.
    while let Some(entry) = unsafe { next.as_ref() } {
        // SAFETY: the address is none or a whole one of its family.
        if unsafe { ip_address(entry.ifa_addr) } == Some(address) {
            // SAFETY: the library gives a string that ends in NUL.
            let name = unsafe { CStr::from_ptr(entry.ifa_name) }.to_string_lossy();
            // An alias has a name like `eth0:1`; what carries it is `eth0`.
            owner = name.split(':').next().map(str::to_owned);
            break;
        }
        next = entry.ifa_next;
    }
    // SAFETY: the list is the library's and nothing of it is kept.
    unsafe { libc::freeifaddrs(first) };
    Ok(owner)
}

/// # Safety
/// `address` is null or points to a whole address of the family it names.
unsafe fn ip_address(address: *const libc::sockaddr) -> Option<IpAddr> {
    // SAFETY: as the caller promises.
    let family = i32::from(unsafe { address.as_ref() }?.sa_family);
    match family {
        libc::AF_INET => {
            // SAFETY: the family says what it is.
            let v4 = unsafe { address.cast::<libc::sockaddr_in>().read_unaligned() };
            Some(Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: the family says what it is.
            let v6 = unsafe { address.cast::<libc::sockaddr_in6>().read_unaligned() };
            Some(Ipv6Addr::from(v6.sin6_addr.s6_addr).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_there_and_has_its_address() {
        let running = is_running("lo").unwrap();
        let owner = owner_of(Ipv4Addr::LOCALHOST.into()).unwrap();
        // A network namespace may be without; then it has no address either.
        assert_eq!(running, owner.as_deref() == Some("lo"));
    }

    #[test]
    fn nobody_by_these_names() {
        for name in ["nosuch0", "", "a\0b", "longer than the kernel lets it be"] {
            let error = is_running(name).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::ENODEV), "{name}");
        }
        let nobody = Ipv4Addr::new(192, 0, 2, 77);
        assert_eq!(owner_of(nobody.into()).unwrap(), None);
    }
}
