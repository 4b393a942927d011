//! Rules: a test, its patience, what follows.

use super::{action, restarts, subjects};
use crate::config::complaints::Reported;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::{ActionSyntax, RepeatSyntax, RuleSyntax, TestSyntax};
use crate::model::{Action, ProcessTest, Test, Window};
use crate::text::{Diagnostic, Span, Spanned};

/// `if TEST [WINDOW] then ACTION [else [if succeeded] [WINDOW] [then] ACTION]`
///
/// ```text
/// if failed port 80 for 3 cycles then alert
/// if failed port 80 for 3 times within 5 cycles then restart else alert
/// if failed port 80 3 5 cycles then alert else if recovered for 2 cycles then exec "/bin/true"
/// ```
pub(super) fn rule(p: &mut Parser<'_>) -> Parsed {
    let start = p.previous();
    if p.at_number() {
        return restarts::limit(p);
    }
    let (test, span) = last_test(p, start)?;
    let failed_window = window(p)?;
    p.expect(Keyword::Then)?;
    let failed = RepeatSyntax {
        window: failed_window,
        action: action::action(p)?,
    };
    if matches!(test, TestSyntax::Content(_)) && p.at(Keyword::Else) {
        return Err(no_way_back(p));
    }
    let recovered = recovered(p)?;
    p.service().rules.push(RuleSyntax {
        span,
        test,
        failed,
        recovered,
    });
    Ok(())
}

/// The test of a rule.
///
/// `cpu > 5% and memory > 5%` reads like a condition of two parts. The reference takes the last one
/// and drops what stands before it (seen), so that is what such a rule has meant all the time.
///
/// ```text
/// check process p with pidfile /p
///   if cpu > 50% and total memory > 1 GB for 3 cycles then alert
/// ```
fn last_test(p: &mut Parser<'_>, start: Span) -> Parsed<(TestSyntax, Span)> {
    let mut from = start;
    loop {
        let test = subjects::test(p)?;
        let span = from.to(p.previous());
        let is_use = matches!(
            &test,
            TestSyntax::Ready(Test::System(_) | Test::Process(ProcessTest::Usage(..)))
        );
        if !is_use || p.at_number() || !subjects::at_test(p) {
            return Ok((test, span));
        }
        let warning = Diagnostic::warning(span, "this test has no effect: another one follows it");
        p.warn(warning.note("of several in one rule the last one counts; write a rule for each"));
        from = p.peek().span;
    }
}

fn no_way_back(p: &mut Parser<'_>) -> Reported {
    let place = p.peek().span;
    let error = Diagnostic::error(place, "a content test has no `else`");
    p.error(error.note("a line was written or was not: there is nothing to recover from"))
}

/// `for N cycles`, `N times within M cycles`, `N M cycles`, or nothing: at once.
fn window(p: &mut Parser<'_>) -> Parsed<Window> {
    if !p.at_number() {
        return Ok(Window::ONCE);
    }
    let first = p.number()?;
    if p.accept(Keyword::Cycles) {
        return checked_window(p, &first, &first);
    }
    if !p.accept(Keyword::Times) {
        p.accept(Keyword::Time);
    }
    let second = p.number()?;
    p.expect(Keyword::Cycles)?;
    checked_window(p, &first, &second)
}

/// The longest window there is (reference F110).
const LONGEST_WINDOW: u8 = 64;

fn checked_window(
    p: &mut Parser<'_>,
    times: &Spanned<u64>,
    cycles: &Spanned<u64>,
) -> Parsed<Window> {
    let small = |n: u64| {
        u8::try_from(n)
            .ok()
            .filter(|n| (1..=LONGEST_WINDOW).contains(n))
    };
    let Some(cycles_value) = small(cycles.value) else {
        let message = format!("a rule cannot wait for {} cycles", cycles.value);
        let error = Diagnostic::error(cycles.span, message);
        return Err(p.error(error.note(format!("the number of cycles is 1 to {LONGEST_WINDOW}"))));
    };
    match small(times.value) {
        Some(times) if times <= cycles_value => Ok(Window {
            times,
            cycles: cycles_value,
        }),
        Some(_) | None => Err(impossible_window(p, times.span, times.value, cycles.value)),
    }
}

fn impossible_window(p: &mut Parser<'_>, span: Span, times: u64, cycles: u64) -> Reported {
    let span = span.to(p.previous());
    let message = format!("{times} times cannot happen within {cycles} cycles");
    p.error(Diagnostic::error(span, message).note("a test fails once a cycle at most"))
}

fn recovered(p: &mut Parser<'_>) -> Parsed<RepeatSyntax> {
    if !p.accept(Keyword::Else) {
        return Ok(RepeatSyntax {
            window: Window::ONCE,
            action: ActionSyntax::Simple(Action::Alert),
        });
    }
    p.accept(Keyword::If);
    p.accept(Keyword::Succeeded);
    let window = window(p)?;
    p.accept(Keyword::Then);
    let action = action::else_action(p)?;
    Ok(RepeatSyntax { window, action })
}
