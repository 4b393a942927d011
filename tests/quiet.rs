//! How little `tend` does while all is well: it sleeps from cycle to cycle and lets disks sleep.
//!
//! Counted are what the kernel counts of a process: how often it gave the processor away, which is
//! how often it was woken up again, and what it wrote. A machine with much to do adds to the first,
//! never takes from it, so each test goes on until it has seen one stretch without such additions:
//! a program that wakes up or writes too often has none.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::daemon::check;
use crate::support::peer::free_port;
use crate::support::{Sandbox, eventually, http, kernel, process};

/// Services of every kind that neither starts a program nor talks to anybody, all well.
fn services(poll_seconds: u32, port: u16) -> Sandbox {
    let test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon {poll_seconds}
         set httpd port {port} and use address 127.0.0.1
           allow 127.0.0.1
         {}
           if cpu > 99% for 3 cycles then alert
           if total memory > 100 GB then alert
           if 5 restarts within 5 cycles then timeout
         check process child with matching \"sleep 1000000\"
         check file lines with path $DIR/lines
           if content = \"error\" then alert
           if timestamp > 1000 days then alert
         check file sum with path $DIR/sum
           if changed checksum then alert
         check file seldom with path $DIR/sum
           every 2 cycles
         check file nightly with path $DIR/sum
           every \"* 0-23 * * *\"
         check file weekly with path $DIR/sum
           not every \"0 0 1 1 *\"
         check directory here with path $DIR/folder
         check fifo pipe with path $DIR/pipe
         check filesystem root with path /
           if space usage > 100% then alert
         check network lo with interface lo
         check system box
           if memory > 100% then alert
           if loadavg (1min) > 100000 then alert
        ",
        check("web")
    ));
    test.write("lines", "first\n");
    test.write("sum", "content\n");
    fs::create_dir(test.path("folder")).expect("the sandbox can be written");
    let made = test.command_of(Path::new("mkfifo"), &["pipe"]).status();
    assert!(made.is_ok_and(|status| status.success()));
    test
}

/// How often a process has gone to sleep.
fn sleeps(pid: u32) -> u64 {
    process::status_field(pid, "voluntary_ctxt_switches").expect("Linux counts that since 2.6.23")
}

/// How often a process, or a child that has ended, has asked for something to be written.
fn writes(pid: u32) -> u64 {
    let counts = fs::read_to_string(format!("/proc/{pid}/io")).expect("the process is ours");
    let count = counts
        .lines()
        .find_map(|line| line.strip_prefix("syscw: "))
        .and_then(|count| count.parse().ok());
    count.expect("the kernel counts that")
}

/// All that a write, a touch, a rename or a read would change in the sandbox's folder.
fn traces(test: &Sandbox) -> Vec<String> {
    let entries = fs::read_dir(test.folder()).expect("the sandbox is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let mut all: Vec<String> = paths
        .chain([test.folder().to_owned()])
        .map(|path| {
            let Ok(facts) = fs::symlink_metadata(&path) else {
                // Renamed since the folder was listed; like nothing before or after.
                return format!("{path:?} vanished at {:?}", Instant::now());
            };
            // Whoever lists a folder, as this function does, has read it.
            let read = (!facts.is_dir()).then(|| (facts.atime(), facts.atime_nsec()));
            let written = (facts.mtime(), facts.mtime_nsec());
            let touched = (facts.ctime(), facts.ctime_nsec());
            let (inode, size) = (facts.ino(), facts.size());
            format!("{path:?} {inode} {size} {written:?} {touched:?} {read:?}")
        })
        .collect();
    all.sort();
    all
}

/// Waits until everything has been looked at and nothing moves any more.
fn settle(test: &Sandbox, pid: u32) {
    test.wait_for_log("'web' process is running with pid");
    eventually("it sleeps and does nothing else", || {
        let (before, traces_before) = (sleeps(pid), traces(test));
        sleep(Duration::from_secs(3));
        sleeps(pid) == before && traces(test) == traces_before
    });
}

#[test]
fn between_cycles_it_sleeps_and_an_event_wakes_it_once() {
    // In milliseconds that is more than 31 bits.
    let mut test = services(3_000_000, free_port());
    let pid = test.start();
    // That there is such a stretch at all is the first half of this test.
    settle(&test, pid);
    eventually(
        "one signal, one wake-up, one cycle that changes nothing",
        || {
            let (before, traces_before) = (sleeps(pid), traces(&test));
            process::signal(pid, "USR1");
            eventually("it takes notice", || sleeps(pid) > before);
            sleep(Duration::from_secs(1));
            let woken = sleeps(pid) - before;
            (woken == 1 || kernel::is_imitated()) && traces(&test) == traces_before
        },
    );
}

#[test]
fn a_cycle_is_one_wake_up_and_nothing_is_written() {
    const WAKE_UPS: u64 = 6;
    let port = free_port();
    let mut test = services(1, port);
    let pid = test.start();
    test.wait_for_log("'web' process is running with pid");
    let mut seen = String::new();
    eventually("some cycles of one wake-up each", || {
        let first = milliseconds_of_last_check(port);
        sleep(Duration::from_millis(300)); // until the page's client is forgotten
        let (sleeps_before, writes_before) = (sleeps(pid), writes(pid));
        let traces_before = traces(&test);
        eventually("time passes", || sleeps(pid) >= sleeps_before + WAKE_UPS);
        let wake_ups = sleeps(pid) - sleeps_before;
        let written = writes(pid) - writes_before;
        let touched = traces(&test) != traces_before;
        // There are no more cycles than seconds.
        let cycles = (milliseconds_of_last_check(port) - first).div_ceil(1000);
        seen =
            format!("{wake_ups} wake-ups, {cycles} cycles, {written} writes, touched: {touched}");
        eprintln!("{seen}");
        (wake_ups <= cycles || kernel::is_imitated()) && written == 0 && !touched
    });
}

/// When the machine's own service was last looked at.
fn milliseconds_of_last_check(port: u16) -> u64 {
    let xml = http::get(port, "/_status?format=xml", &[]).body;
    let (_, service) = xml.split_once("<name>box</name>").expect("the document");
    let number = |name: &str| -> u64 {
        let (_, rest) = service.split_once(&format!("<{name}>")).expect(name);
        let (digits, _) = rest.split_once('<').expect(name);
        digits.parse().expect(name)
    };
    number("collected_sec") * 1000 + number("collected_usec") / 1000
}
