//! `/proc/PID/status`: what `stat` does not tell about a process.

/// Who a process is; `None` where the line is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessStatus {
    /// The process a thread belongs to: equal to the number looked up if that is a process.
    pub thread_group: Option<i32>,
    /// Whose it is.
    pub owner: Option<Owner>,
    /// Resident memory in KiB. Preferred to the pages in `stat`, which kernels from 6.2 on count
    /// only roughly; a kernel thread has none.
    pub resident_kib: Option<u64>,
}

/// Whose a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Real user.
    pub uid: u32,
    /// Effective user.
    pub euid: u32,
    /// Real group.
    pub gid: u32,
}

impl ProcessStatus {
    /// One `Label:` and its values a line. The name in the first line is escaped by the kernel, so
    /// it cannot begin a line of its own.
    pub fn parse(text: &[u8]) -> Self {
        let mut status = Self::default();
        let (mut users, mut gid) = (None, None);
        for line in text.split(|&byte| byte == b'\n') {
            let Some((label, values)) = labelled(line) else {
                continue;
            };
            let mut values = values.split_ascii_whitespace();
            match label {
                "Tgid" => status.thread_group = values.next().and_then(|v| v.parse().ok()),
                "Uid" => {
                    let mut number = || values.next()?.parse().ok();
                    users = number().zip(number());
                }
                "Gid" => gid = values.next().and_then(|v| v.parse().ok()),
                "VmRSS" => status.resident_kib = values.next().and_then(|v| v.parse().ok()),
                _ => {}
            }
        }
        status.owner = users
            .zip(gid)
            .map(|((uid, euid), gid)| Owner { uid, euid, gid });
        status
    }
}

/// `Label: values` of `/proc/PID/status` and `/proc/meminfo`.
pub(super) fn labelled(line: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(line).ok()?.split_once(':')
}

#[cfg(test)]
mod tests {
    use super::{Owner, ProcessStatus};

    const ROOTS: ProcessStatus = ProcessStatus {
        thread_group: Some(23),
        owner: Some(Owner {
            uid: 33,
            euid: 0,
            gid: 4,
        }),
        resident_kib: Some(1044),
    };

    #[test]
    fn today_and_2_6_11() {
        let today = "Name:\tsu\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t23\nNgid:\t0\nPid:\t24\n\
            PPid:\t1\nTracerPid:\t0\nUid:\t33\t0\t0\t0\nGid:\t4\t5\t5\t5\nFDSize:\t64\n\
            Groups:\t4 \nVmRSS:\t    1044 kB\nThreads:\t2\n";
        let of_2005 = "Name:\tsu\nState:\tS (sleeping)\nSleepAVG:\t98%\nTgid:\t23\nPid:\t24\n\
            PPid:\t1\nTracerPid:\t0\nUid:\t33\t0\t0\t0\nGid:\t4\t5\t5\t5\nFDSize:\t32\nGroups:\t\n\
            VmSize:\t    2080 kB\nVmRSS:\t    1044 kB\n";
        assert_eq!(ProcessStatus::parse(today.as_bytes()), ROOTS);
        assert_eq!(ProcessStatus::parse(of_2005.as_bytes()), ROOTS);
    }

    #[test]
    fn a_container_seen_from_inside_and_outside() {
        let seen = |pid: &str, numbers: &str, uid: &str| {
            let text = format!(
                "Name:\tsh\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t{pid}\nNgid:\t0\n\
                 Pid:\t{pid}\nPPid:\t0\nTracerPid:\t0\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n\
                 Gid:\t0\t0\t0\t0\nFDSize:\t256\nGroups:\t \nNStgid:\t{numbers}\n\
                 NSpid:\t{numbers}\nNSpgid:\t0\nNSsid:\t0\nKthread:\t0\nVmPeak:\t    2592 kB\n\
                 VmRSS:\t    1748 kB\nThreads:\t1\n"
            );
            let status = ProcessStatus::parse(text.as_bytes());
            let uid = status.owner.map(|owner| owner.uid);
            (status.thread_group, uid, status.resident_kib)
        };
        assert_eq!(seen("1", "1", "0"), (Some(1), Some(0), Some(1748)));
        // Its root is somebody else here; whom nobody here is, is the last number of 16 bits.
        let outside = (Some(6344), Some(100_000), Some(1748));
        assert_eq!(seen("6344", "6344\t1", "100000"), outside);
        assert_eq!(seen("1", "1", "65534").1, Some(65_534));
    }

    #[test]
    fn a_name_tells_nothing() {
        let text = b"Name:\tUid:\\nTgid:\xff\nTgid:\t23\n\
            Uid:\t33\t0\t0\t0\nGid:\t4\t5\t5\t5\nVmRSS:\t1044 kB\n";
        assert_eq!(ProcessStatus::parse(text), ROOTS);
    }

    #[test]
    fn lines_that_are_missing_or_odd() {
        assert_eq!(ProcessStatus::parse(b""), ProcessStatus::default());
        let odd = b"Uid:\nGid:\t-1\nTgid:\t99999999999\nUid";
        assert_eq!(ProcessStatus::parse(odd), ProcessStatus::default());
    }
}
