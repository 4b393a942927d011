//! `send "…" expect "…"`: the owner's own dialogue.
//!
//! What the peer says is kept until the expectation is met: by one of the lines in it, or by all of
//! it together (a prompt has no line end). The line that met it is then forgotten, so the next
//! expectation begins after it; what was said before a `send` is no answer to it, but may be
//! skipped. A NUL byte counts as the two letters `\0`, as the manual promises to patterns.
//!
//! ```text
//!               ┌────────── met ──────────┐
//!               ▼                         │
//!  Connected ─► exchanges in order ─► AwaitMatch ─► Failed (buffer full, closed)
//!               └─► Done (none left)
//! ```

use std::collections::VecDeque;

use crate::model::{Exchange, Limits};
use crate::pattern::{Pattern, Search};

use super::{Dialogue, Failure, Happened, Step, printable};

pub(super) struct Generic {
    exchanges: VecDeque<Exchange>,
    heard: Heard,
}

impl Generic {
    pub(super) fn new(exchanges: &[Exchange], limits: &Limits) -> Self {
        Self {
            exchanges: exchanges.iter().cloned().collect(),
            heard: Heard::new(limits.send_expect_buffer),
        }
    }

    /// Goes on until the peer has to say more: everything that may be sent by then is one step.
    fn go_on(&mut self) -> Step {
        let mut sending = Vec::new();
        while let Some(turn) = self.exchanges.front() {
            match turn {
                Exchange::Send(bytes) => sending.extend_from_slice(bytes),
                Exchange::Expect(pattern) => {
                    if !self.heard.meets(pattern) {
                        return self.wait(sending);
                    }
                }
            }
            self.exchanges.pop_front();
        }
        if sending.is_empty() {
            Step::Done
        } else {
            Step::DoneSaying(sending)
        }
    }

    fn wait(&mut self, sending: Vec<u8>) -> Step {
        if self.heard.is_full() {
            self.heard.unexpected().into()
        } else if sending.is_empty() {
            Step::Await
        } else {
            self.heard.asked = self.heard.bytes.len();
            Step::Send(sending)
        }
    }
}

impl Dialogue for Generic {
    fn advance(&mut self, happened: Happened<'_>) -> Step {
        match happened {
            Happened::Connected => self.go_on(),
            Happened::Received(bytes) => {
                self.heard.add(bytes);
                self.go_on()
            }
            Happened::Closed => self.heard.closed().into(),
            Happened::TlsStarted | Happened::Silent => Step::Await,
        }
    }

    /// Who did answer is shown what the answer was: it is not "no answer".
    fn conclude(&mut self) -> Option<Result<(), Failure>> {
        let is_waiting = matches!(self.exchanges.front(), Some(Exchange::Expect(_)));
        (is_waiting && self.heard.is_answered()).then(|| Err(self.heard.unexpected()))
    }
}

/// What the peer said and no expectation has used up.
///
/// Holds at most `limit` bytes and one receipt: whoever still waits when the limit is reached
/// fails.
struct Heard {
    bytes: Vec<u8>,
    /// `sendExpectBuffer`.
    limit: usize,
    /// How much of it was there when something was sent, and so is no answer to that.
    asked: usize,
    /// The first line's beginning has met an expectation already: it is no line of its own.
    continued: bool,
    /// The one whose turn it is, once it was held against something.
    expectation: Option<Expectation>,
}

/// An expectation on its way through what was heard.
struct Expectation {
    /// In the line that is not finished yet.
    in_line: Search,
    in_all: Search,
    /// How much was heard when that was last looked at.
    seen: usize,
    /// Where the unfinished line begins.
    line_start: usize,
    /// Its beginning was used up before.
    continued: bool,
}

impl Expectation {
    fn new(pattern: &str, continued: bool) -> Self {
        let search = Pattern::new(pattern).search();
        Self {
            in_line: search.clone(),
            in_all: search,
            seen: 0,
            line_start: 0,
            continued,
        }
    }

    /// How much of what was heard meets it: up to the end of a line, or all. Between two calls more
    /// was heard.
    fn meets(&mut self, heard: &[u8]) -> Option<usize> {
        let fresh = self.seen;
        self.seen = heard.len();
        let mut from = fresh;
        // A CR waits for what comes after it: it may be part of the line's end.
        if from > self.line_start && heard[from - 1] == b'\r' {
            from -= 1;
        }
        while let Some(length) = heard[from..].iter().position(|&byte| byte == b'\n') {
            let end = from + length;
            let line = &heard[from..end];
            self.in_line.take(line.strip_suffix(b"\r").unwrap_or(line));
            if !self.continued && self.in_line.would_match() {
                return Some(end + 1);
            }
            self.in_line.restart();
            self.continued = false;
            from = end + 1;
            self.line_start = from;
        }
        let unfinished = &heard[from..];
        let certain = unfinished.strip_suffix(b"\r").unwrap_or(unfinished);
        self.in_line.take(certain);
        let mut in_line = self.in_line.clone();
        in_line.take(&unfinished[certain.len()..]);
        let is_line = heard.len() > self.line_start && !self.continued;
        self.in_all.take(&heard[fresh..]);
        let is_met =
            is_line && in_line.would_match() || !heard.is_empty() && self.in_all.would_match();
        is_met.then_some(heard.len())
    }
}

impl Heard {
    fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            asked: 0,
            continued: false,
            expectation: None,
        }
    }

    fn add(&mut self, received: &[u8]) {
        for &byte in received {
            match byte {
                0 => self.bytes.extend_from_slice(b"\\0"),
                _ => self.bytes.push(byte),
            }
        }
    }

    /// Whether a line, or all that was heard, matches; if so, it and what came before it is
    /// forgotten. What was compared already is not compared again.
    fn meets(&mut self, pattern: &str) -> bool {
        let continued = self.continued;
        let new = || Expectation::new(pattern, continued);
        let mut expectation = self.expectation.take().unwrap_or_else(new);
        match expectation.meets(self.window()) {
            Some(used) => self.forget(used),
            None => self.expectation = Some(expectation),
        }
        self.expectation.is_none()
    }

    fn forget(&mut self, length: usize) {
        self.continued = length > 0 && self.bytes[length - 1] != b'\n';
        self.bytes.drain(..length);
        self.asked = self.asked.saturating_sub(length);
    }

    fn is_full(&self) -> bool {
        self.bytes.len() >= self.limit
    }

    fn window(&self) -> &[u8] {
        &self.bytes[..self.bytes.len().min(self.limit)]
    }

    /// What no expectation has met, without the rest of a line that met one.
    fn fresh(&self) -> &[u8] {
        let window = self.window();
        if !self.continued {
            return window;
        }
        let used = window.iter().position(|&b| b == b'\n');
        &window[used.map_or(0, |end| end + 1)..]
    }

    /// Whether there is something new since we last said something.
    fn is_answered(&self) -> bool {
        self.bytes.len() > self.asked && !self.fresh().is_empty()
    }

    fn unexpected(&self) -> Failure {
        Failure::new(format!(
            "GENERIC: received unexpected data [{}] -- No match",
            printable(self.fresh())
        ))
    }

    fn closed(&self) -> Failure {
        if self.bytes.is_empty() {
            Failure::new("GENERIC: error receiving data -- Connection closed by the peer")
        } else {
            self.unexpected()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::script;

    /// `s:text` sends, `e:text` expects.
    fn make(exchanges: &[&str], buffer: usize) -> Box<dyn Dialogue> {
        let exchanges: Vec<_> = exchanges
            .iter()
            .map(|text| match text.split_at(2) {
                ("s:", text) => Exchange::Send(text.as_bytes().into()),
                (_, text) => Exchange::Expect(text.into()),
            })
            .collect();
        let limits = Limits {
            send_expect_buffer: buffer,
            ..Limits::default()
        };
        Box::new(Generic::new(&exchanges, &limits))
    }

    fn check(exchanges: &[&str], turns: &[&str], expected: &str) {
        script::check(&|| make(exchanges, 256), turns, expected);
    }

    #[test]
    fn a_small_smtp_dialogue() {
        let exchanges = ["e:^220", "s:HELO me\r\n", "e:^250", "s:QUIT\r\n"];
        let expected = "> HELO me\\r\\n\ndone > QUIT\\r\\n\n";
        check(&exchanges, &["220 hello\r\n", "250 you\r\n"], expected);
        check(
            &exchanges,
            &["220-a\r\n220-b\r\n220 c\r\n", "250-a\r\n250 b\r\n"],
            expected,
        );
        check(
            &exchanges,
            &["220 hello\r\n", "550 no\r\n", "<close>"],
            "> HELO me\\r\\n\nfailed: GENERIC: received unexpected data [550 no] -- No match\n",
        );
    }

    #[test]
    fn lines_come_one_after_the_other() {
        let exchanges = ["e:^one$", "e:^two$", "e:^three$"];
        check(&exchanges, &["one\r\ntwo\nthree\r\n"], "done\n");
        check(&exchanges, &["zero\none\nand\ntwo\n\nthree"], "done\n");
        check(&exchanges, &["two\none\nthree\n"], "waiting\n");
    }

    #[test]
    fn the_rest_of_a_line_that_was_used_is_no_line() {
        let pieces = ["lo", "gin\n"].map(script::turn);
        let mut dialogue = make(&["e:lo", "e:^gin$"], 256);
        assert_eq!(script::play(dialogue.as_mut(), &pieces), "waiting\n");
    }

    #[test]
    fn a_prompt_has_no_line_end() {
        let exchanges = [
            "e:login: ",
            "s:bob\n",
            "e:word: ",
            "s:secret\n",
            "e:welcome",
        ];
        check(
            &exchanges,
            &["hello\nlogin: ", "password: ", "welcome bob\n"],
            "> bob\\n\n> secret\\n\ndone\n",
        );
    }

    #[test]
    fn nuls_and_high_bytes_neither_cut_nor_break() {
        check(&[r"e:^\\0\\0x"], &["\0\0x"], "done\n");
        check(&["e:after"], &["be\0fore\0after"], "done\n");
        check(
            &["s:\0\u{ff}", "e:\u{fc}"],
            &["\u{fc}"],
            "> \\x00\\xc3\\xbf\ndone\n",
        );
        let mut dialogue = make(&["e:nothing"], 256);
        dialogue.advance(Happened::Connected);
        dialogue.advance(Happened::Received(&[0xff, 0xfe, 0, 0x80]));
        assert_eq!(
            dialogue.advance(Happened::Closed),
            Failure::new(
                "GENERIC: received unexpected data [\u{fffd}\u{fffd}\\0\u{fffd}] -- No match"
            )
            .into()
        );
    }

    #[test]
    fn an_answer_that_was_not_expected_is_shown_when_time_is_over() {
        let conclude = |exchanges: &[&str], said: &[&str]| {
            let mut dialogue = make(exchanges, 256);
            dialogue.advance(Happened::Connected);
            for said in said {
                dialogue.advance(Happened::Received(said.as_bytes()));
            }
            dialogue.conclude()
        };
        let unexpected = |said| {
            let text = format!("GENERIC: received unexpected data [{said}] -- No match");
            Some(Err(Failure::new(text)))
        };
        assert_eq!(conclude(&["e:^220"], &["554 no\r\n"]), unexpected("554 no"));
        assert_eq!(conclude(&["e:x"], &[]), None);
        let later = ["e:^220", "s:x", "e:^250"];
        assert_eq!(conclude(&later, &["220 a\r\n", "554"]), unexpected("554"));
        // What came before we asked is no answer.
        assert_eq!(conclude(&later, &["220 a\r\n"]), None);
        assert_eq!(conclude(&later, &["220-a\r\n220 b\r\n"]), None);
    }

    #[test]
    fn the_buffer_is_what_is_judged() {
        let judge = |text: &str, expected: &str| {
            script::check(&|| make(&["e:needle"], 16), &[text], expected);
        };
        judge("0123456789needle and more", "done\n");
        judge(
            "0123456789abneedle and more",
            "failed: GENERIC: received unexpected data [0123456789abneed] -- No match\n",
        );
        judge("0123456789abnee", "waiting\n");
    }

    #[test]
    fn sending_only_and_saying_nothing() {
        check(&["s:a", "s:b"], &[], "done > ab\n");
        check(&[], &[], "done\n");
        check(
            &["e:x"],
            &["<close>"],
            "failed: GENERIC: error receiving data -- Connection closed by the peer\n",
        );
        check(&["e:x"], &[], "waiting\n");
    }

    #[test]
    fn no_mutation_breaks_it_and_memory_is_bounded() {
        let exchanges = ["e:^220", "s:x", "e:^250", "s:y", "e:z"];
        script::fuzz(
            &|| make(&exchanges, 64),
            &["220 a\r\n", "250 b\r\n", "z"],
            500,
        );

        let limits = Limits::default();
        let expect = [Exchange::Expect("never".into())];
        let mut dialogue = Generic::new(&expect, &limits);
        dialogue.advance(Happened::Connected);
        dialogue.advance(Happened::Received(&[0; 16 * 1024]));
        assert!(dialogue.heard.bytes.len() <= limits.send_expect_buffer + 2 * 16 * 1024);
    }
}
