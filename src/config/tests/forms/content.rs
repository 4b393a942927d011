//! Tests of the lines of a file.

use super::{ok, rules, service};
use crate::config::memory::Memory;
use crate::model::{ContentTest, Model};

/// `=a`, `!b`: the tests and then, after a `|`, what is ignored.
fn shown(model: &Model) -> String {
    let text = |test: &ContentTest| format!("{}{}", &test.symbol()[..1], test.pattern);
    let tests = rules(model).iter().map(|rule| rule.test.content().unwrap());
    let scan = service(model).content.as_ref().unwrap();
    let tests: Vec<String> = tests.map(text).collect();
    let ignored: Vec<String> = scan.ignore.iter().map(text).collect();
    format!("{} | {}", tests.join(" "), ignored.join(" "))
}

ok!(
    every_spelling,
    r#"check file f with path /f
        if content = "a b" then alert
        if content == 'c' then alert
        if content eq d then alert
        if content "e" then alert
        if content != "f" then alert
        if content ne g|h then alert
        if match "i" then alert
        if not match "j" then alert
        if does not match "k" then alert
        if does not exist then alert"#,
    |m| {
        let mut model = m.clone();
        let mut rules = m.services[0].rules.to_vec();
        rules.retain(|rule| rule.test.content().is_some());
        rules.insert(0, m.services[0].rules[0].clone());
        model.services[0].rules = rules.into();
        shown(&model)
    },
    "=a b =c =d =e !f !g|h =i !j !k | "
);
ok!(
    ignored,
    r#"check file f with path /f
        ignore content = "a"
        if content = "x" then alert
        ignore content != b
        ignore match 'c'
        ignore not match "d""#,
    shown,
    "=x | =a !b =c !d"
);
ok!(
    escapes_and_nothing,
    r#"check file f with path /f
        if content = "a\tb\.c" then alert
        if content = "" then alert"#,
    shown,
    "=a\tb\\.c = | "
);
ok!(
    patience_and_limit,
    r#"set limits { fileContentBuffer: 1 kB }
       check file f with path /f
        if content = "x" for 2 cycles then exec "/bin/x""#,
    |m| (
        rules(m)[0].failed.window.times,
        service(m).content.as_ref().unwrap().line_limit
    ),
    (2, 1024)
);
ok!(
    no_content_test_no_scan,
    "check file f with path /f\n ignore content = a",
    |m| service(m).content.is_none(),
    true
);

#[test]
fn patterns_from_a_file() {
    let text = r#"check file f with path /f
        if content = "/etc/patterns" for 2 cycles then alert
        if content != /etc/patterns then alert
        ignore match /etc/patterns"#;
    let memory =
        Memory::new(text).file("/etc/patterns", 0o644, "ERR[0-9]\r\n\n# no comment \nlast");
    let model = memory.load().unwrap().model;
    assert_eq!(
        shown(&model),
        "=ERR[0-9] =# no comment  =last !ERR[0-9] !# no comment  !last | \
         =ERR[0-9] =# no comment  =last"
    );
    let patient = rules(&model)
        .iter()
        .filter(|rule| rule.failed.window.times == 2);
    assert_eq!(patient.count(), 3);
}

#[test]
fn what_costs_too_much_is_a_childs() {
    let is_costly = |limit: &str, pattern: &str| {
        let text = format!(
            "set limits {{ fileContentBuffer: {limit} }}
             check file log with path /log if content = \"{pattern}\" then alert"
        );
        let loaded = Memory::new(text).load().unwrap();
        let service = &loaded.model.services[0];
        service.content.as_ref().unwrap().is_costly
    };
    assert!(!is_costly("512 B", "^[0-9]{4}|(ERROR|WARNING).*x{1,255}y"));
    assert!(!is_costly("64 kB", "ERROR.*disk"));
    assert!(is_costly("512 B", "(a*)b\\\\1"));
    assert!(is_costly("16 MB", "ERROR"));
}
