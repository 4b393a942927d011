//! A program the control file names: arguments, identity and time limit.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

/// `start program = "…" [as uid U and gid G] [with timeout N seconds]`.
///
/// The string of the control file has been split as the reference does (F123): at blanks, quotes
/// group only at the start of a word, no escapes, no shell.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Program {
    /// What is run, with what.
    pub arguments: Arguments,
    /// As whom, and how long. Programs in a row that say the same share it.
    pub terms: Rc<Terms>,
}

/// What a program may do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Terms {
    /// Numeric user, resolved when the control file was read.
    pub uid: Option<u32>,
    /// Numeric group, resolved when the control file was read.
    pub gid: Option<u32>,
    /// How long it may run, and how long the process may take to appear or vanish; never zero.
    /// [`Self::FOREVER`] for a program of `exec` that nothing limits.
    pub timeout: Duration,
}

impl Terms {
    /// No time limit, longer than any that a control file can give: a backup, a dump or a failover
    /// run by `exec` takes what it takes.
    pub const FOREVER: Duration = Duration::MAX;

    /// The time limit, if there is one.
    pub fn limit(&self) -> Option<Duration> {
        Some(self.timeout).filter(|time| *time != Self::FOREVER)
    }

    /// As ourselves, for so long.
    pub const fn limited(timeout: Duration) -> Self {
        Self {
            uid: None,
            gid: None,
            timeout,
        }
    }
}

impl Program {
    /// The arguments joined by blanks, as the log shows them (reference F94).
    pub fn command_line(&self) -> String {
        self.arguments.join(" ")
    }
}

/// A program's absolute path, then its arguments; never empty.
///
/// One text, because thousands of services have two programs each, and a list of texts takes five
/// times its memory.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Arguments(Box<str>);

/// The one character that no argument can hold.
const SEPARATOR: char = '\0';

impl Arguments {
    /// The program's path.
    pub fn path(&self) -> &str {
        self.0.split(SEPARATOR).next().unwrap_or_default()
    }

    /// The path and all that follows it.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(SEPARATOR)
    }

    /// All of them in one line, with this in between.
    pub fn join(&self, between: &str) -> String {
        self.0.replace(SEPARATOR, between)
    }
}

impl<S: AsRef<str>> FromIterator<S> for Arguments {
    fn from_iter<I: IntoIterator<Item = S>>(arguments: I) -> Self {
        let mut text = String::new();
        for (number, argument) in arguments.into_iter().enumerate() {
            if number > 0 {
                text.push(SEPARATOR);
            }
            text.push_str(argument.as_ref());
        }
        Self(text.into())
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_out_as_they_went_in() {
        for words in [&["/bin/true"][..], &["/bin/sh", "-c", "a  b", "", "ü", ""]] {
            let arguments: Arguments = words.iter().collect();
            assert_eq!(arguments.iter().collect::<Vec<_>>(), words);
            assert_eq!(arguments.path(), words[0]);
            assert_eq!(format!("{arguments:?}"), format!("{words:?}"));
        }
    }
}
