//! Which control file, and what the command line overrides in it.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::LogTarget;
use crate::shell::places;
use crate::shell::setup::{DEFAULT_FACILITY, Overrides, Source};

use super::args::Options;

/// The control file that is meant, as an absolute path (reference F7, F8).
///
/// # Errors
/// The message for who called.
pub fn locate(given: Option<&str>) -> Result<String, String> {
    match given {
        Some(path) => explicit(path),
        None => places::control_files()
            .into_iter()
            .find(|path| Path::new(path).is_file())
            .map(|path| absolute(&path))
            .ok_or_else(nowhere),
    }
}

fn explicit(path: &str) -> Result<String, String> {
    if Path::new(path).is_file() {
        return Ok(absolute(path));
    }
    if path.starts_with('/') {
        return Err(format!("The control file '{path}' is not a file"));
    }
    let here = env::current_dir().unwrap_or_default();
    Err(format!(
        "The control file '{path}' does not exist at {}",
        here.display()
    ))
}

fn absolute(path: &str) -> String {
    let joined = env::current_dir().unwrap_or_default().join(path);
    // `./x` and `/dir/./x` are told as people write them.
    let clean: PathBuf = joined.components().collect();
    clean.into_os_string().into_string().unwrap_or(path.into())
}

fn nowhere() -> String {
    let [places @ .., last] = &places::control_files();
    format!(
        "Cannot find a control file at {} or {last}",
        places.join(", ")
    )
}

/// What is needed to read the control file now and at each reload.
///
/// # Errors
/// The message for who called.
pub fn source(options: &Options) -> Result<Source, String> {
    Ok(Source {
        control_file: locate(options.control_file.as_deref())?,
        folder: absolute("."),
        overrides: Overrides {
            poll: options.poll_seconds.map(Duration::from_secs),
            log: options.log_file.as_deref().map(|target| match target {
                "syslog" => LogTarget::Syslog {
                    facility: DEFAULT_FACILITY,
                },
                path => LogTarget::File(absolute(path).into()),
            }),
            pidfile: options.pidfile.as_deref().map(absolute),
            statefile: options.statefile.as_deref().map(absolute),
            verbose: options.verbose,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_control_files_are_named() {
        assert_eq!(
            locate(Some("/nonexistent.rc")).unwrap_err(),
            "The control file '/nonexistent.rc' is not a file"
        );
        let relative = locate(Some("no/such.rc")).unwrap_err();
        assert!(relative.starts_with("The control file 'no/such.rc' does not exist at /"));
        assert!(nowhere().ends_with("/usr/local/etc/monitrc or ./monitrc"));
    }

    #[test]
    fn paths_are_made_absolute() {
        let here = env::current_dir().unwrap();
        assert_eq!(absolute("./x"), here.join("x").to_str().unwrap());
        assert_eq!(absolute("/a/./b"), "/a/b");
    }
}
