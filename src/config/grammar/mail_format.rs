//! How alert mails look.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::Text;
use crate::config::token::Symbol;
use crate::model::MailFormat;
use crate::text::{Diagnostic, quoted};

#[derive(Clone, Copy)]
struct Key {
    /// All that stands before one of these.
    ends: &'static [char],
    field: fn(&mut MailFormat) -> &mut Option<Box<str>>,
}

const LINE: &[char] = &['\n', '}'];
const BLOCK: &[char] = &['}'];

const KEYS: &[(Keyword, Key)] = &[
    (
        Keyword::From,
        Key {
            ends: LINE,
            field: |format| &mut format.from,
        },
    ),
    (
        Keyword::ReplyTo,
        Key {
            ends: LINE,
            field: |format| &mut format.reply_to,
        },
    ),
    (
        Keyword::Subject,
        Key {
            ends: LINE,
            field: |format| &mut format.subject,
        },
    ),
    (
        Keyword::Message,
        Key {
            ends: BLOCK,
            field: |format| &mut format.message,
        },
    ),
];

/// `set mail-format { from: … reply-to: … subject: … message: … }`
///
/// ```text
/// set mail-format { from: monit@foo.bar }
/// set mail-format {
///     from: Monit Support <monit@$HOST>
///     reply-to: support@domain.com
///     subject: $SERVICE $EVENT at $DATE
///     message: Monit $ACTION $SERVICE at $DATE on $HOST: $DESCRIPTION.
///              Yours sincerely, it's
///              monit
/// }
/// ```
pub(super) fn global(p: &mut Parser<'_>) -> Parsed {
    let format = block(p)?;
    let global = &mut p.syntax().settings.mail_format;
    global.from = format.from.or(global.from.take());
    global.reply_to = format.reply_to.or(global.reply_to.take());
    global.subject = format.subject.or(global.subject.take());
    global.message = format.message.or(global.message.take());
    Ok(())
}

/// `{ KEY: TEXT … }`: a line each, taken as it stands, but the message goes on to the brace.
pub(super) fn block(p: &mut Parser<'_>) -> Parsed<MailFormat> {
    p.expect_sign(Symbol::OpenBrace)?;
    let format = keys(p);
    if format.is_err() {
        p.skip_block();
    }
    format
}

fn keys(p: &mut Parser<'_>) -> Parsed<MailFormat> {
    let mut format = MailFormat::default();
    while !p.accept_sign(Symbol::CloseBrace) {
        let Some(key) = p.accept_row(KEYS) else {
            return Err(p.unexpected());
        };
        let word = p.previous();
        p.expect_sign(Symbol::Colon)?;
        let text = p.raw(key.ends)?;
        if key.ends == LINE {
            warn_of_key_inside(p, &text);
        }
        let slot = (key.field)(&mut format);
        super::once(p, slot, text.value, word)?;
    }
    Ok(format)
}

/// `from: a@b subject: hello` is one long sender.
fn warn_of_key_inside(p: &mut Parser<'_>, text: &Text) {
    let lower = text.value.to_lowercase();
    let inside = KEYS
        .iter()
        .find(|(key, _)| lower.contains(&format!(" {}:", key.text())));
    if let Some((key, _)) = inside {
        let message = format!(
            "{} is part of the text here",
            quoted(&format!("{}:", key.text()))
        );
        let warning = Diagnostic::warning(text.span, message);
        p.warn(warning.note("each key of a mail format begins a line of its own"));
    }
}
