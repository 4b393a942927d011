//! What a reading means for a service: is it there, is it what it should be, do its tests pass.

use crate::model::{FilesystemTest, Rule, ServiceId, Subject, SubjectKind, Test, Window};
use crate::reading::{FileKind, Outline, Presence, ProcessState, Reading};

use super::judge::{Facts, Finding};
use super::service::{Alarm, Seen};
use super::{Engine, Priority};

impl Engine {
    /// Notes what was found, without judging it.
    pub(super) fn observe(&mut self, id: ServiceId, reading: Box<Reading>) {
        let ward = &mut self.wards[id.index()];
        let running = reading.process().map(|process| process.id);
        let (presence, process) = match reading.outline() {
            Outline::Present => (Seen::Present, running),
            Outline::Absent => (Seen::Absent, None),
            Outline::Unreadable(_) => (Seen::Unknown, ward.process),
        };
        if matches!(*reading, Reading::Filesystem(Presence::Absent)) {
            // Whoever mounts it again says how.
            for (rule, state) in self.model.service(id).rules.iter().zip(&mut ward.rules) {
                let is_flags = rule.test == Test::Filesystem(FilesystemTest::FlagsChanged);
                self.changed |= is_flags && state.base.take().is_some();
            }
        }
        ward.presence = presence;
        if ward.process != process {
            self.changed = true;
            ward.process = process;
            ward.watch = ward.watch.outdated();
        }
        ward.reading = Some(reading);
        ward.collected = Some(self.now.wall);
    }

    pub(super) fn judge_existence(&mut self, id: ServiceId) {
        let ward = &self.wards[id.index()];
        let presence = ward.presence;
        let Some(reading) = ward.reading.as_deref() else {
            return;
        };
        if let Outline::Unreadable(reason) = reading.outline() {
            let text = format!("cannot be looked at -- {reason}");
            self.raise(id, Alarm::Data, &text);
            return;
        }
        // The reference raises a data access error first and restarts a cycle later (F81); a dead
        // process is dead.
        if let Reading::Process(ProcessState::Zombie(process)) = reading {
            let text = format!("process with pid {} is a zombie", process.pid);
            self.log_service(id, Priority::Error, &text);
        }
        self.judge_presence(id, presence == Seen::Present, |_| true);
        if presence == Seen::Present && self.is_checkable(id) {
            self.judge_kind(id);
        }
    }

    /// Gives the tests of existence that `wants` names their result.
    fn judge_presence(&mut self, id: ServiceId, present: bool, wants: impl Fn(&Rule) -> bool) {
        let model = self.model.clone();
        let service = model.service(id);
        if !service.subject.can_be_missing() {
            return;
        }
        let text = match (&service.subject, present) {
            (Subject::Process(_), true) => {
                let pid = self.wards[id.index()]
                    .process
                    .map_or(-1, |process| process.pid);
                format!("process is running with pid {pid}")
            }
            (Subject::Process(_), false) => "process is not running".into(),
            (Subject::Filesystem(target), true) => {
                format!("succeeded getting filesystem statistics for '{target}'")
            }
            (Subject::Filesystem(target), false) => {
                format!("unable to read filesystem '{target}' state")
            }
            (subject, true) => format!("{} exists", subject.kind().word()),
            (subject, false) => format!("{} doesn't exist", subject.kind().word()),
        };
        for (index, rule) in service.rules.iter().enumerate() {
            let fails_if_present = rule.test == Test::Exist;
            if !fails_if_present && rule.test != Test::NotExist {
                continue;
            }
            if wants(rule) && self.wards[id.index()].is_monitored() {
                let finding = if present == fails_if_present {
                    Finding::Failed(text.clone())
                } else {
                    Finding::Passed(text.clone())
                };
                self.take_finding(id, index, finding);
            }
        }
    }

    /// A start has just succeeded: that ends a failed existence at once, where it need not be seen
    /// several times.
    pub(super) fn confirm_existence(&mut self, id: ServiceId) {
        let at_once =
            |rule: &Rule| rule.test == Test::NotExist && rule.recovered.window == Window::ONCE;
        let failing = self
            .model
            .service(id)
            .rules
            .iter()
            .zip(&self.wards[id.index()].rules);
        let waits = failing
            .into_iter()
            .any(|(r, s)| at_once(r) && s.verdict.is_suspected());
        if waits {
            self.judge_presence(id, true, at_once);
        }
    }

    /// Is what is there what it should be?
    fn judge_kind(&mut self, id: ServiceId) {
        let subject = self.model.service(id).subject.kind();
        let Some(reading) = self.wards[id.index()].reading.as_deref() else {
            return;
        };
        match reading {
            Reading::Process(_) => {
                let text = "process is running after previous exec error \
                            (slow starting or manually recovered?)";
                self.clear(id, Alarm::Exec, text);
            }
            Reading::File(Presence::Present(file)) => match kind_fault(subject, file.kind) {
                Ok(text) => self.clear(id, Alarm::Invalid, text),
                Err(text) => self.raise(id, Alarm::Invalid, text),
            },
            Reading::File(Presence::Absent | Presence::Unreadable(_))
            | Reading::Filesystem(_)
            | Reading::Host
            | Reading::Program(_)
            | Reading::Network(_)
            | Reading::System(_) => {}
        }
    }

    /// The tests that need no connection. Something else in the place of what should be there is
    /// not tested, as in the reference.
    pub(super) fn judge_content(&mut self, id: ServiceId) {
        if self.wards[id.index()].alarms.invalid > 0 {
            return;
        }
        let model = self.model.clone();
        let service = model.service(id);
        let mut unknown = false;
        for (index, rule) in service.rules.iter().enumerate() {
            if !self.is_checkable(id) {
                break;
            }
            let ward = &mut self.wards[id.index()];
            let Some(reading) = &ward.reading else {
                return;
            };
            let base = &mut ward.rules[index].base;
            let before = base.clone();
            let facts = Facts {
                service,
                wall: self.now.wall,
            };
            let finding = facts.judge(&rule.test, reading, base);
            self.changed |= before != *base;
            if let Some(finding) = finding {
                unknown |= matches!(finding, Finding::Unknown(_));
                self.take_finding(id, index, finding);
            }
        }
        unknown |= !self.judge_lines(id);
        if !unknown && self.is_checkable(id) {
            self.clear(id, Alarm::Data, "data access succeeded");
        }
    }
}

/// Whether a thing of this kind is what `check` names, in words.
const fn kind_fault(subject: SubjectKind, found: FileKind) -> Result<&'static str, &'static str> {
    match (subject, found) {
        (SubjectKind::Directory, FileKind::Directory) => Ok("is directory"),
        (SubjectKind::Directory, _) => Err("is not directory"),
        (SubjectKind::Fifo, FileKind::Fifo) => Ok("is fifo"),
        (SubjectKind::Fifo, _) => Err("is not fifo"),
        (_, FileKind::Regular) => Ok("is a regular file"),
        (_, FileKind::Socket) => Ok("is a socket"),
        (_, _) => Err("is neither a regular file nor a socket"),
    }
}
