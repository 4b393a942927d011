//! The system's password hashes.

use std::ffi::{CStr, CString, c_char};

#[cfg_attr(target_env = "gnu", link(name = "crypt"))]
unsafe extern "C" {
    /// Answers in a buffer of its own that the next call overwrites.
    fn crypt(password: *const c_char, setting: *const c_char) -> *const c_char;
}

/// The hash of `password` by the method and salt of `setting`, which may be a whole hash: they are
/// equal if the password is right. `None` where the C library does not know the method.
pub fn hash(password: &str, setting: &str) -> Option<String> {
    let password = CString::new(password).ok()?;
    let setting = CString::new(setting).ok()?;
    // SAFETY: both strings end in NUL. The answer is copied before anybody can call again: the
    // process has one thread.
    let answer = unsafe { crypt(password.as_ptr(), setting.as_ptr()) };
    if answer.is_null() {
        return None;
    }
    // SAFETY: not null, so it is a string that ends in NUL.
    let hash = unsafe { CStr::from_ptr(answer) }.to_str().ok()?;
    // A failure may also be told by a text no hash begins with (crypt(5)), or, by musl, as a hash
    // of the oldest method.
    let told = !hash.starts_with('*') && hash.starts_with(method(setting.to_str().ok()?));
    (told && !hash.is_empty()).then(|| hash.to_owned())
}

/// The `$5$` a setting begins with; nothing in the oldest method's.
fn method(setting: &str) -> &str {
    let end = setting.strip_prefix('$').and_then(|rest| rest.find('$'));
    end.map_or("", |end| &setting[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::hash;

    /// One test, because the C library answers in one buffer and tests run side by side.
    #[test]
    fn passwords_right_and_wrong() {
        let sha256 = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
        assert_eq!(hash("Hello world!", sha256).as_deref(), Some(sha256));
        assert_ne!(hash("hello world!", sha256).as_deref(), Some(sha256));
        assert_eq!(hash("x", "$nosuchmethod$salt"), None);
        assert_eq!(hash("a\0b", sha256), None);
        assert_eq!(hash("x", "*0"), None);
    }
}
