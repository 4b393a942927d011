//! A service: what is checked, how often, how it is started and stopped, and which rules it must
//! obey.

use std::rc::Rc;

use super::{Action, AlertTarget, ContentScan, Program, Rule, Subject};
use crate::time::Schedule;

/// Names a service of one model: its place in [`super::Model::services`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(u16);

impl ServiceId {
    /// The service at `index`; a control file holds at most 65,535 of them.
    pub const fn new(index: u16) -> Self {
        Self(index)
    }

    /// The place in the list of services.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One `check …` block. There may be thousands: what is rarely there is boxed, and no list has
/// room to spare.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// As written; unique without regard to case.
    pub name: Box<str>,
    /// What is looked at.
    pub subject: Subject,
    /// `group NAME`, any number of them.
    pub groups: Box<[Box<str>]>,
    /// `depends on …`: services that must run for this one to run.
    pub depends: Box<[ServiceId]>,
    /// `mode active|passive`.
    pub mode: Mode,
    /// `every …`: which cycles check it.
    pub every: Every,
    /// `onreboot …`: whether it is monitored after the machine was started.
    pub onreboot: OnReboot,
    /// `start program`.
    pub start: Option<Program>,
    /// `stop program`.
    pub stop: Option<Program>,
    /// `restart program`; replaces stop and start in a restart.
    pub restart: Option<Box<Program>>,
    /// The tests in the order of the control file, the implicit ones first. Services in a row that
    /// have the same ones share them.
    pub rules: Rc<[Rule]>,
    /// What its content tests have in common; `None` where it has none.
    pub content: Option<Box<ContentScan>>,
    /// `if N restarts within M cycles then …`.
    pub restart_limits: Box<[RestartLimit]>,
    /// Who else, or who not, is told about it; `None` where the global targets are all.
    pub recipients: Option<Box<Recipients>>,
}

/// What a service says about its mails.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipients {
    /// `alert …` of this service; for the same address they override the global ones.
    pub alerts: Box<[AlertTarget]>,
    /// `noalert ADDRESS`: global targets this service does not mail.
    pub noalert: Box<[Box<str>]>,
}

impl Service {
    /// One of which nothing is said but what it looks at.
    pub fn new(name: impl Into<Box<str>>, subject: Subject) -> Self {
        Self {
            name: name.into(),
            subject,
            groups: Box::default(),
            depends: Box::default(),
            mode: Mode::default(),
            every: Every::default(),
            onreboot: OnReboot::default(),
            start: None,
            stop: None,
            restart: None,
            rules: Rc::default(),
            content: None,
            restart_limits: Box::default(),
            recipients: None,
        }
    }

    /// Its own targets.
    pub fn alerts(&self) -> &[AlertTarget] {
        self.recipients.as_deref().map_or(&[], |own| &own.alerts)
    }

    /// The addresses that hear nothing of it.
    pub fn noalert(&self) -> &[Box<str>] {
        self.recipients.as_deref().map_or(&[], |own| &own.noalert)
    }
}

/// Whether failures are repaired or only reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Repair and report.
    #[default]
    Active,
    /// Report only; commands of the operator still work.
    Passive,
}

/// Which cycles check a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Every {
    /// Each.
    #[default]
    Cycle,
    /// The first and then each Nth; at least 2 (reference F108).
    Cycles(u32),
    /// Those in the minutes of a schedule, once in each.
    Cron(Box<Schedule>),
    /// Those outside the minutes of a schedule.
    NotCron(Box<Schedule>),
}

/// Whether a service is monitored after the machine was started (reference F138).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnReboot {
    /// Monitored and started, also if it was stopped before.
    #[default]
    Start,
    /// Not monitored.
    NoStart,
    /// As it was.
    LastState,
}

/// `if RESTARTS restarts within CYCLES cycles then ACTION`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RestartLimit {
    /// At least 1, at most `cycles`.
    pub restarts: u32,
    /// At least 1.
    pub cycles: u32,
    /// Old `timeout` is [`Action::Unmonitor`].
    pub action: Action,
}
