//! The system's password hashes.

use std::ffi::{CStr, CString, c_char};

/// `char *crypt(const char *password, const char *setting)`: answers in a buffer of its own that
/// the next call overwrites.
type Crypt = unsafe extern "C" fn(*const c_char, *const c_char) -> *const c_char;

/// The hash of `password` by the method and salt of `setting`, which may be a whole hash: they are
/// equal if the password is right. `None` where the C library does not know the method.
pub fn hash(password: &str, setting: &str) -> Option<String> {
    let crypt = library()?;
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

/// musl's own.
#[cfg(not(target_env = "gnu"))]
fn library() -> Option<Crypt> {
    unsafe extern "C" {
        fn crypt(password: *const c_char, setting: *const c_char) -> *const c_char;
    }
    Some(crypt)
}

/// glibc has it in a library of its own, which is loaded once a hash is asked for: most control
/// files hold none, and it would cost them 80 KiB.
#[cfg(target_env = "gnu")]
fn library() -> Option<Crypt> {
    let names = [c"libcrypt.so.1", c"libcrypt.so.2"];
    // SAFETY: the names end in NUL; loading it again gives the same handle.
    let load = |name: &CStr| unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
    let handle = names.into_iter().map(load).find(|h| !h.is_null())?;
    // SAFETY: the handle is good and never closed; the name ends in NUL.
    let symbol = unsafe { libc::dlsym(handle, c"crypt".as_ptr()) };
    // SAFETY: crypt(3) has this type in both versions of the library.
    (!symbol.is_null()).then(|| unsafe { std::mem::transmute::<*mut libc::c_void, Crypt>(symbol) })
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
