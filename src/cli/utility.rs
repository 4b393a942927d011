//! What needs no daemon: version, help, hashes, ids, the check of a control file, matching
//! processes.

use std::fs::File;
use std::io::{self, BufRead, Read};

use crate::config::{Loaded, Report};
use crate::model::{ChecksumKind, Model, Settings};
use crate::reading::{Hasher, hexadecimal};
use crate::sample;
use crate::shell::identity;
use crate::sys::errno;
use crate::sys::output::{Stream, complain, say};
use crate::sys::regex::Regex;
use crate::view::{describe, explain};

use super::args::{self, Options};
use super::{Exit, fail, query, table};

/// `-V`.
pub fn version() -> Exit {
    say(concat!("This is tend version ", env!("CARGO_PKG_VERSION")));
    say(match cfg!(feature = "tls") {
        true => "Built with ssl and with ipv6",
        false => "Built without ssl and with ipv6",
    });
    say("Reads the control file of Monit 5.33; licensed MIT or Apache-2.0");
    Exit::Fine
}

/// `-h`.
pub fn help() -> Exit {
    let _ = Stream::Out.write(args::HELP.as_bytes());
    Exit::Fine
}

/// `-H [FILE]` (reference F3, and SHA256).
pub fn hashes(path: Option<&str>) -> Exit {
    let hashed = match path {
        Some(path) => File::open(path).and_then(hash),
        None => hash(io::stdin().lock()),
    };
    let name = path.unwrap_or("stdin");
    match hashed {
        Ok([md5, sha1, sha256]) => {
            say(&format!("SHA1({name}) = {sha1}"));
            say(&format!("MD5({name})  = {md5}"));
            say(&format!("SHA256({name}) = {sha256}"));
            Exit::Fine
        }
        Err(error) => {
            say(&format!("{name}: {}", errno::words(&error)));
            Exit::Failed
        }
    }
}

fn hash(mut from: impl Read) -> io::Result<[String; 3]> {
    let mut hashers =
        [ChecksumKind::Md5, ChecksumKind::Sha1, ChecksumKind::Sha256].map(Hasher::new);
    let mut buffer = [0; 8192];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(hashers.map(|hasher| hexadecimal(&hasher.finish()))),
            Ok(length) => {
                for hasher in &mut hashers {
                    hasher.update(&buffer[..length]);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// `-i`.
pub fn show_id(settings: &Settings) -> Exit {
    let Some(path) = settings.idfile.as_deref() else {
        return Exit::Failed;
    };
    match identity::load_or_create(path) {
        Ok((id, created)) => {
            if created {
                announce_id(&id, path);
            }
            say(&format!("tend ID: {id}"));
            Exit::Fine
        }
        Err(error) => fail(&format!("{path}: {}", errno::words(&error))),
    }
}

/// Makes the id file where there is none and tells about it (reference F10). A failure is no reason
/// not to go on.
pub fn ensure_id(settings: &Settings) {
    let Some(path) = settings.idfile.as_deref() else {
        return;
    };
    match identity::load_or_create(path) {
        Ok((id, true)) => announce_id(&id, path),
        Ok((_, false)) => {}
        Err(error) => complain(&format!("{path}: {}", errno::words(&error))),
    }
}

fn announce_id(id: &str, path: &str) {
    say(&format!(" New tend id: {id}"));
    say(&format!(" Stored in '{path}'"));
}

/// `-r`.
pub fn reset_id(settings: &Settings) -> Exit {
    let _ = Stream::Out.write(b"Reset tend id? [y/N]> ");
    let mut answer = String::new();
    let _ = io::stdin().lock().take(16).read_line(&mut answer);
    let Some(path) = settings.idfile.as_deref() else {
        return Exit::Failed;
    };
    if !answer.trim_start().starts_with(['y', 'Y']) {
        return Exit::Fine;
    }
    match identity::create(path) {
        Ok(id) => {
            announce_id(&id, path);
            Exit::Fine
        }
        Err(error) => fail(&format!("{path}: {}", errno::words(&error))),
    }
}

/// Prints what a control file's author wants to know.
pub fn warn(loaded: &Loaded) {
    for warning in &loaded.warnings {
        complain(warning);
    }
}

/// Prints everything that is wrong with a control file.
pub fn refuse(report: &Report) -> Exit {
    for complaint in report.warnings.iter().chain(&report.errors) {
        complain(complaint);
    }
    Exit::Failed
}

/// `-v`: what the control file was understood to mean (reference F40).
pub fn describe(model: &Model, control_file: &str) {
    let text = describe::configuration(model, control_file);
    let _ = Stream::Out.write(text.as_bytes());
}

/// `-t` with a control file that can be used, and what it means if that was asked for.
pub fn syntax_is_fine(model: &Model, explain: bool) -> Exit {
    ensure_id(&model.settings);
    if explain {
        let _ = Stream::Out.write(explain::configuration(model).as_bytes());
    }
    say("Control file syntax OK");
    Exit::Fine
}

/// `procmatch` (reference F24).
pub fn procmatch(pattern: Option<&str>, options: &Options) -> Exit {
    let Some(pattern) = pattern else {
        say("Invalid syntax - usage: procmatch \"<pattern>\"");
        return Exit::Failed;
    };
    match Regex::compile(pattern) {
        Err(reason) => {
            say(&format!("Regex {pattern} parsing error: {reason}"));
            Exit::Failed
        }
        Ok(compiled) => match sample::matches(&|text| compiled.is_match(text)) {
            Ok(found) => {
                let shown = table::matches(pattern, &found, query::is_fancy(options.batch));
                let _ = Stream::Out.write(shown.as_bytes());
                Exit::Fine
            }
            Err(error) => {
                complain(&format!(
                    "Cannot list the processes: {}",
                    errno::words(&error)
                ));
                Exit::Failed
            }
        },
    }
}
