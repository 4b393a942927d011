//! The log file: `[2026-11-22T06:45:40+0000] info     : text` (reference F90).

use std::fs::File;
use std::io::Write;

use log::Level;

use crate::sys;
use crate::time::WallTime;

use super::{Dropped, Sink};

/// Opened for appending, mode 0640, without waiting for a reader where it is a FIFO.
pub(super) struct LogFile {
    path: Box<str>,
    file: Option<File>,
    /// A full disk took half a line: the next one begins on a line of its own.
    torn: bool,
}

impl LogFile {
    pub(super) fn open(path: &str) -> Self {
        let file = sys::file::open_log(path);
        if let Err(error) = &file {
            // The terminal of whoever starts us is the one place left to say it.
            let words = sys::errno::words(error);
            let text = format!("The log file {path} cannot be opened -- {words}\n");
            sys::output::Stream::Error.write_now(text.as_bytes());
        }
        Self {
            path: path.into(),
            file: file.ok(),
            torn: false,
        }
    }
}

impl Sink for LogFile {
    fn write(&mut self, wall: WallTime, level: Level, text: &str) -> Result<(), Dropped> {
        if self.file.is_none() {
            self.reopen(); // the directory may have come back, the FIFO found a reader
        }
        let Some(file) = &mut self.file else {
            return Err(Dropped);
        };
        let start = if self.torn { "\n" } else { "" };
        let line = format!("{start}[{}] {}{text}\n", wall.iso8601(), word(level));
        match file.write(line.as_bytes()) {
            Ok(written) if written == line.len() => {
                self.torn = false;
                Ok(())
            }
            Ok(written) => {
                if written > 0 {
                    self.torn = written > start.len();
                }
                Err(Dropped)
            }
            Err(error) => {
                if error.kind() == std::io::ErrorKind::BrokenPipe {
                    self.file = None;
                }
                Err(Dropped)
            }
        }
    }

    fn reopen(&mut self) {
        self.file = sys::file::open_log(&*self.path).ok();
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

    #[test]
    fn a_full_device_drops_the_line() {
        let mut log = LogFile::open("/dev/full");
        assert!(log.write(WallTime::default(), Level::Info, "x").is_err());
        assert!(!log.torn);
    }
}
