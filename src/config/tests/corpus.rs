//! Control files of real machines, with what Monit 5.33 says of each (tests/corpus/README.md): what
//! it accepts is accepted, what it refuses is refused, but for the few of [`PLAIN`].

use crate::config::memory::Memory;

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
