//! A process's elements.

use super::Writer;
use crate::reading::ProcessReading;
use crate::view::decimal::Decimal;

impl Writer {
    pub(super) fn process(&mut self, process: &ProcessReading) {
        self.element("pid", process.id.pid);
        self.known("ppid", process.ppid);
        self.known("uid", process.uid);
        self.known("euid", process.euid);
        self.known("gid", process.gid);
        self.known("uptime", process.uptime_seconds);
        self.known("threads", process.threads);
        if let Some(kib) = process.memory_kib {
            self.block("memory", |xml| {
                xml.element("percent", Decimal(process.memory_percent.unwrap_or(0.0), 1));
                xml.element("kilobyte", kib);
            });
        }
        self.block("cpu", |xml| {
            xml.element("percent", Decimal(process.cpu_percent.unwrap_or(-1.0), 1));
        });
    }
}
