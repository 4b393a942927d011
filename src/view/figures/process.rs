//! A process's figures.

use std::fmt::Display;

use super::Lines;
use crate::model::Unit;
use crate::reading::{Amount, Bytes, IoReading, ProcessReading, thousandths};
use crate::time::Uptime;
use crate::view::decimal::{Decimal, percent};

impl Lines {
    pub(super) fn process(&mut self, process: &ProcessReading) {
        let details = process.details.as_ref();
        let tree = details.and_then(|details| details.tree);
        let share = |share: f64| format!("{}%", Decimal(share, 1));
        let memory = |kib: u64, share: Option<f64>| {
            let share = Decimal(share.unwrap_or(0.0), 1);
            format!("{share}% [{}]", Bytes(kib.saturating_mul(1024)))
        };
        self.value("pid", process.id.pid);
        self.known("parent pid", process.ppid);
        self.known("uid", process.owner.map(|owner| owner.uid));
        self.known("effective uid", process.owner.map(|owner| owner.euid));
        self.known("gid", process.owner.map(|owner| owner.gid));
        let uptime = process.uptime_seconds.map(u64::from);
        self.known("uptime", uptime.map(Uptime));
        self.known("threads", process.threads);
        self.known("children", process.children());
        self.known("cpu", process.cpu_percent.map(f64::from).map(share));
        let total = tree.and_then(|tree| tree.cpu_percent);
        self.known("cpu total", total.map(share));
        let own = process.memory_kib;
        let percent_of_all = process.memory_percent.map(f64::from);
        self.known("memory", own.map(|kib| memory(kib, percent_of_all)));
        let total = tree.map(|tree| memory(tree.memory_kib, tree.memory_percent));
        self.known("memory total", total);
        let attribute = details.and_then(|details| details.attribute.as_deref());
        self.known(
            "security attribute",
            attribute.filter(|name| !name.is_empty()),
        );
        let files = details.and_then(|details| details.descriptors);
        let files = files.map(|files| match files.limits.and_then(|limits| limits.soft) {
            Some(soft) => {
                let share = percent(files.open, soft);
                format!("{} [{share}% of {soft} limit]", files.open)
            }
            None => files.open.to_string(),
        });
        self.known("filedescriptors", files);
        let total = tree.and_then(|tree| tree.descriptors);
        self.known("total filedescriptors", total);
        self.input_and_output(details.and_then(|details| details.io));
    }

    fn input_and_output(&mut self, io: Option<IoReading>) {
        let mut line = |label, words: &dyn Fn(&IoReading) -> String| {
            self.known(label, io.as_ref().map(words));
        };
        line("read bytes", &|io| {
            bytes(io.rate.map(|io| io.read), io.total.read)
        });
        line("disk read bytes", &|io| {
            bytes(io.rate.map(|io| io.disk_read), io.total.disk_read)
        });
        line("disk read operations", &|io| {
            calls(io.rate.map(|io| io.reads), io.total.reads, "reads")
        });
        line("write bytes", &|io| {
            bytes(io.rate.map(|io| io.write), io.total.write)
        });
        line("disk write bytes", &|io| {
            bytes(io.rate.map(|io| io.disk_write), io.total.disk_write)
        });
        line("disk write operations", &|io| {
            calls(io.rate.map(|io| io.writes), io.total.writes, "writes")
        });
    }
}

fn bytes(rate: Option<f64>, total: u64) -> String {
    let rate = rate.map(|rate| Amount(thousandths(rate) / 1000, Unit::BytesPerSecond));
    with_total(rate, format_args!("{}", Bytes(total)))
}

fn calls(rate: Option<f64>, total: u64, what: &'static str) -> String {
    let rate = rate.map(|rate| Amount(thousandths(rate), Unit::PerSecond(what)));
    with_total(rate, format_args!("{total} {what}"))
}

/// Before the second look there is no rate.
fn with_total(rate: Option<Amount>, total: impl Display) -> String {
    match rate {
        Some(rate) => format!("{rate} [{total} total]"),
        None => format!("- [{total} total]"),
    }
}
