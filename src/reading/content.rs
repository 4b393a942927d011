//! Reading a growing text file onwards from where the last look ended.
//!
//! Only whole lines count, and of a line only its beginning (manual, FILE CONTENT TEST). A line
//! that is longer counts as soon as so much of it is there; the rest of it is passed over, so that
//! a line without end costs neither memory nor a second reading.

/// How far a file has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentMark {
    /// Another file of the same name has another one.
    pub inode: u64,
    /// Bytes before the next line, or before the rest of a long one.
    pub offset: u64,
    /// Whether the rest of a long line comes next, whose beginning has counted already.
    pub inside: bool,
}

/// Where a look begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentFrom {
    /// At the end: the file was never read before.
    End,
    /// Where the last look ended.
    Mark(ContentMark),
}

impl ContentFrom {
    /// Where to begin with a file of `size` bytes: at its end when it is seen for the first time,
    /// where it was left, or at its start when it is another one or has become shorter. What tells
    /// no size, as the kernel's own files do, is read from its start each time.
    pub fn resume(self, inode: u64, size: u64) -> ContentMark {
        let at = |offset| ContentMark {
            inode,
            offset,
            inside: false,
        };
        match self {
            Self::End => at(size),
            Self::Mark(mark) if mark.inode == inode && mark.offset <= size => mark,
            Self::Mark(_) => at(0),
        }
    }
}

/// What the content tests of a file found in its new lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentReading {
    /// Where the next look begins.
    pub mark: ContentMark,
    /// For each content test in the order of the control file: the lines that count for it, each
    /// with its end of line, cut to the limit of `set limits`; `None` where no line does.
    pub found: Box<[Option<Box<str>>]>,
}

/// Cuts what is read, in pieces of any size, into lines.
#[derive(Debug)]
pub struct Lines {
    /// At most so many bytes of a line count.
    longest: usize,
    /// The beginning of a line whose end has not been seen.
    begun: Vec<u8>,
    mark: ContentMark,
}

impl Lines {
    /// Goes on at `mark` with lines of which at most `longest` bytes count.
    pub const fn new(mark: ContentMark, longest: usize) -> Self {
        Self {
            longest,
            begun: Vec::new(),
            mark,
        }
    }

    /// Takes the next piece and shows every line that is complete, without its end of line.
    pub fn take(&mut self, mut piece: &[u8], mut show: impl FnMut(&[u8])) {
        while !piece.is_empty() {
            let end = piece.iter().position(|byte| *byte == b'\n');
            let part = &piece[..end.unwrap_or(piece.len())];
            if !self.mark.inside {
                let room = self.longest - self.begun.len();
                self.begun.extend_from_slice(&part[..part.len().min(room)]);
                if end.is_some() || part.len() > room {
                    show(&self.begun);
                    self.pass(self.begun.len());
                    self.begun.clear();
                    self.mark.inside = end.is_none();
                    let rest = part.len().saturating_sub(room);
                    self.pass(rest);
                }
            } else {
                self.pass(part.len());
            }
            if end.is_some() {
                self.pass(1);
                self.mark.inside = false;
            }
            piece = &piece[part.len() + usize::from(end.is_some())..];
        }
    }

    fn pass(&mut self, bytes: usize) {
        self.mark.offset = self.mark.offset.saturating_add(bytes as u64);
    }

    /// Where the next look begins: a line without its end is left for it.
    pub const fn mark(&self) -> ContentMark {
        self.mark
    }
}

/// The lines that count for one test, fit for a log line, a mail and a page.
#[derive(Clone, Debug, Default)]
pub struct Excerpt {
    text: String,
    is_full: bool,
}

impl Excerpt {
    /// Adds a line; the first that reaches `limit` bytes is the last, and `...` follows it.
    pub fn add(&mut self, line: &[u8], limit: usize) {
        if self.is_full {
            return;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let shown = |letter: char| match letter {
            '\t' => '\t',
            _ if letter.is_control() => char::REPLACEMENT_CHARACTER,
            _ => letter,
        };
        let text = String::from_utf8_lossy(line);
        self.text.extend(text.chars().map(shown));
        self.text.push('\n');
        if self.text.len() >= limit {
            self.text.push_str("...\n");
            self.is_full = true;
        }
    }

    /// Whether nothing more is added.
    pub const fn is_full(&self) -> bool {
        self.is_full
    }

    /// The text, if any line was added.
    pub fn into_text(self) -> Option<Box<str>> {
        (!self.text.is_empty()).then(|| self.text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: ContentMark = ContentMark {
        inode: 7,
        offset: 0,
        inside: false,
    };

    fn at(offset: u64) -> ContentMark {
        ContentMark { offset, ..START }
    }

    #[test]
    fn where_reading_begins() {
        let left = ContentFrom::Mark;
        for (from, size, expected) in [
            (ContentFrom::End, 100, at(100)),
            (ContentFrom::End, 0, at(0)),
            (left(at(40)), 100, at(40)),
            (left(at(100)), 100, at(100)),
            // Truncated.
            (left(at(40)), 39, at(0)),
            // The kernel's own.
            (left(at(40)), 0, at(0)),
            // Rotated.
            (left(ContentMark { inode: 8, ..at(40) }), 100, at(0)),
        ] {
            assert_eq!(from.resume(7, size), expected, "{from:?} {size}");
        }
        let inside = ContentMark {
            inside: true,
            ..at(40)
        };
        assert_eq!(left(inside).resume(7, 50), inside);
        assert_eq!(left(inside).resume(7, 30), at(0));
    }

    /// The lines of a text that comes in pieces of so many bytes, and where it ends.
    fn lines(text: &[u8], piece: usize) -> (Vec<String>, ContentMark) {
        let (mut seen, mut lines) = (Vec::new(), Lines::new(START, 4));
        for piece in text.chunks(piece) {
            lines.take(piece, |line| {
                seen.push(String::from_utf8_lossy(line).into_owned());
            });
        }
        (seen, lines.mark())
    }

    #[test]
    fn lines_are_the_same_however_they_come() {
        let inside = |offset| ContentMark {
            inside: true,
            ..at(offset)
        };
        for (text, seen, mark) in [
            ("", vec![], at(0)),
            ("ab", vec![], at(0)),
            ("ab\ncd", vec!["ab"], at(3)),
            ("\n\nx\n", vec!["", "", "x"], at(4)),
            ("abcd\n", vec!["abcd"], at(5)),
            ("abcd", vec![], at(0)),
            ("abcde", vec!["abcd"], inside(5)),
            ("abcdefgh\nij\nk", vec!["abcd", "ij"], at(12)),
            ("a\0b\r\nc\n", vec!["a\0b\r", "c"], at(7)),
        ] {
            for piece in 1..=text.len().max(1) {
                let found = lines(text.as_bytes(), piece);
                let expected = seen.iter().map(|line| (*line).to_owned()).collect();
                assert_eq!(found, (expected, mark), "{text:?} by {piece}");
            }
        }
    }

    #[test]
    fn reading_may_stop_and_go_on_anywhere() {
        let text = b"one\ntwo is long\n\nthree\nfour";
        let whole = lines(text, text.len());
        for cut in 0..text.len() {
            let (mut seen, mut mark) = lines(&text[..cut], text.len());
            let start = usize::try_from(mark.offset).unwrap();
            let mut rest = Lines::new(mark, 4);
            rest.take(&text[start..], |line| {
                seen.push(String::from_utf8_lossy(line).into_owned());
            });
            mark = rest.mark();
            assert_eq!((seen, mark), whole, "{cut}");
        }
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let mut lines = Lines::new(START, 4);
        let mut shown = 0;
        for _ in 0..1000 {
            lines.take(&[b'x'; 1000], |_| shown += 1);
        }
        assert_eq!((shown, lines.mark().offset), (1, 1_000_000));
        assert!(lines.begun.capacity() < 64);
    }

    fn excerpt(lines: &[&[u8]]) -> Option<Box<str>> {
        let mut excerpt = Excerpt::default();
        for line in lines {
            excerpt.add(line, 10);
        }
        excerpt.into_text()
    }

    #[test]
    fn the_first_line_over_the_limit_is_the_last() {
        assert_eq!(excerpt(&[]), None);
        assert_eq!(excerpt(&[b""]).unwrap().as_ref(), "\n");
        assert_eq!(excerpt(&[b"12345678"]).unwrap().as_ref(), "12345678\n");
        assert_eq!(
            excerpt(&[b"123456789"]).unwrap().as_ref(),
            "123456789\n...\n"
        );
        let lines: [&[u8]; 4] = [b"1234", b"5678", b"9", b"0"];
        assert_eq!(excerpt(&lines).unwrap().as_ref(), "1234\n5678\n...\n");
    }

    #[test]
    fn what_is_no_text_is_made_fit_for_one() {
        let text = excerpt(&[b"\x1b[\t\0\xff\r"]).unwrap();
        assert_eq!(text.as_ref(), "\u{fffd}[\t\u{fffd}\u{fffd}\n...\n");
    }
}
