//! Directories and named pipes.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::{Sandbox, process};

fn make_fifo(test: &Sandbox, name: &str) {
    let made = Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(test.path(name))
        .status();
    assert!(made.is_ok_and(|status| status.success()));
}

#[test]
fn a_directory_and_a_pipe_that_come_change_and_are_replaced() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check directory spool with path $DIR/spool
           if failed permission 755 then alert
           if changed mtime then alert
         check fifo pipe with path $DIR/pipe
           if failed permission 600 then alert
        ",
    );
    test.start();
    test.wait_for_log("'spool' directory doesn't exist");
    test.wait_for_log("'pipe' fifo doesn't exist");

    fs::create_dir(test.path("spool")).expect("the sandbox is ours");
    test.permit("spool", 0o755);
    make_fifo(&test, "pipe");
    test.wait_for_log("'spool' directory exists");
    test.wait_for_log("'pipe' fifo exists");

    test.permit("spool", 0o700);
    test.permit("pipe", 0o644);
    let folder = test.path("spool").display().to_string();
    let failed = format!("permission test failed for {folder} [current permission 0700]");
    test.wait_for_log(&format!("'spool' {failed}"));
    test.wait_for_log("current permission 0644]");
    test.write("spool/file", "");
    test.wait_for_log(&format!("'spool' modify time for {folder} changed from "));

    // Not in between, but in one step: nothing may be seen missing.
    fs::remove_dir_all(test.path("spool")).expect("the sandbox is ours");
    fs::remove_file(test.path("pipe")).expect("the sandbox is ours");
    make_fifo(&test, "spool");
    fs::create_dir(test.path("pipe")).expect("the sandbox is ours");
    test.wait_for_log("'spool' is not directory");
    test.wait_for_log("'pipe' is not fifo");
}

#[test]
fn names_of_a_file_are_counted() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file one with path $DIR/one
           if hardlinks > 1 then alert
           if changed hardlinks then alert
        ",
    );
    test.write("one", "");
    test.start_with(&["-v"]);
    test.wait_for_log("'one' hardlinks have not changed [current hardlinks = 1]");
    fs::hard_link(test.path("one"), test.path("two")).expect("the sandbox is ours");
    test.wait_for_log("'one' hardlinks 2 matches resource limit [hardlinks > 1]");
    let path = test.path("one").display().to_string();
    test.wait_for_log(&format!("'one' hardlinks for {path} changed from 1 to 2"));
    fs::remove_file(test.path("two")).expect("the sandbox is ours");
    test.wait_for_log("'one' hardlinks test succeeded [current hardlinks = 1]");
}

#[test]
fn a_file_that_comes_and_goes_while_it_is_read() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file fickle with path $DIR/fickle
           if changed checksum then alert
         check file steady with path $DIR/steady
        ",
    );
    test.write("steady", "");
    let pid = test.start_with(&["-v"]);
    let content = vec![b'x'; 4 << 20];
    // Another inode each time, and for some time none.
    for round in 0.. {
        fs::write(test.path("new"), &content[round % 1000..]).expect("the sandbox is ours");
        fs::rename(test.path("new"), test.path("fickle")).expect("the sandbox is ours");
        fs::remove_file(test.path("fickle")).expect("the sandbox is ours");
        if test.log_count("'steady' file exists") >= 5 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(process::is_running(pid));
}

/// What a file is compared with is kept: over a reload, and while nobody looks.
#[test]
fn a_change_while_nobody_looks_is_told() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file page with path $DIR/page
           if changed checksum then alert
           if changed size then alert
           if changed permission then alert
        ",
    );
    test.write("page", "one");
    let daemon = test.start_with(&["-v"]);
    for what in ["checksum has not", "size has not", "permission not"] {
        test.wait_for_log(&format!("'page' {what} changed"));
    }
    process::signal(daemon, "HUP");
    test.wait_for_log("reloaded");
    test.end("TERM");
    test.write("page", "another");
    test.permit("page", 0o600);
    test.start();
    for what in ["checksum changed to", "size for", "permission for"] {
        test.wait_for_log(&format!("error    : 'page' {what}"));
    }
}

#[test]
fn two_gigabytes_keep_nobody_waiting() {
    let mut test = Sandbox::new().monitrc(
        "set daemon 1
         check file huge with path $DIR/huge
           if failed checksum then alert
         check file steady with path $DIR/steady
           if size < 1 then alert
        ",
    );
    test.write("steady", "");
    let huge = fs::File::create(test.path("huge")).expect("the sandbox is ours");
    huge.set_len(2 << 30).expect("a sparse file");
    test.start();
    test.wait_for_log_times("'steady' size test failed", 3);
    assert!(!test.log().contains("'huge'"));
}

/// On a 32-bit machine too: its kernel tells a time of 2050 as one of 1914, before Linux 4.11.
#[test]
fn files_may_be_dated_after_2038() {
    let test = Sandbox::new().monitrc(
        "check file late with path $DIR/late
           if mtime > 3650 days then alert
        ",
    );
    test.write("late", "");
    let touch = |date: &str| {
        let mut touch = test.command_of("touch".as_ref(), &["-d", date, "late"]);
        assert!(touch.status().is_ok_and(|status| status.success()));
    };
    touch("@2540246400");
    let outcome = test.tend(&["--check"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(!test.log().contains("'late'"));
    touch("@2");
    assert_eq!(test.tend(&["--check"]).code, 1);
    test.wait_for_log("'late' modify time for");
}

/// Whatever lies in the place of what is watched: the pass ends, and says what is wrong.
#[test]
fn what_is_watched_may_be_anything() {
    let tests = |kind: &str| match kind {
        "file" => "if failed checksum then alert",
        _ => "if changed timestamp then alert",
    };
    let mut monitrc = String::new();
    for thing in ["zero", "pipe", "folder", "loop", "gone", "below", "socket"] {
        for kind in ["file", "directory", "fifo"] {
            let line = format!("check {kind} {thing}-{kind} with path $DIR/{thing}");
            monitrc += &format!("{line}\n{}\n", tests(kind));
        }
    }
    let test = Sandbox::new().monitrc(&monitrc);
    symlink("/dev/zero", test.path("zero")).expect("the sandbox is ours");
    make_fifo(&test, "pipe");
    fs::create_dir(test.path("folder")).expect("the sandbox is ours");
    symlink("loop", test.path("loop")).expect("the sandbox is ours");
    symlink("nowhere", test.path("gone")).expect("the sandbox is ours");
    symlink("monitrc/x", test.path("below")).expect("the sandbox is ours");
    let _socket = std::os::unix::net::UnixListener::bind(test.path("socket"));

    let outcome = test.tend(&["--check"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let log = test.log();
    let says = |name: &str, words: &str| {
        let line = format!("'{name}' {words}");
        assert!(log.contains(&line), "{line}\n{log}");
    };
    let silent = |name: &str| assert!(!log.contains(&format!("'{name}'")), "{name}\n{log}");
    for thing in ["zero", "pipe", "folder"] {
        says(
            &format!("{thing}-file"),
            "is neither a regular file nor a socket",
        );
    }
    for thing in ["zero", "pipe", "socket"] {
        says(&format!("{thing}-directory"), "is not directory");
    }
    for thing in ["zero", "folder", "socket"] {
        says(&format!("{thing}-fifo"), "is not fifo");
    }
    for kind in ["file", "directory", "fifo"] {
        says(&format!("gone-{kind}"), &format!("{kind} doesn't exist"));
        says(&format!("below-{kind}"), &format!("{kind} doesn't exist"));
        says(&format!("loop-{kind}"), "cannot be looked at -- ");
    }
    for name in ["folder-directory", "pipe-fifo"] {
        silent(name);
    }
}
