//! A process's figures.

use super::Lines;
use crate::reading::{Bytes, ProcessReading};
use crate::time::Uptime;
use crate::view::decimal::Decimal;

impl Lines {
    pub(super) fn process(&mut self, process: &ProcessReading) {
        self.value("pid", process.id.pid);
        self.known("parent pid", process.ppid);
        self.known("uid", process.uid);
        self.known("effective uid", process.euid);
        self.known("gid", process.gid);
        self.known("uptime", process.uptime_seconds.map(Uptime));
        self.known("threads", process.threads);
        let share = |share| format!("{}%", Decimal(share, 1));
        self.known("cpu", process.cpu_percent.map(share));
        let memory = process.memory_kib.map(|kib| {
            let share = Decimal(process.memory_percent.unwrap_or(0.0), 1);
            format!("{share}% [{}]", Bytes(kib * 1024))
        });
        self.known("memory", memory);
    }
}
