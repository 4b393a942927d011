//! An alert as a mail: placeholders filled in, headers and body encoded.
//!
//! Whatever the alert's texts hold, and a daemon's output may hold anything, the result is one
//! legal message: no control byte reaches a header, and lines are as long as SMTP allows.

use std::borrow::Cow;

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;

use crate::protocol::base64;
use crate::text::PRODUCT;
use crate::time::WallTime;

use super::Alert;
use super::address::{Address, host_name};

/// The longest subject in bytes, before it is encoded.
const SUBJECT_LIMIT: usize = 500;
/// The longest display name of a sender in bytes, before it is encoded.
const NAME_LIMIT: usize = 200;
/// The longest body in bytes, before it is encoded.
const BODY_LIMIT: usize = 64 * 1024;
/// The longest line of a mail, without its end (RFC 5321 section 4.5.3.1.6).
const LINE_LIMIT: usize = 998;

const SUBJECT: &str = "monit alert --  $EVENT $SERVICE";
const BODY: &str = "$EVENT: $SERVICE\n\
                    \n\
                    \tDate:        $DATE\n\
                    \tAction:      $ACTION\n\
                    \tHost:        $HOST\n\
                    \tDescription: $DESCRIPTION\n\
                    \n\
                    Sent by tend, which keeps an eye on this machine.\n";

/// What a mail needs besides its alert.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// `using hostname`, else the machine's name: for the Message-ID.
    pub hostname: &'a str,
    /// A random number, another one for each mail.
    pub unique: u64,
    /// When the mail is sent.
    pub now: WallTime,
}

/// A mail ready to be delivered to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub(super) from: Address,
    pub(super) to: Address,
    /// Headers and body with CRLF at each line's end; not dot-stuffed.
    pub(super) content: Vec<u8>,
}

/// Makes a mail of an alert; an `Err` says why none can be made: the recipient is no address.
pub fn compose(alert: &Alert, envelope: &Envelope<'_>) -> Result<Letter, Box<str>> {
    let to = Address::parse(&alert.to).ok_or_else(|| {
        format!(
            "`{}` is no mail address",
            one_line(&alert.to, SUBJECT_LIMIT)
        )
    })?;
    let sender = Sender::of(alert, envelope);
    let subject = expand(alert.format.subject.as_deref().unwrap_or(SUBJECT), alert);
    let body = expand(alert.format.message.as_deref().unwrap_or(BODY), alert);
    let host = host_name(envelope.hostname);
    let id = format!(
        "{}.{:016x}@{host}",
        envelope.now.unix_seconds(),
        envelope.unique
    );

    let mut message = MessageBuilder::new();
    if let Some(reply_to) = alert.format.reply_to.as_deref().and_then(Sender::parse) {
        message = message.header("Reply-To", Raw::new(reply_to.header()));
    }
    let content = message
        .header("From", Raw::new(sender.header()))
        .header("To", Raw::new(to.as_str()))
        .header("Subject", unstructured(one_line(&subject, SUBJECT_LIMIT)))
        .header("Date", Raw::new(envelope.now.rfc5322()))
        .header("X-Mailer", Raw::new(PRODUCT))
        // RFC 3834: no out-of-office answers to a machine.
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .header("Message-ID", MessageId::new(id))
        .body(body_part(body_text(&body)))
        .write_to_vec()
        .expect("writing to memory does not fail");
    Ok(Letter {
        from: sender.address,
        to,
        content,
    })
}

/// Who a mail comes from, or is answered to.
struct Sender {
    name: String,
    address: Address,
}

impl Sender {
    /// The format's sender; where it is none or makes no address, `monit@` this host (reference
    /// F72).
    fn of(alert: &Alert, envelope: &Envelope<'_>) -> Self {
        let chosen = alert.format.from.as_deref();
        let chosen = chosen.and_then(|from| Self::parse(&from.replace("$HOST", &alert.host)));
        let own = || {
            [&alert.host, envelope.hostname, "localhost"]
                .iter()
                .find_map(|host| Self::parse(&format!("monit@{host}")))
                .expect("`monit@localhost` is an address")
        };
        chosen.unwrap_or_else(own)
    }

    /// `Name <address>`, `"Name" <address>`, `<address>` or `address`.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>').and_then(|t| t.rsplit_once('<')) {
            Some((name, address)) => (name.trim(), address),
            None => ("", text),
        };
        let unquoted = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
        Some(Self {
            name: one_line(unquoted.unwrap_or(name), NAME_LIMIT),
            address: Address::parse(address.trim())?,
        })
    }

    /// As in a header: the name quoted, or encoded where it is not ASCII (RFC 2047 section 5 allows
    /// no encoded word inside quotes, which is why mail-builder's own address header is not used).
    fn header(&self) -> String {
        if self.name.is_empty() {
            self.address.to_string()
        } else if self.name.is_ascii() {
            let name = self.name.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{name}\" <{}>", self.address)
        } else {
            format!("{} <{}>", encoded_words(&self.name), self.address)
        }
    }
}

/// A header's free text. mail-builder folds ASCII well, but its other encoded words can be a byte
/// longer than RFC 2047 section 2 allows.
fn unstructured(text: String) -> HeaderType<'static> {
    if text.is_ascii() {
        Text::new(text).into()
    } else {
        Raw::new(encoded_words(&text)).into()
    }
}

/// RFC 2047 encoded words of at most 75 bytes, cut between letters, a blank between them.
fn encoded_words(text: &str) -> String {
    const PLAIN_LIMIT: usize = 45; // 60 bytes in base64
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        if word.len() + letter.len_utf8() > PLAIN_LIMIT {
            words.push(std::mem::take(&mut word));
        }
        word.push(letter);
    }
    words.push(word);
    let encoded = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", base64::encode(word.as_bytes())));
    encoded.collect::<Vec<_>>().join(" ")
}

/// Fills in the placeholders, each once: what a description says is not expanded again. Any other
/// `$X` stays as it is (reference F86).
fn expand(template: &str, alert: &Alert) -> String {
    let date = alert.at.date_text();
    let values: [(&str, &str); 6] = [
        ("EVENT", &alert.event),
        ("SERVICE", &alert.service),
        ("DATE", &date),
        ("HOST", &alert.host),
        ("ACTION", &alert.action),
        ("DESCRIPTION", &alert.description),
    ];
    let mut text = String::with_capacity(template.len());
    let mut pieces = template.split('$');
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        match values.iter().find(|(name, _)| piece.starts_with(name)) {
            Some((name, value)) => {
                text.push_str(value);
                text.push_str(&piece[name.len()..]);
            }
            None => {
                text.push('$');
                text.push_str(piece);
            }
        }
    }
    text
}

/// `text` without line ends and control bytes, fit for a header.
fn one_line(text: &str, limit: usize) -> String {
    let text = text.trim().replace(|c: char| c.is_control(), " ");
    shortened(&text, limit).into_owned()
}

/// `text` with LF at each line's end and no other control byte but the tab; the mail builder makes
/// CRLF of it.
fn body_text(text: &str) -> String {
    let text = shortened(text, BODY_LIMIT).replace("\r\n", "\n");
    let mut text = text.replace(|c: char| c.is_control() && c != '\n' && c != '\t', "?");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A text in plain ASCII travels as it is: filters look for its words. mail-builder would break
/// each line of more than 76 letters in two.
fn body_part(text: String) -> MimePart<'static> {
    let is_plain = text.is_ascii() && text.lines().all(|line| line.len() <= LINE_LIMIT);
    if is_plain {
        MimePart::new("text/plain", text.replace('\n', "\r\n")).transfer_encoding("7bit")
    } else {
        MimePart::new("text/plain", text)
    }
}

/// At most `limit` bytes, cut between letters.
fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return text.into();
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}...", &text[..end]).into()
}

#[cfg(test)]
mod tests;
