//! Names and addresses of hosts.

use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{SubjectSyntax, Text};
use crate::text::{Diagnostic, quoted};

/// A name or a numeric address; one of IPv6 may stand in brackets, as in an URL, and may have a
/// scope.
///
/// ```text
/// check host a with address www.example.org
///   if failed ping then alert
/// check host b with address "fe80::1%eth0"
///   if failed host "[::1]" port 80 then alert
/// ```
pub(super) fn host(p: &mut Parser<'_>) -> Parsed<Text> {
    let mut host = p.value("a host name or address")?;
    let bare = host
        .value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(bare) = bare {
        host.value = bare.into();
    }
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    if host.value.is_empty() || host.value.contains(is_odd) {
        let message = format!("{} is no host", quoted(&host.value));
        return Err(p.error(Diagnostic::error(host.span, message)));
    }
    Ok(host)
}

/// Warns of a host that no name server and no kernel knows: with a port, or an URL. Monit takes
/// them in quotes.
pub(super) fn warn_of_more(p: &mut Parser<'_>, host: &Text) {
    // A name has no colon, and an address of IPv6 has two at least.
    if host.value.matches(':').count() == 1 || host.value.contains('/') {
        let message = format!("{} is no host", quoted(&host.value));
        let warning = Diagnostic::warning(host.span, message);
        p.warn(warning.note("a name or an address alone is looked for, so this is never found"));
    }
}

/// Whom a connection test of this service asks where it names nobody: the host that is checked, or
/// this machine (reference F114).
pub(super) fn default_host(p: &mut Parser<'_>) -> Box<str> {
    if let SubjectSyntax::Host(address) = &p.service().subject {
        return address.clone();
    }
    "localhost".into()
}
