//! What the engine orders. Effects are performed in the order they were emitted.

use std::rc::Rc;
use std::time::Duration;

use crate::mail::Alert;
use crate::model::{ChecksumKind, Connection, Ping, Program, ServiceId};
use crate::reading::{ContentFrom, ProcessId};

/// One ordered look at a subject; never reused within a run. It tells whose, so that an answer
/// finds its service without a search: the low 16 bits are the service's place in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleId(pub u64);

impl SampleId {
    /// The `order`th look, at this service.
    pub const fn new(order: u64, service: ServiceId) -> Self {
        Self(order << 16 | service.index() as u64)
    }

    /// Whose subject is looked at, in the model the look was ordered under.
    #[expect(clippy::cast_possible_truncation, reason = "the low bits are meant")]
    pub const fn service(self) -> ServiceId {
        ServiceId::new(self.0 as u16)
    }
}

macro_rules! order_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);
    )+};
}

order_ids! {
    /// One ordered connection test or ping; never reused within a run.
    ProbeId,
    /// One program ordered to run; never reused within a run.
    ChildId,
}

/// One order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Look at a service's subject; answered by [`super::Input::Sampled`].
    Sample {
        /// The id to answer with.
        sample: SampleId,
        /// Whose subject; the shell finds the path or pattern in the model.
        service: ServiceId,
        /// The hashes a file test needs.
        digests: Vec<ChecksumKind>,
        /// Where the lines begin that its content tests look at, if it has any.
        content: Option<ContentFrom>,
        /// Whether every test is judged by it: else no more is wanted than whether it is there.
        thorough: bool,
    },
    /// Nobody waits for this look any more; it need not be answered. What takes long (the hash of
    /// a disk image, a gigabyte of lines) would otherwise go on beside the next look at the file.
    CancelSample(SampleId),
    /// Test a connection; answered by [`super::Input::ProbeEnded`]. The shell starts as many at
    /// once as its cap allows and queues the others.
    Probe {
        /// The id to answer with.
        probe: ProbeId,
        /// Where to and what to say.
        connection: Rc<Connection>,
    },
    /// Ask a host for an echo, once; answered by [`super::Input::PingEnded`].
    Ping {
        /// The id to answer with.
        probe: ProbeId,
        /// Whom, and how.
        ping: Rc<Ping>,
    },
    /// Nobody waits for this probe or ping any more; it is not answered.
    CancelProbe(ProbeId),
    /// Run a program; answered as [`Wanted`] says, or by `SpawnFailed`.
    Spawn {
        /// The id to answer with.
        child: ChildId,
        /// What to run, as whom.
        program: Program,
        /// After this long it is killed, if it has a limit.
        limit: Option<Duration>,
        /// Whom that kills.
        reach: Reach,
        /// Variables added to the daemon's own environment (reference F119).
        environment: Vec<(&'static str, String)>,
        /// What of its output is wanted.
        output: Wanted,
    },
    /// Kill the program of a check, as at the end of its time; it is still answered. No other one
    /// is ever cut short: what a start, stop or `exec` program has begun it may end.
    Kill(ChildId),
    /// Tell when this process ends, by [`super::Input::ProcessGone`], where the kernel can. A later
    /// `Watch` for the same service replaces an earlier one.
    Watch {
        /// Whose.
        service: ServiceId,
        /// Which; `None` stops watching.
        process: Option<ProcessId>,
    },
    /// Send a mail, or keep it until it can be sent.
    Mail(Box<Alert>),
    /// Write a log line.
    Log {
        /// How loud.
        priority: Priority,
        /// Without time, priority or final newline.
        text: String,
    },
    /// Store the engine's state: whole, versioned, replacing what was stored.
    Save(Vec<u8>),
    /// All is stopped and said; the process may end.
    Quit,
}

/// What is wanted of a program's output, and with which input it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A reason for a message, by [`super::Input::ChildExited`].
    Reason,
    /// Nothing: only its end is told, by [`super::Input::ChildExited`]. It prints to `/dev/null`,
    /// where what it leaves behind may go on to print when nobody listens any more.
    Nothing,
    /// All of it as text, and which of these regular expressions match it, by
    /// [`super::Input::ProgramEnded`].
    Text(Vec<Box<str>>),
}

/// Whom SIGKILL reaches at the end of a program's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The program's own process. What it has put into the background may be the very daemon it
    /// was to start, still on its way.
    Program,
    /// Its process group: nothing is left behind by it that anybody wants.
    Group,
}

/// How loud a log line is (reference F92).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "syslog(3)'s own words")]
pub enum Priority {
    Error,
    Warning,
    Info,
    /// Only shown with `-v`.
    Debug,
}
