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
        let program = Program {
            arguments: arguments.iter().collect(),
            terms: Terms::limited(Duration::from_secs(30)).into(),
        };
        let order = Order {
            child: ChildId(7),
            program: &program,
            inherited: &[],
            environment: &[],
            limit: Duration::from_secs(5),
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
    let path = format!("/proc/{}/fd/{}", std::process::id(), {
        use std::os::fd::AsRawFd;
        reader.as_raw_fd()
    });
    let script = format!("exec 3<{path}; cat <&3 & echo started");
    bench.start(&sh(&script), 512);
    let ended = exited(bench.reap());
    assert_eq!(ended, (Ending::Exited(0), "started\n".to_owned()));
    drop(writer);
}

#[test]
fn past_its_limit_the_group_is_killed() {
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
