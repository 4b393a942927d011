//! Control files of real machines, with what Monit 5.33 says of each (tests/corpus/README.md): what
//! it accepts is accepted and means the same, what it refuses is refused, but for the few of
//! [`PLAIN`].

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::config::memory::Memory;
use crate::model::{Every, Model, SubjectKind};

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");

/// Files that Monit refuses although it is plain what their authors mean, and why it does.
const PLAIN: &[(&str, &str)] = &[
    ("001", "a user named `username`"),
    ("013", "a group named `disk`"),
    ("024", "a password `password`"),
    ("059", "a password `password`"),
    ("063", "a password `password`"),
    ("066", "a program in single quotes behind `=`"),
    (
        "115",
        "TLS by the name of SSL 3, which its library does not have",
    ),
    (
        "180",
        "TLS by the name of SSL 3, which its library does not have",
    ),
    ("215", "a user and a group named `redis`"),
    ("226", "a group named `disk`"),
    ("536", "a group named `disk`"),
    ("562", "a user named `username`, a password `password`"),
    ("630", "a password `password`"),
];

/// Files that Monit refuses on a bare machine and that are accepted there, and why.
const LENIENT: &[(&str, &str)] = &[];

/// What Monit says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It starts on a bare machine.
    Accept,
    /// It starts where all that it names is there.
    AcceptEnv,
    /// It does not start anywhere.
    Reject,
}

/// A file of the corpus.
struct Case {
    number: String,
    name: String,
    verdict: Verdict,
    text: Vec<u8>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the corpus is too large to be compiled in"
)]
fn corpus() -> Vec<Case> {
    let manifest = std::fs::read_to_string(format!("{DIRECTORY}/MANIFEST.tsv")).unwrap();
    let case = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        Case {
            number: fields[0][..3].to_owned(),
            name: fields[0].to_owned(),
            verdict: match fields[2] {
                "accept" => Verdict::Accept,
                "accept-env" => Verdict::AcceptEnv,
                "reject" => Verdict::Reject,
                other => panic!("{other}"),
            },
            text: std::fs::read(format!("{DIRECTORY}/{}", fields[0])).unwrap(),
        }
    };
    manifest.lines().skip(1).map(case).collect()
}

/// What is in each of them.
pub(super) fn texts() -> impl Iterator<Item = Vec<u8>> {
    corpus().into_iter().map(|case| case.text)
}

fn listed(list: &[(&str, &str)], case: &Case) -> bool {
    list.iter().any(|(number, _)| *number == case.number)
}

/// What is wrong with our answer, if something is.
fn disagreement(case: &Case) -> Option<String> {
    let bare = Memory::bare(case.text.clone()).load();
    let complete = Memory::new(case.text.clone()).complete().load();
    let agreed = match case.verdict {
        Verdict::Accept => bare.is_ok() && complete.is_ok(),
        Verdict::AcceptEnv => complete.is_ok() && bare.is_ok() == listed(LENIENT, case),
        Verdict::Reject => complete.is_ok() == listed(PLAIN, case),
    };
    if agreed {
        return None;
    }
    let shown = |result: Result<_, crate::config::Report>| match result {
        Ok(_) => "accepted".to_owned(),
        Err(report) => report.errors.join("\n"),
    };
    let (bare, complete) = (shown(bare), shown(complete));
    Some(format!(
        "{} {:?}\n* bare machine: {bare}\n* complete machine: {complete}",
        case.name, case.verdict
    ))
}

/// What MEANING.tsv says of a file behind its name.
fn meaning(model: &Model) -> String {
    let services = &model.services;
    let kinds = SubjectKind::ALL.map(|kind| {
        let same = services.iter().filter(|one| one.subject.kind() == kind);
        (kind.word(), same.count())
    });
    let rules = || services.iter().flat_map(|one| &*one.rules);
    let tests = || rules().filter(|rule| !rule.test.is_companion());
    let limits = || services.iter().flat_map(|one| &one.restart_limits);
    let told = tests().map(|rule| &rule.failed.action);
    let told: Vec<&str> = told
        .chain(limits().map(|limit| &limit.action))
        .map(|action| action.word())
        .collect();
    let words = [
        "alert",
        "restart",
        "start",
        "stop",
        "exec",
        "unmonitor",
        "ignore",
    ];
    let actions = words.map(|word| (word, told.iter().filter(|one| **one == word).count()));
    let mut windows = BTreeMap::new();
    for window in tests().map(|rule| rule.failed.window) {
        if window.cycles > 1 {
            *windows.entry((window.times, window.cycles)).or_default() += 1;
        }
    }
    let windows = windows
        .into_iter()
        .map(|((times, cycles), count)| (format!("{times}/{cycles}"), count));
    let programs = [
        ("start", services.iter().flat_map(|one| &one.start).count()),
        ("stop", services.iter().flat_map(|one| &one.stop).count()),
        (
            "restart",
            services.iter().flat_map(|one| &one.restart).count(),
        ),
    ];
    let not_each_cycle = |every: &Every| !matches!(every, Every::Cycle);
    [
        counts(kinds),
        tests().count().to_string(),
        limits().count().to_string(),
        counts(actions),
        counts(windows),
        counts(programs),
        services
            .iter()
            .map(|one| one.depends.len())
            .sum::<usize>()
            .to_string(),
        services
            .iter()
            .filter(|one| not_each_cycle(&one.every))
            .count()
            .to_string(),
    ]
    .join("\t")
}

/// `process 2, file 1`.
fn counts(list: impl IntoIterator<Item = (impl Display, usize)>) -> String {
    let there = list.into_iter().filter(|(_, count)| *count > 0);
    let each: Vec<String> = there.map(|(word, n)| format!("{word} {n}")).collect();
    each.join(", ")
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the corpus is too large to be compiled in"
)]
fn every_accepted_file_means_what_monit_understood() {
    let table = std::fs::read_to_string(format!("{DIRECTORY}/MEANING.tsv")).unwrap();
    let rows = table
        .lines()
        .skip(1)
        .map(|row| row.split_once('\t').unwrap());
    let rows: BTreeMap<&str, &str> = rows.collect();
    let mut accepted = 0;
    let mut wrong = Vec::new();
    for case in corpus() {
        let memory = match case.verdict {
            Verdict::Accept => Memory::bare(case.text),
            Verdict::AcceptEnv => Memory::new(case.text).complete(),
            Verdict::Reject => continue,
        };
        accepted += 1;
        let ours = match memory.load() {
            Ok(loaded) => meaning(&loaded.model),
            Err(report) => report.errors.join("\n"),
        };
        let monits = rows[&*case.name];
        if ours != monits {
            let name = case.name;
            wrong.push(format!("{name}\n  Monit: {monits}\n  tend:  {ours}"));
        }
    }
    assert_eq!(accepted, rows.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_gets_its_verdict() {
    let corpus = corpus();
    assert_eq!(corpus.len(), 663);
    let mut wrong = Vec::new();
    let mut counts = [0; 3];
    for case in &corpus {
        counts[case.verdict as usize] += 1;
        match disagreement(case) {
            None => {}
            Some(words) => wrong.push(words),
        }
    }
    let [accept, accept_env, reject] = counts;
    println!(
        "{accept} accept, {accept_env} accept-env, {reject} reject, {} wrong",
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{}\n{} wrong",
        wrong.join("\n\n"),
        wrong.len()
    );
}
