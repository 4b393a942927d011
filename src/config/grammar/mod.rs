//! The productions of the language, a file for each family of statements.
//!
//! Each begins after its own first word and says in its comment how it is written, with an example
//! that a test reads.

mod action;
mod alert;
mod check;
mod comparison;
mod connection;
mod content;
mod daemon;
mod digest;
mod eventqueue;
mod existence;
mod file_tests;
mod files;
mod filesystem_tests;
mod host;
mod http_options;
mod httpd;
mod httpd_allow;
mod kinds;
mod limits;
mod log;
mod mail_format;
mod mailserver;
mod mmonit;
mod network_tests;
mod pattern;
mod ping;
mod process_tests;
mod program;
mod program_tests;
mod protocols;
mod restarts;
mod rule;
mod service;
mod subjects;
mod system_tests;
mod tls;
mod url;

use super::keyword::Keyword;
use super::parser::{InService, Parsed, Parser};
use crate::text::{Diagnostic, quoted};

/// Reads one statement, or what follows its first word.
type Production = fn(&mut Parser<'_>) -> Parsed;

/// Statements that stand for themselves.
const GLOBAL: &[(Keyword, Production)] = &[
    (Keyword::Set, set),
    (Keyword::Check, check::check),
    (Keyword::Include, include),
];

/// Statements of the service whose `check` stands before them.
const SERVICE: &[(Keyword, Production)] = &[
    (Keyword::Start, program::start),
    (Keyword::Stop, program::stop),
    (Keyword::Restart, program::restart),
    (Keyword::If, rule::rule),
    (Keyword::Ignore, content::ignore),
    (Keyword::Alert, alert::local),
    (Keyword::Noalert, alert::none),
    (Keyword::Group, service::group),
    (Keyword::Depends, service::depends),
    (Keyword::Mode, service::mode),
    (Keyword::Every, service::every),
    (Keyword::Not, service::not_every),
    (Keyword::Onreboot, service::onreboot),
];

/// What can be `set`.
const SET: &[(Keyword, Production)] = &[
    (Keyword::Daemon, daemon::daemon),
    (Keyword::Init, daemon::init),
    (Keyword::Log, log::log),
    (Keyword::Pidfile, files::pidfile),
    (Keyword::Statefile, files::statefile),
    (Keyword::Idfile, files::idfile),
    (Keyword::Mailserver, mailserver::mailserver),
    (Keyword::MailFormat, mail_format::global),
    (Keyword::Alert, alert::global),
    (Keyword::Httpd, httpd::httpd),
    (Keyword::Limits, limits::limits),
    (Keyword::Expectbuffer, limits::expectbuffer),
    (Keyword::Ssl, tls::global),
    (Keyword::Tls, tls::global),
    (Keyword::Fips, daemon::fips),
    (Keyword::Terminal, daemon::terminal),
    (Keyword::Eventqueue, eventqueue::eventqueue),
    (Keyword::Mmonit, mmonit::mmonit),
    (Keyword::Onreboot, service::global_onreboot),
];

/// Whether a statement can begin with `keyword`.
pub(super) fn begins_statement(keyword: Keyword) -> bool {
    GLOBAL
        .iter()
        .chain(SERVICE)
        .any(|(first, _)| *first == keyword)
}

/// Any statement.
pub(super) fn statement(p: &mut Parser<'_>) -> Parsed {
    if let Some(production) = p.accept_row(GLOBAL) {
        return production(p);
    }
    match p.in_service() {
        InService::Last => match p.accept_row(SERVICE) {
            Some(production) => production(p),
            None => Err(p.unexpected()),
        },
        InService::None => Err(without_service(p)),
        InService::Unknown => {
            p.take();
            p.skip_statement();
            Ok(())
        }
    }
}

/// A statement that is none, or that misses its `check`.
fn without_service(p: &mut Parser<'_>) -> super::complaints::Reported {
    let token = p.peek();
    if !p.begins_statement(token) {
        return p.unexpected();
    }
    let message = format!("{} belongs to a service", quoted(p.text(token.span)));
    p.error(Diagnostic::error(token.span, message).note("a `check` must stand before it"))
}

fn set(p: &mut Parser<'_>) -> Parsed {
    match p.accept_row(SET) {
        Some(production) => production(p),
        None => Err(p.unexpected()),
    }
}

/// `include PATTERN` behind another statement; at the beginning of a line nobody sees it, since the
/// files' text stands there instead.
///
/// ```text
/// include /etc/monit.d/*.cfg
///
/// set daemon 5 include /etc/monit.d/*.cfg
/// ```
#[expect(clippy::unnecessary_wraps, reason = "a row of the table of statements")]
fn include(p: &mut Parser<'_>) -> Parsed {
    let word = p.previous();
    p.include(word);
    Ok(())
}

/// Puts a value into its place if that is empty; an option given twice is an error.
fn once<T>(p: &mut Parser<'_>, slot: &mut Option<T>, value: T, word: crate::text::Span) -> Parsed {
    if slot.is_some() {
        let message = format!("{} is given twice", quoted(p.text(word)));
        return Err(p.error(Diagnostic::error(word, message)));
    }
    *slot = Some(value);
    Ok(())
}

/// The text of every production's example, with the file it stands in.
#[cfg(test)]
pub(super) const FILES: &[(&str, &str)] = &[
    ("mod.rs", include_str!("mod.rs")),
    ("action.rs", include_str!("action.rs")),
    ("alert.rs", include_str!("alert.rs")),
    ("check.rs", include_str!("check.rs")),
    ("comparison.rs", include_str!("comparison.rs")),
    ("connection.rs", include_str!("connection.rs")),
    ("content.rs", include_str!("content.rs")),
    ("options.rs", include_str!("connection/options.rs")),
    ("daemon.rs", include_str!("daemon.rs")),
    ("digest.rs", include_str!("digest.rs")),
    ("existence.rs", include_str!("existence.rs")),
    ("file_tests.rs", include_str!("file_tests.rs")),
    ("eventqueue.rs", include_str!("eventqueue.rs")),
    ("files.rs", include_str!("files.rs")),
    ("host.rs", include_str!("host.rs")),
    ("filesystem_tests.rs", include_str!("filesystem_tests.rs")),
    ("http_options.rs", include_str!("http_options.rs")),
    ("httpd.rs", include_str!("httpd.rs")),
    ("httpd_allow.rs", include_str!("httpd_allow.rs")),
    ("limits.rs", include_str!("limits.rs")),
    ("log.rs", include_str!("log.rs")),
    ("mail_format.rs", include_str!("mail_format.rs")),
    ("mailserver.rs", include_str!("mailserver.rs")),
    ("mmonit.rs", include_str!("mmonit.rs")),
    ("ping.rs", include_str!("ping.rs")),
    ("network_tests.rs", include_str!("network_tests.rs")),
    ("program.rs", include_str!("program.rs")),
    ("program_tests.rs", include_str!("program_tests.rs")),
    ("protocols.rs", include_str!("protocols.rs")),
    ("restarts.rs", include_str!("restarts.rs")),
    ("rule.rs", include_str!("rule.rs")),
    ("service.rs", include_str!("service.rs")),
    ("system_tests.rs", include_str!("system_tests.rs")),
    ("tls.rs", include_str!("tls.rs")),
];
