//! Whether a POST was meant by whom it seems to come from (CSRF).
//!
//! A browser sends what any page tells it to, with the user's password. So a request that bears a
//! browser's marks (`Origin`, `Referer`, `Sec-Fetch-…`) must come from a page of ours and carry the
//! token of our form, which no other site can read. Programs are not tricked by pages: from them
//! the double-submit form of Monit's command line and libraries is enough (reference F50).

use std::net::IpAddr;

use crate::http::request::Headers;
use crate::http::{Request, token};

use super::Context;

/// `Err` holds what the log says.
pub(super) fn check(request: &Request, context: &Context<'_>) -> Result<(), &'static str> {
    let headers = &request.headers;
    let given = request
        .form
        .first(token::NAME)
        .filter(|token| !token.is_empty());
    let given = given.ok_or("missing CSRF token in HTTP parameter")?;
    let expected = if is_browser(headers) {
        check_origin(headers, context)?;
        context.secret.token(&context.user.name)
    } else {
        let cookie = headers.cookie_token.as_deref();
        cookie.ok_or("missing CSRF token cookie")?.to_owned()
    };
    if token::same(given.as_bytes(), expected.as_bytes()) {
        Ok(())
    } else {
        Err("CSRF token mismatch")
    }
}

const fn is_browser(headers: &Headers) -> bool {
    headers.origin.is_some() || headers.referer.is_some() || headers.fetch_metadata
}

fn check_origin(headers: &Headers, context: &Context<'_>) -> Result<(), &'static str> {
    let fetched_from_us = headers.fetch_site.as_deref() == Some("same-origin");
    if headers.fetch_site.is_some() && !fetched_from_us {
        return Err("CSRF: the request comes from another site");
    }
    let host = headers.host.as_deref().ok_or("CSRF: no Host header")?;
    let came_from_us = match (&headers.origin, &headers.referer) {
        (Some(url), _) | (None, Some(url)) => {
            authority(url).is_some_and(|authority| authority.eq_ignore_ascii_case(host))
        }
        (None, None) => fetched_from_us,
    };
    if !came_from_us {
        return Err("CSRF: the request comes from another site");
    }
    let passwords_asked = has_passwords(context);
    if !passwords_asked && !is_own_name(host, context) {
        return Err("CSRF: the page was opened under a name that is not this machine's");
    }
    Ok(())
}

/// `box:2812` of `http://box:2812/page`. The scheme does not count: TLS may end in front of us.
fn authority(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_web.then(|| rest.split(['/', '?', '#']).next()).flatten()
}

fn has_passwords(context: &Context<'_>) -> bool {
    let httpd = context.model.settings.httpd.as_ref();
    httpd.is_some_and(|httpd| httpd.access.asks_who())
}

/// Where no password is asked, another site could point its own name at this machine and be "the
/// same origin" (DNS rebinding). An address, `localhost` or this machine's name cannot be borrowed
/// so.
fn is_own_name(host: &str, context: &Context<'_>) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<IpAddr>().is_ok() || bare.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let first_label = |name: &str| {
        name.split('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let configured = context.model.settings.httpd.as_ref().and_then(|httpd| {
        let address = httpd.address.as_ref()?;
        address.host.as_deref()
    });
    first_label(bare) == first_label(&context.instance.host_name)
        || configured.is_some_and(|configured| configured.eq_ignore_ascii_case(bare))
}
