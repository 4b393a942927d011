//! Whether the thing is there at all.

use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::TestSyntax;
use crate::model::Test;

/// `[does] not exist`
///
/// ```text
/// if does not exist for 3 cycles then restart
/// ```
pub(super) fn not_exist(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Not)?;
    not_exist_after(p)
}

/// What follows `not`.
pub(super) fn not_exist_after(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    if !p.accept(Keyword::Exist) {
        return Err(p.unexpected());
    }
    Ok(TestSyntax::Ready(Test::NotExist))
}

/// `exist`
///
/// ```text
/// if exist then alert
/// ```
pub(super) fn exist(p: &mut Parser<'_>) -> Parsed<TestSyntax> {
    p.expect(Keyword::Exist)?;
    Ok(TestSyntax::Ready(Test::Exist))
}
