//! The figures of a program that was run.

use super::{Lines, Tone};
use crate::reading::ProgramReading;

impl Lines {
    pub(super) fn program(&mut self, run: &ProgramReading) {
        self.value("last exit value", run.status);
        match &*run.output {
            "" => self.push("last output", "-", Tone::Missing),
            output => self.value("last output", output),
        }
    }
}
