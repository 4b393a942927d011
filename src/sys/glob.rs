//! File names by pattern, for `include`.

use std::ffi::{CStr, CString, c_int};
use std::mem::MaybeUninit;

use super::errno::last;

/// The paths that match, sorted byte by byte; none is not an error.
pub fn glob(pattern: &str) -> Result<Vec<String>, Box<str>> {
    let pattern = CString::new(pattern).map_err(|_| "a NUL in the pattern")?;
    let mut found = MaybeUninit::<libc::glob_t>::zeroed();
    // SAFETY: the pattern ends in NUL and there is room for the result.
    let failure = unsafe { libc::glob(pattern.as_ptr(), 0, None, found.as_mut_ptr()) };
    let errno = last();
    // SAFETY: all-zero is a valid empty result, and `glob` left it so or filled it in.
    let mut found = unsafe { found.assume_init() };
    let result = outcome(failure, errno).and_then(|()| paths(&found));
    // SAFETY: freed once, after the paths were copied.
    unsafe { libc::globfree(&raw mut found) };
    result
}

fn outcome(failure: c_int, errno: c_int) -> Result<(), Box<str>> {
    match failure {
        0 | libc::GLOB_NOMATCH => Ok(()),
        libc::GLOB_NOSPACE => Err("not enough memory".into()),
        _ => Err(super::errno::number_words(errno)),
    }
}

fn paths(found: &libc::glob_t) -> Result<Vec<String>, Box<str>> {
    if found.gl_pathv.is_null() {
        return Ok(Vec::new());
    }
    #[allow(clippy::useless_conversion)] // not a `usize` on every target
    let count = usize::try_from(found.gl_pathc).unwrap_or(0);
    // SAFETY: the result holds that many pointers.
    let pointers = unsafe { std::slice::from_raw_parts(found.gl_pathv, count) };
    let mut paths = Vec::with_capacity(count);
    for &pointer in pointers {
        // SAFETY: each leads to a string that ends in NUL.
        let path = unsafe { CStr::from_ptr(pointer) };
        let path = path.to_str().map_err(|_| "a name that is not UTF-8")?;
        paths.push(path.to_owned());
    }
    paths.sort_unstable();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn matches_are_sorted() {
        let found = glob("/proc/[mc]*info").unwrap();
        let place = |path: &str| found.iter().position(|p| p == path);
        assert!(place("/proc/cpuinfo").unwrap() < place("/proc/meminfo").unwrap());
    }

    #[test]
    fn a_plain_name_is_itself() {
        assert_eq!(glob("/proc/self/stat").unwrap(), ["/proc/self/stat"]);
    }

    #[test]
    fn nothing_is_no_error() {
        assert!(glob("/nowhere/at/all/*").unwrap().is_empty());
        assert!(glob("").unwrap().is_empty());
        assert!(glob("a\0b").is_err());
    }
}
