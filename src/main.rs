//! The program: an invocation becomes the daemon, a one-shot check, a client command or a utility.

use std::env;
use std::process::ExitCode;

use tend::cli::args::{self, Invocation, Options, Task};
use tend::cli::query::{self, Question};
use tend::cli::{self, Exit, control, run, utility};
use tend::config::Loaded;
use tend::shell::log::Direction;
use tend::shell::setup::{self, Source};
use tend::sys;
use tend::sys::output::complain;

fn main() -> ExitCode {
    let exit = match args::parse(env::args_os().skip(1).collect()) {
        Ok(invocation) => obey(&invocation),
        Err(message) => cli::fail(&message),
    };
    exit.into()
}

fn obey(invocation: &Invocation) -> Exit {
    // What ends soon keeps its caller's descriptors, and with them its locks.
    if invocation.task == Task::Supervise {
        sys::close_inherited();
    }
    for warning in &invocation.warnings {
        complain(warning);
    }
    match &invocation.task {
        Task::Version => utility::version(),
        Task::Help => utility::help(),
        Task::Hashes(path) => utility::hashes(path.as_deref()),
        Task::Procmatch(pattern) => utility::procmatch(pattern.as_deref(), &invocation.options),
        Task::Supervise
        | Task::Check { .. }
        | Task::SyntaxCheck { .. }
        | Task::ShowId
        | Task::ResetId
        | Task::Act(..)
        | Task::Status(_)
        | Task::Summary(_)
        | Task::Report(_)
        | Task::Reload
        | Task::Quit
        | Task::Validate => with_control_file(invocation),
    }
}

fn with_control_file(invocation: &Invocation) -> Exit {
    let options = &invocation.options;
    let source = match cli::source(options) {
        Ok(source) => source,
        Err(message) => return cli::fail_with(wrong_setup(&invocation.task), &message),
    };
    let is_test = matches!(invocation.task, Task::SyntaxCheck { .. });
    let read = if is_test { Source::test } else { Source::load };
    let loaded = match read(&source) {
        Ok(loaded) => loaded,
        Err(report) if invocation.task == Task::Supervise => return run::refuse(&source, &report),
        Err(report) => {
            utility::refuse(&report);
            if invocation.task == Task::Quit {
                // A control file that somebody broke must not keep the daemon from being ended.
                return cli::conclude(control::quit(&source.usual_pidfile()), Direction::default());
            }
            return wrong_setup(&invocation.task);
        }
    };
    if matches!(
        invocation.task,
        Task::SyntaxCheck { .. } | Task::Check { .. }
    ) {
        utility::warn(&loaded); // a daemon says them in its log; nobody wants them with a status
    } else if invocation.task == Task::Reload && setup::watches_nothing(&loaded.model) {
        complain(&format!("warning: {}", setup::NOTHING));
    }
    if options.verbose {
        utility::describe(&loaded.model, &source.control_file);
    }
    dispatch(&invocation.task, options, source, loaded)
}

fn dispatch(task: &Task, options: &Options, source: Source, loaded: Loaded) -> Exit {
    let model = &loaded.model;
    let settings = &model.settings;
    let pidfile = setup::pidfile(settings);
    let direction = source.direction(settings, true);
    let outcome = match task {
        Task::SyntaxCheck { explain } => Ok(utility::syntax_is_fine(model, *explain)),
        Task::ShowId => Ok(utility::show_id(settings)),
        Task::ResetId => Ok(utility::reset_id(settings)),
        Task::Reload => control::reload(pidfile),
        Task::Quit => control::quit(pidfile),
        Task::Status(name) => query::ask(model, options, Question::Status, name.as_deref()),
        Task::Summary(name) => query::ask(model, options, Question::Summary, name.as_deref()),
        Task::Report(kind) => query::ask(model, options, Question::Report, kind.as_deref()),
        Task::Act(action, name) => match control::daemon(pidfile) {
            Some(_) => query::act(model, options, *action, name.as_deref()),
            None => run::act(source, loaded, options, *action, name.as_deref()),
        },
        Task::Validate => match control::daemon(pidfile) {
            Some(pid) => query::validate(model, options, pid),
            None => Ok(run::validate(source, loaded)),
        },
        Task::Check { dry_run } => Ok(run::check(source, loaded, *dry_run)),
        Task::Supervise => run::supervise(source, loaded, options),
        Task::Version | Task::Help | Task::Hashes(_) | Task::Procmatch(_) => Ok(Exit::Fine),
    };
    cli::conclude(outcome, direction)
}

/// How a task ends whose control file cannot be used.
fn wrong_setup(task: &Task) -> Exit {
    if matches!(task, Task::Check { .. }) {
        Exit::Wrong
    } else {
        Exit::Failed
    }
}
