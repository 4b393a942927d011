//! Instant exit notice: the kernel tells when a watched process ends, by its pidfd.
//!
//! Kernels before 5.3 have no pidfd. Then nothing is told, and the next check finds out.
//!
//! It tells so before the parent has taken the process's status. To `kill -0` in a start program
//! such a zombie runs, so the notice waits until it is gone: a moment, where the parent is awake.

use std::time::Duration;

use mio::{Interest, Token};

use crate::model::ServiceId;
use crate::reading::ProcessId;
use crate::sys;
use crate::time::Moment;

use super::descriptor::Descriptor;
use super::{Registered, Tokens};

/// Descriptors that the program always has open, or needs to start another one.
const NEEDED: usize = 20;

/// The pause before the second look whether a process that has ended is gone; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// After this long nobody takes its status, and it counts as gone.
const ZOMBIE_LIMIT: Duration = Duration::from_secs(2);

/// The processes whose end is awaited, at most one per service.
pub struct Exits {
    tokens: Tokens,
    /// By service.
    watched: Vec<Option<Watched>>,
    /// How many there are.
    count: usize,
    /// How many may be watched at once.
    room: usize,
    /// Processes that have ended, of which nobody was told.
    ended: Vec<Ended>,
    unavailable_said: bool,
}

struct Watched {
    process: ProcessId,
    pidfd: Registered<Descriptor>,
}

struct Ended {
    process: ProcessId,
    /// When to look whether it is gone.
    at: Moment,
    /// The pause after that look.
    pause: Duration,
    /// When it counts as gone.
    until: Moment,
}

impl Exits {
    /// None yet.
    pub fn new(tokens: Tokens) -> Self {
        Self {
            tokens,
            watched: Vec::new(),
            count: 0,
            room: room(sys::descriptor_limit()),
            ended: Vec::new(),
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

    /// Whether `token` tells of an end; [`Self::gone`] says when that counts.
    pub fn ready(&mut self, now: Moment, token: Token) -> bool {
        let is_meant = |watched: &Option<Watched>| {
            let watched = watched.as_ref();
            watched.is_some_and(|watched| watched.pidfd.token() == token)
        };
        let place = self.watched.iter().position(is_meant);
        let ended = place.and_then(|place| self.forget(place));
        self.ended.extend(ended.as_ref().map(|watched| Ended {
            process: watched.process,
            at: now,
            pause: FIRST_PAUSE,
            until: now + ZOMBIE_LIMIT,
        }));
        ended.is_some()
    }

    /// When to ask for [`Self::gone`].
    pub fn deadline(&self) -> Option<Moment> {
        self.ended.iter().map(|ended| ended.at).min()
    }

    /// The processes that are gone, each told once.
    pub fn gone(&mut self, now: Moment) -> Vec<ProcessId> {
        let mut gone = Vec::new();
        self.ended.retain_mut(|ended| {
            if now < ended.at {
                return true;
            }
            let is_over = now >= ended.until || !sys::exits::is_running(ended.process);
            if is_over {
                gone.push(ended.process);
            }
            ended.at = (now + ended.pause).min(ended.until);
            ended.pause *= 2;
            !is_over
        });
        gone
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
    use crate::sys::spawn::{self, Child, Heard, Identity, Spawn};

    const SERVICE: ServiceId = ServiceId::new(3);
    const NOW: Moment = Moment::from_millis(1000);

    fn start() -> (Child, ProcessId) {
        let child = spawn::spawn(&Spawn {
            arguments: &["/bin/sleep", "1000"],
            inherited: &[],
            additions: &[],
            identity: &Identity::Own,
            tied: false,
            heard: Heard::Always,
        })
        .unwrap();
        let process = sys::exits::stat_of(child.pid).unwrap().unwrap().id;
        (child, process)
    }

    fn end(child: &Child) {
        reap::kill_group(child.pid, reap::KILL);
        reap::wait_for(child.pid);
    }

    /// What the loop is told next.
    fn told(poll: &mut Poll) -> Vec<Token> {
        let mut events = Events::with_capacity(4);
        poll.poll(&mut events, None).unwrap();
        events.iter().map(|event| event.token()).collect()
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
        let tokens = told(&mut poll);
        assert_eq!(tokens.iter().filter(|t| exits.ready(NOW, **t)).count(), 1);
        assert_eq!(exits.deadline(), Some(NOW));
        assert_eq!(exits.gone(NOW), [process]);
        assert_eq!((exits.deadline(), exits.gone(NOW)), (None, vec![]));
        assert!(!exits.ready(NOW, tokens[0]));
        assert_eq!(exits.watch(SERVICE, Some(process)), Some(process));
    }

    #[test]
    fn a_zombie_is_not_gone_until_its_status_was_taken_or_nobody_does() {
        if !sys::exits::is_available() {
            return; // an old kernel: there is nothing to test
        }
        let mut poll = Poll::new().unwrap();
        let mut exits = Exits::new(Tokens::new(poll.registry()).unwrap());
        let (taken, first) = start();
        let (forgotten, second) = start();
        assert_eq!(exits.watch(SERVICE, Some(first)), None);
        assert_eq!(exits.watch(ServiceId::new(4), Some(second)), None);
        reap::kill_group(taken.pid, reap::KILL);
        reap::kill_group(forgotten.pid, reap::KILL);
        while exits.ended.len() < 2 {
            for token in told(&mut poll) {
                assert!(exits.ready(NOW, token));
            }
        }
        assert_eq!(exits.gone(NOW), []);
        let mut now = exits.deadline().unwrap();
        assert_eq!(now, NOW + FIRST_PAUSE);
        assert_eq!(exits.gone(now), []);
        reap::wait_for(taken.pid);
        assert_eq!(exits.gone(now), [], "it is not looked at all the time");
        now = exits.deadline().unwrap();
        assert_eq!(now, NOW + 3 * FIRST_PAUSE);
        assert_eq!(exits.gone(now), [first]);
        let mut looks = 0;
        while exits.gone(now).is_empty() {
            now = exits.deadline().unwrap();
            looks += 1;
        }
        assert_eq!((now, exits.deadline()), (NOW + ZOMBIE_LIMIT, None));
        assert!(looks < 12, "{looks} looks");
        reap::wait_for(forgotten.pid);
    }
}
