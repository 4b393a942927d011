//! Every service has a name of its own.

use std::collections::BTreeMap;

use super::machine::Machine;
use crate::config::syntax::{ServiceSyntax, SubjectSyntax};
use crate::text::{Diagnostic, Span, quoted};

/// So many services may be named: their ids have 16 bits, and the machine itself may come on top.
pub(in crate::config) const NAMES_LIMIT: usize = 65_534;

/// Complains about names used twice and about too many services.
pub(super) fn check(services: &[ServiceSyntax], machine: &mut Machine<'_>) {
    duplicates(services, machine);
    if let Some(surplus) = services.get(NAMES_LIMIT) {
        let message = format!("more than {} services", NAMES_LIMIT);
        machine
            .complaints
            .add(Diagnostic::error(surplus.name.span, message));
    }
}

fn duplicates(services: &[ServiceSyntax], machine: &mut Machine<'_>) {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for service in services {
        let (name, span) = (&service.name.value, service.name.span);
        if let Some(before) = first.get(&name.to_ascii_lowercase()) {
            let message = format!("there is a service {} already", quoted(name));
            let error = Diagnostic::error(span, message).related(*before, "this one");
            machine.complaints.add(error);
        } else {
            first.insert(name.to_ascii_lowercase(), span);
        }
    }
    let hostname = machine.surroundings.hostname();
    let has_system = services.iter().any(is_system);
    if let (false, Some(span)) = (has_system, first.get(&hostname.to_ascii_lowercase())) {
        let message = format!("{} is also the name of this machine", quoted(&hostname));
        let error = Diagnostic::error(*span, message);
        machine.complaints.add(
            error.note("the machine is a service too: give it another name by `check system`"),
        );
    }
}

fn is_system(service: &ServiceSyntax) -> bool {
    matches!(service.subject, SubjectSyntax::System)
}
