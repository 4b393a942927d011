//! Processes as `/proc` shows them, and signals to them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

/// The effective user of the tests themselves.
pub(crate) fn user() -> u32 {
    fs::metadata("/proc/self").expect("/proc is mounted").uid()
}

/// Whether a process runs; a zombie does not.
pub(crate) fn is_running(pid: u32) -> bool {
    state(pid).is_some_and(|state| state != 'Z' && state != 'X')
}

/// The one-letter state of `/proc/PID/stat`.
pub(crate) fn state(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Sends a signal, `KILL` or `HUP`, to one process.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("/bin/sh")
        .args(["-c", &format!("kill -{name} {pid}")])
        .status();
    assert!(status.is_ok(), "cannot run /bin/sh");
}

/// Every running process that has `NAME=value` in its environment.
pub(crate) fn with_environment(name: &str, value: &str) -> Vec<u32> {
    let wanted = format!("{name}={value}");
    let carries = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted.as_bytes())
    };
    let entries = fs::read_dir("/proc").expect("/proc is mounted");
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != std::process::id())
        .filter(|pid| carries(pid) && is_running(*pid))
        .collect()
}

/// How many descriptors a process has open.
pub(crate) fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// How long a process has worked, in hundredths of a second.
pub(crate) fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let (_, fields) = stat.rsplit_once(") ").expect("a kernel's line");
    let fields = fields.split(' ').skip(11).take(2);
    fields
        .map(|ticks| ticks.parse::<u64>().expect("a number"))
        .sum()
}

/// A field of `/proc/PID/status`, in kB where it is a size.
pub(crate) fn status_field(pid: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
