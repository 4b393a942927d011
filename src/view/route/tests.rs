use super::*;
use crate::http::token;
use crate::view::fixture::{SECRET, World};

const COOKIE: &str = "Cookie: securitytoken=abc\r\n";

fn post(world: &World, path: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    world.ask(&format!(
        "POST {path} HTTP/1.1\r\nHost: box:2812\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    ))
}

/// As Monit's command line does it.
fn order(world: &World, path: &str, parameters: &str) -> Answer {
    post(
        world,
        path,
        COOKIE,
        &format!("{parameters}&format=text&securitytoken=abc"),
    )
}

fn code(answer: &Answer) -> u16 {
    answer.response.status.code()
}

fn body(answer: &Answer) -> String {
    String::from_utf8(answer.response.body.clone()).unwrap()
}

fn log(answer: &Answer) -> Vec<&str> {
    answer.log.iter().map(|(_, line)| line.as_str()).collect()
}

fn acts(services: &[u16], action: UserAction) -> Option<Command> {
    let services = services.iter().copied().map(ServiceId::new).collect();
    Some(Command::Act { services, action })
}

#[test]
fn every_address_that_can_be_looked_at() {
    let world = World::reference();
    for (target, content, begin) in [
        ("/", Content::Html, "<!DOCTYPE html>"),
        ("/proc", Content::Html, "<!DOCTYPE html>"),
        ("/PR%6fC", Content::Html, "<!DOCTYPE html>"),
        ("/_runtime", Content::Html, "<!DOCTYPE html>"),
        ("/_runtime?x=1", Content::Html, "<!DOCTYPE html>"),
        ("/_about", Content::Html, "<!DOCTYPE html>"),
        ("/_viewlog", Content::Html, "<!DOCTYPE html>"),
        ("/_ping", Content::Text, "pong"),
        ("/_getid", Content::Text, "2b15c254780a3a7788d4cb801dd72d61"),
        ("/_status", Content::Text, "tend "),
        ("/_status?format=bogus", Content::Text, "tend "),
        ("/_status?format=xml", Content::Xml, "<?xml "),
        ("/_status?format=xml&service=nosuch", Content::Xml, "<?xml "),
        ("/_status2?format=xml&level=full", Content::Xml, "<?xml "),
        ("/_summary", Content::Text, "tend "),
        ("/_report", Content::Text, "up: "),
    ] {
        let answer = world.ask(&format!("GET {target} HTTP/1.0\r\n\r\n"));
        assert_eq!(code(&answer), 200, "{target}");
        assert_eq!(answer.response.content, content, "{target}");
        assert!(body(&answer).starts_with(begin), "{target}");
        assert_eq!(
            answer.response.token,
            Some(SECRET.token("admin")),
            "{target}"
        );
        assert_eq!((answer.command, answer.log), (None, Vec::new()), "{target}");
    }
    let icon = world.ask("GET /favicon.ico HTTP/1.0\r\n\r\n");
    assert_eq!((code(&icon), icon.response.body.len()), (204, 0));
}

#[test]
fn every_address_that_is_none() {
    let world = World::reference();
    for (target, name) in [
        ("/nosuch", "nosuch"),
        ("/_doaction", "_doaction"),
        ("/../etc/passwd", "../etc/passwd"),
        ("/_printstatus", "_printstatus"),
    ] {
        let answer = world.ask(&format!("GET {target} HTTP/1.0\r\n\r\n"));
        assert_eq!(code(&answer), 404);
        let line = format!(
            "HttpRequest: error -- client [127.0.0.1]: HTTP/1.0 404 \
             There is no service named \"{name}\""
        );
        assert_eq!(log(&answer), [line]);
    }
}

#[test]
fn a_part_of_the_services() {
    let world = World::showcase();
    for (query, names) in [
        ("service=apache", "apache"),
        ("service=APACHE", "apache"),
        ("service=ap.*", "apache apache_conf"),
        ("service=%5Eap", "apache apache_conf"),
        ("service=fix%24", "postfix"),
        ("group=www", "apache"),
        ("group=WWW", "apache"),
    ] {
        let text = crate::view::text::plain(&world.get(&format!("/_summary?{query}")));
        let found: Vec<&str> = text
            .lines()
            .skip(2)
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert_eq!(found.join(" "), names, "{query}");
    }
    for (query, message) in [
        ("service=ap", "Service 'ap' not found"),
        ("service=(", "Service '(' not found"),
        ("group=nosuch", "Service group 'nosuch' not found"),
    ] {
        for path in ["_status", "_summary", "_report"] {
            let answer = world.ask(&format!("GET /{path}?{query} HTTP/1.0\r\n\r\n"));
            assert_eq!(code(&answer), 400, "{query}");
            assert!(log(&answer)[0].ends_with(message), "{query}");
        }
    }
}

#[test]
fn the_command_lines_questions_are_answered_by_a_302() {
    let world = World::reference();
    let all = format!("{}\n", world.model.services.len());
    for (path, parameters, begin) in [
        ("/_status", "service=proc", "tend "),
        ("/_summary", "group=none&service=proc", "tend "),
        ("/_report", "type=up", &*all),
    ] {
        let answer = order(&world, path, parameters);
        assert_eq!(code(&answer), 302, "{path}");
        assert_eq!(answer.response.location.as_deref(), Some(path));
        assert!(body(&answer).starts_with(begin), "{path}");
        assert_eq!(answer.command, None);
    }
}

#[test]
fn orders() {
    let world = World::showcase();
    for (path, parameters, command) in [
        ("/apache", "action=restart", acts(&[0], UserAction::Restart)),
        (
            "/Apache",
            "action=unmonitor",
            acts(&[0], UserAction::Unmonitor),
        ),
        ("/apache", "x=y", None),
        (
            "/_doaction",
            "action=start&service=apache",
            acts(&[0], UserAction::Start),
        ),
        (
            "/_doaction",
            "action=stop&service=ap.*",
            acts(&[0, 4], UserAction::Stop),
        ),
        (
            "/_doaction",
            "service=sshd&action=monitor&service=ap.*&service=apache",
            acts(&[2, 0, 4], UserAction::Monitor),
        ),
        ("/_doaction", "action=start", None),
        ("/_doaction", "service=apache", None),
        ("/_runtime", "action=validate", Some(Command::CheckNow)),
        ("/_runtime", "x=y", None),
        ("/", "action=validate", Some(Command::CheckNow)),
    ] {
        let answer = order(&world, path, parameters);
        assert_eq!(code(&answer), 302, "{path} {parameters}");
        assert_eq!(answer.command, command, "{path} {parameters}");
    }
    let woken = order(&world, "/_runtime", "action=validate");
    assert_eq!(
        log(&woken),
        ["The tend http server woke up on user request"]
    );
}

#[test]
fn wrong_orders() {
    let world = World::showcase();
    for (path, parameters, status, message) in [
        ("/apache", "action=bogus", 400, "Invalid action \"bogus\""),
        ("/apache", "action=START", 400, "Invalid action \"START\""),
        (
            "/nosuch",
            "action=start",
            404,
            "There is no service named \"nosuch\"",
        ),
        (
            "/_doaction",
            "action=bogus&service=apache",
            400,
            "Invalid action \"bogus\"",
        ),
        (
            "/_doaction",
            "action=start&service=no",
            400,
            "There is no service named \"no\"",
        ),
        ("/_runtime", "action=bogus", 400, "Invalid action \"bogus\""),
        ("/_runtime", "action=stop", 400, "Invalid action \"stop\""),
    ] {
        let answer = order(&world, path, parameters);
        assert_eq!(code(&answer), status, "{path} {parameters}");
        assert_eq!(answer.command, None);
        assert!(log(&answer)[0].ends_with(message), "{path} {parameters}");
    }
}

#[test]
fn a_get_never_acts() {
    let world = World::showcase();
    for path in ["/apache", "/_runtime", "/_doaction", "/"] {
        for action in ["start", "stop", "validate"] {
            let target = format!("{path}?action={action}&service=apache&securitytoken=abc");
            let answer = world.ask(&format!("GET {target} HTTP/1.1\r\n{COOKIE}\r\n"));
            assert_eq!(answer.command, None, "{target}");
        }
    }
}

#[test]
fn the_query_of_a_post_does_not_count() {
    let world = World::showcase();
    let query = "/apache?action=start&securitytoken=abc";
    let answer = post(&world, query, COOKIE, "x=y");
    assert_eq!((code(&answer), answer.command), (403, None));
    let answer = post(&world, query, COOKIE, "securitytoken=abc");
    assert_eq!((code(&answer), answer.command), (302, None));
}

#[test]
fn who_may_only_look() {
    let mut world = World::showcase();
    world.user = crate::http::auth::User {
        name: "guest".into(),
        role: Role::ReadOnly,
    };
    for (path, parameters) in [
        ("/apache", "action=start"),
        ("/apache", "action=bogus"),
        ("/_doaction", "action=start&service=apache"),
        ("/_runtime", "action=validate"),
        ("/_viewlog", "x=y"),
    ] {
        let answer = order(&world, path, parameters);
        assert_eq!((code(&answer), &answer.command), (403, &None), "{path}");
        let message = "You do not have sufficient privileges to access this page";
        assert!(log(&answer)[0].ends_with(message), "{path}");
    }
    assert_eq!(code(&order(&world, "/_status", "service=apache")), 302);
    assert_eq!(code(&world.ask("GET /_viewlog HTTP/1.0\r\n\r\n")), 403);
    assert_eq!(code(&world.ask("GET /apache HTTP/1.0\r\n\r\n")), 200);
}

#[test]
fn programs_must_send_the_token_twice() {
    let world = World::showcase();
    for (headers, body, why) in [
        ("", "action=stop", "missing CSRF token in HTTP parameter"),
        (
            COOKIE,
            "action=stop&securitytoken=",
            "missing CSRF token in HTTP parameter",
        ),
        (
            "",
            "action=stop&securitytoken=abc",
            "missing CSRF token cookie",
        ),
        (
            "Cookie: securitytoken=\r\n",
            "securitytoken=abc",
            "missing CSRF token cookie",
        ),
        (
            COOKIE,
            "action=stop&securitytoken=abd",
            "CSRF token mismatch",
        ),
        (
            COOKIE,
            "action=stop&securitytoken=abcd",
            "CSRF token mismatch",
        ),
    ] {
        let answer = post(&world, "/apache", headers, body);
        assert_eq!(
            (code(&answer), &answer.command),
            (403, &None),
            "{headers:?} {body}"
        );
        let denied = format!("HttpRequest: access denied -- client [127.0.0.1]: {why}");
        let error = "HttpRequest: error -- client [127.0.0.1]: HTTP/1.0 403 Invalid CSRF Token";
        assert_eq!(log(&answer), [denied.as_str(), error]);
    }
}

#[test]
fn browsers_must_come_from_our_page_with_its_token() {
    let world = World::showcase();
    let ours = SECRET.token("admin");
    let others = SECRET.token("guest");
    let act = |headers: &str, token: &str| {
        let body = format!("action=stop&{}={token}", token::NAME);
        post(
            &world,
            "/apache",
            &format!("{headers}\r\nCookie: {}={token}\r\n", token::NAME),
            &body,
        )
        .command
        .is_some()
    };
    for headers in [
        "Origin: http://box:2812",
        "Origin: https://BOX:2812",
        "Referer: http://box:2812/apache?x#y",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate",
        "Sec-Fetch-Site: same-origin\r\nOrigin: http://box:2812\r\nReferer: http://box:2812/",
    ] {
        assert!(act(headers, &ours), "{headers}");
        assert!(
            !act(headers, "abc"),
            "a token of the other's own choice: {headers}"
        );
        assert!(!act(headers, &others), "another user's token: {headers}");
    }
    for headers in [
        "Origin: http://evil.example",
        "Origin: http://box",
        "Origin: http://box:2812.evil.example",
        "Origin: http://evil.example/box:2812",
        "Origin: http://x@box:2812",
        "Origin: null",
        "Origin: ",
        "Origin: file://box:2812",
        "Referer: http://evil.example/http://box:2812/",
        "Origin: http://evil.example\r\nReferer: http://box:2812/",
        "Sec-Fetch-Site: cross-site\r\nOrigin: http://box:2812",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: none",
        "Sec-Fetch-Mode: navigate",
    ] {
        assert!(!act(headers, &ours), "{headers}");
        assert!(!act(headers, "abc"), "{headers}");
    }
}

#[test]
fn without_passwords_a_borrowed_name_is_not_ours() {
    let mut world = World::showcase();
    let httpd = world.model.settings.httpd.as_mut().unwrap();
    httpd.access.credentials.clear();
    httpd.address.as_mut().unwrap().host = Some("status.example".into());
    world.user.name = "".into();
    let ours = SECRET.token("");
    let act = |host: &str| {
        let body = format!("action=stop&securitytoken={ours}");
        let length = body.len();
        let request = format!(
            "POST /apache HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        world.ask(&request).command.is_some()
    };
    for host in [
        "192.168.1.10:2812",
        "[::1]:2812",
        "localhost:2812",
        "demohost",
        "demohost.lan:2812",
        "status.example:2812",
    ] {
        assert!(act(host), "{host}");
    }
    for host in [
        "evil.example:2812",
        "demohostx:2812",
        "localhost.evil.example",
        "",
    ] {
        assert!(!act(host), "{host}");
    }
}

#[test]
fn nothing_reflected_ends_a_header() {
    let world = World::reference();
    let answer = order(&world, "/proc", "action=start");
    assert_eq!(answer.response.location.as_deref(), Some("/proc"));
    let mut world = World::showcase();
    world.model.services[0].name = "a/b ü?".into();
    let answer = order(&world, "/a%2Fb%20%C3%BC%3F", "action=start");
    assert_eq!(
        answer.response.location.as_deref(),
        Some("/a%2Fb%20%C3%BC%3F")
    );
}

#[test]
fn what_never_was_a_request_and_who_has_no_password() {
    let surroundings = Surroundings {
        now: crate::time::WallTime::default(),
        secure: true,
        hide_version: false,
    };
    let refusal = Refusal {
        status: Status::BadRequest,
        message: "Cannot parse request",
    };
    let answer = refused(refusal, "::1", &surroundings);
    assert_eq!(
        log(&answer),
        ["HttpRequest: error -- client [::1]: HTTP/1.0 400 Cannot parse request"]
    );
    assert_eq!(log(&unauthorized(None, &surroundings)), Vec::<&str>::new());
    let answer = unauthorized(Some("why".into()), &surroundings);
    assert_eq!((code(&answer), log(&answer)), (401, vec!["why"]));
}

#[test]
fn a_form_has_room_for_every_service() {
    let mut world = World::showcase();
    let one = world.model.services[0].clone();
    world.model.services = (0..500)
        .map(|n| crate::model::Service {
            name: format!("ü{n:0100}").into(),
            ..one.clone()
        })
        .collect();
    let names = world.model.services.iter().map(|s| percent_encode(&s.name));
    let form: String = names.map(|name| format!("&service={name}")).collect();
    let whole = format!(
        "action=unmonitor{form}&format=text&securitytoken={}",
        "0".repeat(32)
    );
    assert!(whole.len() <= crate::http::request::body_limit(&world.model));
}
