//! From what a control file says to what it means on this machine.
//!
//! Everything that needs the machine (users, programs, certificates, patterns), the whole file
//! (names, dependencies, defaults that may stand after their use) or both is settled here. What is
//! wrong is added to the complaints and the rest goes on, so that one run finds it all; a model
//! with a hole in it is thrown away by [`super::load`].

mod content;
mod depends;
mod httpd;
mod machine;
mod names;
mod passwords;
mod pattern;
mod pem;
mod rules;
mod service;
mod start;
mod tls;

#[cfg(test)]
pub(super) use names::NAMES_LIMIT;
#[cfg(test)]
pub(super) use passwords::FILE_LIMIT as PASSWORD_FILE_LIMIT;
#[cfg(test)]
pub(super) use pem::FILE_LIMIT as PEM_FILE_LIMIT;

use std::rc::Rc;

use super::complaints::Complaints;
use super::surroundings::Surroundings;
use super::syntax::Syntax;
use crate::model::{Model, Service, Settings};
use crate::text::{Diagnostic, quoted};
use machine::Machine;

/// More bits than these in a control file's mode would let others read passwords (reference F142).
const CONTROL_FILE_MODE: u32 = 0o700;

/// Complains about a control file that others may read or write, or that somebody else owns.
pub(super) fn permission(path: &str, surroundings: &dyn Surroundings, complaints: &mut Complaints) {
    let Ok(look) = surroundings.look(path) else {
        return; // that it cannot be read is said by who reads it
    };
    let mode = look.mode & 0o777;
    let shown = quoted(path);
    if mode & !CONTROL_FILE_MODE != 0 {
        let message =
            format!("the control file {shown} may be used by others: its mode is {mode:04o}");
        let error = Diagnostic::general(message);
        complaints.add(error.note(format!("at most 0700 is allowed: chmod 600 {path}")));
    }
    if look.owner != surroundings.myself() {
        let message = format!("the control file {shown} belongs to somebody else");
        let (owner, myself) = (look.owner, surroundings.myself());
        let note = format!("its owner is user {owner}, this program runs as user {myself}");
        complaints.add(Diagnostic::general(message).note(note));
    }
}

/// The model of `syntax`; whether it may be used the complaints tell.
pub(super) fn model(
    mut syntax: Syntax,
    surroundings: &dyn Surroundings,
    complaints: &mut Complaints,
) -> Model {
    let mut settings: Settings = std::mem::take(&mut syntax.settings);
    let mut machine = Machine {
        surroundings,
        complaints,
        limits: settings.limits.clone(),
        tls: std::mem::take(&mut syntax.tls),
        rules: Rc::default(),
        terms: None,
    };
    start::check(&syntax, &settings, &mut machine);
    tls::check_usual(syntax.tls_place, &mut machine);
    let mail_servers = std::mem::take(&mut syntax.mail_servers).into_iter();
    settings.mail_servers = mail_servers
        .map(|server| tls::mail_server(server, &mut machine))
        .collect();
    settings.httpd = syntax
        .httpd
        .take()
        .map(|httpd| httpd::httpd(httpd, &mut machine));
    names::check(&syntax.services, &mut machine);
    let depends = depends::resolve(&syntax, &mut machine);
    let onreboot = syntax.onreboot;
    let pairs = syntax.services.into_iter().zip(depends);
    let mut services: Vec<Service> = pairs
        .map(|(service, depends)| service::service(service, depends, onreboot, &mut machine))
        .collect();
    if !services.iter().any(service::is_system) {
        services.push(service::implicit_system(surroundings.hostname(), onreboot));
    }
    // They stand where the syntax stood, which takes more than three times their room.
    services.shrink_to_fit();
    Model { settings, services }
}
