//! POSIX extended regular expressions, by the C library: what is one and what is not, and searches
//! for those that [`crate::pattern`] leaves to a child.
//!
//! Patterns come from the owner of the box, texts from anybody. C strings end at a NUL, texts do
//! not: on both sides NUL is taken for the control character next to it, so that a NUL in a text
//! neither hides what follows nor is lost.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

/// A compiled pattern.
pub struct Regex {
    compiled: libc::regex_t,
}

impl Regex {
    /// Compiles; the error is the C library's text (`Unmatched ( or \(`).
    pub fn compile(pattern: &str) -> Result<Self, String> {
        compile(pattern)
    }

    /// Whether the pattern matches anywhere in `text`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        let text = c_text(text);
        // SAFETY: the pattern is compiled, the text ends in NUL, and no positions are asked for.
        unsafe {
            libc::regexec(
                &raw const self.compiled,
                text.as_ptr(),
                0,
                std::ptr::null_mut(),
                0,
            ) == 0
        }
    }
}

impl Drop for Regex {
    fn drop(&mut self) {
        // SAFETY: compiled once, freed once.
        unsafe { libc::regfree(&raw mut self.compiled) };
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let pattern = c_text(pattern.as_bytes());
    let mut compiled = MaybeUninit::<libc::regex_t>::zeroed();
    let flags = libc::REG_EXTENDED | libc::REG_NOSUB;
    // SAFETY: there is room for the result, and the pattern ends in NUL.
    let failure = unsafe { libc::regcomp(compiled.as_mut_ptr(), pattern.as_ptr(), flags) };
    if failure != 0 {
        return Err(complaint(failure, compiled.as_ptr()));
    }
    // SAFETY: `regcomp` filled it in. It may be moved: its pointers lead to memory of its own.
    let compiled = unsafe { compiled.assume_init() };
    Ok(Regex { compiled })
}

fn complaint(failure: i32, compiled: *const libc::regex_t) -> String {
    let mut text: [c_char; 128] = [0; 128];
    // SAFETY: there is room for the text, which is cut to it and ends in NUL.
    let text = unsafe {
        libc::regerror(failure, compiled, text.as_mut_ptr(), text.len());
        std::ffi::CStr::from_ptr(text.as_ptr())
    };
    text.to_string_lossy().into_owned()
}

fn c_text(bytes: &[u8]) -> CString {
    let bytes: Vec<u8> = bytes.iter().map(|&byte| byte.max(1)).collect();
    CString::new(bytes).expect("no byte is zero")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &[u8]) -> bool {
        Regex::compile(pattern).unwrap().is_match(text)
    }

    #[test]
    fn extended_and_unanchored() {
        assert!(matches("b+|x", b"abbc"));
        assert!(matches("^220 .*ESMTP", b"220 mail ESMTP Postfix"));
        assert!(!matches("^b", b"abc"));
        assert!(matches("", b""));
    }

    #[test]
    fn a_nul_hides_nothing() {
        assert!(matches("end$", b"begin\0end"));
        assert!(matches("begin.end", b"begin\0end"));
        assert!(matches("a\0b", b"a\0b"));
        assert!(!matches("^end", b"begin\0end"));
    }

    #[test]
    fn bytes_that_are_no_text_match() {
        assert!(matches("^a.b$", b"a\xffb"));
        assert!(matches("ü", "Tür zu, Küche".as_bytes()));
    }

    #[test]
    fn wrong_patterns_are_explained_and_their_fault_is_found() {
        for pattern in [
            "a(b",
            "x[abc",
            "[z-a]",
            "[[:number:]]",
            "a{5,2}",
            "end\\",
            "ab)c",
        ] {
            // One C library may take for a letter what another one refuses.
            if let Err(why) = Regex::compile(pattern) {
                assert!(!why.is_empty());
                assert!(crate::pattern::fault(pattern).is_some(), "{pattern}: {why}");
            }
        }
        assert!(Regex::compile("a(b").is_err());
        assert!(Regex::compile("[a").is_err());
    }
}
