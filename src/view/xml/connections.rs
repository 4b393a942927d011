//! The elements of pings and connection tests.

use std::fmt::Display;

use super::{CharacterData, Writer};
use crate::engine::{ProbeOutcome, Standing};
use crate::http::Escaped;
use crate::model::{Connection, Destination};
use crate::view::figures::transport;

impl Writer {
    /// The pings, the last of the control file first.
    pub(super) fn pings(&mut self, standing: &Standing<'_>) {
        for (_, outcome) in standing.pings.iter().rev() {
            self.block("icmp", |xml| {
                xml.element("type", "Ping");
                xml.element("responsetime", Seconds(*outcome));
            });
        }
    }

    /// Those over IP first, then those over Unix sockets; the last of the control file first.
    pub(super) fn connections(&mut self, standing: &Standing<'_>) {
        for (connection, outcome) in standing.connections.iter().rev() {
            if let Destination::Host { host, port } = &connection.destination {
                self.block("port", |xml| xml.port(host, *port, connection, *outcome));
            }
        }
        for (connection, outcome) in standing.connections.iter().rev() {
            if let Destination::Unix(path) = &connection.destination {
                self.block("unix", |xml| {
                    xml.element("path", Escaped(path));
                    xml.element("protocol", connection.protocol.name());
                    xml.element("responsetime", Seconds(*outcome));
                });
            }
        }
    }

    fn port(
        &mut self,
        host: &str,
        port: u16,
        connection: &Connection,
        outcome: Option<&ProbeOutcome>,
    ) {
        self.element("hostname", Escaped(host));
        self.element("portnumber", port);
        self.element("request", CharacterData(connection.request()));
        self.element("protocol", connection.protocol.name());
        self.element("type", transport(connection.transport));
        self.element("responsetime", Seconds(outcome));
        let certificate = outcome.and_then(|outcome| outcome.certificate.as_ref());
        if let Some(days) = certificate.and_then(|certificate| certificate.days_left) {
            self.block("certificate", |xml| xml.element("valid", days));
        }
    }
}

/// A response time; -1 where there is none.
struct Seconds<'a>(Option<&'a ProbeOutcome>);

impl Display for Seconds<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.and_then(|outcome| outcome.result.as_ref().ok()) {
            Some(micros) => write!(f, "{}.{:06}", micros / 1_000_000, micros % 1_000_000),
            None => f.write_str("-1.000000"),
        }
    }
}
