//! Which services a request means: by name, by pattern, by group (reference F28, F57).

use crate::engine::Standing;
use crate::http::Parameters;
use crate::model::{Model, ServiceId};
use crate::pattern::Pattern;

use super::Context;

/// The services that `service=` or `group=` names, or all; the message for the client where there
/// are none.
pub(super) fn requested<'a>(
    context: &Context<'a>,
    parameters: &Parameters,
) -> Result<Vec<&'a Standing<'a>>, String> {
    if let Some(name) = parameters.first("service") {
        let ids = named(context, name);
        return chosen(context, |s| ids.contains(&s.id))
            .ok_or_else(|| format!("Service '{name}' not found"));
    }
    if let Some(group) = parameters.first("group") {
        return chosen(context, |s| is_member(s, group))
            .ok_or_else(|| format!("Service group '{group}' not found"));
    }
    Ok(context.standings.iter().collect())
}

/// The service called `name`, or else those whose whole name matches it as a pattern.
pub(super) fn named(context: &Context<'_>, name: &str) -> Vec<ServiceId> {
    if let Some(id) = context.model.find(name) {
        return vec![id];
    }
    matching(context.model, name)
}

/// The services whose whole name matches a pattern, case ignored; one that anchors itself is taken
/// as it is. Nobody waits for a pattern that takes long.
pub fn matching(model: &Model, pattern: &str) -> Vec<ServiceId> {
    let pattern = if pattern.starts_with('^') || pattern.ends_with('$') {
        Pattern::ignoring_case(pattern)
    } else {
        Pattern::ignoring_case(&format!("^{pattern}$"))
    };
    let is_meant = |name: &str| pattern.is_quick() && pattern.is_match(name.as_bytes());
    let services = model.iter();
    services
        .filter(|(_, service)| is_meant(&service.name))
        .map(|(id, _)| id)
        .collect()
}

/// Whether a service belongs to a group.
pub(super) fn is_member(standing: &Standing<'_>, group: &str) -> bool {
    standing
        .service
        .groups
        .iter()
        .any(|own| own.eq_ignore_ascii_case(group))
}

fn chosen<'a>(
    context: &Context<'a>,
    wanted: impl Fn(&Standing<'_>) -> bool,
) -> Option<Vec<&'a Standing<'a>>> {
    let found: Vec<_> = context.standings.iter().filter(|s| wanted(s)).collect();
    (!found.is_empty()).then_some(found)
}
