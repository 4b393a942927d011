//! The machine's figures.

use super::Lines;
use crate::reading::{Bytes, SystemReading};
use crate::time::{Uptime, WallTime};
use crate::view::decimal::{Decimal, percent};

impl Lines {
    pub(super) fn system(&mut self, system: &SystemReading, collected: Option<WallTime>) {
        let load = system.load.map(|[one, five, fifteen]| {
            let two = |value| Decimal(value, 2);
            format!("[{}] [{}] [{}]", two(one), two(five), two(fifteen))
        });
        self.known("load average", load);
        let cpu = system.cpu.map(|cpu| {
            let shares = [
                (Some(cpu.user), "usr"),
                (Some(cpu.system), "sys"),
                (Some(cpu.nice), "nice"),
                (cpu.iowait, "iowait"),
                (cpu.hardirq, "hardirq"),
                (cpu.softirq, "softirq"),
                (cpu.steal, "steal"),
                (cpu.guest, "guest"),
                (cpu.guest_nice, "guestnice"),
            ];
            let word = |(share, name): (Option<f64>, &str)| {
                share.map(|share| format!("{}%{name} ", Decimal(share, 1)))
            };
            shares.into_iter().filter_map(word).collect::<String>()
        });
        self.known("cpu", cpu);
        self.known("memory usage", system.memory_kib.map(usage));
        self.known("swap usage", system.swap_kib.map(usage));
        self.known("uptime", system.uptime_seconds.map(Uptime));
        // Both are cut to whole seconds, so their difference is one second off now and then.
        let since =
            |at: WallTime| Some(at.unix_seconds() - i64::try_from(system.uptime_seconds?).ok()?);
        let boot = collected.and_then(|at| {
            let boot = system.booted.or_else(|| since(at))? * 1000;
            Some(WallTime::new(boot, at.offset_seconds()).date_text())
        });
        self.known("boot time", boot);
        let files = system.files.map(|(allocated, _, maximum)| {
            let share = percent(allocated, maximum);
            format!("{allocated} [{share}% of {maximum} limit]")
        });
        self.known("filedescriptors", files);
    }
}

fn usage((used, all): (u64, u64)) -> String {
    format!("{} [{}%]", Bytes(used * 1024), percent(used, all))
}
