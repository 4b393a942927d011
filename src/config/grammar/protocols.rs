//! The protocols by their names, and which options each has.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::token::Symbol;
use crate::text::{Diagnostic, OneOf, Span, nearest, quoted};

use super::comparison::comparison;

/// How a protocol is spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    /// Not at all: the connection is all there is to it.
    Default,
    Http,
    Smtp,
    /// Not yet.
    Unspoken,
}

/// Whether a protocol goes over UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Datagrams {
    Never,
    Possible,
    /// Unless TCP is asked for.
    Usual,
    Only,
}

/// A protocol.
#[derive(Debug)]
pub(super) struct Known {
    /// After `protocol`.
    pub(super) word: &'static str,
    /// In status texts and the log.
    pub(super) name: &'static str,
    pub(super) spoken: Spoken,
    /// TLS comes with the name.
    pub(super) encrypted: bool,
    pub(super) datagrams: Datagrams,
    options: &'static [Keyword],
}

impl Known {
    /// Whether `option` is one of it.
    pub(super) fn has(&self, option: Keyword) -> bool {
        self.options.contains(&option)
    }
}

const HTTP: &[Keyword] = &[
    Keyword::Request,
    Keyword::Status,
    Keyword::Content,
    Keyword::Checksum,
    Keyword::Hostheader,
    Keyword::Http,
    Keyword::Method,
    Keyword::Username,
    Keyword::Password,
];
const LOGIN: &[Keyword] = &[Keyword::Username, Keyword::Password];
const MYSQL: &[Keyword] = &[Keyword::Username, Keyword::Password, Keyword::Rsakey];
const PGSQL: &[Keyword] = &[Keyword::Username, Keyword::Password, Keyword::Database];
const APACHE: &[Keyword] = &[
    Keyword::Path,
    Keyword::Username,
    Keyword::Password,
    Keyword::ApacheLimit,
];
const SIP: &[Keyword] = &[Keyword::Target, Keyword::Maxforward];
const WEBSOCKET: &[Keyword] = &[Keyword::Request, Keyword::Origin, Keyword::Version];

/// A protocol that is not spoken yet.
const fn unspoken(
    word: &'static str,
    name: &'static str,
    datagrams: Datagrams,
    options: &'static [Keyword],
) -> Known {
    Known {
        word,
        name,
        spoken: Spoken::Unspoken,
        encrypted: false,
        datagrams,
        options,
    }
}

/// The same inside TLS.
const fn encrypted(known: Known) -> Known {
    Known {
        encrypted: true,
        ..known
    }
}

/// One that is spoken.
const fn spoken(
    word: &'static str,
    name: &'static str,
    spoken: Spoken,
    options: &'static [Keyword],
) -> Known {
    Known {
        spoken,
        ..unspoken(word, name, Datagrams::Never, options)
    }
}

use Datagrams::{Only, Possible, Usual};

const PROTOCOLS: &[Known] = &[
    Known {
        datagrams: Possible,
        ..spoken("default", "DEFAULT", Spoken::Default, &[])
    },
    spoken("http", "HTTP", Spoken::Http, HTTP),
    encrypted(spoken("https", "HTTP", Spoken::Http, HTTP)),
    spoken("smtp", "SMTP", Spoken::Smtp, LOGIN),
    encrypted(spoken("smtps", "SMTP", Spoken::Smtp, LOGIN)),
    unspoken("apache-status", "APACHESTATUS", Possible, APACHE),
    unspoken("clamav", "CLAMAV", Possible, &[]),
    unspoken("dns", "DNS", Possible, &[]),
    unspoken("dwp", "DWP", Possible, &[]),
    unspoken("fail2ban", "FAIL2BAN", Possible, &[]),
    unspoken("ftp", "FTP", Possible, &[]),
    unspoken("gps", "GPS", Possible, &[]),
    unspoken("imap", "IMAP", Possible, &[]),
    encrypted(unspoken("imaps", "IMAP", Possible, &[])),
    unspoken("ldap2", "LDAP2", Possible, &[]),
    unspoken("ldap3", "LDAP3", Possible, &[]),
    unspoken("lmtp", "LMTP", Possible, &[]),
    unspoken("memcache", "MEMCACHE", Possible, &[]),
    unspoken("mongodb", "MONGODB", Possible, &[]),
    unspoken("mqtt", "MQTT", Possible, LOGIN),
    unspoken("mysql", "MYSQL", Possible, MYSQL),
    encrypted(unspoken("mysqls", "MYSQL", Possible, MYSQL)),
    unspoken("nntp", "NNTP", Possible, &[]),
    unspoken("ntp3", "NTP3", Usual, &[]),
    unspoken("pgsql", "PGSQL", Possible, PGSQL),
    unspoken("pop", "POP", Possible, &[]),
    encrypted(unspoken("pops", "POP", Possible, &[])),
    unspoken("postfix-policy", "POSTFIX-POLICY", Possible, &[]),
    unspoken("radius", "RADIUS", Only, &[Keyword::Secret]),
    unspoken("rdate", "RDATE", Possible, &[]),
    unspoken("redis", "REDIS", Possible, &[]),
    unspoken("rsync", "RSYNC", Possible, &[]),
    unspoken("sieve", "SIEVE", Possible, &[]),
    unspoken("sip", "SIP", Possible, SIP),
    unspoken("spamassassin", "SPAMASSASSIN", Possible, &[]),
    unspoken("ssh", "SSH", Possible, &[]),
    unspoken("tns", "TNS", Possible, &[]),
    unspoken("websocket", "WEBSOCKET", Possible, WEBSOCKET),
];

/// The protocol with this name, whatever its letter case.
pub(super) fn find(word: &str) -> Option<&'static Known> {
    PROTOCOLS
        .iter()
        .find(|known| known.word.eq_ignore_ascii_case(word))
}

/// Reads a protocol's name; also in quotes.
pub(super) fn name(p: &mut Parser<'_>) -> Parsed<&'static Known> {
    let text = p.value("the name of a protocol")?;
    if let Some(known) = find(&text.value) {
        return Ok(known);
    }
    let words = PROTOCOLS.iter().map(|known| known.word);
    let message = format!("there is no protocol {}", quoted(&text.value));
    let error = Diagnostic::error(text.span, message);
    Err(p.error(match nearest(&text.value, words.clone()) {
        Some(near) => error.label(format!("did you mean `{near}`?")),
        None => error.note(format!(
            "protocols: {}",
            words.collect::<Vec<_>>().join(", ")
        )),
    }))
}

/// Complains about an option that the protocol does not have.
pub(super) fn check_option(
    p: &mut Parser<'_>,
    known: Option<&Known>,
    option: Keyword,
    place: Span,
) -> Parsed {
    if known.is_some_and(|known| known.has(option)) {
        return Ok(());
    }
    let having = PROTOCOLS
        .iter()
        .filter(|known| known.has(option) && !known.encrypted);
    let having: Vec<String> = having
        .map(|known| format!("`protocol {}`", known.word))
        .collect();
    let option = quoted(p.text(place));
    let message = match having.len() {
        0..=2 => format!("{option} needs {}", OneOf(&having)),
        _ => format!("{option} needs a protocol that has it"),
    };
    let error = Diagnostic::error(place, message);
    Err(p.error(match having.len() {
        0..=2 => error,
        _ => error.note(format!("these do: {}", having.join(", "))),
    }))
}

type OptionProduction = fn(&mut Parser<'_>) -> Parsed;

/// Options of protocols that are not spoken yet: read, but kept nowhere.
pub(super) const OPTIONS: &[(Keyword, OptionProduction)] = &[
    (Keyword::Rsakey, rsakey),
    (Keyword::Database, database),
    (Keyword::Secret, secret),
    (Keyword::Target, target),
    (Keyword::Maxforward, maxforward),
    (Keyword::Origin, origin),
    (Keyword::Version, version),
    (Keyword::Path, path),
    (Keyword::ApacheLimit, limit),
];

/// `rsakey checksum [md5|sha1] HEX`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 3306 protocol mysql username "foo" password "bar"
///      rsakey checksum md5 00112233445566778899aabbccddeeff then alert
/// ```
fn rsakey(p: &mut Parser<'_>) -> Parsed {
    p.expect(Keyword::Checksum)?;
    let kind = super::digest::kind(p);
    p.skip_sign(Symbol::Equal);
    super::digest::digest(p, kind).map(|_| ())
}

/// `database NAME`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 5432 protocol pgsql username a password b database "test" then alert
/// ```
fn database(p: &mut Parser<'_>) -> Parsed {
    text(p, "the name of a database")
}

/// `secret TEXT`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 1812 type udp protocol radius secret pingpong then alert
/// ```
fn secret(p: &mut Parser<'_>) -> Parsed {
    text(p, "a secret")
}

/// `target ADDRESS`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 5060 type udp protocol sip
///      with target "localhost:5060" and maxforward 6 then alert
/// ```
fn target(p: &mut Parser<'_>) -> Parsed {
    text(p, "an address")
}

/// `maxforward N`
fn maxforward(p: &mut Parser<'_>) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let number = p.number()?;
    if number.value <= 255 {
        return Ok(());
    }
    let error = Diagnostic::error(number.span, "a message is forwarded at most 255 times");
    Err(p.error(error))
}

/// `origin URL`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol websocket host "echo.websocket.org" request "/"
///      origin 'http://websocket.com' version 13 then alert
/// ```
fn origin(p: &mut Parser<'_>) -> Parsed {
    text(p, "an origin")
}

/// `version N`
fn version(p: &mut Parser<'_>) -> Parsed {
    p.skip_sign(Symbol::Equal);
    p.number().map(|_| ())
}

/// `path PATH`
fn path(p: &mut Parser<'_>) -> Parsed {
    p.skip_sign(Symbol::Equal);
    p.path().map(|_| ())
}

/// `loglimit > 10%`, and the other nine
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol apache-status path /server-status
///      loglimit > 10% or dnslimit > 50% or waitlimit < 20 percent then alert
/// ```
fn limit(p: &mut Parser<'_>) -> Parsed {
    comparison(p);
    p.percent_or_count().map(|_| ())
}

fn text(p: &mut Parser<'_>, thing: &'static str) -> Parsed {
    p.skip_sign(Symbol::Equal);
    p.name(thing).map(|_| ())
}
