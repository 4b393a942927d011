//! Which boot of the machine this is.

use super::exits::stat_of;
use super::file::read_kernel;
use crate::reading::parse_boot_time;

/// A text that is the same for as long as the machine, or the container, runs and another one
/// afterwards; `None` where nothing tells.
///
/// The kernel's boot id belongs to the host. A container that is started again on a running host
/// has booted as far as its services are concerned: the start time of its process 1 tells. A boot
/// *time* would not do: it moves by a second whenever the clock is corrected (reference F139), and
/// is used only where there is no id.
pub fn identity() -> Option<String> {
    let host = boot_id().or_else(boot_time);
    // A shortage tells nothing, and is no other boot.
    let init = stat_of(1).ok()?.map(|stat| stat.id.start_ticks);
    if host.is_none() && init.is_none() {
        return None;
    }
    let (host, init) = (host.unwrap_or_default(), init.unwrap_or_default());
    Some(format!("{host}/{init}"))
}

fn boot_id() -> Option<String> {
    let id = read_kernel("/proc/sys/kernel/random/boot_id", 64).ok()?;
    let id = String::from_utf8(id).ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// The most of `/proc/stat` that is read: its line of interrupt counters alone has tens of KiB on
/// large machines.
const STAT_LIMIT: usize = 1 << 20;

fn boot_time() -> Option<String> {
    let stat = read_kernel("/proc/stat", STAT_LIMIT).ok()?;
    Some(format!("btime {}", parse_boot_time(&stat)?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_same_for_the_whole_boot() {
        let first = super::identity();
        assert!(first.is_some());
        assert_eq!(super::identity(), first);
    }
}
