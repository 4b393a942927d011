//! Rules of files, windows, actions.

use super::{ok, rules, service, tests};
use crate::model::{Action, Checksum, ChecksumKind, Model, Stamp, Test, TimestampTest, Window};

const MD5: &str = "8f7f419955cefa0b33a2ba316cba3659";

fn windows(model: &Model) -> Vec<(u8, u8)> {
    let shown = |window: Window| (window.times, window.cycles);
    rules(model)
        .iter()
        .map(|rule| shown(rule.failed.window))
        .collect()
}

ok!(
    checksums,
    "check file a path /a if failed checksum then alert
     check file c path /a if changed sha1 checksum then alert
     check file d path /a
       if failed checksum and expect the sum 8F7F419955CEFA0B33A2BA316CBA3659 then alert
     check file e path /a
       if failed md5 checksum expect \"8f7f419955cefa0b33a2ba316cba3659\" then stop
     check file f path /a if failed sha256 checksum then alert",
    |m| m.services[..5]
        .iter()
        .map(|s| s.rules[1].test.clone())
        .collect::<Vec<_>>(),
    {
        let bytes = |n: usize| u8::from_str_radix(&MD5[2 * n..2 * n + 2], 16).unwrap();
        let sum: Box<[u8]> = (0..16).map(bytes).collect();
        [
            Checksum::Failed(ChecksumKind::Md5, None),
            Checksum::Changed(ChecksumKind::Sha1),
            Checksum::Failed(ChecksumKind::Md5, Some(sum.clone())),
            Checksum::Failed(ChecksumKind::Md5, Some(sum)),
            Checksum::Failed(ChecksumKind::Sha256, None),
        ]
        .map(Test::Checksum)
    }
);
ok!(
    permissions_and_owners,
    "check file f path /f
       if failed permission 04755 then alert
       if failed uid nobody then alert
       if failed gid 0 then alert
       if changed size then alert
     check file g path /g
       if changed perm then alert
       if failed uid 12 then alert",
    |m| (
        tests(m),
        m.services[1].rules[1].test.clone(),
        m.services[1].rules[2].test.clone()
    ),
    (
        vec![
            Test::Permission(0o4755),
            Test::Uid(65_534),
            Test::Gid(0),
            Test::SizeChanged
        ],
        Test::PermissionChanged,
        Test::Uid(12)
    )
);
ok!(
    timestamps,
    "check file f path /f
       if timestamp is older than 3 hours then alert
       if time is newer than 3 minutes then alert
       if access time > 5 days then alert
       if modification timestamp > 5 days then alert
       if ctime 1 second then alert
       if changed timestamp then alert
       if changed mtime then alert
       if changed change time then alert",
    |m| tests(m)
        .into_iter()
        .map(|test| match test {
            Test::Timestamp(TimestampTest {
                stamp,
                comparison,
                age,
            }) => {
                format!("{stamp:?} {} {}", comparison.symbol(), age.as_secs())
            }
            Test::TimestampChanged(stamp) => format!("{stamp:?} changed"),
            other => panic!("{other:?}"),
        })
        .collect::<Vec<_>>(),
    [
        format!("{:?} > 10800", Stamp::Latest),
        format!("{:?} < 180", Stamp::Latest),
        format!("{:?} > 432000", Stamp::Access),
        format!("{:?} > 432000", Stamp::Modification),
        format!("{:?} = 1", Stamp::Change),
        format!("{:?} changed", Stamp::Latest),
        format!("{:?} changed", Stamp::Modification),
        format!("{:?} changed", Stamp::Change),
    ]
);
ok!(
    windows_long_and_short,
    "check file f path /f
       if size > 1 then alert
       if size > 1 for 64 cycles then alert
       if size > 1 B 3 cycles then alert
       if size > 1 for 3 times within 5 cycles then alert
       if size > 1 B 3 times 5 cycles then alert
       if size > 1 kb 3 5 cycles then alert
       if changed size 1 times within 2 cycles then alert",
    windows,
    [(1, 1), (64, 64), (3, 3), (3, 5), (3, 5), (3, 5), (1, 2)]
);
ok!(
    a_number_after_a_number_is_a_window,
    "check file f path /f if size > 100 3 cycles then alert",
    windows,
    [(3, 3)]
);
ok!(
    actions,
    "check file f path /f
       if size > 1 then alert
       if size > 1 then restart
       if size > 1 then start
       if size > 1 then stop
       if size > 1 then exec /bin/x
       if size > 1 then unmonitor
       if size > 1 then timeout",
    |m| rules(m)
        .iter()
        .map(|rule| rule.failed.action.word())
        .collect::<Vec<_>>(),
    [
        "alert",
        "restart",
        "start",
        "stop",
        "exec",
        "unmonitor",
        "unmonitor"
    ]
);
ok!(
    exec_options,
    "check file f path /f
       if size > 1 then exec \"/bin/x 'a b'\" as uid nobody and gid root repeat every 5 cycles",
    |m| match &rules(m)[0].failed.action {
        Action::Exec(exec) => (
            exec.program.arguments.join("|"),
            exec.program.terms.uid,
            exec.repeat_cycles,
            exec.program.terms.limit()
        ),
        other => panic!("{other:?}"),
    },
    ("/bin/x|a b".to_owned(), Some(65_534), Some(5), None)
);
ok!(
    recovery,
    "check file f path /f
       if size > 1 then alert
       if size > 1 then stop else start
       if size > 1 then stop else if succeeded for 2 cycles then start
       if size > 1 then stop else if passed 2 times within 3 cycles then unmonitor
       if size > 1 then stop else if recovered then exec \"/bin/x\"
       if size > 1 then exec \"/bin/x\" else ignore",
    |m| rules(m)
        .iter()
        .map(|rule| (rule.recovered.action.word(), rule.recovered.window.cycles))
        .collect::<Vec<_>>(),
    [
        ("alert", 1),
        ("start", 1),
        ("start", 2),
        ("unmonitor", 3),
        ("exec", 1),
        ("ignore", 1)
    ]
);
ok!(
    restart_limits,
    "check process p matching x
       if 3 restarts within 5 cycles then timeout
       if 4 restart 6 cycle then exec \"/bin/true\"
       if 5 restarts within 8 cycles then stop",
    |m| service(m)
        .restart_limits
        .iter()
        .map(|limit| (limit.restarts, limit.cycles, limit.action.word()))
        .collect::<Vec<_>>(),
    [(3, 5, "unmonitor"), (4, 6, "exec"), (5, 8, "stop")]
);
