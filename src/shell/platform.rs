//! The machine we run on, as pages and the XML document show it.

use std::thread;

use crate::sys;
use crate::view::Platform;

/// More than any `/proc/meminfo`.
const MEMINFO_LIMIT: usize = 16 * 1024;

/// Asks the kernel. What it does not tell stays empty.
pub(super) fn read() -> Platform {
    let names = sys::name::system();
    let meminfo = sys::file::read_kernel("/proc/meminfo", MEMINFO_LIMIT).unwrap_or_default();
    let meminfo = String::from_utf8_lossy(&meminfo);
    Platform {
        name: names.name,
        release: names.release,
        version: names.version,
        machine: names.machine,
        cpus: thread::available_parallelism()
            .ok()
            .and_then(|n| u32::try_from(n.get()).ok())
            .unwrap_or(1),
        memory_kib: kib(&meminfo, "MemTotal:"),
        swap_kib: kib(&meminfo, "SwapTotal:"),
    }
}

fn kib(meminfo: &str, label: &str) -> u64 {
    meminfo
        .lines()
        .find_map(|line| line.strip_prefix(label))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_the_kernels_text() {
        let text = "MemTotal:       16323516 kB\nMemFree: 1 kB\nSwapTotal: 7 kB\n";
        assert_eq!(kib(text, "MemTotal:"), 16_323_516);
        assert_eq!(kib(text, "SwapTotal:"), 7);
        assert_eq!(kib("", "SwapTotal:"), 0);
        assert!(!read().machine.is_empty());
    }
}
