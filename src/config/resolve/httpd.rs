//! The status server: listeners, certificate, users.

use super::machine::Machine;
use super::{passwords, pem, tls};
use crate::config::syntax::{CredentialSyntax, HttpdSyntax, HttpdTlsSyntax, UnixSocketSyntax};
use crate::model::{
    Access, Credential, Httpd, HttpdAddress, HttpdTls, HttpdUnixSocket, PasswordKind,
};
use crate::text::{Diagnostic, Severity, Span, quoted};

/// The model of all `set httpd` statements together.
pub(super) fn httpd(syntax: HttpdSyntax, machine: &mut Machine<'_>) -> Httpd {
    let tls = syntax
        .tls
        .and_then(|tls| encryption(tls, syntax.broken, machine));
    if syntax.port.is_none() && syntax.unix_socket.is_none() && !syntax.broken {
        let message = "`set httpd` needs a `port` or a `unixsocket` to listen on";
        machine
            .complaints
            .add(Diagnostic::error(syntax.span, message));
    }
    let nobody =
        syntax.hosts.is_empty() && syntax.credentials.is_empty() && syntax.groups.is_empty();
    if nobody && !syntax.broken {
        let message = "no `allow` says who may use the status page";
        let warning = Diagnostic::warning(syntax.span, message);
        machine
            .complaints
            .add(warning.note("for example `allow localhost` or `allow user:password`"));
    }
    let credentials = users(syntax.credentials, machine);
    Httpd {
        address: syntax.port.map(|port| HttpdAddress {
            host: syntax.host,
            port,
            tls,
            read_only: syntax.read_only,
        }),
        unix_socket: syntax
            .unix_socket
            .map(|socket| unix_socket(socket, machine)),
        access: Access {
            hosts: syntax.hosts,
            groups: syntax.groups,
            credentials,
        },
        hide_version: syntax.hide_version,
    }
}

/// Certificate and key; with `set ssl`'s where the page's own are not named.
fn encryption(syntax: HttpdTlsSyntax, broken: bool, machine: &mut Machine<'_>) -> Option<HttpdTls> {
    if !tls::must_be_spoken(syntax.span, machine) {
        return None;
    }
    let own = syntax.options;
    for (path, word) in [
        (&own.authorities_file, "cacertificatefile"),
        (&own.authorities_directory, "cacertificatepath"),
    ] {
        if let Some(path) = path {
            no_effect(path.span, word, machine);
        }
    }
    if let Some(verify) = &own.verify {
        no_effect(verify.span, "verify", machine);
    }
    // `set ssl` names what we show to others, not who may come.
    let clients = own.client_pem.clone();
    let clients = clients.filter(|path| pem::certificates(path, machine).is_some());
    let options = own.or(&machine.tls);
    if broken && !options.is_complete() {
        return None;
    }
    pem::identity(
        syntax.span,
        &options,
        clients.map(|path| path.value),
        machine,
    )
}

fn no_effect(place: Span, word: &str, machine: &mut Machine<'_>) {
    let message = format!("`{word}` means nothing to the status page");
    let warning = Diagnostic::warning(place, message);
    machine
        .complaints
        .add(warning.note("the clients that may come are in `clientpemfile`"));
}

fn unix_socket(syntax: UnixSocketSyntax, machine: &mut Machine<'_>) -> HttpdUnixSocket {
    HttpdUnixSocket {
        uid: syntax.uid.and_then(|user| machine.user(&user)),
        gid: syntax.gid.and_then(|group| machine.group(&group)),
        ..syntax.socket
    }
}

/// Everybody who is let in with a password. Who is named again keeps the first one.
fn users(syntax: Vec<CredentialSyntax>, machine: &mut Machine<'_>) -> Vec<Credential> {
    let mut known: Vec<Credential> = Vec::new();
    for statement in syntax {
        for new in credentials(statement, machine) {
            if known.iter().all(|one| one.user != new.user) {
                known.push(new);
                continue;
            }
            // Says no place: the line would be shown, and the password with it.
            let message = format!("`set httpd` allows the user {} twice", quoted(&new.user));
            machine.complaints.add(Diagnostic {
                severity: Severity::Warning,
                notes: vec!["the first password counts, the other one has no effect".to_owned()],
                ..Diagnostic::general(message)
            });
        }
    }
    known
}

fn credentials(syntax: CredentialSyntax, machine: &mut Machine<'_>) -> Vec<Credential> {
    match syntax {
        CredentialSyntax::User {
            user,
            password,
            role,
        } => vec![Credential {
            user,
            password,
            kind: PasswordKind::Cleartext,
            role,
        }],
        CredentialSyntax::File {
            path,
            kind,
            users,
            role,
        } => {
            let entries = passwords::read(&path, &users, machine);
            let credential = |(user, password)| Credential {
                user,
                password,
                kind,
                role,
            };
            entries.into_iter().map(credential).collect()
        }
    }
}
