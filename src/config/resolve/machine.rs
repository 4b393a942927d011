//! Asking the machine, and complaining where its answer does not fit.

use std::rc::Rc;
use std::time::Duration;

use crate::config::arguments::split_program;
use crate::config::complaints::Complaints;
use crate::config::surroundings::{Kind, Surroundings};
use crate::config::syntax::{ActionSyntax, ProgramSyntax, Text, TlsSyntax};
use crate::model::{Action, Exec, Limits, Program, Rule, Terms};
use crate::text::{Diagnostic, Span, quoted};

/// What resolving needs at every turn.
pub(super) struct Machine<'a> {
    pub(super) surroundings: &'a dyn Surroundings,
    pub(super) complaints: &'a mut Complaints,
    /// `set ssl`, wherever it stood.
    pub(super) tls: TlsSyntax,
    /// `set limits`, wherever it stood.
    pub(super) limits: Limits,
    /// Those of the service before.
    pub(super) rules: Rc<[Rule]>,
    /// Those of the program before.
    pub(super) terms: Option<Rc<Terms>>,
}

impl Machine<'_> {
    /// The number of a user; a number is taken as it is.
    pub(super) fn user(&mut self, name: &Text) -> Option<u32> {
        let found = name
            .value
            .parse()
            .ok()
            .or_else(|| self.surroundings.user(&name.value));
        if found.is_none() {
            self.unknown("user", name);
        }
        found
    }

    /// The number of a group; a number is taken as it is.
    pub(super) fn group(&mut self, name: &Text) -> Option<u32> {
        let found = name
            .value
            .parse()
            .ok()
            .or_else(|| self.surroundings.group(&name.value));
        if found.is_none() {
            self.unknown("group", name);
        }
        found
    }

    /// What is in a regular file, as text, or why it cannot be used.
    pub(super) fn text_of_file(&self, path: &str, limit: usize) -> Result<String, Box<str>> {
        match self.surroundings.look(path)?.kind {
            Kind::File => {}
            Kind::Directory => return Err("it is a directory".into()),
            Kind::Special => return Err("it is no regular file".into()),
        }
        let content = self.surroundings.read(path, limit)?;
        if content.len() > limit {
            return Err(format!("it is larger than {} kB", limit / 1024).into());
        }
        String::from_utf8(content).map_err(|_| "it is not UTF-8".into())
    }

    fn unknown(&mut self, what: &str, name: &Text) {
        let message = format!("there is no {what} {} on this machine", quoted(&name.value));
        self.complaints.add(Diagnostic::error(name.span, message));
    }

    /// A program, with `default` as its time limit where it has none of its own. One that cannot be
    /// run is a warning: it may be installed later (reference F125).
    pub(super) fn program(&mut self, program: ProgramSyntax, default: Duration) -> Program {
        self.program_at(program, default, Diagnostic::warning)
    }

    /// The program of a `check program`, which must be there: the reference refuses to start, and
    /// `-t` is where an owner looks for the slip in its path.
    pub(super) fn checked_program(&mut self, program: ProgramSyntax) -> Program {
        self.program_at(program, self.limits.program_timeout, Diagnostic::error)
    }

    fn program_at(
        &mut self,
        program: ProgramSyntax,
        default: Duration,
        missing: fn(Span, String) -> Diagnostic,
    ) -> Program {
        let mut arguments = split_program(&program.line.value);
        match arguments.first() {
            Some(path) => self.look_at_program(path, &program.line, missing),
            None => {
                let error = Diagnostic::error(program.line.span, "no program is named here");
                self.complaints.add(error);
            }
        }
        if program.line.value.contains("\\\"") {
            let message = "a backslash does not escape a quote in a program's arguments";
            let warning = Diagnostic::warning(program.line.span, message);
            self.complaints
                .add(warning.note("group arguments by single quotes inside the double ones"));
        }
        let more = program.more.iter();
        arguments.extend(more.map(|argument| argument.trim().into()));
        let terms = Terms {
            uid: program.uid.and_then(|user| self.user(&user)),
            gid: program.gid.and_then(|group| self.group(&group)),
            timeout: program.timeout.unwrap_or(default),
        };
        Program {
            arguments: arguments.iter().collect(),
            terms: self.shared_terms(terms),
        }
    }

    /// The terms of the program before, if these are the same.
    fn shared_terms(&mut self, terms: Terms) -> Rc<Terms> {
        let before = self.terms.take().filter(|before| **before == terms);
        let terms = before.unwrap_or_else(|| terms.into());
        self.terms = Some(terms.clone());
        terms
    }

    /// Whether what is only good to know is looked at. A daemon must start, and go on, beside a
    /// server that does not answer; `-t` may wait for it.
    pub(super) fn may_look(&self, path: &str) -> bool {
        self.surroundings.commanded().test || !self.surroundings.is_far(path)
    }

    fn look_at_program(
        &mut self,
        path: &str,
        line: &Text,
        missing: fn(Span, String) -> Diagnostic,
    ) {
        let shown = quoted(path);
        let wrong = if path.starts_with('/') {
            if !self.may_look(path) {
                return;
            }
            match self.surroundings.look(path) {
                Err(why) => format!("the program {shown} cannot be run: {why}"),
                Ok(look) => match look.kind {
                    Kind::File if look.mode & 0o111 != 0 => return,
                    Kind::File => format!("the program {shown} is not executable"),
                    Kind::Directory => format!("{shown} is a directory, no program"),
                    Kind::Special => format!("{shown} is no program"),
                },
            }
        } else {
            format!("the program {shown} cannot be run: its path is not absolute")
        };
        self.complaints.add(missing(line.span, wrong));
    }

    /// The rules of the service before, if these are the same: of thousands of services most have
    /// nothing but the usual ones.
    pub(super) fn shared(&mut self, rules: Vec<Rule>) -> Rc<[Rule]> {
        if *self.rules != *rules {
            self.rules = rules.into();
        }
        self.rules.clone()
    }

    /// An action; the program of `exec` has the time limit of those.
    pub(super) fn action(&mut self, action: ActionSyntax) -> Action {
        match action {
            ActionSyntax::Simple(action) => action,
            ActionSyntax::Exec(program, repeat_cycles) => Action::Exec(Box::new(Exec {
                program: self.program(program, self.limits.exec_timeout),
                repeat_cycles,
            })),
        }
    }
}
