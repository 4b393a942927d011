//! A service's page: how it stands, what can be done, what was measured, what happened and how it
//! is configured.

use crate::engine::{Monitoring, ProbeOutcome, Standing, UserAction};
use crate::http::{Escaped, percent_encode};
use crate::model::{
    Connection, NetworkTarget, ProcessLocator, Program, Service, ServiceId, Subject, Transport,
};
use crate::reading::Elapsed;
use crate::view::figures::{address, measured, mode, monitoring, on_reboot, status, type_word};
use crate::view::rules;

use super::{Context, Link, Mood, Page, Refresh, Tags};

/// Longer values get a row of their own.
const WIDE: usize = 32;

/// The page of one service.
pub(in crate::view) fn service(context: &Context<'_>, standing: &Standing<'_>) -> String {
    let (words, _) = status(standing);
    let mood = match standing.monitoring {
        Monitoring::Off => Mood::Idle,
        _ if !standing.failures.is_empty() => Mood::Bad,
        Monitoring::Initializing => Mood::Idle,
        Monitoring::On | Monitoring::Waiting => Mood::Good,
    };
    let name = &standing.service.name;
    let mut page = Page::new(context, &format!("{name}: {words}"), mood, Refresh::Often);
    page.put(format_args!(
        "<div class=\"head {}\"><div><h1>{} {}</h1><p>{} · {} · mode {}</div>",
        mood.class(),
        Escaped(name),
        Tags(standing),
        type_word(&standing.service.subject),
        monitoring(standing.monitoring).0,
        mode(standing.service.mode)
    ));
    page.buttons(standing);
    page.put(format_args!("</div>"));
    page.figures(standing);
    page.connections(standing);
    page.happenings(standing.history.iter().map(|happening| (None, *happening)));
    page.configuration(standing);
    page.finish()
}

impl Page<'_> {
    fn buttons(&mut self, standing: &Standing<'_>) {
        if !self.may_act() {
            return;
        }
        let service = standing.service;
        let (start, stop) = (service.start.is_some(), service.stop.is_some());
        let watched = standing.monitoring != Monitoring::Off;
        let offered = [
            (start, UserAction::Start, "", "Start"),
            (
                service.restart.is_some() || start && stop,
                UserAction::Restart,
                "",
                "Restart",
            ),
            (stop, UserAction::Stop, "stop", "Stop"),
            (watched, UserAction::Unmonitor, "", "Disable monitoring"),
            (!watched, UserAction::Monitor, "", "Enable monitoring"),
        ];
        let target = format!("./{}", percent_encode(&service.name));
        self.put(format_args!("<div class=buttons>"));
        for (_, action, class, label) in offered.into_iter().filter(|(possible, ..)| *possible) {
            self.button(&target, action.word(), class, label);
        }
        self.put(format_args!("</div>"));
    }

    fn figures(&mut self, standing: &Standing<'_>) {
        self.put(format_args!("<h2>Measured</h2><section><dl>"));
        for line in measured(standing) {
            let class = if line.value.len() > WIDE {
                " class=wide"
            } else {
                ""
            };
            let lines = line.value.split('\n');
            let lines: Vec<_> = lines.map(|line| Escaped(line).to_string()).collect();
            let (label, value) = (line.label, lines.join("<br>"));
            self.put(format_args!("<div{class}><dt>{label}<dd>{value}</div>"));
        }
        self.put(format_args!("</dl></section>"));
    }

    fn connections(&mut self, standing: &Standing<'_>) {
        if standing.pings.is_empty() && standing.connections.is_empty() {
            return;
        }
        self.put(format_args!(
            "<h2>Connections</h2><section><table class=list><thead>\
             <tr><th>To<th>Protocol<th>Answer<th>Certificate<tbody>"
        ));
        for (test, outcome) in &standing.pings {
            let host = Escaped(&test.ping.host);
            self.put(format_args!("<tr><td>{host}<td data-label=Protocol>Ping"));
            self.answer(*outcome);
            self.put(format_args!("<td class=none>–"));
        }
        for (connection, outcome) in &standing.connections {
            self.connection(connection, *outcome);
        }
        self.put(format_args!("</table></section>"));
    }

    fn connection(&mut self, connection: &Connection, outcome: Option<&ProbeOutcome>) {
        let (to, protocol) = (address(connection, "", ""), protocol_words(connection));
        self.put(format_args!(
            "<tr><td>{}<td data-label=Protocol>{protocol}",
            Escaped(&to)
        ));
        self.answer(outcome);
        let certificate = outcome.and_then(|outcome| outcome.certificate.as_ref());
        let Some(certificate) = certificate else {
            return self.put(format_args!("<td class=none>–"));
        };
        self.put(format_args!("<td data-label=Certificate>"));
        if let Some(days) = certificate.days_left {
            self.put(format_args!("{days} days left"));
        }
        if let Some(complaint) = &certificate.complaint {
            self.put(format_args!(
                " <span class=warn>⚠ {}</span>",
                Escaped(complaint)
            ));
        }
    }

    fn answer(&mut self, outcome: Option<&ProbeOutcome>) {
        self.put(format_args!("<td data-label=Answer>"));
        match outcome.map(|outcome| &outcome.result) {
            Some(Ok(micros)) => self.put(format_args!("{}", Elapsed(*micros))),
            Some(Err(reason)) => {
                self.put(format_args!(
                    "<span class=fail>✕ {}</span>",
                    Escaped(reason)
                ));
            }
            None => self.put(format_args!("<span class=soft>not tried yet</span>")),
        }
    }

    fn configuration(&mut self, standing: &Standing<'_>) {
        let service = standing.service;
        self.put(format_args!(
            "<h2>Configured</h2><section><table class=pairs><tbody>"
        ));
        match &service.subject {
            Subject::Process(ProcessLocator::Pidfile(path)) => {
                self.pair("pidfile", Escaped(path));
            }
            Subject::Process(ProcessLocator::Matching(pattern)) => {
                self.pair("matching", Escaped(pattern));
            }
            Subject::File(path)
            | Subject::Directory(path)
            | Subject::Fifo(path)
            | Subject::Filesystem(path) => self.pair("path", Escaped(path)),
            Subject::Host(address) | Subject::Network(NetworkTarget::Address(address)) => {
                self.pair("address", Escaped(address));
            }
            Subject::Network(NetworkTarget::Interface(name)) => {
                self.pair("interface", Escaped(name));
            }
            Subject::Program(program) => self.pair("program", Escaped(&program.command_line())),
            Subject::System => {}
        }
        if !service.groups.is_empty() {
            self.pair("group", Escaped(&service.groups.join(", ")));
        }
        self.neighbours(standing);
        if let Some(turns) = rules::turns(&service.every) {
            self.pair("checked every", Escaped(&turns));
        }
        self.pair("on reboot", on_reboot(service.onreboot));
        self.programs(service);
        let rules = rules::rules(&service.rules);
        let limits = service.restart_limits.iter().map(rules::restart_limit);
        let escaped = rules.chain(limits).map(|words| Escaped(&words).to_string());
        let rules: Vec<String> = escaped.collect();
        if !rules.is_empty() {
            self.pair("rules", rules.join("<br>"));
        }
        self.put(format_args!("</table></section>"));
    }

    fn neighbours(&mut self, standing: &Standing<'_>) {
        let model = self.context.model;
        let links = |ids: &mut dyn Iterator<Item = ServiceId>| {
            let links: Vec<_> = ids
                .map(|id| Link(&model.service(id).name).to_string())
                .collect();
            links.join(", ")
        };
        let prerequisites = links(&mut standing.service.depends.iter().copied());
        let dependants = links(&mut model.dependants(standing.id));
        for (name, links) in [("depends on", prerequisites), ("needed by", dependants)] {
            if !links.is_empty() {
                self.pair(name, links);
            }
        }
    }

    fn programs(&mut self, service: &Service) {
        let programs = [
            ("start program", service.start.as_ref()),
            ("stop program", service.stop.as_ref()),
            ("restart program", service.restart.as_deref()),
        ];
        for (name, program) in programs {
            if let Some(program) = program {
                self.pair(name, Escaped(&program_words(program)));
            }
        }
    }
}

/// `HTTP`, `HTTP over TLS`, `DEFAULT over UDP`.
fn protocol_words(connection: &Connection) -> String {
    let name = connection.protocol.name();
    match (&connection.tls, connection.transport) {
        (Some(_), _) => format!("{name} over TLS"),
        (None, Transport::Tcp) => name.into(),
        (None, Transport::Udp) => format!("{name} over UDP"),
    }
}

/// `/etc/init.d/apache2 start as uid 33 as gid 33 (at most 30 s)`.
fn program_words(program: &Program) -> String {
    let identity = [("uid", program.terms.uid), ("gid", program.terms.gid)];
    let known = identity
        .into_iter()
        .filter_map(|(word, id)| Some((word, id?)));
    let identity: String = known.map(|(word, id)| format!(" as {word} {id}")).collect();
    let (command, limit) = (program.command_line(), program.terms.timeout.as_secs());
    format!("{command}{identity} (at most {limit} s)")
}
