//! The pages: an overview here, one page per service and those of the daemon itself in the files
//! below.
//!
//! Plain HTML that works without scripts, on a phone and for a reader of any eyes: every state is a
//! word and a shape, colour only repeats it. All that is not a literal of these files goes through
//! [`Escaped`]. Links are relative to the page's own folder, so that the pages also work behind a
//! proxy's prefix; a slash in a service's name is written `%2F` for the same reason.

mod daemon;
mod overview;
mod service;

use std::fmt::{Arguments, Display, Write};

use crate::engine::{Happening, Monitoring, Standing};
use crate::http::{Escaped, percent_encode, token};
use crate::model::{EventKind, Role};

use super::{Context, style};

pub(super) use daemon::{about, log, runtime};
pub(super) use overview::overview;
pub(super) use service::service;

/// A page being written.
struct Page<'a> {
    context: &'a Context<'a>,
    html: String,
}

/// Whether a page shows what changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refresh {
    /// Loaded again with each poll, and soon while something is under way.
    Often,
    /// Left alone.
    Never,
}

/// Whether all that a page shows is well: a class of the style sheet, and the colour of the dot in
/// the browser's tab.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Good,
    Bad,
    Idle,
}

impl Mood {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Idle => "idle",
        }
    }

    const fn colour(self) -> &'static str {
        match self {
            Self::Good => "2a9d57",
            Self::Bad => "d33a45",
            Self::Idle => "9aa4b5",
        }
    }
}

impl<'a> Page<'a> {
    fn new(context: &'a Context<'a>, title: &str, mood: Mood, refresh: Refresh) -> Self {
        let html = String::with_capacity(12 * 1024);
        let mut page = Self { context, html };
        let host = Escaped(context.host());
        page.put(format_args!(
            "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width,initial-scale=1\">\
             <link rel=icon href=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' \
             viewBox='0 0 8 8'><circle cx='4' cy='4' r='4' fill='%23{}'/></svg>\">\
             <title>{} – {host}</title>",
            mood.colour(),
            Escaped(title)
        ));
        if refresh == Refresh::Often {
            page.refresh();
        }
        page.put(format_args!(
            "<style>{}</style></head><body><header><b><a href=\"./\">tend</a> <i>{host}</i></b>\
             <a href=\"./\">Overview</a> <a href=\"./_runtime\">Daemon</a>",
            style::SHEET
        ));
        if page.may_act() {
            page.put(format_args!(" <a href=\"./_viewlog\">Log</a>"));
        }
        page.put(format_args!("</header><main>"));
        page
    }

    /// Nobody who pressed a button waits a whole poll to see what came of it.
    fn refresh(&mut self) {
        const SOON: u64 = 3;
        let poll = self
            .context
            .model
            .settings
            .poll
            .unwrap_or_default()
            .as_secs();
        let under_way =
            |s: &Standing<'_>| s.pending.is_some() || s.monitoring == Monitoring::Initializing;
        let seconds = if self.context.standings.iter().any(under_way) {
            poll.min(SOON)
        } else {
            poll
        };
        if seconds > 0 {
            self.put(format_args!("<meta http-equiv=refresh content={seconds}>"));
        }
    }

    fn finish(mut self) -> String {
        let signature = self.context.surroundings.signature();
        let now = self.context.surroundings.now.date_text();
        self.put(format_args!(
            "</main><footer><a href=\"./_about\">{signature}</a> · {now}</footer></body></html>"
        ));
        self.html
    }

    fn put(&mut self, what: Arguments<'_>) {
        self.html
            .write_fmt(what)
            .expect("a string takes all that is written");
    }

    fn may_act(&self) -> bool {
        self.context.user.role == Role::Full
    }

    /// A form with one button.
    fn button(&mut self, target: &str, action: &str, class: &str, label: &str) {
        let token = self.context.secret.token(&self.context.user.name);
        self.put(format_args!(
            "<form method=post action=\"{target}\">\
             <input type=hidden name={} value={token}>\
             <button class=\"{class}\" name=action value={action}>{label}</button></form>",
            token::NAME
        ));
    }

    /// One row of a table of names and values.
    fn pair(&mut self, name: &str, value: impl Display) {
        self.put(format_args!("<tr><th>{name}<td>{value}"));
    }

    /// What happened, newest first, each with the service's name where the page shows several.
    fn happenings<'h>(&mut self, list: impl Iterator<Item = (Option<&'h str>, &'h Happening)>) {
        let mut list = list.peekable();
        if list.peek().is_none() {
            return;
        }
        self.put(format_args!("<h2>Last events</h2><section><ol>"));
        for (service, happening) in list {
            let at = happening.at;
            self.put(format_args!(
                "<li><time title=\"{}\">{}</time> <span>",
                at.date_text(),
                at.syslog_date()
            ));
            if let Some(name) = service {
                self.put(format_args!("{} ", Link(name)));
            }
            self.put(format_args!(
                "<b class={}>{}</b> {}</span>",
                event_class(happening.event),
                Escaped(happening.event),
                Escaped(&happening.description)
            ));
        }
        self.put(format_args!("</ol></section>"));
    }
}

/// A service's name as a link to its page.
struct Link<'a>(&'a str);

impl Display for Link<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (target, name) = (percent_encode(self.0), Escaped(self.0));
        write!(f, "<a href=\"./{target}\">{name}</a>")
    }
}

/// How a service stands, each word with a shape: what fails, or how it is watched, and what is
/// about to be done.
struct Tags<'a>(&'a Standing<'a>);

impl Display for Tags<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut tag = |class: &str, shape: &str, words: &str| {
            write!(
                f,
                "<span class=\"tag {class}\"><i aria-hidden=true>{shape}</i> {words}</span> "
            )
        };
        match self.0.monitoring {
            Monitoring::Off => tag("idle", "○", "Not monitored")?,
            _ if !self.0.failures.is_empty() => {
                self.0
                    .failures
                    .iter()
                    .try_for_each(|words| tag("bad", "✕", words))?;
            }
            Monitoring::Initializing => tag("idle", "◌", "Initializing")?,
            Monitoring::Waiting if self.0.collected.is_none() => tag("idle", "◌", "Waiting")?,
            Monitoring::On | Monitoring::Waiting => tag("good", "✓", "OK")?,
        }
        match self.0.pending {
            Some(action) => tag("idle", "↻", &format!("{} pending", action.word())),
            None => Ok(()),
        }
    }
}

/// Whether an event's words say that something failed or is well again.
fn event_class(event: &str) -> &'static str {
    let is = |words: fn(EventKind) -> &'static str| {
        EventKind::ALL
            .into_iter()
            .any(|kind| kind != EventKind::Instance && words(kind) == event)
    };
    if is(EventKind::failed) {
        "fail"
    } else if is(EventKind::succeeded) {
        "well"
    } else {
        "note"
    }
}

#[cfg(test)]
mod tests;
