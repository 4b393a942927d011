//! The status document, in the two layouts that Monit's collectors and scripts read (reference
//! XML.md).
//!
//! Differences: no credentials, ever; the encoding is the one the text is in; elements whose
//! figures are not measured are left out. Whatever names hold, the document is well-formed.

mod connections;
mod file;
mod filesystem;
mod network;
mod process;
mod program;
mod system;

use std::fmt::{Display, Write};

use crate::engine::{Monitoring, Standing};
use crate::http::Escaped;
use crate::model::{Every, Httpd, Mode, OnReboot, SubjectKind};
use crate::reading::{Presence, ProcessState, Reading};
use crate::time::Schedule;

use super::Context;
use super::figures::reading;

/// Which of the two layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// `/_status?format=xml`.
    One,
    /// `/_status2?format=xml`.
    Two,
}

/// The whole document; of the services, `service=` and `group=` leave out none (reference F44).
pub(super) fn document(context: &Context<'_>, layout: Layout) -> String {
    let mut xml = Writer(String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    let (id, version) = (Escaped(&context.instance.id), env!("CARGO_PKG_VERSION"));
    let incarnation = context.instance.started.unix_seconds();
    match layout {
        Layout::One => xml.put(format_args!("<monit>")),
        Layout::Two => xml.put(format_args!(
            "<monit id=\"{id}\" incarnation=\"{incarnation}\" version=\"{version}\">"
        )),
    }
    xml.block("server", |xml| {
        if layout == Layout::One {
            xml.element("id", id);
            xml.element("incarnation", incarnation);
            xml.element("version", version);
        }
        xml.server(context);
    });
    xml.platform(context);
    match layout {
        Layout::One => context
            .standings
            .iter()
            .for_each(|s| xml.service(s, layout)),
        Layout::Two => {
            xml.block("services", |xml| {
                context
                    .standings
                    .iter()
                    .for_each(|s| xml.service(s, layout));
            });
            xml.groups(context);
        }
    }
    xml.put(format_args!("</monit>"));
    xml.0
}

struct Writer(String);

impl Writer {
    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        self.0
            .write_fmt(what)
            .expect("a string takes all that is written");
    }

    fn element(&mut self, name: &str, value: impl Display) {
        self.put(format_args!("<{name}>{value}</{name}>"));
    }

    /// An element that is left out where its value is not known.
    fn known(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.element(name, value);
        }
    }

    fn block(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.put(format_args!("<{name}>"));
        inside(self);
        self.put(format_args!("</{name}>"));
    }

    fn server(&mut self, context: &Context<'_>) {
        let settings = &context.model.settings;
        self.element("uptime", context.uptime_seconds);
        self.element("poll", settings.poll.unwrap_or_default().as_secs());
        self.element("startdelay", settings.start_delay.as_secs());
        self.element("localhostname", Escaped(context.host()));
        self.element("controlfile", Escaped(&context.instance.control_file));
        if let Some(httpd) = &settings.httpd {
            self.httpd(httpd);
        }
    }

    fn httpd(&mut self, httpd: &Httpd) {
        match (&httpd.address, &httpd.unix_socket) {
            (Some(address), _) => self.block("httpd", |xml| {
                xml.element(
                    "address",
                    Escaped(address.host.as_deref().unwrap_or_default()),
                );
                xml.element("port", address.port);
                xml.element("ssl", u8::from(address.tls.is_some()));
            }),
            (None, Some(socket)) => self.block("httpd", |xml| {
                xml.element("unixsocket", Escaped(&socket.path));
            }),
            (None, None) => {}
        }
    }

    fn platform(&mut self, context: &Context<'_>) {
        let platform = &context.instance.platform;
        self.block("platform", |xml| {
            xml.element("name", Escaped(&platform.name));
            xml.element("release", Escaped(&platform.release));
            xml.element("version", Escaped(&platform.version));
            xml.element("machine", Escaped(&platform.machine));
            xml.element("cpu", platform.cpus);
            xml.element("memory", platform.memory_kib);
            xml.element("swap", platform.swap_kib);
        });
    }

    fn service(&mut self, standing: &Standing<'_>, layout: Layout) {
        let name = Escaped(&standing.service.name);
        let kind = type_number(standing.service.subject.kind());
        match layout {
            Layout::One => {
                self.put(format_args!("<service type=\"{kind}\">"));
                self.element("name", name);
            }
            Layout::Two => {
                self.put(format_args!("<service name=\"{name}\">"));
                self.element("type", kind);
            }
        }
        self.common(standing);
        if let Some(reading) = reading(standing) {
            match reading {
                Reading::System(system) => self.system(system),
                Reading::Process(ProcessState::Running(process)) => {
                    self.process(process);
                    self.connections(standing);
                }
                Reading::File(Presence::Present(file)) => {
                    self.file(file, standing.service.subject.kind());
                }
                Reading::Host => {
                    self.pings(standing);
                    self.connections(standing);
                }
                Reading::Filesystem(Presence::Present(filesystem)) => self.filesystem(filesystem),
                Reading::Network(network) => self.network(network),
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
        self.put(format_args!("</service>"));
    }

    fn common(&mut self, standing: &Standing<'_>) {
        let collected = standing.collected.unwrap_or_default();
        self.element("collected_sec", collected.unix_seconds());
        self.element("collected_usec", collected.subsecond_micros());
        self.element("status", standing.status_bits);
        self.element("status_hint", standing.hint_bits);
        self.element("monitor", monitor_number(standing));
        self.element("monitormode", mode_number(standing.service.mode));
        self.element("onreboot", onreboot_number(standing.service.onreboot));
        let pending = standing.pending.map_or(0, |action| action.number());
        self.element("pendingaction", pending);
        match &standing.service.every {
            Every::Cycle => {}
            Every::Cycles(number) => self.block("every", |xml| {
                xml.element("type", 2);
                xml.element("counter", standing.cycle_counter);
                xml.element("number", number);
            }),
            Every::Cron(schedule) => self.cron(3, schedule),
            Every::NotCron(schedule) => self.cron(4, schedule),
        }
    }

    fn cron(&mut self, kind: u8, schedule: &Schedule) {
        self.block("every", |xml| {
            xml.element("type", kind);
            xml.element("cron", Escaped(schedule.text()));
        });
    }

    fn groups(&mut self, context: &Context<'_>) {
        let mut groups: Vec<&str> = Vec::new();
        for group in context.standings.iter().flat_map(|s| &s.service.groups) {
            if !groups.iter().any(|known| known.eq_ignore_ascii_case(group)) {
                groups.push(group);
            }
        }
        if groups.is_empty() {
            return;
        }
        self.block("servicegroups", |xml| {
            for group in groups {
                xml.put(format_args!("<servicegroup name=\"{}\">", Escaped(group)));
                for member in context.standings {
                    if super::selection::is_member(member, group) {
                        xml.element("service", Escaped(&member.service.name));
                    }
                }
                xml.put(format_args!("</servicegroup>"));
            }
        });
    }
}

/// Text as the reference writes it: unescaped, but for what would end it or be no XML.
struct CharacterData<'a>(&'a str);

impl Display for CharacterData<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whole = self.0.replace("]]>", "]]&gt;");
        let is_xml = |c: char| match c {
            '\n' | '\t' => true,
            '\u{fffe}' | '\u{ffff}' => false,
            _ => !c.is_control(),
        };
        let clean = whole.replace(|c| !is_xml(c), "\u{fffd}");
        write!(f, "<![CDATA[{clean}]]>")
    }
}

/// The number of a service's type (reference XML.md).
const fn type_number(kind: SubjectKind) -> u8 {
    match kind {
        SubjectKind::Filesystem => 0,
        SubjectKind::Directory => 1,
        SubjectKind::File => 2,
        SubjectKind::Process => 3,
        SubjectKind::Host => 4,
        SubjectKind::System => 5,
        SubjectKind::Fifo => 6,
        SubjectKind::Program => 7,
        SubjectKind::Network => 8,
    }
}

/// 4 is added to what a service is that waits for its cycle (reference XML.md).
const fn monitor_number(standing: &Standing<'_>) -> u8 {
    match standing.monitoring {
        Monitoring::Off => 0,
        Monitoring::On => 1,
        Monitoring::Initializing => 2,
        Monitoring::Waiting if standing.collected.is_some() => 5,
        Monitoring::Waiting => 6,
    }
}

const fn mode_number(mode: Mode) -> u8 {
    match mode {
        Mode::Active => 0,
        Mode::Passive => 1,
    }
}

const fn onreboot_number(onreboot: OnReboot) -> u8 {
    match onreboot {
        OnReboot::Start => 0,
        OnReboot::NoStart => 1,
        OnReboot::LastState => 2,
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Monitoring;
    use crate::model::Every;
    use crate::time::Schedule;
    use crate::view::fixture::{World, golden};

    /// For reading: one element per line, as the reference's samples are split.
    fn split(xml: &str) -> String {
        xml.replace("><", ">\n<")
    }

    #[test]
    fn both_layouts() {
        let world = World::reference();
        golden("status.xml", &split(&world.get("/_status?format=xml")));
        golden("status2.xml", &split(&world.get("/_status2?format=xml")));
    }

    #[test]
    fn the_machine_has_the_name_of_its_check() {
        let mut world = World::reference();
        world.model.services[0].name = "web1".into();
        let document = world.get("/_status?format=xml");
        assert!(document.contains("<localhostname>web1</localhostname>"));
        world.model.services.remove(0);
        world.states.remove(0);
        let document = world.get("/_status?format=xml");
        assert!(document.contains("<localhostname>demohost</localhostname>"));
    }

    #[test]
    fn volumes() {
        let document = World::volumes().get("/_status?format=xml");
        golden("status-volumes.xml", &split(&document));
    }

    #[test]
    fn what_fails_and_what_nobody_watches() {
        let mut world = World::showcase();
        world.model.services[2].every = Every::Cycles(4);
        world.states[2].monitoring = Monitoring::Waiting;
        world.states[2].cycle_counter = 1;
        golden(
            "status2-failed.xml",
            &split(&world.get("/_status2?format=xml")),
        );
    }

    #[test]
    fn cron_times() {
        let schedule = Box::new(Schedule::parse("0-15 8-19 * * 1-5").unwrap());
        for (every, kind) in [
            (Every::Cron(schedule.clone()), 3),
            (Every::NotCron(schedule), 4),
        ] {
            let mut world = World::reference();
            world.model.services[2].every = every;
            let cron = format!("<type>{kind}</type><cron>0-15 8-19 * * 1-5</cron>");
            let xml = world.get("/_status?format=xml");
            assert!(xml.contains(&format!("<every>{cron}</every>")));
        }
    }

    #[test]
    fn remote_hosts() {
        let world = World::hosts();
        let document = split(&world.get("/_status2?format=xml"));
        golden("hosts-status2.xml", &document);
    }

    #[test]
    fn nobody_finds_a_password() {
        for target in [
            "/_status?format=xml",
            "/_status2?format=xml",
            "/_runtime",
            "/",
            "/apache",
        ] {
            let text = World::showcase().get(target);
            assert!(
                !text.contains("swordfish") && !text.contains("mail-secret"),
                "{target}"
            );
        }
    }

    #[test]
    fn any_name_makes_a_well_formed_document() {
        let mut world = World::reference();
        world.model.services[1].name = "a&b<c>\"d'e]]>\u{1}\u{7f}ü".into();
        let escaped = "a&amp;b&lt;c&gt;&quot;d&#39;e]]&gt;\u{fffd}\u{fffd}ü";
        let one = world.get("/_status?format=xml");
        assert!(one.contains(&format!("<name>{escaped}</name>")));
        let two = world.get("/_status2?format=xml");
        assert!(two.contains(&format!("<service name=\"{escaped}\">")));
    }
}
