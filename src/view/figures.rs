//! What is said of a service: words for its state, and its figures line by line, in the order, the
//! labels and the formats of the reference's status text (F30 to F39). Pages show the same lines.

mod file;
mod filesystem;
mod host;
mod network;
mod process;
mod program;
mod system;

pub(super) use network::capacity;

use crate::engine::{Monitoring, ProbeOutcome, Standing};
use crate::model::{Connection, Destination, Mode, OnReboot, Subject, SubjectKind, Transport};
use crate::reading::{Elapsed, Outline, Presence, ProcessState, Reading};
use crate::time::WallTime;

/// One line: what, how much, and how it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// `memory usage`.
    pub(super) label: &'static str,
    /// `582.4 MB [2.4%]`.
    pub(super) value: String,
    /// How it is meant.
    pub(super) tone: Tone,
}

/// How a value is meant: colours say it again, never alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// All is well.
    Good,
    /// Something fails.
    Bad,
    /// Nobody looks.
    Idle,
    /// A setting.
    Setting,
    /// A measured value.
    Value,
    /// Not known.
    Missing,
}

/// `System`, `Process`, `File`.
pub(super) const fn type_word(subject: &Subject) -> &'static str {
    match subject.kind() {
        SubjectKind::Process => "Process",
        SubjectKind::File => "File",
        SubjectKind::Directory => "Directory",
        SubjectKind::Fifo => "Fifo",
        SubjectKind::Filesystem => "Filesystem",
        SubjectKind::Host => "Remote Host",
        SubjectKind::Program => "Program",
        SubjectKind::Network => "Network",
        SubjectKind::System => "System",
    }
}

/// The place of a service's type in the summary (reference F31).
pub(super) const fn type_rank(subject: &Subject) -> u8 {
    match subject.kind() {
        SubjectKind::System => 0,
        SubjectKind::Process => 1,
        SubjectKind::File => 2,
        SubjectKind::Fifo => 3,
        SubjectKind::Directory => 4,
        SubjectKind::Filesystem => 5,
        SubjectKind::Host => 6,
        SubjectKind::Network => 7,
        SubjectKind::Program => 8,
    }
}

/// The status field: what fails, or how the service is watched, and what is about to be done
/// (reference F34, F35). What was well when it was last looked at still is in the cycles between.
pub(super) fn status(standing: &Standing<'_>) -> (String, Tone) {
    let (mut words, tone) = match standing.monitoring {
        Monitoring::Off => ("Not monitored".to_owned(), Tone::Idle),
        _ if !standing.failures.is_empty() => (standing.failures.join(" | "), Tone::Bad),
        Monitoring::Initializing => ("Initializing".to_owned(), Tone::Idle),
        Monitoring::Waiting if standing.collected.is_none() => ("Waiting".to_owned(), Tone::Idle),
        Monitoring::On | Monitoring::Waiting => ("OK".to_owned(), Tone::Good),
    };
    if let Some(action) = standing.pending {
        words.push_str(" - ");
        words.push_str(action.word());
        words.push_str(" pending");
    }
    (words, tone)
}

/// The monitoring status.
pub(super) const fn monitoring(monitoring: Monitoring) -> (&'static str, Tone) {
    match monitoring {
        Monitoring::Off => ("Not monitored", Tone::Idle),
        Monitoring::Initializing => ("Initializing", Tone::Idle),
        Monitoring::On => ("Monitored", Tone::Setting),
        Monitoring::Waiting => ("Waiting", Tone::Setting),
    }
}

/// `active`, `passive`.
pub(super) const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Active => "active",
        Mode::Passive => "passive",
    }
}

/// `start`, `nostart`, `laststate`.
pub(super) const fn on_reboot(onreboot: OnReboot) -> &'static str {
    match onreboot {
        OnReboot::Start => "start",
        OnReboot::NoStart => "nostart",
        OnReboot::LastState => "laststate",
    }
}

/// Every line of a service's status text.
pub(super) fn lines(standing: &Standing<'_>) -> Vec<Line> {
    let mut lines = Lines::default();
    let (words, tone) = status(standing);
    lines.push("status", words, tone);
    let (words, tone) = monitoring(standing.monitoring);
    lines.push("monitoring status", words, tone);
    lines.push(
        "monitoring mode",
        mode(standing.service.mode),
        Tone::Setting,
    );
    lines.push(
        "on reboot",
        on_reboot(standing.service.onreboot),
        Tone::Setting,
    );
    lines.measured(standing);
    lines.connections(standing);
    lines.known(
        "data collected",
        standing.collected.map(WallTime::date_text),
    );
    lines.0
}

/// The lines of what was measured, but for the connections.
pub(super) fn measured(standing: &Standing<'_>) -> Vec<Line> {
    let mut lines = Lines::default();
    lines.measured(standing);
    lines.known(
        "data collected",
        standing.collected.map(WallTime::date_text),
    );
    lines.0
}

/// What was measured, if somebody looks and the subject is there (reference F36).
pub(super) fn reading<'a>(standing: &Standing<'a>) -> Option<&'a Reading> {
    match standing.monitoring {
        Monitoring::Off => None,
        Monitoring::Initializing | Monitoring::On | Monitoring::Waiting => standing.reading,
    }
}

/// Whether a service's subject was found, so that its connections mean something.
fn is_present(standing: &Standing<'_>) -> bool {
    reading(standing).is_some_and(|reading| reading.outline() == Outline::Present)
}

#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn push(&mut self, label: &'static str, value: impl Into<String>, tone: Tone) {
        let value = value.into();
        self.0.push(Line { label, value, tone });
    }

    fn value(&mut self, label: &'static str, value: impl ToString) {
        self.push(label, value.to_string(), Tone::Value);
    }

    fn known(&mut self, label: &'static str, value: Option<impl ToString>) {
        match value {
            Some(value) => self.value(label, value),
            None => self.push(label, "-", Tone::Missing),
        }
    }

    fn measured(&mut self, standing: &Standing<'_>) {
        let Some(reading) = reading(standing) else {
            return;
        };
        match reading {
            Reading::System(system) => self.system(system, standing.collected),
            Reading::Process(ProcessState::Running(process)) => self.process(process),
            Reading::File(Presence::Present(file)) => {
                self.file(file, standing);
            }
            Reading::Filesystem(Presence::Present(filesystem)) => self.filesystem(filesystem),
            Reading::Network(network) => self.network(network),
            Reading::Host => {}
            Reading::Program(run) => self.program(run),
            Reading::Process(
                ProcessState::Zombie(_)
                | ProcessState::Absent
                | ProcessState::Unclaimed
                | ProcessState::Unreadable(_),
            )
            | Reading::File(Presence::Absent | Presence::Unreadable(_))
            | Reading::Filesystem(Presence::Absent | Presence::Unreadable(_)) => {}
        }
    }

    /// Those over IP first, then those over Unix sockets; of each the last test of the control file
    /// first, as the reference shows them.
    fn connections(&mut self, standing: &Standing<'_>) {
        if !is_present(standing) {
            return;
        }
        self.pings(standing);
        let mut tests: Vec<_> = standing.connections.iter().rev().collect();
        tests.sort_by_key(|(connection, _)| matches!(connection.destination, Destination::Unix(_)));
        for (connection, outcome) in tests {
            let (value, tone) = response(connection, *outcome);
            self.push(connection_label(connection), value, tone);
        }
    }
}

const fn connection_label(connection: &Connection) -> &'static str {
    match connection.destination {
        Destination::Host { .. } => "port response time",
        Destination::Unix(_) => "unix socket response time",
    }
}

/// `1.076 ms to 127.0.0.1:7001 type TCP/IP protocol generic`, `FAILED to [127.0.0.1]:7999 type …`.
fn response(connection: &Connection, outcome: Option<&ProbeOutcome>) -> (String, Tone) {
    let Some(outcome) = outcome else {
        return ("-".into(), Tone::Missing);
    };
    let rest = connection_type(connection, Some(outcome));
    match &outcome.result {
        Ok(microseconds) => {
            let to = address(connection, "", "");
            (
                format!("{} to {to} {rest}", Elapsed(*microseconds)),
                Tone::Value,
            )
        }
        Err(_) => (
            format!("FAILED to {} {rest}", address(connection, "[", "]")),
            Tone::Bad,
        ),
    }
}

/// `127.0.0.1:7080/hello.txt`, with the host between `open` and `close`; a Unix socket's path.
pub(super) fn address(connection: &Connection, open: &str, close: &str) -> String {
    let request = connection.request();
    match &connection.destination {
        Destination::Host { host, port } => format!("{open}{host}{close}:{port}{request}"),
        Destination::Unix(path) => path.to_string(),
    }
}

/// `type TCP/IP using TLS (certificate valid for 19 days) protocol HTTP`.
pub(super) fn connection_type(connection: &Connection, outcome: Option<&ProbeOutcome>) -> String {
    let transport = match connection.destination {
        Destination::Host { .. } => connection.transport_name(),
        Destination::Unix(_) => transport(connection.transport),
    };
    let days = outcome
        .and_then(|outcome| outcome.certificate.as_ref())
        .and_then(|certificate| certificate.days_left);
    let tls = match (&connection.tls, days) {
        (None, _) => String::new(),
        (Some(_), None) => " using TLS".to_owned(),
        (Some(_), Some(days)) => format!(" using TLS (certificate valid for {days} days)"),
    };
    format!(
        "type {transport}{tls} protocol {}",
        connection.protocol.name()
    )
}

/// `TCP`, `UDP`.
pub(super) const fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "TCP",
        Transport::Udp => "UDP",
    }
}
