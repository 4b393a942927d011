//! Reading the control file again: all of it anew, or nothing changes.
//!
//! A child reads it first (`rehearsal`), so that nothing that hangs can hold up the loop.

use crate::config::in_one_line;
use crate::engine::Input;
use crate::model::{Model, Settings};
use crate::sys;
use crate::sys::reap::WaitStatus;
use crate::time::Moment;
use crate::view::Instance;

use super::rehearsal::{Hindrance, Next};
use super::setup::{Source, watches_nothing};
use super::statefile::{Kind, Store};
use super::{Shell, clock, log, platform};

const NOT_IN_TIME: &str = "the control file, or something it names, cannot be read in time";
const NO_MEMORY: &str = "there is too little memory to read the control file again";
/// Sooner an accident (emptied, cut off, an include that finds nothing) than a wish. A daemon that
/// watches nothing takes the next such file, or it could not be reloaded at all.
const NOTHING: &str = "the control file names nothing to watch (where that is meant, end tend and \
                       start it anew)";

impl Shell {
    /// SIGHUP. The log is opened again in any case: it may have been rotated.
    pub(super) fn reload(&mut self) {
        log::reopen();
        let path = &self.source.control_file;
        ::log::info!("Reinitializing tend -- control file '{path}'");
        let read = || drop(self.source.load());
        let next = self.rehearsal.ask(clock::moment(), read);
        self.go_on_reloading(next);
    }

    /// A process was reaped: whether it was the one that reads the control file.
    pub(super) fn rehearsal_ended(&mut self, pid: i32, status: WaitStatus) -> bool {
        let read = || drop(self.source.load());
        let next = self.rehearsal.ended(clock::moment(), (pid, status), read);
        next.inspect(|next| self.go_on_reloading(*next)).is_some()
    }

    /// Gives up what takes too long.
    pub(super) fn expire_rehearsal(&mut self, now: Moment) {
        let next = self.rehearsal.expire(now);
        self.go_on_reloading(next);
    }

    fn go_on_reloading(&mut self, next: Next) {
        match next {
            Next::Wait => {}
            Next::Load => self.load(),
            Next::Refuse(Hindrance::Time) => self.refuse_reload(NOT_IN_TIME),
            Next::Refuse(Hindrance::Memory) => self.refuse_reload(NO_MEMORY),
        }
    }

    fn refuse_reload(&mut self, reason: &str) {
        ::log::error!("{reason}");
        self.feed(Input::LoadFailed {
            reason: reason.into(),
        });
    }

    fn load(&mut self) {
        match self.source.load() {
            Ok(loaded) => {
                for warning in &loaded.warnings {
                    ::log::warn!("{}", in_one_line(warning));
                }
                let mut model = loaded.model;
                if watches_nothing(&model) && !watches_nothing(self.engine.model()) {
                    return self.refuse_reload(NOTHING);
                }
                // A daemon stays one: without `set daemon` the interval it was started with holds.
                let poll = model.settings.poll.or(self.engine.model().settings.poll);
                model.settings.poll = poll;
                self.adopt(&model);
                self.feed(Input::Loaded(Box::new(model)));
            }
            Err(report) => {
                for error in &report.errors {
                    ::log::error!("{}", in_one_line(error));
                }
                let first = report.errors.first();
                let reason = first.map_or_else(String::new, |error| in_one_line(error));
                self.feed(Input::LoadFailed {
                    reason: reason.into(),
                });
            }
        }
    }

    /// What of the model is ours, not the engine's.
    fn adopt(&mut self, model: &Model) {
        let settings = &model.settings;
        let direction = self.source.direction(settings, self.foreground);
        log::direct(&direction);
        let instance = instance(&self.source, settings);
        if let Some(pidfile) = &mut self.pidfile {
            pidfile.renew(clock::moment());
        }
        if instance.pidfile != self.instance.pidfile {
            ::log::warn!("Another pidfile is used from the next start on");
        }
        if instance.statefile != self.instance.statefile {
            self.store = Store::new(&instance.statefile);
            self.store.put(Kind::State, self.engine.snapshot());
            self.store.put(Kind::Mail, self.mailer.snapshot());
        }
        self.instance = Instance {
            pidfile: self.instance.pidfile.clone(),
            ..instance
        };
        self.loaded = clock::moment();
        self.prober.configure(&settings.limits);
        self.mailer.configure(settings, &self.instance.host_name);
        self.sampler.configure(&model.services);
        self.exits.configure(model.services.len());
        let names = Self::serve(&mut self.server, model);
        self.ask_for(&names);
    }
}

/// What pages say about this run.
pub(super) fn instance(source: &Source, settings: &Settings) -> Instance {
    let path = |path: &Option<Box<str>>| path.clone().unwrap_or_default();
    let id = settings.idfile.as_deref().map(|path| {
        let (id, _) = super::identity::load_or_create(path).unwrap_or_else(|error| {
            let words = sys::errno::words(&error);
            ::log::warn!("The id file {path} cannot be made -- {words}; going on without an id");
            Default::default()
        });
        id.into()
    });
    Instance {
        id: id.unwrap_or_default(),
        started: clock::wall(),
        host_name: sys::name::hostname().into(),
        control_file: source.control_file.as_str().into(),
        pidfile: path(&settings.pidfile),
        statefile: path(&settings.statefile),
        pid: sys::reap::own_pid(),
        platform: platform::read(),
    }
}
