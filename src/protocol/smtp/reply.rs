//! What an SMTP server answers: one reply of one or more lines (RFC 5321 section 4.2).

use crate::protocol::{Failure, printable};

/// A line may be longer than the 512 bytes of RFC 5321 section 4.5.3.1.5, as real servers' are.
pub(crate) const LINE_LIMIT: usize = 2048;
/// All lines of one reply together.
pub(crate) const REPLY_LIMIT: usize = 16 * 1024;

/// A complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// 200 to 599.
    pub(crate) code: u16,
    /// The lines as they came, code and all, without the line ends.
    text: Vec<u8>,
}

/// What sort of answer a code is, by its first digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// 2xx: done.
    Positive,
    /// 3xx: go on.
    Intermediate,
    /// 4xx: not now.
    Transient,
    /// 5xx: never.
    Permanent,
}

impl Reply {
    pub(crate) fn sort(&self) -> Sort {
        match self.code {
            0..=299 => Sort::Positive,
            300..=399 => Sort::Intermediate,
            400..=499 => Sort::Transient,
            500.. => Sort::Permanent,
        }
    }

    /// What each line says after its code; the first is the greeting, in an answer to EHLO.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.text
            .split(|&b| b == b'\n')
            .map(|line| line.get(4..).unwrap_or_default())
    }

    /// The reply as one line for people: `554 go away`.
    pub(crate) fn words(&self) -> String {
        printable(&self.text)
    }

    /// The failure of whoever expected another answer.
    pub(crate) fn unexpected(&self) -> Failure {
        Failure::new(format!("Mailserver response error -- {}", self.words()))
    }
}

/// Gathers replies from pieces of any size.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    /// Finished lines of the reply under way.
    text: Vec<u8>,
    /// What came and has not been looked at.
    rest: Vec<u8>,
}

impl Replies {
    /// Takes what came; the reply, if it is complete.
    pub(crate) fn take(&mut self, received: &[u8]) -> Result<Option<Reply>, Failure> {
        self.rest.extend_from_slice(received);
        while let Some(end) = self.rest.iter().position(|&b| b == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            if let Some(code) = self.add_line(line.trim_ascii_end())? {
                let text = std::mem::take(&mut self.text);
                return Ok(Some(Reply { code, text }));
            }
        }
        if self.rest.len() > LINE_LIMIT {
            return Err(too_long());
        }
        Ok(None)
    }

    /// Whether more came than the last reply: the peer speaks out of turn.
    pub(crate) fn has_more(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Adds a line; its code, if it is the reply's last.
    fn add_line(&mut self, line: &[u8]) -> Result<Option<u16>, Failure> {
        if line.len() > LINE_LIMIT || self.text.len() + line.len() > REPLY_LIMIT {
            return Err(too_long());
        }
        let (code, is_last) = parse_line(line).ok_or_else(|| strange(line))?;
        if !self.text.is_empty() {
            if !self.text.starts_with(&line[..3]) {
                return Err(strange(line));
            }
            self.text.push(b'\n');
        }
        self.text.extend_from_slice(line);
        Ok(is_last.then_some(code))
    }
}

/// `250-text`, `250 text` or `250`: the code, and whether the reply ends here.
fn parse_line(line: &[u8]) -> Option<(u16, bool)> {
    let code: u16 = std::str::from_utf8(line.get(..3)?).ok()?.parse().ok()?;
    let is_last = match line.get(3) {
        None | Some(b' ') => true,
        Some(b'-') => false,
        Some(_) => return None,
    };
    (200..600).contains(&code).then_some((code, is_last))
}

fn strange(line: &[u8]) -> Failure {
    Failure::new(format!("Mailserver response error -- {}", printable(line)))
}

fn too_long() -> Failure {
    Failure::new("Mailserver response error -- the reply is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `text` whole and cut everywhere: the replies as `CODE/lines`, or the failure.
    fn check(text: &str, expected: &str) {
        let result = |pieces: &[&[u8]]| {
            let mut replies = Replies::default();
            for piece in pieces {
                match replies.take(piece) {
                    Ok(Some(reply)) => {
                        let lines: Vec<_> = reply.lines().map(String::from_utf8_lossy).collect();
                        let more = if replies.has_more() { " and more" } else { "" };
                        return format!("{}/{}{more}", reply.code, lines.join("|"));
                    }
                    Ok(None) => {}
                    Err(failure) => return failure.to_string(),
                }
            }
            "waiting".to_owned()
        };
        let bytes = text.as_bytes();
        assert_eq!(result(&[bytes]), expected, "{text:?} whole");
        for at in 0..bytes.len() {
            let (head, tail) = bytes.split_at(at);
            let cut = result(&[head, tail]);
            // With the end of the reply at the cut, what follows it has not come yet.
            assert!(
                cut == expected || format!("{cut} and more") == expected,
                "{text:?} cut at {at}: {cut}"
            );
        }
    }

    #[test]
    fn replies_good_and_bad() {
        check("220 hello\r\n", "220/hello");
        check("250\r\n", "250/");
        check("250 \n", "250/");
        check("250-a\r\n250-b c\r\n250 d\r\n", "250/a|b c|d");
        check("250-a\r\n250\r\n", "250/a|");
        check("250 ok\r\n250 ok\r\n", "250/ok and more");
        check("250-a\r\n", "waiting");
        check("220 hel", "waiting");
        check("garbage\r\n", "Mailserver response error -- garbage");
        check("\r\n", "Mailserver response error -- ");
        check("25\r\n", "Mailserver response error -- 25");
        check("2500 x\r\n", "Mailserver response error -- 2500 x");
        check("+25 x\r\n", "Mailserver response error -- +25 x");
        check("199 x\r\n", "Mailserver response error -- 199 x");
        check("600 x\r\n", "Mailserver response error -- 600 x");
        check("250-a\r\n550 b\r\n", "Mailserver response error -- 550 b");
        check(
            "\u{fc}\u{fc} x\r\n",
            "Mailserver response error -- \u{fc}\u{fc} x",
        );
    }

    #[test]
    fn lines_and_replies_have_limits() {
        let mut replies = Replies::default();
        let endless = vec![b'2'; LINE_LIMIT + 1];
        assert_eq!(replies.take(&endless), Err(too_long()));

        let mut replies = Replies::default();
        let line = b"250-and so on and on\r\n";
        let result = (0..REPLY_LIMIT).find_map(|_| replies.take(line).err());
        assert_eq!(result, Some(too_long()));
    }
}
