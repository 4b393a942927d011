//! Directories, named pipes and file systems.

use super::{ok, rules, service, tests};
use crate::model::{
    Action, Comparison, FilesystemMetric, FilesystemTest, Limit, Model, Rule, Stamp, Subject, Test,
    TimestampTest,
};

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
ok!(
    file_systems_by_any_name,
    r#"check filesystem a with path /
     check device b path /dev/disk/by-uuid/1234-5678
     check filesystem c with path nas:/export
     check filesystem d path "host:/my files"
     check filesystem e path //nas/share
     check filesystem device path tmpfs"#,
    |m| m.services[..6]
        .iter()
        .map(|service| service.subject.clone())
        .collect::<Vec<_>>(),
    [
        "/",
        "/dev/disk/by-uuid/1234-5678",
        "nas:/export",
        "host:/my files",
        "//nas/share",
        "tmpfs",
    ]
    .map(|target| Subject::Filesystem(target.into()))
);
ok!(
    rules_nobody_wrote_for_a_file_system,
    "check filesystem a path / if failed uid 0 then alert
     check filesystem b path / if changed fsflags then stop if exist then alert",
    |m| m.services[..2]
        .iter()
        .map(|service| {
            let rules = service.rules.iter();
            let told = |rule: &Rule| (rule.test.clone(), rule.failed.action.word());
            rules.map(told).collect()
        })
        .collect::<Vec<Vec<_>>>(),
    [
        vec![
            (Test::NotExist, "restart"),
            (Test::Filesystem(FilesystemTest::FlagsChanged), "alert"),
            (Test::Uid(0), "alert"),
        ],
        vec![
            (Test::Filesystem(FilesystemTest::FlagsChanged), "stop"),
            (Test::Exist, "alert"),
        ],
    ]
);

/// The tests of the first service, as figure, operator and number.
fn figures(model: &Model) -> Vec<(FilesystemMetric, Comparison, u64)> {
    let figure = |test: Test| match test {
        Test::Filesystem(FilesystemTest::Resource(metric, limit)) => {
            Some((metric, limit.comparison, limit.value))
        }
        _ => None,
    };
    tests(model).into_iter().filter_map(figure).collect()
}

ok!(
    space_and_inodes,
    "check filesystem f path /
       if space > 80% then alert
       if space usage is greater than 80 percent then alert
       if SPACE 1.5 GB then alert
       if space usage > 100 then alert
       if space free < 7.5 % then alert
       if space free lt 10MB then alert
       if inode usage > 90% then alert
       if inodes > 30000 then alert
       if inodes usage eq 5 then alert
       if inode free < 1 percent then alert
       if inodes free <= 100 then alert",
    figures,
    {
        use FilesystemMetric::*;
        [
            (SpaceShare, Comparison::Greater, 80_000),
            (SpaceShare, Comparison::Greater, 80_000),
            (Space, Comparison::Equal, 3 << 29),
            (Space, Comparison::Greater, 100),
            (FreeShare, Comparison::Less, 7_500),
            (Free, Comparison::Less, 10 << 20),
            (InodeShare, Comparison::Greater, 90_000),
            (Inodes, Comparison::Greater, 30_000),
            (Inodes, Comparison::Equal, 5),
            (FreeInodeShare, Comparison::Less, 1_000),
            (FreeInodes, Comparison::LessOrEqual, 100),
        ]
    }
);
ok!(
    traffic,
    "check filesystem f path /
       if read rate > 1 MB/s then alert
       if read > 1.5 kb/s then alert
       if read rate > 500 operations/s then alert
       if read > 5 operations then alert
       if write activity > 1 MB then alert
       if write rate 2 B/s then alert
       if write < 1 operation/s then alert
       if service time > 10 milliseconds then alert
       if servicetime > 1.5 ms then alert
       if service time > 2 s for 3 times within 5 cycles then alert",
    figures,
    {
        use FilesystemMetric::*;
        [
            (Read, Comparison::Greater, 1 << 20),
            (Read, Comparison::Greater, 1536),
            (ReadOperations, Comparison::Greater, 500_000),
            (ReadOperations, Comparison::Greater, 5_000),
            (Write, Comparison::Greater, 1 << 20),
            (Write, Comparison::Equal, 2),
            (WriteOperations, Comparison::Less, 1_000),
            (ServiceTime, Comparison::Greater, 10_000),
            (ServiceTime, Comparison::Greater, 1_500),
            (ServiceTime, Comparison::Greater, 2_000_000),
        ]
    }
);
