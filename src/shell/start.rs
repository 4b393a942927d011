//! The beginning of a run: what was kept is read, the engine is made, its first effects performed.

use std::collections::VecDeque;
use std::time::Duration;
use std::{env, io};

use ::log::LevelFilter;

use crate::config::Loaded;
use crate::engine::{Boot, Engine, Input};
use crate::http::token::Secret;
use crate::sample::Sampler;
use crate::sys;

use super::children::Children;
use super::exits::Exits;
use super::held::Held;
use super::mailer::Mailer;
use super::missing::Missing;
use super::pinger::Pinger;
use super::prober::Prober;
use super::reactor::Reactor;
use super::rehearsal::Rehearsal;
use super::resolve::Resolver;
use super::server::Server;
use super::setup::Source;
use super::signals::Signals;
use super::statefile::{Kind, Store};
use super::{Purpose, Shell, clock, reload, tls};

impl Shell {
    /// Everything in place and the engine's first effects performed.
    ///
    /// # Errors
    /// Why the run cannot begin.
    pub fn start(
        source: Source,
        loaded: Loaded,
        purpose: Purpose,
        foreground: bool,
    ) -> Result<Self, String> {
        let failed =
            |what: &str, error: &io::Error| format!("{what}: {}", sys::errno::words(error));
        sys::memory::keep_little();
        let reactor = Reactor::new().map_err(|e| failed("cannot poll", &e))?;
        let tokens = reactor.tokens().clone();
        let signals =
            Signals::install(tokens.registry()).map_err(|e| failed("cannot catch signals", &e))?;
        let mut random = [0; 32];
        sys::random::fill(&mut random).map_err(|e| failed("no random bytes", &e))?;

        let mut model = loaded.model;
        if purpose != Purpose::Supervise {
            model.settings.poll = None; // to the engine this means a single pass
            model.settings.start_delay = Duration::ZERO; // cron has chosen the time
        }
        let instance = reload::instance(&source, &model.settings);
        let mut store = Store::new(&instance.statefile);
        store.await_earlier_writer();
        let dry_run = purpose == Purpose::Pass { dry_run: true };
        let saved = load_state(&mut store, dry_run);
        let boot = Boot {
            identity: sys::boot::identity().unwrap_or_default().into(),
            started: clock::now(),
            dry_run,
            verbose: ::log::max_level() >= LevelFilter::Debug,
        };
        let engine = Engine::new(model, boot, saved.as_deref());
        if engine.unreadable_state().is_some() && !dry_run {
            set_aside(&mut store, Kind::State);
        }

        let client = tls::Client::new();
        let mut shell = Self {
            source,
            purpose,
            foreground,
            engine,
            inputs: VecDeque::new(),
            children: Children::new(tokens.clone()),
            held: Held::default(),
            replies: Held::default(),
            exits: Exits::new(tokens.clone()),
            sampler: Sampler::new(),
            prober: Prober::new(tokens.clone(), client.clone()),
            pinger: Pinger::new(tokens.clone()),
            mailer: Mailer::new(tokens.clone(), client),
            names: Resolver::new(tokens.clone()),
            server: Server::new(tokens),
            reactor,
            signals,
            store,
            rehearsal: Rehearsal::default(),
            instance,
            loaded: clock::moment(),
            secret: Secret::new(random),
            inherited: env::vars_os().collect(),
            pidfile: None,
            missing: Missing::default(),
            short_of_memory: false,
            turned: clock::moment(),
            farewell: None,
        };
        if !dry_run {
            shell.restore_mail();
        }
        let settings = &shell.engine.model().settings;
        shell.prober.configure(&settings.limits);
        shell.mailer.configure(settings, &shell.instance.host_name);
        let services = &shell.engine.model().services;
        shell.sampler.configure(services);
        shell.exits.configure(services.len());
        if shell.purpose == Purpose::Supervise {
            let names = Self::serve(&mut shell.server, shell.engine.model());
            shell.ask_for(&names);
        }
        shell.perform_all();
        shell.settle();
        if let Purpose::Obey(command) = &shell.purpose {
            let command = Input::Command(command.clone());
            shell.feed(command);
        }
        Ok(shell)
    }

    /// Takes up the alerts that an earlier run has left.
    fn restore_mail(&mut self) {
        let stored = match self.store.load(Kind::Mail) {
            Ok(None) => return,
            Ok(Some(stored)) => self.mailer.restore(&stored).map_err(|e| e.to_string()),
            Err(error) => Err(sys::errno::words(&error).into()),
        };
        if let Err(reason) = stored {
            ::log::error!("The waiting mails cannot be read -- {reason}");
            set_aside(&mut self.store, Kind::Mail);
        }
    }
}

/// The saved state, or nothing where there is none or it cannot be had.
fn load_state(store: &mut Store, dry_run: bool) -> Option<Vec<u8>> {
    match store.load(Kind::State) {
        Ok(saved) => saved,
        Err(error) => {
            let words = sys::errno::words(&error);
            ::log::error!("The saved state cannot be read -- {words}");
            if !dry_run {
                set_aside(store, Kind::State);
            }
            None
        }
    }
}

fn set_aside(store: &mut Store, kind: Kind) {
    match store.set_aside(kind) {
        Ok(path) => ::log::warn!("What cannot be read is kept as {}", path.display()),
        Err(error) => ::log::error!("It cannot be set aside -- {}", sys::errno::words(&error)),
    }
}
