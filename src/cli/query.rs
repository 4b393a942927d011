//! Commands that ask the running daemon over its status server: status, summary, report, validate,
//! and the actions.

use std::env;
use std::thread;
use std::time::{Duration, Instant};

use crate::engine::UserAction;
use crate::http::client::Reply;
use crate::model::{Httpd, Model};
use crate::shell::setup;
use crate::sys::output::Stream;
use crate::sys::{reap, tty};
use crate::view::text;

use super::args::Options;
use super::client::{self, NO_HTTPD};
use super::{Exit, Outcome, control};

/// `status`, `summary`, `report`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// In full.
    Status,
    /// A line each.
    Summary,
    /// Counts by state.
    Report,
}

impl Question {
    const fn path(self) -> &'static str {
        match self {
            Self::Status => "/_status",
            Self::Summary => "/_summary",
            Self::Report => "/_report",
        }
    }

    /// What the word after the command means.
    const fn parameter(self) -> &'static str {
        match self {
            Self::Status | Self::Summary => "service",
            Self::Report => "type",
        }
    }
}

/// Asks and prints.
pub fn ask(model: &Model, options: &Options, question: Question, word: Option<&str>) -> Outcome {
    let httpd = reachable(model)?;
    let mut parameters = Vec::new();
    if let Some(group) = &options.group {
        parameters.push(("group", group.as_str()));
    }
    // A group wins over a name (F57), but the type of a report goes with it.
    if let Some(word) = word {
        if options.group.is_none() || question == Question::Report {
            parameters.push((question.parameter(), word));
        }
    }
    let reply = call(httpd, question.path(), &parameters)?;
    print(&reply.body, options.batch || model.settings.batch);
    Ok(Exit::Fine)
}

/// Orders an action of the running daemon and does not wait for it (reference F17).
pub fn act(model: &Model, options: &Options, action: UserAction, name: Option<&str>) -> Outcome {
    let httpd = server(model)?;
    let names = chosen(model, options, name)?;
    let mut parameters = vec![("action", action.word())];
    parameters.extend(names.iter().map(|name| ("service", *name)));
    call(httpd, "/_doaction", &parameters)?;
    Ok(Exit::Fine)
}

/// The names to send: members of the group, all, or the one as given, which the daemon may take
/// as a pattern.
pub fn chosen<'a>(
    model: &'a Model,
    options: &Options,
    name: Option<&'a str>,
) -> Result<Vec<&'a str>, String> {
    let names = |wanted: &dyn Fn(&[Box<str>]) -> bool| -> Vec<&'a str> {
        let services = model.services.iter();
        services
            .filter(|s| wanted(&s.groups))
            .map(|s| &*s.name)
            .collect()
    };
    if let Some(group) = &options.group {
        let members = names(&|groups| groups.iter().any(|g| g.eq_ignore_ascii_case(group)));
        return match members.is_empty() {
            true => Err(format!("Group '{group}' not found")),
            false => Ok(members),
        };
    }
    Ok(match name {
        Some(name) if name.eq_ignore_ascii_case("all") => names(&|_| true),
        Some(name) => vec![name],
        None => Vec::new(),
    })
}

/// How long `validate` waits for the cycle it has asked for.
const CYCLE_TIME: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// `validate` with a running daemon: checks at once, waits for every reading, prints them.
/// Exit 0 when all is well, where the reference exits 1 in any case (F21).
pub fn validate(model: &Model, options: &Options, pid: i32) -> Outcome {
    let httpd = server(model)?;
    let before = readings(httpd)?;
    if !reap::kill(pid, reap::USER1) {
        return Err(format!("tend daemon with PID {pid} cannot be signalled"));
    }
    let asked = Instant::now();
    while asked.elapsed() < CYCLE_TIME {
        thread::sleep(LOOK_EVERY);
        if is_renewed(&before, &readings(httpd)?) {
            break;
        }
    }
    let printed = ask(model, options, Question::Status, None)?;
    let down = call(httpd, "/_report", &[("type", "down")])?;
    match down.body.trim() {
        "0" => Ok(printed),
        _ => Ok(Exit::Failed),
    }
}

/// When each monitored service was read last.
fn readings(httpd: &Httpd) -> Result<Vec<Option<String>>, String> {
    let reply = call(httpd, "/_status?format=xml", &[])?;
    Ok(stamps(&reply.body))
}

fn stamps(xml: &str) -> Vec<Option<String>> {
    let between = |text: &str, from: &str, to: &str| {
        let (_, rest) = text.split_once(from)?;
        Some(rest.split_once(to)?.0.to_owned())
    };
    xml.split("<service ")
        .skip(1)
        .map(|service| {
            let watched = between(service, "<monitor>", "</monitor>")? != "0";
            let stamp = between(service, "<collected_sec>", "</collected_usec>")?;
            watched.then_some(stamp)
        })
        .collect()
}

fn is_renewed(before: &[Option<String>], after: &[Option<String>]) -> bool {
    before.len() != after.len()
        || before
            .iter()
            .zip(after)
            .all(|(before, after)| after.is_none() || before != after)
}

fn call(httpd: &Httpd, path: &str, parameters: &[(&str, &str)]) -> Result<Reply, String> {
    let reply = client::ask(httpd, path, parameters)?;
    match reply.error() {
        None => Ok(reply),
        Some(message) => Err(message),
    }
}

fn reachable(model: &Model) -> Result<&Httpd, String> {
    let httpd = server(model)?;
    match control::daemon(setup::pidfile(&model.settings)) {
        Some(_) => Ok(httpd),
        None => Err("tend: the tend daemon is not running".to_owned()),
    }
}

fn server(model: &Model) -> Result<&Httpd, String> {
    let httpd = model.settings.httpd.as_ref();
    httpd.ok_or_else(|| format!("tend: {NO_HTTPD}"))
}

/// Whether boxes and colours are of use where we print; `batch` asks for none.
pub fn is_fancy(batch: bool) -> bool {
    let dumb = env::var("TERM").is_ok_and(|term| term == "dumb");
    !batch && !dumb && tty::stdout_is_terminal()
}

fn print(coloured: &str, batch: bool) {
    let shown = match is_fancy(batch) {
        true => coloured.to_owned(),
        false => text::plain(coloured),
    };
    // Whoever closed the pipe has seen enough.
    let _ = Stream::Out.write(shown.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_over_when_every_watched_service_was_read_again() {
        let xml = |a: u32, b: u32| {
            format!(
                "<monit><service type=\"3\"><name>a</name><collected_sec>{a}</collected_sec>\
                 <collected_usec>5</collected_usec><monitor>1</monitor></service>\
                 <service type=\"3\"><name>b</name><collected_sec>{b}</collected_sec>\
                 <collected_usec>5</collected_usec><monitor>1</monitor></service>\
                 <service type=\"5\"><name>c</name><collected_sec>1</collected_sec>\
                 <collected_usec>5</collected_usec><monitor>0</monitor></service></monit>"
            )
        };
        let before = stamps(&xml(1, 1));
        assert_eq!(before.len(), 3);
        assert!(!is_renewed(&before, &stamps(&xml(1, 1))));
        assert!(!is_renewed(&before, &stamps(&xml(2, 1))));
        assert!(is_renewed(&before, &stamps(&xml(2, 2))));
    }
}
