//! Runs that supervise: the daemon, `-I`, single passes, and commands carried out without a daemon.

use crate::config::{Loaded, Report, in_one_line};
use crate::engine::{Command, UserAction};
use crate::model::{LogTarget, Model, ServiceId, Settings};
use crate::shell::log::{self, Direction, Terminal};
use crate::shell::pidfile::Pidfile;
use crate::shell::setup::{self, DEFAULT_FACILITY, Source, interface_words};
use crate::shell::{Purpose, Shell};
use crate::sys::daemon::{self, Ready};
use crate::sys::output::{complain, say};
use crate::sys::{errno, memory, oom};
use crate::text::PROGRAM;
use crate::view::{matching, text};

use super::args::Options;
use super::{Exit, Outcome, control, fail, fail_with, query, utility};

const NO_POLL: &str = "There is no poll interval: write `set daemon SECONDS` into the control \
                       file, or give it as -d SECONDS";

/// No command: the daemon, or one pass where no interval is set.
pub fn supervise(source: Source, loaded: Loaded, options: &Options) -> Outcome {
    let settings = &loaded.model.settings;
    if let Some(pid) = control::daemon(setup::pidfile(settings)) {
        return control::awaken(pid);
    }
    let foreground = options.foreground || settings.init;
    match (settings.poll, foreground) {
        (None, true) => Err(NO_POLL.to_owned()),
        (None, false) => {
            let purpose = Purpose::Pass { dry_run: false };
            // As the reference has it (F14): failing tests are told, not returned.
            match pass(source, loaded, purpose, Terminal::All, is_all_well) {
                Exit::Wrong => Ok(Exit::Failed),
                Exit::Fine | Exit::Failed => Ok(Exit::Fine),
            }
        }
        (Some(_), true) => Ok(in_foreground(source, loaded)),
        (Some(_), false) => Ok(in_background(source, loaded)),
    }
}

/// A control file that cannot be used: at boot nobody reads a terminal, so the log is told as well.
pub fn refuse(source: &Source, report: &Report) -> Exit {
    log::direct(&Direction {
        target: source.overrides.log.clone().unwrap_or(LogTarget::Syslog {
            facility: DEFAULT_FACILITY,
        }),
        ..Direction::default()
    });
    for error in &report.errors {
        ::log::error!("{}", in_one_line(error));
    }
    utility::refuse(report)
}

fn in_foreground(source: Source, loaded: Loaded) -> Exit {
    utility::ensure_id(&loaded.model.settings);
    let direction = source.direction(&loaded.model.settings, true);
    log::direct(&direction);
    match begin(source, loaded, true) {
        Ok(shell) => run(shell),
        Err(message) => {
            ::log::error!("{message}");
            if direction.terminal == Terminal::Silent {
                complain(&message);
            }
            Exit::Failed
        }
    }
}

fn in_background(source: Source, loaded: Loaded) -> Exit {
    utility::ensure_id(&loaded.model.settings);
    utility::warn(&loaded);
    say(&starting(&loaded.model.settings));
    let ready = match daemon::detach() {
        Ok(ready) => ready,
        Err(error) => return fail(&format!("Cannot go to the background -- {error}")),
    };
    log::direct(&source.direction(&loaded.model.settings, false));
    match begin(source, loaded, false) {
        Ok(shell) => {
            ready.announce();
            run(shell)
        }
        Err(message) => give_up(ready, &message),
    }
}

/// The caller is told, and the log too: at boot nobody reads a terminal.
fn give_up(ready: Ready, message: &str) -> Exit {
    ::log::error!("{message}");
    complain(message);
    ready.refuse(Exit::Failed as u8);
    Exit::Failed
}

/// `Starting tend 0.1.0 daemon with http interface at [ADDRESS]:PORT` (reference F12).
fn starting(settings: &Settings) -> String {
    let interface = interface_words(settings.httpd.as_ref());
    format!("Starting {PROGRAM} daemon{interface}")
}

fn begin(source: Source, loaded: Loaded, foreground: bool) -> Result<Shell, String> {
    let pidfile = Pidfile::take(setup::pidfile(&loaded.model.settings))?;
    ::log::info!("{}", starting(&loaded.model.settings));
    for warning in &loaded.warnings {
        ::log::warn!("{}", in_one_line(warning));
    }
    hold_out();
    let mut shell = Shell::start(source, loaded, Purpose::Supervise, foreground)?;
    shell.keep_pidfile(pidfile);
    Ok(shell)
}

/// Where memory runs out, we are the one that is needed. An ordinary user's daemon may not ask for
/// that, and need not hear so each time.
fn hold_out() {
    if let Err(error) = oom::protect() {
        let words = errno::words(&error);
        ::log::debug!("Not protected where the machine runs out of memory -- {words}");
    }
    if let Err(error) = memory::lock() {
        let words = errno::words(&error);
        ::log::debug!("Memory may be swapped out -- {words}");
    }
}

fn run(mut shell: Shell) -> Exit {
    let ended = shell.run();
    let pidfile = shell.give_up_pidfile();
    drop(shell); // its sockets go before the next daemon may come
    ::log::info!("tend daemon with pid [{}] stopped", std::process::id());
    if let Some(pidfile) = pidfile {
        pidfile.release();
    }
    match ended {
        Ok(()) => Exit::Fine,
        Err(error) => {
            ::log::error!("Cannot wait for events -- {error}");
            Exit::Failed
        }
    }
}

/// `--check`: one pass, a line per service, and an exit status for scripts.
pub fn check(source: Source, loaded: Loaded, dry_run: bool) -> Exit {
    let terminal = if dry_run {
        Terminal::All
    } else {
        Terminal::Complaints
    };
    let report = |shell: &Shell| {
        for standing in shell.engine().standings() {
            say(&text::line(&standing));
        }
        is_all_well(shell)
    };
    pass(source, loaded, Purpose::Pass { dry_run }, terminal, report)
}

/// `validate` without a daemon: one pass, told in full.
pub fn validate(source: Source, loaded: Loaded) -> Exit {
    let purpose = Purpose::Pass { dry_run: false };
    let exit = pass(source, loaded, purpose, Terminal::All, is_all_well);
    if exit == Exit::Fine {
        Exit::Fine
    } else {
        Exit::Failed
    }
}

/// `start`, `stop`, `restart`, `monitor`, `unmonitor` without a daemon (reference F16).
pub fn act(
    source: Source,
    loaded: Loaded,
    options: &Options,
    action: UserAction,
    name: Option<&str>,
) -> Outcome {
    let services = chosen(&loaded.model, options, name)?;
    let purpose = Purpose::Obey(Command::Act {
        services: services.clone(),
        action,
    });
    let succeeded = |shell: &Shell| match action {
        UserAction::Start | UserAction::Stop | UserAction::Restart => {
            let standings = shell.engine().standings();
            let mut meant = standings.iter().filter(|s| services.contains(&s.id));
            meant.all(|standing| standing.failures.is_empty())
        }
        // What is then found is no failure of the command.
        UserAction::Monitor | UserAction::Unmonitor => true,
    };
    match pass(source, loaded, purpose, Terminal::All, succeeded) {
        Exit::Fine => Ok(Exit::Fine),
        Exit::Failed | Exit::Wrong => Ok(Exit::Failed),
    }
}

/// Exact names, or patterns over whole names (reference F28).
fn chosen(model: &Model, options: &Options, name: Option<&str>) -> Result<Vec<ServiceId>, String> {
    let mut services = Vec::new();
    for name in query::chosen(model, options, name)? {
        let before = services.len();
        match model.find(name) {
            Some(id) => services.push(id),
            None => services.extend(matching(model, name)),
        }
        if services.len() == before {
            return Err(format!("There is no service named \"{name}\""));
        }
    }
    Ok(services)
}

/// One run to its end. The pidfile keeps it from running beside a daemon, or beside the last pass
/// that cron started and that is not done yet.
fn pass(
    source: Source,
    loaded: Loaded,
    purpose: Purpose,
    terminal: Terminal,
    succeeded: impl FnOnce(&Shell) -> bool,
) -> Exit {
    let settings = &loaded.model.settings;
    let pidfile = match Pidfile::take(setup::pidfile(settings)) {
        Ok(pidfile) => pidfile,
        Err(message) => return fail_with(Exit::Wrong, &message),
    };
    log::direct(&Direction {
        terminal,
        ..source.direction(settings, true)
    });
    let ended = Shell::start(source, loaded, purpose, true).and_then(|mut shell| {
        shell.run().map_err(|error| error.to_string())?;
        Ok(shell)
    });
    pidfile.release();
    match ended {
        Ok(shell) if succeeded(&shell) => Exit::Fine,
        Ok(_) => Exit::Failed,
        Err(message) => fail_with(Exit::Wrong, &message),
    }
}

fn is_all_well(shell: &Shell) -> bool {
    let standings = shell.engine().standings();
    standings
        .iter()
        .all(|standing| standing.failures.is_empty())
}
