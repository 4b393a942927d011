//! Tests of a mounted file system.

use crate::model::FilesystemTest;
use crate::reading::FilesystemReading;

use super::{Base, Finding};

/// Judges one test; `None` where nothing can be said yet.
pub(super) const fn judge(
    test: &FilesystemTest,
    _: &str,
    _: &FilesystemReading,
    _: &mut Option<Base>,
) -> Option<Finding> {
    match *test {}
}
