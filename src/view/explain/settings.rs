//! Everything said with `set` that holds for the whole program. What holds for each service, unless
//! it says otherwise, is told with the services.
//!
//! Every setting is taken out by name, so that a further one cannot be forgotten here.

use std::time::Duration;

use crate::model::{
    Access, Allow, Credential, FACILITIES, Httpd, HttpdAddress, HttpdTls, HttpdUnixSocket, Limits,
    LogTarget, MailServer, MailServerTls, PasswordKind, Role, Settings, TlsOptions, TlsVersions,
    Verify,
};
use crate::reading::Bytes;

use super::peer::secured;
use super::recipient;
use super::{Each, Span, all_of, one_of, say};

pub(super) fn tell(text: &mut String, settings: &Settings) {
    let Settings {
        poll,
        start_delay,
        init,
        batch,
        log,
        pidfile,
        statefile,
        idfile,
        mail_servers,
        mail_hostname,
        mail_format,
        alerts: _, // with each service, which may say otherwise
        httpd,
        limits,
    } = settings;
    cycles(text, *poll, *start_delay);
    if *init {
        say(text, "It stays in the foreground, as init wants it.");
    }
    say(text, logged(log));
    let files = [
        ("its process number", pidfile),
        ("its state", statefile),
        ("its id", idfile),
    ];
    let kept = files
        .into_iter()
        .filter_map(|(what, path)| Some(format!("{what} in {}", path.as_deref()?)));
    let kept: Vec<String> = kept.collect();
    if !kept.is_empty() {
        say(text, format!("It keeps {}.", all_of(&kept)));
    }
    mail(text, mail_servers, mail_hostname.as_deref());
    let format = recipient::format(mail_format);
    if !format.is_empty() {
        let format = all_of(&format);
        say(text, format!("Mails are {format}, unless said otherwise."));
    }
    match httpd {
        None => say(text, "There is no status page."),
        Some(httpd) => page(text, httpd),
    }
    if *batch {
        say(text, "Its commands draw no frames and no colours.");
    }
    buffers(text, limits);
}

fn cycles(text: &mut String, poll: Option<Duration>, start_delay: Duration) {
    match poll {
        Some(poll) => say(text, format!("A cycle begins {}.", Each(poll))),
        None => say(
            text,
            "There is one cycle and no other: no `set daemon` says how often.",
        ),
    }
    if !start_delay.is_zero() {
        let delay = Span(start_delay);
        let sentence = format!("The first cycle after the machine has started waits {delay}.");
        say(text, sentence);
    }
}

fn logged(log: &LogTarget) -> String {
    match log {
        LogTarget::Unset => {
            "What happens is logged in the foreground only: no `set log` says where.".to_owned()
        }
        LogTarget::File(path) => format!("What happens is logged in {path}."),
        LogTarget::Syslog { facility } => {
            let same = |(_, code): &&(&str, u8)| code == facility;
            let name = FACILITIES.iter().find(same).map_or("", |(name, _)| name);
            format!("What happens is logged by syslog as {name}.")
        }
    }
}

fn mail(text: &mut String, servers: &[MailServer], hostname: Option<&str>) {
    let servers: Vec<String> = servers.iter().map(mail_server).collect();
    if !servers.is_empty() {
        let servers = servers.join(" or else ");
        say(text, format!("Mail is sent by {servers}."));
    }
    if let Some(name) = hostname {
        say(text, format!("To mail servers this machine is {name}."));
    }
}

/// `mail.example.org:587 over TLS after STARTTLS for the user u, within 30 seconds`.
fn mail_server(server: &MailServer) -> String {
    let MailServer {
        host,
        port,
        credentials,
        tls,
        timeout,
    } = server;
    let user = match credentials {
        Some((user, _)) => format!(" for the user {user}"),
        None => String::new(),
    };
    let tls = tls.as_ref().map_or_else(String::new, |tls| {
        let MailServerTls {
            implicit,
            verify,
            pin,
            terms,
        } = tls;
        let verify = match verify {
            Verify::Unset if credentials.is_some() => Verify::Enable,
            Verify::Unset | Verify::Enable | Verify::AllowSelfSigned | Verify::Disable => *verify,
        };
        secured(&TlsOptions {
            starttls: !implicit,
            verify,
            pin: pin.clone(),
            terms: terms.clone(),
        })
    });
    format!("{host}:{port}{tls}{user} within {}", Span(*timeout))
}

fn page(text: &mut String, httpd: &Httpd) {
    let Httpd {
        address,
        unix_socket,
        access,
        hide_version,
    } = httpd;
    let places = address.iter().map(page_address);
    let places: Vec<String> = places.chain(unix_socket.iter().map(page_socket)).collect();
    let secrecy = match hide_version {
        true => " and does not tell its version",
        false => "",
    };
    say(
        text,
        format!("The status page is at {}{secrecy}.", all_of(&places)),
    );
    guests(text, access);
}

const LOOK_ONLY: &str = "to look only";

fn page_address(address: &HttpdAddress) -> String {
    let HttpdAddress {
        host,
        port,
        tls,
        read_only,
    } = address;
    let host = host.as_deref().unwrap_or("*");
    let scheme = if tls.is_some() { "https" } else { "http" };
    let mut terms = Vec::new();
    if let Some(HttpdTls {
        chain,
        key,
        versions,
        clients,
    }) = tls
    {
        terms.push(format!(
            "with the certificate in {chain} and the key in {key}"
        ));
        match versions {
            TlsVersions::Both => {}
            TlsVersions::Only12 => terms.push("by TLS 1.2".to_owned()),
            TlsVersions::Only13 => terms.push("by TLS 1.3".to_owned()),
        }
        if let Some(path) = clients {
            terms.push(format!("for whoever has a certificate that is in {path}"));
        }
    }
    if *read_only {
        terms.push(LOOK_ONLY.to_owned());
    }
    with_terms(format!("{scheme}://{host}:{port}/"), &terms)
}

fn page_socket(socket: &HttpdUnixSocket) -> String {
    let HttpdUnixSocket {
        path,
        uid,
        gid,
        permission,
        read_only,
    } = socket;
    let uid = uid.map(|uid| format!("of uid {uid}"));
    let gid = gid.map(|gid| format!("of gid {gid}"));
    let permission = permission.map(|mode| format!("of permission {mode:04o}"));
    let look = read_only.then(|| LOOK_ONLY.to_owned());
    let terms = uid.into_iter().chain(gid).chain(permission).chain(look);
    with_terms(path.to_string(), &terms.collect::<Vec<_>>())
}

fn with_terms(thing: String, terms: &[String]) -> String {
    match terms {
        [] => thing,
        terms => format!("{thing} ({})", terms.join("; ")),
    }
}

/// Hosts and users must both agree where both are named.
fn guests(text: &mut String, access: &Access) {
    let Access {
        hosts,
        credentials,
        groups,
    } = access;
    let hosts = hosts.iter().map(|allow| match allow {
        Allow::Name(name) => name.to_string(),
        Allow::Network(network) => format!("{}/{}", network.address, network.prefix),
    });
    let hosts: Vec<String> = hosts.collect();
    let users: Vec<String> = credentials.iter().map(user).collect();
    let from = match hosts.is_empty() {
        true => String::new(),
        false => format!(" from {}", one_of(&hosts)),
    };
    if !users.is_empty() {
        say(text, format!("It is there for {}{from}.", all_of(&users)));
    } else if access.asks_who() {
        let groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
        let groups = all_of(&groups);
        say(text, format!("Nobody comes in, of {groups} neither."));
    } else if !hosts.is_empty() {
        say(text, format!("It is there for everybody{from}."));
    }
}

fn user(credential: &Credential) -> String {
    let Credential {
        user,
        password: _, // never told
        kind,
        role,
    } = credential;
    let kind = match kind {
        PasswordKind::Cleartext => None,
        PasswordKind::Md5 => Some("password hashed by MD5".to_owned()),
        PasswordKind::Crypt => Some("password hashed by crypt".to_owned()),
    };
    let role = match role {
        Role::Full => None,
        Role::ReadOnly => Some(LOOK_ONLY.to_owned()),
    };
    let terms: Vec<String> = kind.into_iter().chain(role).collect();
    with_terms(format!("the user {user}"), &terms)
}

/// Time limits are told where they hold.
fn buffers(text: &mut String, limits: &Limits) {
    let Limits {
        program_output,
        send_expect_buffer,
        file_content_buffer,
        http_content_buffer,
        network_timeout: _,
        start_timeout: _,
        stop_timeout: _,
        restart_timeout: _,
        program_timeout: _,
        exec_timeout: _,
    } = limits;
    let usual = Limits::default();
    let buffers = [
        (
            "what a program prints",
            *program_output,
            usual.program_output,
        ),
        (
            "what is compared with an `expect`",
            *send_expect_buffer,
            usual.send_expect_buffer,
        ),
        (
            "a line of a file",
            *file_content_buffer,
            usual.file_content_buffer,
        ),
        (
            "the body of a page",
            *http_content_buffer,
            usual.http_content_buffer,
        ),
    ];
    for (what, bytes, usual) in buffers {
        if bytes != usual {
            let bytes = Bytes(bytes as u64);
            say(text, format!("Of {what} {bytes} are looked at."));
        }
    }
}
