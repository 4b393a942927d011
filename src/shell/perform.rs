//! Effects: what the engine orders, done. One arm each.

use log::Level;

use crate::engine::{Effect, Input, Priority};
use crate::sample::Care;

use super::children::Order;
use super::held::{Launch, PROGRAM_PATIENCE};
use super::statefile::Kind;
use super::{LAST_WORDS, Shell, clock};

impl Shell {
    /// Performs every effect that waits, in the order they were emitted.
    pub(super) fn perform_all(&mut self) {
        while let Some(effect) = self.engine.next_effect() {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Sample {
                sample,
                service,
                digests,
                content,
                thorough,
            } => {
                let care = match (thorough, self.exits.awaited(service)) {
                    (false, _) => Care::Brief,
                    (true, None) => Care::Thorough,
                    (true, Some(process)) => Care::Awaited(process),
                };
                let service = self.engine.model().service(service);
                self.sampler.begin(sample, service, &digests, content, care);
            }
            Effect::Probe { probe, connection } => {
                self.prober.start(clock::now(), probe, connection);
            }
            Effect::Ping { probe, ping } => self.pinger.start(clock::now(), probe, ping),
            Effect::CancelSample(sample) => self.sampler.cancel(sample),
            Effect::CancelProbe(probe) => {
                self.prober.cancel(clock::now(), probe);
                self.pinger.cancel(clock::now(), probe);
            }
            Effect::Spawn {
                child,
                program,
                limit,
                reach,
                environment,
                output,
            } => {
                let launch = Launch {
                    child,
                    program,
                    environment,
                    limit,
                    reach,
                    output,
                };
                if self.engine.is_repair(child) {
                    self.held.push(clock::moment() + PROGRAM_PATIENCE, launch);
                } else {
                    self.launch(launch);
                }
            }
            Effect::Kill(child) if self.held.forget(child) => {
                self.inputs.push_back(Input::SpawnFailed {
                    child,
                    reason: "it is not wanted any more".into(),
                    shortage: false,
                });
            }
            Effect::Kill(child) => self.children.kill(child),
            Effect::Watch { service, process } => {
                let gone = self.exits.watch(service, process);
                self.inputs
                    .extend(gone.map(|process| Input::ProcessGone { process }));
            }
            Effect::Mail(alert) => self.mailer.push(clock::now(), *alert),
            Effect::Log { priority, text } => log::log!(level(priority), "{text}"),
            Effect::Save(state) => self.store.put(Kind::State, state),
            Effect::Quit => self.begin_farewell(LAST_WORDS),
        }
    }
}

impl Shell {
    /// Runs a program.
    fn launch(&mut self, launch: Launch) {
        let order = Order {
            child: launch.child,
            program: &launch.program,
            inherited: &self.inherited,
            environment: &launch.environment,
            limit: launch.limit,
            reach: launch.reach,
            keep: self.engine.model().settings.limits.program_output,
            wanted: launch.output,
        };
        let refusal = self.children.start(clock::moment(), order);
        self.inputs.extend(refusal);
    }

    /// Runs the programs that were held back until the state that knows of them is stored.
    pub(super) fn launch_held(&mut self) {
        for launch in self.held.release(clock::moment(), &self.store) {
            self.launch(launch);
        }
        self.settle();
    }
}

/// A priority in the words of the `log` crate.
pub(super) const fn level(priority: Priority) -> Level {
    match priority {
        Priority::Error => Level::Error,
        Priority::Warning => Level::Warn,
        Priority::Info => Level::Info,
        Priority::Debug => Level::Debug,
    }
}
