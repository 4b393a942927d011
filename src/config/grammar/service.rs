//! What a service says of itself: groups, dependencies, mode, schedule.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::token::TokenKind;
use crate::model::{Every, Mode, OnReboot};
use crate::text::{Diagnostic, Span, quoted};
use crate::time::Schedule;

/// `group NAME`
///
/// ```text
/// group www
/// group "web servers"
/// ```
pub(super) fn group(p: &mut Parser<'_>) -> Parsed {
    let name = p.name("a group name")?;
    let groups = &mut p.service().groups;
    if !groups
        .iter()
        .any(|known| known.eq_ignore_ascii_case(&name.value))
    {
        groups.push(name.value);
    }
    Ok(())
}

/// `depends on NAME, …`
///
/// ```text
/// depends on database, "file system"
/// depend database
/// ```
pub(super) fn depends(p: &mut Parser<'_>) -> Parsed {
    loop {
        let name = p.value("the name of a service")?;
        p.service().depends.push(name);
        let next = p.peek();
        let name_follows = match next.kind {
            TokenKind::Word(_) | TokenKind::Quoted => next.after_comma && !p.begins_statement(next),
            TokenKind::Symbol(_) | TokenKind::Unclosed | TokenKind::End => false,
        };
        if !name_follows {
            return Ok(());
        }
    }
}

/// `mode active|passive|manual`; `manual` is active with `onreboot laststate` (reference F155).
///
/// ```text
/// mode passive
/// mode manual
/// ```
pub(super) fn mode(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    p.say_once("mode", word);
    if p.accept(Keyword::Active) {
        p.service().mode = Mode::Active;
    } else if p.accept(Keyword::Passive) {
        p.service().mode = Mode::Passive;
    } else if p.accept(Keyword::Manual) {
        p.service().mode = Mode::Active;
        p.service().onreboot.get_or_insert(OnReboot::LastState);
    } else {
        return Err(p.unexpected());
    }
    Ok(())
}

/// `every N cycles`, `every "CRON"`
///
/// ```text
/// every 2 cycles
/// every "* 8-19 * * 1-5"
/// every "*/15 * * * mon-fri"
/// ```
pub(super) fn every(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    if !p.at_number() {
        let schedule = schedule(p)?;
        p.say_once("every", word);
        p.service().every = Every::Cron(schedule);
        return Ok(());
    }
    let number = p.number()?;
    if !p.at(Keyword::Cycles) && p.at_number() {
        let error = Diagnostic::error(number.span, "a cron time stands in quotes");
        return Err(p.error(error.note("write `every \"0 3 * * *\"`")));
    }
    p.expect(Keyword::Cycles)?;
    p.say_once("every", word);
    if number.value == 0 {
        let warning = Diagnostic::warning(number.span, "`every 0 cycles` means every cycle");
        p.warn(warning);
    }
    p.service().every = match u32::try_from(number.value).unwrap_or(u32::MAX) {
        0 | 1 => Every::Cycle,
        cycles => Every::Cycles(cycles),
    };
    Ok(())
}

/// `not every "CRON"`
///
/// ```text
/// not every "* 0-3 * * 0"
/// ```
pub(super) fn not_every(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous().to(p.expect(Keyword::Every)?);
    let schedule = schedule(p)?;
    p.say_once("every", word);
    p.service().every = Every::NotCron(schedule);
    Ok(())
}

/// The five fields of a cron time, in quotes.
fn schedule(p: &mut Parser<'_>) -> Parsed<Box<Schedule>> {
    const THING: &str = "a cron time in quotes";
    if !p.at_value(THING) || p.peek().kind != TokenKind::Quoted {
        return Err(p.unexpected());
    }
    let text = p.value(THING)?;
    let mistake = match Schedule::parse(&text.value) {
        Ok(schedule) => return Ok(Box::new(schedule)),
        Err(mistake) => mistake,
    };
    let inside = |offset: usize| text.span.start + 1 + u32::try_from(offset).unwrap_or(0);
    let span = if mistake.range.is_empty() {
        text.span
    } else {
        Span {
            start: inside(mistake.range.start),
            end: inside(mistake.range.end),
            ..text.span
        }
    };
    Err(p.error(Diagnostic::error(span, mistake.message).note(mistake.note)))
}

const ONREBOOT: &[(Keyword, OnReboot)] = &[
    (Keyword::Start, OnReboot::Start),
    (Keyword::Nostart, OnReboot::NoStart),
    (Keyword::Laststate, OnReboot::LastState),
];

/// `onreboot start|nostart|laststate`
///
/// ```text
/// onreboot nostart
/// ```
pub(super) fn onreboot(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    let Some(value) = p.accept_row(ONREBOOT) else {
        return Err(p.unexpected());
    };
    p.say_once("onreboot", word);
    p.service().onreboot = Some(value);
    Ok(())
}

/// `set onreboot …`: for every service that does not say.
///
/// ```text
/// set onreboot laststate
/// ```
pub(super) fn global_onreboot(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    let Some(value) = p.accept_row(ONREBOOT) else {
        return Err(p.unexpected());
    };
    p.set_once("set onreboot", word);
    p.syntax().onreboot = value;
    Ok(())
}

/// A name that can be shown in a line.
pub(super) fn service_name(p: &mut Parser<'_>) -> Parsed<crate::config::syntax::Text> {
    let name = p.name("a service name")?;
    if !name.value.trim().is_empty() && !name.value.contains(char::is_control) {
        return Ok(name);
    }
    let message = format!("{} is no name for a service", quoted(&name.value));
    Err(p.error(Diagnostic::error(name.span, message)))
}
