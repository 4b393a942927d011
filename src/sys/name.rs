//! The machine's own name, and what kind of machine it is.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

/// What uname(2) tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "uname(2)'s own words")]
pub struct System {
    pub name: Box<str>,
    pub node: Box<str>,
    pub release: Box<str>,
    pub version: Box<str>,
    pub machine: Box<str>,
}

/// Asks the kernel; all is empty where it does not tell.
pub fn system() -> System {
    let mut names = MaybeUninit::<libc::utsname>::uninit();
    // SAFETY: there is room for the answer.
    if unsafe { libc::uname(names.as_mut_ptr()) } == -1 {
        return System::default();
    }
    // SAFETY: `uname` filled it in.
    let names = unsafe { names.assume_init() };
    System {
        name: text(&names.sysname),
        node: text(&names.nodename),
        release: text(&names.release),
        version: text(&names.version),
        machine: text(&names.machine),
    }
}

/// The host name as the kernel knows it. No look-up is made: a fully qualified name is only given
/// where the administrator set one.
pub fn hostname() -> String {
    match system().node {
        name if name.is_empty() => "localhost".to_owned(),
        name => name.into_string(),
    }
}

fn text(field: &[c_char]) -> Box<str> {
    // SAFETY: the kernel ends each of its strings in NUL within its field.
    let text = unsafe { CStr::from_ptr(field.as_ptr()) };
    text.to_string_lossy().into()
}
