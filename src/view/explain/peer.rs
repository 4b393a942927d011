//! Connection tests and pings as conditions: `TCP port 80 of www does not answer as HTTP`.
//!
//! Every option of a test is taken out of it by name, so that a further one cannot be forgotten
//! here.

use std::net::IpAddr;

use crate::model::{
    CertificatePin, Connection, ConnectionTest, Destination, Exchange, Family, HttpMethod,
    HttpTest, Ping, PingTest, Protocol, TlsOptions, TlsTerms, TlsVersions, Transport, Verify,
};
use crate::reading::hexadecimal;

use super::clause::compared;
use super::{Span, all_of};

pub(super) fn connection(test: &ConnectionTest) -> String {
    let ConnectionTest {
        connection,
        expect_failure,
        tries,
    } = test;
    let Connection {
        destination,
        family,
        source,
        transport,
        tls,
        protocol,
        timeout,
    } = connection;
    let to = match destination {
        Destination::Host { host, port } => {
            let transport = match transport {
                Transport::Tcp => "TCP",
                Transport::Udp => "UDP",
            };
            format!("{transport} port {port} of {host}")
        }
        Destination::Unix(path) => format!("the socket {path}"),
    };
    let how = [
        over(*family).to_owned(),
        asked_from(*source),
        tls.as_ref().map_or_else(String::new, secured),
        spoken(protocol),
    ]
    .concat();
    if *expect_failure {
        return format!("{to} answers{how}");
    }
    let tries = match tries {
        1 => String::new(),
        tries => format!(" at {tries} tries"),
    };
    format!("{to} does not answer{how} within {}{tries}", Span(*timeout))
}

pub(super) fn ping(test: &PingTest) -> String {
    let PingTest {
        ping,
        tries,
        expect_failure,
    } = test;
    let Ping {
        host: _,
        family,
        size,
        timeout,
        source,
    } = ping;
    const USUAL_SIZE: u16 = 64;
    let size = match *size {
        USUAL_SIZE => String::new(),
        size => format!(" of {size} bytes"),
    };
    let how = [size, over(*family).to_owned(), asked_from(*source)].concat();
    let within = Span(*timeout);
    match (expect_failure, tries) {
        (true, _) => format!("it answers a ping{how}"),
        (false, 1) => format!("it does not answer a ping{how} within {within}"),
        (false, tries) => format!("it answers none of {tries} pings{how}, each within {within}"),
    }
}

const fn over(family: Family) -> &'static str {
    match family {
        Family::Any => "",
        Family::V4 => " over IPv4",
        Family::V6 => " over IPv6",
    }
}

fn asked_from(source: Option<IpAddr>) -> String {
    source.map_or_else(String::new, |address| format!(" to {address}"))
}

/// ` over TLS 1.2 with a certificate to trust`.
pub(super) fn secured(tls: &TlsOptions) -> String {
    let TlsOptions {
        starttls,
        verify,
        pin,
        terms,
    } = tls;
    let TlsTerms {
        versions,
        authorities,
        client_pem,
    } = terms;
    let mut text = match versions {
        TlsVersions::Both => " over TLS",
        TlsVersions::Only12 => " over TLS 1.2",
        TlsVersions::Only13 => " over TLS 1.3",
    }
    .to_owned();
    if *starttls {
        text += " after STARTTLS";
    }
    if let Some(path) = client_pem {
        text += &format!(" to whoever has the certificate in {path}");
    }
    if let Some(CertificatePin { kind, digest }) = pin {
        let digest = hexadecimal(digest);
        text += &format!(" with the certificate of {} checksum {digest}", kind.name());
    }
    let trusted = match verify {
        Verify::Unset if authorities.is_empty() => return text,
        Verify::Disable => return text + " with any certificate",
        Verify::Unset => " with any certificate, told of if it is not to trust",
        Verify::Enable => " with a certificate to trust",
        Verify::AllowSelfSigned => " with a certificate to trust or a self-signed one",
    };
    text += trusted;
    if !authorities.is_empty() {
        let paths: Vec<String> = authorities.iter().map(ToString::to_string).collect();
        text += &format!(" by {}", all_of(&paths));
    }
    text
}

fn spoken(protocol: &Protocol) -> String {
    match protocol {
        Protocol::Default => String::new(),
        Protocol::Http(http) => format!(" as HTTP{}", page(http)),
        Protocol::Smtp => " as SMTP".to_owned(),
        Protocol::Generic(exchanges) => {
            let pattern = |exchange: &Exchange| match exchange {
                Exchange::Send(_) => None,
                Exchange::Expect(pattern) => Some(format!("\"{pattern}\"")),
            };
            let sends = exchanges
                .iter()
                .any(|exchange| matches!(exchange, Exchange::Send(_)));
            let sent = if sends { " to what is sent" } else { "" };
            let expected: Vec<String> = exchanges.iter().filter_map(pattern).collect();
            match expected.is_empty() {
                true => sent.to_owned(),
                false => format!("{sent} with what matches {}", all_of(&expected)),
            }
        }
        Protocol::Unspoken(name) => format!(" (as {name} it is not asked)"),
    }
}

fn page(http: &HttpTest) -> String {
    let HttpTest {
        method,
        request,
        status,
        headers,
        content,
        checksum,
        credentials,
    } = http;
    let mut text = String::new();
    if !matches!(&**request, "" | "/") {
        text += &format!(" for {request}");
    }
    if *method == HttpMethod::Head {
        text += " to HEAD";
    }
    if let Some((user, _)) = credentials {
        text += &format!(" to the user {user}");
    }
    if !headers.is_empty() {
        // Their values may be secret.
        let names: Vec<String> = headers.iter().map(|field| field.name.to_string()).collect();
        text += &format!(" to a request with {}", all_of(&names));
    }
    let mut wanted = Vec::new();
    if let Some(limit) = status {
        let comparison = compared(limit.comparison);
        wanted.push(format!("a status of {comparison} {}", limit.value));
    }
    if let Some((matches, pattern)) = content {
        let verb = if *matches {
            "matches"
        } else {
            "does not match"
        };
        wanted.push(format!("a body that {verb} \"{pattern}\""));
    }
    if let Some(CertificatePin { kind, digest }) = checksum {
        let digest = hexadecimal(digest);
        wanted.push(format!("a body of {} checksum {digest}", kind.name()));
    }
    if !wanted.is_empty() {
        text += &format!(" with {}", all_of(&wanted));
    }
    text
}
