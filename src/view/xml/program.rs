//! A program's elements.

use super::{CharacterData, Writer};
use crate::reading::ProgramReading;

impl Writer {
    pub(super) fn program(&mut self, run: &ProgramReading) {
        self.block("program", |xml| {
            xml.element("started", run.started);
            xml.element("status", run.status);
            xml.element("output", CharacterData(&run.output));
        });
    }
}
