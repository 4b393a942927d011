//! The machine's own name.

use std::ffi::CStr;
use std::mem::MaybeUninit;

/// The host name as the kernel knows it. No look-up is made: a fully qualified name is only given
/// where the administrator set one.
pub fn hostname() -> String {
    let mut names = MaybeUninit::<libc::utsname>::uninit();
    // SAFETY: there is room for the answer.
    if unsafe { libc::uname(names.as_mut_ptr()) } == -1 {
        return "localhost".to_owned();
    }
    // SAFETY: `uname` filled it in, and each of its strings ends in NUL.
    let names = unsafe { names.assume_init() };
    // SAFETY: as above.
    let node = unsafe { CStr::from_ptr(names.nodename.as_ptr()) };
    match node.to_string_lossy() {
        name if name.is_empty() => "localhost".to_owned(),
        name => name.into_owned(),
    }
}
