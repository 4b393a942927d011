//! What a control file means, in plain sentences, for `-t --explain`: of each service what is
//! tested, how often, and what is done. Users are named, never their passwords.
//!
//! `-v` ([`super::describe`]) shows what was said; this is what will come of it, defaults, what
//! another statement overrides and what cannot be done included.

mod clause;
mod consequence;
mod machine;
mod peer;
mod process;
mod recipient;
mod schedule;
mod settings;

use std::fmt::Write;
use std::time::Duration;

use crate::model::{
    Every, Mode, Model, NetworkTarget, OnReboot, ProcessLocator, Program, Repeat, RestartLimit,
    Rule, Service, ServiceId, Subject, Test, Window,
};
use crate::text::Count;

use consequence::Situation;

/// The whole configuration, a paragraph for the settings and one for each service.
pub fn configuration(model: &Model) -> String {
    let mut text = String::new();
    settings::tell(&mut text, &model.settings);
    for (index, service) in model.services.iter().enumerate() {
        let id = ServiceId::new(u16::try_from(index).expect("a model holds at most 65,535"));
        text.push('\n');
        Account {
            text: &mut text,
            model,
            service,
            id,
        }
        .tell();
    }
    text
}

/// What is told of one service.
struct Account<'a> {
    text: &'a mut String,
    model: &'a Model,
    service: &'a Service,
    id: ServiceId,
}

impl Account<'_> {
    fn tell(&mut self) {
        self.introduce();
        if self.service.rules.is_empty() {
            self.sentence("Nothing of it is tested.");
        }
        for rule in &*self.service.rules {
            self.rule(rule);
        }
        self.ignored_lines();
        let rules = &self.service.rules;
        let connects = rules.iter().any(|rule| rule.test.connection().is_some());
        if connects && rules.iter().any(|rule| rule.test.ping().is_some()) {
            self.sentence("While a ping is not answered, no connection is tested.");
        }
        for limit in &self.service.restart_limits {
            self.restart_limit(limit);
        }
        self.programs();
        self.neighbours();
        self.reboot();
        self.recipients();
    }

    fn sentence(&mut self, sentence: impl AsRef<str>) {
        self.text.push_str("  ");
        say(self.text, sentence);
    }

    fn introduce(&mut self) {
        let what = subject(&self.service.subject);
        let name = &self.service.name;
        say(self.text, format!("`{name}` is {what}."));
        let often = frequency(&self.service.every, self.model.settings.poll);
        self.sentence(format!("It is checked {often}."));
        if self.service.mode == Mode::Passive {
            self.sentence(
                "Its mode is passive: it is not started, stopped or restarted by itself.",
            );
        }
    }

    fn rule(&mut self, rule: &Rule) {
        let Rule {
            test,
            failed,
            recovered,
        } = rule;
        let condition = clause::failing(test, &self.service.subject);
        let situation = if *test == Test::NotExist {
            Situation::Gone
        } else {
            Situation::There
        };
        self.follow(&format!("If {condition}"), failed, situation);
        let usual = Repeat {
            window: Window::ONCE,
            action: crate::model::Action::Alert,
        };
        if *recovered != usual {
            self.follow("  When that is over", recovered, Situation::There);
        }
    }

    fn follow(&mut self, condition: &str, side: &Repeat, situation: Situation) {
        let patience = patience(side.window);
        let consequence = consequence::of(&side.action, self.service, situation);
        self.sentence(format!("{condition}{patience}, {consequence}."));
    }

    fn ignored_lines(&mut self) {
        let Some(scan) = &self.service.content else {
            return;
        };
        for (matches, verb) in [(true, "match"), (false, "do not match")] {
            let ignored = scan.ignore.iter().filter(|test| test.matches == matches);
            let patterns: Vec<String> = ignored
                .map(|test| format!("\"{}\"", test.pattern))
                .collect();
            if !patterns.is_empty() {
                let patterns = one_of(&patterns);
                self.sentence(format!("Lines that {verb} {patterns} are passed over."));
            }
        }
    }

    fn restart_limit(&mut self, limit: &RestartLimit) {
        let restarts = Count(u64::from(limit.restarts), "time");
        let cycles = Count(u64::from(limit.cycles), "cycle");
        let consequence = consequence::of(&limit.action, self.service, Situation::There);
        self.sentence(format!(
            "If it was restarted {restarts} within {cycles}, {consequence}."
        ));
    }

    fn programs(&mut self) {
        let Service {
            start,
            stop,
            restart,
            ..
        } = self.service;
        let programs = [
            ("start", start.as_ref()),
            ("stop", stop.as_ref()),
            ("restart", restart.as_deref()),
        ];
        for (verb, program) in programs {
            if let Some(program) = program {
                let (command, limit) = (command(program), Span(program.terms.timeout));
                let sentence = format!("To {verb} it, {command} is run and given {limit}.");
                self.sentence(sentence);
            }
        }
    }

    fn neighbours(&mut self) {
        let names = |ids: &[ServiceId]| {
            let quoted = |id: &ServiceId| format!("`{}`", self.model.service(*id).name);
            all_of(&ids.iter().map(quoted).collect::<Vec<_>>())
        };
        let needs = names(&self.service.depends);
        let needed_by = names(&self.model.dependants(self.id).collect::<Vec<_>>());
        if !needs.is_empty() {
            self.sentence(format!(
                "It needs {needs}: it does not start before, and stops first."
            ));
        }
        if !needed_by.is_empty() {
            self.sentence(format!("It is needed by {needed_by}."));
        }
        if !self.service.groups.is_empty() {
            let groups = self.service.groups.iter().map(|name| format!("`{name}`"));
            let groups: Vec<String> = groups.collect();
            let s = if groups.len() == 1 { "" } else { "s" };
            self.sentence(format!("It belongs to the group{s} {}.", all_of(&groups)));
        }
    }

    fn reboot(&mut self) {
        match self.service.onreboot {
            OnReboot::Start => {}
            OnReboot::NoStart => {
                self.sentence("After the machine has started, nobody watches it until asked to.");
            }
            OnReboot::LastState => {
                self.sentence("After the machine has started, it is watched if it was before.");
            }
        }
    }

    fn recipients(&mut self) {
        let targets = self.model.recipients(self.service);
        let targets: Vec<String> = targets.map(recipient::recipient).collect();
        if targets.is_empty() {
            self.sentence("Reports go to the log; nobody gets a mail.");
        } else {
            let targets = all_of(&targets);
            self.sentence(format!("Reports go to the log and by mail to {targets}."));
        }
    }
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Process(ProcessLocator::Pidfile(path)) => {
            format!("the process whose number is in {path}")
        }
        Subject::Process(ProcessLocator::Matching(pattern)) => {
            format!("the oldest process whose command line matches \"{pattern}\"")
        }
        Subject::File(path) => format!("the file {path}"),
        Subject::Directory(path) => format!("the directory {path}"),
        Subject::Fifo(path) => format!("the named pipe {path}"),
        Subject::Filesystem(place) => format!("the file system {place}"),
        Subject::Host(address) => format!("the host {address}"),
        Subject::Program(program) => format!(
            "what {} prints and how it ends, within {}",
            command(program),
            Span(program.terms.timeout)
        ),
        Subject::Network(NetworkTarget::Interface(name)) => format!("the network interface {name}"),
        Subject::Network(NetworkTarget::Address(address)) => {
            format!("the network interface that has the address {address}")
        }
        Subject::System => "this machine".to_owned(),
    }
}

fn frequency(every: &Every, poll: Option<Duration>) -> String {
    match every {
        Every::Cycle => "in every cycle".to_owned(),
        Every::Cycles(cycles) => match poll {
            Some(poll) => format!(
                "in every {} cycle, that is {}",
                Ordinal(*cycles),
                Each(poll.saturating_mul(*cycles))
            ),
            None => format!("in every {} cycle", Ordinal(*cycles)),
        },
        Every::Cron(schedule) => format!(
            "once in each of these minutes: {}",
            schedule::words(schedule)
        ),
        Every::NotCron(schedule) => {
            format!("in every cycle but these: {}", schedule::words(schedule))
        }
    }
}

fn patience(window: Window) -> String {
    match (window.times, window.cycles) {
        (1, 1) => String::new(),
        (times, cycles) if times == cycles => format!(", {cycles} cycles in a row"),
        (times, cycles) => format!(", in {times} of {cycles} cycles"),
    }
}

/// `'/bin/x a' as uid 33`.
fn command(program: &Program) -> String {
    let command = program.command_line();
    match (program.terms.uid, program.terms.gid) {
        (None, None) => format!("'{command}'"),
        (Some(uid), None) => format!("'{command}' as uid {uid}"),
        (None, Some(gid)) => format!("'{command}' as gid {gid}"),
        (Some(uid), Some(gid)) => format!("'{command}' as uid {uid} and gid {gid}"),
    }
}

/// A line of its own.
fn say(text: &mut String, sentence: impl AsRef<str>) {
    writeln!(text, "{}", sentence.as_ref()).expect("a string takes all that is written");
}

/// `a`, `a and b`, `a, b and c`.
fn all_of(things: &[String]) -> String {
    joined(things, "and")
}

/// `a`, `a or b`, `a, b or c`.
fn one_of(things: &[String]) -> String {
    joined(things, "or")
}

fn joined(things: &[String], word: &str) -> String {
    match things {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// `2nd`, `3rd`, `11th`.
struct Ordinal(u32);

impl std::fmt::Display for Ordinal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ending = match (self.0 / 10 % 10, self.0 % 10) {
            (1, _) => "th",
            (_, 1) => "st",
            (_, 2) => "nd",
            (_, 3) => "rd",
            (_, _) => "th",
        };
        write!(f, "{}{ending}", self.0)
    }
}

/// `30 seconds`, `2 minutes`, `1500 ms`: in the largest unit that leaves no rest.
struct Span(Duration);

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0.as_secs();
        if self.0.subsec_millis() > 0 {
            return write!(f, "{} ms", self.0.as_millis());
        }
        let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
        match units
            .iter()
            .find(|(unit, _)| seconds > 0 && seconds % unit == 0)
        {
            Some((unit, name)) => write!(f, "{}", Count(seconds / unit, name)),
            None => write!(f, "{}", Count(seconds, "second")),
        }
    }
}

/// `every minute`, `every 30 seconds`.
struct Each(Duration);

impl std::fmt::Display for Each {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let span = Span(self.0).to_string();
        write!(f, "every {}", span.strip_prefix("1 ").unwrap_or(&span))
    }
}

#[cfg(test)]
mod tests;
