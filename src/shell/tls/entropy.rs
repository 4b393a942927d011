//! Beginning with cryptography: not before the kernel has gathered randomness for keys.

use std::sync::atomic::{AtomicBool, Ordering};

use super::provider::provider;
use crate::sys::random;
use crate::sys::task::is_task;

/// What whoever needs TLS is told until then.
pub(super) const LACKING: &str =
    "TLS waits until the kernel has gathered randomness (/dev/random cannot be read yet)";

/// Whether TLS may begin, asked before any key is made or used. Once it may, it may for good: the
/// library that draws waits for the kernel at its first draw only, and that is made here, in the
/// same instant.
///
/// A task cannot where that library draws from `/dev/urandom`: the descriptor it remembers is
/// closed there, or another's.
pub fn is_ready() -> bool {
    static READY: AtomicBool = AtomicBool::new(false);
    if is_task() && !random::is_a_call() {
        return false;
    }
    if READY.load(Ordering::Relaxed) {
        return true;
    }
    let ready = random::is_gathered();
    if ready {
        // A failure is not about waiting; it comes again, with words, where keys are made.
        let _ = provider().secure_random.fill(&mut [0]);
        READY.store(true, Ordering::Relaxed);
    }
    ready
}

/// [`is_ready`] as a result.
pub(super) fn ready() -> Result<(), Box<str>> {
    is_ready().then_some(()).ok_or_else(|| LACKING.into())
}
