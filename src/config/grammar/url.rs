//! Addresses of the web.

use crate::config::parser::{Parsed, Parser};
use crate::text::{Diagnostic, quoted};

/// `http[s]://[USER:PASSWORD@]HOST[:PORT][/PATH]`
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) encrypted: bool,
    pub(super) credentials: Option<(Box<str>, Box<str>)>,
    /// Without the brackets of an IPv6 address.
    pub(super) host: Box<str>,
    pub(super) port: u16,
    /// With the query; at least `/`.
    pub(super) request: Box<str>,
}

/// Reads one.
pub(super) fn url(p: &mut Parser<'_>) -> Parsed<Url> {
    let text = p.value("a URL")?;
    match parse(&text.value) {
        Ok(url) => Ok(url),
        Err(why) => {
            let message = format!("{} is no URL: {why}", quoted(&text.value));
            let error = Diagnostic::error(text.span, message);
            Err(p.error(error.note("like `http://user:password@www.example.com:8080/path`")))
        }
    }
}

fn parse(text: &str) -> Result<Url, &'static str> {
    if text.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err("it cannot hold blanks");
    }
    let (scheme, rest) = text
        .split_once("://")
        .ok_or("it must begin with `http://` or `https://`")?;
    let encrypted = match &*scheme.to_ascii_lowercase() {
        "http" => false,
        "https" => true,
        _ => return Err("only http and https are spoken"),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let path = path.split('#').next().unwrap_or("");
    let slash = if path.starts_with('/') { "" } else { "/" };
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, authority),
    };
    let (host, port) = host_and_port(place)?;
    if host.is_empty() {
        return Err("it names no host");
    }
    let usual = if encrypted { 443 } else { 80 };
    let credentials = user.map(|user| user.split_once(':').unwrap_or((user, "")));
    Ok(Url {
        encrypted,
        credentials: credentials.map(|(user, password)| (decoded(user), decoded(password))),
        host: host.into(),
        port: port.unwrap_or(usual),
        request: format!("{slash}{path}").into(),
    })
}

fn host_and_port(place: &str) -> Result<(&str, Option<u16>), &'static str> {
    let (host, port) = match place
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((address, after)) => (address, after.strip_prefix(':')),
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let Some(port) = port else {
        return Ok((host, None));
    };
    match port.parse() {
        Ok(number @ 1..=u16::MAX) => Ok((host, Some(number))),
        Ok(0) | Err(_) => Err("ports are 1 to 65535"),
    }
}

/// `%40` becomes `@`; what is no such escape, or would be no text, stays.
fn decoded(text: &str) -> Box<str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |index: usize| char::from(*rest.get(index)?).to_digit(16);
        let escape = match (first, digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            (_, _, _) => None,
        };
        bytes.push(escape.unwrap_or(*first));
        rest = if escape.is_some() { &rest[3..] } else { after };
    }
    String::from_utf8(bytes).map_or_else(|_| text.into(), String::into_boxed_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> String {
        match parse(text) {
            Err(why) => why.to_owned(),
            Ok(url) => {
                let scheme = if url.encrypted { "https" } else { "http" };
                let user = url
                    .credentials
                    .map(|(user, password)| format!("{user}+{password}"));
                let user = user.unwrap_or_default();
                format!("{scheme} {user} {} {} {}", url.host, url.port, url.request)
            }
        }
    }

    #[test]
    fn urls() {
        assert_eq!(parts("http://a"), "http  a 80 /");
        assert_eq!(
            parts("HTTPS://a.example/x?y=z#w"),
            "https  a.example 443 /x?y=z"
        );
        assert_eq!(parts("http://a?x"), "http  a 80 /?x");
        assert_eq!(parts("https://u:p@[::1]:8443/"), "https u+p ::1 8443 /");
        assert_eq!(parts("http://u%40x:p%3aw%zz@a/"), "http u@x+p:w%zz a 80 /");
        assert_eq!(parts("http://u@a/"), "http u+ a 80 /");
    }

    #[test]
    fn what_is_none() {
        assert_eq!(parts("a/b"), "it must begin with `http://` or `https://`");
        assert_eq!(parts("ftp://a"), "only http and https are spoken");
        assert_eq!(parts("http://:80/"), "it names no host");
        assert_eq!(parts("http://a:0/"), "ports are 1 to 65535");
        assert_eq!(parts("http://a:x/"), "ports are 1 to 65535");
        assert_eq!(parts("http://a b/"), "it cannot hold blanks");
    }
}
