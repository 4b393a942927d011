//! Instant exit notice: the kernel tells when a watched process ends, by its pidfd.
//!
//! Kernels before 5.3 have no pidfd. Then nothing is told, and the next check finds out.

use mio::{Interest, Token};

use crate::model::ServiceId;
use crate::reading::ProcessId;
use crate::sys;

use super::descriptor::Descriptor;
use super::{Registered, Tokens};

/// Descriptors that the program always has open, or needs to start another one.
const NEEDED: usize = 20;

/// The processes whose end is awaited, at most one per service.
pub struct Exits {
    tokens: Tokens,
    /// By service.
    watched: Vec<Option<Watched>>,
    /// How many there are.
    count: usize,
    /// How many may be watched at once.
    room: usize,
    unavailable_said: bool,
}

struct Watched {
    process: ProcessId,
    pidfd: Registered<Descriptor>,
}

impl Exits {
    /// None yet.
    pub fn new(tokens: Tokens) -> Self {
        Self {
            tokens,
            watched: Vec::new(),
            count: 0,
            room: room(sys::descriptor_limit()),
            unavailable_said: false,
        }
    }

    /// For so many services. Grown one by one, the list would leave holes behind.
    pub fn configure(&mut self, services: usize) {
        let more = services.saturating_sub(self.watched.len());
        self.watched.reserve_exact(more);
    }

    /// Awaits the end of `process` instead of whatever was awaited for `service`. Returned is a
    /// process that has gone meanwhile.
    pub fn watch(&mut self, service: ServiceId, process: Option<ProcessId>) -> Option<ProcessId> {
        self.forget(service.index());
        let process = process?;
        if self.count >= self.room {
            return None; // the next check finds out
        }
        let Some(pidfd) = sys::exits::pidfd(process) else {
            return self.explain(process);
        };
        // Without room for one more, the next check finds out.
        let pidfd = Descriptor(pidfd);
        let pidfd = self.tokens.register(pidfd, Interest::READABLE).ok()?;
        let place = service.index();
        if self.watched.len() <= place {
            self.watched.resize_with(place + 1, || None);
        }
        self.watched[place] = Some(Watched { process, pidfd });
        self.count += 1;
        None
    }

    /// Whose end will be told of this service's.
    pub fn awaited(&self, service: ServiceId) -> Option<ProcessId> {
        Some(self.watched.get(service.index())?.as_ref()?.process)
    }

    /// Why there is no descriptor: it is gone, or the kernel has none to give.
    fn explain(&mut self, process: ProcessId) -> Option<ProcessId> {
        if sys::exits::is_available() {
            return (!sys::exits::is_running(process)).then_some(process);
        }
        if !self.unavailable_said {
            self.unavailable_said = true;
            log::info!("This kernel cannot tell when a process ends; checks find out");
        }
        None
    }

    /// Whose end `token` tells.
    pub fn ready(&mut self, token: Token) -> Option<ProcessId> {
        let is_meant = |watched: &Option<Watched>| {
            let watched = watched.as_ref();
            watched.is_some_and(|watched| watched.pidfd.token() == token)
        };
        let place = self.watched.iter().position(is_meant)?;
        Some(self.forget(place)?.process)
    }

    fn forget(&mut self, place: usize) -> Option<Watched> {
        let forgotten = self.watched.get_mut(place)?.take();
        self.count -= usize::from(forgotten.is_some());
        forgotten
    }
}

/// How many processes may be watched, where so many descriptors may be open: a notice is a comfort,
/// and what starts programs and answers clients comes first.
const fn room(limit: usize) -> usize {
    (limit / 2).saturating_sub(NEEDED)
}

#[cfg(test)]
mod tests {
    use mio::{Events, Poll};

    use super::*;
    use crate::sys::reap;
    use crate::sys::spawn::{self, Child, Identity, Spawn};

    const SERVICE: ServiceId = ServiceId::new(3);

    fn start() -> (Child, ProcessId) {
        let child = spawn::spawn(&Spawn {
            arguments: &["/bin/sleep", "1000"],
            inherited: &[],
            additions: &[],
            identity: &Identity::Own,
            tied: false,
            unheard: false,
        })
        .unwrap();
        let process = sys::exits::stat_of(child.pid).unwrap().unwrap().id;
        (child, process)
    }

    fn end(child: &Child) {
        reap::kill_group(child.pid, reap::KILL);
        reap::wait_for(child.pid);
    }

    #[test]
    fn watches_leave_descriptors_for_everything_else() {
        assert_eq!([20, 100, 1024].map(room), [0, 30, 492]);
        if !sys::exits::is_available() {
            return; // an old kernel: there is nothing to test
        }
        let poll = Poll::new().unwrap();
        let mut exits = Exits::new(Tokens::new(poll.registry()).unwrap());
        exits.room = 1;
        let (child, process) = start();
        exits.watch(SERVICE, Some(process));
        exits.watch(ServiceId::new(4), Some(process));
        assert_eq!(exits.count, 1);
        exits.watch(SERVICE, Some(process));
        assert_eq!(exits.count, 1);
        end(&child);
    }

    #[test]
    fn an_end_is_told_once_and_a_later_watch_replaces_an_earlier_one() {
        if !sys::exits::is_available() {
            return; // an old kernel: there is nothing to test
        }
        let mut poll = Poll::new().unwrap();
        let mut exits = Exits::new(Tokens::new(poll.registry()).unwrap());
        let (replaced, other) = start();
        assert_eq!(exits.watch(SERVICE, Some(other)), None);
        let (child, process) = start();
        assert_eq!(exits.watch(SERVICE, Some(process)), None);
        end(&replaced);
        end(&child);
        let mut events = Events::with_capacity(4);
        poll.poll(&mut events, None).unwrap();
        let tokens: Vec<Token> = events.iter().map(|event| event.token()).collect();
        let told: Vec<ProcessId> = tokens.iter().filter_map(|t| exits.ready(*t)).collect();
        assert_eq!(told, [process]);
        assert_eq!(exits.ready(tokens[0]), None);
        assert_eq!(exits.watch(SERVICE, Some(process)), Some(process));
    }
}
