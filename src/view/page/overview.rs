//! The first page: whether all is well, then every service with its main figures.

use std::fmt::Display;

use crate::engine::{Monitoring, Standing};
use crate::http::Escaped;
use crate::model::{Subject, SubjectKind};
use crate::reading::{
    Bytes, Counters, Elapsed, FileReading, FilesystemReading, Flow, NetworkReading, Presence,
    ProcessReading, ProcessState, ProgramReading, Reading, SystemReading,
};
use crate::time::{Uptime, WallTime};
use crate::view::decimal::{Decimal, percent};
use crate::view::figures::{capacity, reading, type_rank};

use super::{Context, Link, Mood, Page, Refresh, Tags};

/// Lines of what happened that the overview shows.
const HAPPENINGS: usize = 10;

/// The overview.
pub(in crate::view) fn overview(context: &Context<'_>) -> String {
    let verdict = Verdict::of(context.standings);
    let mut page = Page::new(context, &verdict.words, verdict.mood, Refresh::Often);
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
    mood: Mood,
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
                mood: Mood::Idle,
                words: "Nothing is monitored".into(),
            },
            (1, 0) => Self {
                mood: Mood::Good,
                words: format!("The service is well{rest}"),
            },
            (_, 0) => Self {
                mood: Mood::Good,
                words: format!("All {watched} services are well{rest}"),
            },
            (_, _) => Self {
                mood: Mood::Bad,
                words: format!("{failing} of {watched} services failed{rest}"),
            },
        }
    }
}

impl Page<'_> {
    fn verdict(&mut self, verdict: &Verdict) {
        let uptime = Uptime(self.context.uptime_seconds);
        self.put(format_args!(
            "<div class=\"head {}\"><div><h1>{}</h1><p>tend has been running for {uptime}",
            verdict.mood.class(),
            verdict.words
        ));
        if let Some(poll) = self.context.model.settings.poll {
            self.put(format_args!(" and checks every {} seconds", poll.as_secs()));
        }
        self.put(format_args!("</div>"));
        if self.may_act() {
            self.button("./", "validate", "", "Check now");
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
            Subject::Directory(_) => ("Directories", &["Permission", "UID", "GID"]),
            Subject::Fifo(_) => ("Named pipes", &["Permission", "UID", "GID"]),
            Subject::Filesystem(_) => ("File systems", &["Space", "Inodes", "Read", "Write"]),
            Subject::Host(_) => ("Hosts", &["Ping", "Connections"]),
            Subject::Program(_) => ("Programs", &["Output", "Started", "Exit"]),
            Subject::Network(_) => ("Networks", &["Capacity", "Download", "Upload", "Errors"]),
        };
        self.put(format_args!(
            "<h2>{title}</h2><section><table class=\"list services\">\
             <thead><tr><th>Service<th>Status"
        ));
        for column in columns {
            self.put(format_args!("<th>{column}"));
        }
        self.put(format_args!("<tbody>"));
        for standing in standings {
            let (name, tags) = (Link(&standing.service.name), Tags(standing));
            self.put(format_args!("<tr><td>{name}<td>{tags}"));
            for (column, cell) in columns.iter().zip(cells(standing)) {
                match cell {
                    Some(cell) => self.put(format_args!("<td data-label={column}>{cell}")),
                    None => self.put(format_args!("<td class=none>–")),
                }
            }
        }
        self.put(format_args!("</table></section>"));
    }
}

/// The figures under the columns of a service's type, where they are known.
fn cells(standing: &Standing<'_>) -> [Option<String>; 4] {
    match reading(standing) {
        Some(Reading::System(system)) => system_cells(system),
        Some(Reading::Network(network)) => network_cells(network),
        Some(Reading::Process(ProcessState::Running(process))) => process_cells(process, standing),
        Some(Reading::File(Presence::Present(file))) => {
            file_cells(file, standing.service.subject.kind())
        }
        Some(Reading::Program(run)) => program_cells(run, standing),
        Some(Reading::Host) => [pings(standing), connections(standing), None, None],
        Some(Reading::Filesystem(Presence::Present(filesystem))) => filesystem_cells(filesystem),
        Some(
            Reading::Process(
                ProcessState::Zombie(_)
                | ProcessState::Absent
                | ProcessState::Unclaimed
                | ProcessState::Unreadable(_),
            )
            | Reading::File(Presence::Absent | Presence::Unreadable(_))
            | Reading::Filesystem(Presence::Absent | Presence::Unreadable(_)),
        )
        | None => [const { None }; 4],
    }
}

fn network_cells(network: &NetworkReading) -> [Option<String>; 4] {
    let NetworkReading::Up(link) = network else {
        return [const { None }; 4];
    };
    let rate = |flow: Flow| {
        let (bytes, packets) = (Bytes(flow.bytes), flow.packets);
        format!("{bytes}/s <span class=soft>{packets} packets</span>")
    };
    let Counters { download, upload } = link.carried.unwrap_or_default();
    [
        capacity(link),
        link.rates.map(|rates| rate(rates.download)),
        link.rates.map(|rates| rate(rates.upload)),
        link.carried
            .map(|_| (download.errors + upload.errors).to_string()),
    ]
}

fn system_cells(system: &SystemReading) -> [Option<String>; 4] {
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
        let (share, used) = (percent(used, all), Bytes(used * 1024));
        format!("{share}% <span class=soft>{used}</span>")
    };
    let swap = system.swap_kib.filter(|(_, all)| *all > 0).map(usage);
    [load, cpu, system.memory_kib.map(usage), swap]
}

fn process_cells(process: &ProcessReading, standing: &Standing<'_>) -> [Option<String>; 4] {
    [
        process
            .uptime_seconds
            .map(|seconds| Uptime(seconds.into()).to_string()),
        process
            .cpu_percent
            .map(|share| format!("{}%", Decimal(share.into(), 1))),
        process.memory_kib.map(|kib| Bytes(kib * 1024).to_string()),
        connections(standing),
    ]
}

/// `0.036 ms`, `failed`: the worst of them.
fn pings(standing: &Standing<'_>) -> Option<String> {
    let outcomes = standing.pings.iter().filter_map(|(_, outcome)| *outcome);
    let times: Result<Vec<u64>, _> = outcomes.map(|outcome| outcome.result.clone()).collect();
    match times {
        Ok(times) => times
            .into_iter()
            .max()
            .map(|worst| Elapsed(worst).to_string()),
        Err(_) => Some("<span class=fail>failed</span>".into()),
    }
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

/// Of the output the first line: what a program has to say in one it should say first.
fn program_cells(run: &ProgramReading, standing: &Standing<'_>) -> [Option<String>; 4] {
    let line = run.output.lines().next();
    let zone = standing.collected.map_or(0, WallTime::offset_seconds);
    let started = WallTime::new(run.started.saturating_mul(1000), zone);
    [
        line.map(|line| Escaped(&shortened(line)).to_string()),
        Some(started.date_text()),
        Some(run.status.to_string()),
        None,
    ]
}

/// Letters of a line that have room in a cell.
const CELL: usize = 60;

fn shortened(line: &str) -> String {
    match line.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn filesystem_cells(filesystem: &FilesystemReading) -> [Option<String>; 4] {
    let usage =
        |share: Decimal, used: &dyn Display| format!("{share}% <span class=soft>{used}</span>");
    let space = &filesystem.space;
    let inodes = filesystem.inodes.map(|inodes| {
        let used = inodes.used();
        usage(percent(used, inodes.total), &used)
    });
    let rates = filesystem.activity.and_then(|activity| activity.rates);
    let rate = |bytes| format!("{}/s", Bytes(bytes));
    [
        Some(usage(
            percent(space.used(), space.total),
            &Bytes(space.used()),
        )),
        inodes,
        rates.map(|rates| rate(rates.read.bytes)),
        rates.map(|rates| rate(rates.write.bytes)),
    ]
}

fn file_cells(file: &FileReading, kind: SubjectKind) -> [Option<String>; 4] {
    let size = Some(Bytes(file.size).to_string());
    let mode = Some(format!("{:o}", file.permission));
    let (uid, gid) = (Some(file.uid.to_string()), Some(file.gid.to_string()));
    if kind == SubjectKind::File {
        [size, mode, uid, gid]
    } else {
        [mode, uid, gid, None]
    }
}
