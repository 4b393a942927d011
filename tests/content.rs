//! The lines of files: what is written from now on counts, whole lines only, whatever happens to
//! the file or to `tend` meanwhile.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use crate::support::{PATIENCE, Sandbox, eventually};

/// A log with a line in it, watched for `ERR`; the first look is over.
fn watched(more: &str) -> Sandbox {
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         check file app with path $DIR/app.log
           if content = \"ERR\" then alert
         {more}"
    ));
    test.write("app.log", "ERR old\n");
    test.start_with(&["-v"]);
    test.wait_for_log("'app' content doesn't match");
    test
}

fn append(test: &Sandbox, name: &str, bytes: &[u8]) {
    let file = OpenOptions::new().append(true).open(test.path(name));
    let mut file = file.expect("the test wrote it");
    file.write_all(bytes).expect("there is room on the disk");
}

#[test]
fn what_was_there_before_does_not_count() {
    let test = watched("");
    append(&test, "app.log", b"fine\nERR one\nERR two\n");
    test.wait_for_log("'app' content match:\nERR one\nERR two\n\n");
    test.wait_for_log("info     : 'app' content doesn't match");
    assert!(!test.log().contains("ERR old"));
}

#[test]
fn a_line_counts_when_its_end_is_written() {
    let test = watched(
        "check file tick with path $DIR/tick
           if content = \"tick\" then alert",
    );
    // The log of `tick` shows that a check of both files is over.
    test.write("tick", "");
    append(&test, "app.log", b"ERR par");
    test.wait_for_log("'tick' content doesn't match");
    append(&test, "tick", b"tick\n");
    test.wait_for_log("'tick' content match");
    assert!(!test.log().contains("ERR par"));
    append(&test, "app.log", b"tial\n");
    test.wait_for_log("'app' content match:\nERR partial\n");
}

#[test]
fn a_rotated_file_is_read_from_its_start() {
    let test = watched("");
    std::fs::rename(test.path("app.log"), test.path("app.log.1")).expect("it is ours");
    test.write("app.log", "ERR in the new one, longer than the old one\n");
    test.wait_for_log("'app' content match:\nERR in the new one, longer than the old one\n");
}

#[test]
fn a_truncated_file_is_read_from_its_start() {
    let test = watched("");
    test.write("app.log", "ERR 1\n");
    test.wait_for_log("'app' content match:\nERR 1\n");
}

#[test]
fn lines_written_while_it_is_down_are_seen() {
    let mut test = watched("");
    assert_eq!(test.end("TERM"), 0);
    append(&test, "app.log", b"ERR meanwhile\n");
    test.start();
    test.wait_for_log("'app' content match:\nERR meanwhile\n");
    assert!(!test.log().contains("ERR old"));
}

#[test]
fn while_it_is_not_monitored_nobody_reads() {
    let test = watched("set httpd unixsocket $DIR/socket allow a:b");
    assert_eq!(test.tend(&["unmonitor", "app"]).code, 0);
    test.wait_for_log("'app' unmonitor action done");
    append(&test, "app.log", b"ERR unseen\n");
    assert_eq!(test.tend(&["monitor", "app"]).code, 0);
    test.wait_for_log("'app' monitor action done");
    let seen = test.log_count("'app' content doesn't match");
    test.wait_for_log_times("'app' content doesn't match", seen + 1);
    append(&test, "app.log", b"ERR seen\n");
    test.wait_for_log("'app' content match:\nERR seen\n");
}

#[test]
fn only_the_beginning_of_a_long_line_counts_and_is_told() {
    let test = watched("");
    let mut lines = vec![b'x'; 600];
    lines.extend(b"ERR too late\nERR");
    lines.extend([b'y'; 600]);
    lines.extend(b"\nERR unsaid\n");
    append(&test, "app.log", &lines);
    let told = format!("'app' content match:\nERR{}\n...\n", "y".repeat(508));
    test.wait_for_log(&told);
    assert!(!test.log().contains("ERR unsaid"));
}

#[test]
fn patterns_may_stand_in_a_file_and_lines_be_ignored() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file app with path $DIR/app.log
           ignore content = harmless
           ignore not match \"[A-Z]\"
           if content = \"$DIR/patterns\" then alert
           if content != \"^(ERR|WARN|OK)\" then alert",
    );
    test.write("patterns", "^ERR [0-9]+$\n\n^WARN\n");
    test.write("app.log", "");
    test.start_with(&["-v"]);
    test.wait_for_log_times("'app' content doesn't match", 3);
    append(
        &test,
        "app.log",
        b"OK\nERR 1\nWARN harmless\nsmall letters\nWARN 2\nODD\n",
    );
    for found in ["ERR 1", "WARN 2", "ODD"] {
        test.wait_for_log(&format!("'app' content match:\n{found}\n\n"));
    }
}

#[test]
fn a_window_wants_lines_in_several_cycles() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file app with path $DIR/app.log
           if content = ERR for 2 cycles then exec \"/bin/touch $DIR/told\"",
    );
    test.write("app.log", "");
    test.start_with(&["-v"]);
    test.wait_for_log("'app' content doesn't match");
    append(&test, "app.log", b"ERR once\n");
    test.wait_for_log("warning  : 'app' content match:\nERR once\n");
    assert!(!test.path("told").exists());
    // A line in each cycle, whenever that is.
    eventually("exec after lines in two cycles", || {
        append(&test, "app.log", b"ERR again\n");
        test.path("told").exists()
    });
}

#[test]
fn a_nul_or_a_line_without_end_stops_nothing() {
    let test = watched("");
    append(&test, "app.log", b"ERR a\0b\n");
    test.wait_for_log("'app' content match:\nERR a\u{fffd}b\n");
    append(&test, "app.log", &vec![b'z'; 3 << 20]);
    append(&test, "app.log", b"\nERR behind it\n");
    test.wait_for_log("'app' content match:\nERR behind it\n");
}

#[test]
fn a_pattern_that_never_ends_holds_nobody_up() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file hard with path $DIR/app.log
           if content = \"(a*)(a*)(a*)\\1\\2\\3b\" then alert
         check file easy with path $DIR/app.log
           if content = \"aa\" then alert",
    );
    test.write("app.log", "");
    test.start_with(&["-v"]);
    test.wait_for_log("'hard' content doesn't match");
    test.wait_for_log("'easy' content doesn't match");
    append(
        &test,
        "app.log",
        &[vec![b'a'; 400], b"\n".to_vec()].concat(),
    );
    test.wait_for_log("'easy' content match:");
    append(&test, "app.log", b"aa again\n");
    test.wait_for_log("'easy' content match:\naa again\n");
}

#[test]
fn a_large_log_is_read_while_everything_else_goes_on() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         set httpd unixsocket $DIR/socket allow a:b
         check file app with path $DIR/app.log
           if content = \"^the last\" then alert
         check file tick with path $DIR/tick
           if changed size then alert",
    );
    test.write("app.log", "");
    test.write("tick", "");
    test.start_with(&["-v"]);
    test.wait_for_log("'app' content doesn't match");
    let line = b"some line of a log that has grown a lot since it was looked at last\n";
    let told = || test.log_count("'app' content match:\nthe last line\n");
    // A machine may stand still for a moment, but not whenever the file is read.
    eventually("nobody waits for long", || {
        let before = told();
        append(&test, "app.log", &line.repeat(400_000));
        append(&test, "app.log", b"the last line\n");
        let mut longest = Duration::ZERO;
        let begun = Instant::now();
        while told() == before && begun.elapsed() < PATIENCE {
            let asked = Instant::now();
            assert_eq!(test.tend(&["status", "app"]).code, 0);
            longest = longest.max(asked.elapsed());
        }
        // Far more than a slice takes on a busy machine, far less than the whole file.
        longest < Duration::from_secs(5)
    });
    append(&test, "tick", b"x");
    test.wait_for_log("'tick' size for");
}

#[test]
fn a_log_that_grows_without_end_is_still_judged() {
    let test = watched("");
    append(&test, "app.log", b"ERR in the middle\n");
    eventually("the line in the middle is told", || {
        append(&test, "app.log", &b"more and more\n".repeat(1000));
        let log = test.log();
        log.contains("'app' content match:\nERR in the middle\n")
    });
}

#[test]
fn what_is_no_log_file_is_told_and_read_by_nobody() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file fifo with path $DIR/fifo
           if content = x then alert
           if changed checksum then alert
         check file zero with path /dev/zero
           if content = x then alert
           if changed checksum then alert
         check file folder with path $DIR
           if content = x then alert
           if changed checksum then alert
         check file loop with path $DIR/loop
           if content = x then alert
           if changed checksum then alert
         check file app with path $DIR/app.log
           if content = ERR then alert",
    );
    let fifo = std::process::Command::new("mkfifo")
        .arg(test.path("fifo"))
        .status();
    assert!(fifo.is_ok_and(|status| status.success()));
    symlink(test.path("loop"), test.path("loop")).expect("the folder is ours");
    test.write("app.log", "");
    test.start_with(&["-v"]);
    for name in ["fifo", "zero", "folder"] {
        test.wait_for_log(&format!("'{name}' is neither a regular file nor a socket"));
    }
    test.wait_for_log("'loop' cannot be looked at -- "); // in the C library's words
    test.wait_for_log("'app' content doesn't match");
    append(&test, "app.log", b"ERR after all\n");
    test.wait_for_log("'app' content match:\nERR after all\n");
}
