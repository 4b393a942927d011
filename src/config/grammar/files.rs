//! Where the program keeps its own files.

use crate::config::parser::{Parsed, Parser};

/// `set pidfile PATH`
///
/// ```text
/// set pidfile /var/run/tend.pid
/// ```
pub(super) fn pidfile(p: &mut Parser<'_>) -> Parsed {
    let path = own_file(p, "set pidfile")?;
    p.syntax().settings.pidfile = Some(path);
    Ok(())
}

/// `set statefile PATH`
///
/// ```text
/// set statefile /var/lib/tend/state
/// ```
pub(super) fn statefile(p: &mut Parser<'_>) -> Parsed {
    let path = own_file(p, "set statefile")?;
    p.syntax().settings.statefile = Some(path);
    Ok(())
}

/// `set idfile PATH`
///
/// ```text
/// set idfile /var/lib/tend/id
/// ```
pub(super) fn idfile(p: &mut Parser<'_>) -> Parsed {
    let path = own_file(p, "set idfile")?;
    p.syntax().settings.idfile = Some(path);
    Ok(())
}

fn own_file(p: &mut Parser<'_>, what: &'static str) -> Parsed<Box<str>> {
    let word = p.previous();
    let path = p.path()?;
    p.set_once(what, word);
    Ok(path.value)
}
