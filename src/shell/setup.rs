//! From a control file and the command line's overrides to what a run needs.

use std::cell::OnceCell;
use std::time::Duration;

use crate::config::{self, Commanded, Loaded, Report};
use crate::model::{Httpd, LogTarget, Model, Settings, Subject};

use super::files::Files;
use super::log::{Direction, Terminal};
use super::places;

/// The facility of messages for which nobody chose one: user, as the reference has it (F91).
pub const DEFAULT_FACILITY: u8 = 1;

/// A run begins with such a file, for Monit's does; a reload is where it would do harm.
pub const NOTHING: &str = "the control file names nothing to watch: a reload does not put it in \
                           the place of one that does";

/// What the command line says instead of the control file (reference F41).
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `-d`.
    pub poll: Option<Duration>,
    /// `-l`.
    pub log: Option<LogTarget>,
    /// `-p`.
    pub pidfile: Option<String>,
    /// `-s`.
    pub statefile: Option<String>,
    /// `-v`.
    pub verbose: bool,
}

/// A control file and how to read it again.
#[derive(Clone, Debug)]
pub struct Source {
    /// Absolute: the daemon lives in `/`.
    pub control_file: String,
    /// Where we were started.
    pub folder: String,
    /// They hold over every reload.
    pub overrides: Overrides,
}

impl Source {
    /// Reads the control file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(&self) -> Result<Loaded, Report> {
        self.read(false)
    }

    /// The same for `-t`, which overlooks nothing.
    ///
    /// # Errors
    /// Everything that is wrong with it, also what the daemon would do without.
    pub fn test(&self) -> Result<Loaded, Report> {
        self.read(true)
    }

    fn read(&self, test: bool) -> Result<Loaded, Report> {
        let mut loaded = config::load(&self.control_file, &self.files(test))?;
        let settings = &mut loaded.model.settings;
        let overrides = &self.overrides;
        settings.poll = overrides.poll.or(settings.poll);
        if let Some(target) = &overrides.log {
            settings.log = target.clone();
        }
        let replace = |setting: &mut Option<Box<str>>, given: &Option<String>, usual: String| {
            let value = given.as_deref().map(Box::from).or(setting.take());
            *setting = Some(value.unwrap_or(usual.into()));
        };
        replace(&mut settings.pidfile, &overrides.pidfile, places::pidfile());
        let statefile = places::statefile();
        replace(&mut settings.statefile, &overrides.statefile, statefile);
        replace(&mut settings.idfile, &None, places::idfile());
        if watches_nothing(&loaded.model) {
            loaded.warnings.push(format!("warning: {NOTHING}\n"));
        }
        Ok(loaded)
    }

    fn files(&self, test: bool) -> Files<'_> {
        Files {
            folder: &self.folder,
            commanded: Commanded {
                poll: self.overrides.poll.is_some(),
                log: self.overrides.log.is_some(),
                test,
            },
            places: OnceCell::new(),
        }
    }

    /// The pidfile where the control file cannot tell.
    pub fn usual_pidfile(&self) -> String {
        let given = self.overrides.pidfile.clone();
        given.unwrap_or_else(places::pidfile)
    }

    /// Where to log. Foreground runs without a log of their own talk to the terminal, and so do all
    /// that were asked to be verbose; what an init system collects is not said twice.
    pub fn direction(&self, settings: &Settings, foreground: bool) -> Direction {
        let silent = settings.log == LogTarget::Unset;
        Direction {
            target: settings.log.clone(),
            terminal: match foreground && (silent || self.overrides.verbose) {
                true => Terminal::All,
                false => Terminal::Silent,
            },
            verbose: self.overrides.verbose,
        }
    }
}

/// Whether nothing but the machine is there, and nothing of it is tested.
pub fn watches_nothing(model: &Model) -> bool {
    let mut services = model.services.iter();
    services.all(|service| service.subject == Subject::System && service.rules.is_empty())
}

/// The pidfile's path; [`Source::load`] has filled it in.
pub fn pidfile(settings: &Settings) -> &str {
    settings.pidfile.as_deref().unwrap_or_default()
}

/// ` with http interface at [ADDRESS]:PORT`, as the start message ends (reference F12).
pub fn interface_words(httpd: Option<&Httpd>) -> String {
    let Some(httpd) = httpd else {
        return String::new();
    };
    let place = match (&httpd.address, &httpd.unix_socket) {
        (Some(address), _) => {
            let host = address.host.as_deref().unwrap_or("*");
            format!("[{host}]:{}", address.port)
        }
        (None, Some(socket)) => socket.path.to_string(),
        (None, None) => return String::new(),
    };
    format!(" with http interface at {place}")
}
