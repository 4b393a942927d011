//! What follows a test.

use super::program::program;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::ActionSyntax;
use crate::model::Action;
use crate::text::Diagnostic;

/// A function, since not every action can be copied.
type NewAction = fn() -> Action;

/// The actions without more words; `timeout` is the old word for `unmonitor`.
const SIMPLE: &[(Keyword, NewAction)] = &[
    (Keyword::Alert, || Action::Alert),
    (Keyword::Restart, || Action::Restart),
    (Keyword::Start, || Action::Start),
    (Keyword::Stop, || Action::Stop),
    (Keyword::Unmonitor, || Action::Unmonitor),
    (Keyword::Timeout, || Action::Unmonitor),
];

/// `alert`, `restart`, `start`, `stop`, `unmonitor` or
/// `exec "PROGRAM" [as uid U] [and gid G] [repeat every N cycles]`
///
/// ```text
/// if does not exist then exec "/usr/bin/sms 'it is gone'" as uid nobody repeat every 5 cycles
/// ```
pub(super) fn action(p: &mut Parser<'_>) -> Parsed<ActionSyntax> {
    if let Some(action) = p.accept_row(SIMPLE) {
        return Ok(ActionSyntax::Simple(action()));
    }
    if !p.accept(Keyword::Exec) {
        return Err(p.unexpected());
    }
    let program = program(p)?;
    let mut repeat = None;
    if p.accept(Keyword::Repeat) {
        p.accept(Keyword::Every);
        repeat = Some(p.count("the number of cycles")?.value);
        p.accept(Keyword::Cycles);
    }
    Ok(ActionSyntax::Exec(program, repeat))
}

/// The same after `else`, where nothing at all may follow.
pub(super) fn else_action(p: &mut Parser<'_>) -> Parsed<ActionSyntax> {
    if p.accept(Keyword::Ignore) {
        return Ok(ActionSyntax::Simple(Action::Ignore));
    }
    let start = p.peek().span;
    let action = action(p)?;
    if let ActionSyntax::Exec(_, Some(_)) = action {
        let message = "`repeat` has no effect here: a service recovers once";
        p.warn(Diagnostic::warning(start.to(p.previous()), message));
    }
    Ok(action)
}
