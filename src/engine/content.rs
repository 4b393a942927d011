//! New lines of a file: where reading them goes on, and what they mean for the content tests.
//!
//! The mark moves only when the lines before it are judged, and for all content tests at once: a
//! check that is given up leaves them to the next one, and what one rule does (restart, exec) takes
//! no line from the others.

use crate::model::{Service, ServiceId};
use crate::reading::{ContentFrom, Presence, Reading};

use super::Engine;
use super::judge::Finding;
use super::service::Alarm;

impl Engine {
    /// Where the look at a service's lines begins; `None` where no test needs one.
    pub(super) fn content_from(&self, id: ServiceId) -> Option<ContentFrom> {
        self.model.service(id).content.as_ref()?;
        let mark = self.wards[id.index()].mark.as_deref();
        Some(mark.map_or(ContentFrom::End, |mark| ContentFrom::Mark(*mark)))
    }

    /// Gives the content tests what the last look found; whether it could be read.
    pub(super) fn judge_lines(&mut self, id: ServiceId) -> bool {
        let model = self.model.clone();
        let service = model.service(id);
        let ward = &mut self.wards[id.index()];
        let Some(Reading::File(Presence::Present(file))) = ward.reading.as_deref_mut() else {
            return true;
        };
        let content = match file.content.take() {
            Some(Ok(content)) if ward.is_monitored() => content,
            Some(Ok(_)) | None => return true,
            Some(Err(why)) => {
                self.raise(id, Alarm::Data, &format!("cannot read the lines -- {why}"));
                return false;
            }
        };
        self.changed |= ward.mark.as_deref() != Some(&content.mark);
        ward.mark = Some(Box::new(content.mark));
        for (index, found) in content_rules(service).zip(content.found) {
            if !self.wards[id.index()].is_monitored() {
                break;
            }
            let finding = match found {
                Some(lines) => Finding::Changed(format!("content match:\n{lines}")),
                None => Finding::Unchanged("content doesn't match".into()),
            };
            self.take_finding(id, index, finding);
        }
        true
    }
}

/// The places of the content tests among the rules, in their order.
fn content_rules(service: &Service) -> impl Iterator<Item = usize> {
    let rules = service.rules.iter().enumerate();
    rules.filter_map(|(index, rule)| rule.test.content().map(|_| index))
}
