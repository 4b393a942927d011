//! Tests of the machine and of its network interfaces as conditions.

use crate::model::{
    CpuKind, Direction, Limit, NetworkTest, Span, SystemFigure, SystemTest, Traffic, Unit,
};
use crate::reading::Amount;

use super::clause::compared;

/// `the load average over 5 minutes and per processor is above 2.0`.
pub(super) fn system(test: &SystemTest) -> String {
    let SystemTest { figure, limit } = *test;
    let what = match figure {
        SystemFigure::Load { period, per_core } => {
            let minutes = match period.minutes() {
                1 => "1 minute".to_owned(),
                minutes => format!("{minutes} minutes"),
            };
            let core = if per_core { " and per processor" } else { "" };
            format!("the load average over {minutes}{core}")
        }
        SystemFigure::Cpu(kind) => format!("the time of its processors {}", spent(kind)),
        SystemFigure::MemoryShare | SystemFigure::Memory => "memory in use".into(),
        SystemFigure::SwapShare | SystemFigure::Swap => "swap in use".into(),
        SystemFigure::PageIn => "what comes back from swap".into(),
        SystemFigure::PageOut => "what goes to swap".into(),
        SystemFigure::Uptime => {
            let span = super::Span(std::time::Duration::from_secs(limit.value));
            return format!(
                "the time since it was started is {} {span}",
                compared(limit.comparison)
            );
        }
        SystemFigure::FilesShare | SystemFigure::Files => "the number of open files".into(),
    };
    format!("{what} is {}", bound(limit, figure.unit()))
}

const fn spent(kind: CpuKind) -> &'static str {
    match kind {
        CpuKind::Total => "spent on programs and the kernel",
        CpuKind::User => "spent on programs",
        CpuKind::System => "spent in the kernel",
        CpuKind::Nice => "spent on programs of altered priority",
        CpuKind::Wait => "waiting for disks",
        CpuKind::HardIrq => "spent on interrupts",
        CpuKind::SoftIrq => "spent on soft interrupts",
        CpuKind::Steal => "given to other machines",
        CpuKind::Guest => "spent on guests",
        CpuKind::GuestNice => "spent on guests of altered priority",
    }
}

/// `what it received in the last 2 hours is above 1 GB`.
pub(super) fn network(test: &NetworkTest) -> String {
    match *test {
        NetworkTest::LinkDown => "the link is down or damaged".into(),
        NetworkTest::LinkUp => "the link is up".into(),
        NetworkTest::CapacityChanged => "the speed or mode of the link changes".into(),
        NetworkTest::Saturation(limit) => {
            format!("the use of the link is {}", bound(limit, Unit::Percent))
        }
        NetworkTest::Rate(traffic, limit) => {
            let what = match traffic.direction {
                Direction::Download => "receives",
                Direction::Upload => "sends",
            };
            let (bound, unit) = (bound(limit, traffic.unit()), things(traffic));
            format!("what it {what} is {bound}{unit} a second")
        }
        NetworkTest::Total(traffic, span, limit) => {
            let time = match span {
                Span::Minutes(1) => "minute".into(),
                Span::Minutes(minutes) => format!("{minutes} minutes"),
                Span::Hours(1) => "hour".into(),
                Span::Hours(hours) => format!("{hours} hours"),
            };
            let what = match traffic.direction {
                Direction::Download => "received",
                Direction::Upload => "sent",
            };
            let (bound, unit) = (bound(limit, traffic.unit()), things(traffic));
            format!("what it {what} in the last {time} is {bound}{unit}")
        }
    }
}

const fn things(traffic: Traffic) -> &'static str {
    if traffic.packets { " packets" } else { "" }
}

fn bound(limit: Limit, unit: Unit) -> String {
    format!(
        "{} {}",
        compared(limit.comparison),
        Amount(limit.value, unit)
    )
}
