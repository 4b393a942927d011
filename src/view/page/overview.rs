//! The first page: whether all is well, then every service with its main figures.

use std::fmt::Display;

use crate::engine::{Monitoring, Standing};
use crate::model::Subject;
use crate::reading::SystemReading;
use crate::reading::{Bytes, FileReading, Presence, ProcessReading, ProcessState, Reading};
use crate::time::Uptime;
use crate::view::decimal::{Decimal, percent};
use crate::view::figures::{reading, status, type_rank};

use super::{Context, Link, Page, Refresh, Tag};

/// Lines of what happened that the overview shows.
const HAPPENINGS: usize = 10;

/// The overview.
pub(in crate::view) fn overview(context: &Context<'_>) -> String {
    let verdict = Verdict::of(context.standings);
    let mut page = Page::new(context, &verdict.words, Refresh::EachPoll);
    page.verdict(&verdict);
    let mut sorted: Vec<&Standing<'_>> = context.standings.iter().collect();
    sorted.sort_by_key(|standing| type_rank(&standing.service.subject));
    for group in sorted.chunk_by(|a, b| rank(a) == rank(b)) {
        page.table(group);
    }
    let mut happened: Vec<_> = context
        .standings
        .iter()
        .flat_map(|s| s.history.iter().map(|h| (Some(&*s.service.name), *h)))
        .collect();
    happened.sort_by_key(|(_, happening)| std::cmp::Reverse(happening.at));
    page.happenings(happened.into_iter().take(HAPPENINGS));
    page.finish()
}

const fn rank(standing: &Standing<'_>) -> u8 {
    type_rank(&standing.service.subject)
}

/// The whole machine in one sentence.
struct Verdict {
    class: &'static str,
    words: String,
}

impl Verdict {
    fn of(standings: &[Standing<'_>]) -> Self {
        let watched = standings.iter().filter(|s| s.monitoring != Monitoring::Off);
        let (watched, failing) = watched.fold((0, 0), |(watched, failing), standing| {
            (
                watched + 1,
                failing + usize::from(!standing.failures.is_empty()),
            )
        });
        let unwatched = standings.len() - watched;
        let rest = match unwatched {
            0 => String::new(),
            1 => ", 1 is not monitored".into(),
            several => format!(", {several} are not monitored"),
        };
        match (watched, failing) {
            (0, _) => Self {
                class: "idle",
                words: "Nothing is monitored".into(),
            },
            (1, 0) => Self {
                class: "good",
                words: format!("The service is well{rest}"),
            },
            (_, 0) => Self {
                class: "good",
                words: format!("All {watched} services are well{rest}"),
            },
            (_, _) => Self {
                class: "bad",
                words: format!("{failing} of {watched} services failed{rest}"),
            },
        }
    }
}

impl Page<'_> {
    fn verdict(&mut self, verdict: &Verdict) {
        let uptime = Uptime(self.context.uptime_seconds);
        self.put(format_args!(
            "<div class=\"head {}\"><div><h1>{}</h1><p>tend is running for {uptime}",
            verdict.class, verdict.words
        ));
        if let Some(poll) = self.context.model.settings.poll {
            self.put(format_args!(" and checks every {} seconds", poll.as_secs()));
        }
        self.put(format_args!("</div>"));
        if self.may_act() {
            self.button("./_runtime", "validate", "", "Check now");
        }
        self.put(format_args!("</div>"));
    }

    /// All services of one type.
    fn table(&mut self, standings: &[&Standing<'_>]) {
        let Some(first) = standings.first() else {
            return;
        };
        let (title, columns): (_, &[&str]) = match first.service.subject {
            Subject::System => ("System", &["Load", "CPU", "Memory", "Swap"]),
            Subject::Process(_) => ("Processes", &["Uptime", "CPU", "Memory", "Connections"]),
            Subject::File(_) => ("Files", &["Size", "Permission", "UID", "GID"]),
        };
        self.put(format_args!(
            "<h2>{title}</h2><section><table class=list><thead><tr><th>Service<th>Status"
        ));
        for column in columns {
            self.put(format_args!("<th>{column}"));
        }
        self.put(format_args!("<tbody>"));
        for standing in standings {
            let (words, tone) = status(standing);
            let (name, tag) = (Link(&standing.service.name), Tag(&words, tone));
            self.put(format_args!("<tr><td>{name}<td data-label=Status>{tag}"));
            let cells = cells(standing);
            for (column, cell) in columns.iter().zip(cells) {
                self.put(format_args!("<td data-label={column}>{cell}"));
            }
        }
        self.put(format_args!("</table></section>"));
    }
}

/// The figures under the columns of a service's type; of what is not there, dashes.
fn cells(standing: &Standing<'_>) -> [String; 4] {
    match reading(standing) {
        Some(Reading::System(system)) => system_cells(system),
        Some(Reading::Process(ProcessState::Running(process))) => process_cells(process, standing),
        Some(Reading::File(Presence::Present(file))) => file_cells(file),
        Some(
            Reading::Process(ProcessState::Zombie(_) | ProcessState::Absent)
            | Reading::File(Presence::Absent | Presence::Unreadable(_)),
        )
        | None => [const { None::<String> }; 4].map(known),
    }
}

fn known(value: Option<impl Display>) -> String {
    value.map_or_else(
        || "<span class=soft>–</span>".into(),
        |value| value.to_string(),
    )
}

fn system_cells(system: &SystemReading) -> [String; 4] {
    let load = system.load.map(|[one, five, fifteen]| {
        let two = |value| Decimal(value, 2);
        format!(
            "{} <span class=soft>{} {}</span>",
            two(one),
            two(five),
            two(fifteen)
        )
    });
    let cpu = system
        .cpu
        .map(|cpu| format!("{}%", Decimal(cpu.user + cpu.system, 1)));
    let usage = |(used, all)| {
        format!(
            "{}% <span class=soft>{}</span>",
            percent(used, all),
            Bytes(used * 1024)
        )
    };
    let swap = match system.swap_kib {
        Some((_, 0)) => Some("none".to_owned()),
        other => other.map(usage),
    };
    [
        known(load),
        known(cpu),
        known(system.memory_kib.map(usage)),
        known(swap),
    ]
}

fn process_cells(process: &ProcessReading, standing: &Standing<'_>) -> [String; 4] {
    let cpu = process
        .cpu_percent
        .map(|share| format!("{}%", Decimal(share, 1)));
    let memory = process.memory_kib.map(|kib| Bytes(kib * 1024));
    [
        known(process.uptime_seconds.map(Uptime)),
        known(cpu),
        known(memory),
        known(connections(standing)),
    ]
}

/// `3 ok`, `1 of 3 failed`; what was not tried yet counts as neither.
fn connections(standing: &Standing<'_>) -> Option<String> {
    let outcomes = || {
        standing
            .connections
            .iter()
            .filter_map(|(_, outcome)| *outcome)
    };
    let tried = outcomes().count();
    let failed = outcomes().filter(|outcome| outcome.result.is_err()).count();
    match (tried, failed) {
        (0, _) => None,
        (_, 0) => Some(format!("{tried} ok")),
        (_, _) => Some(format!(
            "<span class=fail>{failed} of {tried} failed</span>"
        )),
    }
}

fn file_cells(file: &FileReading) -> [String; 4] {
    [
        Bytes(file.size).to_string(),
        format!("{:o}", file.permission),
        file.uid.to_string(),
        file.gid.to_string(),
    ]
}
