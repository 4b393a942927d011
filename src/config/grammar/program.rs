//! Programs: those that start, stop and restart a service, and those that `exec` runs.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::ProgramSyntax;
use crate::config::token::Symbol;

/// `start [program] [=] "PROGRAM" [ARGUMENT …] [as uid U] [and gid G] [with timeout T]`
///
/// ```text
/// start program = "/etc/init.d/apache2 start" with timeout 60 seconds
/// start program = "/usr/sbin/apachectl" -k graceful
/// start "/usr/bin/foo -d" as uid nobody and using the gid "nogroup"
/// start program /etc/init.d/foo
/// ```
pub(super) fn start(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    let program = method(p)?;
    p.say_once("start", word);
    p.service().start = Some(program);
    Ok(())
}

/// `stop …`, as above.
///
/// ```text
/// stop program = "/etc/init.d/apache2 stop"
/// ```
pub(super) fn stop(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    let program = method(p)?;
    p.say_once("stop", word);
    p.service().stop = Some(program);
    Ok(())
}

/// `restart …`, as above.
///
/// ```text
/// restart program = "/etc/init.d/apache2 reload"
/// ```
pub(super) fn restart(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    let program = method(p)?;
    p.say_once("restart", word);
    p.service().restart = Some(program);
    Ok(())
}

fn method(p: &mut Parser<'_>) -> Parsed<ProgramSyntax> {
    p.accept(Keyword::Program);
    program(p)
}

/// What is run, as whom, and for how long at most.
pub(super) fn program(p: &mut Parser<'_>) -> Parsed<ProgramSyntax> {
    p.skip_sign(Symbol::Equal);
    let line = p.value("a program")?;
    let mut more = Vec::new();
    // After a string of several lines a quote is missing more likely than an argument follows.
    while !line.value.contains('\n') && p.at_argument() {
        more.push(p.value("an argument")?.value);
    }
    let (mut uid, mut gid, mut timeout) = (None, None, None);
    loop {
        if p.accept(Keyword::Uid) {
            let word = p.previous();
            let user = p.value("a user")?;
            super::once(p, &mut uid, user, word)?;
        } else if p.accept(Keyword::Gid) {
            let word = p.previous();
            let group = p.value("a group")?;
            super::once(p, &mut gid, group, word)?;
        } else if p.accept(Keyword::Timeout) {
            let word = p.previous();
            let limit = p.time_limit()?.value;
            super::once(p, &mut timeout, limit, word)?;
        } else {
            return Ok(ProgramSyntax {
                line,
                more,
                uid,
                gid,
                timeout,
            });
        }
    }
}
