use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;

use mio::Poll;

use super::*;
use crate::model::Terms;
use crate::shell::testing;

const NOW: Moment = Moment::from_millis(1000);

struct Bench {
    poll: Poll,
    children: Children,
}

impl Bench {
    fn new() -> Self {
        let poll = Poll::new().unwrap();
        let tokens = Tokens::new(poll.registry()).unwrap();
        Self {
            poll,
            children: Children::new(tokens),
        }
    }

    fn start(&mut self, arguments: &[&str], keep: usize) -> Option<Input> {
        self.start_wanting(arguments, keep, Wanted::Reason)
    }

    fn start_wanting(&mut self, arguments: &[&str], keep: usize, wanted: Wanted) -> Option<Input> {
        self.start_reaching(arguments, keep, wanted, Reach::Group)
    }

    fn start_reaching(
        &mut self,
        arguments: &[&str],
        keep: usize,
        wanted: Wanted,
        reach: Reach,
    ) -> Option<Input> {
        let program = Program {
            arguments: arguments.iter().collect(),
            terms: Terms::limited(Duration::from_secs(30)).into(),
        };
        let order = Order {
            child: ChildId(7),
            program: &program,
            inherited: &[],
            environment: &[],
            limit: Some(Duration::from_secs(5)),
            reach,
            keep,
            wanted,
        };
        self.children.start(NOW, order)
    }

    /// Reads its output while it runs, as the loop does, then reaps it.
    fn finish(&mut self) -> Input {
        while self.children.running[0].output.pipe.is_some()
            || self.children.running[0].errors.pipe.is_some()
        {
            for token in testing::wait(&mut self.poll) {
                assert!(self.children.ready(token));
            }
        }
        self.reap()
    }

    fn reap(&mut self) -> Input {
        let pid = self.children.running[0].pid;
        let status = sys::reap::wait_for(pid).unwrap();
        self.children.ended(pid, status).unwrap()
    }
}

fn sh(script: &str) -> [&str; 3] {
    ["/bin/sh", "-c", script]
}

fn exited(input: Input) -> (Ending, String) {
    let Input::ChildExited {
        child,
        ending,
        output,
    } = input
    else {
        panic!("it did not run");
    };
    assert_eq!(child, ChildId(7));
    (ending, String::from_utf8(output.into()).unwrap())
}

#[test]
fn standard_error_is_preferred_and_output_is_cut_but_drained() {
    let mut bench = Bench::new();
    assert!(
        bench
            .start(&sh("echo out; echo err >&2; exit 3"), 512)
            .is_none()
    );
    let ended = exited(bench.finish());
    assert_eq!(ended, (Ending::Exited(3), "err\n".to_owned()));
    bench.start(&sh("head -c 1000000 /dev/zero | tr '\\0' x"), 10);
    let ended = exited(bench.finish());
    assert_eq!(ended, (Ending::Exited(0), "x".repeat(10)));
    assert_eq!(bench.children.pids().count(), 0);
}

#[test]
fn a_check_is_told_all_of_the_output_and_what_matches_it() {
    let mut bench = Bench::new();
    let patterns = ["^err.out$", "x", "nosuch|t$", "("];
    let wanted = Wanted::Text(patterns.map(Into::into).into());
    let begun = bench.start_wanting(&sh("echo out; echo err >&2; exit 3"), 512, wanted);
    assert!(begun.is_none());
    let number = bench.children.running[0].pid;
    let Input::ProgramEnded {
        child,
        pid,
        ending,
        output,
        matched,
    } = bench.finish()
    else {
        panic!("it is a check");
    };
    assert_eq!((child, pid), (ChildId(7), number));
    assert_eq!((ending, &*output), (Ending::Exited(3), "err\nout"));
    let matched: Vec<&str> = matched.iter().map(|pattern| &**pattern).collect();
    assert_eq!(matched, ["^err.out$", "nosuch|t$"]);
}

#[test]
fn a_daemon_left_behind_does_not_hold_us() {
    let mut bench = Bench::new();
    // It ends when its standard input does, which this test holds.
    let (reader, writer) = sys::pipe().unwrap();
    let path = path_of(&reader);
    let script = format!("exec 3<{path}; cat <&3 & echo started");
    bench.start(&sh(&script), 512);
    let ended = exited(bench.reap());
    assert_eq!(ended, (Ending::Exited(0), "started\n".to_owned()));
    drop(writer);
}

#[test]
fn past_its_limit_a_program_is_killed() {
    let mut bench = Bench::new();
    bench.start(&sh("echo begun; sleep 1000; echo never"), 512);
    let limit = bench.children.deadline().unwrap();
    assert_eq!(limit, NOW + Duration::from_secs(5));
    bench.children.expire(NOW);
    assert_eq!(bench.children.deadline(), Some(limit));
    // We were not there for so long.
    let limit = limit + Duration::from_secs(60);
    bench.children.postpone(Duration::from_secs(60));
    assert_eq!(bench.children.deadline(), Some(limit));
    bench.children.expire(limit);
    assert_eq!(bench.children.deadline(), None);
    assert_eq!(exited(bench.reap()).0, Ending::TimedOut);
}

/// Where a program of ours can open it.
fn path_of(end: &impl AsRawFd) -> String {
    let own = std::process::id();
    format!("/proc/{own}/fd/{}", end.as_raw_fd())
}

/// A program that does not end, with a `cat` in its background, killed at its limit: what the
/// `cat`, which had answered before, answers after that.
fn background_after_the_limit(reach: Reach) -> String {
    let mut bench = Bench::new();
    let (question, asking) = sys::pipe().unwrap();
    let (answer, answering) = sys::pipe().unwrap();
    let (input, output) = (path_of(&question), path_of(&answering));
    let script = format!("cat <{input} >{output} & wait");
    bench.start_reaching(&sh(&script), 512, Wanted::Reason, reach);
    let (mut asking, mut answer) = (File::from(asking), File::from(answer));
    asking.write_all(b"?").unwrap();
    answer.read_exact(&mut [0]).unwrap();
    drop(answering); // the other ends are the cat's alone; its question's stays open for us
    bench.children.expire(NOW + Duration::from_secs(5));
    assert_eq!(exited(bench.reap()).0, Ending::TimedOut);
    asking.write_all(b"still there").unwrap();
    drop(asking);
    let mut text = String::new();
    answer.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn what_a_program_left_in_the_background_survives_its_limit_alone() {
    assert_eq!(background_after_the_limit(Reach::Program), "still there");
}

#[test]
fn past_its_limit_the_whole_group_is_killed() {
    assert_eq!(background_after_the_limit(Reach::Group), "");
}

#[test]
fn what_cannot_be_executed_says_where_it_failed() {
    let mut bench = Bench::new();
    let answer = bench.start(&["/nonexistent/program"], 512);
    let answer = answer.unwrap_or_else(|| bench.reap());
    let Input::SpawnFailed {
        child,
        reason,
        shortage,
    } = answer
    else {
        panic!("it ran");
    };
    assert_eq!(child, ChildId(7));
    assert_eq!(&*reason, "exec: No such file or directory");
    assert!(!shortage);
}
