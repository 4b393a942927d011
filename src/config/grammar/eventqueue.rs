//! `set eventqueue`.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::token::Symbol;

/// `set eventqueue basedir PATH [slots NUMBER]`
///
/// ```text
/// set eventqueue
///     basedir /var/lib/monit/events
///     slots 100
/// ```
pub(super) fn eventqueue(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    p.expect(Keyword::Basedir)?;
    p.skip_sign(Symbol::Equal);
    p.path()?;
    if p.accept(Keyword::Slots) {
        p.skip_sign(Symbol::Equal);
        p.number()?;
    }
    p.set_once("set eventqueue", word);
    let note = "mail that no server takes is kept without it, beside the state file";
    p.without_effect(word, "`set eventqueue`", note);
    Ok(())
}
