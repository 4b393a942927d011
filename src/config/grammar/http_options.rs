//! The options of `protocol http`.
//!
//! They may stand anywhere among the options of a connection test, so each is noted where it is
//! met, and whether it can apply is judged when all are known.

use super::comparison::comparison;
use super::digest;
use super::pattern::pattern;
use crate::config::keyword::Keyword;
use crate::config::parser::{Parsed, Parser};
use crate::config::syntax::Text;
use crate::config::token::{Symbol, TokenKind};
use crate::model::{CertificatePin, HeaderField, HttpMethod, HttpTest, Limit};
use crate::text::{Diagnostic, Span, quoted};

/// What has been said so far.
#[derive(Default)]
pub(super) struct HttpOptions {
    method: Option<HttpMethod>,
    request: Option<Box<str>>,
    status: Option<Limit>,
    headers: Vec<HeaderField>,
    content: Option<(bool, Text)>,
    checksum: Option<CertificatePin>,
    username: Option<Box<str>>,
    password: Option<Box<str>>,
    /// Where `username` or `password` stands.
    login: Option<Span>,
    /// Where `content` or `checksum` stands.
    needs_body: Option<Span>,
}

type OptionProduction = fn(&mut Parser<'_>, &mut HttpOptions, Span) -> Parsed;

pub(super) const OPTIONS: &[(Keyword, OptionProduction)] = &[
    (Keyword::Request, request),
    (Keyword::Status, status),
    (Keyword::Content, content),
    (Keyword::Checksum, checksum),
    (Keyword::Hostheader, hostheader),
    (Keyword::Http, headers),
    (Keyword::Method, method),
    (Keyword::Username, username),
    (Keyword::Password, password),
];

impl HttpOptions {
    /// What a URL says of the request; options of their own go before it.
    pub(super) fn set_request(
        &mut self,
        request: Box<str>,
        credentials: Option<(Box<str>, Box<str>)>,
    ) {
        self.request.get_or_insert(request);
        if let Some((user, password)) = credentials {
            self.username.get_or_insert(user);
            self.password.get_or_insert(password);
        }
    }

    /// The test they make, and the pattern in it.
    pub(super) fn finish(self, p: &mut Parser<'_>) -> Parsed<(HttpTest, Option<Text>)> {
        let end = p.previous();
        let method = self.method.unwrap_or_default();
        if let (HttpMethod::Head, Some(word)) = (method, self.needs_body) {
            let message = format!(
                "{} looks at a body, and `method head` has none",
                quoted(p.text(word))
            );
            return Err(p.error(Diagnostic::error(word, message)));
        }
        let credentials = match (self.username, self.password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                let message = "`username` and `password` need each other";
                let place = self.login.unwrap_or(end);
                return Err(p.error(Diagnostic::error(place, message)));
            }
        };
        let pattern = self.content.as_ref().map(|(_, pattern)| pattern.clone());
        let test = HttpTest {
            method,
            request: self.request.unwrap_or_default(),
            status: self.status,
            headers: self.headers,
            content: self
                .content
                .map(|(wanted, pattern)| (wanted, pattern.value)),
            checksum: self.checksum,
            credentials,
        };
        Ok((test, pattern))
    }
}

/// `request PATH`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol http and request "/data/show?a=b&c=d" then restart
///   if failed port 81 protocol http request /index.html with timeout 3 seconds then restart
/// ```
fn request(p: &mut Parser<'_>, options: &mut HttpOptions, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let path = p.value("a path to ask for")?;
    let absolute = path.value.starts_with('/') || path.value.contains("://");
    if !absolute || path.value.contains(char::is_control) {
        let message = format!("{} cannot be asked for", quoted(&path.value));
        let error = Diagnostic::error(path.span, message).label("must begin with `/`");
        return Err(p.error(error));
    }
    super::once(p, &mut options.request, path.value, word)
}

/// `status [OPERATOR] NUMBER`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol http request /gone status = 404 then alert
///   if failed port 80 protocol http status < 300 then alert
/// ```
fn status(p: &mut Parser<'_>, options: &mut HttpOptions, word: Span) -> Parsed {
    let comparison = comparison(p);
    let number = p.number()?;
    if number.value > 999 {
        let error = Diagnostic::error(number.span, "no HTTP status is larger than 999");
        return Err(p.error(error));
    }
    let limit = Limit {
        comparison,
        value: number.value,
    };
    super::once(p, &mut options.status, limit, word)
}

/// `content [=|!=] PATTERN`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol http content = "foobar [0-9.]+" then alert
///   if failed port 81 protocol http content != 'error' then alert
/// ```
fn content(p: &mut Parser<'_>, options: &mut HttpOptions, word: Span) -> Parsed {
    let wanted = !p.accept_sign(Symbol::NotEqual);
    if wanted {
        p.accept_sign(Symbol::Equal);
    }
    let pattern = pattern(p)?;
    options.needs_body = Some(word);
    super::once(p, &mut options.content, (wanted, pattern), word)
}

/// `checksum HEX` of the body.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol http request /x
///      checksum 8f7f419955cefa0b33a2ba316cba3659 then alert
/// ```
fn checksum(p: &mut Parser<'_>, options: &mut HttpOptions, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let kind = digest::kind(p);
    let (kind, digest) = digest::digest(p, kind)?;
    options.needs_body = Some(word);
    super::once(
        p,
        &mut options.checksum,
        CertificatePin { kind, digest },
        word,
    )
}

/// `hostheader NAME`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol http hostheader "www.example.com" then alert
/// ```
fn hostheader(p: &mut Parser<'_>, options: &mut HttpOptions, _: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let host = p.value("a host name")?;
    add_header(p, options, &Text::new("Host".into(), host.span), host.value)
}

/// `http headers [NAME: VALUE, …]`, after `http`.
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol http
///      with http headers [Host: "mmonit.com:443", Cache-Control: no-cache, Cookie: a=b; c=d]
///      and request /monit/ then alert
/// ```
fn headers(p: &mut Parser<'_>, options: &mut HttpOptions, _: Span) -> Parsed {
    p.expect(Keyword::Headers)?;
    p.expect_sign(Symbol::OpenBracket)?;
    while !p.accept_sign(Symbol::CloseBracket) {
        let name = p.raw_item(&[':', ',', ']', '\n'])?;
        p.expect_sign(Symbol::Colon)?;
        let value = if p.peek().kind == TokenKind::Quoted {
            p.value("a header's value")?
        } else {
            p.raw(&[',', ']', '\n'])?
        };
        add_header(p, options, &name, value.value)?;
    }
    Ok(())
}

fn add_header(
    p: &mut Parser<'_>,
    options: &mut HttpOptions,
    name: &Text,
    value: Box<str>,
) -> Parsed {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.value.is_empty() || !name.value.chars().all(token) {
        let message = format!("{} is no name of a header", quoted(&name.value));
        return Err(p.error(Diagnostic::error(name.span, message)));
    }
    if value.contains(char::is_control) {
        let message = "a header cannot hold the end of a line";
        return Err(p.error(Diagnostic::error(name.span, message)));
    }
    options.headers.push(HeaderField {
        name: name.value.clone(),
        value,
    });
    Ok(())
}

/// `method get|head`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol http method HEAD then alert
/// ```
fn method(p: &mut Parser<'_>, options: &mut HttpOptions, word: Span) -> Parsed {
    let method = if p.accept(Keyword::Head) {
        HttpMethod::Head
    } else {
        p.expect(Keyword::Get)?;
        HttpMethod::Get
    };
    super::once(p, &mut options.method, method, word)
}

/// `username U password P`
///
/// ```text
/// check process p with pidfile /p
///   if failed port 80 protocol http username "u" password "p w" then alert
/// ```
fn username(p: &mut Parser<'_>, options: &mut HttpOptions, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let user = p.name("a user name")?;
    options.login = Some(word);
    if user.value.contains(':') {
        let error = Diagnostic::error(user.span, "a user name cannot hold a colon");
        return Err(p.error(error));
    }
    super::once(p, &mut options.username, user.value, word)
}

fn password(p: &mut Parser<'_>, options: &mut HttpOptions, word: Span) -> Parsed {
    p.skip_sign(Symbol::Equal);
    let password = p.name("a password")?;
    options.login = Some(word);
    super::once(p, &mut options.password, password.value, word)
}
