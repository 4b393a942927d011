//! The command line's text: status, summary, report, as the reference prints them (F22, F30 to
//! F39).
//!
//! The server sends colours and boxes, as Monit's does, because Monit's own command line expects
//! them; [`plain`] takes them out for whoever writes to no terminal.

use std::fmt::Write;

use crate::engine::{Monitoring, Standing};
use crate::text::PROGRAM;
use crate::time::Uptime;

use super::Context;
use super::decimal::percent;
use super::figures::{Tone, lines, status as status_words, type_rank, type_word};

const RESET: &str = "\x1b[0m";
const BORDER: &str = "\x1b[0;90m";
const HEADING: &str = "\x1b[1;36m";

const fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "\x1b[0;92m",
        Tone::Bad => "\x1b[0;91m",
        Tone::Idle => "\x1b[0;93m",
        Tone::Setting => "",
        Tone::Value => "\x1b[0;39m",
        Tone::Missing => "\x1b[0;90m",
    }
}

fn greeting(context: &Context<'_>) -> String {
    format!("{PROGRAM} uptime: {}\n", Uptime(context.uptime_seconds))
}

/// A service in one line: what `--check` prints.
pub fn line(standing: &Standing<'_>) -> String {
    let (words, _) = status_words(standing);
    format!("{:<31} {words}", printable(&standing.service.name))
}

/// Everything about each of the services, in the order of the control file.
pub(super) fn status(context: &Context<'_>, chosen: &[&Standing<'_>]) -> String {
    let mut text = greeting(context);
    text.push('\n');
    for standing in chosen {
        let service = standing.service;
        let kind = type_word(&service.subject);
        put(
            &mut text,
            format_args!("{HEADING}{kind} '{}'{RESET}\n", printable(&service.name)),
        );
        for line in lines(standing) {
            let colour = colour(line.tone);
            let reset = if colour.is_empty() { "" } else { RESET };
            // A value of several lines goes on under itself.
            let labels = std::iter::once(line.label).chain(std::iter::repeat(""));
            for (label, value) in labels.zip(line.value.split('\n')) {
                let value = printable(value);
                put(
                    &mut text,
                    format_args!("  {label:<29}{colour}{value}{reset}\n"),
                );
            }
        }
        text.push('\n');
    }
    text
}

/// A table with a line per service, grouped by type.
pub(super) fn summary(context: &Context<'_>, chosen: &[&Standing<'_>]) -> String {
    let mut text = greeting(context);
    rule(&mut text, ["┌", "┬", "┐"]);
    let headings = ["Service Name", "Status", "Type"];
    for (heading, width) in headings.into_iter().zip(WIDTHS) {
        let cell = Cell {
            text: heading,
            width,
        };
        put(
            &mut text,
            format_args!("{BORDER}│{RESET} {HEADING}{cell}{RESET} "),
        );
    }
    put(&mut text, format_args!("{BORDER}│{RESET}\n"));
    let mut sorted = chosen.to_vec();
    sorted.sort_by_key(|standing| type_rank(&standing.service.subject));
    for standing in sorted {
        rule(&mut text, ["├", "┼", "┤"]);
        row(&mut text, standing);
    }
    rule(&mut text, ["└", "┴", "┘"]);
    text
}

/// Columns of the summary, without the blank on either side.
const WIDTHS: [usize; 3] = [31, 26, 13];

fn rule(text: &mut String, [left, middle, right]: [&str; 3]) {
    let dashes = WIDTHS.map(|width| "─".repeat(width + 2));
    let line = dashes.join(middle);
    put(text, format_args!("{BORDER}{left}{line}{right}{RESET}\n"));
}

fn row(text: &mut String, standing: &Standing<'_>) {
    let (words, tone) = status_words(standing);
    let name = printable(&standing.service.name);
    let cells = [
        (name.as_str(), ""),
        (words.as_str(), colour(tone)),
        (type_word(&standing.service.subject), ""),
    ];
    for ((content, colour), width) in cells.into_iter().zip(WIDTHS) {
        let cell = Cell {
            text: content,
            width,
        };
        let reset = if colour.is_empty() { "" } else { RESET };
        put(
            text,
            format_args!("{BORDER}│{RESET} {colour}{cell} {reset}"),
        );
    }
    put(text, format_args!("{BORDER}│{RESET}\n"));
}

/// Text in a column: padded, or cut and ended with dots (reference F33).
struct Cell<'a> {
    text: &'a str,
    width: usize,
}

impl std::fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let length = self.text.chars().count();
        if length <= self.width {
            return write!(f, "{:<1$}", self.text, self.width);
        }
        let kept = self.width - 3;
        let end = self.text.char_indices().nth(kept).map_or(0, |(at, _)| at);
        write!(f, "{}...", &self.text[..end])
    }
}

/// How many services are up, down and so on; or one of these numbers. Without a number the message
/// for the client.
pub(super) fn report(chosen: &[&Standing<'_>], kind: Option<&str>) -> Result<String, String> {
    let count = |class| chosen.iter().filter(|s| Class::of(s) == class).count();
    let total = chosen.len();
    let Some(kind) = kind else {
        let mut text = String::new();
        for (label, class) in CLASSES {
            let (count, label) = (count(class), format!("{label}:"));
            let share = percent(count as u64, total as u64);
            put(
                &mut text,
                format_args!("{label:<13}{count:>4} ({share}%)\n"),
            );
        }
        put(
            &mut text,
            format_args!("{:<13}{total:>4} services\n", "total:"),
        );
        return Ok(text);
    };
    let kind = kind.to_ascii_lowercase();
    let class = CLASSES.into_iter().find(|(label, _)| *label == kind);
    match (class, kind.as_str()) {
        (Some((_, class)), _) => Ok(format!("{}\n", count(class))),
        (None, "initializing") => Ok(format!("{}\n", count(Class::Initialising))),
        (None, "total") => Ok(format!("{total}\n")),
        (None, _) => Err(format!("Invalid report type: '{kind}'")),
    }
}

/// A service belongs to one class only.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Up,
    Down,
    Initialising,
    Unmonitored,
}

const CLASSES: [(&str, Class); 4] = [
    ("up", Class::Up),
    ("down", Class::Down),
    ("initialising", Class::Initialising),
    ("unmonitored", Class::Unmonitored),
];

impl Class {
    /// The bit of a change counts as well, in the cycle of the change (reference F23).
    const fn of(standing: &Standing<'_>) -> Self {
        match standing.monitoring {
            Monitoring::Off => Self::Unmonitored,
            Monitoring::Initializing => Self::Initialising,
            Monitoring::On | Monitoring::Waiting if standing.status_bits != 0 => Self::Down,
            // Its time has not come since it is watched.
            Monitoring::Waiting if standing.collected.is_none() => Self::Initialising,
            Monitoring::On | Monitoring::Waiting => Self::Up,
        }
    }
}

fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what)
        .expect("a string takes all that is written");
}

/// Names and values as one line that does nothing to a terminal.
fn printable(text: &str) -> String {
    text.replace(|c: char| c.is_control(), "?")
}

/// The text without colours and boxes, as the reference's command line prints it in a pipe.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let drawn = ["┌", "├", "└"].iter().any(|corner| {
            line.strip_prefix(BORDER)
                .is_some_and(|rest| rest.starts_with(corner))
        });
        if !drawn {
            strip(line, &mut plain);
        }
    }
    plain
}

fn strip(line: &str, plain: &mut String) {
    let mut rest = line;
    const BAR: &str = "\x1b[0;90m│\x1b[0m";
    let without_bars = rest.replace(BAR, "");
    rest = &without_bars;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContentScan;
    use crate::view::fixture::{World, golden};

    #[test]
    fn status_and_summary_as_the_reference_prints_them() {
        let world = World::reference();
        golden("status.txt", &plain(&world.get("/_status")));
        golden("status-colours.txt", &world.get("/_status?service=proc"));
        golden("summary.txt", &plain(&world.get("/_summary")));
        golden("summary-colours.txt", &world.get("/_summary"));
    }

    #[test]
    fn volumes() {
        let text = World::volumes().get("/_status");
        golden("status-volumes.txt", &plain(&text));
    }

    #[test]
    fn what_fails_and_what_nobody_watches() {
        let world = World::showcase();
        golden("status-failed.txt", &plain(&world.get("/_status")));
        golden("summary-failed.txt", &plain(&world.get("/_summary")));
    }

    /// Whoever asks whether all is OK is not told otherwise in each cycle that `every` leaves out.
    #[test]
    fn what_is_well_is_so_between_its_cycles() {
        let mut world = World::reference();
        world.states[1].monitoring = Monitoring::Waiting;
        let status = |world: &World| {
            let text = plain(&world.get("/_status?service=proc"));
            let lines = text.lines().filter(|line| line.contains("status  "));
            let last = |line: &str| line.split_whitespace().last().unwrap().to_owned();
            lines.map(last).collect::<Vec<_>>()
        };
        assert_eq!(status(&world), ["OK", "Waiting"]);
        world.states[1].collected = None;
        assert_eq!(status(&world), ["Waiting", "Waiting"]);
    }

    #[test]
    fn remote_hosts() {
        let world = World::hosts();
        golden("hosts-status.txt", &plain(&world.get("/_status")));
        golden("hosts-summary.txt", &plain(&world.get("/_summary")));
    }

    #[test]
    fn lines_have_the_reference_s_order() {
        let mut world = World::reference();
        let as_captured = world.get("/_status?service=proc");
        world.states[1].connections.rotate_left(1);
        assert_eq!(
            world.get("/_status?service=proc"),
            as_captured,
            "those over IP come first"
        );
        let file = world.model.find("file").unwrap().index();
        world.model.services[file].content = Some(Box::new(ContentScan {
            ignore: Vec::new(),
            line_limit: 512,
            is_costly: false,
        }));
        let status = plain(&world.get("/_status?service=file"));
        let content = status.find("content match").unwrap();
        assert!(status.find("modify timestamp").unwrap() < content);
        assert!(content < status.find("checksum").unwrap());
    }

    #[test]
    fn reports() {
        let world = World::showcase();
        assert_eq!(
            world.get("/_report"),
            "up:             4 (66.7%)\n\
             down:           1 (16.7%)\n\
             initialising:   0 (0.0%)\n\
             unmonitored:    1 (16.7%)\n\
             total:          6 services\n"
        );
        for (kind, number) in [
            ("up", "4\n"),
            ("DOWN", "1\n"),
            ("initialising", "0\n"),
            ("initializing", "0\n"),
            ("unmonitored", "1\n"),
            ("total", "6\n"),
        ] {
            assert_eq!(world.get(&format!("/_report?type={kind}")), number);
        }
        assert!(
            world
                .get("/_report?type=bogus")
                .contains("Invalid report type: &#39;bogus&#39;")
        );
        assert!(
            world
                .get("/_report?group=www")
                .contains("total:          1 services")
        );
    }

    #[test]
    fn long_wide_and_hostile_names_stay_in_their_column() {
        let mut world = World::reference();
        let summary = |name: &str, world: &mut World| {
            world.model.services[1].name = name.into();
            let text = plain(&world.get("/_summary"));
            text.lines().nth(3).unwrap().to_owned()
        };
        let long = "averyveryveryverylongservicenamethatgoeson";
        assert_eq!(
            summary(long, &mut world),
            " averyveryveryverylongservice...  OK                          Process       "
        );
        assert_eq!(
            summary("ümlaut", &mut world),
            " ümlaut                           OK                          Process       "
        );
        assert_eq!(
            summary("a\x1b[31mb\n", &mut world),
            " a?[31mb?                         OK                          Process       "
        );
    }

    #[test]
    fn plain_text_is_left_alone() {
        for text in ["", "no newline", "a\nb\n", "│ a box of one's own │\n"] {
            assert_eq!(plain(text), text);
        }
        assert_eq!(plain("\x1b[0;92mOK\x1b[0m\n\x1b[cut"), "OK\n");
    }
}
