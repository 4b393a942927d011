//! Giving memory back that only beginning needed.

use std::ffi::c_void;
use std::fs;

/// What is at least this large is handed back to the system as soon as it is free.
#[cfg(target_env = "gnu")]
const LARGE: std::ffi::c_int = 128 * 1024;

/// Has the lists of a cycle over thousands of services handed back as soon as they are free. The
/// GNU library else learns from the first of them to keep such pieces for the next one.
pub fn keep_little() {
    #[cfg(target_env = "gnu")]
    // SAFETY: plain library call; the process has one thread.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}

/// Lets go of what start-up or a reload left resident: free heap, and the pages of code that ran.
///
/// Code pages are clean copies of the program's file: unmapping them loses nothing, and those that
/// are needed again come back one by one from the page cache. Where `/proc` is missing, nothing is
/// done.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: plain library call; the process has one thread.
    unsafe {
        libc::malloc_trim(0);
    }
    let Ok(maps) = fs::read_to_string("/proc/self/maps") else {
        return;
    };
    for (start, length) in maps.lines().filter_map(code) {
        // SAFETY: the range is a whole mapping of a file, readable and executable, never written:
        // its pages are refilled from that file with the same bytes.
        unsafe { libc::madvise(start as *mut c_void, length, libc::MADV_DONTNEED) };
    }
}

/// Start and length of a mapping that holds a file's code.
fn code(line: &str) -> Option<(usize, usize)> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let mode = fields.next()?;
    let file = fields.nth(3)?;
    if mode != "r-xp" || !file.starts_with('/') {
        return None;
    }
    let start = usize::from_str_radix(start, 16).ok()?;
    let end = usize::from_str_radix(end, 16).ok()?;
    Some((start, end.checked_sub(start)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_files_is_let_go() {
        let code_of = |mode: &str, file: &str| {
            code(&format!("1000-3000 {mode} 00001000 fe:00 77     {file}"))
        };
        assert_eq!(code_of("r-xp", "/usr/sbin/tend"), Some((0x1000, 0x2000)));
        assert_eq!(code_of("r--p", "/usr/sbin/tend"), None);
        assert_eq!(code_of("rwxp", "/usr/sbin/tend"), None);
        assert_eq!(code_of("r-xp", "[vdso]"), None);
        assert_eq!(code_of("r-xp", ""), None);
        assert_eq!(code(""), None);
    }

    #[test]
    fn the_program_goes_on() {
        give_back();
        assert_eq!([3, 1, 2].iter().max(), Some(&3));
    }
}
