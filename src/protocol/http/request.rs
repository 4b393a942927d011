//! The request of an HTTP test: what the original sends (reference F114), in its order.
//!
//! A header the owner gives replaces ours of the same name, and the owner's come last. Blanks and
//! what else may not stand in a request line are percent-encoded; everything else is sent as
//! written, so an absolute URL for a proxy, or a query that is escaped already, arrives as it is.

use std::fmt::Write;

use crate::model::{Connection, Destination, HttpMethod, HttpTest};
use crate::protocol::base64;
use crate::text::PRODUCT;

/// The whole request, blank line included.
pub(super) fn request(connection: &Connection, test: &HttpTest) -> Vec<u8> {
    let method = match test.method {
        HttpMethod::Get => "GET",
        HttpMethod::Head => "HEAD",
    };
    let mut text = format!("{method} {} HTTP/1.1\r\n", target(&test.request));
    let mut ours = |name: &str, value: &str| {
        let replaced = test
            .headers
            .iter()
            .any(|header| header.name.eq_ignore_ascii_case(name));
        if !replaced {
            let _ = write!(text, "{name}: {value}\r\n");
        }
    };
    ours("Host", &host(connection));
    if let Some((user, password)) = &test.credentials {
        let pair = base64::encode(format!("{user}:{password}").as_bytes());
        ours("Authorization", &format!("Basic {pair}"));
    }
    ours("User-Agent", PRODUCT);
    ours("Accept", "*/*");
    ours("Accept-Encoding", "identity");
    ours("Connection", "close");
    for header in &test.headers {
        let _ = write!(text, "{}: {}\r\n", header.name, header.value);
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// The request target: `/` where none is given.
fn target(request: &str) -> String {
    let mut target = String::with_capacity(request.len().max(1));
    for byte in request.bytes() {
        match byte {
            // Not a visible ASCII character: RFC 3986 has no place for it in a URI.
            0..=b' ' | 0x7f.. => {
                let _ = write!(target, "%{byte:02X}");
            }
            _ => target.push(char::from(byte)),
        }
    }
    if target.is_empty() {
        target.push('/');
    }
    target
}

/// `example.org`, `example.org:8080`, `[::1]:8080`; no port where it is the scheme's own, and
/// `localhost` for a Unix socket, as curl does. The scope of an address means something on this
/// machine only and stays here (RFC 6874, section 1).
fn host(connection: &Connection) -> String {
    match &connection.destination {
        Destination::Host { host, port } => {
            let default_port = if connection.tls.is_some() { 443 } else { 80 };
            let mut text = if host.contains(':') && !host.starts_with('[') {
                let address = host.split('%').next().unwrap_or(host);
                format!("[{address}]")
            } else {
                host.to_string()
            };
            if *port != default_port {
                let _ = write!(text, ":{port}");
            }
            text
        }
        Destination::Unix(_) => "localhost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HeaderField, Protocol, TlsOptions, Transport};
    use std::time::Duration;

    fn check(destination: Destination, tls: bool, test: HttpTest, expected: &str) {
        let connection = Connection {
            family: crate::model::Family::Any,
            source: None,
            destination,
            transport: Transport::Tcp,
            tls: tls.then(TlsOptions::default),
            protocol: Protocol::Http(test.clone()),
            timeout: Duration::from_secs(5),
        };
        let expected = expected.replace("VERSION", env!("CARGO_PKG_VERSION"));
        let text = String::from_utf8(request(&connection, &test)).unwrap();
        assert_eq!(text.replace("\r\n", "\n"), expected);
        assert!(text.ends_with("\r\n\r\n"));
    }

    fn at(host: &str, port: u16) -> Destination {
        Destination::Host {
            host: host.into(),
            port,
        }
    }

    fn header(name: &str, value: &str) -> HeaderField {
        HeaderField {
            name: name.into(),
            value: value.into(),
        }
    }

    #[test]
    fn as_the_original_asks() {
        check(
            at("127.0.0.1", 8107),
            false,
            HttpTest::default(),
            "GET / HTTP/1.1\nHost: 127.0.0.1:8107\nUser-Agent: tend/VERSION\nAccept: */*\n\
             Accept-Encoding: identity\nConnection: close\n\n",
        );
        check(
            at("127.0.0.1", 8107),
            false,
            HttpTest {
                request: "/a b?x=1&y=2".into(),
                credentials: Some(("u".into(), "p".into())),
                headers: vec![header("Host", "example.org"), header("X-One", "1")],
                ..HttpTest::default()
            },
            "GET /a%20b?x=1&y=2 HTTP/1.1\nAuthorization: Basic dTpw\nUser-Agent: tend/VERSION\n\
             Accept: */*\nAccept-Encoding: identity\nConnection: close\nHost: example.org\n\
             X-One: 1\n\n",
        );
    }

    #[test]
    fn an_owners_headers_replace_ours() {
        let headers = [
            "host",
            "user-agent",
            "ACCEPT",
            "accept-encoding",
            "connection",
        ];
        check(
            at("h", 80),
            false,
            HttpTest {
                method: HttpMethod::Head,
                request: "http://other/%20".into(),
                headers: headers.map(|name| header(name, "x")).to_vec(),
                ..HttpTest::default()
            },
            "HEAD http://other/%20 HTTP/1.1\nhost: x\nuser-agent: x\nACCEPT: x\n\
             accept-encoding: x\nconnection: x\n\n",
        );
    }

    #[test]
    fn hosts_with_and_without_port() {
        let host_of = |destination, tls: bool| {
            let connection = Connection {
                family: crate::model::Family::Any,
                source: None,
                destination,
                transport: Transport::Tcp,
                tls: tls.then(TlsOptions::default),
                protocol: Protocol::Default,
                timeout: Duration::from_secs(5),
            };
            host(&connection)
        };
        assert_eq!(host_of(at("h", 80), false), "h");
        assert_eq!(host_of(at("h", 443), true), "h");
        assert_eq!(host_of(at("h", 443), false), "h:443");
        assert_eq!(host_of(at("h", 80), true), "h:80");
        assert_eq!(host_of(at("::1", 80), false), "[::1]");
        assert_eq!(host_of(at("fe80::1", 8080), false), "[fe80::1]:8080");
        assert_eq!(host_of(at("fe80::1%eth0", 80), false), "[fe80::1]");
        assert_eq!(host_of(Destination::Unix("/s".into()), false), "localhost");
    }

    #[test]
    fn no_second_line_from_a_path() {
        assert_eq!(target("/a\r\nX: y\0\t"), "/a%0D%0AX:%20y%00%09");
        assert_eq!(target("/gr\u{fc}n"), "/gr%C3%BCn");
    }
}
