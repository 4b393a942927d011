//! What the command line asks for, as one value.
//!
//! The words and messages are the reference's (F1 to F6). Short options may be joined
//! (`-Ic FILE`, `-vI`), stand before or after the command, and carry their value attached
//! (`-cFILE`): arguments are first taken apart into single options, then picked up by name.

use std::ffi::OsString;

use pico_args::Arguments;

use crate::engine::UserAction;

/// One call of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// What holds for every task.
    pub options: Options,
    /// What is to be done.
    pub task: Task,
    /// Said on standard error before anything else.
    pub warnings: Vec<String>,
}

/// Options that change how a task is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `-c FILE`.
    pub control_file: Option<String>,
    /// `-d N`: seconds between cycles; never zero.
    pub poll_seconds: Option<u64>,
    /// `-g NAME`.
    pub group: Option<String>,
    /// `-l FILE`, or the word `syslog`.
    pub log_file: Option<String>,
    /// `-p FILE`.
    pub pidfile: Option<String>,
    /// `-s FILE`.
    pub statefile: Option<String>,
    /// `-I`: stay in the foreground.
    pub foreground: bool,
    /// `-B`: neither tables nor colours.
    pub batch: bool,
    /// `-v`: show what is being checked.
    pub verbose: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// No command: be the daemon, or run one pass where no poll interval is set.
    Supervise,
    /// `--check`: one pass over everything, with exit status.
    Check {
        /// `--dry-run`: say what would be done instead of doing it.
        dry_run: bool,
    },
    /// `-t`.
    SyntaxCheck {
        /// `--explain`: say in sentences what the control file means.
        explain: bool,
    },
    /// `-V`.
    Version,
    /// `-h`.
    Help,
    /// `-H [FILE]`.
    Hashes(Option<String>),
    /// `-i`, `--id`.
    ShowId,
    /// `-r`, `--resetid`.
    ResetId,
    /// `start`, `stop`, `restart`, `monitor`, `unmonitor`; a name or, with `-g`, none.
    Act(UserAction, Option<String>),
    /// `status [NAME]`.
    Status(Option<String>),
    /// `summary [NAME]`.
    Summary(Option<String>),
    /// `report [TYPE]`.
    Report(Option<String>),
    /// `reload`.
    Reload,
    /// `quit`.
    Quit,
    /// `validate`.
    Validate,
    /// `procmatch PATTERN`.
    Procmatch(Option<String>),
}

/// Options that carry a value.
const VALUED: &str = "cdglps";
/// Options that do not.
const PLAIN: &str = "IBtvVhHir";
const LONG: [&str; 8] = [
    "--version",
    "--help",
    "--id",
    "--resetid",
    "--check",
    "--dry-run",
    "--explain",
    "--interactive",
];

/// Reads the arguments after the program's name.
pub fn parse(arguments: Vec<OsString>) -> Result<Invocation, String> {
    let (options, words) = take_apart(arguments)?;
    let mut picker = Arguments::from_vec(options);
    let mut warnings = Vec::new();
    let mut value = |picker: &mut Arguments, option: &'static str| -> Result<_, String> {
        let mut given: Vec<String> = picker
            .values_from_str(option)
            .map_err(|e| format!("Option {option}: {e}"))?;
        if given.len() > 1 {
            warnings.push(format!(
                "Option {option} is given {} times, the last one counts",
                given.len()
            ));
        }
        Ok(given.pop())
    };

    let mut options = Options {
        control_file: value(&mut picker, "-c")?,
        group: value(&mut picker, "-g")?,
        log_file: value(&mut picker, "-l")?,
        pidfile: value(&mut picker, "-p")?,
        statefile: value(&mut picker, "-s")?,
        ..Options::default()
    };
    options.poll_seconds = match value(&mut picker, "-d")? {
        None => None,
        Some(text) => Some(
            text.parse()
                .ok()
                .filter(|seconds| *seconds > 0)
                .ok_or("Option -d requires a natural number")?,
        ),
    };
    let mut flag = |short: &'static str, long: &'static str| {
        // Flags may be repeated (`-vv`), so all of them are taken.
        let mut given = false;
        while picker.contains(short) || (!long.is_empty() && picker.contains(long)) {
            given = true;
        }
        given
    };
    options.foreground = flag("-I", "--interactive");
    options.batch = flag("-B", "");
    options.verbose = flag("-v", "");

    // Questions about the program itself win over any command (F2).
    let mut words = words.into_iter();
    let dry_run = flag("--dry-run", "");
    let explain = flag("--explain", "");
    let task = if flag("-V", "--version") {
        Task::Version
    } else if flag("-h", "--help") {
        Task::Help
    } else if flag("-H", "") {
        Task::Hashes(words.next())
    } else if flag("-i", "--id") {
        Task::ShowId
    } else if flag("-r", "--resetid") {
        Task::ResetId
    } else if flag("-t", "") || explain {
        Task::SyntaxCheck { explain }
    } else if flag("--check", "") || dry_run {
        Task::Check { dry_run }
    } else {
        command(&mut words, options.group.is_some())?
    };
    Ok(Invocation {
        options,
        task,
        warnings,
    })
}

/// Separates options, each an argument of its own, from the other words.
fn take_apart(arguments: Vec<OsString>) -> Result<(Vec<OsString>, Vec<String>), String> {
    let mut options: Vec<OsString> = Vec::new();
    let mut words = Vec::new();
    let mut only_words = false;
    let mut arguments = arguments.into_iter().map(|argument| {
        argument
            .into_string()
            .map_err(|raw| format!("Argument is not UTF-8 -- {}", raw.to_string_lossy()))
    });
    while let Some(argument) = arguments.next().transpose()? {
        if only_words || argument == "-" || !argument.starts_with('-') {
            words.push(argument);
        } else if argument == "--" {
            only_words = true;
        } else if argument.starts_with("--") {
            if !LONG.contains(&argument.as_str()) {
                return Err(invalid_option(argument.trim_start_matches('-')));
            }
            options.push(argument.into());
        } else {
            for (at, letter) in argument.char_indices().skip(1) {
                options.push(format!("-{letter}").into());
                if PLAIN.contains(letter) {
                    continue;
                }
                if !VALUED.contains(letter) {
                    return Err(invalid_option(letter));
                }
                let attached = &argument[at + letter.len_utf8()..];
                let value = if attached.is_empty() {
                    arguments.next().transpose()?
                } else {
                    Some(attached.to_owned())
                };
                match value {
                    // What looks like an option, in the place of a value, is a forgotten value.
                    Some(value) if !value.starts_with('-') => options.push(value.into()),
                    Some(_) if letter == 'd' => {
                        return Err("Option -d requires a natural number".to_owned());
                    }
                    Some(_) | None => {
                        return Err(format!("Option -- {letter} requires an argument"));
                    }
                }
                break;
            }
        }
    }
    Ok((options, words))
}

fn invalid_option(option: impl std::fmt::Display) -> String {
    format!("Invalid option -- {option}  (-h will show valid options)")
}

fn command(words: &mut impl Iterator<Item = String>, has_group: bool) -> Result<Task, String> {
    let Some(word) = words.next() else {
        return Ok(Task::Supervise);
    };
    if let Some(action) = UserAction::ALL.into_iter().find(|a| a.word() == word) {
        let name = words.next();
        if name.is_none() && !has_group {
            return Err(format!(
                "Please specify a service name or 'all' after {word}"
            ));
        }
        return Ok(Task::Act(action, name));
    }
    match word.as_str() {
        "status" => Ok(Task::Status(words.next())),
        "summary" => Ok(Task::Summary(words.next())),
        "report" => Ok(Task::Report(words.next())),
        "reload" => Ok(Task::Reload),
        "quit" => Ok(Task::Quit),
        "validate" => Ok(Task::Validate),
        "procmatch" => Ok(Task::Procmatch(words.next())),
        unknown => Err(format!(
            "Invalid argument -- {unknown}  (-h will show valid arguments)"
        )),
    }
}

/// What `-h` prints.
pub const HELP: &str = "\
Usage: tend [options]+ [command]
Options:
 -c FILE         Use this control file
 -d N            Run as a daemon, with a cycle every N seconds
 -g NAME         Let the command act on this group
 -l FILE         Write the log to this file, or to `syslog`
 -p FILE         Use this pidfile
 -s FILE         Keep the state in this file
 -I              Stay in the foreground (for init)
 -t              Check the control file and exit
 --explain       As -t, and say what the control file means
 -v              Show what is being checked
 -B              No tables and no colours
 -i, --id        Print this instance's id
 -r, --resetid   Give this instance another id
 -H [FILE]       Print the hashes of a file, or of standard input
 -V, --version   Print the version
 -h, --help      Print this text
 --check         Check everything once, act on what is found, and exit
                 (0 all is well, 1 something failed, 2 wrong set-up)
 --dry-run       As --check, but only say what would be done
Commands:
 start NAME|all          Start a service, or all
 stop NAME|all           Stop a service, or all
 restart NAME|all        Restart a service, or all
 monitor NAME|all        Watch a service again, or all
 unmonitor NAME|all      Watch a service no longer, or none
 status [NAME]           Print how services stand, in full
 summary [NAME]          Print how services stand, a line each
 report [up|down|...]    Count services by state
 reload                  Read the control file again
 quit                    End the daemon
 validate                Check everything now
 procmatch PATTERN       Show which processes a pattern matches
";

#[cfg(test)]
mod tests {
    use super::*;

    fn call(line: &str) -> Result<Invocation, String> {
        parse(line.split_whitespace().map(OsString::from).collect())
    }

    fn options(line: &str) -> Options {
        call(line).unwrap().options
    }

    fn task(line: &str) -> Task {
        call(line).unwrap().task
    }

    #[test]
    fn options_join_and_carry_values() {
        for line in [
            "-Ic /x",
            "-I -c /x",
            "-Ic/x",
            "-c /x -I",
            "-c/x --interactive",
        ] {
            let o = options(line);
            assert!(o.foreground, "{line}");
            assert_eq!(o.control_file.as_deref(), Some("/x"), "{line}");
        }
        assert!(options("-vvI").verbose);
        assert_eq!(options("-d7").poll_seconds, Some(7));
        let o = options("status -g web -p /p -l /l -s /s");
        assert_eq!(o.group.as_deref(), Some("web"));
        assert_eq!(o.pidfile.as_deref(), Some("/p"));
        assert_eq!(o.log_file.as_deref(), Some("/l"));
        assert_eq!(o.statefile.as_deref(), Some("/s"));
    }

    #[test]
    fn an_option_given_twice_warns_and_the_last_counts() {
        let invocation = call("-c /a -c /b").unwrap();
        assert_eq!(invocation.options.control_file.as_deref(), Some("/b"));
        assert_eq!(
            invocation.warnings,
            ["Option -c is given 2 times, the last one counts"]
        );
    }

    #[test]
    fn commands() {
        assert_eq!(task(""), Task::Supervise);
        assert_eq!(
            task("start all"),
            Task::Act(UserAction::Start, Some("all".into()))
        );
        assert_eq!(task("-g web stop"), Task::Act(UserAction::Stop, None));
        assert_eq!(task("start a b"), task("start a"));
        assert_eq!(task("report up down"), Task::Report(Some("up".into())));
        assert_eq!(task("reload extra"), Task::Reload);
        assert_eq!(
            task("procmatch -- -x"),
            Task::Procmatch(Some("-x".to_owned()))
        );
        assert_eq!(task("--check"), Task::Check { dry_run: false });
        assert_eq!(task("--check --dry-run"), Task::Check { dry_run: true });
        assert_eq!(task("--dry-run"), Task::Check { dry_run: true });
    }

    #[test]
    fn questions_about_the_program_win_over_commands() {
        assert_eq!(task("-V status"), Task::Version);
        assert_eq!(task("status --version"), Task::Version);
        assert_eq!(task("--help"), Task::Help);
        assert_eq!(task("-H /f"), Task::Hashes(Some("/f".into())));
        assert_eq!(task("-H"), Task::Hashes(None));
        assert_eq!(task("--id"), Task::ShowId);
        assert_eq!(task("-r"), Task::ResetId);
        let explain = false;
        assert_eq!(task("-t extra -c /x"), Task::SyntaxCheck { explain });
        let explain = true;
        assert_eq!(task("-t --explain"), Task::SyntaxCheck { explain });
        assert_eq!(task("--explain"), Task::SyntaxCheck { explain });
    }

    #[test]
    fn mistakes_are_named() {
        for (line, message) in [
            ("-z", "Invalid option -- z  (-h will show valid options)"),
            ("--zz", "Invalid option -- zz  (-h will show valid options)"),
            ("-c", "Option -- c requires an argument"),
            ("-c -I", "Option -- c requires an argument"),
            ("-Ic", "Option -- c requires an argument"),
            ("-d", "Option -- d requires an argument"),
            ("-d abc", "Option -d requires a natural number"),
            ("-d 0", "Option -d requires a natural number"),
            ("-d -5", "Option -d requires a natural number"),
            (
                "bogus",
                "Invalid argument -- bogus  (-h will show valid arguments)",
            ),
            (
                "start",
                "Please specify a service name or 'all' after start",
            ),
        ] {
            assert_eq!(call(line).unwrap_err(), message, "{line}");
        }
    }
}
