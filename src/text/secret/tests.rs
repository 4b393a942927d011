//! Control files with passwords, and what is shown of them.

use super::{without_passwords, without_repeated};

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, shown) in cases {
        assert_eq!(without_passwords(text), *shown);
        assert_eq!(shown.len(), text.len(), "{shown}");
    }
}

#[test]
fn passwords_wherever_they_stand() {
    check(&[
        (
            "username x password y, b PASSWORD \"ä b\" then",
            "username x password *, b PASSWORD \"****\" then",
        ),
        (
            "and password='a\"b' secret = s",
            "and password='***' secret = *",
        ),
        ("password \"never closed", "password \"************"),
        ("password", "password"),
        ("password a\"b c\"d x", "password ******* *"),
        ("password “a b” x", "password ********* x"),
        ("password # why\n  x then", "password # why\n  * then"),
        ("password password x", "password ******** *"),
        ("allow me:password read-only", "allow me:******** read-only"),
        ("allow me:you read-only", "allow me:*** read-only"),
        (
            "allow \"a b\":'c d' allow u:p:q",
            "allow \"a b\":'***' allow u:***",
        ),
        ("allow hauk:\"p w\" x", "allow hauk:\"***\" x"),
        ("allow \"whole:string\"", "allow \"whole:******\""),
        ("allow cleartext me:you", "allow cleartext me:***"),
        ("allow u:p/w,x", "allow u:*****"),
        ("allow\n  u:p", "allow\n  u:*"),
        (
            "url http://u:p@ss@h/a:b@c mmonit \"https://u:p@h:8080/\"",
            "url http://u:****@h/a:b@c mmonit \"https://u:*@h:8080/\"",
        ),
        ("allow \"", "allow \""),
        ("allow ':", "allow ':"),
    ]);
}

#[test]
fn passwords_of_a_wrong_file() {
    check(&[
        ("alow u:pw", "alow u:**"),
        ("pasword \"x y\"", "pasword \"***\""),
        ("passwd x paswrod y", "passwd * paswrod *"),
        ("allow u: pw x", "allow u: ** *"),
        ("allow u : 'p w'", "allow u : '***'"),
        ("allow u :pw", "allow u :**"),
        ("allow md5x me:you", "allow md5x me:***"),
        (r#"password "a\"b c" x"#, r#"password "******" x"#),
        (r#"allow u:"a\"b c" x"#, r#"allow u:"******" x"#),
        (r#"password "a\\" x"#, r#"password "***" x"#),
        // The end of the line is no letter of a password, but the size is to stay.
        ("password \"a\nb c\" x", "password \"*****\" x"),
        ("allow u:'a\nb c' x", "allow u:'*****' x"),
        ("allow 'u:a\nb c' x", "allow 'u:*****' x"),
        // A quote is missing: what was outside is inside.
        (
            "password \"a then\npassword \"b c\" x",
            "password \"********************\" x",
        ),
        ("url http://u:p/w@h/", "url http://u:***@h/"),
        ("url \"http://u:p w@h/\"", "url \"http://u:***@h/\""),
        ("url u:pw@h", "url u:**@h"),
    ]);
}

#[test]
fn passwords_that_lack_something() {
    check(&[
        (
            "password my old, dog username me",
            "password ** ***, dog username me",
        ),
        (
            "password my old dog usign tls\n then",
            "password ** *** *** usign tls\n then",
        ),
        ("password a\"b c\"d e # why", "password ******* * # why"),
        ("password \"a b\" c", "password \"***\" c"),
        ("password a; b c", "password *; b c"),
        ("allow me:you two readonly", "allow me:*** *** readonly"),
        ("allow me:'you' x me:you, x", "allow me:'***' x me:***, x"),
        ("allow me you read-only", "allow me *** read-only"),
        ("allow me \"you two\" x", "allow me \"*** ***\" *"),
        ("allow me you two\nallow x", "allow me *** ***\nallow x"),
        (
            "allow localhost x allow ::1 x allow a.b port 1",
            "allow localhost x allow ::1 x allow a.b port 1",
        ),
        (
            "allow md5 /p x allow a.b 10.0.0.1 allow cleartext p x",
            "allow md5 /p x allow a.b 10.0.0.1 allow cleartext p x",
        ),
    ]);
}

#[test]
fn logins_that_are_sent() {
    check(&[
        (
            r#"send "a1 LOGIN me you\r\n" expect "OK" send 'x'"#,
            r#"send "a1 LOGIN **********" expect "OK" send 'x'"#,
        ),
        (
            r#"send = 'AUTH you' send "login" send auth x"#,
            r#"send = 'AUTH ***' send "login" send auth x"#,
        ),
        ("send \"AUTH PLAIN\n  AG1l", "send \"AUTH *****\n  AG1l"),
        ("send \"login", "send \"login"),
    ]);
}

#[test]
fn headers() {
    check(&[
        (
            "http headers [Authorization: Basic dTpw] x",
            "http headers [Authorization: **********] x",
        ),
        (
            "http haeders [X-Key: a, Cookie: a=b; c=d,\n Y: \"p,]q\"] x: y",
            "http haeders [X-Key: *, Cookie: *********\n Y: \"****\"] x: y",
        ),
        (
            "http headers [X-Key: a\n Y: b\nset daemon x: 5",
            "http headers [X-Key: *\n Y: *\nset daemon x: 5",
        ),
        ("http Cookie a=b; c=d", "http Cookie ********"),
        ("headers [X-Key a b, Y: c]", "headers [X-Key****, Y: *]"),
    ]);
}

#[test]
fn all_else_is_shown() {
    for text in [
        "set daemon 5",
        "set httpd port 2812 and use address ::1",
        "allow md5 /p ringo",
        "allow ::1 allow fe80::/10 allow [::1]",
        "allow @group allow 10.0.0.0/8 read-only",
        "allow localhost",
        "set mail-format { from: monit@example.org }",
        "set alert a@example.org not on { instance, action }",
        "mode passive",
        "if failed port 80 protocol http request /x?a=b with timeout 5 seconds then alert",
        "check program a with path \"/bin/sh -c 'x: y'\"",
        "url http://h:8080/x",
        "my_password x",
        "start program = /etc/passwd\n  if not exist then alert",
    ] {
        assert_eq!(without_passwords(text), text);
    }
}

#[test]
fn what_a_message_repeats() {
    let clean = |message, text| without_repeated(message, text, &without_passwords(text));
    assert_eq!(
        clean("`u:x` and `x`, not `unixsocket`", "allow u:x"),
        "`***` and `*`, not `unixsocket`"
    );
    let text = "allow me:swordfish";
    assert_eq!(
        clean("expected `with`, but found `me:SWORDFI…`", text),
        "expected `with`, but found `***********`"
    );
    assert_eq!(clean("a sword is no `fish`", text), "a sword is no `fish`");
    assert_eq!(clean("`a`sword`", "pass `a`sword`"), "`*`*****`");
}
