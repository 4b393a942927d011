//! The body of an HTTP response, whichever way its end is told (RFC 9112 section 6).
//!
//! Takes pieces of any size and hands on the content they hold; keeps a line of chunk framing at
//! most.

use crate::protocol::Failure;

/// A line of chunk framing, extensions and all.
pub(super) const CHUNK_LINE_LIMIT: usize = 8 * 1024;
/// All trailer lines together.
pub(super) const TRAILER_LIMIT: usize = 16 * 1024;

/// How much of the body is still to come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// This many bytes.
    Length(u64),
    /// Chunks.
    Chunked(Chunks),
    /// Everything until the peer closes.
    ToClose,
}

/// Whether more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    More,
    Complete,
}

impl Body {
    /// Takes a piece and hands the content in it to `content`.
    pub(super) fn take(
        &mut self,
        piece: &[u8],
        content: &mut dyn FnMut(&[u8]),
    ) -> Result<Progress, Failure> {
        match self {
            Self::Length(left) => {
                let taken = usize::try_from(*left).map_or(piece.len(), |n| n.min(piece.len()));
                content(&piece[..taken]);
                *left -= taken as u64;
                Ok(if *left == 0 {
                    Progress::Complete
                } else {
                    Progress::More
                })
            }
            Self::Chunked(chunks) => chunks.take(piece, content),
            Self::ToClose => {
                content(piece);
                Ok(Progress::More)
            }
        }
    }

    /// Whether a close is a proper end here.
    pub(super) fn may_close(&self) -> bool {
        match self {
            Self::Length(_) | Self::Chunked(_) => false,
            Self::ToClose => true,
        }
    }
}

/// Chunked transfer coding (RFC 9112 section 7.1).
///
/// ```text
///  AwaitSize ─ n > 0 ─► AwaitData ─► AwaitDataEnd ─► AwaitSize
///      └────── 0 ─────► AwaitTrailer ─ empty line ─► complete
/// ```
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chunks {
    state: State,
    /// The framing line under way.
    line: Vec<u8>,
    /// Bytes of finished trailer lines.
    trailers: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "states say what they await")]
enum State {
    AwaitSize,
    /// This much of the chunk is left.
    AwaitData(u64),
    AwaitDataEnd,
    AwaitTrailer,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self {
            state: State::AwaitSize,
            line: Vec::new(),
            trailers: 0,
        }
    }

    fn take(
        &mut self,
        mut piece: &[u8],
        content: &mut dyn FnMut(&[u8]),
    ) -> Result<Progress, Failure> {
        while !piece.is_empty() {
            if let State::AwaitData(left) = self.state {
                let taken = usize::try_from(left).map_or(piece.len(), |n| n.min(piece.len()));
                content(&piece[..taken]);
                piece = &piece[taken..];
                self.state = match left - taken as u64 {
                    0 => State::AwaitDataEnd,
                    left => State::AwaitData(left),
                };
                continue;
            }
            let Some(line) = self.take_line(&mut piece)? else {
                break;
            };
            match self.after_line(&line)? {
                Some(state) => self.state = state,
                None => return Ok(Progress::Complete),
            }
        }
        Ok(Progress::More)
    }

    /// The next line of framing without its end, if it is complete.
    fn take_line(&mut self, piece: &mut &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let end = piece.iter().position(|&b| b == b'\n');
        let taken = end.map_or(piece.len(), |end| end + 1);
        self.line.extend_from_slice(&piece[..taken]);
        *piece = &piece[taken..];
        if self.line.len() > CHUNK_LINE_LIMIT {
            return Err(Failure::new(
                "HTTP error: a line of the chunked body is too long",
            ));
        }
        Ok(end.map(|_| {
            let mut line = std::mem::take(&mut self.line);
            line.truncate(line.trim_ascii_end().len());
            line
        }))
    }

    /// What comes after a line; nothing, after the last.
    fn after_line(&mut self, line: &[u8]) -> Result<Option<State>, Failure> {
        match self.state {
            State::AwaitSize => match chunk_size(line)? {
                0 => Ok(Some(State::AwaitTrailer)),
                size => Ok(Some(State::AwaitData(size))),
            },
            State::AwaitDataEnd if line.is_empty() => Ok(Some(State::AwaitSize)),
            State::AwaitDataEnd => Err(wrong_chunk()),
            State::AwaitTrailer if line.is_empty() => Ok(None),
            State::AwaitTrailer => {
                self.trailers += line.len();
                if self.trailers > TRAILER_LIMIT {
                    return Err(Failure::new("HTTP error: the trailer is too long"));
                }
                Ok(Some(State::AwaitTrailer))
            }
            State::AwaitData(_) => Err(wrong_chunk()),
        }
    }
}

/// `1a2B`, `5 ; name=value`: hexadecimal, at most 64 bits.
fn chunk_size(line: &[u8]) -> Result<u64, Failure> {
    let digits = line.split(|&b| b == b';').next().unwrap_or_default();
    let digits = digits.trim_ascii_end();
    let significant = digits
        .iter()
        .position(|&b| b != b'0')
        .unwrap_or(digits.len());
    let too_large = digits.len() - significant > 16;
    if digits.is_empty() || too_large || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(wrong_chunk());
    }
    Ok(digits[significant..].iter().fold(0, |size, &digit| {
        let value = char::from(digit).to_digit(16).unwrap_or_default();
        size << 4 | u64::from(value)
    }))
}

fn wrong_chunk() -> Failure {
    Failure::new("HTTP error: the chunked body is malformed")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `text` whole, byte by byte and cut everywhere: the content and how it ended.
    fn check(make: impl Fn() -> Body, text: &[u8], expected: &str) {
        let result = |pieces: &mut dyn Iterator<Item = &[u8]>| {
            let mut body = make();
            let mut content = Vec::new();
            for piece in pieces {
                match body.take(piece, &mut |bytes| content.extend_from_slice(bytes)) {
                    Ok(Progress::More) => {}
                    Ok(Progress::Complete) => return format!("{}.", content.escape_ascii()),
                    Err(failure) => return failure.to_string(),
                }
            }
            format!("{}...", content.escape_ascii())
        };
        assert_eq!(result(&mut [text].into_iter()), expected, "whole");
        assert_eq!(result(&mut text.chunks(1)), expected, "byte by byte");
        for at in 0..text.len() {
            let (head, tail) = text.split_at(at);
            assert_eq!(
                result(&mut [head, tail].into_iter()),
                expected,
                "cut at {at}"
            );
        }
    }

    fn chunked(text: &str, expected: &str) {
        check(|| Body::Chunked(Chunks::new()), text.as_bytes(), expected);
    }

    #[test]
    fn a_length_is_kept() {
        check(|| Body::Length(5), b"hello, world", "hello.");
        check(|| Body::Length(5), b"hell", "hell...");
        check(|| Body::Length(u64::MAX), b"hell", "hell...");
        check(|| Body::ToClose, b"hell", "hell...");
    }

    #[test]
    fn chunks_of_all_sorts() {
        chunked("5\r\nhello\r\n0\r\n\r\n", "hello.");
        chunked("5\nhello\n0\n\n", "hello.");
        chunked(
            "00005\r\nhello\r\n6\r\n world\r\n0\r\n\r\nnext",
            "hello world.",
        );
        chunked("5;a=b;c\r\nhello\r\n0;x\r\nX: y\r\nZ: z\r\n\r\n", "hello.");
        chunked("5 \r\nhello\r\n0\r\n\r\n", "hello.");
        chunked("A\r\n0123456789\r\n0\r\n\r\n", "0123456789.");
        chunked("0\r\n\r\n", ".");
        chunked("5\r\nhello\r\n0\r\n", "hello...");
        chunked("FFFFFFFFFFFFFFFF\r\nabc", "abc...");
        chunked("0000000000000000005\r\nhello\r\n0\r\n\r\n", "hello.");
    }

    #[test]
    fn chunks_gone_wrong() {
        let wrong = "HTTP error: the chunked body is malformed";
        chunked("10000000000000000\r\n", wrong);
        chunked("-5\r\nhello", wrong);
        chunked("0x5\r\nhello", wrong);
        chunked("\r\nhello", wrong);
        chunked("g\r\n", wrong);
        chunked("5\r\nhello!\r\n", wrong);
        chunked(";5\r\n", wrong);
    }

    #[test]
    fn framing_is_bounded() {
        let take = |text: &[u8]| Body::Chunked(Chunks::new()).take(text, &mut |_| {});
        let long = format!("5;{}", "x".repeat(CHUNK_LINE_LIMIT));
        assert!(take(long.as_bytes()).is_err());
        let trailers = format!("0\r\n{}", "X: y\r\n".repeat(TRAILER_LIMIT));
        assert!(take(trailers.as_bytes()).is_err());
    }
}
