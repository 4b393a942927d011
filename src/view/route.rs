//! From a request to its answer, the command it asks for, and what to log (reference F43 to F55).
//!
//! A GET never acts. A POST must not be forged (`forgery`) and may act only for a user with the
//! full role; it is answered by a 302 to the same path whose body is that page already, because
//! that is what Monit's command line reads.

use crate::engine::{Command, Priority, UserAction};
use crate::http::{
    Content, Method, Refusal, Request, Response, Status, Surroundings, percent_encode,
};
use crate::model::{Role, ServiceId};

use super::xml::Layout;
use super::{Context, forgery, page, selection, style, text, xml};

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// To be encoded and sent.
    pub response: Response,
    /// For the engine.
    pub command: Option<Command>,
    /// For the log.
    pub log: Vec<(Priority, String)>,
}

/// Why a request gets an error page.
struct Problem {
    status: Status,
    message: String,
    /// A line for the log before the error's own.
    reason: Option<&'static str>,
}

impl Problem {
    fn new(status: Status, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            message,
            reason: None,
        }
    }

    fn unknown_service(status: Status, name: &str) -> Self {
        Self::new(status, format!("There is no service named \"{name}\""))
    }
}

/// Answers a request from a client who came in.
pub fn answer(request: &Request, context: &Context<'_>) -> Answer {
    match decide(request, context) {
        Ok(mut answer) => {
            answer.response.token = Some(context.secret.token(&context.user.name));
            if request.method == Method::Post {
                answer.response.status = Status::Found;
                let rest = request.path.trim_start_matches('/');
                answer.response.location = Some(format!("/{}", percent_encode(rest)));
            }
            answer
        }
        Err(problem) => {
            let client = context.client;
            let denied = |why| format!("HttpRequest: access denied -- client [{client}]: {why}");
            let reason = problem.reason.map(|why| (Priority::Error, denied(why)));
            let mut answer = error(
                problem.status,
                &problem.message,
                client,
                &context.surroundings,
            );
            answer.log.splice(0..0, reason);
            answer
        }
    }
}

/// Answers what was no request.
pub fn refused(refusal: Refusal, client: &str, surroundings: &Surroundings) -> Answer {
    error(refusal.status, refusal.message, client, surroundings)
}

/// Answers a request without a right password; `log` is the verdict's own line.
pub fn unauthorized(log: Option<String>, surroundings: &Surroundings) -> Answer {
    let message = "A user name and a password are wanted here, and these are not right";
    Answer {
        response: Response::error(Status::Unauthorized, message, surroundings),
        command: None,
        log: log
            .map(|line| (Priority::Error, line))
            .into_iter()
            .collect(),
    }
}

fn error(status: Status, message: &str, client: &str, surroundings: &Surroundings) -> Answer {
    let code = status.code();
    let line = format!("HttpRequest: error -- client [{client}]: HTTP/1.0 {code} {message}");
    Answer {
        response: Response::error(status, message, surroundings),
        command: None,
        log: vec![(Priority::Error, line)],
    }
}

fn decide(request: &Request, context: &Context<'_>) -> Result<Answer, Problem> {
    if request.method == Method::Post {
        forgery::check(request, context).map_err(|reason| Problem {
            reason: Some(reason),
            ..Problem::new(Status::Forbidden, "Invalid CSRF Token")
        })?;
    }
    match (request.path.as_str(), request.method) {
        ("/", _) => check_now(request, context, page::overview(context)),
        ("/_about", _) => Ok(html(page::about(context))),
        ("/_doaction", Method::Post) => act_on_many(request, context),
        ("/_getid", _) => Ok(plain(context.instance.id.to_string())),
        ("/_ping", _) => Ok(plain("pong".into())),
        ("/_report", _) => report(request, context),
        ("/_runtime", _) => check_now(request, context, page::runtime(context)),
        ("/_status", _) => status(request, context, Layout::One),
        ("/_status2", _) => status(request, context, Layout::Two),
        ("/_summary", _) => {
            let chosen = requested(request, context)?;
            Ok(plain(text::summary(context, &chosen)))
        }
        ("/_viewlog", _) => {
            require_full(context)?;
            Ok(html(page::log(context, &(context.log_tail)())))
        }
        ("/favicon.ico", _) => Ok(respond(Response::new(
            Status::NoContent,
            Content::Html,
            Vec::new(),
        ))),
        (path, _) => service(path.trim_start_matches('/'), request, context),
    }
}

fn status(request: &Request, context: &Context<'_>, layout: Layout) -> Result<Answer, Problem> {
    if request.parameters().first("format") == Some("xml") {
        let document = xml::document(context, layout).into_bytes();
        return Ok(respond(Response::new(Status::Ok, Content::Xml, document)));
    }
    let chosen = requested(request, context)?;
    Ok(plain(text::status(context, &chosen)))
}

fn report(request: &Request, context: &Context<'_>) -> Result<Answer, Problem> {
    let chosen = requested(request, context)?;
    let kind = request.parameters().first("type");
    text::report(&chosen, kind)
        .map(plain)
        .map_err(|message| Problem::new(Status::BadRequest, message))
}

fn requested<'a>(
    request: &Request,
    context: &Context<'a>,
) -> Result<Vec<&'a crate::engine::Standing<'a>>, Problem> {
    selection::requested(context, request.parameters())
        .map_err(|message| Problem::new(Status::BadRequest, message))
}

/// A service's page, and what its buttons ask for.
fn service(name: &str, request: &Request, context: &Context<'_>) -> Result<Answer, Problem> {
    let found = context.model.find(name);
    let standing = found.and_then(|id| context.standings.iter().find(|s| s.id == id));
    let standing = standing.ok_or_else(|| Problem::unknown_service(Status::NotFound, name))?;
    let mut answer = html(page::service(context, standing));
    if request.method == Method::Post {
        answer.command = command(request, context, vec![standing.id])?;
    }
    Ok(answer)
}

fn act_on_many(request: &Request, context: &Context<'_>) -> Result<Answer, Problem> {
    let mut services: Vec<ServiceId> = Vec::new();
    for name in request.form.all("service") {
        let named = selection::named(context, name);
        if named.is_empty() {
            return Err(Problem::unknown_service(Status::BadRequest, name));
        }
        for id in named {
            if !services.contains(&id) {
                services.push(id);
            }
        }
    }
    let mut answer = html(String::new());
    answer.command = command(request, context, services)?;
    Ok(answer)
}

/// Without an action or a service there is nothing to do, and that is no error (reference F53).
fn command(
    request: &Request,
    context: &Context<'_>,
    services: Vec<ServiceId>,
) -> Result<Option<Command>, Problem> {
    let Some(word) = request.form.first("action") else {
        return Ok(None);
    };
    require_full(context)?;
    let mut actions = UserAction::ALL.into_iter();
    let action = actions
        .find(|action| action.word() == word)
        .ok_or_else(|| Problem::new(Status::BadRequest, format!("Invalid action \"{word}\"")))?;
    Ok((!services.is_empty()).then_some(Command::Act { services, action }))
}

/// A page with a button that checks everything at once.
fn check_now(request: &Request, context: &Context<'_>, page: String) -> Result<Answer, Problem> {
    let mut answer = html(page);
    match request.form.first("action") {
        None => {}
        Some("validate") => {
            require_full(context)?;
            let line = "The tend http server woke up on user request".to_owned();
            answer.command = Some(Command::CheckNow);
            answer.log.push((Priority::Info, line));
        }
        Some(other) => {
            let message = format!("Invalid action \"{other}\"");
            return Err(Problem::new(Status::BadRequest, message));
        }
    }
    Ok(answer)
}

fn require_full(context: &Context<'_>) -> Result<(), Problem> {
    match context.user.role {
        Role::Full => Ok(()),
        Role::ReadOnly => Err(Problem::new(
            Status::Forbidden,
            "You do not have sufficient privileges to access this page",
        )),
    }
}

const fn respond(response: Response) -> Answer {
    Answer {
        response,
        command: None,
        log: Vec::new(),
    }
}

fn plain(text: String) -> Answer {
    respond(Response::new(Status::Ok, Content::Text, text.into_bytes()))
}

fn html(page: String) -> Answer {
    let mut response = Response::new(Status::Ok, Content::Html, page.into_bytes());
    response.style_hash = Some(style::HASH);
    respond(response)
}

#[cfg(test)]
mod tests;
