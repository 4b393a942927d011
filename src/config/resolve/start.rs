//! What keeps the program from starting or from being read, whatever its services are.

use super::machine::Machine;
use crate::config::surroundings::Kind;
use crate::config::syntax::Syntax;
use crate::model::{LogTarget, Settings};
use crate::text::{Diagnostic, quoted};

/// Complains about settings that nobody can start with, or that nobody will hear of.
pub(super) fn check(syntax: &Syntax, settings: &Settings, machine: &mut Machine<'_>) {
    let commanded = machine.surroundings.commanded();
    if let (Some(word), None, false) = (syntax.init, settings.poll, commanded.poll) {
        let error = Diagnostic::error(word, "`set init` needs a poll interval");
        let note = "add `set daemon SECONDS`, or give it as -d SECONDS";
        machine.complaints.add(error.note(note));
    }
    if let (Some(place), LogTarget::File(path), false) =
        (syntax.log_file, &settings.log, commanded.log)
    {
        if let Some(why) = unwritable(path, machine) {
            let message = format!("the log file {} cannot be written: {why}", quoted(path));
            // The daemon says so where it can, and keeps its services.
            let complaint = match commanded.test {
                true => Diagnostic::error(place, message),
                false => Diagnostic::warning(place, message),
            };
            machine.complaints.add(complaint);
        }
    }
}

/// Why a file cannot be opened for writing, as far as its place tells.
fn unwritable(path: &str, machine: &Machine<'_>) -> Option<Box<str>> {
    if !machine.may_look(path) {
        return None;
    }
    let look = |path: &str| machine.surroundings.look(path).map(|look| look.kind);
    if look(path) == Ok(Kind::Directory) {
        return Some("it is a directory".into());
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match look(&format!("{folder}/")) {
        Ok(Kind::Directory) => None,
        Ok(Kind::File | Kind::Special) => Some(format!("`{folder}` is no directory").into()),
        Err(why) => Some(why),
    }
}
