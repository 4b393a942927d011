//! Files: reading them, their statements, what they include.

use super::{InService, Parser};
use crate::config::complaints::Complaints;
use crate::config::grammar;
use crate::config::lexer::Lexer;
use crate::config::surroundings::{Kind, Surroundings};
use crate::config::syntax::{Syntax, Text};
use crate::config::token::{Symbol, Token, TokenKind};
use crate::model::{OnReboot, Settings};
use crate::text::{Count, Diagnostic, Span, quoted};

/// Largest file.
pub(in crate::config) const FILE_LIMIT: usize = 4 * 1024 * 1024;

/// Largest control file with all it includes.
pub(in crate::config) const TOTAL_LIMIT: usize = 16 * 1024 * 1024;

/// So many files may be read; a file included twice counts twice.
pub(in crate::config) const FILES_LIMIT: usize = 1024;

/// So deep may files include files.
pub(in crate::config) const DEPTH_LIMIT: usize = 16;

/// A file being read.
pub(super) struct OpenFile {
    /// As it was named.
    path: Box<str>,
    /// Device and inode.
    identity: (u64, u64),
}

/// Reads the control file at `path`; `None` if there is nothing to read.
pub(in crate::config) fn parse(
    path: &str,
    surroundings: &dyn Surroundings,
    complaints: &mut Complaints,
) -> Option<Syntax> {
    let (open, content) = match read(path, surroundings) {
        Ok(read) => read,
        Err(why) => {
            let message = format!("cannot read the control file {}: {why}", quoted(path));
            complaints.add(Diagnostic::general(message));
            return None;
        }
    };
    let file = complaints.add_source(path, &content, None);
    let mut parser = Parser {
        surroundings,
        lexer: Lexer::new(file, complaints.sources().file(file).text.clone()),
        complaints,
        ahead: None,
        previous: Span::start_of(file),
        expected: Vec::new(),
        open_files: vec![open],
        total_bytes: content.len(),
        syntax: Syntax {
            settings: Settings::default(),
            httpd: None,
            onreboot: OnReboot::default(),
            services: Vec::new(),
            incomplete: false,
        },
        in_service: InService::None,
        set_before: Vec::new(),
        said_before: Vec::new(),
    };
    parser.statements();
    Some(parser.syntax)
}

/// A file's identity and content, or why there is none.
fn read(path: &str, surroundings: &dyn Surroundings) -> Result<(OpenFile, Vec<u8>), String> {
    let look = surroundings.look(path)?;
    match look.kind {
        Kind::File => {}
        Kind::Directory => return Err("it is a directory".to_owned()),
        Kind::Special => return Err("it is no regular file".to_owned()),
    }
    let content = surroundings.read(path, FILE_LIMIT)?;
    if content.len() > FILE_LIMIT {
        return Err(format!(
            "it is larger than {} MiB",
            FILE_LIMIT / (1024 * 1024)
        ));
    }
    let open = OpenFile {
        path: path.into(),
        identity: look.identity,
    };
    Ok((open, content))
}

/// Statements.
impl Parser<'_> {
    fn statements(&mut self) {
        loop {
            let token = self.peek();
            if token.kind == TokenKind::End {
                return;
            }
            if grammar::statement(self).is_err() {
                self.recover(token);
            }
        }
    }

    /// Goes on with the next line a statement begins; at least one token after `first`.
    fn recover(&mut self, first: Token) {
        if self.peek() == first {
            self.take();
        }
        self.skip_statement();
    }

    /// Skips to the next line a statement begins.
    pub(in crate::config) fn skip_statement(&mut self) {
        loop {
            let token = self.peek();
            if token.kind == TokenKind::End || self.begins_statement(token) {
                return;
            }
            self.take();
        }
    }

    /// Skips what is left of a block, up to its closing brace.
    pub(in crate::config) fn skip_block(&mut self) {
        self.ahead = None;
        self.lexer.rewind(self.previous.end);
        self.previous = self.lexer.raw(&['}']);
        self.skip_sign(Symbol::CloseBrace);
    }

    /// Whether a statement begins here: a word that can begin one, first on its line. Such a word
    /// inside a line may be anything: `then start`, `protocol http … restart`.
    pub(in crate::config) fn begins_statement(&self, token: Token) -> bool {
        let TokenKind::Word(Some(keyword)) = token.kind else {
            return false;
        };
        token.first_on_line && grammar::begins_statement(keyword)
    }
}

/// `include`.
impl Parser<'_> {
    /// Reads the files that match a pattern, as if their text stood here.
    pub(in crate::config) fn include(&mut self, pattern: &Text) {
        let paths = match self.surroundings.glob(&pattern.value) {
            Ok(mut paths) => {
                paths.sort();
                paths
            }
            Err(why) => {
                let message = format!("cannot look for {}: {why}", quoted(&pattern.value));
                self.error(Diagnostic::error(pattern.span, message));
                return;
            }
        };
        if paths.is_empty() && !self.may_be_empty(&pattern.value) {
            let message = format!("no file matches {}", quoted(&pattern.value));
            self.warn(Diagnostic::warning(pattern.span, message));
        }
        for path in paths {
            self.include_file(&path, pattern.span);
        }
    }

    /// Whether it is no news that nothing matches: `/etc/monit.d/*` of an empty directory.
    fn may_be_empty(&self, pattern: &str) -> bool {
        let Some((directory, name)) = pattern.rsplit_once('/') else {
            return false;
        };
        let wild = name.contains(['*', '?', '[']);
        let look = self.surroundings.look(directory);
        wild && look.is_ok_and(|look| look.kind == Kind::Directory)
    }

    fn include_file(&mut self, path: &str, from: Span) {
        let look = self.surroundings.look(path);
        if look.is_ok_and(|look| look.kind == Kind::Directory) {
            return;
        }
        match self.read_included(path) {
            Ok((open, content)) => self.read_inside(open, &content, from),
            Err(why) => {
                let message = format!("cannot include {}: {why}", quoted(path));
                self.error(Diagnostic::error(from, message));
            }
        }
    }

    fn read_included(&self, path: &str) -> Result<(OpenFile, Vec<u8>), String> {
        if self.open_files.len() >= DEPTH_LIMIT {
            return Err(format!("more than {DEPTH_LIMIT} files deep"));
        }
        if self.complaints.sources().count() >= FILES_LIMIT {
            return Err(format!("more than {}", Count(FILES_LIMIT as u64, "file")));
        }
        let (open, content) = read(path, self.surroundings)?;
        let same = |other: &OpenFile| other.identity == open.identity;
        if let Some(first) = self.open_files.iter().position(same) {
            let mut way: Vec<&str> = self.open_files[first..].iter().map(|f| &*f.path).collect();
            way.push(path);
            return Err(format!("it includes itself: {}", way.join(" → ")));
        }
        if self.total_bytes + content.len() > TOTAL_LIMIT {
            let limit = TOTAL_LIMIT / (1024 * 1024);
            return Err(format!("all files together are larger than {limit} MiB"));
        }
        Ok((open, content))
    }

    /// Reads a file's statements, then goes on where it was.
    fn read_inside(&mut self, open: OpenFile, content: &[u8], from: Span) {
        let file = self.complaints.add_source(&open.path, content, Some(from));
        let text = self.complaints.sources().file(file).text.clone();
        self.total_bytes += content.len();
        self.open_files.push(open);
        let outer = std::mem::replace(&mut self.lexer, Lexer::new(file, text));
        let previous = std::mem::replace(&mut self.previous, Span::start_of(file));
        self.ahead = None;
        self.statements();
        self.lexer = outer;
        self.lexer.rewind(previous.end);
        self.previous = previous;
        self.ahead = None;
        self.open_files.pop();
    }
}
