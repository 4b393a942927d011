//! What every box has and this one may lack: said once, and again when it is back.

use std::fs;

/// What is looked for, and what goes without it.
const WANTED: [(&str, &str); 2] = [
    (
        "/proc/self",
        "nothing is known of processes, mounts and the machine's load",
    ),
    ("/dev/null", "programs have an empty pipe in its place"),
];

/// What was said.
#[derive(Default)]
pub(super) struct Missing([bool; WANTED.len()]);

impl Missing {
    /// Looks, and tells what has changed. None of it lies on a disk.
    pub(super) fn look(&mut self) {
        for ((path, consequence), told) in WANTED.iter().zip(&mut self.0) {
            let missing = fs::metadata(path).is_err();
            match (missing, std::mem::replace(told, missing)) {
                (true, false) => log::error!("There is no {path} here: {consequence}"),
                (false, true) => log::info!("There is a {path} again"),
                (true, true) | (false, false) => {}
            }
        }
    }
}
