//! Asks the running daemon: over TCP, TLS or the Unix socket that the control file names, with the
//! credentials it holds (reference F56 to F58). Every call has time limits.

#[cfg(feature = "tls")]
mod trust;

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::http::client::{Call, Receiver, Reply};
use crate::model::{Credential, Httpd, HttpdAddress, PasswordKind, Role};
use crate::reading::hexadecimal;
use crate::sys;

/// For connecting, and for each silence of the daemon.
const PATIENCE: Duration = Duration::from_secs(10);

/// Said where the control file has no `set httpd`.
pub const NO_HTTPD: &str = "the control file has no status server to ask: add `set httpd` with an \
                            `allow` that lets this command in";

/// Says one thing to the daemon and returns its answer, or why there is none.
pub fn ask(httpd: &Httpd, path: &str, parameters: &[(&str, &str)]) -> Result<Reply, String> {
    let token = token()?;
    let call = Call {
        path,
        parameters,
        credentials: credentials(&httpd.access.credentials),
        token: &token,
    };
    let request = call.encode();
    let tcp = httpd.address.as_ref();
    let over_tcp = tcp.map(|address| ask_over_tcp(address, &request));
    match (over_tcp, &httpd.unix_socket) {
        (Some(Ok(reply)), _) => Ok(reply),
        (Some(Err(error)), None) => Err(error),
        (Some(Err(_)) | None, Some(socket)) => {
            let stream = UnixStream::connect(&*socket.path)
                .map_err(|error| cannot_connect(&socket.path, &error))?;
            limit_unix(&stream)
                .and_then(|()| converse(stream, &request))
                .map_err(|error| no_answer(&socket.path, &error))
        }
        (None, None) => Err(NO_HTTPD.to_owned()),
    }
}

/// 32 hexadecimal digits nobody can foresee.
fn token() -> Result<String, String> {
    let mut random = [0; 16];
    sys::random::fill(&mut random).map_err(|error| format!("no random bytes -- {error}"))?;
    Ok(hexadecimal(&random))
}

/// The first that may act, else the first; only a clear-text one can be sent.
fn credentials(known: &[Credential]) -> Option<(&str, &str)> {
    let usable = |c: &&Credential| c.kind == PasswordKind::Cleartext;
    known
        .iter()
        .filter(usable)
        .find(|c| c.role == Role::Full)
        .or_else(|| known.iter().find(usable))
        .map(|c| (&*c.user, &*c.password))
}

fn ask_over_tcp(address: &HttpdAddress, request: &[u8]) -> Result<Reply, String> {
    let stream = connect(address)?;
    let place = shown(address);
    let reply = match &address.tls {
        None => converse(stream, request),
        #[cfg(feature = "tls")]
        Some(files) => converse(trust::stream(files, host(address), stream)?, request),
        #[cfg(not(feature = "tls"))]
        Some(_) => return Err(crate::shell::tls::WITHOUT_TLS.to_owned()),
    };
    reply.map_err(|error| no_answer(&place, &error))
}

fn connect(address: &HttpdAddress) -> Result<TcpStream, String> {
    let mut failure = None;
    for candidate in candidates(address)? {
        match TcpStream::connect_timeout(&candidate, PATIENCE) {
            Ok(stream) => {
                let limited = stream
                    .set_read_timeout(Some(PATIENCE))
                    .and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
                return match limited {
                    Ok(()) => Ok(stream),
                    Err(error) => Err(cannot_connect(&shown(address), &error)),
                };
            }
            // The first address is the one people mean; the others are only tried.
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    let error = failure.unwrap_or_else(|| io::ErrorKind::NotFound.into());
    Err(cannot_connect(&shown(address), &error))
}

fn candidates(address: &HttpdAddress) -> Result<Vec<SocketAddr>, String> {
    let port = address.port;
    let loopback = [
        IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::from(Ipv6Addr::LOCALHOST),
    ];
    let here = || loopback.map(|ip| SocketAddr::new(ip, port)).to_vec();
    match address.host.as_deref() {
        None | Some("localhost") => Ok(here()),
        Some(host) => match host.parse::<IpAddr>() {
            Ok(ip) if ip.is_unspecified() => Ok(here()),
            Ok(ip) => Ok(vec![SocketAddr::new(ip, port)]),
            Err(_) => (host, port)
                .to_socket_addrs()
                .map(Iterator::collect)
                .map_err(|error| cannot_connect(&shown(address), &error)),
        },
    }
}

fn host(address: &HttpdAddress) -> &str {
    address.host.as_deref().unwrap_or("127.0.0.1")
}

fn shown(address: &HttpdAddress) -> String {
    format!("[{}]:{}", host(address), address.port)
}

fn cannot_connect(place: &str, error: &io::Error) -> String {
    format!("Cannot connect to {place} -- {}", words(error))
}

fn no_answer(place: &str, error: &io::Error) -> String {
    format!("No answer from {place} -- {}", words(error))
}

fn words(error: &io::Error) -> String {
    if matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    ) {
        return "it took too long".to_owned();
    }
    sys::errno::words(error).into_string()
}

fn limit_unix(stream: &UnixStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))
}

/// Sends the request and takes the answer up to its end.
fn converse(mut stream: impl Read + Write, request: &[u8]) -> io::Result<Reply> {
    // A daemon that does not want us (F47) cuts the connection while we still write.
    stream.write_all(request)?;
    stream.flush()?;
    let mut receiver = Receiver::default();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => receiver.take(&buffer[..length]).map_err(io_error)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // An answer's length tells whether it was whole.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    receiver.close().map_err(io_error)
}

fn io_error(broken: crate::http::client::Broken) -> io::Error {
    io::Error::other(broken.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(user: &str, kind: PasswordKind, role: Role) -> Credential {
        Credential {
            user: user.into(),
            password: "secret".into(),
            kind,
            role,
        }
    }

    #[test]
    fn the_user_who_may_act_is_preferred_and_must_be_in_clear_text() {
        let reader = credential("reader", PasswordKind::Cleartext, Role::ReadOnly);
        let hashed = credential("hashed", PasswordKind::Md5, Role::Full);
        let admin = credential("admin", PasswordKind::Cleartext, Role::Full);
        assert_eq!(credentials(&[]), None);
        assert_eq!(credentials(std::slice::from_ref(&hashed)), None);
        assert_eq!(
            credentials(&[reader.clone(), hashed.clone()]),
            Some(("reader", "secret"))
        );
        assert_eq!(
            credentials(&[reader, hashed, admin]),
            Some(("admin", "secret"))
        );
    }

    #[test]
    fn addresses_to_try() {
        let tried = |host: Option<&str>| -> Vec<String> {
            let address = HttpdAddress {
                host: host.map(Box::from),
                port: 2812,
                tls: None,
                read_only: false,
            };
            candidates(&address)
                .unwrap()
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        assert_eq!(tried(None), ["127.0.0.1:2812", "[::1]:2812"]);
        assert_eq!(tried(Some("localhost")), tried(None));
        assert_eq!(tried(Some("0.0.0.0")), tried(None));
        assert_eq!(tried(Some("::1")), ["[::1]:2812"]);
        assert_eq!(tried(Some("10.1.2.3")), ["10.1.2.3:2812"]);
    }
}
