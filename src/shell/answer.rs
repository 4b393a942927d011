//! What a status client gets: who it is, what it may, and the page `view` makes of the engine.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use mio::Token;

use crate::engine::Priority;
use crate::http::auth::{self, User, Verdict};
use crate::http::{Request, Status, Surroundings};
use crate::model::{Access, LogTarget, Role};
use crate::sample::Places;
use crate::sys;
use crate::view::route::{self, Answer};
use crate::view::{Context, LOG_TAIL_LIMIT, LogTail};

use super::held::ANSWER_PATIENCE;
use super::perform::level;
use super::server::{Asked, Reason};
use super::{Shell, clock};

/// What a page takes besides its services: the end of the log, the styles, the copy that is sent.
const PAGE_ROOM: usize = 256 * 1024;
/// What a service takes in the largest of them, growing text and its copy included.
const SERVICE_ROOM: usize = 3 * 1024;

/// Sent instead of a page there is no memory for.
const NO_MEMORY: &[u8] = b"HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

/// The answer to a command.
pub(super) struct Reply {
    client: Token,
    answer: Vec<u8>,
}

impl Shell {
    /// Does what a client asks for, and answers it when that is sure to last.
    pub(super) fn answer(&mut self, asked: Asked) {
        if !self.can_afford_a_page() {
            let now = clock::moment();
            return self.server.answer(now, asked.client, NO_MEMORY.into());
        }
        let Answer {
            response,
            command,
            log,
        } = self.decide(&asked);
        let is_refused = log.iter().any(|(priority, _)| *priority == Priority::Error);
        let reason = if response.status == Status::Unauthorized {
            Reason::Login
        } else {
            Reason::Other
        };
        if !is_refused || self.server.tells(clock::moment(), reason) {
            for (priority, text) in log {
                log::log!(level(priority), "{text}");
            }
        }
        let answer = response.encode(&self.surroundings(&asked));
        let Some(command) = command else {
            return self.server.answer(clock::moment(), asked.client, answer);
        };
        self.obey(command);
        let reply = Reply {
            client: asked.client,
            answer,
        };
        let until = clock::moment() + ANSWER_PATIENCE;
        self.replies.push(until, reply);
        self.replies.seal(&self.store);
    }

    /// Sends what waited until the command it answers is stored.
    pub(super) fn send_replies(&mut self) {
        let now = clock::moment();
        for Reply { client, answer } in self.replies.release(now, &self.store) {
            self.server.answer(now, client, answer);
        }
    }

    /// Whether there is memory for whatever is asked for.
    fn can_afford_a_page(&mut self) -> bool {
        let services = self.engine.model().services.len();
        let needed = PAGE_ROOM + services * SERVICE_ROOM;
        let short = sys::memory::room(needed).is_err();
        match (short, std::mem::replace(&mut self.short_of_memory, short)) {
            (true, false) => log::error!("Memory is short: status pages are left out"),
            (false, true) => log::info!("There is memory for status pages again"),
            (true, true) | (false, false) => {}
        }
        !short
    }

    fn surroundings(&self, asked: &Asked) -> Surroundings {
        let httpd = self.engine.model().settings.httpd.as_ref();
        Surroundings {
            now: clock::wall(),
            secure: asked.secure,
            hide_version: httpd.is_some_and(|httpd| httpd.hide_version),
        }
    }

    fn decide(&self, asked: &Asked) -> Answer {
        let client = asked.peer.to_string();
        let surroundings = self.surroundings(asked);
        let request: &Request = match &asked.request {
            Ok(request) => request,
            Err(refusal) => return route::refused(*refusal, &client, &surroundings),
        };
        let settings = &self.engine.model().settings;
        let no_access = Access::default();
        let access = settings
            .httpd
            .as_ref()
            .map_or(&no_access, |httpd| &httpd.access);
        let header = request.headers.authorization.as_deref();
        let user = match auth::judge(access, &client, header, &sys::crypt::hash) {
            Verdict::Welcome(user) => limited(user, asked.read_only),
            Verdict::Unauthorized { log } => return route::unauthorized(log, &surroundings),
        };
        let standings = self.engine.standings();
        let context = Context {
            surroundings,
            model: self.engine.model(),
            standings: &standings,
            instance: &self.instance,
            uptime_seconds: clock::moment().since(self.loaded).as_secs(),
            secret: &self.secret,
            user: &user,
            client: &client,
            log_tail: &|| log_tail(&settings.log),
        };
        route::answer(request, &context)
    }
}

/// Through a read-only socket nobody acts.
fn limited(user: User, read_only: bool) -> User {
    let role = if read_only { Role::ReadOnly } else { user.role };
    User { role, ..user }
}

/// The end of the log file: opened only where it is a file, since a FIFO or a terminal would wait.
fn log_tail(target: &LogTarget) -> LogTail {
    let path = match target {
        LogTarget::File(path) => path,
        LogTarget::Syslog { .. } => return LogTail::Nothing("The log goes to syslog".into()),
        LogTarget::Unset => return LogTail::Nothing("No log file is set".into()),
    };
    if Places::now().is_far(path) {
        // No page is worth waiting for a server that may be gone.
        return LogTail::Nothing("The log is on a network file system".into());
    }
    match read_end(path) {
        Ok(end) => LogTail::File(end),
        Err(error) => LogTail::Nothing(sys::errno::words(&error)),
    }
}

fn read_end(path: &str) -> std::io::Result<Vec<u8>> {
    let mut file: File = sys::file::open_regular(path)?;
    let limit = LOG_TAIL_LIMIT as u64;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(limit)))?;
    let mut end = Vec::new();
    file.take(limit).read_to_end(&mut end)?;
    Ok(end)
}
