//! How a service stands, for those who show it: the engine's answer to `view`.

use crate::model::{Connection, Service, ServiceId};
use crate::reading::Reading;
use crate::time::WallTime;

use super::{ProbeOutcome, UserAction};

/// One service as pages, status text and XML show it.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// Which.
    pub id: ServiceId,
    /// Its configuration.
    pub service: &'a Service,
    /// Whether it is watched.
    pub monitoring: Monitoring,
    /// Texts of the events that fail (`Does not exist`), ordered by their filter words (reference
    /// F34); empty when all is well.
    pub failures: Vec<&'static str>,
    /// Bits of the events that fail, or changed in this very cycle (XML `status`).
    pub status_bits: u32,
    /// Bits of the events that were changes (XML `status_hint`).
    pub hint_bits: u32,
    /// An action that waits for its turn or is under way.
    pub pending: Option<UserAction>,
    /// The last whole reading; absent before the first.
    pub reading: Option<&'a Reading>,
    /// When that was taken.
    pub collected: Option<WallTime>,
    /// Each connection test with its last outcome, in the order of the control file.
    pub connections: Vec<(&'a Connection, Option<&'a ProbeOutcome>)>,
    /// For `every N cycles`: cycles until the next check, for the XML `counter`.
    pub cycle_counter: u32,
    /// What happened last, newest first, at most ten, for the service's page.
    pub history: Vec<&'a Happening>,
}

/// One line of a service's short history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: WallTime,
    /// The event's words: `Does not exist`.
    pub event: &'static str,
    /// What was found or done.
    pub description: Box<str>,
}

/// Whether a service is watched (reference F35).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Monitoring {
    /// `Not monitored`.
    Off,
    /// `Initializing`: watched, but not checked yet, or waiting for what it depends on.
    Initializing,
    /// `Monitored`.
    On,
    /// `Waiting`: `every` skipped this cycle.
    Waiting,
}
