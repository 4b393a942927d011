//! The head of a service: what is checked.

use super::pattern::pattern;
use super::service::service_name;
use crate::config::keyword::Keyword;
use crate::config::later::Place;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{ServiceSyntax, SubjectSyntax, Text};
use crate::model::{Every, Mode};

#[derive(Clone, Copy)]
struct Head {
    /// What is known before the rest of the head has been read.
    broken: fn() -> SubjectSyntax,
    rest: fn(&mut Parser<'_>) -> Parsed<SubjectSyntax>,
}

const HEADS: &[(Keyword, Head)] = &[
    (
        Keyword::Process,
        Head {
            broken: || SubjectSyntax::BrokenProcess,
            rest: process,
        },
    ),
    (
        Keyword::File,
        Head {
            broken: || SubjectSyntax::BrokenFile,
            rest: file,
        },
    ),
    (
        Keyword::System,
        Head {
            broken: || SubjectSyntax::System,
            rest: |_| Ok(SubjectSyntax::System),
        },
    ),
];

/// `check process|file|system NAME …`
///
/// The service is opened before its head is complete, so that what follows is read as its
/// statements even where the head is wrong.
pub(super) fn check(p: &mut Parser<'_>) -> Parsed {
    let Some(head) = p.accept_row(HEADS) else {
        p.open_unknown_service();
        return Err(p.unexpected_at(Place::Check, "check "));
    };
    let mut name = match service_name(p) {
        Ok(name) => name,
        Err(reported) => {
            p.open_unknown_service();
            return Err(reported);
        }
    };
    let subject = (head.broken)();
    if matches!(subject, SubjectSyntax::System) {
        name.value = name.value.replace("$HOST", &p.hostname()).into();
    }
    p.open_service(service(name, subject));
    p.service().subject = (head.rest)(p)?;
    Ok(())
}

/// `check process NAME with pidfile PATH | matching PATTERN`
///
/// ```text
/// check process apache with pidfile /var/run/httpd2.pid
/// check process "my daemon" matching "^/usr/bin/mydaemon"
/// ```
fn process(p: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    if p.accept(Keyword::Pidfile) {
        return Ok(SubjectSyntax::Pidfile(p.path()?.value));
    }
    if p.accept(Keyword::Matching) {
        return pattern(p).map(SubjectSyntax::Matching);
    }
    Err(p.unexpected())
}

/// `check file NAME with path PATH`
///
/// ```text
/// check file httpd.conf with path /etc/apache2/httpd.conf
/// ```
fn file(p: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    p.expect(Keyword::Path)?;
    Ok(SubjectSyntax::File(p.path()?.value))
}

fn service(name: Text, subject: SubjectSyntax) -> ServiceSyntax {
    ServiceSyntax {
        name,
        subject,
        groups: Vec::new(),
        depends: Vec::new(),
        mode: Mode::default(),
        every: Every::default(),
        onreboot: None,
        start: None,
        stop: None,
        restart: None,
        rules: Vec::new(),
        restart_limits: Vec::new(),
        alerts: Vec::new(),
        noalert: Vec::new(),
    }
}
