//! Return values of C functions as results, and error numbers in words.

use std::ffi::{CStr, c_char, c_int};
use std::io;

/// `-1` is the error in `errno`.
pub(super) fn check(value: c_int) -> io::Result<c_int> {
    if value == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(value)
    }
}

/// Calls again for as long as a signal interrupts.
pub(super) fn retry(mut call: impl FnMut() -> c_int) -> io::Result<c_int> {
    loop {
        match check(call()) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// The error number of the last failed call. Async-signal-safe.
pub(super) fn last() -> c_int {
    // SAFETY: the C library gives every thread a valid place for its error number.
    unsafe { *libc::__errno_location() }
}

/// The system's words for an error, without the ` (os error 2)` the standard library appends.
pub fn words(error: &io::Error) -> Box<str> {
    match error.raw_os_error() {
        Some(number) => number_words(number),
        None => error.to_string().into(),
    }
}

/// The system's words for an error number: `No such file or directory`.
pub fn number_words(number: i32) -> Box<str> {
    let mut buffer: [c_char; 128] = [0; 128];
    // SAFETY: the buffer is writable for the length given, and stays one byte short of its end, so
    // that it ends in a NUL also where the C library cuts without one.
    let failed = unsafe { libc::strerror_r(number, buffer.as_mut_ptr(), buffer.len() - 1) };
    if failed != 0 {
        return format!("error {number}").into();
    }
    // SAFETY: the last byte is NUL.
    let text = unsafe { CStr::from_ptr(buffer.as_ptr()) };
    text.to_string_lossy().into()
}

/// True where the machine is short of descriptors, processes or memory: a later try may work.
pub fn is_shortage(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(is_shortage_number)
}

pub(super) const fn is_shortage_number(number: c_int) -> bool {
    matches!(
        number,
        libc::EAGAIN | libc::ENOMEM | libc::ENOBUFS | libc::EMFILE | libc::ENFILE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_in_words() {
        assert_eq!(&*number_words(libc::ENOENT), "No such file or directory");
        let error = io::Error::from_raw_os_error(libc::EACCES);
        assert_eq!(&*words(&error), "Permission denied");
        assert_eq!(&*words(&io::Error::other("odd")), "odd");
    }

    #[test]
    fn interrupted_calls_are_repeated() {
        let mut calls = 0;
        let result = retry(|| {
            calls += 1;
            // SAFETY: as in `last`.
            unsafe { *libc::__errno_location() = libc::EINTR };
            if calls < 3 { -1 } else { 7 }
        });
        assert_eq!((result.unwrap(), calls), (7, 3));
    }
}
