//! Tests of the machine.

use crate::model::{CpuKind, LoadPeriod, SystemFigure, SystemTest};
use crate::reading::{CpuShares, SystemReading, thousandths};

use super::resource::Wording;
use super::{Finding, verdict};

/// Judges one test; `None` where it is too early for a rate.
pub(super) fn judge(test: &SystemTest, name: &str, reading: &SystemReading) -> Option<Finding> {
    let SystemTest { figure, limit } = *test;
    let wording = wording(figure);
    let Some(measured) = measure(figure, reading) else {
        let is_too_early = reading.is_first && is_rate(figure);
        return (!is_too_early).then_some(Finding::Unavailable(wording.limit));
    };
    if figure == SystemFigure::Uptime {
        return Some(verdict(
            !limit.holds(measured),
            || format!("uptime test succeeded [current uptime = {measured} seconds]"),
            || format!("uptime test failed for {name} -- current uptime is {measured} seconds"),
        ));
    }
    Some(wording.judge(figure.unit(), limit, measured))
}

/// The figure in its unit, if this system tells it.
fn measure(figure: SystemFigure, reading: &SystemReading) -> Option<u64> {
    let bytes = |(used, _): (u64, u64)| used.saturating_mul(1024);
    match figure {
        SystemFigure::Load { period, per_core } => {
            let [one, five, fifteen] = reading.load?;
            let load = match period {
                LoadPeriod::One => one,
                LoadPeriod::Five => five,
                LoadPeriod::Fifteen => fifteen,
            };
            let cores = if per_core { reading.processors? } else { 1000 };
            Some(thousandths(load * 1000.0 / cores as f64))
        }
        SystemFigure::Cpu(kind) => share_of(&reading.cpu?, kind).map(thousandths),
        SystemFigure::MemoryShare => reading.memory_kib.map(percent),
        SystemFigure::Memory => reading.memory_kib.map(bytes),
        SystemFigure::SwapShare => reading.swap_kib.map(percent),
        SystemFigure::Swap => reading.swap_kib.map(bytes),
        SystemFigure::PageIn => Some(reading.paging?.pages_in),
        SystemFigure::PageOut => Some(reading.paging?.pages_out),
        SystemFigure::Uptime => reading.uptime_seconds,
        SystemFigure::FilesShare => reading.files.map(|(open, _, most)| percent((open, most))),
        SystemFigure::Files => reading.files.map(|(open, ..)| open),
    }
}

fn share_of(shares: &CpuShares, kind: CpuKind) -> Option<f64> {
    match kind {
        CpuKind::Total => Some(shares.user + shares.system),
        CpuKind::User => Some(shares.user),
        CpuKind::System => Some(shares.system),
        CpuKind::Nice => Some(shares.nice),
        CpuKind::Wait => shares.iowait,
        CpuKind::HardIrq => shares.hardirq,
        CpuKind::SoftIrq => shares.softirq,
        CpuKind::Steal => shares.steal,
        CpuKind::Guest => shares.guest,
        CpuKind::GuestNice => shares.guest_nice,
    }
}

/// Thousandths of a percent; a machine without swap uses none of it.
fn percent((part, whole): (u64, u64)) -> u64 {
    thousandths(100.0 * part as f64 / whole.max(1) as f64)
}

/// Whether it takes two looks.
const fn is_rate(figure: SystemFigure) -> bool {
    matches!(
        figure,
        SystemFigure::Cpu(_) | SystemFigure::PageIn | SystemFigure::PageOut
    )
}

/// The reference's words around a figure.
const fn wording(figure: SystemFigure) -> Wording {
    macro_rules! wording {
        ($what:literal) => {
            wording!(concat!($what, " of"), $what, concat!($what, " check"))
        };
        ($failed:expr, $limit:literal, $passed:expr) => {
            Wording {
                failed: $failed,
                kind: "resource limit",
                limit: $limit,
                passed: $passed,
                current: concat!("current ", $limit),
            }
        };
    }
    match figure {
        SystemFigure::Load { period, per_core } => match (period, per_core) {
            (LoadPeriod::One, false) => wording!("loadavg (1min)"),
            (LoadPeriod::Five, false) => wording!("loadavg (5min)"),
            (LoadPeriod::Fifteen, false) => wording!("loadavg (15min)"),
            (LoadPeriod::One, true) => wording!("loadavg per core (1min)"),
            (LoadPeriod::Five, true) => wording!("loadavg per core (5min)"),
            (LoadPeriod::Fifteen, true) => wording!("loadavg per core (15min)"),
        },
        SystemFigure::Cpu(kind) => match kind {
            CpuKind::Total => wording!("cpu usage"),
            CpuKind::User => wording!("cpu user usage"),
            CpuKind::System => wording!("cpu system usage"),
            CpuKind::Nice => wording!("cpu nice usage"),
            CpuKind::Wait => wording!("cpu I/O wait"),
            CpuKind::HardIrq => wording!("cpu hardware IRQ usage"),
            CpuKind::SoftIrq => wording!("cpu software IRQ usage"),
            CpuKind::Steal => wording!("cpu steal usage"),
            CpuKind::Guest => wording!("cpu guest usage"),
            CpuKind::GuestNice => wording!("cpu guest nice usage"),
        },
        SystemFigure::MemoryShare => wording!("mem usage"),
        SystemFigure::Memory => wording!("mem amount"),
        SystemFigure::SwapShare => wording!("swap usage"),
        SystemFigure::Swap => wording!("swap amount"),
        SystemFigure::PageIn => wording!("pagein"),
        SystemFigure::PageOut => wording!("pageout"),
        SystemFigure::Uptime => wording!("uptime"),
        SystemFigure::FilesShare => Wording {
            failed: "filedescriptors usage of",
            kind: "limit",
            limit: "filedescriptors",
            passed: "filedescriptors usage test",
            current: "current filedescriptors usage",
        },
        SystemFigure::Files => Wording {
            failed: "filedescriptors usage of",
            kind: "limit",
            limit: "filedescriptors",
            passed: "filedescriptors test",
            current: "current filedescriptors usage",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Comparison, Limit};
    use crate::reading::Paging;

    fn demohost() -> SystemReading {
        SystemReading {
            load: Some([5.5, 5.6, 4.71]),
            cpu: Some(CpuShares {
                user: 32.62,
                system: 9.18,
                nice: 51.7,
                iowait: Some(0.0),
                hardirq: Some(0.0),
                softirq: Some(0.2),
                steal: Some(6.2),
                guest: None,
                guest_nice: None,
            }),
            memory_kib: Some((1_135_448, 24_684_092)),
            swap_kib: Some((0, 0)),
            uptime_seconds: Some(4073),
            booted: Some(1_795_339_629),
            files: Some((1784, 0, 2_466_186)),
            processors: Some(2000),
            paging: Some(Paging {
                pages_in: 12_500,
                pages_out: 0,
            }),
            is_first: false,
        }
    }

    fn found(figure: SystemFigure, comparison: Comparison, value: u64) -> Option<Finding> {
        let limit = Limit { comparison, value };
        judge(&SystemTest { figure, limit }, "demohost", &demohost())
    }

    /// The lines of the reference's `log/sysfail.log`, and one more.
    const FAILURES: &str = "\
swap amount of 0 B matches resource limit [swap amount < 1 GB]
swap usage of 0.0% matches resource limit [swap usage < 99.0%]
mem amount of 1.1 GB matches resource limit [mem amount > 1 MB]
mem usage of 4.6% matches resource limit [mem usage > 0.0%]
loadavg (15min) of 4.7 matches resource limit [loadavg (15min) > 0.0]
loadavg per core (5min) of 2.8 matches resource limit [loadavg per core (5min) > 0.0]
loadavg (1min) of 5.5 matches resource limit [loadavg (1min) > 0.0]
uptime test failed for demohost -- current uptime is 4073 seconds
filedescriptors usage of 1784 matches limit [filedescriptors > 1]
filedescriptors usage of 0.1% matches limit [filedescriptors > 0.0%]
cpu steal usage of 6.2% matches resource limit [cpu steal usage < 99.0%]
cpu software IRQ usage of 0.2% matches resource limit [cpu software IRQ usage < 99.0%]
cpu hardware IRQ usage of 0.0% matches resource limit [cpu hardware IRQ usage < 99.0%]
cpu nice usage of 51.7% matches resource limit [cpu nice usage < 99.0%]
cpu I/O wait of 0.0% matches resource limit [cpu I/O wait < 99.0%]
cpu system usage of 9.2% matches resource limit [cpu system usage > 0.0%]
cpu user usage of 32.6% matches resource limit [cpu user usage > 0.0%]
cpu usage of 41.8% matches resource limit [cpu usage > 0.0%]
pagein of 12.5 pages/s matches resource limit [pagein > 10 pages/s]";

    #[test]
    fn failures_in_the_reference_s_words() {
        use Comparison::{Greater, Less};
        use SystemFigure::{
            Cpu, Files, FilesShare, Load, Memory, MemoryShare, PageIn, Swap, SwapShare, Uptime,
        };
        let load = |period, per_core| Load { period, per_core };
        let tests = [
            (Swap, Less, 1 << 30),
            (SwapShare, Less, 99_000),
            (Memory, Greater, 1 << 20),
            (MemoryShare, Greater, 0),
            (load(LoadPeriod::Fifteen, false), Greater, 0),
            (load(LoadPeriod::Five, true), Greater, 0),
            (load(LoadPeriod::One, false), Greater, 0),
            (Uptime, Greater, 1),
            (Files, Greater, 1),
            (FilesShare, Greater, 0),
            (Cpu(CpuKind::Steal), Less, 99_000),
            (Cpu(CpuKind::SoftIrq), Less, 99_000),
            (Cpu(CpuKind::HardIrq), Less, 99_000),
            (Cpu(CpuKind::Nice), Less, 99_000),
            (Cpu(CpuKind::Wait), Less, 99_000),
            (Cpu(CpuKind::System), Greater, 0),
            (Cpu(CpuKind::User), Greater, 0),
            (Cpu(CpuKind::Total), Greater, 0),
            (PageIn, Greater, 10_000),
        ];
        assert_eq!(tests.len(), FAILURES.lines().count());
        for ((figure, comparison, value), text) in tests.into_iter().zip(FAILURES.lines()) {
            let failed = Finding::Failed(text.into());
            assert_eq!(found(figure, comparison, value), Some(failed));
        }
    }

    const SUCCESSES: &str = "\
swap amount check succeeded [current swap amount = 0 B]
mem usage check succeeded [current mem usage = 4.6%]
loadavg per core (5min) check succeeded [current loadavg per core (5min) = 2.8]
cpu I/O wait check succeeded [current cpu I/O wait = 0.0%]
pageout check succeeded [current pageout = 0.0 pages/s]
uptime test succeeded [current uptime = 4073 seconds]
filedescriptors test succeeded [current filedescriptors usage = 1784]
filedescriptors usage test succeeded [current filedescriptors usage = 0.1%]";

    #[test]
    fn successes_in_the_reference_s_words() {
        use SystemFigure::{Cpu, Files, FilesShare, Load, MemoryShare, PageOut, Swap, Uptime};
        let load = Load {
            period: LoadPeriod::Five,
            per_core: true,
        };
        let figures = [
            Swap,
            MemoryShare,
            load,
            Cpu(CpuKind::Wait),
            PageOut,
            Uptime,
            Files,
            FilesShare,
        ];
        assert_eq!(figures.len(), SUCCESSES.lines().count());
        for (figure, text) in figures.into_iter().zip(SUCCESSES.lines()) {
            let finding = found(figure, Comparison::Greater, u64::MAX);
            assert_eq!(finding, Some(Finding::Passed(text.into())));
        }
    }

    #[test]
    fn what_is_not_told_and_what_is_too_early() {
        let guest = SystemFigure::Cpu(CpuKind::Guest);
        let missing = Finding::Unavailable("cpu guest usage");
        assert_eq!(found(guest, Comparison::Less, 1), Some(missing));
        let limit = Limit {
            comparison: Comparison::Greater,
            value: 0,
        };
        let mut nothing = SystemReading {
            is_first: true,
            ..SystemReading::default()
        };
        let judge = |figure, reading: &SystemReading| {
            judge(&SystemTest { figure, limit }, "demohost", reading)
        };
        assert_eq!(judge(SystemFigure::PageIn, &nothing), None);
        assert_eq!(judge(guest, &nothing), None);
        let memory = Some(Finding::Unavailable("mem amount"));
        assert_eq!(judge(SystemFigure::Memory, &nothing), memory);
        nothing.is_first = false;
        let paging = Some(Finding::Unavailable("pagein"));
        assert_eq!(judge(SystemFigure::PageIn, &nothing), paging);
    }
}
