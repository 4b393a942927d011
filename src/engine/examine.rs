//! What a reading means for a service: is it there, is it what it should be, do its tests pass.

use crate::model::{Rule, ServiceId, Subject, Test, Window};
use crate::reading::{FileKind, FileReading, Presence, ProcessState, Reading};

use super::judge::{self, FileFacts, Finding};
use super::service::{Alarm, Seen};
use super::{Engine, Priority};

impl Engine {
    /// Notes what was found, without judging it.
    pub(super) fn observe(&mut self, id: ServiceId, reading: Reading) {
        let ward = &mut self.wards[id.index()];
        let (presence, process) = match &reading {
            Reading::Process(ProcessState::Running(process)) => (Seen::Present, Some(process.id)),
            Reading::Process(ProcessState::Zombie(_) | ProcessState::Absent) => {
                (Seen::Absent, None)
            }
            Reading::Process(ProcessState::Unreadable(_)) => (Seen::Unknown, ward.process),
            Reading::File(Presence::Present(_)) | Reading::System(_) => (Seen::Present, None),
            Reading::File(Presence::Absent) => (Seen::Absent, None),
            Reading::File(Presence::Unreadable(_)) => (Seen::Unknown, None),
        };
        self.changed |= ward.process != process;
        ward.presence = presence;
        ward.process = process;
        ward.reading = Some(reading);
        ward.collected = Some(self.now.wall);
    }

    pub(super) fn judge_existence(&mut self, id: ServiceId) {
        let ward = &self.wards[id.index()];
        let presence = ward.presence;
        let Some(reading) = &ward.reading else {
            return;
        };
        match reading {
            Reading::Process(ProcessState::Unreadable(reason))
            | Reading::File(Presence::Unreadable(reason)) => {
                let text = format!("cannot be looked at -- {reason}");
                self.raise(id, Alarm::Data, &text);
                return;
            }
            // The reference raises a data access error first and restarts a cycle later (F81); a
            // dead process is dead.
            Reading::Process(ProcessState::Zombie(process)) => {
                let text = format!("process with pid {} is a zombie", process.pid);
                self.log_service(id, Priority::Error, &text);
            }
            Reading::Process(_) | Reading::File(_) | Reading::System(_) => {}
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
        let text = match (&service.subject, present) {
            (Subject::Process(_), true) => {
                let pid = self.wards[id.index()]
                    .process
                    .map_or(-1, |process| process.pid);
                format!("process is running with pid {pid}")
            }
            (Subject::Process(_), false) => "process is not running".into(),
            (Subject::File(_), true) => "file exists".into(),
            (Subject::File(_), false) => "file doesn't exist".into(),
            (Subject::System, _) => return,
        };
        for (index, rule) in service.rules.iter().enumerate() {
            let fails_if_present = match rule.test {
                Test::NotExist => false,
                Test::Exist => true,
                Test::Connection(_)
                | Test::Checksum(_)
                | Test::Permission(_)
                | Test::PermissionChanged
                | Test::Uid(_)
                | Test::Gid(_)
                | Test::Size(_)
                | Test::SizeChanged
                | Test::Timestamp(_)
                | Test::TimestampChanged(_) => continue,
            };
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
        let Some(reading) = &self.wards[id.index()].reading else {
            return;
        };
        match reading {
            Reading::Process(_) => {
                let text = "process is running after previous exec error \
                            (slow starting or manually recovered?)";
                self.clear(id, Alarm::Exec, text);
            }
            Reading::File(Presence::Present(file)) => match file.kind {
                FileKind::Regular => self.clear(id, Alarm::Invalid, "is a regular file"),
                FileKind::Socket => self.clear(id, Alarm::Invalid, "is a socket"),
                FileKind::Directory
                | FileKind::Fifo
                | FileKind::BlockDevice
                | FileKind::CharacterDevice
                | FileKind::Other => {
                    let text = "is neither a regular file nor a socket";
                    self.raise(id, Alarm::Invalid, text);
                }
            },
            Reading::File(Presence::Absent | Presence::Unreadable(_)) | Reading::System(_) => {}
        }
    }

    /// The tests that need no connection.
    pub(super) fn judge_content(&mut self, id: ServiceId) {
        let model = self.model.clone();
        let service = model.service(id);
        let mut unknown = self.wards[id.index()].alarms.invalid > 0;
        for (index, rule) in service.rules.iter().enumerate() {
            if !self.is_checkable(id) {
                return;
            }
            let ward = &mut self.wards[id.index()];
            let finding = match (&ward.reading, &service.subject) {
                (Some(Reading::Process(ProcessState::Running(process))), _) => {
                    judge::judge_process(&rule.test, &service.name, process)
                }
                (Some(Reading::File(Presence::Present(reading))), Subject::File(path))
                    if is_file(reading) =>
                {
                    let base = &mut ward.rules[index].base;
                    let before = base.clone();
                    let wall = self.now.wall;
                    let facts = FileFacts {
                        name: &service.name,
                        path,
                        reading,
                        wall,
                    };
                    let finding = facts.judge(&rule.test, base);
                    self.changed |= before != *base;
                    finding
                }
                (Some(_) | None, _) => None,
            };
            if let Some(finding) = finding {
                unknown |= matches!(finding, Finding::Unknown(_));
                self.take_finding(id, index, finding);
            }
        }
        if !unknown {
            self.clear(id, Alarm::Data, "data access succeeded");
        }
    }
}

const fn is_file(reading: &FileReading) -> bool {
    matches!(reading.kind, FileKind::Regular | FileKind::Socket)
}
