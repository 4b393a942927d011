//! Instant exit notice: the kernel tells when a watched process ends, by its pidfd.
//!
//! Kernels before 5.3 have no pidfd. Then nothing is told, and the next check finds out.

use mio::{Interest, Token};

use crate::model::ServiceId;
use crate::reading::ProcessId;
use crate::sys;

use super::descriptor::Descriptor;
use super::{Registered, Tokens};

/// The processes whose end is awaited, at most one per service.
pub struct Exits {
    tokens: Tokens,
    watched: Vec<Watched>,
    unavailable_said: bool,
}

struct Watched {
    service: ServiceId,
    process: ProcessId,
    pidfd: Registered<Descriptor>,
}

impl Exits {
    /// None yet.
    pub const fn new(tokens: Tokens) -> Self {
        Self {
            tokens,
            watched: Vec::new(),
            unavailable_said: false,
        }
    }

    /// Awaits the end of `process` instead of whatever was awaited for `service`.
    pub fn watch(&mut self, service: ServiceId, process: Option<ProcessId>) {
        self.watched.retain(|watched| watched.service != service);
        let Some(process) = process else { return };
        // A process that is gone already, or a number that is somebody else's by now, is found out
        // by the next check as well.
        match sys::exits::pidfd(process) {
            Some(pidfd) => {
                let registered = self.tokens.register(Descriptor(pidfd), Interest::READABLE);
                if let Ok(pidfd) = registered {
                    self.watched.push(Watched {
                        service,
                        process,
                        pidfd,
                    });
                }
            }
            None if self.unavailable_said || sys::exits::is_available() => {}
            None => {
                self.unavailable_said = true;
                log::debug!("This kernel cannot tell when a process ends; checks find out");
            }
        }
    }

    /// Whose end `token` tells.
    pub fn ready(&mut self, token: Token) -> Option<ProcessId> {
        let at = self.watched.iter().position(|w| w.pidfd.token() == token)?;
        Some(self.watched.swap_remove(at).process)
    }

    /// Awaits nothing any more: services have got other numbers.
    pub fn forget(&mut self) {
        self.watched.clear();
    }
}
