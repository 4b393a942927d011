//! A service's page: how it stands, what can be done, what was measured, how it is configured and
//! what happened.

use crate::engine::{Monitoring, ProbeOutcome, Standing, UserAction};
use crate::http::Escaped;
use crate::model::{Connection, Every, ProcessLocator, Program, Service, Subject};
use crate::view::figures::{
    Milliseconds, address, connection_type, measured, mode, monitoring, on_reboot, status,
    type_word,
};
use crate::view::rules;

use super::{Context, Link, Page, Refresh, Tag};

/// The page of one service.
pub(in crate::view) fn service(context: &Context<'_>, standing: &Standing<'_>) -> String {
    let (words, tone) = status(standing);
    let title = format!("{}: {words}", standing.service.name);
    let mut page = Page::new(context, &title, Refresh::EachPoll);
    let class = match standing.monitoring {
        Monitoring::Off => "idle",
        Monitoring::Initializing | Monitoring::On | Monitoring::Waiting => {
            if standing.failures.is_empty() {
                "good"
            } else {
                "bad"
            }
        }
    };
    page.put(format_args!(
        "<div class=\"head {class}\"><div><h1>{} {}</h1><p>{}",
        Escaped(&standing.service.name),
        Tag(&words, tone),
        type_word(&standing.service.subject)
    ));
    let (words, _) = monitoring(standing.monitoring);
    page.put(format_args!(
        " · {words} · mode {}",
        mode(standing.service.mode)
    ));
    page.put(format_args!("</div>"));
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
        self.put(format_args!("<div class=buttons>"));
        for (_, action, class, label) in offered.into_iter().filter(|(possible, ..)| *possible) {
            self.button("", action.word(), class, label);
        }
        self.put(format_args!("</div>"));
    }

    fn figures(&mut self, standing: &Standing<'_>) {
        self.put(format_args!(
            "<h2>Measured</h2><section><table class=pairs><tbody>"
        ));
        for line in measured(standing) {
            self.pair(line.label, Escaped(&line.value));
        }
        self.put(format_args!("</table></section>"));
    }

    fn connections(&mut self, standing: &Standing<'_>) {
        if standing.connections.is_empty() {
            return;
        }
        self.put(format_args!(
            "<h2>Connections</h2><section><table class=list><thead>\
             <tr><th>To<th>Answer<th>Kind<th>Certificate<tbody>"
        ));
        for (connection, outcome) in &standing.connections {
            self.connection(connection, *outcome);
        }
        self.put(format_args!("</table></section>"));
    }

    fn connection(&mut self, connection: &Connection, outcome: Option<&ProbeOutcome>) {
        let to = address(connection, "", "");
        self.put(format_args!(
            "<tr><td>{}<td data-label=Answer>",
            Escaped(&to)
        ));
        match outcome.map(|outcome| &outcome.result) {
            Some(Ok(micros)) => self.put(format_args!("{}", Milliseconds(*micros))),
            Some(Err(reason)) => {
                self.put(format_args!(
                    "<span class=fail>✕ {}</span>",
                    Escaped(reason)
                ));
            }
            None => self.put(format_args!("<span class=soft>not tried yet</span>")),
        }
        let kind = connection_type(connection, None);
        let kind = kind.trim_start_matches("type ");
        self.put(format_args!(
            "<td data-label=Kind>{}<td data-label=Certificate>",
            Escaped(kind)
        ));
        let certificate = outcome.and_then(|outcome| outcome.certificate.as_ref());
        let Some(certificate) = certificate else {
            return self.put(format_args!("<span class=soft>–</span>"));
        };
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
            Subject::File(path) => self.pair("path", Escaped(path)),
            Subject::System => {}
        }
        if !service.groups.is_empty() {
            self.pair("group", Escaped(&service.groups.join(", ")));
        }
        self.neighbours(standing);
        if let Every::Cycles(cycles) = service.every {
            self.pair("checked every", format_args!("{cycles} cycles"));
        }
        self.pair("on reboot", on_reboot(service.onreboot));
        self.programs(service);
        for rule in &service.rules {
            self.pair("rule", Escaped(&rules::rule(rule)));
        }
        for limit in &service.restart_limits {
            self.pair("rule", Escaped(&rules::restart_limit(limit)));
        }
        self.put(format_args!("</table></section>"));
    }

    fn neighbours(&mut self, standing: &Standing<'_>) {
        let model = self.context.model;
        let links = |ids: &mut dyn Iterator<Item = crate::model::ServiceId>| {
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
            ("start program", &service.start),
            ("stop program", &service.stop),
            ("restart program", &service.restart),
        ];
        for (name, program) in programs {
            if let Some(program) = program {
                self.pair(name, Escaped(&program_words(program)));
            }
        }
    }
}

/// `/etc/init.d/apache2 start as uid 33, gid 33, timeout 30 s`.
fn program_words(program: &Program) -> String {
    let mut words = program.command_line();
    if let Some(uid) = program.uid {
        words.push_str(&format!(" as uid {uid}"));
    }
    if let Some(gid) = program.gid {
        words.push_str(&format!(" as gid {gid}"));
    }
    words.push_str(&format!(" (at most {} s)", program.timeout.as_secs()));
    words
}
