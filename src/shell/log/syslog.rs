//! syslog(3) by its socket: `<PRI>Mmm dd hh:mm:ss tend[PID]: text` (RFC 3164).
//!
//! The C library's own function waits for a daemon that does not read. Here the socket is
//! non-blocking: datagrams first, a stream where the daemon offers only that, and a new connection
//! after every failure, so that a restarted daemon is found again by the next line.

use std::io::Write;

use log::Level;
use mio::net::{UnixDatagram, UnixStream};
use syslog::Severity;

use crate::sys;
use crate::time::WallTime;

use super::{Dropped, Sink};

const SOCKET: &str = "/dev/log";

pub(super) struct Syslog {
    facility: u8,
    socket: &'static str,
    connection: Option<Connection>,
}

enum Connection {
    Datagram(UnixDatagram),
    Stream(UnixStream),
}

impl Syslog {
    pub(super) fn connect(facility: u8) -> Self {
        let connection = Connection::open(SOCKET);
        if connection.is_none() {
            // The terminal of whoever starts us is the one place left to say it.
            let text =
                format!("Nobody takes log lines at {SOCKET}: they are lost until somebody does\n");
            sys::output::Stream::Error.write_now(text.as_bytes());
        }
        Self {
            facility,
            socket: SOCKET,
            connection,
        }
    }

    /// A daemon that was restarted is another one at the same place: what breaks is tried once more
    /// on a new connection.
    fn send(&mut self, line: &str) -> Result<(), Dropped> {
        let had_one = self.connection.is_some();
        for _ in 0..=usize::from(had_one) {
            if self.connection.is_none() {
                self.connection = Connection::open(self.socket);
            }
            let Some(connection) = &mut self.connection else {
                return Err(Dropped);
            };
            match connection.send(line) {
                Sent::Whole => return Ok(()),
                Sent::NotNow => return Err(Dropped),
                Sent::Broken => self.connection = None,
            }
        }
        Err(Dropped)
    }
}

impl Sink for Syslog {
    fn write(&mut self, wall: WallTime, level: Level, text: &str) -> Result<(), Dropped> {
        let priority = (self.facility << 3) | severity(level) as u8;
        let head = format!(
            "<{priority}>{} tend[{}]: ",
            wall.syslog_date(),
            std::process::id()
        );
        // A message of several lines is several messages: syslog daemons would escape or tear it.
        for part in text.lines() {
            self.send(&format!("{head}{part}"))?;
        }
        Ok(())
    }

    fn reopen(&mut self) {
        self.connection = Connection::open(self.socket);
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::LOG_ERR,
        Level::Warn => Severity::LOG_WARNING,
        Level::Info => Severity::LOG_INFO,
        Level::Debug | Level::Trace => Severity::LOG_DEBUG,
    }
}

enum Sent {
    Whole,
    NotNow,
    Broken,
}

impl Connection {
    fn open(socket: &str) -> Option<Self> {
        let datagram = UnixDatagram::unbound().ok()?;
        if datagram.connect(socket).is_ok() {
            return Some(Self::Datagram(datagram));
        }
        UnixStream::connect(socket).ok().map(Self::Stream)
    }

    fn send(&mut self, line: &str) -> Sent {
        let sent = match self {
            Self::Datagram(socket) => socket.send(line.as_bytes()).map(|_| true),
            // On a stream a NUL ends the message, as the C library has it.
            Self::Stream(stream) => {
                let message = format!("{line}\0");
                stream
                    .write(message.as_bytes())
                    .map(|written| written == message.len())
            }
        };
        match sent {
            Ok(true) => Sent::Whole,
            Ok(false) => Sent::Broken, // half a message: only a new stream starts cleanly
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Sent::NotNow,
            Err(_) => Sent::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::sys::testing::in_child;

    fn at(name: &str) -> &'static str {
        let path = std::env::temp_dir().join(format!("tend-syslog-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Box::leak(path.to_str().unwrap().to_owned().into_boxed_str())
    }

    fn syslog(socket: &'static str) -> Syslog {
        Syslog {
            facility: 3,
            socket,
            connection: None,
        }
    }

    fn expected(priority: u8, text: &str) -> String {
        format!(
            "<{priority}>Nov 22 06:53:14 tend[{}]: {text}",
            std::process::id()
        )
    }

    const WALL: WallTime = WallTime::new(1_795_330_394_250, 0);

    /// In a child, because what other tests fork meanwhile would keep a closed socket open.
    #[test]
    fn lines_are_datagrams_and_a_restarted_daemon_is_found_again() {
        in_child(|_| {
            let path = at("dgram");
            let mut log = syslog(path);
            assert!(log.write(WALL, Level::Info, "nobody").is_err());
            for round in ["first", "second"] {
                let daemon = std::os::unix::net::UnixDatagram::bind(path).unwrap();
                assert!(
                    log.write(WALL, Level::Error, &format!("{round}\nmore"))
                        .is_ok()
                );
                let mut buffer = [0; 200];
                for text in [round, "more"] {
                    let length = daemon.recv(&mut buffer).unwrap();
                    assert_eq!(buffer[..length], *expected(27, text).as_bytes());
                }
                std::fs::remove_file(path).unwrap();
            }
        });
    }

    #[test]
    fn a_stuck_daemon_costs_lines_and_no_time() {
        let path = at("stuck");
        let _daemon = std::os::unix::net::UnixDatagram::bind(path).unwrap();
        let mut log = syslog(path);
        let lost = (0..10_000).filter(|_| log.write(WALL, Level::Info, "x").is_err());
        assert!(lost.count() > 0);
        std::fs::remove_file(path).unwrap();
    }

    /// In a child, too.
    #[test]
    fn a_stream_daemon_is_served_too() {
        in_child(|_| {
            let path = at("stream");
            let daemon = std::os::unix::net::UnixListener::bind(path).unwrap();
            let mut log = syslog(path);
            assert!(log.write(WALL, Level::Info, "one").is_ok());
            let (mut stream, _) = daemon.accept().unwrap();
            let said = expected(30, "one") + "\0";
            let mut received = vec![0; said.len()];
            stream.read_exact(&mut received).unwrap();
            assert_eq!(received, said.as_bytes());

            drop((stream, daemon));
            std::fs::remove_file(path).unwrap();
            let daemon = std::os::unix::net::UnixListener::bind(path).unwrap();
            assert!(log.write(WALL, Level::Info, "two").is_ok());
            let (mut stream, _) = daemon.accept().unwrap();
            drop(log);
            let mut received = String::new();
            stream.read_to_string(&mut received).unwrap();
            assert_eq!(received, expected(30, "two") + "\0");
            std::fs::remove_file(path).unwrap();
        });
    }
}
