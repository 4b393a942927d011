//! The log file: `[2026-11-22T06:45:40+0000] info     : text` (reference F90).
//!
//! On a file system that may never answer it is written by a child, through a pipe: what the pipe
//! takes is written when the server is back, what it does not take is lost and counted.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::process::parent_id;
use std::thread;
use std::time::Duration;

use log::Level;

use crate::sample::Places;
use crate::sys;
use crate::sys::reap::own_pid;
use crate::sys::task::fork_reader;
use crate::time::WallTime;

use super::{Dropped, Sink};

/// Opened for appending, mode 0640, without waiting for a reader where it is a FIFO.
pub(super) struct LogFile {
    path: Box<str>,
    way: Option<Way>,
    /// A full disk took half a line: the next one begins on a line of its own.
    torn: bool,
}

/// How lines get into the file.
enum Way {
    Near(File),
    Far {
        child: File,
        /// The next line goes into a file that is opened anew.
        anew: bool,
    },
}

/// Told to the child before a line: the file may have been rotated.
const ANEW: u8 = 0;
/// How long the child waits when the file system refuses.
const PAUSE: Duration = Duration::from_secs(1);

impl Way {
    fn open(path: &str, is_far: bool) -> io::Result<Self> {
        if !is_far {
            return sys::file::open_log(path).map(Self::Near);
        }
        let parent = own_pid();
        let child = fork_reader(|lines| relay(lines, path, parent))?;
        Ok(Self::Far {
            child: child.into(),
            anew: false,
        })
    }
}

/// The child: writes what comes, until nobody is left who could send more.
fn relay(mut lines: File, path: &str, parent: i32) {
    let mut file = None;
    let mut buffer = [0; 4096];
    loop {
        let length = match lines.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let pieces = buffer[..length].split(|&byte| byte == ANEW);
        for (number, mut rest) in pieces.enumerate() {
            if number > 0 {
                file = None;
            }
            while !rest.is_empty() {
                match append(&mut file, path, rest) {
                    Ok(written) => rest = &rest[written..],
                    Err(_) if i64::from(parent_id()) != i64::from(parent) => return,
                    Err(_) => {
                        file = None;
                        thread::sleep(PAUSE);
                    }
                }
            }
        }
    }
}

fn append(file: &mut Option<File>, path: &str, bytes: &[u8]) -> io::Result<usize> {
    let file = match file {
        Some(file) => file,
        None => file.insert(sys::file::open_log(path)?),
    };
    match file.write(bytes)? {
        0 => Err(ErrorKind::WriteZero.into()),
        written => Ok(written),
    }
}

impl LogFile {
    pub(super) fn open(path: &str) -> Self {
        let way = Way::open(path, Places::now().is_far(path));
        if let Err(error) = &way {
            // The terminal of whoever starts us is the one place left to say it.
            let words = sys::errno::words(error);
            let text = format!("The log file {path} cannot be opened -- {words}\n");
            sys::output::Stream::Error.write_now(text.as_bytes());
        }
        Self {
            path: path.into(),
            way: way.ok(),
            torn: false,
        }
    }
}

impl Sink for LogFile {
    fn write(&mut self, wall: WallTime, level: Level, text: &str) -> Result<(), Dropped> {
        if self.way.is_none() {
            self.reopen(); // the directory may have come back, the FIFO found a reader
        }
        let mut not_anew = false;
        let (file, anew) = match &mut self.way {
            None => return Err(Dropped),
            Some(Way::Near(file)) => (file, &mut not_anew),
            Some(Way::Far { child, anew }) => (child, anew),
        };
        let start = match (self.torn, *anew) {
            (false, false) => "",
            (true, false) => "\n",
            (false, true) => "\0",
            (true, true) => "\n\0",
        };
        let line = format!("{start}[{}] {}{text}\n", wall.iso8601(), word(level));
        match file.write(line.as_bytes()) {
            Ok(written) if written == line.len() => {
                (self.torn, *anew) = (false, false);
                Ok(())
            }
            Ok(written) => {
                if written > 0 {
                    self.torn = written > start.len();
                    *anew &= written < start.len();
                }
                Err(Dropped)
            }
            Err(error) => {
                if error.kind() == ErrorKind::BrokenPipe {
                    self.way = None;
                }
                Err(Dropped)
            }
        }
    }

    /// A child that writes for us stays: on a dead server each new one would be one more.
    fn reopen(&mut self) {
        match (&mut self.way, Places::now().is_far(&self.path)) {
            (Some(Way::Far { anew, .. }), true) => *anew = true,
            (_, is_far) => self.way = Way::open(&self.path, is_far).ok(),
        }
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error    : ",
        Level::Warn => "warning  : ",
        Level::Info => "info     : ",
        Level::Debug | Level::Trace => "debug    : ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::testing::Folder;

    #[test]
    fn lines_have_the_reference_format_and_follow_a_rotation() {
        let directory = std::env::temp_dir().join(format!("tend-log-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("log");
        let path = path.to_str().unwrap();
        let mut log = LogFile::open(path);
        let at = WallTime::new(1_795_330_394_250, 0);
        assert!(log.write(at, Level::Info, "one").is_ok());
        let rotated = format!("{path}.1");
        std::fs::rename(path, &rotated).unwrap();
        log.reopen();
        assert!(log.write(at, Level::Warn, "two").is_ok());
        assert_eq!(
            std::fs::read_to_string(rotated).unwrap(),
            "[2026-11-22T06:53:14+0000] info     : one\n"
        );
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            "[2026-11-22T06:53:14+0000] warning  : two\n"
        );
        std::fs::remove_dir_all(directory).unwrap();
    }

    fn far(path: &str) -> LogFile {
        LogFile {
            path: path.into(),
            way: Some(Way::open(path, true).unwrap()),
            torn: false,
        }
    }

    /// Until the child has done its work.
    fn eventually(path: &str, text: &str) {
        let patience = std::time::Instant::now() + Duration::from_secs(60);
        while std::fs::read_to_string(path).unwrap_or_default() != text {
            assert!(std::time::Instant::now() < patience, "{path}: {text}");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_child_writes_what_may_take_long_and_follows_a_rotation() {
        let folder = Folder::new();
        let path = folder.path("log").display().to_string();
        let mut log = far(&path);
        let at = WallTime::default();
        let mut say = |text: &str, anew: bool| {
            if let Some(Way::Far { anew: rotated, .. }) = &mut log.way {
                *rotated |= anew;
            }
            assert!(log.write(at, Level::Info, text).is_ok());
        };
        let line = |text: &str| format!("[{}] info     : {text}\n", at.iso8601());
        say("one", false);
        eventually(&path, &line("one"));
        let rotated = format!("{path}.1");
        std::fs::rename(&path, &rotated).unwrap();
        say("two", false);
        eventually(&rotated, &format!("{}{}", line("one"), line("two")));
        say("three", true);
        eventually(&path, &line("three"));
        say("four", false);
        eventually(&path, &format!("{}{}", line("three"), line("four")));
    }

    /// What the pipe holds is written when the file can be; what it does not take is lost.
    #[test]
    fn a_file_that_cannot_be_written_holds_nobody_up() {
        let folder = Folder::new();
        let path = folder.path("gone/log").display().to_string();
        let mut log = far(&path);
        let text = "x".repeat(1000);
        let at = WallTime::default();
        let mut taken = 0;
        while log.write(at, Level::Info, &text).is_ok() {
            taken += 1;
            assert!(taken < 1000, "a pipe has its limit");
        }
        assert!(taken > 3, "{taken}");
        std::fs::create_dir(folder.path("gone")).unwrap();
        let line = format!("[{}] info     : {text}\n", at.iso8601());
        let patience = std::time::Instant::now() + Duration::from_secs(60);
        loop {
            let content = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(std::time::Instant::now() < patience, "{content}");
            if content.starts_with(&line.repeat(taken)) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_child_that_was_killed_is_replaced() {
        let folder = Folder::new();
        let path = folder.path("log").display().to_string();
        let mut log = far(&path);
        let (reader, writer) = sys::pipe().unwrap();
        drop(reader);
        log.way = Some(Way::Far {
            child: writer.into(),
            anew: false,
        });
        let at = WallTime::default();
        assert!(log.write(at, Level::Info, "lost").is_err());
        assert!(log.write(at, Level::Info, "kept").is_ok());
        eventually(&path, &format!("[{}] info     : kept\n", at.iso8601()));
    }

    #[test]
    fn a_full_device_drops_the_line() {
        let mut log = LogFile::open("/dev/full");
        assert!(log.write(WallTime::default(), Level::Info, "x").is_err());
        assert!(!log.torn);
    }
}
