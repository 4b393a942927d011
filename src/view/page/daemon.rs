//! The pages about the daemon itself: what it runs with, its log, its version.

use std::time::Duration;

use crate::http::Escaped;
use crate::model::{Httpd, LogTarget, Settings, Terms};
use crate::reading::Bytes;
use crate::time::Uptime;
use crate::view::{LOG_TAIL_LIMIT, LogTail};

use super::{Context, Mood, Page, Refresh};

/// What the daemon runs with. Passwords are in no page.
pub(in crate::view) fn runtime(context: &Context<'_>) -> String {
    let mut page = Page::new(context, "Daemon", Mood::Idle, Refresh::Never);
    let instance = context.instance;
    page.put(format_args!(
        "<div class=head><div><h1>Daemon</h1><p>{} has been running for {}</div>",
        context.surroundings.signature(),
        Uptime(context.uptime_seconds)
    ));
    if page.may_act() {
        page.button("./_runtime", "validate", "", "Check now");
    }
    page.put(format_args!(
        "</div><h2>Running with</h2><section><table class=pairs><tbody>"
    ));
    page.pair("id", Escaped(&instance.id));
    page.pair("host", Escaped(context.host()));
    page.pair("process id", instance.pid);
    page.pair("control file", Escaped(&instance.control_file));
    page.pair("pidfile", Escaped(&instance.pidfile));
    page.pair("state file", Escaped(&instance.statefile));
    page.settings(&context.model.settings);
    page.put(format_args!("</table></section>"));
    page.finish()
}

impl Page<'_> {
    fn settings(&mut self, settings: &Settings) {
        match &settings.log {
            LogTarget::Unset => self.pair("log", "standard output"),
            LogTarget::File(path) => self.pair("log", Escaped(path)),
            LogTarget::Syslog { facility } => {
                self.pair("log", format_args!("syslog, facility {facility}"));
            }
        }
        if let Some(poll) = settings.poll {
            self.pair("poll time", Seconds(poll));
        }
        self.pair("start delay", Seconds(settings.start_delay));
        for server in &settings.mail_servers {
            let (host, port) = (Escaped(&server.host), server.port);
            let tls = if server.tls.is_some() { ", TLS" } else { "" };
            let timeout = Seconds(server.timeout);
            self.pair(
                "mail server",
                format_args!("{host}:{port}{tls}, at most {timeout}"),
            );
        }
        for target in &settings.alerts {
            self.pair("alert to", Escaped(&target.address));
        }
        if let Some(httpd) = &settings.httpd {
            self.httpd(httpd);
        }
        let limits = &settings.limits;
        self.pair("program output kept", Bytes(limits.program_output as u64));
        self.pair("expect buffer", Bytes(limits.send_expect_buffer as u64));
        self.pair(
            "HTTP content looked at",
            Bytes(limits.http_content_buffer as u64),
        );
        self.pair("network timeout", Seconds(limits.network_timeout));
        self.pair("start timeout", Seconds(limits.start_timeout));
        self.pair("stop timeout", Seconds(limits.stop_timeout));
        self.pair("restart timeout", Seconds(limits.restart_timeout));
        self.pair("program timeout", Seconds(limits.program_timeout));
        match limits.exec_timeout {
            Terms::FOREVER => self.pair("exec timeout", "none"),
            time => self.pair("exec timeout", Seconds(time)),
        }
    }

    fn httpd(&mut self, httpd: &Httpd) {
        if let Some(address) = &httpd.address {
            let host = Escaped(address.host.as_deref().unwrap_or("*"));
            let tls = if address.tls.is_some() { ", TLS" } else { "" };
            self.pair(
                "this server",
                format_args!("[{host}]:{}{tls}", address.port),
            );
        }
        if let Some(socket) = &httpd.unix_socket {
            self.pair("this server", Escaped(&socket.path));
        }
        let access = &httpd.access;
        let style = match (access.hosts.is_empty(), !access.asks_who()) {
            (true, true) => "this machine only",
            (false, true) => "by address",
            (true, false) => "by password",
            (false, false) => "by address and password",
        };
        self.pair("clients come in", style);
    }
}

struct Seconds(Duration);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} s", self.0.as_secs())
    }
}

/// The last part of the log.
pub(in crate::view) fn log(context: &Context<'_>, tail: &LogTail) -> String {
    let mut page = Page::new(context, "Log", Mood::Idle, Refresh::Never);
    match tail {
        LogTail::Nothing(reason) => page.put(format_args!(
            "<div class=head><div><h1>Log</h1><p>{}</div></div>",
            Escaped(reason)
        )),
        LogTail::File(bytes) => {
            let text = String::from_utf8_lossy(whole_lines(bytes));
            page.put(format_args!(
                "<div class=head><div><h1>Log</h1><p>the newest lines are last</div></div>\
                 <h2></h2><section><pre>{}</pre></section>",
                Escaped(&text)
            ));
        }
    }
    page.finish()
}

/// Where the beginning of the file was left out, so is the rest of its last line.
fn whole_lines(tail: &[u8]) -> &[u8] {
    let first_end = tail.iter().position(|b| *b == b'\n');
    match first_end {
        Some(end) if tail.len() >= LOG_TAIL_LIMIT => &tail[end + 1..],
        Some(_) | None => tail,
    }
}

/// Name, version, licence.
pub(in crate::view) fn about(context: &Context<'_>) -> String {
    let mut page = Page::new(context, "About", Mood::Idle, Refresh::Never);
    page.put(format_args!(
        "<div class=head><div><h1>{}</h1><p>Keeps the services of this machine running. \
         Free software under the MIT licence or the Apache licence 2.0, as you like; \
         without any warranty.</div></div>",
        context.surroundings.signature()
    ));
    page.finish()
}
