//! Files: reading them, their statements, what they include.

use super::{InService, Parser};
use crate::config::complaints::Complaints;
use crate::config::grammar;
use crate::config::keyword::Keyword;
use crate::config::lexer::Lexer;
use crate::config::surroundings::{Kind, Surroundings};
use crate::config::syntax::{Syntax, Text, TlsSyntax};
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
    identity: Identity,
    lexer: Lexer,
    /// Files it includes that are read before it goes on; the next one last.
    pending: Vec<String>,
    /// The last `include` met.
    include: Span,
}

/// Reads the control file at `path`; `None` if there is nothing to read.
pub(in crate::config) fn parse(
    path: &str,
    surroundings: &dyn Surroundings,
    complaints: &mut Complaints,
) -> Option<Syntax> {
    let mut parser = open(path, surroundings, complaints)?;
    parser.statements();
    Some(parser.syntax)
}

/// A parser at the beginning of the control file at `path`.
pub(in crate::config) fn open<'a>(
    path: &str,
    surroundings: &'a dyn Surroundings,
    complaints: &'a mut Complaints,
) -> Option<Parser<'a>> {
    let (identity, content) = match read(path, surroundings) {
        Ok(read) => read,
        Err(why) => {
            let message = format!("cannot read the control file {}: {why}", quoted(path));
            complaints.add(Diagnostic::general(message));
            return None;
        }
    };
    let file = complaints.add_source(path, &content, None);
    Some(Parser {
        surroundings,
        ahead: None,
        previous: Span::start_of(file),
        expected: Vec::new(),
        open_files: vec![OpenFile {
            path: path.into(),
            identity,
            lexer: Lexer::new(file, complaints.sources().file(file).text.clone()),
            pending: Vec::new(),
            include: Span::start_of(file),
        }],
        complaints,
        total_bytes: content.len(),
        syntax: Syntax {
            settings: Settings::default(),
            init: None,
            log_file: None,
            tls: TlsSyntax::default(),
            tls_place: None,
            mail_servers: Vec::new(),
            httpd: None,
            onreboot: OnReboot::default(),
            services: Vec::new(),
            incomplete: false,
        },
        in_service: InService::None,
        set_before: Vec::new(),
        said_before: Vec::new(),
    })
}

/// Device and inode.
type Identity = (u64, u64);

/// A file's identity and content, or why there is none.
fn read(path: &str, surroundings: &dyn Surroundings) -> Result<(Identity, Vec<u8>), String> {
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
    Ok((look.identity, content))
}

/// Statements.
impl Parser<'_> {
    fn statements(&mut self) {
        loop {
            let token = self.peek();
            if token.kind == TokenKind::End {
                return;
            }
            if token.kind.is_parenthesis() {
                // The last one of the statement before it.
                self.take();
                continue;
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
        self.look_away();
        self.previous = self.lexer().raw(&['}']);
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

/// `include`: it may stand at the beginning of any line, also inside a statement, and the text of
/// its files is read as if it stood there.
impl Parser<'_> {
    /// The next token, of whichever file.
    pub(super) fn token(&mut self) -> Token {
        loop {
            if let Some(path) = self.current().pending.pop() {
                self.open(&path);
                continue;
            }
            let token = self.lexer().token();
            match token.kind {
                TokenKind::End if self.open_files.len() > 1 => {
                    self.open_files.pop();
                }
                TokenKind::Word(Some(Keyword::Include)) if token.first_on_line => {
                    self.include(token.span);
                }
                TokenKind::Word(_)
                | TokenKind::Quoted
                | TokenKind::Symbol(_)
                | TokenKind::Unclosed
                | TokenKind::End => return token,
            }
        }
    }

    /// The file being read.
    pub(super) fn lexer(&mut self) -> &mut Lexer {
        &mut self.current().lexer
    }

    fn current(&mut self) -> &mut OpenFile {
        let last = self.open_files.last_mut();
        last.expect("the control file itself stays open")
    }

    /// `include PATTERN`, after its word.
    pub(in crate::config) fn include(&mut self, word: Span) {
        let token = self.lexer().value();
        let pattern = match token.kind {
            TokenKind::Word(_) | TokenKind::Quoted if !self.begins_statement(token) => {
                self.checked_text(token)
            }
            TokenKind::Word(_)
            | TokenKind::Quoted
            | TokenKind::Symbol(_)
            | TokenKind::Unclosed
            | TokenKind::End => {
                self.lexer().rewind(token.span.start);
                Err(self.error(Diagnostic::error(word, "`include` names no file")))
            }
        };
        let Ok(pattern) = pattern else {
            return;
        };
        let mut paths = self.matches(&pattern);
        paths.sort_by(|a, b| b.cmp(a));
        self.current().pending = paths;
        self.current().include = pattern.span;
    }

    /// The files that match a pattern.
    fn matches(&mut self, pattern: &Text) -> Vec<String> {
        let shown = quoted(&pattern.value);
        let paths = match self.surroundings.glob(&pattern.value) {
            Ok(paths) => paths,
            Err(why) => {
                let message = format!("cannot look for {shown}: {why}");
                self.error(Diagnostic::error(pattern.span, message));
                return Vec::new();
            }
        };
        if paths.is_empty() && !self.may_be_empty(&pattern.value) {
            let message = format!("no file matches {shown}");
            self.warn(Diagnostic::warning(pattern.span, message));
        }
        paths
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

    /// Opens an included file; a directory is passed over (reference F149).
    fn open(&mut self, path: &str) {
        let look = self.surroundings.look(path);
        if look.is_ok_and(|look| look.kind == Kind::Directory) {
            return;
        }
        let from = self.current().include;
        let (identity, content) = match self.read_included(path) {
            Ok(read) => read,
            Err(why) => {
                let message = format!("cannot include {}: {why}", quoted(path));
                self.error(Diagnostic::error(from, message));
                return;
            }
        };
        let file = self.complaints.add_source(path, &content, Some(from));
        let text = self.complaints.sources().file(file).text.clone();
        self.total_bytes += content.len();
        self.open_files.push(OpenFile {
            path: path.into(),
            identity,
            lexer: Lexer::new(file, text),
            pending: Vec::new(),
            include: Span::start_of(file),
        });
    }

    fn read_included(&self, path: &str) -> Result<(Identity, Vec<u8>), String> {
        if self.open_files.len() >= DEPTH_LIMIT {
            return Err(format!("more than {DEPTH_LIMIT} files deep"));
        }
        if self.complaints.sources().count() >= FILES_LIMIT {
            return Err(format!("more than {}", Count(FILES_LIMIT as u64, "file")));
        }
        let (identity, content) = read(path, self.surroundings)?;
        let same = |other: &OpenFile| other.identity == identity;
        if let Some(first) = self.open_files.iter().position(same) {
            let open = self.open_files[first..].iter().map(|open| &*open.path);
            let way: Vec<&str> = open.chain([path]).collect();
            return Err(format!("it includes itself: {}", way.join(" → ")));
        }
        if self.total_bytes + content.len() > TOTAL_LIMIT {
            let limit = TOTAL_LIMIT / (1024 * 1024);
            return Err(format!("all files together are larger than {limit} MiB"));
        }
        Ok((identity, content))
    }
}
