//! A piece of the machine of a test's own: other mounts, another network.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use super::{is_root, not_run};

/// Commands that furnish new namespaces of mounts and network before a program is run in them.
pub(crate) struct Namespace {
    script: String,
}

impl Namespace {
    /// Each command is a line of shell; the program is run only if all of them succeed.
    pub(crate) fn new(commands: &[&str]) -> Self {
        let mut script = String::from("set -e\nmount --make-rprivate /\n");
        for command in commands {
            script.push_str(command);
            script.push('\n');
        }
        script.push_str("exec \"$@\"\n");
        Self { script }
    }

    /// The program and arguments that run `program` in it.
    pub(crate) fn wrap(&self, program: &str, arguments: &[&str]) -> (OsString, Vec<OsString>) {
        let words = ["--mount", "--net", "sh", "-c", &self.script, "sh", program];
        let all = words.iter().chain(arguments).map(OsString::from);
        ("unshare".into(), all.collect())
    }
}

/// Whether this test may go on: it needs root, and a kernel and tools for namespaces. One
/// that may not says so.
pub(crate) fn is_possible(test: &str) -> bool {
    if !is_root(test) {
        return false;
    }
    let made = Command::new("unshare")
        .args(["--mount", "--net", "ip", "link", "set", "lo", "up"])
        .stderr(Stdio::null())
        .status();
    let possible = made.is_ok_and(|status| status.success());
    if !possible {
        not_run(test, "needs namespaces and `ip`");
    }
    possible
}
