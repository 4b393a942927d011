//! The black-box tests: the built program, real processes, real sockets. One file per face.

#![allow(clippy::disallowed_methods)] // tests start programs, open sockets and wait
#![allow(clippy::print_stderr)] // and say what they saw where they fail

mod boot;
#[cfg(feature = "tls")]
mod certificates;
mod check;
mod commands;
mod connections;
mod content;
mod control_file;
mod endings;
mod filesystems;
mod hardship;
mod hostile;
mod hosts;
mod init;
mod kernels;
mod limits;
mod machine;
mod mail;
mod memory;
mod network;
mod page;
mod paths;
mod patterns;
mod processes;
mod programs;
mod quiet;
mod rollover;
mod signals;
mod supervision;
mod support;
#[cfg(not(feature = "tls"))]
mod without_tls;
