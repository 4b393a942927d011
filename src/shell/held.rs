//! What waits until the state that knows of it is stored: programs of repairs, answers to commands.
//!
//! Killed between running a start program and storing that it runs, the next run would run it once
//! more; and whoever was told that a service is not watched any more relies on that. So the order
//! is: state first, then the program or the answer. For a program the disk is not waited for longer
//! than [`PROGRAM_PATIENCE`]: a service that is down is worse than one started twice. An answer
//! delays nobody but who asked. Neither waits while the disk fails.

use std::time::Duration;

use crate::engine::{ChildId, Reach, Wanted};
use crate::model::Program;
use crate::time::Moment;

use super::statefile::Store;

/// How long a program is held back at most.
pub const PROGRAM_PATIENCE: Duration = Duration::from_millis(500);
/// How long an answer is: not so long that whoever asked has given up.
pub const ANSWER_PATIENCE: Duration = Duration::from_secs(3);

/// A program to run, as the engine ordered it.
pub struct Launch {
    /// The engine's name for it.
    pub child: ChildId,
    /// What to run, as whom.
    pub program: Program,
    /// Variables added to our own.
    pub environment: Vec<(&'static str, String)>,
    /// After this long it is killed, if it has a limit.
    pub limit: Option<Duration>,
    /// Whom that kills.
    pub reach: Reach,
    /// What of its output is wanted.
    pub output: Wanted,
}

/// Programs, or answers, that wait.
pub struct Held<T>(Vec<Waiting<T>>);

struct Waiting<T> {
    what: T,
    /// When it is done whatever is stored.
    until: Moment,
    /// The mark of the state that knows of it; none before the input that ordered it is done.
    mark: Option<u64>,
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Held<T> {
    /// Holds something back, until then at most.
    pub fn push(&mut self, until: Moment, what: T) {
        self.0.push(Waiting {
            what,
            until,
            mark: None,
        });
    }

    /// All that the input ordered has been given to `store`: that is what is waited for.
    pub fn seal(&mut self, store: &Store) {
        for waiting in &mut self.0 {
            waiting.mark.get_or_insert(store.mark());
        }
    }

    /// Those that may go on.
    pub fn release(&mut self, now: Moment, store: &Store) -> Vec<T> {
        let failing = store.is_failing();
        let may_go = |waiting: &Waiting<T>| {
            let stored = waiting.mark.is_some_and(|mark| store.has_stored(mark));
            stored || failing || waiting.until <= now
        };
        let (free, held) = std::mem::take(&mut self.0).into_iter().partition(may_go);
        self.0 = held;
        free.into_iter()
            .map(|waiting: Waiting<T>| waiting.what)
            .collect()
    }

    /// When the next one goes on whatever is stored.
    pub fn deadline(&self) -> Option<Moment> {
        self.0.iter().map(|waiting| waiting.until).min()
    }
}

impl Held<Launch> {
    /// Drops one; tells whether it was here.
    pub fn forget(&mut self, child: ChildId) -> bool {
        let before = self.0.len();
        self.0.retain(|waiting| waiting.what.child != child);
        self.0.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Terms;
    use crate::shell::statefile::Kind;
    use crate::sys::reap::wait_for;

    const NOW: Moment = Moment::from_millis(1000);

    fn launch(number: u64) -> Launch {
        Launch {
            child: ChildId(number),
            program: Program {
                arguments: ["/bin/true"].iter().collect(),
                terms: Terms::limited(Duration::from_secs(30)).into(),
            },
            environment: vec![],
            limit: Some(Duration::from_secs(30)),
            reach: Reach::Program,
            output: Wanted::Reason,
        }
    }

    fn numbers(launches: &[Launch]) -> Vec<u64> {
        launches.iter().map(|launch| launch.child.0).collect()
    }

    struct Bench {
        folder: std::path::PathBuf,
        store: Store,
        held: Held<Launch>,
    }

    impl Bench {
        fn new(name: &str) -> Self {
            let name = format!("tend-held-{name}-{}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            Self {
                store: Store::new(folder.join("state").to_str().unwrap()),
                folder,
                held: Held::default(),
            }
        }

        /// An input whose state `content` orders a program.
        fn order(&mut self, number: u64, content: &str) {
            self.held.push(NOW + PROGRAM_PATIENCE, launch(number));
            self.store.put(Kind::State, content.into());
            self.held.seal(&self.store);
        }

        fn release(&mut self, now: Moment) -> Vec<u64> {
            numbers(&self.held.release(now, &self.store))
        }
    }

    impl Drop for Bench {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    #[test]
    fn a_program_waits_for_its_own_state_and_no_other() {
        let mut bench = Bench::new("own");
        bench.order(1, "one");
        assert_eq!(bench.store.write(NOW), None);
        bench.order(2, "two");
        assert!(bench.release(NOW).is_empty());
        let pid = bench.store.writer_pid().unwrap();
        let status = wait_for(pid).unwrap();
        bench.store.ended(NOW, pid, status);
        assert_eq!(bench.release(NOW), [1]);
        assert!(bench.release(NOW).is_empty());
        // What is stored already is not waited for.
        bench.held.push(NOW + PROGRAM_PATIENCE, launch(3));
        assert!(bench.release(NOW).is_empty(), "its state is not known yet");
    }

    #[test]
    fn a_disk_that_does_not_answer_is_not_waited_for_for_ever() {
        let mut bench = Bench::new("slow");
        bench.order(1, "one");
        assert_eq!(bench.held.deadline(), Some(NOW + PROGRAM_PATIENCE));
        assert!(bench.release(NOW).is_empty());
        assert_eq!(bench.release(NOW + PROGRAM_PATIENCE), [1]);
        assert_eq!(bench.held.deadline(), None);
    }

    #[test]
    fn a_disk_that_fails_is_not_waited_for() {
        let mut bench = Bench::new("full");
        std::fs::remove_dir_all(&bench.folder).unwrap();
        bench.order(1, "one");
        assert_eq!(bench.store.write(NOW), None);
        let pid = bench.store.writer_pid().unwrap();
        let status = wait_for(pid).unwrap();
        assert!(bench.store.ended(NOW, pid, status).unwrap().is_some());
        assert_eq!(bench.release(NOW), [1]);
        bench.order(2, "two");
        assert_eq!(bench.release(NOW), [2]);
    }

    #[test]
    fn one_that_is_not_wanted_any_more_is_dropped() {
        let mut bench = Bench::new("dropped");
        bench.order(1, "one");
        assert!(bench.held.forget(ChildId(1)));
        assert!(!bench.held.forget(ChildId(1)));
        assert!(bench.release(NOW + PROGRAM_PATIENCE).is_empty());
    }
}
