//! Tests of the machine.

use super::{ok, service};
use crate::model::{Comparison, CpuKind, LoadPeriod, Model, SystemFigure, SystemTest, Test};

fn figures(model: &Model) -> Vec<(SystemFigure, u64)> {
    let figure = |test: &Test| match test {
        Test::System(SystemTest { figure, limit }) => {
            assert_eq!(limit.comparison, Comparison::Greater);
            (*figure, limit.value)
        }
        other => panic!("{other:?}"),
    };
    let rules = service(model).rules.iter();
    rules.map(|rule| figure(&rule.test)).collect()
}

const fn load(period: LoadPeriod, per_core: bool) -> SystemFigure {
    SystemFigure::Load { period, per_core }
}

ok!(
    loads,
    "check system s
       if loadavg > 5 then alert
       if loadavg(1min)>5.5 then alert
       if LOADAVG (5 min) is greater than 0.05 then alert
       if loadavg (15m) per core > 1.25 for 8 cycles then alert
       if loadavg (5) per core gt 1 then alert
       if loadavg per core > 1 then alert
       if load average (15min) > 4 then alert",
    figures,
    [
        (load(LoadPeriod::One, false), 5000),
        (load(LoadPeriod::One, false), 5500),
        (load(LoadPeriod::Five, false), 50),
        (load(LoadPeriod::Fifteen, true), 1250),
        (load(LoadPeriod::Five, true), 1000),
        (load(LoadPeriod::One, true), 1000),
        (load(LoadPeriod::Fifteen, false), 4000),
    ]
);
ok!(
    processors,
    "check system s
       if cpu > 95% then alert
       if cpu usage > 95 % for 10 cycles then alert
       if cpu usage (user)> 60.5% then alert
       if cpu(system)>40percent then alert
       if cpu usage(sys) > 40% then alert
       if cpu () > 70% then alert
       if cpu (wait) > 20% then alert
       if cpu (nice) > 1% then alert
       if cpu (hardirq) > 2% then alert
       if cpu (softirq) > 3% then alert
       if cpu (STEAL) > 4% then alert
       if cpu (guest) > 5% then alert
       if usage cpu (guestnice) > 6% then alert",
    figures,
    [
        (CpuKind::Total, 95_000),
        (CpuKind::Total, 95_000),
        (CpuKind::User, 60_500),
        (CpuKind::System, 40_000),
        (CpuKind::System, 40_000),
        (CpuKind::User, 70_000),
        (CpuKind::Wait, 20_000),
        (CpuKind::Nice, 1000),
        (CpuKind::HardIrq, 2000),
        (CpuKind::SoftIrq, 3000),
        (CpuKind::Steal, 4000),
        (CpuKind::Guest, 5000),
        (CpuKind::GuestNice, 6000),
    ]
    .map(|(kind, value)| (SystemFigure::Cpu(kind), value))
);
ok!(
    memory_and_swap,
    "check system s
       if memory usage > 75% then alert
       if mem > 2.5% then alert
       if memory > 1.5 GB then alert
       if mem usage > 500 then alert
       if swap usage > 25% then alert
       if swap > 512MB then alert",
    figures,
    [
        (SystemFigure::MemoryShare, 75_000),
        (SystemFigure::MemoryShare, 2500),
        (SystemFigure::Memory, 3 << 29),
        (SystemFigure::Memory, 500),
        (SystemFigure::SwapShare, 25_000),
        (SystemFigure::Swap, 512 << 20),
    ]
);
ok!(
    the_rest_of_the_machine,
    "check system s
       if filedescriptors > 80% then alert
       if filedescriptors usage > 1000 then alert
       if uptime > 3 days then alert
       if uptime > 90 then alert
       if pagein > 10 per second then alert
       if pageout > 2.5/s then alert
       if pageout > 7 pages/second then alert",
    figures,
    [
        (SystemFigure::FilesShare, 80_000),
        (SystemFigure::Files, 1000),
        (SystemFigure::Uptime, 3 * 86_400),
        (SystemFigure::Uptime, 90),
        (SystemFigure::PageIn, 10_000),
        (SystemFigure::PageOut, 2500),
        (SystemFigure::PageOut, 7000),
    ]
);
