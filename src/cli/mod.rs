//! The command line: what was asked for, and the commands that talk to the running daemon.

pub mod args;
pub mod client;
pub mod table;
