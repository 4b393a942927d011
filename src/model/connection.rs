//! A connection test: where to, over what, saying what.

use std::net::IpAddr;
use std::time::Duration;

use super::{CertificatePin, Family, TlsOptions};

/// `if failed [host H] port P …`: the test fails when the connection or the dialogue does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionTest {
    /// Where to, over what, saying what.
    pub connection: Connection,
    /// `if succeeded port …` (5.28): fails when the connection works.
    pub expect_failure: bool,
    /// `retry N`: tries within one cycle before it counts; at least 1.
    pub tries: u8,
}

/// All a probe needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Connection {
    /// The peer.
    pub destination: Destination,
    /// `ipv4`, `ipv6`: which of the host's addresses may be tried.
    pub family: Family,
    /// `address A`: the address the connection comes from.
    pub source: Option<IpAddr>,
    /// TCP or UDP; for a Unix socket stream or datagram.
    pub transport: Transport,
    /// TLS (`type tcpssl`, `ssl`, `https`, `smtps`, `using tls`); `None` is plain text.
    pub tls: Option<TlsOptions>,
    /// What is said once connected.
    pub protocol: Protocol,
    /// Connect, and then each silence of the peer, may take this long; never zero. Default 5 s.
    pub timeout: Duration,
}

impl Connection {
    /// What an HTTP test asks for, where the control file says so; else nothing.
    pub fn request(&self) -> &str {
        match &self.protocol {
            Protocol::Http(http) => &http.request,
            Protocol::Default | Protocol::Smtp | Protocol::Generic(_) | Protocol::Unspoken(_) => "",
        }
    }

    /// `TCP/IP`, with the kind of address where the control file asks for one.
    pub const fn transport_name(&self) -> &'static str {
        match (self.transport, self.family) {
            (Transport::Tcp, Family::Any) => "TCP/IP",
            (Transport::Tcp, Family::V4) => "TCP/IPv4",
            (Transport::Tcp, Family::V6) => "TCP/IPv6",
            (Transport::Udp, Family::Any) => "UDP/IP",
            (Transport::Udp, Family::V4) => "UDP/IPv4",
            (Transport::Udp, Family::V6) => "UDP/IPv6",
        }
    }
}

/// The peer of a connection test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Destination {
    /// `host H port P`; the host is a name or a numeric address, looked up at each test.
    Host {
        /// `localhost` where the file names none.
        host: Box<str>,
        /// 1 to 65535.
        port: u16,
    },
    /// `unixsocket PATH`.
    Unix(Box<str>),
}

/// How bytes travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transport {
    /// TCP, or a stream socket.
    #[default]
    Tcp,
    /// UDP, or a datagram socket.
    Udp,
}

/// What is said once connected.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Nothing: an open TCP connection is enough; UDP sends one NUL byte (reference F114).
    Default,
    /// `protocol http …`.
    Http(HttpTest),
    /// `protocol smtp`: greeting, EHLO (or HELO), STARTTLS if asked for, QUIT.
    Smtp,
    /// `send "…" expect "…"`, in order.
    Generic(Vec<Exchange>),
    /// One whose dialogue is not spoken yet, by its name in status texts: the connection alone is
    /// tested, as with [`Self::Default`].
    Unspoken(&'static str),
}

impl Protocol {
    /// The name in status texts, logs and the XML document.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Default => "DEFAULT",
            Self::Http(_) => "HTTP",
            Self::Smtp => "SMTP",
            Self::Generic(_) => "generic",
            Self::Unspoken(name) => name,
        }
    }
}

/// One half of a generic dialogue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Exchange {
    /// Bytes to send, escapes resolved.
    Send(Box<[u8]>),
    /// A POSIX extended regular expression that what the peer says must match.
    Expect(Box<str>),
}

/// The options of `protocol http`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HttpTest {
    /// `method GET|HEAD`.
    pub method: HttpMethod,
    /// `request PATH`; empty without, and `/` is asked for. Blanks are percent-encoded when sent.
    pub request: Box<str>,
    /// `status OP N`; without it any status below 400 passes.
    pub status: Option<super::Limit>,
    /// `hostheader "…"`, `http headers [NAME: VALUE, …]`; each replaces ours of the same name.
    pub headers: Vec<HeaderField>,
    /// `content = "REGEX"` (true) or `content != "REGEX"` (false).
    pub content: Option<(bool, Box<str>)>,
    /// `checksum HEX` of the body.
    pub checksum: Option<CertificatePin>,
    /// `username U password P`: Basic authentication.
    pub credentials: Option<(Box<str>, Box<str>)>,
}

/// The method of an HTTP test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HttpMethod {
    /// The default since 5.25.2.
    #[default]
    Get,
    /// `method HEAD`; excludes content and checksum.
    Head,
}

/// One header of an HTTP test.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeaderField {
    /// Without the colon.
    pub name: Box<str>,
    /// Without surrounding blanks, CR or LF.
    pub value: Box<str>,
}
