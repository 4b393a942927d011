//! Directories, named pipes and file systems.

use super::{ok, rules, service, tests};
use crate::model::{Action, Comparison, Limit, Stamp, Subject, Test, TimestampTest};

const fn limit(comparison: Comparison, value: u64) -> Limit {
    Limit { comparison, value }
}

ok!(
    directory_and_fifo_by_path,
    "check directory d with path /var/spool
     check fifo f path '/dev/x console'
     CHECK DIRECTORY directory PATH /fifo",
    |m| m.services[..3]
        .iter()
        .map(|service| service.subject.clone())
        .collect::<Vec<_>>(),
    [
        Subject::Directory("/var/spool".into()),
        Subject::Fifo("/dev/x console".into()),
        Subject::Directory("/fifo".into()),
    ]
);
ok!(
    directories_may_be_missing,
    "check directory d path /d if failed uid 0 then alert",
    |m| (
        service(m).rules[0].test.clone(),
        service(m).rules[0].failed.action.clone()
    ),
    (Test::NotExist, Action::Restart)
);
ok!(
    tests_of_a_fifo,
    "check fifo f path /f
       if exist then alert
       if failed perm 600 then alert
       if failed uid root then alert
       if failed gid 12 then alert
       if atime > 2 hours then alert
       if changed mtime then alert
       if hardlinks > 1 then alert
       if hardlink is not equal to 2 then alert
       if changed hardlinks then alert",
    tests,
    {
        let atime = TimestampTest {
            stamp: Stamp::Access,
            comparison: Comparison::Greater,
            age: std::time::Duration::from_secs(7200),
        };
        [
            Test::Exist,
            Test::Permission(0o600),
            Test::Uid(0),
            Test::Gid(12),
            Test::Timestamp(atime),
            Test::TimestampChanged(Stamp::Modification),
            Test::Hardlinks(limit(Comparison::Greater, 1)),
            Test::Hardlinks(limit(Comparison::NotEqual, 2)),
            Test::HardlinksChanged,
        ]
    }
);
ok!(
    files_have_hardlinks_too,
    "check file f path /f if hardlinks = 1 then alert if changed hardlink then stop",
    |m| rules(m).len(),
    2
);
