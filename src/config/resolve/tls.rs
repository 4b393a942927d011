//! TLS: what a place says of it, and `set ssl` where it says nothing.

use super::machine::Machine;
use super::pem;
use crate::config::surroundings::Kind;
use crate::config::syntax::{MailServerSyntax, PeerTlsSyntax, Text, TlsSyntax};
use crate::model::{MailServer, MailServerTls, TlsOptions, TlsTerms, Verify};
use crate::text::{Diagnostic, Span, quoted};

/// TLS of a connection test.
pub(super) fn of_test(syntax: PeerTlsSyntax, machine: &mut Machine<'_>) -> TlsOptions {
    must_be_spoken(syntax.span, machine);
    let options = options(syntax.options, machine);
    TlsOptions {
        starttls: syntax.starttls,
        verify: verify(&options),
        pin: syntax.pin,
        terms: terms(&options, machine),
    }
}

/// A mail server.
pub(super) fn mail_server(syntax: MailServerSyntax, machine: &mut Machine<'_>) -> MailServer {
    let tls = syntax.tls.map(|tls| {
        must_be_spoken(tls.span, machine);
        let options = options(tls.options, machine);
        // It is verified where a password is sent, even if nothing was said.
        let verify = match (&options.verify, options.allow_self_signed) {
            (None, Some(true)) => Verify::AllowSelfSigned,
            (_, _) => verify(&options),
        };
        MailServerTls {
            implicit: !tls.starttls,
            verify,
            pin: tls.pin,
            terms: terms(&options, machine),
        }
    });
    MailServer {
        tls,
        ..syntax.server
    }
}

/// Complains about what `set ssl` names, whether or not somebody uses it.
pub(super) fn check_usual(place: Option<Span>, machine: &mut Machine<'_>) {
    if let (Some(place), false) = (place, machine.surroundings.speaks_tls()) {
        let warning = Diagnostic::warning(place, WITHOUT_TLS);
        machine.complaints.add(warning.note("it has no effect"));
        return;
    }
    let usual = machine.tls.clone();
    terms(&usual, machine);
}

/// Whether TLS can be had; a program that was built without it refuses: to talk in plain text
/// instead would be to send a password in the clear, or to test something else.
pub(super) fn must_be_spoken(place: Span, machine: &mut Machine<'_>) -> bool {
    let is_spoken = machine.surroundings.speaks_tls();
    if !is_spoken {
        let error = Diagnostic::error(place, WITHOUT_TLS);
        machine.complaints.add(error);
    }
    is_spoken
}

const WITHOUT_TLS: &str = "this `tend` was built without TLS";

/// What is said here and what is said for all.
fn options(own: TlsSyntax, machine: &mut Machine<'_>) -> TlsSyntax {
    for path in [&own.pemfile, &own.pemchain, &own.pemkey]
        .into_iter()
        .flatten()
    {
        let message = "this certificate is of no use here";
        let warning = Diagnostic::warning(path.span, message);
        machine
            .complaints
            .add(warning.note("`clientpemfile` names what is shown to a peer"));
    }
    own.or(&machine.tls)
}

/// `selfsigned: allow` alone asks for no verification.
fn verify(options: &TlsSyntax) -> Verify {
    let asked = options.verify.as_ref().map(|verify| verify.value);
    match (asked, options.allow_self_signed) {
        (None, _) => Verify::Unset,
        (Some(false), _) => Verify::Disable,
        (Some(true), Some(true)) => Verify::AllowSelfSigned,
        (Some(true), Some(false) | None) => Verify::Enable,
    }
}

fn terms(options: &TlsSyntax, machine: &mut Machine<'_>) -> TlsTerms {
    let mut authorities = Vec::new();
    if let Some(path) = &options.authorities_file {
        if pem::certificates(path, machine).is_some() {
            authorities.push(path.value.clone());
        }
    }
    if let Some(path) = &options.authorities_directory {
        if is_directory(path, machine) {
            authorities.push(path.value.clone());
        }
    }
    let client_pem = options.client_pem.as_ref();
    TlsTerms {
        versions: options.versions.unwrap_or_default(),
        authorities,
        client_pem: client_pem.and_then(|path| pem::client(path, machine)),
    }
}

fn is_directory(path: &Text, machine: &mut Machine<'_>) -> bool {
    let why: Box<str> = match machine.surroundings.look(&path.value) {
        Ok(look) if look.kind == Kind::Directory => return true,
        Ok(_) => "it is no directory".into(),
        Err(why) => why,
    };
    let message = format!("cannot look into {}: {why}", quoted(&path.value));
    machine
        .complaints
        .add(Diagnostic::error(path.span, message));
    false
}
