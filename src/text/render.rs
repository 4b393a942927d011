//! A diagnostic as a person reads it.
//!
//! ```text
//! error: expected `cycles`, but found `cylces`
//!   --> /etc/monitrc:14:26
//!    |
//! 14 |   if 3 restarts within 5 cylces then unmonitor
//!    |                          ^^^^^^ did you mean `cycles`?
//! ```
//!
//! The first two lines keep their form, so that an editor or a script can read them.

use super::secret::without_repeated;
use super::wording::visible;
use super::{Diagnostic, Severity, Source, Sources, Span, width};

/// Shows `diagnostic`, with the lines of `sources` it speaks of; ends with a newline.
pub fn render(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut page = Page::new(sources, diagnostic);
    let clean = |text: &str| match diagnostic.span {
        Some(span) => {
            let source = sources.file(span.file);
            without_repeated(
                text,
                &source.text[span.range()],
                &source.shown()[span.range()],
            )
        }
        None => text.to_owned(),
    };
    page.text = format!("{severity}: {}\n", clean(&diagnostic.message));
    if let Some(span) = diagnostic.span {
        page.place("-->", span);
        page.excerpt(span, '^', &clean(&diagnostic.label));
    }
    for (span, label) in &diagnostic.related {
        page.place(":::", *span);
        page.excerpt(*span, '-', label);
    }
    if let Some(span) = diagnostic.span {
        page.include_chain(span);
    }
    for note in &diagnostic.notes {
        page.note(&clean(note));
    }
    page.text
}

struct Page<'a> {
    sources: &'a Sources,
    text: String,
    /// Columns of the widest line number.
    number_width: usize,
}

impl<'a> Page<'a> {
    fn new(sources: &'a Sources, diagnostic: &Diagnostic) -> Self {
        let related = diagnostic.related.iter().map(|(span, _)| *span);
        let digits = |span: Span| sources.position(span).line_number.to_string().len();
        Self {
            sources,
            text: String::new(),
            number_width: diagnostic
                .span
                .into_iter()
                .chain(related)
                .map(digits)
                .max()
                .unwrap_or(0),
        }
    }

    fn margin(&self) -> String {
        " ".repeat(self.number_width)
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A note, over as many lines as it needs.
    fn note(&mut self, note: &str) {
        let mut line = format!("{} =", self.margin());
        let indent = " ".repeat(line.len());
        for word in note.split(' ') {
            if line.len() > indent.len() && line.len() + word.len() >= NOTE_WIDTH {
                self.line(&line);
                line.clone_from(&indent);
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    /// `  --> FILE:LINE:COLUMN`
    fn place(&mut self, arrow: &str, span: Span) {
        let name = &self.sources.file(span.file).name;
        let at = self.sources.position(span);
        let arrow = format!("{}{arrow}", self.margin());
        self.line(&format!(
            "{arrow} {name}:{}:{}",
            at.line_number, at.column_number
        ));
    }

    /// The line of `span`, its part of it underlined.
    fn excerpt(&mut self, span: Span, mark: char, label: &str) {
        let source = self.sources.file(span.file);
        let number = self.sources.position(span).line_number.to_string();
        let shown = Excerpt::new(source, span);
        let margin = self.margin();
        let underline = mark.to_string().repeat(shown.marked);
        self.line(&format!("{margin} |"));
        self.line(&format!(
            "{number:>0$} | {1}",
            self.number_width, shown.line
        ));
        self.line(&format!(
            "{margin} | {}{underline} {label}",
            " ".repeat(shown.before)
        ));
    }

    /// Who included the file, and who included that.
    fn include_chain(&mut self, span: Span) {
        let mut from = self.sources.file(span.file).included_from;
        while let Some(span) = from {
            let source = self.sources.file(span.file);
            let at = self.sources.position(span);
            let place = format!("{}:{}:{}", source.name, at.line_number, at.column_number);
            self.line(&format!("{} = included from {place}", self.margin()));
            from = source.included_from;
        }
    }
}

/// Notes are broken so as not to be longer, in bytes; a word may be.
const NOTE_WIDTH: usize = 90;

/// Longest piece of a line that is shown, in characters; the rest is `…`.
const EXCERPT_LIMIT: usize = 160;

/// What a tab becomes: tab stops would depend on the margin before the line.
const TAB: &str = "    ";

/// A line made ready for a terminal, and the columns of the underline below it.
struct Excerpt {
    line: String,
    before: usize,
    marked: usize,
}

impl Excerpt {
    fn new(source: &Source, span: Span) -> Self {
        let (_, line_start) = source.line_of(span.start as usize);
        let line = source.line_at(line_start);
        let from = (span.start as usize - line_start).min(line.len());
        let to = (span.end as usize - line_start).clamp(from, line.len());
        let (mut before, mut marked, mut after) = (&line[..from], &line[from..to], &line[to..]);
        let mut cut = ["", ""];
        if line.chars().count() > EXCERPT_LIMIT {
            let third = EXCERPT_LIMIT / 3;
            (before, cut[0]) = last_characters(before, third);
            (marked, _) = first_characters(marked, third);
            (after, cut[1]) = first_characters(after, third);
        }
        let (before, marked) = (on_terminal(before), on_terminal(marked));
        let line = [cut[0], &before, &marked, &on_terminal(after), cut[1]].concat();
        Self {
            before: columns(cut[0]) + columns(&before),
            marked: columns(&marked).max(1),
            line,
        }
    }
}

fn on_terminal(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push_str(TAB),
            _ => shown.push(visible(c)),
        }
    }
    shown
}

fn columns(text: &str) -> usize {
    text.chars().map(width::of).sum()
}

fn first_characters(text: &str, count: usize) -> (&str, &'static str) {
    match text.char_indices().nth(count) {
        Some((end, _)) => (&text[..end], "…"),
        None => (text, ""),
    }
}

fn last_characters(text: &str, count: usize) -> (&str, &'static str) {
    match text.char_indices().rev().nth(count) {
        Some((start, c)) => (&text[start + c.len_utf8()..], "…"),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests;
