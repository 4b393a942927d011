//! Every figure in the reference's words (collector/events.tsv, service `hog`).

use super::*;
use crate::model::{Comparison, LoadPeriod, ProcessLocator, SystemFigure, SystemTest};
use crate::reading::{
    Descriptors, IoReading, OpenFilesLimits, Owner, ProcessDetails, ProcessId, SystemReading,
};

fn service() -> Service {
    let locator = ProcessLocator::Pidfile("/srv/demo/hog.pid".into());
    Service::new("hog", Subject::Process(locator))
}

fn details() -> ProcessDetails {
    let rate = Io {
        read: 39_845_888.0,
        disk_read: 32_296_141.0,
        reads: 45.7,
        write: 39_321_600.0,
        disk_write: 39_111_885.0,
        writes: 37.52,
    };
    ProcessDetails {
        io: Some(IoReading {
            total: Io::default(),
            rate: Some(rate),
        }),
        descriptors: Some(Descriptors {
            open: 306,
            limits: Some(OpenFilesLimits {
                soft: Some(20_000),
                hard: None,
            }),
        }),
        attribute: Some("unconfined_t".into()),
        attribute_matches: vec![("^unc".into(), true), ("enforce".into(), false)],
        tree: Some(ProcessTree {
            children: 5,
            memory_kib: 3_774_873,
            memory_percent: Some(15.2),
            cpu_percent: Some(61.4),
            descriptors: Some(1840),
        }),
        machine: Some(Box::new(SystemReading {
            load: Some([1.5, 1.0, 0.5]),
            ..SystemReading::default()
        })),
    }
}

fn reading() -> ProcessReading {
    ProcessReading {
        ppid: Some(1),
        owner: Some(Owner {
            uid: 0,
            euid: 0,
            gid: 0,
        }),
        uptime_seconds: Some(1),
        threads: Some(4),
        memory_kib: Some(627_814),
        memory_percent: Some(2.5),
        cpu_percent: Some(24.0),
        details: Some(Box::new(details())),
        ..ProcessReading::unseen(2200)
    }
}

fn usage_of(metric: ProcessMetric, value: u64) -> Test {
    let comparison = Comparison::Greater;
    let limit = Limit { comparison, value };
    Test::Process(ProcessTest::Usage(metric, limit))
}

fn find(test: &Test, reading: &ProcessReading) -> Option<Finding> {
    judge(test, &service(), reading, &mut None)
}

fn failed(metric: ProcessMetric, limit: u64, text: &str) {
    let found = find(&usage_of(metric, limit), &reading());
    assert_eq!(found, Some(Finding::Failed(text.into())));
}

fn passed(metric: ProcessMetric, text: &str) {
    let found = find(&usage_of(metric, u64::MAX), &reading());
    assert_eq!(found, Some(Finding::Passed(text.into())));
}

#[test]
fn limits_that_match() {
    use ProcessMetric::*;
    let (percent, kib, mib) = (1000, 1 << 10, 1 << 20);
    for (metric, limit, text) in [
        (
            Children,
            3,
            "children count 5 matches resource limit [children > 3]",
        ),
        (
            Cpu,
            20 * percent,
            "cpu usage of 24.0% matches resource limit [cpu usage > 20.0%]",
        ),
        (
            Descriptors,
            100,
            "filedescriptors usage of 306 matches limit [filedescriptors > 100]",
        ),
        (
            DescriptorsShare,
            percent,
            "filedescriptors usage of 1.5% matches limit [filedescriptors > 1.0%]",
        ),
        (
            Memory,
            300 * mib,
            "mem amount of 613.1 MB matches resource limit [mem amount > 300 MB]",
        ),
        (
            MemoryShare,
            percent,
            "mem usage of 2.5% matches resource limit [mem usage > 1.0%]",
        ),
        (
            DiskRead,
            100 * kib,
            "physical read activity 30.8 MB/s matches resource limit [read > 100 kB/s]",
        ),
        (
            DiskWrite,
            100 * kib,
            "physical write activity 37.3 MB/s matches resource limit [write > 100 kB/s]",
        ),
        (
            Read,
            100 * kib,
            "read rate 38 MB/s matches resource limit [read > 100 kB/s]",
        ),
        (
            ReadOperations,
            2000,
            "read rate 45.7 operations/s matches resource limit [read > 2 operations/s]",
        ),
        (
            Threads,
            2,
            "threads count 4 matches resource limit [threads > 2]",
        ),
        (
            TotalDescriptors,
            100,
            "total  filedescriptors usage of 1840 matches limit [filedescriptors > 100]",
        ),
        (
            TotalCpu,
            20 * percent,
            "total cpu usage of 61.4% matches resource limit [cpu usage > 20.0%]",
        ),
        (
            TotalMemory,
            300 * mib,
            "total mem amount of 3.6 GB matches resource limit [total mem amount > 300 MB]",
        ),
        (
            TotalMemoryShare,
            percent,
            "total mem amount of 15.2% matches resource limit [total mem amount > 1.0%]",
        ),
        (
            Write,
            100 * kib,
            "write rate 37.5 MB/s matches resource limit [write > 100 kB/s]",
        ),
        (
            WriteOperations,
            2500,
            "write rate 37.5 operations/s matches resource limit [write > 2.5 operations/s]",
        ),
        (
            Uptime,
            0,
            "uptime test failed for /srv/demo/hog.pid -- current uptime is 1 seconds",
        ),
    ] {
        failed(metric, limit, text);
    }
}

#[test]
fn limits_that_do_not() {
    use ProcessMetric::*;
    for (metric, text) in [
        (Children, "children check succeeded [current children = 5]"),
        (Cpu, "cpu usage check succeeded [current cpu usage = 24.0%]"),
        (
            Descriptors,
            "filedescriptors test succeeded [current filedescriptors usage = 306]",
        ),
        (
            DescriptorsShare,
            "filedescriptors usage test succeeded [current filedescriptors usage = 1.5%]",
        ),
        (
            Memory,
            "mem amount check succeeded [current mem amount = 613.1 MB]",
        ),
        (
            MemoryShare,
            "mem usage check succeeded [current mem usage = 2.5%]",
        ),
        (
            DiskRead,
            "physical read activity test succeeded [current read = 30.8 MB/s]",
        ),
        (
            DiskWrite,
            "physical write activity test succeeded [current write = 37.3 MB/s]",
        ),
        (Read, "read rate test succeeded [current read = 38 MB/s]"),
        (
            ReadOperations,
            "read rate test succeeded [current read = 45.7 operations/s]",
        ),
        (Threads, "threads check succeeded [current threads = 4]"),
        (
            TotalCpu,
            "total cpu usage check succeeded [current cpu usage = 61.4%]",
        ),
        (
            TotalDescriptors,
            "total filedescriptors usage test succeeded [current filedescriptors usage = 1840]",
        ),
        (
            TotalMemory,
            "total mem amount check succeeded [current total mem amount = 3.6 GB]",
        ),
        (
            TotalMemoryShare,
            "total mem amount check succeeded [current total mem amount = 15.2%]",
        ),
        (
            Write,
            "write rate test succeeded [current write = 37.5 MB/s]",
        ),
        (
            WriteOperations,
            "write rate test succeeded [current write = 37.5 operations/s]",
        ),
        (Uptime, "uptime test succeeded [current uptime = 1 seconds]"),
    ] {
        passed(metric, text);
    }
}

/// A process that is hidden, or a kernel that tells nothing, fails no test.
#[test]
fn what_is_not_told_is_not_judged() {
    let unseen = ProcessReading::unseen(7);
    for metric in ProcessMetric::ALL {
        let found = find(&usage_of(metric, 0), &unseen);
        assert_eq!(
            found,
            Some(Finding::Unavailable(metric.words())),
            "{metric:?}"
        );
    }
    for (test, what) in [
        (Test::Uid(0), "uid"),
        (Test::Gid(0), "gid"),
        (Test::Process(ProcessTest::EffectiveUid(0)), "euid"),
        (Test::Process(ProcessTest::PpidChanged), "ppid"),
        (
            attribute_test(Relation::NotEqual, "x"),
            "security attribute",
        ),
    ] {
        assert_eq!(find(&test, &unseen), Some(Finding::Unavailable(what)));
    }
}

#[test]
fn rates_wait_for_a_second_look() {
    let mut first = ProcessReading {
        cpu_percent: None,
        ..reading()
    };
    let details = first.details.as_mut().unwrap();
    details.io.as_mut().unwrap().rate = None;
    details.tree.as_mut().unwrap().cpu_percent = None;
    for metric in ProcessMetric::ALL {
        let is_rate = matches!(metric, ProcessMetric::Cpu | ProcessMetric::TotalCpu)
            || matches!(metric.unit(), Unit::BytesPerSecond | Unit::PerSecond(_));
        let found = find(&usage_of(metric, 0), &first);
        assert_eq!(found.is_none(), is_rate, "{metric:?}");
    }
}

#[test]
fn a_limit_that_is_none_is_never_reached() {
    let mut reading = reading();
    let files = reading.details.as_mut().unwrap().descriptors.as_mut();
    files.unwrap().limits = Some(OpenFilesLimits {
        soft: None,
        hard: None,
    });
    let found = find(&usage_of(ProcessMetric::DescriptorsShare, 0), &reading);
    let text = "filedescriptors usage test succeeded [current filedescriptors usage = 0.0%]";
    assert_eq!(found, Some(Finding::Passed(text.into())));
}

#[test]
fn whose_it_is() {
    for (test, text) in [
        (Test::Uid(1), "uid test failed for hog -- current uid is 0"),
        (Test::Gid(1), "gid test failed for hog -- current gid is 0"),
        (
            Test::Process(ProcessTest::EffectiveUid(1)),
            "euid test failed for hog -- current euid is 0",
        ),
    ] {
        let found = find(&test, &reading());
        assert_eq!(found, Some(Finding::Failed(text.into())));
    }
}

#[test]
fn another_process_or_parent() {
    for (test, what) in [
        (ProcessTest::PidChanged, "PID"),
        (ProcessTest::PpidChanged, "PPID"),
    ] {
        let test = Test::Process(test);
        let mut base = None;
        let mut look = |number: i32| {
            let id = ProcessId {
                pid: number,
                start_ticks: 1,
            };
            let ppid = Some(number);
            let reading = ProcessReading {
                id,
                ppid,
                ..reading()
            };
            judge(&test, &service(), &reading, &mut base)
        };
        let same = format!("process {what} has not changed since last cycle");
        assert_eq!(look(7), Some(Finding::Unchanged(same.clone())));
        let other = format!("process {what} changed from 7 to 9");
        assert_eq!(look(9), Some(Finding::Changed(other)));
        assert_eq!(look(9), Some(Finding::Unchanged(same)));
    }
}

fn attribute_test(relation: Relation, value: &str) -> Test {
    let value = value.into();
    Test::Process(ProcessTest::Attribute(Box::new(AttributeTest {
        relation,
        value,
    })))
}

#[test]
fn what_a_security_module_calls_it() {
    let good = "Security attribute test succeeded [current attribute = 'unconfined_t']";
    let bad = "Security attribute test failed for hog -- current attribute is 'unconfined_t'";
    for (relation, value, holds) in [
        (Relation::Equal, "unconfined_t", true),
        (Relation::Equal, "unconfined", false),
        (Relation::NotEqual, "demo_t", true),
        (Relation::NotEqual, "unconfined_t", false),
        (Relation::Matches, "^unc", true),
        (Relation::Matches, "enforce", false),
        (Relation::MatchesNot, "enforce", true),
        (Relation::MatchesNot, "^unc", false),
    ] {
        let found = find(&attribute_test(relation, value), &reading());
        let expected = match holds {
            true => Finding::Passed(good.into()),
            false => Finding::Failed(bad.into()),
        };
        assert_eq!(found, Some(expected), "{relation:?} {value}");
    }
}

#[test]
fn the_load_of_the_machine() {
    let period = LoadPeriod::One;
    let figure = SystemFigure::Load {
        period,
        per_core: false,
    };
    let limit = Limit {
        comparison: Comparison::Greater,
        value: 1000,
    };
    let found = find(&Test::System(SystemTest { figure, limit }), &reading());
    let text = "loadavg (1min) of 1.5 matches resource limit [loadavg (1min) > 1.0]";
    assert_eq!(found, Some(Finding::Failed(text.into())));
}
