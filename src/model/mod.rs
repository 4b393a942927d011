//! The validated configuration: what the control file means, and nothing of how it was written.
//!
//! Immutable once built; it owns its strings. `config` builds it, everybody reads it. Whatever
//! could be wrong with a control file has been said before a [`Model`] exists, so nobody checks
//! again.

mod action;
mod alert;
mod connection;
mod content;
mod event;
mod facility;
mod family;
mod file;
mod filesystem;
mod network;
mod ping;
mod process;
mod program;
mod program_test;
mod resource;
mod rule;
mod service;
mod settings;
mod subject;
mod system;
mod test;
mod tls;

pub use action::{Action, Exec};
pub use alert::{AlertTarget, EventSet, MailFormat};
pub use connection::{
    Connection, ConnectionTest, Destination, Exchange, HeaderField, HttpMethod, HttpTest, Protocol,
    Transport,
};
pub use content::{ContentScan, ContentTest};
pub use event::EventKind;
pub use facility::FACILITIES;
pub use family::Family;
pub use file::{Checksum, ChecksumKind, Stamp, TimestampTest};
pub use filesystem::{FilesystemMetric, FilesystemTest};
pub use network::{Direction, NetworkTarget, NetworkTest, Span, Traffic};
pub use ping::{Ping, PingTest};
pub use process::{AttributeTest, ProcessMetric, ProcessTest, Relation};
pub use program::{Arguments, Program, Terms};
pub use program_test::ProgramTest;
pub use resource::{Comparison, Limit, Unit};
pub use rule::{Repeat, Rule, Window};
pub use service::{Every, Mode, OnReboot, Recipients, RestartLimit, Service, ServiceId};
pub use settings::{
    Access, Allow, AllowedNetwork, Credential, Httpd, HttpdAddress, HttpdTls, HttpdUnixSocket,
    Limits, LogTarget, MailServer, MailServerTls, PasswordKind, Role, Settings,
};
pub use subject::{ProcessLocator, Subject, SubjectKind};
pub use system::{CpuKind, LoadPeriod, SystemFigure, SystemTest};
pub use test::Test;
pub use tls::{CertificatePin, TlsOptions, TlsTerms, TlsVersions, Verify};

/// A whole configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Everything said with `set`.
    pub settings: Settings,
    /// The services in the order of the control file; the implicit system service, if any, is last.
    pub services: Vec<Service>,
}

impl Model {
    /// The service `id` names. Ids come from the model they index, so this does not fail.
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[id.index()]
    }

    /// Every service with its id, in the order of the control file.
    pub fn iter(&self) -> impl Iterator<Item = (ServiceId, &Service)> {
        (0u16..).map(ServiceId::new).zip(&self.services)
    }

    /// Finds a service by name; case does not count (reference F144).
    pub fn find(&self, name: &str) -> Option<ServiceId> {
        self.iter()
            .find(|(_, s)| s.name.eq_ignore_ascii_case(name))
            .map(|(id, _)| id)
    }

    /// The service that speaks for the program itself: the last `check system`, as in the reference
    /// (seen); there always is one.
    pub fn system(&self) -> Option<(ServiceId, &Service)> {
        let is_system = |(_, service): &(ServiceId, &Service)| service.subject == Subject::System;
        self.iter().filter(is_system).last()
    }

    /// Who is told about a service: its own recipients, and of the global ones those it neither
    /// names itself nor excludes (reference F83).
    pub fn recipients<'a>(&'a self, service: &'a Service) -> impl Iterator<Item = &'a AlertTarget> {
        let own = |address: &str| service.alerts().iter().any(|t| *t.address == *address);
        let excluded = |address: &str| service.noalert().iter().any(|a| **a == *address);
        let global = self.settings.alerts.iter();
        let global = global.filter(move |t| !own(&t.address) && !excluded(&t.address));
        service.alerts().iter().chain(global)
    }

    /// The services that name `id` in their `depends on`.
    pub fn dependants(&self, id: ServiceId) -> impl Iterator<Item = ServiceId> + '_ {
        self.iter()
            .filter(move |(_, s)| s.depends.contains(&id))
            .map(|(other, _)| other)
    }
}
