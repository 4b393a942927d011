//! The program under test, on whatever kernel it is to believe in, and on whatever processor.
//!
//! `SUBJECT` names the program, `SUBJECT_KERNEL` (2.6.11, 2.6.16, 2.6.32) the kernel whose calls
//! and `/proc` it gets, by the launcher of `tests/oldkernel`. Every test runs there too: what a
//! kernel cannot give is then what a test expects to be told.
//!
//! `SUBJECT_PROCESSOR` (`qemu-i386 -cpu pentium`) is the command that runs a program of another
//! processor, on the kernel that there is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::not_run;

/// The program: the one just built, or whatever `SUBJECT` names, so that an expectation can be
/// tried on the original.
pub(crate) fn subject() -> String {
    std::env::var("SUBJECT").unwrap_or_else(|_| env!("CARGO_BIN_EXE_tend").into())
}

/// Whether the program's kernel is at least this one.
pub(crate) fn is_since(version: [u32; 3]) -> bool {
    imitated().is_none_or(|imitated| number(&imitated) >= version)
}

/// What the program's C library says where no descriptor is left.
pub(crate) fn no_descriptor() -> &'static str {
    const MUSL: &str = "No file descriptors available";
    let program = std::fs::read(subject()).expect("the program can be read");
    let has = program
        .windows(MUSL.len())
        .any(|part| part == MUSL.as_bytes());
    if has { MUSL } else { "Too many open files" }
}

/// Whether it is another one than runs. Then some of the program's calls are looked at by the
/// launcher, and it sleeps meanwhile.
pub(crate) fn is_imitated() -> bool {
    imitated().is_some()
}

fn imitated() -> Option<String> {
    std::env::var("SUBJECT_KERNEL").ok()
}

fn number(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    std::array::from_fn(|_| {
        parts
            .next()
            .flatten()
            .expect("SUBJECT_KERNEL is like 2.6.11")
    })
}

/// What a machine lacks besides its kernel's age.
#[derive(Default)]
pub(crate) struct Lacks {
    /// The module for IPv6.
    pub(crate) ipv6: bool,
    /// `getrandom`, with this FIFO as its `/dev/random`.
    pub(crate) entropy: Option<PathBuf>,
    /// The right time: its clock is so many seconds ahead. The dates of files are not.
    pub(crate) time: Option<i64>,
}

/// The command that is the machine's processor, where it has another one.
fn processor() -> Option<String> {
    std::env::var("SUBJECT_PROCESSOR").ok()
}

/// A script that is the program on such a machine; nothing where that is this one as it is.
pub(crate) fn script(lacks: &Lacks) -> Option<String> {
    let mut options = String::new();
    if let Some(version) = imitated() {
        options.push_str(&format!(" -k {version}"));
    }
    if lacks.ipv6 {
        options.push_str(" -6");
    }
    if let Some(fifo) = &lacks.entropy {
        options.push_str(&format!(" -r {}", fifo.display()));
    }
    if let Some(seconds) = lacks.time {
        options.push_str(&format!(" -t {seconds}"));
    }
    let mut command = subject();
    if let Some(processor) = processor() {
        command = format!("{processor} {command}");
    }
    if !options.is_empty() {
        let launcher = launcher().expect("tests/oldkernel can be built");
        command = format!("{}{options} {command}", launcher.display());
    }
    (command != subject()).then(|| format!("#!/bin/sh\nexec {command} \"$@\"\n"))
}

/// Whether this test may go on, which wants a machine that lacks something, on whatever kernel it
/// runs. One that may not says so.
pub(crate) fn may_be_imitated(test: &str) -> bool {
    let tried = launcher().map(|it| Command::new(it).args(["-6", "-t1", "/bin/true"]).status());
    let may = tried.is_some_and(|tried| tried.is_ok_and(|status| status.success()));
    if !may {
        not_run(
            test,
            "needs Linux 5.14 on x86-64, its seccomp and its ptrace",
        );
    }
    may
}

/// The launcher, built once for all tests of this run; nothing where it cannot be built.
fn launcher() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(build).as_deref()
}

fn build() -> Option<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oldkernel");
    let launcher = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oldkernel");
    let fresh = launcher.with_extension(std::process::id().to_string());
    let built = Command::new("cc")
        .current_dir(sources)
        .args(["-O2", "-o"])
        .arg(&fresh)
        .args(["oldkernel.c", "filter.c", "supervisor.c", "proc.c"])
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return None;
    }
    // Another run may be using the old one.
    std::fs::rename(fresh, &launcher).expect("cargo's folder for tests is ours");
    Some(launcher)
}
