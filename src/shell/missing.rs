//! What a run needs around it and may lack: said once, and again when it is back; what is our own
//! is made again.

use std::fs;

use super::{Shell, clock};

/// What is looked for, what is said where it is not there, and what when it is back.
const WANTED: [(&str, &str, &str); 3] = [
    (
        "/dev/null",
        "There is no /dev/null here: programs have an empty pipe in its place",
        "There is a /dev/null again",
    ),
    (
        PROCESSES,
        "There is no /proc/self here: nothing is known of processes, mounts and the machine's load",
        "There is a /proc/self again",
    ),
    (
        "/proc/1/stat",
        "Processes of other users are hidden here: `matching` finds only those of our own",
        "Processes of other users can be seen again",
    ),
];

const PROCESSES: &str = "/proc/self";

impl Shell {
    /// Before services are looked at: says what is missing, and makes the files again by which
    /// this run is found, where somebody has cleared them away.
    pub(super) fn look_around(&mut self) {
        let now = clock::moment();
        self.missing.look();
        if let Some(pidfile) = &mut self.pidfile {
            pidfile.renew(now);
        }
        self.server.renew(now);
    }
}

/// What was said.
#[derive(Default)]
pub(super) struct Missing([bool; WANTED.len()]);

impl Missing {
    /// Looks, and tells what has changed. None of it lies on a disk.
    fn look(&mut self) {
        for ((path, gone, back), told) in WANTED.iter().zip(&mut self.0) {
            let missing = fs::metadata(path).is_err();
            match (missing, std::mem::replace(told, missing)) {
                (true, false) => log::error!("{gone}"),
                (false, true) => log::info!("{back}"),
                (true, true) | (false, false) => {}
            }
            if missing && *path == PROCESSES {
                break; // who sees nobody need not be told who else is hidden
            }
        }
    }
}
