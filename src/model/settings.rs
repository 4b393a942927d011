//! Everything said with `set`, with the defaults where nothing was said.

use std::net::IpAddr;
use std::time::Duration;

use super::{AlertTarget, MailFormat, Terms};

/// The whole of a control file's `set` statements.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// `set daemon N`: the poll interval; `None` runs one pass in the foreground (reference F14).
    pub poll: Option<Duration>,
    /// `with start delay N`: the pause before the first cycle after the machine was started.
    pub start_delay: Duration,
    /// `set init`: stay in the foreground, as `-I`.
    pub init: bool,
    /// `set terminal batch`: no colours and no frames on a terminal, as `-B`.
    pub batch: bool,
    /// `set log …`.
    pub log: LogTarget,
    /// `set pidfile`.
    pub pidfile: Option<Box<str>>,
    /// `set statefile`.
    pub statefile: Option<Box<str>>,
    /// `set idfile`.
    pub idfile: Option<Box<str>>,
    /// `set mailserver …`, in order; all statements together.
    pub mail_servers: Vec<MailServer>,
    /// `using hostname "…"`: the name for EHLO and Message-ID.
    pub mail_hostname: Option<Box<str>>,
    /// `set mail-format { … }`.
    pub mail_format: MailFormat,
    /// `set alert …`.
    pub alerts: Vec<AlertTarget>,
    /// `set httpd …`.
    pub httpd: Option<Httpd>,
    /// `set limits { … }`, or the defaults.
    pub limits: Limits,
}

/// Where log lines go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LogTarget {
    /// Nothing was said: standard output in the foreground, nowhere in the background.
    #[default]
    Unset,
    /// `set log FILE`.
    File(Box<str>),
    /// `set log syslog [facility F]`: syslog(3)'s facility code (user is 1, daemon is 3).
    Syslog {
        /// 0 to 23.
        facility: u8,
    },
}

/// One mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Name or address.
    pub host: Box<str>,
    /// 25, or 465 with implicit TLS, where the file names none.
    pub port: u16,
    /// `username U password P`.
    pub credentials: Option<(Box<str>, Box<str>)>,
    /// `using ssl|tls`.
    pub tls: Option<MailServerTls>,
    /// For connect and for each answer; default 30 s (reference F74).
    pub timeout: Duration,
}

/// How mail to a server is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServerTls {
    /// TLS from the first byte (port 465); otherwise STARTTLS, which must then succeed.
    pub implicit: bool,
    /// [`super::Verify::Unset`] verifies where a password would be sent.
    pub verify: super::Verify,
    /// `certmd5`, `certificate checksum`.
    pub pin: Option<super::CertificatePin>,
    /// What else was said.
    pub terms: super::TlsTerms,
}

/// `set httpd …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Httpd {
    /// `port P [use address A]`.
    pub address: Option<HttpdAddress>,
    /// `unixsocket PATH …`.
    pub unix_socket: Option<HttpdUnixSocket>,
    /// Who may connect and who may do what.
    pub access: Access,
    /// `signature disable`: say `tend` without a version.
    pub hide_version: bool,
}

/// A TCP listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpdAddress {
    /// `None`: all addresses, IPv4 and IPv6.
    pub host: Option<Box<str>>,
    /// 1 to 65535.
    pub port: u16,
    /// `ssl enable pemfile F`, `with ssl { … }`.
    pub tls: Option<HttpdTls>,
    /// `read-only`: no action through this port, whoever asks.
    pub read_only: bool,
}

/// Certificate and key of the status server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpdTls {
    /// PEM with the certificate chain (`pemfile`, `pemchain`).
    pub chain: Box<str>,
    /// PEM with the private key (`pemfile`, `pemkey`); may be the same file.
    pub key: Box<str>,
    /// `version: …`.
    pub versions: super::TlsVersions,
    /// `clientpemfile`: PEM with the certificates of the only clients that are let in.
    pub clients: Option<Box<str>>,
}

/// A Unix socket listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpdUnixSocket {
    /// Absolute.
    pub path: Box<str>,
    /// `uid`.
    pub uid: Option<u32>,
    /// `gid`.
    pub gid: Option<u32>,
    /// `permission`; the umask decides where nothing is said.
    pub permission: Option<u32>,
    /// `read-only`: no action through this socket.
    pub read_only: bool,
}

/// The access rules. Hosts and credentials must both agree where both are given (reference F47).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// `allow HOST`, `allow NETWORK`.
    pub hosts: Vec<Allow>,
    /// `allow USER:PASSWORD`, `allow md5 /file [users]`.
    pub credentials: Vec<Credential>,
    /// `allow @GROUP`: groups of the machine's users, to be asked of PAM. Nobody is, yet; but where
    /// one is named, whoever comes must be somebody.
    pub groups: Vec<Box<str>>,
}

impl Access {
    /// Whether whoever comes must say who it is.
    pub fn asks_who(&self) -> bool {
        !self.credentials.is_empty() || !self.groups.is_empty()
    }
}

/// One host rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allow {
    /// A name, looked up when the server starts; one that cannot be found is warned about.
    Name(Box<str>),
    /// An address or a network.
    Network(AllowedNetwork),
}

/// `192.168.1.0/24`, `10.0.0.0/255.0.0.0`, `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowedNetwork {
    /// Its address.
    pub address: IpAddr,
    /// How many leading bits count: at most 32 or 128.
    pub prefix: u8,
}

impl AllowedNetwork {
    /// Whether `peer` lies inside; an IPv4 address mapped into IPv6 counts as IPv4.
    pub fn contains(self, peer: IpAddr) -> bool {
        match (self.address, peer.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(peer)) => {
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(self.prefix))
                    .unwrap_or(0);
                network.to_bits() & mask == peer.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(peer)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.prefix))
                    .unwrap_or(0);
                network.to_bits() & mask == peer.to_bits() & mask
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// One user of the status page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Holds no colon.
    pub user: Box<str>,
    /// Clear text or a hash, by `kind`.
    pub password: Box<str>,
    /// How `password` is to be read.
    pub kind: PasswordKind,
    /// What the user may do.
    pub role: Role,
}

/// How a password is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordKind {
    /// As it is.
    Cleartext,
    /// `$1$…` or `$apr1$…` (md5crypt).
    Md5,
    /// Whatever crypt(3) of the C library takes.
    Crypt,
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Look and act.
    Full,
    /// Look only (`read-only`).
    ReadOnly,
}

/// `set limits { … }` with the reference's defaults (F158).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a program's output that are kept; 512.
    pub program_output: usize,
    /// Bytes a generic dialogue keeps of what the peer says; 256.
    pub send_expect_buffer: usize,
    /// Bytes of a line of a file that are looked at, and one more; 512.
    pub file_content_buffer: usize,
    /// Bytes of an HTTP body that are looked at; 1 MiB.
    pub http_content_buffer: usize,
    /// Connection tests; 5 s.
    pub network_timeout: Duration,
    /// Start programs; 30 s.
    pub start_timeout: Duration,
    /// Stop programs; 30 s.
    pub stop_timeout: Duration,
    /// Restart programs; 30 s.
    pub restart_timeout: Duration,
    /// Programs of `check program`; 5 minutes.
    pub program_timeout: Duration,
    /// Programs run by `exec`; [`Terms::FOREVER`].
    pub exec_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            program_output: 512,
            send_expect_buffer: 256,
            file_content_buffer: 512,
            http_content_buffer: 1024 * 1024,
            network_timeout: Duration::from_secs(5),
            start_timeout: Duration::from_secs(30),
            stop_timeout: Duration::from_secs(30),
            restart_timeout: Duration::from_secs(30),
            program_timeout: Duration::from_secs(300),
            exec_timeout: Terms::FOREVER,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_their_own() {
        let network = |address: &str, prefix| AllowedNetwork {
            address: address.parse().unwrap(),
            prefix,
        };
        let has = |n: AllowedNetwork, peer: &str| n.contains(peer.parse().unwrap());
        assert!(has(network("192.168.1.0", 24), "192.168.1.77"));
        assert!(!has(network("192.168.1.0", 24), "192.168.2.1"));
        assert!(has(network("192.168.1.0", 24), "::ffff:192.168.1.77"));
        assert!(has(network("0.0.0.0", 0), "8.8.8.8"));
        assert!(!has(network("0.0.0.0", 0), "::1"));
        assert!(has(network("::1", 128), "::1"));
        assert!(!has(network("::1", 128), "::2"));
        assert!(has(network("::", 0), "::2"));
    }
}
