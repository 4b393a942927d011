//! The log: behind the `log` crate's façade, to syslog, a file or the terminal.
//!
//! A line is offered once to each sink and never waited for. What a sink cannot take at once (a
//! stuck syslog daemon, a FIFO nobody reads, a full disk) is dropped and counted, and the next line
//! that gets through is preceded by how many were lost.

mod file;
mod syslog;

use std::sync::Mutex;

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::model::LogTarget;
use crate::sys;
use crate::time::WallTime;

use self::file::LogFile;
use self::syslog::Syslog;

use super::clock;

/// Longer lines are cut: no program's output may fill the disk by one line.
const LONGEST_LINE: usize = 8 * 1024;

/// Where the log goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Direction {
    /// The control file's word, or that of `-l`.
    pub target: LogTarget,
    /// What is also said on the terminal.
    pub terminal: Terminal,
    /// Debug lines too (`-v`).
    pub verbose: bool,
}

/// What is said on standard output and standard error, without time and priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Terminal {
    /// Nothing.
    #[default]
    Silent,
    /// Warnings and errors, on standard error.
    Complaints,
    /// The rest too, on standard output.
    All,
}

/// Starts to log in this direction, instead of wherever the log went before.
pub fn direct(direction: &Direction) {
    let _ = log::set_logger(&JOURNAL); // fails when it is set already, which is as good
    log::set_max_level(if direction.verbose {
        LevelFilter::Debug
    } else {
        LevelFilter::Info
    });
    JOURNAL.with(|sinks| {
        if sinks.direction.as_ref() == Some(direction) {
            sinks.reopen();
        } else {
            *sinks = Sinks::open(direction);
        }
    });
}

/// Opens the log file again (it may have been rotated) and connects anew to syslog.
pub fn reopen() {
    JOURNAL.with(Sinks::reopen);
}

static JOURNAL: Journal = Journal(Mutex::new(Sinks {
    direction: None,
    list: Vec::new(),
}));

/// The one logger. The lock is never contended: there is one thread.
struct Journal(Mutex<Sinks>);

impl Journal {
    fn with(&self, act: impl FnOnce(&mut Sinks)) {
        // A poisoned lock means a panic in another thread, of which there is none.
        act(&mut self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl Log for Journal {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        // Libraries under us log too; their lines say nothing to our owner.
        if record.level() > log::max_level() || !record.target().starts_with("tend") {
            return;
        }
        let mut text = record.args().to_string();
        cut(&mut text);
        self.with(|sinks| sinks.write(clock::wall(), record.level(), &text));
    }

    fn flush(&self) {}
}

fn cut(text: &mut String) {
    if text.len() <= LONGEST_LINE {
        return;
    }
    let end = (0..=LONGEST_LINE)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    text.truncate(end);
    text.push_str("...");
}

/// One way out of the program for log lines.
trait Sink: Send {
    /// Writes one line, or says that it could not be taken at once.
    fn write(&mut self, wall: WallTime, level: Level, text: &str) -> Result<(), Dropped>;

    /// Starts afresh.
    fn reopen(&mut self);
}

/// A line a sink could not take at once.
struct Dropped;

struct Sinks {
    /// As they were opened.
    direction: Option<Direction>,
    list: Vec<Counted>,
}

struct Counted {
    line: Box<dyn Sink>,
    lost: u64,
}

impl Sinks {
    fn open(direction: &Direction) -> Self {
        let mut list: Vec<Box<dyn Sink>> = Vec::new();
        if direction.terminal != Terminal::Silent {
            list.push(Box::new(Screen {
                complaints_only: direction.terminal == Terminal::Complaints,
            }));
        }
        match &direction.target {
            LogTarget::Unset => {}
            LogTarget::File(path) => list.push(Box::new(LogFile::open(path))),
            LogTarget::Syslog { facility } => list.push(Box::new(Syslog::connect(*facility))),
        }
        Self {
            direction: Some(direction.clone()),
            list: list
                .into_iter()
                .map(|line| Counted { line, lost: 0 })
                .collect(),
        }
    }

    fn reopen(&mut self) {
        for sink in &mut self.list {
            sink.line.reopen();
        }
    }

    fn write(&mut self, wall: WallTime, level: Level, text: &str) {
        for sink in &mut self.list {
            sink.write(wall, level, text);
        }
    }
}

impl Counted {
    fn write(&mut self, wall: WallTime, level: Level, text: &str) {
        if self.lost > 0 {
            let notice = format!("{} log lines were lost", self.lost);
            if self.line.write(wall, Level::Warn, &notice).is_err() {
                // What would get through now would hide the gap before it.
                self.lost += 1;
                return;
            }
            self.lost = 0;
        }
        if self.line.write(wall, level, text).is_err() {
            self.lost += 1;
        }
    }
}

/// Standard output and standard error.
struct Screen {
    complaints_only: bool,
}

impl Sink for Screen {
    fn write(&mut self, _: WallTime, level: Level, text: &str) -> Result<(), Dropped> {
        let stream = match level {
            Level::Error | Level::Warn => sys::output::Stream::Error,
            Level::Info | Level::Debug | Level::Trace if self.complaints_only => return Ok(()),
            Level::Info | Level::Debug | Level::Trace => sys::output::Stream::Out,
        };
        if stream.write_now(format!("{text}\n").as_bytes()) {
            Ok(())
        } else {
            Err(Dropped)
        }
    }

    fn reopen(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes lines only while it is open.
    struct Valve {
        open: std::sync::Arc<std::sync::atomic::AtomicBool>,
        taken: std::sync::Arc<Mutex<Vec<String>>>,
    }

    impl Sink for Valve {
        fn write(&mut self, _: WallTime, level: Level, text: &str) -> Result<(), Dropped> {
            if !self.open.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(Dropped);
            }
            self.taken.lock().unwrap().push(format!("{level} {text}"));
            Ok(())
        }

        fn reopen(&mut self) {}
    }

    #[test]
    fn what_a_stuck_sink_lost_is_said_once() {
        let open = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        let taken = std::sync::Arc::new(Mutex::new(Vec::new()));
        let mut sink = Counted {
            line: Box::new(Valve {
                open: open.clone(),
                taken: taken.clone(),
            }),
            lost: 0,
        };
        let mut say = |text: &str| sink.write(WallTime::default(), Level::Info, text);
        say("one");
        open.store(false, std::sync::atomic::Ordering::Relaxed);
        say("two");
        say("three");
        open.store(true, std::sync::atomic::Ordering::Relaxed);
        say("four");
        say("five");
        assert_eq!(
            *taken.lock().unwrap(),
            [
                "INFO one",
                "WARN 2 log lines were lost",
                "INFO four",
                "INFO five"
            ]
        );
    }

    #[test]
    fn a_long_line_is_cut_between_letters() {
        let mut text = "ä".repeat(LONGEST_LINE);
        cut(&mut text);
        assert_eq!(text.len(), LONGEST_LINE + 3);
        assert!(text.ends_with("ä..."));
    }
}
