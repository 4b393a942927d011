//! Where things are when the control file does not say.

use std::env;
use std::path::Path;

use crate::sys;

/// Where a control file is looked for, in this order (reference F8).
pub fn control_files() -> [String; 5] {
    [
        in_home(".monitrc"),
        "/etc/monitrc".to_owned(),
        "/etc/monit/monitrc".to_owned(),
        "/usr/local/etc/monitrc".to_owned(),
        "./monitrc".to_owned(),
    ]
}

/// The pidfile: the system's place for root, a place of one's own for others.
pub fn pidfile() -> String {
    if sys::users::effective_user() != 0 {
        return in_home(".tend.pid");
    }
    let folder = if Path::new("/run").is_dir() {
        "/run"
    } else {
        "/var/run"
    };
    format!("{folder}/tend.pid")
}

/// The state file.
pub fn statefile() -> String {
    in_home(".tend.state")
}

/// The id file.
pub fn idfile() -> String {
    in_home(".tend.id")
}

fn in_home(name: &str) -> String {
    format!("{}/{name}", home().trim_end_matches('/'))
}

/// `$HOME`, or what the user table says: init starts its children without one, or with `/`.
fn home() -> String {
    if let Ok(home) = env::var("HOME") {
        if home.starts_with('/') && home != "/" {
            return home;
        }
    }
    sys::users::account(sys::users::effective_user())
        .and_then(|account| account.home.into_string().ok())
        .unwrap_or_else(|| "/".to_owned())
}
