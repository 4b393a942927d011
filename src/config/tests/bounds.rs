//! Every limit is reached, and said.

use super::said;
use crate::config::complaints::{ERROR_LIMIT, ERRORS_KEPT, WARNING_LIMIT};
use crate::config::memory::Memory;
use crate::config::parser::{DEPTH_LIMIT, FILE_LIMIT, FILES_LIMIT, STRING_LIMIT, TOTAL_LIMIT};
use crate::config::resolve::{NAMES_LIMIT, PASSWORD_FILE_LIMIT, PEM_FILE_LIMIT};

fn first_line(memory: &Memory) -> String {
    said(memory).lines().nth(1).unwrap_or("").to_owned()
}

#[test]
fn twenty_errors_and_a_count() {
    let report = Memory::new("set daemon x\n".repeat(ERROR_LIMIT + 5))
        .load()
        .unwrap_err();
    assert_eq!(report.errors.len(), ERROR_LIMIT + 1);
    assert_eq!(report.errors[ERROR_LIMIT], "error: and 5 more errors\n");
    let report = Memory::new("set daemon x\n".repeat(ERROR_LIMIT))
        .load()
        .unwrap_err();
    assert_eq!(report.errors.len(), ERROR_LIMIT);
}

#[test]
fn errors_that_are_not_even_kept_are_counted() {
    let report = Memory::new("set daemon x\n".repeat(ERRORS_KEPT + 5))
        .load()
        .unwrap_err();
    assert_eq!(report.errors.len(), ERROR_LIMIT + 1);
    let more = ERRORS_KEPT + 5 - ERROR_LIMIT;
    assert_eq!(
        report.errors[ERROR_LIMIT],
        format!("error: and {more} more errors\n")
    );
}

#[test]
fn a_hundred_warnings_and_a_count() {
    let loaded = Memory::new("set daemon 5\n".repeat(WARNING_LIMIT + 2))
        .load()
        .unwrap();
    assert_eq!(loaded.warnings.len(), WARNING_LIMIT + 1);
    assert_eq!(
        loaded.warnings[WARNING_LIMIT],
        "warning: and 1 more warning\n"
    );
}

#[test]
fn long_files_strings_and_words() {
    let comments = vec![b'#'; FILE_LIMIT];
    assert_eq!(first_line(&Memory::new(comments.clone())), "");
    let longer = [comments, b"#".to_vec()].concat();
    assert_eq!(
        first_line(&Memory::new(longer)),
        "error: cannot read the control file `/etc/monitrc`: it is larger than 4 MiB"
    );
    let path = |length: usize| format!("set log /{}\n", "x".repeat(length - 1));
    assert_eq!(first_line(&Memory::new(path(STRING_LIMIT))), "");
    assert_eq!(
        first_line(&Memory::new(path(STRING_LIMIT + 1))),
        "error: longer than 16384 bytes: is a quote missing?"
    );
}

#[test]
fn many_files_and_deep_ones() {
    let many = "include /etc/a\n".repeat(FILES_LIMIT);
    let memory = Memory::new(many).file("/etc/a", 0o600, "set terminal batch\n");
    assert_eq!(
        first_line(&memory),
        "error: cannot include `/etc/a`: more than 1024 files"
    );

    let mut memory = Memory::new("include /etc/1\n");
    for depth in 1..=DEPTH_LIMIT {
        let next = format!("include /etc/{}\n", depth + 1);
        memory = memory.file(&format!("/etc/{depth}"), 0o600, next);
    }
    assert_eq!(
        first_line(&memory),
        "error: cannot include `/etc/16`: more than 16 files deep"
    );

    let big = vec![b'#'; FILE_LIMIT];
    let includes = "include /etc/a\n".repeat(TOTAL_LIMIT / FILE_LIMIT);
    let memory = Memory::new(includes).file("/etc/a", 0o600, big);
    assert_eq!(
        first_line(&memory),
        "error: cannot include `/etc/a`: all files together are larger than 16 MiB"
    );
}

#[test]
fn many_services() {
    let head = |n: usize| format!("check process p{n} matching x\n");
    let memory = Memory::new((0..=NAMES_LIMIT).map(head).collect::<String>());
    assert_eq!(first_line(&memory), "error: more than 65534 services");
}

#[test]
fn large_password_and_certificate_files() {
    let memory = Memory::new("set httpd port 1 allow md5 /p").file(
        "/p",
        0o600,
        vec![b'x'; PASSWORD_FILE_LIMIT + 1],
    );
    let expected = "error: cannot read the password file `/p`: it is larger than 256 kB";
    assert_eq!(first_line(&memory), expected);
    let memory = Memory::new("set httpd port 1 ssl enable pemfile /p allow a:x").file(
        "/p",
        0o600,
        vec![b'x'; PEM_FILE_LIMIT + 1],
    );
    let expected = "error: cannot read the PEM file `/p`: it is larger than 1024 kB";
    assert_eq!(first_line(&memory), expected);
}

#[test]
fn a_chain_of_dependencies_as_long_as_there_are_services() {
    let mut text = String::from("check process p0 matching x\n");
    for n in 1..5000 {
        text += &format!("check process p{n} matching x\n depends on p{}\n", n - 1);
    }
    assert_eq!(Memory::new(text).load().unwrap().model.services.len(), 5001);
}
