//! Wrong control files, with every complaint as it is shown.

mod connections;
mod content;
mod files;
mod hosts;
mod lexical;
mod network;
mod paths;
mod patterns;
mod peers;
mod processes;
mod programs;
mod rules;
mod secrets;
mod services;
mod settings;
mod system;

use crate::config::memory::Memory;

/// A test: its name, a control file, and all that is said about it.
macro_rules! err {
    ($name:ident, $text:expr, $rendered:expr) => {
        #[test]
        fn $name() {
            $crate::config::tests::errors::check($text, $rendered);
        }
    };
}
use err;

#[track_caller]
fn check(text: &str, rendered: &str) {
    let report = Memory::new(text).load().unwrap_err();
    assert_eq!(format!("\n{report}"), rendered);
}
