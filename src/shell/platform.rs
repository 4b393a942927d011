//! The machine we run on, as pages and the XML document show it.

use crate::sample::totals;
use crate::sys;
use crate::view::Platform;

/// Asks the kernel. What it does not tell stays empty.
pub(super) fn read() -> Platform {
    let names = sys::name::system();
    let totals = totals();
    Platform {
        name: names.name,
        release: names.release,
        version: names.version,
        machine: names.machine,
        cpus: totals.processors,
        memory_kib: totals.memory_kib.unwrap_or(0),
        swap_kib: totals.swap_kib.unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_kernel_says_what_machine_it_runs() {
        assert!(!super::read().machine.is_empty());
    }
}
