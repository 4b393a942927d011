//! Password files: a `user:password` in each line.

use super::machine::Machine;
use crate::config::syntax::Text;
use crate::text::{Diagnostic, quoted};

/// Largest password file.
pub(in crate::config) const FILE_LIMIT: usize = 256 * 1024;

/// The users of the file at `path`, or those of them who are `wanted`, each with the password.
pub(super) fn read(
    path: &Text,
    wanted: &[Text],
    machine: &mut Machine<'_>,
) -> Vec<(Box<str>, Box<str>)> {
    let content = match machine.text_of_file(&path.value, FILE_LIMIT) {
        Ok(content) => content,
        Err(why) => {
            let message = format!(
                "cannot read the password file {}: {why}",
                quoted(&path.value)
            );
            machine
                .complaints
                .add(Diagnostic::error(path.span, message));
            return Vec::new();
        }
    };
    let mut entries: Vec<(Box<str>, Box<str>)> = content.lines().filter_map(entry).collect();
    for user in wanted {
        if !entries.iter().any(|(known, _)| *known == user.value) {
            let message = format!(
                "{} has no user {}",
                quoted(&path.value),
                quoted(&user.value)
            );
            machine
                .complaints
                .add(Diagnostic::warning(user.span, message));
        }
    }
    entries.retain(|(user, _)| wanted.is_empty() || wanted.iter().any(|w| w.value == *user));
    if entries.is_empty() && wanted.is_empty() {
        let message = format!("the password file {} names no user", quoted(&path.value));
        machine
            .complaints
            .add(Diagnostic::warning(path.span, message));
    }
    entries
}

/// The user and password of a line; what follows a second colon is no part of the password.
fn entry(line: &str) -> Option<(Box<str>, Box<str>)> {
    let line = line.trim();
    let (user, rest) = line.split_once(':')?;
    let password = rest.split(':').next().unwrap_or("");
    let complete = !user.is_empty() && !password.is_empty() && !line.starts_with('#');
    complete.then(|| (user.into(), password.into()))
}
