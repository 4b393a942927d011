//! Tests of the machine in words.

use crate::model::{CpuKind, Limit, SystemFigure, SystemTest};
use crate::reading::Amount;

/// `loadavg (5min) per core > 2.0`.
pub(super) fn words(test: &SystemTest) -> String {
    let SystemTest {
        figure,
        limit: Limit { comparison, value },
    } = *test;
    let what = match figure {
        SystemFigure::Load { period, per_core } => {
            let core = if per_core { " per core" } else { "" };
            format!("loadavg ({}min){core}", period.minutes())
        }
        SystemFigure::Cpu(CpuKind::Total) => "cpu usage".into(),
        SystemFigure::Cpu(kind) => format!("cpu ({})", cpu_word(kind)),
        SystemFigure::MemoryShare | SystemFigure::Memory => "memory".into(),
        SystemFigure::SwapShare | SystemFigure::Swap => "swap".into(),
        SystemFigure::PageIn => "pagein".into(),
        SystemFigure::PageOut => "pageout".into(),
        SystemFigure::Uptime => "uptime".into(),
        SystemFigure::FilesShare | SystemFigure::Files => "filedescriptors".into(),
    };
    let bound = Amount(value, figure.unit());
    format!("{what} {} {bound}", comparison.symbol())
}

const fn cpu_word(kind: CpuKind) -> &'static str {
    match kind {
        CpuKind::Total => "usage",
        CpuKind::User => "user",
        CpuKind::System => "system",
        CpuKind::Nice => "nice",
        CpuKind::Wait => "wait",
        CpuKind::HardIrq => "hardirq",
        CpuKind::SoftIrq => "softirq",
        CpuKind::Steal => "steal",
        CpuKind::Guest => "guest",
        CpuKind::GuestNice => "guestnice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Comparison, LoadPeriod};

    #[test]
    fn as_the_control_file_says_it() {
        let load = SystemFigure::Load {
            period: LoadPeriod::Five,
            per_core: true,
        };
        for (figure, value, text) in [
            (load, 2000, "loadavg (5min) per core > 2.0"),
            (
                SystemFigure::Cpu(CpuKind::Total),
                80_000,
                "cpu usage > 80.0%",
            ),
            (SystemFigure::Cpu(CpuKind::Wait), 500, "cpu (wait) > 0.5%"),
            (SystemFigure::Memory, 3 << 29, "memory > 1.5 GB"),
            (SystemFigure::SwapShare, 25_000, "swap > 25.0%"),
            (SystemFigure::PageIn, 10_000, "pagein > 10.0 pages/s"),
            (SystemFigure::Uptime, 90, "uptime > 90 s"),
            (SystemFigure::Files, 1000, "filedescriptors > 1000"),
        ] {
            let limit = Limit {
                comparison: Comparison::Greater,
                value,
            };
            assert_eq!(words(&SystemTest { figure, limit }), text);
        }
    }
}
