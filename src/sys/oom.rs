//! Our place in the order in which the kernel kills when memory has run out.
//!
//! Last, or never: whoever starts again what was killed must be there, and nothing would be won by
//! its one megabyte. That is for this process alone. What it starts gets the place that it had
//! itself been given.

use std::ffi::CStr;
use std::fs;
use std::io;
use std::sync::OnceLock;

/// Where a process reads and writes its place, since Linux 2.6.36 and since 2.6.11, and what means
/// never.
const PLACES: [(&CStr, &str); 2] = [
    (c"/proc/self/oom_score_adj", "-1000"),
    (c"/proc/self/oom_adj", "-17"),
];

/// Where our place was changed, and what it was.
static BEFORE: OnceLock<(&CStr, Box<[u8]>)> = OnceLock::new();

/// Asks the kernel never to kill this process for want of memory.
///
/// # Errors
/// What the kernel says: only a privileged process (`CAP_SYS_RESOURCE`) may.
pub fn protect() -> io::Result<()> {
    let mut result = Err(io::ErrorKind::NotFound.into());
    for (place, never) in PLACES {
        result = protect_by(place, never);
        if !matches!(&result, Err(error) if error.kind() == io::ErrorKind::NotFound) {
            break;
        }
    }
    result
}

fn protect_by(place: &'static CStr, never: &str) -> io::Result<()> {
    let path = place.to_string_lossy();
    let before = fs::read(&*path)?;
    fs::write(&*path, never)?;
    let _ = BEFORE.set((place, before.into()));
    Ok(())
}

/// In a child: gives it the place that we had; where that fails it goes on. Async-signal-safe.
pub(super) fn leave_protection() {
    let Some((place, before)) = BEFORE.get() else {
        return;
    };
    // SAFETY: the path ends in NUL, the bytes are there, and the descriptor is our own.
    unsafe {
        let file = libc::open(place.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if file != -1 {
            libc::write(file, before.as_ptr().cast(), before.len());
            libc::close(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::testing::in_child;
    use super::*;

    fn place() -> String {
        let read = fs::read_to_string("/proc/self/oom_score_adj");
        read.unwrap().trim().into()
    }

    #[test]
    fn a_child_has_the_place_that_we_were_given() {
        let report = in_child(|out| {
            // From further up anybody may go down again, to where a process began.
            fs::write("/proc/self/oom_score_adj", "700").unwrap();
            protect_by(PLACES[0].0, "300").unwrap();
            let protected = place();
            let child = in_child(|out| out.write_all(place().as_bytes()).unwrap());
            write!(out, "{protected} {}", String::from_utf8(child).unwrap()).unwrap();
        });
        assert_eq!(String::from_utf8(report).unwrap(), "300 700");
    }

    #[test]
    fn we_are_last_where_we_may_be() {
        let ours = place();
        let report = in_child(|out| {
            let result = protect().map_err(|error| error.kind());
            write!(out, "{result:?} {}", place()).unwrap();
        });
        let report = String::from_utf8(report).unwrap();
        let refused = format!("Err(PermissionDenied) {ours}");
        assert!(
            ["Ok(()) -1000".into(), refused].contains(&report),
            "{report}"
        );
    }
}
