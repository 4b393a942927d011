//! Tests of the mode and the owner of whatever lies at a path.

use super::{Base, Finding, change, verdict};

/// `if failed permission`.
pub(super) fn permission(path: &str, expected: u32, found: u32) -> Finding {
    verdict(
        expected == found,
        || format!("permission test succeeded [current permission {found:04o}]"),
        || format!("permission test failed for {path} [current permission {found:04o}]"),
    )
}

/// `if changed permission`.
pub(super) fn permission_change(path: &str, found: u32, base: &mut Option<Base>) -> Finding {
    change(
        base,
        Base::Number(u64::from(found)),
        || format!("permission not changed for {path}"),
        |was| match was {
            Base::Number(was) => {
                format!("permission for {path} changed from {was:04o} to {found:04o}")
            }
            Base::Time(_) | Base::Digest(_) | Base::Text(_) => {
                format!("permission for {path} changed")
            }
        },
    )
}

/// `if failed uid` and `if failed gid`; `what` is the word.
pub(super) fn owner(what: &str, name: &str, expected: u32, found: u32) -> Finding {
    verdict(
        expected == found,
        || format!("{what} test succeeded [current {what} = {found}]"),
        || format!("{what} test failed for {name} -- current {what} is {found}"),
    )
}
