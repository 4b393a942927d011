//! Where log lines go.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::model::{FACILITIES, LogTarget};
use crate::text::{Diagnostic, nearest, quoted};

/// What syslog(3) takes where no facility is chosen: user.
const DEFAULT_FACILITY: u8 = 1;

/// `set log PATH | syslog [facility NAME]`; `logfile` is the old word.
///
/// ```text
/// set log /var/log/tend.log
/// set logfile syslog facility log_daemon
/// set log syslog
/// ```
pub(super) fn log(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    p.syntax().log_file = None;
    let target = if !p.accept(Keyword::Syslog) {
        let path = p.path()?;
        p.syntax().log_file = Some(path.span);
        LogTarget::File(path.value)
    } else if p.accept(Keyword::Facility) {
        let facility = facility(p)?;
        LogTarget::Syslog { facility }
    } else {
        LogTarget::Syslog {
            facility: DEFAULT_FACILITY,
        }
    };
    p.set_once("set log", word);
    p.syntax().settings.log = target;
    Ok(())
}

fn facility(p: &mut Parser<'_>) -> Parsed<u8> {
    let name = p.value("a syslog facility")?;
    let same = |known: &str| known.eq_ignore_ascii_case(&name.value);
    let found = FACILITIES
        .iter()
        .find(|(known, _)| same(known) || same(&known["log_".len()..]));
    if let Some((_, code)) = found {
        return Ok(*code);
    }
    let message = format!("there is no syslog facility {}", quoted(&name.value));
    let mut error = Diagnostic::error(name.span, message);
    if let Some(near) = nearest(&name.value, FACILITIES.iter().map(|(known, _)| *known)) {
        error = error.label(format!("did you mean `{near}`?"));
    }
    Err(p.error(error))
}
