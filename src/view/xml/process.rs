//! A process's elements.

use super::Writer;
use crate::reading::{Io, IoReading, ProcessReading, thousandths};
use crate::view::decimal::Decimal;

impl Writer {
    pub(super) fn process(&mut self, process: &ProcessReading) {
        let details = process.details.as_ref();
        let tree = details.and_then(|details| details.tree);
        self.element("pid", process.id.pid);
        self.known("ppid", process.ppid);
        self.known("uid", process.owner.map(|owner| owner.uid));
        self.known("euid", process.owner.map(|owner| owner.euid));
        self.known("gid", process.owner.map(|owner| owner.gid));
        self.known("uptime", process.uptime_seconds);
        self.known("threads", process.threads);
        self.known("children", process.children());
        let share = |share: f64| Decimal(share, 1);
        if let Some(kib) = process.memory_kib {
            self.block("memory", |xml| {
                xml.element(
                    "percent",
                    share(process.memory_percent.unwrap_or(0.0).into()),
                );
                let total = tree.and_then(|tree| tree.memory_percent);
                xml.known("percenttotal", total.map(share));
                xml.element("kilobyte", kib);
                xml.known("kilobytetotal", tree.map(|tree| tree.memory_kib));
            });
        }
        self.block("cpu", |xml| {
            xml.element("percent", share(process.cpu_percent.unwrap_or(-1.0).into()));
            let total = tree.map(|tree| tree.cpu_percent.unwrap_or(-1.0));
            xml.known("percenttotal", total.map(share));
        });
        if let Some(files) = details.and_then(|details| details.descriptors) {
            self.block("filedescriptors", |xml| {
                xml.element("open", files.open);
                xml.known("opentotal", tree.and_then(|tree| tree.descriptors));
                if let Some(limits) = files.limits {
                    xml.block("limit", |xml| {
                        xml.known("soft", limits.soft);
                        xml.known("hard", limits.hard);
                    });
                }
            });
        }
        if let Some(io) = details.and_then(|details| details.io) {
            let counters: [Counter; 3] = [
                ("bytesgeneric", |io| io.read, |io| io.read),
                ("bytes", |io| io.disk_read, |io| io.disk_read),
                ("operations", |io| io.reads, |io| io.reads),
            ];
            self.traffic("read", &io, counters);
            let counters: [Counter; 3] = [
                ("bytesgeneric", |io| io.write, |io| io.write),
                ("bytes", |io| io.disk_write, |io| io.disk_write),
                ("operations", |io| io.writes, |io| io.writes),
            ];
            self.traffic("write", &io, counters);
        }
    }

    fn traffic(&mut self, name: &str, io: &IoReading, counters: [Counter; 3]) {
        self.block(name, |xml| {
            for (name, total, rate) in counters {
                xml.block(name, |xml| {
                    let rate = io.rate.map_or(0, |io| thousandths(rate(io)) / 1000);
                    xml.element("count", rate);
                    xml.element("total", total(io.total));
                });
            }
        });
    }
}

/// An element, and what its total and its rate are.
type Counter = (&'static str, fn(Io<u64>) -> u64, fn(Io<f64>) -> f64);
