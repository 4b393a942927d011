//! The files a text is made of, and who included whom.

use std::cell::OnceCell;
use std::rc::Rc;

use super::secret::without_passwords;
use super::{FileId, Span};

/// All files read so far. They are kept until everything about them has been said.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

/// One file.
#[derive(Debug)]
pub struct Source {
    /// As it is shown.
    pub name: Box<str>,
    /// What is in it, without a byte order mark. Bytes that are no UTF-8 stand as U+FFFD.
    pub text: Rc<str>,
    /// The place that included it.
    pub included_from: Option<Span>,
    shown: OnceCell<Box<str>>,
}

/// A place as people count: both numbers begin with 1, and a column is a character, not a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line_number: usize,
    /// Character in the line; a tab is one.
    pub column_number: usize,
}

impl Sources {
    /// Adds a file; the caller keeps their number below 65,536.
    pub fn add(&mut self, name: &str, content: &[u8], included_from: Option<Span>) -> FileId {
        let content = content
            .strip_prefix("\u{feff}".as_bytes())
            .unwrap_or(content);
        self.files.push(Source {
            name: name.into(),
            text: String::from_utf8_lossy(content).into(),
            included_from,
            shown: OnceCell::new(),
        });
        let index = self.files.len() - 1;
        FileId(u16::try_from(index).expect("the number of files is limited by the caller"))
    }

    /// The file `id` names.
    pub fn file(&self, id: FileId) -> &Source {
        &self.files[usize::from(id.0)]
    }

    /// How many files there are.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// Where `span` begins.
    pub fn position(&self, span: Span) -> Position {
        let source = self.file(span.file);
        let (line_index, line_start) = source.line_of(span.start as usize);
        let before = source
            .text
            .get(line_start..span.start as usize)
            .unwrap_or("");
        Position {
            line_number: line_index + 1,
            column_number: before.chars().count() + 1,
        }
    }
}

impl Source {
    /// The line that holds byte `offset`: its index and where it starts.
    pub fn line_of(&self, offset: usize) -> (usize, usize) {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line_index = before.iter().filter(|byte| **byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n');
        (line_index, start.map_or(0, |newline| newline + 1))
    }

    /// The text as it may be shown: as long, without passwords.
    pub(super) fn shown(&self) -> &str {
        let shown = || without_passwords(&self.text).into();
        self.shown.get_or_init(shown)
    }

    /// The line that starts at byte `start` as it may be shown, without its end of line.
    pub(super) fn line_at(&self, start: usize) -> &str {
        let rest = self.text.get(start..).unwrap_or("");
        let end = start + rest.find('\n').unwrap_or(rest.len());
        let line = self.shown().get(start..end).unwrap_or("");
        line.strip_suffix('\r').unwrap_or(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(text: &str, start: u32) -> (usize, usize) {
        let mut sources = Sources::default();
        let file = sources.add("f", text.as_bytes(), None);
        let end = start;
        let at = sources.position(Span { file, start, end });
        (at.line_number, at.column_number)
    }

    #[test]
    fn positions_count_characters_and_lines_from_one() {
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("ab\ncd", 4), (2, 2));
        assert_eq!(position("ab\r\ncd", 4), (2, 1));
        assert_eq!(position("\tüx", 3), (1, 3));
        assert_eq!(position("ab\n", 3), (2, 1));
    }

    #[test]
    fn there_is_no_line_at_half_a_letter_or_behind_the_end() {
        let mut sources = Sources::default();
        let file = sources.add("f", "ü\r\nb".as_bytes(), None);
        let lines = [0, 1, 4, 5, 6].map(|start| sources.file(file).line_at(start));
        assert_eq!(lines, ["ü", "", "b", "", ""]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let mut sources = Sources::default();
        let file = sources.add("f", b"\xef\xbb\xbfset", None);
        assert_eq!(&*sources.file(file).text, "set");
    }
}
