//! `/proc/self/mountstats`: what NFS mounts have read and written.

use super::{DiskCounters, Transfers};

/// The counters of what is mounted at `point`; only NFS has any.
///
/// ```text
/// device server:/export mounted on /srv with fstype nfs statvers=1.1
///         bytes:  0 0 0 0 8192 4096 2 1
///         per-op statistics
///                 READ: 2 2 0 272 8448 0 1 1
///                WRITE: 1 1 0 4320 136 0 5 5
/// ```
///
/// Of `bytes` the fifth and sixth are what the server sent and was sent; of an operation the first
/// is how often it was asked for, the eighth the milliseconds until it was answered.
pub fn parse_mountstats(text: &[u8], point: &[u8]) -> Option<DiskCounters> {
    let mut lines = text.split(|&byte| byte == b'\n');
    lines.find(|line| is_mounted_at(line, point))?;
    let (mut bytes, mut read, mut write) = (None, None, None);
    for line in lines.take_while(|line| !line.starts_with(b"device ")) {
        let Some((label, numbers)) = std::str::from_utf8(line).ok().and_then(labelled) else {
            continue;
        };
        match label {
            "bytes" => bytes = Some((*numbers.get(4)?, *numbers.get(5)?)),
            "READ" => read = Some((*numbers.first()?, numbers.get(7).copied())),
            "WRITE" => write = Some((*numbers.first()?, numbers.get(7).copied())),
            _ => {}
        }
    }
    let (bytes_read, bytes_written) = bytes?;
    let transfers = |bytes, (operations, busy_ms)| Transfers {
        bytes,
        operations,
        busy_ms,
    };
    Some(DiskCounters {
        read: transfers(bytes_read, read?),
        write: transfers(bytes_written, write?),
    })
}

/// `device SOURCE mounted on POINT with fstype …`; blanks in the names are written `\040`.
fn is_mounted_at(line: &[u8], point: &[u8]) -> bool {
    let mut words = line.split(|&byte| byte == b' ');
    words.next() == Some(b"device")
        && words.nth(1) == Some(b"mounted")
        && words
            .nth(1)
            .is_some_and(|word| super::mounts::unescape(word) == point)
}

fn labelled(line: &str) -> Option<(&str, Vec<u64>)> {
    let (label, rest) = line.trim_ascii_start().split_once(':')?;
    let numbers = rest
        .split_ascii_whitespace()
        .map_while(|word| word.parse().ok());
    Some((label, numbers.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the form of Linux 2.6.32 and later; 5.3 added the ninth column of operations.
    const TEXT: &str = "device rootfs mounted on / with fstype rootfs\n\
        device proc mounted on /proc with fstype proc\n\
        device server:/export mounted on /srv/my\\040data with fstype nfs statvers=1.1\n\
        \topts:\trw,vers=3,rsize=32768,wsize=32768,proto=tcp,timeo=600,retrans=2\n\
        \tage:\t1234\n\
        \tcaps:\tcaps=0x3fe7,wtmult=512,dtsize=32768,bsize=0,namlen=255\n\
        \tevents:\t1 12 0 0 2 3 14 3 0 1 0 1 2 0 2 1 1 0 1 0 0 0 0 0 0 0 0\n\
        \tbytes:\t10 20 30 40 8192 4096 2 1\n\
        \tRPC iostats version: 1.1  p/v: 100003/3 (nfs)\n\
        \txprt:\ttcp 822 1 1 0 0 39 39 0 39 0 2 0 0\n\
        \tper-op statistics\n\
        \t        NULL: 0 0 0 0 0 0 0 0\n\
        \t        READ: 2 2 0 272 8448 0 1 7 0\n\
        \t       WRITE: 1 1 0 4320 136 0 5 5 0\n\n\
        device other:/ mounted on /other with fstype nfs statvers=1.1\n\
        \tbytes:\t0 0 0 0 1 2 0 0\n\
        \t        READ: 3 3 0 0 0 0 0 4\n\
        \t       WRITE: 5 5 0 0 0 0 0 6\n";

    fn counters(read: [u64; 3], write: [u64; 3]) -> DiskCounters {
        let transfers = |[bytes, operations, ms]: [u64; 3]| Transfers {
            bytes,
            operations,
            busy_ms: Some(ms),
        };
        DiskCounters {
            read: transfers(read),
            write: transfers(write),
        }
    }

    #[test]
    fn each_mount_has_its_own() {
        let found = |point: &str| parse_mountstats(TEXT.as_bytes(), point.as_bytes());
        let first = counters([8192, 2, 7], [4096, 1, 5]);
        assert_eq!(found("/srv/my data"), Some(first));
        assert_eq!(found("/other"), Some(counters([1, 3, 4], [2, 5, 6])));
        for point in ["/", "/proc", "/srv", "/srv/my", ""] {
            assert_eq!(found(point), None, "{point}");
        }
    }

    #[test]
    fn a_text_cut_anywhere_tells_nothing_wrong() {
        let whole = parse_mountstats(TEXT.as_bytes(), b"/srv/my data").unwrap();
        for end in 0..TEXT.len() {
            let found = parse_mountstats(&TEXT.as_bytes()[..end], b"/srv/my data");
            let found = found.map(|counters| counters.read);
            assert!(found.is_none_or(|read| read == whole.read), "{end}");
        }
    }
}
