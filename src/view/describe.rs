//! What a control file was understood to mean, for `-v` (reference F40). Users are named, never
//! their passwords.

use std::fmt::Write;

use crate::model::{
    AlertTarget, Allow, EventKind, Httpd, LogTarget, Model, NetworkTarget, ProcessLocator, Program,
    Role, Service, Settings, Subject,
};

use super::figures::{mode, on_reboot, type_word};
use super::rules;

/// The whole configuration, a line for each thing that was said.
pub fn configuration(model: &Model, control_file: &str) -> String {
    let mut sheet = Sheet(String::from("Runtime constants:\n"));
    sheet.line("Control file", control_file);
    settings(&mut sheet, &model.settings);
    sheet
        .0
        .push_str("\nThe service list contains the following entries:\n");
    for one in &model.services {
        service(&mut sheet, model, one);
    }
    sheet.0.push_str(&"-".repeat(79));
    sheet.0.push('\n');
    sheet.0
}

struct Sheet(String);

impl Sheet {
    fn line(&mut self, label: &str, value: impl AsRef<str>) {
        let value = value.as_ref();
        writeln!(self.0, " {label:<20} = {value}").expect("a string takes all that is written");
    }

    fn lines(&mut self, label: &str, values: impl IntoIterator<Item = String>) {
        for value in values {
            self.line(label, value);
        }
    }
}

fn settings(sheet: &mut Sheet, settings: &Settings) {
    let path = |path: &Option<Box<str>>| path.as_deref().unwrap_or("-").to_owned();
    sheet.line(
        "Log file",
        match &settings.log {
            LogTarget::Unset => "-".to_owned(),
            LogTarget::File(path) => path.to_string(),
            LogTarget::Syslog { facility } => format!("syslog, facility {facility}"),
        },
    );
    sheet.line("Pid file", path(&settings.pidfile));
    sheet.line("Id file", path(&settings.idfile));
    sheet.line("State file", path(&settings.statefile));
    if let Some(poll) = settings.poll {
        let delay = settings.start_delay.as_secs();
        let poll = poll.as_secs();
        let text = format!("{poll} seconds with start delay {delay} seconds");
        sheet.line("Poll time", text);
    }
    let servers = settings.mail_servers.iter().map(|server| {
        let timeout = server.timeout.as_secs();
        let tls = if server.tls.is_some() {
            " using TLS"
        } else {
            ""
        };
        let user = match &server.credentials {
            Some((user, _)) => format!(" as user '{user}'"),
            None => String::new(),
        };
        let (host, port) = (&server.host, server.port);
        format!("{host}:{port} with timeout {timeout} s{tls}{user}")
    });
    sheet.lines("Mail server", servers);
    sheet.lines("Alert mail to", settings.alerts.iter().map(alert));
    if let Some(httpd) = &settings.httpd {
        status_server(sheet, httpd);
    }
}

fn status_server(sheet: &mut Sheet, httpd: &Httpd) {
    if let Some(address) = &httpd.address {
        let host = address.host.as_deref().unwrap_or("*");
        let tls = if address.tls.is_some() {
            " with TLS"
        } else {
            ""
        };
        sheet.line("httpd address", format!("[{host}]:{}{tls}", address.port));
    }
    if let Some(socket) = &httpd.unix_socket {
        let only = if socket.read_only { ", read-only" } else { "" };
        sheet.line("httpd unix socket", format!("{}{only}", socket.path));
    }
    let hosts = httpd.access.hosts.iter().map(|allow| match allow {
        Allow::Name(name) => name.to_string(),
        Allow::Network(network) => format!("{}/{}", network.address, network.prefix),
    });
    sheet.lines("httpd allows", hosts);
    let users = httpd.access.credentials.iter().map(|credential| {
        let role = match credential.role {
            Role::Full => "",
            Role::ReadOnly => ", read-only",
        };
        format!("user '{}'{role}", credential.user)
    });
    sheet.lines("httpd allows", users);
}

fn alert(target: &AlertTarget) -> String {
    let all = EventKind::ALL;
    let chosen: Vec<&str> = all
        .into_iter()
        .filter(|kind| target.events.contains(*kind))
        .map(EventKind::filter_word)
        .collect();
    let on = if chosen.len() == all.len() {
        String::new()
    } else {
        format!(" on {{ {} }}", chosen.join(", "))
    };
    let reminder = match target.reminder_cycles {
        Some(cycles) => format!(" with reminder on {cycles} cycles"),
        None => String::new(),
    };
    format!("{}{on}{reminder}", target.address)
}

fn service(sheet: &mut Sheet, model: &Model, service: &Service) {
    sheet.0.push('\n');
    let kind = format!("{} Name", type_word(&service.subject));
    writeln!(sheet.0, "{kind:<21} = {}", service.name).expect("a string takes all that is written");
    match &service.subject {
        Subject::Process(ProcessLocator::Pidfile(path)) => sheet.line("Pid file", path),
        Subject::Process(ProcessLocator::Matching(pattern)) => sheet.line("Match", pattern),
        Subject::File(path)
        | Subject::Directory(path)
        | Subject::Fifo(path)
        | Subject::Filesystem(path) => sheet.line("Path", path),
        Subject::Host(address) | Subject::Network(NetworkTarget::Address(address)) => {
            sheet.line("Address", address);
        }
        Subject::Network(NetworkTarget::Interface(name)) => sheet.line("Interface", name),
        Subject::Program(checked) => sheet.line("Program", program(checked)),
        Subject::System => {}
    }
    if !service.groups.is_empty() {
        sheet.line("Group", service.groups.join(", "));
    }
    sheet.line("Monitoring mode", mode(service.mode));
    sheet.line("On reboot", on_reboot(service.onreboot));
    sheet.lines("Every", rules::turns(&service.every));
    let depends = service.depends.iter();
    sheet.lines(
        "Depends on",
        depends.map(|id| model.service(*id).name.to_string()),
    );
    sheet.lines("Start program", service.start.as_ref().map(program));
    sheet.lines("Stop program", service.stop.as_ref().map(program));
    sheet.lines("Restart program", service.restart.as_deref().map(program));
    let ignored = service.content.iter().flat_map(|scan| &scan.ignore);
    sheet.lines(
        "Ignore content",
        ignored.map(|test| format!("if {} then ignore", rules::content(test))),
    );
    sheet.lines("Test", rules::rules(&service.rules));
    let limits = service.restart_limits.iter();
    sheet.lines("Timeout", limits.map(rules::restart_limit));
    sheet.lines("Alert mail to", service.alerts().iter().map(alert));
    let silenced = service.noalert().iter().map(ToString::to_string);
    sheet.lines("No alert to", silenced);
}

fn program(program: &Program) -> String {
    let command = program.command_line();
    let user = match program.terms.uid {
        Some(uid) => format!(" as uid {uid}"),
        None => String::new(),
    };
    let group = match program.terms.gid {
        Some(gid) => format!(" as gid {gid}"),
        None => String::new(),
    };
    format!(
        "'{command}'{user}{group} timeout {} s",
        program.terms.timeout.as_secs()
    )
}
