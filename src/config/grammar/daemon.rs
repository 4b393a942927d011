//! How the program runs.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::text::Diagnostic;

/// `set daemon SECONDS [with start delay SECONDS]`
///
/// ```text
/// set daemon 120
/// set daemon 30 with start delay 240
/// ```
pub(super) fn daemon(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    let poll = p.duration()?;
    if poll.value.is_zero() {
        let error = Diagnostic::error(poll.span, "the poll interval cannot be 0");
        return Err(p.error(error));
    }
    p.set_once("set daemon", word);
    p.syntax().settings.poll = Some(poll.value);
    if p.accept(Keyword::Start) {
        p.expect(Keyword::Delay)?;
        p.syntax().settings.start_delay = p.duration()?.value;
    }
    Ok(())
}

/// `set init`
///
/// ```text
/// set daemon 60
/// set init
/// ```
pub(super) fn init(p: &mut Parser<'_>) -> Parsed {
    p.syntax().init = Some(p.previous());
    p.syntax().settings.init = true;
    Ok(())
}

/// `set terminal batch`: no colours and no frames, as `-B`.
///
/// ```text
/// set terminal batch
/// ```
pub(super) fn terminal(p: &mut Parser<'_>) -> Parsed {
    p.expect(Keyword::Batch)?;
    p.syntax().settings.batch = true;
    Ok(())
}

/// `set fips`
///
/// ```text
/// set fips
/// ```
#[expect(clippy::unnecessary_wraps, reason = "a row of the table of settings")]
pub(super) fn fips(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    let note = "the cryptography in use is not a validated module";
    p.without_effect(word, "`set fips`", note);
    Ok(())
}
