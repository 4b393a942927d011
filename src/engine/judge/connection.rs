//! Connection tests.

use crate::engine::ProbeOutcome;
use crate::model::{Connection, ConnectionTest, Destination};
use crate::reading::Elapsed;

use super::{Finding, verdict};

/// Judges a connection test by how its last try ended.
pub(in crate::engine) fn judge_connection(
    test: &ConnectionTest,
    outcome: &ProbeOutcome,
) -> Finding {
    let connection = &test.connection;
    let (worked, text) = match &outcome.result {
        Ok(_) => (true, connection_succeeded(connection)),
        Err(reason) => (false, connection_failed(connection, reason)),
    };
    if worked == test.expect_failure {
        Finding::Failed(text)
    } else {
        Finding::Passed(text)
    }
}

/// Judges for how many more days a certificate is good.
pub(in crate::engine) fn judge_certificate(days: u32, left: i64) -> Finding {
    verdict(
        left >= i64::from(days),
        || format!("certificate valid days test succeeded [valid for {left} days]"),
        || format!("certificate expiry in {left} days matches check limit [valid > {days} days]"),
    )
}

/// `connection succeeded to [127.0.0.1]:80 [TCP/IP]`.
pub(in crate::engine) fn connection_succeeded(connection: &Connection) -> String {
    format!("connection succeeded to {}", peer(connection))
}

/// `failed protocol test [HTTP] at [127.0.0.1]:80 [TCP/IP] -- Connection refused`.
pub(in crate::engine) fn connection_failed(connection: &Connection, reason: &str) -> String {
    let protocol = connection.protocol.name();
    format!(
        "failed protocol test [{protocol}] at {} -- {reason}",
        peer(connection)
    )
}

/// `succeeded testing protocol [HTTP] at [127.0.0.1]:80 [TCP/IP] [response time 0.330 ms]`.
pub(in crate::engine) fn protocol_succeeded(connection: &Connection, microseconds: u64) -> String {
    let protocol = connection.protocol.name();
    let (peer, time) = (peer(connection), Elapsed(microseconds));
    format!("succeeded testing protocol [{protocol}] at {peer} [response time {time}]")
}

pub(in crate::engine) fn peer(connection: &Connection) -> String {
    match &connection.destination {
        Destination::Unix(path) => path.to_string(),
        Destination::Host { host, port } => {
            let request = connection.request();
            let transport = connection.transport_name();
            let tls = if connection.tls.is_some() { " TLS" } else { "" };
            format!("[{host}]:{port}{request} [{transport}{tls}]")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Family, HttpTest, Protocol, Transport};

    #[test]
    fn what_is_asked_for_is_named_as_the_control_file_has_it() {
        let mut connection = Connection {
            destination: Destination::Host {
                host: "h".into(),
                port: 80,
            },
            family: Family::Any,
            source: None,
            transport: Transport::Tcp,
            tls: None,
            protocol: Protocol::Http(HttpTest::default()),
            timeout: Duration::from_secs(5),
        };
        assert_eq!(peer(&connection), "[h]:80 [TCP/IP]");
        connection.protocol = Protocol::Http(HttpTest {
            request: "/".into(),
            ..HttpTest::default()
        });
        connection.family = Family::V6;
        assert_eq!(peer(&connection), "[h]:80/ [TCP/IPv6]");
        connection.family = Family::V4;
        connection.transport = Transport::Udp;
        connection.protocol = Protocol::Default;
        assert_eq!(peer(&connection), "[h]:80 [UDP/IPv4]");
    }

    #[test]
    fn a_certificate_must_last() {
        let text = "certificate valid days test succeeded [valid for 30 days]";
        assert_eq!(judge_certificate(30, 30), Finding::Passed(text.into()));
        let text = "certificate expiry in 19 days matches check limit [valid > 100 days]";
        assert_eq!(judge_certificate(100, 19), Finding::Failed(text.into()));
    }
}
