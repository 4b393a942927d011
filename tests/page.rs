//! The status page: what it shows, to whom, what it does when a button is pressed, and what it
//! survives.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use crate::support::daemon::check;
use crate::support::http::{self, Answer, basic};
use crate::support::peer::{Peer, free_port};
#[cfg(feature = "tls")]
use crate::support::tls;
use crate::support::{Sandbox, eventually, process};

/// A running `tend` with one supervised daemon and its page on a port.
struct Page {
    test: Sandbox,
    port: u16,
    pid: u32,
}

impl Page {
    fn new() -> Self {
        Self::with(
            "allow localhost
             allow oyaji:hogehoge
             allow guest:guest read-only",
        )
    }

    fn with(access: &str) -> Self {
        let port = free_port();
        let mut test = Sandbox::new().daemon("web").monitrc(&format!(
            "set daemon 1
             set httpd port {port} and use address 127.0.0.1
             {access}
             {}
               group www
            ",
            check("web")
        ));
        #[cfg(feature = "tls")]
        test.write("both.pem", &format!("{}{}", tls::KEY, tls::CERTIFICATE));
        #[cfg(feature = "tls")]
        test.permit("both.pem", 0o600);
        test.start();
        let pid = test.wait_for_process("web.pid", None);
        eventually("the page listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self { test, port, pid }
    }

    fn get(&self, path: &str) -> Answer {
        http::get(self.port, path, &[&basic("oyaji:hogehoge")])
    }

    /// Waits until the daemon is shown as watched and well.
    fn wait_for_ok(&self) {
        eventually("the page shows that all is well", || {
            let status = self.test.tend(&["status", "web"]).stdout;
            status.contains("status                       OK")
        });
    }
}

#[test]
fn the_page_shows_the_services() {
    let page = Page::new();
    page.wait_for_ok();
    let overview = page.get("/");
    assert_eq!(overview.status, 200);
    assert!(
        overview
            .field("Content-Type")
            .is_some_and(|t| t.starts_with("text/html"))
    );
    assert!(
        overview.body.contains("href=\"./web\""),
        "{}",
        overview.body
    );
    assert!(!overview.body.contains("http-equiv=\"refresh\" content=\"0"));
    let own = page.get("/web");
    assert_eq!(own.status, 200);
    assert!(
        own.body.contains(&format!(">{}<", page.pid)),
        "{}",
        own.body
    );
    assert!(own.body.contains("www"));
    for action in ["start", "stop", "restart", "unmonitor"] {
        assert!(
            own.body.contains(&format!("value={action}>")),
            "{action}: {}",
            own.body
        );
    }
    assert_eq!(page.get("/WEB").status, 200, "names ignore case");
    assert_eq!(page.get("/nobody").status, 404);
    assert_eq!(page.get("/_ping").body, "pong");
}

#[test]
fn the_page_fetches_nothing_from_elsewhere() {
    let page = Page::new();
    for path in ["/", "/web", "/_runtime", "/_about"] {
        let body = page.get(path).body;
        for fetched in ["src=", "@import", "url("] {
            assert!(!body.contains(fetched), "{path} has {fetched}");
        }
        // The icon is part of the page itself.
        let links = body.matches("<link").count();
        assert_eq!(
            links,
            body.matches("<link rel=icon href=\"data:").count(),
            "{path}"
        );
    }
}

#[test]
fn text_and_xml_are_there_for_programs() {
    let page = Page::new();
    page.wait_for_ok();
    let text = page.get("/_status").body;
    assert!(text.contains("Process 'web'"), "{text}");
    let xml = page.get("/_status?format=xml");
    assert!(
        xml.field("Content-Type")
            .is_some_and(|t| t.starts_with("text/xml"))
    );
    assert!(xml.body.contains("<name>web</name>"), "{}", xml.body);
    assert!(xml.body.contains(&format!("<pid>{}</pid>", page.pid)));
    assert!(page.get("/_summary").body.contains("web"));
    for path in [
        "/",
        "/_runtime",
        "/_status",
        "/_status?format=xml",
        "/_viewlog",
    ] {
        assert!(
            !page.get(path).body.contains("hogehoge"),
            "a password in {path}"
        );
    }
    assert!(page.get("/_report?type=total").body.contains('2'));
}

/// Those of the page, of a mail server and of connection tests, however much is told.
#[test]
fn no_password_is_told_to_anybody() {
    let port = free_port();
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set mailserver 127.0.0.1 port 1 username \"ann\" password \"hogehoge\"
         set alert ops@example.org
         set httpd port {port} and use address 127.0.0.1
           allow oyaji:hogehoge
         {}
           if failed port 1 protocol http username \"ann\" password \"hogehoge\" then alert
           if failed url http://ann:hogehoge@127.0.0.1:1/ then alert
           if failed port 2 protocol smtp username \"ann\" password \"hogehoge\" then alert
         check program env with path \"/usr/bin/env\"
           if status = 0 then exec \"/bin/sh -c 'env >$DIR/env.new; mv $DIR/env.new $DIR/env'\"
        ",
        check("web")
    ));
    let pid = test.start_with(&["-v"]);
    test.wait_for_log("'web' failed protocol test [HTTP]");
    test.wait_for_log("'web' failed protocol test [SMTP]");
    test.wait_for_log("no mail server is available");
    eventually("the program ran", || test.path("env").exists());
    // A slow disk may still be at it when the log tells of the failure.
    eventually("the mail is kept", || test.path("state.mail").exists());
    let of_process = |file: &str| {
        let bytes = std::fs::read(format!("/proc/{pid}/{file}")).expect("it is ours");
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let me = basic("oyaji:hogehoge");
    let page = |path: &str| {
        let answer = http::get(port, path, &[&me]);
        assert_eq!(answer.status, 200, "{path}");
        answer.head + &answer.body
    };
    for text in [
        test.log(),
        test.read("out"),
        test.read("err"),
        test.read("env"),
        test.read("state.mail"),
        of_process("cmdline"),
        of_process("environ"),
        test.tend(&["status"]).stdout,
        page("/"),
        page("/web"),
        page("/env"),
        page("/_runtime"),
        page("/_viewlog"),
        page("/_status?format=xml&level=full"),
    ] {
        assert!(!text.is_empty());
        assert!(!text.contains("hogehoge"), "{text}");
    }
}

#[test]
fn only_the_invited_see_it() {
    let page = Page::new();
    let stranger = http::get(page.port, "/", &[]);
    assert_eq!(stranger.status, 401);
    assert!(
        stranger
            .field("WWW-Authenticate")
            .is_some_and(|f| f.starts_with("Basic"))
    );
    for wrong in [
        "oyaji:hoge",
        "oyaji:",
        "nobody:hogehoge",
        "guest:hogehoge",
        ":",
    ] {
        let answer = http::get(page.port, "/", &[&basic(wrong)]);
        assert_eq!(answer.status, 401, "{wrong}");
    }
    let broken = http::get(page.port, "/", &["Authorization: Basic %%%"]);
    assert_eq!(broken.status, 401);
    let long = format!("Authorization: Basic {}", "QUFB".repeat(4000));
    let answer = http::get(page.port, "/", &[&long]);
    assert!(matches!(answer.status, 400 | 401 | 431), "{answer:?}");
    assert_eq!(page.get("/").status, 200);
    page.test.wait_for_log("wrong password for user 'oyaji'");
    page.test.wait_for_log("unknown user 'nobody'");
}

#[test]
fn guessing_passwords_does_not_fill_the_log() {
    let page = Page::new();
    for _ in 0..200 {
        let answer = http::get(page.port, "/", &[&basic("oyaji:hoge")]);
        assert_eq!(answer.status, 401);
    }
    let told = "wrong password for user 'oyaji'";
    page.test.wait_for_log_times(told, 20);
    assert!(page.test.log_count(told) < 200);
    assert_eq!(page.get("/_ping").body, "pong");
}

#[test]
fn strangers_by_address_are_cut_off() {
    let page = Page::with("allow 192.0.2.0/24\nallow oyaji:hogehoge");
    let answer = page.get("/");
    assert_eq!((answer.status, answer.head.as_str()), (0, ""));
    page.test
        .wait_for_log("Denied connection from non-authorized client [127.0.0.1]");
}

#[test]
fn a_guest_looks_and_touches_nothing() {
    let page = Page::new();
    let guest = basic("guest:guest");
    let own = http::get(page.port, "/web", &[&guest]);
    assert_eq!(own.status, 200);
    assert!(!own.body.contains("<form"), "{}", own.body);
    let answer = http::post_as_client(page.port, "/web", &[&guest], "action=stop");
    assert_eq!(answer.status, 403);
    assert_eq!(page.test.calls("web", "stop"), 0);
}

#[test]
fn a_button_restarts() {
    let page = Page::new();
    page.wait_for_ok();
    let answer = press(&page, "restart");
    assert!(matches!(answer.status, 200 | 302 | 303), "{answer:?}");
    let pid = page.test.wait_for_process("web.pid", Some(page.pid));
    eventually("the old one is gone", || !process::is_running(page.pid));
    assert_eq!(page.test.calls("web", "stop"), 1);
    page.test.wait_for_log("'web' restart on user request");
    page.test.wait_for_log("'web' restart action done");
    press(&page, "stop");
    eventually("it is stopped", || !process::is_running(pid));
    eventually("and let go", || {
        page.get("/_summary").body.contains("Not monitored")
    });
    press(&page, "start");
    page.test.wait_for_process("web.pid", Some(pid));
}

/// Presses a button of the service's page as a browser does.
fn press(page: &Page, action: &str) -> Answer {
    let (token, cookie) = token_and_cookie(&page.get("/web"));
    let origin = format!("Origin: http://localhost:{}", page.port);
    let host = format!("Host: localhost:{}", page.port);
    let form = format!("securitytoken={token}&action={action}");
    let fields = [
        basic("oyaji:hogehoge"),
        format!("Cookie: {cookie}"),
        origin,
        "Sec-Fetch-Site: same-origin".to_owned(),
    ];
    let mut text = format!("POST /web HTTP/1.1\r\n{host}\r\n");
    fields
        .iter()
        .for_each(|field| text += &format!("{field}\r\n"));
    text += &format!("Content-Length: {}\r\n\r\n{form}", form.len());
    http::say(page.port, text.as_bytes())
}

/// The hidden field of a page's forms, and the cookie that came with it.
fn token_and_cookie(answer: &Answer) -> (String, String) {
    let body = &answer.body;
    let at = body.find("securitytoken").expect("the page has forms");
    let tag_start = body[..at].rfind('<').expect("inside a tag");
    let tag = body[tag_start..].split('>').next().expect("the tag ends");
    let value = tag.split("value=").nth(1).expect("a value");
    let token = value.trim_matches(['"', '\'', '/', ' ']).to_owned();
    let cookie = answer.field("Set-Cookie").unwrap_or_default();
    let cookie = cookie.split(';').next().unwrap_or_default();
    (token, cookie.to_owned())
}

#[test]
fn forged_requests_change_nothing() {
    let page = Page::new();
    page.wait_for_ok();
    let me = basic("oyaji:hogehoge");
    assert_eq!(page.get("/web?action=stop").status, 200, "GET only shows");
    let refused = [
        http::post(page.port, "/web", &[&me], "action=stop"),
        http::post(page.port, "/web", &[&me], "action=stop&securitytoken=abc"),
        http::post_as_client(
            page.port,
            "/web",
            &[&me, "Origin: http://evil.example"],
            "action=stop",
        ),
        http::post_as_client(
            page.port,
            "/web",
            &[&me, "Referer: http://evil.example/x"],
            "action=stop",
        ),
        http::post_as_client(
            page.port,
            "/web",
            &[&me, "Sec-Fetch-Site: cross-site"],
            "action=stop",
        ),
        // Our own page as origin, but a token that we did not sign.
        http::post_as_client(
            page.port,
            "/web",
            &[&me, "Origin: http://localhost"],
            "action=stop",
        ),
    ];
    for answer in refused {
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    assert_eq!(page.test.calls("web", "stop"), 0);
    // What Monit's own command line sends is no browser's request, and works.
    let answer = http::post_as_client(page.port, "/web", &[&me], "action=unmonitor");
    assert!(matches!(answer.status, 200 | 302), "{answer:?}");
    page.test.wait_for_log("'web' unmonitor on user request");
}

#[cfg(feature = "tls")]
#[test]
fn it_speaks_https_in_the_old_and_the_modern_form() {
    let forms = [
        "ssl enable pemfile $DIR/both.pem",
        "with ssl { pemfile: $DIR/both.pem }",
        "with ssl { pemchain: $DIR/chain.pem pemkey: $DIR/key.pem }",
    ];
    for form in forms {
        let port = free_port();
        let mut test = Sandbox::new().daemon("web").monitrc(&format!(
            "set daemon 1
             set httpd port {port} and use address 127.0.0.1
               {form}
               allow oyaji:hogehoge
             {}",
            check("web")
        ));
        test.write("both.pem", &format!("{}{}", tls::KEY, tls::CERTIFICATE));
        test.write("chain.pem", tls::CERTIFICATE);
        test.write("key.pem", tls::KEY);
        for file in ["both.pem", "chain.pem", "key.pem"] {
            test.permit(file, 0o600);
        }
        test.start();
        let answer = http::get_tls(port, "/", &[&basic("oyaji:hogehoge")]);
        assert_eq!(answer.status, 200, "{form}: {answer:?}");
        assert!(answer.field("Strict-Transport-Security").is_some());
        let cookie = answer.field("Set-Cookie").unwrap_or_default();
        assert!(cookie.is_empty() || cookie.contains("Secure"), "{cookie}");
        // The program itself speaks to it as well, once a handshake ends in the page's time.
        let mut summary = test.tend(&["summary"]);
        eventually("the page answers the program", || {
            let unanswered = summary.stderr.contains("No answer from");
            if unanswered {
                summary = test.tend(&["summary"]);
            }
            !unanswered
        });
        assert_eq!(summary.code, 0, "{form}: {summary:?}");
        assert!(summary.stdout.contains("web"));
    }
}

#[test]
fn it_speaks_over_a_unix_socket() {
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set httpd unixsocket $DIR/socket permission 600
           allow oyaji:hogehoge
         {}",
        check("web")
    ));
    test.start();
    test.wait_for_process("web.pid", None);
    let stream = UnixStream::connect(test.path("socket")).expect("it listens");
    let request = http::request("GET", "/_ping", &[&basic("oyaji:hogehoge")], "");
    assert_eq!(http::exchange(stream, request.as_bytes()).body, "pong");
    let mode = std::fs::metadata(test.path("socket")).expect("it is there");
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&mode) & 0o777, 0o600);
    assert_eq!(test.end("TERM"), 0);
    assert!(!test.path("socket").exists());
}

#[test]
fn broken_requests_get_an_answer_and_no_more() {
    let page = Page::new();
    let me = basic("oyaji:hogehoge");
    let long_path = format!("GET /{} HTTP/1.1\r\n{me}\r\n\r\n", "a".repeat(70_000));
    let long_field = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(70_000));
    let many_fields = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(20_000));
    let post = |field: &str| format!("POST /web HTTP/1.1\r\n{me}\r\n{field}\r\n\r\naction=stop");
    let requests = [
        "\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "\0\0\0\0\r\n\r\n".to_owned(),
        long_path,
        long_field,
        many_fields,
        post("Content-Length: -1"),
        post("Content-Length: 9223372036854775808"),
        post("Content-Length: 11\r\nContent-Length: 12"),
        post("Transfer-Encoding: chunked\r\nContent-Length: 11"),
        format!("GET /%zz HTTP/1.1\r\n{me}\r\n\r\n"),
        format!("GET /% HTTP/1.1\r\n{me}\r\n\r\n"),
        format!("GET /%00 HTTP/1.1\r\n{me}\r\n\r\n"),
        format!("GET /%0d%0aSet-Cookie:x=y HTTP/1.1\r\n{me}\r\n\r\n"),
        format!("DELETE / HTTP/1.1\r\n{me}\r\n\r\n"),
    ];
    for request in requests {
        let answer = http::say(page.port, request.as_bytes());
        let head = &request[..request.len().min(60)];
        assert!(
            answer.status == 0 || answer.status >= 400,
            "{head:?}: {answer:?}"
        );
        assert!(!answer.head.contains("Set-Cookie:x=y"));
        assert_eq!(page.get("/_ping").body, "pong", "after {head:?}");
    }
    assert_eq!(page.test.calls("web", "stop"), 0);
}

#[test]
fn slow_and_idle_clients_hold_up_nobody() {
    let page = Page::new();
    page.wait_for_ok();
    let connect = || TcpStream::connect(("127.0.0.1", page.port)).expect("it listens");
    let idle: Vec<TcpStream> = (0..40).map(|_| connect()).collect();
    // One that sends byte by byte, one that asks and never reads.
    let mut dribbler = connect();
    let mut deaf = connect();
    let request = http::request("GET", "/_status", &[&basic("oyaji:hogehoge")], "");
    let _ = deaf.write_all(request.as_bytes());
    for byte in request.bytes().take(10) {
        let _ = dribbler.write_all(&[byte]);
        assert_eq!(page.get("/_ping").body, "pong");
    }
    page.test.kill("web");
    drop((idle, deaf));
}

/// Half of a greeting, half of an encrypted record: others are served meanwhile.
#[cfg(feature = "tls")]
#[test]
fn who_never_ends_a_handshake_holds_up_nobody() {
    let page = Page::with("ssl enable pemfile $DIR/both.pem\nallow oyaji:hogehoge");
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    let connect = || TcpStream::connect(("127.0.0.1", page.port)).expect("it listens");
    let halves: Vec<TcpStream> = (0..hello.len())
        .map(|length| {
            let mut stream = connect();
            stream.write_all(&hello[..length]).expect("it reads");
            stream
        })
        .collect();
    for _ in 0..3 {
        let answer = http::get_tls(page.port, "/_ping", &[&basic("oyaji:hogehoge")]);
        assert_eq!(answer.body, "pong");
    }
    page.test.kill("web");
    drop(halves);
}

#[test]
fn a_client_that_dribbles_is_given_up() {
    let page = Page::new();
    let mut idle = TcpStream::connect(("127.0.0.1", page.port)).expect("it listens");
    let mut nothing = Vec::new();
    // Ends by the server's own limit, or this test never does.
    let _ = idle.read_to_end(&mut nothing);
    assert_eq!(page.get("/_ping").body, "pong");
}

#[test]
fn names_are_escaped() {
    let port = free_port();
    let mut test = Sandbox::new().monitrc(&format!(
        "set daemon 1
         set httpd port {port} and use address 127.0.0.1
           allow oyaji:hogehoge
         check file \"a<b>&'c' d/e?f=g\" with path $DIR/page
        "
    ));
    test.write("page", "hello");
    test.start();
    let me = basic("oyaji:hogehoge");
    let overview = http::get(port, "/", &[&me]).body;
    assert!(overview.contains("a&lt;b&gt;&amp;"), "{overview}");
    assert!(!overview.contains("a<b>"));
    let own = http::get(port, "/a%3Cb%3E%26%27c%27%20d/e%3Ff%3Dg", &[&me]);
    assert_eq!(own.status, 200);
    let xml = http::get(port, "/_status?format=xml", &[&me]).body;
    assert!(
        xml.contains("a&lt;b&gt;&amp;") || xml.contains("<![CDATA[a<b>&"),
        "{xml}"
    );
    let missing = http::get(port, "/<script>alert(1)</script>", &[&me]);
    assert!(!missing.body.contains("<script>"), "{}", missing.body);
}

#[test]
fn every_answer_is_guarded() {
    let page = Page::new();
    for answer in [
        page.get("/"),
        page.get("/nobody"),
        http::get(page.port, "/", &[]),
    ] {
        assert!(answer.field("X-Frame-Options").is_some(), "{}", answer.head);
        assert!(
            answer.field("Content-Security-Policy").is_some(),
            "{}",
            answer.head
        );
    }
}

#[test]
fn a_port_in_use_stops_no_supervision() {
    let taken = Peer::silent();
    let mut test = Sandbox::new().daemon("web").monitrc(&format!(
        "set daemon 1
         set httpd port {} and use address 127.0.0.1
           allow localhost
         {}",
        taken.port(),
        check("web")
    ));
    test.start();
    test.kill("web");
    test.wait_for_log("Cannot listen at [127.0.0.1]:");
}
