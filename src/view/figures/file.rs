//! The figures of a file, a directory, a named pipe.

use super::{Lines, Tone};
use crate::engine::Standing;
use crate::model::EventKind;
use crate::model::SubjectKind;
use crate::reading::{Bytes, FileReading, hexadecimal};
use crate::time::WallTime;

impl Lines {
    /// A directory's size and a pipe's tell nothing.
    pub(super) fn file(&mut self, file: &FileReading, standing: &Standing<'_>) {
        let zone = standing.collected.map_or(0, WallTime::offset_seconds);
        let date = |unix: i64| WallTime::new(unix.saturating_mul(1000), zone).date_text();
        self.value("permission", format_args!("{:o}", file.permission));
        self.value("uid", file.uid);
        self.value("gid", file.gid);
        self.value("hardlink", file.links);
        if standing.service.subject.kind() == SubjectKind::File {
            self.value("size", Bytes(file.size));
        }
        self.value("access timestamp", date(file.accessed));
        self.value("change timestamp", date(file.changed));
        self.value("modify timestamp", date(file.modified));
        self.content(standing);
        for digest in &file.digests {
            let kind = digest.kind.name();
            let words = digest.value.as_ref().ok();
            self.known(
                "checksum",
                words.map(|bytes| format!("{} ({kind})", hexadecimal(bytes))),
            );
        }
    }

    /// Whether a line of the last look counted for a test of it.
    fn content(&mut self, standing: &Standing<'_>) {
        if standing.service.content.is_some() {
            let found = standing.hint_bits & EventKind::Content.bit() != 0;
            let (word, tone) = if found {
                ("yes", Tone::Bad)
            } else {
                ("no", Tone::Value)
            };
            self.push("content match", word, tone);
        }
    }
}
