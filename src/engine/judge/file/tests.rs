use std::time::Duration;

use super::*;
use crate::engine::judge::Base;
use crate::model::Comparison;
use crate::reading::{Digest, FileKind};

fn reading() -> FileReading {
    FileReading {
        kind: FileKind::Regular,
        permission: 0o600,
        uid: 1,
        gid: 1,
        links: 3,
        size: 20_480,
        accessed: 1_795_330_000,
        modified: 1_795_330_100,
        changed: 1_795_330_200,
        digests: [Digest {
            kind: ChecksumKind::Md5,
            value: Ok([0xec, 0x1b].into()),
        }]
        .into(),
        content: None,
    }
}

fn judge(test: &Test, base: &mut Option<Base>, reading: &FileReading) -> Finding {
    let facts = FileFacts {
        name: "f",
        path: "/data/f",
        reading,
        wall: WallTime::new(1_795_330_394_000, 0),
    };
    facts.judge(test, base).unwrap()
}

fn failed(text: &str) -> Finding {
    Finding::Failed(text.into())
}

fn passed(text: &str) -> Finding {
    Finding::Passed(text.into())
}

#[test]
fn files_in_the_words_of_the_reference() {
    let limit = |comparison, value| Limit { comparison, value };
    let age = |comparison, seconds| {
        Test::Timestamp(TimestampTest {
            stamp: Stamp::Modification,
            comparison,
            age: Duration::from_secs(seconds),
        })
    };
    for (test, finding) in [
        (
            Test::Permission(0o644),
            failed("permission test failed for /data/f [current permission 0600]"),
        ),
        (
            Test::Permission(0o600),
            passed("permission test succeeded [current permission 0600]"),
        ),
        (
            Test::Uid(0),
            failed("uid test failed for f -- current uid is 1"),
        ),
        (Test::Uid(1), passed("uid test succeeded [current uid = 1]")),
        (
            Test::Gid(0),
            failed("gid test failed for f -- current gid is 1"),
        ),
        (
            Test::Size(limit(Comparison::Greater, 10)),
            failed("size test failed for /data/f -- current size is 20 kB"),
        ),
        (
            Test::Size(limit(Comparison::Less, 10)),
            passed("size check succeeded [current size = 20 kB]"),
        ),
        (
            age(Comparison::Greater, 60),
            failed(
                "modify time for /data/f failed -- \
                 current modify time is Sun, 22 Nov 2026 06:48:20",
            ),
        ),
        (
            age(Comparison::Greater, 3600),
            passed(
                "modify time test succeeded for /data/f \
                 [current modify time is Sun, 22 Nov 2026 06:48:20]",
            ),
        ),
        (
            Test::Checksum(Checksum::Failed(
                ChecksumKind::Md5,
                Some([0x61, 0x37].into()),
            )),
            failed("checksum failed, expected 6137 got ec1b"),
        ),
    ] {
        assert_eq!(judge(&test, &mut None, &reading()), finding);
    }
}

#[test]
fn a_checksum_without_expectation_keeps_the_first() {
    let test = Test::Checksum(Checksum::Failed(ChecksumKind::Md5, None));
    let mut base = None;
    assert_eq!(
        judge(&test, &mut base, &reading()),
        passed("checksum is valid")
    );
    let mut other = reading();
    other.digests[0].value = Ok([1, 2].into());
    for _ in 0..2 {
        let finding = judge(&test, &mut base, &other);
        assert_eq!(finding, failed("checksum failed, expected ec1b got 0102"));
    }
    other.digests[0].value = Err("Permission denied".into());
    assert_eq!(
        judge(&test, &mut base, &other),
        Finding::Unknown("cannot compute checksum for /data/f -- Permission denied".into())
    );
    assert_eq!(
        judge(&test, &mut base, &reading()),
        passed("checksum is valid")
    );
}

#[test]
fn a_change_is_told_once() {
    type Touch = fn(&mut FileReading);
    let cases: [(Test, Touch, &str, &str); 4] = [
        (
            Test::Checksum(Checksum::Changed(ChecksumKind::Md5)),
            |r| r.digests[0].value = Ok([1, 2].into()),
            "checksum changed to 0102",
            "checksum has not changed",
        ),
        (
            Test::PermissionChanged,
            |r| r.permission = 0o4755,
            "permission for /data/f changed from 0600 to 4755",
            "permission not changed for /data/f",
        ),
        (
            Test::SizeChanged,
            |r| r.size = 5,
            "size for /data/f changed to 5 B",
            "size has not changed [current size = 5 B]",
        ),
        (
            Test::TimestampChanged(Stamp::Latest),
            |r| r.changed += 1,
            "modify/change time for /data/f changed from Sun, 22 Nov 2026 06:50:00 \
             to Sun, 22 Nov 2026 06:50:01",
            "modify/change time was not changed for /data/f",
        ),
    ];
    for (test, touch, changed, same) in cases {
        let (mut base, mut reading) = (None, reading());
        assert!(matches!(
            judge(&test, &mut base, &reading),
            Finding::Unchanged(_)
        ));
        touch(&mut reading);
        let finding = judge(&test, &mut base, &reading);
        assert_eq!(finding, Finding::Changed(changed.into()));
        let finding = judge(&test, &mut base, &reading);
        assert_eq!(finding, Finding::Unchanged(same.into()));
    }
}

#[test]
fn a_file_from_the_future_is_not_old() {
    let test = Test::Timestamp(TimestampTest {
        stamp: Stamp::Access,
        comparison: Comparison::Greater,
        age: Duration::from_secs(60),
    });
    let mut reading = reading();
    reading.accessed = i64::MAX;
    let finding = judge(
        &test,
        &mut None,
        &FileReading {
            accessed: 1_895_330_000,
            ..reading
        },
    );
    assert!(matches!(finding, Finding::Passed(_)));
}

#[test]
fn the_names_a_file_has() {
    let reading = reading();
    let limit = |value| {
        let comparison = Comparison::Greater;
        Test::Hardlinks(Limit { comparison, value })
    };
    let text = "hardlinks 3 matches resource limit [hardlinks > 2]";
    assert_eq!(judge(&limit(2), &mut None, &reading), failed(text));
    let text = "hardlinks test succeeded [current hardlinks = 3]";
    assert_eq!(judge(&limit(3), &mut None, &reading), passed(text));

    let mut base = None;
    let unchanged = "hardlinks have not changed [current hardlinks = 3]";
    for _ in 0..2 {
        let finding = judge(&Test::HardlinksChanged, &mut base, &reading);
        assert_eq!(finding, Finding::Unchanged(unchanged.into()));
    }
    let more = FileReading {
        links: 4,
        ..reading
    };
    let finding = judge(&Test::HardlinksChanged, &mut base, &more);
    let changed = "hardlinks for /data/f changed from 3 to 4";
    assert_eq!(finding, Finding::Changed(changed.into()));
    assert_eq!(base, Some(Base::Number(4)));
}
