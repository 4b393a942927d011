//! What a container leaves of the machine: the limits of the control group it is.
//!
//! Only the group at the root of the mounted hierarchy is asked. Inside a container that is the
//! container's; on the machine itself it has no limit. A limit that systemd gives the daemon alone
//! stands further down and says nothing about the machine.

use std::path::{Path, PathBuf};

use super::machine::TEXT_LIMIT;
use crate::reading::{keyed, parse_cfs, parse_cpu_max, parse_group_bytes};
use crate::sys::clock;
use crate::sys::file::read_kernel;

/// The control groups below a folder.
pub(super) struct Groups {
    root: PathBuf,
}

/// Where they are mounted everywhere.
impl Default for Groups {
    fn default() -> Self {
        Self {
            root: "/sys/fs/cgroup".into(),
        }
    }
}

/// The names of one figure's files: the limit, what is used, and where and under which key stands
/// what of it can be dropped at once.
struct Names {
    limit: &'static str,
    used: &'static str,
    droppable: Option<(&'static str, &'static str)>,
}

const MEMORY_2: Names = Names {
    limit: "memory.max",
    used: "memory.current",
    droppable: Some(("memory.stat", "inactive_file")),
};
const MEMORY_1: Names = Names {
    limit: "memory/memory.limit_in_bytes",
    used: "memory/memory.usage_in_bytes",
    droppable: Some(("memory/memory.stat", "total_inactive_file")),
};
const SWAP_2: Names = Names {
    limit: "memory.swap.max",
    used: "memory.swap.current",
    droppable: None,
};
/// Memory and swap together.
const BOTH_1: Names = Names {
    limit: "memory/memory.memsw.limit_in_bytes",
    used: "memory/memory.memsw.usage_in_bytes",
    droppable: None,
};
const BARE_1: Names = Names {
    droppable: None,
    ..MEMORY_1
};

/// Version 1 writes "no limit" as a number near 2⁶³ bytes.
const UNLIMITED_KIB: u64 = 1 << 50;

impl Groups {
    /// Memory used and in all, in KiB, where the group may use less than the machine's `total`.
    pub(super) fn memory_kib(&self, total: u64) -> Option<(u64, u64)> {
        self.within(&MEMORY_2, total)
            .or_else(|| self.within(&MEMORY_1, total))
    }

    /// The same of swap.
    pub(super) fn swap_kib(&self, total: u64) -> Option<(u64, u64)> {
        self.within(&SWAP_2, total).or_else(|| {
            let (both_used, both) = self.within(&BOTH_1, UNLIMITED_KIB)?;
            let (used, memory) = self.within(&BARE_1, UNLIMITED_KIB)?;
            let swap = both.saturating_sub(memory);
            (swap < total).then(|| (both_used.saturating_sub(used).min(swap), swap))
        })
    }

    /// Processors that may be used, in thousandths, where that is less than all.
    pub(super) fn processors(&self, all: u64) -> Option<u64> {
        let quota = match self.text("cpu.max") {
            Some(text) => parse_cpu_max(&text),
            None => parse_cfs(
                &self.text("cpu/cpu.cfs_quota_us")?,
                &self.text("cpu/cpu.cfs_period_us")?,
            ),
        };
        quota.filter(|&quota| quota > 0 && quota < all)
    }

    /// Microseconds of processor time the group has spent: on its own work, and in the kernel.
    pub(super) fn processor_time(&self) -> Option<(u64, u64)> {
        if let Some(text) = self.text("cpu.stat") {
            let time = (keyed(&text, "user_usec"), keyed(&text, "system_usec"));
            if let (Some(user), Some(system)) = time {
                return Some((user, system));
            }
        }
        let text = self.text("cpuacct/cpuacct.stat")?;
        let micros = |ticks: u64| ticks.saturating_mul(1_000_000) / clock::ticks_per_second();
        Some((
            micros(keyed(&text, "user")?),
            micros(keyed(&text, "system")?),
        ))
    }

    fn within(&self, names: &Names, total_kib: u64) -> Option<(u64, u64)> {
        let bytes = |name: &str| parse_group_bytes(&self.text(name)?);
        let limit = bytes(names.limit).filter(|limit| limit / 1024 < total_kib)?;
        let droppable = names
            .droppable
            .and_then(|(file, key)| keyed(&self.text(file)?, key));
        let used = bytes(names.used)?.saturating_sub(droppable.unwrap_or(0));
        Some((used.min(limit) / 1024, limit / 1024))
    }

    fn text(&self, name: &str) -> Option<Vec<u8>> {
        let path: &Path = &self.root.join(name);
        read_kernel(path.to_str()?, TEXT_LIMIT).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::sys::testing::Folder;

    fn groups(folder: &Folder, files: &[(&str, &str)]) -> Groups {
        for (name, content) in files {
            let path = folder.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        Groups {
            root: folder.path(""),
        }
    }

    const MACHINE_KIB: u64 = 8 << 20;

    #[test]
    fn a_container_of_version_2() {
        let folder = Folder::new();
        let groups = groups(
            &folder,
            &[
                ("memory.max", "1073741824\n"),
                ("memory.current", "629145600\n"),
                ("memory.stat", "anon 1\ninactive_file 104857600\n"),
                ("memory.swap.max", "max\n"),
                ("cpu.max", "150000 100000\n"),
                ("cpu.stat", "usage_usec 9\nuser_usec 6\nsystem_usec 3\n"),
            ],
        );
        assert_eq!(groups.memory_kib(MACHINE_KIB), Some((512_000, 1 << 20)));
        assert_eq!(groups.swap_kib(MACHINE_KIB), None);
        assert_eq!(groups.processors(8000), Some(1500));
        assert_eq!(groups.processors(1000), None);
        assert_eq!(groups.processor_time(), Some((6, 3)));
    }

    #[test]
    fn a_container_of_version_1() {
        let folder = Folder::new();
        let groups = groups(
            &folder,
            &[
                ("memory/memory.limit_in_bytes", "536870912\n"),
                ("memory/memory.usage_in_bytes", "268435456\n"),
                (
                    "memory/memory.stat",
                    "inactive_file 0\ntotal_inactive_file 134217728\n",
                ),
                ("memory/memory.memsw.limit_in_bytes", "805306368\n"),
                ("memory/memory.memsw.usage_in_bytes", "268439552\n"),
                ("cpu/cpu.cfs_quota_us", "50000\n"),
                ("cpu/cpu.cfs_period_us", "100000\n"),
                ("cpuacct/cpuacct.stat", "user 200\nsystem 100\n"),
            ],
        );
        assert_eq!(groups.memory_kib(MACHINE_KIB), Some((131_072, 524_288)));
        assert_eq!(groups.swap_kib(MACHINE_KIB), Some((4, 262_144)));
        assert_eq!(groups.processors(2000), Some(500));
        let second = 1_000_000 * 100 / clock::ticks_per_second();
        assert_eq!(groups.processor_time(), Some((2 * second, second)));
    }

    #[test]
    fn no_limit_is_none_and_not_16_exabytes() {
        let folder = Folder::new();
        let nothing = groups(&folder, &[]);
        assert_eq!(nothing.memory_kib(MACHINE_KIB), None);
        assert_eq!(nothing.swap_kib(MACHINE_KIB), None);
        assert_eq!(nothing.processors(1000), None);
        let of_the_machine = groups(
            &folder,
            &[
                ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
                ("memory/memory.usage_in_bytes", "268435456\n"),
                (
                    "memory/memory.memsw.limit_in_bytes",
                    "9223372036854771712\n",
                ),
                ("memory/memory.memsw.usage_in_bytes", "268435456\n"),
                ("cpu/cpu.cfs_quota_us", "-1\n"),
                ("cpu/cpu.cfs_period_us", "100000\n"),
            ],
        );
        assert_eq!(of_the_machine.memory_kib(MACHINE_KIB), None);
        assert_eq!(of_the_machine.processors(1000), None);
        assert_eq!(of_the_machine.swap_kib(MACHINE_KIB), None);
    }
}
