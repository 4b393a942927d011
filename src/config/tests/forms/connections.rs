//! Connection tests.

use std::time::Duration;

use super::{connection, connection_test, ok, tests};
use crate::config::Kind;
use crate::config::memory::Memory;
use crate::model::{
    ChecksumKind, Comparison, Destination, Exchange, Family, HttpMethod, HttpTest, Limit, Model,
    Protocol, Test, TlsOptions, TlsTerms, TlsVersions, Transport, Verify,
};

fn http(model: &Model) -> HttpTest {
    match connection(model).protocol {
        Protocol::Http(test) => test,
        other => panic!("{other:?}"),
    }
}

fn tls(model: &Model) -> TlsOptions {
    connection(model).tls.unwrap()
}

fn host(host: &str, port: u16) -> Destination {
    let host = host.into();
    Destination::Host { host, port }
}

fn options(model: &Model) -> (Destination, u128, u8, Box<str>) {
    let test = connection_test(model);
    let timeout = test.connection.timeout.as_millis();
    (
        test.connection.destination,
        timeout,
        test.tries,
        http(model).request,
    )
}

fn expected_options() -> (Destination, u128, u8, Box<str>) {
    (host("1.2.3.4", 80), 1500, 3, "/x".into())
}

/// A process with one rule.
macro_rules! rule {
    ($rule:literal) => {
        concat!("check process p matching x\n if ", $rule, " then alert")
    };
}

ok!(
    plain_port,
    rule!("failed port 80"),
    |m| (
        connection(m),
        connection_test(m).tries,
        connection_test(m).expect_failure
    ),
    (
        crate::model::Connection {
            family: Family::Any,
            source: None,
            destination: host("localhost", 80),
            transport: Transport::Tcp,
            tls: None,
            protocol: Protocol::Default,
            timeout: Duration::from_secs(5),
        },
        1,
        false
    )
);
ok!(
    options_in_one_order,
    rule!("failed timeout 1500 ms retry 3 protocol http request /x port 80 type tcp host 1.2.3.4"),
    options,
    expected_options()
);
ok!(
    a_source_address,
    rule!("failed port 80 via address 127.0.0.1"),
    |m| connection(m).source,
    Some("127.0.0.1".parse().unwrap())
);
ok!(
    options_in_another_order,
    rule!("failed host 1.2.3.4 protocol http timeout 1500 ms request /x retry 3 type tcp port 80"),
    options,
    expected_options()
);
ok!(
    ipv6_host,
    rule!("failed host [::1] port 80"),
    |m| connection(m).destination,
    host("::1", 80)
);
ok!(
    quoted_host,
    rule!("failed host \"::1\" port 80"),
    |m| connection(m).destination,
    host("::1", 80)
);
ok!(
    unix_socket,
    rule!("failed unixsocket /run/x type udp with timeout 3 seconds"),
    |m| (connection(m).destination, connection(m).transport),
    (Destination::Unix("/run/x".into()), Transport::Udp)
);
ok!(
    succeeded,
    rule!("succeeded port 3306"),
    |m| connection_test(m).expect_failure,
    true
);
ok!(
    old_tls,
    rule!(
        "failed port 443 type TCPSSL sslauto
          certmd5 00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"
    ),
    |m| (
        tls(m).starttls,
        tls(m).pin.map(|pin| (pin.kind, pin.digest[1]))
    ),
    (false, Some((ChecksumKind::Md5, 0x11)))
);
ok!(
    modern_tls,
    rule!(
        "failed port 443 ssl with options {version: auto -sslv3 verify: enable selfsigned: allow}
         certificate checksum = \"1ED948A6F4258ACAB964227EF4EB19FCC453B0F8\""
    ),
    |m| (tls(m).verify, tls(m).pin.map(|pin| pin.kind)),
    (Verify::AllowSelfSigned, Some(ChecksumKind::Sha1))
);
ok!(
    https,
    rule!("failed port 443 protocol https with ssl options {verify: disable}"),
    |m| (tls(m).verify, http(m).request),
    (Verify::Disable, "".into())
);
ok!(
    starttls,
    rule!("failed port 25 protocol smtp using tls with options {verify: enable}"),
    |m| (tls(m).starttls, tls(m).verify, connection(m).protocol),
    (true, Verify::Enable, Protocol::Smtp)
);
ok!(
    starttls_by_the_port,
    rule!("failed port 587 type tcpssl protocol smtp"),
    |m| tls(m).starttls,
    true
);
ok!(
    tls_by_the_port,
    rule!("failed port 465 protocol smtp using tls"),
    |m| tls(m).starttls,
    false
);
ok!(
    tls_by_the_word,
    rule!("failed port 2465 protocol smtp using ssl"),
    |m| tls(m).starttls,
    false
);
ok!(
    smtps,
    rule!("failed port 465 proto smtps"),
    |m| (tls(m).starttls, connection(m).protocol),
    (false, Protocol::Smtp)
);
ok!(
    tls_without_starttls,
    rule!("failed port 443 using tls protocol http"),
    |m| tls(m).starttls,
    false
);
ok!(
    http_options,
    rule!(
        "failed port 80 protocol http username \"u\" and password \"p:w\" and request '/a b?c=d&e'
         status != 404 and content = \"a\\.(b|c)\" hostheader x.example.org
         checksum 8f7f419955cefa0b33a2ba316cba3659 method GET"
    ),
    |m| {
        let test = http(m);
        let status = test.status.unwrap();
        let header = &test.headers[0];
        let status = format!("{} {}", status.comparison.symbol(), status.value);
        let header = format!("{}: {}", header.name, header.value);
        (
            test.request,
            test.credentials,
            status,
            test.content,
            header,
            test.method,
        )
    },
    (
        "/a b?c=d&e".into(),
        Some(("u".into(), "p:w".into())),
        "!= 404".to_owned(),
        Some((true, r"a\.(b|c)".into())),
        "Host: x.example.org".to_owned(),
        HttpMethod::Get
    )
);
ok!(
    http_headers,
    rule!(
        "failed port 80 protocol http with http headers
           [Host: \"a.b:443\", Cache-Control: no-cache,
            Cookie: a=b; the=c, X-Empty:]
         and request /monit/ content != \"x\""
    ),
    |m| http(m)
        .headers
        .iter()
        .map(|header| format!("{}: {}", header.name, header.value))
        .collect::<Vec<_>>(),
    [
        "Host: a.b:443",
        "Cache-Control: no-cache",
        "Cookie: a=b; the=c",
        "X-Empty: "
    ]
);
ok!(
    http_unquoted_status,
    rule!("failed port 80 proto http status 302 request http://proxy.example/x"),
    |m| (http(m).request, http(m).status.map(|status| status.value)),
    ("http://proxy.example/x".into(), Some(302))
);
ok!(
    dialogue,
    rule!("failed port 25 expect '^220.*' send \"HELO \\0x41\\r\\n\" expect \"^250[^\\\\]\""),
    |m| connection(m).protocol,
    Protocol::Generic(vec![
        Exchange::Expect("^220.*".into()),
        Exchange::Send(b"HELO A\r\n".as_slice().into()),
        Exchange::Expect("^250[^\\]".into()),
    ])
);
ok!(
    dialogue_of_any_bytes,
    rule!("failed port 27960 type udp send \"\\0xFF\\0x00getstatus\" expect \"sv_.*\""),
    |m| connection(m).protocol,
    Protocol::Generic(vec![
        Exchange::Send(b"\xff\x00getstatus".as_slice().into()),
        Exchange::Expect("sv_.*".into()),
    ])
);

/// Where the file of both parts stands.
fn with_pem(rules: &str) -> Model {
    let pem = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";
    let text = format!("check process p with pidfile /p\n{rules}");
    let memory = Memory::new(text)
        .file("/ca.pem", 0o644, pem)
        .file("/me.pem", 0o600, pem)
        .other("/ca", Kind::Directory);
    memory.load().unwrap().model
}

#[test]
fn what_is_set_for_all_tls_holds_where_nothing_else_is_said() {
    let usual = "set ssl {verify: enable selfsigned: allow version: tlsv12
                          cacertificatefile: /ca.pem clientpemfile: /me.pem}";
    let model = with_pem(&format!("if failed port 443 using ssl then alert\n{usual}"));
    let expected = TlsOptions {
        starttls: false,
        verify: Verify::AllowSelfSigned,
        pin: None,
        terms: TlsTerms {
            versions: TlsVersions::Only12,
            authorities: vec!["/ca.pem".into()],
            client_pem: Some("/me.pem".into()),
        },
    };
    assert_eq!(tls(&model), expected);
    let own = "if failed port 443 with ssl options {verify: disable version: auto
                 cacertificatepath: /ca} then alert";
    let tls = tls(&with_pem(&format!(
        "{own}\n{usual}\nset ssl {{selfsigned: reject}}"
    )));
    assert_eq!(tls.verify, Verify::Disable);
    assert_eq!(tls.terms.versions, TlsVersions::Both);
    assert_eq!(tls.terms.authorities, ["/ca.pem".into(), "/ca".into()]);
    let model = with_pem(&format!("{usual}\nset mailserver a using ssl, b"));
    let servers = model.settings.mail_servers;
    let first = servers[0].tls.as_ref().unwrap();
    assert_eq!(first.terms.versions, TlsVersions::Only12);
    assert_eq!(
        (first.verify, &servers[1].tls),
        (Verify::AllowSelfSigned, &None)
    );
}

ok!(
    versions_of_old,
    rule!("failed port 443 type tcpssl tlsv13"),
    |m| tls(m).terms.versions,
    TlsVersions::Only13
);
ok!(
    from_and_to,
    rule!("failed host example.org port 80 ipv6 address ::1"),
    |m| (connection(m).family, connection(m).source),
    (Family::V6, Some("::1".parse().unwrap()))
);
ok!(
    url,
    rule!("failed url https://u:p%40@example.org:8443/a?b=c content = 'd' timeout 3 seconds"),
    |m| {
        let http = http(m);
        let destination = connection(m).destination;
        (
            destination,
            http.request,
            http.credentials,
            tls(m).starttls,
            connection(m).timeout,
        )
    },
    (
        host("example.org", 8443),
        "/a?b=c".into(),
        Some(("u".into(), "p@".into())),
        false,
        Duration::from_secs(3)
    )
);
ok!(
    a_certificate_asks_for_tls,
    rule!("failed port 443 certificate valid > 30 days"),
    |m| (tls(m).verify, tests(m)[1].clone()),
    (Verify::Unset, Test::CertificateValid(30))
);
ok!(
    response_time,
    rule!("failed port 80 responsetime 1500 ms certificate valid for 3 days"),
    |m| tests(m)[1..].to_vec(),
    [
        Test::ResponseTime(Limit {
            comparison: Comparison::Less,
            value: 1_500_000
        }),
        Test::CertificateValid(3)
    ]
);
ok!(
    response_time_with_an_operator,
    rule!("failed port 80 responsetime <= 2 seconds for 3 cycles"),
    |m| (tests(m)[1].clone(), super::rules(m)[1].failed.window.times),
    (
        Test::ResponseTime(Limit {
            comparison: Comparison::LessOrEqual,
            value: 2_000_000
        }),
        3
    )
);
ok!(
    protocols_that_are_not_spoken,
    rule!("failed port 3306 protocol MYSQLS username \"password\" password user"),
    |m| (connection(m).protocol, tls(m).starttls),
    (Protocol::Unspoken("MYSQL"), false)
);
ok!(
    protocols_over_udp,
    rule!("failed port 123 protocol ntp3"),
    |m| (connection(m).transport, connection(m).protocol),
    (Transport::Udp, Protocol::Unspoken("NTP3"))
);
ok!(
    websocket,
    rule!("failed host a port 80 protocol websocket host b request / origin c version 13"),
    |m| connection(m).destination,
    host("a", 80)
);
ok!(
    a_keyword_as_name_and_password,
    rule!("failed port 80 protocol http username username password the"),
    |m| http(m).credentials,
    Some(("username".into(), "the".into()))
);
