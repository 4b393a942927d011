use super::*;

const BODY_LIMIT: usize = 200;

fn whole(bytes: &[u8]) -> Progress {
    Parser::new(BODY_LIMIT).take(bytes)
}

/// Feeds `bytes` whole, byte by byte and at every cut; all must end the same way.
fn check(bytes: &[u8]) -> Progress {
    let expected = whole(bytes);
    let mut single = Parser::new(BODY_LIMIT);
    let mut last = Progress::More;
    for byte in bytes {
        last = single.take(std::slice::from_ref(byte));
        if last != Progress::More {
            break;
        }
    }
    assert_eq!(last, expected, "byte by byte");
    for cut in 0..bytes.len() {
        let mut parser = Parser::new(BODY_LIMIT);
        let first = parser.take(&bytes[..cut]);
        let outcome = if first == Progress::More {
            parser.take(&bytes[cut..])
        } else {
            first
        };
        assert_eq!(outcome, expected, "cut at {cut}");
    }
    expected
}

fn good(text: &str) -> Request {
    match check(text.as_bytes()) {
        Progress::Done(request) => *request,
        other @ (Progress::More | Progress::Refused(_)) => panic!("{text:?}: {other:?}"),
    }
}

fn refused(bytes: &[u8]) -> (u16, &'static str) {
    match whole(bytes) {
        Progress::Refused(refusal) => (refusal.status.code(), refusal.message),
        other @ (Progress::More | Progress::Done(_)) => panic!("{other:?}"),
    }
}

#[test]
fn a_browser_looks() {
    let request = good(
        "GET /with%20space?format=xml&x=%26 HTTP/1.1\r\nHost: box:2812\r\n\
         Sec-Fetch-Mode: navigate\r\n\
         Cookie: a=b; securitytoken=T; c=d\r\nAuthorization: Basic eDp5\r\n\r\n",
    );
    assert_eq!(request.method, Method::Get);
    assert_eq!(request.path, "/with space");
    assert_eq!(request.query.first("format"), Some("xml"));
    assert_eq!(request.query.first("x"), Some("&"));
    assert_eq!(request.headers.host.as_deref(), Some("box:2812"));
    assert_eq!(request.headers.cookie_token.as_deref(), Some("T"));
    assert_eq!(request.headers.authorization.as_deref(), Some("Basic eDp5"));
    assert!(request.headers.fetch_metadata);
    assert_eq!(request.headers.fetch_site, None);
}

#[test]
fn the_command_line_asks() {
    let request = good(
        "POST /_status HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Cookie: securitytoken=0f65\r\nContent-Length: 43\r\n\
         Authorization: Basic YWRtaW46c3dvcmRmaXNo\r\n\r\n\
         service=proc&format=text&securitytoken=0f65",
    );
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.form.first("service"), Some("proc"));
    assert_eq!(request.form.first("securitytoken"), Some("0f65"));
}

#[test]
fn odd_but_right() {
    for text in [
        "GET / HTTP/1.0\n\n",
        "get / HTTP/1.1\r\nhOsT: x\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        "POST /%c3%bc HTTP/1.1\r\nCONTENT-LENGTH: 3\r\n\r\na=b",
        "GET /?=&&a HTTP/1.1\r\n\r\n",
    ] {
        good(text);
    }
}

#[test]
fn what_follows_a_request_is_dropped() {
    let two = "GET /_ping HTTP/1.1\r\n\r\nGET /other HTTP/1.1\r\n\r\n";
    assert!(matches!(whole(two.as_bytes()), Progress::Done(r) if r.path == "/_ping"));
    let long = "POST /p HTTP/1.1\r\nContent-Length: 3\r\n\r\na=bGET /other HTTP/1.1\r\n\r\n";
    assert!(matches!(whole(long.as_bytes()), Progress::Done(r) if r.form.first("a") == Some("b")));
}

#[test]
fn hostile_heads() {
    for text in [
        "GET /\r\n",
        "\r\n",
        "\n",
        "hello\r\n",
        "GET / HTTP/2.0\r\n",
        "GET / HTTP/1.2\r\n",
        "GET / FTP/1.1\r\n",
        "GET  / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nNo colon\r\n\r\n",
        "GET / HTTP/1.1\r\nName : x\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n",
        "GET http://127.0.0.1:2812/_ping HTTP/1.1\r\n\r\n",
        "GET * HTTP/1.1\r\n\r\n",
        "GET /% HTTP/1.1\r\n\r\n",
        "GET /%4 HTTP/1.1\r\n\r\n",
        "GET /%zz HTTP/1.1\r\n\r\n",
        "GET /%00 HTTP/1.1\r\n\r\n",
        "GET /a%0d%0aSet-Cookie:b HTTP/1.1\r\n\r\n",
        "GET /%ff HTTP/1.1\r\n\r\n",
        "GET /?a=% HTTP/1.1\r\n\r\n",
        "GET /?a=%00 HTTP/1.1\r\n\r\n",
        "\u{16}\u{3}\u{1}\n",
    ] {
        let outcome = check(text.as_bytes());
        assert_eq!(outcome, Progress::Refused(UNREADABLE), "{text:?}");
    }
}

#[test]
fn other_methods() {
    for word in [
        "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO",
    ] {
        let outcome = check(format!("{word} / HTTP/1.1\r\n\r\n").as_bytes());
        assert_eq!(outcome, Progress::Refused(BAD_METHOD), "{word}");
    }
}

#[test]
fn hostile_bodies() {
    for headers in [
        "",
        "Content-Length: -1\r\n",
        "Content-Length: +1\r\n",
        "Content-Length: 0x1\r\n",
        "Content-Length: 1, 1\r\n",
        "Content-Length: \r\n",
        "Content-Length: 9223372036854775808\r\n",
        "Content-Length: 99999999999999999999999999\r\n",
        "Content-Length: 201\r\n",
        "Content-Length: 1\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 1\r\n",
    ] {
        let text = format!("POST / HTTP/1.1\r\n{headers}\r\nx");
        assert_eq!(
            check(text.as_bytes()),
            Progress::Refused(BAD_PARAMETERS),
            "{headers:?}"
        );
    }
    for body in ["a=%", "a=%zz", "a=%00", "%0=1", "a=%0a", "a=\n"] {
        let length = body.len();
        let text = format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}");
        assert_eq!(
            check(text.as_bytes()),
            Progress::Refused(BAD_PARAMETERS),
            "{body:?}"
        );
    }
    let get = "GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx";
    assert_eq!(check(get.as_bytes()), Progress::Refused(BAD_PARAMETERS));
}

#[test]
fn every_limit_is_reached_and_kept() {
    let path = |length: usize| format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(length - 1));
    assert!(matches!(
        whole(path(PATH_LIMIT).as_bytes()),
        Progress::Done(_)
    ));
    assert_eq!(
        refused(path(PATH_LIMIT + 1).as_bytes()),
        (400, "Cannot parse request")
    );

    let lines = |count| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(count));
    assert!(matches!(
        whole(lines(HEADER_LIMIT).as_bytes()),
        Progress::Done(_)
    ));
    assert_eq!(
        refused(lines(HEADER_LIMIT + 1).as_bytes()),
        (400, "Cannot parse request")
    );

    let frame = "GET / HTTP/1.1\r\nCookie: \r\n\r\n".len();
    let cookie = |fill| format!("GET / HTTP/1.1\r\nCookie: {}\r\n\r\n", "a".repeat(fill));
    assert!(matches!(
        whole(cookie(HEAD_LIMIT - frame).as_bytes()),
        Progress::Done(_)
    ));
    let long = cookie(HEAD_LIMIT - frame + 1);
    assert_eq!(refused(long.as_bytes()), (400, "Cannot parse request"));

    let body = |length: usize| {
        format!(
            "POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{}",
            "a".repeat(length)
        )
    };
    assert!(matches!(
        whole(body(BODY_LIMIT).as_bytes()),
        Progress::Done(_)
    ));
    assert_eq!(
        refused(body(BODY_LIMIT + 1).as_bytes()),
        (400, "Cannot parse Request parameters")
    );
}

#[test]
fn an_endless_line_or_head_is_cut() {
    for piece in ["a".repeat(1000), format!("A: {}\r\n", "b".repeat(995))] {
        let mut parser = Parser::new(BODY_LIMIT);
        let mut pieces = 0;
        if piece.ends_with('\n') {
            assert_eq!(parser.take(b"GET / HTTP/1.1\r\n"), Progress::More);
        }
        while parser.take(piece.as_bytes()) == Progress::More {
            pieces += 1;
            assert!(pieces * 1000 <= HEAD_LIMIT);
        }
        assert!(parser.received.len() <= HEAD_LIMIT + piece.len());
    }
}

#[test]
fn the_token_is_found_in_any_cookie() {
    let big = format!("x={}; securitytoken=T", "y".repeat(8000));
    for (cookies, token) in [
        ("securitytoken=T", Some("T")),
        ("a=b;securitytoken=T", Some("T")),
        ("securitytoken=; securitytoken=T", Some("T")),
        ("mysecuritytoken=T", None),
        ("securitytoken", None),
        (big.as_str(), Some("T")),
    ] {
        assert_eq!(cookie_token(cookies).as_deref(), token);
    }
}

/// Requests with a few bytes changed, cut or doubled: never a panic, and never more kept than the
/// limits allow.
#[test]
fn mangled_requests() {
    let seeds: [&[u8]; 3] = [
        b"GET /a%20b?c=d&e HTTP/1.1\r\nHost: x\r\nCookie: securitytoken=1; b=c\r\n\r\n",
        b"POST /p HTTP/1.0\r\nContent-Length: 11\r\nOrigin: http://x\r\n\r\na=%41&b=+&c=",
        b"GET / HTTP/1.0\n\n",
    ];
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 33).unwrap() % below
    };
    for round in 0..20_000 {
        let mut bytes = seeds[round % seeds.len()].to_vec();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(4) {
                0 => bytes[at] = u8::try_from(next(256)).unwrap(),
                1 => bytes.truncate(at + 1),
                2 => bytes.extend_from_within(at..),
                _ => bytes.insert(at, b"%\r\n\0: &="[next(8)]),
            }
        }
        let mut parser = Parser::new(BODY_LIMIT);
        let cut = next(bytes.len());
        if parser.take(&bytes[..cut]) == Progress::More {
            parser.take(&bytes[cut..]);
        }
    }
}
