//! Words, signs, blanks, comments, strings, numbers.

use std::time::Duration;

use super::super::model;
use super::{ok, rules, service, tests};
use crate::model::{Comparison, Limit, Program, Test};

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn sizes(model: &crate::model::Model) -> Vec<(Comparison, u64)> {
    let size = |test: Test| match test {
        Test::Size(Limit { comparison, value }) => (comparison, value),
        other => panic!("{other:?}"),
    };
    tests(model).into_iter().map(size).collect()
}

/// Elsewhere than after `cpu` and `loadavg`, and in what is no word of the language.
#[test]
fn parentheses_group_nothing() {
    for text in [
        "set daemon (30) set init",
        "set daemon 30 (with start delay 3)\ncheck process p matching x",
        "check process p matching x\n if (failed port 80 protocol http) then alert",
        "check process p matching x\n if failed ( port 80 ) for (2 of 3 cycles) then alert",
        "check process p matching x\n if (cpu > (5%)) then restart\n if (mem > 1 MB) then (stop)",
        "check file f path /x\n if (does not exist) then alert\n if ((size) > 5 MB) then alert",
    ] {
        let plain = model(&text.replace(['(', ')'], " "));
        assert_eq!(format!("{:?}", model(text)), format!("{plain:?}"));
    }
}

/// In the reference those within a word are errors; here they belong to it.
#[test]
fn parentheses_are_no_part_of_a_bare_value() {
    for (written, meant) in [
        ("(/a)", "/a"),
        ("/a)", "/a"),
        ("((/a)", "/a"),
        ("( /a )", "/a"),
        ("(\"/a\")", "/a"),
        ("/a(", "/a"),
        ("/a()", "/a"),
        ("/a(b)", "/a(b)"),
        ("/a(b)c)", "/a(b)c"),
        ("/a)b", "/a)b"),
        ("\"/a)\"", "/a)"),
        ("'/(a)'", "/(a)"),
    ] {
        let model = model(&format!("set pidfile {written} set terminal batch\n"));
        assert_eq!(model.settings.pidfile.as_deref(), Some(meant), "{written}");
    }
}
ok!(
    parentheses_of_a_pattern,
    "check file f path /x\n if match (alert|port) then alert if match (a|b)c then alert",
    |m| {
        let tests = format!("{:?}", tests(m));
        ["\"alert|port\"", "\"(a|b)c\""].map(|pattern| tests.contains(pattern))
    },
    [true, true]
);
ok!(
    parentheses_that_close_nothing_in_a_pattern,
    "check process p matching p\n if failed port 80 send a) expect \"x)\" then alert",
    |m| format!("{:?}", tests(m)).contains("\"x)\""),
    true
);
ok!(
    parentheses_of_arguments,
    "check process (p) pidfile (/x)\n start \"/a\" (b) c) $(d)\n stop (/a e)",
    |m| {
        let p = service(m);
        let words = |program: &Option<Program>| program.as_ref().unwrap().arguments.join(" ");
        (&*p.name == "p", words(&p.start), words(&p.stop))
    },
    (true, "/a b c $(d)".to_owned(), "/a e".to_owned())
);
ok!(empty, "", |m| m.services.len(), 1);
ok!(comments, "# one\n  # two\n;", |m| m.services.len(), 1);
ok!(
    no_final_newline,
    "set daemon 5",
    |m| m.settings.poll,
    Some(seconds(5))
);
ok!(
    final_comment,
    "set daemon 5 # every",
    |m| m.settings.poll,
    Some(seconds(5))
);
ok!(
    crlf,
    "set daemon 5\r\nset init\r\n",
    |m| m.settings.init,
    true
);
ok!(
    byte_order_mark,
    "\u{feff}set daemon 5",
    |m| m.settings.poll,
    Some(seconds(5))
);
ok!(
    capitals,
    "SET Daemon 5",
    |m| m.settings.poll,
    Some(seconds(5))
);
ok!(
    on_one_line,
    "set log syslog set pidfile /x set daemon 7 set init",
    |m| (m.settings.pidfile.clone(), m.settings.init),
    (Some("/x".into()), true)
);
ok!(
    noise_anywhere,
    "check process p with the pidfile /x and
       use start program = \"/bin/true\" as uid root and using the gid root with timeout 5 seconds;
       if it does not exist for the 2 cycles then alert"
        .replace("it ", "")
        .leak(),
    |m| service(m)
        .start
        .as_ref()
        .map(|p| (p.terms.uid, p.terms.gid, p.terms.timeout)),
    Some((Some(0), Some(0), seconds(5)))
);
ok!(
    names,
    "check process alert matching a
     check process 'the cat' matching a
     check process \"日本\" matching a
     check process 1a-b_c.d/e?f&g=h matching a
     check process the matching a
     check process a:b matching a",
    |m| m
        .services
        .iter()
        .map(|s| s.name.to_string())
        .collect::<Vec<_>>(),
    [
        "alert",
        "the cat",
        "日本",
        "1a-b_c.d/e?f&g=h",
        "the",
        "a:b",
        "box"
    ]
);
ok!(
    host_variable,
    "check system x-$HOST",
    |m| service(m).name.to_string(),
    "x-box"
);
ok!(
    host_variable_elsewhere,
    "check file f$HOST with path /$HOST",
    |m| service(m).name.to_string(),
    "f$HOST"
);
ok!(
    paths_with_signs,
    "check process p pidfile \"/x y\"\nset log /a:b=c(d)#e\nset idfile '/\"'",
    |m| (format!("{:?}", m.settings.log), m.settings.idfile.clone()),
    ("File(\"/a:b=c(d)#e\")".to_owned(), Some("/\"".into()))
);
ok!(
    programs_keep_their_text,
    r#"check process p matching a
       start "/bin/x a=b --k=v 'c d' \n $X"
       stop = '/bin/x "a b"'
       restart program /bin/x"#,
    |m| [
        service(m).start.as_ref(),
        service(m).stop.as_ref(),
        service(m).restart.as_deref()
    ]
    .map(|p| p.map(|p| p.arguments.join("|"))),
    [
        Some("/bin/x|a=b|--k=v|c d|\\n|$X".to_owned()),
        Some("/bin/x|a b".to_owned()),
        Some("/bin/x".to_owned()),
    ]
);
ok!(
    program_over_several_lines,
    "check process p matching a\n start program = \"/bin/sh -c 'x\n y' z\"",
    |m| service(m).start.as_ref().map(|p| p.arguments.join("|")),
    Some("/bin/sh|-c|x\n y|z".to_owned())
);
ok!(
    sizes_and_their_units,
    "check file f path /f
       if size > 1 then alert
       if size > 1 b then alert
       if size > 2kb then alert
       if size > 3 KB then alert
       if size > 4MB then alert
       if size > 5 gigabytes then alert",
    |m| sizes(m).iter().map(|(_, value)| *value).collect::<Vec<_>>(),
    [1, 1, 2048, 3072, 4 << 20, 5 << 30]
);
ok!(
    operators,
    "check file f path /f
       if size > 1 then alert
       if size gt 1 then alert
       if size is greater than 1 then alert
       if size >= 1 then alert
       if size ge 1 then alert
       if size<1 then alert
       if size less than 1 then alert
       if size<=1 then alert
       if size = 1 then alert
       if size == 1 then alert
       if size equal 1 then alert
       if size 1 then alert
       if size!=1 then alert
       if size notequal 1 then alert",
    |m| sizes(m)
        .iter()
        .map(|(comparison, _)| comparison.symbol())
        .collect::<Vec<_>>(),
    [
        ">", ">", ">", ">=", ">=", "<", "<", "<=", "=", "=", "=", "=", "!=", "!="
    ]
);
ok!(
    line_numbers_and_quotes_inside_words,
    "set mail-format { message: it's a \"quote }\nset daemon 5",
    |m| m.settings.mail_format.message.clone(),
    Some("it's a \"quote".into())
);
ok!(
    times_and_their_units,
    "check file f path /f
       if timestamp > 5 then alert
       if timestamp > 5s then alert
       if timestamp > 2 minutes then alert
       if timestamp > 3hours then alert
       if timestamp > 1 day then alert",
    |m| rules(m)
        .iter()
        .map(|rule| match &rule.test {
            Test::Timestamp(test) => test.age.as_secs(),
            other => panic!("{other:?}"),
        })
        .collect::<Vec<_>>(),
    [5, 5, 120, 10_800, 86_400]
);

/// What each family compares; `@` stands for the operator.
const COMPARED: &[(&str, &[&str])] = &[
    (
        "check process p matching a",
        &[
            "cpu @ 5%",
            "total memory @ 5 MB",
            "uptime @ 3 days",
            "children @ 3",
            "threads @ 3",
            "filedescriptors @ 80%",
            "disk read @ 5 MB/s",
        ],
    ),
    (
        "check file f path /f",
        &["size @ 5 kB", "timestamp @ 3 hours", "hardlinks @ 3"],
    ),
    (
        "check filesystem d path /",
        &[
            "space usage @ 5.5%",
            "space free @ 5 GB",
            "inodes @ 10",
            "service time @ 3 ms",
            "read rate @ 5 MB/s",
        ],
    ),
    (
        "check network n interface lo",
        &[
            "saturation @ 5%",
            "upload @ 1 MB/s",
            "total download @ 1 GB in last day",
        ],
    ),
    (
        "check system s",
        &[
            "loadavg (1min) per core @ 3",
            "cpu (wait) @ 3%",
            "swap @ 3 MB",
            "pagein @ 3 per second",
            "uptime @ 3 days",
        ],
    ),
    ("check program g path /bin/true", &["status @ 3"]),
    (
        "check host h address ::1",
        &[
            "failed ping responsetime @ 3 ms",
            "failed port 80 responsetime @ 3 ms",
            "failed port 80 protocol http status @ 300",
        ],
    ),
];

/// Each operator's spellings.
const OPERATORS: [&[&str]; 6] = [
    &[">", "gt", "greater", "greater than"],
    &[">=", "ge", "greaterorequal", "greater than or equal to"],
    &["<", "lt", "less", "less than"],
    &["<=", "le", "lessorequal", "less than or equal to"],
    &["=", "==", "eq", "equal", "equal to"],
    &["!=", "ne", "notequal", "not equal to"],
];

#[test]
fn every_family_knows_every_operator_in_each_spelling() {
    for (check, tests) in COMPARED {
        for test in *tests {
            let meaning = |operator: &str| {
                let test = test.replace('@', operator);
                let text = format!("{check}\nif {test} then alert\n");
                crate::config::tests::model(&text).services[0].rules.clone()
            };
            let mut meanings = Vec::new();
            for spellings in OPERATORS {
                let first = meaning(spellings[0]);
                for spelling in &spellings[1..] {
                    assert_eq!(meaning(spelling), first, "{test} {spelling}");
                }
                assert!(!meanings.contains(&first), "{test} {spellings:?}");
                meanings.push(first);
            }
        }
    }
}
