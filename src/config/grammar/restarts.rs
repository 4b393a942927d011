//! The limit of restarts.

use super::action::action;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::RestartLimitSyntax;
use crate::text::{Count, Diagnostic};

/// `if N restarts within M cycles then ACTION`, from `N` on.
///
/// ```text
/// if 5 restarts within 5 cycles then timeout
/// if 4 restart 6 cycle then exec "/bin/true"
/// ```
pub(super) fn limit(p: &mut Parser<'_>) -> Parsed {
    let restarts = p.count::<u32>("the number of restarts")?;
    if !p.accept(Keyword::Restarts) {
        p.expect(Keyword::Restart)?;
    }
    let cycles = p.count::<u32>("the number of cycles")?;
    p.expect(Keyword::Cycles)?;
    let possible = restarts.value <= cycles.value;
    if !possible {
        let many = Count(u64::from(restarts.value), "restart");
        let few = Count(u64::from(cycles.value), "cycle");
        let span = restarts.span.to(p.previous());
        let error = Diagnostic::error(span, format!("{many} cannot happen within {few}"));
        p.error(error.note("a service is restarted once a cycle at most"));
    }
    p.expect(Keyword::Then)?;
    let action = action(p)?;
    if possible {
        p.service().restart_limits.push(RestartLimitSyntax {
            restarts: restarts.value,
            cycles: cycles.value,
            action,
        });
    }
    Ok(())
}
