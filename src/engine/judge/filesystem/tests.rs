use super::*;
use crate::model::Comparison;
use crate::reading::{Activity, DiskCounters, DiskRates, Space, TransferRate, Transfers};

/// The volume of the reference's captures, filled.
fn volume() -> FilesystemReading {
    let transfers = |bytes, operations| Transfers {
        bytes,
        operations,
        busy_ms: Some(0),
    };
    let rate = |bytes, milli_operations, service_us| TransferRate {
        bytes,
        milli_operations,
        service_us: Some(service_us),
    };
    FilesystemReading {
        kind: "ext4".into(),
        flags: "rw,noatime".into(),
        permission: 0o700,
        uid: 0,
        gid: 0,
        space: Space {
            block: 1024,
            total: 26_424_320,
            free: 5_363_712,
            available: 3_040_870,
        },
        inodes: Some(Inodes {
            total: 8192,
            free: 3977,
        }),
        activity: Some(Activity {
            total: DiskCounters {
                read: transfers(1 << 30, 4261),
                write: transfers(1 << 31, 5462),
            },
            rates: Some(DiskRates {
                read: rate(28_626_125, 54_000, 1_300),
                write: rate(38_377_881, 83_900, 261),
            }),
        }),
    }
}

fn judged(
    metric: FilesystemMetric,
    comparison: Comparison,
    value: u64,
    reading: &FilesystemReading,
) -> Option<Finding> {
    judge_metric(metric, Limit { comparison, value }, reading)
}

/// Each as in the reference's events.
#[test]
fn what_fails_in_the_words_of_the_reference() {
    use Comparison::{Greater, Less};
    use FilesystemMetric::*;
    for (metric, comparison, value, text) in [
        (
            SpaceShare,
            Greater,
            60_000,
            "space usage 79.7% matches resource limit [space usage > 60.0%]",
        ),
        (
            Space,
            Greater,
            16 << 20,
            "space usage 20.1 MB matches resource limit [space usage > 16 MB]",
        ),
        (
            FreeShare,
            Less,
            40_000,
            "space free 20.3% matches resource limit [space free < 40.0%]",
        ),
        (
            Free,
            Less,
            10 << 20,
            "space free 5.1 MB matches resource limit [space free < 10 MB]",
        ),
        (
            InodeShare,
            Greater,
            50_000,
            "inode usage 51.5% matches resource limit [inode usage > 50.0%]",
        ),
        (
            Inodes,
            Greater,
            4000,
            "inode usage 4215 matches resource limit [inode usage > 4000]",
        ),
        (
            FreeInodeShare,
            Less,
            60_000,
            "inode free 48.5% matches resource limit [inode free < 60.0%]",
        ),
        (
            FreeInodes,
            Less,
            5000,
            "inode free 3977 matches resource limit [inode free < 5000]",
        ),
        (
            Read,
            Greater,
            102_400,
            "read rate 27.3 MB/s matches resource limit [read > 100 kB/s]",
        ),
        (
            ReadOperations,
            Greater,
            2_000,
            "read rate 54.0 operations/s matches resource limit [read > 2 operations/s]",
        ),
        (
            Write,
            Greater,
            102_400,
            "write rate 36.6 MB/s matches resource limit [write > 100 kB/s]",
        ),
        (
            WriteOperations,
            Greater,
            2_000,
            "write rate 83.9 operations/s matches resource limit [write > 2 operations/s]",
        ),
        (
            ServiceTime,
            Greater,
            1_000,
            "service time 1.561 ms/operation matches resource limit \
             [service time > 1 ms/operation]",
        ),
    ] {
        let found = judged(metric, comparison, value, &volume());
        assert_eq!(found, Some(Finding::Failed(text.into())));
    }
}

#[test]
fn what_passes_in_the_words_of_the_reference() {
    use FilesystemMetric::*;
    let mut volume = volume();
    volume.inodes = Some(crate::reading::Inodes {
        total: 8192,
        free: 8180,
    });
    volume.space.free = 18_035_507;
    let still = TransferRate {
        bytes: 0,
        milli_operations: 0,
        service_us: Some(0),
    };
    volume.activity.as_mut().unwrap().rates = Some(DiskRates {
        read: still,
        write: still,
    });
    for (metric, text) in [
        (
            SpaceShare,
            "space usage test succeeded [current space usage = 31.7%]",
        ),
        (
            Space,
            "space usage test succeeded [current space usage = 8.0 MB]",
        ),
        (
            FreeShare,
            "space free test succeeded [current space free = 68.3%]",
        ),
        (
            Free,
            "space free test succeeded [current space free = 17.2 MB]",
        ),
        (
            InodeShare,
            "inode usage test succeeded [current inode usage = 0.1%]",
        ),
        (
            Inodes,
            "inode usage test succeeded [current inode usage = 12]",
        ),
        (
            FreeInodeShare,
            "inode free test succeeded [current inode free = 99.9%]",
        ),
        (
            FreeInodes,
            "inode free test succeeded [current inode free = 8180]",
        ),
        (Read, "read rate test succeeded [current read = 0 B/s]"),
        (
            ReadOperations,
            "read rate test succeeded [current read = 0.0 operations/s]",
        ),
        (Write, "write rate test succeeded [current write = 0 B/s]"),
        (
            WriteOperations,
            "write rate test succeeded [current write = 0.0 operations/s]",
        ),
        (
            ServiceTime,
            "service time test succeeded [current service time = 0 ms/operation]",
        ),
    ] {
        let found = judged(metric, Comparison::Greater, u64::MAX, &volume);
        assert_eq!(found, Some(Finding::Passed(text.into())));
    }
}

#[test]
fn what_nobody_counts_and_what_needs_two_looks() {
    use FilesystemMetric::*;
    let mut volume = volume();
    let judge = |metric, volume: &_| judged(metric, Comparison::Greater, 0, volume);
    volume.activity.as_mut().unwrap().rates = None;
    for metric in [Read, ReadOperations, Write, WriteOperations, ServiceTime] {
        assert_eq!(judge(metric, &volume), None);
    }
    volume.activity = None;
    volume.inodes = None;
    volume.space.total = 0;
    for metric in [
        Read,
        ReadOperations,
        Write,
        WriteOperations,
        ServiceTime,
        InodeShare,
        Inodes,
        FreeInodeShare,
        FreeInodes,
        SpaceShare,
        FreeShare,
    ] {
        let unavailable = Some(Finding::Unavailable(metric.name()));
        assert_eq!(judge(metric, &volume), unavailable);
    }
    assert!(matches!(judge(Free, &volume), Some(Finding::Failed(_))));
}

#[test]
fn partitions_of_old_kernels_have_no_service_time() {
    let mut volume = volume();
    let rates = volume.activity.as_mut().unwrap().rates.as_mut().unwrap();
    rates.read.service_us = None;
    rates.write.service_us = None;
    let judge = |metric| judged(metric, Comparison::Greater, 0, &volume);
    let unavailable = Finding::Unavailable("service time");
    assert_eq!(judge(FilesystemMetric::ServiceTime), Some(unavailable));
    assert!(matches!(
        judge(FilesystemMetric::Read),
        Some(Finding::Failed(_))
    ));
}

#[test]
fn flags_that_change() {
    let mut base = None;
    let mut volume = volume();
    let mut look = |flags: &str| {
        volume.flags = flags.into();
        {
            let test = Test::Filesystem(FilesystemTest::FlagsChanged);
            judge(&test, "v", "/v", &volume, &mut base).unwrap()
        }
    };
    let same = "filesystem flags has not changed [current flags 'rw,relatime']";
    assert_eq!(look("rw,relatime"), Finding::Unchanged(same.into()));
    assert_eq!(look("rw,relatime"), Finding::Unchanged(same.into()));
    let changed = "filesystem flags changed from 'rw,relatime' to 'ro,relatime'";
    assert_eq!(look("ro,relatime"), Finding::Changed(changed.into()));
    assert!(matches!(look("ro,relatime"), Finding::Unchanged(_)));
}

#[test]
fn modes_and_owners_in_the_words_of_the_reference() {
    let volume = volume();
    let judge = |test| judge(&test, "v", "/vol", &volume, &mut None);
    let failed = |text: &str| Some(Finding::Failed(text.into()));
    let text = "permission test failed for /vol [current permission 0700]";
    assert_eq!(judge(Test::Permission(0o755)), failed(text));
    let text = "uid test failed for v -- current uid is 0";
    assert_eq!(judge(Test::Uid(5)), failed(text));
    let text = "gid test failed for v -- current gid is 0";
    assert_eq!(judge(Test::Gid(5)), failed(text));
    assert!(matches!(
        judge(Test::PermissionChanged),
        Some(Finding::Unchanged(_))
    ));
    assert_eq!(judge(Test::SizeChanged), None);
}
