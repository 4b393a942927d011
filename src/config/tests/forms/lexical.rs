//! Words, signs, blanks, comments, strings, numbers.

use std::time::Duration;

use super::{ok, rules, service, tests};
use crate::model::{Comparison, Limit, Test};

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
    |m| service(m).start.as_ref().map(|p| (p.uid, p.gid, p.timeout)),
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
    |m| [&service(m).start, &service(m).stop, &service(m).restart]
        .map(|p| p.as_ref().map(|p| p.arguments.join("|"))),
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
