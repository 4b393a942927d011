//! Answers good, bad and hostile.

use std::time::Duration;

use super::head::HEAD_LIMIT;
use super::*;
use crate::model::{ChecksumKind, Comparison, Destination, Protocol, Transport};
use crate::protocol::script::{self, Turn};

fn connection(test: &HttpTest) -> Connection {
    Connection {
        family: crate::model::Family::Any,
        source: None,
        destination: Destination::Host {
            host: "h".into(),
            port: 80,
        },
        transport: Transport::Tcp,
        tls: None,
        protocol: Protocol::Http(test.clone()),
        timeout: Duration::from_secs(5),
    }
}

fn make(test: &HttpTest, content_buffer: usize) -> Box<dyn Dialogue> {
    let limits = Limits {
        http_content_buffer: content_buffer,
        ..Limits::default()
    };
    Box::new(Http::new(&connection(test), test, &limits))
}

/// Plays the answer to `test` at every cut; `expected` is what follows the request.
fn check(test: &HttpTest, turns: &[&str], expected: &str) {
    let turns: Vec<_> = turns.iter().map(|text| script::turn(text)).collect();
    for delivery in script::deliveries(&turns) {
        let transcript = script::play(make(test, 64).as_mut(), &delivery);
        let (request, rest) = transcript.split_once('\n').unwrap();
        assert!(request.starts_with("> "), "{request}");
        assert_eq!(rest, format!("{expected}\n"), "delivered as {delivery:?}");
    }
}

fn plain() -> HttpTest {
    HttpTest::default()
}

fn status(comparison: Comparison, value: u64) -> HttpTest {
    HttpTest {
        status: Some(Limit { comparison, value }),
        ..plain()
    }
}

fn content(must_match: bool, expression: &str) -> HttpTest {
    HttpTest {
        content: Some((must_match, expression.into())),
        ..plain()
    }
}

fn checksum_of_hello(kind: ChecksumKind) -> HttpTest {
    HttpTest {
        checksum: Some(CertificatePin {
            kind,
            digest: Hasher::hash(kind, b"hello"),
        }),
        ..plain()
    }
}

const NO_MATCH: &str = "failed: HTTP error: Regular expression doesn't match: No match";
const MATCHES: &str = "failed: HTTP error: Regular expression matches";
const CUT_BODY: &str = "failed: HTTP error: the connection was closed in the middle of the body";

#[test]
fn the_status_decides() {
    check(&plain(), &["HTTP/1.1 200 OK\r\n\r\n"], "done");
    check(&plain(), &["HTTP/1.0 302 Found\nLocation: x\n\n"], "done");
    check(&plain(), &["HTTP/1.1 399\r\n\r\n"], "done");
    for code in [400, 401, 404, 503, 599] {
        check(
            &plain(),
            &[&format!("HTTP/1.1 {code} Oh\r\n\r\n")],
            &format!("failed: HTTP error: Server returned status {code}"),
        );
    }
}

#[test]
fn a_status_asked_for_replaces_the_default() {
    let wanted = status(Comparison::Equal, 404);
    check(&wanted, &["HTTP/1.1 404 Not Found\r\n\r\n"], "done");
    check(
        &wanted,
        &["HTTP/1.1 200 OK\r\n\r\n"],
        "failed: HTTP error: Server returned status 200",
    );
    check(
        &status(Comparison::Less, 600),
        &["HTTP/1.1 500 Oh\r\n\r\n"],
        "done",
    );
}

#[test]
fn informational_answers_are_skipped() {
    check(
        &plain(),
        &[
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n\
             HTTP/1.1 404 No\r\n\r\n",
        ],
        "failed: HTTP error: Server returned status 404",
    );
    check(&plain(), &["HTTP/1.1 100 Continue\r\n\r\n"], "waiting");
    check(&plain(), &["HTTP/1.1 101 Switching\r\n\r\n"], "done");
}

#[test]
fn content_by_length_chunks_or_close() {
    for (head, body) in [
        ("Content-Length: 5", "hello"),
        ("Content-Length: 5, 5", "hello"),
        (
            "Transfer-Encoding: chunked",
            "2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: x\r\n\r\n",
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 1",
            "5\r\nhello\r\n0\r\n\r\n",
        ),
        ("Transfer-Encoding: identity\r\nContent-Length: 5", "hello"),
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}");
        check(&content(true, "^hello$"), &[&answer], "done");
        check(&content(false, "^hello$"), &[&answer], MATCHES);
        check(&content(true, "nope"), &[&answer], NO_MATCH);
        check(&content(false, "nope"), &[&answer], "done");
    }
    for head in ["Server: x", "Transfer-Encoding: gzip\r\nContent-Length: 1"] {
        let answer = format!("HTTP/1.0 200 OK\r\n{head}\r\n\r\nhello");
        check(&content(true, "^hello$"), &[&answer, "<close>"], "done");
        check(&content(true, "nope"), &[&answer, "<close>"], NO_MATCH);
        check(&content(true, "^hello$"), &[&answer], "waiting");
    }
}

#[test]
fn answers_without_a_body() {
    for answer in [
        "HTTP/1.1 204 No\r\n\r\n",
        "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        check(&content(true, "^$"), &[answer], "done");
        check(&content(false, "x"), &[answer], "done");
        check(&content(true, "x"), &[answer], NO_MATCH);
    }
    // A page that is said to be empty passes no test, not even one of what it must not hold.
    let empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let of_nothing = HttpTest {
        checksum: Some(CertificatePin {
            kind: ChecksumKind::Md5,
            digest: Hasher::hash(ChecksumKind::Md5, b""),
        }),
        ..plain()
    };
    for wanted in [content(true, "^$"), content(false, "x"), of_nothing] {
        check(
            &wanted,
            &[empty],
            "failed: HTTP error: No content returned from server",
        );
    }
    check(&plain(), &[empty], "done");
    let head = HttpTest {
        method: HttpMethod::Head,
        ..content(true, "^$")
    };
    check(
        &head,
        &["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
        "done",
    );
}

#[test]
fn only_the_buffer_is_looked_at() {
    let long = format!("{}needle", "x".repeat(64));
    for head in ["Content-Length: 70\r\n", ""] {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n{long}");
        check(&content(true, "needle"), &[&answer], NO_MATCH);
        check(&content(true, "x"), &[&answer], "done");
    }
}

#[test]
fn checksums_of_the_body() {
    for kind in [ChecksumKind::Md5, ChecksumKind::Sha1, ChecksumKind::Sha256] {
        let wanted = checksum_of_hello(kind);
        check(
            &wanted,
            &["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
            "done",
        );
        check(
            &wanted,
            &["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
            "done",
        );
        check(
            &wanted,
            &["HTTP/1.1 200 OK\r\n\r\nhello", "<close>"],
            "done",
        );
    }
    check(
        &checksum_of_hello(ChecksumKind::Md5),
        &["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbye"],
        "failed: Checksum error: MD5 mismatch (expected 5d41402abc4b2a76b9719d911017c592 \
         got bfa99df33b137bc8fb5f5407d7e58da8)",
    );
    let long = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        "x".repeat(100)
    );
    let both = HttpTest {
        checksum: Some(CertificatePin {
            kind: ChecksumKind::Sha1,
            digest: Hasher::hash(ChecksumKind::Sha1, "x".repeat(100).as_bytes()),
        }),
        ..content(true, "x")
    };
    check(&both, &[&long], "done");
}

#[test]
fn bodies_cut_short() {
    let wanted = content(true, "h");
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel",
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nhello",
    ] {
        check(&wanted, &[answer, "<close>"], CUT_BODY);
        check(&wanted, &[answer], "waiting");
        // Where nothing is asked of the body, the status is enough.
        check(&plain(), &[answer, "<close>"], "done");
    }
}

#[test]
fn heads_that_make_no_sense() {
    let fails = |answer: &str, failure: &str| {
        check(
            &content(true, "x"),
            &[answer],
            &format!("failed: HTTP error: {failure}"),
        );
    };
    fails(
        "SSH-2.0-OpenSSH_9\r\n",
        "the server does not speak HTTP [SSH-2.0-OpenSSH_9]",
    );
    fails("\r\n", "the server does not speak HTTP []");
    fails(
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "the header of the response is malformed: invalid response status",
    );
    fails(
        "HTTP/1.1\r\n\r\n",
        "the header of the response is malformed: invalid response status",
    );
    fails(
        "HTTPS/1.1 200 OK\r\n\r\n",
        "the server does not speak HTTP [HTTPS/1.1 200 OK]",
    );
    for length in ["-1", "", "+5", "18446744073709551616", "5, 6", "0x5"] {
        fails(
            &format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"),
            &format!("Content-Length makes no sense [{length}]"),
        );
    }
    fails(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "Content-Length makes no sense [6]",
    );
    fails(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
        "the chunked body is malformed",
    );
    check(
        &plain(),
        &["HTTP/1.1 200 OK\r\nno colon\r\nX Y: z\r\n folded\r\n\r\n"],
        "done",
    );
}

/// Shoutcast, gateways that name their own version, little servers in devices.
#[test]
fn status_lines_of_all_sorts() {
    for line in [
        "ICY 200 OK",
        "HTTP/2 200",
        "HTTP/3.0 200 ",
        "http/1.1 200 OK",
        "HTTP/1.1  200 OK",
        "HTTP 200 OK",
        &format!("HTTP/1.1 200 {}", "so ".repeat(2000)),
    ] {
        let answer = format!("{line}\r\nContent-Length: 5\r\n\r\nhello");
        check(&content(true, "^hello$"), &[&answer], "done");
    }
    check(
        &plain(),
        &["ICY 404 File Not Found\r\n\r\n"],
        "failed: HTTP error: Server returned status 404",
    );
}

/// A camera's pictures, a stream of events: no length, and no end.
#[test]
fn what_has_no_end_is_judged_when_the_time_is_over() {
    let conclude = |test: &HttpTest, answer: &str| {
        let mut dialogue = make(test, 64);
        dialogue.advance(Happened::Connected);
        assert_eq!(
            dialogue.advance(Happened::Received(answer.as_bytes())),
            Step::Await
        );
        dialogue.conclude()
    };
    let open = "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello";
    assert_eq!(conclude(&content(true, "^hello$"), open), Some(Ok(())));
    assert_eq!(conclude(&content(false, "nope"), open), Some(Ok(())));
    let matches = MATCHES.strip_prefix("failed: ").unwrap();
    let no_match = NO_MATCH.strip_prefix("failed: ").unwrap();
    let failed = |words| Some(Err(Failure::new(words)));
    assert_eq!(conclude(&content(false, "hello"), open), failed(matches));
    assert_eq!(conclude(&content(true, "nope"), open), failed(no_match));
    let checksum = checksum_of_hello(ChecksumKind::Md5);
    assert_eq!(conclude(&checksum, open), Some(Ok(())));
    // Nothing yet is what came, too.
    let nothing = "HTTP/1.0 200 OK\r\n\r\n";
    assert_eq!(conclude(&content(false, "x"), nothing), Some(Ok(())));
    for unfinished in [
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nServer: x\r\n",
        "HTTP",
    ] {
        assert_eq!(conclude(&content(true, "hello"), unfinished), None);
    }
}

#[test]
fn folded_headers() {
    let folded = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip,\r\n\tchunked\r\nX: y\r\n\r\n\
                  5\r\nhello\r\n0\r\n\r\n";
    check(&content(true, "^hello$"), &[folded], "done");
}

#[test]
fn closed_before_the_answer() {
    check(
        &plain(),
        &["<close>"],
        "failed: HTTP: Error receiving data -- Connection closed by the peer",
    );
    check(
        &plain(),
        &["HTTP/1.1 200 OK\r\nX: y", "<close>"],
        "failed: HTTP error: the connection was closed in the middle of the response's header",
    );
    check(
        &plain(),
        &["hello", "<close>"],
        "failed: HTTP error: the server does not speak HTTP [hello]",
    );
}

#[test]
fn heads_are_bounded() {
    let too_long = "failed: HTTP error: the header of the response is longer than 64 kB";
    let field = |length| format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(length));
    let exact = HEAD_LIMIT - field(0).len();
    check(&plain(), &[&field(exact)], "done");
    check(&plain(), &[&field(exact + 1)], too_long);
    // Cut anywhere costs too much time for all of them.
    for text in [
        format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(12_000)),
        format!("HTTP/1.1 200 OK\r\na:\r\n{}", " b\r\n".repeat(20_000)),
        "HTTP/1.1 100 Go\r\n\r\n".repeat(4000),
        "x".repeat(HEAD_LIMIT + 1),
    ] {
        let delivery: Vec<_> = text.as_bytes().chunks(1000).map(Turn::Says).collect();
        let transcript = script::play(make(&plain(), 64).as_mut(), &delivery);
        assert!(transcript.ends_with(&format!("\n{too_long}\n")), "{text}");
    }
}

/// What does not matter is skipped, and what comes after it is found.
#[test]
fn many_headers_and_long_ones() {
    for (header, times) in [
        ("a: b\r\n", 300),
        (&*format!("X: {}\r\n", "y".repeat(20_000)), 1),
    ] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\n{}Content-Length: 5\r\n\r\nhello",
            header.repeat(times)
        );
        check(&content(true, "^hello$"), &[&answer], "done");
    }
}

#[test]
fn of_a_head_little_is_kept() {
    let mut head = Head::default();
    let long = "y".repeat(30_000);
    for text in ["HTTP/1.1 200 OK\r\nX: ", &long, "\r\nY: z\r\n ", &long] {
        assert!(head.take(text.as_bytes()).unwrap().is_none());
    }
    assert!(head.kept() <= 4 * 1024, "{}", head.kept());
}

#[test]
fn a_checksum_has_an_end() {
    let test = checksum_of_hello(ChecksumKind::Md5);
    let mut dialogue = make(&test, 64);
    dialogue.advance(Happened::Connected);
    dialogue.advance(Happened::Received(b"HTTP/1.1 200 OK\r\n\r\n"));
    let limited = Wanted {
        method: HttpMethod::Get,
        status: None,
        content: None,
        checksum: test.checksum.clone(),
    };
    let mut inspection = Inspection::new(&limited);
    inspection.hashed = CHECKSUM_LIMIT;
    assert_eq!(
        limited.take_body(Body::ToClose, inspection, b"x").err(),
        Some(Failure::new(
            "Checksum error: the document is longer than 256 MB"
        ))
    );
}

#[test]
fn no_mutation_breaks_it() {
    let wanted = HttpTest {
        checksum: checksum_of_hello(ChecksumKind::Md5).checksum,
        ..content(true, "hello")
    };
    for answer in [
        "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
         2;x\r\nhe\r\n3\r\nllo\r\n0\r\nT: x\r\n\r\n",
    ] {
        script::fuzz(&|| make(&wanted, 64), &[answer], 300);
    }
}
