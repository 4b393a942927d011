//! The elements of a file, a directory, a named pipe.

use super::Writer;
use crate::model::SubjectKind;
use crate::reading::{FileReading, hexadecimal};

impl Writer {
    pub(super) fn file(&mut self, file: &FileReading, kind: SubjectKind) {
        self.put(format_args!("<mode>{:o}</mode>", file.permission));
        self.element("uid", file.uid);
        self.element("gid", file.gid);
        self.block("timestamps", |xml| {
            xml.element("access", file.accessed);
            xml.element("change", file.changed);
            xml.element("modify", file.modified);
        });
        self.element("hardlink", file.links);
        if kind == SubjectKind::File {
            self.element("size", file.size);
        }
        for digest in &file.digests {
            if let Ok(bytes) = &digest.value {
                let (kind, digits) = (digest.kind.name(), hexadecimal(bytes));
                self.put(format_args!(
                    "<checksum type=\"{kind}\">{digits}</checksum>"
                ));
            }
        }
    }
}
