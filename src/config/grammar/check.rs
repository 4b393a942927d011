//! The head of a service: what is checked.

use std::net::IpAddr;

use super::host;
use super::pattern::pattern;
use super::service::service_name;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{ServiceSyntax, SubjectSyntax, Text};
use crate::config::token::TokenKind;
use crate::model::{Every, Mode, NetworkTarget, SubjectKind};
use crate::text::{Diagnostic, quoted};

/// What follows the name.
type Rest = fn(&mut Parser<'_>) -> Parsed<SubjectSyntax>;

const HEADS: &[(Keyword, (SubjectKind, Rest))] = &[
    (Keyword::Process, (SubjectKind::Process, process)),
    (Keyword::File, (SubjectKind::File, file)),
    (Keyword::Directory, (SubjectKind::Directory, directory)),
    (Keyword::Fifo, (SubjectKind::Fifo, fifo)),
    (Keyword::Host, (SubjectKind::Host, remote)),
    (Keyword::Filesystem, (SubjectKind::Filesystem, filesystem)),
    (Keyword::Program, (SubjectKind::Program, program)),
    (Keyword::Network, (SubjectKind::Network, network)),
    (Keyword::System, (SubjectKind::System, system)),
];

/// `check process|file|directory|fifo|filesystem|host|program|network|system NAME …`
///
/// The service is opened before its head is complete, so that what follows is read as its
/// statements even where the head is wrong.
pub(super) fn check(p: &mut Parser<'_>) -> Parsed {
    let untyped = is_untyped(p).then_some((SubjectKind::Process, process as Rest));
    let Some((kind, rest)) = p.accept_row(HEADS).or(untyped) else {
        p.open_unknown_service();
        return Err(p.unexpected());
    };
    let mut name = match service_name(p) {
        Ok(name) => name,
        Err(reported) => {
            p.open_unknown_service();
            return Err(reported);
        }
    };
    if kind == SubjectKind::System {
        name.value = name.value.replace("$HOST", &p.hostname()).into();
    }
    p.open_service(service(name, SubjectSyntax::Broken(kind)));
    p.service().subject = rest(p)?;
    Ok(())
}

/// Whether a process's name stands where its kind should: the oldest dialect had no other kind.
fn is_untyped(p: &mut Parser<'_>) -> bool {
    let next = p.peek();
    let known = match next.kind {
        TokenKind::Word(Some(word)) => HEADS.iter().any(|(kind, _)| *kind == word),
        TokenKind::Word(None) | TokenKind::Quoted => false,
        TokenKind::Symbol(_) | TokenKind::Unclosed | TokenKind::End => true,
    };
    let head = [Keyword::Pidfile, Keyword::Path, Keyword::Matching];
    !known
        && head
            .map(Some)
            .map(TokenKind::Word)
            .contains(&p.peek_second())
}

/// `check [process] NAME with pidfile PATH | with path PATH | matching PATTERN`
///
/// ```text
/// check process apache with pidfile /var/run/httpd2.pid
/// check process "my daemon" matching "^/usr/bin/mydaemon"
/// check process old with path /var/run/old.pid
/// check oldest with pidfile /var/run/oldest.pid
/// ```
fn process(p: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    // The old word is nothing to advise.
    let path = p.peek().kind == TokenKind::Word(Some(Keyword::Path));
    if p.accept(Keyword::Pidfile) || (path && p.accept(Keyword::Path)) {
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

/// `check directory NAME with path PATH`
///
/// ```text
/// check directory spool with path /var/spool/cron
/// ```
fn directory(p: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    p.expect(Keyword::Path)?;
    Ok(SubjectSyntax::Directory(p.path()?.value))
}

/// `check fifo NAME with path PATH`
///
/// ```text
/// check fifo xconsole with path /dev/xconsole
/// ```
fn fifo(p: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    p.expect(Keyword::Path)?;
    Ok(SubjectSyntax::Fifo(p.path()?.value))
}

/// `check host NAME with address ADDRESS`
///
/// ```text
/// check host mmonit.com with address mmonit.com
///   if failed ping then alert
/// check host 'second server' address 192.0.2.7
///   if failed port 22 then alert
/// ```
fn remote(p: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    p.expect(Keyword::Address)?;
    let address = host::host(p)?;
    host::warn_of_more(p, &address);
    Ok(SubjectSyntax::Host(address.value))
}

/// `check program NAME with path "PROGRAM" [ARGUMENT …] [as uid U] [and gid G] [with timeout T]`
///
/// ```text
/// check program ups with path "/bin/upsc ups@localhost" with timeout 10 seconds
///   if status != 0 then alert
/// check program disks with path /bin/disks --all as uid nobody and gid nogroup
///   if status > 1 then alert
/// ```
fn program(p: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    p.expect(Keyword::Path)?;
    super::program::program(p).map(|program| SubjectSyntax::Program(Box::new(program)))
}

/// `check network NAME with interface NAME | address ADDRESS`
///
/// ```text
/// check network lan with interface eth0
/// check network office with address 192.0.2.1
/// ```
fn network(p: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    if p.accept(Keyword::Interface) {
        let name = p.value("the name of an interface")?;
        if name.value.contains('/') {
            let message = format!("{} is no name of an interface", quoted(&name.value));
            return Err(p.error(Diagnostic::error(name.span, message).label("like `eth0`")));
        }
        return Ok(SubjectSyntax::Network(NetworkTarget::Interface(name.value)));
    }
    p.expect(Keyword::Address)?;
    let address = p.value("an IP address")?;
    if address.value.parse::<IpAddr>().is_err() {
        let message = format!("{} is no IP address", quoted(&address.value));
        let warning = Diagnostic::warning(address.span, message);
        p.warn(warning.note("no interface has it, so the link always counts as down"));
    }
    Ok(SubjectSyntax::Network(NetworkTarget::Address(
        address.value,
    )))
}

/// `check filesystem|device NAME with path MOUNTPOINT|DEVICE|HOST:PATH|//HOST/SHARE`
///
/// ```text
/// check filesystem rootfs with path /
/// check device data with path /dev/disk/by-uuid/2f9c0ab1
/// check filesystem home with path nas.example.org:/export/home
/// check filesystem share with path "//nas/my share"
/// ```
fn filesystem(p: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    p.expect(Keyword::Path)?;
    let target = p.value("a mount point, a device or a network file system")?;
    Ok(SubjectSyntax::Filesystem(target.value))
}

/// `check system NAME`
///
/// ```text
/// check system $HOST
/// ```
#[expect(clippy::unnecessary_wraps, reason = "a row of the table of heads")]
const fn system(_: &mut Parser<'_>) -> Parsed<SubjectSyntax> {
    Ok(SubjectSyntax::System)
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
        ignore: Vec::new(),
        restart_limits: Vec::new(),
        alerts: Vec::new(),
        noalert: Vec::new(),
    }
}
