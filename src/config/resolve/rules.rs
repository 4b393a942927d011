//! Rules: the implicit ones, those that replace each other, and what each test means here.

use super::content;
use super::machine::Machine;
use super::tls;
use crate::config::syntax::{
    ConnectionSyntax, PingSyntax, ProtocolSyntax, RepeatSyntax, RuleSyntax, TestSyntax,
};
use crate::model::{
    Action, AttributeTest, Connection, ConnectionTest, EventKind, FilesystemTest, NetworkTest,
    Ping, PingTest, ProcessTest, ProgramTest, Protocol, Repeat, Rule, Subject, Test, Window,
};
use crate::text::{Diagnostic, Span};

/// The rules of a service, the implicit ones first.
pub(super) fn rules(
    syntax: Vec<RuleSyntax>,
    subject: &Subject,
    machine: &mut Machine<'_>,
) -> Vec<Rule> {
    let mut rules: Vec<(Rule, Span)> = Vec::with_capacity(syntax.len());
    for rule_syntax in syntax {
        let span = rule_syntax.span;
        let companions = companions(&rule_syntax.test);
        for rule in one_or_more(rule_syntax, subject, machine) {
            let behind = companions.iter().map(|test| Rule {
                test: test.clone(),
                ..rule.clone()
            });
            let behind: Vec<Rule> = behind.collect();
            replace(&mut rules, rule, span, machine);
            rules.extend(behind.into_iter().map(|rule| (rule, span)));
        }
    }
    let says_existence = rules
        .iter()
        .any(|(rule, _)| matches!(rule.test, Test::NotExist | Test::Exist));
    refuse_mixed_links(&rules, machine);
    let mut rules: Vec<Rule> = rules.into_iter().map(|(rule, _)| rule).collect();
    let says_link = rules.iter().any(|rule| is_link(&rule.test));
    if matches!(subject, Subject::Network(_)) && !says_link {
        rules.insert(
            0,
            implicit(Test::Network(NetworkTest::LinkDown), Action::Alert),
        );
    }
    if says_nothing_of_flags(subject, &rules) {
        let test = Test::Filesystem(FilesystemTest::FlagsChanged);
        rules.insert(0, implicit(test, Action::Alert));
    }
    if subject.can_be_missing() && !says_existence {
        rules.insert(0, implicit(Test::NotExist, Action::Restart));
    }
    rules
}

/// A file system has a test of its flags in any case (reference F100).
fn says_nothing_of_flags(subject: &Subject, rules: &[Rule]) -> bool {
    let flags = Test::Filesystem(FilesystemTest::FlagsChanged);
    matches!(subject, Subject::Filesystem(_)) && rules.iter().all(|rule| rule.test != flags)
}

/// A test that every service of its kind has where it does not say otherwise (reference F100,
/// F118).
const fn implicit(test: Test, action: Action) -> Rule {
    Rule {
        test,
        failed: Repeat {
            window: Window::ONCE,
            action,
        },
        recovered: Repeat {
            window: Window::ONCE,
            action: Action::Alert,
        },
    }
}

const fn is_link(test: &Test) -> bool {
    matches!(
        test,
        Test::Network(NetworkTest::LinkDown | NetworkTest::LinkUp)
    )
}

/// Whichever way the link is, one of both would always fail (reference F113).
fn refuse_mixed_links(rules: &[(Rule, Span)], machine: &mut Machine<'_>) {
    let mut links = rules.iter().filter(|(rule, _)| is_link(&rule.test));
    let Some((first, place)) = links.next() else {
        return;
    };
    let Some((_, other)) = links.find(|(rule, _)| rule.test != first.test) else {
        return;
    };
    let message = "`link up` and `link down` cannot be tested in one service";
    let error = Diagnostic::error(*other, message).related(*place, "the other one");
    machine.complaints.add(error);
}

/// Adds a rule. Of checksum, permission, uid, euid and gid tests a service has one each: as in the
/// reference the last counts (F100), but not in silence.
fn replace(rules: &mut Vec<(Rule, Span)>, rule: Rule, span: Span, machine: &mut Machine<'_>) {
    let only = only_one(&rule.test);
    let mut others = rules.iter_mut();
    let before = others.find(|(other, _)| only.is_some() && only_one(&other.test) == only);
    let (Some(before), Some(word)) = (before, only) else {
        rules.push((rule, span));
        return;
    };
    let message = format!("a service has one {word} test");
    let warning = Diagnostic::warning(span, message).label("this one counts");
    machine
        .complaints
        .add(warning.related(before.1, "this one has no effect"));
    *before = (rule, span);
}

/// What a service has one test of.
fn only_one(test: &Test) -> Option<&'static str> {
    if matches!(test, Test::Process(ProcessTest::EffectiveUid(_))) {
        return Some("euid");
    }
    let event = test.event();
    let single = matches!(
        event,
        EventKind::Checksum | EventKind::Permission | EventKind::Uid | EventKind::Gid
    );
    single.then(|| event.filter_word())
}

/// What else is judged by a test's outcome, with an event of its own (reference F115): rules that
/// stand right behind the test's.
fn companions(syntax: &TestSyntax) -> Vec<Test> {
    let (response, valid) = if let TestSyntax::Ping(test) = syntax {
        (test.response_time, None)
    } else if let TestSyntax::Connection(test) = syntax {
        match test.expect_failure {
            true => (None, None),
            false => (test.response, test.valid_days),
        }
    } else {
        (None, None)
    };
    let response = response.map(Test::ResponseTime);
    let valid = valid.map(Test::CertificateValid);
    response.into_iter().chain(valid).collect()
}

/// One rule, or one for each of a file's patterns; none where something has been complained about.
fn one_or_more(syntax: RuleSyntax, subject: &Subject, machine: &mut Machine<'_>) -> Vec<Rule> {
    let tests = tests(syntax.test, subject, machine);
    let failed = repeat(syntax.failed, machine);
    let recovered = repeat(syntax.recovered, machine);
    let rule = |test| Rule {
        test,
        failed: failed.clone(),
        recovered: recovered.clone(),
    };
    tests.into_iter().map(rule).collect()
}

fn repeat(syntax: RepeatSyntax, machine: &mut Machine<'_>) -> Repeat {
    Repeat {
        window: syntax.window,
        action: machine.action(syntax.action),
    }
}

fn tests(syntax: TestSyntax, subject: &Subject, machine: &mut Machine<'_>) -> Vec<Test> {
    let test = match syntax {
        TestSyntax::Ready(test) => Some(test),
        TestSyntax::Uid(name) => machine.user(&name).map(Test::Uid),
        TestSyntax::Gid(name) => machine.group(&name).map(Test::Gid),
        TestSyntax::ProgramContent { pattern, matches } => {
            machine.pattern(&pattern);
            let pattern = pattern.value;
            Some(Test::Program(ProgramTest::Content { pattern, matches }))
        }
        TestSyntax::Content(content) => {
            let tests = content::tests(&content, machine).into_iter();
            return tests.map(Test::Content).collect();
        }
        TestSyntax::EffectiveUid(name) => {
            let uid = machine.user(&name);
            uid.map(|uid| Test::Process(ProcessTest::EffectiveUid(uid)))
        }
        TestSyntax::Attribute(relation, value) => {
            if relation.is_pattern() {
                machine.pattern(&value);
            }
            let value = value.value;
            let test = AttributeTest { relation, value };
            Some(Test::Process(ProcessTest::Attribute(Box::new(test))))
        }
        TestSyntax::Connection(connection) => {
            let test = connection_test(*connection, machine);
            Some(Test::Connection(Box::new(test)))
        }
        TestSyntax::Ping(ping) => ping_test(*ping, subject, machine),
    };
    test.into_iter().collect()
}

/// Only a host is pinged.
fn ping_test(syntax: PingSyntax, subject: &Subject, machine: &Machine<'_>) -> Option<Test> {
    let Subject::Host(host) = subject else {
        return None;
    };
    Some(Test::Ping(Box::new(PingTest {
        ping: Ping {
            host: host.clone(),
            family: syntax.family,
            size: syntax.size,
            timeout: syntax.timeout.unwrap_or(machine.limits.network_timeout),
            source: syntax.source,
        },
        tries: syntax.tries,
        expect_failure: syntax.expect_failure,
    })))
}

fn connection_test(syntax: ConnectionSyntax, machine: &mut Machine<'_>) -> ConnectionTest {
    for pattern in &syntax.patterns {
        machine.pattern(pattern);
    }
    let protocol = match syntax.protocol {
        ProtocolSyntax::Default => Protocol::Default,
        ProtocolSyntax::Http(test) => Protocol::Http(test),
        ProtocolSyntax::Smtp => Protocol::Smtp,
        ProtocolSyntax::Generic(exchanges) => Protocol::Generic(exchanges),
        ProtocolSyntax::Unspoken(name) => Protocol::Unspoken(name),
    };
    ConnectionTest {
        connection: Connection {
            destination: syntax.destination,
            family: syntax.family,
            source: syntax.source,
            transport: syntax.transport,
            tls: syntax.tls.map(|tls| tls::of_test(tls, machine)),
            protocol,
            timeout: syntax.timeout.unwrap_or(machine.limits.network_timeout),
        },
        expect_failure: syntax.expect_failure,
        tries: syntax.tries,
    }
}
