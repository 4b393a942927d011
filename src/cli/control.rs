//! Commands that reach the daemon by signal: awaken, reload, quit. The pidfile's lock tells whom.

use std::thread;
use std::time::{Duration, Instant};

use crate::sys::output::say;
use crate::sys::{lock, reap};

use super::{Exit, Outcome};

/// How long `quit` waits for the daemon's end.
const FAREWELL: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The running daemon's number.
pub fn daemon(pidfile: &str) -> Option<i32> {
    lock::holder(pidfile)
}

/// Lets a running daemon check at once (reference F13).
pub fn awaken(pid: i32) -> Outcome {
    if !reap::kill(pid, reap::USER1) {
        return not_ours(pid);
    }
    say(&format!("tend daemon with PID {pid} awakened"));
    Ok(Exit::Fine)
}

/// `reload` (reference F16, F20).
pub fn reload(pidfile: &str) -> Outcome {
    say("Reinitializing tend daemon");
    match daemon(pidfile) {
        None => {
            say("tend daemon is not running");
            Ok(Exit::Fine)
        }
        Some(pid) if reap::kill(pid, reap::HANGUP) => Ok(Exit::Fine),
        Some(pid) => not_ours(pid),
    }
}

/// `quit` (reference F16, F20): waits until the daemon is gone, so that the next start finds no
/// twin.
pub fn quit(pidfile: &str) -> Outcome {
    let Some(pid) = daemon(pidfile) else {
        say("tend daemon is not running");
        return Ok(Exit::Fine);
    };
    if !reap::kill(pid, reap::TERMINATE) {
        return not_ours(pid);
    }
    let asked = Instant::now();
    while daemon(pidfile) == Some(pid) {
        if asked.elapsed() > FAREWELL {
            return Err(format!("tend daemon with pid [{pid}] does not end"));
        }
        thread::sleep(LOOK_EVERY);
    }
    say(&format!("tend daemon with pid [{pid}] killed"));
    Ok(Exit::Fine)
}

fn not_ours(pid: i32) -> Outcome {
    Err(format!(
        "tend daemon with PID {pid} cannot be signalled by this user"
    ))
}
