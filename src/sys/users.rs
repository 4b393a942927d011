//! The user and group tables.
//!
//! Look-ups go through the C library, so whatever the box's name service says holds. They may read
//! files and, on boxes with a network directory, wait for it: ask while a control file is being
//! read, or in a child, never in the loop.

use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;

/// An entry of the user table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub uid: u32,
    /// Its own group.
    pub gid: u32,
    /// Its home directory.
    pub home: OsString,
}

/// The number of the user called `name`.
pub fn user_id(name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    // SAFETY: the name ends in NUL; the other pointers come from `look_up`.
    let ask = |entry: *mut libc::passwd, buffer, length, found| unsafe {
        libc::getpwnam_r(name.as_ptr(), entry, buffer, length, found)
    };
    look_up(ask, |entry| entry.pw_uid)
}

/// The number of the group called `name`.
pub fn group_id(name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    // SAFETY: as in `user_id`.
    let ask = |entry: *mut libc::group, buffer, length, found| unsafe {
        libc::getgrnam_r(name.as_ptr(), entry, buffer, length, found)
    };
    look_up(ask, |entry| entry.gr_gid)
}

/// The user with this number.
pub fn account(uid: u32) -> Option<Account> {
    // SAFETY: as in `user_id`.
    let ask = |entry: *mut libc::passwd, buffer, length, found| unsafe {
        libc::getpwuid_r(uid, entry, buffer, length, found)
    };
    look_up(ask, |entry| Account {
        uid: entry.pw_uid,
        gid: entry.pw_gid,
        home: text(entry.pw_dir),
    })
}

/// Who we are, for permissions.
pub fn effective_user() -> u32 {
    // SAFETY: cannot fail.
    unsafe { libc::geteuid() }
}

/// The longest entry asked for; a group of ten thousand members has less.
const ENTRY_LIMIT: usize = 1 << 20;

/// Calls one of the `get…_r` functions with a growing buffer and takes what is wanted out of the
/// entry before the buffer goes.
fn look_up<E, T>(
    ask: impl Fn(*mut E, *mut c_char, usize, *mut *mut E) -> c_int,
    take: impl Fn(&E) -> T,
) -> Option<T> {
    let mut length = 1024;
    while length <= ENTRY_LIMIT {
        let mut buffer: Vec<c_char> = vec![0; length];
        let mut entry = std::mem::MaybeUninit::<E>::uninit();
        let mut found: *mut E = std::ptr::null_mut();
        let failure = ask(
            entry.as_mut_ptr(),
            buffer.as_mut_ptr(),
            length,
            &raw mut found,
        );
        match failure {
            0 if found.is_null() => return None,
            // SAFETY: on success `found` points to `entry`, whose pointers lead into `buffer`; both
            // are alive.
            0 => return Some(take(unsafe { &*found })),
            libc::ERANGE => length *= 4,
            libc::EINTR => {}
            _ => return None,
        }
    }
    None
}

fn text(pointer: *const c_char) -> OsString {
    if pointer.is_null() {
        return OsString::from("/");
    }
    // SAFETY: the C library gives a string that ends in NUL.
    let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_everywhere() {
        assert_eq!(user_id("root"), Some(0));
        assert_eq!(group_id("root"), Some(0));
        let root = account(0).unwrap();
        assert_eq!((root.uid, root.gid), (0, 0));
        assert!(!root.home.is_empty());
    }

    #[test]
    fn nobody_by_these_names() {
        assert_eq!(user_id("no such user"), None);
        assert_eq!(user_id("ro\0ot"), None);
        assert_eq!(group_id(""), None);
        assert_eq!(account(4_000_000_001), None);
    }
}
