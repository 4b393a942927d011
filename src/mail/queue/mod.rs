//! What waits to be mailed: oldest first, server after server, and nothing lost but by a named
//! limit.
//!
//! ```text
//!            push                  due                     settle: accepted, refused by all
//!  ───────────────────► waiting ─────────► in one batch ──────────────────────────────────► gone
//!                         ▲                  │
//!                         └──────────────────┘
//!            server_failed, settle: refused by this server
//! ```
//!
//! One batch is under way at a time. A server that fails rests, first for half a minute, then
//! longer each time; its letters go to the next server at once. A letter that a server refuses is
//! offered to the next; when each has refused it, it rests too, or is given up where all refusals
//! were final. What is worth a line in the log is returned as one.

mod format;
mod pause;

use std::collections::VecDeque;

use crate::time::Moment;

use super::{Alert, Fate};

pub use format::Unreadable;
use pause::Pause;

/// Alerts that may wait; the oldest is dropped for the newest.
const ALERTS_LIMIT: usize = 1000;
/// Bytes of all waiting alerts together; likewise.
const BYTES_LIMIT: usize = 1024 * 1024;
/// Letters that travel over one connection: of two hundred alerts of one moment the first may have
/// left already, and the rest goes together.
const BATCH_LIMIT: usize = 200;

/// An alert's place in the queue; never used twice within a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LetterId(pub u64);

/// What is to be delivered now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The server, by its place in the control file's list.
    pub server: usize,
    /// The alerts, oldest first; at least one.
    pub letters: Vec<LetterId>,
}

/// Alerts that no server has taken yet.
#[derive(Debug, Default)]
pub struct Queue {
    entries: VecDeque<Entry>,
    /// Of all entries.
    bytes: usize,
    next_id: u64,
    servers: Vec<Pause>,
    under_way: Option<Batch>,
}

#[derive(Debug)]
struct Entry {
    id: LetterId,
    alert: Alert,
    /// Servers that have refused it since it last rested, and whether for good.
    refusals: Vec<Refusal>,
    pause: Pause,
}

#[derive(Clone, Copy, Debug)]
struct Refusal {
    server: usize,
    permanent: bool,
}

impl Queue {
    /// An empty queue for this many mail servers.
    pub fn new(servers: usize) -> Self {
        let mut queue = Self::default();
        queue.set_servers(servers);
        queue
    }

    /// Another configuration holds: everything that waits is due, at the first server again. A
    /// batch under way is forgotten; the shell ends its connection.
    pub fn set_servers(&mut self, servers: usize) {
        self.servers = vec![Pause::NONE; servers];
        self.under_way = None;
        for entry in &mut self.entries {
            entry.refusals.clear();
            entry.pause = Pause::NONE;
        }
    }

    /// How many alerts wait, those under way included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no alert waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The alert a batch names; `None` once it was dropped or settled.
    pub fn alert(&self, id: LetterId) -> Option<&Alert> {
        self.position(id).map(|index| &self.entries[index].alert)
    }

    /// Adds an alert. Resting servers are asked again within half a minute: they may have come
    /// back.
    pub fn push(&mut self, alert: Alert, now: Moment) -> Vec<String> {
        if self.servers.is_empty() {
            let line = format!("Mail: no mail server is set, alert to {} dropped", alert.to);
            return vec![line];
        }
        for server in &mut self.servers {
            server.shorten(now);
        }
        self.add(alert);
        self.drop_surplus()
    }

    /// The next batch, if something is due and none is under way.
    pub fn due(&mut self, now: Moment) -> Option<Batch> {
        if self.under_way.is_some() {
            return None;
        }
        let (server, _) = self.candidates(now).next()?;
        let letters = self
            .candidates(now)
            .filter(|(candidate, _)| *candidate == server)
            .map(|(_, id)| id)
            .take(BATCH_LIMIT)
            .collect();
        let batch = Batch { server, letters };
        self.under_way = Some(batch.clone());
        Some(batch)
    }

    /// A letter of the batch under way has met its fate.
    pub fn settle(&mut self, id: LetterId, fate: Fate, now: Moment) -> Vec<String> {
        let Some(server) = self.take_under_way(id) else {
            return Vec::new();
        };
        let Some(index) = self.position(id) else {
            return Vec::new(); // dropped for a newer one meanwhile
        };
        match fate {
            Fate::Accepted => {
                self.remove(index);
                if let Some(pause) = self.servers.get_mut(server) {
                    *pause = Pause::NONE;
                }
                Vec::new()
            }
            Fate::Refused { permanent, reason } => {
                let refusal = Refusal { server, permanent };
                self.refused(index, refusal, &reason, now)
            }
        }
    }

    /// No mail can be made of this alert: it is given up.
    pub fn give_up(&mut self, id: LetterId, reason: &str) -> Vec<String> {
        self.take_under_way(id);
        let Some(index) = self.position(id) else {
            return Vec::new();
        };
        let alert = self.remove(index);
        vec![given_up(&alert, reason)]
    }

    /// The batch's connection is over without having settled all its letters: the rest goes to the
    /// next server, and this one rests.
    pub fn server_failed(&mut self, server: usize, now: Moment) -> Vec<String> {
        self.under_way = None;
        if let Some(pause) = self.servers.get_mut(server) {
            pause.lengthen(now);
        }
        if !self.entries.is_empty() && self.servers.iter().all(|server| server.lasts(now)) {
            return vec!["Mail: Delivery failed -- no mail server is available".to_owned()];
        }
        Vec::new()
    }

    /// When [`Self::due`] is to be asked next; a moment past is at once.
    pub fn deadline(&self) -> Option<Moment> {
        if self.under_way.is_some() {
            return None;
        }
        let start = |entry: &Entry| {
            let rests = entry.pause.end();
            let servers = (0..self.servers.len()).filter(|server| !entry.was_refused_by(*server));
            servers
                .map(|server| rests.max(self.servers[server].end()))
                .min()
        };
        self.entries.iter().filter_map(start).min()
    }

    /// What is due now, oldest first, with the server that is to get it.
    fn candidates(&self, now: Moment) -> impl Iterator<Item = (usize, LetterId)> + '_ {
        self.entries.iter().filter_map(move |entry| {
            let server = (0..self.servers.len()).find(|server| {
                !entry.was_refused_by(*server) && !self.servers[*server].lasts(now)
            })?;
            (!entry.pause.lasts(now)).then_some((server, entry.id))
        })
    }

    fn add(&mut self, alert: Alert) {
        let id = LetterId(self.next_id);
        self.next_id += 1;
        self.bytes += size(&alert);
        self.entries.push_back(Entry {
            id,
            alert,
            refusals: Vec::new(),
            pause: Pause::NONE,
        });
    }

    fn drop_surplus(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while self.entries.len() > ALERTS_LIMIT || self.bytes > BYTES_LIMIT {
            let alert = self.remove(0);
            lines.push(format!(
                "Mail: too many alerts are waiting, the oldest is dropped: {}",
                summary(&alert)
            ));
        }
        lines
    }

    fn refused(
        &mut self,
        index: usize,
        refusal: Refusal,
        reason: &str,
        now: Moment,
    ) -> Vec<String> {
        let servers = self.servers.len();
        let entry = &mut self.entries[index];
        entry.refusals.push(refusal);
        if entry.refusals.len() < servers {
            let alert = summary(&entry.alert);
            return vec![format!(
                "Mail: refused, the next server is tried: {alert} -- {reason}"
            )];
        }
        if entry.refusals.iter().all(|refusal| refusal.permanent) {
            let alert = self.remove(index);
            return vec![given_up(&alert, reason)];
        }
        entry.refusals.retain(|refusal| refusal.permanent);
        entry.pause.lengthen(now);
        let alert = summary(&entry.alert);
        vec![format!(
            "Mail: refused, tried again later: {alert} -- {reason}"
        )]
    }

    /// Takes `id` out of the batch under way and says whose batch that is.
    fn take_under_way(&mut self, id: LetterId) -> Option<usize> {
        let batch = self.under_way.as_mut()?;
        let index = batch.letters.iter().position(|letter| *letter == id)?;
        batch.letters.remove(index);
        let server = batch.server;
        if batch.letters.is_empty() {
            self.under_way = None;
        }
        Some(server)
    }

    /// Ids grow from front to back.
    fn position(&self, id: LetterId) -> Option<usize> {
        self.entries
            .binary_search_by_key(&id, |entry| entry.id)
            .ok()
    }

    fn remove(&mut self, index: usize) -> Alert {
        let entry = self.entries.remove(index).expect("an index just looked up");
        self.bytes -= size(&entry.alert);
        entry.alert
    }
}

impl Entry {
    fn was_refused_by(&self, server: usize) -> bool {
        self.refusals.iter().any(|refusal| refusal.server == server)
    }
}

/// The bytes an alert takes in the queue.
fn size(alert: &Alert) -> usize {
    let format = [
        &alert.format.from,
        &alert.format.reply_to,
        &alert.format.subject,
        &alert.format.message,
    ];
    let texts = [
        &alert.to,
        &alert.event,
        &alert.service,
        &alert.action,
        &alert.host,
        &alert.description,
    ];
    size_of::<Entry>()
        + texts.iter().map(|text| text.len()).sum::<usize>()
        + format
            .iter()
            .filter_map(|text| text.as_ref())
            .map(|text| text.len())
            .sum::<usize>()
}

fn summary(alert: &Alert) -> String {
    format!("`{} {}` to {}", alert.event, alert.service, alert.to)
}

fn given_up(alert: &Alert, reason: &str) -> String {
    format!("Mail: given up: {} -- {reason}", summary(alert))
}

#[cfg(test)]
mod tests;
