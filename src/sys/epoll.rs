//! `epoll` on kernels that have its first version only.
//!
//! The event loop (mio) asks for `epoll_create1`, which is of 2.6.27, and the musl library has no
//! older way beside it: before that kernel there would be no loop at all. It also asks for every
//! wait by `epoll_pwait` (2.6.19) first, which would be refused each time. So these three functions
//! stand in the program in the place of musl's, and the linker takes them: one binary, one code
//! path, decided by what the kernel answers. Other C libraries keep their own, and so do machines
//! whose first Linux was younger than all of this.

use std::ffi::{c_int, c_long, c_void};

use super::descriptors::close_on_exec;
use super::errno::last;

/// `epoll_create1(2)`, else `epoll_create(2)`.
#[unsafe(no_mangle)]
extern "C" fn epoll_create1(flags: c_int) -> c_int {
    // SAFETY: only a number is passed.
    let made = number(unsafe { libc::syscall(libc::SYS_epoll_create1, flags) });
    if made != -1 || last() != libc::ENOSYS {
        return made;
    }
    // SAFETY: as above; the size is a hint, and has to be more than zero.
    let made = number(unsafe { libc::syscall(libc::SYS_epoll_create, 64) });
    if made != -1 && flags & libc::EPOLL_CLOEXEC != 0 {
        close_on_exec(made);
    }
    made
}

/// `epoll_ctl(2)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn epoll_ctl(
    epoll: c_int,
    operation: c_int,
    descriptor: c_int,
    event: *mut c_void,
) -> c_int {
    // SAFETY: the caller's promises are those of this very call.
    number(unsafe { libc::syscall(libc::SYS_epoll_ctl, epoll, operation, descriptor, event) })
}

/// `epoll_wait(2)`.
#[unsafe(no_mangle)]
unsafe extern "C" fn epoll_wait(
    epoll: c_int,
    events: *mut c_void,
    room: c_int,
    timeout_ms: c_int,
) -> c_int {
    // SAFETY: as above.
    number(unsafe { libc::syscall(libc::SYS_epoll_wait, epoll, events, room, timeout_ms) })
}

/// What a call answers that answers with a C `int`.
fn number(answer: c_long) -> c_int {
    c_int::try_from(answer).unwrap_or(-1)
}
