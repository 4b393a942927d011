//! `check program` and its tests.

use std::time::Duration;

use super::{ok, service};
use crate::model::{
    Action, Comparison, Every, Limit, Model, Program, ProgramTest, Service, Subject, Test, Window,
};

fn program(service: &Service) -> &Program {
    match &service.subject {
        Subject::Program(program) => program,
        _ => panic!("no program"),
    }
}

/// Each program's arguments, joined by `|`, with user, group and time limit.
fn programs(model: &Model) -> Vec<String> {
    let programs = model.services.iter().take(model.services.len() - 1);
    programs
        .map(|service| {
            let program = program(service);
            let (uid, gid) = (program.terms.uid, program.terms.gid);
            let limit = program.terms.timeout.as_millis();
            format!("{} {uid:?} {gid:?} {limit}", program.arguments.join("|"))
        })
        .collect()
}

fn program_tests(model: &Model) -> Vec<ProgramTest> {
    let rules = service(model).rules.iter();
    rules
        .map(|rule| match &rule.test {
            Test::Program(test) => test.clone(),
            _ => panic!("no test of a program"),
        })
        .collect()
}

fn status(comparison: Comparison, value: u64) -> ProgramTest {
    ProgramTest::Status(Limit { comparison, value })
}

ok!(
    heads,
    "check program a with path /bin/a if status != 0 then alert
     check program b path '/bin/a b' if status 1 then alert
     CHECK PROGRAM c WITH PATH \"/bin/a -x 'b c'\" and using the timeout 500 ms
       if status != 0 then alert
     check program d with path \"/bin/a\" as uid nobody and gid nogroup timeout 5 seconds
       if status != 0 then alert
     check program e with path /bin/a timeout 2 minutes uid 12
       if status != 0 then alert
     check program \"f g\" with path \"/bin/a\" with gid \"root\" every 2 cycles
       if status != 0 then alert",
    programs,
    [
        "/bin/a None None 300000",
        "/bin/a|b None None 300000",
        "/bin/a|-x|b c None None 500",
        "/bin/a Some(65534) Some(65534) 5000",
        "/bin/a Some(12) None 120000",
        "/bin/a None Some(0) 300000",
    ]
);
ok!(
    arguments_after_the_program,
    "check program a with path /bin/a -la --x=y /tmp a:b 12 d file if status != 0 then alert
     check program b path \"/bin/a 'b c'\" \"d e\" 'f g' with timeout 5 s
       if status != 0 then alert
     check program c with path /bin/a service every 3 cycles
       if status != 0 then alert",
    programs,
    [
        "/bin/a|-la|--x=y|/tmp|a:b|12|d|file None None 300000",
        "/bin/a|b c|d e|f g None None 5000",
        "/bin/a|service None None 300000",
    ]
);
ok!(
    arguments_after_any_program,
    "check process p with pidfile /p
       start program = \"/bin/p\" -k start2 as uid nobody
       stop program /bin/p --now
       if not exist then exec \"/bin/mail\" -s \"p is gone\" repeat every 2 cycles",
    |m| {
        let words = |program: &Program| program.arguments.join("|");
        let service = service(m);
        let Action::Exec(exec) = &service.rules[0].failed.action else {
            panic!("no exec");
        };
        [
            words(service.start.as_ref().unwrap()),
            words(service.stop.as_ref().unwrap()),
            words(&exec.program),
        ]
    },
    ["/bin/p|-k|start2", "/bin/p|--now", "/bin/mail|-s|p is gone"]
);
ok!(
    the_limit_of_all_programs,
    "check program a with path /bin/a if status != 0 then alert
     check program b with path /bin/a timeout 1 s if status != 0 then alert
     set limits { programTimeout: 20 s }",
    |m| [0, 1].map(|index| program(&m.services[index]).terms.timeout),
    [20, 1].map(Duration::from_secs)
);
ok!(
    every_operator,
    "check program a with path /bin/a
       if status != 0 then alert
       if status 1 then alert
       if status = 2 then alert
       if status == 3 then alert
       if status is greater than 4 then alert
       if status >= 5 then alert
       if status lt 6 then alert
       if status <= 7 then alert
       if status ne 8 then alert
       if status>9 then alert",
    program_tests,
    [
        status(Comparison::NotEqual, 0),
        status(Comparison::Equal, 1),
        status(Comparison::Equal, 2),
        status(Comparison::Equal, 3),
        status(Comparison::Greater, 4),
        status(Comparison::GreaterOrEqual, 5),
        status(Comparison::Less, 6),
        status(Comparison::LessOrEqual, 7),
        status(Comparison::NotEqual, 8),
        status(Comparison::Greater, 9),
    ]
);
ok!(
    changes_and_contents,
    r#"check program a with path /bin/a
       if changed status then alert
       if content = "a\tb" then alert
       if content == foo then alert
       if content != '^"ok"$' then alert
       if content is not equal to "x" then alert
       if content changed then alert
       if content not changed then alert else ignore
       if content has not changed for 3 cycles then alert"#,
    program_tests,
    {
        let content = |pattern: &str, matches| ProgramTest::Content {
            pattern: pattern.into(),
            matches,
        };
        [
            ProgramTest::StatusChanged,
            content("a\tb", true),
            content("foo", true),
            content("^\"ok\"$", false),
            content("x", false),
            ProgramTest::ContentChanged,
            ProgramTest::ContentUnchanged,
            ProgramTest::ContentUnchanged,
        ]
    }
);
ok!(
    all_that_a_service_may_have,
    "check program a with path \"/bin/a\"
       start program = \"/bin/a start\"
       stop program = \"/bin/a stop\"
       group checks
       every 3 cycles
       depends on b
       if status != 0 for 3 times within 5 cycles then restart else if succeeded 2 cycles
         then exec \"/bin/true\"
       if 3 restarts within 5 cycles then timeout
     check file b with path /b",
    |m| {
        let service = service(m);
        let rule = &service.rules[0];
        (
            service.rules.len(),
            service.every.clone(),
            rule.failed.window,
            rule.recovered.window,
            service.restart_limits.len(),
        )
    },
    (
        1,
        Every::Cycles(3),
        Window {
            times: 3,
            cycles: 5
        },
        Window {
            times: 2,
            cycles: 2
        },
        1
    )
);
