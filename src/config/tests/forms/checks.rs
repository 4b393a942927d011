//! `check` and what a service says of itself.

use super::{ok, service};
use crate::model::{Action, Every, Mode, OnReboot, ProcessLocator, Subject, Test};

ok!(
    process_by_pidfile,
    "check process p with pidfile /x",
    |m| service(m).subject.clone(),
    Subject::Process(ProcessLocator::Pidfile("/x".into()))
);
ok!(
    process_by_pattern,
    r#"CHECK PROCESS p MATCHING "^/bin/(a|c)\.x""#,
    |m| service(m).subject.clone(),
    Subject::Process(ProcessLocator::Matching(r"^/bin/(a|c)\.x".into()))
);
ok!(
    file_by_path,
    "check file p path /x",
    |m| service(m).subject.clone(),
    Subject::File("/x".into())
);
ok!(
    system_by_name,
    "check system mybox\n start program = \"/bin/x\"\n alert a@x\n group g",
    |m| (
        m.services.len(),
        service(m).rules.len(),
        service(m).start.is_some()
    ),
    (1, 0, true)
);
ok!(
    implicit_existence,
    "check process p matching x",
    |m| (
        service(m).rules[0].test.clone(),
        service(m).rules[0].failed.action.clone()
    ),
    (Test::NotExist, Action::Restart)
);
ok!(
    existence_replaces_the_implicit_one,
    "check process p matching x
       if exist then stop
       if not exist for 2 cycles then alert
       if does not exist then unmonitor",
    |m| service(m)
        .rules
        .iter()
        .map(|rule| rule.failed.action.word())
        .collect::<Vec<_>>(),
    ["stop", "alert", "unmonitor"]
);
ok!(
    groups,
    "check process p matching x\n group www\n group \"web servers\"\n group WWW",
    |m| service(m).groups.to_vec(),
    [Box::from("www"), Box::from("web servers")]
);
ok!(
    dependencies,
    "check process a matching x\n depends on B, 'c d', stop\n depend on e\n depends b
     check process b matching x
     check process 'c d' matching x
     check process stop matching x
     check process e matching x",
    |m| service(m)
        .depends
        .iter()
        .map(|id| id.index())
        .collect::<Vec<_>>(),
    [1, 2, 3, 4]
);
ok!(
    modes,
    "check process a matching x mode active
     check process c matching x mode passive
     check process d matching x mode manual",
    |m| m.services[..3]
        .iter()
        .map(|s| (s.mode, s.onreboot))
        .collect::<Vec<_>>(),
    [
        (Mode::Active, OnReboot::Start),
        (Mode::Passive, OnReboot::Start),
        (Mode::Active, OnReboot::LastState)
    ]
);
ok!(
    every,
    "check process a matching x every 2 cycles
     check process c matching x every 100 cycle
     check process d matching x every 1 cycles",
    |m| m.services[..3]
        .iter()
        .map(|s| s.every.clone())
        .collect::<Vec<_>>(),
    [Every::Cycles(2), Every::Cycles(100), Every::Cycle]
);
ok!(
    every_cron,
    r#"check process a matching x every "* 8-19 * * 1-5" group g
     check process b matching x
       not every ' 0-15,45  0-3 1 jan-mar sun '
     check process c matching x every 2 cycles not every "*/5 * * * *""#,
    |m| m.services[..3]
        .iter()
        .map(|s| match &s.every {
            Every::Cron(schedule) => ("every", schedule.text().to_owned()),
            Every::NotCron(schedule) => ("not every", schedule.text().to_owned()),
            Every::Cycle | Every::Cycles(_) => ("cycles", String::new()),
        })
        .collect::<Vec<_>>(),
    [
        ("every", "* 8-19 * * 1-5".into()),
        ("not every", "0-15,45  0-3 1 jan-mar sun".into()),
        ("not every", "*/5 * * * *".into()),
    ]
);
ok!(
    noalert,
    "check process a matching x\n noalert b@x\n alert c@x on { exec } reminder 3",
    |m| (
        service(m).noalert().len(),
        service(m).alerts()[0].reminder_cycles
    ),
    (1, Some(3))
);
ok!(
    program_options_in_any_order,
    "check process a matching x
       start program = \"/bin/x\" with timeout 60 seconds as gid nogroup and uid 4711",
    |m| service(m)
        .start
        .as_ref()
        .map(|p| (p.terms.uid, p.terms.gid, p.terms.timeout.as_secs())),
    Some((Some(4711), Some(65_534), 60))
);

ok!(
    processes_of_old,
    "check apache with pidfile /a.pid check \"my one\" matching b check process c path /c.pid",
    |m| m.services[..3]
        .iter()
        .map(|service| format!("{} {:?}", service.name, service.subject))
        .collect::<Vec<_>>(),
    [
        "apache Process(Pidfile(\"/a.pid\"))",
        "my one Process(Matching(\"b\"))",
        "c Process(Pidfile(\"/c.pid\"))"
    ]
);
ok!(
    a_template_that_was_not_filled_in,
    "check process <app> with pidfile /run/<app>.pid
       group <group>
       if failed host <host> port 80 then alert",
    |m| (service(m).groups.to_vec(), super::connection(m).destination),
    (
        vec!["<group>".into()],
        crate::model::Destination::Host {
            host: "<host>".into(),
            port: 80
        }
    )
);

ok!(
    several_systems,
    "check system one check process p matching p check system two",
    |m| (
        m.services.len(),
        m.system().map(|(_, service)| service.name.clone())
    ),
    (3, Some("two".into()))
);
