//! Delivering mail: the queue says what goes to which server, this carries it there.
//!
//! ```text
//!  push ──► queue ── due ──► Resolving ──► Open: the session says each letter's fate
//!             ▲                  │           │
//!             └── server_failed ─┴───────────┘   what has no fate goes to the next server
//! ```
//!
//! One delivery is under way at a time, and nothing else waits for it. It begins at
//! [`Mailer::expire`], not at [`Mailer::push`], so that alerts of one moment travel together. A
//! server that refuses, hangs or falls silent is given up after its own time limit; a letter leaves
//! the queue only when a server has said that it took it.

use mio::Token;

use super::Tokens;
use super::connection::{Address, Connection, Ending, Plan};
use super::resolve::{Answer, Resolver};
use super::tls::{self, Policy};
use crate::engine::Priority;
use crate::mail::{
    Alert, Batch, Envelope, Fate, Letter, LetterId, Queue, Session, SessionTls, Unreadable, compose,
};
use crate::model::{MailServer, Settings, Transport, Verify};
use crate::sys::random;
use crate::time::{Moment, Now};

/// A line for the log.
pub type Line = (Priority, String);

/// Delivers alerts.
pub struct Mailer {
    tokens: Tokens,
    client: tls::Client,
    resolver: Resolver,
    servers: Vec<Server>,
    /// What we call ourselves, in EHLO and in a mail's Message-ID.
    hostname: Box<str>,
    queue: Queue,
    delivery: Option<Delivery>,
    lines: Vec<Line>,
    is_changed: bool,
}

struct Server {
    settings: MailServer,
    /// What is wrong with its certificate, as far as it was said.
    complaint: Option<Box<str>>,
}

struct Delivery {
    server: usize,
    session: Session,
    /// Those without a fate.
    letters: Vec<LetterId>,
    state: State,
}

enum State {
    /// Until the server's name has addresses, or for so long.
    Resolving { until: Moment },
    /// Letters travel.
    Open(Box<Connection>),
}

/// How far a server was from taking letters when it failed.
enum Stage {
    Resolve,
    Connect,
    Talk,
}

impl Mailer {
    /// Knows no server yet.
    pub fn new(tokens: Tokens, client: tls::Client) -> Self {
        Self {
            resolver: Resolver::new(tokens.clone()),
            tokens,
            client,
            servers: Vec::new(),
            hostname: "localhost".into(),
            queue: Queue::new(0),
            delivery: None,
            lines: Vec::new(),
            is_changed: false,
        }
    }

    /// Adds what an earlier run has left.
    pub fn restore(&mut self, stored: &[u8]) -> Result<(), Unreadable> {
        let lines = self.queue.restore(stored)?;
        self.log_errors(lines);
        Ok(())
    }

    /// These settings hold from here on. `hostname` is the machine's name, for where they have
    /// none. What is under way goes on if it can: its servers may be the same.
    pub fn configure(&mut self, settings: &Settings, hostname: &str) {
        self.hostname = settings.mail_hostname.as_deref().unwrap_or(hostname).into();
        let current = self.servers.iter().map(|server| &server.settings);
        if current.eq(&settings.mail_servers) {
            return;
        }
        self.abandon();
        let server = |settings: &MailServer| Server {
            settings: settings.clone(),
            complaint: None,
        };
        self.servers = settings.mail_servers.iter().map(server).collect();
        self.queue.set_servers(self.servers.len());
    }

    /// Takes an alert; its delivery begins at the next [`Self::expire`].
    pub fn push(&mut self, now: Now, alert: Alert) {
        let lines = self.queue.push(alert, now.moment);
        self.log_errors(lines);
        self.is_changed = true;
    }

    /// Whether `token` was ours; then the delivery went on as far as it could.
    pub fn ready(&mut self, now: Now, token: Token) -> bool {
        if self.resolver.ready(token) {
            self.resolved(now);
            self.begin_due(now);
            return true;
        }
        let Some(delivery) = &mut self.delivery else {
            return false;
        };
        let State::Open(connection) = &mut delivery.state else {
            return false;
        };
        if !connection.owns(token) {
            return false;
        }
        let ending = connection.ready(now, &mut delivery.session);
        self.went_on(now, ending);
        self.begin_due(now);
        true
    }

    /// When [`Self::expire`] is due.
    pub fn deadline(&self) -> Option<Moment> {
        match &self.delivery {
            Some(delivery) => Some(match &delivery.state {
                State::Resolving { until } => *until,
                State::Open(connection) => connection.deadline(),
            }),
            None => self.queue.deadline(),
        }
    }

    /// Gives up a server that took too long, and begins what is due.
    pub fn expire(&mut self, now: Now) {
        let delivery = self.delivery.as_mut();
        let ending = delivery.and_then(|delivery| match &mut delivery.state {
            State::Open(connection) => connection.expire(now, &mut delivery.session),
            State::Resolving { until } if *until <= now.moment => {
                Some(Err("the resolver did not answer in time".into()))
            }
            State::Resolving { .. } => None,
        });
        self.went_on(now, ending);
        self.begin_due(now);
    }

    /// A process was reaped. Whether it was a look-up of ours.
    pub fn task_ended(&mut self, pid: i32) -> bool {
        self.resolver.task_ended(pid)
    }

    /// What is to be logged since this was last asked.
    pub fn lines(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.lines)
    }

    /// The queue as bytes to be stored, if it changed since this was last asked.
    pub fn unsaved(&mut self) -> Option<Vec<u8>> {
        std::mem::take(&mut self.is_changed).then(|| self.snapshot())
    }

    /// The queue as bytes to be stored.
    pub fn snapshot(&self) -> Vec<u8> {
        self.queue.encode()
    }

    /// Whether nothing is under way and nothing is due: at the end of the program nobody need wait
    /// for us any longer. What could not be delivered stays in the queue.
    pub fn is_idle(&self, now: Moment) -> bool {
        self.delivery.is_none() && self.queue.deadline().is_none_or(|due| due > now)
    }

    fn begin_due(&mut self, now: Now) {
        // Each round uses up a server or letters, so that this comes to an end.
        while self.delivery.is_none() {
            match self.queue.due(now.moment) {
                Some(batch) => self.begin(now, &batch),
                None => return,
            }
        }
    }

    fn begin(&mut self, now: Now, batch: &Batch) {
        let letters = self.compose(now, &batch.letters);
        if letters.is_empty() {
            return;
        }
        let settings = &self.servers[batch.server].settings;
        let (host, port) = (settings.host.clone(), settings.port);
        let until = now.moment + settings.timeout;
        self.delivery = Some(Delivery {
            server: batch.server,
            letters: letters.iter().map(|(id, _)| *id).collect(),
            session: session(settings, &self.hostname, letters),
            state: State::Resolving { until },
        });
        let line = format!("Trying to send mail via {host}:{port}");
        self.lines.push((Priority::Debug, line));
        match self.resolver.ask(&host) {
            Some(answer) => self.dial(now, &answer),
            None => self.resolved(now), // a look-up that cannot even begin is answered at once
        }
    }

    /// Makes letters of alerts; one of which no letter can be made is given up.
    fn compose(&mut self, now: Now, ids: &[LetterId]) -> Vec<(LetterId, Letter)> {
        let mut letters = Vec::with_capacity(ids.len());
        for id in ids {
            let envelope = Envelope {
                hostname: &self.hostname,
                unique: unique(now, *id),
                now: now.wall,
            };
            match self.queue.alert(*id).map(|alert| compose(alert, &envelope)) {
                Some(Ok(letter)) => letters.push((*id, letter)),
                Some(Err(reason)) => {
                    let lines = self.queue.give_up(*id, &reason);
                    self.log_errors(lines);
                    self.is_changed = true;
                }
                None => {}
            }
        }
        letters
    }

    fn resolved(&mut self, now: Now) {
        for (_, answer) in self.resolver.answers() {
            let is_awaited = self
                .delivery
                .as_ref()
                .is_some_and(|delivery| matches!(delivery.state, State::Resolving { .. }));
            // One delivery asks for one name; an answer that comes too late is nobody's.
            if is_awaited {
                self.dial(now, &answer);
            }
        }
    }

    fn dial(&mut self, now: Now, answer: &Answer) {
        let Some(delivery) = &mut self.delivery else {
            return;
        };
        let settings = &self.servers[delivery.server].settings;
        let found = match answer {
            Ok(found) => found,
            Err(obstacle) => {
                let reason = obstacle.words.clone();
                return self.went_on(now, Some(Err(reason)));
            }
        };
        let plan = plan(settings, Address::all(found, settings.port));
        match Connection::open(now, plan, &self.tokens, &self.client) {
            Ok(connection) => delivery.state = State::Open(Box::new(connection)),
            Err(obstacle) => {
                let server = delivery.server;
                self.delivery = None;
                self.server_failed(now, server, Stage::Connect, &obstacle.words);
            }
        }
    }

    /// Tells the queue what became of letters, and what of the server.
    fn went_on(&mut self, now: Now, ending: Option<Ending>) {
        let Some(mut delivery) = self.delivery.take() else {
            return;
        };
        for (id, fate) in delivery.session.fates() {
            delivery.letters.retain(|letter| *letter != id);
            self.settle(now, id, fate);
        }
        self.report_certificate(&delivery);
        match ending {
            None => self.delivery = Some(delivery),
            Some(Ok(())) if delivery.letters.is_empty() => {}
            Some(Ok(())) => {
                let reason = "it took no more letters";
                self.server_failed(now, delivery.server, Stage::Talk, reason);
            }
            Some(Err(reason)) => {
                let stage = match &delivery.state {
                    State::Resolving { .. } => Stage::Resolve,
                    State::Open(connection) if connection.is_connected() => Stage::Talk,
                    State::Open(_) => Stage::Connect,
                };
                self.server_failed(now, delivery.server, stage, &reason);
            }
        }
    }

    fn settle(&mut self, now: Now, id: LetterId, fate: Fate) {
        let lines = self.queue.settle(id, fate, now.moment);
        self.log_errors(lines);
        self.is_changed = true;
    }

    fn server_failed(&mut self, now: Now, server: usize, stage: Stage, reason: &str) {
        let MailServer { host, port, .. } = &self.servers[server].settings;
        let not_opened =
            format!("Cannot open a connection to the mailserver {host}:{port} -- {reason}");
        let lines = match stage {
            Stage::Resolve => {
                self.resolver.let_go(host);
                let first = format!("Cannot resolve [{host}]:{port} -- {reason}");
                vec![first, not_opened]
            }
            Stage::Connect => {
                let first = format!("Cannot connect to [{host}]:{port} -- {reason}");
                vec![first, not_opened]
            }
            Stage::Talk => vec![format!("Mail: server {host}:{port} failed -- {reason}")],
        };
        self.log_errors(lines);
        let lines = self.queue.server_failed(server, now.moment);
        self.log_errors(lines);
    }

    /// Says once what is wrong with a server's certificate where that is no failure.
    fn report_certificate(&mut self, delivery: &Delivery) {
        let State::Open(connection) = &delivery.state else {
            return;
        };
        let Some(facts) = connection.certificate() else {
            return;
        };
        let server = &mut self.servers[delivery.server];
        if let Some(words) = facts
            .complaint
            .as_ref()
            .filter(|_| facts.complaint != server.complaint)
        {
            let MailServer { host, port, .. } = &server.settings;
            let line = format!("Mail: certificate of {host}:{port}: {words}");
            self.lines.push((Priority::Warning, line));
        }
        server.complaint = facts.complaint;
    }

    /// Ends what is under way; its letters stay in the queue.
    fn abandon(&mut self) {
        let Some(delivery) = self.delivery.take() else {
            return;
        };
        if let State::Resolving { .. } = delivery.state {
            self.resolver
                .let_go(&self.servers[delivery.server].settings.host);
        }
    }

    fn log_errors(&mut self, lines: Vec<String>) {
        let errors = lines.into_iter().map(|line| (Priority::Error, line));
        self.lines.extend(errors);
    }
}

fn session(settings: &MailServer, hostname: &str, letters: Vec<(LetterId, Letter)>) -> Session {
    let tls = match &settings.tls {
        None => SessionTls::Plain,
        Some(tls) if tls.implicit => SessionTls::Implicit,
        Some(_) => SessionTls::StartTls,
    };
    let credentials = settings.credentials.as_ref();
    let credentials = credentials.map(|(user, password)| (&**user, &**password));
    Session::new(hostname, tls, credentials, letters)
}

fn plan(settings: &MailServer, addresses: Vec<Address>) -> Plan {
    let tls = settings.tls.as_ref().map(|tls| Policy {
        // Who would get a password must be who the owner means, unless the file says otherwise.
        verify: match tls.verify {
            Verify::Unset if settings.credentials.is_some() && tls.pin.is_none() => Verify::Enable,
            Verify::Unset | Verify::Enable | Verify::AllowSelfSigned | Verify::Disable => {
                tls.verify
            }
        },
        pin: tls.pin.clone(),
        terms: tls.terms.clone(),
        name: settings.host.clone(),
    });
    Plan {
        addresses,
        source: None,
        transport: Transport::Tcp,
        is_tls_first: settings.tls.as_ref().is_some_and(|tls| tls.implicit),
        tls,
        timeout: settings.timeout,
    }
}

/// A number for a Message-ID that no other mail has, also where the machine has no randomness yet.
fn unique(now: Now, id: LetterId) -> u64 {
    let mut bytes = [0; 8];
    match random::fill(&mut bytes) {
        Ok(()) => u64::from_ne_bytes(bytes),
        Err(_) => now.moment.as_millis() << 16 ^ id.0,
    }
}

#[cfg(test)]
mod tests;
