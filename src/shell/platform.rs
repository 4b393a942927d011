//! The machine we run on, as pages and the XML document show it.

use crate::reading::Memory;
use crate::sys;
use crate::view::Platform;

/// More than any `/proc/meminfo`.
const MEMINFO_LIMIT: usize = 16 * 1024;

/// Asks the kernel. What it does not tell stays empty.
pub(super) fn read() -> Platform {
    let names = sys::name::system();
    let meminfo = sys::file::read_kernel("/proc/meminfo", MEMINFO_LIMIT).unwrap_or_default();
    let memory = Memory::parse(&meminfo);
    Platform {
        name: names.name,
        release: names.release,
        version: names.version,
        machine: names.machine,
        cpus: sys::clock::processors(),
        memory_kib: memory.total_kib().unwrap_or(0),
        swap_kib: memory.swap_used_and_total_kib().map_or(0, |(_, all)| all),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_kernel_says_what_machine_it_runs() {
        assert!(!super::read().machine.is_empty());
    }
}
