//! The status server: listeners, certificate, users.

use super::machine::Machine;
use super::{passwords, pem};
use crate::config::syntax::{CredentialSyntax, HttpdSyntax, HttpdTlsSyntax, UnixSocketSyntax};
use crate::model::{Access, Credential, Httpd, HttpdAddress, HttpdUnixSocket, PasswordKind};
use crate::text::Diagnostic;

/// The model of all `set httpd` statements together.
pub(super) fn httpd(syntax: HttpdSyntax, machine: &mut Machine<'_>) -> Httpd {
    let known = |tls: &HttpdTlsSyntax| !syntax.broken || tls.is_complete();
    let tls = syntax.tls.filter(known);
    let tls = tls.and_then(|tls| pem::identity(&tls, machine));
    if syntax.port.is_none() && syntax.unix_socket.is_none() && !syntax.broken {
        let message = "`set httpd` needs a `port` or a `unixsocket` to listen on";
        machine
            .complaints
            .add(Diagnostic::error(syntax.span, message));
    }
    if syntax.hosts.is_empty() && syntax.credentials.is_empty() && !syntax.broken {
        let message = "no `allow` says who may use the status page";
        let warning = Diagnostic::warning(syntax.span, message);
        machine
            .complaints
            .add(warning.note("for example `allow localhost` or `allow user:password`"));
    }
    let credentials = syntax.credentials.into_iter();
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
            credentials: credentials
                .flat_map(|credential| self::credentials(credential, machine))
                .collect(),
        },
        hide_version: syntax.hide_version,
    }
}

fn unix_socket(syntax: UnixSocketSyntax, machine: &mut Machine<'_>) -> HttpdUnixSocket {
    HttpdUnixSocket {
        uid: syntax.uid.and_then(|user| machine.user(&user)),
        gid: syntax.gid.and_then(|group| machine.group(&group)),
        ..syntax.socket
    }
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
