//! What the black-box tests stand on: a folder of their own, the built program in it, daemons for
//! it to watch and peers for it to talk to.
//!
//! Nothing here measures time. [`eventually`] asks until the answer is yes, and its limit is only
//! there so that a broken program ends a test at all. Every process started below a [`Sandbox`]
//! carries its folder's name in the environment; that is how each is found again and ended by its
//! own id, and no other.

pub(crate) mod daemon;
pub(crate) mod http;
pub(crate) mod kernel;
pub(crate) mod mounts;
pub(crate) mod namespace;
pub(crate) mod network;
pub(crate) mod peer;
pub(crate) mod process;
pub(crate) mod sandbox;
pub(crate) mod smtp;
#[cfg_attr(not(feature = "tls"), path = "without_tls.rs")]
pub(crate) mod tls;

use std::time::{Duration, Instant};

pub(crate) use sandbox::{Outcome, Sandbox};

/// How long a condition may take to come true: no measure of speed, only the end of patience.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until `condition` holds.
///
/// # Panics
/// When patience ends, with `what` and the place of the call.
#[track_caller]
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "never came true: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether this test may go on: some need root. One that may not says so, and `contrib/test`
/// lists them all by the calls of this function.
pub(crate) fn is_root(test: &str) -> bool {
    let root = process::user() == 0;
    if !root {
        eprintln!("needs root, not run: {test}");
    }
    root
}

/// Says that a test cannot be run here, and why.
///
/// # Panics
/// On a build server, as root: there it can be had, and what was not run has failed, as among the
/// steps of `contrib/test`.
#[track_caller]
pub(crate) fn not_run(test: &str, why: &str) {
    eprintln!("{why}, not run: {test}");
    let must_run = std::env::var_os("CI").is_some() && process::user() == 0;
    assert!(!must_run, "{test} was not run: {why}");
}
