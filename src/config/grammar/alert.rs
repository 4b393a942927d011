//! Who is told about what.

use crate::config::complaints::Reported;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::token::{Symbol, TokenKind};
use crate::model::{AlertTarget, EventKind, EventSet, MailFormat};
use crate::text::{Diagnostic, nearest, quoted};

/// What older dialects called some events.
const OLD_NAMES: &[(&str, &str)] = &[
    (
        "changed",
        "`checksum`, `size`, `timestamp`, `permission`, `pid` or `ppid`",
    ),
    (
        "change",
        "`checksum`, `size`, `timestamp`, `permission`, `pid` or `ppid`",
    ),
    ("match", "`content`"),
    ("start", "`action`"),
    ("stop", "`action`"),
    ("restart", "`action`"),
];

/// `set alert ADDRESS [[but] not on | only on { EVENT, … }] [with mail-format { … }]
/// [reminder on N cycles]`
///
/// ```text
/// set alert root@localhost
/// set alert foo@bar only on { timeout, nonexist } with reminder on 10 cycles
/// set alert foo@baz but not on { instance } with mail-format { subject: $SERVICE }
/// ```
pub(super) fn global(p: &mut Parser<'_>) -> Parsed {
    let target = target(p)?;
    p.syntax().settings.alerts.push(target);
    Ok(())
}

/// `alert ADDRESS …` of one service, as above.
///
/// ```text
/// alert xxxxxx@docomo.ne.jp on { timeout }
/// ```
pub(super) fn local(p: &mut Parser<'_>) -> Parsed {
    let target = target(p)?;
    p.service().alerts.push(target);
    Ok(())
}

/// `noalert ADDRESS`
///
/// ```text
/// noalert foo@bar
/// ```
pub(super) fn none(p: &mut Parser<'_>) -> Parsed {
    let address = address(p)?;
    p.service().noalert.push(address);
    Ok(())
}

fn target(p: &mut Parser<'_>) -> Parsed<AlertTarget> {
    let mut target = AlertTarget {
        address: address(p)?,
        events: EventSet::ALL,
        format: MailFormat::default(),
        reminder_cycles: None,
    };
    loop {
        let next = p.peek();
        if p.begins_statement(next) {
            return Ok(target);
        }
        if p.accept(Keyword::Not) {
            p.expect_sign(Symbol::OpenBrace)?;
            target.events = events(p)?.inverted();
        } else if p.accept_sign(Symbol::OpenBrace) {
            target.events = events(p)?;
        } else if p.accept(Keyword::MailFormat) {
            target.format = super::mail_format::block(p)?;
        } else if p.accept(Keyword::Reminder) {
            target.reminder_cycles = Some(p.count("the number of cycles")?.value);
            p.accept(Keyword::Cycles);
        } else {
            return Ok(target);
        }
    }
}

fn address(p: &mut Parser<'_>) -> Parsed<Box<str>> {
    let mut address = p.value("a mail address")?;
    let bare = address
        .value
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'));
    if let Some(bare) = bare {
        address.value = bare.into();
    }
    let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>');
    let parts = address.value.split_once('@');
    let complete = parts.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    if complete && !address.value.contains(bad) {
        return Ok(address.value);
    }
    let message = format!("{} is no mail address", quoted(&address.value));
    Err(p.error(Diagnostic::error(address.span, message).label("like `root@localhost`")))
}

/// `EVENT, … }`
fn events(p: &mut Parser<'_>) -> Parsed<EventSet> {
    let open = p.previous();
    let mut events = EventSet::NONE;
    while !p.accept_sign(Symbol::CloseBrace) {
        let token = p.peek();
        let word = p.text(token.span);
        let known = |kind: &&EventKind| kind.filter_word().eq_ignore_ascii_case(word);
        match EventKind::ALL.iter().find(known) {
            Some(kind) => {
                events = events.with(*kind);
                p.take();
            }
            None => return Err(unknown_event(p)),
        }
    }
    if events == EventSet::NONE {
        let error = Diagnostic::error(open.to(p.previous()), "no event is named here");
        return Err(p.error(error));
    }
    Ok(events)
}

fn unknown_event(p: &mut Parser<'_>) -> Reported {
    let token = p.peek();
    let TokenKind::Word(_) = token.kind else {
        return p.unexpected();
    };
    let word = p.text(token.span).to_owned();
    let words = EventKind::ALL.map(EventKind::filter_word);
    let mut error = Diagnostic::error(token.span, format!("there is no event {}", quoted(&word)));
    let old = OLD_NAMES
        .iter()
        .find(|(old, _)| old.eq_ignore_ascii_case(&word));
    if let Some((_, today)) = old {
        error = error.note(format!("the events of that kind are {today}"));
    } else if let Some(near) = nearest(&word, words) {
        error = error.label(format!("did you mean `{near}`?"));
    } else {
        error = error.note(format!("events: {}", words.join(", ")));
    }
    p.error(error)
}
