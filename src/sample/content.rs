//! New lines of files, looked through a slice at a time.
//!
//! Files take turns, as with hashes, and a file that grows while it is read is read up to the size
//! it had at first. What one line may cost is bounded by how much of it counts; a pattern or a line
//! for which that is still too long is a child's (see [`Search::is_costly`]).

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;

use crate::model::{ContentTest, Service};
use crate::pattern::Pattern;
use crate::reading::{ContentFrom, ContentMark, ContentReading, Excerpt, FileReading, Lines};
use crate::sys::errno::words;
use crate::sys::file::open_regular;
use crate::sys::regex::Regex;

/// How much is in memory at a time.
const BUFFER: usize = 16 * 1024;
/// How many bytes of lines a step compares, each counted once for every pattern.
const SLICE: usize = 64 * 1024;
/// How many files are open at a time.
const OPEN_FILES: usize = 4;
/// How much is read of a file whose size is told as zero: the kernel's own files are.
const SIZELESS_LIMIT: u64 = 16 * 1024 * 1024;
/// What a child reads in one look; the rest is the next one's.
const CHILD_LIMIT: u64 = 64 * 1024 * 1024;

/// What is looked for in the lines of a file, and from where on.
#[derive(Clone, Debug)]
pub(super) struct Search {
    from: ContentFrom,
    tests: Vec<ContentTest>,
    ignore: Vec<ContentTest>,
    line_limit: usize,
    is_costly: bool,
}

impl Search {
    /// What a service's tests look for; `None` where it has none.
    pub(super) fn new(service: &Service, from: ContentFrom) -> Option<Self> {
        let scan = service.content.as_ref()?;
        let tests = service.rules.iter().filter_map(|rule| rule.test.content());
        Some(Self {
            from,
            tests: tests.cloned().collect(),
            ignore: scan.ignore.clone(),
            line_limit: scan.line_limit,
            is_costly: scan.is_costly,
        })
    }

    /// Whether one line can take so long that others would notice.
    pub(super) const fn is_costly(&self) -> bool {
        self.is_costly
    }

    /// The whole search at once, or as much of it as a child is given; for a child.
    pub(super) fn run(self, path: &str) -> Result<Box<ContentReading>, Box<str>> {
        let mut job = Job::open(self, path)?;
        job.left = job.left.min(CHILD_LIMIT);
        while job.advance(usize::MAX)? {}
        Ok(job.finish())
    }
}

/// A file on its way, with what it is needed for once its lines are known.
pub(super) struct Request<T> {
    pub(super) path: Box<str>,
    pub(super) facts: FileReading,
    pub(super) search: Search,
    pub(super) then: T,
}

/// Files whose lines are to be looked through. `T` is handed back with the result.
pub(super) struct Scanning<T> {
    waiting: VecDeque<Request<T>>,
    open: VecDeque<(Done<T>, Job)>,
}

/// A file whose content is known.
pub(super) struct Done<T> {
    pub(super) path: Box<str>,
    pub(super) facts: FileReading,
    pub(super) then: T,
}

impl<T> Default for Scanning<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            open: VecDeque::new(),
        }
    }
}

impl<T> Scanning<T> {
    /// Takes a regular file that is there.
    pub(super) fn begin(&mut self, request: Request<T>) {
        self.waiting.push_back(request);
    }

    /// Drops the files that `keep` does not want.
    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.waiting.retain(|request| keep(&request.then));
        self.open.retain(|(file, _)| keep(&file.then));
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.waiting.is_empty() || !self.open.is_empty()
    }

    /// Opens what there is room for and reads one slice of the file whose turn it is.
    pub(super) fn step(&mut self) -> Vec<Done<T>> {
        let mut done = Vec::new();
        while self.open.len() < OPEN_FILES {
            let Some(request) = self.waiting.pop_front() else {
                break;
            };
            let job = Job::open(request.search, &request.path);
            let (path, facts, then) = (request.path, request.facts, request.then);
            let mut file = Done { path, facts, then };
            match job {
                Ok(job) => self.open.push_back((file, job)),
                Err(why) => {
                    file.facts.content = Some(Err(why));
                    done.push(file);
                }
            }
        }
        if let Some((mut file, mut job)) = self.open.pop_front() {
            match job.advance(SLICE) {
                Ok(true) => {
                    self.open.push_back((file, job));
                    return done;
                }
                Ok(false) => file.facts.content = Some(Ok(job.finish())),
                Err(why) => file.facts.content = Some(Err(why)),
            }
            done.push(file);
        }
        done
    }
}

/// A file being read.
struct Job {
    file: File,
    left: u64,
    lines: Lines,
    line_limit: usize,
    ignore: Vec<Test>,
    tests: Vec<Test>,
    found: Vec<Excerpt>,
}

/// One content test, ready to be held against lines.
struct Test {
    finder: Finder,
    matches: bool,
}

enum Finder {
    Pattern(Pattern),
    /// What looks back is the C library's; in a child.
    Regex(Regex),
}

impl Test {
    fn new(test: &ContentTest) -> Result<Self, Box<str>> {
        let pattern = Pattern::new(&test.pattern);
        let finder = if pattern.price().is_some() {
            Finder::Pattern(pattern)
        } else {
            Finder::Regex(Regex::compile(&test.pattern)?)
        };
        Ok(Self {
            finder,
            matches: test.matches,
        })
    }

    fn counts(&self, line: &[u8]) -> bool {
        let is_match = match &self.finder {
            Finder::Pattern(pattern) => pattern.is_match(line),
            Finder::Regex(regex) => regex.is_match(line),
        };
        is_match == self.matches
    }
}

impl Job {
    /// Patterns are compiled only where there is something to read.
    fn open(search: Search, path: &str) -> Result<Self, Box<str>> {
        let (file, mark, left) = position(path, search.from).map_err(|error| words(&error))?;
        let compile = |tests: &[ContentTest]| -> Result<Vec<Test>, Box<str>> {
            let tests = if left > 0 { tests } else { &[] };
            tests.iter().map(Test::new).collect()
        };
        Ok(Self {
            file,
            left,
            lines: Lines::new(mark, search.line_limit.saturating_sub(1).max(1)),
            line_limit: search.line_limit,
            ignore: compile(&search.ignore)?,
            tests: compile(&search.tests)?,
            found: vec![Excerpt::default(); search.tests.len()],
        })
    }

    /// Reads until so much was compared; whether there is more to read.
    fn advance(&mut self, mut work: usize) -> Result<bool, Box<str>> {
        let patterns = (self.ignore.len() + self.tests.len()).max(1);
        let mut buffer = [0_u8; BUFFER];
        while work > 0 && self.left > 0 {
            let most = (work / patterns).clamp(1024, BUFFER);
            let wanted = usize::try_from(self.left).map_or(most, |left| left.min(most));
            let length = match self.file.read(&mut buffer[..wanted]) {
                Ok(0) => return Ok(false),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(words(&error)),
            };
            self.left -= length as u64;
            work = work.saturating_sub(length.saturating_mul(patterns));
            self.compare(&buffer[..length]);
        }
        Ok(self.left > 0)
    }

    fn compare(&mut self, piece: &[u8]) {
        let (ignore, tests, limit) = (&self.ignore, &self.tests, self.line_limit);
        let found = &mut self.found;
        self.lines.take(piece, |line| {
            if ignore.iter().any(|pattern| pattern.counts(line)) {
                return;
            }
            for (test, excerpt) in tests.iter().zip(found.iter_mut()) {
                if !excerpt.is_full() && test.counts(line) {
                    excerpt.add(line, limit);
                }
            }
        });
    }

    fn finish(self) -> Box<ContentReading> {
        Box::new(ContentReading {
            mark: self.lines.mark(),
            found: self.found.into_iter().map(Excerpt::into_text).collect(),
        })
    }
}

/// The open file, where reading it begins, and how much of it there is.
fn position(path: &str, from: ContentFrom) -> io::Result<(File, ContentMark, u64)> {
    let mut file = open_regular(path)?;
    let facts = file.metadata()?;
    let mark = from.resume(facts.ino(), facts.len());
    let left = match facts.len() {
        0 => SIZELESS_LIMIT,
        size => size.saturating_sub(mark.offset),
    };
    file.seek(SeekFrom::Start(mark.offset))?;
    Ok((file, mark, left))
}

#[cfg(test)]
mod tests;
